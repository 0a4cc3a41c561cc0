"""A file, bytes or a text → ``Bulletin``: encoding, metadata, sections, sentences and clauses."""

from __future__ import annotations

from tongbao.reading.clauses import split_clauses
from tongbao.reading.encodings import decode
from tongbao.reading.files import read_file
from tongbao.reading.formats import can_read, name_of
from tongbao.reading.sentences import split_sentences
from tongbao.reading.structure import read_text

__all__ = ["can_read", "decode", "name_of", "read_file", "read_text", "split_clauses", "split_sentences"]
