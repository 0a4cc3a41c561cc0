"""Strict scores: precision, recall and F1 of spans, attributes on the spans that match, and rows.

Definitions (all micro-averaged over spans, never over documents):

* A span is right when label, start and end are. It overlaps when it shares a character with one of the same label.
* Attributes are compared on the spans that are right, so they say how good the reading of a found span is.
* A row is right when the quantity's span, value, unit and indicator are; its F1 is over all gold and predicted
  quantities, so that it says how many rows of the main table can be used as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from tongbao.evaluation.counts import IF_ANNOTATED, Counts, attributes, count_all, fields
from tongbao.records import LABELS, Annotated, Label

#: Labels that the main figure averages over, and all of them.
MICRO: dict[str, tuple[Label, ...]] = {"main": ("DEPARTMENT", "POLICY", "QUANTITY"), "all": LABELS}

#: Figures of every label and micro average.
SPAN_FIGURES: tuple[str, ...] = ("p", "r", "f1", "overlap_p", "overlap_r")


@dataclass(frozen=True, slots=True)
class Ratio:
    """A figure: a weighted sum of counts over another.

    It exists where at least one of the counts ``needs`` is not zero, and, if there is a ``gate``, that count neither.
    """

    over: Mapping[str, float]
    under: Mapping[str, float]
    needs: tuple[str, ...]
    gate: str | None = None


@dataclass(frozen=True, slots=True)
class Scores:
    """All figures of a prediction, from 0 to 1; ``None`` where nothing in gold or prediction could say it.

    A label that gold has and the prediction does not scores 0. ``figures`` are named ``LABEL.p``, ``micro.main.f1``,
    ``QUANTITY.value``, ``QUANTITY.row_f1`` and so on: see :func:`definitions`.
    """

    counts: Counts
    figures: Mapping[str, float | None]

    @classmethod
    def from_counts(cls, counts: Counts) -> Scores:
        """Turn summed counts into figures."""
        values = figures(counts.vector[np.newaxis, :])[0]
        named = zip(definitions(), values.tolist(), strict=True)
        return cls(counts, {name: None if np.isnan(value) else value for name, value in named})

    @classmethod
    def of(cls, gold: Sequence[Annotated], predicted: Sequence[Annotated]) -> Scores:
        """All figures of some documents, which are matched by id.

        Raises:
            AnnotationError: as :func:`count_all`.
        """
        return cls.from_counts(Counts.total(count_all(gold, predicted)))

    def __getitem__(self, name: str) -> float | None:
        return self.figures[name]


@cache
def definitions() -> Mapping[str, Ratio]:
    """Every figure by its name, in the order of the tables."""
    found: dict[str, Ratio] = {}
    for label in LABELS:
        found |= _span_ratios(label, (label,))
    for name, labels in MICRO.items():
        found |= _span_ratios(f"micro.{name}", labels)
    for label, name in attributes():
        n, right, given = (f"{label}.{name}.{what}" for what in ("n", "right", "given"))
        gate = given if (label, name) in IF_ANNOTATED else None
        found[f"{label}.{name}"] = Ratio({right: 1}, {n: 1}, (n,), gate)
    quantities = {"QUANTITY.gold": 1.0, "QUANTITY.pred": 1.0}
    found["QUANTITY.row_f1"] = Ratio({"QUANTITY.rows": 2}, quantities, tuple(quantities))
    return MappingProxyType(found)


def figures(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """All figures of many count vectors at once.

    Args:
        counts: shape ``(n, len(fields()))``.

    Returns:
        Shape ``(n, len(definitions()))``, in that order; NaN where a figure does not exist.
    """
    over, under, needs, gate = _weights()
    # A ratio that exists but has nothing under it (no span predicted, many in gold) is 0.
    values = (counts @ over) / np.maximum(1.0, counts @ under)
    return np.where((counts @ needs > 0) & (counts @ gate > 0), values, np.nan)


def _span_ratios(name: str, labels: tuple[Label, ...]) -> dict[str, Ratio]:
    def total(*what: str, times: float = 1) -> dict[str, float]:
        return {f"{label}.{field}": times for label in labels for field in what}

    needs = tuple(total("gold", "pred"))
    return {
        f"{name}.p": Ratio(total("right"), total("pred"), needs),
        f"{name}.r": Ratio(total("right"), total("gold"), needs),
        f"{name}.f1": Ratio(total("right", times=2), total("gold", "pred"), needs),
        f"{name}.overlap_p": Ratio(total("pred_touched"), total("pred"), needs),
        f"{name}.overlap_r": Ratio(total("gold_touched"), total("gold"), needs),
    }


@cache
def _weights() -> tuple[NDArray[np.float64], ...]:
    """The definitions as matrices of shape ``(fields, figures)``: numerators, denominators, needs, gates."""
    place = fields()
    over, under, needs, gate = (np.zeros((len(place), len(definitions()))) for _ in range(4))
    for column, ratio in enumerate(definitions().values()):
        for name, weight in ratio.over.items():
            over[place[name], column] = weight
        for name, weight in ratio.under.items():
            under[place[name], column] = weight
        needs[[place[name] for name in ratio.needs], column] = 1
        gate[[place[name] for name in ([ratio.gate] if ratio.gate else ratio.needs)], column] = 1
    return over, under, needs, gate
