"""What a linear chain's training minimises: the negative log likelihood of the gold labels, and ``c2`` times the sum of
squares of the weights, without a factor of one half, as in CRFsuite.

Source: Lafferty, McCallum and Pereira (2001), "Conditional random fields"; forward-backward after Rabiner (1989), all
sequences side by side, in probabilities that are scaled at every step.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tongbao.training.chain_data import ChainData

F32 = NDArray[np.float32]
F64 = NDArray[np.float64]


class ChainLoss:
    """The loss of a chain with L labels on ``data``; a point holds the weights of the features in the order of
    ``data.parts``, then those of the transitions, ``(L, L)``, row by row. ``c2`` weighs the sum of squares of all.
    """

    def __init__(self, data: ChainData, count: int, c2: float) -> None:
        self._data = data
        self._count = count
        self._c2 = c2
        self._places = np.arange(len(data.labels))
        self._bounds = data.bounds.tolist()
        self._parts = np.cumsum([0, *(len(part.cells) for part in data.parts)]).tolist()
        # A position's predecessor is as far behind as the step before is long.
        before = np.arange(data.active[0], len(data.labels)) - np.repeat(data.active[:-1], data.active[1:])
        pairs = data.labels[before] * count + data.labels[data.active[0] :]
        self._gold_links = np.bincount(pairs, minlength=count * count).reshape(count, count)

    @property
    def size(self) -> int:
        """Number of weights."""
        return int(self._parts[-1]) + self._count**2

    def __call__(self, point: F64) -> tuple[float, F64]:
        """Loss and gradient at a point."""
        data, count = self._data, self._count
        transitions = point[self._parts[-1] :].reshape(count, count)
        scores = np.zeros((len(data.labels), count), dtype=np.float32)
        for part, (first, last) in zip(data.parts, pairwise(self._parts), strict=True):
            part.add_to(scores, point[first:last])
        gold = scores[self._places, data.labels].sum(dtype=np.float64) + float((self._gold_links * transitions).sum())
        marginals, links, total = self._expect(scores.astype(np.float64), transitions)
        marginals[self._places, data.labels] -= 1.0
        amounts = marginals.astype(np.float32)
        gradient = np.concatenate(
            [*(part.collect(amounts) for part in data.parts), (links - self._gold_links).reshape(-1)]
        )
        return total - float(gold) + self._c2 * float(point @ point), gradient + 2 * self._c2 * point

    def _expect(self, scores: F64, transitions: F64) -> tuple[F64, F64, float]:
        """Probabilities of the labels at each position, ``(n, L)``, expected numbers of the transitions, ``(L, L)``,
        and the sum of the logarithms of the partition functions.
        """
        bounds = self._bounds
        most, link = scores.max(axis=1, keepdims=True), float(transitions.max())
        potentials = np.exp(scores - most)
        links = np.exp(transitions - link)
        forward, scale = np.empty_like(potentials), np.empty((len(scores), 1))
        alpha = np.empty((0, 0))
        for first, last in pairwise(bounds):
            here = potentials[first:last]
            joint = (alpha[: last - first] @ links) * here if first else here
            np.sum(joint, axis=1, keepdims=True, out=scale[first:last])
            alpha = np.divide(joint, scale[first:last], out=forward[first:last])
        total = float(np.log(scale).sum() + most.sum()) + link * (len(scores) - bounds[1])
        potentials /= scale
        expected = np.zeros_like(links)
        # ``forward`` becomes the probabilities on the way back; at the end of a sequence it already holds them.
        beta = np.ones((0, self._count))
        for step in range(len(bounds) - 2, 0, -1):
            first, last = bounds[step], bounds[step + 1]
            joint = potentials[first:last]
            joint[: len(beta)] *= beta
            alpha = forward[bounds[step - 1] :][: last - first]
            expected += alpha.T @ joint
            beta = joint @ links.T
            alpha *= beta
        return forward, expected * links, total
