"""What was measured on, and when."""

from __future__ import annotations

import os
import platform
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

#: Libraries whose version changes how fast we are.
_LIBRARIES = ("tongbao", "numpy", "rjieba", "jieba", "regex")


def facts() -> list[str]:
    """Lines: date, processor and cores, memory, system, Python and libraries."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    libraries = ", ".join(f"{name} {version_of(name)}" for name in _LIBRARIES)
    return [
        f"date: {date.today().isoformat()}",
        f"processor: {_processor()}, {cores} cores, {_memory()} GB",
        f"system: {platform.system()} {platform.machine()}, Python {platform.python_version()}",
        f"libraries: {libraries}",
        f"load before: {os.getloadavg()[0]:.1f}",
    ]


def version_of(name: str) -> str:
    """The version of an installed library, or a dash."""
    try:
        return version(name)
    except PackageNotFoundError:
        return "–"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown"
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())


def _memory() -> str:
    try:
        return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1e9:.0f}"
    except (OSError, ValueError):
        return "?"
