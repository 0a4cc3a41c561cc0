"""Training of the two chains that find indicators.

The second chain reads a quantity beside the indicators that the first found for its neighbours, with the errors that
the first makes on text it has not seen; so in training these come from chains that did not see the document (stacked
sequential learning, Cohen and Carvalho 2005).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tongbao.linking.focused import Focused
from tongbao.linking.indicator import ROLES, IndicatorChains, indicator_features, read_alone, role_labels
from tongbao.linking.windows import Windows
from tongbao.records import Span
from tongbao.tagging.crf import Crf
from tongbao.training.crf import CrfParameters, train_crf
from tongbao.training.dealing import batch_folds

#: So many parts, each read by a chain that was trained on the others.
_PARTS = 2
#: Shares of the passes that the chains of parts take, whose errors need only be of the right kind, and the second
#: chain, which begins where the first ended.
_PART_PASSES, _SECOND_PASSES = 0.5, 0.4

Pieces = Sequence[Sequence[Span]]


@dataclass(frozen=True, slots=True)
class Figures:
    """The quantities of a document, whose id is ``name``, and the gold pieces of their indicators."""

    name: str
    focused: Focused
    pieces: Pieces


def train_indicators(documents: Sequence[Figures], parameters: CrfParameters, seed: int) -> IndicatorChains:
    """Fit both chains.

    Raises:
        ConfigError: no document has a quantity.
    """
    some = [document for document in documents if document.pieces]
    alone = train_crf(_sequences(some, None), ROLES, parameters)
    found = _found(some, alone, _fewer(parameters, _PART_PASSES), seed)
    return IndicatorChains(
        alone, train_crf(_sequences(some, found), ROLES, _fewer(parameters, _SECOND_PASSES), start=alone)
    )


def _fewer(parameters: CrfParameters, share: float) -> CrfParameters:
    return replace(parameters, iterations=max(1, round(parameters.iterations * share)))


def _found(
    documents: Sequence[Figures], alone: Crf, parameters: CrfParameters, seed: int
) -> dict[str, list[tuple[Span, ...]]]:
    """Pieces for the quantities of each document, by name, from chains that were trained without it; from ``alone``
    where there is nothing else to train on.
    """
    names = [document.name for document in documents]
    if len(names) < _PARTS:
        return {one.name: read_alone(alone, one.focused) for one in documents}
    found: dict[str, list[tuple[Span, ...]]] = {}
    for part in batch_folds(names, _PARTS, seed):
        held = set(part)
        others = [one for one in documents if one.name not in held]
        chain = train_crf(_sequences(others, None), ROLES, parameters)
        found |= {one.name: read_alone(chain, one.focused) for one in documents if one.name in held}
    return found


def _sequences(
    documents: Sequence[Figures], found: Mapping[str, Pieces] | None
) -> Iterator[tuple[NDArray[np.uint32], list[str]]]:
    """What a chain learns from: the one ``beside`` where pieces were found, else the one ``alone``."""
    for document in documents:
        laid = Windows.lay(document.focused.bounds)
        features = indicator_features(document.focused, None if found is None else found[document.name])
        for number, tags in enumerate(role_labels(laid, document.pieces)):
            yield features[laid.offset[number] : laid.offset[number + 1]], tags
