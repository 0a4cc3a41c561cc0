"""Processes that work on tasks: one that hangs or dies costs the task it was at, is replaced, and the others go on.

``concurrent.futures`` gives up the whole pool when one process dies, and cannot end one that hangs; hence this pool,
over ``multiprocessing`` connections. Processes are spawned, never forked: libraries with threads do not survive a fork.
A script that uses more than one worker therefore needs ``if __name__ == "__main__":`` around what it does.

Every process may take its share of the machine's memory and no more (``tongbao.memory``); a task that asks for more
fails. The pool's own memory is bounded: tasks are drawn when a worker has room for one, and what is finished but not
yet due waits in a buffer no longer than the tasks in flight.
"""

from __future__ import annotations

import os
import signal
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from multiprocessing.reduction import ForkingPickler
from types import TracebackType
from typing import Any, Generic, Literal, Self, TypeAlias, TypeVar

from tongbao.errors import ProcessingError, TongbaoError
from tongbao.memory import limit_memory, share_of_memory

T = TypeVar("T")
R = TypeVar("R")
#: Called once in every process; what it returns is called with every task. Pickled: a class or function of a module.
Setup: TypeAlias = Callable[[], Callable[[T], R]]

#: Tasks that a worker holds: the one it is at and the next, so that it need not wait for an answer between the two.
_HELD = 2
#: With results in order: how many tasks a worker the slowest may hold up.
_AHEAD = 8
#: A task of more bytes is handed to an idle worker only: two ends that both write into full pipes wait for ever.
_SMALL = 1 << 14
#: So many processes in a row that end before they are ready are no accident.
_STILLBORN = 3
#: Seconds that an idle worker gets to leave by itself.
_PATIENCE = 2.0

#: One thread a process: the workers share the cores, and sums do not depend on how many threads made them.
ONE_THREAD: Mapping[str, str] = dict.fromkeys(
    ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)


@dataclass(frozen=True, slots=True)
class Lost:
    """A task without a result: it took too long, its process died, or it raised; ``seconds`` since it began."""

    how: Literal["timeout", "crashed", "failed"]
    reason: str
    seconds: float


@dataclass(slots=True)
class _Worker:
    """A process and what it was given; ``since`` is when it began the first of its tasks."""

    process: SpawnProcess
    connection: Connection[Any, Any]
    ready: bool = False
    held: deque[int] = field(default_factory=deque)
    since: float = 0.0


