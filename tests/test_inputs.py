"""Archives, patterns and pictures among the paths that a user names."""

from __future__ import annotations

import os
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongbao import batch
from tongbao.batch import Input, find_inputs, read_input
from tongbao.errors import ReadingError
from tongbao.reading import archive
from tongbao.reading.archive import Member, members_of, read_member
from tongbao.records import Metadata

TEXT = "甲州市供水情况通报\n立案43起。\n"
UTF8, ENCRYPTED = 0x800, 0x1


def _zip(
    path: Path, files: Mapping[str, str], encoding: str = "utf-8", flags: int = UTF8, size: int | None = None
) -> Path:
    """A ZIP archive of what is not compressed; ``size`` is what it says of every member's size unpacked."""
    body, directory = b"", b""
    for name, text in files.items():
        data, raw = text.encode(), name.encode(encoding)
        said = len(data) if size is None else size
        fields = struct.pack("<HHHHHLLLHH", 20, flags, 0, 0, 0x21, zlib.crc32(data), len(data), said, len(raw), 0)
        directory += b"PK\1\2" + struct.pack("<H", 20) + fields + struct.pack("<HHHLL", 0, 0, 0, 0, len(body)) + raw
        body += b"PK\3\4" + fields + raw + data
    end = struct.pack("<HHHHLLH", 0, 0, len(files), len(files), len(directory), len(body), 0)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body + directory + b"PK\5\6" + end)
    return path


def _found(*paths: Path) -> list[tuple[str, str]]:
    """Id and text, or reason, of every input."""
    out = []
    for item in find_inputs(paths)[0]:
        try:
            out.append((item.id, read_input(item).text))
        except ReadingError as error:
            assert error.remedy
            out.append((item.id, error.reason))
    return out


# --- archives -------------------------------------------------------------------------------------------------------


def test_an_archive_stands_for_its_files(tmp_path: Path) -> None:
    names = ["b.txt", "2023/甲州.md", "2023/a.html", "c.exe", ".d.txt", "__MACOSX/b.txt", "b.txt.meta.json", "in/e.zip"]
    path = _zip(tmp_path / "docs.zip", dict.fromkeys(names, TEXT))
    inputs, skipped = find_inputs([path])
    assert [item.id for item in inputs] == ["docs/2023/a", "docs/2023/甲州", "docs/b"]
    assert [item.path for item in inputs] == [path / "2023/a.html", path / "2023/甲州.md", path / "b.txt"]
    assert skipped == [path / "c.exe", path / "in/e.zip"]


def test_a_member_is_read_like_a_file(tmp_path: Path) -> None:
    (item,) = find_inputs([_zip(tmp_path / "docs.zip", {"in/a.txt": TEXT})])[0]
    (tmp_path / "a.txt").write_text(TEXT, "utf-8", newline="")
    (plain,) = find_inputs([tmp_path / "a.txt"])[0]
    found, expected = read_input(item), read_input(plain)
    assert (found.id, found.source) == ("docs/in/a", str(tmp_path / "docs.zip" / "in" / "a.txt"))
    assert (found.text, found.sections, found.metadata, found.sha256) == (
        expected.text,
        expected.sections,
        expected.metadata,
        expected.sha256,
    )


def test_a_format_says_what_a_member_is(tmp_path: Path) -> None:
    path = tmp_path / "docs.zip"
    body = "<p>检查水厂34座，发现问题12个，立案43起，处分31人。</p>"
    _zip(path, {"a.html": f"<html><head><title>供水情况通报</title></head><body>{body}</body></html>"})
    ((id, text),) = _found(path)
    assert (id, "<p>" in text, "立案43起" in text) == ("docs/a", False, True)


