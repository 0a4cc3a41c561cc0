from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

Import = Callable[[str], ModuleType]


def test_contenders_take_turns_and_the_median_round_counts(benchmark_module: Import) -> None:
    measuring = benchmark_module("measuring")
    order: list[str] = []
    now = {"seconds": 0.0}
    takes = {"one": iter([9.0, 1.0, 2.0, 90.0]), "other": iter([9.0, 4.0, 4.0, 4.0])}

    def work(name: str) -> Callable[[], None]:
        def run() -> None:
            order.append(name)
            now["seconds"] += next(takes[name])

        return run

    contenders = [measuring.Contender(name, work(name), 100) for name in takes]
    timed = measuring.interleaved(contenders, 3, lambda: now["seconds"])
    assert order == ["one", "other"] * 4
    assert timed["one"].seconds == (1.0, 2.0, 90.0)
    assert {name: one.rate for name, one in timed.items()} == {"one": 50.0, "other": 25.0}


def test_ratios_are_ours_to_each_of_the_others_in_the_same_round(benchmark_module: Import) -> None:
    measuring = benchmark_module("measuring")

    def timed(characters: int, *seconds: float) -> object:
        return measuring.Timed(measuring.Contender("", list, characters), seconds)

    # In the last round everything took ten times as long.
    ours = timed(100, 1.0, 1.0, 10.0)
    found = measuring.ratios(ours, {"slow": timed(100, 2.0, 2.0, 20.0), "fast": timed(1_000, 1.0, 5.0, 10.0)})
    assert found == {"slow": 2.0, "fast": 0.1}


@pytest.mark.parametrize(
    ("now", "named"),
    [
        ({"a": 1.0, "b": 2.0}, []),
        ({"a": 0.8, "b": 9.0}, []),
        ({"a": 0.79, "b": 2.0}, ["a"]),
        ({"a": 0.1, "b": 0.2}, ["a", "b"]),
        ({"b": 2.0, "new": 0.001}, []),
    ],
    ids=["equal", "at the limit", "below it", "all", "not measured"],
)
def test_a_ratio_falls_below_its_share_of_the_baseline(
    benchmark_module: Import, now: dict[str, float], named: list[str]
) -> None:
    lines = benchmark_module("measuring").fallen(now, {"a": 1.0, "b": 2.0}, 0.8)
    assert [line.partition(":")[0] for line in lines] == named


def test_a_check_names_what_has_fallen_and_fails(
    benchmark_module: Import, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    speed = benchmark_module("speed")
    baseline = tmp_path / "baseline.json"
    assert speed.check({"jieba": 0.5, "rjieba": 0.03123456}, baseline, update=True) == 0
    assert json.loads(baseline.read_text("utf-8")) == {"ratios": {"jieba": 0.5, "rjieba": 0.0312}}
    assert speed.check({"jieba": 0.45, "rjieba": 0.03}, baseline, update=False) == 0
    assert speed.check({"jieba": 0.39, "rjieba": 0.03}, baseline, update=False) == 1
    assert "beside jieba: 0.390 of its speed, 78% of the baseline 0.500" in capsys.readouterr().out
    assert speed.check({"other": 1.0}, baseline, update=False) == 1
    # What is not measured keeps its place.
    assert speed.check({"jieba": 0.7}, baseline, update=True) == 0
    assert json.loads(baseline.read_text("utf-8")) == {"ratios": {"jieba": 0.7, "rjieba": 0.0312}}


def test_the_baseline_of_the_repository_is_of_rivals_that_there_are(benchmark_module: Import, repository: Path) -> None:
    stored = json.loads((repository / "benchmarks" / "baseline.json").read_text("utf-8"))["ratios"]
    here, missing = benchmark_module("speed_rivals").installed(repository / "out" / "spacy-ner")
    known = {rival.name for rival in (*here, *missing)}
    assert stored
    assert stored.keys() <= known
    assert all(ratio > 0 for ratio in stored.values())


def test_a_model_of_spacy_says_how_long_it_was_trained(benchmark_module: Import, tmp_path: Path) -> None:
    rivals = benchmark_module("speed_rivals")
    assert (
        rivals.spacy_rival(tmp_path / "none").does == f"mentions (trained for {rivals.SPACY_STEPS} steps: speed only)"
    )
    (tmp_path / "config.cfg").write_text("[training]\nmax_steps = 3000\n", "utf-8")
    assert rivals.spacy_rival(tmp_path).does == "mentions (trained for 3000 steps)"


def test_texts_are_repeated_to_the_size_wanted(benchmark_module: Import) -> None:
    texts = benchmark_module("texts")
    assert texts.documents_of(["一二三", "四五"], 9) == ["一二三", "四五", "一二三", "四"]
    assert texts.one_document(["一二三\n\n", "四五"], 9) == "一二三\n四五\n一二"
    assert all(len(texts.one_document(["一二三"], size)) == size for size in range(10))


def test_memory_at_the_edges_of_a_run(benchmark_module: Import) -> None:
    processes = benchmark_module("processes")
    # Three processes but for the beginning and the end.
    samples = ((1, 1), (2, 2), *[(10, 3)] * 10, *[(50, 3)] * 80, *[(20, 3)] * 10, *[(4, 1)] * 30)
    run = processes.Run(0, 1.0, 1.0, 0, samples, 0, 0)
    assert run.edges() == (10, 20)
