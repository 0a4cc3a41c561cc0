"""Confidences that mean what they say: raw scores mapped to the share of right answers that such scores had."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from tongbao.records import Link, Mention

F64 = NDArray[np.float64]

#: The curve of whole rows; the others are named after the labels of mentions and the kinds of links.
ROW = "ROW"


@dataclass(frozen=True, slots=True)
class Calibration:
    """A rising curve for each kind of decision: ``curves[name]`` are raw scores and probabilities, both ascending.

    What has no curve keeps its raw score.
    """

    curves: Mapping[str, tuple[F64, F64]]

    def apply(self, name: str, scores: Sequence[float]) -> F64:
        """Calibrated probabilities, shape of ``scores``."""
        raw = np.asarray(scores, dtype=np.float64)
        if name not in self.curves:
            return raw
        found: F64 = np.interp(raw, *self.curves[name])
        return found


#: Raw scores as they are.
UNCALIBRATED = Calibration(MappingProxyType({}))


def calibrate(
    calibration: Calibration, mentions: Sequence[Mention], links: Sequence[Link]
) -> tuple[list[Mention], list[Link], dict[str, float]]:
    """Mentions and links with calibrated confidences, and the confidence of every quantity's row by its id.

    A row is right where its span, value, unit and indicator are: its score is the product of the confidences of span
    and indicator, with a curve of its own.
    """
    surer = [
        Mention(mention.id, mention.label, mention.span, mention.attributes, probability)
        for mention, probability in zip(
            mentions, _by_name(calibration, [(m.label, m.confidence) for m in mentions]), strict=True
        )
    ]
    linked = [
        Link(link.kind, link.source, link.spans, link.target, probability)
        for link, probability in zip(links, _by_name(calibration, [(k.kind, k.confidence) for k in links]), strict=True)
    ]
    measures = {link.source: link.confidence for link in linked if link.kind == "measures"}
    quantities = [mention for mention in surer if mention.label == "QUANTITY"]
    products = [(mention.confidence or 0.0) * (measures.get(mention.id) or 0.0) for mention in quantities]
    rows = calibration.apply(ROW, products).tolist()
    return surer, linked, {mention.id: row for mention, row in zip(quantities, rows, strict=True)}


def _by_name(calibration: Calibration, scores: Sequence[tuple[str, float | None]]) -> list[float | None]:
    """Calibrated scores in their order; a missing score stays missing."""
    out: list[float | None] = [None] * len(scores)
    for name in {name for name, _ in scores}:
        at = [index for index, (other, score) in enumerate(scores) if other == name and score is not None]
        for index, value in zip(at, calibration.apply(name, [scores[i][1] or 0.0 for i in at]).tolist(), strict=True):
            out[index] = value
    return out
