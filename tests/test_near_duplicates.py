"""Reposts are found, templates with other figures are none, and the number of documents costs no more than it must."""

from __future__ import annotations

import random
import sqlite3

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.near_duplicates import BANDS_TABLE, Originals, Reposts, grams, same_numbers, signature, similarity

_SYLLABLES = "督查组到各县检查安全生产责任落实情况发现隐患并要求限期整改完成后报告市政府办公室备案"


def _text(seed: int, length: int = 600) -> str:
    drawn = random.Random(seed)
    return "".join(drawn.choice(_SYLLABLES) for _ in range(length))


def _originals(*texts: str) -> list[str | None]:
    reposts = Reposts()
    try:
        return [reposts.original_of(str(number), text) for number, text in enumerate(texts)]
    finally:
        reposts.close()


def test_a_repost_with_another_frame_is_found() -> None:
    one, other = _text(1), _text(2)
    assert _originals(one, other, f"本网讯 {one} 责任编辑:某某", one[:500]) == [None, None, "0", "0"]


def test_layout_width_and_punctuation_do_not_matter() -> None:
    text = "全市立案43起,罚没1.24万元。" + _text(3)
    changed = "\n\n".join(text[at : at + 20] for at in range(0, len(text), 20)).replace(",", "，")
    assert _originals(text, changed.replace("43", "４３")) == [None, "0"]


def test_texts_that_share_half_are_two() -> None:
    one = _text(4)
    assert _originals(one, one[:300] + _text(5, 300)) == [None, None]


def test_a_template_with_other_figures_is_no_repost() -> None:
    def month(first: int) -> str:
        return "。".join(f"{_text(seed, 60)}立案{first + seed}起" for seed in range(20))

    january, february = month(1000), month(5000)
    assert similarity(grams(january), grams(february)) > 0.6
    assert _originals(january, february, january) == [None, None, "0"]


def test_the_most_similar_original_is_named_and_of_equal_ones_the_first() -> None:
    base = _text(6)
    near, nearer = base[:520] + _text(7, 80), base[:580] + _text(8, 20)
    assert _originals(_text(9), near, _text(10), base) == [None, None, None, "1"]
    # Both are reposts of the first, not of each other.
    assert _originals(base, near, nearer) == [None, "0", "0"]


def test_texts_without_words_repeat_nothing() -> None:
    assert _originals("", " \n", "……", "甲", "甲", "乙") == [None, None, None, None, "3", None]


def test_many_texts_over_one_template_stay_cheap() -> None:
    """What one text is compared with is bounded; a repost among them is found all the same."""
    frame = _text(11, 1200)
    texts = [f"{frame[:600]}{_text(seed, 40)}立案{seed * 7919}起{frame[600:]}" for seed in range(100, 300)]
    asked: list[int] = []
    connection = sqlite3.connect(":memory:")
    connection.execute(BANDS_TABLE)

    def text_of(document: int) -> str:
        asked.append(document)
        return texts[document]

    originals = Originals(connection, text_of)
    found = [originals.original_of(n, signature(text), lambda text=text: text) for n, text in enumerate(texts)]
    assert found == [None] * len(texts)
    assert len(asked) <= 16 * len(texts)
    assert originals.original_of(999, signature(texts[150]), lambda: texts[150]) == 150
    connection.close()


def test_a_long_text_is_signed_in_parts() -> None:
    text = _text(12, 50_000)
    assert len(signature(text)) == 20 * 8
    assert signature(text) == signature(text.replace("督", "督\n"))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("立案43起", "立案44起", False),
        ("立案43起", "立案", True),
        ("1 2 3 4 5", "1 2 3 4 6 7", True),
        ("1 2 3 4 5", "1 2 3 6 7", False),
        ("1.5", "1 5", False),
        ("7 7 7", "7 8 9", False),
    ],
)
def test_same_numbers(one: str, other: str, same: bool) -> None:
    assert same_numbers(one, other) is same
    assert same_numbers(other, one) is same


@given(st.text(alphabet="甲乙丙1,。 \n", max_size=60), st.text(alphabet="甲乙丙1,。 \n", max_size=60))
def test_similarity_is_that_of_the_sets(one: str, other: str) -> None:
    def plain(text: str) -> set[str]:
        packed = "".join(char for char in text if char.isalnum())
        width = min(8, len(packed))
        return {packed[at : at + width] for at in range(len(packed) - width + 1)} if width else set()

    expected = len(plain(one) & plain(other)) / len(plain(one) | plain(other)) if plain(one) & plain(other) else 0.0
    assert similarity(grams(one), grams(other)) == pytest.approx(expected)


def test_stored_signatures_stay_valid() -> None:
    """They are kept in stores: another hash of the same text would hide every repost of an older document."""
    signed = np.frombuffer(signature("全市共立案43起,罚没1.24万元。"), np.uint64)
    assert signed[:2].tolist() == [
        582332312803436863,
        10177793509727666018,
    ]
