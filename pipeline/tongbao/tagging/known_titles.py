"""Laws and rules that everyone names without title marks (政务处分法, 中央八项规定), by rule.

Gold has policies of all kinds without marks, each of them seldom; the chain believes in their form and overlooks many a
name that it has not seen. What the lexicon knows needs no belief.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from tongbao.records import Span
from tongbao.tagging.mentions import title_marks, touches_any
from tongbao.tagging.tagger import Tagged

#: Confidence of a policy that a known title makes, before calibration.
CONFIDENCE = 0.9

#: What every known title ends with.
_END = re.compile("[法典定则例程]")
#: The state or the Party in front of a title is part of it.
_ISSUER = re.compile("(?:中华人民共和国|中国共产党|公职人员)+$")
#: Behind a title: what makes it the name of a spirit, of an occasion, of a rule beneath it, or no title at all
#: (有限公司法|定代表人, 市总工会法|律援助).
_OTHER_BEHIND = re.compile(
    r"(?:及其?实施细则)?精神|堤坝|[“\"]?[一二三四五六七八九十]进|宣[传誓]|[日周月](?!前|起|施行)|法律|定代表|[律治庭院官学规人宝]"
    r"|(?:实施)?(?:细则|办法|条例|规定)"
)
#: In front of a title: what it would be the end of (某某有限|公司法).
_OTHER_BEFORE = re.compile("(?:有限|股份|责任|实施|总)$")


def add_known_titles(text: str, tagged: Sequence[Tagged], titles: frozenset[str]) -> list[Tagged]:
    """The tagged spans, in text order, with the known ``titles`` that stand in the text where nothing is tagged, as
    POLICY with ``CONFIDENCE``; the longest where several end in one place. What stands in title marks is judged
    elsewhere.
    """
    spans = [item.span for item in tagged]
    marked = [Span(*match.span()) for match in title_marks().finditer(text)]
    lengths = _lengths(titles)
    found = (_title(text, match.end(), titles, lengths) for match in _END.finditer(text))
    added = [
        Tagged("POLICY", span, CONFIDENCE)
        for span in found
        if span is not None and not touches_any(spans, span) and not touches_any(marked, span)
    ]
    return sorted([*tagged, *added], key=lambda item: item.span)


def _title(text: str, end: int, titles: frozenset[str], lengths: Sequence[int]) -> Span | None:
    """The longest known title that ends at ``end``, with what belongs to it in front; ``None`` where there is none, or
    where the words around make something else of it. A rule beneath a law (监察法|实施条例) is something else, so
    no two titles overlap.
    """
    start = next((end - n for n in lengths if n <= end and text[end - n : end] in titles), None)
    if start is None or _OTHER_BEHIND.match(text, end) or _OTHER_BEFORE.search(text, max(0, start - 2), start):
        return None
    issuer = _ISSUER.search(text, max(0, start - 12), start)
    return Span(issuer.start() if issuer else start, end)


@cache
def _lengths(titles: frozenset[str]) -> tuple[int, ...]:
    """The lengths of titles, longest first."""
    return tuple(sorted({len(title) for title in titles}, reverse=True))
