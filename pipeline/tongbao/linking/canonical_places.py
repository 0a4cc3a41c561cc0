"""The regions that a document speaks of, and which of them a bare 市, 县 or 省 means at a place in its text."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from tongbao import lexicon
from tongbao.lexicon import Lexicon, Region
from tongbao.linking.canonical_regions import (
    CORPS,
    KINDS,
    LEVELS,
    LONGEST,
    gazetteer_names,
    is_no_region,
    kind_of,
    pattern,
    region_chain,
    short_names,
)
from tongbao.records import Metadata

#: Names of regions that can be the end of a word, with what stands before them there (形成都市圈).
_IN_WORDS = MappingProxyType({"海城市": "沿", "成都市": "形建变", "东方市": "中", "海城区": "定", "和平区": "持"})

#: Names of regions that begin with a verb.
_VERBS = frozenset(("会同县",))

#: How far before 该县 its name is looked for, in characters.
_NEAR = 200


@dataclass(slots=True, eq=False)
class Place:
    """A region as one document knows it: full ``name``, ``kind`` (a key of ``LEVELS``), ``level``.

    ``prefix`` is what stands in front of the names of its bodies (成都市锦川区, 黔东南州), the name where the document
    does not say otherwise; ``code`` is that of the gazetteer, ``None`` for a region that is not in it; ``parent`` is
    the region round it, where the gazetteer or the text says so.
    """

    name: str
    kind: str
    level: str
    prefix: str
    code: str | None = None
    parent: Place | None = None

    def around(self) -> Iterator[Place]:
        """This region and those round it, from the nearest out."""
        place: Place | None = self
        while place is not None:
            yield place
            place = place.parent


class Hits:
    """Positions in a text, ascending, and the place that each one says is meant from there on."""

    def __init__(self) -> None:
        self._positions: list[int] = []
        self._places: list[Place] = []
        self._agree = True

    def add(self, position: int, place: Place) -> None:
        """Add a hit that lies behind those before it."""
        self._positions.append(position)
        self._places.append(place)
        self._agree = self._agree and place is self._places[0]

    def at(self, position: int) -> Place | None:
        """The place of the nearest hit before ``position``, or that of all hits after it if they agree."""
        before = bisect_right(self._positions, position)
        return self._places[before - 1] if before else self._places[0] if self._agree else None


class Atlas:
    """The places of one document. A name means one place throughout it.

    Args:
        text: its text.
        metadata: what is known of it.
        starts: where the names of bodies begin in the text, ascending: no region's name goes on across such a place.
        chains: the regions in front of the names of bodies in the text.
        words: the shipped lexicon unless another is given; ``added`` are the names of a user's regions in it.
    """

    def __init__(
        self,
        text: str,
        metadata: Metadata,
        starts: Sequence[int],
        chains: Iterable[Sequence[str]],
        words: Lexicon | None = None,
    ) -> None:
        self.text = text
        self.places: dict[str, Place] = {}
        self._starts = starts
        self.words = words or lexicon.load()
        self.added = self.words.user.region_names()
        self._tails = {name[-2:] for name in self.added}
        self._code: str | None = None
        self._named: dict[str, Hits] = {}
        self._implied: dict[str, Hits] = {}
        self._agreed: dict[str, Place | None] | None = None
        self._shorts: dict[str, Place] | None = None
        own = _own_chain(metadata, self.words)
        for name in own:
            region = self.words.find_region(name, self._code)
            self._code = region.code if region is not None else self._code
        for issuer in (metadata.issuer or "").split("、"):
            self._prefix(region_chain(issuer.removeprefix("中共"), self.added), ("县", "旗", "区", "市"))
        for chain in chains:
            self._prefix(chain, ("区",))
        place = self.chain(own)
        for name in _names_by_form(text, starts):
            self.place(name)
        self._scan()
        self._own = {around.kind: around for around in reversed(list(place.around() if place is not None else ()))}

    def place(self, name: str, parent: Place | None = None) -> Place | None:
        """The place with this full name, made if new; ``None`` where the name is of no kind of region."""
        full = self._full_name(name)
        found = self.places.get(full)
        if found is None:
            kind = kind_of(full)
            if not kind:
                return None
            region = self.words.find_region(full, (parent.code if parent is not None else None) or self._code)
            region = region if region is not None and region.name == full else None
            code = region.code if region is not None else None
            prefix = full if name in self.added else name
            found = self.places[full] = Place(full, kind, _level(kind, region, parent), prefix, code)
            self._tails.add(full[-2:])
            above = self.words.parents(code) if code is not None else ()
            found.parent = self.place(above[0].name) if above else None
        if found.parent is None and parent is not None and found not in parent.around():
            found.parent = parent
        return found

    def _full_name(self, name: str) -> str:
        if name not in self.added:
            return gazetteer_names().get(name, name)
        own = [region for region in self.words.user.regions if name in (region.name, region.short)]
        region = own[0] if len(own) == 1 else self.words.find_region(name, self._code)
        return region.name if region is not None else name

    def chain(self, names: Sequence[str]) -> Place | None:
        """The last place of a chain; each lies in the one before it."""
        place: Place | None = None
        for name in names:
            place = self.place(name, place) or place
        return place

    def means(self, word: str, at: int) -> Place | None:
        """The place that ``word``, a key of ``KINDS``, means at the offset ``at``; ``None`` where nothing says.

        The document's own region decides; else the last one named before (or the only one named after); else the one
        that the last named part of it lies in (福建省 for 晋江市); else the one that all short names in the text
        agree on.
        """
        if word == "兵团":
            return self.place(CORPS)
        kinds = KINDS[word]
        own = next((self._own[kind] for kind in kinds if kind in self._own), None)
        if own is not None:
            return own
        for kind in kinds:
            place = self._named[kind].at(at) if kind in self._named else None
            if place is not None:
                return place
        # In a document of 内蒙古自治区 a 省 that it does not name is not to be guessed from a county of one.
        if any(place.level == LEVELS[kinds[0]] for place in self._own.values()):
            return None
        implied = (self._implied[kind].at(at) for kind in kinds if kind in self._implied)
        return next((place for place in implied if place is not None), None) or self._by_short_names(kinds)

    def county(self, at: int) -> Place | None:
        """The county, district or banner that a town at the offset ``at`` lies in."""
        own = next((place for place in self._own.values() if place.level == "county"), None)
        found = (self._named[kind].at(at) for kind in ("县", "区", "旗") if kind in self._named)
        return own or next((place for place in found if place is not None), None)

    def short_named(self, surface: str) -> Place | None:
        """The city, county or district that no gazetteer holds and whose short name ``surface`` begins with."""
        if self._shorts is None:
            self._shorts = {
                name[:-1]: place
                for name, place in self.places.items()
                if place.code is None and len(name) > 2 and place.kind in ("市", "县", "区", "旗", "省", "州")
            }
        pieces = (surface[:end] for end in range(min(LONGEST, len(surface) - 1), 1, -1))
        return next((self._shorts[piece] for piece in pieces if piece in self._shorts), None)

    def _prefix(self, chain: Sequence[str], kinds: Sequence[str]) -> None:
        """Learn from the chain before a body's name what stands before the names of the bodies of a county.

        Districts share their names with many others, and are named with their city; other counties only where the
        issuer of the document names itself so.
        """
        self.chain(chain)
        start = 1 if chain and kind_of(chain[0]) in ("省", "自治区") else 0
        for end in range(start + 2, len(chain) + 1):
            place = self.place(chain[end - 1])
            if place is not None and place.kind in kinds and place.prefix == place.name:
                place.prefix = "".join(chain[start:end])

    def _scan(self) -> None:
        """Find the names of regions in the text, and what each of them implies."""
        text, starts = self.text, self._starts
        provinces, _ = short_names("province")
        last: tuple[int, Place] | None = None
        for match in _patterns()["name"].finditer(text):
            end = match.end()
            if match["short"]:
                place = self.place(provinces[match["short"]])
            else:
                start = self._start_of_name(end, last[0] if last else -1)
                if start is None or bisect_left(starts, end) > bisect_right(starts, start):
                    continue
                place = self.place(text[start:end], last[1] if last and last[0] == start else None)
            if place is not None:
                last = (end, place)
                self._hit(end, place)

    def _start_of_name(self, end: int, last: int) -> int | None:
        text, names, places = self.text, gazetteer_names(), self.places
        # Most that end with such a character (全省, 社区) end as no known name does.
        tail = text[end - 2 : end]
        known = tail in self._tails or tail in _gazetteer_tails()
        for start in range(max(0, end - LONGEST), end - 1) if known else ():
            name = text[start:end]
            if name in places or name in names or name in self.added:
                # Two characters can be the end of anything: 甲省和|乙县, 市和|县 against 和县; and 局会同|县医院.
                loose = len(name) == 2 or name in _VERBS
                loose = loose and name not in places and start not in (0, last) and text[start - 1].isalpha()
                return None if loose or (start and text[start - 1] in _IN_WORDS.get(name, "")) else start
        follows = last >= 0 and _patterns()["next"].fullmatch(text, last, end)
        return last if follows and not is_no_region(text[last:end]) else None

    def _hit(self, at: int, place: Place) -> None:
        for around in place.around():
            # The prefecture of a county comes from the gazetteer, where the county may be another of the same name.
            sure = around is place or place.level != "county" or place.prefix.startswith(around.name)
            (self._named if sure else self._implied).setdefault(around.kind, Hits()).add(at, around)

    def _by_short_names(self, kinds: Sequence[str]) -> Place | None:
        """The place of one of these kinds that all short names in the text (广西, 潍坊) lie in or are."""
        if self._agreed is None:
            self._agreed = {}
            shorts = (match[0] for match in _patterns()["short"].finditer(self.text))
            names = {**short_names("prefecture")[0], **short_names("province")[0]}
            for short in dict.fromkeys(shorts):
                place = self.place(names[short])
                for around in place.around() if place is not None else ():
                    if self._agreed.setdefault(around.kind, around) is not around:
                        self._agreed[around.kind] = None
        return next((found for kind in kinds if (found := self._agreed.get(kind)) is not None), None)


@cache
def _gazetteer_tails() -> frozenset[str]:
    """The last two characters of the names of the gazetteer."""
    return frozenset(name[-2:] for name in gazetteer_names())


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    provinces = short_names("province")[1].pattern
    named = pattern("short_region").pattern
    return MappingProxyType(
        {
            "name": re.compile(
                rf"(?:^|(?<=[。！；]))在?(?P<short>{provinces})(?![省市])|[省市县区州盟旗团镇乡道]", re.MULTILINE
            ),
            # 形成都市圈 and 变成都市 do not name 成都, nor 真金白银 白银.
            "short": re.compile(
                # The look at the first character saves hundreds of alternatives at all others.
                rf"(?=[{_first_characters('province', 'prefecture')}])(?<![形变])(?<!真金)"
                rf"(?:{provinces}|{short_names('prefecture')[1].pattern})"
            ),
            "next": re.compile(rf"{named}|{pattern('short_town').pattern}"),
            "sure": re.compile(rf"(?:《|——|^\s*|该[省市])({named})|在(?P<comma>{named})[,，]", re.MULTILINE),
            "session": re.compile("第[一二三四五六七八九十]{1,3}届"),
            "of_session": re.compile(rf"(?:共产党|政协|在|(?<![\u4e00-\u9fff]))({named})$"),
            "likely": re.compile(rf"(?:[\n。；：、，（“在于称]|[:;,(])({named}|{pattern('short_town').pattern})"),
            "corps": pattern("corps"),
        }
    )


def _first_characters(*levels: str) -> str:
    """The characters that the short names of regions of these levels begin with."""
    return "".join(sorted({name[0] for level in levels for name in short_names(level)[0]}))


def _names_by_form(text: str, starts: Sequence[int]) -> set[str]:
    """Names of counties and towns that the gazetteer need not hold, from where they are likely to begin in ``text``.

    At the beginning of a line or a title, or before the number of a congress (江浦市第十七届), once is enough, at the
    beginning of a clause it takes two, and does not make a city (which may be of county rank: 临湖区、汤山市); before
    该县, 乡 and 镇 the nearest one in reach counts.
    """
    found = _patterns()
    names = {match[1] or match["comma"] for match in found["sure"].finditer(text)}
    for session in found["session"].finditer(text):
        names.update(found["of_session"].findall(text[max(0, session.start() - LONGEST) : session.start()]))
    likely = Counter(match[1] for match in found["likely"].finditer(text))
    names |= {name for name, count in likely.items() if count > 1 and name[-1] not in "市省州"}
    for start in starts:
        if start and (text[start - 1] == "该" or text.startswith(("乡", "镇"), start)):
            near = found["likely"].finditer(text, max(0, start - _NEAR), start)
            names.update([match[1] for match in near if text.startswith(match[1][-1], start)][-1:])
    names |= {match[0] for match in found["corps"].finditer(text)}
    return {name for name in names if not is_no_region(name)}


def _level(kind: str, region: Region | None, parent: Place | None) -> str:
    if region is not None:
        return "county" if region.level == "zone" else region.level
    if kind == "市" and parent is not None and parent.level == "prefecture":
        return "county"
    return LEVELS[kind]


def _own_chain(metadata: Metadata, words: Lexicon) -> list[str]:
    """The regions that the document is of: its region, or where its issuer goes further in, the issuer's."""
    known = words.user.region_names()
    own = region_chain(metadata.region or "", known)
    if metadata.region and not own:
        region = words.find_region(metadata.region)
        own = [region.name] if region is not None else []
    for name in (metadata.issuer or "").split("、"):
        chain = region_chain(name.removeprefix("中共"), known)
        if chain and (not own or own[-1] in chain):
            return chain
    return own
