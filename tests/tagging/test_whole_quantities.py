"""Quantities whose borders their setting fixes."""

from __future__ import annotations

import pytest
from tests.marks import tagged

from tongbao.tagging.whole_quantities import _UNSEEN, whole_quantities


@pytest.mark.parametrize(
    ("marked", "surfaces"),
    [
        ("立案\n[q 687]\n起\n", ["687\n起"]),
        ("追缴\n[q 1,948]\n[q 万元]\n", ["1,948\n万元"]),
        ("移送\n8\n人\n处分\n", ["8\n人"]),
        ("追缴[q 约3.2]\n亿元\n", ["约3.2\n亿元"]),
        ("追缴 [q 3.2]\r\n　亿元\r\n", ["3.2\r\n　亿元"]),
        ("合格率\n[q 98.6]\n％", ["98.6\n％"]),
        ("立案\n[q 687]\n起诉\n", ["687"]),
        ("立案\n[q 687]\n\n起\n", ["687"]),
        ("立案8\n人\n", []),
        ("[t 2023]\n年\n", ["2023"]),
        ("投诉　[q 57.3%]\n", ["57.3%"]),
        ("投诉　+[q 57.3%]\n", ["+57.3%"]),
        ("失信名单（－[q 3家]）", ["－3家"]),
        ("3-[q 5家]", ["5家"]),
        ("A+[q 5家]", ["5家"]),
        ("同比↑[q 5%]", ["5%"]),
        ("-[q 三家]", ["三家"]),
        ("算力[q 4800P]F，", ["4800PF"]),
        ("算力[q 1.3万P]Flops", ["1.3万PFlops"]),
        ("算力[q 4800P][q F8个]", ["4800P", "F8个"]),
        ("重[q 5千克]g", ["5千克"]),
        ("总长度超过[q 5000公里]。", ["超过5000公里"]),
        ("不得超过[q 30天]", ["不得超过30天"]),
        ("招标不少于[q 3次]", ["不少于3次"]),
        ("远超过[q 三成]", ["超过三成"]),
        ("商超[q 1.1万家]，签约[q 128个]", ["1.1万家", "128个"]),
        ("[q 3个]超过[q 5个]", ["3个", "超过5个"]),
        ("位列全国[q 50强]，占四分之[q 一]强", ["一"]),
        ("世界[q 500]强企业[q 3家]，压缩强度[q 30]强度", ["3家", "30"]),
        ("保持[q 两位]数增长，列[q 第一]方阵、[q 第一]", ["第一"]),
        ("国产[q 九价]宫颈癌疫苗，[q 九]价", ["九"]),
        ("新增[q 46台]（套）、[q 5.2万套](间)", ["46台（套）", "5.2万套(间)"]),
        ("合格率[q 98%]（第二），投入[q 16万元](折算)，[q 3件]（其中", ["98%", "16万元", "3件"]),
        ("[q 46台]（[q 套]）", ["46台", "套"]),
        ("", []),
    ],
)
def test_borders(marked: str, surfaces: list[str]) -> None:
    text, found = tagged(marked)
    assert [span.of(text) for _, span, _ in whole_quantities(text, found)] == surfaces


def test_the_surest_piece_says_how_sure_the_whole_is() -> None:
    text, found = tagged("追缴\n[q 1948]\n[q 万元]\n")
    assert [confidence for _, _, confidence in whole_quantities(text, found)] == [found[0][2]]
    text, found = tagged("追缴\n1948\n万元\n")
    assert [confidence for _, _, confidence in whole_quantities(text, found)] == [_UNSEEN]
