"""Calibration curves: rising, saved as they are, and none where there is too little to learn from."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.errors import ModelError
from tongbao.extraction import load_calibration
from tongbao.linking.confidence import ROW, UNCALIBRATED, Calibration
from tongbao.training.calibration import Samples, fit_calibration, save_calibration

#: Right as often as the square of the score says.
PAIRS = [(score / 100, (number + 0.5) / 20 < (score / 100) ** 2) for score in range(101) for number in range(20)]


def _curves(calibration: Calibration) -> dict[str, tuple[list[float], list[float]]]:
    return {name: (raw.tolist(), probability.tolist()) for name, (raw, probability) in calibration.curves.items()}


def test_scores_become_the_share_of_right_answers() -> None:
    calibration = fit_calibration(Samples({"SCOPE": PAIRS}))
    for score in (0.2, 0.5, 0.8, 0.95):
        assert calibration.apply("SCOPE", [score])[0] == pytest.approx(score**2, abs=0.06)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=40, max_size=120), st.lists(st.floats(0, 1)))
def test_curves_rise_between_0_and_1(pairs: list[tuple[float, bool]], scores: list[float]) -> None:
    calibration = fit_calibration(Samples({"PERIOD": pairs}))
    found = calibration.apply("PERIOD", sorted(scores))
    assert found.shape == (len(scores),)
    assert ((found >= 0) & (found <= 1)).all()
    assert (np.diff(found) >= 0).all()


def test_few_outcomes_leave_scores_raw() -> None:
    assert fit_calibration(Samples({"SCOPE": PAIRS[:39]})) is UNCALIBRATED
    assert set(fit_calibration(Samples({"SCOPE": PAIRS[:39], "PERIOD": PAIRS[:40]})).curves) == {"PERIOD"}
    assert UNCALIBRATED.apply("SCOPE", [0.25, 0.5]).tolist() == [0.25, 0.5]


def test_rows_have_a_curve_of_their_own() -> None:
    calibration = fit_calibration(Samples(rows=[(score, 1.0, right) for score, right in PAIRS]))
    assert set(calibration.curves) == {ROW}
    assert calibration.apply(ROW, [0.5])[0] == pytest.approx(0.25, abs=0.06)


@pytest.mark.parametrize("calibration", [UNCALIBRATED, fit_calibration(Samples({"SCOPE": PAIRS, "of": PAIRS[:300]}))])
def test_curves_survive_their_file(tmp_path: Path, calibration: Calibration) -> None:
    save_calibration(tmp_path / "a.json", calibration)
    loaded = load_calibration(tmp_path / "a.json")
    assert _curves(loaded) == _curves(calibration)
    save_calibration(tmp_path / "b.json", loaded)
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "3",
        '{"SCOPE": 3}',
        '{"SCOPE": {"raw": [0, 1]}}',
        '{"SCOPE": {"raw": [0, 1], "probability": [0]}}',
        '{"SCOPE": {"raw": [], "probability": []}}',
        '{"SCOPE": {"raw": 1, "probability": 1}}',
        '{"SCOPE": {"raw": ["a"], "probability": ["b"]}}',
        '{"SCOPE": {"raw": [[0, 1], [2]], "probability": [0, 1]}}',
        "[" * 100_000,
    ],
)
def test_a_file_without_curves_is_refused(tmp_path: Path, text: str) -> None:
    place = tmp_path / "calibration.json"
    place.write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match="damaged") as raised:
        load_calibration(place)
    assert raised.value.place == str(place)
    assert raised.value.remedy
