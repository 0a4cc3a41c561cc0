"""Periods of time: a surface to its first and last day, where the text and the document's date fix them."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from tongbao.numbers.numerals import fold_forms, parse_numeral
from tongbao.records import Period

_UNKNOWN = Period(None, None)
#: The sixth five-year plan ran from 1981 to 1985, and every one since follows the one before.
_FIRST_PLAN, _FIRST_PLAN_YEAR = 6, 1981
_RELATIVE = {"今年": 0, "本年": 0, "本年度": 0, "今年度": 0, "去年": -1, "前年": -2, "明年": 1, "下年": 1}
_QUARTERS = {"1": (1, 3), "2": (4, 6), "3": (7, 9), "4": (10, 12)}
_TENS = {"上旬": (1, 10), "中旬": (11, 20), "下旬": (21, 31)}


class _Days(NamedTuple):
    first: date
    last: date


class _Context(NamedTuple):
    """What the surface leaves out: the document's date, and the period named before."""

    anchor: date | None
    previous: Period | None

    @property
    def named(self) -> date | None:
        """A day of the period named before."""
        return None if self.previous is None else self.previous.last or self.previous.first

    def year(self) -> int | None:
        """The year of a surface that names none: that of the period before, else of the document."""
        day = self.named or self.anchor
        return day.year if day else None

    def year_of_month(self, month: int) -> int | None:
        """The same for a month, which cannot lie after the document's date unless a period before says so."""
        if self.named is None and self.anchor is not None and month > self.anchor.month:
            return self.anchor.year - 1
        return self.year()


def parse_period(surface: str, anchor: date | None = None, previous: Period | None = None) -> Period:
    """The days that a PERIOD surface covers, both inclusive; ``None`` where the text does not fix them.

    - ``2023年``, ``2022年度``, ``2023年7-12月``, ``5月6日至6月28日``, ``一季度``, ``前三季度``, ``上半年``,
      ``“十四五”时期``: first and last day.
    - ``截至X``, ``至X``, ``到X``: ``first`` is ``None`` and ``last`` the last day of X, since such a figure is a total
      up to that day from a start that the words do not say; ``截至目前`` ends on ``anchor``.
    - ``X前``: ``last`` is the last day that still counts (``7月底前``: 31 July; ``9月15日前``: that day;
      ``2021年以前``: the end of 2020).
    - ``自X起``, ``X起``: ``last`` is ``None``. ``X以来``: ``last`` is ``anchor``.
    - ``年末``, ``9月底``: that one day.
    - A year or month that the surface leaves out comes from ``previous``, the period named before in the text, else
      from ``anchor``, the document's date. 今年, 去年 and 本月 count from ``anchor`` alone; 上年 is the year before
      ``previous``; 上年同期 is ``previous`` one year earlier.
    - Lengths and habits (``近三年``, ``每月``), events (``整治前``) and seasons give ``Period(None, None)``, and so
      does anything that the grammar does not read whole: it never guesses.

    Args:
        surface: the span's characters.
        anchor: the date of the document (published, or the end of the year of its title).
        previous: the period named before this one.
    """
    text = _plain(surface)
    context = _Context(anchor, previous)
    try:
        return _bounded(text, context)
    except ValueError:  # a day that the calendar does not have: 2月30日
        return _UNKNOWN


def _plain(surface: str) -> str:
    text = re.sub(r"\s+", "", fold_forms(surface)).replace("份", "")
    text = re.sub(r"(?<=[日时])?(?:上午|下午|晚上|夜间|凌晨|白天|晚)?\d{1,2}时(?:\d{1,2}分)?许?", "", text)
    text = re.sub(r"(?<=日)(?:上午|下午|晚上?|夜间|凌晨|白天)", "", text)
    return re.sub(r"[零〇○一二三四五六七八九十两]+(?=年|月|日|个月|个?季度)", _digits, text)


def _digits(match: re.Match[str]) -> str:
    value = parse_numeral(match[0])
    return match[0] if value is None else f"{value}"


