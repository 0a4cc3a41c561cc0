"""The grammar of one matched quantity: its own characters, and what the words around it say."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from functools import cache

from tongbao.numbers.changes import REACHING, change_of
from tongbao.numbers.modifiers import BEFORE, outer_bound, word_before
from tongbao.numbers.numerals import MAX_LENGTH, fold_forms
from tongbao.numbers.surfaces import Core, read_core, read_limits, read_rank, strip_modifiers
from tongbao.numbers.units import UnitTable, kind_of
from tongbao.records import Bound, Change, Quantity, QuantityKind

_CURRENCY = {"¥": "元", "$": "美元", "€": "欧元", "£": "英镑"}


def parse_quantity(surface: str, before: str = "", after: str = "", units: UnitTable | None = None) -> Quantity | None:
    """The quantity that a matched span says.

    Args:
        surface: the span's characters: modifier, number, magnitude, unit, modifier.
        before: the characters of the same clause before the span (see :func:`clause_around`).
        after: those after it.
        units: the units whose kinds are known, the shipped ones unless others are given.

    Returns:
        ``None`` where the surface holds no number that the grammar reads. Otherwise ``value``, or ``low`` and ``high``
        for a range (``1-2天``, ``二三十个``; its bound is ``exact`` unless a modifier sets one); ``unit`` as written
        without magnitude and modifiers, full-width signs and spaces folded (成 and 百分之 are ``%``, ranks ``位``);
        ``bound`` from the modifiers inside, else from a reaching verb or a list's first modifier before the span;
        ``kind`` by the unit; ``change`` by the clause.
    """
    text, before, after = ("".join(fold_forms(part).split()) for part in (surface, before, after))
    if not text or len(text) > 2 * MAX_LENGTH:
        return None
    currency = _CURRENCY.get(text[0])
    text = text[1:] if currency else text
    core = read_rank(text, before)
    bound: Bound | None = core.bound if core else None
    if core is None:
        core = read_limits(text)
        bound = core.bound if core else None
    if core is None:
        text, bound = strip_modifiers(text)
        core = read_core(text)
        if core is None:
            return None
        if currency and core.unit is None:
            core = replace(core, unit=currency)
    listed = _list_head(before)
    bound = bound or core.bound or outer_bound(before) or _listed_bound(before, listed) or "exact"
    change = _change(core, before, after, listed)
    kind = core.kind or (_kind(core, before, after, units) if core.unit else _kind_without_unit(core, before, after))
    return Quantity(core.value, core.low, core.high, core.unit, bound, kind, change)


def clause_around(text: str, start: int, end: int, width: int = 60) -> tuple[str, str]:
    """The characters of the clause before ``start`` and after ``end``, at most ``width`` each.

    A clause ends at ``, ; 。 : ! ?`` or their full-width forms and at the end of a line, except that a line broken
    between two characters of one sentence (hard-wrapped text) does not end it. Where nothing but 达到 stands before
    ``start``, the clause before is taken in: of 占比提高6个百分点,达到58% it is the change that says what 58% is.
    """
    left, right = text[max(0, start - width) : start], text[end : end + width]
    # One more character on the inner side lets the patterns see whether a mark stands between two digits.
    last = _last_clause_end().match(left + (text[start : start + 1] or " "))
    first = _clause_end().search(text[max(0, end - 1) : end + width], min(end, 1))
    behind = right[: first.start() - min(end, 1)] if first else right
    if last and _reaching().fullmatch(left, last.end()):
        last = _last_clause_end().match(left, 0, last.end())
    return left[last.end() :] if last else left, behind


@cache
def _reaching() -> re.Pattern[str]:
    return re.compile(REACHING)


@cache
def _clause_end() -> re.Pattern[str]:
    # Between digits , and : belong to a number or a ratio.
    return re.compile(
        r"(?<!\d)[,:，：]|[,:，：](?!\d)|[;；。!！?？]|(?<![\u4e00-\u9fff\d、])\n|\n(?![\u4e00-\u9fff\d%])"
    )


@cache
def _last_clause_end() -> re.Pattern[str]:
    """All up to the last clause end that a character follows: what is looked for from behind is found at once."""
    return re.compile(rf".*(?=[,:，：;；。!！?？\n])(?:{_clause_end().pattern})(?=.)", re.DOTALL)


# --- what the clause says ------------------------------------------------------------------------------------------


#: What stands between the numbers of a list, and behind the last one before the span.
_JOINTS = ("、", "和", "及", "与", "以及", ":", "∶")


@cache
def _list_pattern() -> re.Pattern[str]:
    numeral = r"[\d一二三四五六七八九十百千万亿两][\d.,一二三四五六七八九十百千万亿]*"
    item = rf"[约近超逾第]?{numeral}[^\d，、;；。和及与:∶到至为]{{0,6}}?"
    return re.compile(rf"(?:{item}(?:{'|'.join(_JOINTS)}))+$")


def _list_head(before: str) -> str | None:
    """The words before the first number of a list of bare numbers that ends at the span; ``None`` where none does."""
    if not before.endswith(_JOINTS):  # the search tries every character as the first of a list
        return None
    tail = before[-80:]
    match = _list_pattern().search(tail)
    return tail[: match.start()] if match else None


def _listed_bound(before: str, head: str | None) -> Bound | None:
    """The bound of a modifier that is written once, before the first number of the list."""
    if head is None:
        return None
    # The list pattern leaves the modifier outside except for its one-character forms.
    first = before[-80:][len(head) : len(head) + 1]
    if first in BEFORE:
        return BEFORE[first]
    word = word_before(head, len(head), BEFORE)
    return BEFORE[word] if word else outer_bound(head)


def _change(core: Core, before: str, after: str, head: str | None) -> Change:
    change = change_of(before, after)
    if change == "none" and head is not None:
        change = change_of(head, after)
    return change


_PAID = re.compile(r"费|价|钱|款|元|花|收|罚|租|[每一]")


def _kind(core: Core, before: str, after: str, units: UnitTable | None) -> QuantityKind:
    """The kind by the unit; 块 is money only where the clause is about money or nothing counted follows."""
    assert core.unit is not None
    kind = kind_of(core.unit, units)
    if core.unit == "块" and kind == "money" and not _PAID.search(before) and not after.startswith("钱"):
        return "count" if after[:1].isalpha() or before[-1:].isalpha() else kind
    return kind


def _kind_without_unit(core: Core, before: str, after: str) -> QuantityKind:
    """The kind of a bare number, from what stands beside it."""
    if isinstance(core.value, Fraction) or after[:1] in ("∶", ":") or re.search(r"\d[:∶]$", before):
        return "ratio"
    tail = before[-16:]
    joint = r"(?:分别)?[由从为达是约]?(?:[\d.]+[砍降涨升调][到至为])?$"
    if re.search(r"比|率|占|系数|强度", tail[-10:]):
        return "ratio"
    if re.search(rf"(?:(?<!免)费|价|款|钱|金额|收入|支出|投资){joint}", tail):
        return "money"
    return "other" if re.search(rf"(?:[得评总均]分|(?<![产总])值|指数|浓度|评级){joint}", tail) else "count"
