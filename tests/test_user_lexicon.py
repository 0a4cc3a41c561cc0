"""A user's lexicon from end to end: with a model that was trained without it, and in the training of another."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import tongbao
from tongbao.cli import main
from tongbao.errors import LexiconError
from tongbao.extraction import LEXICON, PARTS, Extraction, Extractor
from tongbao.reading import read_text
from tongbao.records import Bulletin, Metadata, Span
from tongbao.training import TrainingConfig, clusters_of, fit, read_config, read_data, save

OWN = (
    "body\t织网专班\t织网攻坚专班\n"
    "body\t碧湾联调中心\n"
    "unit\t艇次\tcount\n"
    "unit\t箱标\tvolume\n"
    "region\t蓝港新区\t蓝港经济技术开发区\t泉州市\n"
)
TEXT = (
    "泉州市2023年专项治理情况通报\n"
    "一、推进整改。2023年，市织网专班排查隐患320处，碧湾联调中心出海检查480艇次，清运3600箱标。\n"
    "二、织密防线。蓝港新区教育局约谈企业12家，泉州市织网专班印发《织网专班工作规则》。\n"
)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of invented words."""
    path = tmp_path_factory.mktemp("own") / "own.tsv"
    path.write_text(OWN, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def bulletin() -> Bulletin:
    """The document of this module, of Quanzhou."""
    return read_text(TEXT, metadata=Metadata(region="泉州市"))


@pytest.fixture(scope="module")
def before(tiny_model: Path, bulletin: Bulletin) -> Extraction:
    """What the model finds by itself."""
    return tongbao.load(tiny_model).extract(bulletin)


@pytest.fixture(scope="module")
def after(tiny_model: Path, own: Path, bulletin: Bulletin) -> Extraction:
    """What it finds with the user's words."""
    return tongbao.load(tiny_model, own).extract(bulletin)


def _departments(extraction: Extraction) -> dict[str, str | None]:
    return {row.name: row.canonical for row in extraction.tables.departments}


# --- at once, without retraining ------------------------------------------------------------------------------------


def test_names_of_bodies_become_departments(before: Extraction, after: Extraction) -> None:
    names = {"市织网专班", "碧湾联调中心", "泉州市织网专班"}
    assert names.isdisjoint(_departments(before))
    assert names <= set(_departments(after))


def test_short_names_are_spelled_out(after: Extraction) -> None:
    found = _departments(after)
    assert found["市织网专班"] == found["泉州市织网专班"] == "泉州市织网攻坚专班"
    assert found["碧湾联调中心"] == "碧湾联调中心"


def test_a_title_stays_whole(after: Extraction) -> None:
    start = TEXT.index("《")
    title = Span(start, TEXT.index("》") + 1)
    assert [m.label for m in after.annotated.mentions if m.span.overlaps(title)] in ([], ["POLICY"])


def test_measure_words_are_read_with_the_number(before: Extraction, after: Extraction) -> None:
    rows = {row.text: row for row in after.tables.quantities}
    assert (rows["480艇次"].value, rows["480艇次"].unit, rows["480艇次"].kind) == (480, "艇次", "count")
    tank = rows["3600箱标"]
    assert (tank.value, tank.unit, tank.kind, tank.bound) == (3600, "箱标", "volume", "exact")
    assert (tank.value_norm, tank.unit_norm) == (3600, "箱标")
    assert not {row.unit for row in before.tables.quantities} & {"艇次", "箱标"}


def test_no_number_is_lost(after: Extraction) -> None:
    covered = [(row.start, row.end) for row in (*after.tables.quantities, *after.tables.left_out)]
    for number in ("320", "480", "3600", "12"):
        at = TEXT.index(number)
        assert any(start <= at < end for start, end in covered), number


def test_offsets_hold(after: Extraction) -> None:
    for mention in after.annotated.mentions:
        assert mention.span.end <= len(TEXT)
        assert mention.confidence is not None
        assert 0 <= mention.confidence <= 1
    for row in after.tables.departments:
        assert TEXT[row.start : row.end] == row.name


def test_the_same_file_gives_the_same(tiny_model: Path, own: Path, bulletin: Bulletin, after: Extraction) -> None:
    assert tongbao.load(tiny_model, str(own)).extract(bulletin) == after


@pytest.mark.parametrize("text", ["", "# 空\nkind\tname\tvalue\tparent\n"])
def test_an_empty_file_changes_nothing(
    tiny_model: Path, tmp_path: Path, bulletin: Bulletin, before: Extraction, text: str
) -> None:
    path = tmp_path / "empty.tsv"
    path.write_text(text, encoding="utf-8")
    assert tongbao.load(tiny_model, path).extract(bulletin) == before


def test_a_model_loaded_without_them_does_not_know_them(
    tiny_model: Path, bulletin: Bulletin, after: Extraction, before: Extraction
) -> None:
    assert after != before
    assert tongbao.load(tiny_model).extract(bulletin) == before


def test_a_bad_line_is_an_error_with_its_number(tiny_model: Path, tmp_path: Path) -> None:
    path = tmp_path / "bad.tsv"
    path.write_text(OWN + "body\t织网专班\n", encoding="utf-8")
    with pytest.raises(LexiconError, match="stands in line 1 already") as raised:
        tongbao.load(tiny_model, path)
    assert raised.value.place == f"{path}:6"


# --- in a configuration ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def trained(tiny_config: Path, own: Path) -> tuple[TrainingConfig, Extractor]:
    """A configuration that names the user's words, and the model trained on it."""
    plain, _ = read_config(tiny_config)
    config = plain.model_copy(update={"lexicon": plain.lexicon.model_copy(update={"user": str(own)})})
    return config, fit(config, read_data(config)[:2], clusters_of(config))


def test_a_model_keeps_the_words_of_its_training(
    trained: tuple[TrainingConfig, Extractor], own: Path, tmp_path: Path, bulletin: Bulletin
) -> None:
    config, extractor = trained
    save(tmp_path, extractor, config, "", read_data(config))
    assert (tmp_path / PARTS / LEXICON).read_bytes() == own.read_bytes()
    loaded = tongbao.load(tmp_path)
    assert loaded.tagger.resources.vocabulary.lexicon.user == extractor.tagger.resources.vocabulary.lexicon.user
    assert loaded.extract(bulletin) == extractor.extract(bulletin)
    assert "市织网专班" in _departments(loaded.extract(bulletin))
    without = config.model_copy(update={"lexicon": config.lexicon.model_copy(update={"user": None})})
    save(tmp_path, extractor, without, "", read_data(config))
    assert not (tmp_path / PARTS / LEXICON).exists()


def test_a_file_at_loading_counts_besides_that_of_the_training(
    trained: tuple[TrainingConfig, Extractor], tmp_path: Path, bulletin: Bulletin
) -> None:
    config, extractor = trained
    save(tmp_path, extractor, config, "", read_data(config))
    more = tmp_path / "more.tsv"
    more.write_text("body\t织网专班\t织网突击专班\nregion\t碧湾镇\t\t蓝港新区\n", encoding="utf-8")
    found = _departments(tongbao.load(tmp_path, more).extract(bulletin))
    assert found["市织网专班"] == "泉州市织网突击专班"
    assert "碧湾联调中心" in found


def test_a_bad_file_in_a_configuration_is_named(tiny_config: Path, tmp_path: Path) -> None:
    path = tmp_path / "bad.tsv"
    path.write_text("unit\t艇次\n", encoding="utf-8")
    plain, _ = read_config(tiny_config)
    config = plain.model_copy(update={"lexicon": plain.lexicon.model_copy(update={"user": str(path)})})
    with pytest.raises(LexiconError) as raised:
        fit(config, read_data(config)[:1], clusters_of(config))
    assert raised.value.place == f"{path}:1"


def test_the_section_is_read_from_a_file(tiny_config: Path, tmp_path: Path) -> None:
    path = tmp_path / "own.cfg"
    path.write_text(tiny_config.read_text("utf-8") + '\n[lexicon]\nuser = "own.tsv"\n', encoding="utf-8")
    assert read_config(path)[0].lexicon.user == "own.tsv"
    assert read_config(tiny_config)[0].lexicon.user is None


# --- on the command line --------------------------------------------------------------------------------------------


def _run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["tongbao", *arguments])
    with pytest.raises(SystemExit) as raised:
        main()
    return int(raised.value.code or 0)


def test_the_option_of_extract(
    tiny_model: Path, own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = tmp_path / "a.txt"
    text.write_text(TEXT, encoding="utf-8")
    assert _run(monkeypatch, "extract", str(text), "-m", str(tiny_model), "--lexicon", str(own), "--no-bom") == 0
    assert "480艇次" in capsys.readouterr().out
    own_bad = tmp_path / "bad.tsv"
    own_bad.write_text("body\t局\n", encoding="utf-8")
    assert _run(monkeypatch, "extract", str(text), "-m", str(tiny_model), "--lexicon", str(own_bad)) == 1
    seen = capsys.readouterr()
    assert seen.out == ""
    assert f"{own_bad}:1: " in seen.err
