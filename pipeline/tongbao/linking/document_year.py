"""The time of a document: its day and its year, the year that it speaks of and the one that it reports on.

A document says its year in its dateline, its title, its number, or by what it presupposes: who writes 去年 and closes
the books on 2024 writes in 2025. Where nothing says the year there is none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from tongbao.linking.period_uses import ANY_TIME, Use, is_wide, year_of
from tongbao.numbers import PeriodContext, parse_period
from tongbao.reading.lines import plain
from tongbao.reading.marks import mark_at
from tongbao.records import Bulletin, Metadata

#: A report on the year before comes out in the first months of a year.
_REPORTING_MONTHS = 4
#: The heading of a document is no longer than this (in lines).
_HEAD_LINES = 6
_TAIL_LINES = 3
_SUBTITLE_LINES = 3
_TITLE_LENGTH = 45
_LAST_MONTH = 12
_A_YEAR = r"((?:19|20)\d\d)"
_YEAR = re.compile(rf"(?<!\d){_A_YEAR}年")
_HAN_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_HAN_YEAR = re.compile(r"[〇○零一二三四五六七八九]{4}(?=年|[〕\]］)）】])")
_ISSUE = re.compile(rf"{_A_YEAR}年第\s*\d+\s*[期号]")
#: A number of a document, an issue, and the pupils who came in a year (2024级新生).
_NUMBERED = re.compile(
    rf"[〔\[［（(【]{_A_YEAR}[〕\]］）)】]\s*第?\d+号|{_A_YEAR}年第\d+[期号]|{_A_YEAR}级(?=[本专硕博新学])"
)
#: A line that dates the document: 市监委 2025年6月, （摘自《某刊》2025年第15期）, 某某委〔2024〕某字第9号.
_DATE_LINE = re.compile(
    rf"(?:[^\s。，；]{{2,30}}\s+)?[(（]?{_A_YEAR}年\d{{1,2}}月[)）]?"
    rf"|[(（][^()（）。]{{0,30}}?{_A_YEAR}年(?:\d{{1,2}}月(?![底末前起至到以\-—])|第\d+[期号])[^()（）。]{{0,20}}[)）]"
    rf"|[^。，；]{{2,60}}[(（]{_A_YEAR}年\d{{1,2}}月[)）][^。，；]{{0,6}}"
    rf"|[^。，；《》]{{2,60}}[〔\[［]{_A_YEAR}[〕\]］]\s*[\u4e00-\u9fff]{{0,6}}第?\d+号"
)
#: What a report reviews, and what it settles when the year is over: 2021年…计划执行情况的报告.
_REPORT = re.compile("报告|总结|回顾")
_REPORTING = re.compile("报告|总结|回顾|公报|情况|通报|简报|公示|公告|成效|成果|小结|结果")
_REVIEWED = re.compile(rf"{_A_YEAR}年(?:度)?[^年月季半]*?(?:工作回顾|总结)")
_SETTLED = re.compile(rf"{_A_YEAR}年(?:度)?[^年月季半]*?(?:(?:计划|预算)执行情况|决算)")
#: One title for the year that is over and the one to come: 2024年工作情况和2025年工作安排的报告.
_REVIEW_AND_PLAN = re.compile(
    rf"{_A_YEAR}年[^年]*?(?:情况|回顾|总结|成绩)[^年]*?{_A_YEAR}年[^年]*?(?:安排|打算|要点|计划|思路|任务|重点)"
)
_FIRST_MONTHS = re.compile(rf"{_A_YEAR}年[1-4]月")
#: A day or a season with its year, from which a story starts.
_TOLD = re.compile("年.*[日春夏秋冬]")
_TITLE = re.compile(r"《[^》]*》")


@dataclass(frozen=True, slots=True)
class Setting:
    """A document's own time: its day and its year; ``frame``, the year it speaks of before its text names one; and
    ``reported``, the year that it reports on as a whole, if it does.
    """

    day: date | None = None
    year: int | None = None
    frame: int | None = None
    reported: int | None = None


def setting_of(bulletin: Bulletin, found: Sequence[Use]) -> Setting:
    """The document's own time, from its metadata and the uses of its periods."""
    metadata = _titled(bulletin)
    published, title = metadata.published, _title_year(metadata)
    review = _REVIEW_AND_PLAN.search(_own_title(metadata))
    if published is not None:
        reported = _reported(metadata, published, found)
        return Setting(published, published.year, title, reported)
    annual = int(review[2]) if review else _annual_report(bulletin, title, found)
    if annual:
        return Setting(None, annual, annual - 1, annual - 1)
    counts = any(use.relative and use.relative != "明年" for use in found)
    spoken = max((use.year for use in found if use.year and use.speaks and use.topic and not use.ahead), default=0)
    plans = [use.year for use in found if use.year and use.speaks and use.topic and use.ahead] if counts else []
    plan = max((year for year in plans if year >= spoken), default=None)
    numbered = _last_number_year(bulletin.text)
    year = _said_year(bulletin, metadata) or plan or (_presupposed(found, numbered) if counts else None)
    if counts and year is None:
        year = _told_year(found)
    reported = plan - 1 if plan else _report_year(metadata, found)
    # Who counts from his own year and reports on no other speaks of that year.
    first = None if counts and reported is None else _first_year(found, year, reported)
    frame = title or first or year or (None if counts else numbered or _only_year(found))
    setting = Setting(None, year, frame, reported)
    return replace(setting, day=_status_day(found, setting))


