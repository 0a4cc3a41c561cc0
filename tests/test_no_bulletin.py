"""What the shipped model makes of texts that are no bulletins, and of very short and very long ones.

``cases/no_bulletin`` holds 25 pages of 25 kinds, from a novel to a log file, and in ``expected.tsv`` what a careful
annotator would mark there. Measured with the model of 1,414 training documents, all pages together:

- quantity rows: 213, where the annotator has 250; 27 of the rows touch none of these (sums, forces of wind, turns of
  speech; 11 of the 27 have a confidence of 0.5 or more);
- quantity rows without a numeral: 0;
- departments: 2, both really there (the annotator has 3); policies: 1, really there (1).

The bounds below leave a small margin, for a retrained model moves a few unsure rows either way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tongbao.annotation import read_gold
from tongbao.extraction import Extraction, Extractor, load
from tongbao.records import LeftOutRow, QuantityRow, Span

ROOT = Path(__file__).resolve().parent
PAGES = ROOT / "cases" / "no_bulletin"
#: Pages in which no name can be that of a Chinese body or document.
FOREIGN = ("code_python", "code_c", "log", "json", "english")
#: The most that all pages together may give; the measured numbers are in the module's docstring.
MOST_DEPARTMENTS = 4
MOST_POLICIES = 2
MOST_WITHOUT_NUMERAL = 1
MOST_FALSE_ROWS = 30
#: Numerals that Unicode gives no value: 两, 半天, 几天; and what a rank may be written with: 首位, 末位.
MORE_NUMERALS = "两半几首末"
#: NUL, line end, byte order mark, joiner, line separator, accent, open title mark, ½, beyond U+FFFF, half a pair.
ODD = "\0 \n \ufeff \u200d \u2028 \u0301 《 ½ \U0002ebf0 \ud800".split(" ")
LONG = 200_000


@dataclass(frozen=True, slots=True)
class Page:
    """A text that is no bulletin, and what a careful annotator would mark in it."""

    text: str
    rows_at_most: int
    departments: int
    policies: int
    quantities: Mapping[Span, str]


@cache
def _pages() -> dict[str, Page]:
    lines = [
        line
        for line in (PAGES / "expected.tsv").read_text(encoding="utf-8").splitlines()
        if not line.startswith(("#", "page\t"))
    ]
    return dict(_page(*line.split("\t")) for line in lines)


def _page(name: str, rows: str, departments: str, policies: str, listed: str = "") -> tuple[str, Page]:
    quantities = {}
    for entry in listed.split():
        offset, surface = entry.split(":")
        quantities[Span(int(offset), int(offset) + len(surface))] = surface.replace("_", " ")
    text = (PAGES / f"{name}.txt").read_text(encoding="utf-8")
    return name, Page(text, int(rows), int(departments), int(policies), quantities)


@pytest.fixture(scope="module")
def shipped() -> Extractor:
    """The model that ships with tongbao."""
    return load()


@pytest.fixture(scope="module")
def extractions(shipped: Extractor) -> dict[str, Extraction]:
    """What it makes of each page."""
    return {name: shipped.extract(page.text) for name, page in _pages().items()}


def _false_rows(page: Page, rows: tuple[QuantityRow, ...]) -> list[QuantityRow]:
    """The rows that touch no quantity of the page."""
    return [row for row in rows if not any(span.start < row.end and row.start < span.end for span in page.quantities)]


def _has_numeral(surface: str) -> bool:
    return any(character.isnumeric() or character in MORE_NUMERALS for character in surface)


def test_every_page_has_a_line_of_the_table() -> None:
    assert sorted(_pages()) == sorted(path.stem for path in PAGES.glob("*.txt"))


@pytest.mark.parametrize("name", _pages())
def test_the_table_counts_what_stands_in_the_page(name: str) -> None:
    page = _pages()[name]
    assert [span.of(page.text) for span in page.quantities] == list(page.quantities.values())
    assert len(page.quantities) == page.rows_at_most


@pytest.mark.parametrize("name", _pages())
def test_every_page_is_extracted(name: str, extractions: dict[str, Extraction]) -> None:
    text, found = _pages()[name].text, extractions[name]
    assert found.bulletin.text == text
    rows: list[QuantityRow | LeftOutRow] = [*found.tables.quantities, *found.tables.left_out]
    assert [row.text for row in rows] == [text[row.start : row.end] for row in rows]


@pytest.mark.parametrize("name", FOREIGN)
def test_code_and_english_name_no_department_and_no_policy(name: str, extractions: dict[str, Extraction]) -> None:
    assert (extractions[name].tables.departments, extractions[name].tables.policies) == ((), ())


def test_few_departments_and_policies(extractions: dict[str, Extraction]) -> None:
    departments = [(name, row.name) for name, found in extractions.items() for row in found.tables.departments]
    policies = [(name, row.title) for name, found in extractions.items() for row in found.tables.policies]
    assert len(departments) <= MOST_DEPARTMENTS, departments
    assert len(policies) <= MOST_POLICIES, policies


def test_a_quantity_is_a_number(extractions: dict[str, Extraction]) -> None:
    rows = [(name, row.text) for name, found in extractions.items() for row in found.tables.quantities]
    without = [(name, text) for name, text in rows if not _has_numeral(text)]
    assert len(without) <= MOST_WITHOUT_NUMERAL, without


def test_few_rows_are_false(extractions: dict[str, Extraction]) -> None:
    false = [
        (name, row.text)
        for name, found in extractions.items()
        for row in _false_rows(_pages()[name], found.tables.quantities)
    ]
    assert len(false) <= MOST_FALSE_ROWS, false


@pytest.mark.parametrize("text", ODD, ids=ascii)
def test_a_text_of_one_character(text: str, shipped: Extractor) -> None:
    found = shipped.extract(text)
    assert found.bulletin.text == text
    assert len(found.tables.documents) == 1
    assert (found.tables.quantities, found.tables.departments, found.tables.policies) == ((), (), ())


def test_a_long_text_gives_what_its_parts_give(repository: Path, shipped: Extractor) -> None:
    """The seed bulletin over and over: every whole copy gives the same rows, each in its place."""
    seed = read_gold(repository / "annotations" / "gold" / "quanzhou-2023.jsonl")[0].text.rstrip() + "\n"
    text = (seed * (LONG // len(seed) + 1))[:LONG]
    found = shipped.extract(text)
    assert found.bulletin.text == text
    copies: dict[int, list[tuple[int, str, str]]] = {}
    for row in found.tables.quantities:
        copy, offset = divmod(row.start, len(seed))
        copies.setdefault(copy, []).append((offset, row.text, row.indicator))
    whole = [copies.get(copy, []) for copy in range(LONG // len(seed))]
    assert whole == [whole[0]] * len(whole)
    assert len(whole[0]) > 100  # so that there is something to compare: the seed has 143 figures
