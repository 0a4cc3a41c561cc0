"""Many documents into the store: what is done already, what is to do, and doing it.

A document is done where the ledger has it with the same content, the same model and the same options. It is stored as
soon as it is finished, in whatever order that is: its place in the tables was given to it before the first one began.
"""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal, TypeAlias

from tongbao import __version__
from tongbao.batch import Input, Outcome, free_id, resolved
from tongbao.batch_workers import Job, lost, together
from tongbao.groups import work_in_groups
from tongbao.reading.sidecar import sidecar_of
from tongbao.store import Entry, Key, Record, Run, Status, Store, encode
from tongbao.workers import Lost, Setup

#: ``new``: not in the store; ``pending``: known, and not yet done; ``changed``: done with another content, model or
#: option; ``failed``: done, and it failed; ``done``: there.
State: TypeAlias = Literal["new", "pending", "changed", "failed", "done"]
STATES: tuple[State, ...] = ("new", "pending", "changed", "failed", "done")


@dataclass(frozen=True, slots=True)
class Known:
    """An input, the key it would be stored under, and what the store has of it."""

    input: Input
    key: Key
    state: State
    entry: Entry | None


@dataclass(frozen=True, slots=True)
class Task:
    """A document to be done; ``document`` is its number in the store, and ``input`` has the id that it has there."""

    document: int
    input: Input
    key: Key


@dataclass(frozen=True, slots=True)
class Plan:
    """``tasks`` are to be done; ``documents`` are the numbers of all inputs, in their order; ``done`` and ``failed``
    count the inputs that are left as they are.
    """

    tasks: Sequence[Task]
    documents: Sequence[int]
    done: int
    failed: int


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a document, after it was stored; ``rows`` counts its quantities."""

    input: Input
    status: Status
    error: str | None
    rows: int


def survey(store: Store | None, inputs: Iterable[Input], job: Job) -> Iterator[Known]:
    """What the store has of every input. All files are read for their hashes; nothing is written.

    Raises:
        ModelError, LexiconError: the model or the words cannot be read.
        WritingError: the store is damaged.
    """
    model, options = job.model_hash(), _hash(job.options())
    hashes = ContentHashes()
    taken: set[int] = set()
    for item in inputs:
        key = Key(hashes.of(item), model, options)
        entry = None if store is None else store.find(item.id, source_of(item), key.content, taken)
        if entry is not None:
            taken.add(entry.document)
        yield Known(item, key, _state(entry, key), entry)


def _state(entry: Entry | None, key: Key) -> State:
    if entry is None:
        return "new"
    if entry.status == "pending":
        return "pending"
    if key.content is None or entry.key != (key.content, key.model, key.options):
        return "changed"
    return "done" if entry.status == "ok" else "failed"


def wanted_states(*, retry_failed: bool, force: bool) -> frozenset[State]:
    """What is to be done, by its state."""
    left_out: set[State] = set() if force else {"done"} if retry_failed else {"done", "failed"}
    return frozenset(STATES) - left_out


def plan(
    store: Store,
    known: Sequence[Known],
    *,
    limit: int | None = None,
    retry_failed: bool = False,
    force: bool = False,
) -> Plan:
    """Give every new document its number, in the order of the inputs, and say what is to be done.

    Args:
        limit: do no more than so many; the others are pending.
        retry_failed: do what failed again.
        force: do everything again.
    """
    wanted = wanted_states(retry_failed=retry_failed, force=force)
    tasks: list[Task] = []
    documents: list[int] = []
    with store.transaction():
        for one in known:
            if one.entry is None:
                name = free_id(one.input.id, store.ids(one.input.id))
                document = store.register(name, source_of(one.input))
            else:
                name, document = one.entry.doc_id, one.entry.document
            documents.append(document)
            if one.state in wanted and (limit is None or len(tasks) < limit):
                tasks.append(Task(document, replace(one.input, id=name), one.key))
    left = [one.state for one in known if one.state not in wanted]
    return Plan(tasks, documents, left.count("done"), left.count("failed"))


def run_plan(
    store: Store, tasks: Sequence[Task], job: Job, workers: int = 1, timeout: float | None = None
) -> Generator[Stored, None, None]:
    """Do the tasks and store every document as soon as it is finished; yields it then.

    Raises:
        ModelError, LexiconError: the model or the words cannot be loaded.
        ProcessingError: workers cannot be started.
        WritingError: the store cannot be written.
    """
    name, options = job.name(), job.options()
    run = store.begin(Run(__version__, name, job.model_hash(), options, _hash(options), workers))
    status: Literal["finished", "interrupted"] = "interrupted"
    try:
        yield from _run(store, tasks, _Recording(job, name), workers, timeout, run)
        status = "finished"
    finally:
        store.end(run, status)


def _run(
    store: Store, tasks: Sequence[Task], setup: _Recording, workers: int, timeout: float | None, run: int
) -> Iterator[Stored]:
    groups = together(tasks, timeout, lambda task: task.input)
    with closing(work_in_groups(groups, setup, workers, timeout, ordered=False)) as results:
        for task, result in results:
            record = _record(setup.name, lost(task.input, result)) if isinstance(result, Lost) else result
            store.add(task.document, record, task.key, run, source_of(task.input))
            yield Stored(task.input, record.status, record.error, len(record.rows["quantities"]))


@dataclass(frozen=True, slots=True)
class _Recording:
    """A setup that makes records, so that the workers do what can be done there; ``name`` is the model's."""

    setup: Setup[Sequence[Input], Sequence[Outcome]]
    name: str

    def __call__(self) -> Callable[[Sequence[Task]], list[Record]]:
        return partial(_recorded, self.name, self.setup())


def _recorded(
    name: str, function: Callable[[Sequence[Input]], Sequence[Outcome]], tasks: Sequence[Task]
) -> list[Record]:
    return [_record(name, outcome) for outcome in function([task.input for task in tasks])]


def _record(name: str, outcome: Outcome) -> Record:
    annotated = None if outcome.extraction is None else outcome.extraction.annotated
    error = None if outcome.error is None else str(outcome.error)
    return encode(outcome.tables(name), annotated, outcome.status, error, outcome.seconds)


def source_of(item: Input) -> str | None:
    """Where an input comes from, as the ledger has it; standard input comes from nowhere."""
    return None if item.data is not None else str(resolved(item.path))


class ContentHashes:
    """Hashes of all that inputs are read from. An archive is hashed once: its members count as changed when it does."""

    def __init__(self) -> None:
        self._archives: dict[Path, str | None] = {}

    def of(self, item: Input) -> str | None:
        """The hash of an input: its bytes and its sidecar; nothing where it cannot be read.

        What is no plain file (a pipe, a device) might not end, and has none.
        """
        if item.data is not None:
            return hashlib.sha256(item.data).hexdigest()
        if item.member is not None:
            archive = self._archive(item.member.archive)
            return None if archive is None else _hash(f"{archive} {item.member.name}")
        return _plain_hash(item.path)

    def _archive(self, path: Path) -> str | None:
        if path not in self._archives:
            self._archives[path] = _plain_hash(path)
        return self._archives[path]


def _plain_hash(path: Path) -> str | None:
    try:
        content = _file_hash(path)
        sidecar = sidecar_of(path)
        beside = None if sidecar is None else _file_hash(sidecar)
    except (OSError, ValueError):
        return None
    return content if content is None or beside is None else _hash(f"{content} {beside}")


def _file_hash(path: Path) -> str | None:
    if not stat.S_ISREG(path.stat().st_mode):
        return None
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
