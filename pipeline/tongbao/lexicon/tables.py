"""Tables of the lexicon: tab-separated text with a heading line, and errors that name the line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from tongbao.errors import LexiconError


class Source(Protocol):
    """What a table is read from: a path, or a resource inside the package."""

    @property
    def name(self) -> str:
        """The name of the file without its folder."""

    def read_bytes(self) -> bytes:
        """The content of the file."""


def read_table(source: Source, columns: Sequence[str], key: Sequence[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """The lines of a table in order, each as its place (``"bodies.tsv:12"``) and its cells by column.

    The first line holds the names of the columns. Every other line has exactly one cell for each; a cell may be empty,
    but has no white space at its ends. No two lines agree in all columns of ``key``.

    Raises:
        LexiconError: the file is missing or not UTF-8, the heading is another, a line has too few or too many cells,
            white space at the end of a cell, or the key of a line before it.
    """
    seen: dict[tuple[str, ...], int] = {}
    lines = read_lines(source, source.name)
    if not lines or lines[0].split("\t") != list(columns):
        raise LexiconError(f"{source.name}:1", "the heading is not right", f"expected {' TAB '.join(columns)}")
    for number, line in enumerate(lines[1:], 2):
        place = f"{source.name}:{number}"
        cells = line.split("\t")
        if len(cells) != len(columns):
            raise LexiconError(place, f"{len(cells)} cells instead of {len(columns)}", "separate cells by one TAB")
        if any(cell != cell.strip() for cell in cells):
            raise LexiconError(place, "white space at the end of a cell", "remove it")
        row = dict(zip(columns, cells, strict=True))
        identity = tuple(row[column] for column in key)
        if identity in seen:
            named = ", ".join(f"{column} {row[column]!r}" for column in key)
            raise LexiconError(place, f"{named} stands in line {seen[identity]} already", "remove one of the two")
        seen[identity] = number
        yield place, row


def read_lines(source: Source, name: str) -> list[str]:
    """The lines of ``source``: those that LF or CRLF ends, not the many that ``str.splitlines`` knows.

    Raises:
        LexiconError: the file, called ``name`` in the message, is missing or not UTF-8.
    """
    try:
        content = source.read_bytes()
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise LexiconError(name, f"cannot be read: {error.strerror}", "name a file that is there") from error
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise LexiconError(f"{name}:{line}", f"not UTF-8 at byte {error.start}", "save it as UTF-8") from error
    return [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")] if text else []
