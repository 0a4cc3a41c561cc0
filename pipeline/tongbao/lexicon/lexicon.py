"""The lexicon: regions, bodies and cue words, loaded once and read-only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal, TypeAlias, TypeVar, get_args

from tongbao.errors import LexiconError
from tongbao.lexicon.regions import Gazetteer, Region, read_regions
from tongbao.lexicon.tables import Source, read_table
from tongbao.lexicon.user import UserLexicon

#: The family of a body, which says in front of which names of regions its base name stands (see the room's README).
BodyKind: TypeAlias = Literal[
    "central",
    "province",
    "local",
    "government",
    "party",
    "congress",
    "justice",
    "police",
    "vertical",
    "institution",
    "township",
    "function",
    "people",
]

_T = TypeVar("_T")
_KINDS: tuple[BodyKind, ...] = get_args(BodyKind)


@dataclass(frozen=True, slots=True)
class Body:
    """An organ: ``full`` base name without its region (市场监督管理局), a ``short`` name (市监局) or ``None``."""

    full: str
    short: str | None
    kind: BodyKind
    note: str = ""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Everything that tongbao knows about words before it has learned anything.

    ``bodies`` has a line for each short name, so a full name may stand in several; ``categories`` maps the name of
    a category to its words, in the order of the tables and without repetition. ``titles`` are laws and rules that
    everyone names without title marks. ``user`` are the words that a user added; they stand in the other fields too.
    """

    gazetteer: Gazetteer
    bodies: tuple[Body, ...]
    categories: Mapping[str, tuple[str, ...]]
    titles: frozenset[str]
    user: UserLexicon = field(default_factory=UserLexicon)

    def extended(self, user: UserLexicon) -> Lexicon:
        """This lexicon and a user's words; a user's region takes the place of the one with the same code."""
        both = self.user.joined(user)
        if both == self.user:
            return self
        added = {
            "region_full": (region.name for region in user.regions),
            "region_short": (region.short for region in user.regions),
            "body_full": (full for _, full in user.bodies),
            "body_short": (name for name, full in user.bodies if name != full),
        }
        categories = {name: _distinct((*words, *added.get(name, ()))) for name, words in self.categories.items()}
        bodies = (Body(full, name if name != full else None, "institution", "user") for name, full in user.bodies)
        return replace(
            self,
            gazetteer=self.gazetteer.extended(user.regions),
            bodies=_distinct((*self.bodies, *bodies)),
            categories=MappingProxyType(categories),
            user=both,
        )

    def words(self, category: str) -> tuple[str, ...]:
        """The words of a category: ``region_full``, ``region_short``, ``body_full``, ``body_short``, or ``cue_*``.

        Raises:
            LexiconError: there is no such category.
        """
        if category not in self.categories:
            raise LexiconError(category, "no such category of words", f"use one of {', '.join(self.categories)}")
        return self.categories[category]

    def find_region(self, name: str, within: str | None = None) -> Region | None:
        """What ``name`` means in a text about the region with the code ``within``; see ``Gazetteer.find``."""
        return self.gazetteer.find(name, within)

    def parents(self, code: str) -> tuple[Region, ...]:
        """The regions round the one with this code, from the nearest out."""
        return self.gazetteer.parents(code)

    def full_names(self, short: str) -> tuple[str, ...]:
        """The full base names that a short one stands for (市监局 → 市场监督管理局), in the order of the table."""
        return _distinct(body.full for body in self.bodies if body.short == short)

    def user_words(self) -> tuple[str, ...]:
        """The words for the user dictionary of a segmenter, sorted.

        All names of regions and bodies but the short names of counties and zones: many of those are words of the
        language too (和平, 友谊, 互助), and a dictionary would cut them out of longer words.
        """
        regions = self.gazetteer.by_code.values()
        shorts = (region.short for region in regions if region.level in ("province", "prefecture"))
        categories = ("region_full", "body_full", "body_short")
        return tuple(sorted({*shorts, *(word for category in categories for word in self.words(category))}))


@cache
def load() -> Lexicon:
    """The lexicon that comes with the package; read once.

    Raises:
        LexiconError: a table has a bad or duplicate line.
    """
    folder = files("tongbao.lexicon")
    return build(
        read_regions(folder.joinpath("regions.tsv")),
        read_bodies(folder.joinpath("bodies.tsv")),
        read_cues(folder.joinpath("cues.tsv")),
        read_titles(folder.joinpath("titles.tsv")),
    )


def build(
    gazetteer: Gazetteer, bodies: tuple[Body, ...], cues: Mapping[str, tuple[str, ...]], titles: frozenset[str]
) -> Lexicon:
    """A lexicon from its four tables."""
    regions = gazetteer.by_code.values()
    categories = {
        "region_full": _distinct(region.name for region in regions),
        "region_short": _distinct(region.short for region in regions),
        "body_full": _distinct(body.full for body in bodies),
        "body_short": _distinct(body.short for body in bodies if body.short is not None),
        **{f"cue_{name}": words for name, words in cues.items()},
    }
    return Lexicon(gazetteer, bodies, MappingProxyType(categories), titles)


def read_bodies(source: Source) -> tuple[Body, ...]:
    """The table of bodies: short name (may be empty), full name, kind, note (may be empty).

    Raises:
        LexiconError: what ``read_table`` raises; a line without a full name, or a kind that does not exist.
    """
    bodies: list[Body] = []
    for place, row in read_table(source, ("short", "full", "kind", "note"), key=("short", "full")):
        if not row["full"]:
            raise LexiconError(place, "a body needs a full name")
        kind = row["kind"]
        if kind not in _KINDS:
            raise LexiconError(place, f"there is no kind {kind!r}", f"use one of {', '.join(_KINDS)}")
        bodies.append(Body(row["full"], row["short"] or None, kind, row["note"]))
    return tuple(bodies)


def read_cues(source: Source) -> Mapping[str, tuple[str, ...]]:
    """The table of cue words, by category.

    Raises:
        LexiconError: what ``read_table`` raises; a line with an empty cell.
    """
    cues: dict[str, tuple[str, ...]] = {}
    for place, row in read_table(source, ("category", "word"), key=("category", "word")):
        if not row["category"] or not row["word"]:
            raise LexiconError(place, "a cue needs a category and a word")
        cues[row["category"]] = (*cues.get(row["category"], ()), row["word"])
    return MappingProxyType(cues)


def read_titles(source: Source) -> frozenset[str]:
    """The table of titles.

    Raises:
        LexiconError: what ``read_table`` raises; an empty line.
    """
    titles: set[str] = set()
    for place, row in read_table(source, ("title",), key=("title",)):
        if not row["title"]:
            raise LexiconError(place, "a title needs a name")
        titles.add(row["title"])
    return frozenset(titles)


def _distinct(words: Iterable[_T]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(words))
