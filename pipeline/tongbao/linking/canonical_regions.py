"""Names of regions by themselves: their kinds and levels, and how to find them at the beginning of a name.

Known names come from the gazetteer. Those that it does not hold (a zone founded last year, a place in a made-up
document) are known by their form, where something says that a region begins there.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from functools import cache
from types import MappingProxyType

from tongbao import lexicon

#: The kinds of region that a word for a level can stand for, the likelier first.
KINDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        word: (word,)
        for word in ("省", "自治区", "兵团", "师市", "市", "州", "地区", "盟", "县", "旗", "镇", "乡", "街道")
    }
    | {"区": ("区", "开发区"), "自治州": ("州",), "自治县": ("县",), "自治旗": ("旗",)}
    | dict.fromkeys(("开发区", "经开区", "高新区", "新区"), ("开发区",))
)
#: The level of a kind; that of a 市 depends on the city.
LEVELS: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(("省", "自治区", "兵团"), "province")
    | dict.fromkeys(("师市", "市", "州", "地区", "盟"), "prefecture")
    | dict.fromkeys(("县", "旗", "区", "开发区"), "county")
    | dict.fromkeys(("镇", "乡", "街道"), "township")
)
CORPS = "新疆生产建设兵团"
#: No name of a region is longer than this.
LONGEST = 16

_HAN = "[\u4e00-\u9fff]"
_ZONE = "(?:开发|高新|经开|新|园|工业园|产业园|管理|示范|保税|试验|名胜)区"
#: Characters that no name holds that is known by its form only.
_FUNCTION = (
    "的与及在对把了是等和或各全该本我每两多这那其级到从为由向将会有被所至达共已个家名户条件次万亿元年月日驻推动关于省"
    "称据让使请给但因而又也还就虽且并则好"
)
_STEM = rf"[^{_FUNCTION}\W\da-zA-Z]"
#: 市, 省 and 州 where a name can end: not in 市场, 市民 (but before 民政局), 市政 (but before 政府), 省份, 海州区.
_CITY = (
    "市(?![场区级域辖属值直际]|民(?![政族宗生营防])|容(?!错)|政(?![府协法务]))"
    "|省(?![市区部份级外内直])|州(?![省市县区])"
)


@cache
def pattern(name: str) -> re.Pattern[str]:
    """The patterns of this module, compiled when first used."""
    patterns = {
        "corps": rf"第[一二三四五六七八九十]{{1,3}}师{_HAN}{{2,5}}?市",
        "zone": rf"{_HAN}{{2,14}}?{_ZONE}",
        "region": rf"{_HAN}{{1,14}}?(?:自治区|自治州|自治县|自治旗|地区|省|市|县|区|盟|旗)",
        "prefecture": rf"(?:(?![市县区盟旗]){_STEM}){{2,4}}?州(?![省县区]|市(?!场|政))",
        "town": rf"{_HAN}{{1,4}}?(?:街道|镇|乡)",
        "short_region": rf"{_STEM}{{2,3}}?(?:[县旗区]|{_CITY})|{_STEM}{{3,8}}自治县",
        "village": rf"{_HAN}{{1,4}}(?:村|社区)",
        "short_town": rf"{_STEM}{{2,3}}(?:镇(?![里上区])|乡(?![里下]))",
        "no_region": rf"^(?:{'|'.join(KINDS)}|派?驻|关于|会同|各(?:镇|乡|街道|县|市|区))|[与及在对把等委局厅院部和]"
        "|^门市$|(?:社|小|园|景|辖|片|灾|校|城|山|林|牧|农|库|军|灌|垦|保护|行政|..市)区$|[城山老村]乡$|[乡村城]镇$"
        "|(?:^|..|[大小新老旧古超特强名中山水])城市$|[都超上股楼地夜菜退入]市$|[节反俭边分]省$|[神九]州$"
        "|(?:[强大]|试点|示范|重点|先进|文明)[省市县区]$",
        "station": rf"{_HAN}{{2,6}}(?:站|所|中心)",
        "zone_end": f"{_ZONE}$",
    }
    return re.compile(patterns[name])


def kind_of(name: str) -> str:
    """The kind of a region, a key of ``LEVELS``, by the end of its name; empty where it has none."""
    if name == CORPS:
        return "兵团"
    if pattern("corps").fullmatch(name):
        return "师市"
    if len(name) > 3 and pattern("zone_end").search(name):
        return "开发区"
    for ending in ("自治区", "街道", "地区"):
        if name.endswith(ending):
            return ending
    return name[-1:] if name[-1:] in LEVELS else ""


@cache
def gazetteer_names() -> Mapping[str, str]:
    """The full names of the gazetteer, and what autonomous prefectures are called (凉山州), to the full names.

    Without names that are words of the language too.
    """
    regions = lexicon.load().gazetteer.by_code.values()
    names = {f"{region.short}州": region.name for region in regions if region.name.endswith("自治州")}
    names |= {region.name: region.name for region in regions}
    for word in ("城区", "郊区", "矿区", "新城区", "老城区"):
        del names[word]
    return MappingProxyType({**names, CORPS: CORPS})


@cache
def _cities_in_zhou() -> tuple[str, ...]:
    """Short names that end like an autonomous prefecture's: 苏州 is none, and nor is 江苏苏州."""
    regions = lexicon.load().gazetteer.by_code.values()
    return tuple(region.short for region in regions if region.short.endswith("州"))


