"""The texts that benchmarks read: the project's own corpus, or folders of other text that stay where they are."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle
from pathlib import Path

from tongbao.annotation import read_gold
from tongbao.errors import TongbaoError
from tongbao.reading import can_read, read_file

CORPUS = Path(__file__).resolve().parent.parent / "annotations" / "gold"


def corpus() -> list[str]:
    """The texts of all gold documents, in the order of their files."""
    return [document.text for path in sorted(CORPUS.rglob("*.jsonl")) for document in read_gold(path)]


def texts_of(folders: Sequence[Path]) -> list[str]:
    """The text of every file in the folders that can be read; the corpus where no folder is named."""
    if not folders:
        return corpus()
    found: list[str] = []
    for path in (path for folder in folders for path in sorted(folder.rglob("*"))):
        if path.is_file() and can_read(path):
            try:
                found.append(read_file(path).text)
            except TongbaoError:
                continue
    if not found:
        raise SystemExit(f"{', '.join(map(str, folders))}: no text here (name folders with .txt files)")
    return found


def documents_of(texts: Sequence[str], size: int) -> list[str]:
    """Whole texts, from the first on and round again, until they have ``size`` characters; the last one is cut."""
    out: list[str] = []
    left = size
    for text in cycle(texts):
        if left <= 0:
            return out
        out.append(text[:left])
        left -= len(out[-1])
    return out


def one_document(texts: Sequence[str], size: int) -> str:
    """A document of ``size`` characters: the texts, each on lines of its own, from the first on and round again."""
    return "".join(documents_of([text.rstrip("\n") + "\n" for text in texts], size))
