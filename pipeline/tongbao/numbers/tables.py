"""The data tables of this room: tab-separated files inside the package."""

from __future__ import annotations

from importlib import resources

from tongbao.errors import LexiconError


def read_table(text: str, place: str, header: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Rows of a table by their first column, in file order; each row is the columns after the key.

    Args:
        text: the file's text: a header line, then one row a line, columns separated by tabs.
        place: the file's name for messages.
        header: the column names that the first line must hold.

    Raises:
        LexiconError: another header, a row of another length, an empty key, or a key that stands twice.
    """
    lines = text.splitlines()
    if not lines or tuple(lines[0].split("\t")) != header:
        raise LexiconError(f"{place}:1", f"the header is not {', '.join(header)}", "restore the first line")
    rows: dict[str, tuple[str, ...]] = {}
    for number, line in enumerate(lines[1:], start=2):
        key, *rest = line.split("\t")
        if len(rest) != len(header) - 1 or not key:
            raise LexiconError(f"{place}:{number}", f"not {len(header)} columns with a key", "separate them by tabs")
        if key in rows:
            raise LexiconError(f"{place}:{number}", f"{key} stands twice", "delete one of the two lines")
        rows[key] = tuple(rest)
    return rows


def packaged_table(name: str, header: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """:func:`read_table` of ``data/NAME`` as shipped."""
    text = (resources.files("tongbao.numbers") / "data" / name).read_text(encoding="utf-8")
    return read_table(text, f"data/{name}", header)
