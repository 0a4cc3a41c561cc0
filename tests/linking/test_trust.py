"""How far indicators are to be trusted: what is seen of them, and that equal ones look alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from tongbao.extraction import Extractor
from tongbao.linking.focused import Focused
from tongbao.linking.indicator import Found
from tongbao.linking.scene import Scene
from tongbao.linking.trust import Looks, Outline, likely
from tongbao.reading import read_text
from tongbao.records import Annotated, Bulletin, Span
from tongbao.tagging.columns import FeatureOptions


def _scene(found: Any) -> Scene:
    return Scene.build(found.columns, [(found.bulletin, found.mentions)])


def _pieces(text: str, *words: Sequence[str]) -> list[Found]:
    """For each quantity the pieces with these words, found with a confidence of 0.8."""
    return [(tuple(Span(text.index(word), text.index(word) + len(word)) for word in one), 0.8) for one in words]


def _looks(found: Any, indicators: Sequence[Found]) -> Looks:
    scene = _scene(found)
    focused = Focused.build(scene.columns, scene.quantities, scene.mentions)
    return Looks.build(focused, scene.sums, scene.described([pieces for pieces, _ in indicators]), indicators)


# --- outlines -------------------------------------------------------------------------------------------------------


def test_the_outline_of_pieces_in_front_and_behind(document: Callable[..., Any]) -> None:
    found = document("市局查出并通报[q 3个]突出问题，整改[q 2个]。")
    text = found.text
    outline = Outline.build(_scene(found).quantities, _pieces(text, ("查出", "通报", "突出问题"), ()))
    first, second = text.index("3个"), text.index("2个")
    assert outline.begin.tolist() == [[text.index("查出"), text.index("突出")], [second, second + 2]]
    assert outline.end.tolist() == [[first, text.index("，")], [second, second + 2]]
    assert outline.pieces.tolist() == [[2, 1], [0, 0]]
    assert outline.length.tolist() == [[4, 4], [0, 0]]


@pytest.mark.parametrize(("sure", "odds"), [(0.5, 6), (0.0, 0), (1.0, 20), (0.73, 7), (0.27, 5)])
def test_confidence_is_told_apart_by_its_log_odds(sure: float, odds: int, document: Callable[..., Any]) -> None:
    places = _scene(document("整改[q 3个]。")).quantities
    assert Outline.build(places, [((), sure)]).odds.tolist() == [odds]


def test_the_outline_of_nothing() -> None:
    outline = Outline.build([], [])
    assert outline.begin.shape == outline.end.shape == outline.pieces.shape == (0, 2)
    assert outline.odds.shape == (0,)


# --- looks ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [True, False])
def test_equal_indicators_in_equal_surroundings_look_alike(
    words: bool, document: Callable[..., Any], full: FeatureOptions
) -> None:
    marked = "今日检查。整改甲类[q 3个]问题。今日检查。整改甲类[q 3个]问题。今日检查。"
    found = document(marked, full) if words else document(marked)
    first = found.text.index("整改")
    second = found.text.index("整改", first + 1)
    indicators: list[Found] = [((Span(at, at + 4), Span(at + 6, at + 8)), 0.9) for at in (first, second)]
    rows = _looks(found, indicators).features()
    assert len(rows) == 2
    assert rows[0].tolist() == rows[1].tolist()
    nothing = document("今日检查。", full) if words else document("今日检查。")
    assert _looks(nothing, []).features().shape == (0, rows.shape[1])


@pytest.mark.parametrize(
    ("other", "sure"),
    [
        (("市局查出", "问题"), 0.8),  # from where on
        (("查", "问题"), 0.8),  # a word cut in two
        (("查出",), 0.8),  # one side only
        ((), 0.8),
        (("查出", "问题"), 0.3),
    ],
)
def test_other_indicators_look_otherwise(
    other: Sequence[str], sure: float, document: Callable[..., Any], full: FeatureOptions
) -> None:
    found = document("[d 市局]查出[q 3个]问题。", full)
    (right,) = _looks(found, _pieces(found.text, ("查出", "问题"))).features()
    ((pieces, _),) = _pieces(found.text, other)
    (row,) = _looks(found, [(pieces, sure)]).features()
    assert (row != right).any()


def test_neighbours_count_within_a_sentence_only(document: Callable[..., Any], full: FeatureOptions) -> None:
    """What the quantity before was given changes how one looks, but not over a full stop."""
    for marked, changes in (("立案[q 3件]、结案[q 2件]。", True), ("立案[q 3件]。结案[q 2件]。", False)):
        found = document(marked, full)
        rows = [_looks(found, _pieces(found.text, before, ("结案",))).features()[1] for before in (("立案",), ())]
        assert bool((rows[0] != rows[1]).any()) is changes


def test_looks_do_not_depend_on_other_texts(model: Extractor, authored: list[Annotated]) -> None:
    """Together or each alone, indicators look the same, also at the beginning and at the end of a text."""
    texts = ["整改3个", "5件", *(document.text for document in authored[2:200:40])]
    bulletins = [read_text(text, str(number)) for number, text in enumerate(texts)]

    def rows(some: Sequence[Bulletin]) -> list[list[int]]:
        subject, mentions, _ = model.mentions(some)
        scene = Scene.build(subject.columns, zip(some, mentions, strict=True), subject.sums)
        return model.linker.indicators(scene)[1].features().tolist()

    alone = [row for bulletin in bulletins for row in rows([bulletin])]
    assert rows(bulletins) == alone
    assert len(alone) > 100


def test_weights_decide(document: Callable[..., Any], table: Callable[..., Any]) -> None:
    found = document("查出[q 3个]问题。")
    looks = _looks(found, _pieces(found.text, ("查出", "问题")))
    number = int(looks.features()[0, 0])
    assert looks.trust(table({number: 2.0})).tolist() == pytest.approx([0.8808], abs=1e-4)
    assert looks.trust(table({number: -2.0})).tolist() == pytest.approx([0.1192], abs=1e-4)


def test_log_odds_as_probabilities() -> None:
    found = likely(np.array([0.0, -1e9, 1e9, 2.0], dtype=np.float32))
    assert found.tolist() == pytest.approx([0.5, 0.0, 1.0, 0.880797], abs=1e-6)
