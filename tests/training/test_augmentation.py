"""Variants of documents: the same spans over other names and numbers."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tongbao.annotation import read_gold
from tongbao.annotation.check import problems
from tongbao.annotation.sheet_reading import parse_sheets
from tongbao.lexicon import load
from tongbao.records import Annotated, Department, Quantity
from tongbao.training.augmentation import Slots, variants, vary

ROOT = Path(__file__).parents[2]
SHEET = """# tongbao sheet 1
== x authored
>泉州市教育局查处12345起,罚款1.24万元,覆盖泉州市南安市。
d1 DEPARTMENT 泉州市教育局 | role=actor | canonical=泉州市教育局
s1 SCOPE 泉州市南安市
q1 QUANTITY 12345起 | indicator=查处 | scope=s1
q2 QUANTITY 1.24万元 | indicator=罚款 | scope=s1
"""


@pytest.fixture(scope="module")
def document() -> Annotated:
    (sheet,) = parse_sheets(SHEET, "x")
    assert sheet.document is not None
    return sheet.document


@pytest.fixture(scope="module")
def slots() -> Slots:
    return Slots.of(load())


def surfaces(document: Annotated) -> list[str]:
    return [mention.span.of(document.text) for mention in document.mentions]


def test_a_seed_gives_the_same_variants(document: Annotated) -> None:
    one, two = (list(variants([document], 3, 13, load())) for _ in range(2))
    assert one == two
    assert [variant.id for variant in one] == ["x~1", "x~2", "x~3"]
    assert len({variant.text for variant in one}) > 1
    assert list(variants([document], 3, 14, load())) != one
    assert list(variants([document], 0, 13, load())) == []


def test_slots_are_filled_with_their_like(document: Annotated, slots: Slots) -> None:
    many = [vary(document, slots, random.Random(number)) for number in range(200)]
    names = {surfaces(variant)[0] for variant in many}
    assert len(names) > 20
    assert all(name.endswith("局") and "市" in name for name in names)
    counts = {surfaces(variant)[2] for variant in many}
    assert len(counts) > 20
    assert all(count[:5].isdigit() and count[0] != "0" and len(count) == 6 for count in counts)
    assert {surfaces(variant)[3][-2:] for variant in many} == {"万元"}


def test_a_region_is_the_same_throughout_a_document(document: Annotated, slots: Slots) -> None:
    for number in range(50):
        variant = vary(document, slots, random.Random(number))
        city = surfaces(variant)[0].partition("市")[0] + "市"
        assert surfaces(variant)[1].startswith(city)


def test_values_follow_their_characters_and_full_names_are_dropped(document: Annotated, slots: Slots) -> None:
    variant = vary(document, slots, random.Random(1))
    quantity = variant.mentions[2].attributes
    assert isinstance(quantity, Quantity)
    assert str(quantity.value) == surfaces(variant)[2][:5]
    assert variant.mentions[0].attributes == Department("actor", None)


def test_variants_of_the_corpus_are_sound() -> None:
    documents = [one for path in sorted((ROOT / "annotations/gold").glob("**/*.jsonl")) for one in read_gold(path)]
    for original, variant in zip(documents, variants(documents, 1, 13, load()), strict=True):
        assert problems(variant) == [], variant.id
        assert [(one.id, one.label) for one in variant.mentions] == [(one.id, one.label) for one in original.mentions]
        for before, after in zip(original.links, variant.links, strict=True):
            assert (before.kind, before.source, before.target) == (after.kind, after.source, after.target)
