"""Several texts laid end to end, so that one pass over arrays reads them all.

Between two texts lie characters that no text has, more of them than any template looks across, and whoever counts or
looks further asks where the text of a character begins and ends. So no text sees its neighbours: what is found in it is
the same in whatever company it is read. One text alone is packed as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

I64 = NDArray[np.int64]

#: Characters between two texts: more than any part of the program looks to the side of a span or of a character.
GAP = 32
_GAP = "\0" * GAP


@dataclass(frozen=True, slots=True)
class Packed:
    """``text`` is all texts with gaps between them; text ``k`` is ``text[begins[k] : ends[k]]``."""

    text: str
    begins: I64
    ends: I64

    @classmethod
    def build(cls, texts: Sequence[str]) -> Packed:
        """Lay at least one text end to end."""
        ends = np.array(list(accumulate(texts, lambda end, text: end + GAP + len(text), initial=-GAP))[1:], np.int64)
        begins = ends - np.array([len(text) for text in texts], np.int64)
        return cls(texts[0] if len(texts) == 1 else _GAP.join(texts), begins, ends)

    def begin_of(self, at: I64) -> I64:
        """Where the text begins that holds each position, or that it is the end of; shape of ``at``."""
        if len(self.begins) == 1:
            return np.zeros_like(at)
        return self.begins[np.searchsorted(self.begins, at, side="right") - 1]

    def end_of(self, at: I64) -> I64:
        """Where the text ends that holds each position, or that it is the end of; shape of ``at``."""
        if len(self.begins) == 1:
            return np.full_like(at, self.ends[0])
        return self.ends[np.searchsorted(self.begins, at, side="right") - 1]

    def gaps(self) -> I64:
        """All positions between texts."""
        return (self.ends[:-1, None] + np.arange(GAP)).ravel()
