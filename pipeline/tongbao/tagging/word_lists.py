"""Where the words of many lists stand in a text: all lists looked up in one pass for each length of word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tongbao.tagging.arrays import U64, SubstringHashes, hash_words

I64 = NDArray[np.int64]

#: Positions whose hashes are worked out together: they stay in the processor's cache.
_BLOCK = 8192
#: A hash is looked for only where a table of this many bits says that one with the same low bits is known.
_SIEVE_BITS = 16
#: Words that are longer are only looked for where so many characters begin one.
HEAD = 2


@dataclass(frozen=True, slots=True)
class _Length:
    """The words of one length in all lists.

    ``hashes`` (ascending, ``(W,)``) are those of the words, ``lists`` the numbers of the lists that have one and, in
    step with it, ``members`` which of the words, ``(W,)`` booleans; ``sieve`` says for the low bits of a hash whether
    any word has them.
    """

    length: int
    hashes: U64
    lists: tuple[int, ...]
    members: tuple[NDArray[np.bool_], ...]
    sieve: NDArray[np.bool_]

    @classmethod
    def build(cls, length: int, by_list: Sequence[tuple[int, U64]]) -> _Length:
        hashes = np.unique(np.concatenate([words for _, words in by_list]))
        members = tuple(np.isin(hashes, words) for _, words in by_list)
        return cls(length, hashes, tuple(number for number, _ in by_list), members, _sieve(hashes))

    def found(self, hashes: U64) -> tuple[I64, I64]:
        """Which of ``hashes`` are those of words, and which word each is."""
        at = np.flatnonzero(np.take(self.sieve, _low(hashes), mode="clip"))
        word = np.searchsorted(self.hashes, hashes[at])
        right = np.take(self.hashes, word, mode="clip") == hashes[at]
        return at[right], word[right]


def _sieve(hashes: U64) -> NDArray[np.bool_]:
    sieve = np.zeros(1 << _SIEVE_BITS, dtype=np.bool_)
    sieve[_low(hashes)] = True
    return sieve


def _low(hashes: U64) -> I64:
    return (hashes & np.uint64((1 << _SIEVE_BITS) - 1)).view(np.int64)


@dataclass(frozen=True, slots=True)
class WordIndex:
    """``count`` lists of words, by the lengths of words, ascending; ``heads`` says for the low bits of the hash of
    ``HEAD`` characters whether any longer word begins so.
    """

    count: int
    lengths: tuple[_Length, ...]
    heads: NDArray[np.bool_]

    @classmethod
    def build(cls, lists: Sequence[Sequence[str]]) -> WordIndex:
        """From the words of each list."""
        heads = hash_words(sorted({word[:HEAD] for words in lists for word in words if len(word) > HEAD}))
        by_length: dict[int, list[tuple[int, U64]]] = {}
        for number, words in enumerate(lists):
            for length, hashes in hash_words(sorted(set(words))).items():
                if length and len(hashes):
                    by_length.setdefault(length, []).append((number, hashes))
        lengths = tuple(_Length.build(length, found) for length, found in sorted(by_length.items()))
        return cls(len(lists), lengths, _sieve(heads.get(HEAD, np.zeros(0, dtype=np.uint64))))

    def find(self, hashes: SubstringHashes, size: int) -> list[list[tuple[int, I64]]]:
        """For each list the places of its words in a text of ``size`` characters: by ascending length of word the
        starts, ascending.
        """
        starts: list[list[I64]] = [[] for _ in self.lengths]
        words: list[list[I64]] = [[] for _ in self.lengths]
        short = [number for number, entry in enumerate(self.lengths) if entry.length <= HEAD]
        widths = [*(self.lengths[number].length for number in short), HEAD]
        begun = []
        for first in range(0, size, _BLOCK):
            *of_short, heads = hashes.of_lengths(widths, first, min(first + _BLOCK, size))
            for number, hashed in zip(short, of_short, strict=True):
                at, word = self.lengths[number].found(hashed)
                starts[number].append(at + first)
                words[number].append(word)
            begun.append(np.flatnonzero(np.take(self.heads, _low(heads), mode="clip")) + first)
        likely = np.concatenate([*begun, _NONE])
        for number in range(len(short), len(self.lengths)):
            entry = self.lengths[number]
            likely = likely[likely + entry.length <= size]
            at, word = entry.found(hashes.of(likely, likely + entry.length))
            starts[number].append(likely[at])
            words[number].append(word)
        out: list[list[tuple[int, I64]]] = [[] for _ in range(self.count)]
        for entry, begun, which in zip(self.lengths, starts, words, strict=True):
            start, word = np.concatenate([*begun, _NONE]), np.concatenate([*which, _NONE])
            if len(start):
                for number, members in zip(entry.lists, entry.members, strict=True):
                    mine = start[members[word]]
                    if len(mine):
                        out[number].append((entry.length, mine))
        return out


_NONE = np.zeros(0, dtype=np.int64)


def paint(tags: NDArray[np.uint8], places: Sequence[tuple[int, I64]]) -> NDArray[np.uint8]:
    """Write into ``tags`` where words stand: place (begin, inside, end, single) and length, ``min(length, 8) * 4 +
    place``.

    ``places`` are starts by ascending length. Longer words paint over shorter ones; of two equally long overlapping
    ones the later stays.
    """
    for length, starts in places:
        width = min(length, 8) * 4
        for offset in reversed(range(length)):  # beginnings last: they stay where a later word overlaps
            place = 3 if length == 1 else 0 if offset == 0 else 2 if offset == length - 1 else 1
            tags[starts + offset] = width + place
    return tags


def painted(places: Sequence[tuple[int, I64]]) -> I64:
    """All positions that ``paint`` writes to, some more than once."""
    return np.concatenate([_NONE, *((starts[:, None] + np.arange(length)).ravel() for length, starts in places)])
