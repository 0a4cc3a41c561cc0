"""The number grammar on an independent suite of Chinese test cases (Microsoft Recognizers-Text).

usage: python benchmarks/recognizers_zh.py DIR [--errors]

DIR holds the suite's JSON files; a case has Input and Results (Text, Start, inclusive End, Resolution). The grammar
reads Input alone. An expected result is found when one of the numerals (or quantities, for currency, dimension and
percent) that the grammar finds overlaps it and has its value, for a range one of its ends; an expected range, when
numerals inside it have the values of its finite ends. A case is right when all its results are found; a case that
expects nothing, when the grammar finds nothing that the expected kind could be. Values are compared to 12 significant
digits, the precision of the suite.

Kinds that bulletins do not write are left out, by the predicates of ``EXCLUDED``, and counted.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import Any

from tongbao.numbers import find_numbers, find_quantities, parse_numeral, parse_quantity
from tongbao.records import Number, Quantity

Case = dict[str, Any]


def texts(case: Case) -> list[str]:
    """The texts of the expected results."""
    return [str(result["Text"]) for result in case["Results"]]


def holds(pattern: str) -> Callable[[Case, str], bool]:
    """A predicate: some expected text matches ``pattern``."""
    return lambda case, file: any(re.search(pattern, text) for text in texts(case))


#: (kind, rule that excludes it, predicate on the case and the file's stem).
EXCLUDED: tuple[tuple[str, str, Callable[[Case, str], bool]], ...] = (
    ("powers and scientific notation", "bulletins write 万 and 亿, never 2^3 or 2e5", holds(r"\^|\de[-+]?\d")),
    ("k for thousand", "bulletins write 千 or 万", holds(r"\dk")),
    (
        "words that hold a numeral character",
        "find_numbers returns every numeral character by definition and left_out accounts for it: ANNOTATION.md, "
        "QUANTITY, 'Not: ... 进一步'; telling words from numbers is the tagger's work",
        lambda case, file: file == "NumberModel" and not case["Results"],
    ),
    (
        "units without a number",
        "ANNOTATION.md, QUANTITY: one span is modifier + number + unit",
        lambda case, file: any(r.get("Resolution", {}).get("value", "") is None for r in case["Results"]),
    ),
    (
        "half off as a word (对折)",
        "ANNOTATION.md, QUANTITY needs a number; a discount is written 五折",
        holds("^[对對]折$"),
    ),
    (
        "storage units scaled to kilo",
        "ANNOTATION.md, unit: as written without the magnitude; nothing is rescaled to kilobits",
        lambda case, file: any(
            r.get("Resolution", {}).get("unit") in ("Bit", "Kilobit", "Kilobyte") for r in case["Results"]
        ),
    ),
    (
        "approximate pairs read as nothing",
        "ANNOTATION.md, QUANTITY: a range is one span; 三四十个百分点 is 30 to 40",
        lambda case, file: not case["Results"] and re.search("[一二三四五六七八]{2}十", str(case["Input"])) is not None,
    ),
    ("dozens as a number (打)", "ANNOTATION.md, unit: 打 is a measure word, 一打 is 1 打", holds("打$")),
)


def close(found: Number, expected: Fraction) -> bool:
    """Equal to 12 significant digits."""
    return abs(Fraction(found) - expected) <= abs(expected) / 10**12


def expected_values(result: Case) -> list[Fraction]:
    """The value of an expected result, or the finite ends of a range; empty where there is none."""
    text = str(result["Resolution"].get("value", "")).rstrip("%")
    try:
        return [Fraction(Decimal(part)) for part in text.strip("[]()").split(",") if part]
    except InvalidOperation:
        return []


#: Per cent to one of each unit of a ratio.
PERCENT: dict[str | None, Fraction] = {
    "%": Fraction(1),
    "个百分点": Fraction(1),
    "折": Fraction(10),
    "‰": Fraction(1, 10),
    None: Fraction(100),
}


def values_of(quantity: Quantity, file: str) -> list[Number]:
    """The value of a quantity, or both ends of its range; in per cent for the percent file, where it is a ratio."""
    values = [value for value in (quantity.value, quantity.low, quantity.high) if value is not None]
    if file != "PercentModel":
        return values
    if quantity.kind != "ratio" or quantity.unit not in PERCENT:
        return []
    return [Fraction(value) * PERCENT[quantity.unit] for value in values]


def found_values(text: str, file: str) -> list[tuple[int, int, Number]]:
    """Start, end and value of everything that the grammar finds of the kind that the file tests."""
    if file in ("NumberModel", "NumberRangeModel", "OrdinalModel"):
        numerals = [(span.start, span.end, parse_numeral(span.of(text))) for span in find_numbers(text)]
        return [(start, end, value) for start, end, value in numerals if value is not None]
    values: list[tuple[int, int, Number]] = []
    for span, kind in find_quantities(text):
        quantity = parse_quantity(span.of(text))
        if quantity is None or (file == "CurrencyModel") != (kind == "money"):
            continue
        values.extend((span.start, span.end, value) for value in values_of(quantity, file))
    return values


def is_right(case: Case, file: str) -> bool:
    """Whether the grammar finds every expected result of a case, or nothing where nothing is expected."""
    found = found_values(str(case["Input"]), file)
    if not case["Results"]:
        return not found
    for result in case["Results"]:
        start, end = int(result["Start"]), int(result["End"]) + 1
        inside = [value for left, right, value in found if left < end and start < right]
        values = expected_values(result)
        if not values or not all(any(close(value, wanted) for value in inside) for wanted in values):
            return False
    return True


def share(right: int, total: int) -> str:
    """A share as per cent with one decimal."""
    return f"{100 * right / max(1, total):.1f}%"


def main(arguments: list[str]) -> int:
    """Print the table; with ``--errors`` also the cases that are wrong."""
    folders = [argument for argument in arguments if not argument.startswith("--")]
    if len(folders) != 1 or not Path(folders[0]).is_dir():
        print(__doc__, file=sys.stderr)
        return 2
    excluded: Counter[str] = Counter()
    wrong: list[str] = []
    all_right = all_total = right_outside = 0
    for path in sorted(Path(folders[0]).glob("*.json")):
        cases = json.loads(path.read_text(encoding="utf-8-sig"))
        right = total = 0
        for case in cases:
            kind = next((name for name, _, applies in EXCLUDED if applies(case, path.stem)), None)
            if kind is not None:
                excluded[kind] += 1
                right_outside += is_right(case, path.stem)
                continue
            total += 1
            if is_right(case, path.stem):
                right += 1
            else:
                found = found_values(str(case["Input"]), path.stem)
                wrong.append(f"{path.stem}: {case['Input']}  expected {texts(case)}, found {found}")
        print(f"{path.stem:18s} {share(right, total):>6s}  ({right} of {total} in scope, {len(cases)} in the file)")
        all_right, all_total = all_right + right, all_total + total
    print(f"{'all':18s} {share(all_right, all_total):>6s}  ({all_right} of {all_total} in scope)")
    every, total = all_right + right_outside, all_total + sum(excluded.values())
    print(f"{'with those left out':18s} {share(every, total):>5s}  ({every} of {total})")
    print(f"\nleft out: {sum(excluded.values())}")
    for name, rule, _ in EXCLUDED:
        print(f"  {excluded[name]:3d}  {name}: {rule}")
    if "--errors" in arguments:
        print("\nwrong:", *wrong, sep="\n  ")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
