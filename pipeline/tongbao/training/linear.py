"""Linear choices over hashed features: scikit-learn fits them, a weight table carries them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tongbao.errors import ConfigError
from tongbao.tagging.weights import CHOICE_BITS, WeightTable, grained
from tongbao.training.threads import one_thread

#: Most weights of a ranker are nearer to nought: they change no choice, but would be most of the model's size.
LEAST = 0.01


def fit_linear(
    features: NDArray[np.uint32], target: Sequence[int], classes: int, strength: float, least: float = 0.0
) -> WeightTable:
    """Logistic regression of ``target`` on hashed features.

    Args:
        features: ids, ``(M, T)``; a row's features are the set of its ids.
        target: a class number for each row; with two classes the table has one output, the log odds of class 1.
        classes: number of classes.
        strength: inverse of the weight of the L2 norm.
        least: features whose weights are all nearer to nought are left out.

    Where all rows are of one class, that class always wins. A class without examples never does.

    Raises:
        ConfigError: there are no rows.
    """
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    if not len(target):
        raise ConfigError("training data", "a choice has no example", "add annotated departments and policy titles")
    wanted = np.asarray(target)
    ids, columns = np.unique(features, return_inverse=True)
    # Every feature speaks against a class that has no examples.
    weights = np.full((len(ids), 1 if classes == 2 else classes), -1.0, dtype=np.float32)
    known = np.unique(wanted)
    if len(known) == 1:
        only = int(known[0])
        weights[:, 0 if classes == 2 else only] = -1.0 if classes == 2 and only == 0 else 1.0
        return WeightTable.build(ids.astype(np.uint32), weights, CHOICE_BITS)
    rows = np.arange(features.shape[0] + 1) * features.shape[1]
    ones = np.ones(features.size, dtype=np.float64)
    matrix = csr_matrix((ones, columns.reshape(-1), rows), shape=(features.shape[0], len(ids)))
    model = LogisticRegression(C=strength, max_iter=300, fit_intercept=False, solver="lbfgs", tol=1e-3)
    with one_thread():
        model.fit(matrix, wanted)
    if classes == 2:
        weights[:, 0] = model.coef_[0]
    elif len(model.classes_) == 2:
        weights[:, model.classes_[0]] = -model.coef_[0] / 2
        weights[:, model.classes_[1]] = model.coef_[0] / 2
    else:
        weights[:, model.classes_] = model.coef_.T
    kept = np.abs(weights).max(axis=1) >= least
    return WeightTable.build(ids[kept].astype(np.uint32), grained(weights[kept]), CHOICE_BITS)


def fit_ranker(
    features: NDArray[np.uint32], target: NDArray[np.int64], query: NDArray[np.int64], penalty: float
) -> WeightTable:
    """Conditional logit: of each group of rows the one with ``target`` 1 is chosen (McFadden 1974).

    Args:
        features: ids, ``(M, T)``.
        target: 1 for the chosen row of a group, 0 for the others; a group without one is not learned from.
        query: ascending group numbers of the rows.
        penalty: weight of the L2 norm.

    Weights near nought are left out of the table.

    Raises:
        ConfigError: no group has a chosen row.
    """
    from scipy.optimize import minimize
    from scipy.sparse import csr_matrix

    starts = np.nonzero(np.diff(query, prepend=-1))[0]
    if not len(starts) or not target.any():
        raise ConfigError("training data", "a choice has no example", "add annotated documents with links")
    ids, columns = np.unique(features, return_inverse=True)
    rows = np.arange(features.shape[0] + 1) * features.shape[1]
    matrix = csr_matrix((np.ones(features.size), columns.reshape(-1), rows), shape=(features.shape[0], len(ids)))
    group = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(query))))
    learned = (np.add.reduceat(target, starts) == 1)[group]
    chosen = (target == 1) & learned

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        scores = matrix @ weights
        odds = np.exp(scores - np.maximum.reduceat(scores, starts)[group])
        share = odds / np.add.reduceat(odds, starts)[group]
        likelihood = np.log(np.maximum(share[chosen], 1e-300)).sum()
        gradient = matrix.T @ ((share - target) * learned)
        return penalty / 2 * float(weights @ weights) - float(likelihood), gradient + penalty * weights

    with one_thread():
        found = minimize(loss, np.zeros(len(ids)), jac=True, method="L-BFGS-B", options={"maxiter": 200})
    kept = np.abs(found.x) >= LEAST
    return WeightTable.build(ids[kept].astype(np.uint32), grained(found.x[kept, None]), CHOICE_BITS)
