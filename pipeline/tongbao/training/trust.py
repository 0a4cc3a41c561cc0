"""Training of what tells how far an indicator is to be trusted, on predictions for documents that the model had not
seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tongbao.annotation.compare import facts, indicator
from tongbao.extraction import Extraction, Extractor
from tongbao.linking.scene import Scene
from tongbao.linking.trust import likely
from tongbao.records import Annotated, Bulletin
from tongbao.tagging.weights import WeightTable
from tongbao.training.linear import LEAST, fit_linear
from tongbao.training.linking import NO_TRUST

#: With fewer outcomes than this, or where all were alike, the chain's own confidence stays.
_FEWEST = 40


@dataclass(frozen=True, slots=True)
class Seen:
    """A document that was predicted: its prediction, with the chain's own confidences, and what the indicators of its n
    quantities look like, ``(n, T)`` (:meth:`tongbao.linking.trust.Looks.features`).
    """

    extraction: Extraction
    looks: NDArray[np.uint32]


def indicator_looks(extractor: Extractor, bulletin: Bulletin) -> NDArray[np.uint32]:
    """What the indicators that a model finds in a document look like, ``(n, T)``; no columns where there are none."""
    subject, mentions, _ = extractor.mentions([bulletin])
    scene = Scene.build(subject.columns, [(bulletin, mentions[0])], subject.sums)
    if not scene.quantities:
        return np.zeros((0, 0), dtype=np.uint32)
    return extractor.linker.indicators(scene)[1].features()


def fit_trust(gold: Sequence[Annotated], seen: Sequence[Seen], strength: float) -> WeightTable:
    """Learn from right and wrong indicators of quantities that were found where gold has them; ``strength`` as in
    :func:`tongbao.training.linear.fit_linear`.
    """
    rows: list[NDArray[np.uint32]] = []
    right: list[int] = []
    for document, one in zip(gold, seen, strict=True):
        for look, outcome in zip(one.looks, _outcomes(document, one.extraction.annotated), strict=True):
            if outcome is not None:
                rows.append(look)
                right.append(int(outcome))
    if len(rows) < _FEWEST or len(set(right)) < 2:
        return NO_TRUST
    return fit_linear(np.stack(rows), right, 2, strength, LEAST)


def _outcomes(gold: Annotated, predicted: Annotated) -> list[bool | None]:
    """For each predicted quantity, in text order, whether its indicator is right; ``None`` where gold has none."""
    known = facts(gold)
    return [
        indicator(known[key], gold.text) == indicator(fact, gold.text) if key in known else None
        for key, fact in facts(predicted).items()
        if key[0] == "QUANTITY"
    ]


def trusted(seen: Seen, table: WeightTable) -> Extraction:
    """The prediction with the confidence in its indicators that a table gives."""
    if not len(table.ids) or not len(seen.looks):
        return seen.extraction
    sure = iter(likely(table.scores(seen.looks)[:, 0]).tolist())
    annotated = seen.extraction.annotated
    links = tuple(replace(k, confidence=next(sure)) if k.kind == "measures" else k for k in annotated.links)
    return replace(seen.extraction, annotated=replace(annotated, links=links))


def cross_trusted(
    gold: Sequence[Sequence[Annotated]], seen: Sequence[Sequence[Seen]], strength: float
) -> list[list[Extraction]]:
    """The predictions of all folds with the confidence in their indicators that the other folds teach."""
    out: list[list[Extraction]] = []
    for held, predicted in enumerate(seen):
        others = [number for number in range(len(seen)) if number != held]
        table = fit_trust([d for n in others for d in gold[n]], [one for n in others for one in seen[n]], strength)
        out.append([trusted(one, table) for one in predicted])
    return out
