"""The grammar of a quantity's own characters: modifiers, rank, ratio, range, number, unit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from tongbao.numbers.modifiers import AFTER, BEFORE
from tongbao.numbers.numerals import DIGITS, MAX_LENGTH, add, divide, fold, multiply, parse_numeral
from tongbao.records import Bound, Number, QuantityKind

_HEDGE_IN_NUMBER = re.compile(r"[余多来几数]")


@dataclass(frozen=True, slots=True)
class Core:
    """A surface without its modifiers, taken apart."""

    value: Number | None = None
    low: Number | None = None
    high: Number | None = None
    unit: str | None = None
    kind: QuantityKind | None = None
    bound: Bound | None = None


def strip_modifiers(text: str) -> tuple[str, Bound | None]:
    """Take the modifiers off both ends; the first that sets a bound beyond ``approx`` wins, else ``approx``."""
    bounds: list[Bound] = []
    while True:
        word = next((text[:n] for n in range(5, 0, -1) if text[:n] in BEFORE), "")
        if not word:
            break
        bounds.append(BEFORE[word])
        text = text[len(word) :]
    while True:
        word = next((text[-n:] for n in (3, 2, 1) if text[-n:] in AFTER), "")
        if not word or len(word) == len(text):
            break
        bounds.append(AFTER[word])
        text = text[: -len(word)]
    return text, next((bound for bound in bounds if bound != "approx"), bounds[0] if bounds else None)


# --- ranks ---------------------------------------------------------------------------------------------------------


@cache
def _rank_pattern() -> re.Pattern[str]:
    return re.compile(r"(?:并列)?(倒数)?第(.+?)[位名]?|(倒数)(.+?)[位名]?|(首|末)[位名]|(前)(.+?)[位名强]?")


def read_rank(text: str, before: str) -> Core | None:
    """第三, 首位, 倒数第二, 前六; and 5位 where a word of movement in rank stands before."""
    match = _rank_pattern().fullmatch(text)
    if match:
        if match[5]:
            return Core(value=Decimal(1), unit="位", kind="rank")
        value = parse_numeral(match[2] or match[4] or match[7] or "")
        if value is None:
            return None
        return Core(value=value, unit="位", kind="rank", bound="at_most" if match[6] else None)
    moved = re.fullmatch(r"(.+?)(?:个)?位次?", text) if "位" in text else None
    if moved and moves_in_rank(before):
        value = parse_numeral(moved[1])
        return None if value is None else Core(value=value, unit="位", kind="rank")
    return None


def moves_in_rank(before: str) -> bool:
    """Whether the words before a number of 位 speak of places in a ranking (前移5位) and not of people (5位专家)."""
    return re.search(r"前移|后移|进位|前进|再进|退后|后退|位次|排名|名次|排位|进步|争先", before[-24:]) is not None


# --- numbers, ranges, units ----------------------------------------------------------------------------------------


def read_core(text: str) -> Core | None:
    """A surface without modifiers: percent, ratio, sum of money, range or plain number with its unit."""
    for reader in (_percent, _ratio, _compound_money, _compound_time, _range, _simple):
        core = reader(text)
        if core is not None:
            return core
    return None


@cache
def _limits_pattern() -> re.Pattern[str]:
    return re.compile(r"(.+?)(?:及?以上|起)[、,，至到]?(?:不足|不满|不超过)?(.+?)(?:及?以下|以内)?")


def read_limits(text: str) -> Core | None:
    """二万元以上二十万元以下, 3个以上不足10个: the range of a law or a norm, whose limits are exact."""
    match = _limits_pattern().fullmatch(text)
    left, right = (_simple(match[1]), _simple(match[2])) if match else (None, None)
    if left is None or right is None or left.value is None or right.value is None:
        return None
    if left.unit not in (None, right.unit) or left.value >= right.value:
        return None
    return Core(low=left.value, high=right.value, unit=right.unit, kind=right.kind, bound="exact")


def _percent(text: str) -> Core | None:
    """百分之五 is 5 %, 千分之三 is 3 ‰; 百分之二至三 is a range."""
    match = re.fullmatch(r"(百|千|佰|仟)分之(.+)", text) if "分之" in text else None
    if not match:
        return None
    unit = "%" if match[1] in "百佰" else "‰"
    inner = _range(match[2].replace(match[1] + "分之", "")) or _simple(match[2])
    if inner is None or inner.unit is not None:
        return None
    return Core(inner.value, inner.low, inner.high, unit, "ratio", inner.bound)


def _ratio(text: str) -> Core | None:
    """a:b is a ÷ b."""
    match = _RATIO.fullmatch(text)
    if not match:
        return None
    left, right = parse_numeral(match[1]), parse_numeral(match[2])
    if left is None or not right:
        return None
    return Core(value=divide(left, right), kind="ratio")


_RATIO = re.compile(r"([^:∶比]+)[:∶比]([^:∶比]+)")


def _compound_money(text: str) -> Core | None:
    """50元6角3分, 1块6: subunits into the first unit."""
    if "元" not in text[:-1] and "块" not in text[:-1]:
        return None
    match = re.fullmatch(
        r"(?P<whole>.+?)(?P<unit>元|块|美元|欧元)又?(?:(?P<tenths>[^角毛分]+?)(?:[角毛]|$))?(?:(?P<cents>[^角毛分美]+)美?分)?",
        text,
    )
    if not match or not (match["tenths"] or match["cents"]):
        return None
    parts = [parse_numeral(match[name]) if match[name] else Decimal(0) for name in ("whole", "tenths", "cents")]
    if any(not isinstance(part, Decimal) for part in parts):
        return None
    whole, tenths, cents = (part for part in parts if isinstance(part, Decimal))
    if tenths >= 10 or cents >= 100:
        return None
    return Core(value=add(whole, tenths / 10 + cents / 100), unit=match["unit"], kind="money")


#: Units of time from the longest down, each with how many of the next it holds; months and years stand apart from days,
#: which no number of them equals.
_CLOCK = (("天", 24), ("小时", 60), ("分", 60), ("秒", 1))
_CALENDAR = (("年", 12), ("个月", 1))
_SEVERAL_TIMES = re.compile("[天时分秒年].*[时分秒月天年]")


def _compound_time(text: str) -> Core | None:
    """6年零2个月, 1小时09分42秒: the sum, in the last unit that is written."""
    if not _SEVERAL_TIMES.search(text):  # hardly any surface has them, and the rest takes long
        return None
    for units in (_CLOCK, _CALENDAR):
        names = "|".join(rf"{name}钟?" if name in "分秒" else name for name, _ in units)
        parts = re.findall(rf"(?:零|又)?(.+?)({names})", text)
        if len(parts) > 1 and "".join(number + unit for number, unit in parts) == re.sub("零(?=.)|又", "", text):
            return _summed(parts, units)
    return None


def _summed(parts: list[tuple[str, str]], units: tuple[tuple[str, int], ...]) -> Core | None:
    order = [name for name, _ in units]
    places = [order.index(unit.removesuffix("钟")) for _, unit in parts]
    values = [parse_numeral(number) for number, _ in parts]
    if places != sorted(set(places)) or any(value is None for value in values):
        return None
    total: Number = Decimal(0)
    for at in range(places[0], places[-1] + 1):
        if at in places:
            total = add(total, values[places.index(at)] or Decimal(0))
        if at < places[-1]:
            total = multiply(total, Decimal(units[at][1]))
    return Core(value=total, unit=parts[-1][1], kind="duration")


_CONNECTOR = re.compile(r"(?:[-—–~～至到]|——|--)(?=[\d一二两三四五六七八九十百千])")


def _range(text: str) -> Core | None:
    """a-b, with a magnitude written once shared (30~40万), a unit on either side, and 二三十."""
    for joint in _CONNECTOR.finditer(text):
        left, right = _simple(text[: joint.start()]), _simple(text[joint.end() :])
        if left is None or right is None or left.value is None or right.value is None:
            continue
        if left.unit not in (None, right.unit):
            continue
        low = _shared(left.value, text[: joint.start()], right.value, text[joint.end() :], left.unit)
        if low <= right.value:
            return Core(low=low, high=right.value, unit=right.unit, kind=right.kind, bound=right.bound)
    return _pair(text)


def _shared(low: Number, left: str, high: Number, right: str, unit: str | None) -> Number:
    """``low`` with the trailing magnitude of the right side, where the left has none and stays the smaller."""
    magnitude = re.match(r"[\d.,]+((?:十|百|千)?(?:万亿|万|亿)|百|千)|[^万亿]+?(万亿|万|亿)", fold(right))
    if unit is not None or magnitude is None or re.search(r"[百千万亿]", fold(left)):
        return low
    factor = parse_numeral(magnitude[1] or magnitude[2])
    raised = multiply(low, factor) if factor is not None else low
    return raised if raised <= high else low


@cache
def _pair_pattern() -> re.Pattern[str]:
    digit = "[一二三四五六七八九两]"
    return re.compile(rf"(.*?[十百千万亿])?({digit})、?({digit})([十百千万亿]*[余多来]?[十百千万亿]*)(\D*)")


def _pair(text: str) -> Core | None:
    """二三十个, 十七八岁, 两三天, 三五个: two neighbouring digits before a measure word or a magnitude."""
    match = _pair_pattern().fullmatch(text)
    if not match or not (match[4] or match[5]):
        return None
    head, first, second, magnitude, unit = (part or "" for part in match.groups())
    one, two = (DIGITS.index(fold(digit)) if fold(digit) in DIGITS else 2 for digit in (first, second))
    if not 0 < two - one <= 2:
        return None
    low, high = parse_numeral(head + first + magnitude), parse_numeral(head + second + magnitude)
    if low is None or high is None:
        return None
    tail = _unit_parts(unit)
    return Core(low=low, high=high, unit=tail[0], bound=tail[1]) if tail else None


def _simple(text: str) -> Core | None:
    """One number and its unit: the longest prefix that is a numeral and leaves a unit that can be one."""
    number, value = _number_prefix(text)
    if value is None:
        return None
    rest = text[len(number) :]
    hedged: Bound | None = "approx" if _HEDGE_IN_NUMBER.search(number) and number != "半数" else None
    parts = _unit_parts(rest)
    if parts is None:
        return None
    unit, inner, extra = parts
    bound = hedged or inner
    if unit == "成":
        return Core(value=add(multiply(value, Decimal(10)), extra * 10), unit="%", kind="ratio", bound=bound)
    if unit == "折" and len(number) == 2 and not number.isdigit() and value > 10:
        value = divide(value, Decimal(10))
    return Core(value=add(value, extra), unit=unit, bound=bound)


_NUMBER_CHARACTERS = re.compile(
    "[0123456789.,/+负零〇○一二三四五六七八九十廿卅卌百千万亿兆两俩几数半余多来点又分之壹贰叁肆伍陆柒捌玖拾佰仟-]*"
)
#: 千克, 千瓦, 百帕 and the like: the last character of the number is the first of the unit.
_PREFIXED = re.compile(
    r"千(?:克|瓦|卡|帕|伏|赫|焦|字节|比特)|百(?:帕|分点)|兆(?:瓦|帕|赫|字节|比特)|(?<=[\d.万亿])千(?:米|升)"
)


def _number_prefix(text: str) -> tuple[str, Number | None]:
    """The longest prefix that is a numeral, and its value."""
    found = _NUMBER_CHARACTERS.match(text, 0, MAX_LENGTH)
    end = found.end() if found else 0
    while end > 0:
        value = None if _splits_unit(text, end) else parse_numeral(text[:end])
        if value is not None:
            return text[:end], value
        end -= 1
    return "", None


def _splits_unit(text: str, end: int) -> bool:
    if end > 1 and text[end - 1] in "两余多来":
        return True
    match = _PREFIXED.match(text, end - 1)
    return match is not None and match.end() > end


_TENTHS = re.compile(r"([成块])([一二三四五六七八九\d])")
_UNIT = re.compile(r"[^\d\s，。；、,;:∶！？《》“”.+-][^\s，。；、,;:∶！？《》“”]{0,15}")


def _unit_parts(rest: str) -> tuple[str | None, Bound | None, Decimal] | None:
    """Unit, bound by a hedge before it (余, 多), and what stands after it (半, 成五); ``None`` where it is no unit."""
    bound: Bound | None = None
    if rest[:1] in ("余", "多", "来") and rest:
        bound, rest = "approx", rest[1:]
    extra = Decimal(0)
    tenths = _TENTHS.fullmatch(rest)
    if tenths:
        digit = parse_numeral(tenths[2])
        return tenths[1], bound, Decimal(str(digit)) / 10
    if len(rest) > 1 and rest[-1] == "半":
        extra, rest = Decimal("0.5"), rest[:-1]
    elif rest[:2] == "个半" and rest[2:] not in ("天", "日"):
        extra, rest = Decimal("0.5"), "个" + rest[2:]
    elif rest[:2] == "个多":
        bound, rest = "approx", "个" + rest[2:]
    rest = rest.removesuffix("整") if rest.endswith("元整") else rest
    if rest and not _UNIT.fullmatch(rest):
        return None
    return rest or None, bound, extra
