"""The tables of the store, made from the row types, and views of them with Chinese headers."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from tongbao.near_duplicates import BANDS_TABLE
from tongbao.writing.columns import HEADERS_ZH, TABLE_NAMES, Kind, TableName, columns, kinds

#: ``PRAGMA application_id``: by it a store is told from any other database. "tong" in ASCII.
APPLICATION = 0x746F6E67
#: ``PRAGMA user_version``; raised when a table changes. A store of another version is made anew, not converted.
VERSION = 1

#: Beside a figure as exact text stands its nearest double, to sort and to sum by.
REAL = "_real"
_TYPES: dict[Kind, str] = {
    "text": "TEXT",
    "list": "TEXT",
    "whole": "INTEGER",
    "number": "TEXT",
    "share": "REAL",
    "flag": "INTEGER",
    "day": "TEXT",
}

_VIEWS: dict[TableName, str] = {
    "documents": "文档",
    "items": "事项",
    "departments": "部门",
    "policies": "政策文件",
    "quantities": "数据",
    "left_out": "未收数字",
}

#: What was done with which file, and by which run. ``document`` is the place of a document in all tables: numbers are
#: given in the order of the inputs, before any of them is read.
_LEDGER = """
CREATE TABLE ledger (
    document INTEGER PRIMARY KEY,
    doc_id TEXT NOT NULL UNIQUE,
    source TEXT,
    content TEXT,
    model TEXT,
    options TEXT,
    status TEXT NOT NULL DEFAULT 'pending'
        CHECK (status IN ('pending', 'ok', 'failed', 'timeout', 'crashed')),
    error TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    seconds REAL,
    finished TEXT,
    run INTEGER REFERENCES runs (run)
)
"""
_RUNS = """
CREATE TABLE runs (
    run INTEGER PRIMARY KEY,
    version TEXT NOT NULL,
    model TEXT NOT NULL,
    model_hash TEXT NOT NULL,
    options TEXT NOT NULL,
    options_hash TEXT NOT NULL,
    workers INTEGER NOT NULL,
    started TEXT NOT NULL,
    finished TEXT,
    status TEXT NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'finished', 'interrupted'))
)
"""
#: The prediction of a document, as a line of an annotation file, and its signature (``tongbao.near_duplicates``).
_ANNOTATIONS = (
    "CREATE TABLE annotations (document INTEGER PRIMARY KEY, annotation TEXT NOT NULL, signature BLOB NOT NULL)"
)
_STATE = "CREATE TABLE state (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID"

_LEDGER_ZH = {
    "台账": (
        "ledger",
        "document 序号, doc_id 文档, source 来源, status 状态, error 错误, attempts 次数, seconds 秒,"
        " finished 完成时间, run 运行, content 内容哈希, model 模型哈希, options 选项哈希",
    ),
    "运行": (
        "runs",
        "run 运行, version 版本, model 模型, workers 进程数, started 开始, finished 结束, status 状态, options 选项,"
        " model_hash 模型哈希, options_hash 选项哈希",
    ),
}


def statements() -> Iterator[str]:
    """All that makes an empty database a store."""
    yield _LEDGER
    yield "CREATE INDEX ledger_source ON ledger (source)"
    yield _RUNS
    yield _ANNOTATIONS
    yield _STATE
    yield BANDS_TABLE
    for table in TABLE_NAMES:
        yield _table(table)
        yield _view(table)
    for view, (table_name, names) in _LEDGER_ZH.items():
        yield f'CREATE VIEW "{view}" AS SELECT {names} FROM {table_name}'
    yield f"PRAGMA application_id = {APPLICATION}"
    yield f"PRAGMA user_version = {VERSION}"


@cache
def cells_of(table: TableName) -> tuple[tuple[str, Kind], ...]:
    """The columns of a row type with what they hold."""
    return tuple(zip(columns(table), kinds(table), strict=True))


def _table(table: TableName) -> str:
    """A row stands under its document's number and its own in the document, and so do all tables in their order."""
    parts = ["document INTEGER NOT NULL", "n INTEGER NOT NULL"]
    for name, kind in cells_of(table):
        parts.append(f'"{name}" {_TYPES[kind]}')
        if kind == "number":
            parts.append(f'"{name}{REAL}" REAL')
    return f"CREATE TABLE {table} ({', '.join(parts)}, PRIMARY KEY (document, n)) WITHOUT ROWID"


def _view(table: TableName) -> str:
    shown: list[str] = []
    for name, kind in cells_of(table):
        title = HEADERS_ZH[name]
        shown.append(f'{_shown(name, kind)} AS "{title}"')
        if kind == "number":
            shown.append(f'"{name}{REAL}" AS "{title}（近似）"')
    return f'CREATE VIEW "{_VIEWS[table]}" AS SELECT {", ".join(shown)} FROM {table} ORDER BY document, n'


def _shown(name: str, kind: Kind) -> str:
    """A column for people: lists joined by 、, yes and no in words."""
    if kind == "list":
        return f"(SELECT group_concat(value, '、') FROM json_each(\"{name}\"))"
    if kind == "flag":
        return f"CASE \"{name}\" WHEN 1 THEN '是' WHEN 0 THEN '否' END"
    return f'"{name}"'
