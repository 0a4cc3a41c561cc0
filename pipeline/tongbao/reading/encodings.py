"""Bytes → text: which encoding, and a clear no where that cannot be told."""

from __future__ import annotations

import codecs
import re
from contextlib import suppress

from charset_normalizer import from_bytes

from tongbao.errors import ReadingError

_MAGIC = (
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive (docx, xlsx, wps and the like are such)"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an OLE document (doc, xls, wps)"),
    (b"{\\rtf", "an RTF document"),
    (b"\x7fELF", "an ELF program"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\x1f\x8b", "gzip data"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a", "a RAR archive"),
    (b"SQLite format 3\x00", "an SQLite database"),
)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
_GB = frozenset({"gb2312", "gbk", "gb18030", "cp936"})
_MULTIBYTE = ("big5", "cp932", "cp949", "cp950", "euc_", "gb", "shift_")
_SAMPLE = 200_000
_REMEDY = "name the right encoding, or convert the file to UTF-8"

#: What Chinese text in UTF-16 is made of: ASCII, punctuation, ideographs, full-width forms.
_USUAL = re.compile(
    "[\t\n\r\x20-\x7e\xa0-\xb7\u2010-\u2040\u2460-\u249b\u2500-\u25ff\u3000-\u3011\u4e00-\u9fff\uff01-\uff5e]"
)
_COMMON = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行"
    "学法所民得经三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外"
    "市县区省委政府监督整治问题查处项全务情况关管办公保推群众单位教育安检服"
)


def decode(data: bytes, declared: str | None = None, place: str = "<bytes>") -> tuple[str, str]:
    """The text of ``data`` and the Python name of its encoding.

    In this order: a byte order mark (it is no part of the text), strict UTF-8, the ``declared`` encoding where it
    decodes strictly, UTF-16 without a mark where the characters are plainly text, GB18030 where they are plainly
    Chinese, and what charset-normalizer finds, if it is sure. ``gb2312``, ``gbk`` and ``cp936`` are read as
    ``gb18030``, which holds them. Nothing is changed after decoding: no trimming, no folding, and line ends stay as
    they are (``\\r\\n`` stays two characters).

    Raises:
        ReadingError: ``data`` is empty, is not text, is damaged (with the offset of the first bad byte), is in no
            encoding that can be told for sure, or ``declared`` is not the name of an encoding.
    """
    if not data:
        raise ReadingError(place, "the file is empty", "give a file with text in it")
    for magic, what in _MAGIC:
        if data.startswith(magic):
            raise ReadingError(place, f"this is {what}, not plain text", "convert it to text first")
    wanted = None if declared is None else _codec(declared, place)
    for mark, name in _BOMS:
        if data.startswith(mark):
            return _checked(_strict(data[len(mark) :], name, place, len(mark)), name, place)
    text, name = _unmarked(data, wanted, place)
    return _checked(text, name, place)


def _unmarked(data: bytes, declared: str | None, place: str) -> tuple[str, str]:
    binary = 0 in data
    if not binary:
        text = _try(data, "utf-8")
        if text is not None:
            return text, "utf-8"
    if declared is not None and (text := _try(data, declared)) is not None and "\0" not in text:
        return text, declared
    wide = _utf16(data)
    if wide is not None:
        return wide
    if binary:
        reason = f"this is binary data, not text: a NUL byte at byte offset {data.index(0)}"
        raise ReadingError(place, reason, "give a text file")
    _refuse_damaged(data, "utf-8", place)
    text = _try(data, "gb18030")
    if text is not None and _is_chinese(text):
        return text, "gb18030"
    if text is None:
        _refuse_damaged(data, "gb18030", place)
    found = _guess(data)
    if found is not None:
        return found
    offset = _bad_byte(data, declared or "utf-8")
    reason = f"the encoding cannot be told: not {declared or 'utf-8'} at byte offset {offset}, and no other is sure"
    raise ReadingError(place, reason, _REMEDY)


def _codec(name: str, place: str) -> str:
    """The Python name of a declared encoding."""
    try:
        found = codecs.lookup(name.strip()).name
        with suppress(UnicodeError):
            b"a".decode(found)  # a codec such as base64 is no text encoding, and a LookupError here
    except (LookupError, ValueError):
        reason = f"unknown text encoding {name!r}"
        raise ReadingError(place, reason, "name one that Python knows, e.g. gb18030") from None
    return "gb18030" if found in _GB else found


