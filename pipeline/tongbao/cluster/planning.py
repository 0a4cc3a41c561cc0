"""Inputs and a manifest → the chunks that are to be done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from string import ascii_lowercase

from tongbao.batch import Input, free_id
from tongbao.batch_store import source_of
from tongbao.cluster.manifest import Manifest, Record
from tongbao.cluster.parts import Order, Task
from tongbao.errors import ReadingError, WritingError
from tongbao.extraction import runs

#: A chunk ends with so many documents, or before it is larger than so many bytes: seconds of work, beside which the
#: millisecond that a scheduler needs for a task does not count.
DOCUMENTS = 64
BYTES = 256_000


@dataclass(frozen=True, slots=True)
class Plan:
    """Chunks in the order of their names; ``left`` documents are left by a limit."""

    tasks: Sequence[Task]
    left: int


def plan(
    manifest: Manifest,
    inputs: Iterable[Input],
    order: Order,
    *,
    documents: int = DOCUMENTS,
    size: int = BYTES,
    limit: int | None = None,
    retry_failed: bool = False,
    force: bool = False,
) -> Plan:
    """What is to be done: a chunk that is there keeps its documents, new ones make new chunks.

    Whether the files of a finished chunk have changed is looked at where it would be done again.

    Args:
        limit: do no more documents than so many (those of a chunk that is done again stay together).
        retry_failed: do a chunk again in which a document failed.
        force: do everything again, and drop documents that are not among the inputs.

    Raises:
        ReadingError: standard input, which workers do not have.
        WritingError: the folder has documents that are not among the inputs.
    """
    waiting = {_source(item): item for item in map(_absolute, inputs)}
    taken = {one.id for record in manifest.records.values() for one in record.inputs}
    tasks: list[Task] = []
    room, left = len(waiting) if limit is None else limit, 0
    for name, record in sorted(manifest.records.items()):
        gone = [one.source for one in record.inputs if one.source not in waiting]
        if gone and not force:
            reason = f"{gone[0]} was done here, and is not among the inputs"
            raise WritingError(str(manifest.folder), reason, "name all of them, or another folder, or use --force")
        if gone:
            manifest.drop(name)
            taken.difference_update(one.id for one in record.inputs)
            continue
        members = [replace(waiting.pop(one.source), id=one.id) for one in record.inputs]
        again = force or not _holds(manifest, record, order) or (retry_failed and bool(record.failures))
        task = _task(name, members, None if again else tuple(one.sha256 for one in record.inputs))
        if again and room <= 0:
            left += len(members)
            continue
        tasks.append(task)
        room -= len(members) if again else 0
    new = [_renamed(item, taken) for item in list(waiting.values())[: max(0, room)]]
    first = max((int(name.rstrip(ascii_lowercase)) + 1 for name in manifest.records), default=0)
    for number, chunk in enumerate(runs(new, lambda item: _bytes(item) or 0, size, documents), first):
        tasks.append(_task(f"{number:06}", chunk))
    return Plan(tasks, left + len(waiting) - len(new))


def _holds(manifest: Manifest, record: Record, order: Order) -> bool:
    """Whether a chunk was done as the order says, and its parts are there."""
    return (record.model, record.options) == (order.model, order.options) and manifest.whole(record)


def _task(name: str, inputs: Sequence[Input], before: tuple[str | None, ...] | None = None) -> Task:
    seen = any(_bytes(item) is not None for item in inputs)
    return Task(name, tuple(inputs), tuple(map(_source, inputs)), before, seen)


def _bytes(item: Input) -> int | None:
    """The size of a file; one in an archive counts nothing where the archive is there; ``None``: it is not there."""
    try:
        if item.member is None:
            return item.path.stat().st_size
        return 0 if item.member.archive.exists() else None
    except (OSError, ValueError):
        return None


def _absolute(item: Input) -> Input:
    """Workers have other working folders."""
    member = item.member and replace(item.member, archive=item.member.archive.absolute())
    return replace(item, path=item.path.absolute(), member=member)


def _source(item: Input) -> str:
    source = source_of(item)
    if source is None:
        raise ReadingError("-", "standard input does not reach the workers", "name files or folders")
    return source


def _renamed(item: Input, taken: set[str]) -> Input:
    name = free_id(item.id, taken)
    taken.add(name)
    return replace(item, id=name)
