"""Which rows are written: the options that ``extract`` and ``export`` share."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan

import typer

from tongbao.records import Tables
from tongbao.row_filters import at_least
from tongbao.writing import TABLE_NAMES, Headers, TableName, WriteOptions


@dataclass(frozen=True, slots=True)
class Choice:
    """How rows are written, and how sure the model has to be of them."""

    options: WriteOptions
    confidence: float

    def of(self, tables: Tables) -> Tables:
        """The rows that are sure enough."""
        return at_least(tables, self.confidence)


def choose(headers: Headers, bom: bool, tables: str | None, confidence: float) -> Choice:
    """The choice that the options make.

    Raises:
        typer.BadParameter: there is no such table, or no such confidence.
    """
    if isnan(confidence):
        raise typer.BadParameter("--min-confidence 须在 0 与 1 之间 has to lie between 0 and 1")
    return Choice(WriteOptions(headers=headers, bom=bom, tables=_named(tables)), confidence)


def _named(listed: str | None) -> tuple[TableName, ...]:
    """The tables of a list with commas, each once; all of them where there is no list."""
    if listed is None:
        return TABLE_NAMES
    known: dict[str, TableName] = {name: name for name in TABLE_NAMES}
    names = [name.strip() for name in listed.replace(",", ",").split(",")]
    for name in names:
        if name not in known:
            raise typer.BadParameter(f"--tables: 没有这张表 no table {name!r}; 可选 there are: {', '.join(known)}")
    return tuple(dict.fromkeys(known[name] for name in names))
