"""What the verbs say besides data: one line each, on standard error."""

from __future__ import annotations

import sys


def complain(line: str) -> None:
    """One line about a failure."""
    print(f"tongbao: {' '.join(line.split())}", file=sys.stderr)


def note(line: str) -> None:
    """One line about progress or what was done."""
    print(line, file=sys.stderr)
