"""``tongbao extract``."""

from __future__ import annotations

import os
import sys
from collections import Counter
from contextlib import closing, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import typer

from tongbao.batch import Input, Outcome, find_inputs, free_id
from tongbao.batch_store import STATES, Plan, plan, run_plan, survey, wanted_states
from tongbao.batch_workers import Job, marked, run_batch
from tongbao.cli.choice import Choice, choose
from tongbao.cli.console import complain, note
from tongbao.cli.export import export_documents
from tongbao.cli.progress import progress
from tongbao.cli.show import show_rows
from tongbao.memory import limit_memory, share_of_memory
from tongbao.records import QuantityRow, Tables
from tongbao.store import Store, open_store
from tongbao.writing import Headers, JsonlStream, TableStream, Writers, open_writers

_STORE = ".sqlite"
#: Documents that one worker more is worth: below, loading the model again takes longer than it saves.
_WORTH_A_WORKER = 8
_STATES_ZH = {"new": "新的", "pending": "待做", "changed": "有变", "failed": "失败", "done": "已完成"}


@dataclass(frozen=True, slots=True)
class Batch:
    """How many documents are worked on, by how many processes, and which ones."""

    workers: int | None = None
    timeout: float | None = None
    limit: int | None = None
    dry_run: bool = False
    retry_failed: bool = False
    force: bool = False

    def workers_for(self, documents: int) -> int:
        """As many as asked for, else as many as there are processors and documents enough to keep busy."""
        if self.workers is not None:
            return self.workers
        here = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        return max(1, min(here, documents // _WORTH_A_WORKER))


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
    batch: Batch,
    tables: str | None,
    min_confidence: float,
) -> None:
    """Extract, write, show, and say in one line what was done; exits with 3 or 1 where documents failed."""
    if json and show is not None:
        raise typer.BadParameter("--json 与 --show 都写标准输出 both go to standard output: give one of them")
    choice = choose(headers, bom, tables, min_confidence)
    store = _store_of(outputs, batch)
    inputs = inputs_of(paths)
    job = Job(model, lexicon, encoding)
    job.check()
    limit_memory(share_of_memory(1))
    if batch.dry_run:
        preview(inputs, job, store, batch)
        return
    writers = open_writers([path for path in outputs if path != store], choice.options)
    if json:
        writers.append(JsonlStream(sys.stdout))
    elif not outputs and show is None:
        writers.append(TableStream(sys.stdout, choice.options.one_table("-"), choice.options))
    with Writers(writers) as out:
        total = Sum(show or 0)
        if store is None:
            _directly(inputs[: batch.limit], job, batch, choice, out, total, bar=not (json or not outputs))
        else:
            _by_store(store, inputs, job, batch, choice, out, total, exported=bool(writers) or show is not None)
        if not total.done and not total.done_before:
            # An output of nothing but failures must not take the place of a good one.
            out.abandon()
    if show is not None:
        show_rows(total.shown, headers)
    total.end()


def _store_of(outputs: list[Path], batch: Batch) -> Path | None:
    """The store among the outputs."""
    stores = [path for path in outputs if path.suffix.lower() == _STORE]
    if len(stores) > 1:
        raise typer.BadParameter("只能有一个 .sqlite 输出 there can be one .sqlite output")
    if not stores and (batch.retry_failed or batch.force):
        raise typer.BadParameter("--retry-failed、--force 需要 -o 库.sqlite need a store as output")
    return stores[0] if stores else None


def inputs_of(paths: list[Path]) -> list[Input]:
    """The inputs in order; ``-`` reads standard input once, wherever it stands. Exits with 1 where there are none."""
    inputs, skipped = find_inputs([path for path in paths if str(path) != "-"])
    if any(str(path) == "-" for path in paths):
        name = free_id("stdin", {item.id for item in inputs})
        inputs.append(Input(name, Path("-"), sys.stdin.buffer.read()))
    if skipped:
        kinds = Counter(path.suffix or path.name for path in skipped)
        listed = ", ".join(f"{suffix} ×{number}" for suffix, number in sorted(kinds.items()))
        note(f"跳过其他格式的文件 skipped files of other formats: {listed}")
    if not inputs:
        complain(f"{paths[0]}: 没有可读的文件 no file here that can be read (name .txt files or folders with some)")
        raise typer.Exit(1)
    return inputs


@dataclass(slots=True)
class Sum:
    """What became of all inputs; ``shown`` are the first of the rows, no more than ``wanted``.

    What the store had of them counts apart, and was not done now; ``left`` are those that ``--limit`` leaves.
    """

    wanted: int
    done: int = 0
    failed: int = 0
    rows: int = 0
    done_before: int = 0
    failed_before: int = 0
    left: int = 0
    shown: list[QuantityRow] = field(default_factory=list)

    def add(self, error: str | None, rows: int) -> None:
        """Count a document, and name it where it failed."""
        if error is None:
            self.done += 1
            self.rows += rows
        else:
            self.failed += 1
            complain(error)

    def show(self, tables: Tables) -> None:
        """Take as many rows as are wanted still."""
        self.shown.extend(tables.quantities[: max(0, self.wanted - len(self.shown))])

    def line(self) -> str:
        """The sum in words."""
        parts = [f"{self.done} 篇 documents", f"{self.rows} 行 rows"]
        if self.failed:
            parts.append(f"{self.failed} 篇失败 failed")
        if self.done_before:
            parts.append(f"{self.done_before} 篇早已完成 done before")
        if self.failed_before:
            parts.append(f"{self.failed_before} 篇早已失败 failed before (--retry-failed)")
        if self.left:
            parts.append(f"{self.left} 篇未处理 left")
        return ", ".join(parts)

    def code(self) -> int:
        """The exit code. What the store has counts, whichever run has put it there."""
        if not self.failed and not self.failed_before:
            return 0
        return 3 if self.done or self.done_before else 1

    def end(self) -> None:
        """Say the sum, and exit where documents failed."""
        note(self.line())
        if self.code():
            raise typer.Exit(self.code())


def _directly(
    inputs: list[Input], job: Job, batch: Batch, choice: Choice, out: Writers, total: Sum, *, bar: bool
) -> None:
    """Write every outcome as it comes."""
    name = job.name()
    workers = batch.workers_for(len(inputs))
    with (
        closing(run_batch(inputs, job, workers, batch.timeout)) as outcomes,
        progress("提取 extract", len(inputs), bar=bar or not sys.stdout.isatty()) as advance,
    ):
        for outcome in marked(outcomes):
            _write(outcome, choice.of(outcome.tables(name)), out, total)
            advance(1)


def _write(outcome: Outcome, tables: Tables, out: Writers, total: Sum) -> None:
    out.write(outcome.extraction.annotated if outcome.extraction else None, tables)
    total.add(None if outcome.error is None else str(outcome.error), len(tables.quantities))
    total.show(tables)


def preview(inputs: list[Input], job: Job, path: Path | None, batch: Batch) -> None:
    """Say how many files of which kind there are, and what the store has of them; write nothing."""
    kinds = Counter(item.path.suffix.lower() or item.path.name for item in inputs)
    for kind, number in sorted(kinds.items()):
        print(f"{kind}\t{number}")
    number = len(inputs)
    if path is not None:
        with open_store(path, read_only=True) if path.exists() else nullcontext() as store:
            states = Counter(known.state for known in survey(store, inputs, job))
        for state in STATES:
            print(f"{_STATES_ZH[state]} {state}\t{states[state]}")
        number = sum(states[state] for state in wanted_states(retry_failed=batch.retry_failed, force=batch.force))
    note(f"将处理 {number if batch.limit is None else min(number, batch.limit)} 篇 documents would be done")


def _by_store(
    path: Path,
    inputs: list[Input],
    job: Job,
    batch: Batch,
    choice: Choice,
    out: Writers,
    total: Sum,
    *,
    exported: bool,
) -> None:
    """Do what the store has not yet, and write the inputs' documents out of it."""
    with open_store(path) as store:
        with progress("查对 check", len(inputs)) as advance:
            known = []
            for one in survey(store, inputs, job):
                known.append(one)
                advance(1)
        wanted = plan(store, known, limit=batch.limit, retry_failed=batch.retry_failed, force=batch.force)
        try:
            _fill(store, wanted, job, batch, total)
        except KeyboardInterrupt:
            note(f"{path}: 已完成的都在,再次运行即接着做 what is done is there; run again to go on")
            raise
        total.done_before, total.failed_before = wanted.done, wanted.failed
        total.left = len(inputs) - len(wanted.tasks) - wanted.done - wanted.failed
        if exported:
            for tables in export_documents(store, choice, out, wanted.documents):
                total.show(tables)


def _fill(store: Store, wanted: Plan, job: Job, batch: Batch, total: Sum) -> None:
    workers = batch.workers_for(len(wanted.tasks))
    if wanted.tasks:
        with (
            closing(run_plan(store, wanted.tasks, job, workers, batch.timeout)) as results,
            progress("提取 extract", len(wanted.tasks)) as advance,
        ):
            for stored in results:
                total.add(stored.error, stored.rows)
                advance(1)
    with progress("查重 reposts", store.counts().get("ok", 0)) as advance:
        for looked_at in store.mark_reposts():
            advance(looked_at)
