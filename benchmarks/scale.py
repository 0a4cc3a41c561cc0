"""A batch of thousands of documents, clean and poisoned: speed, memory, failures, and whether anything was lost.

usage: python benchmarks/scale.py CLEAN POISONED -o OUT [--workers 2] [--timeout 60]

CLEAN and POISONED are folders that ``benchmarks/mix.py`` made with the same seed, the second with ``--poison``. Each is
run through ``tongbao extract FOLDER -o OUT/….sqlite`` in processes of its own, and the memory of all of them is looked
at every second. Then every good document's rows and annotation in the two stores are compared; the exit code is 1 where
a good document failed, is missing, or differs.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from machine import facts
from processes import Run, megabytes, run
from stores import bad, characters_of, differences, failures, kind_of, outcomes

from tongbao.annotation.grid import markdown

#: How an end of a run of documents some of which failed is told.
_SOME_FAILED = 3


def extract(folder: Path, store: Path, workers: int, timeout: float) -> Run:
    """One run of the program, with what it says in a file beside the store."""
    store.unlink(missing_ok=True)
    arguments = ["extract", str(folder), "-o", str(store), "--workers", str(workers), "--timeout", str(timeout)]
    done = run([sys.executable, "-c", "from tongbao.cli import main; main()", *arguments], store.with_suffix(".log"))
    if done.code not in (0, _SOME_FAILED):
        raise SystemExit(f"{folder}: exit code {done.code}; see {store.with_suffix('.log')}")
    return done


def measures(store: Path, done: Run) -> list[str]:
    """The column of a run in the table of measures."""
    with closing(sqlite3.connect(store)) as connection:
        status = Counter(dict(connection.execute("SELECT status, count(*) FROM ledger GROUP BY status")))
        (rows,) = connection.execute("SELECT count(*) FROM quantities").fetchone()
        characters = characters_of(connection)
    first, last = done.edges()
    return [
        f"{status.total():,}",
        f"{characters:,}",
        f"{rows:,}",
        f"{done.seconds:,.0f}",
        f"{status.total() / done.seconds:.1f}",
        f"{characters / done.seconds:,.0f}",
        f"{done.processor:,.0f}",
        f"{characters / done.processor:,.0f}",
        str(done.code),
        f"{status.total() - status['ok']:,}",
        megabytes(done.largest),
        megabytes(done.parent),
        megabytes(done.worker),
        megabytes(first),
        megabytes(last),
    ]


MEASURES = (
    "documents",
    "characters read",
    "rows",
    "seconds",
    "documents a second",
    "characters a second",
    "processor seconds",
    "characters a second of processor time",
    "exit code",
    "failed",
    "peak of the largest process, MB",
    "parent, largest seen, MB",
    "worker, largest seen, MB",
    "all processes while there are workers, mean of the first tenth, MB",
    "all processes while there are workers, mean of the last tenth, MB",
)


def report(stores: Sequence[Path], runs: Sequence[Run]) -> None:
    """The tables: measures of both runs, failures by reason, what became of each kind of bad file."""
    columns = [measures(store, done) for store, done in zip(stores, runs, strict=True)]
    print(markdown(["", "clean", "poisoned"], [list(row) for row in zip(MEASURES, *columns, strict=True)]), end="\n\n")
    with closing(sqlite3.connect(stores[1])) as connection:
        print(markdown(["reason", "documents"], [[reason, str(n)] for reason, n in failures(connection)]), end="\n\n")
        print(markdown(["bad files", "outcomes"], [[kind, told] for kind, told in outcomes(connection)]), end="\n\n")


def compare(clean: Path, poisoned: Path) -> int:
    """Say how many good documents are equal in both stores; 1 where not all are, and none failed."""
    with closing(sqlite3.connect(clean)) as one, closing(sqlite3.connect(poisoned)) as other:
        failed = [doc_id for doc_id, status in one.execute("SELECT doc_id, status FROM ledger") if status != "ok"]
        good, different = differences(one, other)
        extra = [doc_id for (doc_id,) in other.execute("SELECT doc_id FROM ledger") if bad(doc_id)]
    print(f"good documents: {good:,}, of them failed {len(failed):,}, lost or different {len(different):,}")
    print(f"bad files in the store: {len(extra):,} of {len(Counter(map(kind_of, extra)))} kinds")
    for doc_id in [*failed, *different][:20]:
        print(f"  {doc_id}")
    return 1 if failed or different else 0


def main(arguments: Sequence[str]) -> int:
    """Run, print, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clean", type=Path)
    parser.add_argument("poisoned", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--timeout", type=float, default=60.0)
    given = parser.parse_args(arguments)
    given.output.mkdir(parents=True, exist_ok=True)
    stores = [given.output / "clean.sqlite", given.output / "poisoned.sqlite"]
    folders = [given.clean, given.poisoned]
    print(
        "\n".join(facts()), f"workers: {given.workers}, timeout: {given.timeout:g} s", sep="\n", end="\n\n", flush=True
    )
    runs = [extract(*pair, given.workers, given.timeout) for pair in zip(folders, stores, strict=True)]
    report(stores, runs)
    return compare(*stores)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
