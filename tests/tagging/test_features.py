"""The templates: their number, what they depend on, and what they do not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tongbao.tagging import templates as templates_module
from tongbao.tagging.columns import FeatureOptions, Resources, build_resources, text_columns
from tongbao.tagging.features import mention_features
from tongbao.tagging.templates import Sums, Templates
from tongbao.tagging.weights import ID_BITS, WeightTable

LISTS = [("region", ["泉州市", "泉州"]), ("body", ["纪委", "市教育局"]), ("cue_past", ["立案", "查处"])]
RESOURCES = build_resources(
    np.random.default_rng(5).integers(0, 9, (0x10000, 2)).astype(np.uint8),
    LISTS,
)
OPTIONS = FeatureOptions(words="rjieba")
TEXT = "1.泉州市教育局《关于〈水质〉的通知》(牵头单位:市水利局)立案约43起，罚没1.24万元。\n全市“白名单”64家😀。\n"
#: A text longer than any bracket may be, with marks of every kind in it.
MARKS = st.text("《》（）()“”\n字局4", min_size=1, max_size=40)


def _features(text: str, options: FeatureOptions = OPTIONS, resources: Resources = RESOURCES) -> NDArray[np.uint32]:
    return mention_features(text_columns(text, resources, options), options.brackets)


def _brackets(text: str) -> NDArray[np.uint32]:
    """The columns that the bracket templates add, which are the last ones."""
    options = FeatureOptions(words="none", lexicon=False, grammar=False, clusters=False)
    columns = text_columns(text, RESOURCES, options)
    without, whole = mention_features(columns, False), mention_features(columns, True)
    assert np.array_equal(whole[:, : without.shape[1]], without)
    return whole[:, without.shape[1] :]


WIDTH = _features("").shape[1]


@given(st.one_of(st.just(""), st.text(), st.text("市教育局《》43%起，\n\u3000😀", max_size=60)))
def test_every_text_has_the_same_number_of_columns(text: str) -> None:
    found = _features(text)
    assert found.shape == (len(text), WIDTH)
    assert found.dtype == np.uint32
    assert (found < 1 << ID_BITS).all()


@given(st.text("市教育局《》43%起，\n", max_size=40))
def test_features_are_deterministic(text: str) -> None:
    assert np.array_equal(_features(text), _features(text))


def _id(number: int, parts: list[int], bits: int) -> int:
    """The id of a template's value, in Python's integers."""
    full = (1 << 64) - 1
    joined = number
    for part in parts:
        joined = (joined * 0x100000001B3 + part) & full
        joined ^= joined >> 29
    joined = ((joined ^ (joined >> 30)) * 0xBF58476D1CE4E5B9) & full
    joined = ((joined ^ (joined >> 27)) * 0x94D049BB133111EB) & full
    return (joined ^ (joined >> 31)) & ((1 << bits) - 1)


@given(st.lists(st.lists(st.integers(0, 2**64 - 1), max_size=4), max_size=4), st.integers(1, 32))
def test_ids_are_those_that_models_were_trained_on(columns: list[list[int]], bits: int) -> None:
    """A change of hashing would make every saved model worthless without a word."""
    templates = Templates(1, bits)
    for parts in columns:
        templates.add(*(np.array([part], dtype=np.uint64) for part in parts))
    assert templates.array().tolist() == [[_id(number, parts, bits) for number, parts in enumerate(columns, start=1)]]


def test_templates_never_share_ids_by_construction() -> None:
    """The same values in two templates give different ids: a column is salted with its number."""
    templates = Templates(3)
    values = np.array([7, 7, 8], dtype=np.uint64)
    for _ in range(4):
        templates.add(values)
    found = templates.array()
    assert (found[0] == found[1]).all()
    assert len(set(found[0].tolist())) == 4
    assert (found[0] != found[2]).all()


def test_templates_tell_the_order_of_their_parts() -> None:
    first, second = (np.array([value], dtype=np.uint64) for value in (3, 4))
    templates, turned = Templates(1), Templates(1)
    templates.add(first, second)
    turned.add(second, first)
    assert templates.array()[0, 0] != turned.array()[0, 0]


def test_templates_cut_ids_to_their_bits() -> None:
    templates = Templates(1000, bits=5)
    templates.add(np.arange(1000, dtype=np.uint64))
    assert set(templates.array()[:, 0].tolist()) == set(range(32))


@pytest.mark.parametrize("rows", [1, 7, 300])
@pytest.mark.parametrize("block", [1, 300, 2100, 40_000])
def test_templates_are_summed_alike_however_many_are_joined_together(
    monkeypatch: pytest.MonkeyPatch, rows: int, block: int
) -> None:
    monkeypatch.setattr(templates_module, "BLOCK_ROWS", block)
    random = np.random.default_rng(rows)
    values = random.integers(0, 9, (30, 4, rows)).astype(np.uint64)
    counts = random.integers(0, 5, 30).tolist()
    collected = Templates(rows, 12)
    table = WeightTable.build(np.arange(1, 1 << 12, 2, dtype=np.uint32), random.normal(size=(1 << 11, 3)), 12)
    sums = Sums(table, rows, 12)
    for sink in (collected, sums):
        for parts, count in zip(values, counts, strict=True):
            sink.add(*parts[:count])
    wanted = np.zeros((rows, 3), dtype=np.float32)
    for ids in collected.array().T:
        wanted += table.weights[table.rows[ids]]
    assert np.array_equal(sums.scores(), wanted)
    assert collected.array()[0].tolist() == [
        _id(number, values[number - 1, : counts[number - 1], 0].tolist(), 12) for number in range(1, 31)
    ]


def test_no_template_is_no_column() -> None:
    assert Templates(4).array().shape == (4, 0)


@pytest.mark.parametrize(
    ("option", "columns"),
    [("words", 11), ("lexicon", 2 * 2 + 5), ("grammar", 7), ("clusters", 2 * 7), ("brackets", 10)],
)
def test_each_option_switches_its_columns_off(option: str, columns: int) -> None:
    off = FeatureOptions(**{"words": "rjieba", option: "none" if option == "words" else False})
    assert _features(TEXT, off).shape == (len(TEXT), WIDTH - columns)


def test_without_lexicon_and_clusters_the_resources_do_not_matter() -> None:
    other = build_resources(np.ones((0x10000, 2), dtype=np.uint8), [])
    off = FeatureOptions(words="rjieba", lexicon=False, clusters=False)
    assert np.array_equal(_features(TEXT, off), _features(TEXT, off, other))
    for on in (FeatureOptions(words="rjieba", lexicon=False), FeatureOptions(words="rjieba", clusters=False)):
        assert not np.array_equal(_features(TEXT, on), _features(TEXT, on, other))


def test_without_words_the_segmenter_does_not_matter() -> None:
    assert not np.array_equal(_features(TEXT), _features(TEXT, FeatureOptions(words="char")))
    assert _features(TEXT, FeatureOptions(words="none")).shape[1] == _features(TEXT).shape[1] - 11


@given(st.text("市教育局43起，\n", min_size=1, max_size=30), st.text("市教育局43起，\n", min_size=9, max_size=30))
def test_characters_look_at_their_neighbours_only(text: str, other: str) -> None:
    options = FeatureOptions(words="none", lexicon=False, grammar=False, brackets=False)
    assert np.array_equal(
        _features(text + other[:4] + "甲乙", options)[: len(text)], _features(text + other[:4], options)[: len(text)]
    )


# --- brackets -------------------------------------------------------------------------------------------------------


@given(st.lists(MARKS, min_size=1, max_size=12), st.integers(0, 12), MARKS, MARKS)
def test_brackets_look_200_characters_ahead_and_no_further(
    parts: list[str], times: int, first: str, second: str
) -> None:
    text = "".join(parts) * 5 + "字" * (20 * times)
    seen = max(0, len(text) - 201)
    assert np.array_equal(_brackets(text + first)[:seen], _brackets(text + second)[:seen])


@pytest.mark.parametrize("mark", ["《", "（", "(", "“"])
@pytest.mark.parametrize("after", ["", "字" * 300, "\n", "字" * 200])
def test_a_bracket_that_is_not_closed_is_none(mark: str, after: str) -> None:
    text, plain = (f"依照{character}水质办法{after}" for character in (mark, "字"))
    # The mark itself is of another class, hence from the character behind it on.
    assert np.array_equal(_brackets(text)[3:], _brackets(plain)[3:])


@pytest.mark.parametrize(("opening", "closing"), [("《", "》"), ("（", "）"), ("(", ")"), ("(", "）"), ("“", "”")])
def test_the_inside_of_a_bracket_is_told_from_the_outside(opening: str, closing: str) -> None:
    text = f"依照{opening}水质办法{closing}办理"
    plain = text.replace(opening, "字").replace(closing, "字")
    differs = (_brackets(text) != _brackets(plain)).any(axis=1).tolist()
    assert differs == [False] * 2 + [True] * 6 + [False] * 2


@pytest.mark.parametrize(("length", "closed"), [(199, True), (200, False)])
def test_a_bracket_of_more_than_200_characters_was_never_closed(length: int, closed: bool) -> None:
    text = "《" + "字" * length + "》"
    plain = "字" * (length + 2)
    same = np.array_equal(_brackets(text)[1:-1], _brackets(plain)[1:-1])
    assert same != closed


def test_what_stands_before_and_at_the_end_of_a_bracket_is_seen_inside() -> None:
    base = _brackets("印发《关于水质的通知》办理")
    before, end = _brackets("依照《关于水质的通知》办理"), _brackets("印发《关于水质的办法》办理")
    inside = slice(3, 8)
    assert (base[inside] != before[inside]).any(axis=1).all()
    assert (base[inside] != end[inside]).any(axis=1).all()
    assert np.array_equal(base[11:], before[11:])


def test_a_title_that_a_line_end_breaks_is_told_from_one_that_none_does() -> None:
    whole, broken = _brackets("《关于水质的字通知》"), _brackets("《关于水质的\n通知》")
    assert (whole[1:6, 0] != broken[1:6, 0]).all()


def test_the_first_characters_of_a_line_are_told_from_later_ones() -> None:
    found = _brackets("字" * 10 + "\n" + "字" * 10)[:, -1].tolist()
    assert found[:10] == found[11:]
    assert len(set(found[:6])) == 6
    assert len(set(found[5:10])) == 1
