"""Outputs appear when they are complete, and failures are told as such."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tongbao.errors import WritingError
from tongbao.records import Annotated, Tables
from tongbao.writing import WriteOptions, Writer, Writers, open_writer, open_writers

FULL = Path("/dev/full")
OUTPUTS = ("rows.csv", "rows.jsonl", "rows.xlsx", "rows.parquet", "rows.duckdb", "folder")
FILES = OUTPUTS[:-1]


def _files(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


def _finished(folder: Path) -> set[str]:
    """Files that do not stand under a temporary name, nor in a folder of one."""
    paths = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    return {path.name for path in paths if not any(part.endswith(".part") for part in path.parts)}


def _write(
    writers: list[Writer],
    annotated: Annotated | None,
    tables: Tables,
    error: BaseException | None = None,
    documents: int = 1,
) -> None:
    """Write the document so many times, and then fail with ``error``."""
    with Writers(writers) as out:
        for _ in range(documents):
            out.write(annotated, tables)
        if error is not None:
            raise error


@pytest.fixture
def writers(tmp_path: Path) -> list[Writer]:
    return open_writers([tmp_path / "new" / name for name in OUTPUTS], WriteOptions())


def test_files_appear_at_the_end(tmp_path: Path, writers: list[Writer], annotated: Annotated, tables: Tables) -> None:
    with Writers(writers) as out:
        out.write(annotated, tables)
        assert _finished(tmp_path) == set()
    assert {*FILES, "documents.csv", "left_out.csv"} <= _finished(tmp_path)
    assert not list(tmp_path.rglob("*.part"))


@pytest.mark.parametrize("error", [RuntimeError("no"), KeyboardInterrupt()])
def test_nothing_is_left_of_a_run_that_fails(
    tmp_path: Path, writers: list[Writer], annotated: Annotated, tables: Tables, error: BaseException
) -> None:
    with pytest.raises(type(error)):
        _write(writers, annotated, tables, error)
    assert _files(tmp_path) == set()


@pytest.mark.parametrize("name", FILES)
def test_what_was_there_survives_a_run_that_fails(
    tmp_path: Path, annotated: Annotated, tables: Tables, name: str
) -> None:
    (tmp_path / name).write_text("old")
    with pytest.raises(RuntimeError):
        _write([open_writer(tmp_path / name, WriteOptions())], annotated, tables, RuntimeError())
    assert (tmp_path / name).read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", FILES)
def test_what_was_there_is_replaced_by_a_run_that_succeeds(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("old")
    with Writers([open_writer(tmp_path / name, WriteOptions())]):
        assert (tmp_path / name).read_text() == "old"
    assert (tmp_path / name).read_bytes() != b"old"
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize("name", ["rows.xlsx", "rows.parquet", "rows.duckdb"])
def test_what_a_killed_run_left_does_not_get_into_the_next(tmp_path: Path, tables: Tables, name: str) -> None:
    left = tmp_path / f"{name}.part"
    killed = open_writer(tmp_path / name, WriteOptions())
    killed.write(None, tables)
    kept = {path.name: path.read_bytes() for path in left.iterdir()}
    killed.abandon()
    left.mkdir()
    for file, data in kept.items():
        (left / file).write_bytes(data)
    _write([open_writer(tmp_path / name, WriteOptions())], None, tables)
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(
    ("name", "module"), [("rows.xlsx", "xlsxwriter"), ("rows.parquet", "duckdb"), ("rows.duckdb", "duckdb")]
)
def test_a_library_that_is_not_installed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, module: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(WritingError, match=module) as raised:
        open_writers([tmp_path / "rows.csv", tmp_path / name], WriteOptions())
    assert raised.value.place == str(tmp_path / name)
    assert raised.value.remedy == 'pip install "tongbao[tables]"'
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["rows.ods", "rows.CSVX", "rows.csv.gz"])
def test_an_unknown_format_is_refused_with_those_that_are_known(tmp_path: Path, name: str) -> None:
    paths = [tmp_path / "rows.csv", tmp_path / name]
    for opened in (lambda: open_writer(paths[1], WriteOptions()), lambda: open_writers(paths, WriteOptions())):
        with pytest.raises(WritingError) as raised:
            opened()
        assert raised.value.place == str(tmp_path / name)
        assert ".csv, .duckdb, .jsonl, .parquet, .xlsx" in raised.value.remedy
    assert _files(tmp_path) == set()


def test_an_output_named_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WritingError, match="twice"):
        open_writers([tmp_path / "rows.csv", tmp_path / "rows.jsonl", tmp_path / "rows.csv"], WriteOptions())
    assert _files(tmp_path) == set()


@pytest.mark.parametrize("name", OUTPUTS)
def test_a_place_below_a_file_cannot_be_written(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WritingError) as raised:
        open_writers([tmp_path / "ok.csv", tmp_path / "file" / name], WriteOptions())
    assert str(tmp_path / "file" / name) in raised.value.place
    assert raised.value.remedy
    assert _files(tmp_path) == {"file"}


@pytest.mark.parametrize("name", FILES)
def test_a_folder_is_no_place_for_a_file(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    with pytest.raises(WritingError, match="directory"):
        open_writer(tmp_path / name, WriteOptions())
    assert _files(tmp_path) == set()


def test_a_folder_of_tables_is_opened_whole_or_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "out" / "policies.csv").mkdir(parents=True)
    with pytest.raises(WritingError, match=r"policies\.csv"):
        open_writer(tmp_path / "out", WriteOptions())
    assert _files(tmp_path) == set()


@pytest.mark.skipif(not FULL.exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("name", ["rows.csv", "rows.jsonl"])
@pytest.mark.parametrize("documents", [1, 200])
def test_a_full_disk_is_told_with_the_output(
    tmp_path: Path, annotated: Annotated, tables: Tables, name: str, documents: int
) -> None:
    """One document fails when the file is closed, many fail on the way."""
    (tmp_path / f"{name}.part").symlink_to(FULL)
    with pytest.raises(WritingError, match="No space") as raised:
        _write([open_writer(tmp_path / name, WriteOptions())], annotated, tables, documents=documents)
    assert raised.value.place == str(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@contextmanager
def _files_no_larger_than(size: int) -> Iterator[None]:
    """The system writes no more to a file, as on a full disk."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("size", [1, 3_000, 30_000])
def test_no_room_is_told_with_the_output(
    tmp_path: Path, annotated: Annotated, tables: Tables, name: str, size: int
) -> None:
    """At the first byte, at the first rows, and later."""
    with _files_no_larger_than(size), pytest.raises(WritingError, match="large") as raised:
        _write([open_writer(tmp_path / name, WriteOptions())], annotated, tables, documents=300)
    assert raised.value.place == str(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", FILES)
def test_a_closing_that_fails_leaves_no_part_files(
    tmp_path: Path, annotated: Annotated, tables: Tables, name: str
) -> None:
    writers = open_writers([tmp_path / name, tmp_path / "more.csv"], WriteOptions())
    # Somebody puts a folder where the file is to go.
    (tmp_path / name).mkdir()
    with pytest.raises(WritingError) as raised:
        _write(writers, annotated, tables)
    assert raised.value.place == str(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == [name]
