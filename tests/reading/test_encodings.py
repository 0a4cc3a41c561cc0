import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.errors import ReadingError
from tongbao.reading import decode

CHINESE = "今年以来，市水务局把农村供水作为大事来抓，共检查水厂34座，整改问题12个。\r\n　群众满意率98.5％。\n"
TRADITIONAL = (
    "關於本市國民小學校園午餐衛生檢查情形，經衛生局會同教育局查核一百二十所學校，發現缺失三十件，均已改善完畢。"
)


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (CHINESE.encode(), "utf-8"),
        (codecs.BOM_UTF8 + CHINESE.encode(), "utf-8"),
        (codecs.BOM_UTF16_LE + CHINESE.encode("utf-16-le"), "utf-16-le"),
        (codecs.BOM_UTF16_BE + CHINESE.encode("utf-16-be"), "utf-16-be"),
        (CHINESE.encode("utf-16-le"), "utf-16-le"),
        (CHINESE.encode("utf-16-be"), "utf-16-be"),
        (codecs.BOM_UTF32_LE + CHINESE.encode("utf-32-le"), "utf-32-le"),
        (CHINESE.encode("gb18030"), "gb18030"),
        (b"\x84\x31\x95\x33" + CHINESE.encode("gb18030"), "gb18030"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_detected(data: bytes, encoding: str) -> None:
    assert decode(data) == (CHINESE, encoding)


@pytest.mark.parametrize("declared", ["gb2312", "GBK", "cp936", " gb18030 "])
def test_declared_gb_is_read_as_gb18030(declared: str) -> None:
    text = "𠮷㐂镕" + CHINESE
    assert decode(text.encode("gb18030"), declared) == (text, "gb18030")


def test_valid_utf8_wins_over_a_wrong_declaration() -> None:
    assert decode(CHINESE.encode(), "gb2312") == (CHINESE, "utf-8")


def test_a_declaration_that_does_not_fit_is_passed_over() -> None:
    assert decode(CHINESE.encode("gb18030"), "utf-8") == (CHINESE, "gb18030")


def test_declared_western() -> None:
    assert decode("déjà vu".encode("cp1252"), "cp1252") == ("déjà vu", "cp1252")


def test_big5_is_found_when_it_is_long_enough() -> None:
    assert decode(TRADITIONAL.encode("big5")) == (TRADITIONAL, "big5")
    with pytest.raises(ReadingError, match="cannot be told"):
        decode(TRADITIONAL[:6].encode("big5"))


def test_japanese_is_not_taken_for_utf16() -> None:
    text = "市議会は本日、学校給食の衛生管理に関する報告書を公表しました。検査対象は百二十校でした。今後も指導します。"
    data = text.encode("shift_jis")
    assert decode(data + b"\n" * (len(data) % 2))[0].strip() == text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (codecs.BOM_UTF8, "empty"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04....", "ZIP"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1..", "OLE"),
        (b"\x7fELF\x02\x01", "ELF"),
        (b"{\\rtf1 abc}", "RTF"),
        (b"abc\x00def", "NUL byte at byte offset 3"),
        ("甲\0".encode("utf-16"), "NUL character at character offset 1"),
        (bytes(range(1, 32)) * 3, "control characters"),
        (
            CHINESE.encode()[:60] + b"\xff" + CHINESE.encode()[60:],
            "utf-8 text: the first bad byte is at byte offset 60",
        ),
        (CHINESE.encode("gb18030")[:-1] + b"\xff", "gb18030 text: the first bad byte is at byte offset"),
        (codecs.BOM_UTF16_LE + b"\x00\xd8a\x00", "utf-16-le at byte offset 2"),
        (b"caf\xe9 na\xefve", "not utf-8 at byte offset 3"),
    ],
)
def test_refused(data: bytes, words: str) -> None:
    with pytest.raises(ReadingError) as caught:
        decode(data, place="folder/file.txt")
    message = str(caught.value)
    assert message.startswith("folder/file.txt: ")
    assert words in message
    assert "\n" not in message
    assert caught.value.remedy


@pytest.mark.parametrize("name", ["nonsense", "base64", "", "\0"])
def test_declared_nonsense(name: str) -> None:
    with pytest.raises(ReadingError, match="encoding"):
        decode(b"abc", name)


@given(st.binary(max_size=200), st.sampled_from([None, "gbk", "utf-16", "utf-8", "big5", "utf-7", "idna", "punycode"]))
def test_any_bytes_give_text_or_a_reading_error(data: bytes, declared: str | None) -> None:
    try:
        text, encoding = decode(data, declared)
    except ReadingError as error:
        assert "\n" not in str(error)
    else:
        assert text
        assert codecs.lookup(encoding)


@given(st.text(min_size=1).filter(lambda text: "\0" not in text and not text.startswith("\ufeff")))
def test_utf8_text_is_never_changed(text: str) -> None:
    try:
        assert decode(text.encode()) == (text, "utf-8")
    except ReadingError as error:
        assert "control characters" in error.reason or "not plain text" in error.reason
