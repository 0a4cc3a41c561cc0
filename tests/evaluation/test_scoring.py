"""Scores against figures that were counted by hand (``cases/expected.json``), and laws that hold for any scores."""

import json
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.annotation import from_json, to_json
from tongbao.errors import AnnotationError
from tongbao.evaluation import Counts, Scores, count, count_all
from tongbao.evaluation.scoring import SPAN_FIGURES, definitions
from tongbao.records import LABELS, Annotated, Label, Mention, Span

CASES = Path(__file__).parent / "cases"
EXPECTED = json.loads((CASES / "expected.json").read_text(encoding="utf-8"))
BY_HAND = [(f"{group}.{name}", value) for group, figures in EXPECTED.items() for name, value in figures.items()]


def score(gold: tuple[Annotated, ...], predicted: tuple[Annotated, ...]) -> Scores:
    return Scores.of(gold, predicted)


@pytest.mark.parametrize(("name", "value"), BY_HAND)
def test_hand_counted(
    name: str, value: str | int | None, gold: tuple[Annotated, ...], predicted: tuple[Annotated, ...]
) -> None:
    scores = score(gold, predicted)
    if isinstance(value, int):
        assert scores.counts[name] == value
    elif value is None:
        assert scores[name] is None
    else:
        assert scores[name] == pytest.approx(float(Fraction(value)), abs=1e-12)


def test_every_figure_is_counted_by_hand() -> None:
    assert {name for name, value in BY_HAND if not isinstance(value, int)} == set(definitions())


def test_gold_against_itself_is_perfect(corpus: tuple[Annotated, ...]) -> None:
    scores = score(corpus, corpus)
    assert set(scores.figures.values()) <= {1.0, None}
    assert scores["micro.all.f1"] == scores["QUANTITY.row_f1"] == scores["QUANTITY.of"] == 1.0


def test_no_prediction_scores_zero(gold: tuple[Annotated, ...]) -> None:
    scores = score(gold, ())
    assert [scores[f"QUANTITY.{figure}"] for figure in SPAN_FIGURES] == [0.0] * 5
    assert scores["QUANTITY.row_f1"] == 0.0
    assert scores["QUANTITY.value"] is None
    assert scores["QUANTITY.of"] is None
    assert scores["ORGANIZATION.f1"] is None


@given(data=st.data())
def test_a_missed_span_lowers_recall_only(data: st.DataObject, gold: tuple[Annotated, ...]) -> None:
    document = gold[data.draw(st.integers(0, 1))]
    lost = data.draw(st.sampled_from(document.mentions))
    kept = replace(
        document,
        mentions=tuple(mention for mention in document.mentions if mention is not lost),
        links=tuple(link for link in document.links if lost.id not in (link.source, link.target)),
    )
    scores = score((document,), (kept,))
    of_label = [mention for mention in document.mentions if mention.label == lost.label]
    assert scores[f"{lost.label}.r"] == pytest.approx(1 - 1 / len(of_label))
    for label in LABELS:
        if label != lost.label:
            assert scores[f"{label}.f1"] in (1.0, None)
    assert scores[f"{lost.label}.p"] == (1.0 if len(of_label) > 1 else 0.0)


def test_of_is_no_figure_where_gold_has_none(gold: tuple[Annotated, ...], predicted: tuple[Annotated, ...]) -> None:
    bare = tuple(replace(document, links=tuple(x for x in document.links if x.kind != "of")) for document in gold)
    assert score(bare, predicted)["QUANTITY.of"] is None


def test_number_is_compared_on_all_policies_once_gold_has_one(gold: tuple[Annotated, ...]) -> None:
    data = to_json(gold[0])
    data["spans"] += [{**data["spans"][2], "id": "p2", "end": data["spans"][2]["end"] - 1, "number": "泉教〔2023〕8号"}]
    truth = from_json(data)
    data["spans"][-1] = {**data["spans"][-1], "number": None}
    assert score((truth,), (from_json(data),))["POLICY.number"] == 0.5


@pytest.mark.parametrize(
    ("gold_span", "pred_span", "overlap"), [((0, 3), (2, 4), 1.0), ((0, 3), (3, 5), 0.0), ((2, 4), (0, 6), 1.0)]
)
def test_overlap(gold_span: tuple[int, int], pred_span: tuple[int, int], overlap: float) -> None:
    truth, guess = (
        Annotated("x", "authored", "一二三四五六", (Mention("a", "SCOPE", Span(*span)),), ())
        for span in (gold_span, pred_span)
    )
    scores = Scores.from_counts(count(truth, guess)[0])
    assert (scores["SCOPE.overlap_p"], scores["SCOPE.overlap_r"], scores["SCOPE.f1"]) == (overlap, overlap, 0.0)


def test_other_label_does_not_overlap() -> None:
    labels: tuple[Label, Label] = ("SCOPE", "ORGANIZATION")
    a, b = (Annotated("x", "authored", "全市", (Mention("a", label, Span(0, 2)),), ()) for label in labels)
    assert Scores.from_counts(count(a, b)[0])["micro.all.overlap_r"] == 0.0


@given(data=st.data())
def test_units_add_up_to_the_document(data: st.DataObject, corpus: tuple[Annotated, ...]) -> None:
    document = data.draw(st.sampled_from(corpus))
    other = replace(document, mentions=document.mentions[::2], links=())
    inner = data.draw(st.lists(st.integers(1, len(document.text) - 1), max_size=5, unique=True))
    cuts = [0, *sorted(inner), len(document.text)]
    units = [Span(start, end) for start, end in pairwise(cuts)]
    parts = count(document, other, units)
    assert len(parts) == len(units)
    [whole] = count(document, other)
    np.testing.assert_allclose(Counts.total(parts).vector, whole.vector, rtol=0, atol=1e-9)


def test_spans_outside_the_units_are_not_counted(gold: tuple[Annotated, ...]) -> None:
    [counts] = count(gold[0], gold[0], [Span(0, 7)])
    assert (counts["PERIOD.gold"], counts["DEPARTMENT.gold"], counts["QUANTITY.gold"]) == (1, 1, 0)


def test_a_document_in_parts_counts_by_part(gold: tuple[Annotated, ...]) -> None:
    counts = count_all(gold, gold, {"s1": [Span(0, 7), Span(7, 40)]})
    assert [one["DEPARTMENT.gold"] for one in counts] == [1, 0, 1, 0]


def test_overlapping_units_are_refused(gold: tuple[Annotated, ...]) -> None:
    with pytest.raises(AnnotationError, match=r"document s1: the units \[0, 6\) and \[5, 9\) overlap"):
        count(gold[0], None, [Span(0, 6), Span(5, 9)])


def test_a_prediction_counts_under_any_id(gold: tuple[Annotated, ...]) -> None:
    [counts] = count(gold[0], replace(gold[0], id="another"))
    assert counts["QUANTITY.right"] == 3


def test_other_text_is_refused(gold: tuple[Annotated, ...]) -> None:
    with pytest.raises(AnnotationError, match="document s1: the two annotations are of different texts"):
        count(gold[0], replace(gold[0], text=gold[0].text + "。"))
