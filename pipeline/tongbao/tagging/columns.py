"""What is known of every character before a template joins it: computed once a text, used by every learned part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tongbao.numbers import find_quantities
from tongbao.records import QuantityKind, Span
from tongbao.tagging.arrays import U64, SubstringHashes, classes, codes, hash_words, shift
from tongbao.tagging.vocabulary import Vocabulary, shipped_vocabulary
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
    for each category the word hashes by length (``arrays.hash_words``); ``vocabulary`` the units of the number grammar
    and the words of the segmenter.
    """

    clusters: NDArray[np.uint8]
    lexicon: tuple[tuple[str, dict[int, U64]], ...]
    vocabulary: Vocabulary = field(default_factory=shipped_vocabulary)


def build_resources(
    clusters: NDArray[np.uint8], lexicon: Sequence[tuple[str, Sequence[str]]], vocabulary: Vocabulary | None = None
) -> Resources:
    """Look-up tables from a cluster table and named word lists; the order of the lists is part of a model.

    ``vocabulary`` is that of the shipped lexicon unless another is given.
    """
    tables: list[tuple[str, dict[int, U64]]] = [(name, hash_words(sorted(set(words)))) for name, words in lexicon]
    return Resources(clusters, tuple(tables), vocabulary or shipped_vocabulary())


@dataclass(frozen=True, slots=True)
class Words:
    """Words seen from every character: ``place`` in its word, ``width`` of it, and hashes of the words ``around`` it
    (offsets -3 to 3), each of shape ``(n,)``.
    """

    place: U64
    width: U64
    around: dict[int, U64]


@dataclass(frozen=True, slots=True)
class TextColumns:
    """The columns of one text, each of shape ``(n,)``; ``None`` where a family is switched off.

    ``hashes`` gives the hash of any stretch of the text, for all that look stretches up later.
    ``names`` are tags of the lexicon's names, a column a list; ``cues`` those of all cue words in one column;
    ``grammar`` marks quantity candidates by kind and place; ``clusters`` has one column a granularity.
    """

    points: NDArray[np.uint32]
    hashes: SubstringHashes
    chars: U64
    kinds: U64
    words: Words | None
    names: tuple[U64, ...] | None
    cues: U64 | None
    grammar: U64 | None
    clusters: tuple[U64, ...] | None


def text_columns(text: str, resources: Resources, options: FeatureOptions) -> TextColumns:
    """All columns that ``options`` ask for, from the text alone."""
    points = codes(text)
    hashes = SubstringHashes(points)
    names, cues = _lexicon(hashes, resources, len(text)) if options.lexicon else (None, None)
    vocabulary = resources.vocabulary
    cutter = None if options.words == "none" else segmenter(options.words, added=vocabulary.segmented)
    return TextColumns(
        points=points,
        hashes=hashes,
        chars=points.astype(np.uint64),
        kinds=classes(points).astype(np.uint64),
        words=None if cutter is None else _words(hashes, cutter.starts(text), len(text)),
        names=names,
        cues=cues,
        grammar=_grammar(find_quantities(text, vocabulary.units), len(text)) if options.grammar else None,
        clusters=_clusters(points, resources.clusters) if options.clusters else None,
    )


def _words(hashes: SubstringHashes, starts: NDArray[np.int64], size: int) -> Words:
    ends = np.append(starts[1:], size)
    if not size:
        empty = np.zeros(0, dtype=np.uint64)
        return Words(empty, empty, dict.fromkeys(range(-3, 4), empty))
    ids = hashes.of(starts, ends)
    number = np.zeros(size, dtype=np.int64)
    number[starts[1:]] = 1
    number = np.cumsum(number)
    position = np.arange(size) - starts[number]
    width = (ends - starts)[number]
    place = (np.minimum(position, 2) * 2 + (position + 1 == width)).astype(np.uint64)
    around = {offset: shift(ids, offset)[number] for offset in range(-3, 4)}
    return Words(place, width.astype(np.uint64), around)


def _lexicon(hashes: SubstringHashes, resources: Resources, size: int) -> tuple[tuple[U64, ...], U64]:
    """A column for each list of names; all cue words in one, since they hardly ever overlap."""
    cues = np.zeros(size, dtype=np.uint64)
    names: list[U64] = []
    for number, (name, words) in enumerate(resources.lexicon, start=1):
        tags = lexicon_tags(hashes, words, size)
        if name.startswith(CUE_PREFIX):
            cues = np.where(tags > 0, tags + np.uint64(64 * number), cues)
        else:
            names.append(tags)
    return tuple(names), cues


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
        for offset in reversed(range(length)):  # beginnings last: they stay where a later word overlaps
            place = 3 if length == 1 else 0 if offset == 0 else 2 if offset == length - 1 else 1
            tags[starts + offset] = width + np.uint64(place)
    return tags


def _grammar(candidates: Sequence[tuple[Span, QuantityKind]], size: int) -> U64:
    tags = np.zeros(size, dtype=np.uint64)
    for span, kind in candidates:
        code = np.uint64(KIND_NUMBER[kind] * 4 + 4)
        tags[span.start : span.end] = code + np.uint64(1)
        tags[span.end - 1] = code + np.uint64(2)
        tags[span.start] = code + np.uint64(3 if len(span) == 1 else 0)
    return tags


def _clusters(points: NDArray[np.uint32], table: NDArray[np.uint8]) -> tuple[U64, ...]:
    rows = table[np.where(points < 0x10000, points, 0)].astype(np.uint64)
    return tuple(np.ascontiguousarray(rows[:, column]) for column in range(rows.shape[1]))
