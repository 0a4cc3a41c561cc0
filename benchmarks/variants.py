"""What a choice in the training is worth: variants of a configuration, trained on the train split, scored side by side.

usage: python benchmarks/variants.py [--config CFG] [--workers N] [--gold FILE.jsonl]... VARIANT...

A variant is ``NAME`` or ``NAME:key=value,key=value``: keys are ``section.key`` of the configuration (``features.words=
none``, ``mentions.c2=0.2``; values as in TOML, bare words allowed), or one of these: ``documents=N``, only the first N
documents of the train split in the order of a hash, for a learning curve; ``hold=V+W``, documents whose ids begin with
these letters are held out in place of the dev split, and scored as ``held``; ``sure=X``, quantities whose indicator is
found with less confidence are read again beside their neighbours (none with 0, all with 2). Each variant is trained
once on the train split and the seed bulletin, and scored on the dev split and on the files of ``--gold`` (F1 of spans;
shares and F1 on matched quantities; F1 of rows). Nothing is written.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from tongbao.annotation import read_gold
from tongbao.annotation.grid import markdown
from tongbao.evaluation.protocols import score_gold
from tongbao.evaluation.table import figure
from tongbao.records import Annotated
from tongbao.training import TrainingConfig, clusters_of, fit, read_config, read_data
from tongbao.training.splits import read_splits

COLUMNS = {
    "Q": "QUANTITY.f1",
    "D": "DEPARTMENT.f1",
    "P": "POLICY.f1",
    "T": "PERIOD.f1",
    "S": "SCOPE.f1",
    "O": "ORGANIZATION.f1",
    "ind": "QUANTITY.indicator",
    "ind.c": "QUANTITY.indicator_char_f1",
    "period": "QUANTITY.period",
    "scope": "QUANTITY.scope",
    "of": "QUANTITY.of",
    "role": "DEPARTMENT.role",
    "row": "QUANTITY.row_f1",
}


@dataclass(frozen=True, slots=True)
class Variant:
    """A name, changes to the configuration, how many documents to train on (all by default), the letters of the batches
    that
    are held out in place of the dev split, and how sure an indicator must be not to be read again.
    """

    name: str
    changes: tuple[tuple[str, Any], ...]
    documents: int | None = None
    hold: tuple[str, ...] = ()
    sure: float | None = None


def parse(text: str) -> Variant:
    """A variant of the command line."""
    name, _, rest = text.partition(":")
    changes: list[tuple[str, Any]] = []
    documents, hold, sure = None, (), None
    for one in filter(None, rest.split(",")):
        key, _, value = one.partition("=")
        if key == "documents":
            documents = int(value)
        elif key == "hold":
            hold = tuple(value.split("+"))
        elif key == "sure":
            sure = float(value)
        else:
            changes.append((key, _value(value)))
    return Variant(name, tuple(changes), documents, hold, sure)


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def changed(config: TrainingConfig, variant: Variant) -> TrainingConfig:
    """The configuration of a variant, validated."""
    data = config.model_dump()
    for key, value in variant.changes:
        section, _, name = key.partition(".")
        data[section][name] = value
    return TrainingConfig.model_validate(data)


def run(job: tuple[TrainingConfig, Variant, list[Path]]) -> list[list[str]]:
    """Train one variant and score it: a row a set of documents."""
    config, variant, files = job
    begun = time.monotonic()
    documents = read_data(config)
    held = held_out(documents, variant, read_splits(config.data.splits or "").dev)
    training = first([one for one in documents if one.id not in held], variant.documents)
    model = fit(changed(config, variant), training, clusters_of(config))
    if variant.sure is not None:
        chains = replace(model.linker.indicator, sure=variant.sure)
        model = replace(model, linker=replace(model.linker, indicator=chains))
    spent = time.monotonic() - begun
    name = "held" if variant.hold else "dev"
    sets = [(name, [one for one in documents if one.id in held]), *((file.stem, [*read_gold(file)]) for file in files)]
    rows = []
    for name, gold in sets:
        scores = score_gold(model, gold)[0].scores
        rows.append([variant.name, name, *(figure(scores[key]) for key in COLUMNS.values()), f"{spent:.0f}"])
    return rows


def held_out(documents: Sequence[Annotated], variant: Variant, dev: Iterable[str]) -> frozenset[str]:
    """The documents that a variant is not trained on: whole batches, or the dev split."""
    if not variant.hold:
        return frozenset(dev)
    return frozenset(one.id for one in documents if one.id.rstrip("0123456789") in variant.hold)


def first(documents: Sequence[Annotated], number: int | None) -> list[Annotated]:
    """The seed bulletin and the first ``number`` others in the order of a hash, in their own order."""
    others = [one.id for one in documents if one.origin != "seed"]
    ordered = sorted(others, key=lambda id: hashlib.sha256(id.encode()).digest())
    kept = set(ordered[:number])
    return [one for one in documents if one.origin == "seed" or one.id in kept]


def main(arguments: Sequence[str]) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, default=Path("configs/default.cfg"))
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--gold", type=Path, action="append", default=[])
    parser.add_argument("variants", nargs="+", type=parse)
    given = parser.parse_args(arguments)
    config, _ = read_config(given.config)
    jobs = [(config, variant, given.gold) for variant in given.variants]
    with ProcessPoolExecutor(given.workers, mp_context=get_context("spawn")) as pool:
        rows = [row for part in pool.map(run, jobs) for row in part]
    print(markdown(["variant", "on", *COLUMNS, "s"], rows))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
