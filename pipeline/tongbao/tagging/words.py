"""Segmenters: where words begin.

A segmenter is a function from a text to the ascending offsets at which its words begin; word ``i`` ends where word
``i + 1`` begins, so no segmenter can lose or change a character. The private jieba tokenizer takes the words of the
project's lexicon and keeps no cache file: jieba's own cache is a marshal file in a folder that other users may write.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Literal, Protocol, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from tongbao import lexicon
from tongbao.errors import ModelError

SegmenterName: TypeAlias = Literal["jieba", "rjieba", "pkuseg", "char"]
SEGMENTERS: tuple[SegmenterName, ...] = get_args(SegmenterName)


class Segmenter(Protocol):
    """``starts(text)`` gives the word beginnings; ``starts[0] == 0`` unless the text is empty."""

    def starts(self, text: str) -> NDArray[np.int64]:
        """Ascending offsets of word beginnings, shape ``(words,)``."""


#: A text longer than this is cut into words passage by passage: its words as strings take ten times its room.
_PASSAGE = 100_000
#: Neither jieba nor rjieba joins these to what stands behind them.
_PASSAGE_END = re.compile("[\n。]")


def _passages(text: str) -> Iterator[str]:
    """The text in pieces of at least ``_PASSAGE`` characters that end where a word certainly does."""
    start = 0
    while start < len(text):
        found = _PASSAGE_END.search(text, start + _PASSAGE)
        end = found.end() if found else len(text)
        yield text[start:end]
        start = end


def _starts_of(cut: Callable[[str], Iterable[str]], text: str) -> NDArray[np.int64]:
    lengths = np.concatenate(
        [
            np.zeros(0, dtype=np.int64),
            *(np.fromiter(map(len, cut(part)), dtype=np.int64) for part in _passages(text)),
        ]
    )
    if int(lengths.sum()) != len(text):
        raise AssertionError("a segmenter lost or added characters")
    starts = np.zeros(len(lengths), dtype=np.int64)
    np.cumsum(lengths[:-1], out=starts[1:])
    return starts


class CharSegmenter:
    """Every character is a word."""

    def starts(self, text: str) -> NDArray[np.int64]:
        """See ``Segmenter``."""
        return np.arange(len(text), dtype=np.int64)


class JiebaSegmenter:
    """jieba with a tokenizer of its own, so that no other user of the module shares its state."""

    def __init__(self, words: Sequence[str]) -> None:
        import jieba

        jieba.setLogLevel(logging.WARNING)
        self._tokenizer = jieba.Tokenizer()
        self._load(words)

    def _load(self, words: Sequence[str]) -> None:
        """Fill the tokenizer without its cache file: the dictionary is parsed, which takes about a second."""
        tokenizer = self._tokenizer
        tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
        tokenizer.initialized = True
        for word in words:
            tokenizer.add_word(word)

    def starts(self, text: str) -> NDArray[np.int64]:
        """See ``Segmenter``."""
        return _starts_of(self._tokenizer.cut, text)


class RjiebaSegmenter:
    """The Rust port of jieba: the same dictionary and the same model, fifteen times as fast."""

    def __init__(self, words: Sequence[str]) -> None:
        import rjieba

        self._tokenizer = rjieba.Jieba()
        for word in words:
            self._tokenizer.add_word(word, None, None)

    def starts(self, text: str) -> NDArray[np.int64]:
        """See ``Segmenter``."""
        # Rust has no lone surrogates: another character stands in for each, so that offsets stay.
        sound = text.encode("utf-8", "replace").decode("utf-8")
        return _starts_of(self._tokenizer.cut, sound)


class PkusegSegmenter:
    """spacy-pkuseg with a model trained by this project; the named models of the library are downloads."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise ModelError(
                str(folder), "no pkuseg model here", "train one, or choose --segmenter jieba, rjieba or char"
            )
        import spacy_pkuseg

        try:
            # The absolute path, since a bare name could be that of a model which the library would download.
            self._tokenizer = spacy_pkuseg.pkuseg(str(folder.absolute()))
        except Exception as error:  # the library and its readers each raise their own on a damaged file
            raise ModelError(
                str(folder),
                f"not a pkuseg model: {error}",
                "train it again, or choose --segmenter jieba, rjieba or char",
            ) from error

    def starts(self, text: str) -> NDArray[np.int64]:
        """See ``Segmenter``. pkuseg drops white space, so words are laid back onto the text one by one."""
        starts: list[int] = []
        end = 0
        for word in self._tokenizer.cut(text):
            found = text.index(word, end)
            starts.extend(range(end, found))
            starts.append(found)
            end = found + len(word)
        starts.extend(range(end, len(text)))
        return np.asarray(starts, dtype=np.int64)


def segmenter(name: SegmenterName, pkuseg_model: Path | None = None, added: tuple[str, ...] = ()) -> Segmenter:
    """The segmenter of that name; jieba and rjieba with the words of the project's lexicon and ``added`` ones.

    Raises:
        ModelError: ``pkuseg_model``, or the folder that ships for want of one, holds no pkuseg model.
    """
    if name == "pkuseg" and pkuseg_model is not None:
        return PkusegSegmenter(pkuseg_model)
    return _shared(name, added)


def default_pkuseg() -> Path:
    """Folder of the segmenter that ships with tongbao; ``tongbao train configs/segmenter.cfg`` makes it."""
    return Path(str(resources.files("tongbao.models").joinpath("pkuseg")))


@lru_cache(maxsize=8)
def _shared(name: SegmenterName, added: tuple[str, ...]) -> Segmenter:
    """One tokenizer a set of words: they are read-only once built, and building one costs up to a second."""
    if name == "char":
        return CharSegmenter()
    if name == "pkuseg":
        return PkusegSegmenter(default_pkuseg())
    words = (*lexicon.load().user_words(), *added)
    return JiebaSegmenter(words) if name == "jieba" else RjiebaSegmenter(words)
