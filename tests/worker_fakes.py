"""What workers do in tests. A module of its own, since they import it by name, and a light one: they do so often."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tongbao.errors import ModelError


def _hang() -> None:
    time.sleep(1000)


def _crash() -> None:
    os._exit(7)


def _fault() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def _leave() -> None:
    sys.exit("a library that leaves")


def _no_memory() -> None:
    raise MemoryError


def _divide() -> None:
    raise ZeroDivisionError("nothing to divide by")


#: By a word that stands in the text.
DEEDS: dict[str, Callable[[], None]] = {
    "挂起": _hang,
    "崩溃": _crash,
    "段错误": _fault,
    "退出": _leave,
    "内存": _no_memory,
    "除零": _divide,
}


def no_model() -> Callable[[Any], Any]:
    """A setup that fails as a missing model does."""
    raise ModelError("models/none", "no model folder here", "name another")


def full() -> Callable[[Any], Any]:
    """A setup that fails in a way that nobody foresaw."""
    raise OSError(28, "No space left on device")


def stillborn() -> Callable[[Any], Any]:
    """A setup that ends its process."""
    os._exit(9)


def litter() -> Callable[[Path], int]:
    """A setup that leaves a file among the temporary ones, writes its path into a folder, and hangs."""
    return _littered


def _littered(folder: Path) -> int:
    left = Path(tempfile.mkdtemp()) / "left"
    left.write_text("a document")
    (folder / "left.path").write_text(str(left))
    time.sleep(1000)
    return 0


def allocate() -> Callable[[int], int]:
    """A setup that takes as many bytes as it is told, and gives them back."""
    return _allocated


def _allocated(size: int) -> int:
    return len(bytearray(size))


def double() -> Callable[[int], int]:
    """A setup of numbers: waits as many milliseconds as the number says, except for those with a deed."""
    return _double


def _double(number: int) -> int:
    if number < 0:
        list(DEEDS.values())[-number - 1]()
    time.sleep(number / 1000)
    return number * 2


def doubles() -> Callable[[Sequence[int]], list[int]]:
    """A setup of several numbers at a time; each as of ``double``."""
    return _doubles


def _doubles(numbers: Sequence[int]) -> list[int]:
    return [_double(number) for number in numbers]


def thread_settings() -> Callable[[str], str | None]:
    """A setup that answers with environment variables as the process began with them."""
    return os.environ.get


def echo() -> Callable[[Any], Any]:
    """A setup that gives back what it gets."""
    return _same


def _same(task: Any) -> Any:
    return task


def printing() -> Callable[[str], int]:
    """A setup that prints, as libraries do, past ``sys.stdout`` too."""
    return _printed


def _printed(text: str) -> int:
    print(text, flush=True)  # noqa: T201
    return os.write(1, b"\n")


def child() -> Callable[[Path], int]:
    """A setup that starts a program of its own, writes its number into a folder, and hangs."""
    return _child


def _child(folder: Path) -> int:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)"])
    (folder / "child.pid").write_text(str(process.pid))
    time.sleep(1000)
    return 0


def alive(pid: int) -> bool:
    """Whether a process is there and more than a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
