"""Candidate quantity spans in running text: features for the tagger, and a baseline without learning."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain

from tongbao.numbers.finding import numerals
from tongbao.numbers.modifiers import BEFORE, word_after, word_before
from tongbao.numbers.numerals import fold_forms
from tongbao.numbers.quantities import parse_quantity
from tongbao.numbers.surfaces import moves_in_rank
from tongbao.numbers.units import UnitTable, kind_of, shipped_units
from tongbao.records import QuantityKind, Span

_CHINESE_DIGITS = frozenset("一二三四五六七八九十两几半")
_OPENING = frozenset('“‘「『"')
#: Words that end in a modifier's characters and are none: 节约3万元, 最近3天.
_NOT_MODIFIERS = re.compile(r"(?:[节合预大公条集契制简].|[最附靠临邻].|[赶反].)$")
#: After a Chinese numeral these make a grade, an edition or a name: 三级, 一期, 八字方针.
_GRADES = frozenset("级字号届度档章集首节课期类等星段")
#: Events and names: 三次全会, 八项规定.
_NAMES = re.compile(r"次(?:全会|会议|全体|常委会|代表|党代会|党组|主席|主任)|项规定|次产业|大类")
_FRACTION = re.compile(r"分\s*之|/")
_COINED = frozenset(("元", "块", "美元", "欧元"))
_COIN = re.compile(r"角|毛|分(?!之)|美分")
#: 个百分点 as justified text spaces it out.
_SPACED = re.compile(r"个 *百 *分 *点")
_SPLIT = re.compile("个[半多](月|小时|钟头|星期|学期)")
_DIGITS_3 = re.compile(r"\d{3}(?![\d,])")
_DIGITS_1_3 = re.compile(r"[1-9]\d{0,2}")
#: Between the numbers of a range; 以上 in 二万元以上二十万元以下.
_CONNECTOR = re.compile(r"(?:[-—–~～至到]|——|--|以上)")
_NOT_DURATION = re.compile(r"[来间前后级代度末底初以]")
_STRETCH_BEFORE = re.compile(r"(?:近|过去|今后|未来|这|前|头|每|逾)$")
_RANKING = re.compile(r"(?:[居列排占获为到至列]|[国省市县区球界部强]|并列|倒数|跃居|位居|位列|名列|[(（])\s?$")


@dataclass(frozen=True, slots=True)
class Figures:
    """What the grammar finds in one text, in one pass: the text in plain forms (``numerals.fold_forms``), every numeral
    (start and end one after the other, see ``finding.find_numbers``), and the candidates of ``find_quantities``.
    """

    folded: str
    edges: array[int]
    quantities: tuple[tuple[Span, QuantityKind], ...]

    def numerals(self) -> Iterator[tuple[int, int]]:
        """Start and end of every numeral, in order."""
        return zip(self.edges[::2], self.edges[1::2], strict=True)


def find_figures(text: str, units: UnitTable | None = None) -> Figures:
    """Numerals and candidate quantities of a text; ``units`` are the shipped ones unless others are given."""
    folded = fold_forms(text)
    found = list(numerals(folded, units))
    quantities = [*_ranks_without_numeral(folded), *_with_numeral(folded, found, units or shipped_units())]
    quantities.sort(key=lambda pair: pair[0])
    return Figures(folded, array("q", chain.from_iterable(found)), tuple(quantities))


def find_quantities(text: str, units: UnitTable | None = None) -> list[tuple[Span, QuantityKind]]:
    """Candidate quantities by grammar alone: span and kind, left to right, not overlapping; linear time.

    A candidate is what the guidelines put inside the span: modifier, number or range, magnitude, unit or measure word,
    modifier (``近1.24万元``, ``3至5个``, ``三分之一``, ``2.5∶1``, ``第三位``, ``首位``). A number without a unit is one
    only with 万 or 亿, as a fraction, or as a ratio. Left out by rule: titles in 《》 and document numbers in 〔〕,
    calendar dates, codes (a letter stands before the digits), names of divisions (五台县), the nth of a series
    (第三次), and 一 with a measure word, which mostly means "a". ``units`` are the shipped ones unless others are
    given.
    """
    return list(find_figures(text, units).quantities)


def _ranks_without_numeral(folded: str) -> list[tuple[Span, QuantityKind]]:
    return [(Span(*match.span()), "rank") for match in re.finditer("[首末](?<!元.)位", folded)]


#: Divisions of the state whose names begin like a figure; a test looks for all of them in the gazetteer.
_PLACES = (
    "七台河|七里河区|三门[峡县]|三元区|[五三]台县|五台山|九台区|二道江?区|五家渠|五峰(?:土家族自治)?县|五通桥|八步区|六安市"
    "|六盘水|四平市|四方台区"
)


@cache
def _skipped_pattern() -> re.Pattern[str]:
    # The look at the first character saves the alternatives at all others.
    return re.compile(
        r"(?=[《〔\d七三五九二八六四])(?:《[^《》]{0,100}》|〔\d{4}〕(?:第?\d+号)?|\d{4}年(?:\d{1,2}月(?:\d{1,2}日)?)?"
        r"|\d{1,2}月\d{1,2}日|" + _PLACES + ")"
    )


def _with_numeral(
    folded: str, found_numerals: Sequence[tuple[int, int]], units: UnitTable
) -> list[tuple[Span, QuantityKind]]:
    skipped = [match.span() for match in _skipped_pattern().finditer(folded)]
    starts = [start for start, _ in skipped]
    spans = _grouped(folded, found_numerals, units)
    found: list[tuple[Span, QuantityKind]] = []
    at, floor = 0, 0
    while at < len(spans):
        start = spans[at][0]
        region = bisect_right(starts, start) - 1
        inside = region >= 0 and start < skipped[region][1]
        hit = None if inside or start < floor or _is_code(folded, start) else _candidate(folded, spans, at, units)
        if hit is not None:
            span, kind = hit
            left = _with_modifier_before(folded, span.start, floor)
            found.append((Span(left, span.end), kind))
            floor = span.end
        at += 1
    return found


def _grouped(folded: str, spans: Sequence[tuple[int, int]], units: UnitTable) -> list[tuple[int, int]]:
    """Thousands set apart by one space (1 196个) as one numeral, where a unit follows the last group."""
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and merged[-1][1] == start - 1 and folded[start - 1] == " " and _DIGITS_3.match(folded, start):
            left = merged[-1]
            if _DIGITS_1_3.fullmatch(folded, *left) and not _is_code(folded, left[0]) and _unit_end(folded, end, units):
                merged[-1] = (left[0], end)
                continue
        merged.append((start, end))
    return merged


def _is_code(folded: str, start: int) -> bool:
    """Whether the digits belong to a code: PM2.5, G324, 2024-03, 0595-12345."""
    before = folded[start - 1 : start] if start else ""
    if before in ("-", "—") and start > 1:
        return folded[start - 2].isascii() and folded[start - 2].isalnum()
    return before.isascii() and (before.isalnum() or before in ("_", ".", "/", "@", "#", "%"))


def _candidate(
    folded: str, spans: list[tuple[int, int]], at: int, units: UnitTable
) -> tuple[Span, QuantityKind] | None:
    start, end = spans[at]
    if folded[start - 1 : start] == "第":
        return _rank(folded, start, end)
    if folded[start - 1 : start] == "前" and folded[end : end + 1] not in ("%", "‰"):
        return _first_few(folded, start, end)
    found = _ratio(folded, spans, at)
    if found is None:
        unit = _unit_end(folded, end, units)
        found = _range(folded, spans, at, unit, units) or _single(folded, spans, at, unit, units)
    return found


def _rank(folded: str, start: int, end: int) -> tuple[Span, QuantityKind] | None:
    """第三位, 倒数第二; 第三 alone only after a word of ranking and before a boundary."""
    left = start - 1
    if folded[left - 2 : left] == "倒数":
        left -= 2
    after = folded[end : end + 1]
    if after in ("位", "名") and _RANKING.search(folded[max(0, left - 4) : left]):
        return Span(left, end + 1), "rank"
    closed = after in (
        "",
        "，",
        ",",
        "。",
        ";",
        "；",
        "、",
        "）",
        ")",
        "\n",
        "的",
        "!",
        "和",
        "升",
        "降",
        "滑",
        "上",
        "前",
        "后",
    )
    if closed and (left < start - 1 or _RANKING.search(folded[max(0, left - 4) : left])):
        return Span(left, end), "rank"
    return None


def _first_few(folded: str, start: int, end: int) -> tuple[Span, QuantityKind] | None:
    """前三 and 前十位 after a word of ranking."""
    after = folded[end : end + 1]
    if not re.search(r"(?:[居列进入保]|[国省市县区球界]|跻身|排名)$", folded[max(0, start - 5) : start - 1]):
        return None
    if after in ("位", "名", "强"):
        return Span(start - 1, end + 1), "rank"
    closed = after in ("", "，", ",", "。", ";", "；", "、", "）", ")", "\n")
    return (Span(start - 1, end), "rank") if closed else None


def _ratio(folded: str, spans: list[tuple[int, int]], at: int) -> tuple[Span, QuantityKind] | None:
    """2.5:1 as one span; the members of 8.7∶41.2∶50.1 one by one; no time of day."""
    start, end = spans[at]
    before, after = _joined(folded, spans, at - 1), _joined(folded, spans, at)
    if not before and not after:
        return None
    chained = (before and (after or _joined(folded, spans, at - 2))) or (after and _joined(folded, spans, at + 1))
    if chained:
        named = "∶" in folded[start - 1 : end + 1] or re.search("[比构]", folded[max(0, start - 20) : start])
        return (Span(start, end), "ratio") if named else None
    if before:
        return None
    right = folded[spans[at + 1][0] : spans[at + 1][1]]
    clock = folded[end] == ":" and re.fullmatch(r"\d\d", right) and re.fullmatch(r"\d{1,2}", folded[start:end])
    if clock and "比" not in folded[max(0, start - 8) : start]:
        return None
    if folded[end] == "比" and right not in ("一", "1"):
        return None
    return Span(start, spans[at + 1][1]), "ratio"


def _joined(folded: str, spans: list[tuple[int, int]], at: int) -> bool:
    """Whether a ratio's mark alone stands between the numerals ``at`` and ``at + 1``."""
    return 0 <= at < len(spans) - 1 and folded[spans[at][1] : spans[at + 1][0]] in (":", "∶", "比")


