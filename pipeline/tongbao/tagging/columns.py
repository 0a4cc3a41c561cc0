"""What is known of every character before a template joins it: computed once, used by every learned part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tongbao.numbers import Figures, find_figures
from tongbao.records import QuantityKind
from tongbao.tagging.arrays import U8, U64, SubstringHashes, classes, codes, hash_words
from tongbao.tagging.packing import Packed
from tongbao.tagging.vocabulary import Vocabulary, shipped_vocabulary
from tongbao.tagging.word_lists import WordIndex, paint, painted
from tongbao.tagging.words import SegmenterName, segmenter

#: Categories of the lexicon with this prefix are cue words.
CUE_PREFIX = "cue_"

#: Numbers of the quantity kinds in grammar features. The order is part of a model: append, never reorder.
KIND_NUMBER: dict[QuantityKind, int] = {
    "count": 1,
    "money": 2,
    "ratio": 3,
    "length": 4,
    "area": 5,
    "volume": 6,
    "mass": 7,
    "duration": 8,
    "rank": 9,
    "other": 10,
}


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
    for each category the word hashes by length (``arrays.hash_words``), ``index`` all of them together; ``vocabulary``
    the units of the number grammar and the words of the segmenter.
    """

    clusters: U8
    lexicon: tuple[tuple[str, dict[int, U64]], ...]
    index: WordIndex
    vocabulary: Vocabulary = field(default_factory=shipped_vocabulary)


def build_resources(
    clusters: U8, lexicon: Sequence[tuple[str, Sequence[str]]], vocabulary: Vocabulary | None = None
) -> Resources:
    """Look-up tables from a cluster table and named word lists; the order of the lists is part of a model.

    ``vocabulary`` is that of the shipped lexicon unless another is given.
    """
    tables: list[tuple[str, dict[int, U64]]] = [(name, hash_words(sorted(set(words)))) for name, words in lexicon]
    index = WordIndex.build([words for _, words in lexicon])
    return Resources(clusters, tuple(tables), index, vocabulary or shipped_vocabulary())


#: How many words to each side of its own are seen from a character.
_WORDS_AROUND = 3


@dataclass(frozen=True, slots=True)
class Words:
    """The W words of packed texts of n characters; ``_WORDS_AROUND`` words without a hash fill each gap between two.

    ``bounds`` are where they begin and, last, where the text ends, ``(W + 1,)``; ``ids`` their hashes with
    ``_WORDS_AROUND`` zeros on both sides, ``(W + 6,)``.
    """

    bounds: NDArray[np.int32]
    ids: U64

    def seen(self, at: NDArray[np.int64]) -> WordsSeen:
        """The words as they are seen from the characters ``at``, which lie in the text, in any order."""
        return WordsSeen(self, at, np.searchsorted(self.bounds, at, side="right") - 1)

    def seen_from(self, start: int, end: int) -> WordsSeen:
        """The words as they are seen from the characters ``[start, end)``, which lie in the text."""
        first, last = (np.searchsorted(self.bounds, (start, end - 1), side="right") - 1).tolist()
        borders = np.concatenate([[start], self.bounds[first + 1 : last + 1], [end]])
        return WordsSeen(self, np.arange(start, end), np.repeat(np.arange(first, last + 1), np.diff(borders)))


@dataclass(frozen=True, slots=True)
class WordsSeen:
    """``words`` from the characters ``at``; ``number`` says which word each is in. All arrays are ``(M,)``."""

    words: Words
    at: NDArray[np.int64]
    number: NDArray[np.int64]

    def place(self) -> U64:
        """Place in its word: 0 for the first character, 2 for the second, 4 for all others; 1 more for the last."""
        bounds = self.words.bounds
        inside = self.at - bounds[self.number]
        found: U64 = (np.minimum(inside, 2) * 2 + (self.at + 1 == bounds[self.number + 1])).astype(np.uint64)
        return found

    def width(self) -> U64:
        """Length of its word."""
        found: U64 = (self.words.bounds[self.number + 1] - self.words.bounds[self.number]).astype(np.uint64)
        return found

    def around(self, offset: int) -> U64:
        """Hash of its word (0), the one before (-1), the one behind (1), …, up to three; zero outside the text."""
        found: U64 = np.take(self.words.ids, self.number + (offset + _WORDS_AROUND))
        return found


