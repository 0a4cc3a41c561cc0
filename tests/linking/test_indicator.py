"""Windows round quantities, and the pieces of their indicators in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.extraction import Extractor
from tongbao.linking.indicator import (
    ROLES,
    Windows,
    _pieces,
    find_indicators,
    indicator_features,
    mention_tags,
    role_labels,
    windows,
)
from tongbao.linking.layout import Place, places
from tongbao.reading import read_text
from tongbao.records import LABELS, Annotated, Mention, Span
from tongbao.tagging.packing import Packed

LEFT, RIGHT = 110, 70


def _window(laid: Windows, number: int) -> Span:
    return Span(int(laid.start[number]), int(laid.end[number]))


def _quantities(document: Annotated) -> list[Place]:
    mentions = sorted(document.mentions, key=lambda mention: (mention.span.start, -mention.span.end))
    return places(read_text(document.text, document.id), mentions)


def _gold_pieces(document: Annotated, quantities: list[Place]) -> list[tuple[Span, ...]]:
    links = {link.source: tuple(sorted(link.spans)) for link in document.links if link.kind == "measures"}
    return [links.get(place.mention.id, ()) for place in quantities]


# --- windows --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("检查结束。全市检查，整改[q 3个]问题，立案。", "全市检查，整改3个问题"),
        ("整改[q 3个]问题，立案。", "整改3个问题"),
        ("检查企业（含抽查[q 3家]，整改）[q 9家]。", "检查企业（含抽查3家"),
        ("甲" * 200 + "，整改[q 3个]" + "乙" * 100 + "。", "甲" * (LEFT - 3) + "，整改3个" + "乙" * RIGHT),
        ("甲" * 300 + "[q 3个]", "甲" * LEFT + "3个"),
        ("[q 3个]", "3个"),
    ],
)
def test_a_window_is_the_clause_and_the_one_before_within_limits(
    text: str, expected: str, document: Callable[..., Any]
) -> None:
    found = document(text)
    laid = windows(places(found.bulletin, found.mentions))
    assert _window(laid, 0).of(found.text) == expected


@st.composite
def standing(draw: st.DrawFn) -> Place:
    """A quantity with its clause round it and perhaps a clause before."""
    start = draw(st.integers(0, 400))
    span = Span(start, start + draw(st.integers(1, 90)))
    clause = Span(max(0, start - draw(st.integers(0, 200))), span.end + draw(st.integers(0, 200)))
    before = Span(max(0, clause.start - draw(st.integers(0, 90))), clause.start) if draw(st.booleans()) else None
    return Place(Mention("q1", "QUANTITY", span), clause, clause, before, -1)


@given(st.lists(standing(), max_size=5))
def test_windows_are_laid_end_to_end(quantities: list[Place]) -> None:
    laid = windows(quantities)
    assert laid.offset[0] == 0
    assert len(laid.position) == len(laid.owner) == laid.offset[-1]
    for number, place in enumerate(quantities):
        window, span = _window(laid, number), place.mention.span
        assert window.contains(span)
        assert window.start >= max(span.start - LEFT, (place.before or place.clause).start)
        assert window.end <= min(span.end + RIGHT, place.clause.end)
        inside = slice(int(laid.offset[number]), int(laid.offset[number + 1]))
        assert laid.position[inside].tolist() == list(range(window.start, window.end))
        assert set(laid.owner[inside].tolist()) == {number}


def test_tags_of_mentions() -> None:
    mentions = [Mention("t1", "PERIOD", Span(0, 2)), Mention("q1", "QUANTITY", Span(3, 4))]
    quantity, period = (2 * LABELS.index(label) + 1 for label in ("QUANTITY", "PERIOD"))
    assert mention_tags(Packed.build(["甲乙丙3丁"]), [mentions]).tolist() == [period, period + 1, 0, quantity, 0]


# --- labels and pieces ----------------------------------------------------------------------------------------------


def test_labels_lead_back_to_the_pieces_of_gold(authored: list[Annotated]) -> None:
    """For every quantity whose pieces lie in its window; hardly any do not."""
    total, outside = 0, 0
    for document in authored:
        quantities = _quantities(document)
        laid, gold = windows(quantities), _gold_pieces(document, quantities)
        for number, tags in enumerate(role_labels(quantities, laid, gold)):
            window, span = _window(laid, number), quantities[number].mention.span
            total += 1
            if not all(window.contains(piece) for piece in gold[number]):
                outside += 1
                continue
            assert len(tags) == len(window)
            path = [ROLES.index(tag) for tag in tags]
            assert _pieces(path, window.start, quantities[number], document.text) == gold[number], (document.id, span)
    assert total > 4000
    assert outside <= 0.005 * total


def test_sides_and_what_is_cut_off() -> None:
    clause = Span(4, 12)
    place = Place(Mention("q1", "QUANTITY", Span(7, 9)), clause, clause, None, -1)
    (tags,) = role_labels([place], windows([place]), [[Span(2, 6), Span(6, 7), Span(10, 12)]])
    assert tags == ["I-L", "I-L", "B-L", "O", "O", "O", "B-R", "I-R"]


@given(st.data(), st.text(alphabet="甲 \n\u3000", min_size=1, max_size=24))
def test_pieces_of_any_path(data: st.DataObject, text: str) -> None:
    start = data.draw(st.integers(0, 3))
    text = "甲" * start + text
    size = len(text) - start
    path = data.draw(st.lists(st.integers(0, len(ROLES) - 1), min_size=size, max_size=size))
    first = data.draw(st.integers(start, len(text) - 1))
    focus = Span(first, data.draw(st.integers(first + 1, len(text))))
    place = Place(Mention("q1", "QUANTITY", focus), focus, focus, None, -1)
    pieces = _pieces(path, start, place, text)
    covered = [position for piece in pieces for position in range(piece.start, piece.end)]
    assert covered == sorted(set(covered))
    for piece in pieces:
        surface = piece.of(text)
        assert surface
        assert surface == surface.strip()
        assert not piece.overlaps(focus)
    outside = [p for p in range(start, len(text)) if path[p - start] and not focus.start <= p < focus.end]
    assert set(covered) <= set(outside)
    assert {p for p in outside if not text[p].isspace()} <= set(covered)


# --- the chain ------------------------------------------------------------------------------------------------------


def test_pieces_of_a_model_over_gold(model: Extractor, authored: list[Annotated]) -> None:
    some = 0
    for document in authored[5::12]:
        quantities = _quantities(document)
        mentions = [place.mention for place in quantities]
        columns = model.tagger.columns([document.text])
        found = find_indicators(model.linker.indicator, columns, quantities, [mentions])
        laid = windows(quantities)
        assert len(found) == len(quantities)
        for number, (pieces, confidence) in enumerate(found):
            assert 0 <= confidence <= 1
            assert list(pieces) == sorted(pieces)
            for piece in pieces:
                surface = piece.of(document.text)
                assert surface == surface.strip() != ""
                assert _window(laid, number).contains(piece)
                assert not piece.overlaps(quantities[number].mention.span)
            some += bool(pieces)
    assert some > 100


def _found(model: Extractor, found: Any) -> list[tuple[tuple[Span, ...], float]]:
    quantities = places(found.bulletin, found.mentions)
    columns = model.tagger.columns([found.text])
    return find_indicators(model.linker.indicator, columns, quantities, [found.mentions])


def test_no_quantities(model: Extractor, document: Callable[..., Any]) -> None:
    assert _found(model, document("今年办结若干件。")) == []


@pytest.mark.parametrize("text", ["[q 3个]", "[q 3个]。", "甲[q 3个]", "\n\n[q 3个]\n", "[q 3个][q 4个]"])
def test_quantities_with_hardly_anything_round_them(text: str, model: Extractor, document: Callable[..., Any]) -> None:
    found = document(text)
    assert len(_found(model, found)) == len(found.mentions)


def test_a_thousand_quantities_in_one_sentence(model: Extractor, document: Callable[..., Any]) -> None:
    found = document("、".join(f"整改[q {n}个]" for n in range(1, 1001)) + "。")
    assert len(_found(model, found)) == 1000


def test_a_sentence_of_20000_characters_without_punctuation(model: Extractor, document: Callable[..., Any]) -> None:
    found = document("检查企业" * 2500 + "[q 3家]" + "整改问题" * 2500)
    ((pieces, _),) = _found(model, found)
    assert all(piece.start >= 10_000 - LEFT and piece.end <= 10_002 + RIGHT for piece in pieces)


def test_equal_surroundings_give_equal_features(model: Extractor, document: Callable[..., Any]) -> None:
    """Wherever they stand; and there are as many templates where there is no text."""
    found = document("今日检查乙市。整改甲类[q 3个]问题。今日检查乙市。整改甲类[q 3个]问题。今日检查乙市。")
    quantities = places(found.bulletin, found.mentions)
    laid = windows(quantities)
    columns = model.tagger.columns([found.text])
    rows = indicator_features(columns, quantities, [found.mentions], laid)
    assert len(rows) == laid.offset[-1] == 16
    assert np.array_equal(rows[:8], rows[8:])
    none = indicator_features(model.tagger.columns([""]), [], [[]], windows([]))
    assert none.shape == (0, rows.shape[1])
