"""The words that a model works with: the lexicon with a user's words in it, made ready for look-up."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from tongbao import lexicon
from tongbao.lexicon import Lexicon
from tongbao.numbers import UnitTable, shipped_units
from tongbao.tagging.arrays import U64, hash_words


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """A lexicon and what follows from the user's words in it.

    ``units`` are the units of the number grammar; ``segmented`` the words that segmenters get beside those of the
    shipped lexicon, sorted; ``bodies`` hashes of the user's names of bodies (``arrays.hash_words``); ``regions`` the
    full names of all regions.
    """

    lexicon: Lexicon
    units: UnitTable
    segmented: tuple[str, ...]
    bodies: dict[int, U64]
    regions: frozenset[str]

    @classmethod
    def build(cls, words: Lexicon) -> Vocabulary:
        """What follows from ``words``, the shipped lexicon with or without a user's words."""
        return cls(
            lexicon=words,
            units=shipped_units().with_measures(words.user.measures),
            segmented=tuple(sorted({*words.user_words()} - {*lexicon.load().user_words()})),
            bodies=hash_words(sorted(words.user.body_names())),
            regions=frozenset(words.words("region_full")),
        )


@cache
def shipped_vocabulary() -> Vocabulary:
    """That of the lexicon as it ships."""
    return Vocabulary.build(lexicon.load())
