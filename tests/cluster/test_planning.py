"""Which chunks are done, and a manifest that survives what ends a run. No cluster: chunks are done in this process."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))
import batch_fakes as fakes
from tongbao.batch import Input, find_inputs
from tongbao.cluster import Manifest, Order, Plan, Record, Task, plan
from tongbao.cluster.parts import do_chunk, marks
from tongbao.cluster.scheduling import apart, connect
from tongbao.errors import ProcessingError, ReadingError, TongbaoError, WritingError

pytest.importorskip("duckdb")
ORDER = Order(fakes.FakeJob()).checked()
ORDER = replace(ORDER, write=replace(ORDER.write, tables=("quantities",)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Five documents of one line."""
    folder = tmp_path / "in"
    folder.mkdir()
    for name in "abcde":
        (folder / f"{name}.txt").write_text(f"{name}\n", "utf-8")
    return folder


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


def _plan(out: Path, folder: Path, order: Order = ORDER, documents: int = 2, **options: Any) -> Plan:
    with Manifest(out) as manifest:
        return plan(manifest, find_inputs([folder])[0], order, documents=documents, **options)


def _do(manifest: Manifest, task: Task, order: Order = ORDER) -> Record | None:
    """Do a chunk as a worker does, and accept it as the client does."""
    work = manifest.folder / "unfinished" / "run"
    work.mkdir(parents=True, exist_ok=True)
    answer = do_chunk(order, task, work)
    assert answer.error is None
    if answer.record is not None and answer.files is not None:
        manifest.accept(answer.record, answer.files)
    return answer.record


def _fill(out: Path, folder: Path, **options: Any) -> None:
    wanted = _plan(out, folder, **options)
    with Manifest(out) as manifest:
        for task in wanted.tasks:
            _do(manifest, task)


def _shape(wanted: Plan) -> dict[str, str]:
    return {task.name: "".join(item.id for item in task.inputs) for task in wanted.tasks}


def _parts(out: Path) -> list[str]:
    return sorted(path.name for path in (out / "quantities").iterdir())


def test_chunks_by_number_and_by_size(out: Path, folder: Path) -> None:
    assert _shape(_plan(out, folder)) == {"000000": "ab", "000001": "cd", "000002": "e"}
    assert _shape(_plan(out, folder, documents=9, size=4)) == {"000000": "ab", "000001": "cd", "000002": "e"}
    (folder / "b.txt").write_text("长" * 100, "utf-8")
    assert _shape(_plan(out, folder, documents=9, size=4)) == {"000000": "a", "000001": "b", "000002": "cd"} | {
        "000003": "e"
    }


def test_a_finished_chunk_keeps_its_documents_and_new_ones_come_after(out: Path, folder: Path) -> None:
    _fill(out, folder)
    (folder / "aa.txt").write_text("新\n", "utf-8")
    wanted = _plan(out, folder)
    assert _shape(wanted) == {"000000": "ab", "000001": "cd", "000002": "e"} | {"000003": "aa"}
    assert [task.before is None for task in wanted.tasks] == [False, False, False, True]
    with Manifest(out) as manifest:
        assert [_do(manifest, task) is None for task in wanted.tasks] == [True, True, True, False]


def test_an_id_that_is_taken_stays_with_its_file(out: Path, folder: Path, tmp_path: Path) -> None:
    _fill(out, folder)
    other = tmp_path / "earlier"
    other.mkdir()
    (other / "a.txt").write_text("另\n", "utf-8")
    with Manifest(out) as manifest:
        wanted = plan(manifest, find_inputs([other, folder])[0], ORDER)
    assert _shape(wanted)["000000"] == "ab"
    assert _shape(wanted)["000003"] == "a-2"


def test_what_is_done_again(out: Path, folder: Path) -> None:
    (folder / "b.txt").write_bytes(b"\x7fELF")
    _fill(out, folder)
    (out / "quantities" / "part-000001.parquet").unlink()

    def again(order: Order = ORDER, **options: Any) -> list[str]:
        return [task.name for task in _plan(out, folder, order, **options).tasks if task.before is None]

    assert again() == ["000001"]
    assert again(retry_failed=True) == ["000000", "000001"]
    assert again(force=True) == ["000000", "000001", "000002"]
    assert again(replace(ORDER, model="newer")) == ["000000", "000001", "000002"]
    assert again(replace(ORDER, options="{}")) == ["000000", "000001", "000002"]


def test_options_that_change_rows_are_other_options() -> None:
    job = fakes.FakeJob()
    orders = [Order(job), Order(job, confidence=0.5), Order(fakes.FakeJob(encoding="gbk"))]
    orders.append(Order(job, replace(ORDER.write, headers="zh")))
    orders.append(Order(job, replace(ORDER.write, tables=("documents",))))
    assert len({order.checked().options for order in orders}) == len(orders)


def test_a_limit(out: Path, folder: Path) -> None:
    wanted = _plan(out, folder, limit=3)
    assert (_shape(wanted), wanted.left) == ({"000000": "ab", "000001": "c"}, 2)
    _fill(out, folder, limit=3)
    wanted = _plan(out, folder, limit=1)
    assert (_shape(wanted), wanted.left) == ({"000000": "ab", "000001": "c", "000002": "d"}, 1)
    wanted = _plan(out, folder, limit=1, force=True)
    assert (_shape(wanted), wanted.left) == ({"000000": "ab"}, 3)


