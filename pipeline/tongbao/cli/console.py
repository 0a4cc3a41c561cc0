"""What the verbs say besides data: one line each, on standard error."""

from __future__ import annotations

import re
import sys

#: Signs by which a text moves the cursor, renames the window or turns the reading direction of a terminal.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def complain(line: str) -> None:
    """One line about a failure."""
    print(f"tongbao: {harmless(' '.join(line.split()))}", file=sys.stderr)


def note(line: str) -> None:
    """One line about progress or what was done."""
    print(harmless(line), file=sys.stderr)


def harmless(text: str) -> str:
    """A text, or the name of a file, as a terminal may show it: U+FFFD for each sign that would control it."""
    return _CONTROLS.sub("\ufffd", text)
