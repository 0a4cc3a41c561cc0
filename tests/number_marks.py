"""Texts in which a test marks its numbers."""

from __future__ import annotations

import re

from tongbao.records import Span


def marked(text: str) -> tuple[str, list[Span]]:
    """The text without its marks, and where its numbers stand: ``[3件]`` is a number."""
    plain, spans = "", []
    for number, piece in enumerate(re.split(r"\[([^\[\]]+)\]", text)):
        if number % 2:
            spans.append(Span(len(plain), len(plain) + len(piece)))
        plain += piece
    return plain, spans
