"""The days of the PERIOD mentions of a document: the year it is written in, and the year that each passage speaks of.

A document says its year in its dateline, its title, its number, or by what it presupposes: who writes 去年 and closes
the books on 2024 writes in 2025. A passage speaks of the last year that began a clause (2023年,…) and was covered for a
good part; what the text only compares with, aims at or looks back to never dates what stands behind it. Where nothing
says the year there are no dates.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from tongbao.linking.period_uses import Use, uses, year_of
from tongbao.numbers import PeriodContext, parse_period
from tongbao.reading.lines import plain
from tongbao.records import Bulletin, Metadata, Period, Span

#: From so many days on a period is a stretch that a report covers; shorter ones date what happened.
_WIDE = 80
#: A report on the year before comes out in the first months of a year.
_REPORTING_MONTHS = 4
#: The heading of a document is no longer than this (in lines).
_HEAD_LINES = 6
_TAIL_LINES = 3
#: A context in which every time that is no length and no event has days.
_ANY_TIME = PeriodContext(day=date(2000, 7, 1))
_A_YEAR = r"((?:19|20)\d\d)"
_YEAR = re.compile(rf"(?<!\d){_A_YEAR}年")
_ISSUE = re.compile(rf"{_A_YEAR}年第\s*\d+\s*[期号]")
#: A number of a document, an issue, and the pupils who came in a year (2024级新生).
_NUMBERED = re.compile(
    rf"[〔\[［（(【]{_A_YEAR}[〕\]］）)】]\s*第?\d+号|{_A_YEAR}年第\d+[期号]|{_A_YEAR}级(?=[本专硕博新学])"
)
_MONTH_LINE = re.compile(rf"(?:[^\s。，；]{{2,30}}\s+)?[(（]?{_A_YEAR}年\d{{1,2}}月[)）]?")
#: What a report reviews, and what it settles when the year is over: 2021年…计划执行情况的报告.
_REPORT = re.compile("报告|总结|回顾")
_REPORTING = re.compile("报告|总结|回顾|公报|情况|通报|简报|公示|公告|成效|成果|小结|结果")
_REVIEWED = re.compile(rf"{_A_YEAR}年(?:度)?[^年月季半]*?(?:工作回顾|总结)")
_SETTLED = re.compile(rf"{_A_YEAR}年(?:度)?[^年月季半]*?(?:计划|预算)执行情况")
_TITLE = re.compile(r"《[^》]*》")
_MONTH = re.compile(r"(\d{1,2})月")


@dataclass(frozen=True, slots=True)
class Setting:
    """A document's own time: its day and its year; ``frame``, the year it speaks of before its text names one; and
    ``reported``, the year that it reports on as a whole, if it does.
    """

    day: date | None = None
    year: int | None = None
    frame: int | None = None
    reported: int | None = None


@dataclass(frozen=True, slots=True)
class _Passage:
    """How far a walk through a text has come: what it has named that times behind it may lean on.

    ``frame`` is the year spoken of until another one is, ``previous`` the last time that is no base and no deadline,
    which stands in the sentence ``where``.
    To the end of the paragraph hold: ``aside``, a year spoken of by the way; ``told``, the day that a story has come to
    (``told_in_full``: with its year); ``due``, the year of the deadlines; ``named``, that there was a time.
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


# --- the document --------------------------------------------------------------------------------------------------


def setting_of(bulletin: Bulletin, found: Sequence[Use]) -> Setting:
    """The document's own time, from its metadata and the uses of its periods."""
    published, title = bulletin.metadata.published, _title_year(bulletin.metadata)
    if published is not None:
        last = published.year - 1
        over = published.month <= _REPORTING_MONTHS or _opening_year(bulletin.metadata, found) == last
        return Setting(published, published.year, title, last if over and _may_report(bulletin.metadata) else None)
    counts = any(use.relative and use.relative != "明年" for use in found)
    plans = [use.year for use in found if use.year and use.speaks and use.topic and use.ahead] if counts else []
    plan = max(plans, default=None)
    numbered = _last_number_year(bulletin.text)
    year = _said_year(bulletin) or plan or (_presupposed(found, numbered) if counts else None)
    reported = plan - 1 if plan else _report_year(bulletin.metadata, found)
    # Who counts from his own year and reports on no other speaks of that year.
    first = None if counts and reported is None else _first_year(found, year, reported)
    setting = Setting(None, year, title or first or year or (None if counts else numbered), reported)
    return replace(setting, day=_status_day(found, setting))