def _range(
    folded: str, spans: list[tuple[int, int]], at: int, first: tuple[int, str] | None, units: UnitTable
) -> tuple[Span, QuantityKind] | None:
    """a-b with a unit at the end, and perhaps the same at the ``first`` number (5万—8万元, 三年至七年)."""
    if at + 1 >= len(spans):
        return None
    start, end = spans[at]
    after_first = first[0] if first else end
    next_start, next_end = spans[at + 1]
    near = after_first < next_start <= after_first + 2
    joint = _CONNECTOR.fullmatch(folded, after_first, next_start) if near else None
    second = _unit_end(folded, next_end, units) if joint else None
    if joint is None or second is None:
        return None
    moves = joint[0] in ("至", "到") and re.search(r"[由从][^，。；,;]{0,14}$", folded[max(0, start - 16) : start])
    if moves and first is not None:
        return None
    parsed = parse_quantity(folded[start : second[0]], units=units)
    if parsed is None or parsed.low is None or (second[1] in ("年", "日") and first is None):
        return None
    return Span(start, with_modifier_after(folded, second[0], parsed.kind)), parsed.kind


def _single(
    folded: str, spans: list[tuple[int, int]], at: int, unit: tuple[int, str] | None, units: UnitTable
) -> tuple[Span, QuantityKind] | None:
    start, end = spans[at]
    if unit is None or _FRACTION.search(folded, start, end):
        return _without_unit(folded, start, end)
    unit_end, name = unit
    kind: QuantityKind = kind_of(name, units)
    if not _counts(folded, start, end, unit_end, name, kind):
        return None
    if name == "位" and moves_in_rank(folded[max(0, start - 24) : start]):
        kind = "rank"
    if name in _COINED:
        unit_end = _with_coins(folded, spans, at, unit_end)
    return Span(start, with_modifier_after(folded, unit_end, kind)), kind


