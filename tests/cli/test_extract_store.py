"""``tongbao extract -o STORE.sqlite``: what is done stays done, and a run goes on where another stopped."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tongbao.cli import progress as progress_module
from tongbao.cli.console import complain
from tongbao.cli.progress import progress
from tongbao.store import open_store

COMMAND = [sys.executable, "-c", "from tongbao.cli import main; main()"]
TEXT = "甲州市供水情况通报\n2023年，全市检查水厂{}座，罚没1.24万元。\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three documents, the second of which cannot be read; the last repeats the first."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text(TEXT.format(34), "utf-8")
    (folder / "b.txt").write_bytes(b"\x7fELF")
    (folder / "c.txt").write_text(TEXT.format(34) + "\n", "utf-8")
    return folder


def _documents(path: Path) -> list[tuple[str, str, str | None]]:
    with open_store(path, read_only=True) as store:
        rows = [tables.documents[0] for _, tables in store.documents()]
    return [(row.doc_id, row.status, row.near_duplicate_of) for row in rows]


def test_a_store_and_other_outputs_at_once(tongbao: Any, tmp_path: Path, folder: Path, tiny_model: Path) -> None:
    """What stands in them is what stands in outputs without a store, and so it is when all was done before."""
    store, direct = tmp_path / "s.sqlite", tmp_path / "direct"
    run = tongbao("extract", folder, "-m", tiny_model, "-o", direct, "-o", tmp_path / "direct.jsonl")
    assert run.code == 3
    for number in range(2):
        tables, lines = tmp_path / f"{number}", tmp_path / f"{number}.jsonl"
        run = tongbao("extract", folder, "-m", tiny_model, "-o", tables, "-o", store, "-o", lines)
        assert (run.code, run.out) == (3, "")
        assert lines.read_bytes() == (tmp_path / "direct.jsonl").read_bytes()
        for file in direct.iterdir():
            assert (tables / file.name).read_bytes() == file.read_bytes()
    assert _documents(store) == [("a", "ok", None), ("b", "failed", None), ("c", "ok", "a")]
    assert "near_duplicate_of" in (direct / "documents.csv").read_text("utf-8-sig").splitlines()[0]


def test_a_store_alone_writes_nothing_else(tongbao: Any, tmp_path: Path, folder: Path, tiny_model: Path) -> None:
    run = tongbao("extract", folder, "-m", tiny_model, "-o", tmp_path / "new" / "s.sqlite")
    assert (run.code, run.out) == (3, "")
    assert "2 篇 documents, 4 行 rows, 1 篇失败 failed" in run.err
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["s.sqlite"]


def test_a_store_with_rows_shown_and_with_json(tongbao: Any, tmp_path: Path, folder: Path, tiny_model: Path) -> None:
    store = tmp_path / "s.sqlite"
    run = tongbao("extract", folder, "-m", tiny_model, "-o", store, "--show", "3")
    assert len(run.out.splitlines()) == 4
    run = tongbao("extract", folder / "c.txt", "-m", tiny_model, "-o", store, "--json")
    assert [json.loads(line)["id"] for line in run.out.splitlines()] == ["c"]


def test_a_second_run_skips_what_is_done(tongbao: Any, tmp_path: Path, folder: Path, tiny_model: Path) -> None:
    store = tmp_path / "s.sqlite"
    arguments = ["extract", folder, "-m", tiny_model, "-o", store]
    tongbao(*arguments)
    run = tongbao(*arguments)
    assert run.code == 3
    assert "0 篇 documents, 0 行 rows, 2 篇早已完成 done before, 1 篇早已失败 failed before" in run.err
    (folder / "b.txt").write_text(TEXT.format(7), "utf-8")
    run = tongbao(*arguments)
    assert run.code == 0
    assert "1 篇 documents, 2 行 rows, 2 篇早已完成 done before" in run.err
    run = tongbao(*arguments, "--force")
    assert "3 篇 documents, 6 行 rows" in run.err
    assert "before" not in run.err


def test_failures_are_tried_again_when_that_is_asked_for(
    tongbao: Any, tmp_path: Path, folder: Path, tiny_model: Path
) -> None:
    store = tmp_path / "s.sqlite"
    tongbao("extract", folder, "-m", tiny_model, "-o", store)
    run = tongbao("extract", folder, "-m", tiny_model, "-o", store, "--retry-failed")
    assert run.code == 3
    assert "ELF" in run.err
    assert "0 篇 documents, 0 行 rows, 1 篇失败 failed, 2 篇早已完成 done before" in run.err


def test_a_limit(tongbao: Any, tmp_path: Path, folder: Path, tiny_model: Path) -> None:
    store = tmp_path / "s.sqlite"
    run = tongbao("extract", folder, "-m", tiny_model, "-o", store, "--limit", "1")
    assert "1 篇 documents, 2 行 rows, 2 篇未处理 left" in run.err
    run = tongbao("extract", folder, "-m", tiny_model, "-o", store, "--limit", "2")
    assert "1 篇失败 failed, 1 篇早已完成 done before" in run.err
    assert [name for name, _, _ in _documents(store)] == ["a", "b", "c"]
    run = tongbao("extract", folder, "-m", tiny_model, "--limit", "1")
    assert {row["doc_id"] for row in csv.DictReader(io.StringIO(run.out))} == {"a"}


def test_a_dry_run_says_what_would_be_done_and_does_nothing(
    tongbao: Any, tmp_path: Path, folder: Path, tiny_model: Path
) -> None:
    store = tmp_path / "s.sqlite"
    (folder / "d.md").write_text("立案3起。", "utf-8")
    arguments = ["extract", folder, "-m", tiny_model, "-o", store, "--dry-run"]

    def said(*more: str) -> tuple[dict[str, int], str]:
        run = tongbao(*arguments, *more)
        assert run.code == 0
        return {name: int(number) for name, number in (line.split("\t") for line in run.out.splitlines())}, run.err

    counts, err = said()
    assert counts == {".md": 1, ".txt": 3, "新的 new": 4, "待做 pending": 0, "有变 changed": 0, "失败 failed": 0} | {
        "已完成 done": 0
    }
    assert "将处理 4 篇" in err
    assert not store.exists()
    tongbao("extract", folder, "-m", tiny_model, "-o", store, "--limit", "3")
    (folder / "a.txt").write_text("立案4起。", "utf-8")
    before = store.read_bytes()
    counts, err = said()
    assert [counts[name] for name in list(counts)[2:]] == [0, 1, 1, 1, 1]
    assert "将处理 2 篇" in err
    assert "将处理 3 篇" in said("--retry-failed")[1]
    assert "将处理 4 篇" in said("--force")[1]
    assert "将处理 1 篇" in said("--force", "--limit", "1")[1]
    assert store.read_bytes() == before
    run = tongbao("extract", folder, "-m", tiny_model, "--dry-run")
    assert run.out == ".md\t1\n.txt\t3\n"


def test_nothing_but_failures(tongbao: Any, tmp_path: Path, folder: Path, tiny_model: Path) -> None:
    arguments = ["extract", folder / "b.txt", "-m", tiny_model, "-o", tmp_path / "s.sqlite", "-o", tmp_path / "r.csv"]
    for _ in range(2):
        assert tongbao(*arguments).code == 1
        assert not (tmp_path / "r.csv").exists()


def test_standard_input_goes_into_a_store(tongbao: Any, tmp_path: Path, tiny_model: Path) -> None:
    store = tmp_path / "s.sqlite"
    for text in ("立案3起。", "立案4起。", "立案3起。"):
        tongbao("extract", "-", "-m", tiny_model, "-o", store, stdin=text.encode())
    assert [name for name, _, _ in _documents(store)] == ["stdin", "stdin-2"]


def test_what_is_no_store_is_left_alone(tongbao: Any, tmp_path: Path, folder: Path, tiny_model: Path) -> None:
    store = tmp_path / "s.sqlite"
    store.write_text("立案\n" * 500, "utf-8")
    for more in ([], ["--dry-run"]):
        run = tongbao("extract", folder, "-m", tiny_model, "-o", store, *more)
        assert (run.code, run.out if not more else "") == (1, "")
        assert len(run.err.splitlines()) == 1
        assert str(store) in run.err
    assert store.read_text("utf-8") == "立案\n" * 500


def test_no_store_is_made_for_a_model_that_is_not_there(tongbao: Any, tmp_path: Path, folder: Path) -> None:
    run = tongbao("extract", folder, "-m", tmp_path / "none", "-o", tmp_path / "s.sqlite")
    assert run.code == 1
    assert not (tmp_path / "s.sqlite").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["extract", "a.txt", "--force"],
        ["extract", "a.txt", "-o", "a.csv", "--retry-failed"],
        ["extract", "a.txt", "-o", "a.sqlite", "-o", "b.sqlite"],
        ["extract", "a.txt", "--workers", "0"],
        ["extract", "a.txt", "--timeout", "0"],
        ["extract", "a.txt", "--limit", "0"],
    ],
)
def test_wrong_usage(tongbao: Any, arguments: list[str]) -> None:
    run = tongbao(*arguments)
    assert (run.code, run.out) == (2, "")
    assert run.err


# --- workers, progress, interruption --------------------------------------------------------------------------------


def test_workers_and_a_time_limit_change_no_output(
    tongbao: Any, folder: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A loaded machine may take long enough for a line of progress.
    monkeypatch.setattr(progress_module, "_EVERY", 1e9)
    one = tongbao("extract", folder, "-m", tiny_model, "--workers", "1")
    two = tongbao("extract", folder, "-m", tiny_model, "--workers", "2", "--timeout", "60")
    assert (one.code, one.out) == (two.code, two.out)
    assert one.err == two.err


def test_progress_is_lines_where_there_is_no_terminal(
    tongbao: Any, tmp_path: Path, folder: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress_module, "_EVERY", 0.0)
    run = tongbao("extract", folder, "-m", tiny_model, "-o", tmp_path / "s.sqlite")
    said = [line for line in run.err.splitlines() if line.startswith("提取 extract: ")]
    assert [line.split()[2] for line in said] == ["1/3,", "2/3,", "3/3,"]
    assert all("/s, 剩余 left 0:00:0" in line for line in said)


def test_progress_is_a_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    for name, value in (("TERM", "xterm"), ("COLUMNS", "100")):
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("NO_COLOR", raising=False)
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    with progress("提取 extract", 2) as advance:
        advance(1)
        complain("a.txt: 坏了")
        advance(1)
    assert "2/2" in screen.getvalue()
    assert "a.txt: 坏了\n" in screen.getvalue()
    screen.truncate(0)
    with progress("提取 extract", 2, bar=False) as advance:
        advance(2)
    assert screen.getvalue().strip("\0") == ""


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("workers", ["1", "2"])
def test_an_interrupt_ends_soon_with_130_and_a_rerun_goes_on(
    tongbao: Any, tmp_path: Path, repository: Path, tiny_model: Path, workers: str
) -> None:
    folder, store = tmp_path / "in", tmp_path / "s.sqlite"
    folder.mkdir()
    text = (repository / "seeds" / "quanzhou-2023.txt").read_text("utf-8")
    for number in range(30):
        (folder / f"{number:02}.txt").write_text(text[number * 60 :], "utf-8")
    arguments = ["extract", str(folder), "-m", str(tiny_model), "-o", str(store), "--workers", workers]
    process = subprocess.Popen([*COMMAND, *arguments], stderr=subprocess.PIPE, preexec_fn=_interruptible)
    while not _done(store):
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    begun = time.monotonic()
    _, error = process.communicate()
    assert time.monotonic() - begun < 5  # 0.2 on a machine with nothing else to do
    assert process.returncode == 130
    lines = error.decode("utf-8").splitlines()
    assert lines[-1] == "tongbao: 已中断 interrupted"
    assert str(store) in lines[-2]
    done = _done(store)
    assert 0 < done < 30
    run = tongbao("extract", folder, "-m", tiny_model, "-o", store, "--limit", "1")
    assert run.code == 0
    assert "1 篇 documents" in run.err
    assert f"{done} 篇早已完成 done before, {29 - done} 篇未处理 left" in run.err


def _interruptible() -> None:
    """A shell starts background jobs with SIGINT ignored; the process under test must not inherit that."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _done(path: Path) -> int:
    try:
        with open_store(path, read_only=True) as store:
            return store.counts().get("ok", 0)
    except Exception:
        return 0
