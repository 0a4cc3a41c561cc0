"""How a text uses its periods: what it speaks of, what it only compares with, what it sets as a deadline."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from tongbao.numbers import PeriodContext, parse_period
from tongbao.numbers.period_surface import written_out
from tongbao.records import Bulletin, Period, Span

#: A comparison is announced in front of its base (比上年) …
_BASE = re.compile(r"(?:比|比起|较|较之|相较于?|相对于?|高于|低于|高出|低出|多于|少于|好于|超过|不及|相当于|持平于)$")
#: … or on both sides of it: 与2019年相比, 由上年的9件降到4件, 是上年的2.3倍.
_BASE_BETWEEN = (
    (re.compile(r"[与和同跟]$"), re.compile(r"[^，,。；;]{0,8}?(?:相比|比较|对比|之比|持平|比(?=$|[^例重率]))")),
    (
        re.compile(r"[由从]$"),
        re.compile(r"[^，,。；;]{0,24}?(?:升|降|增|减|缩|压|提高|提升|提至|扩|拓|变|改|下滑|回落|到|至)"),
    ),
    (re.compile(r"[是为占]$"), re.compile(r"的?[^，,。；;]{0,6}?(?:倍|成|%|％)")),
)
_CHANGE = re.compile(r"下降|增长|增加|减少|上升|提高|降低|多|少|高|低|回落|持平")
#: A year that dates a thing: 1958年建校时, 2009年制定的, 2016年交的房, 成立于2009年.
_OF_A_THING = re.compile(r"[^，,。；;：:的]{0,6}(?:时|的(?!\d))|出生|成立|建成|建校|始建|投产|投用|投运")
_FOUNDED = re.compile(r"(?:成立|组建|创办|始建|建|创建|注册|出生|诞生)(?:于|自)?$|是$")
#: A bullet or the number of an item, a label before the first words (【案情】, 整治情况：), and words before a time.
_MARK = re.compile(r"^(?:[^\w“‘（(【〔《]+|[(（]?[\d一二三四五六七八九十]{1,3}[)）、.．])")
_LABEL = re.compile(r"[【〔(（]?[^，,。；;]{1,12}[】〕)）：:]")
_LEAD = re.compile(r"(?:建议|现将|其中|自|在|于|据|单看|就|二是|一是)$")
_CLAUSE_END = re.compile(r"[，,；;：:、。！？!?（(【〔［\[)）】〕］\]|—“”]$")
#: Words behind or in front of a time that say that it is still to come.
_AHEAD_BEHIND = re.compile(
    r"^是.{0,20}(?:之年|周年)|将(?!近)|拟|力争|争取|确保|计划|打算|预期|目标任务|主要目标|工作安排|重点任务|工作打算|重点工作(?!完成|进展|回顾|情况)|"
    r"必?须|要(?![求素点闻件么])|再(?=[降下增提压减])"
)
_AHEAD_BEFORE = re.compile(
    r"(?:将|拟|力争|争取|确保|计划|打算|建议|限|延续|持续|下一?步安?排?[】]?)[^，,。；;]{0,8}$|"
    r"(?:须|要(?![求素点闻件么]))[^。；;]{0,12}$"
)
#: How far behind a time (in characters, titles apart) the first of them count.
_AHEAD_REACH = 24
_TITLE = re.compile(r"《[^》]*》")

_RELATIVE = re.compile(r"(?:截至|截止|到|至|自|从|在)?(今年|去年|前年|明年|过去的?一年|一年来|这一年|新的一年)")
_EARLIER = re.compile(r"上(?:一?年|月|个月|周|礼拜|星期|季度)|去年同[期月]|\d{4}年同[期月]|同期")
_BARE = re.compile(r"[\d〇○零一二三四五六七八九]{4}年(?:全年)?")
_OPEN = re.compile(r"起|以来|至今")
_DUE = re.compile(r"^(?!截[至止]).*前$|^(?:到|至)\d{4}年$")

#: From so many days on a period is a stretch that a report covers; shorter ones date what happened.
_WIDE = 80
#: A context in which every time that is no length and no event has days.
ANY_TIME = PeriodContext(day=date(2000, 7, 1))


@dataclass(frozen=True, slots=True)
class Use:
    """One period in its text.

    ``said`` is what the characters fix on their own. ``base``: something is compared with it. ``topic``: its clause
    begins with it, ``initial``: so does its sentence. ``of_thing``: it dates a thing and not what is reported.
    ``ahead``: its clause speaks of what is to come. ``change_follows``: a verb of change stands right behind it.
    ``paragraph`` and ``sentence`` number those of the text.
    """

    surface: str
    said: Period
    paragraph: int
    sentence: int
    base: bool
    topic: bool
    initial: bool
    of_thing: bool
    ahead: bool
    change_follows: bool

    @property
    def relative(self) -> str | None:
        """The word that counts from the year of the document (今年, 去年, …), if the surface begins with one."""
        match = _RELATIVE.match(self.surface)
        return match[1] if match else None

    @property
    def earlier(self) -> bool:
        """上年, 上月, 同期: a time named by another one, which says nothing of the times behind it."""
        return _EARLIER.match(self.surface) is not None

    @property
    def open(self) -> bool:
        """X起, X以来: it says when something began and not what year the text is in."""
        return _OPEN.search(self.surface) is not None

    @property
    def due(self) -> bool:
        """X前, 到2027年: a deadline or an aim."""
        return _DUE.search(self.surface) is not None

    @property
    def year(self) -> int | None:
        """The one year that the characters name."""
        return year_of(self.said)

    @property
    def named_years(self) -> list[int]:
        """Every year that the characters name."""
        written = {int(year) for year in re.findall(r"((?:19|20)\d\d)年", self.surface)}
        return sorted(written | {day.year for day in (self.said.first, self.said.last) if day})

    @property
    def bare(self) -> bool:
        """2023年, 2023年全年: a whole year and no word that says that it is over."""
        return _BARE.fullmatch(self.surface) is not None

    @property
    def speaks(self) -> bool:
        """Whether the text speaks of this time, rather than comparing with it, aiming at it or looking back to it."""
        return not (self.base or self.earlier or self.open or self.due or self.of_thing)


def year_of(period: Period) -> int | None:
    """The one calendar year that a period lies in; that of its end where the beginning is open."""
    first, last = period.first, period.last
    if first and last and first.year != last.year:
        return None
    day = last or first
    return day.year if day else None


def is_wide(period: Period) -> bool:
    """Whether a report covers it, rather than something happened in it."""
    return period.first is not None and period.last is not None and (period.last - period.first).days >= _WIDE


def uses(bulletin: Bulletin, spans: Sequence[Span]) -> list[Use]:
    """The uses of the PERIOD spans of a document, in their order."""
    text, sentences = bulletin.text, bulletin.sentences
    starts = [sentence.start for sentence in sentences]
    paragraphs = _paragraphs(text, sentences)
    found: list[Use] = []
    for span in spans:
        at = max(0, bisect_right(starts, span.start) - 1)
        sentence = sentences[at] if sentences else span
        before = "".join(text[min(sentence.start, span.start) : span.start].split())
        after = "".join(text[span.end : max(sentence.end, span.end)].split())
        found.append(_use(span.of(text), before, after, paragraphs[at] if paragraphs else 0, at))
    return found


def _paragraphs(text: str, sentences: Sequence[Span]) -> list[int]:
    """The number of the paragraph of each sentence: a line ends between two of them."""
    numbers: list[int] = []
    end = 0
    for sentence in sentences:
        between = text[end : sentence.start]
        numbers.append((numbers[-1] if numbers else 0) + ("\n" in between or "\r" in between))
        end = sentence.end
    return numbers


def _use(surface: str, before: str, after: str, paragraph: int, sentence: int) -> Use:
    base = _BASE.search(before) is not None or any(
        front.search(before) and behind.match(after) for front, behind in _BASE_BETWEEN
    )
    lead = _LEAD.sub("", _MARK.sub("", before))
    initial = not base and (lead == "" or _LABEL.fullmatch(lead) is not None)
    ahead = _AHEAD_BEHIND.search(_TITLE.sub("", after)[:_AHEAD_REACH]) or _AHEAD_BEFORE.search(before)
    return Use(
        surface=written_out(surface),
        said=parse_period(surface),
        paragraph=paragraph,
        sentence=sentence,
        base=base,
        topic=not base and (initial or _CLAUSE_END.search(lead) is not None),
        initial=initial,
        of_thing=not initial and (_OF_A_THING.match(after) is not None or _FOUNDED.search(before) is not None),
        ahead=ahead is not None,
        change_follows=_CHANGE.match(after) is not None,
    )