def _titled(bulletin: Bulletin) -> Metadata:
    """The metadata; where they have no title, a first line that names a year and what it reports is one."""
    line = next((line.strip() for line in bulletin.text.splitlines() if line.strip()), "")
    heads = (
        len(line) <= _TITLE_LENGTH
        and re.search("[，。；！？]", line) is None
        and mark_at(line, 0) is None
        and _REPORTING.search(line)
    )
    if bulletin.metadata.title is not None or not heads or _YEAR.search(_years_plain(line)) is None:
        return bulletin.metadata
    return replace(bulletin.metadata, title=line)


def _reported(metadata: Metadata, published: date, found: Sequence[Use]) -> int | None:
    """The year that a dated document reports on as a whole: the one before, or its own at its end."""
    last = published.year - 1
    over = published.month <= _REPORTING_MONTHS or _opening_year(metadata, found) == last
    if over and _may_report(metadata):
        return last
    own = _title_year(metadata) in (None, published.year) and _REPORT.search(metadata.title or "")
    return published.year if published.month == _LAST_MONTH and own else None


def _annual_report(bulletin: Bulletin, title: int | None, found: Sequence[Use]) -> int | None:
    """The year of a 政府工作报告 that gives its own year, and reports on the one before.

    It gives its month, or it speaks of the year before and not of its own, but for what is to come.
    """
    lines = [_years_plain(line) for line in bulletin.text.splitlines() if line.strip()][:_SUBTITLE_LINES]
    line = next((line for line in lines if "政府工作报告" in line), None)
    if line is None:
        return None
    months = (_FIRST_MONTHS.search(line) for line in lines)
    month = next((int(match[1]) for match in months if match), None)
    named = _YEAR.search(line)
    title = title or (int(named[1]) if named else None)
    if month is not None or title is None:
        return month
    past = any(use.speaks and title - 1 in use.named_years for use in found)
    speaking = (use for use in found if use.speaks and not use.ahead and use.paragraph >= _SUBTITLE_LINES - 1)
    return title if past and not any(title in use.named_years for use in speaking) else None


def _told_year(found: Sequence[Use]) -> int | None:
    """The year of a story that says 今年 and tells of a day or a season: the last one named, if theirs."""
    named = [
        (year, not use.open and _TOLD.search(use.surface) is not None)
        for use in found
        if not (use.due or use.ahead)
        for year in use.named_years
    ]
    year, on_a_day = max(named, default=(None, False))
    return year if on_a_day else None


