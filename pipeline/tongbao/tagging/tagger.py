"""The mention tagger: many texts in, labelled spans with confidences out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tongbao.records import Bulletin, Label, Span
from tongbao.tagging.columns import FeatureOptions, Resources, TextColumns, text_columns
from tongbao.tagging.crf import Crf
from tongbao.tagging.features import mention_features
from tongbao.tagging.mentions import from_bio, sequences, whole_titles


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

    def columns(self, text: str) -> TextColumns:
        """What the model sees of a text before any template."""
        return text_columns(text, self.resources, self.options)

    def tag(self, bulletin: Bulletin, columns: TextColumns) -> tuple[list[Tagged], NDArray[np.float64]]:
        """The mentions of one document in text order, and the marginals of all labels, ``(len(text), L)``.

        Titles inside titles are not among them: one sequence cannot hold both (``mentions.nested_titles``).
        """
        text = bulletin.text
        if not text:
            return [], np.zeros((0, len(self.crf.labels)))
        emissions = self.crf.emissions(mention_features(columns, self.options.brackets))
        pieces = sequences(text, bulletin.sentences)
        path, marginals = self.crf.decode(emissions, [piece.start for piece in pieces], [piece.end for piece in pieces])
        return [Tagged(*found) for found in whole_titles(text, from_bio(path, marginals))], marginals
