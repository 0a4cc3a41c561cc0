"""Texts in which a test marks its numbers or its mentions."""

from __future__ import annotations

import re

from tongbao.records import Label, Span


def marked(text: str) -> tuple[str, list[Span]]:
    """The text without its marks, and where its numbers stand: ``[3件]`` is a number."""
    plain, spans = "", []
    for number, piece in enumerate(re.split(r"\[([^\[\]]+)\]", text)):
        if number % 2:
            spans.append(Span(len(plain), len(plain) + len(piece)))
        plain += piece
    return plain, spans


def tagged(marked: str) -> tuple[str, list[tuple[Label, Span, float]]]:
    """``[t 今年]`` is a PERIOD, ``[d 省纪委]`` a DEPARTMENT, ``[q 3件]`` a QUANTITY; the first is the surest."""
    labels: dict[str, Label] = {"t": "PERIOD", "d": "DEPARTMENT", "q": "QUANTITY"}
    text, found = "", []
    for number, piece in enumerate(re.split(r"\[([tdq] [^\[\]]+)\]", marked)):
        surface = piece[2:] if number % 2 else piece
        if number % 2:
            found.append((labels[piece[0]], Span(len(text), len(text) + len(surface)), 0.9 - 0.1 * len(found)))
        text += surface
    return text, found
