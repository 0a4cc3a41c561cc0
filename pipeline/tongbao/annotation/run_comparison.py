"""Two runs over the same documents: where they differ most, and in what.

Both runs are read once, side by side, in the order of their ids; what is kept are counts and the differences.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from tongbao.annotation.row_differences import CELLS, SPAN, Compared, Difference, Side, Verdict, compare_rows
from tongbao.records import Annotated, Label

Order: TypeAlias = Literal["documents", "value"]

#: The name under which the summary counts whole rows: those that one side has only are the ones that differ.
ROW = "row"


@dataclass(frozen=True, slots=True)
class FieldCount:
    """One field on ``n`` rows (``row``: that any side has; else: that both have), and gold's view where they differ."""

    label: Label
    name: str
    n: int
    different: int
    verdicts: Mapping[Verdict, int]

    @property
    def share(self) -> float:
        """The share of rows that differ."""
        return self.different / self.n


@dataclass(frozen=True, slots=True)
class DocumentCount:
    """Rows of one document that differs; ``a`` and ``b`` are all rows of a side, ``changed`` those in both."""

    id: str
    a: int
    b: int
    only_a: int
    only_b: int
    changed: int

    @property
    def different(self) -> int:
        """How many rows differ."""
        return self.only_a + self.only_b + self.changed


@dataclass(frozen=True, slots=True)
class RunComparison:
    """Two runs compared.

    ``documents`` is how many were compared, ``judged`` how many of them have gold. ``only_a``, ``only_b`` and
    ``other_text`` are the ids of those that were not: in one run only, or there with another text. ``differing``:
    most differing rows first; ``verdicts`` counts differing rows.
    """

    documents: int
    judged: int
    a: int
    b: int
    fields: tuple[FieldCount, ...]
    differing: tuple[DocumentCount, ...]
    differences: tuple[Difference, ...]
    verdicts: Mapping[Verdict, int]
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    other_text: tuple[str, ...]


def compare_runs(a: Iterable[Annotated], b: Iterable[Annotated], gold: Iterable[Annotated] = ()) -> RunComparison:
    """Compare two runs whose documents come in the order of their ids.

    Gold is matched by its text, whatever it is called.
    """
    truth = {document.text: document for document in gold}
    tally = _Tally()
    for one, other in _merged(a, b):
        tally.add(one, other, truth)
    return tally.result()


def ordered(comparison: RunComparison, order: Order) -> tuple[Difference, ...]:
    """The differences, largest first.

    ``documents``: the documents with most differing rows first, in each of them from its beginning to its end;
    ``value``: the rows with the largest figures first, and those without a figure last.
    """
    if order == "value":
        return tuple(sorted(comparison.differences, key=lambda one: (-one.size, one.document, one.span, one.label)))
    place = {document.id: number for number, document in enumerate(comparison.differing)}
    return tuple(sorted(comparison.differences, key=lambda one: (place[one.document], one.span, one.label)))


def _merged(a: Iterable[Annotated], b: Iterable[Annotated]) -> Iterator[tuple[Annotated | None, Annotated | None]]:
    """The documents of two streams in the order of ids, those of one id together."""
    left, right = iter(a), iter(b)
    one, other = next(left, None), next(right, None)
    while ids := [document.id for document in (one, other) if document is not None]:
        ours = one if one is not None and one.id == min(ids) else None
        theirs = other if other is not None and other.id == min(ids) else None
        yield ours, theirs
        one = next(left, None) if ours is not None else one
        other = next(right, None) if theirs is not None else other


class _Tally:
    """Counts while the runs go by."""

    def __init__(self) -> None:
        self._documents = self._judged = 0
        self._sides: Counter[Side] = Counter()
        self._n: Counter[tuple[Label, str]] = Counter()
        self._different: Counter[tuple[Label, str]] = Counter()
        self._by_field: dict[tuple[Label, str], Counter[Verdict]] = {}
        self._verdicts: Counter[Verdict] = Counter()
        self._differing: list[DocumentCount] = []
        self._differences: list[Difference] = []
        self._only_a: list[str] = []
        self._only_b: list[str] = []
        self._other_text: list[str] = []

    def add(self, a: Annotated | None, b: Annotated | None, gold: Mapping[str, Annotated]) -> None:
        """One document of either run or of both."""
        if a is not None and b is not None:
            if a.text == b.text:
                self._compared(compare_rows(a, b, gold.get(a.text)))
            else:
                self._other_text.append(a.id)
        else:
            self._only_a += [a.id] if a is not None else []
            self._only_b += [b.id] if b is not None else []

    def _compared(self, document: Compared) -> None:
        self._documents += 1
        self._judged += document.judged
        for label, rows in document.rows.items():
            self._sides.update({"a": rows.a, "b": rows.b})
            self._n[label, ROW] += rows.a + rows.b - rows.paired
            for name in (SPAN, *CELLS[label]):
                self._n[label, name] += rows.paired
        for difference in document.differences:
            self._difference(difference)
        if document.differences:
            sides = Counter(difference.only for difference in document.differences)
            a, b = (sum(getattr(rows, side) for rows in document.rows.values()) for side in ("a", "b"))
            self._differing.append(DocumentCount(document.id, a, b, sides["a"], sides["b"], sides[None]))

    def _difference(self, difference: Difference) -> None:
        self._differences.append(difference)
        if difference.verdict is not None:
            self._verdicts[difference.verdict] += 1
        told: Sequence[tuple[str, Verdict | None]] = (
            [(ROW, difference.verdict)] if difference.only else [(cell.name, cell.verdict) for cell in difference.cells]
        )
        for name, verdict in told:
            self._different[difference.label, name] += 1
            if verdict is not None:
                self._by_field.setdefault((difference.label, name), Counter())[verdict] += 1

    def result(self) -> RunComparison:
        """What was counted."""
        fields = tuple(
            FieldCount(label, name, n, self._different[label, name], self._by_field.get((label, name), {}))
            for label in CELLS
            for name in (ROW, SPAN, *CELLS[label])
            if (n := self._n[label, name])
        )
        return RunComparison(
            documents=self._documents,
            judged=self._judged,
            a=self._sides["a"],
            b=self._sides["b"],
            fields=fields,
            differing=tuple(sorted(self._differing, key=lambda one: (-one.different, one.id))),
            differences=tuple(self._differences),
            verdicts=self._verdicts,
            only_a=tuple(self._only_a),
            only_b=tuple(self._only_b),
            other_text=tuple(self._other_text),
        )
