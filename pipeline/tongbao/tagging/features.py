"""Feature templates over characters, as one array of hashed ids.

``document_features`` turns a text into ``(len(text), T)`` ids of ``ID_BITS`` bits: column ``t`` is template ``t``. The
same array trains the chain (each id becomes a CRFsuite attribute) and decodes with it, so that the two cannot drift
apart. Context crosses sentence borders on purpose: the line before a list is evidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tongbao.records import Span
from tongbao.tagging.arrays import (
    U64,
    SubstringHashes,
    classes,
    codes,
    mix,
    shift,
)
from tongbao.tagging.crf import ID_BITS
from tongbao.tagging.words import SegmenterName

_MASK = np.uint64((1 << ID_BITS) - 1)
_PRIME = np.uint64(0x100000001B3)
#: A bracket that stays open longer than this many characters was never closed.
_LONGEST_BRACKET = 200


@dataclass(frozen=True, slots=True)
class FeatureOptions:
    """Which families of features to use; each can be switched off to measure what it brings."""

    words: SegmenterName | Literal["none"] = "jieba"
    lexicon: bool = True
    grammar: bool = True
    clusters: bool = True
    brackets: bool = True


@dataclass(frozen=True, slots=True)
class Resources:
    """What features look up besides the text.

    ``clusters`` maps code points below 65,536 to a cluster, one column a granularity, ``(65536, K)``; ``lexicon`` holds
    for each category the word hashes by length (``arrays.hash_words``).
    """

    clusters: NDArray[np.uint8]
    lexicon: tuple[tuple[str, dict[int, U64]], ...]


class _Templates:
    """Collects template columns; each column is salted with its number so that templates never share ids."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._columns: list[NDArray[np.uint32]] = []

    def add(self, *parts: U64) -> None:
        """One template that joins ``parts``, each of shape ``(n,)``."""
        joined = np.full(self._size, len(self._columns) + 1, dtype=np.uint64)
        for part in parts:
            joined = joined * _PRIME + part
            joined ^= joined >> np.uint64(29)
        self._columns.append((mix(joined) & _MASK).astype(np.uint32))

    def array(self) -> NDArray[np.uint32]:
        """All templates, ``(n, T)``."""
        return np.stack(self._columns, axis=1) if self._columns else np.zeros((self._size, 0), dtype=np.uint32)


def document_features(
    text: str,
    word_starts: NDArray[np.int64] | None,
    candidates: Sequence[tuple[Span, int]],
    resources: Resources,
    options: FeatureOptions,
) -> NDArray[np.uint32]:
    """Hashed feature ids of every character, ``(len(text), T)``, T the same for every text.

    Args:
        text: one document.
        word_starts: word beginnings from a segmenter, ``None`` for no word features.
        candidates: quantity candidates of the grammar with a small number for their kind; not overlapping.
        resources: cluster and lexicon tables.
        options: the families in use.
    """
    points = codes(text)
    hashes = SubstringHashes(points)
    templates = _Templates(len(text))
    chars = points.astype(np.uint64)
    kinds = classes(points).astype(np.uint64)
    _character_templates(templates, chars, kinds)
    if word_starts is not None:
        _word_templates(templates, chars, hashes, word_starts)
    if options.lexicon:
        _lexicon_templates(templates, hashes, resources, len(text))
    if options.grammar:
        _grammar_templates(templates, chars, candidates)
    if options.clusters:
        _cluster_templates(templates, points, resources.clusters)
    if options.brackets:
        _bracket_templates(templates, points, chars, kinds)
    return templates.array()


def _character_templates(templates: _Templates, chars: U64, kinds: U64) -> None:
    c = {offset: shift(chars, offset) for offset in range(-4, 5)}
    k = {offset: shift(kinds, offset) for offset in range(-3, 4)}
    for offset in range(-3, 4):
        templates.add(c[offset])
    for first in range(-3, 3):
        templates.add(c[first], c[first + 1])
    for first in range(-3, 2):
        templates.add(c[first], c[first + 1], c[first + 2])
    templates.add(c[-1], c[1])
    templates.add(c[-4], c[-3], c[-2], c[-1])
    templates.add(c[-1], c[0], c[1], c[2])
    templates.add(c[0], c[1], c[2], c[3])
    templates.add(c[1], c[2], c[3], c[4])
    templates.add(k[-1], k[0], k[1])
    templates.add(k[-2], k[-1], k[0], k[1], k[2])
    templates.add(k[-3], k[-2], k[-1], k[0], k[1], k[2], k[3])
    templates.add(k[-1], c[0], k[1])


def _word_templates(templates: _Templates, chars: U64, hashes: SubstringHashes, starts: NDArray[np.int64]) -> None:
    size = len(chars)
    ends = np.append(starts[1:], size)
    ids = hashes.of(starts, ends)
    lengths = (ends - starts).astype(np.uint64)
    number = np.zeros(size, dtype=np.int64)
    number[starts[1:]] = 1
    number = np.cumsum(number)
    position = np.arange(size) - starts[number] if size else np.zeros(0, dtype=np.int64)
    width = lengths[number] if size else np.zeros(0, dtype=np.uint64)
    place = np.minimum(position, 2).astype(np.uint64) * np.uint64(2)
    place += (position + 1 == width.astype(np.int64)).astype(np.uint64)
    around = {offset: shift(ids, offset)[number] if size else ids for offset in range(-3, 4)}
    templates.add(place, np.minimum(width, np.uint64(5)))
    templates.add(place, around[0])
    templates.add(place, around[-1])
    templates.add(place, around[1])
    templates.add(place, around[-2])
    templates.add(place, around[2])
    templates.add(place, around[-1], around[0])
    templates.add(place, around[0], around[1])
    templates.add(place, around[-1], around[1])
    templates.add(place, around[-2], around[-1])
    templates.add(place, around[1], around[2])


