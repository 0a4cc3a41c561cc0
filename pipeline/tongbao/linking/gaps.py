"""What stands between a quantity and its neighbours when periods and scopes are looked through.

居全省第一 and 居全国第一 differ by a place that says nothing about the indicator; what joins the number to its words is
the same 居.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tongbao.linking.windows import I64, Bounds
from tongbao.tagging.arrays import U64, SubstringHashes

#: Characters in front of a quantity that are seen together.
_BEFORE = 3
#: A gap behind a quantity is seen whole up to so many characters, else by the first two.
_BEHIND, _BEHIND_HEAD = 4, 2
#: A gap in front is seen whole up to so many characters, else by the first one, the last two and its length.
_BETWEEN, _BETWEEN_TAIL = 6, 2
#: Odd numbers that keep apart what is added to a hash.
_SPREAD, _SPREAD_MORE = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)


@dataclass(frozen=True, slots=True)
class Gaps:
    """Hashes, ``(K,)`` each, for K quantities: the last characters ``before`` each in its clause, what stands
    ``behind`` it up to the next quantity or the end of the clause, and what stands ``between`` the quantity before (in
    the same sentence) and it.
    """

    before: U64
    behind: U64
    between: U64

    @classmethod
    def build(
        cls, points: NDArray[np.uint32], looked_through: NDArray[np.bool_], sentence: I64, bounds: Bounds
    ) -> Gaps:
        """From the code points of a text, which of them to look through (both ``(n,)``), and of all its quantities
        where their sentences begin (K,) and the bounds of their windows.
        """
        seen = ~looked_through
        at = np.zeros(len(points) + 1, dtype=np.int64)  # how many characters are seen in front of each
        np.cumsum(seen, out=at[1:])
        text = points[seen]
        hashes = SubstringHashes(text)
        begin, near = _after_neighbour(sentence, bounds)
        return cls(
            _before(hashes, at[np.maximum(bounds.clause_start, begin)], at[bounds.focus_start]),
            _behind(hashes, at, bounds),
            _between(hashes, text, at[begin], at[bounds.focus_start], near),
        )

    def of(self, chosen: I64) -> Gaps:
        """Those of some of the quantities."""
        return Gaps(self.before[chosen], self.behind[chosen], self.between[chosen])


def _after_neighbour(sentence: I64, bounds: Bounds) -> tuple[I64, NDArray[np.bool_]]:
    """Where each window begins, or where the quantity before it in the window ends, and whether there is one."""
    end = np.zeros_like(bounds.start)
    end[1:] = bounds.focus_end[:-1]
    near = end >= bounds.start
    near[:1] = False
    near[1:] &= sentence[1:] == sentence[:-1]
    return np.minimum(np.where(near, end, bounds.start), bounds.focus_start), near


def _before(hashes: SubstringHashes, begin: I64, end: I64) -> U64:
    return hashes.of(np.maximum(np.minimum(begin, end), end - _BEFORE), end)


def _behind(hashes: SubstringHashes, at: I64, bounds: Bounds) -> U64:
    following = np.full_like(bounds.end, np.iinfo(np.int64).max)
    following[:-1] = np.maximum(bounds.focus_start[1:], bounds.focus_end[:-1])
    followed = following <= bounds.end
    begin, end = at[bounds.focus_end], at[np.where(followed, following, bounds.end)]
    whole = end - begin <= _BEHIND
    found = hashes.of(begin, np.where(whole, end, begin + _BEHIND_HEAD))
    behind: U64 = found + whole.astype(np.uint64) * _SPREAD + followed.astype(np.uint64) * _SPREAD_MORE
    return behind


def _between(
    hashes: SubstringHashes,
    text: NDArray[np.uint32],
    begin: I64,
    end: I64,
    near: NDArray[np.bool_],
) -> U64:
    size = end - begin
    whole = size <= _BETWEEN
    found = hashes.of(np.where(whole, begin, end - _BETWEEN_TAIL), end)
    first = np.where(near & ~whole, np.take(text, begin, mode="clip") if len(text) else 0, 0).astype(np.uint64)
    long = np.where(whole, 0, np.minimum(size // _BETWEEN, 4)).astype(np.uint64)
    between: U64 = found + first * _SPREAD + (long * np.uint64(2) + near.astype(np.uint64)) * _SPREAD_MORE
    return between
