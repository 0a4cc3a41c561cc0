"""Calibration curves from predictions for documents that the model had not seen.

Isotonic regression (Zadrozny and Elkan 2002): the rising step function that fits the outcomes best, kept as its
corners.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tongbao.annotation.compare import facts, indicator, same_unit, same_value, surface
from tongbao.extraction import Extraction
from tongbao.linking.confidence import ROW, UNCALIBRATED, Calibration
from tongbao.records import Annotated, LinkKind, Span

F64 = NDArray[np.float64]
#: A kind of decision with fewer outcomes than this keeps its raw scores.
_FEWEST = 40
#: No outcome is certain: calibrated probabilities keep this distance from 0 and 1.
_UNSURE = 0.001


@dataclass(slots=True)
class Samples:
    """Scores and outcomes: ``single[name]`` holds pairs of raw score and whether it was right; ``rows`` the scores of
    span and indicator and whether the row was right.
    """

    single: dict[str, list[tuple[float, bool]]] = field(default_factory=dict)
    rows: list[tuple[float, float, bool]] = field(default_factory=list)

    def add(self, gold: Annotated, extraction: Extraction) -> None:
        """Compare one prediction with raw confidences to its gold document."""
        predicted = extraction.annotated
        known, found = facts(gold), facts(predicted)
        links = {(link.source, link.kind): link for link in predicted.links}
        # Gold without a single ``of`` was not annotated for it: nothing can be learned there of right and wrong.
        annotated_of = any(link.kind == "of" for link in gold.links)
        for key, fact in found.items():
            score = fact.mention.confidence or 0.0
            self.single.setdefault(key[0], []).append((score, key in known))
            if key[0] != "QUANTITY":
                continue
            measures = links.get((fact.mention.id, "measures"))
            worded = (measures.confidence if measures else None) or 0.0
            if key not in known:
                self.rows.append((score, worded, False))
                continue
            other = known[key]
            same = indicator(other, gold.text) == indicator(fact, gold.text)
            self.single.setdefault("measures", []).append((worded, same))
            self.rows.append((score, worded, same and same_value(other, fact) and same_unit(other, fact)))
            dated: tuple[tuple[LinkKind, Span | None, Span | None], ...] = (
                ("during", fact.period, other.period),
                ("within", fact.scope, other.scope),
            )
            for kind, mine, theirs in dated:
                link = links.get((fact.mention.id, kind))
                if link and link.confidence is not None:
                    right = surface(mine, gold.text) == surface(theirs, gold.text)
                    self.single.setdefault(kind, []).append((link.confidence, right))
            link = links.get((fact.mention.id, "of"))
            if annotated_of and link and link.confidence is not None:
                self.single.setdefault("of", []).append((link.confidence, fact.of == other.of))

    def row_scores(self, calibration: Calibration) -> tuple[F64, NDArray[np.bool_]]:
        """The product of span and indicator under a calibration, and whether the row was right."""
        spans = calibration.apply("QUANTITY", [row[0] for row in self.rows])
        worded = calibration.apply("measures", [row[1] for row in self.rows])
        return spans * worded, np.array([row[2] for row in self.rows], dtype=np.bool_)


def collect(gold: Iterable[Annotated], extractions: Iterable[Extraction]) -> Samples:
    """Samples of many documents; gold and predictions in the same order."""
    samples = Samples()
    for document, extraction in zip(gold, extractions, strict=True):
        samples.add(document, extraction)
    return samples


def fit_calibration(samples: Samples) -> Calibration:
    """Curves for every kind of decision that has enough outcomes."""
    curves: dict[str, tuple[F64, F64]] = {}
    for name, pairs in sorted(samples.single.items()):
        if len(pairs) >= _FEWEST:
            curves[name] = _curve([pair[0] for pair in pairs], [pair[1] for pair in pairs])
    partial = Calibration(curves)
    scores, right = samples.row_scores(partial)
    if len(scores) >= _FEWEST:
        curves[ROW] = _curve(scores.tolist(), right.tolist())
    return Calibration(curves) if curves else UNCALIBRATED


def _curve(scores: Sequence[float], right: Sequence[bool]) -> tuple[F64, F64]:
    """Corners of the isotonic fit, rounded to four decimals; one imagined miss and one hit keep the ends in place."""
    from sklearn.isotonic import IsotonicRegression

    raw = np.concatenate([[0.0, 1.0], scores])
    outcome = np.concatenate([[0.0, 1.0], np.asarray(right, dtype=np.float64)])
    model = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit(raw, outcome)
    raw, probability = np.round(np.stack([model.X_thresholds_, model.y_thresholds_]), 4)
    kept = np.concatenate([[True], np.diff(raw) > 0])
    return raw[kept], np.clip(probability[kept], _UNSURE, 1 - _UNSURE)


def save_calibration(path: Path, calibration: Calibration) -> None:
    """Write the curves as JSON."""
    stored = {
        name: {"raw": raw.tolist(), "probability": probability.tolist()}
        for name, (raw, probability) in sorted(calibration.curves.items())
    }
    path.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
