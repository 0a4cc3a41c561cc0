"""What the pipeline says is what ``tongbao.extract`` says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import spacy
from spacy.language import Language

from tongbao import read_file
from tongbao.errors import ModelError, ReadingError
from tongbao.extraction import DEFAULT_MODEL, Extractor, extract
from tongbao.records import Annotated, Span
from tongbao.spacy_pipeline.bridge import read_doc

CHARACTERS = {"nlp": {"tokenizer": {"@tokenizers": "tongbao.characters.v1"}}}
TEXT = "2023年，全市共立案43起，处分党员干部57人。市教育局印发《关于印发〈作风建设方案〉的通知》。"

#: A program: new processes import the main module, and only a program has one that can be imported.
PROCESSES = """
import multiprocessing, sys
import spacy
from tongbao.annotation import read_gold

if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv[1])
    texts = [document.text for document in read_gold(sys.argv[3])[:20]]
    nlp = spacy.load(sys.argv[2])
    alone = [doc._.tables for doc in nlp.pipe(texts)]
    together = list(nlp.pipe(texts, n_process=2))
    assert [doc.text for doc in together] == texts
    assert [doc._.tables for doc in together] == alone
    print(sum(len(tables.quantities) for tables in alone))
"""
BLANK = """
import sys
import spacy
doc = spacy.blank("zh")("通报 全文")
assert [token.text for token in doc] == ["通", "报", "全", "文"], doc
assert "tongbao.spacy_pipeline.factories" in sys.modules
print(sorted(set(sys.modules) & {"tongbao.extraction", "tongbao.reading", "jieba", "rjieba", "sklearn", "scipy"}))
"""


def _run(folder: Path, program: str, *arguments: str | Path) -> str:
    file = folder / "program.py"
    file.write_text(program, encoding="utf-8")
    command = [sys.executable, "-W", "error", file, *arguments]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_rows_are_those_of_extract_on_every_gold_document(
    nlp: Language, extractor: Extractor, gold: list[Annotated]
) -> None:
    for doc, document in zip(nlp.pipe(document.text for document in gold), gold, strict=True):
        wanted = extract(document.text, extractor)
        assert doc.text == document.text
        assert doc._.tables == wanted.tables
        assert doc._.rows == wanted.tables.quantities
        mentions = {(m.id, m.label, m.span.start, m.span.end) for m in wanted.annotated.mentions}
        assert {(span.id_, span.label_, span.start_char, span.end_char) for span in doc.spans["tongbao"]} == mentions
        assert {(span.id_, span.label_, span.start_char, span.end_char) for span in doc.ents} <= mentions


@pytest.mark.slow
def test_rows_of_the_default_model_are_those_of_extract(repository: Path, gold: list[Annotated]) -> None:
    nlp = spacy.load(repository / "models" / DEFAULT_MODEL)
    for doc, document in zip(nlp.pipe(document.text for document in gold), gold, strict=True):
        assert doc._.tables == extract(document.text).tables


def test_of_titles_inside_titles_the_outer_one_is_an_entity(nlp: Language) -> None:
    doc = nlp(TEXT)
    titles = [span for span in doc.spans["tongbao"] if span.label_ == "POLICY"]
    assert [title.text for title in titles] == ["《关于印发〈作风建设方案〉的通知》", "〈作风建设方案〉"]
    assert [ent.text for ent in doc.ents if ent.label_ == "POLICY"] == ["《关于印发〈作风建设方案〉的通知》"]


def test_every_mention_that_is_no_entity_overlaps_a_longer_one(nlp: Language, gold: list[Annotated]) -> None:
    for doc in nlp.pipe(document.text for document in gold[::10]):
        kept = [Span(ent.start, ent.end) for ent in doc.ents]
        for span in doc.spans["tongbao"]:
            own = Span(span.start, span.end)
            assert own in kept or any(other.overlaps(own) and len(other) >= len(own) for other in kept)


def test_a_document_from_a_file_keeps_its_name_and_metadata(
    nlp: Language, extractor: Extractor, tmp_path: Path
) -> None:
    file = tmp_path / "quarter.txt"
    file.write_bytes(TEXT.encode("gb18030"))
    (tmp_path / "quarter.txt.meta.json").write_text('{"title": "通报", "published": "2023-04-01"}', "utf-8")
    bulletin = read_file(file)
    doc = nlp(read_doc(bulletin, nlp.vocab))
    assert doc._.tables == extractor.extract(bulletin).tables
    assert doc._.tables.documents[0].published is not None
    assert doc._.rows[0].doc_id == bulletin.id == "quarter"


@pytest.mark.parametrize("text", ["", "\n", " \u3000\r\n\t", "43", "a\u0300\U00020000\U0001f600"])
def test_texts_that_are_no_bulletins(nlp: Language, extractor: Extractor, text: str) -> None:
    doc = nlp(text)
    assert doc.text == text
    assert doc._.tables == extract(text, extractor).tables


def test_the_model_can_be_named_in_any_chinese_pipeline(tiny_model: Path, nlp: Language) -> None:
    other = spacy.blank("zh", config=CHARACTERS)
    other.add_pipe("tongbao", name="bulletins", config={"model": str(tiny_model)})
    doc = other(TEXT)
    assert doc._.rows == nlp(TEXT)._.rows
    assert [ent.label_ for ent in doc.ents]
    assert other.pipe_labels["bulletins"] == nlp.pipe_labels["tongbao"]


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    nlp = spacy.blank("zh", config=CHARACTERS)
    nlp.add_pipe("tongbao", config={"model": str(tmp_path)})
    with pytest.raises(ModelError, match=r"tongbao train") as caught:
        nlp(TEXT)
    assert caught.value.place == str(tmp_path / "tongbao")


def test_tokens_that_are_not_characters_are_refused(tiny_model: Path) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("tongbao", config={"model": str(tiny_model)})
    with pytest.raises(ReadingError, match=r"tongbao\.characters\.v1"):
        nlp("Two words")


def test_half_a_surrogate_pair_is_refused(nlp: Language) -> None:
    with pytest.raises(ReadingError) as caught:
        nlp("通报\ud800")
    assert caught.value.place == "character 2"


def test_a_text_of_more_than_a_million_characters_is_tokenized(nlp: Language) -> None:
    text = "通报 \n\n" * 210_000
    doc = nlp.make_doc(text)
    assert len(doc) == len(text) == 1_050_000
    assert doc.text == text


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes_give_the_same_rows(method: str, tiny_model: Path, repository: Path, tmp_path: Path) -> None:
    if method == "fork" and sys.platform == "win32":
        pytest.skip("Windows cannot fork")
    gold = repository / "annotations" / "gold" / "authored" / "authored-1.jsonl"
    assert int(_run(tmp_path, PROCESSES, method, tiny_model, gold)) > 0


def test_being_installed_costs_other_pipelines_nothing(tmp_path: Path) -> None:
    assert _run(tmp_path, BLANK) == "[]"
