"""``tongbao export``."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import typer

from tongbao.cli.choice import Choice, choose
from tongbao.cli.console import complain, note
from tongbao.cli.progress import progress
from tongbao.records import Tables
from tongbao.store import Store, open_store
from tongbao.writing import Headers, JsonlStream, TableStream, Writers, open_writers


def run(
    path: Path,
    outputs: list[Path],
    json: bool,
    headers: Headers,
    bom: bool,
    tables: str | None,
    min_confidence: float,
) -> None:
    """Write all finished documents of a store, and say in one line how many; exits with 1 where there are none."""
    choice = choose(headers, bom, tables, min_confidence)
    with open_store(path, read_only=True) as store:
        counts = store.counts()
        finished = sum(number for status, number in counts.items() if status != "pending")
        if not finished:
            complain(f"{path}: 库中没有已完成的文档 no document in this store is done (run tongbao extract)")
            raise typer.Exit(1)
        if any(_same(path, output) for output in outputs):
            raise typer.BadParameter("输出就是库本身 the output is the store itself: name another")
        writers = open_writers(outputs, choice.options)
        if json:
            writers.append(JsonlStream(sys.stdout))
        elif not outputs:
            writers.append(TableStream(sys.stdout, choice.options.one_table("-"), choice.options))
        rows = 0
        data_here = (json or not outputs) and sys.stdout.isatty()
        with Writers(writers) as out, progress("导出 export", finished, bar=not data_here) as advance:
            for written in export_documents(store, choice, out):
                rows += len(written.quantities)
                advance(1)
    parts = [f"{counts.get('ok', 0)} 篇 documents", f"{rows} 行 rows"]
    failed = finished - counts.get("ok", 0)
    if failed:
        parts.append(f"{failed} 篇失败 failed")
    if counts.get("pending"):
        parts.append(f"{counts['pending']} 篇未处理 left")
    note(", ".join(parts))


def export_documents(store: Store, choice: Choice, out: Writers, only: Iterable[int] | None = None) -> Iterator[Tables]:
    """Write the documents of a store, and yield the rows that were written."""
    for annotated, tables in store.documents(only):
        chosen = choice.of(tables)
        out.write(annotated, chosen)
        yield chosen


def _same(one: Path, other: Path) -> bool:
    return other.exists() and one.samefile(other)
