"""Expected calibration error beside what chance alone would show.

usage: python benchmarks/chance.py GOLD.jsonl... [--model FOLDER]

Even confidences that mean just what they say show an error on a finite number of outcomes. A line for each kind of
decision: outcomes, the error measured, and, over draws in which every bin hits with its mean confidence, the mean
error and its 5% and 95% quantiles.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tongbao.annotation import read_gold
from tongbao.annotation.grid import markdown
from tongbao.evaluation.protocols import score_gold
from tongbao.evaluation.reliability import Bin
from tongbao.evaluation.table import figure
from tongbao.extraction import load

DRAWS, SEED = 10_000, 13


def by_chance(bins: Sequence[Bin], draws: int = DRAWS, seed: int = SEED) -> NDArray[np.float64]:
    """The error of each of ``draws`` samples in which every bin hits with its mean confidence, ``(draws,)``."""
    counts = np.array([one.count for one in bins])
    confidences = np.array([one.confidence for one in bins])
    hits = np.random.default_rng(seed).binomial(counts, confidences, (draws, len(bins)))
    errors: NDArray[np.float64] = np.abs(hits - counts * confidences).sum(axis=1) / counts.sum()
    return errors


def main(arguments: Sequence[str]) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path, nargs="+")
    parser.add_argument("--model", type=Path)
    options = parser.parse_args(arguments)
    documents = [document for path in options.gold for document in read_gold(path)]
    lines = []
    for one in score_gold(load(options.model), documents)[0].reliability:
        errors = by_chance(one.bins)
        low, high = np.quantile(errors, [0.05, 0.95])
        lines.append(
            [one.name, str(one.count), *map(figure, (one.error, float(errors.mean()), float(low), float(high)))]
        )
    print(markdown(["decision", "outcomes", "error", "by chance", "5%", "95%"], lines))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
