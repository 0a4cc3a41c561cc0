"""The tagger as a whole, with a model that has seen six documents."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from tongbao.extraction import load
from tongbao.reading import read_text
from tongbao.tagging.mentions import BIO
from tongbao.tagging.tagger import Tagged, Tagger

TEXT = (
    "通报\n1.2023年，泉州市教育局查处违规问题机构150个，罚没1.24万元。\n"
    "\n2.全市落实《水质监测办法》。(牵头单位：市水利局)\n"
)


@pytest.fixture(scope="module")
def tagger(tiny_model: Path) -> Tagger:
    return load(tiny_model).tagger


def _tag(tagger: Tagger, text: str) -> tuple[list[Tagged], np.ndarray]:
    return tagger.tag(read_text(text), tagger.columns(text))


@pytest.mark.parametrize("text", [TEXT, "《" * 500 + "》", "全市" * 3000, "\n\u3000\n", "😀全省立案43起"])
def test_mentions_are_in_order_and_apart(tagger: Tagger, text: str) -> None:
    found, marginals = _tag(tagger, text)
    assert marginals.shape == (len(text), len(BIO))
    assert all(first.span.end <= second.span.start for first, second in pairwise(found))
    for tagged in found:
        assert 0 <= tagged.span.start < tagged.span.end <= len(text)
        assert 0.0 <= tagged.confidence <= 1.0


def test_marginals_are_probabilities_in_sentences_and_zero_outside(tagger: Tagger) -> None:
    _, marginals = _tag(tagger, TEXT)
    inside = np.zeros(len(TEXT), dtype=bool)
    for sentence in read_text(TEXT).sentences:
        inside[sentence.start : sentence.end] = True
    assert 0 < inside.sum() < len(TEXT)
    assert np.allclose(marginals[inside].sum(axis=1), 1.0)
    assert not marginals[~inside].any()


def test_an_empty_text_has_no_mentions(tagger: Tagger) -> None:
    found, marginals = _tag(tagger, "")
    assert found == []
    assert marginals.shape == (0, len(BIO))


def test_quantities_are_found(tagger: Tagger) -> None:
    found = {(tagged.label, tagged.span.of(TEXT)) for tagged in _tag(tagger, TEXT)[0]}
    assert {("QUANTITY", "150个"), ("QUANTITY", "1.24万元"), ("POLICY", "《水质监测办法》")} <= found
