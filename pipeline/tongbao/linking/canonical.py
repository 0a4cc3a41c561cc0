"""The full name of each department: ``市教育局`` in a bulletin of Quanzhou is ``泉州市教育局``.

The region's name in full comes first, and behind it the body as the text writes it (泉州市资规局); the same name with
the body's short name spelled out (泉州市自然资源和规划局) stands beside it, and is what the tables and the gold
annotations hold.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType

from tongbao import lexicon
from tongbao.lexicon import Lexicon
from tongbao.linking.canonical_full import spelled_out
from tongbao.linking.canonical_places import Atlas, Place
from tongbao.linking.canonical_regions import KINDS, region_chain, short_names
from tongbao.linking.canonical_user import in_full
from tongbao.records import Bulletin, Metadata, Span


@dataclass(frozen=True, slots=True)
class CanonicalName:
    """Which body a mention is; all ``None`` where nothing in the document says it.

    ``name``: region and body as written (泉州市资规局). ``full``: the same spelled out (泉州市自然资源和规划局), equal
    to ``name`` where the lexicon knows no longer form, or more than one. ``level``: central, province, prefecture,
    county or township. ``region``: full name of the region that the body is of (泉州市), ``None`` for a central body.
    """

    name: str | None
    level: str | None = None
    region: str | None = None
    full: str | None = None


_NOTHING = CanonicalName(None)


def canonical_names(bulletin: Bulletin, spans: Sequence[Span], words: Lexicon | None = None) -> list[CanonicalName]:
    """The canonical name of each department mention, in the order given.

    - A name that begins with its region keeps it; a district named alone (锦川区) gets the city before it where the
      document writes so in front of a body, a town its county.
    - 市, 县, 省 … become the document's own region of that kind (from its metadata, or the regions round it); else the
      region named last before in the text, else the only one that the text names at all.
    - A central body is its own canonical name.
    - An office without a region (局办公室, 医院党委, 驻局纪检监察组) gets the name of the body before it or of the
      issuer.
    - A body named only by function (住建部门, 派驻纪检监察组, 监督检查室) has none, nor a level (县（市、区）纪委监委),
      a body behind 各 or 某, or one whose region nothing says.

    White space inside a mention does not count. Linear in the text; nothing is raised.

    A user's short name of a body becomes the full one that the user gave, a user's region its full name. A user's full
    name stands for itself where nothing says its region.

    Args:
        bulletin: the document.
        spans: its department mentions, in text order.
        words: the shipped lexicon unless another is given; a user's words in it count first.
    """
    words = words or lexicon.load()
    known = words.user.region_names()
    full = {name: full for name, full in words.user.bodies if name != full}
    surfaces = [in_full("".join(span.of(bulletin.text).split()), full, known) for span in spans]
    parsed = {surface: _parse(surface, known) for surface in dict.fromkeys(surfaces)}
    chains = [name.chain for name in parsed.values() if name.chain]
    atlas = Atlas(bulletin.text, bulletin.metadata, sorted({span.start for span in spans}), chains, words)
    namer = _Namer(bulletin.metadata, atlas)
    complete = {name for _, name in words.user.bodies if not _patterns()["level"].match(name)}
    found = [namer.name(parsed[surface], span.start) for span, surface in zip(spans, surfaces, strict=True)]
    return [
        CanonicalName(surface, full=surface) if name.name is None and surface in complete else name
        for name, surface in zip(found, surfaces, strict=True)
    ]


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    levels = "|".join(sorted(KINDS, key=len, reverse=True))
    named = "大学|学院|学校|医院|公司|集团|村|社区"
    patterns = {
        "before": "^(?:中国共产党|中共)(?!中央)|^派?驻(?=.*纪检监察组$)",
        "central": "^(?:(?:中共)?中央|党中央|国务院|国家|全国|最高人民|最高[法检]|中国(?!共产党)|"
        "中纪委|中组部|中宣部|中办|国办)",
        "function": "(?:部门|机关|机构|纪检监察组|工作组|检查组|领导小组)$|"
        "^(?:纪委监委|纪委|监委|政府|法院|检察院|监督检查室|审查调查室)$",
        # 县（市、区）纪委监委 is a level.
        "plural": f"^[(（][{''.join(KINDS)}、]+[)）]",
        # 市场监管局, 市政管理局 and 乡村振兴局 begin with no word for a level.
        "level": rf"^(?:{levels})(?!级|域|际|$)(?<!市(?=场|容|政[^府协务法]))(?<!乡(?=村|镇))",
        "organization": rf"^(?:中共|中国共产党)?(.{{2,30}}?(?:{named}))(?:委员会|党|关于|$)",
        "of_organization": "^(?:医院|院|学校|校|集团|公司)?(?=党委|纪委)",
        "named_organization": rf"^.{{2,}}(?:{named})(?:党委|纪委|党组|党支部|党总支|委员会)",
        "resident": "^派?驻([局厅])纪检监察组$",
        "residing": "驻.+([局厅])纪检监察组$",
        "of_body": "^(局|厅|专班)(?=.)",
        "police": "^(.{2,4})公安分局$",
        "customs": "^(.{2,5})海关",
        "discipline": "^(.+?纪委监委|.+?纪委)",
        "discipline_office": "(?:监督检查|审查调查|纪检监察|党风政风监督|案件审理|案件监督管理|信访)室$",
        "issuing_body": "^(?:中共|中国共产党)?(.+[局厅])",
    }
    return MappingProxyType({name: re.compile(pattern) for name, pattern in patterns.items()})


@cache
def _central_names() -> tuple[str, ...]:
    """Names that stand for a central body wherever they stand: not 医保局, which a county has too."""
    bodies = [body for body in lexicon.load().bodies if body.kind == "central"]
    names = {name for body in bodies for name in (body.full, body.short) if name}
    return tuple(sorted(name for name in names if re.search("^[中国全最党]|[部署]$|总局$", name)))


@dataclass(frozen=True, slots=True)
class _Parsed:
    """A surface taken apart: 中共 or 驻 ``before`` it, the regions it begins with or the word for a level, the body."""

    surface: str
    before: str = ""
    chain: tuple[str, ...] = ()
    word: str = ""
    body: str = ""
    central: bool = False


def _parse(surface: str, known: Container[str]) -> _Parsed:
    patterns = _patterns()
    function = patterns["function"].search(surface) is not None
    if patterns["central"].match(surface) or (not function and surface.startswith(_central_names())):
        return _Parsed(surface, central=True)
    match = patterns["before"].match(surface)
    before = match[0] if match else ""
    rest = surface[len(before) :]
    chain = tuple(region_chain(rest, known))
    if chain:
        return _Parsed(surface, before, chain, "", rest[sum(map(len, chain)) :])
    match = patterns["level"].match(rest)
    if match:
        return _Parsed(surface, before, (), match[0], rest[match.end() :])
    return _Parsed(surface, before, body=rest)


class _Namer:
    """Names the departments of one document in text order, and remembers what it named."""

    def __init__(self, metadata: Metadata, atlas: Atlas) -> None:
        self._atlas = atlas
        self._organization = _organization(metadata)
        self._full: dict[str, str] = {}
        self._by_end: dict[str, CanonicalName] = {}
        self._last: dict[str, CanonicalName] = {}
        self._issuer: CanonicalName | None = None
        for issuer in (metadata.issuer or "").split("、"):
            self._learn_issuer("".join(issuer.split()))

    def name(self, parsed: _Parsed, at: int) -> CanonicalName:
        """The canonical name of what stands at the offset ``at``."""
        # 各镇党委, 某省委巡视组: every body of a kind, or one that the text does not want to name.
        unnamed = self._atlas.text[max(0, at - 1) : at] in ("各", "某")
        found = _NOTHING if unnamed else self._find(parsed, at)
        name = found.name
        if name is None:
            return found
        if name not in self._full:
            self._full[name] = spelled_out(name, self._atlas.text, self._atlas.added)
        found = replace(found, full=self._full[name])
        self._remember(name, found)
        return found

    def _learn_issuer(self, issuer: str) -> None:
        match = _patterns()["issuing_body"].match(issuer)
        if match is not None:
            self._issuer = self.name(_parse(match[1], self._atlas.added), 0)
        if issuer:
            self.name(_parse(issuer, self._atlas.added), 0)

    def _remember(self, name: str, found: CanonicalName) -> None:
        """Keep a name for the short forms of it that may follow."""
        if self._by_end.get(name) != found:
            for start in range(max(0, len(name) - 24), len(name) - 1):
                self._by_end[name[start:]] = found
        match = _patterns()["discipline"].match(name)
        if match is not None:
            self._last["室"] = replace(found, name=match[1])
        words = [word for word in ("局", "厅", "专班") if name.endswith(word)]
        words += [f"驻{match[1]}" for match in _patterns()["residing"].finditer(name)]
        for word in words:
            if self._last.setdefault(word, found) != found:
                self._last[word] = _NOTHING

    def _find(self, parsed: _Parsed, at: int) -> CanonicalName:
        if parsed.central:
            return self._central(parsed.surface)
        if not parsed.body and not parsed.word:
            return _NOTHING
        if not parsed.chain and not parsed.word:
            return self._bare(parsed, at)
        if parsed.body == "分局" and parsed.surface in self._by_end:
            return self._by_end[parsed.surface]
        if parsed.word and _patterns()["plural"].match(parsed.body):
            return _NOTHING
        if parsed.body == "局":
            return self._issuer or self._last.get("局", _NOTHING)
        if not parsed.chain:
            return self._named(self._atlas.means(parsed.word, at), parsed, at)
        place = self._atlas.chain(parsed.chain)
        if place is not None and (len(parsed.chain) > 1 or place.kind == "州"):
            return CanonicalName(parsed.surface, place.level, place.name)
        return self._named(place, parsed, at)

    def _central(self, surface: str) -> CanonicalName:
        """A central body, or its office in a region (国家统计局泉州调查队), which is of that region's level."""
        body = max((name for name in _central_names() if surface.startswith(name)), key=len, default=surface)
        rest = surface[len(body) :].removeprefix("驻")
        place = self._atlas.chain(region_chain(rest, self._atlas.added))
        if place is not None:
            return CanonicalName(surface, place.level, place.name)
        return _short_named(surface, rest) or CanonicalName(surface, "central")

    def _named(self, place: Place | None, parsed: _Parsed, at: int) -> CanonicalName:
        if place is None:
            return _NOTHING
        prefix = place.prefix
        if place.level == "township":
            county = place.parent or self._atlas.county(at)
            prefix = (county.prefix if county is not None else "") + prefix
        return CanonicalName(parsed.before + prefix + parsed.body, place.level, place.name)

    def _bare(self, parsed: _Parsed, at: int) -> CanonicalName:
        """A name without a region or a level: a part of a body named elsewhere, or a name that is complete so."""
        patterns, surface = _patterns(), parsed.surface
        resident = patterns["resident"].match(surface)
        if resident is not None:
            return self._last.get("驻" + resident[1], _NOTHING)
        if not surface or patterns["function"].search(surface):
            return _NOTHING
        match = patterns["of_organization"].match(surface)
        if match is not None:
            return CanonicalName(self._organization + surface[match.end() :]) if self._organization else _NOTHING
        if surface in self._by_end:
            return self._by_end[surface]
        if patterns["named_organization"].match(surface):
            return CanonicalName(surface)
        whole, part = self._whole(surface)
        if whole is not None and whole.name is not None:
            return replace(whole, name=whole.name + part)
        if surface.startswith(("党工委", "管委会")):
            return self._named(self._atlas.means("开发区", at), parsed, at)
        if surface.endswith("厅"):
            return self._named(self._atlas.means("省", at) or self._atlas.means("自治区", at), parsed, at)
        return self._placed(surface)

    def _whole(self, surface: str) -> tuple[CanonicalName | None, str]:
        """The body that an internal office belongs to, and the office's name: 局办公室, 第一纪检监察室, 人事科."""
        patterns = _patterns()
        match = patterns["of_body"].match(surface)
        if match is not None:
            issuer = self._issuer if match[1] == "局" else None
            return issuer or self._last.get(match[1]), surface[match.end() :]
        if patterns["discipline_office"].search(surface):
            return self._last.get("室"), surface
        return self._issuer if surface[-1] in "科处股" else None, surface

    def _placed(self, surface: str) -> CanonicalName:
        """A name that begins with a region's short name: 杭州海关, 涧东公安分局."""
        patterns = _patterns()
        match = patterns["police"].match(surface)
        for ending in ("区", "县", "市") if match else ():
            place = self._atlas.places.get(match[1] + ending) if match else None
            if match and place is not None and place.parent is not None:
                return CanonicalName(f"{place.parent.prefix}公安局{match[1]}分局", place.level, place.name)
        found = _short_named(surface, surface)
        if found is not None:
            return found
        place = self._atlas.short_named(surface) if surface[-1] in "局委关队" else None
        if place is not None:
            return CanonicalName(surface, place.level, place.name)
        match = patterns["customs"].match(surface)
        region = self._atlas.words.find_region(match[1]) if match is not None else None
        return CanonicalName(surface, "county", region.name) if region is not None else _NOTHING


def _short_named(surface: str, rest: str) -> CanonicalName | None:
    """``surface`` as a complete name, if ``rest`` of it begins with a region's short name and goes on."""
    for level in ("prefecture", "province"):
        names, found = short_names(level)
        match = found.match(rest)
        if match is not None and match.end() < len(rest):
            return CanonicalName(surface, level, names[match[0]])
    return None


def _organization(metadata: Metadata) -> str | None:
    """The hospital, school or company that a document is of."""
    for name in (metadata.issuer, metadata.title):
        match = _patterns()["organization"].match(name or "")
        if match is not None:
            return match[1]
    return None