@pytest.mark.parametrize("sidecar", ["in/a.txt.meta.json", "in/a.meta.json"])
def test_a_sidecar_in_the_archive_is_read(sidecar: str, tmp_path: Path) -> None:
    values = '{"title": "别的题目", "published": "2024-01-31", "region": null}'
    path = _zip(tmp_path / "docs.zip", {"in/a.txt": TEXT, "in/b.txt": TEXT, sidecar: values, "a.txt.meta.json": "[]"})
    first, second = (read_input(item).metadata for item in find_inputs([path])[0])
    assert first == Metadata(title="别的题目", published=date(2024, 1, 31))
    assert second.title == "甲州市供水情况通报"


def test_the_longer_name_of_a_sidecar_in_the_archive_wins(tmp_path: Path) -> None:
    path = _zip(tmp_path / "docs.zip", {"a.txt": TEXT, "a.meta.json": "[]", "a.txt.meta.json": '{"title": "甲"}'})
    (item,) = find_inputs([path])[0]
    assert read_input(item).metadata.title == "甲"


def test_a_bad_sidecar_in_the_archive_costs_its_document(tmp_path: Path) -> None:
    path = _zip(tmp_path / "docs.zip", {"a.txt": TEXT, "b.txt": TEXT, "a.meta.json": '{"titel": "甲"}'})
    first, second = find_inputs([path])[0]
    with pytest.raises(ReadingError, match="unknown key 'titel'") as caught:
        read_input(first)
    assert caught.value.place == str(path / "a.meta.json")
    assert read_input(second).text == TEXT


def test_archives_in_folders_are_opened(tmp_path: Path) -> None:
    _zip(tmp_path / "2023" / "docs.ZIP", {"a.txt": TEXT})
    assert _found(tmp_path) == [("2023/docs/a", TEXT)]


def test_equal_ids_are_numbered_and_a_member_is_read_once(tmp_path: Path) -> None:
    path = _zip(tmp_path / "docs.zip", {"a.txt": TEXT, "a.md": TEXT + "。"})
    (tmp_path / "link.zip").symlink_to(path)
    assert _found(path, path, tmp_path / "link.zip") == [("docs/a", TEXT + "。"), ("docs/a-2", TEXT)]


@pytest.mark.parametrize(
    ("encoding", "flags"), [("gb18030", 0), ("utf-8", 0), ("utf-8", UTF8)], ids=["gbk", "unmarked", "marked"]
)
def test_names_in_the_encodings_of_archives(encoding: str, flags: int, tmp_path: Path) -> None:
    # 誠 ends in the byte of a backslash in GBK.
    path = _zip(tmp_path / "docs.zip", {"通报/誠信建设.txt": TEXT}, encoding, flags)
    assert _found(path) == [("docs/通报/誠信建设", TEXT)]


def test_backslashes_part_folders(tmp_path: Path) -> None:
    assert _found(_zip(tmp_path / "docs.zip", {"in\\a.txt": TEXT})) == [("docs/in/a", TEXT)]


@pytest.mark.parametrize(
    "name", ["../a.txt", "in/../../a.txt", "/etc/a.txt", "C:\\in\\a.txt", "..\\a.txt", "//host/a.txt"]
)
def test_a_name_that_leads_out_costs_only_its_member(name: str, tmp_path: Path) -> None:
    path = _zip(tmp_path / "docs.zip", {name: TEXT, "b.txt": TEXT})
    found = dict(_found(path))
    assert found.pop("docs/b") == TEXT
    ((id, reason),) = found.items()
    assert id.startswith("docs/")
    assert ".." not in id
    assert "leads out of it" in reason


def test_a_name_that_leads_out_does_not_take_the_place_of_another(tmp_path: Path) -> None:
    found = _found(_zip(tmp_path / "docs.zip", {"../a.txt": "x", "a.txt": TEXT}))
    assert sorted(id for id, _ in found) == ["docs/a", "docs/a-2"]
    assert TEXT in [text for _, text in found]


