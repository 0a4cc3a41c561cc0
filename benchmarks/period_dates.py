"""How often the dates of periods agree with gold, on gold spans.

usage: python benchmarks/period_dates.py FILE.jsonl... [--errors] [--split SPLITS.json:NAME]

Every PERIOD span of the annotation files is dated by the pipeline from the document's text alone. Over the spans that
have a date in gold, the table gives the share whose first day, whose last day and whose both days agree; over the spans
without one, the share that got one all the same. ``--split`` keeps only the documents of one list of a splits file.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tongbao.annotation import read_gold
from tongbao.linking.dating import periods
from tongbao.reading import read_text
from tongbao.records import Annotated, Period, Span
from tongbao.training.splits import read_splits

#: How many characters an error shows on either side of its span.
AROUND = 24


@dataclass(frozen=True, slots=True)
class Dated:
    """A gold span with its dates in gold and the ones found."""

    span: Span
    gold: Period
    found: Period


def dated(document: Annotated) -> Iterator[Dated]:
    """The periods of a document, in text order."""
    mentions = sorted((m for m in document.mentions if m.label == "PERIOD"), key=lambda m: m.span)
    found = periods(read_text(document.text, document.id), [mention.span for mention in mentions])
    for mention, period in zip(mentions, found, strict=True):
        gold = mention.attributes if isinstance(mention.attributes, Period) else Period(None, None)
        yield Dated(mention.span, gold, period)


def outcomes(one: Dated) -> list[str]:
    """What counts for one period."""
    if not (one.gold.first or one.gold.last):
        return ["undated", *(["dated all the same"] if one.found.first or one.found.last else [])]
    first, last = one.gold.first == one.found.first, one.gold.last == one.found.last
    agreed = {"from agrees": first, "to agrees": last, "both agree": first and last}
    return ["dated in gold", *(name for name, holds in agreed.items() if holds)]


def error(document: Annotated, one: Dated) -> str:
    """One line: where it stands, and both pairs of dates (``-`` for none)."""
    text, span = document.text, one.span
    before, after = text[max(0, span.start - AROUND) : span.start], text[span.end : span.end + AROUND]
    place = f"{before}[{span.of(text)}]{after}".replace("\n", "⏎")
    gold, found = (f"{period.first or '-'} to {period.last or '-'}" for period in (one.gold, one.found))
    return f"{document.id} {span.start} {place}  gold {gold}, found {found}"


def main() -> int:
    """Print the table and, with ``--errors``, the mismatches."""
    parser = argparse.ArgumentParser(description="Dates of periods against gold, on gold spans.")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE.jsonl")
    parser.add_argument("--errors", action="store_true", help="list the mismatches")
    parser.add_argument(
        "--split", metavar="SPLITS.json:NAME", help="only the documents of this list (train, dev, test)"
    )
    options = parser.parse_args()
    documents = [document for path in options.files for document in read_gold(path)]
    if options.split:
        path, _, name = options.split.rpartition(":")
        kept = getattr(read_splits(path), name)
        documents = [document for document in documents if document.id in kept]
    counts: Counter[str] = Counter()
    errors: list[str] = []
    for document in documents:
        for one in dated(document):
            counts.update(outcomes(one))
            if one.gold != one.found:
                errors.append(error(document, one))
    whole = {"dated all the same": "undated"}
    for part in ("from agrees", "to agrees", "both agree", "dated all the same"):
        total = whole.get(part, "dated in gold")
        print(f"{part} / {total}: {counts[part] / max(1, counts[total]):.4f}  ({counts[part]} of {counts[total]})")
    if options.errors:
        print(*errors, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
