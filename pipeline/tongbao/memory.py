"""How much memory a process may take.

Without a limit one document made to grow takes all there is, and the system ends whichever process it likes. With one,
the allocation fails in the process that asks for too much, and Python raises ``MemoryError`` there.
"""

from __future__ import annotations

import os
import sys
from typing import Final

#: No process gets less than this many bytes: a model and a usual document take a quarter of a gigabyte.
LEAST: Final = 2_000_000_000
#: What all processes get together of the machine's memory.
_PART: Final = 0.8


def share_of_memory(processes: int) -> int | None:
    """Bytes for each of so many processes, at least ``LEAST``; ``None`` where the system does not say what there is."""
    try:
        there_is = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None
    return max(LEAST, int(_PART * there_is / processes))


def limit_memory(size: int | None) -> None:
    """Let this process, and each that it starts, take no more than ``size`` bytes of data; for good.

    Of use on Linux; other systems have no such limit, or do not keep to it. A lower limit that is there stays.
    """
    if size is None or sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    others = [limit for limit in (soft, hard) if limit != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_DATA, (min([size, *others]), hard))
