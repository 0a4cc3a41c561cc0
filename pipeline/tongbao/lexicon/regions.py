"""China's divisions down to counties, found by full or short name from where a text stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias, cast, get_args

from tongbao.errors import LexiconError
from tongbao.lexicon.tables import Source, read_table

#: A zone is a development zone that statistics treat as a county although it is no division of the state.
RegionLevel: TypeAlias = Literal["province", "prefecture", "county", "zone", "township"]

_LEVELS: tuple[RegionLevel, ...] = get_args(RegionLevel)


@dataclass(frozen=True, slots=True)
class Region:
    """A division: six-digit ``code``, full ``name`` (泉州市), ``short`` name (泉州), code of the ``parent``.

    ``short`` equals ``name`` where custom has no shorter one (沧县); ``parent`` is ``None`` for a province. Codes of
    another form and the level ``township`` are those of regions that a user added.
    """

    code: str
    name: str
    short: str
    level: RegionLevel
    parent: str | None


class Gazetteer:
    """Regions in the order of their codes, with look-ups by code and by name. Read-only."""

    __slots__ = ("_by_name", "_by_short", "by_code")

    def __init__(self, regions: Iterable[Region]) -> None:
        self.by_code: Mapping[str, Region] = MappingProxyType({region.code: region for region in regions})
        self._by_name = _grouped((region.name, region) for region in self.by_code.values())
        self._by_short = _grouped((region.short, region) for region in self.by_code.values())

    def extended(self, regions: Iterable[Region]) -> Gazetteer:
        """This gazetteer and other regions, which take the place of those with the same code."""
        return Gazetteer({**self.by_code, **{region.code: region for region in regions}}.values())

    def parents(self, code: str) -> tuple[Region, ...]:
        """The regions round the one with this code, from the nearest out; empty for a province or an unknown code."""
        found: list[Region] = []
        region = self.by_code.get(code)
        while region is not None and region.parent is not None:
            region = self.by_code[region.parent]
            found.append(region)
        return tuple(found)

    def find(self, name: str, within: str | None = None) -> Region | None:
        """The region that ``name`` (full or short) means in a text about the region with the code ``within``.

        The search goes outwards: the region itself and all inside it, then those of its parent, at last the country.
        The first circle that holds the name decides; in it a full name beats a short one (吉林市 is the city, though
        吉林 is the province) and a higher level beats a lower one. ``None`` where the name is unknown or two regions
        have the same claim (鼓楼区 with nothing to say in which city).
        """
        full, short = self._by_name.get(name, ()), self._by_short.get(name, ())
        for circle in (*self._circles(within), None):
            for candidates in (full, short):
                inside = [region for region in candidates if circle is None or self._lies_in(region, circle)]
                if inside:
                    return _highest(inside)
        return None

    def _circles(self, code: str | None) -> tuple[str, ...]:
        if code is None or code not in self.by_code:
            return ()
        return (code, *(region.code for region in self.parents(code)))

    def _lies_in(self, region: Region, code: str) -> bool:
        return code in self._circles(region.code)


def _grouped(pairs: Iterable[tuple[str, Region]]) -> Mapping[str, tuple[Region, ...]]:
    groups: dict[str, tuple[Region, ...]] = {}
    for name, region in pairs:
        groups[name] = (*groups.get(name, ()), region)
    return groups


def _highest(regions: list[Region]) -> Region | None:
    rank = min(_LEVELS.index(region.level) for region in regions)
    best = [region for region in regions if _LEVELS.index(region.level) == rank]
    return best[0] if len(best) == 1 else None


def read_regions(source: Source) -> Gazetteer:
    """The table of regions.

    Raises:
        LexiconError: what ``read_table`` raises; a code that is not six digits, a name left empty, a level that does
            not exist, a province with a parent, or a parent that does not stand in a line before its child.
    """
    regions: dict[str, Region] = {}
    for place, row in read_table(source, ("code", "name", "short", "level", "parent"), key=("code",)):
        _check_region(place, row, regions)
        level = cast(RegionLevel, row["level"])
        regions[row["code"]] = Region(row["code"], row["name"], row["short"], level, row["parent"] or None)
    return Gazetteer(regions.values())


def _check_region(place: str, row: Mapping[str, str], before: Mapping[str, Region]) -> None:
    code, parent, level = row["code"], row["parent"], row["level"]
    if len(code) != 6 or not (code.isascii() and code.isdigit()):
        raise LexiconError(place, f"the code {code!r} is not six digits")
    if not row["name"] or not row["short"]:
        raise LexiconError(place, "a region needs a full and a short name", "repeat the full name if it has no other")
    if level not in _LEVELS:
        raise LexiconError(place, f"there is no level {level!r}", f"use one of {', '.join(_LEVELS)}")
    if (level == "province") != (parent == ""):
        raise LexiconError(place, "a province has no parent, and everything else has one")
    if parent and parent not in before:
        raise LexiconError(place, f"the parent {parent!r} is not known here", "put it into a line before this one")
