"""Make a folder of documents as a batch has them: mixed from the corpus, of many sizes and formats, poisoned or not.

usage: python benchmarks/mix.py FOLDER [--documents 10000] [--seed 13] [--texts FOLDER]... [--poison 0.01]

Documents are runs of paragraphs of the gold documents, and of the texts in other folders where some are named: those
stay outside of the repository. Sizes are log-normal with a median of 2,000 characters, up to 30,000; most documents are
plain text, some of them in GB18030, some HTML, some DOCX, some in ZIP archives. The same seed makes the same documents.

``--poison SHARE`` adds so many bad files (``KINDS`` in ``poison.py``) between the same good ones, which keep their
names; the name of a bad file ends in ``x-`` and its kind.
"""

from __future__ import annotations

import argparse
import sys
import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from formats import docx_bytes, html_bytes
from mixing import Format, Mixed, mixed, paragraphs_of
from poison import poisons
from texts import corpus, texts_of

#: Documents in a folder, and in an archive.
_IN_FOLDER = 1_000
_IN_ARCHIVE = 5
#: The suffix of each format but the archive, and what makes bytes of a text.
_SUFFIXES: dict[Format, tuple[str, Callable[[str], bytes]]] = {
    "txt": (".txt", str.encode),
    "gb18030": (".txt", lambda text: text.encode("gb18030")),
    "html": (".html", html_bytes),
    "docx": (".docx", docx_bytes),
}


def place(folder: Path, number: int) -> Path:
    """Where a document lies, without its suffix."""
    return folder / f"{number // _IN_FOLDER:03}" / f"{number:06}"


def write(folder: Path, document: Mixed, others: Iterable[Mixed]) -> int:
    """Write a document, or an archive of it and ``others``; how many characters there were in all."""
    stem = place(folder, document.number)
    stem.parent.mkdir(parents=True, exist_ok=True)
    if document.format == "zip":
        packed = [document, *others]
        with zipfile.ZipFile(stem.with_suffix(".zip"), "w", zipfile.ZIP_DEFLATED) as archive:
            for number, one in enumerate(packed):
                # A fixed date: the same documents make the same bytes.
                archive.writestr(zipfile.ZipInfo(f"{number:02}.txt"), one.text, zipfile.ZIP_DEFLATED)
        return sum(len(one.text) for one in packed)
    text = document.text
    suffix, packed_as = _SUFFIXES[document.format]
    stem.with_suffix(suffix).write_bytes(packed_as(text))
    return len(text)


def make(folder: Path, sources: Sequence[Sequence[str]], documents: int, seed: int, poison: float) -> str:
    """Fill the folder; what it holds, in a line."""
    bad = round(documents * poison)
    characters = number = 0
    while number < documents:
        document = mixed(sources, number, seed)
        more = min(_IN_ARCHIVE, documents - number) if document.format == "zip" else 1
        rest = [mixed(sources, number + further, seed) for further in range(1, more)]
        characters += write(folder, document, rest)
        number += more
    for index, one in enumerate(poisons(bad)):
        at = index * documents // bad
        stem = place(folder, at)
        stem.parent.mkdir(parents=True, exist_ok=True)
        one.write(stem.with_name(f"{stem.name}x-{one.kind}{one.suffix}"), mixed(sources, at, seed).text)
    return f"{documents:,} documents, {characters:,} characters, {bad:,} bad files"


def main(arguments: Sequence[str]) -> int:
    """Make the folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--documents", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument("--texts", type=Path, action="append", default=[], help="a folder of other text")
    parser.add_argument("--poison", type=float, default=0.0, help="bad files, as a share of the good ones")
    given = parser.parse_args(arguments)
    if given.folder.exists() and any(given.folder.iterdir()):
        parser.error(f"{given.folder} is not empty")
    others = texts_of(given.texts) if given.texts else []
    sources = [paragraphs for text in (*corpus(), *others) if (paragraphs := paragraphs_of(text))]
    print(f"{given.folder}: {make(given.folder, sources, given.documents, given.seed, given.poison)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
