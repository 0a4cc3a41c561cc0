"""Code points, classes and hashes of substrings."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.tagging.arrays import (
    CLASS_COUNT,
    DIGIT_CLASS,
    LATIN_CLASS,
    OTHER_ASCII_CLASS,
    SubstringHashes,
    classes,
    codes,
    hash_words,
    mix,
    stretch,
)

#: Any text at all: astral characters and lone surrogates too.
ANY_TEXT = st.text(st.characters())
#: Texts in which substrings repeat.
FEW_LETTERS = st.text("市局《》\n😀", max_size=30)


def _hash(text: str) -> int:
    return int(SubstringHashes(codes(text)).of(np.array([0]), np.array([len(text)]))[0])


@given(ANY_TEXT)
def test_codes_are_the_code_points(text: str) -> None:
    assert codes(text).tolist() == [ord(character) for character in text]


def test_codes_keep_astral_characters_and_lone_surrogates_on_the_grid() -> None:
    assert codes("a😀\ud800\udfff局").tolist() == [0x61, 0x1F600, 0xD800, 0xDFFF, 0x5C40]
    assert codes("").shape == (0,)


@pytest.mark.parametrize(
    "alike",
    [
        "0９",
        "〇三两",
        "百万亿",
        "约余近",
        "。！?",
        "(）【",
        "《〉",
        "“」",
        "%‰",
        "-至到",
        "年月",
        " \u3000",
        "\n\r",
        "省县村",
        "局委办",
        "azＺ",
        "#@",
    ],
)
def test_characters_of_one_kind_share_a_class_that_is_not_that_of_all_others(alike: str) -> None:
    found = set(classes(codes(alike)).tolist())
    assert len(found) == 1
    assert found.isdisjoint(classes(codes("的查😀\ud800\U0002a6a5")).tolist())


def test_classes_have_the_numbers_that_models_know() -> None:
    assert classes(codes("7")).tolist() == [DIGIT_CLASS] == [1]
    assert classes(codes("x#第，,")).tolist() == [LATIN_CLASS, OTHER_ASCII_CLASS, 20, 5, 5]
    assert classes(codes("的\U0002a6a5\ud800")).tolist() == [0, 0, 0]


@given(ANY_TEXT)
def test_every_character_has_a_class_in_range(text: str) -> None:
    found = classes(codes(text))
    assert found.shape == (len(text),)
    assert all(0 <= number < CLASS_COUNT for number in found.tolist())


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_a_substring_hashes_alike_wherever_it_stands(before: str, piece: str, between: str, a: str, b: str) -> None:
    text = before + piece + between + piece
    first, second = len(before), len(before) + len(piece) + len(between)
    hashes = SubstringHashes(codes(text))
    here, there = hashes.of(np.array([first, second]), np.array([first, second]) + len(piece)).tolist()
    elsewhere = SubstringHashes(codes(a + piece + b)).of(np.array([len(a)]), np.array([len(a) + len(piece)]))
    assert here == there == int(elsewhere[0])


@given(FEW_LETTERS)
def test_hashes_are_equal_exactly_where_the_substrings_are(text: str) -> None:
    size = len(text)
    pairs = [(start, end) for start in range(size + 1) for end in range(start, min(size, start + 6) + 1)]
    starts, ends = (np.array(side, dtype=np.int64) for side in zip(*pairs, strict=True))
    found = SubstringHashes(codes(text)).of(starts, ends).tolist()
    substrings = [text[start:end] for start, end in pairs]
    assert len(set(found)) == len(set(substrings)) == len(set(zip(found, substrings, strict=True)))


@given(ANY_TEXT, ANY_TEXT)
def test_different_texts_hash_differently(first: str, second: str) -> None:
    assert (_hash(first) == _hash(second)) == (first == second)


@pytest.mark.parametrize(("first", "second"), [("ab", "ba"), ("\0", "\0\0"), ("\0a", "a"), ("局", "局\0"), ("", "\0")])
def test_order_and_zeros_count(first: str, second: str) -> None:
    assert _hash(first) != _hash(second)


@given(FEW_LETTERS, st.integers(0, 8))
def test_all_substrings_of_a_length_are_those_taken_one_by_one(text: str, length: int) -> None:
    hashes = SubstringHashes(codes(text))
    starts = np.arange(max(0, len(text) - length + 1), dtype=np.int64)
    assert hashes.of_length(length).tolist() == hashes.of(starts, starts + length).tolist()


def test_long_texts_do_not_overflow_into_nonsense() -> None:
    text = "市教育局立案43起。" * 20_000
    hashes = SubstringHashes(codes(text)).of_length(9)
    assert len(set(hashes.tolist())) == 10
    assert int(hashes[-1]) == _hash(text[-9:])


@given(st.lists(ANY_TEXT))
def test_words_hash_as_substrings_do(words: list[str]) -> None:
    tables = hash_words(words)
    assert list(tables) == sorted({len(word) for word in words})
    for length, table in tables.items():
        wanted = {_hash(word) for word in words if len(word) == length}
        assert table.tolist() == sorted(wanted)


def test_mix_maps_zero_to_zero_and_keeps_values_apart() -> None:
    values = np.arange(2000, dtype=np.uint64)
    mixed = mix(values)
    assert int(mixed[0]) == 0
    assert len(set(mixed.tolist())) == 2000
    assert len(set((mixed % np.uint64(1 << 22)).tolist())) > 1990


@given(st.lists(st.integers(0, 200), max_size=12), st.integers(-6, 16), st.integers(0, 12))
def test_a_stretch_is_a_slice_with_zeros_around(values: list[int], start: int, size: int) -> None:
    wanted = [values[at] if 0 <= at < len(values) else 0 for at in range(start, start + size)]
    found = stretch(np.array(values, dtype=np.uint8), start, start + size)
    assert found.dtype == np.uint64
    assert found.tolist() == wanted
