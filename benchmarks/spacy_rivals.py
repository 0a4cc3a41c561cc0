"""spaCy's own span finders on our gold: conversion to DocBin, training by a configuration, prediction.

usage: python -m benchmarks.spacy_rivals OUT.spacy FILE.jsonl...

The command writes gold files as a DocBin for ``spacy train``; ``benchmarks.rivals`` calls the functions. Every
character is a token, so no span is off the grid. ``doc.ents`` has of overlapping mentions the longest, which is all
that NER can learn; ``doc.spans["tongbao"]`` has every mention, for spancat.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import cast

import spacy
from spacy.cli.train import train
from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab

from tongbao.annotation import read_gold
from tongbao.records import Annotated, Label, Span
from tongbao.spacy_pipeline.bridge import GROUP, to_doc

#: One authored document in so many is not learned from: these say when to stop.
STOPPING = 10


def doc_bin(documents: Iterable[Annotated]) -> DocBin:
    """Gold as spaCy reads it: tokens, entities and span groups, without the annotation of links.

    Raises:
        ReadingError: a text has half of a surrogate pair.
    """
    vocab = Vocab()
    return DocBin(attrs=["ORTH", "ENT_IOB", "ENT_TYPE"], docs=[to_doc(document, vocab) for document in documents])


def cut(documents: Sequence[Annotated]) -> tuple[list[Annotated], list[Annotated]]:
    """What to learn from and what to stop by: the first tenth of the authored documents in the order of a hash."""
    authored = [document.id for document in documents if document.origin == "authored"]
    ordered = sorted(authored, key=lambda name: hashlib.sha256(f"stopping:{name}".encode()).digest())
    kept = set(ordered[: max(1, len(ordered) // STOPPING)])
    learned = [document for document in documents if document.id not in kept]
    return learned, [document for document in documents if document.id in kept]


def fit(
    config: Path, learned: Sequence[Annotated], kept: Sequence[Annotated], folder: Path
) -> Callable[[str], list[tuple[Label, Span]]]:
    """Train a pipeline as ``spacy train`` does, and return what finds spans with its best weights.

    ``learned`` is trained on, ``kept`` says when to stop; files go into ``folder``.
    """
    nlp = spacy.load(train_into(folder, config, learned, kept))
    return lambda text: spans_of(nlp(text))


def train_into(
    folder: Path, config: Path, learned: Sequence[Annotated], kept: Sequence[Annotated], steps: int | None = None
) -> Path:
    """Train a pipeline, for no more than ``steps`` where they are given, and return the folder of its best weights."""
    overrides: dict[str, str | int] = {} if steps is None else {"training.max_steps": steps}
    for name, part in (("train", learned), ("dev", kept)):
        path = folder / f"{name}.spacy"
        doc_bin(part).to_disk(path)
        overrides[f"paths.{name}"] = str(path)
    with redirect_stdout(sys.stderr):
        train(config, folder / "model", overrides=overrides)
    return folder / "model" / "model-best"


def spans_of(doc: Doc) -> list[tuple[Label, Span]]:
    """The spans that a pipeline set: its group if it categorizes spans, else its entities."""
    found = doc.spans.get(GROUP, doc.ents)
    return [(cast(Label, span.label_), Span(span.start, span.end)) for span in found]


def main(arguments: Sequence[str]) -> int:
    """Write a DocBin."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("gold", type=Path, nargs="+")
    given = parser.parse_args(arguments)
    doc_bin(document for file in given.gold for document in read_gold(file)).to_disk(given.out)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
