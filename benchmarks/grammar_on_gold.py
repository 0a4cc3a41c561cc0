"""How often the number grammar agrees with gold, attribute by attribute, on gold spans.

usage: python benchmarks/grammar_on_gold.py FILE.jsonl... [--errors]

For every QUANTITY of the annotation files the span's characters and its clause go through ``parse_quantity``; the table
gives the share of value (or low and high), unit, bound, kind and change that equal gold. A gold bound of ``range`` (in
older files) says no more than low and high do and counts as ``exact``. The last line says how many gold spans
``find_quantities`` finds with exactly their edges, and how many of its candidates are gold spans.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import Any

from tongbao.numbers import clause_around, find_quantities, parse_quantity
from tongbao.numbers.numerals import fold_forms
from tongbao.records import Number, Quantity

ATTRIBUTES = ("value", "unit", "bound", "kind", "change")


def number(text: str | None) -> Fraction | str | None:
    """A gold number as an exact fraction; the text itself where it is none."""
    if text is None or text == "":
        return None
    above, _, below = text.partition("/")
    try:
        return Fraction(Decimal(above)) / Fraction(Decimal(below or "1"))
    except (InvalidOperation, ZeroDivisionError):
        return text


def exact(value: Number | None) -> Fraction | None:
    """The same for a parsed value."""
    return None if value is None else Fraction(value)


def of_gold(span: dict[str, Any]) -> dict[str, Any]:
    """The compared attributes of a gold span."""
    bound = "exact" if span["bound"] == "range" else span["bound"]
    values = tuple(number(span.get(key)) for key in ("value", "low", "high"))
    unit = fold_forms(span["unit"]) if span.get("unit") else None
    return {"value": values, "unit": unit, "bound": bound, "kind": span["kind"], "change": span["change"]}


def of_parse(quantity: Quantity | None) -> dict[str, Any]:
    """The compared attributes of a parse; all ``None`` where there is none."""
    if quantity is None:
        return dict.fromkeys(ATTRIBUTES)
    values = tuple(exact(value) for value in (quantity.value, quantity.low, quantity.high))
    return {"value": values, **{key: getattr(quantity, key) for key in ATTRIBUTES[1:]}}


def main(arguments: list[str]) -> int:
    """Print the table and, with ``--errors``, the mismatches."""
    files = [argument for argument in arguments if not argument.startswith("--")]
    if not files:
        print(__doc__, file=sys.stderr)
        return 2
    right: Counter[str] = Counter()
    total = exact_edges = candidates = 0
    errors: dict[str, list[str]] = {attribute: [] for attribute in ATTRIBUTES}
    for document in (json.loads(line) for file in files for line in Path(file).read_text("utf-8").splitlines()):
        text = document.get("text", "")
        found = {(span.start, span.end) for span, _ in find_quantities(text)}
        candidates += len(found)
        for span in (span for span in document.get("spans", ()) if span["label"] == "QUANTITY"):
            start, end = span["start"], span["end"]
            total += 1
            exact_edges += (start, end) in found
            before, after = clause_around(text, start, end)
            gold, parsed = of_gold(span), of_parse(parse_quantity(text[start:end], before, after))
            for attribute in ATTRIBUTES:
                right[attribute] += gold[attribute] == parsed[attribute]
                if gold[attribute] != parsed[attribute]:
                    place = f"{document['id']} {before[-24:]}[{text[start:end]}]{after[:14]}".replace("\n", "⏎")
                    errors[attribute].append(f"{place}  gold {gold[attribute]}, parsed {parsed[attribute]}")
    for attribute in ATTRIBUTES:
        print(f"{attribute:7s} {right[attribute] / max(1, total):.4f}  ({right[attribute]} of {total})")
    print(f"edges   found {exact_edges / max(1, total):.4f}, of candidates {exact_edges / max(1, candidates):.4f}")
    if "--errors" in arguments:
        for attribute in ATTRIBUTES:
            print(f"\n{attribute}: {len(errors[attribute])} differ", *errors[attribute], sep="\n  ")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
