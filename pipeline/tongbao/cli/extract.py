"""``tongbao extract``."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import typer

from tongbao.batch import Input, Outcome, find_inputs, free_id
from tongbao.batch import run as run_batch
from tongbao.cli.console import complain, note
from tongbao.cli.show import show_rows
from tongbao.extraction import load
from tongbao.records import QuantityRow
from tongbao.writing import Headers, JsonlStream, TableStream, WriteOptions, Writer, Writers, open_writers


def run(
    paths: list[Path],
    outputs: list[Path],
    model: Path | None,
    lexicon: Path | None,
    show: int | None,
    json: bool,
    headers: Headers,
    bom: bool,
    encoding: str | None,
) -> None:
    """Extract, write, show, and say in one line what was done; exits with 3 or 1 where documents failed."""
    if json and show is not None:
        raise typer.BadParameter("--json 与 --show 都写标准输出 both go to standard output: give one of them")
    inputs, skipped = _inputs(paths)
    if skipped:
        kinds = Counter(path.suffix or path.name for path in skipped)
        listed = ", ".join(f"{suffix} ×{number}" for suffix, number in sorted(kinds.items()))
        note(f"跳过其他格式的文件 skipped files of other formats: {listed}")
    if not inputs:
        complain(f"{paths[0]}: 没有可读的文件 no file here that can be read (name .txt files or folders with some)")
        raise typer.Exit(1)
    extractor = load(model, lexicon)
    options = WriteOptions(headers=headers, bom=bom)
    writers = open_writers(outputs, options)
    if json:
        writers.append(JsonlStream(sys.stdout))
    elif not outputs and show is None:
        writers.append(TableStream(sys.stdout, "quantities", options))
    total = _write(run_batch(inputs, extractor, encoding), writers, extractor.name, show or 0)
    if show is not None:
        show_rows(total.shown, headers)
    failures = f", {total.failed} 篇失败 failed" if total.failed else ""
    note(f"{total.done} 篇 documents, {total.rows} 行 rows{failures}")
    if total.failed:
        raise typer.Exit(3 if total.done else 1)


def _inputs(paths: list[Path]) -> tuple[list[Input], list[Path]]:
    """The inputs in order; ``-`` reads standard input once, wherever it stands."""
    inputs, skipped = find_inputs([path for path in paths if str(path) != "-"])
    if any(str(path) == "-" for path in paths):
        name = free_id("stdin", {item.id for item in inputs})
        inputs.append(Input(name, Path("-"), sys.stdin.buffer.read()))
    return inputs, skipped


@dataclass(slots=True)
class _Sum:
    """What became of all inputs; ``shown`` are the first rows."""

    done: int = 0
    failed: int = 0
    rows: int = 0
    shown: list[QuantityRow] = field(default_factory=list)


def _write(outcomes: Iterable[Outcome], writers: list[Writer], model: str, wanted: int) -> _Sum:
    """Write every outcome, and name every failure."""
    found = _Sum()
    with Writers(writers) as out:
        for outcome in outcomes:
            tables = outcome.tables(model)
            out.write(outcome.extraction.annotated if outcome.extraction else None, tables)
            if outcome.error is not None:
                complain(str(outcome.error))
                found.failed += 1
                continue
            found.done += 1
            found.rows += len(tables.quantities)
            found.shown.extend(tables.quantities[: max(0, wanted - len(found.shown))])
        if not found.done:
            # An output of nothing but failures must not take the place of a good one.
            out.abandon()
    return found