def test_documents_that_are_gone(out: Path, folder: Path) -> None:
    _fill(out, folder)
    (folder / "c.txt").unlink()
    with pytest.raises(WritingError, match=r"c\.txt was done here"):
        _plan(out, folder)
    assert len(_parts(out)) == 3
    wanted = _plan(out, folder, force=True)
    assert _shape(wanted) == {"000000": "ab", "000002": "e", "000003": "d"}
    assert _parts(out) == ["part-000000.parquet", "part-000002.parquet"]


def test_standard_input_does_not_reach_the_workers(out: Path) -> None:
    with Manifest(out) as manifest, pytest.raises(ReadingError, match="standard input"):
        plan(manifest, [Input("stdin", Path("-"), b"1")], ORDER)


def test_a_run_that_was_killed_goes_on_where_it_was(out: Path, folder: Path) -> None:
    """No manifest was written at its end; a line was cut off, a part named and not noted, a try left behind."""
    wanted = _plan(out, folder)
    killed = Manifest(out)
    for task in wanted.tasks:
        _do(killed, task)
    killed.drop("000000")
    journal = out / "manifest.jsonl"
    lines = journal.read_text("utf-8").splitlines(keepends=True)
    assert len(lines) == 4
    journal.write_text("".join([*lines[:2], lines[3], lines[2][:50]]), "utf-8")
    with Manifest(out) as manifest:
        assert list(manifest.records) == ["000001"]
        assert _parts(out) == ["part-000001.parquet"]
        assert not (out / "unfinished").exists()
        assert not journal.exists()
    assert _shape(_plan(out, folder)) == {"000001": "cd", "000002": "ab", "000003": "e"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"format": 2, "chunks": {}}',
        '{"format": 1, "chunks": {"000000": {}}}',
        '{"format": 1, "chunks": {"000000": {"inputs": [], "parts": ["../x.parquet"], "rows": {}, "failures": [],'
        ' "model": "", "options": ""}}}',
    ],
)
def test_a_damaged_manifest(out: Path, text: str) -> None:
    out.mkdir()
    (out / "manifest.json").write_text(text, "utf-8")
    with pytest.raises(WritingError, match="a damaged manifest"):
        Manifest(out)
    assert (out / "manifest.json").read_text("utf-8") == text


def test_a_folder_of_other_files_is_left_alone(out: Path) -> None:
    out.mkdir()
    (out / "mine.txt").write_text("", "utf-8")
    with pytest.raises(WritingError, match="a folder of other files"):
        Manifest(out)
    assert [path.name for path in out.iterdir()] == ["mine.txt"]


def test_a_chunk_that_was_done_twice_is_there_once(out: Path, folder: Path) -> None:
    wanted = _plan(out, folder)
    with Manifest(out) as manifest:
        first, second = (_do(manifest, wanted.tasks[0]) for _ in range(2))
    assert first == second
    assert _parts(out) == ["part-000000.parquet"]
    chunks = json.loads((out / "manifest.json").read_text("utf-8"))["chunks"]
    assert chunks["000000"]["rows"] == {"quantities": 2}


def test_what_a_worker_does_not_see(out: Path, folder: Path, tmp_path: Path) -> None:
    task = _plan(out, folder).tasks[0]

    def error(task: Task, work: Path) -> TongbaoError:
        error = do_chunk(ORDER, task, work).error
        assert error is not None
        return error

    assert "does not see the output folder" in str(error(task, tmp_path / "none"))
    missing = tuple(replace(item, path=tmp_path / "none" / item.path.name) for item in task.inputs)
    assert "does not see this file" in str(error(replace(task, inputs=missing), tmp_path))


def test_marks_say_where_tries_ended(tmp_path: Path) -> None:
    for name, text in (("000000-x", "000003"), ("000000-y", ""), ("000000a-z", "000001")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "at").write_text(text, "ascii")
    assert marks(tmp_path, "000000") == [3, None]


@pytest.mark.parametrize(
    ("suspects", "pieces"),
    [
        ([0], {"7a": "0", "7b": "1234"}),
        ([4], {"7a": "0123", "7b": "4"}),
        ([2, 2], {"7a": "01", "7b": "2", "7c": "34"}),
        ([1, 3], {"7a": "0", "7b": "1", "7c": "2", "7d": "3", "7e": "4"}),
    ],
)
def test_a_chunk_is_taken_apart_at_its_suspects(suspects: list[int], pieces: dict[str, str]) -> None:
    names = "01234"
    whole = Task("7", tuple(Input(name, Path(name)) for name in names), tuple(names), ("x",) * 5, seen=True)
    parts = apart(whole, suspects)
    assert _shape(Plan(parts, 0)) == pieces
    assert all(part.before is None and part.seen for part in parts)
    many = Task("7", tuple(Input(str(n), Path(str(n))) for n in range(64)), tuple(map(str, range(64))))
    assert [item.id for part in apart(many, range(1, 64, 2)) for item in part.inputs] == [str(n) for n in range(64)]


def test_nobody_at_the_address() -> None:
    pytest.importorskip("distributed")
    with pytest.raises(ProcessingError, match="no scheduler answers"), connect("nonsense://127.0.0.1:9"):
        pass
