"""PDF → text: what is set on pages comes back as it was written."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongbao.errors import ReadingError
from tongbao.reading import ocr, pdf
from tongbao.reading.pdf import read_pdf

from .page_setting import Setting, set_pages
from .pdf_files import HEIGHT, WIDTH, Mark, Picture, Rule, Words
from .pdf_files import pdf as written

pytest.importorskip("pdfplumber")

PROSE = [
    "现将甲州市2024年上半年群众身边突出问题集中整治情况通报如下，各县区、各单位要认真对照检查，切实抓好整改。",
    "截至6月30日，全市共排查问题1362件，办结1291件，办结率94.8%；立案43起，处分31人，其中科级以上干部11人。",
    "下一步，市纪委监委将持续跟踪督办。",
]


def _text(pages: Sequence[Sequence[Mark]]) -> str:
    return read_pdf(written(pages), None, "a.pdf").text


def _without_ocr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "installed", lambda: False)


# --- paragraphs -----------------------------------------------------------------------------------------------------

_paragraph = st.builds(
    lambda start, rest, end: start + rest + end,
    st.sampled_from("甲乙丙查"),
    st.lists(
        st.sampled_from([*"问题整改食堂公路水厂学校督办", "，", "12", "3.5%", "、", "“治”", "《办法》"]), max_size=90
    ).map("".join),
    st.sampled_from(["。", "完", "："]),
)


#: Ways to set a document: paragraphs begin with an indent, or stand apart.
SETTINGS = {
    "indented": Setting(),
    "small": Setting(size=10.5),
    "official": Setting(size=16, leading=1.8, side=79),
    "apart": Setting(indent=0, after=0.8),
    "two columns": Setting(size=10.5, columns=2),
    "two columns, large": Setting(size=14, columns=2, gutter=30),
    "three columns": Setting(size=9, columns=3, side=40),
}


@settings(max_examples=60)
@given(st.lists(_paragraph, max_size=25), st.sampled_from(sorted(SETTINGS)))
def test_what_is_set_comes_back(paragraphs: list[str], name: str) -> None:
    paragraphs = PROSE + paragraphs
    found = read_pdf(written(set_pages(paragraphs, SETTINGS[name])), None, "a.pdf")
    assert found.text.split("\n") == paragraphs
    assert [block.span.of(found.text) for block in found.blocks] == paragraphs
