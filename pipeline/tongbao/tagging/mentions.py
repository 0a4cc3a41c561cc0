"""From the labels of characters to mentions, and back for training."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from tongbao.records import LABELS, Label, Span
from tongbao.tagging.crf import least

#: Labels of the chain: outside, then begin and inside of each mention label.
BIO: tuple[str, ...] = ("O", *(f"{place}-{label}" for label in LABELS for place in "BI"))
#: Sequences are cut to at most this many characters, so that cost stays linear in any text.
LONGEST_SEQUENCE = 400
_CLAUSE_ENDS = frozenset("，,；;、。：: \n")


def sequences(text: str, sentences: Iterable[Span]) -> list[Span]:
    """The sentences, those beyond ``LONGEST_SEQUENCE`` cut behind a clause mark where there is one."""
    out: list[Span] = []
    for sentence in sentences:
        start = sentence.start
        while sentence.end - start > LONGEST_SEQUENCE:
            cut = start + LONGEST_SEQUENCE
            for position in range(cut, start + LONGEST_SEQUENCE // 2, -1):
                if text[position - 1] in _CLAUSE_ENDS:
                    cut = position
                    break
            out.append(Span(start, cut))
            start = cut
        if start < sentence.end:
            out.append(Span(start, sentence.end))
    return out


def to_bio(length: int, mentions: Iterable[tuple[Label, Span]]) -> list[str]:
    """Labels of ``length`` characters. Of overlapping mentions the longer wins (a nested title is found by rule)."""
    tags = ["O"] * length
    for label, span in sorted(mentions, key=lambda item: (-len(item[1]), item[1].start)):
        if all(tag == "O" for tag in tags[span.start : span.end]) and len(span):
            tags[span.start] = f"B-{label}"
            for position in range(span.start + 1, span.end):
                tags[position] = f"I-{label}"
    return tags


def from_bio(path: NDArray[np.int8], marginals: NDArray[np.float64], at: int = 0) -> list[tuple[Label, Span, float]]:
    """Mentions of a decoded stretch that begins at ``at``: label, span, confidence.

    The confidence is the least probable of the decisions that make the span: its characters' labels and its end. An
    inside label without a beginning starts a mention of its own.
    """
    size = len(path)
    label_of = np.array([-1] + [number // 2 for number in range(2 * len(LABELS))], dtype=np.int64)
    current = np.where(path < 0, -1, label_of[np.maximum(path, 0)])
    begins = (path > 0) & (path % 2 == 1)
    previous = np.concatenate([[-1], current[:-1]]) if size else current
    starts = np.nonzero((current >= 0) & (begins | (previous != current)))[0]
    changes = np.nonzero((previous != current) | begins)[0]
    ends = np.append(changes, size)[np.searchsorted(changes, starts, side="right")]
    chosen = np.take_along_axis(marginals, np.maximum(path, 0)[:, None].astype(np.int64), axis=1)[:, 0]
    numbers, sure = current[starts], least(chosen, starts, ends)
    closed = np.flatnonzero(ends < size)
    closed = closed[path[ends[closed]] >= 0]
    sure[closed] = np.minimum(sure[closed], 1.0 - marginals[ends[closed], 2 * numbers[closed] + 2])
    found = zip(numbers.tolist(), (starts + at).tolist(), (ends + at).tolist(), sure.tolist(), strict=True)
    return [(LABELS[number], Span(start, end), confidence) for number, start, end, confidence in found]


#: Verbs and 我省 or 全市 in front of a title without marks; no title of gold begins with one (2,152 policies).
_IN_FRONT = re.compile("(?:推进|完善|修订|修改|落实|贯彻|执行|实施|出台|制定|印发|[我本该全][省市县区])+")
_SHORTEST_TITLE = 4


def whole_titles(text: str, found: list[tuple[Label, Span, float]]) -> list[tuple[Label, Span, float]]:
    """The same mentions, but a POLICY that cuts into a pair of title marks takes all of it, and none takes in the verb
    in front of it, or whose it is.

    A title is never half a title: ``落实…细则》`` becomes ``《…落实…细则》``. What the longer span swallows is dropped.
    """
    brackets = [Span(*match.span()) for match in title_marks().finditer(text)]
    starts = [bracket.start for bracket in brackets]
    out: list[tuple[Label, Span, float]] = []
    for label, span, confidence in found:
        if label == "POLICY":
            first = bisect_right(starts, span.start) - 1
            last = bisect_right(starts, span.end - 1) - 1
            start, end = span.start, span.end
            if first >= 0 and brackets[first].start < start < brackets[first].end:
                start = brackets[first].start
            if last >= 0 and brackets[last].start < end < brackets[last].end:
                end = brackets[last].end
            while out and out[-1][1].end > start:
                swallowed, other, _ = out.pop()
                if swallowed == "POLICY":  # another piece of the same title
                    start, end = min(start, other.start), max(end, other.end)
            front = _IN_FRONT.match(text, start, end - _SHORTEST_TITLE)
            span = Span(front.end() if front else start, end)
        if out and out[-1][1].end > span.start:
            continue
        out.append((label, span, confidence))
    return out


@cache
def title_marks() -> re.Pattern[str]:
    """A pair of title marks with at most one pair inside; longer than 200 characters it was never closed."""
    return re.compile(r"《[^《》]{0,120}(?:《[^《》]{0,120}》[^《》]{0,80})?》")


def touches_any(ordered: Sequence[Span], span: Span) -> bool:
    """Whether ``span`` overlaps one of an ordered, disjoint sequence."""
    at = bisect_right(ordered, span.start, key=lambda other: other.end)
    return at < len(ordered) and ordered[at].overlaps(span)


_PAIRS = {"〈": "〉", "<": ">", "《": "》", "＜": "＞", "⟨": "⟩"}


def nested_titles(text: str, span: Span) -> list[Span]:
    """Titles inside the title ``span``: each outermost bracketed stretch strictly inside it."""
    out: list[Span] = []
    position = span.start + 1
    while position < span.end - 1:
        closing = _PAIRS.get(text[position])
        end = text.find(closing, position + 1, span.end - 1) if closing else -1
        if end >= 0:
            out.append(Span(position, end + 1))
            position = end
        position += 1
    return out


#: First letters of mention ids.
ID_LETTER: dict[Label, str] = {
    "DEPARTMENT": "d",
    "ORGANIZATION": "o",
    "POLICY": "p",
    "QUANTITY": "q",
    "PERIOD": "t",
    "SCOPE": "s",
}
