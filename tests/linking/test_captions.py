"""Which words are the labels of numbers on pages of figures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.marks import marked

from tongbao.linking.captions import Caption, captions
from tongbao.records import Span


def found(text: str) -> list[Caption | None]:
    plain, spans = marked(text)
    captioned = captions(plain, spans)
    return [captioned.get(number) for number in range(len(spans))]


def labels(text: str) -> list[str | None]:
    """The label of each number; ``None`` for one that stands among words, the empty string for one without a label."""
    plain, _ = marked(text)
    return [one and (one.words.of(plain) if one.words else "") for one in found(text)]


THREE = ["立案", "处分", "移送"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("立案\n[3件]\n处分\n[4人]\n移送\n[5人]\n", THREE),
        ("[3件]\n立案\n[4人]\n处分\n[5人]\n移送\n", THREE),
        ("年度成绩单\n[3件]\n立案\n[4人]\n处分\n[5人]\n移送\n", THREE),
        ("年度成绩单\n\n立案\n[3件]\n处分\n[4人]\n移送\n[5人]\n", THREE),
        ("立案\n\n[3件]\n\n处分\n\n[4人]\n\n移送\n\n[5人]\n", THREE),
        ("◆ 执纪\n\n立案\n\n[3件]\n\n处分\n\n[4人]\n\n◆ 移送\n\n移送\n\n[5人]\n", THREE),
        ("◆立案\n[3件]\n◆处分\n[4人]\n◆移送\n[5人]\n", ["◆立案", "◆处分", "◆移送"]),
        ("一、执纪\n[3件]\n立案\n[4人]\n处分\n二、移送\n[5人]\n移送\n", THREE),
        ("立案\n[3件]\n同比增长[2%]\n处分\n[4人]\n↑[9%]\n移送\n[5人]\n", ["立案", None, "处分", None, "移送"]),
        ("立案　[3件]　处分　[4人]　移送　[5人]\n", THREE),
        ("[3件]　立案　｜　[4人]　处分　｜　[5人]　移送\n", THREE),
        ("立案　处分　移送\n[3件]　[4人]　[5人]\n", THREE),
        ("[3件]　[4人]　[5人]\n立案　处分　移送\n", THREE),
        ("群众身边\n不正之风\n[3件]\n形式主义\n官僚主义\n[4件]\n", ["群众身边\n不正之风", "形式主义\n官僚主义"]),
        ("投入资金\n（亿元）\n[3.2]\n新增面积\n（万亩）\n[4.5]\n", ["投入资金", "新增面积"]),
        ("办理时间\n由\n[5天]\n缩短到\n[2天]\n申请材料\n[8件]\n", ["办理时间", "办理时间", "申请材料"]),
        ("响应时长　[3小时]　[2小时]\n来电　[8件]　[9件]\n", ["响应时长", "响应时长", "来电", "来电"]),
        ("批准逮捕\n2023年 [3人]　2024年 [2人]\n抗诉\n2023年 [6件]　2024年 [4件]\n", ["批准逮捕"] * 2 + ["抗诉"] * 2),
        ("网络渠道　[3件]　[35%]\n", ["网络渠道", ""]),
        ("拘留 [3人]／限高：[4人次]／移送＝[5人]\n", ["拘留", "限高", "移送"]),
        ("[3件] 立案 · [4人] 处分 · [5人] 移送\n", THREE),
        ("[27.5]乡村振兴　[19.0]医疗　[9.0]教育\n", ["乡村振兴", "医疗", "教育"]),
        ("整改率　[57%]→[96%]\n设备　[120台] ▶ [86台]\n", ["整改率", "整改率", "设备", "设备"]),
        ("举报\n[286件] ↓[12件]\n立案\n[23件] ▲[9件]\n", ["举报", None, "立案", None]),
        ("移送　[13案][15人]\n", ["移送", None]),
        ("进驻\n组建督察组 [6个]\n进驻市州 [11个]\n", ["组建督察组", "进驻市州"]),
        ("P3/7\n谈过话的人\n[5317人次]\n走访过的村子\n[388个]\n", ["谈过话的人", "走访过的村子"]),
        ("医院排队\n整治前　[47分钟]\n整治后　[19分钟]\n", ["医院排队", "医院排队"]),
        ("退给家长多少？\nA：[387.6万元]\n", ["退给家长多少？"]),
        ("立案审查\n[3个]问题得到解决，\n处分\n", [None]),
        ("检查[3家]企业\n[4家]\n责令整改\n", [None, "责令整改"]),
        ("发现问题　（上一轮[187个]）\n[61个]\n党的领导弱化\n", [None, "党的领导弱化"]),
        ("全市立案[3件]，处分[4人]。\n[5人]\n移送\n", [None, None, "移送"]),
        ("2023年1—6月\n[3件]\n立案\n", ["立案"]),
        ("立案\n[3\n件]\n处分\n[4\n人]\n", ["立案", "处分"]),
        ("合　计　[3件]\n", ["合　计"]),
        ("[3件]", [""]),
        ("立案", []),
        ("", []),
    ],
)
def test_labels(text: str, expected: list[str | None]) -> None:
    assert labels(text) == expected


def test_a_page_settles_what_a_block_leaves_open() -> None:
    """One number between two lines says nothing; the rest of the page does."""
    open_block = "甲项工作\n[9件]\n乙项工作\n"
    front = "。\n立案\n[3件]\n处分\n[4人]\n移送\n[5人]\n留置\n[6人]\n约谈\n[7人]\n此外开展若干工作。\n"
    back = "。\n[3件]\n立案\n[4人]\n处分\n[5人]\n移送\n[6人]\n留置\n[7人]\n约谈\n此外开展若干工作。\n"
    assert labels(f"{front}{open_block}")[-1] == "甲项工作"
    assert labels(f"{back}{open_block}")[-1] == "乙项工作"


def test_a_longer_ladder_is_surer() -> None:
    short, long = found("立案\n[3件]\n"), found("立案\n[3件]\n处分\n[4人]\n移送\n[5人]\n")
    assert short[0] is not None
    assert long[0] is not None
    assert long[0].sure >= short[0].sure > 0
    assert (long[0].side, found("[3件]\n立案\n")[0]) == (1, Caption(Span(3, 5), 2, short[0].sure, Span(3, 5)))


def test_where_the_side_is_open_both_are_reached() -> None:
    text, spans = marked("甲项工作\n[9件]\n乙项工作\n")
    open_one = captions(text, spans)[0]
    assert open_one.reach == Span(0, len(text) - 1)
    text, spans = marked("立案\n[3件]\n处分\n[4人]\n移送\n[5人]\n")
    assert [one.reach for one in captions(text, spans).values()] == [
        one.words for one in captions(text, spans).values()
    ]


def test_windows_line_ends() -> None:
    text = "立案\n[3件]\n处分\n[4人]\n移送\n[5人]\n"
    assert [label and label.strip() for label in labels(text.replace("\n", "\r\n"))] == THREE


@given(
    st.lists(
        st.sampled_from(["立案", "[3件]", "\n", "\n\n", "　", "｜", "◆", "，", "。", "由", "同比", "[4%]", "（", "）"])
    )
)
def test_any_page(pieces: list[str]) -> None:
    """Labels lie in the text, never share a character with a number, and stand on the side that they are said to."""
    plain, spans = marked("".join(pieces))
    for number, caption in captions(plain, spans).items():
        assert 0 <= caption.sure <= 3
        assert (caption.words is None) == (caption.side == 0)
        if caption.words is not None:
            assert caption.reach is not None
            assert caption.reach.contains(caption.words)
            assert caption.words.of(plain).strip()
            assert not any(caption.words.overlaps(span) for span in spans)
            assert (caption.words.end <= spans[number].start) == (caption.side == 1)
