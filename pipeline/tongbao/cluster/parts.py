"""A chunk of documents → the files of its part. This runs in the workers, and imports nothing of Dask."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from time import monotonic
from typing import IO
from uuid import uuid4

from tongbao.batch import Input, Outcome
from tongbao.batch_store import ContentHashes
from tongbao.batch_workers import Job, lost
from tongbao.cluster.manifest import ANNOTATIONS, Failure, Record, Source, part_path
from tongbao.errors import ModelError, ReadingError, TongbaoError, WritingError
from tongbao.row_filters import at_least
from tongbao.workers import Lost
from tongbao.writing import TableName, WriteOptions, Writer, Writers, open_writer
from tongbao.writing.columns import rows_of

#: In the folder of an attempt: the number of the document that it is at, for when its worker ends there.
MARK = "at"
_SHARED = "it has to lie on a file system that all machines share, under the same path"


@dataclass(frozen=True, slots=True)
class Order:
    """What is done with every chunk: the job, which rows are written how, and what model the client has."""

    job: Job
    write: WriteOptions = field(default_factory=WriteOptions)
    confidence: float = 0.0
    model: str = ""
    options: str = ""

    def checked(self) -> Order:
        """The order with whole paths, the hash of the model and all that changes rows: what workers compare theirs to.

        Raises:
            ModelError, LexiconError: the model or the words cannot be read.
        """
        job = replace(self.job, model=_absolute(self.job.model), lexicon=_absolute(self.job.lexicon))
        rows = {"headers": self.write.headers, "min_confidence": self.confidence, "tables": self.write.tables}
        options = json.dumps({**json.loads(self.job.options()), **rows}, sort_keys=True)
        return replace(self, job=job, model=self.job.model_hash(), options=options)


@dataclass(frozen=True, slots=True)
class Task:
    """A chunk to be done: ``sources`` are where its inputs come from.

    ``before`` are the hashes of the inputs when it was done with the same model and options: where they are still the
    same there is nothing to do. ``seen``: the client saw at least one of the files.
    """

    name: str
    inputs: tuple[Input, ...]
    sources: tuple[str, ...]
    before: tuple[str | None, ...] | None = None
    seen: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What a worker made of a chunk: a record with the folder of its files, or an error; neither: it is unchanged."""

    record: Record | None = None
    files: Path | None = None
    error: TongbaoError | None = None


#: A process works on one chunk at a time, whatever number of threads its worker has: they would share one interpreter.
_ALONE = threading.Lock()


def do_chunk(order: Order, task: Task, work: Path) -> Answer:
    """Read, extract and write a chunk into a new folder in ``work``, the folder of the run.

    What ends the run (another model here, no room, paths that this machine does not have) comes back as an error.
    """
    with _ALONE:
        try:
            return _do_chunk(order, task, work)
        except TongbaoError as error:
            return Answer(error=error)


def _do_chunk(order: Order, task: Task, work: Path) -> Answer:
    if not work.is_dir():
        raise WritingError(str(work), "a worker does not see the output folder", _SHARED)
    hashes = _hashes(work)
    digests = tuple(hashes.of(item) for item in task.inputs)
    if digests == task.before:
        return Answer()
    if task.seen and not any(digests) and not any(_file(item).exists() for item in task.inputs):
        raise ReadingError(str(_file(task.inputs[0])), "a worker does not see this file", _SHARED)
    files = new_attempt(work, task.name)
    with (files / MARK).open("w", encoding="ascii") as mark:
        function = _loaded(order.job, order.model)
        record = write_part(order, task, digests, files, _outcomes(function, task.inputs, mark))
    (files / MARK).unlink()
    return Answer(record, files)


def _absolute(path: Path | None) -> Path | None:
    return None if path is None else path.absolute()


def _file(item: Input) -> Path:
    return item.path if item.member is None else item.member.archive


def new_attempt(work: Path, name: str) -> Path:
    """A folder for one try of a chunk: a worker that was thought lost may still be at another."""
    files = work / f"{name}-{uuid4().hex}"
    files.mkdir()
    return files


def marks(work: Path, name: str) -> list[int | None]:
    """Where the tries of a chunk are, or were when their worker ended: the number of a document, or none begun."""
    found: list[int | None] = []
    for path in sorted(work.glob(f"{name}-*/{MARK}")):
        with suppress(FileNotFoundError):
            text = path.read_text("ascii")
            found.append(int(text) if text else None)
    return found


@lru_cache(maxsize=1)
def _hashes(work: Path) -> ContentHashes:
    """One for a run: an archive of many chunks is hashed once a process."""
    return ContentHashes()


@lru_cache(maxsize=1)
def _loaded(job: Job, model: str) -> Callable[[Sequence[Input]], Sequence[Outcome]]:
    """The model, once a process.

    Raises:
        ModelError: it is not the one that the client has.
    """
    here = job.model_hash()
    if here != model:
        reason = f"a worker has another model: {here[:12]}…, not {model[:12]}…"
        raise ModelError(str(job.model or "the default model"), reason, "install the same version everywhere")
    return job()


def _outcomes(
    function: Callable[[Sequence[Input]], Sequence[Outcome]], inputs: Sequence[Input], mark: IO[str]
) -> Iterator[Outcome]:
    """One after the other, so that it shows at which one a worker ended."""
    for number, item in enumerate(inputs):
        mark.seek(0)
        mark.write(f"{number:06}")
        mark.flush()
        begun = monotonic()
        try:
            yield from function([item])
        except SystemExit as error:  # whatever a library does, the next document is served
            yield lost(item, Lost("failed", f"SystemExit: {error}", monotonic() - begun))


def write_part(
    order: Order, task: Task, digests: Iterable[str | None], files: Path, outcomes: Iterable[Outcome]
) -> Record:
    """Write the files of a part into ``files``: a table each, and the annotations.

    Raises:
        WritingError: they cannot be written.
    """
    tables = order.write.tables
    rows: Counter[TableName] = Counter(dict.fromkeys(tables, 0))
    failures: list[Failure] = []
    name = order.job.name()
    with Writers(_writers(order.write, files)) as out:
        for outcome in outcomes:
            made = at_least(outcome.tables(name), order.confidence)
            out.write(outcome.extraction.annotated if outcome.extraction else None, made)
            rows.update({table: len(rows_of(made, table)) for table in tables})
            if outcome.error is not None:
                failures.append(Failure(outcome.input.id, outcome.status, str(outcome.error)))
    inputs = zip(task.inputs, task.sources, digests, strict=True)
    return Record(
        name=task.name,
        inputs=tuple(Source(item.id, source, digest) for item, source, digest in inputs),
        parts=tuple(part_path(table, task.name) for table in (*tables, ANNOTATIONS)),
        rows={str(table): number for table, number in rows.items()},
        failures=tuple(failures),
        model=order.model,
        options=order.options,
    )


def _writers(options: WriteOptions, files: Path) -> list[Writer]:
    out: list[Writer] = [
        open_writer(files / f"{table}.parquet", replace(options, tables=(table,))) for table in options.tables
    ]
    return [*out, open_writer(files / f"{ANNOTATIONS}.jsonl", options)]
