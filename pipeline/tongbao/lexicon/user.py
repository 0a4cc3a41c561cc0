"""A user's own words: bodies, measure words and regions, from one tab-separated file (``docs/lexicon.md``)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias, cast, get_args

from tongbao.errors import LexiconError
from tongbao.lexicon.regions import Gazetteer, Region, RegionLevel
from tongbao.lexicon.tables import read_lines
from tongbao.records import QuantityKind

#: The heading, which a file may have or leave out.
COLUMNS = ("kind", "name", "value", "parent")


@dataclass(frozen=True, slots=True)
class UserLexicon:
    """What a user's file says.

    ``bodies`` are pairs of a name and the full name that it stands for, the same twice where there is no other;
    ``measures`` are measure words with the kind of quantity that they make. The code of a region is that of its parent
    and its name (``350500/泉州高新技术产业开发区``), but that of the gazetteer for a region that stands there too.
    """

    bodies: tuple[tuple[str, str], ...] = ()
    measures: tuple[tuple[str, QuantityKind], ...] = ()
    regions: tuple[Region, ...] = ()

    def joined(self, other: UserLexicon) -> UserLexicon:
        """The words of both; where both speak of one, ``other`` counts."""
        regions = {region.code: region for region in (*self.regions, *other.regions)}
        return UserLexicon(
            tuple(dict((*self.bodies, *other.bodies)).items()),
            tuple(dict((*self.measures, *other.measures)).items()),
            tuple(regions.values()),
        )

    def body_names(self) -> tuple[str, ...]:
        """Every name of a body, short and full, once, in the order of the file."""
        return tuple(dict.fromkeys(name for pair in self.bodies for name in pair))

    def region_names(self) -> frozenset[str]:
        """Every name of a region, short and full."""
        return frozenset(name for region in self.regions for name in (region.short, region.name))


def read_user_lexicon(path: str | Path, known: Gazetteer) -> UserLexicon:
    """Read a user's file: ``kind``, ``name``, ``value`` and ``parent`` on each line, cells at the end left out.

    ``body``: value is the full name, if there is another. ``unit``: value is the kind of quantity. ``region``: value is
    the full name, if there is another, and parent the region round it, from ``known`` or from a line before. Empty
    lines and lines that begin with ``#`` say nothing.

    Raises:
        LexiconError: the file cannot be read or is not UTF-8, or a line is bad: of another kind or length, with a word
            that cannot be one, or with a word that an earlier line has. The message names file and line.
    """
    reader = _Reader(str(path), known)
    for number, line in enumerate(read_lines(Path(path), str(path)), 1):
        reader.read(number, line)
    return UserLexicon(tuple(reader.bodies.items()), tuple(reader.measures.items()), tuple(reader.regions.values()))


_Cells: TypeAlias = tuple[str, str, str]

_PUNCTUATION = re.compile("[、，。；：！？《》〈〉“”,;:!?]")
#: A measure word as the number grammar reads it behind a number.
_MEASURE = re.compile(r"[^\d.+-][^\d]{0,15}")
_NUMERALS = frozenset("零〇一二三四五六七八九十百千万亿兆两俩几数半余多来第")
#: No region's name is longer; what looks for them in a text goes no further.
_LONGEST_REGION = 16
_LEVELS: tuple[tuple[str, RegionLevel], ...] = (
    ("(?:开发|高新|经开|新|园|产业|管理|示范|保税|试验|实验)区", "zone"),
    ("省|自治区", "province"),
    ("市|州|盟|地区", "prefecture"),
    ("县|旗|区", "county"),
    ("街道|镇|乡", "township"),
)


class _Reader:
    """Reads lines and remembers what they hold."""

    def __init__(self, name: str, known: Gazetteer) -> None:
        self.bodies: dict[str, str] = {}
        self.measures: dict[str, QuantityKind] = {}
        self.regions: dict[str, Region] = {}
        self._name = name
        self._known = known
        self._began = False
        self._seen: dict[tuple[str, ...], int] = {}
        self._number = 0
        self._kinds: dict[str, tuple[int, Callable[[_Cells], None]]] = {
            "body": (3, self._body),
            "unit": (3, self._unit),
            "region": (4, self._region),
        }

    def read(self, number: int, line: str) -> None:
        """One line, counted from 1."""
        self._number = number
        if not line.strip() or line.startswith("#"):
            return
        cells = line.split("\t")
        for cell in cells:
            self._check_characters(cell)
        first, self._began = not self._began, True
        if first and tuple(cells) == COLUMNS:
            return
        kind, *rest = cells
        if kind not in self._kinds:
            kinds = ", ".join(self._kinds)
            raise self._error(f"there is no kind {kind!r}", f"begin the line with one of {kinds}, then a TAB")
        most, take = self._kinds[kind]
        while rest and not rest[-1]:  # spreadsheets fill lines up to the same number of cells
            rest.pop()
        if len(rest) + 1 > most:
            raise self._error(f"{len(rest) + 1} cells, but a {kind} has at most {most}", "remove what is too much")
        name, value, parent = (*rest, "", "", "")[:3]
        if not name:
            raise self._error(f"a {kind} needs a name", "write it behind the first TAB")
        take((name, value, parent))

    def _body(self, cells: _Cells) -> None:
        name, full, _ = cells
        self._once("body", name)
        for word in filter(None, (name, full)):
            self._check_name(word)
        self.bodies[name] = full or name

    def _unit(self, cells: _Cells) -> None:
        name, kind, _ = cells
        self._once("unit", name)
        kinds = get_args(QuantityKind)
        if kind not in kinds:
            raise self._error(f"there is no kind of quantity {kind!r}", f"use one of {', '.join(kinds)}")
        if not _MEASURE.fullmatch(name) or _PUNCTUATION.search(name):
            raise self._error(f"{name!r} cannot be a measure word", "write 1 to 16 characters without digits and marks")
        if name[0] in _NUMERALS:
            raise self._error(f"{name!r} begins with a numeral, which belongs to the number", f"write {name[1:]!r}")
        self.measures[name] = cast(QuantityKind, kind)

    def _region(self, cells: _Cells) -> None:
        short, full, around = cells
        name = full or short
        parent = self._parent(around) if around else None
        code = parent.code if parent is not None else ""
        for word in dict.fromkeys((short, name)):
            self._once("region", word, code)
            self._check_name(word)
            if len(word) > _LONGEST_REGION:
                raise self._error(f"{word!r} is too long for a region", f"use at most {_LONGEST_REGION} characters")
        old = self._known.find(name, code or None)
        if old is not None and old.name == name and (parent is None or old.parent == code):
            self.regions[old.code] = Region(old.code, name, short, old.level, old.parent)
        else:
            region = Region(f"{code}/{name}", name, short, self._level(name, parent), code or None)
            self.regions[region.code] = region

    def _parent(self, name: str) -> Region:
        own = next((r for r in self.regions.values() if name in (r.name, r.short, r.code)), None)
        found = own or self._known.by_code.get(name) or self._known.find(name)
        if found is None:
            remedy = "write its six-digit code, or put its own line before this one"
            raise self._error(f"no region, or more than one, is called {name!r}", remedy)
        return found

    def _level(self, name: str, parent: Region | None) -> RegionLevel:
        for ending, level in _LEVELS:
            if re.search(f"(?:{ending})$", name):
                inside = level == "prefecture" and parent is not None and parent.level != "province"
                return "county" if inside else level
        raise self._error(
            f"nothing says what kind of region {name!r} is", "write a full name that ends in 市, 区 or 县"
        )

    def _once(self, *key: str) -> None:
        before = self._seen.setdefault(key, self._number)
        if before != self._number:
            raise self._error(f"{key[0]} {key[1]!r} stands in line {before} already", "remove one of the two")

    def _check_name(self, word: str) -> None:
        if len(word) < 2:
            raise self._error(f"{word!r} is too short for a name", "use two characters or more")
        if _PUNCTUATION.search(word):
            raise self._error(f"{word!r} holds a punctuation mark", "write one name a line")

    def _check_characters(self, cell: str) -> None:
        if cell != cell.strip():
            raise self._error(f"white space at the end of {cell.strip()!r}", "remove it")
        for character in cell:
            if character.isspace() or unicodedata.category(character) in ("Cc", "Cf", "Cs"):
                raise self._error(f"the character U+{ord(character):04X} in a word", "remove it")

    def _error(self, reason: str, remedy: str) -> LexiconError:
        return LexiconError(f"{self._name}:{self._number}", reason, remedy)


def read_user_lexicons(paths: Iterable[str | Path], known: Gazetteer) -> UserLexicon:
    """Several files one after the other; a later one may name regions of an earlier one, and counts before it.

    Raises:
        LexiconError: see ``read_user_lexicon``.
    """
    user = UserLexicon()
    for path in paths:
        user = user.joined(read_user_lexicon(path, known.extended(user.regions)))
    return user
