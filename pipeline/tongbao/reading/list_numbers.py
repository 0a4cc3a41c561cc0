"""The numbers of automatic lists as a page or a word processor shows them.

A format has its name in Office Open XML (ECMA-376, part 1, 17.18.59 ``ST_NumberFormat``), as far as Chinese documents
use it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Literal, TypeAlias

Numerals: TypeAlias = Literal["decimal", "lowerLetter", "upperLetter", "lowerRoman", "upperRoman", "chineseCounting"]

_HAN = "〇一二三四五六七八九"
_LEGAL = "零壹贰叁肆伍陆柒捌玖"
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = (
    ("m", 1000), ("cm", 900), ("d", 500), ("cd", 400), ("c", 100), ("xc", 90),
    ("l", 50), ("xl", 40), ("x", 10), ("ix", 9), ("v", 5), ("iv", 4), ("i", 1),
)  # fmt: skip
_LARGEST = 9999


def numeral(value: int, style: str) -> str:
    """``value`` in the numerals of ``style``.

    In digits where the style has no numeral for the value (⑳ is the last encircled one of old fonts, 癸 the last stem)
    or is none that is known. Bullets and ``none`` are the caller's.
    """
    if not 0 <= value <= _LARGEST:
        return str(value)
    written = _formats().get(style, str)(value)
    return written or str(value)


@cache
def _formats() -> Mapping[str, Callable[[int], str]]:
    counting = dict.fromkeys(
        ("chineseCounting", "chineseCountingThousand", "taiwaneseCounting", "taiwaneseCountingThousand"), _counted
    )
    return counting | {
        "decimal": str,
        "decimalHalfWidth": str,
        "decimalZero": "{:02d}".format,
        "decimalFullWidth": _full_width,
        "decimalFullWidth2": _full_width,
        "lowerLetter": _letters,
        "upperLetter": lambda value: _letters(value).upper(),
        "lowerRoman": _roman,
        "upperRoman": lambda value: _roman(value).upper(),
        "japaneseCounting": _japanese,
        "ideographDigital": _digits,
        "taiwaneseDigital": _digits,
        "japaneseDigitalTenThousand": _digits,
        "chineseLegalSimplified": _legal,
        "ideographTraditional": lambda value: _nth(_STEMS, value),
        "ideographZodiac": lambda value: _nth(_BRANCHES, value),
        "ideographEnclosedCircle": lambda value: _run(value, ("㊀", 1, 10)),
        "decimalEnclosedCircle": _circled,
        "decimalEnclosedCircleChinese": _circled,
        "decimalEnclosedParen": lambda value: _run(value, ("⑴", 1, 20)),
        "decimalEnclosedFullstop": lambda value: _run(value, ("⒈", 1, 20)),
        "numberInDash": "- {} -".format,
    }


def _full_width(value: int) -> str:
    return "".join(chr(ord("０") + int(digit)) for digit in str(value))


def _letters(value: int) -> str:
    """a … z, aa, bb …: a word processor repeats the letter."""
    return chr(ord("a") + (value - 1) % 26) * ((value - 1) // 26 + 1) if 0 < value <= 26 * 30 else ""


def _roman(value: int) -> str:
    written = ""
    for sign, worth in _ROMAN:
        times, value = divmod(value, worth)
        written += sign * times
    return written


def _places(value: int, digits: str, units: str) -> str:
    """Digits with their units, one 零 for a gap; ``units`` from ones up."""
    written = ""
    for place in range(3, -1, -1):
        digit = value // 10**place % 10
        if digit:
            written += digits[digit] + units[place].strip()
        elif written and value % 10**place and not written.endswith("零"):
            written += "零"
    return written or digits[0]


def _counted(value: int) -> str:
    """一 … 十, 十一 … 二十 … 一百, 一百零一: ten to nineteen are said without 一."""
    written = _places(value, _HAN, " 十百千")
    return written[1:] if 10 <= value < 20 else written


def _legal(value: int) -> str:
    return _places(value, _LEGAL, " 拾佰仟")


def _japanese(value: int) -> str:
    """十, 百 and 千 stand without 一, and a gap is not said."""
    written = _places(value, _HAN, " 十百千").replace("零", "")
    return "".join(c for c, after in zip(written, f"{written[1:]} ", strict=True) if c != "一" or after not in "十百千")


def _digits(value: int) -> str:
    return "".join(_HAN[int(digit)] for digit in str(value)) if value != 10 else "十"


def _nth(names: str, value: int) -> str:
    return names[value - 1] if 0 < value <= len(names) else ""


def _run(value: int, *runs: tuple[str, int, int]) -> str:
    return next((chr(ord(sign) + value - first) for sign, first, last in runs if first <= value <= last), "")


def _circled(value: int) -> str:
    return _run(value, ("①", 1, 20), ("㉑", 21, 35), ("㊱", 36, 50))
