"""What the trust in indicators adds to the confidences of rows, against the chain's own confidence.

usage: python benchmarks/trust.py GOLD.jsonl... [--model FOLDER]

A line for the model as it is and for the same model without what it learned of trust: rows, the area under the ROC
curve (the chance that a right row is surer than a wrong one), and the shares of the right rows that are left at the
thresholds where 95% and 97% of the rows above are right. Calibration curves play no part: they keep the order of rows.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from tongbao.annotation import read_gold
from tongbao.annotation.grid import markdown
from tongbao.evaluation.reliability import reliability
from tongbao.evaluation.table import figure
from tongbao.extraction import Extractor, load
from tongbao.linking.confidence import UNCALIBRATED
from tongbao.reading import read_text
from tongbao.records import Annotated
from tongbao.training.calibration import collect
from tongbao.training.linking import NO_TRUST

PRECISIONS = (0.95, 0.97)


def line(name: str, extractor: Extractor, gold: Sequence[Annotated]) -> list[str]:
    """A line of the table."""
    from sklearn.metrics import roc_auc_score

    raw = replace(extractor, calibration=UNCALIBRATED)
    found = raw.extract_all(read_text(document.text, document.id) for document in gold)
    scores, right = collect(gold, found).row_scores(UNCALIBRATED)
    kept = [reliability(name, scores, right, precision).kept for precision in PRECISIONS]
    area = float(roc_auc_score(right, scores)) if 0 < np.count_nonzero(right) < len(right) else None
    return [name, str(len(right)), *map(figure, (area, *kept))]


def main(arguments: Sequence[str]) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path, nargs="+")
    parser.add_argument("--model", type=Path)
    options = parser.parse_args(arguments)
    gold = [document for path in options.gold for document in read_gold(path)]
    model = load(options.model)
    choices = {**model.linker.choices, "trust": NO_TRUST}
    chain = replace(model, linker=replace(model.linker, choices=choices))
    lines = [line("chain", chain, gold), line("trust", model, gold)]
    print(markdown(["confidence", "rows", "AUC", *(f"kept at {precision:.2f}" for precision in PRECISIONS)], lines))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
