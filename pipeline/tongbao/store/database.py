"""The store itself: which documents are known, what became of them, and their rows."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, TypeAlias

from tongbao.near_duplicates import Originals
from tongbao.records import Annotated, Tables
from tongbao.store.annotations import decode_annotation
from tongbao.store.connection import connect_to_read, connect_to_write, telling, transaction
from tongbao.store.encoding import Record, Status, decode_row, stored_columns
from tongbao.writing.columns import TABLE_NAMES, TableName, encodable

State: TypeAlias = Status | Literal["pending"]

#: Up to which document reposts are marked.
_MARKED = "marked"
#: Documents that are marked in one transaction.
_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Key:
    """By what a document counts as done: hashes of its content, of the model, and of the options that change rows.

    ``content`` is ``None`` for what cannot be read: that is never done.
    """

    content: str | None
    model: str
    options: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the ledger: the number and id of a document, and what was done with it under which key."""

    document: int
    doc_id: str
    status: State
    error: str | None
    key: tuple[str | None, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Run:
    """What a run is made with; ``options`` is JSON."""

    version: str
    model: str
    model_hash: str
    options: str
    options_hash: str
    workers: int


class Store:
    """An open store; a context that closes it. Two of them on one file do not harm each other.

    Raises:
        WritingError: from every method, where the file turns out to be damaged or cannot be written.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; what was not committed is undone."""
        with telling(self.path):
            self._connection.close()

    def transaction(self) -> AbstractContextManager[None]:
        """A block that happens whole or not at all. ``register`` stands in one, for all inputs of a run."""
        return transaction(self._connection, self.path)

    # The ledger.

    def find(self, doc_id: str, source: str | None, content: str | None, taken: Collection[int] = ()) -> Entry | None:
        """The document that an input is: the one from the same ``source``, else one of that id and content.

        So a file that was edited is the same document, and so is a folder that was moved; two files that share nothing
        but a name are two. ``taken`` are documents that other inputs of the run are.
        """
        with telling(self.path):
            if source is not None:
                for entry in self._entries("source = ?", encodable(source)):
                    if entry.document not in taken:
                        return entry
            if content is not None:
                for entry in self._entries("doc_id = ? AND content = ?", encodable(doc_id), content):
                    if entry.document not in taken:
                        return entry
        return None

    def ids(self, like: str) -> set[str]:
        """The ids that are ``like`` or begin with ``like-``."""
        name = encodable(like)
        with telling(self.path):
            query = "SELECT doc_id FROM ledger WHERE doc_id = ? OR doc_id > ? AND doc_id < ?"
            return {found for (found,) in self._connection.execute(query, (name, f"{name}-", f"{name}."))}

    def register(self, doc_id: str, source: str | None) -> int:
        """The number of a new document, which is yet to be done."""
        query = "INSERT INTO ledger (doc_id, source) VALUES (?, ?)"
        values = (encodable(doc_id), None if source is None else encodable(source))
        return int(self._connection.execute(query, values).lastrowid or 0)

    def counts(self) -> dict[State, int]:
        """How many documents have which status."""
        with telling(self.path):
            return dict(self._connection.execute("SELECT status, count(*) FROM ledger GROUP BY status"))

    def _entries(self, where: str, *values: str) -> Iterator[Entry]:
        query = f"SELECT document, doc_id, status, error, content, model, options FROM ledger WHERE {where}"
        for document, doc_id, status, error, *key in self._connection.execute(query, values):
            yield Entry(document, doc_id, status, error, (key[0], key[1], key[2]))

    # Runs.

    def begin(self, run: Run) -> int:
        """Note that a run begins; its number."""
        query = (
            "INSERT INTO runs (version, model, model_hash, options, options_hash, workers, started)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)"
        )
        values = (run.version, run.model, run.model_hash, run.options, run.options_hash, run.workers, _now())
        with self.transaction():
            return int(self._connection.execute(query, values).lastrowid or 0)

    def end(self, run: int, status: Literal["finished", "interrupted"]) -> None:
        """Note how a run ended. One that was killed stays ``running`` without an end."""
        with self.transaction():
            query = "UPDATE runs SET status = ?, finished = ? WHERE run = ?"
            self._connection.execute(query, (status, _now(), run))

    def makers(self) -> list[tuple[str, str, str]]:
        """With what the documents were made: each version, model and hash of the model once."""
        with telling(self.path):
            query = (
                "SELECT DISTINCT version, runs.model, model_hash FROM ledger JOIN runs USING (run)"
                " ORDER BY version, runs.model, model_hash"
            )
            return [(version, model, digest) for version, model, digest in self._connection.execute(query)]

    # Documents.

    def add(self, document: int, record: Record, key: Key, run: int, source: str | None = None) -> None:
        """Put a finished document in the place of what was known of it: all its rows and its line of the ledger, or,
        where the process is killed, none of them.
        """
        with self.transaction():
            self._remove(document)
            for table, rows in record.rows.items():
                self._insert(table, document, rows)
            if record.annotation is not None:
                values = (document, record.annotation, record.signature)
                self._connection.execute("INSERT INTO annotations VALUES (?, ?, ?)", values)
            self._connection.execute(
                "UPDATE ledger SET status = ?, error = ?, seconds = ?, content = ?, model = ?, options = ?, run = ?,"
                " finished = ?, attempts = attempts + 1, source = coalesce(?, source) WHERE document = ?",
                (
                    record.status,
                    record.error,
                    round(record.seconds, 3),
                    key.content,
                    key.model,
                    key.options,
                    run,
                    _now(),
                    None if source is None else encodable(source),
                    document,
                ),
            )

    def _remove(self, document: int) -> None:
        for table in (*TABLE_NAMES, "annotations"):
            self._connection.execute(f"DELETE FROM {table} WHERE document = ?", (document,))
        # What repeats what has to be found anew where a document changes that others were compared with.
        query = "UPDATE state SET value = 0 WHERE name = ? AND value >= ?"
        self._connection.execute(query, (_MARKED, document))

    def _insert(self, table: TableName, document: int, rows: list[tuple[Any, ...]]) -> None:
        names = ", ".join(f'"{name}"' for name in stored_columns(table))
        marks = ", ".join("?" * (len(stored_columns(table)) + 2))
        query = f"INSERT INTO {table} (document, n, {names}) VALUES ({marks})"
        self._connection.executemany(query, ((document, n, *row) for n, row in enumerate(rows, 1)))

    def documents(self, only: Iterable[int] | None = None) -> Iterator[tuple[Annotated | None, Tables]]:
        """All finished documents in the order of the inputs, or those that ``only`` lists, in its order.

        They are those of one moment, whatever is written meanwhile. A document that failed has no annotation, and one
        row that says so; one that is yet to be done is passed over.
        """
        connection = connect_to_read(self.path)
        try:
            with telling(self.path):
                connection.execute("BEGIN")
                yield from _documents(connection, only)
        finally:
            connection.close()

    def annotations(self) -> Iterator[Annotated]:
        """The annotations of all documents that have one, under their ids in the ledger and in the order of these
        (by code points), not of the inputs: so two stores can be read side by side, neither of them as a whole.
        """
        connection = connect_to_read(self.path)
        try:
            with telling(self.path):
                # CROSS: the ledger's index gives the order, and no annotation has to be sorted.
                query = "SELECT doc_id, annotation FROM ledger CROSS JOIN annotations USING (document) ORDER BY doc_id"
                for doc_id, annotation in connection.execute(query):
                    yield replace(decode_annotation(annotation), id=doc_id)
        finally:
            connection.close()

    # Reposts.

    def mark_reposts(self) -> Iterator[int]:
        """Set ``near_duplicate_of`` in the documents table; yields how many documents it has looked at.

        The original of a document is one with a lower number. Documents that were marked before are passed over unless
        one of them has changed. What a killed process had marked stays marked.
        """
        originals = Originals(self._connection, self._text)
        while True:
            with self.transaction():
                found = self._marked_next(originals)
            if not found:
                return
            yield found

    def _marked_next(self, originals: Originals) -> int:
        values = dict(self._connection.execute("SELECT name, value FROM state"))
        marked = values.get(_MARKED, 0)
        if not marked:
            self._connection.execute("DELETE FROM bands")
        query = "SELECT document, signature FROM annotations WHERE document > ? ORDER BY document LIMIT ?"
        found = self._connection.execute(query, (marked, _AT_ONCE)).fetchall()
        for document, signed in found:
            original = originals.original_of(document, signed, partial(self._text, document))
            update = (
                "UPDATE documents SET near_duplicate_of = (SELECT doc_id FROM ledger WHERE document = ?)"
                " WHERE document = ? AND near_duplicate_of IS NOT (SELECT doc_id FROM ledger WHERE document = ?)"
            )
            self._connection.execute(update, (original, document, original))
        if found:
            self._connection.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (_MARKED, found[-1][0]))
        return len(found)

    def _text(self, document: int) -> str:
        query = "SELECT annotation FROM annotations WHERE document = ?"
        ((annotation,),) = self._connection.execute(query, (document,))
        return str(json.loads(annotation)["text"])


