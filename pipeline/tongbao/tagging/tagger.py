"""The mention tagger: many texts in, labelled spans with confidences out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tongbao.numbers import find_quantities
from tongbao.records import Bulletin, Label, QuantityKind, Span
from tongbao.tagging.arrays import U64, hash_words
from tongbao.tagging.crf import Crf
from tongbao.tagging.features import FeatureOptions, Resources, document_features
from tongbao.tagging.mentions import from_bio, sequences
from tongbao.tagging.words import segmenter

#: Numbers of the quantity kinds in grammar features. The order is part of a model: append, never reorder.
_KIND_NUMBER: dict[QuantityKind, int] = {
    "count": 1,
    "money": 2,
    "ratio": 3,
    "length": 4,
    "area": 5,
    "volume": 6,
    "mass": 7,
    "duration": 8,
    "rank": 9,
    "other": 10,
}


@dataclass(frozen=True, slots=True)
class Tagged:
    """A span that the tagger found and how sure it is (a probability)."""

    label: Label
    span: Span
    confidence: float


@dataclass(frozen=True, slots=True)
class Tagger:
    """A chain with the features it was trained on.

    ``options`` and ``resources`` must be those of the training; a model folder keeps them together.
    """

    crf: Crf
    resources: Resources
    options: FeatureOptions

    def tag(self, bulletin: Bulletin) -> tuple[list[Tagged], NDArray[np.float64]]:
        """The mentions of one document in text order, and the marginals of all labels, ``(len(text), L)``.

        Titles inside titles are not among them: one sequence cannot hold both (``mentions.nested_titles``).
        """
        text = bulletin.text
        if not text:
            return [], np.zeros((0, len(self.crf.labels)))
        emissions = self.crf.emissions(features_of(text, self.resources, self.options))
        pieces = sequences(text, bulletin.sentences)
        path, marginals = self.crf.decode(emissions, [piece.start for piece in pieces], [piece.end for piece in pieces])
        return [Tagged(*found) for found in from_bio(path, marginals)], marginals


def features_of(text: str, resources: Resources, options: FeatureOptions) -> NDArray[np.uint32]:
    """The feature ids of a text, from the text alone: what training and tagging share."""
    starts = None if options.words == "none" else segmenter(options.words).starts(text)
    found = find_quantities(text) if options.grammar else []
    candidates = [(span, _KIND_NUMBER[kind]) for span, kind in found]
    return document_features(text, starts, candidates, resources, options)


def build_resources(clusters: NDArray[np.uint8], lexicon: Sequence[tuple[str, Sequence[str]]]) -> Resources:
    """Look-up tables from a cluster table and named word lists; the order of the lists is part of a model."""
    tables: list[tuple[str, dict[int, U64]]] = [(name, hash_words(sorted(set(words)))) for name, words in lexicon]
    return Resources(clusters, tuple(tables))
