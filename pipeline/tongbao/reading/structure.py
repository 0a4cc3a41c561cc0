"""A text → ``Bulletin``."""

from __future__ import annotations

import hashlib
from itertools import pairwise

from tongbao.reading.metadata import find_metadata
from tongbao.reading.sections import find_sections
from tongbao.reading.sentences import sentences_of
from tongbao.reading.wrapping import paragraphs
from tongbao.records import Block, Bulletin, Metadata, Span


def read_text(
    text: str,
    id: str = "text",
    metadata: Metadata | None = None,
    *,
    sha256: str | None = None,
    source: str | None = None,
    encoding: str = "utf-8",
    blocks: tuple[Block, ...] = (),
) -> Bulletin:
    """The structure of ``text``, which is kept as it is.

    ``metadata`` replaces what the text says of itself; ``sha256`` defaults to the digest of the UTF-8 form of the
    text; ``source`` and ``encoding`` are passed on. ``blocks`` are the paragraphs that the file's format knows: none
    runs on into the next. A text of white space only has no sections and no sentences. Any ``str`` is accepted and
    nothing is raised.
    """
    known = _within(text, blocks) if blocks else paragraphs(text)
    sentences = sentences_of(text, known)
    return Bulletin(
        id=id,
        text=text,
        sections=find_sections(text, known, sentences),
        sentences=sentences,
        metadata=find_metadata(text) if metadata is None else metadata,
        sha256=sha256 or hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        source=source,
        encoding=encoding,
        blocks=blocks,
    )


def _within(text: str, blocks: tuple[Block, ...]) -> tuple[Span, ...]:
    """The paragraphs of ``text``, cut at the borders of the blocks; what stands between two blocks is kept too."""
    borders = sorted({0, len(text), *(end for block in blocks for end in (block.span.start, block.span.end))})
    return tuple(
        Span(start + part.start, start + part.end)
        for start, end in pairwise(borders)
        for part in paragraphs(text[start:end])
    )
