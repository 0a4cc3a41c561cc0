"""Canonical names of departments: cases by kind of region, and what holds for any text."""

from __future__ import annotations

import csv
import json
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao import lexicon
from tongbao.linking.canonical import CanonicalName, canonical_names
from tongbao.linking.canonical_full import spelled_out
from tongbao.reading import read_text
from tongbao.records import Bulletin, Metadata, Span

CASES = Path(__file__).parent / "cases"
LEVELS = {"central", "province", "prefecture", "county", "township"}
BODIES = ("教育局", "财政局", "纪委监委", "市场监管局", "公安局交警支队", "卫健委", "人民政府", "检察院")


def _marked(text: str) -> tuple[str, list[Span]]:
    """The text without its square brackets, and what stood in them."""
    plain, spans = "", []
    for index, piece in enumerate(text.replace("]", "[").split("[")):
        if index % 2:
            spans.append(Span(len(plain), len(plain) + len(piece)))
        plain += piece
    return plain, spans


def _bulletin(text: str, region: str | None = None, issuer: str | None = None) -> Bulletin:
    return read_text(text, metadata=Metadata(region=region, issuer=issuer))


def _cases() -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = json.loads((CASES / "canonical.json").read_text("utf-8"))
    return cases


def _names_to_spell() -> list[list[str]]:
    with (CASES / "canonical_full.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]


@pytest.mark.parametrize("case", _cases(), ids=lambda case: case["why"])
def test_a_mention_gets_its_full_name(case: dict[str, Any]) -> None:
    text, spans = _marked(case["text"])
    found = canonical_names(_bulletin(text, case.get("region"), case.get("issuer")), spans)
    assert [name.name for name in found] == case["names"]
    for key, attribute in (("levels", "level"), ("regions", "region"), ("full", "full")):
        if key in case:
            assert [getattr(name, attribute) for name in found] == case[key]


@pytest.mark.parametrize(("name", "text", "full", "why"), _names_to_spell())
def test_a_name_is_spelled_out(name: str, text: str, full: str, why: str) -> None:
    assert spelled_out(name, text) == full, why
    assert spelled_out(full, text) == full


CITIES = [
    region
    for region in lexicon.load().gazetteer.by_code.values()
    if region.level == "prefecture"
    and region.name.endswith("市")
    and lexicon.load().parents(region.code)[0].name[-1] == "省"
]


@given(st.sampled_from(CITIES), st.sampled_from(BODIES), st.sampled_from(["", "沧县先行。", "苏州市和杭州市来访,"]))
def test_the_region_of_the_document_stands_before_the_body(region: lexicon.Region, body: str, before: str) -> None:
    text, spans = _marked(f"{before}[市{body}]牵头,[省{body}]指导。")
    city, province = canonical_names(_bulletin(text, region.name), spans)
    assert (city.name, city.level, city.region) == (region.name + body, "prefecture", region.name)
    assert province.name == lexicon.load().parents(region.code)[0].name + body


_PIECES = st.sampled_from(
    [
        *"市县省区州旗镇乡局委和该在,。《》\n 甲",
        "泉州市",
        "禾川县",
        "锦屏区",
        "兵团",
        "教育局",
        "纪委监委",
        "部门",
        "海关",
        "广西",
        "中共",
    ]
)
_TEXTS = st.lists(_PIECES, max_size=30).map("".join)


@given(_TEXTS, st.lists(st.integers(0, 60), max_size=12), st.none() | _TEXTS, st.none() | _TEXTS)
def test_anything_is_named_without_error_and_twice_the_same(
    text: str, cuts: list[int], region: str | None, issuer: str | None
) -> None:
    points = sorted({min(cut, len(text)) for cut in cuts})
    spans = [Span(*pair) for pair in pairwise(points)]
    found = canonical_names(_bulletin(text, region, issuer), spans)
    assert found == canonical_names(_bulletin(text, region, issuer), spans)
    assert len(found) == len(spans)
    for name in found:
        if name.name is None:
            assert name == CanonicalName(None)
        else:
            assert name.name
            assert name.full
            assert name.level is None or name.level in LEVELS


@given(st.lists(st.tuples(st.sampled_from("省市县区州旗镇"), st.sampled_from(BODIES)), min_size=1, max_size=8))
def test_without_a_region_in_reach_nothing_is_named(mentions: list[tuple[str, str]]) -> None:
    text, spans = _marked("各地整治,".join(f"[{level}{body}]牵头。" for level, body in mentions))
    assert {name.name for name in canonical_names(_bulletin(text), spans)} == {None}


@given(st.lists(st.tuples(st.sampled_from("省市县镇"), st.sampled_from(BODIES)), min_size=1, max_size=8))
def test_a_name_ends_with_what_the_mention_says_of_the_body(mentions: list[tuple[str, str]]) -> None:
    text, spans = _marked("泉州市安溪县湖头镇。" + "".join(f"[{level}{body}]牵头。" for level, body in mentions))
    for (level, body), name in zip(mentions, canonical_names(_bulletin(text), spans), strict=True):
        assert name.name is not None
        assert name.name.endswith(level + body)
        assert name.full is not None
        assert name.full.endswith(spelled_out("泉州市" + body).removeprefix("泉州市"))


def test_no_mentions_no_names() -> None:
    assert canonical_names(_bulletin(""), []) == []
    assert canonical_names(_bulletin(" "), [Span(0, 1), Span(1, 1)]) == [CanonicalName(None)] * 2


def test_a_long_document_takes_a_time_in_proportion_to_its_length() -> None:
    text, spans = _marked("[市教育局]、[县财政局]会同[泉州市民政局]在禾川县、[区法院]检查。" * 4000)
    began = time.perf_counter()
    found = canonical_names(_bulletin(text), spans)
    # A hundredth of this is enough; what is not linear takes minutes.
    assert time.perf_counter() - began < 20
    assert [name.name for name in found[4:7]] == ["泉州市教育局", "禾川县财政局", "泉州市民政局"]
