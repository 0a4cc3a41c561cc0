"""Documents that are read together: each has the rows that it has alone, to the last bit, whatever its company."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongbao import extraction
from tongbao.annotation import read_gold
from tongbao.extraction import Extraction, Extractor, grouped, load
from tongbao.reading import read_text
from tongbao.records import Bulletin

#: What is short, empty, unfinished or odd at its ends: there a neighbour would be seen first.
ODD = (
    "",
    "甲",
    "3",
    "\n",
    "\ud800",
    "\0",
    "3个\0",
    "查处3",
    "个问题",
    "（全市立案5起",
    "办结4件）",
    "《办法",
    "通知》印发",
    "“三公经费",
    "下降4%”",
    "其中",
    "2023年",
    "市教育局",
    "同比增长5%",
    "今年,全市",
    "立案3起,其中",
    "移送2人。",
    "分别增长7.6%、6.4%",
    "、5.1%。",
    "甲、乙、丙",
    "(牵头单位:市水利局",
    "市住建局)",
)


@pytest.fixture(scope="module")
def model() -> Extractor:
    return load()


@pytest.fixture(scope="module")
def corpus(repository: Path) -> list[Bulletin]:
    gold = repository / "annotations" / "gold"
    found = [document for path in sorted(gold.rglob("*.jsonl")) for document in read_gold(path)]
    return [read_text(document.text, document.id) for document in found]


@pytest.fixture(scope="module")
def alone(model: Extractor, corpus: Sequence[Bulletin]) -> dict[str, Extraction]:
    some = corpus[::7]
    return {bulletin.id: model.extract(bulletin) for bulletin in some}


def _same(found: Extraction, wanted: Extraction) -> None:
    # As written: 1 equals 1.0, and what prints alike is written alike.
    assert (repr(found.annotated), repr(found.tables)) == (repr(wanted.annotated), repr(wanted.tables))


@pytest.mark.parametrize("seed", range(3))
def test_documents_of_the_corpus_in_any_company(model: Extractor, alone: dict[str, Extraction], seed: int) -> None:
    chance = random.Random(seed)
    documents = [one.bulletin for one in alone.values()] + [read_text(text) for text in chance.sample(ODD, 9)]
    chance.shuffle(documents)
    for found, bulletin in zip(model.extract_all(documents), documents, strict=True):
        assert found.bulletin is bulletin
        _same(found, alone[bulletin.id] if bulletin.id in alone else model.extract(bulletin))


@settings(max_examples=60)
@given(st.lists(st.sampled_from(ODD), min_size=2, max_size=6))
def test_odd_documents_in_any_company(texts: list[str]) -> None:
    model = extraction._default()
    for found, text in zip(model.extract_all(texts), texts, strict=True):
        _same(found, model.extract(text))


@settings(max_examples=60)
@given(st.lists(st.text("甲乙市局2023年同比增长5%、,。;《》()（）“”\n其中占 個", max_size=40), min_size=2, max_size=5))
def test_any_texts_in_any_company(texts: list[str]) -> None:
    model = extraction._default()
    for found, text in zip(model.extract_all(texts), texts, strict=True):
        _same(found, model.extract(text))


def test_they_are_read_together(model: Extractor, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the other tests say something: one decoding for all."""
    sizes: list[int] = []
    whole = Extractor._together

    def counted(self: Extractor, bulletins: Sequence[Bulletin]) -> Any:
        sizes.append(len(bulletins))
        return whole(self, bulletins)

    monkeypatch.setattr(Extractor, "_together", counted)
    assert len(list(model.extract_all(["全市立案3起。"] * 5))) == 5
    assert sizes == [5]


def test_an_error_costs_no_other_document(model: Extractor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those before it come; then it raises what it raises alone."""

    def failing(bulletin: Bulletin, *rest: Any) -> Any:
        if "坏" in bulletin.text:
            raise ValueError("bad")
        return build_tables(bulletin, *rest)

    build_tables = extraction.build_tables
    monkeypatch.setattr(extraction, "build_tables", failing)
    found = model.extract_all(["全市立案3起。", "好2件。", "坏1件。", "好4件。"])
    assert [next(found).bulletin.text for _ in range(2)] == ["全市立案3起。", "好2件。"]
    with pytest.raises(ValueError, match="bad"):
        next(found)


@given(st.lists(st.integers(0, 40_000), max_size=80))
def test_groups_are_bounded_and_lose_nothing(sizes: list[int]) -> None:
    groups = list(grouped(sizes, int))
    assert [size for group in groups for size in group] == sizes
    for group in groups:
        assert 0 < len(group) <= extraction.MOST_TOGETHER
        assert len(group) == 1 or sum(group) <= extraction.TOGETHER


def test_groups_are_drawn_one_at_a_time() -> None:
    drawn: list[int] = []
    groups = grouped((drawn.append(n) or n for n in range(1000)), lambda _: 40_000)  # type: ignore[func-returns-value]
    next(groups)
    assert len(drawn) <= 4
