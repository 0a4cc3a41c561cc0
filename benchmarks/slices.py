"""Scores of a model, or of another annotation, by genre, level and layout.

usage: python benchmarks/slices.py GOLD.jsonl CATALOGUE.tsv [--model FOLDER | --other ANNOTATIONS.jsonl]

The catalogue says of every document its genre, level and layout (``annotations/catalogue.tsv``). A line a slice: the
documents and quantities in it, F1 of quantities, departments and policies, the shares of equal indicators and periods
among matched quantities, F1 of rows. With ``--other`` two annotations of the same documents are compared: what one
careful reader reaches against another, slice by slice.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

from tongbao.annotation import read_gold
from tongbao.annotation.grid import markdown
from tongbao.evaluation import Scores
from tongbao.evaluation.table import figure
from tongbao.extraction import load
from tongbao.reading import read_text
from tongbao.records import Annotated

#: A gold document → the annotation that is compared with it.
Finder: TypeAlias = Callable[[Annotated], Annotated]

COLUMNS = {
    "quantity": "QUANTITY.f1",
    "department": "DEPARTMENT.f1",
    "policy": "POLICY.f1",
    "indicator": "QUANTITY.indicator",
    "period": "QUANTITY.period",
    "row": "QUANTITY.row_f1",
}
KINDS = ("genre", "level", "layout")


def slices(documents: Sequence[Annotated], catalogue: Path) -> list[tuple[str, str, list[Annotated]]]:
    """Kind, value and documents of every slice.

    Raises:
        ValueError: a document is not in the catalogue.
    """
    with catalogue.open(encoding="utf-8", newline="") as file:
        facts = {row["id"]: row for row in csv.DictReader(file, delimiter="\t")}
    missing = [one.id for one in documents if one.id not in facts]
    if missing:
        raise ValueError(f"{catalogue}: no line for {', '.join(missing)}")
    return [
        (kind, value, [one for one in documents if facts[one.id][kind] == value])
        for kind in KINDS
        for value in sorted({facts[one.id][kind] for one in documents})
    ]


def line(find: Finder, kind: str, value: str, documents: Sequence[Annotated]) -> list[str]:
    """One line of the table."""
    scores = Scores.of(documents, [find(one) for one in documents])
    quantities = sum(mention.label == "QUANTITY" for one in documents for mention in one.mentions)
    return [kind, value, str(len(documents)), str(quantities), *(figure(scores[key]) for key in COLUMNS.values())]


def finder(model: Path | None, other: Path | None) -> Finder:
    """What annotates a document: a model, or a file with another annotation of it."""
    if other is not None:
        known = {one.id: one for one in read_gold(other)}
        return lambda document: known[document.id]
    extractor = load(model)
    return lambda document: extractor.extract(read_text(document.text, document.id)).annotated


def main(arguments: Sequence[str]) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path)
    parser.add_argument("catalogue", type=Path)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--other", type=Path)
    given = parser.parse_args(arguments)
    find = finder(given.model, given.other)
    rows = [line(find, *one) for one in slices([*read_gold(given.gold)], given.catalogue)]
    print(markdown(["by", "slice", "documents", "quantities", *COLUMNS], rows))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
