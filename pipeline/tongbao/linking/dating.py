"""The days of the PERIOD mentions of a document, from its own time and the year that each passage speaks of.

A passage speaks of the last year that began a clause (2023年,…) and was covered for a good part; what the text only
compares with, aims at or looks back to never dates what stands behind it. Where nothing says the year there are no
dates.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from tongbao.linking.document_year import Setting, setting_of
from tongbao.linking.period_uses import ANY_TIME, Use, is_wide, uses, year_of
from tongbao.numbers import PeriodContext, parse_period
from tongbao.records import Bulletin, Period, Span

#: A time that has days which the text does not give.
_SEASON = re.compile("假期|期间|[汛节季]")
#: What points to a time named just before, and how many sentences lie between at most.
_NEAR_SENTENCES = 3
_NEAR = re.compile("那一?年|同日|同一天|那天|当[日天]|公[示告]期")
_MONTH = re.compile(r"(\d{1,2})月")


@dataclass(frozen=True, slots=True)
class _Passage:
    """How far a walk through a text has come: what it has named that times behind it may lean on.

    ``frame`` is the year spoken of until another one is, ``previous`` the last time that is no base and no deadline,
    which stands in the sentence ``where``.
    ``season`` is the sentence of the last holidays or season without days. To the end of the paragraph hold: ``aside``,
    a year spoken of by the way; ``told``, the day that a story has come to (``told_in_full``: with its year); ``due``,
    the year of the deadlines; ``named``, that there was a time.
    """

    frame: int | None
    previous: Period | None = None
    where: int = -1
    paragraph: int = -1
    aside: int | None = None
    told: date | None = None
    told_in_full: bool = False
    due: int | None = None
    named: bool = False
    season: int = -1


def periods(bulletin: Bulletin, spans: Sequence[Span]) -> list[Period]:
    """The dates of the PERIOD spans of a document, which come in text order."""
    found = uses(bulletin, spans)
    setting = setting_of(bulletin, found)
    passage = _Passage(setting.frame)
    out: list[Period] = []
    for use in found:
        if use.paragraph != passage.paragraph:
            passage = _Passage(passage.frame, passage.previous, passage.where, use.paragraph)
        period = parse_period(_surface(use), _context(setting, passage, use))
        passage = _after(setting, passage, use, period)
        out.append(period)
    return out


def _surface(use: Use) -> str:
    """What is read: 较同期增长 means the time a year ago, 比同期市场价高 the same time."""
    return "去年同期" if use.surface == "同期" and use.base and use.change_follows else use.surface


def _context(setting: Setting, passage: _Passage, use: Use) -> PeriodContext:
    return PeriodContext(
        day=setting.day,
        year=setting.year,
        frame=_frame(setting, passage, use),
        previous=_before(passage, use),
        ahead=use.ahead,
        reported=setting.reported,
    )


def _before(passage: _Passage, use: Use) -> Period | None:
    """The period before that this one may be counted from: 同期 has it in its sentence, 那年 not far in front."""
    apart = use.sentence - passage.where
    if use.surface.endswith("同期") and use.sentence == passage.season:
        return None
    if use.surface == "同期":
        return passage.previous if apart == 0 else None
    closed = passage.previous is not None and passage.previous.first and passage.previous.last
    return passage.previous if (apart <= _NEAR_SENTENCES and closed) or not _NEAR.match(use.surface) else None


def _frame(setting: Setting, passage: _Passage, use: Use) -> int | None:
    """The year that a period without one lies in, as far as the text in front of it says."""
    if use.due and passage.due:
        return passage.due
    if use.due and setting.day is None and setting.year and setting.year > (passage.frame or setting.year):
        return setting.year  # a report on last year sets its deadlines in this one
    before = passage.previous.last if passage.previous else None
    if use.due and setting.day is None and passage.frame and before and before.year == passage.frame + 1:
        return before.year  # a deadline comes behind the time before
    if use.surface.startswith("上") and before and passage.frame is None and before.year == setting.reported:
        return before.year
    month, told = _MONTH.search(use.surface), passage.told
    if month and told:
        # A story runs on: after 2022年9月 comes 11月 of that year, after 去年9月 the 3月 of this one.
        last_year = setting.day is not None and told.year == setting.day.year - 1
        if int(month[1]) >= told.month or (passage.told_in_full and not last_year):
            return told.year
    return passage.aside or passage.frame


def _after(setting: Setting, passage: _Passage, use: Use, period: Period) -> _Passage:
    """How the walk stands behind a period."""
    if use.due and use.year:
        passage = replace(passage, due=use.year)
    year, last = year_of(period), period.last or period.first
    wide = is_wide(period)
    if use.base or use.earlier or use.due or (wide and _beside(setting, passage, use, year)):
        return passage
    passage = replace(passage, named=True)
    if last is None and not use.named_years and _SEASON.search(use.surface):
        passage = replace(passage, season=use.sentence)
    if last is not None and not use.surface.endswith("起") and not (use.open and period.last is None):
        passage = replace(passage, previous=period, where=use.sentence)
    elif last is None and parse_period(use.surface, ANY_TIME) != period:
        passage = replace(passage, previous=None)  # a time that nothing dates: none before it is the time before
    if use.relative == "今年" and use.topic and use.open and year and not setting.reported:
        return _spoken_of(setting, passage, year)
    if use.surface == "全年" and year is not None and year == setting.reported and passage.frame is None:
        return replace(passage, frame=year)  # the books of the year before, which the text has just opened
    if year is None or last is None or use.open or not (use.year or use.relative):
        return passage
    if use.topic and not use.of_thing and (wide or use.relative == "今年"):
        return _spoken_of(setting, passage, year)
    return passage if wide else replace(passage, told=last, told_in_full=use.year is not None)


def _beside(setting: Setting, passage: _Passage, use: Use, year: int | None) -> bool:
    """Whether an earlier year is only named beside what is spoken of: 全年合格率93%,2021年为86.4%."""
    spoken = passage.frame or setting.year
    return passage.named and not use.initial and year is not None and spoken is not None and year < spoken


def _spoken_of(setting: Setting, passage: _Passage, year: int) -> _Passage:
    """The text speaks of ``year`` from here on, or by the way where a document of another time does."""
    own = setting.year
    lasting = own is None or year in (own, setting.reported) or (setting.day is None and abs(year - own) == 1)
    if lasting:
        return replace(passage, frame=year, aside=None, told=None)
    return replace(passage, aside=year, told=None)
