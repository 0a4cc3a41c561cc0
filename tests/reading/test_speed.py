"""Adversarial texts are read in linear time: a quadratic step would take minutes, a linear one under a second."""

import time
from contextlib import suppress

import pytest

from tongbao.errors import ReadingError
from tongbao.reading import read_text, split_clauses
from tongbao.reading.html import read_html
from tongbao.records import Span

N = 200_000


@pytest.mark.parametrize(
    "text",
    [
        "(" * N,
        "（" * N + "）" * N,
        "《" * N,
        "《" * N + "》" * N,
        "整治问题，查处1.5万元；" * (N // 4),
        "牵头单位:" * (N // 20),
        "(牵头单位:" * (N // 20),
        "由甲局牵头，" * (N // 20),
        "1.\n" * (N // 10),
        "一、\n（一）\n1.\n（1）\n①\n" * (N // 100),
        "（一）甲。" * (N // 10),
        "。" + "”" * N,
        "甲。" + " " * N + "乙",
        "\n" * (N // 3),
        "1" * N,
        "一" * N,
        "2024年" * (N // 5),
    ],
    ids=lambda text: text[:8].replace("\n", "⏎"),
)
def test_adversarial(text: str) -> None:
    begin = time.perf_counter()
    read_text(text)
    split_clauses(text, Span(0, len(text)))
    assert time.perf_counter() - begin < 15


@pytest.mark.parametrize(
    "page",
    [
        "检查水厂34座。" + "<br>" * (N // 4),
        "<p>检查水厂34座。<p>" + "来源：" * 60 + ("<p>" + "大 " * 90 + "甲") * (N // 200),
        "<ul><li>索引号：1<li>发文机关：2<li>成文日期：3</ul>" * (N // 100) + "检查水厂34座。",
        "<table>" + "<tr><td>甲<td>1" * (N // 20),
        "<table><tr><td>检查水厂34座。<td>1" * (N // 200),
        "<p>" + "<b> </b>" * (N // 10) + "检查水厂34座。",
        "<?xml?>" + '<a "' + '"' * N,
    ],
    ids=lambda page: page[:12],
)
def test_adversarial_pages(page: str) -> None:
    pytest.importorskip("trafilatura")
    begin = time.perf_counter()
    with suppress(ReadingError):
        read_html(page.encode(), None, "a.html")
    assert time.perf_counter() - begin < 15
