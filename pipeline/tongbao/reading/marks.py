"""Item marks such as ``1.`` ``一、`` ``（二）`` ``①`` ``项目一：``: what they look like, before any question of order.

Not marks, by their shape: decimals (``1.5万``), dates (``2023.7``), neighbours (``3、4月份``, ``二、三产业``).
``一是…二是…`` and ``第一，…第二，…`` are running prose; they count sentences, not items.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

#: The usual order from the outermost style inwards. Labelled items (项目一) may stand anywhere and have no rank.
RANK = {"部分": 0, "章": 1, "节": 2, "条": 3, "一、": 4, "（一）": 5, "1.": 6, "1、": 6, "（1）": 7, "1)": 7, "①": 8}

_LABELS = "项目|问题|案例|案件|事项|任务|专项|措施|议题"
_HAN = "[〇零一二三四五六七八九十百]{1,6}"
_DIGITS = "[0-9０-９]{1,3}"
_CIRCLED = "①-⑳㉑-㉟㊱-㊿❶-❿"
_ENCLOSED = (
    ("①", "⑳", 1),
    ("㉑", "㉟", 21),
    ("㊱", "㊿", 36),
    ("❶", "❿", 1),
    ("⑴", "⒇", 1),
    ("⒈", "⒛", 1),
    ("㈠", "㈩", 1),
)
_DIGIT_OF = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0}


@dataclass(frozen=True, slots=True)
class Mark:
    """``[start, number_end)`` is the number as written, with its brackets and without its punctuation.

    ``content`` is where the item's words begin; ``style`` is a key of ``RANK`` or a label such as ``项目``;
    ``value`` is the number. An ``inline`` mark stands inside a paragraph, after a sentence end.
    """

    start: int
    number_end: int
    content: int
    style: str
    value: int
    inline: bool = False


@cache
def _shape() -> re.Pattern[str]:
    after_stop = (  # what may follow "1." although it is a digit: a year, a month, a hotline
        r"(?![0-9０-９])|(?=(?:19|20)\d\d年)|(?=(?:1[0-2]|[1-9])月)|(?=\d{5,}(?![\d.万亿千%％]))"
    )
    return re.compile(
        rf"""
          (?P<part>第(?P<part_n>{_HAN}|{_DIGITS})(?P<part_kind>部分|章|节|条))(?:[、.．:：]|(?=\s|$))
        | (?P<label>(?P<label_kind>{_LABELS})(?P<label_n>{_HAN}|{_DIGITS}))(?:[ \t\u3000]*[:：、.．]|(?=\s|$))
        | (?P<han>{_HAN})[、.．]
        | (?P<bhan>[(（](?P<bhan_n>{_HAN})[)）])[、.．]?
        | (?P<num>{_DIGITS})(?:(?P<num_stop>[.．])(?:{after_stop})|、)
        | (?P<bnum>[(（](?P<bnum_n>{_DIGITS})[)）])[、.．]?
        | (?P<cnum>(?P<cnum_n>{_DIGITS})[)）])[、.．]?
        | (?P<circled>[{_CIRCLED}])[、.．]?
        | (?P<one>[⑴-⒇⒈-⒛㈠-㈩])[、.．]?
        """,
        re.VERBOSE,
    )


@cache
def _inline() -> re.Pattern[str]:
    opener = rf"[(（](?:{_HAN}|{_DIGITS})[)）]|[{_CIRCLED}⑴-⒇㈠-㈩]|{_DIGITS}[.．、)）]|{_HAN}、"
    return re.compile(rf"(?<=[。！？；：!?;:])[”’」』]?[ \t\u3000]*(?={opener})")


@cache
def _neighbours() -> re.Pattern[str]:
    """``3、4月份`` and ``一、二季度``: the number after the comma, and what shows that both count one thing."""
    return re.compile(rf"({_HAN}|{_DIGITS})(?:、|和|季|月|日|号|级|产业|线|期|类|档|批|组|等|审|楼|手|次)")


def mark_at(text: str, position: int, inline: bool = False) -> Mark | None:
    """The mark that begins at ``position``, if its shape is one."""
    match = _shape().match(text, position)
    if match is None:
        return None
    style, number, name = _read(match)
    value = number_of(number)
    if value is None or not 0 < value <= 199:
        return None
    if match.end() and text[match.end() - 1] == "、" and name in ("han", "num"):
        follower = _neighbours().match(text, match.end())
        if follower is not None and number_of(follower[1]) == value + 1:
            return None
    content = match.end()
    while content < len(text) and text[content] in " \t\u3000\xa0":
        content += 1
    return Mark(match.start(), match.end(name), content, style, value, inline)


def inline_marks(text: str, start: int, end: int) -> list[Mark]:
    """Marks inside the paragraph ``[start, end)`` that follow a sentence end, a semicolon or a colon."""
    found = (mark_at(text, match.end(), True) for match in _inline().finditer(text, start, end))
    return [mark for mark in found if mark is not None and mark.number_end <= end]


def _read(match: re.Match[str]) -> tuple[str, str, str]:
    """Style, number and the name of the group that holds the mark as written."""
    name = next(n for n in ("part", "label", "han", "bhan", "num", "bnum", "cnum", "circled", "one") if match[n])
    if name in ("part", "label"):
        return match[f"{name}_kind"], match[f"{name}_n"], name
    if name == "one":
        return {"⑴": "（1）", "⒈": "1.", "㈠": "（一）"}[_first_of_run(match[name])], match[name], name
    if name == "num":
        return ("1." if match["num_stop"] else "1、"), match[name], name
    style = {"han": "一、", "bhan": "（一）", "bnum": "（1）", "cnum": "1)", "circled": "①"}[name]
    return style, match[name] if name in ("han", "circled") else match[f"{name}_n"], name


def _first_of_run(character: str) -> str:
    return next(first for first, last in (("⑴", "⒇"), ("⒈", "⒛"), ("㈠", "㈩")) if first <= character <= last)


def number_of(text: str) -> int | None:
    """The value of a mark's number: Arabic, Chinese up to 199, or one enclosed character."""
    if len(text) == 1:
        for first, last, base in _ENCLOSED:
            if first <= text <= last:
                return base + ord(text) - ord(first)
    if text.isdecimal():
        return int(text)
    return _han_number(text)


def _han_number(text: str) -> int | None:
    hundreds, _, rest = text.rpartition("百")
    if hundreds not in ("", "一") or (not hundreds and "百" in text):
        return None
    tens, ten, ones = rest.rpartition("十")
    if len(tens) > 1 or len(ones) > 1 + ones.startswith("零"):
        return None
    digits = [_DIGIT_OF.get(c) for c in tens + ones.removeprefix("零" if len(ones) > 1 else "")]
    if None in digits or (ten and "零" in tens):
        return None
    value = 100 if hundreds else 0
    value += (_DIGIT_OF[tens] if tens else 1) * 10 if ten else 0
    return value + (digits[-1] or 0 if ones else 0)
