"""Processes that hang, crash, leave or run out of memory cost the task they were at, and nothing else."""

from __future__ import annotations

import os
import pickle
import sys
import time
from collections.abc import Iterable, Iterator
from multiprocessing import active_children
from pathlib import Path
from typing import Any

import pytest

from tongbao import workers
from tongbao.errors import ModelError, ProcessingError, ReadingError
from tongbao.workers import Lost, Pool, work

sys.path.insert(0, str(Path(__file__).parent))
import worker_fakes as fakes

#: Tasks of ``fakes.double`` that do a deed, by its place in ``DEEDS``.
HANG, CRASH, FAULT, LEAVE, NO_MEMORY, DIVIDE = (-number - 1 for number in range(len(fakes.DEEDS)))
POSIX = pytest.mark.skipif(os.name != "posix", reason="signals and groups of POSIX")


def test_results_come_in_the_order_of_the_tasks_whatever_they_take() -> None:
    tasks = [60, 1, 40, 2, 30, 3, 20, 4, 10, 5] * 3
    expected = [(task, task * 2) for task in tasks]
    assert list(work(tasks, fakes.double, 3)) == expected
    assert list(work(tasks, fakes.double, 1)) == expected
    assert sorted(work(tasks, fakes.double, 2, ordered=False)) == sorted(expected)


def test_without_an_order_a_slow_task_holds_up_no_other() -> None:
    first = [task for task, _ in work([400, *range(1, 12)], fakes.double, 2, ordered=False)]
    # But for the one that its worker had been given already.
    assert first.index(400) >= 10
    assert sorted(first) == [*range(1, 12), 400]


def _noted(tasks: Iterable[int], drawn: list[int]) -> Iterator[int]:
    for task in tasks:
        drawn.append(task)
        yield task


def test_tasks_are_drawn_when_there_is_room() -> None:
    drawn: list[int] = []
    with Pool(fakes.double, 2) as pool:
        for taken, _ in enumerate(pool.run(_noted(range(1000), drawn)), 1):
            assert len(drawn) <= taken + 16
            if taken == 50:
                break


def test_a_slow_first_task_bounds_what_waits_for_it() -> None:
    drawn: list[int] = []
    with Pool(fakes.double, 2) as pool:
        results = pool.run(_noted([300, *[0] * 99], drawn))
        next(results)
        assert len(drawn) <= 20
        assert len(list(results)) == 99


@pytest.mark.parametrize(
    ("task", "how", "words"),
    [
        (CRASH, "crashed", "exit code 7"),
        pytest.param(FAULT, "crashed", "SIGSEGV", marks=POSIX),
        (LEAVE, "failed", "SystemExit: a library that leaves"),
        (NO_MEMORY, "failed", "MemoryError"),
        (DIVIDE, "failed", "ZeroDivisionError: nothing to divide by"),
    ],
)
def test_a_bad_task_costs_itself(task: int, how: str, words: str) -> None:
    tasks = [1, 2, task, 3, 4, 5]
    results = list(work(tasks, fakes.double, 2))
    assert [result for _, result in results if not isinstance(result, Lost)] == [2, 4, 6, 8, 10]
    assert [given for given, _ in results] == tasks
    (bad,) = (result for _, result in results if isinstance(result, Lost))
    assert bad.how == how
    assert words in bad.reason


def test_a_task_that_hangs_is_ended_and_the_next_one_of_its_worker_is_done() -> None:
    begun = time.monotonic()
    results = dict(work([HANG, 1, 2, 3, 4], fakes.double, 1, timeout=0.5))
    bad = results.pop(HANG)
    assert isinstance(bad, Lost)
    assert (bad.how, bad.reason) == ("timeout", "not finished after 0.5 seconds")
    assert 0.5 <= bad.seconds < 5
    assert results == {1: 2, 2: 4, 3: 6, 4: 8}
    assert time.monotonic() - begun < 60


def test_time_is_counted_a_task_and_not_before_its_worker_is_ready() -> None:
    assert list(work([400] * 4, fakes.double, 1, timeout=1.2)) == [(400, 800)] * 4


def test_a_consumer_that_takes_its_time_is_no_reason_to_end_a_task() -> None:
    results = work([1, 2, 3, 4, 5], fakes.double, 1, timeout=0.8)
    taken = [next(results)]
    time.sleep(1.6)
    assert [*taken, *results] == [(task, task * 2) for task in (1, 2, 3, 4, 5)]


