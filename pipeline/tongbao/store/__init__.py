"""The embedded store: finished documents in one SQLite file, durable one by one, with a ledger of what was done.

Every other format is an export of it. ``sqlite3`` of any language reads it; its views have Chinese headers.
"""

from __future__ import annotations

from tongbao.store.database import Entry, Key, Run, Store, open_store
from tongbao.store.encoding import Record, Status, encode

__all__ = ["Entry", "Key", "Record", "Run", "Status", "Store", "encode", "open_store"]
