import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.reading import split_clauses, split_sentences
from tongbao.reading.wrapping import paragraphs
from tongbao.records import Span

FOLDER = Path(__file__).parent / "cases"
TEXTS = st.text(st.sampled_from("甲乙12.,:，；：。！？!?()（）《》“” 　\n\r一、年"), max_size=80) | st.text(max_size=60)


def cases(name: str) -> list[str]:
    return [line for line in (FOLDER / name).read_text("utf-8").splitlines() if not line.startswith("#")]


@pytest.mark.parametrize("line", cases("sentences.txt"))
def test_sentences(line: str) -> None:
    marked = line.replace("⏎", "\n")
    text = marked.replace("|", "")
    expected = [part.strip() for part in marked.split("|") if part.strip()]
    assert [span.of(text) for span in split_sentences(text)] == expected


@pytest.mark.parametrize("line", cases("clauses.txt"))
def test_clauses(line: str) -> None:
    text, *expected = line.split("\t")
    assert [span.of(text) for span in split_clauses(text, Span(0, len(text)))] == expected


@pytest.mark.parametrize(
    "case", json.loads((FOLDER / "wrapping.json").read_text("utf-8")), ids=lambda case: case["name"]
)
def test_paragraphs(case: dict[str, Any]) -> None:
    assert [span.of(case["text"]) for span in paragraphs(case["text"])] == case["paragraphs"]


def test_a_sentence_goes_on_across_a_broken_line() -> None:
    text = "问题已办结。全县共受\n理诉求九十件。完。"
    assert [span.of(text) for span in split_sentences(text)] == ["问题已办结。", "全县共受\n理诉求九十件。", "完。"]


def test_clauses_of_a_part() -> None:
    text = "甲,乙,丙(丁"
    assert [span.of(text) for span in split_clauses(text, Span(2, 5))] == ["乙", "丙"]


@given(TEXTS)
def test_sentences_cover_all_and_do_not_overlap(text: str) -> None:
    sentences = split_sentences(text)
    covered = "".join(span.of(text) for span in sentences)
    assert "".join(covered.split()) == "".join(text.split())
    for span in sentences:
        assert span.of(text) == span.of(text).strip() != ""
    for left, right in pairwise(sentences):
        assert left.end <= right.start


@given(TEXTS)
def test_clauses_nest_and_lie_inside(text: str) -> None:
    whole = Span(0, len(text))
    clauses = split_clauses(text, whole)
    assert list(clauses) == sorted(clauses, key=lambda clause: (clause.start, -clause.end))
    for clause in clauses:
        assert clause.of(text) == clause.of(text).strip() != ""
    for i, clause in enumerate(clauses):
        for other in clauses[i + 1 :]:
            assert not clause.overlaps(other) or clause.contains(other)