def _try(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except (UnicodeError, ValueError):
        return None


def _strict(data: bytes, name: str, place: str, skipped: int) -> str:
    try:
        return data.decode(name)
    except UnicodeDecodeError as error:
        reason = f"not valid {name} at byte offset {error.start + skipped}: {error.reason}"
        raise ReadingError(place, reason, "the file is damaged: fetch or convert it again") from None


def _checked(text: str, name: str, place: str) -> tuple[str, str]:
    """Refuse what decodes but is no text."""
    if not text:
        raise ReadingError(place, "the file is empty but for a byte order mark", "give a file with text in it")
    nul = text.find("\0")
    controls = len(re.findall("[\x01-\x08\x0e-\x1b\x7f]", text[:_SAMPLE]))
    if nul >= 0 or 10 * controls > min(len(text), _SAMPLE):
        what = f"a NUL character at character offset {nul}" if nul >= 0 else f"{controls} control characters"
        raise ReadingError(place, f"this is binary data, not text: {what}", "give a text file")
    return text, name


def _utf16(data: bytes) -> tuple[str, str] | None:
    """UTF-16 without a mark, if one byte order gives plain text and the other does not."""
    if len(data) % 2:
        return None
    sample = data[:_SAMPLE]
    shares = {}
    for name in ("utf-16-le", "utf-16-be"):
        read = sample.decode(name, "replace")
        shares[name] = len(_USUAL.findall(read)) / len(read)
    best = max(shares, key=lambda name: shares[name])
    if shares[best] < 0.95 or min(shares.values()) > 0.7:
        return None
    text = _try(data, best)
    if text is None or (sum(map(str.isascii, text)) < len(text) / 2 and not _is_chinese(text)):
        return None
    return text, best


def _is_chinese(text: str) -> bool:
    """Whether text decoded as GB18030 is Chinese, and not another script whose bytes happen to be valid."""
    others = re.findall("[^\x00-\x7f]", text[:_SAMPLE])
    if not others:
        return False
    known = {c for c in set(others) if _in_gb2312(c)}
    counted = sum(c in known for c in others)
    kana = sum("\u3040" <= c <= "\u30ff" for c in others)
    common = sum(c in _COMMON for c in others)
    if counted < 0.85 * len(others) or kana > 0.05 * len(others):
        return False
    return common >= 0.1 * len(others) if len(others) >= 40 else common > 0


def _in_gb2312(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return character in "·—–€"
    return True


def _refuse_damaged(data: bytes, name: str, place: str) -> None:
    """Say so where the data is plainly in the encoding but for a few bad bytes."""
    text = data.decode(name, "replace")
    bad = text.count("\ufffd")
    good = len(re.findall("[\u3000-\u9fff\uff00-\uffef]", text))
    if bad and good >= max(8, 20 * bad) and (name == "utf-8" or _is_chinese(text.replace("\ufffd", ""))):
        reason = f"damaged {name} text: the first bad byte is at byte offset {_bad_byte(data, name)}"
        raise ReadingError(place, reason, "fetch or convert the file again; it was cut or edited as another encoding")


def _bad_byte(data: bytes, name: str) -> int:
    try:
        data.decode(name)
    except UnicodeDecodeError as error:
        return error.start
    return 0


def _guess(data: bytes) -> tuple[str, str] | None:
    """What charset-normalizer finds, if nothing else comes near it.

    Sure means: little disorder in it, no rival that is nearly as orderly and reads otherwise, and either a language
    that was recognised or an encoding of several bytes a character, which hardly fits by chance.
    """
    sample = data if len(data) <= _SAMPLE else data[:_SAMPLE].rpartition(b"\n")[0]
    matches = list(from_bytes(sample))
    if len(sample) < 32 or not matches or matches[0].chaos > 0.05:
        return None
    best = matches[0]
    rivals = [match for match in matches[1:] if match.chaos <= 0.1 and str(match) != str(best)]
    if rivals or (best.coherence < 0.5 and not best.encoding.startswith(_MULTIBYTE)):
        return None
    name = codecs.lookup(best.encoding).name
    name = "gb18030" if name in _GB else name
    text = _try(data, name)
    return None if text is None else (text, name)
