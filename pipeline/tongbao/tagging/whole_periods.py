"""Periods whose borders their words fix: ``自…以来`` is one period, and so is ``这五年``."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cache

from tongbao.records import Label, Span
from tongbao.tagging.mentions import touches_any

#: Confidence of a ``自…以来`` in which the chain saw no period at all, before calibration.
_UNSEEN = 0.8


def whole_periods(text: str, found: list[tuple[Label, Span, float]]) -> list[tuple[Label, Span, float]]:
    """The same mentions, disjoint and in text order, with whole periods.

    What stands between 自 and 以来 in one clause is one PERIOD, whatever the event in it is called, and swallows the
    mentions inside it; where one crosses its border, things stay as they are. A length of time takes in a 这 before it.
    A year without 年 in front of a word, as in 、2024全省数字大会, belongs to the name of an event and is no PERIOD,
    nor is the length in the name of a plan, as in 三年攻坚行动.
    """
    starts = [span.start for _, span, _ in found]
    ends = [span.end for _, span, _ in found]
    wholes: list[tuple[Label, Span, float]] = []
    for match in _since().finditer(text):
        since = Span(*match.span())
        inside = found[bisect_right(ends, since.start) : bisect_left(starts, since.end)]
        if all(since.contains(span) for _, span, _ in inside):
            confidence = max((one for label, _, one in inside if label == "PERIOD"), default=_UNSEEN)
            wholes.append(("PERIOD", since, confidence))
    taken = [span for _, span, _ in wholes]
    rest = [
        (label, _with_this(text, span) if label == "PERIOD" else span, confidence)
        for label, span, confidence in found
        if not touches_any(taken, span) and not (label == "PERIOD" and _is_in_a_name(text, span))
    ]
    return sorted([*rest, *wholes], key=lambda one: one[1].start)


@cache
def _since() -> re.Pattern[str]:
    """自 or 自从 as a word of its own, then no clause mark until 以来."""
    return re.compile(r"(?<![来亲独各擅暗私出源发])自(?![治然贸主身己查纠愿动觉行])[^，,。；;！？!?\n：:]{2,40}?以来")


@cache
def _year_of_an_event() -> re.Pattern[str]:
    """A year between words; 2024级 and 2024届 are no events, and 2024至2025 is a range."""
    return re.compile(r"(?<=[、，“\u4e00-\u9fff])(?:19|20)\d\d(?=[\u4e00-\u9fff])(?![年级届至到])")


@cache
def _length_of_a_plan() -> re.Pattern[str]:
    """Years that a plan is called by; 三年行动期间 dates things all the same."""
    return re.compile(r"(?<!\d)[一二三四五六七八九十两\d]年(?=[\u4e00-\u9fff]{0,6}?(?:行动|计划|规划|方案)(?!期间))")


def _is_in_a_name(text: str, span: Span) -> bool:
    found = (pattern().match(text, span.start) for pattern in (_year_of_an_event, _length_of_a_plan))
    return any(match is not None and match.end() == span.end for match in found)


@cache
def _length() -> re.Pattern[str]:
    return re.compile(r"[一二三四五六七八九十两几\d]{1,3}(?:年|个?月|天|周)(?:多?来|间)?")


def _with_this(text: str, span: Span) -> Span:
    """A length with the 这 in front of it, which is part of no other mention."""
    if text[span.start - 1 : span.start] == "这" and _length().fullmatch(text, span.start, span.end):
        return Span(span.start - 1, span.end)
    return span
