"""The columns of every table, in English and Chinese, and cells as text."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import fields
from datetime import date
from decimal import Context, Decimal
from fractions import Fraction
from operator import attrgetter
from types import NoneType
from typing import Any, Literal, TypeAlias, get_args, get_origin, get_type_hints

from tongbao.records import (
    Cell,
    DepartmentRow,
    DocumentRow,
    ItemRow,
    LeftOutRow,
    Number,
    PolicyRow,
    QuantityRow,
    Row,
    Tables,
)

Headers: TypeAlias = Literal["en", "zh"]
TableName: TypeAlias = Literal["documents", "items", "departments", "policies", "quantities", "left_out"]
TABLE_NAMES: tuple[TableName, ...] = get_args(TableName)
#: What the cells of a column hold, for formats that have types: words, several words, an integer, a figure of the
#: text, a probability, yes or no, a day.
Kind: TypeAlias = Literal["text", "list", "whole", "number", "share", "flag", "day"]

ROW_TYPES: dict[TableName, type[Row]] = {
    "documents": DocumentRow,
    "items": ItemRow,
    "departments": DepartmentRow,
    "policies": PolicyRow,
    "quantities": QuantityRow,
    "left_out": LeftOutRow,
}

#: Chinese headers by field name; one word for one field in every table.
HEADERS_ZH: dict[str, str] = {
    "act": "动作",
    "bound": "界限",
    "canonical": "规范名称",
    "change": "变化",
    "confidence": "置信度",
    "doc_id": "文档",
    "end": "止",
    "error": "错误",
    "high": "上限",
    "indicator": "指标",
    "indicator_full": "完整指标",
    "issuer": "发布机关",
    "item_path": "事项路径",
    "item_title": "事项标题",
    "kind": "类别",
    "lead_departments": "牵头单位",
    "level": "层级",
    "low": "下限",
    "model": "模型",
    "name": "名称",
    "near_duplicate_of": "近似重复于",
    "nested_in": "所在标题",
    "number": "文号",
    "of_row": "从属于",
    "period": "时间",
    "period_end": "时间止",
    "period_start": "时间起",
    "published": "发布日期",
    "reason": "原因",
    "region": "地区",
    "role": "角色",
    "row": "行号",
    "schema": "表结构版本",
    "scope": "范围",
    "sentence": "原句",
    "sha256": "SHA-256",
    "start": "起",
    "status": "状态",
    "text": "原文",
    "title": "标题",
    "trial": "试行",
    "unit": "单位",
    "unit_norm": "标准单位",
    "url": "网址",
    "value": "数值",
    "value_norm": "标准值",
}


def columns(table: TableName) -> tuple[str, ...]:
    """Field names of a table, in the order of its columns."""
    return tuple(field.name for field in fields(ROW_TYPES[table]))


def header(table: TableName, headers: Headers) -> tuple[str, ...]:
    """The header line of a table."""
    names = columns(table)
    return names if headers == "en" else tuple(HEADERS_ZH[name] for name in names)


#: By the types of a field without ``None``. Literals are words, too.
_KINDS: dict[frozenset[Any], Kind] = {
    frozenset({str}): "text",
    frozenset({tuple[str, ...]}): "list",
    frozenset({int}): "whole",
    frozenset({Decimal, Fraction}): "number",
    frozenset({float}): "share",
    frozenset({bool}): "flag",
    frozenset({date}): "day",
}


def kinds(table: TableName) -> tuple[Kind, ...]:
    """What the columns of a table hold, in their order."""
    hints = get_type_hints(ROW_TYPES[table])
    return tuple(_kind(hints[name]) for name in columns(table))


def _kind(hint: Any) -> Kind:
    if get_origin(hint) is Literal:
        return "text"
    alternatives = (hint,) if isinstance(hint, type) or get_origin(hint) is tuple else get_args(hint)
    return _KINDS[frozenset(alternatives) - {NoneType}]


def rows_of(tables: Tables, table: TableName) -> Sequence[Row]:
    """The rows of one table."""
    rows: Sequence[Row] = getattr(tables, table)
    return rows


def cells(row: Row) -> tuple[Cell, ...]:
    """The values of a row, in the order of its columns."""
    return _VALUES[type(row)](row)


_VALUES: dict[type[Row], Callable[[Row], tuple[Cell, ...]]] = {
    kind: attrgetter(*(field.name for field in fields(kind))) for kind in ROW_TYPES.values()
}


#: Digits of a fraction that no decimal equals: what a spreadsheet keeps.
_FRACTION_DIGITS = Context(prec=15)


def as_decimal(number: Number) -> Decimal:
    """A figure as a decimal: a fraction is rounded to 15 digits."""
    if isinstance(number, Decimal):
        return number
    return _FRACTION_DIGITS.divide(Decimal(number.numerator), Decimal(number.denominator))


def as_text(cell: Cell) -> str:
    """A cell as text: plain decimals, ISO dates, lists joined by 、, nothing for ``None``.

    A fraction is rounded to 15 digits: spreadsheets read ``1/3`` as a day in January. JSON Lines keeps it exact.
    """
    match cell:
        case str():
            return cell
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case float():
            return f"{cell:.4f}"
        case Decimal() | Fraction():
            return f"{as_decimal(cell):f}"
        case date():
            return cell.isoformat()
        case tuple():
            return "、".join(cell)
        case int():
            return str(cell)


#: What spreadsheets take for the beginning of a formula (OWASP, "CSV Injection"), bare or behind white space, which
#: some strip; full-width forms are folded where East Asian text is typed.
_FORMULA = re.compile(r"[\t\r\n]|[\s\x00]*[=+\-@＝＋－＠]")


def like_formula(text: str) -> bool:
    """Whether a spreadsheet may run ``text`` instead of showing it."""
    return _FORMULA.match(text) is not None


_SURROGATE = re.compile("[\ud800-\udfff]")


def encodable(text: str) -> str:
    """Lone surrogates, which no encoding takes (names of files hold some), as ``\\udc80``."""
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
