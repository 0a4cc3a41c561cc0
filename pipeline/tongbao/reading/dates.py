"""Dates as a bulletin's head and signature write them."""

from __future__ import annotations

import re
from datetime import date

_YEAR = r"(\d{4}|[〇○零一二三四五六七八九]{4})"

#: A whole date, year to day, in either kind of digits: ``2024-01-17``, ``2024年1月17日``, ``二〇二四年一月十七日``.
DATE = rf"{_YEAR}\s*[年\-/.]\s*([\d一二三四五六七八九十]{{1,2}})\s*[月\-/.]\s*([\d一二三四五六七八九十]{{1,3}})日?"

_DIGITS = "一二三四五六七八九"


def date_of(match: re.Match[str], first: int = 1) -> date | None:
    """The date in the three groups of ``DATE``, of which ``first`` is the year; ``None`` if the calendar has none."""
    year, month, day = (_figure(match[first + k]) for k in range(3))
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _figure(text: str) -> int:
    """A figure of a date; 0 where it is none."""
    if text.isdecimal():
        return int(text)
    if len(text) == 4:
        return int("".join(str(_DIGITS.find(c) + 1) for c in text))  # 〇 ○ 零 are not found: 0
    tens, ten, ones = text.rpartition("十")
    values = [_DIGITS.find(c) + 1 for c in (tens, ones) if c]
    if len(tens) > 1 or len(ones) > 1 or 0 in values:
        return 0
    return ((_DIGITS.find(tens) + 1 if tens else 1) * 10 if ten else 0) + (_DIGITS.find(ones) + 1 if ones else 0)
