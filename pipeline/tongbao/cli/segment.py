"""``tongbao segment``."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from tongbao.cli.console import complain
from tongbao.errors import TongbaoError
from tongbao.reading import decode, read_file
from tongbao.tagging.words import SegmenterName
from tongbao.tagging.words import segmenter as make


def run(paths: list[Path], name: SegmenterName, separator: str, pkuseg_model: Path | None) -> None:
    """Print the words of every file, line by line; bad files are named and cost only themselves."""
    chosen = make(name, pkuseg_model)
    failed = 0
    for path in paths:
        try:
            text = decode(sys.stdin.buffer.read(), None, "<stdin>")[0] if str(path) == "-" else read_file(path).text
        except TongbaoError as error:
            complain(str(error))
            failed += 1
            continue
        starts = chosen.starts(text).tolist()
        words = [text[a:b] for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]
        for line in _lines(words):
            print(separator.join(line))
    if failed:
        raise typer.Exit(3 if failed < len(paths) else 1)


def _lines(words: list[str]) -> list[list[str]]:
    """Words grouped by the lines of the text; a word that holds a line end ends a line."""
    lines: list[list[str]] = [[]]
    for word in words:
        parts = word.split("\n")
        if parts[0].strip():
            lines[-1].append(parts[0].strip())
        for part in parts[1:]:
            lines.append([part.strip()] if part.strip() else [])
    return lines if lines[-1] else lines[:-1]
