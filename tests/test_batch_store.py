"""A run that is killed, interrupted or disturbed and run again gives the tables of an undisturbed one."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tongbao.batch import Input, find_inputs
from tongbao.batch_store import ContentHashes, Known, Plan, plan, run_plan, survey
from tongbao.batch_workers import Job
from tongbao.store import open_store
from tongbao.writing import TABLE_NAMES

sys.path.insert(0, str(Path(__file__).parent))
import batch_fakes as fakes
from worker_fakes import alive

DOCUMENTS = 60


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four documents, one of which fails."""
    folder = tmp_path / "in"
    folder.mkdir()
    for name, text in (("a", "一\n"), ("b", "除零"), ("c", "二\n三\n"), ("d", "四\n")):
        (folder / f"{name}.txt").write_text(text, "utf-8")
    return folder


def _known(path: Path, folder: Path, job: Job | None = None) -> list[Known]:
    with open_store(path) as store:
        return list(survey(store, find_inputs([folder])[0], job or fakes.FakeJob()))


def _run(path: Path, folder: Path, workers: int = 1, job: Job | None = None, **options: Any) -> tuple[list[str], Plan]:
    """Run once; the ids of the documents that were done, and the plan."""
    job = job or fakes.FakeJob()
    with open_store(path) as store:
        wanted = plan(store, list(survey(store, find_inputs([folder])[0], job)), **options)
        done = [stored.input.id for stored in run_plan(store, wanted.tasks, job, workers)]
        for _ in store.mark_reposts():
            pass
    return done, wanted


def _tables(path: Path) -> dict[str, list[Any]]:
    """All that a run gives: every row of every table, and what the ledger says of the documents."""
    connection = sqlite3.connect(path)
    try:
        found: dict[str, list[Any]] = {}
        found |= {table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in TABLE_NAMES}
        found["annotations"] = connection.execute("SELECT * FROM annotations").fetchall()
        found["bands"] = connection.execute("SELECT * FROM bands").fetchall()
        query = "SELECT document, doc_id, content, model, options, status, error FROM ledger"
        found["ledger"] = connection.execute(query).fetchall()
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return found
    finally:
        connection.close()


def _ledger(path: Path, column: str) -> list[Any]:
    connection = sqlite3.connect(path)
    try:
        return [value for (value,) in connection.execute(f"SELECT {column} FROM ledger ORDER BY document")]
    finally:
        connection.close()


# --- what is done and what is to do ---------------------------------------------------------------------------------


def test_a_second_run_does_what_is_new_changed_or_failed(tmp_path: Path, folder: Path) -> None:
    path = tmp_path / "s.sqlite"
    assert _run(path, folder)[0] == ["a", "b", "c", "d"]
    done, wanted = _run(path, folder)
    assert (done, wanted.done, wanted.failed) == ([], 3, 1)
    assert list(wanted.documents) == [1, 2, 3, 4]
    (folder / "c.txt").write_text("五\n", "utf-8")
    (folder / "bb.txt").write_text("六\n", "utf-8")
    assert [known.state for known in _known(path, folder)] == ["done", "failed", "new", "changed", "done"]
    done, wanted = _run(path, folder)
    assert done == ["bb", "c"]
    # A document keeps the place that it came in at; a new one comes after all.
    assert list(wanted.documents) == [1, 2, 5, 3, 4]
    assert [row[2] for row in _tables(path)["documents"]] == ["a", "b", "c", "d", "bb"]
    assert _run(path, folder, retry_failed=True)[0] == ["b"]
    assert _ledger(path, "attempts") == [1, 2, 2, 1, 1]
    assert _run(path, folder, force=True)[0] == ["a", "b", "bb", "c", "d"]


def test_another_model_or_option_does_all_again(tmp_path: Path, folder: Path) -> None:
    path = tmp_path / "s.sqlite"
    _run(path, folder)
    assert {known.state for known in _known(path, folder, fakes.FakeJob(encoding="utf-8"))} == {"changed"}
    assert _run(path, folder, job=fakes.FakeJob(encoding="utf-8"))[0] == ["a", "b", "c", "d"]
    assert {known.state for known in _known(path, folder)} == {"changed"}


