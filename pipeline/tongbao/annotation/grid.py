"""Tables of text for people: aligned columns for a terminal, pipes for Markdown."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence


def width(text: str) -> int:
    """Columns of a terminal that a string takes: two for a full-width character, none for a combining one."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )


def aligned(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns padded with spaces: the first to the left, all others to the right. No newline at the end."""
    table = [list(header), *map(list, rows)]
    widths = [max(width(cell) for cell in column) for column in zip(*table, strict=True)]
    return "\n".join(
        "  ".join(
            cell + " " * (wide - width(cell)) if i == 0 else " " * (wide - width(cell)) + cell
            for i, (cell, wide) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    )


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table, the first column to the left, all others to the right. No newline at the end."""
    rule = ["---"] + ["---:"] * (len(header) - 1)
    table = [[cell.replace("|", "\\|") for cell in row] for row in (header, *rows)]
    lines = [table[0], rule, *table[1:]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