@dataclass(frozen=True, slots=True)
class TextColumns:
    """The columns of packed texts, each of shape ``(n,)`` and as narrow as its numbers allow, since they are kept for
    the whole; ``None`` where a family is switched off. Whoever joins them widens a stretch (``arrays.stretch``). They
    are zero in gaps.

    ``packed`` says where the texts stand; ``points`` are the code points and ``hashes`` gives the hash of any stretch,
    for all that look stretches up later; ``kinds`` are character classes. ``names`` are tags of the lexicon's names, a
    column a list; ``cues`` those of all cue words in one column; ``grammar`` marks quantity candidates by kind and
    place; ``clusters`` has one column a granularity. ``figures`` is all that the grammar found in each text, for
    whoever asks for numbers later.
    """

    packed: Packed
    points: NDArray[np.uint32]
    hashes: SubstringHashes
    kinds: U8
    words: Words | None
    names: tuple[U8, ...] | None
    cues: NDArray[np.uint16] | None
    figures: tuple[Figures, ...] | None
    grammar: U8 | None
    clusters: tuple[U8, ...] | None


def text_columns(text: str, resources: Resources, options: FeatureOptions) -> TextColumns:
    """All columns that ``options`` ask for, from the text alone."""
    return packed_columns([text], resources, options)


def packed_columns(texts: Sequence[str], resources: Resources, options: FeatureOptions) -> TextColumns:
    """All columns that ``options`` ask for, of at least one text; none depends on another text."""
    packed = Packed.build(texts)
    size = len(packed.text)
    points = codes(packed.text)
    hashes = SubstringHashes(points)
    names, cues = _lexicon(hashes, resources, size) if options.lexicon else (None, None)
    vocabulary = resources.vocabulary
    figures = tuple(find_figures(text, vocabulary.units) for text in texts) if options.grammar else None
    cutter = None if options.words == "none" else segmenter(options.words, added=vocabulary.segmented)
    return TextColumns(
        packed=packed,
        points=points,
        hashes=hashes,
        kinds=classes(points),
        words=None if cutter is None else _words(hashes, packed, [cutter.starts(text) for text in texts]),
        names=names,
        cues=cues,
        figures=figures,
        grammar=None if figures is None else _grammar(figures, packed.begins.tolist(), size),
        clusters=_clusters(points, resources.clusters, packed.gaps()) if options.clusters else None,
    )


def _words(hashes: SubstringHashes, packed: Packed, starts: Sequence[NDArray[np.int64]]) -> Words:
    """From where the words of each text begin in it."""
    parts, empty = [starts[0]], []
    for own, begin, end in zip(starts[1:], packed.begins[1:], packed.ends[:-1], strict=True):
        empty.append(sum(map(len, parts)) + np.arange(_WORDS_AROUND))
        parts += [end + np.arange(_WORDS_AROUND), begin + own]
    begun = np.concatenate(parts)
    bounds = np.append(begun, len(packed.text))
    ids = np.zeros(len(begun) + 2 * _WORDS_AROUND, dtype=np.uint64)
    own_ids = ids[_WORDS_AROUND : _WORDS_AROUND + len(begun)]
    own_ids[:] = hashes.of(begun, bounds[1:])
    for gap in empty:
        own_ids[gap] = 0
    return Words(bounds.astype(np.int32), ids)


def _lexicon(hashes: SubstringHashes, resources: Resources, size: int) -> tuple[tuple[U8, ...], NDArray[np.uint16]]:
    """A column for each list of names; all cue words in one, since they hardly ever overlap."""
    cues = np.zeros(size, dtype=np.uint16)
    names: list[U8] = []
    spare = np.zeros(size, dtype=np.uint8)
    found = resources.index.find(hashes, size)
    for number, ((name, _), places) in enumerate(zip(resources.lexicon, found, strict=True), start=1):
        if name.startswith(CUE_PREFIX):
            at = painted(places)
            cues[at] = paint(spare, places)[at] + np.uint16(64 * number)
            spare[at] = 0
        else:
            names.append(paint(np.zeros(size, dtype=np.uint8), places))
    return tuple(names), cues


def _grammar(figures: Sequence[Figures], begins: Sequence[int], size: int) -> U8:
    tags = np.zeros(size, dtype=np.uint8)
    for found, begin in zip(figures, begins, strict=True):
        for span, kind in found.quantities:
            code = KIND_NUMBER[kind] * 4 + 4
            start, end = begin + span.start, begin + span.end
            tags[start:end] = code + 1
            tags[end - 1] = code + 2
            tags[start] = code + (3 if len(span) == 1 else 0)
    return tags


def _clusters(points: NDArray[np.uint32], table: U8, gaps: NDArray[np.int64]) -> tuple[U8, ...]:
    known = np.where(points < 0x10000, points, 0)
    columns = tuple(np.ascontiguousarray(column)[known] for column in table.T)
    for column in columns:
        column[gaps] = 0
    return columns
