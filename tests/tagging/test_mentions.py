"""From labels to mentions and back; sequences; titles."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tongbao.reading import read_text
from tongbao.records import LABELS, Label, Span
from tongbao.tagging.mentions import (
    BIO,
    ID_LETTER,
    LONGEST_SEQUENCE,
    from_bio,
    nested_titles,
    sequences,
    to_bio,
    whole_titles,
)

#: Sentences from a few characters to far beyond the longest sequence, with and without clause marks.
PIECES = st.lists(
    st.tuples(st.sampled_from(["字", "字，", "字 ", "一二三四五、", "。", "\n"]), st.integers(1, 700)), max_size=6
)


def _certain(path: list[int]) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    """A decoded document in which every decision has the probability 1."""
    labels = np.array(path, dtype=np.int8)
    return labels, np.eye(len(BIO))[np.maximum(labels, 0)]


def _path(tags: list[str]) -> list[int]:
    return [BIO.index(tag) for tag in tags]


# --- labels ---------------------------------------------------------------------------------------------------------


def test_the_labels_are_one_outside_and_two_for_each_kind() -> None:
    assert BIO[0] == "O"
    assert len(BIO) == 1 + 2 * len(LABELS)
    assert BIO[1:3] == ("B-DEPARTMENT", "I-DEPARTMENT")


def test_every_label_has_a_letter_of_its_own() -> None:
    assert set(ID_LETTER) == set(LABELS)
    assert len(set(ID_LETTER.values())) == len(LABELS)


# --- sequences ------------------------------------------------------------------------------------------------------


def _check_cover(sentences: list[Span], pieces: list[Span]) -> None:
    assert all(0 < len(piece) <= LONGEST_SEQUENCE for piece in pieces)
    covered = [position for piece in pieces for position in range(piece.start, piece.end)]
    assert covered == [position for sentence in sentences for position in range(sentence.start, sentence.end)]
    borders = {piece.start for piece in pieces}
    assert all(sentence.start in borders for sentence in sentences if len(sentence))


@given(PIECES, st.integers(0, 3))
def test_sequences_cover_sentences_exactly(pieces: list[tuple[str, int]], gap: int) -> None:
    text, sentences = "", []
    for piece, times in pieces:
        start = len(text)
        text += piece * times
        sentences.append(Span(start, len(text)))
        text += " " * gap
    _check_cover(sentences, sequences(text, sentences))


@given(st.text("市局立案43起，。、；：\n \u3000😀", max_size=60), st.integers(1, 30))
def test_sequences_cover_the_sentences_of_the_reader(text: str, times: int) -> None:
    bulletin = read_text(text * times)
    _check_cover(list(bulletin.sentences), sequences(bulletin.text, bulletin.sentences))


@pytest.mark.parametrize("line", ["字" * 1_000_000, "查处43起、" * 166_667])
def test_a_line_of_a_million_characters_is_cut(line: str) -> None:
    pieces = sequences(line, [Span(0, len(line))])
    assert pieces[0].start == 0
    assert pieces[-1].end == len(line)
    assert all(first.end == second.start for first, second in pairwise(pieces))
    assert max(map(len, pieces)) <= LONGEST_SEQUENCE
    assert len(pieces) < 1.1 * len(line) / (LONGEST_SEQUENCE - 10)


def test_long_sentences_are_cut_behind_the_last_clause_mark_that_fits() -> None:
    text = "字" * 299 + "，" + "字" * 50 + "、" + "字" * 300
    assert sequences(text, [Span(0, len(text))]) == [Span(0, 351), Span(351, 651)]


def test_a_mark_in_the_first_half_is_not_worth_a_cut() -> None:
    text = "字" * 99 + "，" + "字" * 500
    assert sequences(text, [Span(0, len(text))]) == [Span(0, LONGEST_SEQUENCE), Span(LONGEST_SEQUENCE, 600)]


def test_a_sentence_that_fits_is_left_alone() -> None:
    text = "字，" * (LONGEST_SEQUENCE // 2)
    assert sequences(text, [Span(0, len(text))]) == [Span(0, LONGEST_SEQUENCE)]
    assert sequences("", [Span(0, 0)]) == []


# --- BIO ------------------------------------------------------------------------------------------------------------


@st.composite
def _apart(draw: st.DrawFn) -> tuple[int, list[tuple[Label, Span]]]:
    """A length and mentions in it that do not overlap; they may touch."""
    mentions: list[tuple[Label, Span]] = []
    position = 0
    for _ in range(draw(st.integers(0, 8))):
        start = position + draw(st.integers(0, 3))
        position = start + draw(st.integers(1, 5))
        mentions.append((draw(st.sampled_from(LABELS)), Span(start, position)))
    return position + draw(st.integers(0, 3)), mentions


@given(_apart())
def test_mentions_survive_their_labels(case: tuple[int, list[tuple[Label, Span]]]) -> None:
    length, mentions = case
    tags = to_bio(length, reversed(mentions))
    assert len(tags) == length
    assert from_bio(*_certain(_path(tags))) == [(label, span, 1.0) for label, span in mentions]


@given(st.lists(st.integers(-1, len(BIO) - 1), max_size=30))
def test_any_path_gives_mentions_in_order_that_do_not_overlap(path: list[int]) -> None:
    found = from_bio(*_certain(path))
    position = 0
    for label, span, confidence in found:
        assert span.start >= position
        assert len(span) > 0
        assert {BIO[number][2:] for number in path[span.start : span.end]} == {label}
        assert 0.0 <= confidence <= 1.0
        position = span.end
    inside = {position for _, span, _ in found for position in range(span.start, span.end)}
    assert inside == {position for position, number in enumerate(path) if number > 0}


def test_of_overlapping_mentions_the_longer_wins() -> None:
    title, nested = ("POLICY", Span(0, 6)), ("POLICY", Span(2, 5))
    assert to_bio(7, [nested, title]) == to_bio(7, [title]) == ["B-POLICY", *["I-POLICY"] * 5, "O"]
    assert to_bio(4, [("SCOPE", Span(0, 2)), ("PERIOD", Span(1, 3))])[:3] == ["B-SCOPE", "I-SCOPE", "O"]


def test_an_empty_mention_has_no_label() -> None:
    assert to_bio(2, [("SCOPE", Span(1, 1))]) == ["O", "O"]


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        ("O I-SCOPE I-SCOPE O", [("SCOPE", 1, 3)]),
        ("B-SCOPE I-PERIOD I-PERIOD", [("SCOPE", 0, 1), ("PERIOD", 1, 3)]),
        ("B-SCOPE B-SCOPE I-SCOPE", [("SCOPE", 0, 1), ("SCOPE", 1, 3)]),
        ("B-SCOPE O I-SCOPE", [("SCOPE", 0, 1), ("SCOPE", 2, 3)]),
        ("O O", []),
        ("", []),
    ],
)
def test_paths_that_no_training_shows(tags: str, found: list[tuple[str, int, int]]) -> None:
    got = from_bio(*_certain(_path(tags.split())))
    assert [(label, span.start, span.end) for label, span, _ in got] == found


def test_white_space_between_sentences_ends_a_mention() -> None:
    path, marginals = _certain([1, 2, -1, 2])
    assert [span for _, span, _ in from_bio(path, marginals)] == [Span(0, 2), Span(3, 4)]


def test_the_confidence_is_that_of_the_least_sure_decision() -> None:
    begin, inside = BIO.index("B-SCOPE"), BIO.index("I-SCOPE")
    path, marginals = _certain([begin, inside, 0, begin])
    marginals[0, begin] = 0.9
    marginals[1, inside] = 0.8
    assert from_bio(path, marginals)[0][2] == pytest.approx(0.8)
    marginals[2] = 0.0
    marginals[2, [0, inside]] = 0.7, 0.3  # that the span goes on is a decision too
    assert from_bio(path, marginals)[0][2] == pytest.approx(0.7)
    assert from_bio(path, marginals)[1][2] == 1.0


# --- titles ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "nested"),
    [
        ("《关于印发〈水质监测办法〉的通知》", ["〈水质监测办法〉"]),
        ("《关于印发《水质监测办法》的通知》", ["《水质监测办法》"]),
        ("《关于印发<水质监测办法>的通知》", ["<水质监测办法>"]),
        ("《关于印发＜水质监测办法＞的通知》", ["＜水质监测办法＞"]),
        ("《关于废止〈甲办法〉和〈乙办法〉的决定》", ["〈甲办法〉", "〈乙办法〉"]),
        ("《关于修改〈甲办法〉〈乙办法〉的决定》", ["〈甲办法〉", "〈乙办法〉"]),
        ("《水质监测办法》", []),
        ("《关于印发〈水质监测办法的通知》", []),
        ("《关于印发水质监测办法〉的通知》", []),
        ("《〈水质监测办法〉》", ["〈水质监测办法〉"]),
        ("关于印发〈水质监测办法〉的通知", ["〈水质监测办法〉"]),
        ("《》", []),
        ("《", []),
        ("", []),
    ],
)
@pytest.mark.parametrize("before", ["", "落实〈外〉和"])
def test_titles_inside_titles(before: str, title: str, nested: list[str]) -> None:
    text = before + title + "，依照〈又外〉》"
    span = Span(len(before), len(before) + len(title))
    found = nested_titles(text, span)
    assert [inner.of(text) for inner in found] == nested
    assert all(span.contains(inner) and inner != span for inner in found)


@given(st.text("《》〈〉<>＜＞字", max_size=20), st.integers(0, 20), st.integers(0, 20))
def test_nested_titles_lie_inside_and_apart(text: str, start: int, length: int) -> None:
    start = min(start, len(text))
    span = Span(start, min(len(text), start + length))
    found = nested_titles(text, span)
    for inner in found:
        assert span.start < inner.start < inner.end < span.end
        assert inner.of(text)[0] + inner.of(text)[-1] in ("《》", "〈〉", "<>", "＜＞")
    assert all(first.end <= second.start for first, second in pairwise(found))


@pytest.mark.parametrize(
    ("text", "found", "wanted"),
    [
        ("落实《水质监测办法》。", [("POLICY", "质监测办法》")], [("POLICY", "《水质监测办法》")]),
        ("落实《水质监测办法》。", [("POLICY", "《水质监测")], [("POLICY", "《水质监测办法》")]),
        ("落实《水质监测办法》。", [("POLICY", "质监")], [("POLICY", "《水质监测办法》")]),
        ("落实《水质监测办法》。", [("POLICY", "《水质监测办法》")], [("POLICY", "《水质监测办法》")]),
        ("落实《水质监测办法》。", [("POLICY", "落实《水质")], [("POLICY", "《水质监测办法》")]),
        ("落实产品质量法。", [("POLICY", "产品质量法")], [("POLICY", "产品质量法")]),
        (
            "按《市2023年水质监测办法》办",
            [("PERIOD", "2023年"), ("POLICY", "监测办法》")],
            [("POLICY", "《市2023年水质监测办法》")],
        ),
        (
            "按《水质2023年监测办法》办",
            [("POLICY", "《水质"), ("PERIOD", "2023年")],
            [("POLICY", "《水质2023年监测办法》")],
        ),
        ("落实《水质监测办法》。", [("POLICY", "《水质"), ("POLICY", "办法》")], [("POLICY", "《水质监测办法》")]),
        (
            "省政府《水质监测办法》。",
            [("POLICY", "政府《水质"), ("POLICY", "监测")],
            [("POLICY", "政府《水质监测办法》")],
        ),
        (
            "省政府《水质监测办法》中",
            [("POLICY", "府《水质"), ("POLICY", "办法》中")],
            [("POLICY", "府《水质监测办法》中")],
        ),
        ("按《印发《甲》的通知》办", [("POLICY", "甲")], [("POLICY", "《印发《甲》的通知》")]),
        ("《晚报》刊登43起", [("QUANTITY", "43起")], [("QUANTITY", "43起")]),
        ("按《水质办法办理43起", [("POLICY", "水质办法")], [("POLICY", "水质办法")]),
        ("制定我省融合发展措施", [("POLICY", "制定我省融合发展措施")], [("POLICY", "融合发展措施")]),
        ("全国统一市场指引", [("POLICY", "全国统一市场指引")], [("POLICY", "全国统一市场指引")]),
        ("推进城市更新条例", [("POLICY", "推进城市更新条例")], [("POLICY", "城市更新条例")]),
        ("修订完善工作规则", [("POLICY", "修订完善工作规则")], [("POLICY", "工作规则")]),
        ("实施办法", [("POLICY", "实施办法")], [("POLICY", "实施办法")]),
        ("", [], []),
    ],
)
def test_a_title_is_never_half_a_title(
    text: str, found: list[tuple[Label, str]], wanted: list[tuple[Label, str]]
) -> None:
    given_mentions = [(label, Span(text.index(part), text.index(part) + len(part)), 0.5) for label, part in found]
    whole = whole_titles(text, given_mentions)
    assert [(label, span.of(text)) for label, span, _ in whole] == wanted


@given(st.text("《》字2023年", min_size=1, max_size=30), _apart())
def test_whole_titles_do_not_overlap_and_leave_the_rest_alone(
    text: str, case: tuple[int, list[tuple[Label, Span]]]
) -> None:
    found = [(label, span, 0.5) for label, span in case[1] if span.end <= len(text)]
    whole = whole_titles(text, found)
    assert all(first[1].end <= second[1].start for first, second in pairwise(whole))
    assert {item for item in whole if item[0] != "POLICY"} <= set(found)
    for label, span, _ in found:
        if label == "POLICY":
            assert any(other.contains(span) for _, other, _ in whole)


def test_a_bracket_that_was_never_closed_costs_no_time_and_no_title() -> None:
    text = "《" * 50_000 + "字" * 50_000
    found: list[tuple[Label, Span, float]] = [("POLICY", Span(60_000, 60_010), 0.5)]
    assert whole_titles(text, found) == found
