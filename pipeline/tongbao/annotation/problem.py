"""What can be wrong with an annotation: the codes of ``tongbao annotate check``, and one thing found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from tongbao.records import Mention, Span

#: First what breaks the format (a file with such a line is refused whole wherever annotations are read), then what is
#: against the guidelines in one document, then what is wrong between documents.
Code: TypeAlias = Literal[
    "json",
    "version",
    "format",
    "offsets",
    "ids",
    "links",
    "sections",
    "text",
    "legacy",
    "overlap",
    "nesting",
    "edges",
    "sentence",
    "numeral",
    "value",
    "unit",
    "bound",
    "kind",
    "dates",
    "indicator",
    "period",
    "scope",
    "cycle",
    "document-id",
    "near-duplicate",
]


@dataclass(frozen=True, slots=True)
class Problem:
    """One broken rule. ``offset`` is the code point of the text where it shows, ``None`` where it has no place."""

    code: Code
    offset: int | None
    message: str

    def __str__(self) -> str:
        return self.message


def named(mention: Mention, text: str) -> str:
    """A span as a message names it: ``QUANTITY q7 "40所"``."""
    return f"{mention.label} {mention.id} {quoted(mention.span, text)}"


def quoted(span: Span, text: str, most: int = 24) -> str:
    """The characters of a span on one line, shortened where there are many."""
    surface = span.of(text).replace("\n", "⏎")
    return f'"{surface if len(surface) <= most else surface[: most - 1] + "…"}"'


def one_line(text: str) -> str:
    """A text on one line of output, whatever it holds: what cannot be printed is escaped (``\\x07``)."""
    return "".join(char if char.isprintable() or char == "\u3000" else ascii(char)[1:-1] for char in text)
