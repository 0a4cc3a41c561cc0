"""Rows that are sure enough. Pure: tables → tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from tongbao.records import LeftOutRow, QuantityRow, Tables


def at_least(tables: Tables, confidence: float) -> Tables:
    """The rows whose confidence is not below ``confidence``; rows that have none (gold) are sure.

    A quantity that is not sure enough goes to ``left_out`` as ``low_confidence``, in its place in the text, so that it
    is not missing silently; a quantity that was part of it stands alone (``of_row`` is ``None``), though
    ``indicator_full`` keeps what the text says. Departments and policies are dropped. Names in ``lead_departments``
    stay: a list in the text says that they lead, whatever the tagger thinks of them.
    """
    sure = tuple(row for row in tables.quantities if _reaches(row.confidence, confidence))
    if len(sure) < len(tables.quantities):
        unsure = [row for row in tables.quantities if not _reaches(row.confidence, confidence)]
        tables = replace(tables, quantities=_detached(sure), left_out=_merged(tables, map(_left_out, unsure)))
    return replace(
        tables,
        departments=tuple(row for row in tables.departments if _reaches(row.confidence, confidence)),
        policies=tuple(row for row in tables.policies if _reaches(row.confidence, confidence)),
    )


def _reaches(confidence: float | None, least: float) -> bool:
    return confidence is None or confidence >= least


def _detached(rows: tuple[QuantityRow, ...]) -> tuple[QuantityRow, ...]:
    """No row points to one that is not there."""
    there = {(row.doc_id, row.row) for row in rows}
    return tuple(row if (row.doc_id, row.of_row) in there else replace(row, of_row=None) for row in rows)


def _left_out(row: QuantityRow) -> LeftOutRow:
    return LeftOutRow(
        row.doc_id, row.item_path, row.text, "low_confidence", row.sentence, row.start, row.end, row.confidence
    )


def _merged(tables: Tables, more: Iterable[LeftOutRow]) -> tuple[LeftOutRow, ...]:
    """All that is left out, document by document, in text order."""
    rows = [*tables.left_out, *more]
    documents = dict.fromkeys([*(row.doc_id for row in tables.documents), *(row.doc_id for row in rows)])
    order = {identifier: number for number, identifier in enumerate(documents)}
    return tuple(sorted(rows, key=lambda row: (order[row.doc_id], row.start, row.end)))
