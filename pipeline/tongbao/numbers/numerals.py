"""Numerals: Arabic, Chinese and mixed surfaces to exact numbers.

A number is first folded (full-width, traditional and financial forms to one plain form), then valued by its largest
magnitude: ``左 万 右`` is ``左 × 10⁴ + 右``, and the two sides are valued in the same way.
"""

from __future__ import annotations

import re
from decimal import Context, Decimal
from fractions import Fraction
from functools import cache

from tongbao.records import Number

#: Longest surface that is read as one number. Figures in bulletins have some twenty characters; the limit keeps the
#: work per number constant on hostile input.
MAX_LENGTH = 96

DIGITS = "零一二三四五六七八九"
MAGNITUDES: dict[str, int] = {"十": 1, "百": 2, "千": 3, "万": 4, "亿": 8, "兆": 12}


def _table(written: str, plain_forms: str) -> dict[int, str]:
    return {ord(char): form for char, form in zip(written, plain_forms, strict=True)}


#: One character for one: full-width ASCII (U+FF01 to U+FF5E), minus signs, and the traditional forms of numerals and of
#: common measure words.
_FORMS: dict[int, str] = {
    **{0xFEE0 + code: chr(code) for code in range(0x21, 0x7F)},
    **_table(
        "−﹣￥萬億點兩幾數餘負貳陸個項條張處戶輛隻雙畝噸圓歲種場層間",
        "--¥万亿点两几数余负贰陆个项条张处户辆只双亩吨元岁种场层间",
    ),
}
_VARIANTS: dict[int, str] = {
    **_FORMS,
    **_table("壹贰叁肆伍陆柒捌玖拾佰仟两俩兩貳陸〇○", "一二三四五六七八九十百千二二二二六零零"),
    **{ord("廿"): "二十", ord("卅"): "三十", ord("卌"): "四十"},
}

#: A character adds at most the twelve zeros of 兆, so nothing is ever rounded.
_EXACT = Context(prec=13 * MAX_LENGTH)
_SPACE = re.compile(r"\s+")
_COMMON = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_MIXED_ARABIC = re.compile(r"([-+负]?)(\d+) +(\d+)/(\d+)")
_ARABIC = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+")
_POINT = re.compile(r"点([零一二三四五六七八九\d]+)")
_HEDGES = re.compile(r"(?<=.)[余多来]")
_HALVES: dict[str, Number] = {
    "半": Decimal("0.5"),
    "一半": Fraction(1, 2),
    "半数": Fraction(1, 2),
    "大半": Fraction(1, 2),
}

_Token = Decimal | int | str


def fold(surface: str) -> str:
    """Full-width, traditional and financial characters to their plain forms; the length may change (廿 → 二十)."""
    return surface.translate(_VARIANTS)


def fold_forms(surface: str) -> str:
    """Full-width ASCII and traditional forms to plain ones, one character for one (％ → %, （ → (, 萬 → 万)."""
    return surface if surface.isascii() else _unfolded().sub(_folded, surface)


@cache
def _unfolded() -> re.Pattern[str]:
    """A search by class is many times as fast as ``str.translate``, which looks every character up."""
    return re.compile("[" + "".join(re.escape(chr(code)) for code in _FORMS) + "]")


def _folded(match: re.Match[str]) -> str:
    return _FORMS[ord(match[0])]


def plain(value: Number) -> Number:
    """The same number without an exponent and, where it is a whole number, without a fractional part."""
    if isinstance(value, Fraction):
        return value
    if value == value.to_integral_value():
        return Decimal(int(value))
    return Decimal(format(value.normalize(_EXACT), "f"))


def add(left: Number, right: Number) -> Number:
    """The exact sum; a fraction on either side makes it a fraction, and nothing added changes nothing."""
    if not right:
        return left
    if isinstance(left, Fraction) or isinstance(right, Fraction):
        return Fraction(left) + Fraction(right)
    return plain(_EXACT.add(left, right))


def multiply(left: Number, right: Number) -> Number:
    """The exact product; a fraction on either side makes it a fraction."""
    if isinstance(left, Fraction) or isinstance(right, Fraction):
        return Fraction(left) * Fraction(right)
    return plain(_EXACT.multiply(left, right))


def divide(left: Number, right: Number) -> Number:
    """The exact quotient: a decimal where one equals it (1:8 → 0.125), else a fraction (1:3 → 1/3).

    Raises:
        ZeroDivisionError: ``right`` is zero.
    """
    quotient = Fraction(left) / Fraction(right)
    rest = quotient.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1 or quotient.denominator > 10**MAX_LENGTH:
        return quotient
    return plain(_EXACT.divide(Decimal(quotient.numerator), Decimal(quotient.denominator)))


def parse_numeral(surface: str) -> Number | None:
    """The number that a numeral says, or ``None`` where the surface is not one numeral.

    Reads Arabic and full-width digits, thousands separators, decimals, signs (``负``, ``-``), Chinese numerals
    (simplified, traditional, financial, ``廿``, ``〇``, ``两``), mixtures (``1亿3千多万``), digit strings
    (``二〇二三``), elliptic ends (``两千四百五`` is 2450), spoken decimals (``三点一``), fractions (``三分之一``,
    ``1/3``, ``负一又二分之一``) and halves. Spaces are ignored. A hedge inside (余, 多, 来, 几) counts as nothing:
    ``500余万`` is 5000000; ``几十`` is 10, the least that it can mean. An approximate pair (``二三十``) is a range, not
    a number: ``None``.

    Returns:
        A ``Decimal`` with the digits as written (``2.50`` stays so; a magnitude applied gives the plainest form), or a
        ``Fraction`` where the surface is a vulgar fraction.
    """
    if not surface or len(surface) > MAX_LENGTH:
        return None
    if _COMMON.fullmatch(surface):  # most are, and nothing of what follows says more of them
        return Decimal(surface)
    text = fold(surface)
    mixed = _MIXED_ARABIC.fullmatch(text.strip())
    if mixed:
        return _mixed(mixed[1], mixed[2], mixed[3], mixed[4])
    text = _SPACE.sub("", text)
    if text[:1] in ("-", "负", "+"):
        value = _unsigned(text[1:])
        return None if value is None else (value if text[0] == "+" else -value)
    return _unsigned(text)