def _said_year(bulletin: Bulletin) -> int | None:
    """The year that an undated document gives itself: in a line under its title, in its title or its number."""
    settled = _SETTLED.search(_own_title(bulletin.metadata))
    title = int(settled[1]) + 1 if settled else _title_year(bulletin.metadata)
    return _month_line_year(bulletin) or title or _own_number_year(bulletin)


def _own_title(metadata: Metadata) -> str:
    """A title without the titles that it quotes."""
    return plain(_TITLE.sub("", metadata.title or ""))


def _title_year(metadata: Metadata) -> int | None:
    """The year in a title, outside the titles that it quotes."""
    match = _YEAR.search(_own_title(metadata))
    return int(match[1]) if match else None


def _own_number_year(bulletin: Bulletin) -> int | None:
    """The year of the document's own number or issue, which stands over its first sentence."""
    head = bulletin.text.partition("。")[0].splitlines()[:_HEAD_LINES]
    number = re.search(_A_YEAR, plain(bulletin.metadata.number or ""))
    issues = (_ISSUE.search(plain(line)) for line in head)
    match = number or next((match for match in issues if match), None)
    return int(match[1]) if match else None


def _month_line_year(bulletin: Bulletin) -> int | None:
    """The year of a line that dates the document by its month, under the title or at the end: 市监委 2025年6月."""
    lines = [line for line in bulletin.text.splitlines() if line.strip()]
    ends = lines[1:_HEAD_LINES] + lines[max(_HEAD_LINES, len(lines) - _TAIL_LINES) :]
    found = (_MONTH_LINE.fullmatch(plain(line).strip()) for line in ends)
    return next((int(match[1]) for match in found if match), None)


def _last_number_year(text: str) -> int | None:
    """The latest year among the numbers of documents that the text gives: none of them is of a later year than it."""
    return max((int(match[1] or match[2] or match[3]) for match in _NUMBERED.finditer(text)), default=None)


def _presupposed(found: Sequence[Use], numbered: int | None) -> int | None:
    """The year of a document that says 今年 or 去年 and names others: the one after the last that is complete.

    Nothing in it is of a later year: neither what it reports on or compares with nor the documents whose numbers it
    gives. What was done on some day or through several years says too little, for it may be long past; so does a year
    by its bare number (2022年,…), which is the last one if the text speaks of 去年, and this one if it opens with it.
    Where it looks back on something that began in a later year than all of these, nothing says its own.
    """
    looks_back = any(use.relative in ("去年", "前年") for use in found)
    opening = found[0].year
    years = [numbered] if numbered else []
    for use in found:
        last = use.said.last
        counts = use.speaks and (use.said.first is None or _is_wide(use.said))
        unclear = use.bare and not use.base and not looks_back and use.year != opening
        if use.year and last and not unclear and (counts or (use.base and use.change_follows)):
            over = (last.month, last.day) == (12, 31) and (use.base or looks_back or not use.bare)
            years.append(use.year + over)
    begun = [int(match[1]) for use in found if use.open and not use.ahead and (match := _YEAR.search(use.surface))]
    year = max(years, default=None)
    return None if year and max(begun, default=year) > year else year


def _report_year(metadata: Metadata, found: Sequence[Use]) -> int | None:
    """The first whole year that a report or a summary speaks of."""
    if not _REPORT.search(metadata.title or ""):
        return None
    title = _own_title(metadata)
    named = _REVIEWED.search(title) or _SETTLED.search(title)
    if named:
        return int(named[1])
    return next((use.year for use in found if use.bare and use.speaks and use.topic), None)