def test_nothing_but_crashes() -> None:
    results = list(work([CRASH] * 5, fakes.double, 2))
    assert [result.how for _, result in results if isinstance(result, Lost)] == ["crashed"] * 5


def test_a_setup_that_raises_is_told_as_it_is() -> None:
    with pytest.raises(ModelError) as caught:
        list(work([1], fakes.no_model, 2))
    assert (caught.value.place, caught.value.remedy) == ("models/none", "name another")


def test_workers_that_cannot_begin_are_no_endless_loop() -> None:
    with pytest.raises(ProcessingError) as caught:
        list(work([1], fakes.stillborn, 2))
    assert "exit code 9" in caught.value.reason
    assert "__main__" in caught.value.remedy


def test_no_tasks_start_no_workers() -> None:
    assert list(work([], fakes.stillborn, 4)) == []


def test_large_tasks_and_large_results_pass() -> None:
    """Larger than the pipes: two ends that write at once would wait for each other."""
    tasks: list[Any] = ["甲" * 2_000_000, "乙" * 1_000_000, "丙" * 3_000_000, "丁"] * 2
    assert list(work(tasks, fakes.echo, 2)) == [(task, task) for task in tasks]


def test_a_worker_has_one_thread_for_sums_and_its_own_folder_for_temporary_files() -> None:
    before = dict(os.environ)
    names = ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "TMPDIR"]
    found = dict(work(names, fakes.thread_settings, 2))
    assert (found["OPENBLAS_NUM_THREADS"], found["OMP_NUM_THREADS"]) == ("1", "1")
    assert isinstance(found["TMPDIR"], str)
    assert not Path(found["TMPDIR"]).exists()
    assert dict(os.environ) == before


def test_what_a_worker_prints_is_no_data(capfd: pytest.CaptureFixture[str]) -> None:
    assert list(work(["印"], fakes.printing, 2)) == [("印", 1)]
    out, err = capfd.readouterr()
    assert (out, "印" in err) == ("", True)


@POSIX
def test_what_a_worker_has_started_ends_with_it(tmp_path: Path) -> None:
    ((_, bad),) = work([tmp_path], fakes.child, 1, timeout=1.5)
    assert isinstance(bad, Lost)
    pid = int((tmp_path / "child.pid").read_text())
    end = time.monotonic() + 5
    while fakes.alive(pid) and time.monotonic() < end:
        time.sleep(0.02)
    assert not fakes.alive(pid)


@POSIX
def test_temporary_files_of_a_killed_worker_go_with_the_pool(tmp_path: Path) -> None:
    ((_, bad),) = work([tmp_path], fakes.litter, 1, timeout=1.5)
    assert isinstance(bad, Lost)
    assert not Path((tmp_path / "left.path").read_text()).parent.parent.exists()


def test_a_pool_that_is_left_early_leaves_no_process() -> None:
    results = work([1, HANG, HANG, 2], fakes.double, 2)
    next(results)
    children = active_children()
    assert len(children) == 2
    begun = time.monotonic()
    results.close()
    assert time.monotonic() - begun < 3
    assert active_children() == []


@pytest.mark.parametrize("error", [ReadingError("a.txt", "no such file", "check"), ModelError("m", "gone")])
def test_errors_travel_whole(error: ModelError | ReadingError) -> None:
    found = pickle.loads(pickle.dumps(error))
    assert (type(found), str(found), found.remedy) == (type(error), str(error), error.remedy)


def test_an_error_of_another_family_in_the_setup_comes_as_one_of_ours() -> None:
    with pytest.raises(ProcessingError, match="No space left"):
        list(work([1, 2], fakes.full, 2))


@pytest.mark.skipif(sys.platform != "linux", reason="limits of Linux")
def test_a_task_that_takes_more_memory_than_its_share_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "share_of_memory", lambda processes: 1_000_000_000 // processes)
    results = [result for _, result in work([1000, 600_000_000, 2000], fakes.allocate, 2)]
    assert (results[0], results[2]) == (1000, 2000)
    assert isinstance(results[1], Lost)
    assert (results[1].how, results[1].reason) == ("failed", "MemoryError: ")