def test_an_encrypted_member_costs_only_itself(tmp_path: Path) -> None:
    path = _zip(tmp_path / "docs.zip", {"a.txt": TEXT, "b.txt": TEXT})
    data = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\1\2", 8), (b"PK\3\4", 6)):
        data[data.index(mark) + offset] |= ENCRYPTED
    path.write_bytes(data)
    (first, reason), second = _found(path)
    assert (first, second) == ("docs/a", ("docs/b", TEXT))
    assert "encrypted" in reason


def test_a_damaged_member_costs_only_itself(tmp_path: Path) -> None:
    path = _zip(tmp_path / "docs.zip", {"a.txt": TEXT, "b.txt": TEXT})
    path.write_bytes(path.read_bytes().replace("43起".encode(), "34起".encode(), 1))
    (first, reason), second = _found(path)
    assert (first, second) == ("docs/a", ("docs/b", TEXT))
    assert "damaged" in reason


def test_a_member_that_is_no_text_costs_only_itself(tmp_path: Path) -> None:
    path = _zip(tmp_path / "docs.zip", {"a.txt": "\x7fELF", "b.txt": TEXT, "c.txt": " \n"})
    assert [(id, text == TEXT) for id, text in _found(path)] == [("docs/a", False), ("docs/b", True), ("docs/c", False)]


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "docs.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("a.txt", b"0" * (archive._SMALL + 1))
        opened.writestr("b.txt", TEXT)
    (first, reason), second = _found(path)
    assert (first, second) == ("docs/a", ("docs/b", TEXT))
    assert "times its size" in reason


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_bomb_that_says_it_is_small_is_not_unpacked(method: int, tmp_path: Path) -> None:
    path = tmp_path / "docs.zip"
    size = 30_000_000
    with zipfile.ZipFile(path, "w", method) as opened:
        opened.writestr("a.txt", b"0" * size)
    path.write_bytes(path.read_bytes().replace(struct.pack("<L", size), struct.pack("<L", 40)))
    tracemalloc.start()
    try:
        ((_, reason),) = _found(path)
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()
    assert "damaged in the archive, or packed in a way that is not read" in reason


def test_a_member_that_says_it_is_huge_is_not_unpacked(tmp_path: Path) -> None:
    ((_, reason),) = _found(_zip(tmp_path / "docs.zip", {"a.txt": TEXT}, size=archive.MAX_MEMBER + 1))
    assert f"{archive.MAX_MEMBER + 1:,} bytes" in reason


@pytest.mark.parametrize(("limit", "value"), [("MAX_MEMBERS", 1), ("MAX_UNPACKED", 2 * len(TEXT.encode()) - 1)])
def test_an_archive_past_a_limit_is_one_failure(
    limit: str, value: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _zip(tmp_path / "docs.zip", {"a.txt": TEXT, "b.txt": TEXT})
    assert len(_found(path)) == 2
    monkeypatch.setattr(archive, limit, value)
    ((id, reason),) = _found(path)
    assert (id, "it unpacks to" in reason) == ("docs", True)


@pytest.mark.parametrize("data", [b"", b"abc", b"PK\x03\x04 and no more"])
def test_what_is_no_archive_is_one_failure(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "docs.zip"
    path.write_bytes(data)
    ((id, reason),) = _found(path)
    assert (id, "no ZIP archive" in reason) == ("docs", True)


def test_a_missing_archive_is_one_failure(tmp_path: Path) -> None:
    assert _found(tmp_path / "docs.zip") == [("docs", "no such file")]


def test_an_archive_without_documents_has_no_inputs(tmp_path: Path) -> None:
    assert find_inputs([_zip(tmp_path / "docs.zip", {})]) == ([], [])


def test_a_folder_that_is_called_an_archive_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "docs.zip").mkdir()
    (tmp_path / "docs.zip" / "a.txt").write_text(TEXT, "utf-8")
    assert _found(tmp_path / "docs.zip") == [("a", TEXT)]
    assert _found(tmp_path) == [("docs.zip/a", TEXT)]


def test_a_member_that_has_gone(tmp_path: Path) -> None:
    path = _zip(tmp_path / "docs.zip", {"a.txt": TEXT})
    with pytest.raises(ReadingError) as caught:
        read_member(Member(path, "b.txt"))
    assert "no such file" in caught.value.reason


@settings(max_examples=100)
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=6), st.integers(0, 400))
def test_damage_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[int, int]], end: int
) -> None:
    path = _zip(tmp_path_factory.getbasetemp() / "damaged.zip", {"in/a.txt": TEXT, "通报.txt": TEXT})
    data = bytearray(path.read_bytes())
    for position, value in changes:
        data[position % len(data)] = value
    path.write_bytes(data[: len(data) - max(0, end - 300)])
    assert all(id and text for id, text in _found(path))


