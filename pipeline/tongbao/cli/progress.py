"""How far a long run is: a bar on a terminal, a line now and then elsewhere; always on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from tongbao.cli.console import note

#: Seconds between two lines; what is done sooner says nothing.
_EVERY = 30.0


@contextmanager
def progress(what: str, total: int, *, bar: bool = True) -> Iterator[Callable[[int], None]]:
    """Yields what is called with the number of things that have just been done.

    Args:
        what: said before the figures.
        total: how many there will be.
        bar: whether a bar may be shown: not where data go to the same terminal.
    """
    if bar and total > 1 and sys.stderr.isatty():
        with _bar(what, total) as advance:
            yield advance
    else:
        yield _Lines(what, total)


class _Lines:
    """``提取 extract: 1200/10000, 23.1/s, 剩余 left 0:06:21``."""

    def __init__(self, what: str, total: int) -> None:
        self._what = what
        self._total = total
        self._done = 0
        self._began = self._said = time.monotonic()

    def __call__(self, number: int) -> None:
        self._done += number
        now = time.monotonic()
        if now - self._said < _EVERY:
            return
        self._said = now
        rate = self._done / (now - self._began)
        left = timedelta(seconds=round((self._total - self._done) / rate)) if rate else "?"
        note(f"{self._what}: {self._done}/{self._total}, {rate:.1f}/s, 剩余 left {left}")


@contextmanager
def _bar(what: str, total: int) -> Iterator[Callable[[int], None]]:
    # Not at the top: most runs show none, and --help must not wait for it.
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False) as shown:
        task = shown.add_task(what, total=total, rate="")

        def advance(number: int) -> None:
            shown.advance(task, number)
            speed = shown.tasks[0].speed
            shown.update(task, rate=f"{speed:.1f}/s" if speed else "")

        yield advance