def _with_coins(folded: str, spans: list[tuple[int, int]], at: int, end: int) -> int:
    """The end of 50元6角3分, from the end of its first unit."""
    for start, number_end in spans[at + 1 : at + 3]:
        coin = _COIN.match(folded, number_end)
        if coin is None or folded[end:start] not in ("", "又"):
            break
        end = coin.end()
    return end


def _without_unit(folded: str, start: int, end: int) -> tuple[Span, QuantityKind] | None:
    surface = folded[start:end]
    if folded[start - 1 : start] in ("¥", "$", "€", "£"):
        return Span(start - 1, end), "money"
    if _FRACTION.search(surface) or surface in ("一半", "半数"):
        return Span(start, with_modifier_after(folded, end, "ratio")), "ratio"
    if surface[0].isdigit() and surface[-1] in "万亿":
        return Span(start, with_modifier_after(folded, end, "count")), "count"
    return None


def _counts(folded: str, start: int, end: int, unit_end: int, name: str, kind: QuantityKind) -> bool:
    """Whether a number with a unit is a quantity and not a date, a grade, a name or the article 一."""
    surface, before, after = (
        folded[start:end],
        folded[start - 1 : start] if start else "",
        folded[unit_end : unit_end + 1],
    )
    small = surface in _CHINESE_DIGITS
    if name == "年" and (re.fullmatch(r"(?:1[5-9]|20|21)\d\d|[一二][九〇零]..", surface) or _NOT_DURATION.match(after)):
        return False
    if (surface == "半" and before in ("上", "下", "前", "后")) or (surface == "一" and name in ("年", "公里", "分")):
        return False
    if name == "岁" and after == "以":
        return False
    if name in ("年", "天", "个月") and _STRETCH_BEFORE.search(folded[max(0, start - 2) : start]):
        return False
    if name == "日" and (before == "月" or not re.match(r"以?内|之内", folded[unit_end : unit_end + 2])):
        return False
    if name in ("分", "秒") and before in ("时", "点", "分"):
        return False
    if before == "每" or (small and before in _OPENING) or _NAMES.match(folded, end):
        return False
    if not surface[0].isdigit() and name in _GRADES:
        return False
    return not (surface == "一" and kind == "count")


