"""What is known of every character: lexicon, words, quantities, clusters."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.numbers import find_quantities
from tongbao.records import QuantityKind
from tongbao.tagging.arrays import SubstringHashes, classes, codes
from tongbao.tagging.columns import (
    CUE_PREFIX,
    KIND_NUMBER,
    FeatureOptions,
    build_resources,
    text_columns,
)
from tongbao.tagging.word_lists import WordIndex, paint, painted

BEGIN, INSIDE, END, SINGLE = range(4)
ALL_OFF = FeatureOptions(words="none", lexicon=False, grammar=False, clusters=False, brackets=False)
NO_CLUSTERS = np.zeros((0x10000, 1), dtype=np.uint8)
TEXT = "今年，泉州市纪委监委立案约43起，罚没1.24万元。😀\n"


def _tag(length: int, offset: int) -> int:
    place = SINGLE if length == 1 else BEGIN if offset == 0 else END if offset == length - 1 else INSIDE
    return min(length, 8) * 4 + place


def _painted(text: str, words: list[str]) -> list[int]:
    """Shorter words first, each from left to right: what is painted later stays."""
    tags = [0] * len(text)
    for length in sorted({len(word) for word in words if word}):
        for start in range(len(text) - length + 1):
            if text[start : start + length] in words:
                tags[start : start + length] = [_tag(length, offset) for offset in range(length)]
    return tags


def _tags(text: str, words: list[str]) -> list[int]:
    (places,) = WordIndex.build([words]).find(SubstringHashes(codes(text)), len(text))
    tags = paint(np.zeros(len(text), dtype=np.uint8), places)
    assert set(painted(places).tolist()) == set(np.flatnonzero(tags).tolist())
    return tags.tolist()


# --- lexicon --------------------------------------------------------------------------------------------------------


@given(st.text("市局教😀", max_size=24), st.lists(st.text("市局教😀", max_size=10), max_size=8))
def test_tags_of_the_lexicon_are_those_of_painting_by_hand(text: str, words: list[str]) -> None:
    assert _tags(text, words) == _painted(text, words)


@pytest.mark.parametrize(
    ("text", "words", "wanted"),
    [
        ("在市教育局办", ["市教育局"], [0, 16, 17, 17, 18, 0]),
        ("市", ["市"], [7]),
        ("市教育局", ["教育", "市教育局"], [16, 17, 17, 18]),  # the longer paints over the shorter
        ("甲乙甲", ["甲乙", "乙甲"], [8, 8, 10]),  # of two equally long ones the later stays
        ("甲乙丙", ["甲乙丙丁"], [0, 0, 0]),
        ("一二三四五六七八九", ["一二三四五六七八九"], [32, *[33] * 7, 34]),  # lengths above 8 are as 8
        ("", ["市"], []),
        ("市", [], [0]),
    ],
)
def test_tags_say_place_and_length(text: str, words: list[str], wanted: list[int]) -> None:
    assert _tags(text, words) == wanted


def test_names_have_a_column_each_and_cues_share_one() -> None:
    lists = [("region", ["泉州"]), (f"{CUE_PREFIX}past", ["立案"]), ("body", ["纪委"]), (f"{CUE_PREFIX}bound", ["约"])]
    resources = build_resources(NO_CLUSTERS, lists)
    columns = text_columns("泉州纪委立案约43起", resources, dataclasses.replace(ALL_OFF, lexicon=True))
    assert columns.names is not None
    assert columns.cues is not None
    assert [column.tolist() for column in columns.names] == [
        [8, 10, 0, 0, 0, 0, 0, 0, 0, 0],
        [0, 0, 8, 10, 0, 0, 0, 0, 0, 0],
    ]
    assert columns.cues.tolist() == [0, 0, 0, 0, 64 * 2 + 8, 64 * 2 + 10, 64 * 4 + 7, 0, 0, 0]


def test_a_word_that_a_list_names_twice_counts_once() -> None:
    tables = [build_resources(NO_CLUSTERS, [("body", words)]).lexicon for words in (["局", "委"], ["委", "局", "委"])]
    once, twice = ([(name, words[1].tolist()) for name, words in table] for table in tables)
    assert once == twice
    assert len(once[0][1]) == 2


# --- words ----------------------------------------------------------------------------------------------------------


def test_every_character_sees_the_words_around_it() -> None:
    text = "泉州市立案"
    columns = text_columns(text, build_resources(NO_CLUSTERS, []), dataclasses.replace(ALL_OFF, words="rjieba"))
    assert columns.words is not None
    words = columns.words.seen(np.arange(5))
    city, case = SubstringHashes(codes(text)).of(np.array([0, 3]), np.array([3, 5])).tolist()
    assert words.width().tolist() == [3, 3, 3, 2, 2]
    assert words.place().tolist() == [0, 2, 5, 0, 3]
    assert words.around(0).tolist() == [city] * 3 + [case] * 2
    assert words.around(1).tolist() == [case] * 3 + [0] * 2
    assert words.around(-1).tolist() == [0] * 3 + [city] * 2
    assert words.around(2).tolist() == [0] * 5
    some = columns.words.seen(np.array([3, 1, 1]))
    assert some.width().tolist() == [2, 3, 3]
    assert some.place().tolist() == [0, 2, 2]
    assert some.around(1).tolist() == [0, case, case]


@given(st.data(), st.text(alphabet="泉州市立案约43起，\n", min_size=1, max_size=30))
def test_a_stretch_sees_the_words_that_its_characters_see(data: st.DataObject, text: str) -> None:
    columns = text_columns(text, build_resources(NO_CLUSTERS, []), dataclasses.replace(ALL_OFF, words="rjieba"))
    assert columns.words is not None
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    words, wanted = columns.words.seen_from(start, end), columns.words.seen(np.arange(start, end))
    assert words.at.tolist() == wanted.at.tolist()
    assert words.number.tolist() == wanted.number.tolist()


def test_a_word_of_one_character_is_both_beginning_and_end() -> None:
    columns = text_columns("ab", build_resources(NO_CLUSTERS, []), dataclasses.replace(ALL_OFF, words="char"))
    assert columns.words is not None
    assert columns.words.seen(np.arange(2)).place().tolist() == [1, 1]


# --- quantities and clusters ----------------------------------------------------------------------------------------


def test_the_grammar_marks_quantities_by_kind_and_place() -> None:
    columns = text_columns(TEXT, build_resources(NO_CLUSTERS, []), dataclasses.replace(ALL_OFF, grammar=True))
    assert columns.grammar is not None
    wanted = [0] * len(TEXT)
    found = find_quantities(TEXT)
    assert [kind for _, kind in found][-1] == "money"
    for span, kind in found:
        code = 4 + 4 * KIND_NUMBER[kind]
        wanted[span.start : span.end] = [code + _tag(len(span), i) % 4 for i in range(len(span))]
    assert columns.grammar.tolist() == wanted


def test_every_kind_of_quantity_has_its_own_number() -> None:
    assert set(KIND_NUMBER) == set(QuantityKind.__args__)
    assert sorted(KIND_NUMBER.values()) == list(range(1, len(KIND_NUMBER) + 1))


@given(st.text(st.characters()))
def test_clusters_are_those_of_the_table(text: str) -> None:
    table = np.arange(2 * 0x10000, dtype=np.uint32).reshape(-1, 2).astype(np.uint8)
    table[0] = 0
    columns = text_columns(text, build_resources(table, []), dataclasses.replace(ALL_OFF, clusters=True)).clusters
    assert columns is not None
    points = [ord(character) if ord(character) < 0x10000 else 0 for character in text]
    assert [column.tolist() for column in columns] == [[int(table[p, k]) for p in points] for k in (0, 1)]


# --- all of them ----------------------------------------------------------------------------------------------------


def test_each_option_switches_off_its_own_columns() -> None:
    resources = build_resources(NO_CLUSTERS, [("body", ["纪委"])])
    families = {
        "words": {"words"},
        "lexicon": {"names", "cues"},
        "grammar": {"figures", "grammar"},
        "clusters": {"clusters"},
    }
    whole = text_columns(TEXT, resources, FeatureOptions(words="char"))
    for option, fields in families.items():
        off = FeatureOptions(**{"words": "char", option: "none" if option == "words" else False})
        columns = text_columns(TEXT, resources, off)
        missing = {field.name for field in dataclasses.fields(columns) if getattr(columns, field.name) is None}
        assert missing == fields
        assert all(getattr(whole, field) is not None for field in fields)


def test_points_and_kinds_are_always_there() -> None:
    columns = text_columns(TEXT, build_resources(NO_CLUSTERS, []), ALL_OFF)
    assert columns.points.tolist() == [ord(character) for character in TEXT]
    assert columns.kinds.tolist() == classes(codes(TEXT)).tolist()


def test_an_empty_text_has_empty_columns() -> None:
    columns = text_columns("", build_resources(NO_CLUSTERS, [("body", ["纪委"])]), FeatureOptions())
    assert columns.words is not None
    assert columns.clusters is not None
    arrays = (columns.points, columns.kinds, columns.grammar, columns.cues, columns.words.bounds[1:], *columns.clusters)
    assert [array is not None and array.shape for array in arrays] == [(0,)] * 6


def test_tags_are_linear_in_the_text() -> None:
    """A word list of thousands costs a pass for each length, not for each word: positions agree in a long text."""
    text = TEXT * 3000
    tags = np.array(_tags(text, ["泉州市", "纪委监委", "立案"])).reshape(3000, len(TEXT))
    assert all((first == second).all() for first, second in pairwise(tags))
