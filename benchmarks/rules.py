"""Mentions without learning: what the grammar of numbers, the lexicon and title marks find by themselves.

A baseline for ``benchmarks.rivals``, not a part of the program: each label has one rule of a line or two.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache

import regex

from tongbao.lexicon import load
from tongbao.numbers import PeriodContext, find_quantities, parse_period
from tongbao.reading import read_text
from tongbao.records import Label, Period, Span
from tongbao.tagging.mentions import title_marks, touches_any

#: Any day will do: whether a stretch is a period at all does not depend on it.
_SOME_DAY = PeriodContext(date(2024, 12, 31), previous=Period(date(2024, 1, 1), date(2024, 6, 30)))


def find(text: str) -> list[tuple[Label, Span]]:
    """Labelled spans in text order, not overlapping; where rules disagree the earlier one below is right.

    - POLICY: every pair of title marks.
    - DEPARTMENT: a body of the lexicon with the names of regions and the level before it.
    - PERIOD: the longest stretch of words of time that ``parse_period`` can date, or one such word of the lexicon.
    - QUANTITY: the candidates of the number grammar.
    - SCOPE: a region or a word like 全市, in a sentence with a quantity.
    """
    titles = [Span(*match.span()) for match in title_marks().finditer(text)]
    quantities = [span for span, _ in find_quantities(text)]
    sentences = [sentence for sentence in read_text(text).sentences if touches_any(quantities, sentence)]
    scopes = [span for span in _matches(_scopes(), text) if touches_any(sentences, span)]
    rules: tuple[tuple[Label, list[Span]], ...] = (
        ("POLICY", titles),
        ("DEPARTMENT", list(_matches(_departments(), text))),
        ("PERIOD", [span for span in _matches(_periods(), text) if _dated(span.of(text))]),
        ("QUANTITY", quantities),
        ("SCOPE", scopes),
    )
    found: list[tuple[Label, Span]] = []
    for label, spans in rules:
        taken = sorted(span for _, span in found)
        found += [(label, span) for span in spans if not touches_any(taken, span)]
    return sorted(found, key=lambda pair: pair[1])


def _matches(pattern: regex.Pattern[str], text: str) -> Iterator[Span]:
    return (Span(*match.span()) for match in pattern.finditer(text))


def _dated(surface: str) -> bool:
    return surface in load().words("cue_period") or parse_period(surface, _SOME_DAY) != Period(None, None)


@cache
def _departments() -> regex.Pattern[str]:
    words = load()
    # Short names of counties are words of the language too (会同, 和平).
    regions = [one for one in words.gazetteer.by_code.values() if one.level in ("province", "prefecture")]
    return regex.compile(
        r"(?:\L<regions>)*+[省市县区州盟旗镇乡]?\L<bodies>++",
        regions=[*words.words("region_full"), *(one.short for one in regions)],
        bodies=[*words.words("body_full"), *words.words("body_short")],
    )


@cache
def _periods() -> regex.Pattern[str]:
    cues = [word for word in load().words("cue_period") if len(word) > 1]
    number = r"[\d〇零一二三四五六七八九十]{1,4}"
    to = r"[至到\-—–~～]"
    date = rf"(?:{number}{to})?{number}(?:年度?|月份?|日|个?季度)|前{number}个?(?:月|季度)"
    piece = rf"(?:\L<cues>|“\L<cues>”(?:期间|时期)?|{date})"
    return regex.compile(rf"(?:截至|截止|至|自)?{piece}(?:{to}?{piece})*+[底末初前起]*+", cues=cues)


@cache
def _scopes() -> regex.Pattern[str]:
    words = load()
    return regex.compile(
        r"\L<cues>|\L<regions>++", cues=list(words.words("cue_scope")), regions=list(words.words("region_full"))
    )
