"""The indicator of each quantity: the second use of the sequence engine.

With one quantity in focus, the characters of its clause and of the clause before are labelled: in front of it
(``B-L``, ``I-L``), behind it (``B-R``, ``I-R``), or no part of its indicator (``O``), as semantic roles are labelled
with one predicate in focus (Gildea and Jurafsky 2002; as one sequence a predicate, Hacioglu et al. 2004). Where that
leaves doubt the quantity is read again beside its neighbours, whose indicators were found the first time (stacked
sequential learning, Cohen and Carvalho 2005): figures that follow one another share words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tongbao.linking.focused import Focused
from tongbao.linking.indicator_features import add_templates
from tongbao.linking.layout import Place
from tongbao.linking.neighbours import neighbours
from tongbao.linking.windows import I64, Windows
from tongbao.records import Span
from tongbao.tagging.crf import Crf, least
from tongbao.tagging.templates import BLOCK_ROWS, Sums, Templates
from tongbao.tagging.weights import F32

ROLES: tuple[str, ...] = ("O", "B-L", "I-L", "B-R", "I-R")
#: Windows decoded together: some ten thousand characters.
_TOGETHER = 1_200
#: A quantity whose indicator is found with less confidence is read again beside its neighbours. What is surer hardly
#: ever changes (docs/decisions.md).
_SURE = 0.9

#: The pieces of an indicator in text order (none where a quantity has no words of its own), and how sure they are.
Found = tuple[tuple[Span, ...], float]


@dataclass(frozen=True, slots=True)
class IndicatorChains:
    """The chain that reads a quantity ``alone``, and the one that reads it ``beside`` its neighbours' indicators, where
    the first is less ``sure`` than that.
    """

    alone: Crf
    beside: Crf
    sure: float = _SURE


def indicator_features(focused: Focused, pieces: Sequence[Sequence[Span]] | None = None) -> NDArray[np.uint32]:
    """Hashed feature ids of every laid-out character of all quantities, ``(M, T)``.

    ``pieces`` are what is known of the indicator of each; with them the features are those of the chain ``beside``.
    """
    laid = Windows.lay(focused.bounds)
    templates = Templates(len(laid.position))
    everyone = np.arange(len(focused.kind))
    beside = () if pieces is None else neighbours(laid, everyone, focused, pieces)
    add_templates(templates, focused, laid, beside)
    return templates.array()


def role_labels(laid: Windows, pieces: Sequence[Sequence[Span]]) -> list[list[str]]:
    """Gold labels of every window, for training; what lies outside its window cannot be learned."""
    out: list[list[str]] = []
    bounds = laid.bounds
    for number, known in enumerate(pieces):
        start, end, focus = int(bounds.start[number]), int(bounds.end[number]), int(bounds.focus_start[number])
        tags = ["O"] * (end - start)
        for piece in known:
            side = "L" if piece.start < focus else "R"
            for position in range(max(piece.start, start), min(piece.end, end)):
                tags[position - start] = ("B-" if position == piece.start else "I-") + side
        out.append(tags)
    return out


def find_indicators(chains: IndicatorChains, focused: Focused) -> list[Found]:
    """The indicator of every quantity.

    The confidence is the least marginal of the labels in the window.
    """
    found = _read(chains.alone, focused, np.arange(len(focused.kind)), None)
    doubtful = np.nonzero(np.array([sure for _, sure in found]) < chains.sure)[0]
    again = _read(chains.beside, focused, doubtful, [pieces for pieces, _ in found])
    for number, one in zip(doubtful.tolist(), again, strict=True):
        found[number] = one
    return found


def read_alone(alone: Crf, focused: Focused) -> list[tuple[Span, ...]]:
    """The pieces of all quantities as the first chain finds them, for the training of the second."""
    found = _read(alone, focused, np.arange(len(focused.kind)), None)
    return [pieces for pieces, _ in found]


def _read(crf: Crf, focused: Focused, chosen: I64, pieces: Sequence[Sequence[Span]] | None) -> list[Found]:
    """The indicators of the quantities ``chosen``, read beside the ``pieces`` of all where these are given."""
    out: list[Found] = []
    for first in range(0, len(chosen), _TOGETHER):
        these = chosen[first : first + _TOGETHER]
        laid = Windows.lay(focused.bounds.of(these))
        path, marginals = crf.decode(
            _emissions(crf, focused, these, laid, pieces), laid.offset[:-1].tolist(), laid.offset[1:].tolist()
        )
        sure = np.take_along_axis(marginals, np.maximum(path, 0)[:, None].astype(np.int64), axis=1)[:, 0]
        sure = least(sure, laid.offset[:-1], laid.offset[1:])
        labels, text = path.tobytes(), focused.columns.packed.text
        borders = pairwise(laid.offset.tolist())
        for at, (begin, end), start, one in zip(
            these.tolist(), borders, laid.bounds.start.tolist(), sure.tolist(), strict=True
        ):
            place = focused.places[at]
            runs = _pieces(labels[begin:end], start, place, text)
            out.append((tuple(_said_once(runs, text, place.base)), one))
    return out


def _emissions(crf: Crf, focused: Focused, chosen: I64, laid: Windows, pieces: Sequence[Sequence[Span]] | None) -> F32:
    """Scores of every laid-out character of the quantities ``chosen``, ``(M, L)``."""
    scores = np.empty((len(laid.position), len(crf.labels)), dtype=np.float32)
    for first, last in laid.groups(BLOCK_ROWS):
        part, these = laid.part(first, last), chosen[first:last]
        sums = Sums(crf.table, len(part.position))
        beside = () if pieces is None else neighbours(part, these, focused, pieces)
        add_templates(sums, focused.of(these), part, beside)
        scores[laid.offset[first] : laid.offset[last]] = sums.scores()
    return scores


#: A run of labels (``ROLES``) that begins at its first one or at one that begins a piece.
_RUN = re.compile(rb"[\x01-\x04][\x02\x04]*")


def _pieces(path: bytes, start: int, place: Place, text: str) -> tuple[Span, ...]:
    """Maximal labelled runs outside the quantity, without white space and marks at their ends, counted from
    ``place.base``.

    ``path`` has a label in each byte.
    """
    first, last = place.start - start, place.end - start
    outside = path[:first] + bytes(last - first) + path[last:]
    runs = (_trimmed(text, start + run.start(), start + run.end()) for run in _RUN.finditer(outside))
    return tuple(Span(run.start - place.base, run.end - place.base) for run in runs if run is not None)


def _said_once(pieces: Sequence[Span], text: str, base: int) -> Iterator[Span]:
    """Pieces, counted from ``base``, without the words that the piece before ends with already.

    Of `工业投资、民间投资分别增长` the first number has `工业投资`, and may be given the `投资` of the second as well:
    while the chain labels that, it does not see what the first name ends with. Gold has one such indicator in 57,000.
    """
    before = ""
    for piece in pieces:
        words = text[base + piece.start : base + piece.end]
        shared = next((n for n in range(min(len(before), len(words)), 1, -1) if before.endswith(words[:n])), 0)
        if shared < len(words):
            yield Span(piece.start + shared, piece.end)
        before = words


#: Marks that open, and the marks that close them.
_OPENING, _CLOSING = "“《‘（(", "”》’）)"


def _trimmed(text: str, start: int, end: int) -> Span | None:
    """A stretch from where words begin to where they end, without a mark at an end that has no partner in it."""
    words = _words().search(text, start, end)
    if words is None:
        return None
    first, last = words.span()
    opening, closing = _OPENING.find(text[first]), _CLOSING.find(text[last - 1])
    if opening >= 0 and text.find(_CLOSING[opening], first, last) < 0:
        return _trimmed(text, first + 1, last)
    if closing >= 0 and text.find(_OPENING[closing], first, last) < 0:
        return _trimmed(text, first, last - 1)
    return Span(first, last)


@cache
def _words() -> re.Pattern[str]:
    """From the first to the last character that can open and close words: bullets, bars and stops can not."""
    return re.compile(r"[\w“《‘\"（](?:[\s\S]*[\w”》’\"）)%％℃])?")
