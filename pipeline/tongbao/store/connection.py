"""SQLite connections to a store: how they are set up, and their failures as errors with a remedy."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import pathname2url

from tongbao.errors import WritingError
from tongbao.store.schema import APPLICATION, VERSION, statements

#: Seconds that one writer waits for another.
_WAIT = 30.0
_OTHER = "choose another file, or move this one away"


@contextmanager
def telling(path: Path) -> Iterator[None]:
    """A block whose database errors are told with the name of the store and what to do.

    Raises:
        WritingError: instead of ``sqlite3.Error``.
    """
    try:
        yield
    except sqlite3.OperationalError as error:
        name = getattr(error, "sqlite_errorname", "")
        if name.startswith("SQLITE_BUSY"):
            raise WritingError(str(path), "another program is writing to the store", "wait for it to end") from error
        raise WritingError(
            str(path), f"the store cannot be used: {error}", "check its folder, disk and rights"
        ) from error
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorname", "") == "SQLITE_NOTADB":
            raise WritingError(str(path), "this file is no database", _OTHER) from error
        remedy = "move it away and extract again, or bring back a copy"
        raise WritingError(str(path), f"the store is damaged: {error}", remedy) from error


def connect_to_write(path: Path) -> sqlite3.Connection:
    """A connection to the store at ``path``, which is made where there is none.

    The log is written ahead (WAL), so that readers see the state before or after a transaction and never wait.
    ``synchronous = NORMAL``: a killed process loses nothing that was committed; a power cut may take back the last
    transactions, whole ones, and since rows and ledger go in one, a rerun finds these documents undone and does them.

    Raises:
        WritingError: the place cannot be written to, or holds something else.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WritingError(str(path), f"cannot be written: {error.strerror}", "choose another output") from error
    if path.is_dir():
        raise WritingError(str(path), "this is a folder", "name a file")
    with telling(path):
        connection = sqlite3.connect(path, timeout=_WAIT, isolation_level=None)
        try:
            _check(connection, path)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            _make(connection, path)
        except BaseException:
            connection.close()
            raise
    return connection


def connect_to_read(path: Path) -> sqlite3.Connection:
    """A connection that cannot change the store.

    Raises:
        WritingError: there is none, or the file is something else.
    """
    if not path.is_file():
        raise WritingError(str(path), "no store here", "make one: tongbao extract … -o STORE.sqlite")
    with telling(path):
        connection = sqlite3.connect(
            f"file:{pathname2url(str(path.absolute()))}?{_mode(path)}", uri=True, timeout=_WAIT
        )
        try:
            connection.isolation_level = None
            connection.execute("PRAGMA query_only = ON")
            if _check(connection, path):
                raise WritingError(str(path), "the store is empty", "fill it: tongbao extract … -o STORE.sqlite")
        except BaseException:
            connection.close()
            raise
    return connection


def _mode(path: Path) -> str:
    """How SQLite opens a store to read.

    The last to close it removes the log, which it must be allowed to. Where the folder takes no file the one that
    readers share cannot be made, nor can anybody write.
    """
    if os.access(path, os.W_OK) and os.access(path.parent, os.W_OK):
        return "mode=rw"
    return "mode=ro" if path.with_name(path.name + "-wal").exists() else "immutable=1"


@contextmanager
def transaction(connection: sqlite3.Connection, path: Path) -> Iterator[None]:
    """A block that happens whole or not at all, whatever ends it.

    Raises:
        WritingError: the store cannot be written.
    """
    with telling(path):
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def _check(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether the database is still empty; refuses what is no store of this version."""
    ((application,),) = connection.execute("PRAGMA application_id")
    ((version,),) = connection.execute("PRAGMA user_version")
    ((tables,),) = connection.execute("SELECT count(*) FROM sqlite_schema")
    if not application and not tables:
        return True
    if application != APPLICATION:
        raise WritingError(str(path), "this database is no store of tongbao", _OTHER)
    if version != VERSION:
        reason = f"a store of version {version}, this tongbao reads {VERSION}"
        raise WritingError(str(path), reason, "use the tongbao that made it, or extract into a new one")
    return False


def _make(connection: sqlite3.Connection, path: Path) -> None:
    """Make the tables, where another process has not just done so."""
    with transaction(connection, path):
        if _check(connection, path):
            for statement in statements():
                connection.execute(statement)
