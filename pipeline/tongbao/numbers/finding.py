"""Every numeral of a text, by one regular expression and a few checks on each hit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from tongbao.numbers.numerals import fold_forms
from tongbao.numbers.units import UnitTable, shipped_units
from tongbao.records import Span

_PLAIN = "一二三四五六七八九零〇○"
_FINANCIAL = "壹贰叁肆伍陆柒捌玖"
_SMALL, _LARGE = "十百千拾佰仟廿卅卌", "万亿兆"
_BARE = frozenset("百千万亿兆佰仟")
_NEVER_ALONE = frozenset(_FINANCIAL + "拾佰仟零两廿卅卌")
#: A bare 百, 千, 万 or 亿 is a number after one of these (近千人, 超百家) or before one of those (万余人次).
_HEDGE_BEFORE, _HEDGE_AFTER = frozenset("近超约逾过破上达足到满"), frozenset("余多")


def _pattern() -> str:
    """The numeral grammar over text with full-width ASCII folded. Nothing in it can match twice in two ways."""
    gap = r"[ \u3000]*+"
    arabic = r"(?:[1-9]\d{0,2}(?:,\d{3})++(?!\d)(?:\.\d++)?|\d++(?:\.\d++)?)"
    # 千 and 百 that begin a unit (千克, 百分点) are no magnitudes; 千米 is a unit after Arabic digits only.
    magnitude = (
        rf"(?:[十万亿拾佰仟廿卅卌]|百(?!{gap}分{gap}点|帕)"
        r"|千(?!克|瓦|卡|帕|伏|赫|焦|字节|比特)(?:(?<![\d万亿]千)|(?![米升]))|兆(?!瓦|帕|赫|字节|比特))"
    )
    magnitudes = f"[{_SMALL}{_LARGE}]"
    digit = f"[{_PLAIN}{_FINANCIAL}]"
    paired = rf"(?:(?<=一)两(?=[个天次年名件家位人项岁])|两(?={gap}{magnitude}))"
    run = (
        rf"(?:{arabic}|{digit}|[两俩]|[几数](?={gap}{magnitude})|{magnitude})"
        rf"(?:(?<=[^\d.]){digit}|{gap}{magnitude}|(?<={magnitudes}){gap}(?:{arabic}|{digit}|{paired})"
        rf"|(?<=[零〇])(?:{arabic}|几)|(?<={magnitudes}|{digit}){paired}"
        rf"|(?:(?<={magnitudes})|(?<=\d)){gap}[余多来]?{gap}(?={magnitude}){magnitude}"
        rf"|(?<={magnitudes}){gap}几(?={gap}[{_LARGE}])|(?<={magnitudes})几"
        rf"|(?<=[{_PLAIN}{_FINANCIAL}两{_SMALL}{_LARGE}]){gap}点{gap}(?:{digit}++|\d++)(?![十百千拾佰仟]))*+"
    )
    divided = rf"(?:{gap}又{gap}{run})?{gap}分{gap}之{gap}[-负]?{run}"
    percent = rf"[百千万佰仟]++{gap}分{gap}之{gap}[-负]?{run}"
    slash = r"(?:\d{1,3} )?(?<![\d/.])\d{1,3}/\d{1,3}(?![\d/.])"
    half = "一半|半数|半(?=个|天|年|月|小时|分钟|成|日|勺|袋|斤|亩|公里|桶|碗|杯)"
    few = "几(?=个|天|年|次|人|件|家|名|位|项|成|倍)"
    sign = r"(?:(?<![^为是达长降率幅值到至在比(:,;、。\s约])-|(?<![减担肩背抱胜自欺辜])负)?+"
    point = r"(?<![^\s(:,;])\.\d++"
    # A look at the first character alone saves all the ways in which most characters begin no numeral.
    first = rf"(?=[-负.\d半几数两俩{_PLAIN}{_FINANCIAL}{_SMALL}{_LARGE}])"
    return rf"{first}(?:{sign}(?:{slash}|{half}|{few}|{percent}|{run}(?:{divided})?)|{point})"


@cache
def numeral_pattern() -> re.Pattern[str]:
    """The compiled grammar; it expects text whose full-width ASCII is folded."""
    return re.compile(_pattern())


def numerals(folded: str, units: UnitTable | None = None) -> Iterator[tuple[int, int]]:
    """Start and end of every numeral of a text whose full-width ASCII is folded, in order."""
    firsts = (units or shipped_units()).by_first
    for match in numeral_pattern().finditer(folded):
        start, end = match.span()
        if end - start == 1:
            char = folded[start]
            if char in _NEVER_ALONE and not (char == "两" and folded[end : end + 1] in firsts):
                continue
            if char in _BARE and not _bare_counts(folded, start, end):
                continue
        elif not folded[start].isdigit():
            start = _trimmed(folded, start, end)
            if start == end:
                continue
        yield start, end


def _bare_counts(folded: str, start: int, end: int) -> bool:
    return folded[end : end + 1] in _HEDGE_AFTER or folded[start - 1 : start] in _HEDGE_BEFORE


def _trimmed(folded: str, start: int, end: int) -> int:
    """The start of a Chinese numeral without a leading magnitude that is a word's end (万一 → 一)."""
    surface = folded[start:end]
    if any(char in _FINANCIAL for char in surface) and not any(char in _SMALL + _LARGE + "点分" for char in surface):
        return end
    if surface[0] in _LARGE and surface[1] in _PLAIN and not _bare_counts(folded, start, start + 1):
        return start + 1
    return start


def find_numbers(text: str, units: UnitTable | None = None) -> list[Span]:
    """Every maximal numeral in a text, left to right, not overlapping; linear time.

    A numeral is one of:

    - Arabic or full-width digits with thousands separators, decimal point and sign, without ``%``: ``1,149.79``,
      ``－３``; a short fraction ``1/3``;
    - a run of Chinese digits and magnitudes (simplified, traditional, financial, ``〇``, ``廿``), spoken decimals
      (``三点一``), fractions (``三分之一``, ``百分之五``, ``一又二分之一``), also across spaces beside a magnitude;
    - a mixture: ``1亿3千多万``, ``500余万``, ``十几``, ``数百``.

    Single digits of words count too (``一`` in 进一步): the caller says what they are. Not numerals: ``两``, ``几``
    and ``半`` without a measure word or magnitude after them; a financial digit alone (陆地, 队伍); ``零`` alone; and a
    bare 百, 千, 万 or 亿 (万元, 千方百计), unless another magnitude follows (百亿), or 余 or 多 does (万余), or a hedge
    or reaching verb stands before it (近千, 突破百). A sign counts at the start, after a bracket, a mark, a space, or a
    word like 为, 是, 增长, 下降, not between two figures (``1-2``). ``units`` is the shipped table unless another is
    given; only 两 depends on it.
    """
    return [Span(start, end) for start, end in numerals(fold_forms(text), units)]
