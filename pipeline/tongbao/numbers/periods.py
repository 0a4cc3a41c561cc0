"""Periods of time: a surface to its first and last day, where the text and the document's date fix them."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

from tongbao.numbers.numerals import parse_numeral
from tongbao.numbers.period_context import Days, Form, PeriodContext
from tongbao.numbers.period_surface import plain_surface
from tongbao.records import Period

_UNKNOWN = Period(None, None)
#: The sixth five-year plan ran from 1981 to 1985, and every one since follows the one before.
_FIRST_PLAN, _FIRST_PLAN_YEAR = 6, 1981
#: Counted from the year of the document, and from the year that the passage speaks of.
_OF_DOCUMENT = {"今年": 0, "去年": -1, "前年": -2}
_OF_WRITING = {"明年": 1}
_OF_PASSAGE = {"本年": 0, "上年": -1, "上1年": -1, "前1年": -1, "下年": 1, "下1年": 1}
#: 一 before 年 has become 1 where these are read.
_OF_REPORT = {"过去1年": 0, "过去的1年": 0, "1年来": 0, "这1年": 0, "新的1年": 1, "新1年": 1}
_OF_PREVIOUS = {"同年": 0, "当年": 0, "那年": 0, "那1年": 0, "次年": 1, "翌年": 1}
_OF_DAY = {"今天": 0, "今日": 0, "昨天": -1, "昨日": -1, "明天": 1, "明日": 1}
#: The last character of a date in front of an event, and the words that make it narrower in a way that has no days.
_UNITS = "年月日旬度底末"
_NARROWER = re.compile('年?[初底末]|入?[春夏秋冬汛梅伏]|开年|元旦|清明|端午|中秋|国庆|[“"]?五一|暑|寒')
_LENGTH = re.compile(r"(?:[近过这]去?的?)?[\d几数多两]+(?:多|余|来)?(?:年|个?月|天|日|周|个?季度)多?")
#: How long an event may be that a date begins or ends with (in characters): 自5月上线至10月底.
_EVENT = 12
_QUARTERS = {"1": (1, 3), "2": (4, 6), "3": (7, 9), "4": (10, 12)}
_TENS = {"上旬": (1, 10), "中旬": (11, 20), "下旬": (21, 31)}


def parse_period(surface: str, context: PeriodContext | None = None) -> Period:
    """The days that a PERIOD surface covers, both inclusive; ``None`` where the text does not fix them.

    - ``2023年``, ``2022年度``, ``2023年7-12月``, ``5月6日至6月28日``, ``一季度``, ``前三季度``, ``上半年``,
      ``“十四五”时期``: first and last day.
    - ``截至X``, ``至X``, ``到X``: ``first`` is ``None`` and ``last`` the last day of X, since such a figure is a total
      up to that day from a start that the words do not say; ``截至目前`` ends on the day of the document.
    - ``X前``: ``last`` is the last day that still counts (``7月底前``: 31 July; ``9月15日前``: that day;
      ``2021年以前``: the end of 2020).
    - ``自X起``, ``X起``: ``last`` is ``None``. ``X以来``: ``last`` is the day of the document, and ``first`` is
      the first day of the date in X (``自2013年11月建立制度以来``), ``None`` where X is an event or a season alone.
    - ``年末``, ``9月底``: that one day. ``年初``, ``8月初`` are no single day and give ``None``.
    - What the surface leaves out comes from ``context``. 今年 and 去年 count from the year of the document; 上年, 全年
      and a month alone lie in or count from the year that the passage speaks of; 本月, 上月 and 上周 count from the
      period before where it is recent, 15日 alone from the day as in news; 去年同期 is the period before, one year
      earlier, and 同期 that period itself.
    - Lengths and habits (``近三年``, ``每月``), other events (``整治前``) and seasons (``汛期``) give
      ``Period(None, None)``, and so does anything that the grammar does not read whole: it never guesses.

    Args:
        surface: the span's characters.
        context: what the text and its document say of the time; nothing is known unless it is given.
    """
    try:
        return _bounded(plain_surface(surface), context or PeriodContext())
    except (ValueError, OverflowError):  # a day that the calendar does not have: 2月30日, the week after 9999年
        return _UNKNOWN


def _bounded(text: str, context: PeriodContext) -> Period:
    """The forms that are open at one end, then the closed ones."""
    if text in ("截至目前", "截至当前", "至今", "截至现在", "截至日前"):
        return Period(None, context.day)
    if re.fullmatch(r"(?:上年|去年|\d{4}年)同[期月]|同期|公[示告]期内", text):
        return _same_stretch(text, context)
    for pattern, reader in _readers():
        match = pattern.fullmatch(text)
        if match:
            return reader(match, context)
    days = _stretch(text, context)
    return Period(*days) if days else _UNKNOWN


@cache
def _readers() -> tuple[tuple[re.Pattern[str], Callable[[re.Match[str], PeriodContext], Period]], ...]:
    return (
        (_until(), _read_until),
        (_since(), _read_since),
        (_from(), _read_from),
        (_before(), _read_before),
        (_after(), _read_after),
        (_inside(), _read_inside),
    )


def _same_stretch(text: str, context: PeriodContext) -> Period:
    """去年同期, 2019年同期: the period before, moved to the other year; 同期: that period itself."""
    found = context.previous
    if found is None or found.last is None or not text.startswith(("上", "去", "1", "2")):
        return found or _UNKNOWN
    year = int(text[:4]) if text[:4].isdigit() else found.last.year - 1
    years = year - found.last.year
    return Period(found.first and _moved(found.first, years), _moved(found.last, years))


def _moved(day: date, years: int) -> date:
    """The same day in another year; the last day of February stays the last one."""
    last = monthrange(day.year + years, day.month)[1]
    ends_month = day.day == monthrange(day.year, day.month)[1]
    return date(day.year + years, day.month, last if ends_month else min(day.day, last))


@cache
def _until() -> re.Pattern[str]:
    return re.compile(r"(截至|截止到?|直[到至]|到|至)(.+?)(?:为?止)?(前)?")


@cache
def _since() -> re.Pattern[str]:
    return re.compile(r"(?:自|从)?(.+?)(起|以来|至今|来)")


@cache
def _from() -> re.Pattern[str]:
    return re.compile(r"(?:自|从)((?:(?!至|到|[-—–~]).)+)")


@cache
def _before() -> re.Pattern[str]:
    return re.compile(r"(?:在)?(.+?)(以前|之前|前)")


@cache
def _after() -> re.Pattern[str]:
    return re.compile(r"(?:在)?(.*\d(?:年|月|日))(?:以后|之后|后)")


@cache
def _inside() -> re.Pattern[str]:
    return re.compile(r"(?:在)?(.*(?:季度|月|半年))(?:内|以内|之内)")


def _read_until(match: re.Match[str], context: PeriodContext) -> Period:
    form: Form = "due" if match[3] else "until" if match[1].startswith("截") else "to"
    days = _stretch(match[2], replace(context, form=form))
    return Period(None, days.last) if days else _UNKNOWN


def _read_since(match: re.Match[str], context: PeriodContext) -> Period:
    days = _reported_year(match[0], context)
    if days:
        return Period(*days)
    # What the text looks back on (4月以来) has begun; what only begins (7月起) may be still to come.
    days = _stretch(match[1], replace(context, form="since" if match[2] == "起" else "plain", ahead=False))
    if match[2] == "来":
        return _UNKNOWN
    if days is None:
        return _UNKNOWN if match[2] == "起" else _since_event(match[1], context)
    return Period(days.first, None if match[2] == "起" else context.day)


def _since_event(text: str, context: PeriodContext) -> Period:
    """X以来 where X is an event: from the date in front of it (2013年11月建立制度), or from a day that nothing says."""
    if _LENGTH.fullmatch(text):
        return _UNKNOWN
    if re.fullmatch("(?:今年)?年?初", text):
        return Period(date(context.this_year, 1, 1) if context.this_year else None, context.day)
    plain = replace(context, form="plain", ahead=False)
    ends = (at for at in range(len(text) - 1, 1, -1) if text[at - 1] in _UNITS and not _NARROWER.match(text, at))
    days = next((days for days in (_stretch(text[:at], plain) for at in ends) if days), None)
    return Period(days and days.first, context.day)


def _read_from(match: re.Match[str], context: PeriodContext) -> Period:
    days = _stretch(match[1], replace(context, form="since", ahead=False))
    return Period(days.first, None) if days else _UNKNOWN


def _read_after(match: re.Match[str], context: PeriodContext) -> Period:
    days = _stretch(match[1], replace(context, form="since", ahead=False))
    return Period(days.last + timedelta(days=1), None) if days else _UNKNOWN


def _read_inside(match: re.Match[str], context: PeriodContext) -> Period:
    days = _stretch(match[1], replace(context, form="due"))
    return Period(*days) if days else _UNKNOWN


def _read_before(match: re.Match[str], context: PeriodContext) -> Period:
    days = _stretch(match[1], replace(context, form="due"))
    if days is None:
        return _UNKNOWN
    if match[2] == "前" or days.first == days.last:
        return Period(None, days.last)
    return Period(None, days.first - timedelta(days=1))


# --- closed stretches ----------------------------------------------------------------------------------------------


def _stretch(text: str, context: PeriodContext) -> Days | None:
    for reader in (_plan, _years_since, _reported_year, _single, _range):
        days = reader(text, context)
        if days is not None:
            return days
    return None


def _plan(text: str, context: PeriodContext) -> Days | None:
    """“十四五”时期, “十四五”前四年, “十三五”末."""
    match = re.fullmatch(
        r"[“\"「]?([六七八九十]|十[一二三四五六七八九])五[”\"」]?(?:(?:时期|期间|规划期?|期(?=末))?(末)?|[的这][五5]年|前([1-4])年)",
        text,
    )
    number = parse_numeral(match[1]) if match else None
    if match is None or number is None:
        return None
    year = _FIRST_PLAN_YEAR + 5 * (int(number) - _FIRST_PLAN)
    last = date(year + (int(match[3]) if match[3] else 5) - 1, 12, 31)
    return Days(last if match[2] else date(year, 1, 1), last)


def _years_since(text: str, _context: PeriodContext) -> Days | None:
    """2018年以来的五年: so many years, the named one first."""
    match = re.fullmatch(r"(\d{4})年以来的?(\d{1,2})年", text)
    return Days(date(int(match[1]), 1, 1), date(int(match[1]) + int(match[2]) - 1, 12, 31)) if match else None


def _reported_year(text: str, context: PeriodContext) -> Days | None:
    """一年来, 过去的一年: the calendar year where the document reports on one, else a length."""
    if text not in _OF_REPORT or context.reported is None:
        return None
    return _months(context.reported + _OF_REPORT[text], 1, 12)


def _single(text: str, context: PeriodContext) -> Days | None:
    """A year, half, quarter, month, ten days, week or day."""
    match = re.fullmatch(r"(\d{4})年(.*)", text)
    if match:
        return _within(int(match[1]), match[2], context)
    counted = (
        (_OF_DOCUMENT, context.this_year),
        (_OF_WRITING, context.writing),
        (_OF_PASSAGE, context.spoken),
        (_OF_PREVIOUS, context.named.year if context.named else None),
    )
    for words, year in counted:
        word = max((word for word in words if text.startswith(word)), key=len, default="")
        if word and (year or word != "当年"):
            return None if year is None else _within(year + words[word], text[len(word) :], context)
    days = _near_reference(text, context)
    if days is not None:
        return days
    word = next((word for word in ("当年", "全年", "年内") if text.startswith(word)), "")
    rest = text[len(word) :]
    if rest.startswith(("底", "末", "度")) or not text:
        return None
    if text == "全年" and context.looks_back and context.day is not None:
        return _months(context.day.year - 1, 1, 12)
    return context.place(lambda year: _within(year, rest, context), month="月" in rest)


def _near_reference(text: str, context: PeriodContext) -> Days | None:
    """当月, 23日, 本月, 上季度: counted from the period before or the day; 昨天 from the day alone."""
    if text in _OF_DAY and context.day is not None:
        day = context.day + timedelta(days=_OF_DAY[text])
        return Days(day, day)
    before = context.named
    match = re.fullmatch(r"(\d{1,2})日", text)
    if match:
        return _day_alone(int(match[1]), context)
    if before and context.on_a_day and text in ("同日", "同一天", "那天"):
        return Days(before, before)
    if before and text in ("当月", "同月"):
        return _month(before.year, before.month)
    if before and text == "次月":
        return _month(before.year + before.month // 12, before.month % 12 + 1)
    if context.day is not None and re.fullmatch("上个?月[底末]", text):
        last = context.day.replace(day=1) - timedelta(days=1)
        return Days(last, last)
    ahead = context.day if text.startswith("下") else None
    near = before if text == "当季" else ahead or context.reference
    if near is None:
        return None
    return _counted_from(near, text)


def _counted_from(near: date, text: str) -> Days | None:
    """本月, 上个月, 下季度, 当季, 本周: the month, quarter or week of ``near``, the one before or the one behind it."""
    match = re.fullmatch(r"([本这上下])个?(月|季度?|周|礼拜|星期)|(当)(季)", text)
    if match is None:
        return None
    step = {"上": -1, "下": 1}.get(match[1], 0)
    unit = (match[2] or match[4])[0]
    if unit == "月":
        return _month(*_stepped(near, 1, step))
    if unit == "季":
        year, first = _stepped(near, 3, step)
        return _months(year, first, first + 2)
    monday = near + timedelta(days=7 * step - near.weekday())
    return Days(monday, monday + timedelta(days=6))


def _stepped(near: date, months: int, step: int) -> tuple[int, int]:
    """The year and the first month of the stretch of so many months that lies ``step`` of them from that of a day."""
    count = (12 * near.year + near.month - 1) // months + step
    return months * count // 12, months * count % 12 + 1


def _day_alone(number: int, context: PeriodContext) -> Days | None:
    """15日: of the month before it in the text, else the last one that the document can speak of, as news do."""
    near = context.named
    if near is None and context.day is not None:
        over = number <= context.day.day or context.ahead
        near = context.day if over else context.day.replace(day=1) - timedelta(days=1)
    return Days(*[date(near.year, near.month, number)] * 2) if near else None


def _within(year: int, rest: str, context: PeriodContext) -> Days | None:
    """The stretch that ``rest`` names inside ``year``; all of it where nothing is left."""
    if not 1000 <= year <= 9998:
        return None
    if rest in ("", "度", "全年", "年度", "整年", "年内"):
        return _months(year, 1, 12)
    fixed = {"上半年": (1, 6), "下半年": (7, 12)}.get(rest)
    if fixed:
        return _months(year, *fixed)
    if rest in ("底", "末", "年底", "年末"):
        return Days(*[date(year, 12, 31)] * 2)
    return _quarter(year, rest) or _month_or_day(year, rest) or _range(f"{year}年{rest}", context)


def _quarter(year: int, rest: str) -> Days | None:
    match = re.fullmatch(r"(第|前)?([1-4])个?季度?(末|底)?", rest)
    if match:
        first, last = _QUARTERS[match[2]]
        days = _months(year, 1 if match[1] == "前" else first, last)
        return Days(days.last, days.last) if match[3] else days
    match = re.fullmatch(r"前(\d{1,2})个?月", rest)
    return _months(year, 1, int(match[1])) if match and 1 <= int(match[1]) <= 12 else None


def _month_or_day(year: int, rest: str) -> Days | None:
    match = re.fullmatch(r"(\d{1,2})月(?:(\d{1,2})[日号]|(上旬|中旬|下旬)|(底|末))?", rest)
    if not match:
        return None
    month = _month(year, int(match[1]))
    if match[2]:
        day = date(year, int(match[1]), int(match[2]))
        return Days(day, day)
    if match[3]:
        first, last = _TENS[match[3]]
        return Days(month.first.replace(day=first), month.first.replace(day=min(last, month.last.day)))
    return Days(month.last, month.last) if match[4] else month


def _month(year: int, month: int) -> Days:
    return _months(year, month, month)


def _months(year: int, first: int, last: int) -> Days:
    return Days(date(year, first, 1), date(year, last, monthrange(year, last)[1]))


def _range(text: str, context: PeriodContext) -> Days | None:
    """X至Y, where the left side lends its year and month to the right, and the right its last unit to the left."""
    match = re.fullmatch(r"(?:自|从|由)?(.+?)(?:至|到|[-—–~]+)(.+)", text)
    if not match:
        return None
    left, right = match[1], match[2]
    if left[-1].isdigit():
        unit = re.match(r"\d+(年|月|日)", right)
        left += unit[1] if unit else ""
    days = _single(left, context)
    if days is None and text.startswith(("自", "从")):
        days, right = _eventful(left, context), _undated_end(right)
    if days is None:
        return None
    if right == "次日":
        return Days(days.first, days.last + timedelta(days=1))
    end = _single(right, replace(context, frame=days.last.year, previous=Period(*days), form="plain"))
    if end is None or end.last < days.first:
        return None
    return Days(days.first, end.last)


def _eventful(text: str, context: PeriodContext) -> Days | None:
    """The date in front of an event: 5月上线, 2022年10月20日开栓."""
    ends = range(len(text) - 1, max(1, len(text) - _EVENT), -1)
    dates = (_single(text[:at], context) for at in ends if text[at - 1] in _UNITS and not _NARROWER.match(text, at))
    return next((days for days in dates if days), None)


def _undated_end(text: str) -> str:
    """4月20日停供: without the event behind the date."""
    match = re.match(rf"(.*\d(?:年|月|日)(?:底|末)?)\D{{0,{_EVENT}}}$", text)
    return match[1] if match else text
