"""Scores as tables: aligned text, Markdown, and a dict for machines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from tongbao.annotation.grid import aligned, markdown
from tongbao.evaluation.bootstrap import Interval
from tongbao.evaluation.counts import attributes
from tongbao.evaluation.reliability import Reliability
from tongbao.evaluation.scoring import MICRO, SPAN_FIGURES, Scores
from tongbao.records import LABELS

Intervals: TypeAlias = Mapping[str, Interval | None]
_Grid: TypeAlias = Callable[[Sequence[str], Sequence[Sequence[str]]], str]

#: Chinese names; the English ones are the words of the format.
_CHINESE = {
    "DEPARTMENT": "部门",
    "ORGANIZATION": "机构",
    "POLICY": "政策",
    "QUANTITY": "数量",
    "PERIOD": "时间",
    "SCOPE": "范围",
    "micro.main": "三类合计",
    "micro.all": "全部合计",
    "DEPARTMENT.role": "角色",
    "DEPARTMENT.canonical": "全称",
    "POLICY.kind": "类别",
    "POLICY.act": "行为",
    "POLICY.nested": "嵌套",
    "POLICY.number": "文号",
    "QUANTITY.value": "数值",
    "QUANTITY.unit": "单位",
    "QUANTITY.bound": "界限",
    "QUANTITY.kind": "类别",
    "QUANTITY.change": "变化",
    "QUANTITY.indicator": "指标",
    "QUANTITY.indicator_char_f1": "指标字 F1",
    "QUANTITY.period": "时间",
    "QUANTITY.scope": "范围",
    "QUANTITY.of": "从属",
    "QUANTITY.row_f1": "整行 F1",
    "PERIOD.from": "起",
    "PERIOD.to": "止",
}
_SPAN_HEADER = ("标注 span", "金标 gold", "预测 pred", "精确 P", "召回 R", "F1", "重叠 overlap P", "重叠 overlap R")
_ATTRIBUTE_HEADER = ("属性 attribute", "数 n", "正确率 score")


def render_text(scores: Scores, intervals: Intervals | None = None) -> str:
    """Two aligned tables (spans, attributes) for a terminal or a code block; figures as ``.912 [.885, .934]``."""
    return _render(aligned, scores, intervals or {})


def render_markdown(scores: Scores, intervals: Intervals | None = None) -> str:
    """The same two tables in Markdown."""
    return _render(markdown, scores, intervals or {})


def to_dict(scores: Scores, intervals: Intervals | None = None) -> dict[str, Any]:
    """Everything as plain types for JSON: ``{"counts": {name: number}, "figures": {name: {"value", "low", "high"}}}``.

    ``low`` and ``high`` stand only where there are intervals; a figure that does not exist has the value ``None``.
    """
    found: dict[str, dict[str, float | None]] = {}
    for name, value in scores.figures.items():
        found[name] = {"value": value}
        if intervals and (interval := intervals.get(name)):
            found[name] |= {"low": interval.low, "high": interval.high}
    return {"counts": scores.counts.named(), "figures": found}


def figure(value: float | None, interval: Interval | None = None) -> str:
    """``.912``, ``1.000``, with its interval ``.912 [.885, .934]``; an en dash for a figure that does not exist."""
    if value is None:
        return "–"
    return _short(value) + (f" [{_short(interval.low)}, {_short(interval.high)}]" if interval else "")


_RELIABILITY_HEADER = (
    "置信度 confidence of",
    "数 n",
    "校准误差 ECE",
    "阈值 threshold for P ≥ .95",
    "其上召回 recall kept",
)
_RELIABILITY_NAMES = {
    "measures": "指标 measures",
    "during": "时间 during",
    "within": "范围 within",
    "of": "从属 of",
    "ROW": "整行 row",
}


def render_reliability(found: Sequence[Reliability], in_markdown: bool) -> str:
    """Calibration errors, and what is left above the confidence from which 95% is right."""
    rows = []
    for item in found:
        name = _RELIABILITY_NAMES.get(item.name) or _title(item.name)
        rows.append([name, str(item.count), figure(item.error), figure(item.threshold), figure(item.kept)])
    return (markdown if in_markdown else aligned)(_RELIABILITY_HEADER, rows)


def _render(grid: _Grid, scores: Scores, intervals: Intervals) -> str:
    def cell(name: str) -> str:
        return figure(scores[name], intervals.get(name))

    averages = {f"micro.{name}": labels for name, labels in MICRO.items()}
    spans = []
    for name, labels in ({label: (label,) for label in LABELS} | averages).items():
        numbers = [sum(scores.counts[f"{label}.{side}"] for label in labels) for side in ("gold", "pred")]
        spans.append([_title(name), *(f"{n:.0f}" for n in numbers), *(cell(f"{name}.{what}") for what in SPAN_FIGURES)])
    rows = []
    for label, attribute in attributes():
        name = f"{label}.{attribute}"
        rows.append([_title(name), f"{scores.counts[f'{name}.n']:.0f}", cell(name)])
    both = scores.counts["QUANTITY.gold"] + scores.counts["QUANTITY.pred"]
    rows.append([_title("QUANTITY.row_f1"), f"{both:.0f}", cell("QUANTITY.row_f1")])
    return f"{grid(_SPAN_HEADER, spans)}\n\n{grid(_ATTRIBUTE_HEADER, rows)}"


def _title(name: str) -> str:
    label, _, attribute = name.partition(".")
    if attribute and label in _CHINESE:
        return f"{_CHINESE[label]}{_CHINESE[name]} {name}"
    return f"{_CHINESE[name]} {name}"


def _short(value: float) -> str:
    return f"{value:.3f}".removeprefix("0")
