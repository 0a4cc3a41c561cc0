"""Laws and rules without title marks: marked where nothing is tagged and the words around make nothing else of them."""

from __future__ import annotations

import pytest

from tongbao import lexicon
from tongbao.records import Span
from tongbao.tagging.known_titles import CONFIDENCE, add_known_titles
from tongbao.tagging.tagger import Tagged

TITLES = lexicon.load().titles


def _marked(text: str, tagged: list[Tagged]) -> str:
    """The text with ``[`` and ``]`` round the tagged spans."""
    for item in sorted(tagged, key=lambda item: item.span, reverse=True):
        text = f"{text[: item.span.start]}[{item.span.of(text)}]{text[item.span.end :]}"
    return text


@pytest.mark.parametrize(
    "marked",
    [
        "依据[政务处分法]给予处分。",
        "[监察法]、[监察法实施条例]和[公职人员政务处分法]",
        "违反[中国共产党纪律处分条例]的规定",
        "学习[中华人民共和国安全生产法]",
        "[中央八项规定]出台以来",
        "严格执行[中央八项规定]及其实施细则",
        "宣讲[民法典]12场",
        "[民法典]",
        # what is no title
        "查处违反中央八项规定精神问题3起",
        "落实中央八项规定及其实施细则精神",
        "加固中央八项规定堤坝",
        "开展宪法宣传周活动",
        "举行宪法宣誓仪式",
        "民法典“六进”活动",
        "某某科技有限公司法定代表人",
        "市总工会法律援助",
        "宣传安全生产法律法规",
        "省实施招标投标法办法",
        "监察法治",
        "学习教育法规12部",
        "公司法人治理",
        "忠于宪法法律",
        "依法办理，规定从其规定",
    ],
)
def test_titles_in_their_surroundings(marked: str) -> None:
    text = marked.replace("[", "").replace("]", "")
    found = add_known_titles(text, [], TITLES)
    assert _marked(text, found) == marked
    assert {(item.label, item.confidence) for item in found} <= {("POLICY", CONFIDENCE)}


@pytest.mark.parametrize(
    "text", ["印发《〈监察法〉问答》和《政务处分法》", "《安全生产法》", "《关于实施审计法的意见》"]
)
def test_what_stands_in_title_marks_is_left_alone(text: str) -> None:
    assert add_known_titles(text, [], TITLES) == []


@pytest.mark.parametrize(("start", "end"), [(0, 7), (2, 7), (4, 9), (6, 7)])
def test_what_is_tagged_stays(start: int, end: int) -> None:
    """Whether it is the title itself, crosses it, or lies in it."""
    text = "依据政务处分法处分"
    tagged = [Tagged("POLICY", Span(start, end), 0.5)]
    assert add_known_titles(text, tagged, TITLES) == tagged


def test_spans_come_in_text_order() -> None:
    text = "2024年市教育局学习监察法3次"
    period, quantity = Tagged("PERIOD", Span(0, 5), 0.9), Tagged("QUANTITY", Span(14, 16), 0.9)
    found = add_known_titles(text, [period, quantity], TITLES)
    assert [item.label for item in found] == ["PERIOD", "POLICY", "QUANTITY"]
    assert found[1].span.of(text) == "监察法"


def test_every_known_title_is_found_alone() -> None:
    for title in TITLES:
        assert [item.span.of(title) for item in add_known_titles(title, [], TITLES)] == [title]
