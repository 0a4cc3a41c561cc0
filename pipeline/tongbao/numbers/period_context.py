"""What the surface of a period leaves out, and the year that a text means by a month, a half or a quarter alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, NamedTuple, TypeAlias

from tongbao.records import Period

#: The words round a stretch: none, 截至X, 到X or 至X, X前, X起 or X以来.
Form: TypeAlias = Literal["plain", "until", "to", "due", "since"]

#: A document of January to March that names no year speaks of the half, quarter or year's end that is over.
_LOOKS_BACK_UNTIL = 3
#: A month alone that comes in so many months after the day of the document is that one and not the one of a year ago.
_SOON = 3
#: Periods longer than this (in days) do not say which month or week the text is in.
_LONG = 92
#: How old (in days) the period named before may be when it says which month or week the text is in.
_STALE = 45
#: A deadline lies about two months (in days) behind the day of the document that sets it, rather than before it.
_NOTICE = timedelta(days=60)
#: A day alone in the last month before the day of the document is news.
_NEWS = timedelta(days=31)


class Days(NamedTuple):
    """A closed stretch of days."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class PeriodContext:
    """What a surface leaves out and its text says; every field may be unknown.

    ``day`` is the document's date, or the day that it reports up to. ``year`` is the one that 今年 is: that of ``day``
    unless given. ``frame`` is the year that the passage speaks of (2023年,…,全年…,比上年…), and never a base of
    comparison. ``previous`` is the period named before, bases and deadlines apart. ``ahead``: the clause speaks of
    what is still to come. ``reported`` is the year that the document reports on as a whole, so that 一年来 is that
    year. ``form`` is for the grammar alone, which sets it as it reads.
    """

    day: date | None = None
    year: int | None = None
    frame: int | None = None
    previous: Period | None = None
    ahead: bool = False
    reported: int | None = None
    form: Form = "plain"

    @property
    def this_year(self) -> int | None:
        """The year of 今年."""
        return self.year or (self.day.year if self.day else None)

    @property
    def spoken(self) -> int | None:
        """The year that the passage speaks of."""
        return self.frame or self.this_year

    @property
    def writing(self) -> int | None:
        """The year before 明年: a text that says no 今年 is of the year that it speaks of."""
        return self.this_year or self.frame

    @property
    def named(self) -> date | None:
        """A day of the period named before."""
        return None if self.previous is None else self.previous.last or self.previous.first

    @property
    def on_a_day(self) -> bool:
        """Whether the period named before is a single day."""
        return self.previous is not None and self.previous.last is not None and self.previous.first == self.named

    @property
    def looks_back(self) -> bool:
        """Whether a text of the first months of a year, which names no other, speaks of the year that is over."""
        return self.day is not None and self.day.month <= _LOOKS_BACK_UNTIL and not (self.frame or self.ahead)

    @property
    def reference(self) -> date | None:
        """A day of the month and the week that the text is in: of the period before where it is recent, else ``day``.

        A bulletin of 6 September that reports on August means July by 上月. Where no day is known, 1至10月 ends in the
        month that the text is in, but a whole year says nothing of it.
        """
        before = self.previous
        if before is None or before.last is None:
            return self.day
        if before.first and (before.last - before.first).days > _LONG:
            ends_year = (before.last.month, before.last.day) == (12, 31)
            return self.day or (None if ends_year else before.last)
        if self.day is not None and not 0 <= (self.day - before.last).days <= _STALE:
            return self.day
        return before.last

    def place(self, read: Callable[[int], Days | None], *, month: bool) -> Days | None:
        """The stretch that ``read`` finds in the year that is meant.

        That is the year of the frame. Where there is none, or where a status (截至6月底) or a date still to come stands
        near the day of the document, the day says which year: what has happened lies before it, a deadline not long
        after it.
        """
        if self.day is not None and self._by_day(read, self.day):
            return _chosen(read, self.day, self.form, ahead=self.ahead, month=month)
        return None if self.spoken is None else read(self.spoken)

    def _by_day(self, read: Callable[[int], Days | None], day: date) -> bool:
        if self.frame is None:
            return True
        if abs(self.frame - day.year) > 1:
            return False
        return self.form in ("until", "due") or (self.frame == self.reported and _just_before(read(day.year), day))


def _just_before(days: Days | None, day: date) -> bool:
    """Whether this is one day of the last weeks: a report on last year that comes out on 26 January has its 23 January.

    It is that of this year far more often than the one in the middle of the time reported.
    """
    return days is not None and days.first == days.last and timedelta() <= day - days.last <= _NEWS


def _chosen(read: Callable[[int], Days | None], day: date, form: Form, *, ahead: bool, month: bool) -> Days | None:
    now = read(day.year)
    if now is None or form == "since":
        return now
    if month and form in ("to", "due"):
        aim = day + _NOTICE if form == "due" else day
        found = [days for days in map(read, (day.year - 1, day.year, day.year + 1)) if days is not None]
        found = [days for days in found if days.last >= day] if ahead and form == "due" else found
        return min(found, key=lambda days: abs(days.last - aim), default=None)
    wait = 12 * (now.first.year - day.year) + now.first.month - day.month
    if wait <= 0 or (form != "until" and ahead):
        return now
    back = wait > _SOON if month else day.month <= _LOOKS_BACK_UNTIL and form == "plain"
    return read(day.year - 1) if back or form == "until" else now
