"""Loading a model folder, and what extraction does without."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tongbao.errors import ModelError
from tongbao.extraction import MODEL_FORMAT, PARTS, default_model, extract, load
from tongbao.reading import read_text
from tongbao.tagging.mentions import BIO

TEXT = "2023年，泉州市教育局查处违规问题机构150个，罚没1.24万元。\n1.落实《水质监测办法》(牵头单位：市水利局)\n"
#: What trains or serves others; pandas is nowhere wanted.
HEAVY = ("spacy", "sklearn", "scipy", "pydantic", "confection", "pandas", "joblib")


@pytest.fixture
def copy(tiny_model: Path, tmp_path: Path) -> Path:
    """A model folder that a test may damage."""
    return Path(shutil.copytree(tiny_model, tmp_path / "model"))


def _parts(folder: Path) -> list[str]:
    """The files of a model that ``load`` reads: all of its parts but the record of its training."""
    return sorted(path.name for path in (folder / PARTS).iterdir() if path.suffix != ".cfg")


def _refused(folder: Path, place: Path) -> ModelError:
    with pytest.raises(ModelError) as raised:
        load(folder)
    assert raised.value.place == str(place)
    assert raised.value.remedy
    assert "\n" not in str(raised.value)
    return raised.value


# --- loading --------------------------------------------------------------------------------------------------------


def test_a_model_folder_is_loaded_with_its_name(tiny_model: Path) -> None:
    model = load(tiny_model)
    assert model.name == "zh_tiny-0.1.0"
    assert model.meta["tongbao"]["format"] == MODEL_FORMAT
    assert model.tagger.crf.labels == BIO


def test_a_path_may_be_text(tiny_model: Path) -> None:
    assert load(str(tiny_model)).name == load(tiny_model).name


def test_loading_twice_extracts_the_same(tiny_model: Path) -> None:
    first, second = (load(tiny_model).extract(TEXT) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("kind", ["missing", "a file"])
def test_what_is_no_folder_is_refused(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "model"
    if kind == "a file":
        folder.write_text("")
    assert "tongbao train" in _refused(folder, folder).remedy


def test_an_empty_folder_is_no_model(tmp_path: Path) -> None:
    assert "missing" in _refused(tmp_path, tmp_path / PARTS / "meta.json").reason


def test_every_part_has_to_be_there(copy: Path) -> None:
    names = _parts(copy)
    assert {"meta.json", "mentions.npz", "mentions.json", "clusters.npz"} <= set(names)
    for name in names:
        place = copy / PARTS / name
        content = place.read_bytes()
        place.unlink()
        assert "missing" in _refused(copy, place).reason
        place.write_bytes(content)
    load(copy)


def test_every_part_has_to_be_whole(copy: Path) -> None:
    for name in _parts(copy):
        place = copy / PARTS / name
        content = place.read_bytes()
        for damaged in (b"", content[: len(content) // 2], b"\xff\xfe" + content, b"[" * 100_000):
            place.write_bytes(damaged)
            _refused(copy, place)
        place.write_bytes(content)
    load(copy)


@pytest.mark.parametrize("key", ["lang", "name", "version", "tongbao"])
def test_meta_data_without_a_key_are_refused(copy: Path, key: str) -> None:
    place = copy / PARTS / "meta.json"
    meta = json.loads(place.read_text(encoding="utf-8"))
    del meta[key]
    place.write_text(json.dumps(meta), encoding="utf-8")
    assert key in _refused(copy, place).reason


@pytest.mark.parametrize("text", ["[]", "3", "null", '"text"', '{"tongbao": 3}', '{"tongbao": {}}', "{"])
def test_meta_data_that_are_none_are_refused(copy: Path, text: str) -> None:
    place = copy / PARTS / "meta.json"
    place.write_text(text, encoding="utf-8")
    assert "train" in _refused(copy, place).remedy


@pytest.mark.parametrize("version", [0, MODEL_FORMAT + 1, "1", None])
def test_a_model_of_another_format_is_refused(copy: Path, version: object) -> None:
    place = copy / PARTS / "meta.json"
    meta = json.loads(place.read_text(encoding="utf-8"))
    meta["tongbao"]["format"] = version
    place.write_text(json.dumps(meta), encoding="utf-8")
    reason = _refused(copy, place).reason
    assert f"format {version}" in reason
    assert f"reads {MODEL_FORMAT}" in reason


@pytest.mark.parametrize("name", ["mentions", "indicator"])
def test_a_chain_with_other_labels_is_refused(copy: Path, name: str) -> None:
    place = copy / PARTS / f"{name}.json"
    facts = json.loads(place.read_text(encoding="utf-8"))
    facts["labels"] = facts["labels"][::-1]
    place.write_text(json.dumps(facts), encoding="utf-8")
    assert "other labels" in _refused(copy, copy / PARTS).reason


@pytest.mark.parametrize(
    "table",
    [
        np.zeros((10, 1), dtype=np.uint8),
        np.zeros(0x10000, dtype=np.uint8),
        np.zeros((0x10000, 1), dtype=np.int64),
        np.uint8(3),
    ],
)
def test_a_table_of_clusters_that_is_none_is_refused(copy: Path, table: Any) -> None:
    place = copy / PARTS / "clusters.npz"
    with place.open("wb") as file:
        np.savez(file, clusters=table)
    _refused(copy, place)


def test_the_default_model_is_the_one_in_the_package() -> None:
    assert default_model().name == "zh_tongbao"


# --- extraction -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["", "\n", " \u3000\n", "《", "》", "😀", "43", "（牵头单位：", "a" * 5000, "1.\n2.\n3.\n"]
)
def test_poor_texts_are_extracted_too(tiny_model: Path, text: str) -> None:
    found = load(tiny_model).extract(text)
    assert found.annotated.text == text
    assert len(found.tables.documents) == 1


def test_mentions_lie_in_the_text_and_are_sure_between_0_and_1(tiny_model: Path) -> None:
    found = extract(TEXT, load(tiny_model))
    assert found.annotated.mentions
    for mention in found.annotated.mentions:
        assert 0 <= mention.span.start < mention.span.end <= len(TEXT)
        assert mention.confidence is not None
        assert 0.0 <= mention.confidence <= 1.0
    assert {row.text for row in found.tables.quantities} <= {
        TEXT[row.start : row.end] for row in found.tables.quantities
    }


def test_text_and_bulletin_give_the_same(tiny_model: Path) -> None:
    model = load(tiny_model)
    assert model.extract(TEXT) == model.extract(read_text(TEXT))


def test_many_documents_come_in_order(tiny_model: Path) -> None:
    model = load(tiny_model)
    texts = [TEXT, "", TEXT * 2]
    assert [found.bulletin.text for found in model.extract_all(texts)] == texts
    assert [found.tables for found in model.extract_all(texts)] == [model.extract(text).tables for text in texts]


def test_a_document_does_not_depend_on_those_before_it(tiny_model: Path) -> None:
    model = load(tiny_model)
    alone = model.extract(TEXT)
    model.extract("全省立案43起。" * 500)
    assert model.extract(TEXT) == alone


def test_extraction_imports_nothing_that_trains(tiny_model: Path, tmp_path: Path) -> None:
    """In a process of its own: here the tests have imported everything long since."""
    code = (
        "import json, sys\n"
        "import tongbao.extraction\n"
        "imported = set(sys.modules)\n"
        f"found = tongbao.extraction.load({str(tiny_model)!r}).extract({TEXT!r})\n"
        "tops = lambda names: sorted({name.partition('.')[0] for name in names})\n"
        "print(json.dumps([tops(imported), tops(sys.modules), len(found.annotated.mentions)]))\n"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONUTF8": "1"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, cwd=tmp_path, capture_output=True, check=True)
    imported, extracted, mentions = json.loads(done.stdout)
    assert mentions
    assert "numpy" in imported
    assert [name for name in HEAVY if name in imported] == []
    assert [name for name in HEAVY if name in extracted] == []
