"""Documents mixed from sections of others, the same ones for the same seed. Pure: texts in, texts out."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

#: Characters of a document: half of them are longer than ``MEDIAN``, one in a thousand is about ``LONGEST``.
MEDIAN = 2_000
SHORTEST = 200
LONGEST = 30_000
_SPREAD = math.log(LONGEST / MEDIAN) / 3.09

#: Paragraphs that stay together, at most: as many as an item of a bulletin has.
_TOGETHER = 8

Format: TypeAlias = Literal["txt", "gb18030", "html", "docx", "zip"]
#: How many documents in a hundred have which format; ``gb18030`` is plain text in that encoding, ``zip`` an archive.
FORMATS: dict[Format, int] = {"txt": 78, "gb18030": 10, "html": 6, "docx": 4, "zip": 2}


@dataclass(frozen=True, slots=True)
class Mixed:
    """A document made of sections of others."""

    number: int
    format: Format
    paragraphs: tuple[str, ...]

    @property
    def text(self) -> str:
        """The paragraphs as lines."""
        return "\n".join(self.paragraphs) + "\n"


def paragraphs_of(text: str) -> tuple[str, ...]:
    """The lines of a text that hold anything."""
    return tuple(line for line in text.splitlines() if line.strip())


def mixed(sources: Sequence[Sequence[str]], number: int, seed: int) -> Mixed:
    """Document ``number``: runs of consecutive paragraphs of ``sources``, drawn until the size drawn for it is reached.

    It depends on its number and the seed alone, not on how many documents there are.

    Args:
        sources: the paragraphs of each text; none of them empty.
    """
    draw = random.Random(f"{seed}/{number}")
    (form,) = draw.choices(list(FORMATS), list(FORMATS.values()))
    wanted = min(LONGEST, max(SHORTEST, round(draw.lognormvariate(math.log(MEDIAN), _SPREAD))))
    taken: list[str] = []
    size = 0
    while size < wanted:
        source = draw.choice(sources)
        begin = draw.randrange(len(source))
        for paragraph in source[begin : begin + draw.randint(1, _TOGETHER)]:
            # A paragraph that is longer than what is wanted is cut: a document is no longer than its size.
            taken.append(paragraph[: max(1, wanted - size)])
            size += len(taken[-1]) + 1
            if size >= wanted:
                break
    return Mixed(number, form, tuple(taken))
