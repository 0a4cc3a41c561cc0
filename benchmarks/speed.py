"""How fast the program is, what it takes, and how fast others are beside it on the same text.

usage: python benchmarks/speed.py [--parts stages,rivals,start,memory,length,workers] [--texts FOLDER]... [--long]
           [--characters N] [--rounds N] [--spacy-model FOLDER] [--json FILE] [--check BASELINE [--update]]

Stages and rivals take turns in one process with one thread, on the same documents; a figure is characters a second of
processor time, by the median round. Workers are by the clock, and mean something on an idle machine only. The
text is the project's own corpus, again and again, or all that can be read in the folders of ``--texts``.

``--check`` compares how fast we are beside each rival with a baseline, and exits with 1 where a ratio has fallen below
80% of it; ``--update`` writes what was measured into the baseline instead. Ratios, not seconds: they hold for another
machine, too.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from machine import facts
from measuring import Timed, fallen, interleaved, ratios
from parts import cold_start, one_process, with_workers
from speed_rivals import SPACY_STEPS, Rival, contenders, described, installed
from stages import WHOLE, stages
from texts import documents_of, texts_of

from tongbao.annotation.grid import markdown
from tongbao.extraction import load
from tongbao.workers import ONE_THREAD

PARTS = ("stages", "rivals", "start", "memory", "length", "workers")
LENGTHS = (10_000, 100_000, 1_000_000)
VERY_LONG = 5_000_000
#: A ratio that falls below this share of its baseline has fallen.
SHARE = 0.8


def measure_in_turn(
    texts: Sequence[str], characters: int, rounds: int, wanted: Sequence[str], rivals: Sequence[Rival]
) -> dict[str, Timed]:
    """Stages and rivals, in turn; without stages the whole alone, without rivals none of them."""
    documents = documents_of(texts, characters)
    here = rivals if "rivals" in wanted else []
    with stages(load(), documents) as ours:
        kept = [one for one in ours if "stages" in wanted or one.name == WHOLE]
        return interleaved([*kept, *contenders(here, documents)], rounds)


def show_in_turn(
    timed: dict[str, Timed], wanted: Sequence[str], rivals: Sequence[Rival], missing: Sequence[Rival]
) -> dict[str, Any]:
    """Print the tables of stages and rivals; their figures."""
    rates = {name: one.rate for name, one in timed.items()}
    others = {rival.name: rival for rival in rivals if rival.name in rates}
    print(f"{timed[WHOLE].contender.characters:,} characters, {len(timed[WHOLE].seconds)} rounds, median", end="\n\n")
    if "stages" in wanted:
        own = [[name, f"{rate:,.0f}"] for name, rate in rates.items() if name not in others]
        print(markdown(["stage", "characters a second"], own), end="\n\n")
    compared = ratios(timed[WHOLE], {name: timed[name] for name in others})
    if "rivals" in wanted:
        rows = [[WHOLE, "all rows with confidences", f"{rates[WHOLE]:,.0f}", "1"]]
        rows += [
            [described(one), one.does, f"{rates[name]:,.0f}", f"{1 / compared[name]:.2f}"]
            for name, one in others.items()
        ]
        print(markdown(["program", "does", "characters a second", f"times {WHOLE}"], rows), end="\n\n")
        for one in missing:
            print(f"left out, not installed: {one.name} (pip install {one.package})")
        print()
    return {"rates": rates, "ratios": compared}


def show_start(texts: Sequence[str], rounds: int) -> dict[str, tuple[float, float]]:
    """Print and return the seconds of a cold start."""
    found = cold_start(texts[0], rounds)
    rows = [[name, *(f"{seconds:.2f}" for seconds in both)] for name, both in found.items()]
    print(markdown(["cold start", "seconds", "of the processor"], rows), end="\n\n")
    return found


def show_memory(size: int, folders: Sequence[Path]) -> dict[str, Any]:
    """Print and return the memory of a process that does documents of usual length."""
    found = one_process("documents", size, folders)
    rows = [["model loaded", f"{found['loaded'] / 1e6:,.0f}"], [f"{size:,} characters", f"{found['peak'] / 1e6:,.0f}"]]
    print(markdown(["peak memory of a worker", "MB"], rows), end="\n\n")
    return found


def show_lengths(lengths: Sequence[int], folders: Sequence[Path]) -> dict[str, Any]:
    """Print and return speed and memory by the length of one document."""
    found = {str(length): one_process("document", length, folders) for length in lengths}
    rows = [
        [f"{int(length):,}", f"{int(length) / one['processor']:,.0f}", f"{one['rows']:,}", f"{one['peak'] / 1e6:,.0f}"]
        for length, one in found.items()
    ]
    print(markdown(["one document of", "characters a second", "rows", "peak MB"], rows), end="\n\n")
    return found


def show_workers(texts: Sequence[str], size: int) -> dict[str, float]:
    """Print and return the speed with one worker and with two."""
    found = {str(workers): with_workers(texts, size, workers) for workers in (1, 2)}
    rows = [[workers, f"{rate:,.0f}", f"{rate / found['1']:.2f}"] for workers, rate in found.items()]
    print(markdown(["workers", "characters a second, by the clock", "times one"], rows), end="\n\n")
    return found


def check(found: dict[str, float], baseline: Path, *, update: bool) -> int:
    """Write what was measured into the baseline, or compare: 1 where a ratio has fallen or none could be compared."""
    stored = json.loads(baseline.read_text(encoding="utf-8")) if baseline.exists() or not update else {"ratios": {}}
    before: dict[str, float] = stored["ratios"]
    if update:
        ratios_now = before | {name: round(ratio, 4) for name, ratio in found.items()}
        baseline.write_text(json.dumps({"ratios": ratios_now}, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        return 0
    common = before.keys() & found.keys()
    lines = fallen(found, before, SHARE)
    for line in lines:
        print(f"fallen below {SHARE:.0%} of the baseline: {WHOLE} beside {line}")
    if not common:
        print(f"{baseline}: none of its ratios was measured")
    elif not lines:
        print(f"{len(common)} ratios compared, none below {SHARE:.0%} of the baseline")
    return 1 if lines or not common else 0


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parts", default=",".join(PARTS), help="which, with commas")
    parser.add_argument("--texts", type=Path, action="append", default=[], help="a folder of other text")
    parser.add_argument("--characters", type=int, default=100_000, help="of a round of stages and rivals")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--spacy-model",
        type=Path,
        default=Path("out/spacy-ner"),
        help=f"a trained NER of spaCy; where there is none, one is trained for {SPACY_STEPS} steps, for its speed only",
    )
    parser.add_argument("--long", action="store_true", help=f"also one document of {VERY_LONG:,} characters")
    parser.add_argument("--json", type=Path, help="write the figures there, too")
    parser.add_argument("--check", type=Path, help="compare with this baseline")
    parser.add_argument("--update", action="store_true", help="write the baseline of --check")
    given = parser.parse_args(arguments)
    given.parts = given.parts.split(",")
    if unknown := set(given.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))} (there are {', '.join(PARTS)})")
    if given.check and "rivals" not in given.parts:
        parser.error("--check needs the part rivals")
    return given


def main(arguments: Sequence[str]) -> int:
    """Measure, print, compare."""
    given = _arguments(arguments)
    if any(os.environ.get(name) != value for name, value in ONE_THREAD.items()):
        # Libraries read these when they are loaded.
        os.environ.update(ONE_THREAD)
        os.execv(sys.executable, [sys.executable, str(Path(__file__).resolve()), *arguments])
    found: dict[str, Any] = {"facts": facts()}
    print("\n".join(found["facts"]), end="\n\n")
    texts = texts_of(given.texts)
    if {"stages", "rivals"} & set(given.parts):
        rivals, missing = installed(given.spacy_model)
        timed = measure_in_turn(texts, given.characters, given.rounds, given.parts, rivals)
        found |= show_in_turn(timed, given.parts, rivals, missing)
    if "start" in given.parts:
        found["start"] = show_start(texts, given.rounds)
    if "memory" in given.parts:
        found["memory"] = show_memory(10 * given.characters, given.texts)
    if "length" in given.parts:
        found["length"] = show_lengths([*LENGTHS, *([VERY_LONG] if given.long else [])], given.texts)
    if "workers" in given.parts:
        found["workers"] = show_workers(texts, 10 * given.characters)
    if given.json:
        given.json.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return check(found["ratios"], given.check, update=given.update) if given.check else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
