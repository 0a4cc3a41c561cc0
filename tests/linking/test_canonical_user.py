"""Canonical names with a user's bodies and regions."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tongbao import lexicon
from tongbao.lexicon import Lexicon, read_user_lexicon
from tongbao.linking.canonical import canonical_names
from tongbao.reading import read_text
from tongbao.records import Metadata, Span

CASES = Path(__file__).parent / "cases"
OWN = (
    "body\t数创办\t数字创新办公室\n"
    "body\t数据局\t数据管理局\n"
    "body\t市织网专班\t泉州市织网攻坚专班\n"
    "body\t碧湾联调中心\n"
    "region\t蓝港新区\t蓝港经济技术开发区\t泉州市\n"
    "region\t碧湾镇\t\t蓝港新区\n"
    "region\t古城\t鲤城区\t泉州市\n"
)


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Lexicon:
    """The shipped lexicon with the user's words of this module."""
    path = tmp_path_factory.mktemp("own") / "own.tsv"
    path.write_text(OWN, encoding="utf-8")
    return lexicon.load().extended(read_user_lexicon(path, lexicon.load().gazetteer))


def _cases() -> list[list[str]]:
    with (CASES / "canonical_user.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]


@pytest.mark.parametrize(("region", "name", "full", "level", "of", "why"), _cases())
def test_names_in_full(words: Lexicon, region: str, name: str, full: str, level: str, of: str, why: str) -> None:
    bulletin = read_text(f"{name}牵头。", metadata=Metadata(region=region or None))
    [found] = canonical_names(bulletin, [Span(0, len(name))], words)
    assert (found.full or "", found.level or "", found.region or "") == (full, level, of), why


@pytest.mark.parametrize("name", ["市数据局", "数创办", "碧湾联调中心", "市教育局"])
def test_other_documents_do_not_learn_them(words: Lexicon, name: str) -> None:
    bulletin = read_text(f"{name}牵头。", metadata=Metadata(region="泉州市"))
    before = canonical_names(bulletin, [Span(0, len(name))])
    canonical_names(bulletin, [Span(0, len(name))], words)
    assert canonical_names(bulletin, [Span(0, len(name))]) == before
    assert before[0].full in (None, f"泉州{name}")


def test_a_region_of_the_user_is_what_a_level_means(words: Lexicon) -> None:
    text = "碧湾镇人民政府和镇财政所"
    spans = [Span(0, 7), Span(8, 12)]
    found = canonical_names(read_text(text, metadata=Metadata(region="泉州市")), spans, words)
    assert [name.region for name in found] == ["碧湾镇", "碧湾镇"]
    assert [name.level for name in found] == ["township", "township"]
