"""A program and all that it starts: how long it ran, and how much memory its processes had."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, mode

import psutil

#: Seconds between two looks at the memory.
_PAUSE = 1.0


@dataclass(frozen=True, slots=True)
class Run:
    """How a program ended. ``processor`` is the processor time of all its processes in seconds; memory is resident, in
    bytes.

    ``largest`` is the peak of the largest of its processes, as the system keeps it (what ``/usr/bin/time -v`` prints);
    ``samples`` are the sums over all processes at every look, each with how many processes there were; ``parent`` and
    ``worker`` the most seen of the program itself and of any process that it started. Pages that processes share count
    in each of them.
    """

    code: int
    seconds: float
    processor: float
    largest: int
    samples: tuple[tuple[int, int], ...]
    parent: int
    worker: int

    def edges(self) -> tuple[float, float]:
        """Means of the first and of the last tenth of the samples, of those only with as many processes as most of them
        have: before and after, a program starts up and puts away.
        """
        usual = mode(processes for _, processes in self.samples) if self.samples else 0
        inner = [memory for memory, processes in self.samples if processes == usual] or [0]
        tenth = max(1, len(inner) // 10)
        return mean(inner[:tenth]), mean(inner[-tenth:])


def run(command: Sequence[str], log: Path) -> Run:
    """Run the command to its end; its output goes to ``log``."""
    samples: list[tuple[int, int]] = []
    parent = worker = 0
    begun = time.monotonic()
    with log.open("wb") as stream:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream)
        while True:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                process.returncode = os.waitstatus_to_exitcode(status)
                break
            own, others = _memory(process.pid)
            samples.append((own + sum(others), 1 + len(others)))
            parent, worker = max(parent, own), max(worker, *others, 0)
            time.sleep(_PAUSE)
    # Kilobytes on Linux.
    largest = usage.ru_maxrss * 1024
    processor = usage.ru_utime + usage.ru_stime
    return Run(process.returncode, time.monotonic() - begun, processor, largest, tuple(samples), parent, worker)


def _memory(pid: int) -> tuple[int, list[int]]:
    """Of a process and of each process below it."""
    try:
        process = psutil.Process(pid)
        below = process.children(recursive=True)
    except psutil.Error:
        return 0, []
    return _resident(process), [_resident(one) for one in below]


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def megabytes(size: float) -> str:
    """A size for people."""
    return f"{size / 1e6:,.0f}"
