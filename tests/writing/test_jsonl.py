from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

from tongbao.annotation import read_gold
from tongbao.extraction import load
from tongbao.reading import read_text
from tongbao.records import Annotated, Department, Mention, Tables
from tongbao.writing import JsonlStream, WriteOptions, open_writer


def test_what_is_written_is_read_as_gold(tmp_path: Path, annotated: Annotated, tables: Tables) -> None:
    other = replace(annotated, id="b", mentions=(), links=(), sections=())
    path = tmp_path / "rows.jsonl"
    writer = open_writer(path, WriteOptions())
    writer.write(annotated, tables)
    writer.write(None, tables)
    writer.write(other, tables)
    writer.close()
    assert read_gold(path) == (annotated, other)


def test_a_document_is_a_line_without_escapes(annotated: Annotated, tables: Tables) -> None:
    stream = io.StringIO()
    JsonlStream(stream).write(annotated, tables)
    assert stream.getvalue().count("\n") == 1
    assert "\\u" not in stream.getvalue()
    data = json.loads(stream.getvalue())
    assert data["text"] == annotated.text
    spans = {span["id"]: span for span in data["spans"]}
    assert spans["q6"]["confidence"] == 0.987654321
    assert (spans["q7"]["value"], spans["q8"]["low"], spans["q8"]["high"]) == ("1/3", "1", "1000")


def _as_the_format_keeps_it(mention: Mention) -> Mention:
    """The format has no place for a department's level and region: they follow from its canonical name."""
    facts = mention.attributes
    if isinstance(facts, Department):
        return replace(mention, attributes=Department(facts.role, facts.canonical))
    return mention


def test_a_prediction_comes_back(tmp_path: Path, tiny_model: Path, repository: Path) -> None:
    text = (repository / "seeds" / "quanzhou-2023.txt").read_text("utf-8")
    found = load(tiny_model).extract(read_text(text, "seed"))
    writer = open_writer(tmp_path / "rows.jsonl", WriteOptions())
    writer.write(found.annotated, found.tables)
    writer.close()
    (back,) = read_gold(tmp_path / "rows.jsonl")
    given = found.annotated
    assert (back.id, back.origin, back.text, back.sections) == (given.id, given.origin, given.text, given.sections)
    # A period without dates has no attributes in the format.
    assert [(m.id, m.label, m.span, m.confidence) for m in back.mentions] == [
        (m.id, m.label, m.span, m.confidence) for m in given.mentions
    ]
    kinds = ("QUANTITY", "DEPARTMENT", "POLICY")
    assert [m for m in back.mentions if m.label in kinds] == [
        _as_the_format_keeps_it(m) for m in given.mentions if m.label in kinds
    ]
    # A link to no pieces says how sure the linker is that there are none; the format has no place for it either.
    assert {(link.source, link.kind, link.spans, link.target) for link in back.links} == {
        (link.source, link.kind, link.spans, link.target) for link in given.links if link.spans or link.target
    }
    assert any(mention.confidence is not None for mention in back.mentions)
