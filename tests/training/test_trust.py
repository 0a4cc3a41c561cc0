"""Trust in indicators is learned from predictions for documents that were not seen, and from others than it judges."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tongbao.annotation import read_gold
from tongbao.extraction import Extraction, Extractor, load
from tongbao.reading import read_text
from tongbao.records import Annotated, Link, Mention, Quantity, Span, Tables
from tongbao.training.linking import NO_TRUST
from tongbao.training.trust import Seen, cross_trusted, fit_trust, indicator_looks, trusted

#: A number that stands in the looks of right indicators, one in those of wrong ones, and one in all.
RIGHT, WRONG, ALL = 7, 8, 9
NUMBER = Quantity(None, None, None, None, "exact", "count", "none")


def _document(name: str, words: list[bool]) -> Annotated:
    """As many quantities as ``words``, each with its own word as the indicator where that is true."""
    text = "".join(f"甲{n:02}个" for n in range(len(words)))
    mentions = [Mention(f"q{n}", "QUANTITY", Span(4 * n + 1, 4 * n + 4), NUMBER, 0.9) for n in range(len(words))]
    links = [
        Link("measures", f"q{n}", (Span(4 * n, 4 * n + 1),) if worded else (), None, 0.5)
        for n, worded in enumerate(words)
    ]
    return Annotated(name, "authored", text, tuple(mentions), tuple(links))


def _pair(name: str, outcomes: list[bool]) -> tuple[Annotated, Seen]:
    """Gold with words throughout, and a prediction that has them where the outcome is right and looks accordingly."""
    gold, predicted = _document(name, [True] * len(outcomes)), _document(name, outcomes)
    looks = np.array([[RIGHT if right else WRONG, ALL] for right in outcomes], dtype=np.uint32)
    return gold, Seen(Extraction(read_text(gold.text, name), predicted, Tables((), (), (), ())), looks)


def _sure(extraction: Extraction) -> list[float | None]:
    return [link.confidence for link in extraction.annotated.links if link.kind == "measures"]


MIXED = [number % 4 != 0 for number in range(60)]


def test_what_right_indicators_look_like_is_learned() -> None:
    gold, seen = _pair("a", MIXED)
    table = fit_trust([gold], [seen], 10.0)
    sure = np.array(_sure(trusted(seen, table)))
    assert (sure[np.array(MIXED)] > 0.9).all()
    assert (sure[~np.array(MIXED)] < 0.1).all()


@pytest.mark.parametrize("outcomes", [MIXED[:39], [True] * 60, [False] * 60, []])
def test_with_too_little_to_learn_from_the_chain_is_believed(outcomes: list[bool]) -> None:
    gold, seen = _pair("a", outcomes)
    assert fit_trust([gold], [seen], 10.0) is NO_TRUST
    assert trusted(seen, NO_TRUST) is seen.extraction


def test_quantities_that_gold_has_not_teach_nothing() -> None:
    gold, seen = _pair("a", MIXED)
    fewer = replace(gold, mentions=gold.mentions[:39], links=gold.links[:39])
    assert fit_trust([fewer], [seen], 10.0) is NO_TRUST


def test_only_the_confidence_in_indicators_changes() -> None:
    gold, seen = _pair("a", MIXED)
    before = seen.extraction.annotated
    within = replace(before, links=(*before.links, Link("of", "q1", (), "q0", 0.25)))
    table = fit_trust([gold], [seen], 10.0)
    after = trusted(replace(seen, extraction=replace(seen.extraction, annotated=within)), table).annotated
    assert after.mentions == before.mentions
    assert [(k.kind, k.source, k.spans) for k in after.links] == [(k.kind, k.source, k.spans) for k in within.links]
    assert after.links[-1].confidence == 0.25


def test_a_fold_is_judged_by_the_others() -> None:
    """In the second fold what looks right is wrong: each fold is judged by what the other teaches."""
    first, second = _pair("a", MIXED), _pair("b", MIXED)
    turned = replace(second[1], looks=np.array([[15 - row[0], ALL] for row in second[1].looks], dtype=np.uint32))
    (one,), (two,) = cross_trusted([[first[0]], [second[0]]], [[first[1]], [turned]], 10.0)
    for extraction in (one, two):
        sure = np.array(_sure(extraction))
        assert (sure[np.array(MIXED)] < 0.1).all()
        assert (sure[~np.array(MIXED)] > 0.9).all()


@pytest.fixture(scope="module")
def model(tiny_model: object) -> Extractor:
    return load(str(tiny_model))


def test_looks_of_what_a_model_finds(model: Extractor, repository: object) -> None:
    """A row for each quantity, in the order of the prediction."""
    document = read_gold(f"{repository}/annotations/gold/authored/authored-1.jsonl")[3]
    bulletin = read_text(document.text, document.id)
    looks = indicator_looks(model, bulletin)
    found = model.extract(bulletin).annotated
    assert len(looks) == len([link for link in found.links if link.kind == "measures"]) > 10
    assert len(indicator_looks(model, read_text("没有数字。", "empty"))) == 0
