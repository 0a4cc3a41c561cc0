"""Tasks of a group have the results that they have alone; a bad one costs only itself."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import pytest

from tongbao.groups import work_in_groups
from tongbao.workers import Lost

sys.path.insert(0, str(Path(__file__).parent))
import worker_fakes as fakes

HANG, CRASH, LEAVE = (-1 - list(fakes.DEEDS).index(word) for word in ("挂起", "崩溃", "退出"))


def _in_threes(tasks: Iterable[int]) -> Iterator[Sequence[int]]:
    source = iter(tasks)
    while group := list(islice(source, 3)):
        yield group


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_one_by_one_in_order(workers: int) -> None:
    tasks = [40, *range(1, 11)]
    assert list(work_in_groups(_in_threes(tasks), fakes.doubles, workers)) == [(task, 2 * task) for task in tasks]
    assert list(work_in_groups([], fakes.doubles, workers)) == []


def test_results_in_any_order() -> None:
    results = list(work_in_groups([[40], [1, 2], [3]], fakes.doubles, 2, ordered=False))
    assert sorted(results) == [(1, 2), (2, 4), (3, 6), (40, 80)]


@pytest.mark.parametrize("ordered", [True, False])
@pytest.mark.parametrize(("bad", "how"), [(CRASH, "crashed"), (LEAVE, "failed")])
def test_a_bad_task_costs_no_other_of_its_group(bad: int, how: str, ordered: bool) -> None:
    tasks = [1, 2, 3, 4, bad, 5, 6, 7, bad]
    results = list(work_in_groups(_in_threes(tasks), fakes.doubles, 2, ordered=ordered))
    if ordered:
        assert [task for task, _ in results] == tasks
    assert sorted((task, result) for task, result in results if not isinstance(result, Lost)) == [
        (number, 2 * number) for number in range(1, 8)
    ]
    lost = [(task, result.how) for task, result in results if isinstance(result, Lost)]
    assert lost == [(bad, how)] * 2


def test_each_task_of_a_late_group_gets_its_time_alone() -> None:
    """Three that are together too slow are none of them too slow; one that hangs is."""
    begun = time.monotonic()
    results = list(work_in_groups([[500, 500, 501], [1, HANG, 2]], fakes.doubles, 1, timeout=1.2))
    assert [task for task, _ in results] == [500, 500, 501, 1, HANG, 2]
    assert [result for _, result in results if not isinstance(result, Lost)] == [1000, 1000, 1002, 2, 4]
    (bad,) = (result for _, result in results if isinstance(result, Lost))
    assert (bad.how, bad.reason) == ("timeout", "not finished after 1.2 seconds")
    assert time.monotonic() - begun < 60


def test_groups_are_drawn_as_there_is_room() -> None:
    drawn: list[int] = []

    def groups() -> Iterator[list[int]]:
        for number in range(100):
            drawn.append(number)
            yield [number, number]

    results = work_in_groups(groups(), fakes.doubles, 2)
    next(results)
    assert len(drawn) <= 20
    assert len(list(results)) == 199
