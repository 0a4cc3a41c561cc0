"""A user's words by rule: names of bodies that the chain left untagged, measure words behind quantities."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao import lexicon
from tongbao.lexicon import UserLexicon
from tongbao.records import LABELS, Label, Span
from tongbao.tagging.columns import FeatureOptions, build_resources, text_columns
from tongbao.tagging.own_words import CONFIDENCE, add_own_words
from tongbao.tagging.tagger import Tagged
from tongbao.tagging.vocabulary import Vocabulary, shipped_vocabulary
from tongbao.tagging.words import SegmenterName, segmenter

USER = UserLexicon(
    bodies=(("数创办", "数字创新办公室"), ("市织网专班", "市织网专班"), ("数创办二组", "数创办二组")),
    measures=(("艇次", "count"),),
)
VOCABULARY = Vocabulary.build(lexicon.load().extended(USER))
LETTERS: dict[str, Label] = {label[0]: label for label in reversed(LABELS)} | {"T": "PERIOD"}


def _marked(text: str) -> tuple[str, list[Tagged]]:
    """``[D市教育局]``: a tagged span with its label's first letter; the text without the marks."""
    plain, found = "", []
    for index, piece in enumerate(text.replace("]", "[").split("[")):
        inner = piece[1:] if index % 2 else piece
        if index % 2:
            found.append(Tagged(LETTERS[piece[0]], Span(len(plain), len(plain) + len(inner)), 0.5))
        plain += inner
    return plain, found


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("数创办牵头。", "[D数创办]牵头。"),
        ("由数字创新办公室牵头", "由[D数字创新办公室]牵头"),
        ("市数创办牵头", "[D市数创办]牵头"),
        ("由市数创办牵头", "由[D市数创办]牵头"),
        ("(省数创办、市教育局)", "([D省数创办]、市教育局)"),
        ("城市数创办牵头", "城市[D数创办]牵头"),
        ("泉州市数创办、福建省泉州市数创办", "[D泉州市数创办]、[D福建省泉州市数创办]"),
        ("市织网专班和泉州市织网专班", "[D市织网专班]和[D泉州市织网专班]"),
        ("数创办二组、数创办", "[D数创办二组]、[D数创办]"),
        ("数创办数创办", "[D数创办][D数创办]"),
        ("数创办长王某", "数创办长王某"),
        ("《数创办工作规则》数创办", "《数创办工作规则》[D数创办]"),
        ("[P《数创办工作规则》]", "[P《数创办工作规则》]"),
        ("[D市数创办综合科]牵头", "[D市数创办综合科]牵头"),
        ("[D市数创办]牵头", "[D市数创办]牵头"),
        ("[D数创办]牵头", "[D数创办]牵头"),
        ("市[D数创办]牵头", "[D市数创办]牵头"),
        ("[O市数创办]牵头", "[D市数创办]牵头"),
        ("[S泉州市]数创办牵头", "[D泉州市数创办]牵头"),
        ("[O数创]办牵头", "[D数创办]牵头"),
        ("[O某某市数]创办牵头", "[O某某市数]创办牵头"),
        ("[O省市]数创办牵头", "[O省市][D数创办]牵头"),
        ("巡查[Q480]艇次", "巡查[Q480艇次]"),
        ("巡查[Q480][O艇次公司]", "巡查[Q480][O艇次公司]"),
        ("巡查[O480]艇次", "巡查[O480]艇次"),
        ("[T2023年]数创办巡查[Q约480]艇次左右", "[T2023年][D数创办]巡查[Q约480艇次左右]"),
    ],
)
def test_own_words_are_added(before: str, after: str) -> None:
    text, tagged = _marked(before)
    same, wanted = _marked(after)
    assert text == same
    found = add_own_words(text, tagged, VOCABULARY)
    assert [(item.label, item.span.of(text), item.span) for item in found] == [
        (item.label, item.span.of(text), item.span) for item in wanted
    ]


def test_what_the_rule_adds_has_its_own_confidence_and_the_rest_keeps_theirs() -> None:
    text, tagged = _marked("[D市教育局]、数创办巡查[Q480]艇次")
    assert [item.confidence for item in add_own_words(text, tagged, VOCABULARY)] == [0.5, CONFIDENCE, 0.5]


_PIECES = st.lists(
    st.sampled_from(["数创办", "市", "泉州市", "织网专班", "480", "艇次", "、", "《", "》", "二组", "长"]), max_size=12
)


@given(_PIECES, st.data())
def test_spans_stay_ordered_and_apart_and_inside_the_text(pieces: list[str], data: st.DataObject) -> None:
    text = "".join(pieces)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=6)))
    tagged = [
        Tagged(data.draw(st.sampled_from(LABELS)), Span(start, end), 0.5)
        for start, end in pairwise(cuts)
        if data.draw(st.booleans())
    ]
    found = add_own_words(text, tagged, VOCABULARY)
    assert all(item.span.end <= len(text) and len(item.span) for item in found)
    assert all(left.span.end <= right.span.start for left, right in pairwise(found))
    assert add_own_words(text, found, VOCABULARY) == found
    assert add_own_words(text, tagged, shipped_vocabulary()) == tagged


def test_a_long_text_of_names_takes_linear_time() -> None:
    text = "市数创办" * 20_000
    assert len(add_own_words(text, [], VOCABULARY)) == 20_000


# --- features and words ---------------------------------------------------------------------------------------------


def test_own_words_are_features() -> None:
    clusters = np.zeros((0x10000, 1), dtype=np.uint8)
    text = "由市织网专班巡查480艇次"
    lists = [(name, VOCABULARY.lexicon.words(name)) for name in ("body_full", "body_short")]
    shipped = [(name, lexicon.load().words(name)) for name in ("body_full", "body_short")]
    options = FeatureOptions(words="rjieba")
    own = text_columns(text, build_resources(clusters, lists, VOCABULARY), options)
    bare = text_columns(text, build_resources(clusters, shipped), options)
    assert own.names is not None
    assert bare.names is not None
    assert own.names[0][1:6].all()
    assert not bare.names[0][1:6].any()
    assert own.words is not None
    assert own.words.seen(np.array([1])).width().tolist() == [5]
    assert own.grammar is not None
    assert bare.grammar is not None
    assert own.grammar[8:13].all()
    assert not bare.grammar[8:13].any()


@pytest.mark.parametrize("name", ["jieba", "rjieba"])
def test_the_shared_segmenter_does_not_learn_own_words(name: SegmenterName) -> None:
    text = "市织网专班"
    assert VOCABULARY.segmented == ("市织网专班", "数创办", "数创办二组", "数字创新办公室")
    own = segmenter(name, added=VOCABULARY.segmented)
    assert own.starts(text).tolist() == [0]
    assert len(segmenter(name).starts(text)) > 1
    assert segmenter(name, added=shipped_vocabulary().segmented) is segmenter(name)
    assert segmenter(name, added=VOCABULARY.segmented) is own