def _bounded(text: str, context: _Context) -> Period:
    """The forms that are open at one end, then the closed ones."""
    if text in ("截至目前", "截至当前", "至今", "截至现在", "截至日前"):
        return Period(None, context.anchor)
    for pattern, reader in ((_until(), _read_until), (_since(), _read_since), (_before(), _read_before)):
        match = pattern.fullmatch(text)
        if match:
            return reader(match, context)
    days = _stretch(text, context)
    return Period(*days) if days else _UNKNOWN


@cache
def _until() -> re.Pattern[str]:
    return re.compile(r"(?:截至|截止到?|到|至)(.+?)(?:为?止)?(?P<before>前)?")


@cache
def _since() -> re.Pattern[str]:
    return re.compile(r"(?:自|从)?(.+?)(起|以来|至今|来)")


@cache
def _before() -> re.Pattern[str]:
    return re.compile(r"(?:在)?(.+?)(以前|之前|前)")


def _read_until(match: re.Match[str], context: _Context) -> Period:
    days = _stretch(match[1], context)
    return Period(None, days.last) if days else _UNKNOWN


def _read_since(match: re.Match[str], context: _Context) -> Period:
    days = _stretch(match[1], context)
    if days is None or (match[2] == "来" and not match[1].endswith("以")):
        return _UNKNOWN
    return Period(days.first, None if match[2] == "起" else context.anchor)


def _read_before(match: re.Match[str], context: _Context) -> Period:
    days = _stretch(match[1], context)
    if days is None:
        return _UNKNOWN
    if match[2] == "前" or days.first == days.last:
        return Period(None, days.last)
    return Period(None, days.first - timedelta(days=1))


# --- closed stretches ----------------------------------------------------------------------------------------------


def _stretch(text: str, context: _Context) -> _Days | None:
    for reader in (_plan, _comparison, _single, _range):
        days = reader(text, context)
        if days is not None:
            return days
    return None


def _plan(text: str, context: _Context) -> _Days | None:
    match = re.fullmatch(
        r"[“\"「]?([六七八九十]|十[一二三四五六七八九])五[”\"」]?(?:时期|期间|规划期?|的[五5]年)?", text
    )
    if not match:
        return None
    number = parse_numeral(match[1])
    if number is None:
        return None
    year = _FIRST_PLAN_YEAR + 5 * (int(number) - _FIRST_PLAN)
    return _Days(date(year, 1, 1), date(year + 4, 12, 31))


def _comparison(text: str, context: _Context) -> _Days | None:
    """上年同期, 去年同期: the period before, a year earlier; 上年: the year before that period's."""
    previous = context.previous
    if text in ("上年同期", "去年同期"):
        if previous is None or previous.first is None or previous.last is None:
            return None
        return _Days(_year_earlier(previous.first), _year_earlier(previous.last))
    match = re.fullmatch(r"上(?:一)?年度?(.*)", text)
    year = context.year()
    if not match or year is None:
        return None
    return _within(year - 1, match[1], context)


def _year_earlier(day: date) -> date:
    last = monthrange(day.year - 1, day.month)[1]
    ends_month = day.day == monthrange(day.year, day.month)[1]
    return date(day.year - 1, day.month, last if ends_month else min(day.day, last))


def _single(text: str, context: _Context) -> _Days | None:
    """A year, half, quarter, month, ten days, week or day."""
    match = re.fullmatch(r"(\d{4})年(.*)", text)
    if match:
        return _within(int(match[1]), match[2], context)
    relative = max((word for word in _RELATIVE if text.startswith(word)), key=len, default="")
    if relative:
        if context.anchor is None:
            return None
        return _within(context.anchor.year + _RELATIVE[relative], text[len(relative) :], context)
    days = _about_anchor(text, context)
    if days is not None:
        return days
    rest = re.sub(r"^(?:当年|全年|年内)", "", text)
    months = re.findall(r"(\d{1,2})月", rest)
    year = context.year_of_month(int(months[-1])) if months else context.year()
    if year is None:
        return None
    if rest == "" or not re.match(r"年?[初末底]|度", rest) or text.startswith("年"):
        return _within(year, re.sub(r"^年(?=[初末底])", "", rest), context)
    return None


