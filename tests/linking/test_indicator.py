"""Windows round quantities, and the pieces of their indicators in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.extraction import Extractor
from tongbao.linking import indicator
from tongbao.linking.focused import Focused
from tongbao.linking.indicator import (
    ROLES,
    _pieces,
    _said_once,
    _trimmed,
    find_indicators,
    indicator_features,
    role_labels,
)
from tongbao.linking.layout import Place, places
from tongbao.linking.windows import Bounds, Windows
from tongbao.reading import read_text
from tongbao.records import Annotated, Mention, Span

LEFT, RIGHT = 110, 70


def _windows(quantities: list[Place]) -> Windows:
    return Windows.lay(Bounds.build(quantities))


def _window(laid: Windows, number: int) -> Span:
    return Span(int(laid.bounds.start[number]), int(laid.bounds.end[number]))


def _quantities(document: Annotated) -> list[Place]:
    mentions = sorted(document.mentions, key=lambda mention: (mention.span.start, -mention.span.end))
    return places(read_text(document.text, document.id), mentions)


def _gold_pieces(document: Annotated, quantities: list[Place]) -> list[tuple[Span, ...]]:
    links = {link.source: tuple(sorted(link.spans)) for link in document.links if link.kind == "measures"}
    return [links.get(place.mention.id, ()) for place in quantities]


# --- labels and pieces ----------------------------------------------------------------------------------------------


def test_labels_lead_back_to_the_pieces_of_gold(authored: list[Annotated]) -> None:
    """For every quantity whose pieces lie in its window; hardly any do not, but on pages of figures one in ten."""
    total, outside = 0, 0
    for document in authored:
        quantities = _quantities(document)
        laid, gold = _windows(quantities), _gold_pieces(document, quantities)
        for number, tags in enumerate(role_labels(laid, gold)):
            window, span = _window(laid, number), quantities[number].mention.span
            total += 1
            if not all(window.contains(piece) for piece in gold[number]):
                outside += 1
                continue
            assert len(tags) == len(window)
            path = [ROLES.index(tag) for tag in tags]
            assert _pieces(bytes(path), window.start, quantities[number], document.text) == gold[number], (
                document.id,
                span,
            )
    assert total > 4000
    assert outside <= 0.007 * total


def test_sides_and_what_is_cut_off() -> None:
    clause = Span(4, 12)
    place = Place(Mention("q1", "QUANTITY", Span(7, 9)), clause, clause, None, -1)
    (tags,) = role_labels(_windows([place]), [[Span(2, 6), Span(6, 7), Span(10, 12)]])
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
    pieces = _pieces(bytes(path), start, place, text)
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


@pytest.mark.parametrize(
    ("piece", "kept"),
    [
        ("“查处问题", "查处问题"),
        ("查处问题”", "查处问题"),
        ("“白名单”", "“白名单”"),
        ("“白名单”机构", "“白名单”机构"),
        ("（含", "含"),
        ("违规问题机构(个人)", "违规问题机构(个人)"),
        ("《办法》、“清单", "《办法》、“清单"),
        ("——“", None),
        ("、查处。", "查处"),
    ],
)
def test_marks_without_a_partner_are_cut_off(piece: str, kept: str | None) -> None:
    found = _trimmed(f"甲{piece}乙", 1, 1 + len(piece))
    assert (found and found.of(f"甲{piece}乙")) == kept


@pytest.mark.parametrize(
    ("pieces", "kept"),
    [
        (["基础设施投资", "投资"], ["基础设施投资"]),
        (["高技术制造业", "制造业增加值"], ["高技术制造业", "增加值"]),
        (["汽车", "汽车产量"], ["汽车", "产量"]),
        (["查处", "处"], ["查处", "处"]),  # one character alone is no word said twice
        (["立案", "问题", "立案"], ["立案", "问题", "立案"]),
        (["率", "回收率"], ["率", "回收率"]),
        ([], []),
    ],
)
def test_words_are_said_once(pieces: list[str], kept: list[str]) -> None:
    text, spans = "甲乙", []
    for piece in pieces:
        spans.append(Span(len(text) - 1, len(text) - 1 + len(piece)))
        text += piece + "、"
    assert [text[1 + span.start : 1 + span.end] for span in _said_once(spans, text, 1)] == kept


# --- the chain ------------------------------------------------------------------------------------------------------


def test_pieces_of_a_model_over_gold(model: Extractor, authored: list[Annotated]) -> None:
    some = 0
    for document in authored[5::12]:
        quantities = _quantities(document)
        mentions = [place.mention for place in quantities]
        columns = model.tagger.columns([document.text])
        found = find_indicators(model.linker.indicator, Focused.build(columns, quantities, [mentions]))
        laid = _windows(quantities)
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
    return find_indicators(model.linker.indicator, Focused.build(columns, quantities, [found.mentions]))


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


@pytest.mark.parametrize("known", [False, True])
def test_equal_surroundings_give_equal_features(known: bool, model: Extractor, document: Callable[..., Any]) -> None:
    """Wherever they stand; and there are as many templates where there is no text."""
    found = document("今日检查乙市。整改甲类[q 3个]问题。今日检查乙市。整改甲类[q 3个]问题。今日检查乙市。")
    columns = model.tagger.columns([found.text])
    focused = Focused.build(columns, places(found.bulletin, found.mentions), [found.mentions])
    rows = indicator_features(focused, [(), ()] if known else None)
    assert len(rows) == 16
    assert np.array_equal(rows[:8], rows[8:])
    nothing = Focused.build(model.tagger.columns([""]), [], [[]])
    assert indicator_features(nothing, [] if known else None).shape == (0, rows.shape[1])


def test_a_place_in_between_changes_nothing_that_the_gaps_see(model: Extractor, document: Callable[..., Any]) -> None:
    """居全省第一 and 居第一 are joined to their words by the same 居."""
    found = [document("增速居[s 全省][q 第一]，同比持平。"), document("增速居[q 第一]，同比持平。")]
    gaps = [
        Focused.build(model.tagger.columns([one.text]), places(one.bulletin, one.mentions), [one.mentions]).gaps
        for one in found
    ]
    assert gaps[0].before == gaps[1].before
    assert gaps[0].between == gaps[1].between


def test_what_is_doubtful_is_read_beside_its_neighbours(model: Extractor, authored: list[Annotated]) -> None:
    """What the first chain is sure of stays; of what it doubts the second changes some."""
    kept = changed = 0
    for document in authored[3::9]:
        quantities = _quantities(document)
        mentions = [place.mention for place in quantities]
        columns = model.tagger.columns([document.text])
        chains = model.linker.indicator
        focused = Focused.build(columns, quantities, [mentions])
        first = find_indicators(replace(chains, sure=0.0), focused)
        for before, after in zip(first, find_indicators(chains, focused), strict=True):
            if before[1] >= 0.9:
                assert before == after
                kept += 1
            changed += before[0] != after[0]
    assert kept > 500
    assert changed > 0


def test_how_many_are_read_together_changes_nothing(
    model: Extractor, authored: list[Annotated], monkeypatch: pytest.MonkeyPatch
) -> None:
    document = max(authored, key=lambda one: len(_quantities(one)))
    quantities = _quantities(document)
    focused = Focused.build(
        model.tagger.columns([document.text]), quantities, [[place.mention for place in quantities]]
    )
    chains = replace(model.linker.indicator, sure=2.0)
    together = find_indicators(chains, focused)
    monkeypatch.setattr(indicator, "_TOGETHER", 5)
    few = find_indicators(chains, focused)
    assert [pieces for pieces, _ in few] == [pieces for pieces, _ in together]
    assert [sure for _, sure in few] == pytest.approx([sure for _, sure in together])