def _lexicon_templates(templates: _Templates, hashes: SubstringHashes, resources: Resources, size: int) -> None:
    painted = []
    for _, words in resources.lexicon:
        tags = lexicon_tags(hashes, words, size)
        painted.append(tags)
        templates.add(tags, shift(tags, 1))
        templates.add(shift(tags, -1), tags)
    joint = np.zeros(size, dtype=np.uint64)
    for tags in painted:
        joint = joint * np.uint64(64) + tags
    templates.add(joint)
    templates.add(shift(joint, -1), joint, shift(joint, 1))


def lexicon_tags(hashes: SubstringHashes, words: dict[int, U64], size: int) -> U64:
    """Where words of a list stand: per character 0, or place (begin, inside, end, single) and length of the word.

    Longer words paint over shorter ones; of two equally long overlapping ones the later stays. Linear in the text
    for each word length.
    """
    tags = np.zeros(size, dtype=np.uint64)
    for length, known in words.items():
        if length > size or not len(known):
            continue
        found = hashes.of_length(length)
        at = np.minimum(np.searchsorted(known, found), len(known) - 1)
        starts = np.nonzero(known[at] == found)[0]
        width = np.uint64(min(length, 8) * 4)
        for offset in range(length):
            place = 3 if length == 1 else 0 if offset == 0 else 2 if offset == length - 1 else 1
            tags[starts + offset] = width + np.uint64(place)
    return tags


def _grammar_templates(templates: _Templates, chars: U64, candidates: Sequence[tuple[Span, int]]) -> None:
    size = len(chars)
    tags = np.zeros(size, dtype=np.uint64)
    for span, kind in candidates:
        code = np.uint64(kind * 4 + 4)
        tags[span.start : span.end] = code + np.uint64(1)
        tags[span.end - 1] = code + np.uint64(2)
        tags[span.start] = code + np.uint64(3 if len(span) == 1 else 0)
    templates.add(tags)
    templates.add(shift(tags, -1), tags, shift(tags, 1))
    templates.add(tags, chars)
    templates.add(tags, shift(chars, -1))
    templates.add(tags, shift(chars, 1))
    templates.add(tags, shift(chars, -2), shift(chars, -1))
    templates.add(tags, shift(chars, 1), shift(chars, 2))


def _cluster_templates(templates: _Templates, points: NDArray[np.uint32], table: NDArray[np.uint8]) -> None:
    rows = table[np.where(points < 0x10000, points, 0)].astype(np.uint64)
    for column in range(rows.shape[1]):
        g = {offset: shift(np.ascontiguousarray(rows[:, column]), offset) for offset in range(-2, 3)}
        templates.add(g[0])
        templates.add(g[-1], g[0])
        templates.add(g[0], g[1])
        templates.add(g[-1], g[0], g[1])
        templates.add(g[-2], g[-1])
        templates.add(g[1], g[2])
        templates.add(g[-2], g[-1], g[0], g[1], g[2])


def _previous(marks: NDArray[np.bool_]) -> NDArray[np.int64]:
    """For each position the last marked position before or at it, -1 where there is none."""
    positions = np.where(marks, np.arange(len(marks)), -1)
    return np.maximum.accumulate(positions) if len(marks) else positions


def _next(marks: NDArray[np.bool_]) -> NDArray[np.int64]:
    """For each position the first marked position at or after it, ``n`` where there is none."""
    size = len(marks)
    positions = np.where(marks, np.arange(size), size)
    return np.minimum.accumulate(positions[::-1])[::-1] if size else positions


def _in(points: NDArray[np.uint32], members: str) -> NDArray[np.bool_]:
    return np.isin(points, codes(members))


def _bracket_templates(templates: _Templates, points: NDArray[np.uint32], chars: U64, kinds: U64) -> None:
    """Inside which bracket a character stands, what stands before it opens, and how it ends."""
    size = len(points)
    padded = np.append(chars, np.zeros(4, dtype=np.uint64))
    for opening, closing in (("《", "》"), ("（(", "）)"), ("“", "”")):
        opened = _previous(_in(points, opening))
        closed = _previous(_in(points, closing))
        ahead = _next(_in(points, closing))
        lines = _next(_in(points, "\n"))
        inside = (opened >= 0) & (opened >= closed) & (ahead < size) & (ahead - opened <= _LONGEST_BRACKET)
        inside |= (closed >= 0) & (closed == np.arange(size)) & (opened >= 0)
        flag = inside.astype(np.uint64)
        start = np.where(inside, opened, size)
        end = np.where(inside, ahead, size)
        before = padded[np.where(start < size, np.maximum(start - 1, 0), size)]
        before2 = padded[np.where(start < size, np.maximum(start - 2, 0), size)]
        tail = padded[np.where(end < size, np.maximum(end - 1, 0), size)]
        tail2 = padded[np.where(end < size, np.maximum(end - 2, 0), size)]
        broken = (inside & (lines < ahead)).astype(np.uint64)
        templates.add(flag, broken, kinds)
        templates.add(flag, tail, tail2)
        templates.add(flag, before, before2)
    newline = _previous(_in(points, "\n"))
    from_start = np.minimum(np.arange(size) - newline, 6).astype(np.uint64)
    templates.add(from_start, kinds)
