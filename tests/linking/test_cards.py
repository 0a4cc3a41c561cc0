"""Labels of numbers that fill a line: the text says which by brackets, 【number】."""

from __future__ import annotations

import re

import pytest

from tongbao.linking.cards import Labels
from tongbao.linking.layout import places
from tongbao.reading import read_text
from tongbao.records import Mention, Span


def _labels(marked: str) -> list[tuple[str | None, str | None]]:
    """The lines before and behind each marked number that may be its label."""
    text = re.sub("[【】]", "", marked)
    mentions, shift = [], 0
    for match in re.finditer("【([^】]+)】", marked):
        start = match.start() - shift
        mentions.append(Mention(f"q{len(mentions)}", "QUANTITY", Span(start, start + len(match[1]))))
        shift += 2
    found: list[Labels] = [place.labels for place in places(read_text(text), mentions)]
    return [(one.before and one.before.of(text), one.behind and one.behind.of(text)) for one in found]


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        # The number above its label, and below it.
        ("【58件】\n立案\n【43.6万元】\n罚没款\n", [(None, "立案"), (None, "罚没款")]),
        ("立案\n【58件】\n罚没款\n【43.6万元】\n", [("立案", None), ("罚没款", None)]),
        # A heading in front, running text behind: other stretches say it, and where none does, both sides may.
        ("【9家】\n关停\n\n罚单\n【58件】\n立案\n", [(None, "关停"), (None, "立案")]),
        ("罚单\n【58件】\n立案\n", [("罚单", "立案")]),
        ("罚单\n【58件】\n立案\n这张罚单的主人是一家排档。\n", [("罚单", "立案")]),
        # Stretches of lines that empty lines set apart; all lines set apart by empty ones.
        ("整治\n\n【58件】\n立案\n\n问责\n", [(None, "立案")]),
        ("【58件】\n\n立案\n\n【9件】\n\n移送\n", [(None, "立案"), (None, "移送")]),
        # White space round a number; a number and its unit in two lines.
        ("　　【58件】 \n立案\n", [(None, "立案")]),
        ("入户核验\n【29630\n套】\n", [("入户核验", None)]),
        # Numbers in running text and beside words of their own, numbers alone, a long line beside.
        ("查处【58件】\n立案\n", [(None, None)]),
        ("【58件】\n", [(None, None)]),
        ("【58件】\n" + "长" * 46 + "\n", [(None, None)]),
    ],
)
def test_labels(marked: str, expected: list[tuple[str | None, str | None]]) -> None:
    assert _labels(marked) == expected


def test_periods_have_none() -> None:
    text = "2023年\n立案\n"
    (place,) = places(read_text(text), [Mention("t1", "PERIOD", Span(0, 5))], ("PERIOD",))
    assert place.labels == Labels(None, None)
