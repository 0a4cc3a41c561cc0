"""The tagger as a whole, with a model that has seen six documents."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from tongbao.extraction import load
from tongbao.reading import read_text
from tongbao.tagging.tagger import Beliefs, Tagged, Tagger

TEXT = (
    "通报\n1.2023年，泉州市教育局查处违规问题机构150个，罚没1.24万元。\n"
    "\n2.全市落实《水质监测办法》。(牵头单位：市水利局)\n"
)


@pytest.fixture(scope="module")
def tagger(tiny_model: Path) -> Tagger:
    return load(tiny_model).tagger


def _tag(tagger: Tagger, text: str) -> tuple[list[Tagged], Beliefs]:
    (found,) = tagger.tag([read_text(text)], tagger.columns([text]))
    return found


@pytest.mark.parametrize("text", [TEXT, "《" * 500 + "》", "全市" * 3000, "\n\u3000\n", "😀全省立案43起"])
def test_mentions_are_in_order_and_apart(tagger: Tagger, text: str) -> None:
    found, beliefs = _tag(tagger, text)
    assert beliefs.quantity.shape == (len(text),)
    assert all(first.span.end <= second.span.start for first, second in pairwise(found))
    for tagged in found:
        assert 0 <= tagged.span.start < tagged.span.end <= len(text)
        assert 0.0 <= tagged.confidence <= 1.0


def test_beliefs_are_probabilities_in_sentences_and_zero_outside(tagger: Tagger) -> None:
    found, beliefs = _tag(tagger, TEXT)
    inside = np.zeros(len(TEXT), dtype=bool)
    for sentence in read_text(TEXT).sentences:
        inside[sentence.start : sentence.end] = True
    assert 0 < inside.sum() < len(TEXT)
    assert ((beliefs.quantity[inside] > 0) & (beliefs.quantity[inside] <= 1 + 1e-6)).all()
    assert not beliefs.quantity[~inside].any()
    quantities = [tagged.span for tagged in found if tagged.label == "QUANTITY"]
    assert quantities
    assert all(beliefs.quantity[span.start : span.end].min() >= 0.5 for span in quantities)
    ((title, likely),) = beliefs.titles.items()
    assert title.of(TEXT) == "《水质监测办法》"
    assert 0.5 <= likely <= 1 + 1e-9


def test_an_empty_text_has_no_mentions(tagger: Tagger) -> None:
    found, beliefs = _tag(tagger, "")
    assert found == []
    assert beliefs.quantity.shape == (0,)
    assert beliefs.titles == {}


@pytest.mark.parametrize("rows", [1, 7, 23, 60])
@pytest.mark.parametrize("text", [TEXT * 3, "《" + "水质监测" * 25 + "办法》1.24万元、150个，3起" * 9])
def test_the_stretches_that_a_text_is_read_in_change_nothing(
    tagger: Tagger, text: str, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor do the blocks that templates are joined in; mentions go on over the border of a stretch."""
    monkeypatch.setattr("tongbao.tagging.mentions.LONGEST_SEQUENCE", 20)
    whole, beliefs = _tag(tagger, text)
    monkeypatch.setattr("tongbao.tagging.tagger._STRETCH", rows)
    monkeypatch.setattr("tongbao.tagging.features.BLOCK_ROWS", rows)
    parts, others = _tag(tagger, text)
    assert [(tagged.label, tagged.span) for tagged in parts] == [(tagged.label, tagged.span) for tagged in whole]
    assert [tagged.confidence for tagged in parts] == pytest.approx([tagged.confidence for tagged in whole], abs=1e-9)
    assert beliefs.titles == pytest.approx(others.titles, abs=1e-9)
    assert beliefs.titles
    assert np.allclose(beliefs.quantity, others.quantity, atol=1e-6)


def test_quantities_are_found(tagger: Tagger) -> None:
    found = {(tagged.label, tagged.span.of(TEXT)) for tagged in _tag(tagger, TEXT)[0]}
    assert {("QUANTITY", "150个"), ("QUANTITY", "1.24万元"), ("POLICY", "《水质监测办法》")} <= found
