"""Documents dealt into folds, of which each is held out once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from itertools import pairwise

from tongbao.errors import ConfigError


def folds(ids: Sequence[str], k: int = 5, seed: int = 13) -> tuple[tuple[str, ...], ...]:
    """Deal documents into ``k`` folds whose sizes differ by at most one.

    Documents are put in the order of a hash of seed and id, and that order is cut into ``k`` stretches: the split does
    not depend on the order of ``ids`` or on the machine, and a document more moves at most one other over each cut.

    Returns:
        The folds, each sorted.

    Raises:
        ConfigError: fewer than two folds, more folds than documents, or an id twice.
    """
    if not 2 <= k <= len(ids):
        raise ConfigError("folds", f"{k} folds of {len(ids)} documents", "ask for 2 folds or more, one document each")
    if len(set(ids)) < len(ids):
        raise ConfigError("folds", "a document id stands twice", "give every document once")
    ordered = sorted(ids, key=lambda name: hashlib.sha256(f"{seed}:{name}".encode()).digest())
    cuts = [len(ordered) * i // k for i in range(k + 1)]
    return tuple(tuple(sorted(ordered[start:end])) for start, end in pairwise(cuts))


def batch_folds(ids: Sequence[str], k: int = 5, seed: int = 13) -> tuple[tuple[str, ...], ...]:
    """Deal documents into ``k`` folds and leave those of a batch together: documents whose ids begin with the same
    letters (A01, A02, …) were collected or written together, and a model that saw some finds the others easier than a
    stranger's.

    The largest batch first, each goes to the fold that is smallest so far. With fewer than ``2 * k`` batches they say
    too little, and :func:`folds` deals the documents one by one.

    Returns and raises as :func:`folds`.
    """
    batches: dict[str, list[str]] = {}
    for name in ids:
        letters = re.match(r"[^\W\d_]+", name)
        batches.setdefault(letters[0] if letters else name, []).append(name)
    single = folds(ids, k, seed)
    if len(batches) < 2 * k:
        return single
    out: list[list[str]] = [[] for _ in range(k)]
    for name in sorted(batches, key=lambda name: (-len(batches[name]), name)):
        min(out, key=len).extend(batches[name])
    return tuple(tuple(sorted(fold)) for fold in out)
