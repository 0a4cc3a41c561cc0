"""The days of the PERIOD mentions of a document: which year it is written in, and which year each passage speaks of.

A document says its year in its dateline, its title, its number, or by what it presupposes: who writes 去年 and closes the
books on 2024 writes in 2025. A passage speaks of the last year that began a clause (2023年,…) and covered a good part of
it; what the text only compares with, aims at or looks back to never dates what stands behind it. Where nothing says the
year there are no dates.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from tongbao.linking.period_uses import Use, uses, year_of
from tongbao.numbers import PeriodContext, parse_period
from tongbao.records import Bulletin, Metadata, Period, Span

#: From so many days on a period is a stretch that a report covers; shorter ones date what happened.
_WIDE = 80
#: A report on the year before comes out in these months.
_REPORTING_MONTHS = 4
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)年")
_ISSUE = re.compile(r"((?:19|20)\d\d)年第\d+[期号]")
_NUMBERED = re.compile(r"[〔\[［（(【]((?:19|20)\d\d)[〕\]］）)】]\s*第?\d+号|((?:19|20)\d\d)(?:级(?=[本专硕博新学])|年第\d+[期号])")
_TITLE = re.compile(r"《[^》]*》")


@dataclass(frozen=True, slots=True)
class Setting:
    """What a document says of its own time: its day, its year, the year it speaks of before its text names one, and
    whether it reports on the year before its own.
    """

    day: date | None = None
    year: int | None = None
    frame: int | None = None
    yearly: bool = False


def periods(bulletin: Bulletin, spans: Sequence[Span]) -> list[Period]:
    """The dates of the PERIOD spans of a document, which come in text order."""
    found = uses(bulletin, spans)
    passage = _Passage(setting_of(bulletin, found))
    return [passage.date(use) for use in found]


# --- the document --------------------------------------------------------------------------------------------------


def setting_of(bulletin: Bulletin, found: Sequence[Use]) -> Setting:
    """The document's own time, from its metadata and the uses of its periods."""
    published = bulletin.metadata.published
    if published is not None:
        return Setting(published, published.year, _title_year(bulletin.metadata), published.month <= _REPORTING_MONTHS)
    title = _title_year(bulletin.metadata)
    plan = max((use.year for use in found if use.year and use.speaks and use.topic and use.ahead), default=None)
    year = title or plan if _counts(found) else title
    if year is None and _counts(found):
        year = _presupposed(bulletin.text, found)
    frame = title or (year if plan is None else None) or _first_year(found, year) or year
    setting = Setting(None, year, frame, plan is not None)
    return replace(setting, day=_status_day(found, setting))


def _counts(found: Sequence[Use]) -> bool:
    """Whether anything is counted from the year of the document, other than the next one."""
    return any(use.relative and use.relative != "明年" for use in found)


def _title_year(metadata: Metadata) -> int | None:
    match = _YEAR.search(_TITLE.sub("", metadata.title or "")) or _YEAR.search(_numbered_year(metadata.number or ""))
    return int(match[1]) if match else None


def _numbered_year(text: str) -> str:
    """The latest year of a document number in ``text``, as ``2023年``."""
    years = [match[1] or match[2] for match in _NUMBERED.finditer(text)]
    return f"{max(years)}年" if years else ""


def _presupposed(text: str, found: Sequence[Use]) -> int | None:
    """The year of a document that says 今年 or 去年 and names others: the one after the last that is complete.

    Nothing in it is of a later year: neither what it reports on nor the documents whose numbers it gives.
    """
    years: list[int] = []
    for use in found:
        last = use.said.last
        if last is not None and use.speaks:
            years.append(last.year + ((last.month, last.day) == (12, 31)))
    number = _YEAR.match(_numbered_year(text))
    if number:
        years.append(int(number[1]))
    return max(years, default=None)


def _first_year(found: Sequence[Use], year: int | None) -> int | None:
    """The year that the text speaks of from its beginning: that of its first topic, else of what it mentions."""
    context = PeriodContext(year=year, yearly=True)
    dated = [(use, year_of(parse_period(use.surface, context))) for use in found]
    named = [(use, year) for use, year in dated if year is not None and (use.year or use.relative)]
    for accepted in (
        [year for use, year in named if use.speaks and use.topic and not use.ahead],
        [year for use, year in named if use.speaks and not use.ahead],
        [year for use, year in named if use.due and not use.base and not use.ahead],
        [year for use, year in named if use.speaks and use.topic],
        [year for use, year in named[:1] if use is found[0] and use.open and use.topic],
    ):
        if accepted:
            return accepted[0]
    return None


def _status_day(found: Sequence[Use], setting: Setting) -> date | None:
    """The day up to which an undated document reports: that of a status in its first paragraph with a period."""
    context = PeriodContext(year=setting.year, frame=setting.frame)
    for use in found:
        if use.paragraph != found[0].paragraph:
            break
        if re.match(r"(?:截至|截止|到|至).*日$", use.surface) and use.topic:
            return parse_period(use.surface, context).last
    return None


# --- its passages --------------------------------------------------------------------------------------------------


class _Passage:
    """The walk through a text: what has been named so far that times behind it may lean on.

    ``frame`` is the year spoken of until another one is. To the end of the paragraph hold: ``aside``, a year that it
    speaks of by the way; ``told``, the month that its story has come to; ``due``, the year of its deadlines.
    """

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.frame = setting.frame
        self.previous: Period | None = None
        self._paragraph(-1)

    def _paragraph(self, number: int) -> None:
        self.paragraph = number
        self.aside: int | None = None
        self.told: date | None = None
        self.told_by_year = False
        self.due: int | None = None

    def date(self, use: Use) -> Period:
        """The days of the next period of the text."""
        if use.paragraph != self.paragraph:
            self._paragraph(use.paragraph)
        surface = "去年同期" if use.surface == "同期" and use.base and use.changes else use.surface
        found = parse_period(surface, self._context(use))
        if use.due and use.year:
            self.due = use.year
        if not (use.base or use.earlier or use.due):
            self._move(use, found)
        return found

    def _context(self, use: Use) -> PeriodContext:
        own = self.setting
        return PeriodContext(own.day, own.year, self._frame(use), self.previous, use.ahead, own.yearly)

    def _frame(self, use: Use) -> int | None:
        if use.due and self.due:
            return self.due
        month = re.search(r"(\d{1,2})月", use.surface)
        if month and self.told and (self.told_by_year or int(month[1]) >= self.told.month):
            return self.told.year
        return self.aside or self.frame

    def _move(self, use: Use, found: Period) -> None:
        """Let what stands behind lean on ``found``."""
        year, last = year_of(found), found.last or found.first
        wide = found.first is not None and found.last is not None and (found.last - found.first).days >= _WIDE
        if wide and not use.initial and year and self.frame and year < self.frame:
            return  # 2023年为86.4%,2022年为81.7%: named beside what is spoken of
        if last is not None and not use.surface.endswith("起"):
            self.previous = found
        if year is None or last is None or use.open or not (use.year or use.relative):
            return
        if use.topic and not use.of_thing and (wide or use.relative == "今年"):
            self._speak_of(year)
        elif not wide:
            self.told, self.told_by_year = last, use.year is not None

    def _speak_of(self, year: int) -> None:
        own, day = self.setting.year, self.setting.day
        lasting = own is None or year == own or (abs(year - own) == 1 and (day is None or self.setting.yearly))
        self.told = None
        self.aside = None if lasting else year
        self.frame = year if lasting else self.frame
