"""What a department does, whether 《》 holds a policy, its kind, and what is done with it: learned classes of spans."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from tongbao.linking.facts import I64, SpanFacts, TextSums
from tongbao.records import Act, PolicyKind, Role
from tongbao.tagging.arrays import U64
from tongbao.tagging.columns import TextColumns
from tongbao.tagging.templates import Templates
from tongbao.tagging.weights import CHOICE_BITS, WeightTable

ROLES: tuple[Role, ...] = get_args(Role)
POLICY_KINDS: tuple[PolicyKind, ...] = get_args(PolicyKind)
ACTS: tuple[Act, ...] = get_args(Act)
#: How far a cue word may stand from the span that it speaks of.
_REACH = 24


def class_features(
    columns: TextColumns, sums: TextSums, facts: SpanFacts, readings: Sequence[Sequence[int]]
) -> NDArray[np.uint32]:
    """Templates of K spans, ``(K, T)``.

    Args:
        columns: the columns of the texts.
        sums: their cumulative counts.
        facts: the facts of the spans.
        readings: for each rule a class number for every span, as one piece of evidence among others.
    """
    size = len(facts.start)
    stop = columns.packed.end_of(facts.end)
    t = Templates(size, CHOICE_BITS)
    read = [np.asarray(reading, dtype=np.uint64).reshape(size) for reading in readings]
    cue_before, cue_after, cue_second = _cues(columns, facts)
    title_after = sums.between("《", facts.end, np.minimum(facts.end + _REACH, stop), 1)
    comma_after = sums.between("，,。；;", facts.end, np.minimum(facts.end + 6, stop), 1)
    list_after = sums.between("、", facts.end, np.minimum(facts.end + 1, stop), 1)
    where = facts.opens * np.uint64(3) + facts.depth
    t.add(where)
    for reading in read:
        t.add(reading)
        t.add(reading, where, list_after)
        t.add(reading, cue_after, title_after)
        t.add(reading, facts.word_after[0])
        t.add(reading, facts.word_before[0])
    for column in (facts.whole, facts.head2, facts.tail2, facts.tail3, facts.length, *facts.before, *facts.after):
        t.add(column)
    for column in (*facts.word_before, *facts.word_after):
        t.add(column)
        t.add(column, where)
    t.add(facts.word_before[1], facts.word_before[0])
    t.add(facts.word_after[0], facts.word_after[1])
    t.add(facts.word_before[0], facts.word_after[0])
    t.add(facts.tail2, facts.word_after[0])
    t.add(facts.tail3, facts.before[0], facts.after[0])
    t.add(cue_before)
    t.add(cue_after)
    t.add(cue_before, cue_after)
    t.add(cue_after, cue_second)
    t.add(cue_after, title_after, where)
    t.add(cue_after, comma_after, list_after)
    t.add(title_after, comma_after, facts.word_after[0])
    return t.array()


def _cues(columns: TextColumns, facts: SpanFacts) -> tuple[U64, U64, U64]:
    """Category of the cue word that ends last before each span and of the first two behind it; zero beyond reach."""
    size = len(columns.points)
    zero = np.zeros(len(facts.start), dtype=np.uint64)
    if columns.cues is None or not size:
        return zero, zero, zero
    # What is left of a tag by 4 is the place in the word: 0 begins one, 3 is all of one (``word_lists.paint``).
    begun = np.flatnonzero((columns.cues > 0) & (((columns.cues & 3) == 0) | ((columns.cues & 3) == 3)))
    # Beside the words one before all and two behind all, both out of reach of any span.
    places = np.concatenate([[-_REACH - 1], begun, [size + _REACH + 1] * 2])
    categories = np.concatenate([[0], columns.cues[begun] // 64, [0, 0]]).astype(np.uint64)
    before = np.searchsorted(begun, facts.start)
    behind = np.searchsorted(begun, facts.end) + 1

    def near(word: I64, edge: I64) -> U64:
        found: U64 = np.where(np.abs(places[word] - edge) <= _REACH, categories[word], np.uint64(0))
        return found

    return near(before, facts.start), near(behind, facts.end), near(behind + 1, facts.end)


def classify(table: WeightTable, features: NDArray[np.uint32]) -> tuple[I64, NDArray[np.float64]]:
    """The best class of each row and its probability (of two classes: class 1 where the log odds are positive)."""
    scores = table.scores(features).astype(np.float64)
    if scores.shape[1] == 1:
        scores = np.concatenate([-scores / 2, scores / 2], axis=1)
    odds = np.exp(scores - scores.max(axis=1, keepdims=True, initial=-np.inf))
    share = odds / odds.sum(axis=1, keepdims=True)
    best = scores.argmax(axis=1) if len(scores) else np.zeros(0, dtype=np.int64)
    return best, np.take_along_axis(share, best[:, None], axis=1)[:, 0] if len(scores) else np.zeros(0)
