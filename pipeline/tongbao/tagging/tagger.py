"""The mention tagger: many texts in, labelled spans with confidences out."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tongbao.records import Bulletin, Label, Span
from tongbao.tagging.columns import FeatureOptions, Resources, TextColumns, packed_columns
from tongbao.tagging.crf import Crf
from tongbao.tagging.features import Marks, mention_scores
from tongbao.tagging.mentions import BIO, from_bio, sequences, title_marks, whole_titles
from tongbao.tagging.packing import Packed
from tongbao.tagging.whole_periods import whole_periods
from tongbao.tagging.whole_quantities import whole_quantities

F64 = NDArray[np.float64]

#: Characters that are labelled at once. The longest sequences of a stretch decide how many steps its decoding takes.
_STRETCH = 100_000


@dataclass(frozen=True, slots=True)
class Tagged:
    """A span that the tagger found and how sure it is (a probability)."""

    label: Label
    span: Span
    confidence: float


@dataclass(frozen=True, slots=True)
class Beliefs:
    """What the chain alone believes: for every stretch in title marks (``mentions.title_marks``) how likely its
    characters are part of a policy, in the mean, and for every character how likely it is part of a quantity,
    ``(n,)``; zero outside sentences.
    """

    titles: dict[Span, float]
    quantity: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Tagger:
    """A chain with the features it was trained on.

    ``options`` and ``resources`` must be those of the training; a model folder keeps them together.
    """

    crf: Crf
    resources: Resources
    options: FeatureOptions

    def columns(self, texts: Sequence[str]) -> TextColumns:
        """What the model sees of texts before any template."""
        return packed_columns(texts, self.resources, self.options)

    def tag(self, bulletins: Sequence[Bulletin], columns: TextColumns) -> list[tuple[list[Tagged], Beliefs]]:
        """The mentions of every document in text order, and what the chain believes of its characters.

        Titles inside titles are not among the mentions: one sequence cannot hold both (``mentions.nested_titles``).
        The texts are read in stretches of a hundred thousand characters, so that what is only needed to label them
        never exists for the whole of them.
        """
        begins = columns.packed.begins.tolist()
        brackets = [[Span(*match.span()) for match in title_marks().finditer(one.text)] for one in bulletins]
        titles = _Titles([_moved(span, by) for spans, by in zip(brackets, begins, strict=True) for span in spans])
        quantity = np.zeros(len(columns.points), dtype=np.float32)
        found: list[tuple[Label, Span, float]] = []
        held = _Held.nothing()
        for start, end, path, marginals in self._decoded(bulletins, columns):
            quantity[start:end] = _either(marginals, "QUANTITY")
            titles.add(start, _either(marginals, "POLICY"))
            mentions, held = held.followed_by(start, path, marginals)
            found.extend(mentions)
        found.extend(held.last())
        means = titles.means()
        out: list[tuple[list[Tagged], Beliefs]] = []
        for bulletin, begin, spans, own in zip(
            bulletins, begins, brackets, _by_text(found, columns.packed), strict=True
        ):
            whole = whole_quantities(bulletin.text, whole_periods(bulletin.text, whole_titles(bulletin.text, own)))
            likely = {span: next(means) for span in spans}
            beliefs = Beliefs(likely, quantity[begin : begin + len(bulletin.text)])
            out.append(([Tagged(*item) for item in whole], beliefs))
        return out

    def _decoded(
        self, bulletins: Sequence[Bulletin], columns: TextColumns
    ) -> Iterator[tuple[int, int, NDArray[np.int8], F64]]:
        """Stretches of the texts with the label of every character, ``(end - start,)``, and the marginals of all
        labels, ``(end - start, L)``.
        """
        marks = Marks.build(columns) if self.options.brackets else None
        begins = columns.packed.begins.tolist()
        pieces = [
            _moved(piece, begin)
            for bulletin, begin in zip(bulletins, begins, strict=True)
            for piece in sequences(bulletin.text, bulletin.sentences)
        ]
        for together in _stretches(pieces):
            start, end = together[0].start, together[-1].end
            emissions = mention_scores(self.crf.table, columns, marks, start, end)
            starts, ends = ([piece.start - start for piece in together], [piece.end - start for piece in together])
            yield start, end, *self.crf.decode(emissions, starts, ends)


def _moved(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by) if by else span


def _by_text(found: Iterable[tuple[Label, Span, float]], packed: Packed) -> list[list[tuple[Label, Span, float]]]:
    """Mentions in packed texts, in text order, as the mentions of each text. None crosses a gap: no label is there."""
    out: list[list[tuple[Label, Span, float]]] = [[] for _ in packed.begins]
    begins = packed.begins.tolist()
    for label, span, confidence in found:
        number = bisect_right(begins, span.start) - 1
        out[number].append((label, _moved(span, -begins[number]), confidence))
    return out


def _either(marginals: F64, label: Label) -> F64:
    """How likely each character begins or continues a mention with the label."""
    found: F64 = marginals[:, [BIO.index(f"B-{label}"), BIO.index(f"I-{label}")]].sum(axis=1)
    return found


class _Titles:
    """Means over the stretches in title marks, ``spans`` in text order, from values that come stretch by stretch."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self._spans = spans
        self._sums = [0.0] * len(self._spans)
        self._first = 0

    def add(self, start: int, values: F64) -> None:
        """Take the values of the characters from ``start`` on; stretches come in text order."""
        end = start + len(values)
        while self._first < len(self._spans) and self._spans[self._first].end <= start:
            self._first += 1
        for number in range(self._first, len(self._spans)):
            span = self._spans[number]
            if span.start >= end:
                break
            self._sums[number] += float(values[max(span.start - start, 0) : span.end - start].sum())

    def means(self) -> Iterator[float]:
        """The mean of each stretch; what no value was given for counts as zero."""
        return (total / len(span) for span, total in zip(self._spans, self._sums, strict=True))


def _stretches(pieces: Sequence[Span]) -> Iterator[Sequence[Span]]:
    """Neighbouring sequences that together reach over at most ``_STRETCH`` characters, or one alone."""
    first = 0
    for number, piece in enumerate(pieces):
        if number > first and piece.end - pieces[first].start > _STRETCH:
            yield pieces[first:number]
            first = number
    if first < len(pieces):
        yield pieces[first:]


@dataclass(frozen=True, slots=True)
class _Held:
    """The end of a stretch, kept back from ``start`` on since the next stretch may go on with its last mention."""

    start: int
    path: NDArray[np.int8]
    marginals: F64

    @classmethod
    def nothing(cls) -> _Held:
        return cls(0, np.zeros(0, dtype=np.int8), np.zeros((0, len(BIO))))

    def followed_by(
        self, start: int, path: NDArray[np.int8], marginals: F64
    ) -> tuple[list[tuple[Label, Span, float]], _Held]:
        """The mentions that are complete once the stretch that begins at ``start`` is known, and what is held back."""
        complete: list[tuple[Label, Span, float]] = []
        if len(self.path) and self.start + len(self.path) != start:
            complete = self.last()
        elif len(self.path):
            start = self.start
            path, marginals = np.concatenate([self.path, path]), np.concatenate([self.marginals, marginals])
        found = from_bio(path, marginals, start)
        if not found or found[-1][1].end < start + len(path):
            return [*complete, *found], _Held.nothing()
        *found, (_, last, _) = found
        kept = last.start - start
        return [*complete, *found], _Held(last.start, path[kept:], marginals[kept:])

    def last(self) -> list[tuple[Label, Span, float]]:
        """The mention that was held back, where nothing goes on with it."""
        return from_bio(self.path, self.marginals, self.start)
