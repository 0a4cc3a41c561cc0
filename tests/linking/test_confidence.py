"""Confidences through curves: what has none stays as it is, and order is kept."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.extraction import Extractor
from tongbao.linking.confidence import ROW, UNCALIBRATED, Calibration, calibrate
from tongbao.records import Link, Mention, Span

Q1 = Mention("q1", "QUANTITY", Span(0, 2), None, 0.8)
Q2 = Mention("q2", "QUANTITY", Span(3, 5), None, 0.5)
PERIOD = Mention("t1", "PERIOD", Span(6, 8), None, 0.6)
LINKS = [
    Link("measures", "q1", (Span(2, 3),), None, 0.5),
    Link("during", "q1", (PERIOD.span,), "t1", 0.7),
    Link("measures", "q2", (), None, 0.9),
]


def _curve(*points: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    raw, probability = zip(*points, strict=True)
    return np.array(raw), np.array(probability)


HALVED = _curve((0.0, 0.0), (1.0, 0.5))


def test_without_curves_nothing_changes() -> None:
    mentions, links, rows = calibrate(UNCALIBRATED, [Q1, PERIOD, Q2], LINKS)
    assert (mentions, links) == ([Q1, PERIOD, Q2], LINKS)
    assert rows == {"q1": pytest.approx(0.4), "q2": pytest.approx(0.45)}


def test_curves_by_label_and_by_kind() -> None:
    calibration = Calibration({"QUANTITY": HALVED, "measures": HALVED})
    mentions, links, rows = calibrate(calibration, [Q1, PERIOD, Q2], LINKS)
    assert [mention.confidence for mention in mentions] == [0.4, 0.6, 0.25]
    assert [link.confidence for link in links] == [0.25, 0.7, 0.45]
    # A row's score is the product of the calibrated ones.
    assert rows == {"q1": pytest.approx(0.1), "q2": pytest.approx(0.1125)}


def test_rows_have_a_curve_of_their_own() -> None:
    mentions, _, rows = calibrate(Calibration({ROW: HALVED}), [Q1, Q2], LINKS)
    assert mentions == [Q1, Q2]
    assert rows == {"q1": pytest.approx(0.2), "q2": pytest.approx(0.225)}


def test_what_has_no_score_gets_none() -> None:
    bare = Mention("q1", "QUANTITY", Span(0, 2))
    mentions, links, rows = calibrate(Calibration({"QUANTITY": HALVED}), [bare, Q2], [Link("measures", "q1")])
    assert [mention.confidence for mention in mentions] == [None, 0.25]
    assert links == [Link("measures", "q1")]
    assert rows == {"q1": 0.0, "q2": 0.0}


def test_nothing_to_calibrate() -> None:
    assert calibrate(Calibration({ROW: HALVED}), [], []) == ([], [], {})


@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=8, unique_by=lambda point: point[0]),
    st.lists(st.floats(0, 1), max_size=20),
)
def test_order_is_kept(points: list[tuple[float, float]], scores: list[float]) -> None:
    raw = np.sort([point[0] for point in points])
    probability = np.sort([point[1] for point in points])
    calibration = Calibration({"SCOPE": (raw, probability)})
    found = calibration.apply("SCOPE", sorted(scores))
    assert found.shape == (len(scores),)
    assert (np.diff(found) >= -1e-12).all()
    assert ((found >= probability[0] - 1e-12) & (found <= probability[-1] + 1e-12)).all()
    assert calibration.apply("PERIOD", scores).tolist() == scores


def test_what_a_curve_passes_through() -> None:
    calibration = Calibration({"of": _curve((0.2, 0.1), (0.6, 0.5), (0.8, 1.0))})
    assert calibration.apply("of", [0.0, 0.2, 0.4, 0.6, 0.7, 0.9]).tolist() == pytest.approx(
        [0.1, 0.1, 0.3, 0.5, 0.75, 1.0]
    )


def test_a_document_gets_the_confidences_of_its_rows(model: Extractor) -> None:
    text = "2023年，海城市教育局查处违规机构150个，罚没1.24万元，其中现场整改30个。"
    curve = _curve((0.0, 0.25), (1.0, 0.75))
    curved = Extractor(model.tagger, model.linker, Calibration({"QUANTITY": curve, ROW: curve}), model.meta)
    raw, found = model.extract(text), curved.extract(text)
    assert raw.tables.quantities
    for before, after in zip(raw.tables.quantities, found.tables.quantities, strict=True):
        assert before.confidence is not None
        assert after.confidence is not None
        assert (before.start, before.value) == (after.start, after.value)
        assert 0.25 <= after.confidence <= 0.75
    quantities = [mention.confidence for mention in found.annotated.mentions if mention.label == "QUANTITY"]
    assert all(confidence and 0.25 <= confidence <= 0.75 for confidence in quantities)