def _mixed(sign: str, whole: str, numerator: str, denominator: str) -> Fraction | None:
    if int(denominator) == 0:
        return None
    value = int(whole) + Fraction(int(numerator), int(denominator))
    return -value if sign in ("-", "负") else value


def _unsigned(text: str) -> Number | None:
    if text in _HALVES:
        return _HALVES[text]
    if "又" in text:
        whole, _, rest = text.partition("又")
        left, right = _integral(whole), _fraction(rest)
        return None if left is None or right is None else Fraction(left) + right
    fraction = _fraction(text)
    return _integral(text) if fraction is None else fraction


def _fraction(text: str) -> Fraction | None:
    """``三分之一`` and ``1/3``; ``None`` where it is neither or the denominator is zero."""
    if "分之" in text:
        below, _, above = text.partition("分之")
    elif "/" in text:
        above, _, below = text.partition("/")
    else:
        return None
    sign = 1
    if above[:1] in ("-", "负"):
        sign, above = -1, above[1:]
    numerator, denominator = _integral(above), _integral(below)
    if numerator is None or not denominator:
        return None
    return sign * Fraction(numerator) / Fraction(denominator)


def _integral(text: str) -> Decimal | None:
    """The value of a numeral without sign and without fraction bar."""
    text = _HEDGES.sub("", text)
    point = _POINT.search(text)
    if point:
        whole = _integral(text[: point.start()])
        if whole is None:
            return None
        digits = "".join(str(DIGITS.index(c)) if c in DIGITS else c for c in point[1])
        text = f"{whole:f}.{digits}" + text[point.end() :]
    tokens = _tokens(text)
    return _value(tokens) if tokens else None


def _tokens(text: str) -> list[_Token] | None:
    """Arabic numbers as ``Decimal``, Chinese digits as ``int``, magnitudes as ``str``; ``None`` on anything else."""
    tokens: list[_Token] = []
    at = 0
    while at < len(text):
        char = text[at]
        arabic = _ARABIC.match(text, at)
        if arabic:
            tokens.append(Decimal(arabic[0].replace(",", "")))
            at = arabic.end()
            continue
        if char in DIGITS:
            tokens.append(DIGITS.index(char))
        elif char in MAGNITUDES:
            tokens.append(char)
        elif char in "几数" and (at == 0 or text[at + 1 : at + 2] in MAGNITUDES or at == len(text) - 1):
            tokens.append(1 if at == 0 else 0)
        else:
            return None
        at += 1
    return tokens


def _value(tokens: list[_Token]) -> Decimal | None:
    magnitudes = [(MAGNITUDES[token], at) for at, token in enumerate(tokens) if isinstance(token, str)]
    if not magnitudes:
        return _without_magnitude(tokens)
    power, at = max(magnitudes)
    left = _left(tokens[:at], power)
    right = _right(tokens[at + 1 :], power)
    if left is None or right is None:
        return None
    total = plain(_EXACT.add(_EXACT.multiply(left, Decimal(10**power)), right))
    assert isinstance(total, Decimal)
    return total


def _without_magnitude(tokens: list[_Token]) -> Decimal | None:
    """One Arabic number, or Chinese digits read one by one (二〇二三)."""
    if all(isinstance(token, int) for token in tokens):
        return Decimal("".join(map(str, tokens)))
    if len(tokens) == 1 and isinstance(tokens[0], Decimal):
        return tokens[0]
    # 千零1, 3千零5: a zero that only holds the place in front of an Arabic number.
    if len(tokens) == 2 and tokens[0] == 0 and isinstance(tokens[1], Decimal):
        return tokens[1]
    return None


def _left(tokens: list[_Token], power: int) -> Decimal | None:
    """What multiplies a magnitude. Below 万 it is one digit or one Arabic number: 二三十 and 五十千 are no numbers."""
    significant = tokens
    while significant and significant[0] == 0 and isinstance(significant[0], int):
        significant = significant[1:]
    if not significant:
        return Decimal(1)
    if power < MAGNITUDES["万"] and (len(significant) > 1 or isinstance(significant[0], str)):
        return None
    if len(significant) > 1 and all(isinstance(token, int) for token in significant):
        return None
    return _value(significant)


def _right(tokens: list[_Token], power: int) -> Decimal | None:
    """What follows a magnitude; a single digit counts in the next lower place (两千四 is 2400)."""
    if not tokens:
        return Decimal(0)
    if len(tokens) == 1 and not isinstance(tokens[0], str):
        digit = Decimal(tokens[0])
        if digit == digit.to_integral_value() and digit < 10 and power > 1:
            return digit * Decimal(10 ** (power - 1))
    if len(tokens) > 1 and all(isinstance(token, int) for token in tokens) and tokens[0] != 0:
        return None
    value = _value(tokens)
    return value if value is not None and value < 10**power else None
