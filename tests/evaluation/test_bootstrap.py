"""Intervals: deterministic, around the figure, and narrow where there is nothing to doubt."""

from dataclasses import replace

import pytest

from tongbao.evaluation import Counts, Interval, Scores, bootstrap, count, count_all
from tongbao.evaluation.scoring import definitions
from tongbao.records import Annotated, Mention, Span

SCOPE = (Mention("s1", "SCOPE", Span(0, 2)),)


def half_of(document: Annotated, every: int) -> Annotated:
    return replace(document, mentions=document.mentions[::every], links=())


def test_same_seed_same_intervals_and_another_seed_others(corpus: tuple[Annotated, ...]) -> None:
    counts = count_all(corpus, [half_of(document, 1 + i % 3) for i, document in enumerate(corpus)])
    first, again, other = (bootstrap(counts, n=200, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_interval_holds_the_figure(corpus: tuple[Annotated, ...]) -> None:
    counts = count_all(corpus, [half_of(document, 1 + i % 3) for i, document in enumerate(corpus)])
    value = Scores.from_counts(Counts.total(counts))["micro.all.r"]
    interval = bootstrap(counts)["micro.all.r"]
    assert value is not None
    assert interval is not None
    assert 1 / 3 < interval.low < value < interval.high < 1


def test_width_is_that_of_the_binomial() -> None:
    # 50 of 100 right: the standard error is 0.05, and 1.96 of it to each side hold 95%.
    found, missed = (Annotated("x", "authored", "全市", mentions, ()) for mentions in (SCOPE, ()))
    counts = [count(found, found)[0], count(found, missed)[0]] * 50
    interval = bootstrap(counts, n=4000)["SCOPE.r"]
    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx((0.402, 0.598), abs=0.011)


def test_no_doubt_no_width(corpus: tuple[Annotated, ...]) -> None:
    intervals = bootstrap(count_all(corpus, corpus), n=50)
    assert intervals["QUANTITY.row_f1"] == Interval(1.0, 1.0)
    bare = tuple(replace(document, mentions=SCOPE, links=(), sections=()) for document in corpus)
    assert bootstrap(count_all(bare, bare), n=50)["POLICY.number"] is None


def test_one_unit_cannot_vary(gold: tuple[Annotated, ...], predicted: tuple[Annotated, ...]) -> None:
    counts = count_all(gold[:1], predicted)
    value = Scores.from_counts(counts[0])["QUANTITY.r"]
    assert value is not None
    assert bootstrap(counts, n=20)["QUANTITY.r"] == Interval(value, value)


def test_nothing_counted_has_no_intervals() -> None:
    assert bootstrap([]) == dict.fromkeys(definitions())