def _only_year(found: Sequence[Use]) -> int | None:
    """The one year that a text names, if it begins with it or names the whole of it; begun and founded things apart."""
    told = [use for use in found if not (use.open or use.due or use.of_thing or use.base)]
    years = {year for use in told for year in use.named_years}
    first = next((use for use in told if use.paragraph), None)
    clear = any(use.bare for use in told) or (first is not None and first.named_years)
    return years.pop() if len(years) == 1 and clear else None


def _said_year(bulletin: Bulletin, metadata: Metadata) -> int | None:
    """The year that an undated document gives itself: in a line under its title, in its title or its number."""
    settled = _SETTLED.search(_own_title(metadata))
    title = int(settled[1]) + 1 if settled else _title_year(metadata)
    return _dated_line_year(bulletin) or title or _own_number_year(bulletin)


def _own_title(metadata: Metadata) -> str:
    """A title without the titles that it quotes."""
    return _years_plain(_TITLE.sub("", metadata.title or ""))


def _years_plain(line: str) -> str:
    """A line with the digits of its years folded, full-width and Chinese ones."""
    return _HAN_YEAR.sub(lambda match: match[0].translate(_HAN_DIGITS), plain(line))


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


def _dated_line_year(bulletin: Bulletin) -> int | None:
    """The year of a line that dates the document by its month, under the title or at the end: 市监委 2025年6月."""
    lines = [line for line in bulletin.text.splitlines() if line.strip()]
    ends = lines[:_HEAD_LINES] + lines[max(_HEAD_LINES, len(lines) - _TAIL_LINES) :]
    found = (_DATE_LINE.fullmatch(_years_plain(line).strip()) for line in ends)
    return next((int(match[match.lastindex or 1]) for match in found if match), None)


def _last_number_year(text: str) -> int | None:
    """The latest year among the numbers of documents that the text gives: none of them is of a later year than it."""
    return max((int(match[1] or match[2] or match[3]) for match in _NUMBERED.finditer(text)), default=None)


def _presupposed(found: Sequence[Use], numbered: int | None) -> int | None:
    """The year of a document that says 今年 or 去年 and names others: the one after the last that is complete.

    Nothing in it is of a later year: neither what it reports on or compares with nor the documents whose numbers it
    gives. What was done on some day or through several years says too little, for it may be long past; so does a year
    by its bare number (2022年,…), which is the last one if the text speaks of 去年, and this one if it opens with it.
    Where it names a later year than all of these, if only as one that something began in, nothing says its own.
    """
    looks_back = any(use.relative in ("去年", "前年") for use in found)
    opening = found[0].year
    years = [numbered] if numbered else []
    for use in found:
        last = use.said.last
        counts = use.speaks and (use.said.first is None or is_wide(use.said))
        unclear = use.bare and not use.base and not looks_back and use.year != opening
        if use.year and last and not unclear and (counts or (use.base and use.change_follows)):
            over = (last.month, last.day) == (12, 31) and (use.base or looks_back or not use.bare)
            years.append(use.year + over)
    counted = [use for use in found if (use.open or use.bare) and not (use.due or use.ahead)]
    later = [year for use in counted for year in use.named_years]
    year = max(years, default=None)
    return None if year and max(later, default=year) > year else year


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


def _first_year(found: Sequence[Use], year: int | None, reported: int | None) -> int | None:
    """The year that the text speaks of from its beginning: that of its first topic, else of what it mentions.

    What happened on some day dates nothing in front of it.
    """
    context = PeriodContext(year=year, reported=reported)
    dated: list[tuple[Use, int | None]] = []
    waiting = False
    for use in found:
        if use.year or use.relative:
            happened = use.said.first is not None and not use.open and not is_wide(use.said)
            if not (waiting and happened):
                dated.append((use, year_of(parse_period(use.surface, context))))
        else:
            waiting = waiting or parse_period(use.surface, ANY_TIME) != use.said
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