def _unit_end(folded: str, end: int, units: UnitTable) -> tuple[int, str] | None:
    """Where the unit after a number ends, and the unit; ``None`` where no known unit follows."""
    at = end
    while folded[at : at + 1] in (" ", "\u3000") and at - end < 3:
        at += 1
    if folded[at : at + 1] in ("余", "多", "来"):
        at += 1
    if folded.startswith("个", at):
        spaced = _SPACED.match(folded, at)
        if spaced:
            return spaced.end(), "个百分点"
        split = _SPLIT.match(folded, at)
        if split:
            return split.end(), "个" + split[1]
    name = units.longest_at(folded, at)
    if name is None:
        return None
    at += len(name)
    # 元/人·月: at most two divisors.
    for _ in range(2):
        divisor = _DIVISION.match(folded, at) if folded.startswith(_DIVIDING, at) else None
        below = _divisor_unit(folded, divisor.end(), units) if divisor else ""
        if divisor is None or not below:
            break
        at, name = divisor.end() + len(below), name + divisor[0] + below
    halved = name in _HALVED and folded.startswith("半", at)
    tenths = name in ("成", "块") and _DIGIT.match(folded, at) is not None
    return at + (halved or tenths), name


def _divisor_unit(folded: str, at: int, units: UnitTable) -> str:
    """The unit after / or 每, where a few count that no number takes (元/月)."""
    char = folded[at : at + 1]
    return units.longest_at(folded, at) or (char if char in _DIVISORS else "")


_DIVIDING = ("/", "每", "·")
_DIVISION = re.compile(r"[/每·]\d{0,4}")
_DIGIT = re.compile(r"[一二三四五六七八九\d](?![\d.十百千万])")
_DIVISORS = frozenset("月晚度时年日天h")
_HALVED = frozenset({"米", "斤", "年", "成", "里", "亩", "天"})


def _with_modifier_before(folded: str, start: int, floor: int) -> int:
    at = start
    while at > floor and folded[at - 1] == " ":
        at -= 1
    word = word_before(folded, at, BEFORE)
    if not word or at - len(word) < floor:
        return start
    if len(word) == 1 and _NOT_MODIFIERS.search(folded[max(0, at - 2) : at]):
        return start
    if word == "上" and folded[start : start + 1] not in ("百", "千", "万", "亿"):
        return start
    return at - len(word)


def with_modifier_after(folded: str, end: int, kind: QuantityKind) -> int:
    """The end of a quantity that ends at ``end`` without the modifier behind it, in a text in plain forms."""
    word = word_after(folded, end)
    if not word or (word in ("内", "前后") and kind != "duration") or word in ("封顶", "许"):
        return end
    return end + len(word)
