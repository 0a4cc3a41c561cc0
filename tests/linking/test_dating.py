"""Which year a document and its passages speak of, and the days of their periods."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.linking.dating import periods
from tongbao.linking.document_year import Setting, setting_of
from tongbao.linking.period_uses import uses
from tongbao.reading import read_text
from tongbao.records import Metadata, Period, Span

CASES = Path(__file__).parent / "cases" / "dating.tsv"
ROWS = [line.split("\t") for line in CASES.read_text("utf-8").splitlines()[1:]]


def _shown(period: Period) -> str:
    return f"{period.first or '-'}~{period.last or '-'}"


@pytest.mark.parametrize(("text", "dates"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_case(text: str, dates: str, document: Callable[..., Any]) -> None:
    """⏎ ends a line; the metadata are what the text says of itself."""
    found = document(text.replace("⏎", "\n"))
    spans = [mention.span for mention in found.mentions]
    assert " ".join(map(_shown, periods(read_text(found.text), spans))) == dates


@pytest.mark.parametrize(
    ("published", "title", "setting"),
    [
        (date(2024, 2, 6), None, Setting(date(2024, 2, 6), 2024, None, 2023)),
        (date(2024, 2, 6), "2023年情况通报", Setting(date(2024, 2, 6), 2024, 2023, 2023)),
        (date(2024, 6, 6), None, Setting(date(2024, 6, 6), 2024, None, None)),
        (None, "2023年情况通报", Setting(None, 2023, 2023, None)),
        (None, "关于《2023年方案》的通报", Setting()),
        (None, None, Setting()),
    ],
)
def test_setting_without_periods(published: date | None, title: str | None, setting: Setting) -> None:
    assert setting_of(read_text("检查。", metadata=Metadata(title=title, published=published)), []) == setting


@pytest.mark.parametrize(
    ("text", "used"),
    [
        ("[t 2023年]，检查。", "topic initial speaks"),
        ("【案情】[t 2023年]，检查。", "topic initial speaks"),
        ("●[t 2023年]怎么干", "topic initial speaks"),
        ("初步核算，[t 2023年]增长。", "topic speaks change_follows"),
        ("市局[t 2023年]检查。", "speaks"),
        ("[t 2023年]，力争办结。", "topic initial speaks ahead"),
        ("[t 2025年]是收官之年。", "topic initial speaks ahead"),
        ("[t 2023年]，按照《将来规划》检查。", "topic initial speaks"),
        ("各地要参照做法，[t 2023年]完成。", "topic speaks ahead"),
        ("按照要求，[t 2023年]完成。", "topic speaks"),
        ("同比[t 2022年]下降。", "base change_follows"),
        ("和[t 2022年]检查。", "speaks"),
        ("和[t 2022年]相比。", "base"),
        ("从[t 2022年]的3件到5件。", "base"),
        ("工作从[t 2022年]检查。", "speaks"),
        ("规模是[t 2022年]的3倍。", "base of_thing"),
        ("房子是我[t 2016年]交的房。", "of_thing"),
        ("公司成立于[t 2016年]。", "of_thing"),
        ("比[t 上年]多。", "base earlier change_follows"),
        ("[t 2023年以来]，检查。", "topic initial open"),
        ("[t 2023年6月底前]，检查。", "topic initial due"),
        ("[t 到2027年]，检查。", "topic initial due"),
        ("[t 到2027年6月1日]，检查。", "topic initial speaks"),
    ],
)
def test_how_a_period_is_used(text: str, used: str, document: Callable[..., Any]) -> None:
    found = document(text)
    use = uses(found.bulletin, [mention.span for mention in found.mentions])[0]
    names = ("base", "topic", "initial", "speaks", "of_thing", "earlier", "open", "due", "ahead", "change_follows")
    assert {name for name in names if getattr(use, name)} == set(used.split())


def test_paragraphs_are_numbered(document: Callable[..., Any]) -> None:
    found = document("[t 3月]检查。[t 4月]检查。\n[t 5月]检查，[t 6月]检查。\n\n[t 7月]")
    numbers = [use.paragraph for use in uses(found.bulletin, [mention.span for mention in found.mentions])]
    assert numbers == [0, 0, 1, 1, 2]


@given(
    st.lists(st.sampled_from([*"今去上年同期月日至比，。\n1", "2023年", "年底前", "以来", "截至"]), max_size=12),
    st.data(),
)
def test_any_spans_get_dates_or_none(pieces: list[str], data: st.DataObject) -> None:
    text = "".join(pieces)
    ends = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    spans = [Span(*pair) for pair in itertools.pairwise(ends)]
    assert len(periods(read_text(text), spans)) == len(spans)