def test_names_are_sorted_as_in_a_folder(tmp_path: Path) -> None:
    names = ["b.txt", "a/z.txt", "a.txt", "a/b.txt"]
    path = _zip(tmp_path / "docs.zip", dict.fromkeys(names, TEXT))
    for name in names:
        (tmp_path / "docs" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "docs" / name).write_text(TEXT, "utf-8")
    of_folder = [item.path.relative_to(tmp_path / "docs") for item in find_inputs([tmp_path / "docs"])[0]]
    assert [Path(member.name) for member in members_of(path)] == of_folder


# --- patterns and pictures ------------------------------------------------------------------------------------------


def _fill(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(TEXT, "utf-8")


@pytest.mark.parametrize(
    ("pattern", "ids"),
    [
        ("*.txt", ["a", "b"]),
        ("?.md", ["c"]),
        ("[bc].*", ["b", "c"]),
        ("**/*.txt", ["a", "b", "d"]),
        ("i*", ["d"]),
        ("in/d.txt", ["d"]),
        ("docs*.zip", ["docs/e"]),
    ],
)
def test_a_pattern_that_the_shell_left_as_it_is(pattern: str, ids: list[str], tmp_path: Path) -> None:
    _fill(tmp_path, "b.txt", "a.txt", "c.md", ".hidden.txt", "in/d.txt")
    _zip(tmp_path / "docs.zip", {"e.txt": TEXT})
    assert [item.id for item in find_inputs([tmp_path / pattern])[0]] == ids


def test_a_pattern_is_taken_from_where_the_user_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _fill(tmp_path, "a.txt")
    monkeypatch.chdir(tmp_path)
    assert [item.path for item in find_inputs([Path("*.txt")])[0]] == [Path("a.txt")]


def test_a_pattern_without_a_match_is_a_file_that_is_missing(tmp_path: Path) -> None:
    assert _found(tmp_path / "*.txt") == [("*", "no such file")]
    assert _found(tmp_path / "nul\0*.txt")[0][0] == "nul\0*"


@pytest.mark.skipif(os.name != "posix", reason="such names are not allowed there")
def test_a_file_whose_name_looks_like_a_pattern_is_that_file(tmp_path: Path) -> None:
    _fill(tmp_path, "[ab].txt", "a.txt")
    assert [item.id for item in find_inputs([tmp_path / "[ab].txt"])[0]] == ["[ab]"]


@pytest.mark.parametrize("installed", [True, False])
def test_pictures_in_folders_are_read_where_they_can_be(
    installed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "ocr_is_installed", lambda: installed)
    _fill(tmp_path, "a.txt", "b.PNG")
    path = _zip(tmp_path / "docs.zip", {"c.jpg": "", "d.txt": TEXT})
    inputs, skipped = find_inputs([tmp_path])
    pictures = [tmp_path / "b.PNG", path / "c.jpg"]
    assert ([item.path for item in inputs if item.id in ("b", "docs/c")], skipped) == (
        (pictures, []) if installed else ([], pictures)
    )
    assert find_inputs([tmp_path / "b.PNG"])[0] == [Input("b", tmp_path / "b.PNG")]
