"""How strongly the trust in indicators should be held back: text of other hands against the gold itself.

usage: python benchmarks/trust_strength.py GOLD.jsonl... [--config CFG] [--model FOLDER] [--workers N]
       [--strengths S...]

The folds of the calibration are trained and predicted once, as ``tongbao train`` does. For each strength trust and
curves are learned from them anew and put into the model, which was trained with the same configuration; a line for each
strength and file: rows, area under the ROC curve, expected calibration error, and the share of the right rows that is
left where 95% of the rows above the threshold are right. ``folds`` are the held-out documents from which the curves are
drawn, with the trust that the other fold teaches; their curves are their own, so no calibration error is given.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import numpy as np

from tongbao.annotation import read_gold
from tongbao.annotation.grid import markdown
from tongbao.evaluation.reliability import reliability
from tongbao.evaluation.table import figure
from tongbao.extraction import Extraction, Extractor, load
from tongbao.linking.confidence import ROW, UNCALIBRATED, Calibration
from tongbao.reading import read_text
from tongbao.records import Annotated
from tongbao.training import clusters_of, read_config, read_data
from tongbao.training.calibration import collect
from tongbao.training.cross import calibrated, fold_jobs, run_jobs
from tongbao.training.dealing import batch_folds
from tongbao.training.fit import calibrating
from tongbao.training.trust import Seen, cross_trusted

STRENGTHS = (0.0002, 0.0005, 0.001, 0.002, 0.005, 0.02, 0.05)
PRECISION = 0.95


@dataclass(frozen=True, slots=True)
class Held:
    """Documents of the folds and their predictions, and the ids of those from which curves are drawn."""

    gold: list[tuple[Annotated, ...]]
    seen: list[tuple[Seen, ...]]
    count: Container[str]

    def model(self, raw: Extractor, strength: float) -> Extractor:
        """A model with trust and curves of a strength."""
        return calibrated(raw, self.gold, self.seen, strength, self.count)

    def predictions(self, strength: float) -> tuple[list[Annotated], list[Extraction]]:
        """The documents that count, each with the trust that the other folds teach."""
        pairs = zip(
            chain.from_iterable(self.gold),
            chain.from_iterable(cross_trusted(self.gold, self.seen, strength)),
            strict=True,
        )
        counted = [(document, found) for document, found in pairs if document.id in self.count]
        return [document for document, _ in counted], [found for _, found in counted]


def figures(
    gold: Sequence[Annotated], found: Iterable[Extraction], calibration: Calibration | None = None
) -> list[str]:
    """Rows, AUC, calibration error (with a calibration) and share kept, as cells."""
    from sklearn.metrics import roc_auc_score

    raw, right = collect(gold, found).row_scores(calibration or UNCALIBRATED)
    scores = calibration.apply(ROW, raw.tolist()) if calibration else raw
    both = 0 < np.count_nonzero(right) < len(right)
    rows = reliability(ROW, scores, right, PRECISION)
    area = float(roc_auc_score(right, scores)) if both else None
    return [str(len(right)), figure(area), figure(rows.error if calibration else None), figure(rows.kept)]


def lines(held: Held, raw: Extractor, files: Sequence[Path], strength: float) -> list[list[str]]:
    """The lines of one strength."""
    model = held.model(raw, strength)
    out = [[f"{strength:g}", "folds", *figures(*held.predictions(strength))]]
    uncalibrated = replace(model, calibration=UNCALIBRATED)
    for file in files:
        gold = read_gold(file)
        found = uncalibrated.extract_all(read_text(document.text, document.id) for document in gold)
        out.append([f"{strength:g}", file.stem, *figures(gold, found, model.calibration)])
    return out


def main(arguments: Sequence[str]) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path, nargs="+")
    parser.add_argument("--config", type=Path, default=Path("configs/default.cfg"))
    parser.add_argument("--model", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--strengths", type=float, nargs="+", default=STRENGTHS)
    options = parser.parse_args(arguments)
    config, _ = read_config(options.config)
    jobs = fold_jobs(config, read_data(config), clusters_of(config), config.calibration.folds, batch_folds)
    predicted = run_jobs(jobs, options.workers, lambda line: print(f"fold {line}", file=sys.stderr))
    held = Held([job.held_out for job in jobs], [part.seen for part in predicted], calibrating(config))
    raw = replace(load(options.model), calibration=UNCALIBRATED)
    head = ["strength", "text", "rows", "AUC", "ECE", f"kept at {PRECISION:.2f}"]
    print(markdown(head, [line for strength in options.strengths for line in lines(held, raw, options.gold, strength)]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
