"""The surface of a period in one plain form, before its grammar is read."""

from __future__ import annotations

import re

from tongbao.numbers.numerals import fold_forms, parse_numeral

_HOURS = "清晨|凌晨|早晨|早上|上午|中午|正午|下午|傍晚|晚上?|夜里|夜间|深夜|白天"
#: A time of the day: 下午4点, 9时20分许, 零时, 晚8点半.
_CLOCK = re.compile(
    rf"(?:{_HOURS})?(?:\d{{1,2}}|[零一二三四五六七八九十]{{1,3}})(?:时|点)(?![期间节])(?:\d{{1,2}}分|半)?许?"
)
_DOTTED = re.compile(r"(?<!\d)((?:19|20)\d\d)[./-](\d{1,2})[./-](\d{1,2})(?!\d)日?")
_SPACES = re.compile(r"\s+")
_BRACKETS = re.compile(r"\([^()]*\)")
_SAME_DAY = re.compile(rf"^当日(?={_CLOCK.pattern})")
_PART_OF_DAY = re.compile(rf"(?<=日)(?:{_HOURS})")
_THAT_DAY = re.compile(r"(?<=\d日)\S{0,10}那天$")
_IDLE = re.compile(r"(?<=月)当月$|(?<=\d[年月日])间$|^(?:刚刚)?过去的(?=.{4}年)")
_IN_WORDS = re.compile(r"[零〇○一二三四五六七八九十两]+(?=年|月|日|个月|个?季度|、[二三四]季度)")
_THAT_YEAR = re.compile(r"(?<=[今去前明\d]年)(?:1年|当年)$")
_FIGURES = re.compile(r"(?:19|20)\d\d")
#: Two months, quarters or years in a row: 8月、9月两个月, 今年二、三季度, 2024年和2025年.
_PAIR = re.compile(r"(\d{1,4})(年|月|季度)?[、和](\d{1,4})(年|月|季度)(?:2个(?:月|季度)|2年)?(?=$|以|前)")


def written_out(surface: str) -> str:
    """A surface without spaces, its digits folded, and days and years in figures alone written out: 2024.1.1, 2024."""
    text = _DOTTED.sub(r"\1年\2月\3日", _SPACES.sub("", fold_forms(surface)))
    return f"{text}年" if _FIGURES.fullmatch(text) else text


def plain_surface(surface: str) -> str:
    """A surface with its digits folded, without times of the day, and with pairs as ranges: 7月22日清晨 is 7月22日."""
    text = written_out(surface).replace("份", "")
    text = _BRACKETS.sub("", text).replace("首季度", "首季").replace("首季", "1季度")
    text = _CLOCK.sub("", _SAME_DAY.sub("同日", text))
    text = _THAT_DAY.sub("", _PART_OF_DAY.sub("", text))
    text = _IN_WORDS.sub(_digits, _IDLE.sub("", text))
    text = "当月" if text == "月内" else text
    text = _PAIR.sub(_joined, text)
    return _THAT_YEAR.sub("", text)


def _digits(match: re.Match[str]) -> str:
    value = parse_numeral(match[0])
    return match[0] if value is None else f"{value}"


def _joined(match: re.Match[str]) -> str:
    """2季度、3季度 as the range that they are, where the second follows the first."""
    first, second, unit = match[1], match[3], match[4]
    return f"{first}{unit}至{second}{unit}" if int(second) == int(first) + 1 else match[0]
