from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

LINES = ["甲州市教育局检查水厂34座。", "群众满意。"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.txt"
    path.write_text("\n".join(LINES) + "\n", "utf-8")
    return path


@pytest.mark.parametrize("segmenter", ["jieba", "rjieba", "char"])
def test_words_line_by_line(tongbao: Any, file: Path, segmenter: str) -> None:
    run = tongbao("segment", file, "--segmenter", segmenter)
    assert (run.code, run.err) == (0, "")
    lines = run.out.splitlines()
    assert [line.replace(" ", "") for line in lines] == LINES
    assert ("教 育 局" in lines[0]) == (segmenter == "char")
    assert len(lines[1].split()) > 1


def test_the_separator(tongbao: Any, file: Path) -> None:
    run = tongbao("segment", file, "--segmenter", "char", "--separator", "/")
    assert run.out.splitlines()[1] == "群/众/满/意/。"


def test_standard_input(tongbao: Any) -> None:
    run = tongbao("segment", "-", "--segmenter", "char", stdin="群众\r\n\r\n满意".encode("gb18030"))
    assert (run.code, run.out) == (0, "群 众\n\n满 意\n")


def test_pkuseg_without_a_model(tongbao: Any, file: Path, tmp_path: Path) -> None:
    run = tongbao("segment", file, "--segmenter", "pkuseg", "--pkuseg-model", tmp_path / "none")
    assert (run.code, run.out) == (1, "")
    assert len(run.err.splitlines()) == 1
    assert str(tmp_path / "none") in run.err
    assert "--segmenter jieba" in run.err


@pytest.mark.parametrize(("with_good", "code"), [(True, 3), (False, 1)])
def test_bad_files_are_named(tongbao: Any, file: Path, bad: dict[str, Path], with_good: bool, code: int) -> None:
    run = tongbao("segment", *bad.values(), *([file] if with_good else []), "--segmenter", "char")
    assert run.code == code
    assert len(run.err.splitlines()) == len(bad)
    assert all(str(path) in run.err for path in bad.values())
    assert bool(run.out) == with_good
