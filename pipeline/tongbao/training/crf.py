"""Training of a linear chain with CRFsuite on hashed feature ids.

CRFsuite sees each id as the attribute ``str(id)``; afterwards its weights are read back into arrays, so that nothing of
it is needed for decoding. Training is deterministic: L-BFGS has no randomness and the data keep their order.

Source: Okazaki (2007), "CRFsuite: a fast implementation of conditional random fields".
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pycrfsuite
from numpy.typing import NDArray

from tongbao.errors import ConfigError
from tongbao.tagging.crf import Crf
from tongbao.tagging.weights import WeightTable

#: Weight of a label without an example: CRFsuite does not know it, and a weight of 0 would be that of a likely one.
_NEVER = -1000.0


@dataclass(frozen=True, slots=True)
class CrfParameters:
    """``c1`` and ``c2`` weigh the L1 and L2 norms, ``min_frequency`` drops rarer features."""

    c1: float = 0.05
    c2: float = 0.05
    iterations: int = 120
    min_frequency: int = 1


def train_crf(
    sequences: Iterable[tuple[NDArray[np.uint32], Sequence[str]]], labels: Sequence[str], parameters: CrfParameters
) -> Crf:
    """Fit a chain.

    Args:
        sequences: pairs of feature ids ``(n, T)`` and n labels.
        labels: all labels, in the order that the result shall have.
        parameters: regularisation and stopping.

    Raises:
        ConfigError: there is nothing to train on.
    """
    trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
    names: dict[int, str] = {}
    count = 0
    for features, tags in sequences:
        items = [[names.setdefault(value, str(value)) for value in row] for row in features.tolist()]
        trainer.append(pycrfsuite.ItemSequence(items), list(tags))
        count += 1
    if not count:
        raise ConfigError("training data", "no sequence to train on", "name at least one gold file with annotations")
    trainer.set_params(
        {
            "c1": parameters.c1,
            "c2": parameters.c2,
            "max_iterations": parameters.iterations,
            "feature.minfreq": parameters.min_frequency,
            "feature.possible_transitions": True,
        }
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "chain.crfsuite"
        trainer.train(str(path))
        return read_weights(path, labels)


def read_weights(path: Path, labels: Sequence[str]) -> Crf:
    """The weights of a CRFsuite file as arrays. CRFsuite prints six decimals; nothing more survives."""
    tagger = pycrfsuite.Tagger()
    tagger.open(str(path))
    info = tagger.info()
    tagger.close()
    column = {label: number for number, label in enumerate(labels)}
    ids = np.array(sorted({int(attribute) for attribute, _ in info.state_features}), dtype=np.uint32)
    row = {int(identifier): number for number, identifier in enumerate(ids)}
    weights = np.zeros((len(ids), len(labels)), dtype=np.float32)
    for (attribute, label), weight in info.state_features.items():
        weights[row[int(attribute)], column[label]] = weight
    transitions = np.zeros((len(labels), len(labels)), dtype=np.float32)
    for (first, second), weight in info.transitions.items():
        transitions[column[first], column[second]] = weight
    unseen = [column[label] for label in labels if label not in info.labels]
    weights[:, unseen] = _NEVER
    transitions[unseen, :] = _NEVER
    transitions[:, unseen] = _NEVER
    return Crf(tuple(labels), WeightTable.build(ids, weights), transitions)
