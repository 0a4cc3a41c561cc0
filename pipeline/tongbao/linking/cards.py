"""Pages of figures: where the label of a number stands that fills a line.

Such pages set numbers and labels in turn, the number above its label or below it, and one line tells nothing of which.
The stretch of lines does: what begins or ends it has no partner on the other side.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from tongbao.records import Bulletin, Span

#: Where labels stand; ``None`` where both are as likely.
Side: TypeAlias = Literal["before", "behind"] | None


@dataclass(frozen=True, slots=True)
class Labels:
    """The lines right before and behind a number that fills its own, where they may be its label."""

    before: Span | None
    behind: Span | None


NO_LABELS = Labels(None, None)
#: A longer line, or one with one of these at its end, is running text and no label.
LONGEST_LABEL = 45
_STOPS = tuple("。！？；!?;…")


def labels_of(bulletin: Bulletin, filled: Mapping[int, int]) -> dict[int, Labels]:
    """The labels of each number that fills lines, by its first line.

    A stretch that begins with a number and ends with a label has labels behind, one that ends with a number and begins
    with a label has them before. Where neither says it, the other stretches of the text do if they have labels behind.

    Args:
        bulletin: the document.
        filled: the last line of each such number, by its first line (indices of sentences).
    """
    gap = _line_gap(bulletin)
    numbers = {line for first, last in filled.items() for line in range(first, last + 1)}
    runs = [(run, _side(run, numbers)) for run in _runs(bulletin, numbers, gap)]
    sides = [side for _, side in runs]
    usual: Side = "behind" if sides.count("behind") > sides.count("before") else None
    return {
        line: Labels(
            None if (side or usual) == "behind" else _beside(bulletin, line, -1, gap),
            None if side == "before" else _beside(bulletin, filled[line], 1, gap),
        )
        for run, side in runs
        for line in run
        if line in filled
    }


def _line_gap(bulletin: Bulletin) -> int:
    """How many line ends stand between neighbouring lines of a stretch: where all lines are set apart by empty ones
    these set nothing apart.
    """
    return 1 if any(_between(bulletin, index) == 1 for index in range(len(bulletin.sentences) - 1)) else 2


def _between(bulletin: Bulletin, index: int) -> int:
    """The line ends between a sentence and the next one; 0 where other characters stand there too."""
    text = bulletin.text[bulletin.sentences[index].end : bulletin.sentences[index + 1].start]
    return 0 if text.strip() else text.count("\n")


def _runs(bulletin: Bulletin, numbers: set[int], gap: int) -> Iterator[list[int]]:
    """Stretches of lines, one below the other, that are numbers or short enough to be labels; those with a number."""
    run: list[int] = []
    for index, sentence in enumerate(bulletin.sentences):
        fits = index in numbers or _is_label(bulletin.text, sentence)
        if run and not (fits and _between(bulletin, index - 1) == gap):
            yield from _with_number(run, numbers)
            run = []
        if fits:
            run.append(index)
    yield from _with_number(run, numbers)


def _with_number(run: list[int], numbers: set[int]) -> Sequence[list[int]]:
    return [] if numbers.isdisjoint(run) else [run]


def _is_label(text: str, line: Span) -> bool:
    return len(line) <= LONGEST_LABEL and not line.of(text).endswith(_STOPS)


def _side(run: Sequence[int], numbers: set[int]) -> Side:
    begins, ends = run[0] in numbers, run[-1] in numbers
    if begins == ends:
        return None
    return "behind" if begins else "before"


def _beside(bulletin: Bulletin, line: int, step: int, gap: int) -> Span | None:
    """The next line, where it is as short as a label."""
    if not 0 <= line + step < len(bulletin.sentences) or _between(bulletin, min(line, line + step)) != gap:
        return None
    other = bulletin.sentences[line + step]
    return other if len(other) <= LONGEST_LABEL else None
