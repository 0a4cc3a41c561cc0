"""Quantities whose borders their setting fixes: a sign or a bounding word before the digits, a unit alone on the next
line or in letters.

The chain reads line by line, and pages of figures set a big number and its unit on lines of their own.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cache

from tongbao.numbers import parse_quantity, shipped_units
from tongbao.numbers.numerals import fold_forms
from tongbao.records import Label, Span
from tongbao.tagging.mentions import touches_any

#: Confidence of a number and its unit in which the chain saw no quantity at all, before calibration.
_UNSEEN = 0.8
_LONGEST_UNIT = 8
_MULTIPLIERS = "百千万亿"
_SIGNS = "+＋-－−"
_LETTERS = re.compile("[A-Za-z]+")
_SECOND_UNIT = re.compile(r"[（(]([\u4e00-\u9fff]{1,2})[）)]")
#: Words that bound the number which they touch; shorter ones may be the end of another word (逼近, 签约, 商超).
_BOUNDING = re.compile(r"(?:不得|不能|不|未)?超过\Z|不得?[低少]于\Z|不[到足]\Z")
_LONGEST_BOUNDING = 4
#: What counts nothing: 全国500强, 两位数增长, 第一方阵, 九价宫颈癌疫苗.
_NAMES = re.compile(
    r"(?<!之)[\d一二三四五六七八九十百]+(?:强(?![度制])|价(?=[\u4e00-\u9fff]{0,5}疫苗))"
    r"|[一两二三四]位(?=数)|第[一二三](?=方阵|方队|梯队)"
)


def whole_quantities(text: str, found: list[tuple[Label, Span, float]]) -> list[tuple[Label, Span, float]]:
    """The same mentions, disjoint and in text order, with whole quantities.

    A number that ends its line takes in the unit that fills the next one, with what was seen in that; a line with
    nothing but a number has a quantity where such a unit follows. Digits take in the sign that opens their cell, a
    number takes in the word that bounds it (超过, 不少于) and a second unit in brackets, and a unit in Latin letters is
    taken in to its last one. A number in a name that counts nothing (500强) is none.
    """
    starts = [span.start for _, span, _ in found]
    ends = [span.end for _, span, _ in found]
    wholes: list[tuple[Label, Span, float]] = []
    for match in _over_line_ends().finditer(text):
        unit = Span(*match.span(2))
        if fold_forms(unit.of(text)).lstrip(_MULTIPLIERS) not in shipped_units().units:
            continue
        whole = Span(match.start(1), unit.end)
        inside = found[bisect_right(ends, whole.start) : bisect_left(starts, whole.end)]
        if inside and inside[0][1].start < whole.start and inside[0][0] == "QUANTITY":
            whole = Span(inside[0][1].start, whole.end)
        if all(whole.contains(span) and label == "QUANTITY" for label, span, _ in inside):
            confidence = max((one for _, _, one in inside), default=_UNSEEN)
            if inside or _alone(text, match.start(1)):
                wholes.append(("QUANTITY", whole, confidence))
    taken = [span for _, span, _ in wholes]
    rest = [one for one in found if not touches_any(taken, one[1])]
    ordered = sorted([*rest, *wholes], key=lambda one: one[1].start)
    out: list[tuple[Label, Span, float]] = []
    limits = [*(span.start for _, span, _ in ordered), len(text)][1:]
    floor = 0
    for (label, span, confidence), limit in zip(ordered, limits, strict=True):
        if label == "QUANTITY":
            if (name := _NAMES.match(text, span.start)) is not None and name.end() >= span.end:
                continue
            span = _bracketed(text, _lettered(text, span, limit), limit)
            span = _bounded(text, _signed(text, span, floor), floor)
        floor = span.end
        out.append((label, span, confidence))
    return out


@cache
def _over_line_ends() -> re.Pattern[str]:
    """Digits at the end of a line, and all of the next line where it is short and has no digit."""
    return re.compile(
        r"((?<![\d.,，．])[\d.,]*\d[余多]?)[ \t\u3000]*\r?\n[ \t\u3000]*"
        rf"([^\s\d]{{1,{_LONGEST_UNIT}}})(?=[ \t\u3000\r]*(?:\n|\Z))"
    )


def _alone(text: str, start: int) -> bool:
    """Whether nothing but white space stands between the begin of a line and ``start``."""
    return text[text.rfind("\n", 0, start) + 1 : start].strip() == ""


def _lettered(text: str, span: Span, limit: int) -> Span:
    """A number that ends within a word of Latin letters (4800P|F), to the end of the word unless past ``limit``."""
    word = _LETTERS.match(text, span.end - 1)
    if word is None or word.end() > limit or parse_quantity(text[span.start : word.end()]) is None:
        return span
    return Span(span.start, word.end())


def _bracketed(text: str, span: Span, limit: int) -> Span:
    """A number with the second unit that stands in brackets behind it (46台（套）), unless that is past ``limit``."""
    second = _SECOND_UNIT.match(text, span.end)
    if second is None or second.end() > limit or second[1] not in shipped_units().units:
        return span
    whole = Span(span.start, second.end())
    return span if parse_quantity(whole.of(text)) is None else whole


def _signed(text: str, span: Span, floor: int) -> Span:
    """Digits with a sign in front of them, behind ``floor``, that opens their line, bracket or cell."""
    if span.start <= floor:
        return span
    sign, before = text[span.start - 1 : span.start], text[max(0, span.start - 2) : max(0, span.start - 1)]
    opens = before.strip() == "" or before in "（("
    if sign in _SIGNS and sign and opens and text[span.start].isdigit() and parse_quantity(span.of(text)) is not None:
        return Span(span.start - 1, span.end)
    return span


def _bounded(text: str, span: Span, floor: int) -> Span:
    """A number with the word in front of it, not before ``floor``, that bounds it."""
    word = _BOUNDING.search(text, max(floor, span.start - _LONGEST_BOUNDING), span.start)
    return Span(word.start(), span.end) if word else span
