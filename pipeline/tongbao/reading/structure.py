"""A text → ``Bulletin``."""

from __future__ import annotations

import hashlib

from tongbao.reading.metadata import find_metadata
from tongbao.reading.sections import find_sections
from tongbao.reading.sentences import sentences_of
from tongbao.reading.wrapping import paragraphs
from tongbao.records import Bulletin, Metadata


def read_text(
    text: str,
    id: str = "text",
    metadata: Metadata | None = None,
    *,
    sha256: str | None = None,
    source: str | None = None,
    encoding: str = "utf-8",
) -> Bulletin:
    """The structure of ``text``, which is kept as it is.

    ``metadata`` replaces what the text says of itself; ``sha256`` defaults to the digest of the UTF-8 form of the
    text; ``source`` and ``encoding`` are passed on. A text of white space only has no sections and no sentences. Any
    ``str`` is accepted and nothing is raised.
    """
    blocks = paragraphs(text)
    sentences = sentences_of(text, blocks)
    return Bulletin(
        id=id,
        text=text,
        sections=find_sections(text, blocks, sentences),
        sentences=sentences,
        metadata=find_metadata(text) if metadata is None else metadata,
        sha256=sha256 or hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        source=source,
        encoding=encoding,
    )
