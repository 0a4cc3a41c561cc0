"""The templates of the mention tagger over characters.

``mention_features`` turns the columns of packed texts into ``(n, T)`` ids of ``ID_BITS`` bits, column ``t`` being
template ``t``, for training; ``mention_scores`` adds up the weights of the same templates for a stretch of them.
Context crosses sentence borders on purpose: the line before a list is evidence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from tongbao.tagging.arrays import U64, stretch
from tongbao.tagging.coding import Coded, joined
from tongbao.tagging.columns import TextColumns, WordsSeen
from tongbao.tagging.packing import Packed
from tongbao.tagging.templates import BLOCK_ROWS, Part, Sink, Sums, Templates, worth_coding
from tongbao.tagging.weights import F32, WeightTable

I64 = NDArray[np.int64]

#: How far to each side of a character the templates look.
_REACH = 4
#: A bracket that stays open longer than this many characters was never closed.
_LONGEST_BRACKET = 200
_BRACKETS = (("《", "》"), ("（(", "）)"), ("“", "”"))


def mention_features(columns: TextColumns, brackets: bool) -> NDArray[np.uint32]:
    """Hashed feature ids of every character, ``(n, T)``; T depends on the families in use, not on the text.

    Args:
        columns: the columns of texts.
        brackets: whether to add what the brackets round a character say.
    """
    size = len(columns.points)
    templates = Templates(size)
    _add(templates, columns, Marks.build(columns) if brackets else None, 0, size)
    return templates.array()


def mention_scores(table: WeightTable, columns: TextColumns, marks: Marks | None, start: int, end: int) -> F32:
    """Summed weights of the features of the characters ``[start, end)``: ``(end - start, L)``.

    ``marks`` are those of the text where brackets are to be looked at.
    """
    scores = np.empty((end - start, table.outputs), dtype=np.float32)
    for first in range(start, end, BLOCK_ROWS):
        last = min(first + BLOCK_ROWS, end)
        sums = Sums(table, last - first)
        _add(sums, columns, marks, first, last)
        scores[first - start : last - start] = sums.scores()
    return scores


class _Seen:
    """A column as it is seen from the characters of a stretch; ``wide`` reaches over its ends."""

    def __init__(self, wide: U64, coded: Coded | None) -> None:
        self._wide = wide
        self._size = len(wide) - 2 * _REACH
        self._coded = coded
        self._pairs: Coded | None = None

    @classmethod
    def of(cls, column: NDArray[np.unsignedinteger], start: int, end: int) -> _Seen:
        """A column from the characters ``[start, end)``."""
        wide = stretch(column, start - _REACH, end + _REACH)
        return cls(wide, Coded.of(wide) if worth_coding(end - start) else None)

    @classmethod
    def joint(cls, columns: Sequence[_Seen], size: int) -> _Seen:
        """Several columns of numbers below 64 as one, from ``size`` characters."""
        wide = np.zeros(size + 2 * _REACH, dtype=np.uint64)
        for column in columns:
            wide = wide * np.uint64(64) + column._wide
        coded = [column._coded for column in columns if column._coded is not None]
        together = joined(*coded) if coded else None
        if not isinstance(together, Coded):
            return cls(wide, None)
        value = np.zeros_like(together.parts[0])
        for part in together.parts:
            value = value * np.uint64(64) + part
        return cls(wide, Coded(together.codes, (value,)))

    def __getitem__(self, offset: int) -> U64:
        """The value so many characters further on, at most ``_REACH``; zero outside the text."""
        return self._wide[_REACH + offset : _REACH + offset + self._size]

    def few(self, *offsets: int) -> Iterator[Part]:
        """The same at several ascending offsets, of a column that takes few values: coded where that saves work."""
        place = 0
        while place < len(offsets):
            offset = offsets[place]
            first = _REACH + offset
            if self._coded is None:
                yield self[offset]
            elif offsets[place + 1 : place + 2] == (offset + 1,) and (pairs := self._paired(self._coded)):
                yield pairs.rows(first, first + self._size)
                place += 1
            else:
                yield self._coded.rows(first, first + self._size)
            place += 1

    def _paired(self, coded: Coded) -> Coded | None:
        """Each value with the one behind it: one coding for the pairs at all offsets."""
        if self._pairs is None:
            last = len(coded.codes)
            pairs = joined(coded.rows(0, last - 1), coded.rows(1, last))
            self._pairs = pairs if isinstance(pairs, Coded) else None
        return self._pairs


def _add(sink: Sink, columns: TextColumns, marks: Marks | None, start: int, end: int) -> None:
    """All templates for the characters ``[start, end)``."""
    see = partial(_Seen.of, start=start, end=end)
    chars, kinds = see(columns.points), see(columns.kinds)
    _character_templates(sink, chars, kinds)
    if columns.words is not None:
        _word_templates(sink, columns.words.seen_from(start, end))
    if columns.names is not None and columns.cues is not None:
        _lexicon_templates(sink, [see(tags) for tags in columns.names], see(columns.cues))
    if columns.grammar is not None:
        _grammar_templates(sink, chars, see(columns.grammar))
    for column in columns.clusters or ():
        _cluster_templates(sink, see(column))
    if marks is not None:
        _bracket_templates(sink, marks, columns.points, next(kinds.few(0)), start, end)


def _character_templates(sink: Sink, c: _Seen, k: _Seen) -> None:
    for offset in range(-3, 4):
        sink.add(*c.few(offset))
    for first in range(-3, 3):
        sink.add(c[first], c[first + 1])
    for first in range(-3, 2):
        sink.add(c[first], c[first + 1], c[first + 2])
    sink.add(c[-1], c[1])
    sink.add(c[-4], c[-3], c[-2], c[-1])
    sink.add(c[-1], c[0], c[1], c[2])
    sink.add(c[0], c[1], c[2], c[3])
    sink.add(c[1], c[2], c[3], c[4])
    sink.add(*k.few(-1, 0, 1))
    sink.add(*k.few(-2, -1, 0, 1, 2))
    sink.add(k[-3], k[-2], k[-1], k[0], k[1], k[2], k[3])
    sink.add(k[-1], c[0], k[1])


def _word_templates(sink: Sink, words: WordsSeen) -> None:
    place = words.place()
    around = {offset: words.around(offset) for offset in range(-2, 3)}
    width = np.minimum(words.width(), np.uint64(5))
    few = worth_coding(len(place))
    sink.add(*((Coded.of(place), Coded.of(width)) if few else (place, width)))
    for offset in (0, -1, 1, -2, 2):
        sink.add(place, around[offset])
    for first, second in ((-1, 0), (0, 1), (-1, 1), (-2, -1), (1, 2)):
        sink.add(place, around[first], around[second])


def _lexicon_templates(sink: Sink, names: Sequence[_Seen], cues: _Seen) -> None:
    for tags in names:
        sink.add(*tags.few(0, 1))
        sink.add(*tags.few(-1, 0))
    # Names in all lists as one number.
    joint = _Seen.joint(names, len(cues[0]))
    sink.add(*joint.few(0))
    sink.add(*joint.few(-1, 0, 1))
    sink.add(*cues.few(0))
    sink.add(*cues.few(-1), *cues.few(1))
    sink.add(*joint.few(0), *cues.few(0))


def _grammar_templates(sink: Sink, c: _Seen, tags: _Seen) -> None:
    sink.add(*tags.few(0))
    sink.add(*tags.few(-1, 0, 1))
    for offset in (0, -1, 1):
        sink.add(*tags.few(0), *c.few(offset))
    sink.add(tags[0], c[-2], c[-1])
    sink.add(tags[0], c[1], c[2])


def _cluster_templates(sink: Sink, g: _Seen) -> None:
    sink.add(*g.few(0))
    sink.add(*g.few(-1, 0))
    sink.add(*g.few(0, 1))
    sink.add(*g.few(-1, 0, 1))
    sink.add(*g.few(-2, -1))
    sink.add(*g.few(1, 2))
    sink.add(g[-2], g[-1], g[0], g[1], g[2])


@dataclass(frozen=True, slots=True)
class Marks:
    """Where the marks of a text stand: ``opening`` and ``closing`` for each of ``_BRACKETS``, and line ends; each an
    ascending array of positions. ``packed`` says where the texts are that they stand in.
    """

    opening: tuple[I64, ...]
    closing: tuple[I64, ...]
    lines: I64
    packed: Packed

    @classmethod
    def build(cls, columns: TextColumns) -> Marks:
        """Those of packed texts."""
        points = columns.points

        def places(members: str) -> I64:
            found = points == ord(members[0])
            for other in members[1:]:
                found |= points == ord(other)
            return np.flatnonzero(found)

        opening, closing = zip(*((places(begin), places(end)) for begin, end in _BRACKETS), strict=True)
        return cls(opening, closing, places("\n"), columns.packed)


def _previous(marks: I64, start: int, end: int) -> I64:
    """For each position of ``[start, end)`` the last mark before or at it, -1 where there is none."""
    first, last = np.searchsorted(marks, (start, end)).tolist()
    inside = marks[first:last]
    values = np.concatenate([[marks[first - 1] if first else -1], inside])
    return np.repeat(values, np.diff(np.concatenate([[start], inside, [end]])))


def _next(marks: I64, start: int, end: int, size: int) -> I64:
    """For each position of ``[start, end)`` the first mark at or after it, ``size`` where there is none."""
    first, last = np.searchsorted(marks, (start, end)).tolist()
    inside = marks[first:last]
    values = np.concatenate([inside, [marks[last] if last < len(marks) else size]])
    return np.repeat(values, np.diff(np.concatenate([[start], inside + 1, [end]])))


def _bracket_templates(sink: Sink, marks: Marks, points: NDArray[np.uint32], kinds: Part, start: int, end: int) -> None:
    """Inside which bracket a character stands, what stands before it opens, and how it ends."""
    here = np.arange(start, end)
    begin, stop = marks.packed.begin_of(here), marks.packed.end_of(here)
    size = len(marks.packed.text)
    lines = _next(marks.lines, start, end, size)
    for opening, closing in zip(marks.opening, marks.closing, strict=True):
        opened, closed = _previous(opening, start, end), _previous(closing, start, end)
        ahead = _next(closing, start, end, size)
        inside = (opened >= begin) & (opened >= closed) & (ahead < stop) & (ahead - opened <= _LONGEST_BRACKET)
        inside |= (closed == here) & (opened >= begin)
        sink.add(_flags(inside), _flags(inside & (lines < ahead)), kinds)
        _inside_templates(sink, points, inside, opened, ahead, begin)
    newline = np.maximum(_previous(marks.lines, start, end), begin - 1)
    sink.add(Coded(np.minimum(here - newline, 6), (np.arange(7, dtype=np.uint64),)), kinds)


def _flags(marked: NDArray[np.bool_]) -> Coded:
    return Coded(marked.astype(np.int64), (np.arange(2, dtype=np.uint64),))


def _inside_templates(
    sink: Sink, points: NDArray[np.uint32], inside: NDArray[np.bool_], opened: I64, ahead: I64, begin: I64
) -> None:
    """The two characters at the end of a bracket and the two before it, for what stands inside; few characters do."""
    within = np.flatnonzero(inside)
    first = begin[within]
    # All that stand outside are alike.
    codes = np.zeros(len(inside), dtype=np.int64)
    codes[within] = np.arange(1, len(within) + 1)
    outside = np.zeros(1, dtype=np.uint64)
    flag = np.concatenate([outside, np.ones(len(within), dtype=np.uint64)])
    for edge in (ahead[within], opened[within]):
        near, far = (
            np.concatenate([outside, points[np.maximum(edge - distance, first)].astype(np.uint64)])
            for distance in (1, 2)
        )
        sink.add(Coded(codes, (flag, near, far)))
