"""The share of the machine's memory that a process gets, and keeping to it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tongbao.memory import LEAST, share_of_memory

_LIMITED = """
from tongbao.memory import limit_memory
limit_memory(None)
limit_memory(700_000_000)
limit_memory(900_000_000)
len(bytearray(200_000_000))
try:
    bytearray(800_000_000)
except MemoryError:
    print("limited")
"""


def test_shares(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sysconf", {"SC_PHYS_PAGES": 10_000_000, "SC_PAGE_SIZE": 4_000}.get, raising=False)
    assert [share_of_memory(processes) for processes in (1, 4, 1000)] == [32_000_000_000, 8_000_000_000, LEAST]


def test_where_the_system_does_not_say(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(name: str) -> int:
        raise ValueError(name)

    monkeypatch.setattr(os, "sysconf", unknown, raising=False)
    assert share_of_memory(1) is None


@pytest.mark.skipif(sys.platform != "linux", reason="limits of Linux")
def test_a_limit_holds_and_is_not_raised_again() -> None:
    done = subprocess.run([sys.executable, "-c", _LIMITED], capture_output=True, text=True, check=True)
    assert done.stdout == "limited\n"
