"""The tables that come with the package, and the look-ups in them."""

from __future__ import annotations

import csv
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.errors import LexiconError
from tongbao.lexicon import Gazetteer, Region, load

CASES = Path(__file__).parent / "cases"
LEVELS = ("province", "prefecture", "county", "zone")


def _cases(name: str) -> list[list[str]]:
    with (CASES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]


@pytest.mark.parametrize(("name", "within", "code", "why"), _cases("find_region.tsv"))
def test_a_name_is_found_from_where_the_text_stands(name: str, within: str, code: str, why: str) -> None:
    region = load().find_region(name, within or None)
    assert (region.code if region else "") == code, why


@pytest.mark.parametrize(("short", "full"), _cases("full_names.tsv"))
def test_a_short_name_stands_for_full_ones(short: str, full: str) -> None:
    assert sorted(load().full_names(short)) == sorted(full.split())


def test_parents_go_from_the_nearest_out() -> None:
    assert [region.name for region in load().parents("350582")] == ["泉州市", "福建省"]
    assert [region.name for region in load().parents("419001")] == ["河南省"]
    assert load().parents("350000") == ()
    assert load().parents("000000") == ()


def test_every_region_lies_in_one_of_a_higher_level_with_a_code_that_agrees() -> None:
    for region in load().gazetteer.by_code.values():
        for parent in load().parents(region.code):
            assert LEVELS.index(parent.level) < LEVELS.index(region.level)
            assert region.code.startswith(parent.code.rstrip("0").ljust(2, "0"))
        assert len(region.short) >= 2
        assert region.name.startswith(region.short)


def test_every_full_name_is_found_from_its_parent() -> None:
    found = load().find_region
    lost = [r.name for r in load().gazetteer.by_code.values() if r.parent and found(r.name, r.parent) != r]
    assert lost == []


@given(st.text(alphabet="鼓楼区朝阳吉林市海南泉州", max_size=4), st.sampled_from(["350500", "110000", "460000", None]))
def test_what_is_found_bears_the_name(name: str, within: str | None) -> None:
    region = load().find_region(name, within)
    assert region is None or name in (region.name, region.short)


def test_two_of_one_level_have_the_same_claim() -> None:
    regions = [
        Region("110000", "甲省", "甲", "province", None),
        Region("110100", "丙市", "丙", "prefecture", "110000"),
        Region("110200", "丁丙市", "丙", "prefecture", "110000"),
    ]
    assert Gazetteer(regions).find("丙") is None
    assert Gazetteer(regions[:2]).find("丙") == regions[1]


def test_categories_hold_distinct_words() -> None:
    lexicon = load()
    for category in lexicon.categories:
        words = lexicon.words(category)
        assert words
        assert len(set(words)) == len(words), category


@pytest.mark.parametrize(
    ("category", "word"),
    [
        ("region_full", "泉州市"),
        ("region_short", "泉州"),
        ("body_full", "市场监督管理局"),
        ("body_short", "市监局"),
        ("cue_issue", "印发"),
        ("cue_amend", "修订"),
        ("cue_implement", "落实"),
        ("cue_increase", "增长"),
        ("cue_decrease", "下降"),
        ("cue_reach", "突破"),
        ("cue_period", "截至"),
        ("cue_scope", "全市"),
    ],
)
def test_a_category_holds_its_words(category: str, word: str) -> None:
    assert word in load().words(category)


def test_an_unknown_category_is_an_error_that_names_the_known_ones() -> None:
    with pytest.raises(LexiconError, match=r"cue_nothing: no such category.*region_full"):
        load().words("cue_nothing")


def test_user_words_are_names_that_are_not_words_of_the_language() -> None:
    words = load().user_words()
    assert list(words) == sorted(set(words))
    assert {"泉州市", "泉州", "鲤城区", "市监局", "市场监督管理局"} <= set(words)
    assert not {"和平", "友谊", "互助"} & set(words)


def test_the_lexicon_is_read_once_and_cannot_be_changed() -> None:
    lexicon = load()
    assert load() is lexicon
    with pytest.raises(FrozenInstanceError):
        lexicon.bodies = ()  # type: ignore[misc]
    with pytest.raises(TypeError):
        lexicon.categories["region_full"] = ()  # type: ignore[index]
    with pytest.raises(TypeError):
        lexicon.gazetteer.by_code["350500"] = lexicon.gazetteer.by_code["350000"]  # type: ignore[index]