def _may_report(metadata: Metadata) -> bool:
    """Whether a document may report on a year as a whole: its title is that of a report, or it shows none."""
    return metadata.title is None or _REPORTING.search(metadata.title) is not None


def _opening_year(metadata: Metadata, found: Sequence[Use]) -> int | None:
    """The year that a report opens with, be it in a heading: 一、2019年工作回顾."""
    if not _REPORT.search(metadata.title or ""):
        return None
    named = _title_year(metadata)
    first = next((use for use in found if use.paragraph or use.year != named), None)
    return first.year if first and first.bare and first.initial else None


def _is_wide(period: Period) -> bool:
    """Whether a report covers it, rather than something happened in it."""
    return period.first is not None and period.last is not None and (period.last - period.first).days >= _WIDE


def _first_year(found: Sequence[Use], year: int | None, reported: int | None) -> int | None:
    """The year that the text speaks of from its beginning: that of its first topic, else of what it mentions.

    What happened on some day dates nothing in front of it.
    """
    context = PeriodContext(year=year, reported=reported)
    dated: list[tuple[Use, int | None]] = []
    waiting = False
    for use in found:
        if use.year or use.relative:
            happened = use.said.first is not None and not use.open and not _is_wide(use.said)
            if not (waiting and happened):
                dated.append((use, year_of(parse_period(use.surface, context))))
        else:
            waiting = waiting or parse_period(use.surface, _ANY_TIME) != use.said
    speaking = [(use, named) for use, named in dated if use.speaks]
    opening = [named for use, named in dated if use is found[0] and use.open and use.topic]
    groups = (
        [named for use, named in speaking if use.topic and not use.ahead],
        [named for use, named in speaking if not use.ahead],
        [named for use, named in dated if use.due and not use.base and not use.ahead],
        [named for use, named in speaking if use.topic],
        opening,
    )
    return next((named for group in groups for named in group if named is not None), None)


def _status_day(found: Sequence[Use], setting: Setting) -> date | None:
    """The day up to which an undated document reports: that of a status in its first paragraph with a period."""
    context = PeriodContext(year=setting.year, frame=setting.frame)
    for use in found:
        if use.paragraph != found[0].paragraph:
            break
        if use.topic and re.match(r"(?:截至|截止|到|至).*日$", use.surface):
            return parse_period(use.surface, context).last
    return None


# --- its passages --------------------------------------------------------------------------------------------------


def _surface(use: Use) -> str:
    """What is read: 较同期增长 means the time a year ago, 比同期市场价高 the same time."""
    return "去年同期" if use.surface == "同期" and use.base and use.change_follows else use.surface


def _context(setting: Setting, passage: _Passage, use: Use) -> PeriodContext:
    return PeriodContext(
        day=setting.day,
        year=setting.year,
        frame=_frame(setting, passage, use),
        previous=None if use.surface == "同期" and use.sentence != passage.where else passage.previous,
        ahead=use.ahead,
        reported=setting.reported,
    )


def _frame(setting: Setting, passage: _Passage, use: Use) -> int | None:
    """The year that a period without one lies in, as far as the text in front of it says."""
    if use.due and passage.due:
        return passage.due
    if use.due and setting.day is None and setting.year and setting.year > (passage.frame or setting.year):
        return setting.year  # a report on last year sets its deadlines in this one
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
    wide = _is_wide(period)
    if use.base or use.earlier or use.due or (wide and _beside(setting, passage, use, year)):
        return passage
    passage = replace(passage, named=True)
    if last is not None and not use.surface.endswith("起"):
        passage = replace(passage, previous=period, where=use.sentence)
    elif last is None and parse_period(use.surface, _ANY_TIME) != period:
        passage = replace(passage, previous=None)  # a time that nothing dates: none before it is the time before
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
