"""The splits, and that the test split cannot be trained on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tongbao.annotation import read_gold
from tongbao.annotation.texts import near_duplicates
from tongbao.errors import ConfigError
from tongbao.records import Annotated
from tongbao.training import read_config, read_data
from tongbao.training.splits import Splits, read_splits

ROOT = Path(__file__).parents[2]
SPLITS = ROOT / "annotations" / "splits.json"


def test_every_document_is_in_one_part() -> None:
    splits = read_splits(SPLITS)
    authored = {one.id for path in (ROOT / "annotations/gold/authored").glob("*.jsonl") for one in read_gold(path)}
    tested = {one.id for path in (ROOT / "annotations/test").glob("*.jsonl") for one in read_gold(path)}
    assert splits.train | splits.dev == authored
    assert splits.test == tested
    assert not authored & tested


def test_the_shipped_training_reaches_no_test_document(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    splits = read_splits(SPLITS)
    for path in sorted((ROOT / "configs").glob("*.cfg")):
        if "[data]" in path.read_text("utf-8"):
            config, _ = read_config(path)
            assert config.data.splits == "annotations/splits.json"
            assert not {one.id for one in read_data(config)} & splits.test


def test_no_text_of_the_test_split_is_in_what_is_trained_on() -> None:
    """Neither under another id, nor cut into words: no 8 characters in common beyond what documents share anyway."""
    trained = [one for path in sorted((ROOT / "annotations/gold").glob("**/*.jsonl")) for one in read_gold(path)]
    tested = [one for path in sorted((ROOT / "annotations/test").glob("*.jsonl")) for one in read_gold(path)]
    texts = [one.text for one in trained + tested]
    texts += [path.read_text("utf-8").replace(" ", "") for path in sorted((ROOT / "annotations/words").glob("*.txt"))]
    tests = range(len(trained), len(trained) + len(tested))
    assert [pair for pair in near_duplicates(texts) if pair[0] in tests or pair[1] in tests] == []


def test_a_test_document_in_the_data_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A configuration that names the test file does not train."""
    monkeypatch.chdir(ROOT)
    (tested,) = sorted((ROOT / "annotations/test").glob("*.jsonl"))
    text = (ROOT / "configs/default.cfg").read_text("utf-8")
    config_path = tmp_path / "bad.cfg"
    config_path.write_text(text.replace("annotations/gold/quanzhou-2023.jsonl", str(tested)), "utf-8")
    config, _ = read_config(config_path)
    with pytest.raises(ConfigError, match="is in the test split and must not be trained on"):
        read_data(config)


def test_refusing_names_the_document() -> None:
    splits = Splits(frozenset("a"), frozenset("b"), frozenset("c"))
    splits.refuse_test([Annotated("a", "authored", "", (), ())], "here")
    with pytest.raises(ConfigError, match="here: document c is in the test split"):
        splits.refuse_test([Annotated("c", "authored", "", (), ())], "here")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[]", "not a split of documents"),
        ('{"train": [], "dev": []}', "not a split of documents"),
        ('{"train": [], "dev": [], "test": "T1"}', "not a split of documents"),
        ('{"train": [1], "dev": [], "test": []}', "not a split of documents"),
        ('{"train": ["a"], "dev": ["a"], "test": []}', "document a stands 2 times"),
        ("{", "cannot be read"),
    ],
)
def test_bad_files_are_refused(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "splits.json"
    path.write_text(content, "utf-8")
    with pytest.raises(ConfigError, match=message):
        read_splits(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_splits(tmp_path / "none.json")


def test_the_file_is_sorted_json() -> None:
    data = json.loads(SPLITS.read_text("utf-8"))
    assert list(data) == ["train", "dev", "test"]
    assert all(ids == sorted(ids) for ids in data.values())
