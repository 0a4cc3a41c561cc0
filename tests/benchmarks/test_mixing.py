from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from statistics import median
from types import ModuleType

import pytest

from tongbao.batch import find_inputs
from tongbao.reading import read_file

Import = Callable[[str], ModuleType]
SOURCES = [[f"{letter}局检查{number}次。" * 3 for number in range(40)] for letter in "甲乙丙"]


def test_a_document_depends_on_its_number_and_the_seed_only(benchmark_module: Import) -> None:
    mixed = benchmark_module("mixing").mixed
    assert mixed(SOURCES, 7, 13) == mixed(SOURCES, 7, 13)
    assert len({mixed(SOURCES, 7, 13), mixed(SOURCES, 8, 13), mixed(SOURCES, 7, 14)}) == 3


def test_paragraphs_are_those_of_the_sources_in_runs(benchmark_module: Import) -> None:
    document = benchmark_module("mixing").mixed(SOURCES, 1, 13)
    known = {paragraph for source in SOURCES for paragraph in source}
    assert set(document.paragraphs[:-1]) <= known
    assert any(paragraph.startswith(document.paragraphs[-1]) for paragraph in known)


def test_sizes_and_formats_are_those_of_a_real_batch(benchmark_module: Import) -> None:
    mixing = benchmark_module("mixing")
    documents = [mixing.mixed(SOURCES, number, 13) for number in range(2_000)]
    sizes = [len(document.text) for document in documents]
    assert 1_800 < median(sizes) < 2_200
    assert min(sizes) >= mixing.SHORTEST
    assert 15_000 < max(sizes) <= mixing.LONGEST + 1
    formats = Counter(document.format for document in documents)
    assert {form: round(count / 20) for form, count in formats.items()} == pytest.approx(mixing.FORMATS, abs=3)


def test_no_more_huge_files_than_allowed_and_every_kind(benchmark_module: Import) -> None:
    poison = benchmark_module("poison")
    given = [one.kind for one in poison.poisons(100)]
    assert len(given) == 100
    assert given.count("huge") == poison.MOST_HUGE
    assert set(given) == {one.kind for one in poison.KINDS}
    assert list(poison.poisons(0)) == []


def _files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_poison_leaves_the_good_files_as_they_are(
    benchmark_module: Import, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("docx")
    mix, poison, stores = (benchmark_module(name) for name in ("mix", "poison", "stores"))
    monkeypatch.setattr(poison, "HUGE", 1_000)
    monkeypatch.setattr(poison, "BOMB", 1 << 20)
    mix.make(tmp_path / "clean", SOURCES, 60, 13, 0.0)
    mix.make(tmp_path / "poisoned", SOURCES, 60, 13, 0.25)
    clean, poisoned = _files(tmp_path / "clean"), _files(tmp_path / "poisoned")
    added = poisoned.keys() - clean.keys()
    assert {name: poisoned[name] for name in clean} == clean
    assert len(added) == 15
    assert all(map(stores.bad, added))
    assert not any(map(stores.bad, clean))
    assert {Path(name).suffix for name in clean} == {".txt", ".html", ".docx", ".zip"}
    inputs, skipped = find_inputs([tmp_path / "clean"])
    assert (len(inputs), skipped) == (60, [])
    text = "\n".join(mix.mixed(SOURCES, 0, 13).paragraphs)
    assert read_file(next((tmp_path / "clean" / "000").glob("000000.*"))).text.split() == text.split()


def _store(documents: dict[str, tuple[str, list[str]]]) -> sqlite3.Connection:
    """A store of documents in this order, each with its status and texts of quantities; other tables are empty."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE ledger (document, doc_id, status, source, error)")
    connection.execute("CREATE TABLE annotations (document, annotation)")
    for table in ("documents", "items", "departments", "policies", "quantities", "left_out"):
        connection.execute(f"CREATE TABLE {table} (document, n, text)")
    for number, (doc_id, (status, rows)) in enumerate(documents.items()):
        connection.execute("INSERT INTO ledger VALUES (?, ?, ?, '', '')", (number, doc_id, status))
        rows_of = [(number, n, row) for n, row in enumerate(rows)]
        connection.executemany("INSERT INTO quantities VALUES (?, ?, ?)", rows_of)
    return connection


CLEAN = {"a": ("ok", ["1件", "2件"]), "b": ("ok", [])}
HUGE = {"000/000001x-huge": ("failed", list[str]())}


@pytest.mark.parametrize(
    ("other", "different"),
    [
        ({**HUGE, **CLEAN}, []),
        ({"b": ("ok", [])}, ["a"]),
        ({**CLEAN, "a": ("ok", ["1件"])}, ["a"]),
        ({**CLEAN, "a": ("ok", ["2件", "1件"])}, ["a"]),
        ({**CLEAN, "b": ("timeout", [])}, ["b"]),
    ],
    ids=["other numbers", "missing", "a row less", "another order", "another end"],
)
def test_what_a_store_has_lost_is_found(
    benchmark_module: Import, other: dict[str, tuple[str, list[str]]], different: list[str]
) -> None:
    stores = benchmark_module("stores")
    assert stores.differences(_store(CLEAN), _store(other)) == (2, different)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ("/x/a.txt: 71,066,520 characters are too many (cut it)", "N characters are too many"),
        ("/x/a.txt: the file is empty (give a file with text in it)", "the file is empty"),
        ("/x/a.txt: no remedy known", "no remedy known"),
    ],
)
def test_reasons_are_told_without_what_differs(benchmark_module: Import, error: str, reason: str) -> None:
    assert benchmark_module("stores").reason("/x/a.txt", error) == reason