def _about_anchor(text: str, context: _Context) -> _Days | None:
    """本月, 上月, 本季度, 本周, 上周: counted from the document's date; 23日 and 当月 from the period before."""
    anchor, named = context.anchor, context.named
    day = re.fullmatch(r"(\d{1,2})日", text)
    if day and named is not None:
        return _Days(date(named.year, named.month, int(day[1])), date(named.year, named.month, int(day[1])))
    if text == "当月" and named is not None:
        return _month(named.year, named.month)
    if anchor is None:
        return None
    if text in ("本月", "上月", "上个月"):
        before = date(anchor.year, anchor.month, 1) - timedelta(days=1)
        return _month(anchor.year, anchor.month) if text == "本月" else _month(before.year, before.month)
    if text in ("本季度", "本季"):
        first = 3 * ((anchor.month - 1) // 3) + 1
        return _months(anchor.year, first, first + 2)
    if text in ("本周", "上周"):
        monday = anchor - timedelta(days=anchor.weekday() + (7 if text == "上周" else 0))
        return _Days(monday, monday + timedelta(days=6))
    return None


def _within(year: int, rest: str, context: _Context) -> _Days | None:
    """The stretch that ``rest`` names inside ``year``; all of it where nothing is left."""
    if not 1000 <= year <= 9998:
        return None
    if rest in ("", "度", "全年", "年度", "一年", "整年", "年内"):
        return _months(year, 1, 12)
    fixed = {"上半年": (1, 6), "下半年": (7, 12)}.get(rest)
    if fixed:
        return _months(year, *fixed)
    if rest in ("底", "末", "年底", "年末", "初", "年初"):
        day = date(year, 1, 1) if rest.endswith("初") else date(year, 12, 31)
        return _Days(day, day)
    return _quarter(year, rest) or _month_or_day(year, rest) or _range(f"{year}年{rest}", context)


def _quarter(year: int, rest: str) -> _Days | None:
    match = re.fullmatch(r"(第|前)?([1-4])个?季度?(末|底)?", rest)
    if match:
        first, last = _QUARTERS[match[2]]
        days = _months(year, 1 if match[1] == "前" else first, last)
        return _Days(days.last, days.last) if match[3] else days
    match = re.fullmatch(r"前(\d{1,2})个?月", rest)
    return _months(year, 1, int(match[1])) if match and 1 <= int(match[1]) <= 12 else None


def _month_or_day(year: int, rest: str) -> _Days | None:
    match = re.fullmatch(r"(\d{1,2})月(?:(\d{1,2})[日号]|(上旬|中旬|下旬)|(底|末))?", rest)
    if not match:
        return None
    month = _month(year, int(match[1]))
    if match[2]:
        day = date(year, int(match[1]), int(match[2]))
        return _Days(day, day)
    if match[3]:
        first, last = _TENS[match[3]]
        return _Days(month.first.replace(day=first), month.first.replace(day=min(last, month.last.day)))
    return _Days(month.last, month.last) if match[4] else month


def _month(year: int, month: int) -> _Days:
    return _months(year, month, month)


def _months(year: int, first: int, last: int) -> _Days:
    return _Days(date(year, first, 1), date(year, last, monthrange(year, last)[1]))


def _range(text: str, context: _Context) -> _Days | None:
    """X至Y, where the left side lends its year and month to the right, and the right its last unit to the left."""
    match = re.fullmatch(r"(.+?)(?:至|到|[-—–~]+)(.+)", text)
    if not match:
        return None
    left, right = match[1], match[2]
    if left[-1].isdigit():
        unit = re.match(r"\d+(年|月|日)", right)
        left += unit[1] if unit else ""
    days = _single(left, context)
    if days is None:
        return None
    if right == "次日":
        return _Days(days.first, days.last + timedelta(days=1))
    end = _single(right, _Context(context.anchor, Period(days.first, days.last)))
    if end is None or end.last < days.first:
        return None
    return _Days(days.first, end.last)
