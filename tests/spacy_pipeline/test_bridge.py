"""Documents to and from spaCy's ``Doc``."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab

from tongbao.annotation import from_json, to_json
from tongbao.errors import AnnotationError, ReadingError
from tongbao.extraction import Extractor
from tongbao.records import Annotated, Cell, Tables
from tongbao.spacy_pipeline.bridge import from_doc, register, to_doc
from tongbao.spacy_pipeline.plain import cell_of, plain_cell, plain_tables, tables_of
from tongbao.spacy_pipeline.tokenizer import CharacterTokenizer

TEXT = "2023年，全市共立案43起，三分之一已办结。"
CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**40), 2**40),
    st.floats(allow_nan=False),
    st.text(),
    st.dates(),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.fractions(),
    st.lists(st.text()).map(tuple),
)


@given(CELLS)
def test_a_cell_comes_back_from_json_as_it_was(cell: Cell) -> None:
    back = cell_of(json.loads(json.dumps(plain_cell(cell))))
    assert back == cell
    assert type(back) is type(cell)
    assert str(back) == str(cell)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_every_character_is_a_token(text: str) -> None:
    doc = CharacterTokenizer(Vocab())(text)
    assert [token.text for token in doc] == list(text)
    assert doc.text == text
    assert [token.idx for token in doc] == list(range(len(text)))


def test_gold_comes_back_as_it_was(gold: list[Annotated]) -> None:
    vocab = Vocab()
    for document in gold:
        doc = to_doc(document, vocab)
        assert from_doc(doc) == document
        assert {span.text for span in doc.spans["tongbao"]} == {m.span.of(document.text) for m in document.mentions}


def test_predictions_come_back_as_a_file_would_hold_them(
    nlp: Language, extractor: Extractor, gold: list[Annotated]
) -> None:
    for document in gold[::10]:
        predicted = extractor.extract(document.text).annotated
        assert from_doc(nlp(document.text)) == from_json(to_json(predicted))


def test_gold_goes_through_a_file_of_docs(gold: list[Annotated], tmp_path: Path) -> None:
    vocab = Vocab()
    DocBin(store_user_data=True, docs=[to_doc(document, vocab) for document in gold[:5]]).to_disk(tmp_path / "g")
    docs = list(DocBin().from_disk(tmp_path / "g").get_docs(Vocab()))
    assert [from_doc(doc) for doc in docs] == gold[:5]
    assert [ent.id_ for doc in docs for ent in doc.ents]


def test_rows_go_through_bytes_without_a_model(nlp: Language) -> None:
    doc = nlp(TEXT)
    again = Doc(Vocab()).from_bytes(doc.to_bytes())
    assert again._.tables == doc._.tables
    assert [(span.id_, span.label_, span.text) for span in again.spans["tongbao"]] == [
        (span.id_, span.label_, span.text) for span in doc.spans["tongbao"]
    ]


def test_without_user_data_there_are_no_rows_rather_than_none_found(nlp: Language) -> None:
    again = Doc(nlp.vocab).from_bytes(nlp(TEXT).to_bytes(exclude=["user_data"]))
    assert again._.rows is None
    assert again._.tables is None
    assert spacy.blank("zh")("通报")._.rows is None
    assert nlp("通报")._.rows == ()
    with pytest.raises(AnnotationError, match="user_data"):
        from_doc(again)


def test_changed_spans_are_not_taken_for_the_annotation(nlp: Language) -> None:
    doc = nlp(TEXT)
    doc.spans["tongbao"] = list(doc.spans["tongbao"])[1:]
    with pytest.raises(AnnotationError, match="was changed"):
        from_doc(doc)


def test_all_values_of_rows_are_kept(extractor: Extractor) -> None:
    tables = extractor.extract(TEXT).tables
    row = replace(
        tables.quantities[0],
        value=Fraction(1, 3),
        low=Decimal("1E+3"),
        high=Decimal("0.50"),
        period_end=date(2023, 1, 2),
    )
    changed = replace(tables, quantities=(row, *tables.quantities))
    back = tables_of(json.loads(json.dumps(plain_tables(changed))))
    assert back == changed
    assert str(back.quantities[0].high) == "0.50"


@pytest.mark.parametrize(
    "change",
    [
        {"schema": 0},
        {"quantities": [{"doc_id": "a"}]},
        {"items": None},
        {"documents": [3]},
        {"left_out": [{"doc_id": {"unknown": "a"}}]},
    ],
)
def test_rows_of_another_version_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ReadingError, match="again"):
        tables_of({**plain_tables(Tables()), **change})


def test_a_name_that_is_taken_is_not_taken_over() -> None:
    register()
    register()
    ours = Doc.remove_extension("rows")
    Doc.set_extension("rows", default=1)
    try:
        with pytest.raises(ValueError, match="E090"):
            register()
    finally:
        Doc.set_extension("rows", getter=ours[2], force=True)
