"""``tongbao`` run in this process, as the installed command runs it."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pytest

from tongbao.cli import main

TEXT = "甲州市供水情况通报\n2023年，全市检查水厂34座，罚没1.24万元。\n"


@dataclass(frozen=True)
class Run:
    code: int
    out: str
    err: str


Tongbao: TypeAlias = Callable[..., Run]


@pytest.fixture
def tongbao(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Tongbao:
    """Run the command with arguments (paths may be paths) and bytes on standard input."""

    def run(*arguments: str | Path, stdin: bytes = b"") -> Run:
        monkeypatch.setattr(sys, "argv", ["tongbao", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="ascii"))
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        assert isinstance(end.value.code, int)
        return Run(end.value.code, out, err)

    return run


@pytest.fixture
def bulletin(tmp_path: Path) -> Path:
    """A file that can be read."""
    path = tmp_path / "bulletin.txt"
    path.write_text(TEXT, "utf-8")
    return path


@pytest.fixture
def bad(tmp_path: Path) -> dict[str, Path]:
    """Files that cannot, by what is wrong with them."""
    folder = tmp_path / "bad"
    folder.mkdir()
    contents = {"empty": b"", "blank": b" \n\t\n", "elf": b"\x7fELF\x02\x01\x01\0", "undecodable": b"\xb2\xe2\xff\xff"}
    paths = {name: folder / f"{name}.txt" for name in contents}
    for name, data in contents.items():
        paths[name].write_bytes(data)
    return {**paths, "missing": folder / "missing.txt"}