def test_a_limit_counts_what_is_done_now(tmp_path: Path, folder: Path) -> None:
    path, whole = tmp_path / "s.sqlite", tmp_path / "w.sqlite"
    assert [_run(path, folder, limit=2)[0] for _ in range(3)] == [["a", "b"], ["c", "d"], []]
    _run(whole, folder)
    assert _tables(path) == _tables(whole)


def test_a_survey_writes_nothing(tmp_path: Path, folder: Path) -> None:
    inputs = find_inputs([folder])[0]
    assert [known.state for known in survey(None, inputs, fakes.FakeJob())] == ["new"] * 4
    path = tmp_path / "s.sqlite"
    _run(path, folder, limit=1)
    with open_store(path, read_only=True) as store:
        assert [known.state for known in survey(store, inputs, fakes.FakeJob())] == ["done", *["pending"] * 3]


def test_a_folder_that_was_moved_is_the_same(tmp_path: Path, folder: Path) -> None:
    path = tmp_path / "s.sqlite"
    _run(path, folder)
    folder = folder.rename(tmp_path / "moved")
    assert _run(path, folder)[0] == []
    # Once a document is done at its new place it may be edited there.
    assert _run(path, folder, force=True)[0] == ["a", "b", "c", "d"]
    (folder / "a.txt").write_text("七\n", "utf-8")
    assert _run(path, folder)[0] == ["a"]
    assert _ledger(path, "doc_id") == ["a", "b", "c", "d"]


def test_files_that_share_only_a_name_are_two_documents(tmp_path: Path, folder: Path) -> None:
    path = tmp_path / "s.sqlite"
    _run(path, folder)
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.txt").write_text("八\n", "utf-8")
    (other / "c.txt").write_text("二\n三\n", "utf-8")
    assert _run(path, other)[0] == ["a-2"]
    assert _run(path, other)[0] == []
    assert _ledger(path, "doc_id") == ["a", "b", "c", "d", "a-2"]


