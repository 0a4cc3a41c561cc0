"""Configurations: what is wrong is named with its place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.errors import ConfigError
from tongbao.training import read_config


@pytest.fixture(scope="module")
def default(repository: Path) -> str:
    """The text of the configuration that ships with tongbao."""
    return (repository / "configs" / "default.cfg").read_text(encoding="utf-8")


def _refused(path: Path, *parts: str) -> str:
    with pytest.raises(ConfigError) as raised:
        read_config(path)
    assert raised.value.place == str(path)
    assert raised.value.remedy
    assert "\n" not in str(raised.value)
    for part in parts:
        assert part in raised.value.reason
    return raised.value.reason


def _set(text: str, key: str, value: str) -> str:
    changed, count = re.subn(rf"^{key} = .*$", lambda _: f"{key} = {value}", text, count=1, flags=re.MULTILINE)
    assert count == 1
    return changed


def test_the_default_configuration_is_one(repository: Path, default: str) -> None:
    config, text = read_config(repository / "configs" / "default.cfg")
    assert text == default
    assert (config.model.lang, config.model.name) == ("zh", "tongbao")
    assert all((repository / name).is_file() for name in config.data.gold)
    assert config.clusters.sizes
    assert config.mentions.iterations > 10


def test_it_is_the_default_model_that_it_trains(repository: Path) -> None:
    from tongbao.extraction import DEFAULT_MODEL

    config, _ = read_config(repository / "configs" / "default.cfg")
    assert f"{config.model.lang}_{config.model.name}" == DEFAULT_MODEL


def test_a_path_may_be_text(repository: Path) -> None:
    path = repository / "configs" / "default.cfg"
    assert read_config(str(path)) == read_config(path)


@pytest.mark.parametrize("section", ["model", "data", "features", "clusters", "mentions"])
def test_a_missing_section_is_named(tmp_path: Path, default: str, section: str) -> None:
    path = tmp_path / "a.cfg"
    path.write_text(re.sub(rf"^\[{section}\]\n(?:(?!\[).*\n)*", "", default, flags=re.MULTILINE), encoding="utf-8")
    _refused(path, f"[{section}]", "required")


@pytest.mark.parametrize("section", ["model", "data", "features", "clusters", "mentions"])
def test_an_unknown_key_is_named(tmp_path: Path, default: str, section: str) -> None:
    path = tmp_path / "a.cfg"
    path.write_text(default.replace(f"[{section}]\n", f"[{section}]\ncolour = 1\n"), encoding="utf-8")
    _refused(path, f"[{section}.colour]")


def test_an_unknown_section_is_named(tmp_path: Path, default: str) -> None:
    path = tmp_path / "a.cfg"
    path.write_text(default + "\n[colours]\nred = 1\n", encoding="utf-8")
    _refused(path, "[colours]")


@pytest.mark.parametrize(
    ("place", "key", "value"),
    [
        ("model.lang", "lang", '"chinese"'),
        ("model.name", "name", '"Tong Bao"'),
        ("model.name", "name", '"../up"'),
        ("model.version", "version", '"1"'),
        ("model.version", "version", '"0.1.０"'),
        ("model.version", "version", '"0.1.0\\n"'),
        ("model.seed", "seed", '"many"'),
        ("model.seed", "seed", "-1"),
        ("model.seed", "seed", "4294967296"),
        ("data.gold", "gold", "[]"),
        ("data.gold", "gold", '"annotations"'),
        ("features.words", "words", '"hanlp"'),
        ("features.words", "words", "null"),
        ("features.lexicon", "lexicon", '"perhaps"'),
        ("clusters.sizes", "sizes", "[]"),
        ("clusters.sizes", "sizes", "[1, 2, 3, 4, 5]"),
        ("clusters.sizes.0", "sizes", '["a"]'),
        ("mentions.c1", "c1", "-0.1"),
        ("mentions.c1", "c1", "NaN"),
        ("mentions.c2", "c2", "Infinity"),
        ("mentions.iterations", "iterations", "0"),
        ("mentions.iterations", "iterations", "1.5"),
        ("mentions.min_frequency", "min_frequency", "-1"),
    ],
)
def test_a_value_that_cannot_be_is_named(tmp_path: Path, default: str, place: str, key: str, value: str) -> None:
    path = tmp_path / "a.cfg"
    path.write_text(_set(default, key, value), encoding="utf-8")
    _refused(path, f"[{place}]")


def test_what_calibrates_must_be_trained_on(tmp_path: Path, default: str) -> None:
    changed = re.sub(r"(folds = 2\n(?:.*\n)*?)gold = .*", r'\1gold = ["other.jsonl"]', default)
    assert changed != default
    path = tmp_path / "other.cfg"
    path.write_text(changed, encoding="utf-8")
    _refused(path, "other.jsonl", "[data] gold")


def test_a_key_that_stands_twice_is_named(tmp_path: Path, default: str) -> None:
    path = tmp_path / "a.cfg"
    path.write_text(default.replace("seed = 13\n", "seed = 13\nseed = 14\n"), encoding="utf-8")
    _refused(path, "'seed'", "already exists")


def test_a_section_that_stands_twice_is_named(tmp_path: Path, default: str) -> None:
    path = tmp_path / "a.cfg"
    path.write_text(default + "\n[data]\n", encoding="utf-8")
    _refused(path, "'data'", "already exists")


@pytest.mark.parametrize(
    "text", ["", "[", "gold = 1\n", "[model", "[model]\nname\n", "[model]\nname = [1,\n", "{}", "[]"]
)
def test_a_text_that_is_no_configuration_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.cfg"
    path.write_text(text, encoding="utf-8")
    _refused(path)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"\x80\x81", '[model]\nname = "通报"\n'.encode("gbk")])
def test_a_binary_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.cfg"
    path.write_bytes(content)
    _refused(path, "cannot be read")


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    _refused(tmp_path, "cannot be read")
    _refused(tmp_path / "missing.cfg", "cannot be read")
    _refused(tmp_path / "missing" / "a.cfg", "cannot be read")


@given(st.data())
def test_no_edit_of_a_configuration_gets_through_as_another_error(
    default: str, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Lines lost, doubled, moved, cut and scribbled on: it is read or refused, and nothing else."""
    lines = [*default.splitlines(), ""]
    for _ in range(data.draw(st.integers(1, 3))):
        at, other = (data.draw(st.integers(0, len(lines) - 1)) for _ in range(2))
        noise = data.draw(st.text('[]"$%={}.:;#@* \n', max_size=3))
        edits = [[], [lines[at], lines[other]], [lines[other]], [lines[at][:other]], [lines[at] + noise]]
        lines[at : at + 1] = data.draw(st.sampled_from(edits))
    path = tmp_path_factory.getbasetemp() / "edited.cfg"
    path.write_text("\n".join(lines), encoding="utf-8")
    try:
        config, text = read_config(path)
    except ConfigError:
        return
    assert text == path.read_text(encoding="utf-8")
    assert config.data.gold
