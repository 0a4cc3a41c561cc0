"""Text as arrays: code points, character classes, hashes of substrings.

Everything downstream of this module works on whole documents at once; no Python loop runs over characters.
Arithmetic on hashes is modulo 2**64 on purpose (numpy wraps unsigned integers silently).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

U64 = NDArray[np.uint64]
U8 = NDArray[np.uint8]

#: Base of the polynomial hash; odd, so that it has an inverse modulo 2**64.
_BASE = 0x9E3779B97F4A7C15
_BASE_INVERSE = pow(_BASE, -1, 1 << 64)
#: Characters whose hashes are worked out together.
_BLOCK = 4096

#: Character classes; the number is the class id. 0 is "anything else" (most Han characters).
_CLASS_MEMBERS: tuple[str, ...] = (
    "0123456789０１２３４５６７８９",
    "〇零一二三四五六七八九两俩壹贰叁肆伍陆柒捌玖",
    "十百千万亿兆拾佰仟萬億",
    "余多几约近超逾",
    ".．,，",
    "、",
    ";；",
    ":：",
    "。！？!?",
    "()（）[]【】〔〕",
    "《》〈〉<>",
    "“”‘’\"'「」",
    "%％‰",
    "-—–~～－至到",
    "年月日季度",
    " \t\u3000\xa0",
    "\n\r",
    "省市县区州盟旗镇乡村",
    "局委厅部院会办署组队处科",
    "第",
)
LATIN_CLASS = len(_CLASS_MEMBERS) + 1
OTHER_ASCII_CLASS = LATIN_CLASS + 1
CLASS_COUNT = OTHER_ASCII_CLASS + 1
DIGIT_CLASS = 1


def codes(text: str) -> NDArray[np.uint32]:
    """Code points of ``text``, shape ``(len(text),)``. Lone surrogates are kept as they are."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


@cache
def _class_table() -> U8:
    table = np.zeros(0x10000, dtype=np.uint8)
    table[33:127] = OTHER_ASCII_CLASS
    for first, last in (("a", "z"), ("A", "Z"), ("ａ", "ｚ"), ("Ａ", "Ｚ")):
        table[ord(first) : ord(last) + 1] = LATIN_CLASS
    for number, members in enumerate(_CLASS_MEMBERS, start=1):
        for character in members:
            table[ord(character)] = number
    table.flags.writeable = False
    return table


def classes(points: NDArray[np.uint32]) -> U8:
    """The class of every character; characters beyond the basic plane are of class 0."""
    return _class_table()[np.where(points < 0x10000, points, 0)]


def mix(values: U64) -> U64:
    """Scramble 64-bit values so that every input bit reaches the low bits (the finaliser of splitmix64)."""
    return scramble(values.copy(), np.empty_like(values))


def scramble(values: U64, spare: U64) -> U64:
    """``mix`` in place; ``spare`` is room of the same shape."""
    values ^= np.right_shift(values, np.uint64(30), out=spare)
    values *= np.uint64(0xBF58476D1CE4E5B9)
    values ^= np.right_shift(values, np.uint64(27), out=spare)
    values *= np.uint64(0x94D049BB133111EB)
    values ^= np.right_shift(values, np.uint64(31), out=spare)
    return values


def _powers(base: int, count: int) -> U64:
    """``base**0`` to ``base**(count - 1)``."""
    powers = np.full(count, base, dtype=np.uint64)
    powers[:1] = 1
    return np.multiply.accumulate(powers, out=powers)


class SubstringHashes:
    """Hashes of any substrings of one text in constant time each, after one linear pass.

    The hash is ``mix(sum(code[start + k] * BASE**k))``: equal substrings hash equal wherever they stand
    (Karp and Rabin 1987, with the power of the start divided out). Eight bytes a character are kept, the sums.
    """

    def __init__(self, points: NDArray[np.uint32]) -> None:
        n = len(points)
        sums = np.zeros(n + 1, dtype=np.uint64)
        for first in range(0, n, _BLOCK):  # the block's powers stay in the processor's cache
            block = sums[first + 1 : first + _BLOCK + 1]
            np.add(points[first : first + _BLOCK], np.uint64(1), out=block)
            block *= _powers(_BASE, len(block)) * np.uint64(pow(_BASE, first, 1 << 64))
            np.cumsum(block, out=block)
            block += sums[first]
        self._sums = sums
        self._near = _powers(_BASE_INVERSE, _BLOCK)
        self._far = _powers(pow(_BASE_INVERSE, _BLOCK, 1 << 64), n // _BLOCK + 1)

    def of(self, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> U64:
        """Hashes of the substrings ``[starts[i], ends[i])``; empty substrings hash to ``mix(0) == 0``."""
        return mix((self._sums[ends] - self._sums[starts]) * self._inverses(starts))

    def _inverses(self, starts: NDArray[np.int64]) -> U64:
        """``BASE**-start``."""
        return self._near[starts % _BLOCK] * self._far[starts // _BLOCK]

    def of_length(self, length: int) -> U64:
        """Hashes of all substrings of one length, by start; shape ``(max(0, n - length + 1),)``."""
        size = max(0, len(self._sums) - length)
        found = [
            hashed
            for first in range(0, size, _BLOCK)
            for hashed in self.of_lengths((length,), first, min(first + _BLOCK, size))
        ]
        return np.concatenate(found) if found else np.empty(0, dtype=np.uint64)

    def of_lengths(self, lengths: Iterable[int], first: int, last: int) -> Iterator[U64]:
        """For each length the hashes of the substrings of that length that start in ``[first, last)``.

        Fewer than ``last - first`` where the text ends before.
        """
        inverses = self._inverses(np.arange(first, last))
        for length in lengths:
            ends = self._sums[first + length : last + length]
            yield mix((ends - self._sums[first : first + len(ends)]) * inverses[: len(ends)])


def hash_words(words: list[str]) -> dict[int, U64]:
    """Hashes of whole words as ``SubstringHashes`` gives them, sorted, by word length."""
    by_length: dict[int, list[str]] = {}
    for word in words:
        by_length.setdefault(len(word), []).append(word)
    out: dict[int, U64] = {}
    for length, group in sorted(by_length.items()):
        joined = SubstringHashes(codes("".join(group)))
        starts = np.arange(len(group), dtype=np.int64) * length
        out[length] = np.unique(joined.of(starts, starts + length))
    return out


def stretch(column: NDArray[Any], start: int, end: int) -> U64:
    """``column[start:end]`` as 64-bit numbers, shape ``(end - start,)``; zero where that lies outside the column."""
    out = np.zeros(end - start, dtype=np.uint64)
    first, last = max(start, 0), min(end, len(column))
    if first < last:
        out[first - start : last - start] = column[first:last]
    return out
