"""What the stores of two batches say, and where they differ."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter, defaultdict

#: The name of a bad file, as ``mix.py`` gives it.
_BAD = re.compile(r"\d{6}x-(\w+)")
_TABLES = ("documents", "items", "departments", "policies", "quantities", "left_out")


def bad(doc_id: str) -> bool:
    """Whether a document is a bad file, or from one."""
    return _BAD.search(doc_id) is not None


def kind_of(doc_id: str) -> str:
    """The kind of a bad file."""
    found = _BAD.search(doc_id)
    return found[1] if found else ""


def characters_of(connection: sqlite3.Connection) -> int:
    """Characters of all documents that were done."""
    (total,) = connection.execute("SELECT sum(length(json_extract(annotation, '$.text'))) FROM annotations").fetchone()
    return int(total or 0)


def failures(connection: sqlite3.Connection) -> list[tuple[str, int]]:
    """The reasons of all failures without what differs from file to file, the most frequent first."""
    query = "SELECT source, error FROM ledger WHERE status NOT IN ('ok', 'pending')"
    return Counter(reason(source or "", error or "") for source, error in connection.execute(query)).most_common()


def reason(source: str, error: str) -> str:
    """What an error says, without the file, the figures and the remedy: ``N bytes are too many for one document``."""
    told = error.removeprefix(source).partition(": ")[2] or error
    return re.sub(r"\d[\d,.]*", "N", re.sub(r" \([^()]*\)$", "", told))


def outcomes(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    """What became of each kind of bad file: ``failed 3, ok 1``."""
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for doc_id, status in connection.execute("SELECT doc_id, status FROM ledger ORDER BY doc_id"):
        if bad(doc_id):
            found[kind_of(doc_id)][status] += 1
    return [(kind, ", ".join(f"{status} {n}" for status, n in sorted(c.items()))) for kind, c in sorted(found.items())]


def differences(clean: sqlite3.Connection, poisoned: sqlite3.Connection) -> tuple[int, list[str]]:
    """How many documents ``clean`` has, and the ids of those that are not the same in ``poisoned``: status, all rows
    and annotation, but not the number that the store gave to the document.
    """
    ids = [doc_id for (doc_id,) in clean.execute("SELECT doc_id FROM ledger ORDER BY document")]
    return len(ids), [doc_id for doc_id in ids if _content(clean, doc_id) != _content(poisoned, doc_id)]


def _content(connection: sqlite3.Connection, doc_id: str) -> list[object]:
    known = connection.execute("SELECT document, status FROM ledger WHERE doc_id = ?", (doc_id,)).fetchone()
    if known is None:
        return []
    number, status = known
    out: list[object] = [status]
    for table in _TABLES:
        found = connection.execute(f"SELECT * FROM {table} WHERE document = ? ORDER BY n", (number,))
        out.extend((table, *row[1:]) for row in found)
    query = "SELECT annotation FROM annotations WHERE document = ?"
    return [*out, *connection.execute(query, (number,))]
