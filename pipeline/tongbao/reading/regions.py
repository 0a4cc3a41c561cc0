"""The region that a name begins with, by form alone (省 市 县 区 …): no list of places."""

from __future__ import annotations

import re
from functools import cache

#: Longest name of a kind, with its kind; any other has at most six characters.
_LONGEST = {"省": 4, "自治区": 8, "特别行政区": 7, "自治州": 16, "自治县": 16, "自治旗": 10}


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    kinds = "特别行政区|自治区|自治州|自治县|自治旗|地区|省|市|县|区|州(?![市县区])|盟|旗"
    return {
        "prefix": re.compile(r"^(?:关于|中国共产党|中共|\d{4}年(?:度)?|[《“])+"),
        "name": re.compile(rf"[\u4e00-\u9fff]{{1,13}}?({kinds})"),
        "other": re.compile(
            "^[全我本该各有每两多外跨]|[的与及在对把了是等届委局厅整题]|关于|^(?:城|都|大都|超|门|县|省|上|股|楼|地)市$|"
            "(?:社|小|园|景|辖|开发|经开|高新|示范|保护|集聚|灾)区$|^(?:主城|中心城|老城|大山)区$|"
            "^.区$|^[^吉县沛蒲]?[省市州盟旗]$"
        ),
    }


def leading_region(name: str | None) -> str | None:
    """The longest chain of regions at the beginning of ``name`` (福建省泉州市), after 关于, 中共 or a year.

    ``None`` where it begins with none, or with a word that only looks like one (``全市``, ``城市``, ``示范区``).
    """
    if name is None:
        return None
    patterns = _patterns()
    prefix = patterns["prefix"].match(name)
    start = position = prefix.end() if prefix else 0
    while (match := patterns["name"].match(name, position)) is not None:
        if len(match[0]) > _LONGEST.get(match[1], 6) or patterns["other"].search(match[0]):
            break
        position = match.end()
    return name[start:position] or None
