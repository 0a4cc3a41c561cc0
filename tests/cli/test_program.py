"""The command as a process: what it imports, its streams, its signals; and its help."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from tongbao import __version__
from tongbao.cli.app import app

COMMAND = [sys.executable, "-c", "from tongbao.cli import main; main()"]
VERBS = sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
HEAVY = ("numpy", "jieba", "rjieba", "regex", "charset_normalizer", "spacy", "sklearn", "scipy")


def _environment() -> dict[str, str]:
    return {**os.environ, "COLUMNS": "100", "NO_COLOR": "1"}


@pytest.mark.parametrize("verb", ["", *VERBS])
def test_help_speaks_both_languages(tongbao: Any, verb: str) -> None:
    run = tongbao(*([verb] if verb else []), "--help")
    assert (run.code, run.err) == (0, "")
    about, _, options = run.out.partition("Options:")
    for part in (about, options):
        assert re.search(r"[\u4e00-\u9fff]{2}", part)
        assert re.search(r"[A-Z][a-z]+ [a-z]+", part)
    for line in re.findall(r"^ +--[a-z-]+[^\u4e00-\u9fff]*$(?!\n {10,}\S)", options, re.MULTILINE):
        assert "--help" in line or "--no-" in line, f"no Chinese: {line}"


def test_every_verb_is_tested() -> None:
    assert {"extract", "segment", "train", "evaluate"} <= set(VERBS)


def test_no_arguments_show_the_help(tongbao: Any) -> None:
    run = tongbao()
    assert run.code == 2
    assert "extract" in run.out + run.err


def test_version(tongbao: Any) -> None:
    run = tongbao("--version")
    assert (run.code, run.out) == (0, f"tongbao {__version__}\n")


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], *([verb, "--help"] for verb in VERBS)])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom tongbao.cli import main\ntry:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print(sorted(set({HEAVY!r}) & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    assert done.stderr == "[]\n"
    assert done.stdout


def test_a_verb_whose_library_is_not_installed() -> None:
    code = "import sys\nsys.modules['confection'] = None\nfrom tongbao.cli import main\nmain()"
    done = subprocess.run(
        [sys.executable, "-c", code, "train", "a.cfg"],
        capture_output=True,
        encoding="utf-8",
        env=_environment(),
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(r"tongbao: confection: .+ \(pip install 'tongbao\[train\]'\)\n", done.stderr)


def test_streams_of_the_process(tmp_path: Path, tiny_model: Path) -> None:
    """UTF-8 on standard output whatever the locale; one line for the bad file, one for the sum."""
    text = "2023年，全市检查水厂34座。"
    arguments = ["extract", "-", str(tmp_path / "missing.txt"), "-m", str(tiny_model)]
    environment = {**_environment(), "LC_ALL": "C"}
    done = subprocess.run(
        [*COMMAND, *arguments], input=text.encode("gb18030"), capture_output=True, env=environment, check=False
    )
    assert done.returncode == 3
    assert "34座" in done.stdout.decode("utf-8")
    assert len(done.stderr.decode("utf-8").splitlines()) == 2


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_an_interrupt_ends_with_130() -> None:
    """The process waits for standard input when the signal comes."""
    process = subprocess.Popen(
        [*COMMAND, "segment", "--segmenter", "char", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=_interruptible,
    )
    assert process.stdin is not None
    assert process.stderr is not None
    # A pipe holds less than this: once all of it is written, the verb is reading.
    process.stdin.write(b"a" * 200_000)
    process.stdin.flush()
    for _ in range(20):
        # A signal between two reads waits for the next one to end, which only another signal makes it do.
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=1)
            break
    process.kill()
    _, error = process.communicate()
    assert process.returncode == 130
    assert error.decode("utf-8").splitlines() == ["tongbao: 已中断 interrupted"]


def _interruptible() -> None:
    """A shell starts background jobs with SIGINT ignored; the process under test must not inherit that."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.mark.skipif(os.name != "posix", reason="pipes of POSIX")
@pytest.mark.parametrize("copies", [1, 5000])
def test_a_reader_that_has_gone_is_no_reason_to_complain(tmp_path: Path, copies: int) -> None:
    """With little output the pipe breaks when Python ends, with much of it on the way."""
    (tmp_path / "a.txt").write_text("全市检查水厂34座。\n" * copies, "utf-8")
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as gone:
        done = subprocess.run(
            [*COMMAND, "segment", "--segmenter", "char", str(tmp_path / "a.txt")],
            stdout=gone,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert (done.returncode, done.stderr) == (1, b"")
