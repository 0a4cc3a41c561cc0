"""What the gold documents cover, and how thinly: counts of documents by what they are, and of what stands in them.

usage: python benchmarks/coverage.py [CATALOGUE.tsv] [FILE.jsonl...]

The catalogue says of every document its genre, level and layout (tab-separated, with a heading line); number styles,
kinds of units, of bodies and of titles, and what could be taken for a title, a department or a quantity are counted
from text and annotation. Prints Markdown tables: genre by level, genre by layout, genre by what stands in the texts.
"""

from __future__ import annotations

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from tongbao.annotation import read_gold
from tongbao.annotation.grid import markdown
from tongbao.records import Annotated, Department, Policy, Quantity, Span

CATALOGUE = Path("annotations/catalogue.tsv")
FILES = sorted(Path("annotations/gold").glob("**/*.jsonl"))

#: How numbers are written. A document has a style where it has it at all.
STYLES = {
    "full-width": r"[０-９]",
    "thousands": r"\d[,，]\d{3}(?!\d)",
    "Chinese": r"[二三四五六七八九十百]{2,}[个件起人次项家万亿]",
    "万/亿": r"\d[万亿]",
    "百分之": r"百分之|[二三四五六七八九]成",
    "分之": r"[一二三四五六七八九]分之[一二三四五六七八九]",
    "range": r"\d[-—–~至]\d",
    "ratio": r"\d[:：∶]\d",
}


def read_catalogue(path: Path) -> dict[str, tuple[str, str, str]]:
    """Genre, level and layout by document."""
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    return {cells[0]: (cells[1], cells[2], cells[3]) for cells in (line.split("\t") for line in lines)}


def features(document: Annotated) -> Iterator[tuple[str, int]]:
    """Everything that is counted in a document, by name."""
    text = document.text
    yield "characters", len(text)
    for name, pattern in STYLES.items():
        yield f"style {name}", bool(re.search(pattern, text))
    titles = [mention.span for mention in document.mentions if mention.label == "POLICY"]
    yield "trap 《》", sum(not _inside(match.start(), titles) for match in re.finditer("《", text))
    yield "nested 〈〉", text.count("〈")
    numbers = [mention.span for mention in document.mentions if mention.label in ("QUANTITY", "PERIOD", "POLICY")]
    yield "other digits", sum(not _inside(match.start(), numbers) for match in re.finditer(r"\d+", text))
    for mention in document.mentions:
        yield mention.label, 1
        attributes = mention.attributes
        if isinstance(attributes, Quantity):
            yield f"unit {attributes.kind}", 1
            if attributes.bound != "exact":
                yield "bounded", 1
            if attributes.change != "none":
                yield "change", 1
        elif isinstance(attributes, Policy):
            yield f"title {attributes.kind}", 1
            marked = mention.span.of(text).startswith(("《", "〈"))
            if not marked:
                yield "title unmarked", 1
        elif isinstance(attributes, Department):
            yield f"role {attributes.role}", 1
            if attributes.canonical is None:
                yield "by function", 1


def _inside(at: int, spans: Iterable[Span]) -> bool:
    return any(span.start <= at < span.end for span in spans)


def main(arguments: list[str]) -> int:
    """Print the tables."""
    paths = [Path(argument) for argument in arguments]
    catalogue = read_catalogue(next((path for path in paths if path.suffix == ".tsv"), CATALOGUE))
    files = [path for path in paths if path.suffix == ".jsonl"] or FILES
    documents = [document for path in files for document in read_gold(path) if document.id in catalogue]
    for column, name in ((1, "level"), (2, "layout")):
        kinds = sorted({catalogue[document.id][column] for document in documents})
        print(markdown([f"genre × {name}", *kinds, "all"], list(_crossed(documents, catalogue, column, kinds))) + "\n")
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for document in documents:
        for feature, number in features(document):
            counts[catalogue[document.id][0]][feature] += number
    genres = sorted(counts)
    names = sorted({name for found in counts.values() for name in found})
    rows = [
        [name, *(str(counts[genre][name]) for genre in genres), str(sum(counts[genre][name] for genre in genres))]
        for name in names
    ]
    print(markdown(["in the texts", *genres, "all"], rows))
    return 0


def _crossed(
    documents: list[Annotated], catalogue: dict[str, tuple[str, str, str]], column: int, kinds: list[str]
) -> Iterator[list[str]]:
    table = Counter((catalogue[document.id][0], catalogue[document.id][column]) for document in documents)
    genres = sorted({genre for genre, _ in table})
    for genre in genres:
        row = [table[genre, kind] for kind in kinds]
        yield [genre, *(str(number or "") for number in row), str(sum(row))]
    totals = [sum(table[genre, kind] for genre in genres) for kind in kinds]
    yield ["all", *map(str, totals), str(sum(totals))]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
