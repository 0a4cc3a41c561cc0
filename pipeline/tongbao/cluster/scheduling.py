"""Chunks → a Dask cluster, and what comes of them → the folder.

Dask gives the chunk of a lost worker to another one. A chunk that has lost several (``allowed-failures`` of the
scheduler) is given up by Dask, and taken apart here: every try leaves a mark of the document that it is at, so the
suspects go on alone. A document at which two workers have ended is a failure.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib import import_module
from itertools import islice
from pathlib import Path
from string import ascii_lowercase
from typing import Any
from uuid import uuid4

from tongbao.batch_store import ContentHashes
from tongbao.batch_workers import lost
from tongbao.cluster.manifest import UNFINISHED, Manifest, Record
from tongbao.cluster.parts import Answer, Order, Task, do_chunk, marks, new_attempt, write_part
from tongbao.errors import ProcessingError
from tongbao.workers import Lost
from tongbao.writing.base import telling

#: Chunks that are with the scheduler at any time: enough for some hundred processes, and little of its memory.
_IN_FLIGHT = 1024
#: So many workers that end at one document are no accident.
_DEADLY = 2
#: So many times a chunk in flight may be given up before a document was begun, with nothing finished in between.
_STILLBORN = 3
#: What goes wrong with a file system for a moment.
_RETRIES = 2
#: Seconds that the scheduler has to answer.
_PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Done:
    """A chunk that is in the folder; ``before``: an earlier run has done it."""

    record: Record
    before: bool


@contextmanager
def connect(address: str) -> Iterator[Any]:
    """A client of the scheduler at ``address`` (``tcp://…``, ``tls://…``).

    Raises:
        ProcessingError: the extra is not installed, or no scheduler answers.
    """
    try:
        distributed = import_module("distributed")
    except ModuleNotFoundError as error:
        reason = f"a cluster needs the library {error.name}, which is not installed"
        raise ProcessingError(address, reason, 'pip install "tongbao[dask]"') from error
    try:
        client = distributed.Client(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        remedy = "start one with `dask scheduler`, and check host and port"
        raise ProcessingError(address, f"no scheduler answers: {error}", remedy) from error
    try:
        yield client
    finally:
        # What still runs on the workers ends with its chunk, and nobody takes what it writes.
        with suppress(OSError, TimeoutError):
            client.close(timeout=_PATIENCE)


def run_plan(client: Any, manifest: Manifest, tasks: Sequence[Task], order: Order) -> Generator[Done, None, None]:
    """Do the chunks, and put each into the folder as soon as it is finished; yields it then.

    Raises:
        TongbaoError: what ends the run: a worker has another model or does not see the files, the folder cannot be
            written to, the scheduler went away, or workers end before they begin. What is done stays done.
    """
    work = (manifest.folder / UNFINISHED / uuid4().hex).absolute()
    with telling(manifest.folder):
        work.mkdir(parents=True)
    run = _Run(client, manifest, order, work)
    try:
        yield from run.all(tasks)
    finally:
        run.cancel()
        shutil.rmtree(work.parent, ignore_errors=True)


@dataclass(slots=True)
class _Run:
    """``flying`` are the chunks that are with the scheduler, ``fruitless`` counts those given up since the last one
    that was finished.
    """

    client: Any
    manifest: Manifest
    order: Order
    work: Path
    flying: dict[Any, Task] = field(default_factory=dict)
    fruitless: int = 0

    def all(self, tasks: Sequence[Task]) -> Iterator[Done]:
        """Keep the cluster busy until all chunks are done."""
        distributed = import_module("distributed")
        killed: type[Exception] = import_module("distributed.scheduler").KilledWorker
        source = iter(tasks)
        finished = distributed.as_completed(loop=self.client.loop)
        self._submit(islice(source, _IN_FLIGHT), finished.add)
        for future in finished:
            task = self.flying.pop(future)
            if future.status == "finished":
                yield self._accepted(task, future.result())
                self.fruitless = 0
                more = list(islice(source, 1))
            elif future.status == "error" and isinstance(future.exception(), killed):
                culprit, parts = self._taken_apart(task)
                if culprit is not None:
                    yield Done(culprit, before=False)
                more = [*parts, *islice(source, 0 if culprit is None else 1)]
            else:
                raise self._broken(future)
            future.release()
            self._submit(more, finished.add)

    def cancel(self) -> None:
        """Take back what was not finished."""
        with suppress(Exception):  # the scheduler may be what has gone
            self.client.cancel(list(self.flying), force=True)

    def _submit(self, tasks: Iterable[Task], add: Callable[[Any], None]) -> None:
        for task in tasks:
            key = f"tongbao-{task.name}-{uuid4().hex}"
            future = self.client.submit(do_chunk, self.order, task, self.work, key=key, pure=False, retries=_RETRIES)
            self.flying[future] = task
            add(future)

    def _accepted(self, task: Task, answer: Answer) -> Done:
        if answer.error is not None:
            raise answer.error
        if answer.record is None or answer.files is None:
            return Done(self.manifest.records[task.name], before=True)
        self._accept(answer.record, answer.files)
        return Done(answer.record, before=False)

    def _accept(self, record: Record, files: Path) -> None:
        self.manifest.accept(record, files)
        shutil.rmtree(files, ignore_errors=True)

    def _taken_apart(self, task: Task) -> tuple[Record | None, list[Task]]:
        """What becomes of a chunk that workers ended with: a failure where its one document is to blame, else smaller
        chunks; the same again where others were, as Dask blames all chunks that a worker holds.
        """
        begun = [number for number in marks(self.work, task.name) if number is not None]
        if not begun:
            self.fruitless += 1
            if self.fruitless > _STILLBORN * (len(self.flying) + 1):
                remedy = "see their logs; give them more memory, or more patience in the configuration of Dask"
                raise ProcessingError("workers", "they end before they begin a document", remedy)
            return None, [task]
        self.fruitless = 0
        if len(task.inputs) > 1:
            self.manifest.drop(task.name)
            return None, apart(task, begun)
        return (self._failed(task, len(begun)), []) if len(begun) >= _DEADLY else (None, [task])

    def _failed(self, task: Task, times: int) -> Record:
        item = task.inputs[0]
        outcome = lost(item, Lost("crashed", f"{times} workers ended at it", 0.0))
        with telling(self.manifest.folder):
            files = new_attempt(self.work, task.name)
        record = write_part(self.order, task, [ContentHashes().of(item)], files, [outcome])
        self._accept(record, files)
        return record

    def _broken(self, future: Any) -> ProcessingError:
        if future.status == "error":
            error = future.exception()
            reason = f"a chunk failed: {type(error).__name__}: {error}"
        else:
            reason = "the scheduler has gone, or its work was cancelled"
        return ProcessingError("cluster", reason, "run again: what is done is kept")


def apart(task: Task, suspects: Sequence[int]) -> list[Task]:
    """A chunk in pieces: each suspect alone, and what stands between them. The names of the pieces sort as they stand,
    and before that of the next chunk.
    """
    cuts = {0, len(task.inputs)}
    # No more pieces than letters: 12 suspects and what stands between.
    for number in sorted(set(suspects))[:12]:
        cuts |= {number, number + 1}
    bounds = sorted(cuts)
    return [
        Task(task.name + letter, task.inputs[start:end], task.sources[start:end], None, task.seen)
        for letter, start, end in zip(ascii_lowercase, bounds, bounds[1:], strict=False)
    ]