class Pool(Generic[T, R]):
    """``workers`` processes that each call ``setup`` once; a context that leaves no process behind.

    Args:
        timeout: seconds that a task may take, not counting the start of its process; ``None`` for ever.
    """

    def __init__(self, setup: Setup[T, R], workers: int, timeout: float | None = None) -> None:
        self._setup = setup
        self._number = workers
        self._timeout = timeout
        self._context = get_context("spawn")
        self._workers: list[_Worker] = []
        self._stillborn = 0
        self._waiting: deque[int] = deque()
        self._tasks: dict[int, tuple[T, bytes]] = {}
        self._drawn = 0
        # What a killed worker leaves in its folder for temporary files goes with the pool.
        self._scratch = tempfile.TemporaryDirectory(prefix="tongbao-", ignore_cleanup_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(patient=kind is None)

    def run(self, tasks: Iterable[T], *, ordered: bool = True) -> Iterator[tuple[T, R | Lost]]:
        """The tasks with their results, in the order of the tasks or else as they are finished.

        Raises:
            TongbaoError: what ``setup`` raised in a worker.
            ProcessingError: workers end before they are ready, again and again.
        """
        source = iter(tasks)
        finished: dict[int, R | Lost] = {}
        due = 0
        while True:
            self._hand_out(source, due + _AHEAD * self._number if ordered else None)
            if not self._tasks:
                return
            for number, result in self._collect():
                finished[number] = result
            for number in list(finished) if not ordered else self._in_order(finished, due):
                task, _ = self._tasks.pop(number)
                due += 1
                yield task, finished.pop(number)

    @staticmethod
    def _in_order(finished: Mapping[int, object], due: int) -> Iterator[int]:
        while due in finished:
            yield due
            due += 1

    # Handing out.

    def _hand_out(self, source: Iterator[T], limit: int | None) -> None:
        """Give tasks to workers that have room; with ``limit`` none of that number or a later one."""
        while True:
            if not self._waiting and not self._draw(source, limit):
                return
            if not self._give(self._waiting[0]):
                return
            self._waiting.popleft()

    def _draw(self, source: Iterator[T], limit: int | None) -> bool:
        """Take the next task where a worker has room for it; whether there was one."""
        room = self._room() or any(len(worker.held) < _HELD for worker in self._workers)
        if not room or (limit is not None and self._drawn >= limit):
            return False
        for task in source:
            self._tasks[self._drawn] = (task, bytes(ForkingPickler.dumps(task)))
            self._waiting.append(self._drawn)
            self._drawn += 1
            return True
        return False

    def _room(self) -> bool:
        return len(self._workers) < self._number

    def _give(self, number: int) -> bool:
        """Hand a task to the worker that will be at it first; whether there is one."""
        packed = self._tasks[number][1]
        small = len(packed) <= _SMALL
        free = [worker for worker in self._workers if not worker.held]
        if not free and self._room():
            free = [self._start()]
        takers = [worker for worker in free if small or worker.ready]
        if small and not takers:
            takers = [worker for worker in self._workers if len(worker.held) < _HELD]
        for worker in takers[:1]:
            if not worker.held:
                worker.since = time.monotonic()
            worker.held.append(number)
            # A worker that has just died is found when its answers are collected.
            with suppress(OSError):
                worker.connection.send_bytes(packed)
            return True
        return False

    def _start(self) -> _Worker:
        here, there = self._context.Pipe()
        given = (there, self._setup, share_of_memory(self._number))
        process = self._context.Process(target=_serve, args=given, daemon=True)
        folder = self._scratch.name
        with _environment({**ONE_THREAD, "TMPDIR": folder, "TEMP": folder, "TMP": folder}), _without_interrupts():
            process.start()
        there.close()
        worker = _Worker(process, here)
        self._workers.append(worker)
        return worker

    # Collecting.

    def _collect(self) -> Iterator[tuple[int, R | Lost]]:
        """Wait for what happens next: results, deaths, or a worker that is over its time."""
        signs: list[Any] = [worker.connection for worker in self._workers]
        signs += [worker.process.sentinel for worker in self._workers]
        happened = wait(signs, self._patience())
        for worker in list(self._workers):
            try:
                while worker.connection.poll():
                    yield from self._received(worker, *worker.connection.recv())
            except (EOFError, OSError):
                yield from self._died(worker)
                continue
            if worker.process.sentinel in happened:
                yield from self._died(worker)
            elif self._late(worker):
                yield from self._buried(worker, "timeout")

    def _patience(self) -> float | None:
        """Seconds until the first worker is over its time."""
        if self._timeout is None:
            return None
        begun = [worker.since for worker in self._workers if worker.ready and worker.held]
        return max(0.0, min(begun) + self._timeout - time.monotonic()) if begun else None

    def _received(self, worker: _Worker, kind: str, value: Any) -> Iterator[tuple[int, R | Lost]]:
        now = time.monotonic()
        seconds, worker.since = now - worker.since, now
        if kind == "ready":
            worker.ready, self._stillborn = True, 0
        elif kind == "broken":
            raise value
        else:
            number = worker.held.popleft()
            yield number, value if kind == "done" else Lost("failed", value, seconds)

    def _late(self, worker: _Worker) -> bool:
        over = self._timeout is not None and time.monotonic() - worker.since >= self._timeout
        return over and worker.ready and bool(worker.held) and not worker.connection.poll()

    def _died(self, worker: _Worker) -> Iterator[tuple[int, Lost]]:
        if worker.ready:
            yield from self._buried(worker, "crashed")
            return
        self._stillborn += 1
        self._waiting.extendleft(reversed(worker.held))
        ending = self._remove(worker)
        if self._stillborn >= _STILLBORN:
            remedy = 'in a script, stand under if __name__ == "__main__":; else see what it printed, or free memory'
            raise ProcessingError("workers", f"they end before they begin: {ending}", remedy)

    def _buried(self, worker: _Worker, how: Literal["timeout", "crashed"]) -> Iterator[tuple[int, Lost]]:
        """The task that a worker was at is lost; the next one goes back."""
        first, rest = list(worker.held)[:1], list(worker.held)[1:]
        self._waiting.extendleft(reversed(rest))
        ending = self._remove(worker)
        reason = f"its process ended: {ending}" if how == "crashed" else f"not finished after {self._timeout:g} seconds"
        for number in first:
            yield number, Lost(how, reason, time.monotonic() - worker.since)

    def _remove(self, worker: _Worker) -> str:
        """How the worker ended, now that it has."""
        self._workers.remove(worker)
        _kill(worker)
        return _ending(worker.process.exitcode)

    def close(self, *, patient: bool) -> None:
        """End all workers: idle ones by themselves where there is time, the others by force."""
        workers, self._workers = self._workers, []
        for worker in workers:
            worker.connection.close()
        end = time.monotonic() + (_PATIENCE if patient else 0.0)
        for worker in workers:
            if patient and worker.ready and not worker.held:
                worker.process.join(max(0.0, end - time.monotonic()))
                if worker.process.exitcode is not None:
                    continue
            _kill(worker)
        self._scratch.cleanup()


def work(
    tasks: Iterable[T], setup: Setup[T, R], workers: int, timeout: float | None = None, *, ordered: bool = True
) -> Generator[tuple[T, R | Lost], None, None]:
    """``Pool.run``; one worker without a time limit is this process itself, and what a task raises comes through."""
    if workers == 1 and timeout is None:
        function = setup()
        for task in tasks:
            yield task, function(task)
        return
    with Pool(setup, workers, timeout) as pool:
        yield from pool.run(tasks, ordered=ordered)


# The other side: what runs in the process of a worker.


def _serve(connection: Connection[Any, Any], setup: Setup[T, R], memory: int | None) -> None:
    """Set up, then answer every task with ``done`` or ``failed`` until nobody sends any more."""
    _detach()
    limit_memory(memory)
    try:
        function = setup()
    except TongbaoError as error:
        connection.send(("broken", error))
        return
    except Exception as error:
        reason = f"unforeseen {type(error).__name__}: {error}"
        connection.send(("broken", ProcessingError("workers", reason, "please report it")))
        return
    connection.send(("ready", None))
    while True:
        try:
            task = connection.recv()
        except (EOFError, OSError):
            return
        try:
            reply = bytes(ForkingPickler.dumps(("done", function(task))))
        except BaseException as error:  # SystemExit, too: whatever a library does, the next task is served
            reply = bytes(ForkingPickler.dumps(("failed", f"{type(error).__name__}: {error}")))
        with suppress(OSError):
            connection.send_bytes(reply)


def _detach() -> None:
    """Leave Ctrl-C to the parent, standard output to its data, and do not outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "setpgid"):
        # A group of its own: what a reader has started ends with its worker.
        os.setpgid(0, 0)
    with suppress(OSError):
        os.dup2(2, 1)
    threading.Thread(target=_follow_parent, daemon=True).start()


def _follow_parent() -> None:
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


# Small parts.


def _ending(code: int | None) -> str:
    if code is None:
        return "it does not answer"
    if code >= 0:
        return f"exit code {code}"
    with suppress(ValueError):
        name = signal.Signals(-code).name
        return f"{name}, perhaps for want of memory" if name == "SIGKILL" else name
    return f"signal {-code}"


def _kill(worker: _Worker) -> None:
    """End a process that nobody has waited for yet (its number is still its own), and all that it has started."""
    process = worker.process
    if hasattr(os, "killpg") and process.pid is not None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.join()
    with suppress(OSError):
        worker.connection.close()


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """A block with other environment variables: numpy reads them when it is loaded, before any code of ours runs."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """A block that Ctrl-C waits for; a process that starts in it never gets one, not even while it loads."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