def is_no_region(name: str) -> bool:
    """Whether a name that has the form of a region is something else: a word (大城市, 示范区), a city (苏州)."""
    return pattern("no_region").search(name) is not None or name.endswith(_cities_in_zhou())


@cache
def short_names(level: str) -> tuple[Mapping[str, str], re.Pattern[str]]:
    """The short names of all regions of a level of the gazetteer, to the full ones, and a pattern that finds them."""
    names: dict[str, str] = {}
    for region in lexicon.load().gazetteer.by_code.values():
        if region.level == level:
            names.setdefault(region.short, region.name)
    return MappingProxyType(names), re.compile("|".join(sorted(names, key=len, reverse=True)))


@cache
def _body_beginnings() -> frozenset[str]:
    bodies = [body for body in lexicon.load().bodies if body.kind != "central"]
    names = [name for body in bodies for name in (body.full, body.short) if name]
    return frozenset(name[:2] for name in names) | {"人大", "政协", "政府", "中共", "公安", "监察", "执行", "分局"}


def region_chain(name: str, known: Container[str] = ()) -> list[str]:
    """The regions, one inside the other, that the name of a body begins with (福建省, 泉州市).

    A region that is neither in the gazetteer nor ``known`` counts where the name of a body or another region follows
    it, or nothing.
    """
    chain: list[str] = []
    at = 0
    while (found := known_at(name, at, known) or _formed_at(name, at)) is not None:
        chain.append(found)
        at += len(found)
    return chain


def known_at(text: str, at: int, known: Container[str] = ()) -> str | None:
    """The longest name of the gazetteer, or known otherwise, that begins at the offset ``at``."""
    names = gazetteer_names()
    pieces = (text[at : at + length] for length in range(min(LONGEST, len(text) - at), 1, -1))
    return next((piece for piece in pieces if piece in names or piece in known), None)


def _formed_at(text: str, at: int) -> str | None:
    if text.startswith("兵团", at):
        return None
    for form in ("corps", "zone", "prefecture", "region", "town"):
        match = pattern(form).match(text, at)
        if match is None or is_no_region(match[0]) or (form == "zone" and _is_chain(match[0])):
            continue
        rest = text[match.end() : match.end() + LONGEST]
        # 青坪镇水管站: too many of these to list, so that the region in front has to be a short one.
        if pattern("station").fullmatch(rest) and _is_short(text, at, match.end()):
            return match[0]
        if not rest or rest[0] in "委办" or rest[:2] in _body_beginnings() or pattern("village").match(rest):
            return match[0]
        if form != "town" and (known_at(rest, 0) or _formed_at(rest, 0)):
            return match[0]
    return None


def _is_short(text: str, at: int, end: int) -> bool:
    found = (pattern(form).match(text, at) for form in ("short_region", "short_town"))
    return any(match is not None and match.end() == end for match in found)


def _is_chain(name: str) -> bool:
    inner = pattern("region").match(name)
    return inner is not None and inner.end() < len(name) and inner[0][-1] in "省市县"
