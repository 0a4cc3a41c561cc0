"""Where quantities stand: sentence, clause, the clause before, the innermost section."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.linking.layout import innermost_sections, is_heading, places
from tongbao.reading import read_text, split_sentences
from tongbao.records import Bulletin, Mention, Section, Span

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "cases" / "layout.json").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_surroundings(case: dict[str, Any], document: Callable[..., Any]) -> None:
    found = document(case["text"])
    text, sections = found.text, found.bulletin.sections
    surroundings = places(found.bulletin, found.mentions)
    assert [place.mention for place in surroundings] == found.mentions
    for place, expected in zip(surroundings, case["quantities"], strict=True):
        assert place.clause.of(text) == expected["clause"]
        assert (place.before and place.before.of(text)) == expected["before"]
        if "sentence" in expected:
            assert place.sentence.of(text) == expected["sentence"]
        if "section" in expected:
            assert sections[place.section].path == expected["section"]


def test_only_the_labels_asked_for_in_text_order(document: Callable[..., Any]) -> None:
    found = document("[t 今年]以来，[s 全市]办结[q 3件]，[d 市教育局]整改[q 2个]。")
    assert [place.mention.id for place in places(found.bulletin, found.mentions)] == ["q3", "q5"]
    both = places(found.bulletin, found.mentions, ("PERIOD", "SCOPE"))
    assert [place.mention.id for place in both] == ["t1", "s2"]


def test_a_mention_in_no_sentence_is_its_own() -> None:
    bulletin = Bulletin("x", "3个", (), ())
    mention = Mention("q1", "QUANTITY", Span(0, 2))
    (place,) = places(bulletin, [mention])
    assert (place.sentence, place.clause, place.before, place.section) == (mention.span, mention.span, None, -1)


@pytest.mark.parametrize("mark", ["、", "，", "（", "(（"])
def test_a_thousand_quantities_in_one_sentence(mark: str, document: Callable[..., Any]) -> None:
    """Also where every second character is a bracket that never closes."""
    found = document(mark.join(f"甲[q {n}个]" for n in range(1, 1001)) + "。")
    surroundings = places(found.bulletin, found.mentions)
    assert len(surroundings) == 1000
    for place in surroundings:
        assert place.sentence == Span(0, len(found.text))
        assert place.clause.contains(place.mention.span)
    widths = {len(place.clause) for place in surroundings}
    assert max(widths) <= 6 if mark == "，" else len(widths) == 1


def test_a_bracket_a_clause_for_each_of_a_thousand_quantities(document: Callable[..., Any]) -> None:
    found = document("".join(f"甲（乙[q {n}个]）" for n in range(1, 1001)) + "丙[q 7个]。")
    surroundings = places(found.bulletin, found.mentions)
    assert [place.clause.of(found.text) for place in surroundings[:-1]] == [f"乙{n}个" for n in range(1, 1001)]
    assert surroundings[-1].clause == surroundings[-1].sentence


def _section(span: Span, parent: int | None) -> Section:
    return Section(span, "1", "1", None, 0, parent)


@st.composite
def forests(draw: st.DrawFn) -> tuple[Section, ...]:
    """Nested sections in text order, parents before children, siblings apart; none is empty."""
    out: list[Section] = []

    def grow(first: int, last: int, parent: int | None, depth: int) -> None:
        cuts = sorted(draw(st.sets(st.integers(first, last), max_size=4)))
        for start, end in pairwise(cuts):
            if draw(st.booleans()):
                index = len(out)
                out.append(_section(Span(start, end), parent))
                if depth < 3:
                    grow(start, end, index, depth + 1)

    grow(0, 24, None, 0)
    return tuple(out)


@given(forests())
def test_the_innermost_section_is_the_shortest_that_holds_a_position(sections: tuple[Section, ...]) -> None:
    table = innermost_sections(Bulletin("x", "字" * 25, sections, ()))
    for position in range(-1, 26):
        holding = [n for n, section in enumerate(sections) if section.span.start <= position < section.span.end]
        assert table.at(position) == max(holding, default=-1)


def test_what_follows_sections_that_end_together_belongs_to_none() -> None:
    sections = (_section(Span(0, 20), None), _section(Span(5, 20), 0), _section(Span(8, 20), 1))
    table = innermost_sections(Bulletin("x", "字" * 30, sections, ()))
    assert [table.at(position) for position in (0, 5, 19, 20, 29)] == [0, 1, 2, -1, -1]


@given(st.text(alphabet="甲3个，。（）()《》：\n 、", max_size=60), st.data())
def test_places_of_any_stretch(text: str, data: st.DataObject) -> None:
    """Every stretch has a sentence; its clause lies in it, and the clause before begins no later."""
    bulletin = read_text(text)
    for sentence in bulletin.sentences:
        start = data.draw(st.integers(sentence.start, sentence.end - 1))
        span = Span(start, data.draw(st.integers(start + 1, sentence.end)))
        (place,) = places(bulletin, [Mention("q1", "QUANTITY", span)])
        assert place.sentence == sentence
        assert sentence.contains(place.clause)
        assert place.clause.contains(span)
        assert place.before is None or place.before.start <= place.clause.start


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        ("一、2024年工作回顾", True),
        ("正文。\n  2024年工作回顾  \n正文。", True),
        ("2024年工作回顾。", False),
        ("正文。2024年工作回顾", False),
        ("2024年工作回顾：全市立案3起", True),
        ("全市" * 23, False),
    ],
)
def test_headings(text: str, heading: bool) -> None:
    sentences = split_sentences(text)
    found = [is_heading(text, sentence) for sentence in sentences if "正文" not in sentence.of(text)[:2]]
    assert (found or [False]) == [heading]
