"""Records ↔ ``Doc``: the only place where one becomes the other.

A ``Doc`` carries mentions as spans, and everything else as plain values under ``doc.user_data["tongbao"]``: these
survive ``Doc.to_bytes``, ``DocBin(store_user_data=True)`` and the way between processes. ``doc._.tables`` and
``doc._.rows`` are read from them, so they need no model.
"""

from __future__ import annotations

import json
from typing import Any

from spacy.tokens import Doc, Span
from spacy.util import filter_spans
from spacy.vocab import Vocab

from tongbao.annotation import from_json, to_json
from tongbao.errors import AnnotationError, ReadingError
from tongbao.reading import read_text
from tongbao.records import Annotated, Bulletin, QuantityRow, Tables
from tongbao.spacy_pipeline.plain import metadata_of, plain_metadata, plain_tables, tables_of
from tongbao.spacy_pipeline.tokenizer import CharacterTokenizer

#: Name of the span group, and key of ``doc.user_data``.
GROUP = "tongbao"


def read_doc(bulletin: Bulletin, vocab: Vocab) -> Doc:
    """A document that was read (``tongbao.read_file``) as a ``Doc`` for ``nlp(doc)`` and ``nlp.pipe``.

    Its rows then bear the document's id and metadata, as those of ``tongbao.extract(bulletin)`` do.

    Raises:
        ReadingError: the text has half of a surrogate pair.
    """
    doc = CharacterTokenizer(vocab)(bulletin.text)
    _carried(doc)["document"] = {
        "id": bulletin.id,
        "metadata": plain_metadata(bulletin.metadata),
        "sha256": bulletin.sha256,
        "source": bulletin.source,
        "encoding": bulletin.encoding,
    }
    return doc


def bulletin_of(doc: Doc) -> Bulletin:
    """The document that a ``Doc`` holds: that of ``read_doc``, or else its bare text.

    Raises:
        ReadingError: the tokens of ``doc`` are not its characters.
    """
    text: str = doc.text
    if len(doc) != len(text):
        raise ReadingError(
            f"Doc of {len(doc)} tokens and {len(text)} characters",
            "tongbao needs every character to be a token",
            'set nlp.tokenizer to {"@tokenizers": "tongbao.characters.v1"}',
        )
    known = _carried(doc).get("document")
    if known is None:
        return read_text(text)
    return read_text(
        text,
        known["id"],
        metadata_of(known["metadata"]),
        sha256=known["sha256"],
        source=known["source"],
        encoding=known["encoding"],
    )


def to_doc(annotated: Annotated, vocab: Vocab) -> Doc:
    """An annotated document as a ``Doc``, for training with spaCy and for looking at.

    Raises:
        ReadingError: the text has half of a surrogate pair.
    """
    doc = CharacterTokenizer(vocab)(annotated.text)
    annotate(doc, annotated)
    return doc


def from_doc(doc: Doc) -> Annotated:
    """The annotation of a ``Doc`` that ``to_doc`` or the pipeline made, as an annotation file would hold it.

    Raises:
        AnnotationError: ``doc`` has none, or its spans were changed since.
    """
    stored = _carried(doc).get("annotation")
    if stored is None:
        raise AnnotationError("Doc", "no annotation of tongbao", "run the pipeline, and keep user_data when saving")
    # By way of JSON, since DocBin reads lists as tuples.
    annotated = from_json(json.loads(json.dumps({**stored, "text": doc.text})))
    wanted = {(m.id, m.label, m.span.start, m.span.end) for m in annotated.mentions}
    if wanted != {(span.id_, span.label_, span.start, span.end) for span in doc.spans.get(GROUP, ())}:
        raise AnnotationError("Doc", f"doc.spans[{GROUP!r}] was changed", "use Extractor.given for other mentions")
    return annotated


def annotate(doc: Doc, annotated: Annotated) -> None:
    """Set ``doc.spans["tongbao"]``, ``doc.ents`` and the annotation that ``from_doc`` reads.

    The group has all mentions in text order, with their ids; of mentions that overlap (titles inside titles),
    ``doc.ents`` has the longest.
    """
    spans = [
        Span(doc, mention.span.start, mention.span.end, label=mention.label, span_id=mention.id)
        for mention in annotated.mentions
    ]
    doc.spans[GROUP] = spans
    doc.set_ents(filter_spans(spans))
    _carried(doc)["annotation"] = {name: value for name, value in to_json(annotated).items() if name != "text"}


def set_tables(doc: Doc, tables: Tables) -> None:
    """Give ``doc`` its rows."""
    _carried(doc)["tables"] = plain_tables(tables)


def tables_in(doc: Doc) -> Tables | None:
    """``doc._.tables``: all rows of the document; ``None`` if no pipeline set them or ``user_data`` was not kept.

    Raises:
        ReadingError: another version of tongbao stored the rows.
    """
    stored = _carried(doc).get("tables")
    return None if stored is None else tables_of(stored)


def rows_in(doc: Doc) -> tuple[QuantityRow, ...] | None:
    """``doc._.rows``: the rows of the quantities table; ``None`` and errors as for ``tables_in``."""
    tables = tables_in(doc)
    return None if tables is None else tables.quantities


def register() -> None:
    """Make ``doc._.tables`` and ``doc._.rows`` known to spaCy; again and again does no harm.

    Raises:
        ValueError: something else has taken one of the names (spaCy's E090).
    """
    for name, getter in (("tables", tables_in), ("rows", rows_in)):
        if not Doc.has_extension(name) or Doc.get_extension(name)[2] is not getter:
            Doc.set_extension(name, getter=getter)


def _carried(doc: Doc) -> dict[str, Any]:
    carried: dict[str, Any] = doc.user_data.setdefault(GROUP, {})
    return carried
