"""``tongbao export``: a store in every other format."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from tongbao.store import open_store
from tongbao.writing import TABLE_NAMES
from tongbao.writing.columns import header

TEXT = "甲州市供水情况通报\n2023年，全市检查水厂{}座，罚没1.24万元。\n"


@pytest.fixture
def store(tongbao: Any, tmp_path: Path, tiny_model: Path) -> Path:
    """A store of three documents, of which one has failed, in an order that is not that of their names."""
    files = []
    for name, text in (("b", TEXT.format(34)), ("c", ""), ("a", TEXT.format(7))):
        files.append(tmp_path / f"{name}.txt")
        files[-1].write_text(text, "utf-8")
    path = tmp_path / "s.sqlite"
    assert tongbao("extract", *files, "-m", tiny_model, "-o", path).code == 3
    return path


def test_without_options_the_quantities_are_csv_on_standard_output(tongbao: Any, store: Path) -> None:
    run = tongbao("export", store)
    assert run.code == 0
    rows = list(csv.DictReader(io.StringIO(run.out)))
    assert [(row["doc_id"], row["value"]) for row in rows] == [("b", "34"), ("b", "12400"), ("a", "7"), ("a", "12400")]
    assert "2 篇 documents, 4 行 rows, 1 篇失败 failed" in run.err


def test_an_export_is_what_extraction_writes(tongbao: Any, tmp_path: Path, store: Path, tiny_model: Path) -> None:
    outputs = ("tables", "rows.csv", "rows.jsonl", "zh")
    files = [tmp_path / f"{name}.txt" for name in "bca"]
    for folder, words in (("direct", ["extract", *files, "-m", tiny_model]), ("exported", ["export", store])):
        for name in outputs:
            more = ["--headers", "zh", "--no-bom"] if name == "zh" else []
            tongbao(*words, "-o", tmp_path / folder / name, *more)
    made = [path.relative_to(tmp_path / "direct") for path in (tmp_path / "direct").rglob("*") if path.is_file()]
    assert len(made) == 2 * len(TABLE_NAMES) + 2
    for file in made:
        assert (tmp_path / "exported" / file).read_bytes() == (tmp_path / "direct" / file).read_bytes()


def test_json_and_several_outputs(tongbao: Any, tmp_path: Path, store: Path) -> None:
    run = tongbao("export", store, "--json", "-o", tmp_path / "r.csv", "-o", tmp_path / "r.jsonl")
    assert [json.loads(line)["id"] for line in run.out.splitlines()] == ["b", "a"]
    assert run.out == (tmp_path / "r.jsonl").read_text("utf-8")
    assert (tmp_path / "r.csv").read_text("utf-8-sig").splitlines()[0] == ",".join(header("quantities", "en"))


def test_tables_and_confidence(tongbao: Any, tmp_path: Path, store: Path) -> None:
    run = tongbao("export", store, "--tables", "documents")
    assert [row["doc_id"] for row in csv.DictReader(io.StringIO(run.out))] == ["b", "c", "a"]
    run = tongbao("export", store, "--min-confidence", "1", "--tables", "quantities,left_out", "-o", tmp_path / "t")
    assert sorted(path.name for path in (tmp_path / "t").iterdir()) == ["left_out.csv", "quantities.csv"]
    rows = list(csv.DictReader(io.StringIO((tmp_path / "t" / "left_out.csv").read_text("utf-8-sig"))))
    assert sum(row["reason"] == "low_confidence" for row in rows) == 4


def test_a_store_is_not_changed_by_an_export(tongbao: Any, tmp_path: Path, store: Path) -> None:
    before = store.read_bytes()
    assert tongbao("export", store, "-o", tmp_path / "r.jsonl").code == 0
    assert store.read_bytes() == before
    assert not list(tmp_path.glob("s.sqlite-*"))


def test_a_store_with_nothing_done(tongbao: Any, tmp_path: Path) -> None:
    with open_store(tmp_path / "s.sqlite") as store, store.transaction():
        store.register("a", None)
    run = tongbao("export", tmp_path / "s.sqlite", "-o", tmp_path / "r.csv")
    assert run.code == 1
    assert len(run.err.splitlines()) == 1
    assert not (tmp_path / "r.csv").exists()


def test_no_store(tongbao: Any, tmp_path: Path) -> None:
    (tmp_path / "text.sqlite").write_text("立案43起。" * 300, "utf-8")
    for name in ("none.sqlite", "text.sqlite"):
        run = tongbao("export", tmp_path / name, "-o", tmp_path / "r.csv")
        assert (run.code, run.out) == (1, "")
        assert str(tmp_path / name) in run.err
        assert run.err.rstrip().endswith(")")
    assert not list(tmp_path.glob("r.csv*"))


def test_the_store_itself_is_no_output(tongbao: Any, tmp_path: Path, store: Path) -> None:
    link = tmp_path / "link.csv"
    link.symlink_to(store)
    before = store.read_bytes()
    for output in (store, link):
        run = tongbao("export", store, "-o", output)
        assert run.code in (1, 2)
        assert len(run.err.splitlines()) >= 1
    assert store.read_bytes() == before
