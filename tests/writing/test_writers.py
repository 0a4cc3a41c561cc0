"""Outputs appear when they are complete, and failures are told as such."""

from __future__ import annotations

from pathlib import Path

import pytest

from tongbao.errors import WritingError
from tongbao.records import Annotated, Tables
from tongbao.writing import WriteOptions, Writer, Writers, open_writer, open_writers

FULL = Path("/dev/full")
OUTPUTS = ("rows.csv", "rows.jsonl", "folder")


def _files(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


def _write(
    writers: list[Writer],
    annotated: Annotated,
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
        assert all(name.endswith(".part") for name in _files(tmp_path))
    assert {"rows.csv", "rows.jsonl", "documents.csv", "left_out.csv"} <= _files(tmp_path)
    assert not any(name.endswith(".part") for name in _files(tmp_path))


@pytest.mark.parametrize("error", [RuntimeError("no"), KeyboardInterrupt()])
def test_nothing_is_left_of_a_run_that_fails(
    tmp_path: Path, writers: list[Writer], annotated: Annotated, tables: Tables, error: BaseException
) -> None:
    with pytest.raises(type(error)):
        _write(writers, annotated, tables, error)
    assert _files(tmp_path) == set()


def test_what_was_there_survives_a_run_that_fails(tmp_path: Path, annotated: Annotated, tables: Tables) -> None:
    (tmp_path / "rows.csv").write_text("old")
    with pytest.raises(RuntimeError):
        _write([open_writer(tmp_path / "rows.csv", WriteOptions())], annotated, tables, RuntimeError())
    assert (tmp_path / "rows.csv").read_text() == "old"
    assert _files(tmp_path) == {"rows.csv"}


def test_what_was_there_is_replaced_by_a_run_that_succeeds(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text("old")
    with Writers([open_writer(tmp_path / "rows.jsonl", WriteOptions())]):
        assert (tmp_path / "rows.jsonl").read_text() == "old"
    assert (tmp_path / "rows.jsonl").read_text() == ""


@pytest.mark.parametrize("name", ["rows.parquet", "rows.CSVX", "rows.csv.gz"])
def test_an_unknown_format_is_refused_with_those_that_are_known(tmp_path: Path, name: str) -> None:
    paths = [tmp_path / "rows.csv", tmp_path / name]
    for opened in (lambda: open_writer(paths[1], WriteOptions()), lambda: open_writers(paths, WriteOptions())):
        with pytest.raises(WritingError) as raised:
            opened()
        assert raised.value.place == str(tmp_path / name)
        assert ".csv, .jsonl" in raised.value.remedy
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


@pytest.mark.parametrize("name", ["rows.csv", "rows.jsonl"])
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


def test_a_closing_that_fails_leaves_no_part_files(tmp_path: Path, annotated: Annotated, tables: Tables) -> None:
    writers = open_writers([tmp_path / "rows.csv", tmp_path / "rows.jsonl"], WriteOptions())
    # Somebody puts a folder where the file is to go.
    (tmp_path / "rows.csv").mkdir()
    with pytest.raises(WritingError) as raised:
        _write(writers, annotated, tables)
    assert raised.value.place == str(tmp_path / "rows.csv")
    assert _files(tmp_path) == set()
