"""Calibration curves: rising, saved as they are, and none where there is too little to learn from."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.annotation import read_gold
from tongbao.errors import ModelError
from tongbao.extraction import Extraction, load_calibration
from tongbao.linking.confidence import ROW, UNCALIBRATED, Calibration
from tongbao.reading import read_text
from tongbao.records import Annotated, Link, Mention, Quantity, Span, Tables
from tongbao.training.calibration import Samples, collect, fit_calibration, save_calibration

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
        '{"SCOPE": {"raw": [[0, 1]], "probability": [[0, 1]]}}',
        '{"SCOPE": {"raw": 0.5, "probability": 0.5}}',
        '{"SCOPE": {"raw": [1, 0], "probability": [0, 1]}}',
        '{"SCOPE": {"raw": [0.5, 0.5], "probability": [0, 1]}}',
        '{"SCOPE": {"raw": [0, 1], "probability": [1, 0]}}',
        '{"SCOPE": {"raw": [0, 1], "probability": [0, 2]}}',
        '{"SCOPE": {"raw": [0, 1], "probability": [0, NaN]}}',
        '{"SCOPE": {"raw": [0, Infinity], "probability": [0, 1]}}',
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


# --- outcomes -------------------------------------------------------------------------------------------------------

TEXT = "今年全市整改3个、立案4起，占5%。"


def _document(mentions: dict[str, tuple[str, str | None, float | None]], links: list[Link]) -> Annotated:
    """Mentions by id: surface, unit, confidence; ``q`` are quantities of the value 3, ``t`` periods, ``s`` scopes."""
    found = []
    for name, (surface, unit, confidence) in mentions.items():
        span = Span(TEXT.index(surface), TEXT.index(surface) + len(surface))
        if name[0] == "q":
            value = Quantity(Decimal(3), None, None, unit, "exact", "count", "none")
            found.append(Mention(name, "QUANTITY", span, value, confidence))
        else:
            found.append(Mention(name, "PERIOD" if name[0] == "t" else "SCOPE", span, None, confidence))
    return Annotated("x", "authored", TEXT, tuple(found), tuple(links))


def _link(kind: str, source: str, surface: str = "", target: str | None = None, sure: float | None = None) -> Link:
    spans = (Span(TEXT.index(surface), TEXT.index(surface) + len(surface)),) if surface else ()
    return Link(kind, source, spans, target, sure)  # type: ignore[arg-type]


GOLD = _document(
    {"t1": ("今年", None, None), "q1": ("3个", "个", None), "q2": ("4起", "起", None), "q3": ("5%", "%", None)},
    [
        _link("measures", "q1", "整改"),
        _link("measures", "q2", "立案"),
        _link("during", "q1", "今年", "t1"),
        _link("of", "q3", target="q2"),
    ],
)
FOUND = _document(
    {
        "t1": ("今年", None, 0.9),
        "s1": ("全市", None, 0.8),
        "q1": ("3个", "个", 0.7),
        "q2": ("4起", "个", 0.6),
        "q3": ("5%", "%", 0.5),
        "q4": ("占5", None, 0.4),
    },
    [
        _link("measures", "q1", "整改", sure=0.11),
        _link("measures", "q2", "立案", sure=0.12),
        _link("measures", "q3", "占", sure=0.13),
        _link("measures", "q4", sure=0.14),
        _link("during", "q1", "今年", "t1", 0.21),
        _link("during", "q2", "今年", "t1", 0.22),
        _link("within", "q1", "全市", "s1", 0.31),
        _link("of", "q2", target="q1", sure=0.41),
        _link("of", "q3", target="q2", sure=0.42),
    ],
)


def _extraction(annotated: Annotated) -> Extraction:
    return Extraction(read_text(TEXT), annotated, Tables())


def test_outcomes_by_hand() -> None:
    """A span is right when gold has it, a link when it says what gold says; a row when value, unit and words agree."""
    samples = collect([GOLD], [_extraction(FOUND)])
    assert samples.single == {
        "PERIOD": [(0.9, True)],
        "SCOPE": [(0.8, False)],
        "QUANTITY": [(0.7, True), (0.6, True), (0.5, True), (0.4, False)],
        "measures": [(0.11, True), (0.12, True), (0.13, False)],
        "during": [(0.21, True), (0.22, False)],
        "within": [(0.31, False)],
        "of": [(0.41, False), (0.42, True)],
    }
    # q2 has another unit, q3 other words; q4 is no quantity at all.
    assert samples.rows == [(0.7, 0.11, True), (0.6, 0.12, False), (0.5, 0.13, False), (0.4, 0.14, False)]
    products, right = samples.row_scores(UNCALIBRATED)
    assert products.tolist() == pytest.approx([0.077, 0.072, 0.065, 0.056])
    assert right.tolist() == [True, False, False, False]


def test_gold_without_wholes_says_nothing_of_them() -> None:
    without = replace(GOLD, links=tuple(link for link in GOLD.links if link.kind != "of"))
    samples = collect([without], [_extraction(FOUND)])
    assert "of" not in samples.single
    assert samples.rows == collect([GOLD], [_extraction(FOUND)]).rows


def test_gold_compared_to_itself_is_right(repository: Path) -> None:
    documents = read_gold(repository / "annotations" / "gold" / "authored" / "authored-1.jsonl")[:3]
    samples = collect(documents, [_extraction(document) for document in documents])
    assert all(right for pairs in samples.single.values() for _, right in pairs)
    assert all(right for _, _, right in samples.rows)
    assert len(samples.rows) == sum(m.label == "QUANTITY" for document in documents for m in document.mentions)


def test_rows_are_learned_from_calibrated_scores() -> None:
    """The curve of rows starts from what the curves of spans and words make of the raw scores."""
    spans = [(0.5, number % 5 > 0) for number in range(50)]
    samples = Samples({"QUANTITY": spans}, [(0.5, 1.0, right) for _, right in spans])
    calibration = fit_calibration(samples)
    products, _ = samples.row_scores(calibration)
    assert products == pytest.approx(np.full(50, 0.8), abs=1e-3)
    assert calibration.apply(ROW, [0.8])[0] == pytest.approx(0.8, abs=1e-3)


def test_no_outcomes() -> None:
    assert fit_calibration(collect([], [])) is UNCALIBRATED
