"""Linear-chain conditional random fields over whole batches, in numpy.

The weights come from ``training.crf``, which trains on the same hashed feature ids that this module looks up; a test
holds this decoder against CRFsuite's. Scores are natural logarithms.

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
I64 = NDArray[np.int64]

#: Scaling costs as much as a step of the recursion itself, so it is done every so many steps; between two scalings
#: numbers may drift apart by at most a factor of exp(``_FURTHEST``), far within what a float64 holds.
_SCALED_EVERY = 8
_FURTHEST = 150.0


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
        transitions = self.transitions.astype(np.float64)
        searched: list[tuple[I64, I64]] = []
        for packed in _batches(np.asarray(starts, dtype=np.int64), np.asarray(ends, dtype=np.int64)):
            soft = _marginals(packed, emissions, transitions)
            marginals[packed.rows] = soft.T
            best = np.maximum.reduce(soft, axis=0)
            path[packed.rows] = _likeliest(soft, best)
            doubtful = _doubtful(packed, best)
            begun = packed.starts[doubtful]
            searched.append((begun, begun + packed.lengths[doubtful]))
        # Those of all batches together: a step costs much the same however many sequences take it.
        for packed in _batches(*map(np.concatenate, zip(*searched, strict=True))) if searched else ():
            path[packed.rows] = _viterbi(packed, emissions, transitions)
        return path, marginals


@dataclass(frozen=True, slots=True)
class _Packed:
    """Sequences side by side, longest first, without padding: time after time the sequences that last so long.

    ``rows`` (N,) are row numbers of the emissions: those of time 0 for every sequence, those of time 1 for every
    sequence of two or more, …; ``active`` says how many sequences are left at each time, ``begin`` where each time
    begins in ``rows``. Sequence ``k`` is the ``k``-th of its time as long as it lasts.
    """

    starts: I64
    lengths: I64
    rows: I64
    lane: I64
    active: list[int]
    begin: list[int]

    @classmethod
    def build(cls, starts: I64, lengths: I64) -> _Packed:
        """From sequences whose lengths do not ascend."""
        counts = np.bincount(lengths, minlength=1)
        active = len(lengths) - np.cumsum(counts)[:-1]
        begin = np.concatenate([[0], np.cumsum(active)])
        time = np.repeat(np.arange(len(active)), active)
        lane = np.arange(int(begin[-1])) - begin[time]
        return cls(starts, lengths, starts[lane] + time, lane, active.tolist(), begin.tolist())


def _batches(starts: I64, ends: I64) -> Iterator[_Packed]:
    """All sequences that are not empty, those of like length together, at most ``BATCH_ROWS`` rows in a batch."""
    lengths = ends - starts
    order = np.argsort(-lengths, kind="stable")
    order = order[lengths[order] > 0]
    first = 0
    while first < len(order):
        fit = int(np.searchsorted(np.cumsum(lengths[order[first:]]), BATCH_ROWS, side="right"))
        chosen = order[first : first + max(fit, 1)]
        yield _Packed.build(starts[chosen], lengths[chosen])
        first += len(chosen)


def _marginals(packed: _Packed, emissions: F32, transitions: F64) -> F64:
    """Posterior label probabilities of a batch, ``(L, N)``.

    Works in probabilities scaled every few steps, which is exact to rounding and needs no logarithm in the loop. Labels
    come first, so that every operation of a step runs over neighbouring numbers.

    What a sequence gets does not depend on the others in the batch, to the last bit: products of matrices have at least
    two columns (for one, libraries have another way, which rounds otherwise), and steps are scaled by a maximum, which
    knows no order.
    """
    potentials = emissions.take(packed.rows, axis=0, mode="clip").T.astype(np.float64, order="C")
    potentials -= potentials.max(axis=0)
    np.exp(potentials, out=potentials)
    links = np.exp(transitions - transitions.max())
    turned = np.ascontiguousarray(links.T)
    active, begin = packed.active, packed.begin
    every = _steps_between_scalings(transitions)
    wide = max(active[0], 2)
    forward: F64 = np.empty_like(potentials)
    state, spare = np.ones((2, len(links), wide))
    for step, count in enumerate(active):
        now = slice(begin[step], begin[step + 1])
        here = state[:, : max(count, 2)]
        if step:
            here = np.matmul(turned, here, out=spare[:, : max(count, 2)])
            state, spare = spare, state
        alpha = here[:, :count]
        np.multiply(alpha, potentials[:, now], out=alpha)
        if step % every == 0:
            here /= np.maximum.reduce(here, axis=0)
        forward[:, now] = alpha
    # A sequence that has not begun, seen from its end, has ones.
    state.fill(1.0)
    for step in range(len(active) - 2, -1, -1):
        count = active[step + 1]
        here, seen, last = state[:, : max(count, 2)], spare[:, : max(count, 2)], begin[step + 1]
        beta = here[:, :count]
        np.multiply(beta, potentials[:, last : last + count], out=seen[:, :count])
        np.matmul(links, seen, out=here)
        here[:, count:] = 1.0
        if step % every == 0:
            beta /= np.maximum.reduce(beta, axis=0)
        forward[:, begin[step] : begin[step] + count] *= beta
    forward /= _sums(forward)
    return forward


def least(values: F64, starts: I64, ends: I64) -> F64:
    """The least of ``values`` in each of ascending stretches that share none, 1 where one is empty."""
    edges = np.stack([starts, ends], axis=1).ravel()
    found = np.minimum.reduceat(np.append(values, 1.0), edges)[::2]
    return np.where(starts < ends, found, 1.0)


def _likeliest(soft: F64, best: F64) -> NDArray[np.int8]:
    """The first label that has the ``best`` marginal of each row, ``(N,)``. ``argmax`` takes several times as long."""
    last = len(soft) - 1
    numbers = np.arange(last, -1, -1, dtype=np.int8)[:, None]
    found: NDArray[np.int8] = last - np.maximum.reduce((soft == best) * numbers, axis=0)
    return found


def _steps_between_scalings(transitions: F64) -> int:
    """After how many steps at most the numbers of the recursion are scaled back.

    The potentials of a step are at most one, and one of them is one: so a step lowers the largest number by no more
    than the weakest link, and raises it by no more than the count of labels. Short of ``_FURTHEST`` nothing that counts
    is lost.
    """
    spread = max(float(transitions.max() - transitions.min()), float(np.log(len(transitions))), 1.0)
    return max(1, min(_SCALED_EVERY, int(_FURTHEST / spread)))


def _sums(columns: F64) -> F64:
    """The sum of each column, added from the top down, however many columns there are."""
    alone = columns.shape[1] == 1
    found: F64 = np.add.accumulate(columns, axis=0)[-1] if alone else columns.sum(axis=0)
    return found


def _doubtful(packed: _Packed, best: F64) -> I64:
    """The sequences whose likeliest labels one by one, ``best`` being their marginals, might not be their likeliest
    path.

    Where the improbabilities of the likeliest labels add up to less than a half, the path of these labels is likelier
    than all others together, hence the best one: no search is needed.
    """
    return np.nonzero(np.bincount(packed.lane, weights=1.0 - best) > 0.49)[0]


def _viterbi(packed: _Packed, emissions: F32, transitions: F64) -> NDArray[np.int8]:
    """Best paths of a batch, ``(N,)``.

    Only the best score of each label is kept on the way forward; on the way back it is worked out again which label
    it came from, for the one label that is on the path.
    """
    scores = emissions.take(packed.rows, axis=0, mode="clip").T.astype(np.float64, order="C")
    steps, begin = len(packed.active), packed.begin
    state = scores.copy()
    links = transitions[:, :, None]
    for step in range(1, steps):
        first, last = begin[step], begin[step + 1]
        before = state[:, begin[step - 1] : begin[step - 1] + last - first]
        state[:, first:last] += np.maximum.reduce(before[:, None, :] + links, axis=0)
    path = np.empty(len(packed.rows), dtype=np.int8)
    current = np.zeros(0, dtype=np.int64)
    for step in range(steps - 1, -1, -1):
        first, last = begin[step], begin[step + 1]
        going = len(current)
        here = state[:, first:last].copy()
        here[:, :going] += transitions[:, current]
        current = here.argmax(axis=0)
        path[first:last] = current
    return path
