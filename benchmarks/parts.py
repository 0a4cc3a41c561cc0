"""The parts of the benchmark of speed that run in processes of their own: start, memory, length, workers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from texts import documents_of

from tongbao.batch import find_inputs
from tongbao.batch_workers import Job, run_batch

_PROGRAM = (sys.executable, "-c", "from tongbao.cli import main; main()")
_ONE_PROCESS = Path(__file__).with_name("one_process.py")
#: Documents that each worker does before the clock begins, so that its start is not counted.
_WARM = 2


def cold_start(text: str, rounds: int) -> dict[str, tuple[float, float]]:
    """Median seconds, by the clock and by the processor, of ``tongbao --help`` and of ``tongbao extract`` of one
    document, each in a fresh process.
    """
    with TemporaryDirectory() as folder:
        bulletin = Path(folder) / "通报.txt"
        bulletin.write_text(text, encoding="utf-8")
        commands = {"tongbao --help": ["--help"], "tongbao extract": ["extract", str(bulletin)]}
        seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for _ in range(rounds):
            for name, arguments in commands.items():
                begun, before = time.perf_counter(), os.times()
                subprocess.run([*_PROGRAM, *arguments], check=True, capture_output=True, stdin=subprocess.DEVNULL)
                spent, after = time.perf_counter() - begun, os.times()
                processor = sum(after[2:4]) - sum(before[2:4])
                seconds[name].append((spent, processor))
    return {name: (median(one[0] for one in took), median(one[1] for one in took)) for name, took in seconds.items()}


def one_process(kind: str, size: int, folders: Sequence[Path]) -> dict[str, Any]:
    """What ``one_process.py`` measures: seconds by the clock and by the processor, rows, bytes of memory."""
    command = [sys.executable, str(_ONE_PROCESS), kind, str(size), *map(str, folders)]
    return dict(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))


def with_workers(texts: Sequence[str], size: int, workers: int) -> float:
    """Characters a second by the clock that so many processes do together, from files to outcomes in this process."""
    first = documents_of(texts, 1_000)[:1] * (_WARM * workers)
    documents = documents_of(texts, size)
    with TemporaryDirectory() as folder:
        for number, text in enumerate([*first, *documents]):
            (Path(folder) / f"{number:06}.txt").write_text(text, encoding="utf-8")
        inputs, _ = find_inputs([Path(folder)])
        # A time limit makes even one worker a process of its own.
        with closing(run_batch(inputs, Job(), workers, timeout=600.0)) as outcomes:
            for _ in first:
                next(outcomes)
            begun = time.perf_counter()
            failed = sum(outcome.error is not None for outcome in outcomes)
            seconds = time.perf_counter() - begun
    if failed:
        raise SystemExit(f"{failed} documents failed")
    return sum(map(len, documents)) / seconds
