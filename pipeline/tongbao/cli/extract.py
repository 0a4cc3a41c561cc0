"""``tongbao extract``."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import typer

from tongbao.batch import Input, Outcome, find_inputs
from tongbao.batch import run as run_batch
from tongbao.cli.console import complain, note
from tongbao.cli.show import show_rows
from tongbao.extraction import load
from tongbao.reading import decode
from tongbao.records import QuantityRow
from tongbao.writing import Headers, JsonlStream, TableStream, WriteOptions, Writer, Writers, open_writer


def run(
    paths: list[Path],
    outputs: list[Path],
    model: Path | None,
    show: int | None,
    json: bool,
    headers: Headers,
    bom: bool,
    encoding: str | None,
) -> None:
    """Extract, write, and say in one line what was done; exits with 3 or 1 where documents failed."""
    inputs, skipped = _inputs(paths, encoding)
    if skipped:
        kinds = Counter(path.suffix or path.name for path in skipped)
        listed = ", ".join(f"{suffix} ×{number}" for suffix, number in sorted(kinds.items()))
        note(f"跳过其他格式的文件 skipped files of other formats: {listed}")
    if not inputs:
        complain(f"{paths[0]}: 没有可读的文件 no file here that can be read (name .txt files or folders with some)")
        raise typer.Exit(1)
    extractor = load(model)
    options = WriteOptions(headers=headers, bom=bom)
    writers = [open_writer(path, options) for path in outputs]
    if json:
        writers.append(JsonlStream(sys.stdout))
    elif not outputs and show is None:
        writers.append(TableStream(sys.stdout, "quantities", options))
    shown = _run(run_batch(inputs, extractor, encoding), writers, extractor.name, show or 0)
    if show is not None:
        show_rows(shown, headers)


def _inputs(paths: list[Path], encoding: str | None) -> tuple[list[Input], list[Path]]:
    """The inputs in order; ``-`` reads standard input once, wherever it stands."""
    inputs, skipped = find_inputs([path for path in paths if str(path) != "-"])
    if any(str(path) == "-" for path in paths):
        text, _ = decode(sys.stdin.buffer.read(), encoding, "<stdin>")
        inputs.append(Input("stdin", Path("-"), text))
    return inputs, skipped


def _run(outcomes: Iterable[Outcome], writers: list[Writer], model: str, wanted: int) -> list[QuantityRow]:
    """Write every outcome; the first rows come back for showing. Exits where documents failed, after writing."""
    done = failed = rows = 0
    shown: list[QuantityRow] = []
    with Writers(writers) as out:
        for outcome in outcomes:
            tables = outcome.tables(model)
            out.write(outcome.extraction.annotated if outcome.extraction else None, tables)
            if outcome.error is not None:
                complain(str(outcome.error))
                failed += 1
                continue
            done += 1
            rows += len(tables.quantities)
            shown.extend(tables.quantities[: max(0, wanted - len(shown))])
    note(f"{done} 篇 documents, {rows} 行 rows" + (f", {failed} 篇失败 failed" if failed else ""))
    if failed:
        raise typer.Exit(3 if done else 1)
    return shown
