"""A Dask cluster of two processes: a lost worker's chunk is done again, and every row is there once."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))
import batch_fakes as fakes
from tongbao.batch import find_inputs
from tongbao.cluster import Done, Manifest, Order, connect, plan, run_plan
from tongbao.errors import TongbaoError

distributed = pytest.importorskip("distributed")
duckdb = pytest.importorskip("duckdb")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="signals of POSIX"),
]

DOCUMENTS = 40


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Two workers, each a process that is replaced when it ends; a chunk may end two of them."""
    import dask

    settings = {"distributed.scheduler.allowed-failures": 1, "distributed.nanny.pre-spawn-environ": {}}
    with (
        dask.config.set(settings),
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
            silence_logs=50,
        ) as running,
    ):
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Documents of one to three lines that take a moment each; one cannot be read."""
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(DOCUMENTS):
        (folder / f"{number:02}.txt").write_text(f"第{number}篇,片刻\n" * (1 + number % 3), "utf-8")
    (folder / "07.txt").write_bytes(b"\x7fELF")
    return folder


def _run(address: str, folder: Path, out: Path, job: fakes.FakeJob | None = None, **options: Any) -> Iterator[Done]:
    order = Order(job or fakes.FakeJob()).checked()
    with connect(address) as client, Manifest(out) as manifest:
        wanted = plan(manifest, find_inputs([folder])[0], order, documents=5, **options)
        yield from run_plan(client, manifest, wanted.tasks, order)


def _rows(out: Path, table: str = "quantities", columns: str = "doc_id, row") -> list[tuple[Any, ...]]:
    order = (
        f"SELECT {columns} FROM read_parquet('{out}/{table}/*.parquet', filename = true) ORDER BY filename, {columns}"
    )
    rows: list[tuple[Any, ...]] = duckdb.sql(order).fetchall()
    return rows


def _expected(folder: Path, *failed: str) -> list[tuple[str, str]]:
    return [
        (path.stem, f"q{number}")
        for path in sorted(folder.glob("*.txt"))
        if path.stem not in ("07", *failed)
        for number in range(len(path.read_text("utf-8").splitlines()))
    ]


def test_a_lost_workers_chunk_is_done_again(cluster: Any, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    running = _run(cluster.scheduler_address, folder, out)
    done = [next(running)]
    victim = next(iter(cluster.workers.values())).process.process.pid
    os.kill(victim, signal.SIGKILL)
    done += running
    assert victim not in [nanny.process.process.pid for nanny in cluster.workers.values()]
    assert sorted(one.record.name for one in done) == [f"{number:06}" for number in range(8)]
    assert not any(one.before for one in done)
    assert _rows(out) == _expected(folder)
    assert [status for _, status in _rows(out, "documents", "doc_id, status")].count("failed") == 1
    lines = [line for path in sorted((out / "annotations").iterdir()) for line in path.read_text("utf-8").splitlines()]
    assert [json.loads(line)["id"] for line in lines] == sorted({name for name, _ in _expected(folder)})
    stored = json.loads((out / "manifest.json").read_text("utf-8"))["chunks"]
    assert [one["id"] for chunk in stored.values() for one in chunk["inputs"]] == [f"{n:02}" for n in range(DOCUMENTS)]
    assert [one["id"] for chunk in stored.values() for one in chunk["failures"]] == ["07"]
    assert sorted(path.name for path in out.iterdir()) == sorted(["annotations", "manifest.json", *_tables()])

    # A second run looks at everything and does nothing.
    before = {path: path.stat().st_mtime_ns for path in out.rglob("part-*")}
    assert all(one.before for one in _run(cluster.scheduler_address, folder, out))
    assert {path: path.stat().st_mtime_ns for path in out.rglob("part-*")} == before

    # What changed, what is new, what is missing and what failed is done; the rest stays.
    (folder / "12.txt").write_text("改\n", "utf-8")
    (folder / "99.txt").write_text("新\n", "utf-8")
    (out / "quantities" / "part-000005.parquet").unlink()
    again = [one.record.name for one in _run(cluster.scheduler_address, folder, out) if not one.before]
    assert sorted(again) == ["000002", "000005", "000008"]
    (folder / "07.txt").write_text("好\n", "utf-8")
    again = [one.record.name for one in _run(cluster.scheduler_address, folder, out) if not one.before]
    assert again == ["000001"]
    assert {name for name, _ in _rows(out)} == {path.stem for path in folder.iterdir()}


def _tables() -> tuple[str, ...]:
    return Order(fakes.FakeJob()).write.tables


def test_a_document_that_ends_its_workers_costs_only_itself(cluster: Any, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (folder / "11.txt").write_text("崩溃\n", "utf-8")
    for path in sorted(folder.iterdir())[20:]:
        path.unlink()
    done = list(_run(cluster.scheduler_address, folder, out))
    assert _rows(out) == _expected(folder, "11")
    failures = {one.id: one for done_one in done for one in done_one.record.failures}
    assert sorted(failures) == ["07", "11"]
    assert failures["11"].status == "crashed"
    assert "workers ended at it" in failures["11"].error
    assert sorted(path.stem for path in (out / "quantities").iterdir()) == [
        f"part-{name}" for name in ("000000", "000001", "000002a", "000002b", "000002c", "000003")
    ]
    assert all(one.before for one in _run(cluster.scheduler_address, folder, out))


def test_another_model_on_a_worker_ends_the_run(cluster: Any, folder: Path, tmp_path: Path) -> None:
    order = Order(fakes.FakeJob(), model="another", options="{}")
    with connect(cluster.scheduler_address) as client, Manifest(tmp_path / "out") as manifest:
        wanted = plan(manifest, find_inputs([folder])[0], order)
        with pytest.raises(TongbaoError, match="a worker has another model"):
            list(run_plan(client, manifest, wanted.tasks, order))
    assert json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))["chunks"] == {}


def test_the_command(
    cluster: Any, repository: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from tongbao.cli import main

    (tmp_path / "in").mkdir()
    shutil.copy(repository / "seeds" / "quanzhou-2023.txt", tmp_path / "in")
    (tmp_path / "in" / "bad.txt").write_bytes(b"\x7fELF")
    arguments = [str(tmp_path / "in"), "--dask", cluster.scheduler_address, "-o", str(tmp_path / "out")]
    said = []
    for more in ([], [], ["--force"]):
        monkeypatch.setattr(sys, "argv", ["tongbao", "extract", *arguments, *more])
        with pytest.raises(SystemExit) as end:
            main()
        assert end.value.code == 3
        said.append(capfd.readouterr().err)
    number = len(_rows(tmp_path / "out"))
    assert number > 50
    assert f"1 篇 documents, {number} 行 rows, 1 篇失败 failed" in said[0]
    assert "0 篇 documents, 0 行 rows, 1 篇早已完成 done before, 1 篇早已失败 failed before" in said[1]
    assert f"1 篇 documents, {number} 行 rows, 1 篇失败 failed" in said[2]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "annotations",
        "documents",
        "manifest.json",
        "quantities",
    ]