def test_two_inputs_are_never_one_document(tmp_path: Path) -> None:
    """A copy of a stored file that comes before it in a later run must not take its place."""
    path = tmp_path / "s.sqlite"
    for name in ("x", "y"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.txt").write_text("一\n", "utf-8")
    _run(path, tmp_path / "y")
    job = fakes.FakeJob()
    with open_store(path) as store:
        inputs = [Input("a", tmp_path / "x" / "a.txt"), Input("a-2", tmp_path / "y" / "a.txt")]
        wanted = plan(store, list(survey(store, inputs, job)))
        assert len(set(wanted.documents)) == 2


def test_what_cannot_be_read_is_tried_again(tmp_path: Path, folder: Path) -> None:
    path = tmp_path / "s.sqlite"
    job = fakes.FakeJob()
    inputs = [Input("later", folder / "later.txt")]
    with open_store(path) as store:
        for _ in range(2):
            wanted = plan(store, list(survey(store, inputs, job)))
            assert [stored.status for stored in run_plan(store, wanted.tasks, job)] == ["failed"]
        (folder / "later.txt").write_text("九\n", "utf-8")
        wanted = plan(store, list(survey(store, inputs, job)))
        assert [stored.status for stored in run_plan(store, wanted.tasks, job)] == ["ok"]


def test_content_is_the_file_and_its_sidecar(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("一", "utf-8")
    item = Input("a", tmp_path / "a.txt")
    found = [ContentHashes().of(item)]
    (tmp_path / "a.meta.json").write_text("{}", "utf-8")
    found.append(ContentHashes().of(item))
    (tmp_path / "a.meta.json").write_text('{"title": "x"}', "utf-8")
    found.append(ContentHashes().of(item))
    assert len(set(found)) == 3
    assert ContentHashes().of(Input("a", Path("-"), "一".encode())) == found[0]
    assert ContentHashes().of(Input("b", tmp_path / "none")) is None
    assert ContentHashes().of(Input("c", tmp_path)) is None
    assert ContentHashes().of(Input("d", tmp_path / "nul\0")) is None


def test_files_in_an_archive_are_known_by_the_archive(tmp_path: Path) -> None:
    path, archive = tmp_path / "s.sqlite", tmp_path / "in.zip"

    def pack(**texts: str) -> None:
        with zipfile.ZipFile(archive, "w") as packed:
            for name, text in texts.items():
                packed.writestr(f"{name}.txt", text)

    pack(a="一\n", b="二\n")
    # Two workers are done in any order; the store keeps that of the inputs.
    assert sorted(_run(path, archive, workers=2)[0]) == ["in/a", "in/b"]
    assert _run(path, archive)[0] == []
    pack(a="一\n", b="三\n", c="四\n")
    assert _run(path, archive)[0] == ["in/a", "in/b", "in/c"]
    assert _ledger(path, "doc_id") == ["in/a", "in/b", "in/c"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes of POSIX")
def test_a_pipe_that_never_ends_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    job = fakes.FakeJob()
    with open_store(tmp_path / "s.sqlite") as store:
        wanted = plan(store, list(survey(store, [Input("pipe", tmp_path / "pipe.txt")], job)))
        assert [stored.status for stored in run_plan(store, wanted.tasks, job, 1, 0.5)] == ["timeout"]


# --- documents that do harm -----------------------------------------------------------------------------------------


def test_the_ledger_says_how_a_document_ended(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name, text in (("a", "一\n"), ("b", "挂起"), ("c", "崩溃"), ("d", "内存"), ("e", "二\n"), ("f", "退出")):
        (folder / name).write_text(text, "utf-8")
    path = tmp_path / "s.sqlite"
    job = fakes.FakeJob()
    with open_store(path) as store:
        wanted = plan(store, list(survey(store, find_inputs([folder])[0], job)))
        assert len(list(run_plan(store, wanted.tasks, job, 2, 1.0))) == 6
    assert _ledger(path, "status") == ["ok", "timeout", "crashed", "failed", "ok", "failed"]
    words = [None, "1 seconds", "exit code 7", "more memory", None, "SystemExit"]
    for error, word in zip(_ledger(path, "error"), words, strict=True):
        assert (error is None) if word is None else (word in error and "(" in error)
    statuses = [row[-2:] for row in _tables(path)["documents"]]
    assert [status for status, _ in statuses] == ["ok", "failed", "failed", "failed", "ok", "failed"]
    # What hung and what crashed is not tried again unless that is asked for.
    assert _run(path, folder)[0] == []


def test_the_number_of_workers_changes_no_table(tmp_path: Path) -> None:
    folder = _many(tmp_path)
    for workers in (1, 3):
        _run(tmp_path / f"{workers}.sqlite", folder, workers)
    assert _tables(tmp_path / "1.sqlite") == _tables(tmp_path / "3.sqlite")


# --- kill -9 and Ctrl-C ---------------------------------------------------------------------------------------------


def _many(tmp_path: Path) -> Path:
    """Documents of different lengths, some of which fail and some of which are reposts."""
    folder = tmp_path / "many"
    folder.mkdir()
    drawn = random.Random(1)
    for number in range(DOCUMENTS):
        lines = ["".join(chr(0x4E00 + drawn.randrange(3000)) for _ in range(20)) for _ in range(drawn.randrange(1, 12))]
        text = "\n".join(["片刻", *lines])
        if number % 11 == 5:
            text = "除零"
        if number % 7 == 3:
            text = (folder / f"{number - 2:02}.txt").read_text("utf-8")
        (folder / f"{number:02}.txt").write_text(text, "utf-8")
    return folder


def _start(folder: Path, path: Path, workers: int) -> subprocess.Popen[str]:
    here = str(Path(__file__).parent)
    code = f"import sys; sys.path.insert(0, {here!r}); import batch_fakes; batch_fakes.main(*sys.argv[1:])"
    command = [sys.executable, "-c", code, str(folder), str(path), str(workers)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, preexec_fn=_interruptible
    )


def _interruptible() -> None:
    """A shell starts background jobs with SIGINT ignored; the process under test must not inherit that."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(entry.read_text("utf-8", "replace").rpartition(")")[2].split()[1]) == pid:
                found.append(int(entry.parent.name))
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes in /proc")
def test_a_run_that_is_killed_again_and_again_gives_the_tables_of_an_undisturbed_one(tmp_path: Path) -> None:
    """Killed after a random number of documents and a random time more, until it comes through."""
    folder = _many(tmp_path)
    _run(tmp_path / "whole.sqlite", folder)
    whole = _tables(tmp_path / "whole.sqlite")
    for seed in range(3):
        drawn = random.Random(seed)
        path = tmp_path / f"{seed}.sqlite"
        for _ in range(4):
            process = _start(folder, path, workers=1 + seed % 2)
            assert process.stdout is not None
            for _ in range(drawn.randrange(0, 25)):
                process.stdout.readline()
            time.sleep(drawn.random() * 0.05)
            workers = _children(process.pid)
            process.kill()
            process.communicate()
            end = time.monotonic() + 5
            while any(map(alive, workers)) and time.monotonic() < end:
                time.sleep(0.02)
            assert not any(map(alive, workers)), "a worker outlives the run"
        _run(path, folder)
        assert _tables(path) == whole
        # Nothing that was finished was done twice.
        assert set(_ledger(path, "attempts")) == {1}


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_an_interrupted_run_ends_soon_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    folder = _many(tmp_path)
    path = tmp_path / "s.sqlite"
    process = _start(folder, path, workers=2)
    assert process.stdout is not None
    for _ in range(10):
        process.stdout.readline()
    process.send_signal(signal.SIGINT)
    begun = time.monotonic()
    process.communicate()
    assert time.monotonic() - begun < 5  # 0.2 on a machine with nothing else to do
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT status FROM runs").fetchall() == [("interrupted",)]
    connection.close()
    done = _ledger(path, "status").count("ok")
    assert 9 <= done < DOCUMENTS
    _run(path, folder)
    _run(tmp_path / "whole.sqlite", folder)
    assert _tables(path) == _tables(tmp_path / "whole.sqlite")
    assert set(_ledger(path, "attempts")) == {1}


@pytest.mark.slow
def test_a_killed_run_of_the_shipped_model(tmp_path: Path, repository: Path) -> None:
    """The command itself, with two workers, on real text cut small."""
    text = (repository / "seeds" / "quanzhou-2023.txt").read_text("utf-8")
    lines = [line for line in text.splitlines() if len(line) > 40]
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(24):
        (folder / f"{number:02}.txt").write_text("\n".join(lines[number % len(lines) :][: 1 + number % 3]), "utf-8")
    command = [sys.executable, "-c", "from tongbao.cli import main; main()", "extract", str(folder), "--workers", "2"]

    def complete(path: Path) -> dict[str, list[Any]]:
        subprocess.run([*command, "-o", str(path)], stderr=subprocess.DEVNULL, check=True)
        return _tables(path)

    whole = complete(tmp_path / "whole.sqlite")
    assert sum(len(whole[table]) for table in TABLE_NAMES) > 200
    path = tmp_path / "killed.sqlite"
    for wanted in (0, 9):
        process = subprocess.Popen([*command, "-o", str(path)], stderr=subprocess.DEVNULL)
        while process.poll() is None and (not path.exists() or _finished(path) < wanted):
            time.sleep(0.005)
        process.kill()
        process.wait()
    assert complete(path) == whole


def _finished(path: Path) -> int:
    connection = sqlite3.connect(path)
    try:
        return int(connection.execute("SELECT count(*) FROM ledger WHERE status <> 'pending'").fetchone()[0])
    except sqlite3.Error:
        return 0
    finally:
        connection.close()
