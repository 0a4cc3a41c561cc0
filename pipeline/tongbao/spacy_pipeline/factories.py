"""What the entry points name: spaCy loads this module in every process that makes any pipeline.

An error here would break ``spacy.blank`` for everybody who has tongbao installed, and a slow import would slow it down;
so the rest of tongbao is imported when one of these is called.
"""

# Without `from __future__ import annotations`: spaCy checks the settings of a component against real types only.
from collections.abc import Callable
from typing import TYPE_CHECKING

from spacy.language import Language

if TYPE_CHECKING:
    from tongbao.spacy_pipeline.component import TongbaoComponent
    from tongbao.spacy_pipeline.tokenizer import CharacterTokenizer

#: No text of a bulletin is longer; spaCy's own limit of a million is there for the memory of its parser.
LONGEST_TEXT = 100_000_000


@Language.factory(
    "tongbao",
    assigns=["doc.ents", "doc.spans", "doc._.rows", "doc._.tables"],
    default_config={"model": None},
)
def create_component(nlp: Language, name: str, model: str | None) -> "TongbaoComponent":
    """The component ``tongbao``; ``model`` is a model folder, ``None`` for the one that ships with tongbao.

    In a pipeline that was saved, the saved model takes the place of ``model``.
    """
    from tongbao.spacy_pipeline.component import TongbaoComponent

    return TongbaoComponent(name, model)


def create_tokenizer() -> Callable[[Language], "CharacterTokenizer"]:
    """The tokenizer ``tongbao.characters.v1``: every character is a token."""

    def build(nlp: Language) -> "CharacterTokenizer":
        from tongbao.spacy_pipeline.tokenizer import CharacterTokenizer

        return CharacterTokenizer(nlp.vocab)

    return build


def create_long_texts() -> Callable[[Language], Language]:
    """The callback ``tongbao.long_texts.v1``: a pipeline takes texts of up to ``LONGEST_TEXT`` characters."""

    def raise_limit(nlp: Language) -> Language:
        nlp.max_length = max(nlp.max_length, LONGEST_TEXT)
        return nlp

    return raise_limit
