"""Which files, under which ids; and one bad document costs only itself."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from tongbao.batch import Input, Outcome, find_inputs, free_id, run, size_of
from tongbao.errors import ProcessingError, ReadingError, TongbaoError
from tongbao.extraction import TOGETHER, Extraction, Extractor
from tongbao.reading.archive import Member
from tongbao.records import Annotated, Bulletin, Tables

TEXT = "甲州市通报\n立案43起。\n"


def _fill(folder: Path, *names: str) -> list[Path]:
    out = []
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(TEXT, "utf-8")
        out.append(path)
    return out


def _ids(*paths: Path) -> list[str]:
    return [item.id for item in find_inputs(paths)[0]]


# --- finding --------------------------------------------------------------------------------------------------------


def test_files_stand_in_the_order_given(tmp_path: Path) -> None:
    b, a, c = _fill(tmp_path, "b.txt", "a.md", "c")
    inputs, skipped = find_inputs([b, a, c])
    assert inputs == [Input("b", b), Input("a", a), Input("c", c)]
    assert skipped == []


def test_a_folder_stands_for_its_files_sorted_with_its_folders_in_their_ids(tmp_path: Path) -> None:
    _fill(tmp_path, "b.txt", "2023/quanzhou.txt", "2023/a/x.text", "2022/z.MD", "a")
    inputs, skipped = find_inputs([tmp_path])
    assert [item.id for item in inputs] == ["2022/z", "2023/a/x", "2023/quanzhou", "a", "b"]
    assert [item.path for item in inputs] == sorted(item.path for item in inputs)
    assert skipped == []


def test_hidden_files_and_sidecars_are_passed_over(tmp_path: Path) -> None:
    _fill(tmp_path, "a.txt", "a.txt.meta.json", ".b.txt", ".git/c.txt", "__pycache__/d.txt", "__init__.py", "in/.e.txt")
    inputs, skipped = find_inputs([tmp_path])
    assert [item.id for item in inputs] == ["a"]
    assert skipped == []


def test_a_hidden_folder_that_is_named_is_read(tmp_path: Path) -> None:
    _fill(tmp_path, ".hidden/a.txt")
    assert _ids(tmp_path / ".hidden") == ["a"]


def test_files_in_folders_that_no_reader_takes_are_told(tmp_path: Path) -> None:
    _, image, table = _fill(tmp_path, "a.txt", "b.gif", "in/c.xlsx")
    inputs, skipped = find_inputs([tmp_path])
    assert [item.id for item in inputs] == ["a"]
    assert skipped == [image, table]


def test_a_file_that_is_named_is_an_input_whatever_it_is(tmp_path: Path) -> None:
    (image,) = _fill(tmp_path, "b.png")
    missing = tmp_path / "missing.txt"
    inputs, skipped = find_inputs([image, missing])
    assert [item.path for item in inputs] == [image, missing]
    assert skipped == []


def test_a_file_is_read_once(tmp_path: Path) -> None:
    a, b = _fill(tmp_path, "a.txt", "in/b.txt")
    assert [item.path for item in find_inputs([b, tmp_path, a, tmp_path / "in" / ".." / "a.txt"])[0]] == [b, a]


def test_a_link_to_a_file_is_that_file(tmp_path: Path) -> None:
    (a,) = _fill(tmp_path, "a.txt")
    (tmp_path / "z.txt").symlink_to(a)
    assert _ids(tmp_path) == ["a"]


def test_a_circle_of_links_ends(tmp_path: Path) -> None:
    _fill(tmp_path, "in/a.txt")
    (tmp_path / "in" / "again").symlink_to(tmp_path, target_is_directory=True)
    loop = tmp_path / "loop.txt"
    loop.symlink_to(loop)
    assert "in/a" in _ids(tmp_path)
    inputs, _ = find_inputs([loop])
    assert [item.path for item in inputs] == [loop]
    assert _errors(run(inputs, _Extractor.made())) == [(str(loop), ReadingError)]


def test_a_path_that_no_system_takes_is_an_input_that_fails(tmp_path: Path) -> None:
    inputs, _ = find_inputs([tmp_path / ("长" * 5000), tmp_path / "nul\0.txt"])
    outcomes = run(inputs, _Extractor.made())
    assert [type(outcome.error) for outcome in outcomes] == [ReadingError, ReadingError]


def test_an_empty_folder_has_no_inputs(tmp_path: Path) -> None:
    assert find_inputs([tmp_path]) == ([], [])
    assert find_inputs([]) == ([], [])


def test_equal_ids_are_numbered(tmp_path: Path) -> None:
    paths = _fill(tmp_path, "1/a.txt", "2/a.txt", "3/a.md", "4/b.txt")
    assert _ids(*paths) == ["a", "a-2", "a-3", "b"]
    assert _ids(tmp_path / "1", tmp_path / "2") == ["a", "a-2"]


def test_the_number_does_not_make_an_id_that_another_file_has(tmp_path: Path) -> None:
    paths = _fill(tmp_path, "1/a.txt", "2/a.txt", "3/a-2.txt", "4/a.txt")
    ids = _ids(*paths)
    assert ids == ["a", "a-2", "a-2-2", "a-3"]
    assert len(set(_ids(paths[2], *paths))) == len(paths)


def test_a_free_id() -> None:
    assert free_id("stdin", ()) == "stdin"
    assert free_id("stdin", {"stdin", "stdin-2", "stdin-4"}) == "stdin-3"


# --- running --------------------------------------------------------------------------------------------------------


class _Extractor:
    """An extractor that breaks on what the text asks for; only what ``run`` calls is there."""

    name = "zh_test-1.0.0"

    @classmethod
    def made(cls) -> Extractor:
        return cast(Extractor, cls())

    def extract_all(self, bulletins: Iterable[Bulletin]) -> Iterator[Extraction]:
        return map(self.extract, bulletins)

    def extract(self, bulletin: Bulletin) -> Extraction:
        if "没想到" in bulletin.text:
            raise ZeroDivisionError("two\nlines")
        if "中断" in bulletin.text:
            raise KeyboardInterrupt
        return Extraction(bulletin, Annotated(bulletin.id, "external", bulletin.text, (), ()), Tables())


def _errors(outcomes: Iterable[Outcome]) -> list[tuple[str, type[TongbaoError]]]:
    return [(outcome.error.place, type(outcome.error)) for outcome in outcomes if outcome.error is not None]


def test_a_failing_document_costs_only_itself(tmp_path: Path) -> None:
    good, broken = _fill(tmp_path, "good.txt", "broken.txt")
    broken.write_text("没想到", "utf-8")
    program, blank, missing = tmp_path / "program.txt", tmp_path / "blank.txt", tmp_path / "missing.txt"
    program.write_bytes(b"\x7fELF\x02\x01")
    blank.write_bytes(b" \n")
    paths = [missing, good, program, broken, blank]
    outcomes = run([Input(path.stem, path) for path in paths], _Extractor.made())
    assert [outcome.input.path for outcome in outcomes] == paths
    assert [(o.extraction is None, o.error is None) for o in outcomes] == [
        (True, False),
        (False, True),
        (True, False),
        (True, False),
        (True, False),
    ]
    assert _errors(outcomes) == [
        (str(missing), ReadingError),
        (str(program), ReadingError),
        (str(broken), ProcessingError),
        (str(blank), ReadingError),
    ]


def test_an_unforeseen_failure_names_its_kind_and_a_remedy(tmp_path: Path) -> None:
    (path,) = _fill(tmp_path, "a.txt")
    path.write_text("没想到", "utf-8")
    (outcome,) = run([Input("a", path)], _Extractor.made())
    assert outcome.error is not None
    assert "ZeroDivisionError" in outcome.error.reason
    assert outcome.error.remedy


def test_an_interruption_is_no_outcome(tmp_path: Path) -> None:
    first, second = _fill(tmp_path, "a.txt", "b.txt")
    second.write_text("中断", "utf-8")
    with pytest.raises(KeyboardInterrupt):
        run([Input("a", first), Input("b", second)], _Extractor.made())


def test_seconds_are_shared_by_length(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = _fill(tmp_path, "a.txt", "b.txt")
    first.write_text(TEXT * 9, "utf-8")
    clock = iter([0.0, 1.0, 1.0, 3.0, 3.0, 13.0])  # reading takes 1 and 2 seconds, the rest 10
    monkeypatch.setattr("tongbao.batch.monotonic", lambda: next(clock))
    outcomes = run([Input("a", first), Input("b", second)], _Extractor.made())
    assert [outcome.seconds for outcome in outcomes] == [1.0 + 9.0, 2.0 + 1.0]


def test_sizes_of_inputs(tmp_path: Path) -> None:
    """In characters, by kind; what takes long to read, or may hold anything, is as large as a group."""
    text, page, report, odd = _fill(tmp_path, "a.txt", "b.HTML", "c.pdf", "2024.3月通报")
    size = len(TEXT.encode())
    inputs = [Input("x", path) for path in (text, page, odd)]
    assert [size_of(item) for item in inputs] == [size // 2, size // 6, size // 2]
    assert size_of(Input("c", report)) == size_of(Input("d", tmp_path / "d.png")) == TOGETHER
    assert size_of(Input("stdin", Path("-"), b"a" * 100)) == 50
    assert size_of(Input("e", tmp_path / "none.txt")) == 0
    member = Member(tmp_path / "m.zip", "a.txt")
    assert 0 < size_of(Input("m", member.path, member=member)) < TOGETHER


def test_a_document_has_the_id_of_its_input(tmp_path: Path) -> None:
    (path,) = _fill(tmp_path, "a.txt")
    (outcome,) = run([Input("2023/a", path)], _Extractor.made())
    assert outcome.extraction is not None
    assert outcome.extraction.bulletin.id == "2023/a"
    assert outcome.extraction.bulletin.source == str(path)


@pytest.mark.parametrize(
    ("data", "encoding", "text"),
    [
        (TEXT.encode(), None, TEXT),
        (TEXT.encode("gb18030"), None, TEXT),
        (TEXT.encode("utf-16-le"), "utf-16-le", TEXT),
        ("déjà vu".encode("cp1252"), "cp1252", "déjà vu"),
    ],
)
def test_standard_input(data: bytes, encoding: str | None, text: str) -> None:
    (outcome,) = run([Input("stdin", Path("-"), data)], _Extractor.made(), encoding)
    assert outcome.extraction is not None
    assert (outcome.extraction.bulletin.id, outcome.extraction.bulletin.text) == ("stdin", text)


@pytest.mark.parametrize("data", [b"", b" \n", b"\x7fELF", b"\xb2\xe2\xff\xff\xff"])
def test_bad_standard_input_is_an_outcome(data: bytes) -> None:
    (outcome,) = run([Input("stdin", Path("-"), data)], _Extractor.made())
    assert isinstance(outcome.error, ReadingError)
    assert outcome.error.place == "<stdin>"


def test_a_failure_has_one_row_that_says_so() -> None:
    error = ReadingError("a.txt", "no such file", "check the path")
    tables = Outcome(Input("a", Path("a.txt")), None, error).tables("zh_test-1.0.0")
    (row,) = tables.documents
    assert tables == Tables(documents=(row,))
    assert (row.doc_id, row.status, row.error, row.model) == ("a", "failed", str(error), "zh_test-1.0.0")


def test_a_success_has_the_rows_of_its_extraction(tmp_path: Path) -> None:
    (path,) = _fill(tmp_path, "a.txt")
    (outcome,) = run([Input("a", path)], _Extractor.made())
    assert outcome.extraction is not None
    assert outcome.tables("other") is outcome.extraction.tables


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="nothing is forbidden to this user")
def test_a_folder_that_may_not_be_entered_costs_only_itself(tmp_path: Path) -> None:
    locked, open_ = _fill(tmp_path, "locked/a.txt", "b.txt")
    locked.parent.chmod(0)
    try:
        inputs, _ = find_inputs([locked, open_])
        outcomes: list[Any] = run(inputs, _Extractor.made())
        assert [type(outcome.error) for outcome in outcomes] == [ReadingError, type(None)]
    finally:
        locked.parent.chmod(0o755)
