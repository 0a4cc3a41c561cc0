"""Gold as a DocBin, and spaCy trained on it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from spacy.tokens import DocBin
from spacy.vocab import Vocab

from benchmarks import spacy_rivals
from tongbao.annotation import read_gold
from tongbao.records import Annotated, Mention, Span

CONFIGS = ("spacy-ner", "spacy-spancat")


@pytest.fixture(scope="module")
def gold(repository: Path) -> list[Annotated]:
    folder = repository / "annotations" / "gold"
    return [
        document
        for file in (folder / "quanzhou-2023.jsonl", folder / "authored" / "authored-1.jsonl")
        for document in read_gold(file)
    ]


def test_a_doc_bin_holds_every_mention_at_its_characters(gold: list[Annotated], tmp_path: Path) -> None:
    spacy_rivals.doc_bin(gold).to_disk(tmp_path / "gold.spacy")
    docs = list(DocBin().from_disk(tmp_path / "gold.spacy").get_docs(Vocab()))
    assert [doc.text for doc in docs] == [document.text for document in gold]
    for doc, document in zip(docs, gold, strict=True):
        assert [token.text for token in doc] == list(document.text)
        assert spacy_rivals.spans_of(doc) == [(mention.label, mention.span) for mention in document.mentions]


def test_entities_are_the_longest_of_mentions_that_overlap() -> None:
    text = "印发《关于贯彻〈条例〉的通知》,立案3起"
    mentions = (
        Mention("p1", "POLICY", Span(2, 15)),
        Mention("p2", "POLICY", Span(7, 11)),
        Mention("q1", "QUANTITY", Span(18, 20)),
    )
    (doc,) = spacy_rivals.doc_bin([Annotated("x", "authored", text, mentions, ())]).get_docs(Vocab())
    assert [(ent.label_, ent.text) for ent in doc.ents] == [
        ("POLICY", "《关于贯彻〈条例〉的通知》"),
        ("QUANTITY", "3起"),
    ]
    assert len(doc.spans[spacy_rivals.GROUP]) == 3


def test_a_tenth_of_the_authored_documents_says_when_to_stop(gold: list[Annotated]) -> None:
    learned, kept = spacy_rivals.cut(gold)
    assert len(kept) == (len(gold) - 1) // spacy_rivals.STOPPING
    assert all(document.origin == "authored" for document in kept)
    assert sorted([*learned, *kept], key=gold.index) == gold
    assert {document.id for document in spacy_rivals.cut(gold[::-1])[1]} == {document.id for document in kept}


@pytest.mark.slow
@pytest.mark.parametrize("name", CONFIGS)
def test_a_configuration_trains(name: str, repository: Path, tmp_path: Path) -> None:
    text = "2023年,全市立案43起。"
    mentions = (
        Mention("t1", "PERIOD", Span(0, 5)),
        Mention("s1", "SCOPE", Span(6, 8)),
        Mention("q1", "QUANTITY", Span(10, 13)),
    )
    documents = [Annotated(f"x{number}", "authored", text, mentions, ()) for number in range(20)]
    config = (repository / "configs" / "rivals" / f"{name}.cfg").read_text(encoding="utf-8")
    short = re.sub(r"^(max_steps|eval_frequency) = .*$", r"\1 = 60", config, flags=re.MULTILINE)
    (tmp_path / "short.cfg").write_text(short, encoding="utf-8")
    find = spacy_rivals.fit(tmp_path / "short.cfg", documents[:18], documents[18:], tmp_path)
    assert sorted(find(text)) == sorted([(mention.label, mention.span) for mention in mentions])