def open_store(path: str | Path, *, read_only: bool = False) -> Store:
    """The store at ``path``; where there is none, a new one.

    Raises:
        WritingError: it cannot be made, is of another version, damaged, or no store; with ``read_only``: there is none.
    """
    place = Path(path)
    return Store(place, connect_to_read(place) if read_only else connect_to_write(place))


def _documents(connection: sqlite3.Connection, only: Iterable[int] | None) -> Iterator[tuple[Annotated | None, Tables]]:
    if only is None:
        query = "SELECT document FROM ledger WHERE status <> 'pending' ORDER BY document"
        only = (number for (number,) in connection.execute(query))
    for document in only:
        rows = {table: tuple(_rows(connection, table, document)) for table in TABLE_NAMES}
        if not rows["documents"]:
            continue
        query = "SELECT annotation FROM annotations WHERE document = ?"
        found = connection.execute(query, (document,)).fetchone()
        yield None if found is None else decode_annotation(found[0]), Tables(**rows)


def _rows(connection: sqlite3.Connection, table: TableName, document: int) -> Iterator[Any]:
    names = ", ".join(f'"{name}"' for name in stored_columns(table))
    query = f"SELECT {names} FROM {table} WHERE document = ? ORDER BY n"
    return (decode_row(table, values) for values in connection.execute(query, (document,)))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
