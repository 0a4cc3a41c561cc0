"""A user's words in a text by rule: what the chain left untagged, though the user says that it is something.

The words are features of the chain too (``columns``), but a chain that was trained without them may still not believe
in a name whose form it has never seen. So names of bodies that stand in the text are departments, and a quantity takes
in the measure word behind it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

import numpy as np

from tongbao.numbers import UnitTable, with_unit
from tongbao.records import Span
from tongbao.tagging.arrays import SubstringHashes, codes
from tongbao.tagging.mentions import title_marks, touches_any
from tongbao.tagging.tagger import Tagged
from tongbao.tagging.vocabulary import Vocabulary

#: Confidence of a department that a user's name makes, before calibration. The chain's own marginal would be low just
#: where the rule is needed; what remains doubtful is whether the name is part of a longer one.
CONFIDENCE = 0.9

_LEVELS = "省市县区州盟旗镇乡"
#: A word for a level in front of a name, where nothing that it could be the end of stands before it.
_LEVEL = re.compile(
    f"(?:^|(?<=[^\u4e00-\u9fff])|(?<=[由与和及向经让为是给请会同在对被该]))(?:自治[区州县旗]|[{_LEVELS}])$"
)
#: No name of a region is longer.
_LONGEST_REGION = 16


def add_own_words(text: str, tagged: Sequence[Tagged], vocabulary: Vocabulary) -> list[Tagged]:
    """The tagged spans, in text order, with a user's words added.

    - A user's name of a body becomes a DEPARTMENT with ``CONFIDENCE``, the longest name where several match, with the
      regions or the word for a level in front of it (泉州市|数据局, 市|数据局). It takes the place of spans that lie
      inside it, whatever their label, but for a department of the same extent. It yields to a span that it lies in or
      crosses, to a title in 《》, and to 长 behind it (局长 is a person).
    - A QUANTITY in front of a user's measure word takes it in (300|人份).

    Without a user's words the spans stay as they are.
    """
    out = list(tagged)
    if vocabulary.bodies:
        out = _with_bodies(text, out, vocabulary)
    if vocabulary.units.added:
        out = _with_measures(text, out, vocabulary.units)
    return out


def _with_bodies(text: str, tagged: list[Tagged], vocabulary: Vocabulary) -> list[Tagged]:
    titles = [Span(*match.span()) for match in title_marks().finditer(text)]
    known = [item.span for item in tagged]
    departments = {item.span for item in tagged if item.label == "DEPARTMENT"}
    found: list[Tagged] = []
    for name in _names(text, vocabulary):
        if text.startswith("长", name.end) or touches_any(titles, name):
            continue
        wide = Span(_start_with_region(text, name.start, vocabulary.regions), name.end)
        chosen = next((span for span in (wide, name) if _is_free(known, span)), None)
        if chosen is not None and chosen not in departments and not (found and found[-1].span.end > chosen.start):
            found.append(Tagged("DEPARTMENT", chosen, CONFIDENCE))
    spans = [item.span for item in found]
    return sorted([*(item for item in tagged if not touches_any(spans, item.span)), *found], key=lambda item: item.span)


def _names(text: str, vocabulary: Vocabulary) -> list[Span]:
    """The user's names of bodies in the text, longest first where they overlap, in text order."""
    hashes = SubstringHashes(codes(text))
    taken = np.zeros(len(text), dtype=np.bool_)
    spans: list[Span] = []
    for length, names in sorted(vocabulary.bodies.items(), reverse=True):
        for start in np.nonzero(np.isin(hashes.of_length(length), names))[0].tolist():
            if not taken[start : start + length].any():
                taken[start : start + length] = True
                spans.append(Span(start, start + length))
    return sorted(spans)


def _start_with_region(text: str, start: int, regions: frozenset[str]) -> int:
    """Where the full names of regions that end at ``start`` begin; else where a word for a level before it does.

    A name that begins with a word for a level shares it with the region: 泉州|市数据局.
    """
    at = start
    if text[start] in _LEVELS:
        shared = _region_before(text, start + 1, regions)
        at = start if shared is None else shared
    while (found := _region_before(text, at, regions)) is not None:
        at = found
    level = _LEVEL.search(text[max(0, at - 4) : at]) if at == start else None
    return at - len(level[0]) if level else at


def _region_before(text: str, end: int, regions: frozenset[str]) -> int | None:
    starts = range(max(0, end - _LONGEST_REGION), end - 1)
    return next((start for start in starts if text[start:end] in regions), None)


def _is_free(known: Sequence[Span], span: Span) -> bool:
    """Whether every one of the ordered, disjoint spans ``known`` that meets ``span`` lies inside it."""
    first = bisect_right(known, span.start, key=lambda other: other.end)
    last = bisect_left(known, span.end, key=lambda other: other.start)
    return all(span.contains(other) for other in known[first:last])


def _with_measures(text: str, tagged: Iterable[Tagged], units: UnitTable) -> list[Tagged]:
    out: list[Tagged] = []
    following = list(tagged)
    for number, item in enumerate(following):
        span = with_unit(text, item.span, units) if item.label == "QUANTITY" else item.span
        free = number + 1 == len(following) or span.end <= following[number + 1].span.start
        out.append(Tagged(item.label, span, item.confidence) if free and span != item.span else item)
    return out
