from pathlib import Path

import pytest

from tongbao.reading.marks import inline_marks, mark_at, number_of

CASES = [
    line.split("\t")
    for line in (Path(__file__).parent / "cases" / "marks.tsv").read_text("utf-8").splitlines()
    if not line.startswith("#")
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_shape(case: list[str]) -> None:
    text, number, *rest = case
    mark = mark_at(text, 0)
    if number == "-":
        assert mark is None
    else:
        assert mark is not None
        assert [text[mark.start : mark.number_end], mark.style, str(mark.value)] == [number, *rest]
        assert not text[mark.content].isspace()


@pytest.mark.parametrize(
    ("number", "value"),
    [
        ("十", 10),
        ("十九", 19),
        ("四十", 40),
        ("一百", 100),
        ("一百二十一", 121),
        ("二百", None),
        ("一一", None),
        ("零", 0),
    ],
)
def test_chinese_numbers(number: str, value: int | None) -> None:
    assert number_of(number) == value


def test_inline_marks_follow_a_stop() -> None:
    text = "情况：（1）甲（9）。（2）乙；③丙，④丁。5.戊"
    assert [text[m.start : m.number_end] for m in inline_marks(text, 0, len(text))] == ["（1）", "（2）", "③", "5"]
