"""Linear-chain conditional random fields over whole batches, in numpy.

The weights come from CRFsuite (``training.crf``), which trains on the same hashed feature ids that this module looks
up; a test holds the two decoders against each other. Scores are natural logarithms.

Source: Lafferty, McCallum and Pereira (2001), "Conditional random fields"; forward-backward after Rabiner (1989) with
the scores of each step shifted by their maximum.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tongbao.tagging.weights import BATCH_ROWS, F32, WeightTable

F64 = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Crf:
    """A trained chain: a weight table with one column a label, and ``transitions`` (float32, ``(L, L)``, from row to
    column), the weights of neighbouring labels.
    """

    labels: tuple[str, ...]
    table: WeightTable
    transitions: F32

    def emissions(self, features: NDArray[np.uint32]) -> F32:
        """Summed weights of each character's features: ``(n, T)`` ids → ``(n, L)`` scores."""
        return self.table.scores(features)

    def decode(self, emissions: F32, starts: Sequence[int], ends: Sequence[int]) -> tuple[NDArray[np.int8], F64]:
        """Best label path and marginals of many sequences.

        Args:
            emissions: ``(n, L)``, all characters of a document or of several.
            starts: first row of each sequence.
            ends: one past the last row of each sequence.

        Returns:
            The label index of each row (-1 outside all sequences) and the marginal probability of every label there,
            ``(n, L)``.
        """
        path = np.full(emissions.shape[0], -1, dtype=np.int8)
        marginals = np.zeros(emissions.shape, dtype=np.float64)
        for rows, lengths in _batches(np.asarray(starts), np.asarray(ends)):
            scores = emissions[rows].astype(np.float64)
            valid = np.arange(rows.shape[0])[:, None] < lengths[None, :]
            best = _viterbi(scores, valid, self.transitions.astype(np.float64))
            soft = _marginals(scores, valid, self.transitions.astype(np.float64))
            path[rows[valid]] = best[valid]
            marginals[rows[valid]] = soft[valid]
        return path, marginals


def _batches(
    starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Groups of sequences of like length as ``(time, batch)`` row numbers; padding repeats the last row."""
    lengths = ends - starts
    order = np.argsort(lengths, kind="stable")
    order = order[lengths[order] > 0]
    first = 0
    while first < len(order):
        last = first + 1
        while last < len(order) and lengths[order[last]] * (last + 1 - first) <= BATCH_ROWS:
            # Padding costs as much as text: do not let a batch mix short and long.
            if lengths[order[last]] > 1.3 * lengths[order[first]] + 8:
                break
            last += 1
        chosen = order[first:last]
        size = lengths[chosen]
        steps = np.minimum(np.arange(int(size.max()))[:, None], size[None, :] - 1)
        yield starts[chosen][None, :] + steps, size
        first = last


def _viterbi(scores: F64, valid: NDArray[np.bool_], transitions: F64) -> NDArray[np.int8]:
    """Best paths of a padded batch, ``(time, batch, L)`` → ``(time, batch)``."""
    steps, batch, labels = scores.shape
    back = np.empty((steps, batch, labels), dtype=np.int8)
    state = scores[0].copy()
    for step in range(1, steps):
        candidates = state[:, :, None] + transitions[None]
        choice = candidates.argmax(axis=1)
        back[step] = choice
        moved = np.take_along_axis(candidates, choice[:, None, :], axis=1)[:, 0] + scores[step]
        state = np.where(valid[step][:, None], moved, state)
    path = np.empty((steps, batch), dtype=np.int8)
    current = state.argmax(axis=1)
    lanes = np.arange(batch)
    for step in range(steps - 1, -1, -1):
        path[step] = current
        if step:
            current = np.where(valid[step], back[step, lanes, current], current)
    return path


def _marginals(scores: F64, valid: NDArray[np.bool_], transitions: F64) -> F64:
    """Posterior label probabilities of a padded batch, same shape as ``scores``.

    Works in probabilities scaled at every step, which is exact to rounding and needs no logarithm in the loop.
    """
    steps, batch, _ = scores.shape
    potentials = np.exp(scores - scores.max(axis=2, keepdims=True))
    links = np.exp(transitions - transitions.max())
    forward = np.empty_like(potentials)
    forward[0] = potentials[0] / potentials[0].sum(axis=1, keepdims=True)
    for step in range(1, steps):
        alpha = (forward[step - 1] @ links) * potentials[step]
        alpha /= alpha.sum(axis=1, keepdims=True)
        forward[step] = np.where(valid[step][:, None], alpha, forward[step - 1])
    backward = np.ones((batch, potentials.shape[2]))
    out = forward.copy()
    for step in range(steps - 2, -1, -1):
        beta = (potentials[step + 1] * backward) @ links.T
        beta /= beta.sum(axis=1, keepdims=True)
        backward = np.where(valid[step + 1][:, None], beta, backward)
        out[step] *= backward
    normal: F64 = out / out.sum(axis=2, keepdims=True)
    return normal
