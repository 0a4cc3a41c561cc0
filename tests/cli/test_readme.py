"""The commands that the README shows do run, with a user's own files in the places of its examples."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
#: Commands that train many models have tests of their own; here only their verbs and options are tried.
LONG = ("train", "evaluate")


def _commands() -> list[list[str]]:
    text = (ROOT / "README.md").read_text("utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    lines = [line.split("#")[0].strip() for block in blocks for line in block.splitlines()]
    return [shlex.split(line)[1:] for line in lines if line.startswith("tongbao ")]


COMMANDS = _commands()


def test_there_are_commands() -> None:
    verbs = {"extract", "export", "compare", "segment", "train", "evaluate", "annotate"}
    assert {command[0] for command in COMMANDS} == verbs


@pytest.mark.slow
def test_commands_in_order(tongbao: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One after the other in one folder, as a reader would type them: some need what others have written."""
    shutil.copy(ROOT / "seeds" / "quanzhou-2023.txt", tmp_path / "通报.txt")
    for folder in ("通报", "新通报"):
        (tmp_path / folder).mkdir()
        shutil.copy(ROOT / "seeds" / "quanzhou-2023.txt", tmp_path / folder / "泉州.txt")
    shutil.copy(ROOT / "configs" / "lexicon-example.tsv", tmp_path / "词表.tsv")
    shutil.copytree(ROOT / "configs", tmp_path / "configs")
    shutil.copytree(ROOT / "annotations", tmp_path / "annotations")
    monkeypatch.chdir(tmp_path)
    for command in COMMANDS:
        if command[0] in LONG:
            assert tongbao(command[0], "--help").code == 0
            continue
        if command[0] == "compare":
            for name in ("旧.sqlite", "新.sqlite"):
                shutil.copy(tmp_path / "库.sqlite", tmp_path / name)
        before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
        run = tongbao(*command)
        after = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
        # The bulletin merged under another name repeats the seed: that check says so is its work.
        assert run.code == (5 if command[:2] == ["annotate", "check"] else 0), (command, run.err)
        assert run.out or before != after, command
