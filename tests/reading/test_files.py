import hashlib
import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongbao.errors import ReadingError
from tongbao.reading import files, read_file, read_text
from tongbao.records import Block, Bulletin, Metadata, Span

TEXT = "甲州市供水情况通报\r\n\r\n一、总体情况\r\n检查水厂34座。整改问题12个。\r\n"


def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / "bulletin.txt"
    path.write_bytes(TEXT.encode("gb18030"))
    bulletin = read_file(path)
    assert (bulletin.text, bulletin.encoding, bulletin.id, bulletin.source) == (TEXT, "gb18030", "bulletin", str(path))
    assert bulletin.sha256 == hashlib.sha256(TEXT.encode("gb18030")).hexdigest()
    assert bulletin.metadata == Metadata(title="甲州市供水情况通报", region="甲州市")
    assert [section.path for section in bulletin.sections] == ["", "一"]


@pytest.mark.parametrize("name", ["a.txt", "a.TXT", "a.text", "a.md", "a"])
def test_suffixes_read_as_text(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(TEXT, "utf-8", newline="")
    assert read_file(tmp_path / name).id == "a"


def test_a_dot_in_a_chinese_name_begins_no_suffix(tmp_path: Path) -> None:
    (tmp_path / "2024.3月通报").write_text(TEXT, "utf-8", newline="")
    assert read_file(tmp_path / "2024.3月通报").id == "2024.3月通报"


def test_declared_encoding(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("déjà vu".encode("cp1252"))
    assert read_file(tmp_path / "a.txt", encoding="cp1252").text == "déjà vu"


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("missing.txt", None, "no such file"),
        ("empty.txt", b"", "empty"),
        ("blank.txt", b" \n\t", "white space"),
        ("data.bin", b"abc", "'.bin' cannot be read (read now: .txt, .text, .md, .html, "),
        ("letter.docx", b"PK\x03\x04", "no .docx file"),
        ("odd.txt", b"PK\x03\x04", "ZIP archive"),
    ],
)
def test_refused(tmp_path: Path, name: str, data: bytes | None, words: str) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(ReadingError) as caught:
        read_file(tmp_path / name)
    assert caught.value.place == str(tmp_path / name)
    assert words in str(caught.value)
    assert caught.value.remedy


def test_a_text_that_is_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_bytes(TEXT.encode())
    monkeypatch.setattr(files, "MAX_CHARACTERS", len(TEXT))
    assert read_file(tmp_path / "a.txt").text == TEXT
    monkeypatch.setattr(files, "MAX_CHARACTERS", len(TEXT) - 1)
    with pytest.raises(ReadingError, match="too many for one document"):
        read_file(tmp_path / "a.txt")


def test_a_folder_and_a_bad_path(tmp_path: Path) -> None:
    with pytest.raises(ReadingError, match="folder"):
        read_file(tmp_path)
    with pytest.raises(ReadingError, match="cannot be read"):
        read_file(Path("nul\0.txt"))


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ReadingError, match="permission"):
        read_file(tmp_path / "a.txt")


@pytest.mark.parametrize("sidecar", ["a.txt.meta.json", "a.meta.json"])
def test_sidecar(tmp_path: Path, sidecar: str) -> None:
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    values = {"title": "别的题目", "published": "2024-01-31", "region": None}
    (tmp_path / sidecar).write_text(json.dumps(values, ensure_ascii=False), "utf-8")
    assert read_file(tmp_path / "a.txt").metadata == Metadata(title="别的题目", published=date(2024, 1, 31))


def test_the_longer_sidecar_name_wins(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    (tmp_path / "a.txt.meta.json").write_text('{"title": "甲"}', "utf-8")
    (tmp_path / "a.meta.json").write_text('{"title": "乙"}', "utf-8")
    assert read_file(tmp_path / "a.txt").metadata.title == "甲"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"title": 1}', "not a string"),
        ('{"titel": "甲"}', "unknown key 'titel'"),
        ('{"title": "甲", "title": "乙"}', "twice"),
        ('{"published": "2024-02-30"}', "not an ISO date"),
        ("[1]", "not a JSON object"),
        ('{"title": }', "line 1, column 11"),
        ("[" * 100_000, "nested too deeply"),
        ("", "empty"),
    ],
)
def test_bad_sidecar(tmp_path: Path, content: str, words: str) -> None:
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    (tmp_path / "a.meta.json").write_text(content, "utf-8")
    with pytest.raises(ReadingError) as caught:
        read_file(tmp_path / "a.txt")
    assert caught.value.place == str(tmp_path / "a.meta.json")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    path.write_text("立案43起。", "utf-8")
    monkeypatch.setattr(files, "MAX_FILE", 14)
    assert read_file(path).text == "立案43起。"
    monkeypatch.setattr(files, "MAX_FILE", 13)
    with pytest.raises(ReadingError, match="more than 13 bytes"):
        read_file(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=120))
def test_any_bytes_give_a_bulletin_or_a_reading_error(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "any.txt"
    path.write_bytes(data)
    try:
        bulletin = read_file(path)
    except ReadingError as error:
        assert error.place == str(path)
    else:
        assert isinstance(bulletin, Bulletin)
        assert bulletin.sections
        assert bulletin.sentences


@given(st.text(max_size=100))
def test_text_is_untouched(text: str) -> None:
    bulletin = read_text(text, "id", Metadata(title="甲"))
    assert (bulletin.text, bulletin.id, bulletin.metadata) == (text, "id", Metadata(title="甲"))
    assert len(bulletin.sha256) == 64


@given(st.text("甲乙，。、一（）《》 \n", max_size=60), st.lists(st.integers(0, 60), max_size=8))
def test_no_sentence_crosses_the_border_of_a_block(text: str, borders: list[int]) -> None:
    ends = sorted({min(border, len(text)) for border in borders})
    blocks = tuple(Block(Span(a, b), None, n) for n, (a, b) in enumerate(zip(ends[::2], ends[1::2], strict=False), 1))
    bulletin = read_text(text, blocks=blocks)
    assert (bulletin.text, bulletin.blocks) == (text, blocks)
    assert not any(
        sentence.start < end < sentence.end for sentence in bulletin.sentences for end in ends[: len(blocks) * 2]
    )
    covered = "".join(sentence.of(text) for sentence in bulletin.sentences)
    assert "".join(covered.split()) == "".join(text.split())


def test_blocks_are_the_paragraphs() -> None:
    text = "检查机构34个，\n整改完成。"
    assert len(read_text(text).sentences) == 1
    blocks = (Block(Span(0, 8), 1, 1), Block(Span(9, 14), 2, 2))
    assert [sentence.of(text) for sentence in read_text(text, blocks=blocks).sentences] == [
        "检查机构34个，",
        "整改完成。",
    ]


def test_a_lone_surrogate_is_text_too() -> None:
    assert read_text("甲\ud800乙。").text == "甲\ud800乙。"
