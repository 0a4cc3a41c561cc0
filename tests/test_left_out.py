"""Every number is in a row or is left out with a reason."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from random import Random
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.annotation import read_gold
from tongbao.extraction import load
from tongbao.left_out import _firm, _loose, _spans, left_out
from tongbao.numbers import find_figures, find_numbers
from tongbao.numbers.numerals import fold_forms
from tongbao.reading import read_file, read_text
from tongbao.records import (
    Annotated,
    Attributes,
    Bulletin,
    Department,
    Label,
    LeftOutReason,
    Mention,
    Period,
    Policy,
    Span,
)

ROOT = Path(__file__).resolve().parent
LIKELY = 0.25
WITH_PROBABILITY = ("low_confidence", "threshold")


def _cases() -> list[tuple[str, str, tuple[Span, ...]]]:
    out = []
    for line in (ROOT / "cases" / "left_out.tsv").read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        reason, marked = line.split("\t")
        text, spans = "", []
        for number, part in enumerate(re.split("[⟦⟧]", marked.replace("⏎", "\n"))):
            if number % 2:
                inner = part.strip()
                spans.append(Span(len(text) + part.index(inner), len(text) + part.index(inner) + len(inner)))
            text += part
        out.append((reason, text, tuple(spans)))
    return out


def _left_out(
    bulletin: Bulletin, mentions: Iterable[Mention] = (), rows: Iterable[Span] = ()
) -> list[tuple[Span, LeftOutReason, float | None]]:
    return left_out(bulletin, tuple(mentions), rows, lambda span: LIKELY, find_figures(bulletin.text))


_LETTERS = "".join(
    sorted({c for _, p in (*_firm(), *_loose()) for c in p.pattern if c.isalnum()} | set(" \n[](),.:-—/“”·"))
)


def _without_guard(pattern: re.Pattern[str]) -> re.Pattern[str]:
    _, guard, alternatives = pattern.pattern.partition("](?<=(?=(")
    assert guard
    assert alternatives.endswith("))(?s:.))")
    return re.compile(alternatives.removesuffix("))(?s:.))"), pattern.flags)


@pytest.mark.parametrize("pattern", [p for _, p in (*_firm(), *_loose())], ids=lambda p: p.pattern[:24])
def test_the_first_characters_of_a_pattern_lose_no_match(pattern: re.Pattern[str], repository: Path) -> None:
    """On all gold, on the cases of this file, and on random texts of the characters that patterns speak of."""
    bare = _without_guard(pattern)
    random = Random(1)
    texts = [text for _, text, _ in _cases()]
    texts += ["".join(random.choices(_LETTERS, k=4000)), "".join(random.choices("年月日号第0123一二十(-:. \n", k=9000))]
    texts += [d.text for file in sorted(repository.glob("annotations/gold/**/*.jsonl")) for d in read_gold(file)]
    for text in map(fold_forms, texts):
        assert list(_spans(pattern, text)) == [m.span() for m in bare.finditer(text)]


@cache
def _authored() -> tuple[Annotated, ...]:
    folder = ROOT.parent / "annotations" / "gold" / "authored"
    return tuple(document for path in sorted(folder.glob("*.jsonl")) for document in read_gold(path))


@pytest.mark.parametrize(("reason", "text", "spans"), _cases())
def test_reason(reason: str, text: str, spans: tuple[Span, ...]) -> None:
    found = {span: (why, how) for span, why, how in _left_out(read_text(text))}
    expected = (reason, LIKELY if reason in WITH_PROBABILITY else None)
    assert [(span.of(text), found.get(span)) for span in spans] == [(span.of(text), expected) for span in spans]


def test_every_reason_has_cases() -> None:
    assert {reason for reason, _, _ in _cases()} == set(get_args(LeftOutReason))


@pytest.mark.parametrize(
    ("label", "surface", "reason"),
    [
        ("PERIOD", "近30天", "date"),
        ("POLICY", "关于抓好30天攻坚的意见", "title"),
        ("DEPARTMENT", "30团纪委", "name"),
        ("ORGANIZATION", "30中", "name"),
        ("SCOPE", "30个县", "name"),
        ("QUANTITY", "30起", "low_confidence"),
    ],
)
def test_a_mention_gives_the_reason(label: Label, surface: str, reason: str) -> None:
    text = f"落实{surface}情况。"
    span = Span(2, 2 + len(surface))
    facts: dict[Label, Attributes] = {
        "PERIOD": Period(None, None),
        "POLICY": Policy("opinion", "cite"),
        "DEPARTMENT": Department("actor"),
    }
    mention = Mention("m1", label, span, facts.get(label))
    assert [why for _, why, _ in _left_out(read_text(text), [mention])] == [reason]


def test_a_row_takes_all_numbers_inside_it_and_no_number_that_it_cuts() -> None:
    text = "用时1-2天，罚没1.24万元。"
    range_, money = Span(2, 6), Span(text.index("24万"), text.index("元") + 1)
    found = _left_out(read_text(text), rows=[range_])
    assert [span.of(text) for span, _, _ in found] == ["1.24万"]
    assert _left_out(read_text(text), rows=[range_, money]) == found


def test_the_probability_is_asked_for_the_number_itself() -> None:
    text = "立案43起，处分5人。"
    asked: list[str] = []

    def probability(span: Span) -> float:
        asked.append(span.of(text))
        return len(asked) / 10

    found = left_out(read_text(text), (), [], probability, find_figures(text))
    assert asked == ["43", "5"]
    assert [how for _, _, how in found] == [0.1, 0.2]


def _check_complete(text: str, rows: list[Span], found: list[tuple[Span, LeftOutReason, float | None]]) -> None:
    """Every number is inside a row or left out once; what is left out is a number, in text order."""
    numbers = find_numbers(text)
    spans = [span for span, _, _ in found]
    assert spans == sorted(set(spans))
    assert spans == [number for number in numbers if not any(row.contains(number) for row in rows)]
    for _, reason, how in found:
        assert reason in get_args(LeftOutReason)
        assert (how is not None) == (reason in WITH_PROBABILITY)


FRAGMENTS = st.sampled_from(
    [
        *"全市 立案 43起 1.24万元 ， 。 ； ： 、 （ ） 《 》 “ ” 第 三 十 年 月 日 2023年 12号 〔2023〕 PM 10".split(),
        *"一 两 几 半 1-2天 97.71% 三分之一 “三资” 12345热线 以上 不足 的 每 限值 一、 1. 附件 编号".split(),
        *("0595-5550123", "级", "０．５", "万", "亿", "ＡＢ", "\U00020000", "\n", "\r\n", " "),
    ]
)


@given(
    st.lists(FRAGMENTS, max_size=25).map("".join),
    st.lists(st.tuples(st.integers(0, 60), st.integers(0, 8)), max_size=4),
)
def test_every_number_of_any_text(text: str, pairs: list[tuple[int, int]]) -> None:
    rows = [Span(min(start, len(text)), min(start + size, len(text))) for start, size in pairs]
    _check_complete(text, rows, _left_out(read_text(text), rows=rows))


@given(st.text(alphabet='一二三十百千万亿第0123456789.,-:/%年月日号级条〔〕（）()《》“”" \nAaKI', max_size=80))
def test_every_number_of_a_dense_text(text: str) -> None:
    _check_complete(text, [], _left_out(read_text(text)))


def test_every_number_of_the_authored_texts() -> None:
    for document in _authored():
        rows = [mention.span for mention in document.mentions if mention.label == "QUANTITY"]
        found = _left_out(read_text(document.text, document.id), document.mentions, rows)
        _check_complete(document.text, rows, found)


def test_a_missed_figure_is_not_explained_away() -> None:
    """Of the authored figures, were they all missed, hardly one is called a date, a name or a word."""
    figures = explained = 0
    for document in _authored():
        gold = [mention.span for mention in document.mentions if mention.label == "QUANTITY"]
        for span, reason, _ in _left_out(read_text(document.text, document.id)):
            if any(row.contains(span) for row in gold):
                figures += 1
                explained += reason not in WITH_PROBABILITY
    assert figures > 30_000
    assert explained / figures < 0.015


def test_what_is_no_figure_is_explained() -> None:
    """Of the numbers that annotators left out, few are called missed figures."""
    numbers = unexplained = 0
    for document in _authored():
        rows = [mention.span for mention in document.mentions if mention.label == "QUANTITY"]
        for _, reason, _ in _left_out(read_text(document.text, document.id), document.mentions, rows):
            numbers += 1
            unexplained += reason == "low_confidence"
    assert numbers > 13_000
    assert unexplained / numbers < 0.03


@pytest.mark.parametrize("model", ["default", "tiny"])
def test_every_number_of_the_seed_bulletin_with_a_model(
    repository: Path, request: pytest.FixtureRequest, model: str
) -> None:
    bulletin = read_file(repository / "seeds" / "quanzhou-2023.txt")
    extractor = load() if model == "default" else load(request.getfixturevalue("tiny_model"))
    tables = extractor.extract(bulletin).tables
    rows = [Span(row.start, row.end) for row in tables.quantities]
    found = [(Span(row.start, row.end), row.reason, row.confidence) for row in tables.left_out]
    assert rows
    _check_complete(bulletin.text, rows, found)
    for row in tables.left_out:
        assert bulletin.text[row.start : row.end] == row.text
        assert row.text in row.sentence
        assert row.confidence is None or 0 <= row.confidence <= 1


@pytest.mark.parametrize(
    "unit",
    [
        "\n",
        " ",
        "K",
        "a.",
        "一",
        "一项",
        "1",
        "1.",
        "第",
        "A",
        "A1",
        "〔2023〕",
        "“",
        "《",
        "（1",
        "1-",
        "编号1",
        "限值1、",
        "、1",
    ],
)
def test_time_is_linear(unit: str) -> None:
    """A text of one piece repeated, twice as long, takes about twice the time."""
    from time import process_time

    def seconds(size: int) -> float:
        bulletin = Bulletin("long", unit * (size // len(unit)), (), ())
        begun = process_time()
        _left_out(bulletin)
        return process_time() - begun

    seconds(1000)
    # The better of two: a busy machine takes its time from either.
    assert min(seconds(80_000) for _ in range(2)) < 20 * max(seconds(8_000), 0.02)
