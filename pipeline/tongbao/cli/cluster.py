"""``tongbao extract --dask``."""

from __future__ import annotations

import logging
from contextlib import closing
from pathlib import Path
from typing import Any

import typer

from tongbao.batch_workers import Job
from tongbao.cli.choice import choose
from tongbao.cli.console import note
from tongbao.cli.extract import Batch, Sum, inputs_of
from tongbao.cli.progress import progress
from tongbao.cluster import Done, Manifest, Order, Plan, connect, plan, run_plan
from tongbao.writing import Headers, TableName
from tongbao.writing.base import library

#: Each table is one more file a chunk.
_TABLES: tuple[TableName, ...] = ("documents", "quantities")


def run(
    address: str,
    paths: list[Path],
    outputs: list[Path],
    model: Path | None,
    lexicon: Path | None,
    headers: Headers,
    encoding: str | None,
    batch: Batch,
    tables: str | None,
    min_confidence: float,
) -> None:
    """Extract on a cluster into a folder, and say in one line what was done; exits as ``tongbao.cli.extract`` does."""
    choice = choose(headers, False, tables or ",".join(_TABLES), min_confidence)
    folder = _folder(paths, outputs, batch)
    inputs = inputs_of(paths)
    job = Job(model, lexicon, encoding)
    job.check()
    library(folder / "part.parquet", "duckdb")
    order = Order(job, choice.options, min_confidence).checked()
    total = Sum(0)
    with connect(address) as client, Manifest(folder) as manifest:
        # What it has to say is said in one line by the error that ends the run.
        logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
        wanted = plan(manifest, inputs, order, limit=batch.limit, retry_failed=batch.retry_failed, force=batch.force)
        total.left = wanted.left
        try:
            _do(client, manifest, wanted, order, total)
        except KeyboardInterrupt:
            note(f"{folder}: 已完成的都在,再次运行即接着做 what is done is there; run again to go on")
            raise
    total.end()


def _do(client: Any, manifest: Manifest, wanted: Plan, order: Order, total: Sum) -> None:
    documents = sum(len(task.inputs) for task in wanted.tasks)
    with (
        closing(run_plan(client, manifest, wanted.tasks, order)) as chunks,
        progress("提取 extract", documents) as advance,
    ):
        for done in chunks:
            _count(done, total)
            advance(len(done.record.inputs))


def _folder(paths: list[Path], outputs: list[Path], batch: Batch) -> Path:
    """The one output; what a cluster cannot do is no option."""
    unfit = {"--workers": batch.workers, "--timeout": batch.timeout, "--dry-run": batch.dry_run or None}
    given = [name for name, value in unfit.items() if value is not None]
    if given:
        raise typer.BadParameter(f"{given[0]} 不能与 --dask 同用 is not for --dask (docs/scale.md)")
    if any(str(path) == "-" for path in paths):
        raise typer.BadParameter("--dask 不读标准输入 does not read standard input: name files or folders")
    if len(outputs) != 1 or outputs[0].suffix:
        raise typer.BadParameter("--dask 需要一个输出文件夹 needs one output, a folder: -o FOLDER")
    return outputs[0]


def _count(done: Done, total: Sum) -> None:
    record = done.record
    good = len(record.inputs) - len(record.failures)
    if done.before:
        total.done_before += good
        total.failed_before += len(record.failures)
        return
    total.done += good
    total.rows += record.rows.get("quantities", 0)
    for failure in record.failures:
        total.add(failure.error, 0)
