"""The texts themselves: characters that a document should not hold, and documents that repeat one another."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence

from tongbao.annotation.problem import Problem
from tongbao.records import Annotated

#: Two documents that share more than this of their character 8-grams (Jaccard) are not independent: one of them in a
#: test set would be scored by a model that has seen it.
MOST_SHARED = 0.04
_GRAM = 8

#: Control characters that a text may hold: it is never changed before annotation, so its tabs and line ends stay.
_LAYOUT = frozenset("\t\n\r")
_WRONG = {"Cc": "control character", "Cf": "invisible character", "Co": "private-use character", "Cn": "unassigned"}
_NAMED = {"\ufeff": "byte order mark", "\ufffd": "replacement character (the text was decoded wrongly)"}


def hygiene(document: Annotated) -> Iterator[Problem]:
    """One problem for each character that has no place in a text, at its first occurrence; one for a blank text.

    White space at the end of a line is none: texts are annotated as they came.
    """
    text = document.text
    if not text.strip():
        yield Problem("text", None, "the text is blank")
    for char, times in sorted(Counter(text).items()):
        what = _NAMED.get(char) or (None if char in _LAYOUT else _WRONG.get(unicodedata.category(char)))
        if what:
            yield Problem("text", text.index(char), f"U+{ord(char):04X}, {what}: {times} in the text")


def near_duplicates(texts: Sequence[str]) -> Iterator[tuple[int, int, float]]:
    """Pairs of texts that share more than :data:`MOST_SHARED` of their character 8-grams.

    White space is left out, so that a text that is only broken into other lines is the same text; a shorter text is
    its own only gram. Time grows with the grams that texts have in common, not with the number of pairs.

    Yields:
        The index of the later text, that of the earlier one, and their Jaccard similarity.
    """
    holders: dict[str, tuple[int, ...]] = {}
    sizes: list[int] = []
    for at, text in enumerate(texts):
        grams = _grams(text)
        sizes.append(len(grams))
        common: Counter[int] = Counter()
        for gram in grams:
            held = holders.get(gram, ())
            common.update(held)
            holders[gram] = (*held, at)
        for other, shared in sorted(common.items()):
            similarity = shared / (sizes[at] + sizes[other] - shared)
            if similarity > MOST_SHARED:
                yield at, other, similarity


def _grams(text: str) -> set[str]:
    packed = "".join(text.split())
    return {packed[i : i + _GRAM] for i in range(max(1, len(packed) - _GRAM + 1))} if packed else set()
