"""The templates of the mention tagger over characters, as one array of hashed ids.

``mention_features`` turns the columns of a text into ``(len(text), T)`` ids of ``ID_BITS`` bits: column ``t`` is
template ``t``. The same array trains the chain (each id becomes a CRFsuite attribute) and decodes with it, so that the
two cannot drift apart. Context crosses sentence borders on purpose: the line before a list is evidence.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tongbao.tagging.arrays import U64, codes, mix, shift
from tongbao.tagging.columns import TextColumns, Words
from tongbao.tagging.weights import ID_BITS

_PRIME = np.uint64(0x100000001B3)
#: A bracket that stays open longer than this many characters was never closed.
_LONGEST_BRACKET = 200


class Templates:
    """Collects template columns; each is salted with its number, counted from ``first``, so that templates never share
    ids.
    """

    def __init__(self, size: int, bits: int = ID_BITS, first: int = 1) -> None:
        self._size = size
        self._first = first
        self._mask = np.uint64((1 << bits) - 1)
        self._columns: list[NDArray[np.uint32]] = []

    def add(self, *parts: U64) -> None:
        """One template that joins ``parts``, each of shape ``(n,)``."""
        joined = np.full(self._size, self._first + len(self._columns), dtype=np.uint64)
        for part in parts:
            joined = joined * _PRIME + part
            joined ^= joined >> np.uint64(29)
        self._columns.append((mix(joined) & self._mask).astype(np.uint32))

    def array(self) -> NDArray[np.uint32]:
        """All templates, ``(n, T)``."""
        return np.stack(self._columns, axis=1) if self._columns else np.zeros((self._size, 0), dtype=np.uint32)


def mention_features(columns: TextColumns, brackets: bool) -> NDArray[np.uint32]:
    """Hashed feature ids of every character, ``(n, T)``; T depends on the families in use, not on the text.

    Args:
        columns: the columns of one text.
        brackets: whether to add what the brackets round a character say.
    """
    templates = Templates(len(columns.chars))
    chars, kinds = columns.chars, columns.kinds
    _character_templates(templates, chars, kinds)
    if columns.words is not None:
        _word_templates(templates, columns.words)
    if columns.names is not None and columns.cues is not None:
        _lexicon_templates(templates, columns.names, columns.cues)
    if columns.grammar is not None:
        _grammar_templates(templates, chars, columns.grammar)
    for column in columns.clusters or ():
        _cluster_templates(templates, column)
    if brackets:
        _bracket_templates(templates, columns.points, chars, kinds)
    return templates.array()


def _character_templates(templates: Templates, chars: U64, kinds: U64) -> None:
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


def _word_templates(templates: Templates, words: Words) -> None:
    place, around = words.place, words.around
    templates.add(place, np.minimum(words.width, np.uint64(5)))
    for offset in (0, -1, 1, -2, 2):
        templates.add(place, around[offset])
    for first, second in ((-1, 0), (0, 1), (-1, 1), (-2, -1), (1, 2)):
        templates.add(place, around[first], around[second])


def _lexicon_templates(templates: Templates, names: tuple[U64, ...], cues: U64) -> None:
    joint = np.zeros(len(cues), dtype=np.uint64)
    for tags in names:
        joint = joint * np.uint64(64) + tags
        templates.add(tags, shift(tags, 1))
        templates.add(shift(tags, -1), tags)
    templates.add(joint)
    templates.add(shift(joint, -1), joint, shift(joint, 1))
    templates.add(cues)
    templates.add(shift(cues, -1), shift(cues, 1))
    templates.add(joint, cues)


def _grammar_templates(templates: Templates, chars: U64, tags: U64) -> None:
    templates.add(tags)
    templates.add(shift(tags, -1), tags, shift(tags, 1))
    templates.add(tags, chars)
    templates.add(tags, shift(chars, -1))
    templates.add(tags, shift(chars, 1))
    templates.add(tags, shift(chars, -2), shift(chars, -1))
    templates.add(tags, shift(chars, 1), shift(chars, 2))


def _cluster_templates(templates: Templates, column: U64) -> None:
    g = {offset: shift(column, offset) for offset in range(-2, 3)}
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


def _bracket_templates(templates: Templates, points: NDArray[np.uint32], chars: U64, kinds: U64) -> None:
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
