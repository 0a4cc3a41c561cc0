"""Training of a linear chain on hashed feature ids.

The features, the objective and the way to its minimum are those of CRFsuite (Okazaki 2007), on arrays: conditional log
likelihood with L1 and L2 norms, by OWL-QN. Training is deterministic: nothing in it is random, and sums have one order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tongbao.errors import ConfigError
from tongbao.tagging.crf import Crf
from tongbao.tagging.weights import F32, WeightTable, grained
from tongbao.training.chain_data import ChainData, build
from tongbao.training.chain_loss import ChainLoss
from tongbao.training.owlqn import minimise
from tongbao.training.threads import one_thread

#: Weight of a label without an example: it was not in the training, and a weight of 0 would be that of a likely one.
_NEVER = -1000.0


@dataclass(frozen=True, slots=True)
class CrfParameters:
    """``c1`` and ``c2`` weigh the L1 norm and the sum of squares, ``min_frequency`` drops rarer pairs of feature and
    label; ``iterations`` is the largest number of steps.
    """

    c1: float = 0.05
    c2: float = 0.05
    iterations: int = 120
    min_frequency: int = 1


def train_crf(
    sequences: Iterable[tuple[NDArray[np.uint32], Sequence[str]]],
    labels: Sequence[str],
    parameters: CrfParameters,
    start: Crf | None = None,
) -> Crf:
    """Fit a chain.

    Args:
        sequences: pairs of feature ids ``(n, T)`` and n labels.
        labels: all labels, in the order that the result shall have.
        parameters: regularisation and stopping.
        start: a chain with the same labels whose weights training begins with; at zero without one. The minimum is the
            same, the way to it is shorter.

    Raises:
        ConfigError: there is nothing to train on.
    """
    pieces: list[NDArray[np.uint32]] = []
    tags: list[str] = []
    lengths: list[int] = []
    for features, names in sequences:
        if len(names):
            pieces.append(features)
            tags += names
            lengths.append(len(names))
    if not tags:
        raise ConfigError("training data", "no sequence to train on", "name at least one gold file with annotations")
    # Numbered by name, so that the weights do not depend on the order that was asked for.
    known, numbers = np.unique(np.array(tags), return_inverse=True)
    data = build(np.concatenate(pieces), numbers, np.array(lengths), len(known), parameters.min_frequency)
    del pieces
    loss = ChainLoss(data, len(known), parameters.c2)
    columns = [labels.index(name) for name in known.tolist()]
    begin = np.zeros(loss.size) if start is None else _point(start, data, columns)
    with one_thread():
        point, _ = minimise(loss, begin, parameters.c1, parameters.iterations)
    return _chain(grained(point), data, columns, labels)


def _point(chain: Crf, data: ChainData, columns: Sequence[int]) -> NDArray[np.float64]:
    """The point of :class:`ChainLoss` that a chain stands at; what it has no weight for is at zero."""
    table = chain.table
    weights = table.weights[table.rows[data.features], np.array(columns)[data.columns]]
    transitions = chain.transitions[np.ix_(columns, columns)]
    return np.concatenate([weights, transitions.reshape(-1)]).astype(np.float64)


def _chain(point: F32, data: ChainData, columns: Sequence[int], labels: Sequence[str]) -> Crf:
    """The chain of a point of :class:`ChainLoss`, whose labels are ``columns`` of ``labels``."""
    weights_of_features = point[: len(data.features)]
    kept = weights_of_features != 0
    ids, rows = np.unique(data.features[kept], return_inverse=True)
    weights = np.zeros((len(ids), len(labels)), dtype=np.float32)
    weights[rows, np.array(columns)[data.columns[kept]]] = weights_of_features[kept]
    transitions = np.zeros((len(labels), len(labels)), dtype=np.float32)
    transitions[np.ix_(columns, columns)] = point[len(data.features) :].reshape(len(columns), -1)
    unseen = sorted(set(range(len(labels))) - set(columns))
    weights[:, unseen] = _NEVER
    transitions[unseen, :] = _NEVER
    transitions[:, unseen] = _NEVER
    return Crf(tuple(labels), WeightTable.build(ids, weights), transitions)
