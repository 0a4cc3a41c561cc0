"""Tasks that a worker does several of at a time, with results one by one, as if each had been a task of its own.

A group that takes too long, raises or ends its process is done again, each of its tasks alone: then it shows which one
it was, and that one is lost after the time that it is allowed, and no other.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Generic, Self, TypeVar

from tongbao.workers import Lost, Setup, work

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class _Group(Generic[T]):
    """Neighbouring tasks; ``first`` is the number of the first one."""

    first: int
    tasks: tuple[T, ...]


@dataclass(frozen=True, slots=True)
class _Unpacking(Generic[T, R]):
    """A setup for groups, from one for sequences of tasks."""

    setup: Setup[Sequence[T], Sequence[R]]

    def __call__(self) -> Callable[[_Group[T]], Sequence[R]]:
        return partial(_unpacked, self.setup())


def _unpacked(function: Callable[[Sequence[T]], Sequence[R]], group: _Group[T]) -> Sequence[R]:
    return function(group.tasks)


class _Source(Generic[T]):
    """The groups, and before the next one those that are to be done again; may go on after it was at its end."""

    def __init__(self, groups: Iterator[Sequence[T]]) -> None:
        self._groups = groups
        self._number = 0
        self._again: deque[_Group[T]] = deque()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> _Group[T]:
        if self._again:
            return self._again.popleft()
        tasks = next(self._groups)
        first = self._number
        self._number += len(tasks)
        return _Group(first, tuple(tasks))

    def take_apart(self, group: _Group[T]) -> None:
        """Give the tasks of a group once more, each alone."""
        self._again.extend(_Group(group.first + number, (task,)) for number, task in enumerate(group.tasks))


def work_in_groups(
    groups: Iterable[Sequence[T]],
    setup: Setup[Sequence[T], Sequence[R]],
    workers: int,
    timeout: float | None = None,
    *,
    ordered: bool = True,
) -> Generator[tuple[T, R | Lost], None, None]:
    """The tasks of all groups with their results, in order or else as they are finished (``tongbao.workers.work``).

    Args:
        setup: makes what gives the results of a sequence of tasks, in their order.
        timeout: seconds that a task may take. No group gets more: where it is not finished, each of its tasks gets as
            much alone.
    """
    source = _Source(iter(groups))
    finished: dict[int, tuple[T, R | Lost]] = {}
    due = 0
    with closing(work(source, _Unpacking(setup), workers, timeout, ordered=ordered)) as results:
        for group, result in results:
            if isinstance(result, Lost) and len(group.tasks) > 1:
                source.take_apart(group)
                continue
            for number, task in enumerate(group.tasks):
                finished[group.first + number] = (task, result if isinstance(result, Lost) else result[number])
            if not ordered:
                yield from finished.values()
                finished.clear()
            while due in finished:
                yield finished.pop(due)
                due += 1
