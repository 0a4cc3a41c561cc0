"""Rows as a table on the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tongbao.cli.console import harmless
from tongbao.records import QuantityRow
from tongbao.writing.columns import HEADERS_ZH, Headers, as_text

_FIELDS = ("item_path", "indicator_full", "value", "unit", "bound", "change", "period", "scope", "lead_departments")
#: Columns that may be cut where the terminal is narrow; the figures never are.
_LONG = frozenset({"indicator_full", "lead_departments"})
_WIDTH_WITHOUT_TERMINAL = 140


def show_rows(rows: Sequence[QuantityRow], headers: Headers) -> None:
    """Print the main columns of ``rows``; a narrow terminal cuts the long texts, not the figures."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDTH_WITHOUT_TERMINAL)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in _FIELDS:
        title = HEADERS_ZH[name] if headers == "zh" else name
        long = name in _LONG
        table.add_column(
            title,
            justify="right" if name == "value" else "left",
            overflow="ellipsis",
            no_wrap=True,
            ratio=None,
            max_width=44 if name == "indicator_full" else 24 if long else None,
            min_width=None if long else len(title),
        )
    for row in rows:
        table.add_row(*(Text(harmless(_cell(row, name))) for name in _FIELDS))
    console.print(table)


def _cell(row: QuantityRow, name: str) -> str:
    if name == "value" and row.value is None:
        return f"{as_text(row.low)}~{as_text(row.high)}"
    if name in ("bound", "change") and getattr(row, name) in ("exact", "none"):
        return ""
    return as_text(getattr(row, name))
