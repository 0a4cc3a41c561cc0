"""``tongbao compare``."""

from __future__ import annotations

import json as json_module
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from pathlib import Path

import typer

from tongbao.annotation.files import SUFFIXES, read_annotations
from tongbao.annotation.grid import aligned
from tongbao.annotation.row_differences import CELLS, SPAN, CellDifference, Difference, Verdict, one_line
from tongbao.annotation.run_comparison import (
    ROW,
    DocumentCount,
    FieldCount,
    Order,
    RunComparison,
    compare_runs,
    ordered,
)
from tongbao.cli.console import note
from tongbao.errors import AnnotationError
from tongbao.records import Annotated, Label
from tongbao.store import open_store
from tongbao.writing.columns import HEADERS_ZH

_STORE = ".sqlite"
#: Ids that one note names.
_NAMED = 10

_LABELS: dict[Label, str] = {"QUANTITY": "数据 quantity", "DEPARTMENT": "部门 department", "POLICY": "政策 policy"}
#: The columns of the tables under their own headers, and what is no column.
_FIELDS = {name: f"{HEADERS_ZH[name]} {name}" for names in CELLS.values() for name in names if name in HEADERS_ZH} | {
    ROW: "行 row",
    SPAN: "边界 span",
    "days": "起止日 days",
    "of": "从属于 of",
    "nested": "嵌套 nested",
}
_VERDICTS: dict[Verdict, str] = {"a": "A", "b": "B", "neither": "都不是 neither"}


def run(a: Path, b: Path, gold: list[Path], order: Order, limit: int | None, json: bool) -> None:
    """Print what two runs give differently.

    Raises:
        AnnotationError: the two, or they and gold, have no document in common, or a file is no sound annotation.
        WritingError: a store cannot be read.
    """
    for path in (a, b):
        if path.suffix not in (_STORE, *SUFFIXES):
            raise typer.BadParameter(f"{path}: 须为 has to be a .sqlite, .jsonl or .sheet")
    truth = [document for path in gold for document in read_annotations(path)]
    comparison = compare_runs(_run(a), _run(b), truth)
    if not comparison.documents:
        raise AnnotationError(
            str(b), f"no document of {a} is in it with the same text", "compare two runs over the same files"
        )
    if gold and not comparison.judged:
        raise AnnotationError(str(gold[0]), "none of its texts is in both runs", "name gold for these documents")
    _say_what_was_not_compared(comparison, a, b)
    differences = ordered(comparison, order)[:limit]
    if json:
        print(json_module.dumps(_as_dict(comparison, differences, a, b, limit), ensure_ascii=False, indent=2))
    else:
        print("\n\n".join(_parts(comparison, differences, a, b, limit)))


def _run(path: Path) -> Iterable[Annotated]:
    """The documents of a run in the order of their ids: those of a store one by one."""
    if path.suffix == _STORE:
        return _stored(path)
    return sorted(read_annotations(path), key=attrgetter("id"))


def _stored(path: Path) -> Iterator[Annotated]:
    with open_store(path, read_only=True) as store:
        yield from store.annotations()


def _makers(path: Path) -> list[tuple[str, str, str]]:
    """Version, model and hash of a store's documents; an annotation file does not say."""
    if path.suffix != _STORE:
        return []
    with open_store(path, read_only=True) as store:
        return store.makers()


def _say_what_was_not_compared(comparison: RunComparison, a: Path, b: Path) -> None:
    for what, ids in (
        (f"仅见于 only in A {a}", comparison.only_a),
        (f"仅见于 only in B {b}", comparison.only_b),
        ("两次文本不同,未比较 not compared, the texts differ", comparison.other_text),
    ):
        if ids:
            more = f" … (+{len(ids) - _NAMED})" if len(ids) > _NAMED else ""
            note(f"{what}: {len(ids)}: {' '.join(map(one_line, ids[:_NAMED]))}{more}")


# For people.


def _parts(
    comparison: RunComparison, differences: Sequence[Difference], a: Path, b: Path, limit: int | None
) -> Iterator[str]:
    total = len(comparison.differences)
    head = [
        *_runs(comparison, a, b),
        f"共有 in both: {comparison.documents} 篇 documents, 有差异 differing: {len(comparison.differing)}, "
        f"差异行 differing rows: {total}",
    ]
    if comparison.judged:
        unsaid = total - sum(comparison.verdicts.values())
        wins = ", ".join(f"{_VERDICTS[one]} {comparison.verdicts.get(one, 0)}" for one in _VERDICTS)
        head.append(f"标注支持 gold agrees with ({comparison.judged} 篇 documents): {wins}, 未评 not judged {unsaid}")
    yield "\n".join(head)
    if comparison.fields:
        yield _field_table(comparison.fields, judged=bool(comparison.judged))
    if comparison.differing:
        yield _document_table(comparison.differing[:limit])
        lines = [_line(difference) for difference in differences]
        if len(lines) < total:
            lines.append(f"… {total - len(lines)} 行未列出 more rows (--limit)")
        yield "\n".join(lines)


def _runs(comparison: RunComparison, a: Path, b: Path) -> Iterator[str]:
    for side, path, rows in (("A", a, comparison.a), ("B", b, comparison.b)):
        makers = "".join(f", {model} {digest[:8]} (tongbao {version})" for version, model, digest in _makers(path))
        yield f"{side}: {path}, {rows} 行 rows{makers}"


def _field_table(fields: Sequence[FieldCount], *, judged: bool) -> str:
    header = ["字段 field", "数 n", "不同 different", "比例 share", *(_VERDICTS.values() if judged else ())]
    rows = [
        [
            f"{_LABELS[field.label]} {_FIELDS[field.name]}",
            str(field.n),
            str(field.different),
            f"{field.share:.3f}",
            *(str(field.verdicts.get(verdict, 0)) for verdict in _VERDICTS if judged),
        ]
        for field in fields
    ]
    return aligned(header, rows)


def _document_table(documents: Sequence[DocumentCount]) -> str:
    header = ["文档 document", "差异行 differing", "A", "B", "仅 only A", "仅 only B", "内容不同 changed"]
    rows = [[one_line(one.id), *map(str, _counts(one).values())] for one in documents]
    return aligned(header, rows)


def _line(difference: Difference) -> str:
    label = "" if difference.label == "QUANTITY" else f" {_LABELS[difference.label]}"
    place = f"{one_line(difference.document)} {difference.span.start} {difference.surface}{label}"
    if difference.only is None:
        said = "; ".join(f"{_FIELDS[cell.name]}: {cell.a or '—'} | {cell.b or '—'}" for cell in difference.cells)
    else:
        side = "A" if difference.only == "a" else "B"
        said = f"仅 only {side}: {', '.join(_row_words(difference.cells))}".rstrip(": ")
    gold = "" if difference.verdict is None else f" → {_VERDICTS[difference.verdict]}"
    return f"{place}: {said}{gold}"


#: What a row that the other side lacks is shown by; the rest stands in ``--json``.
_TOLD = frozenset({"value", "unit", "indicator", "role", "canonical", "act"})


def _row_words(cells: Iterable[CellDifference]) -> Iterator[str]:
    return (one_line(cell.a or cell.b or "") for cell in cells if cell.name in _TOLD)


# For programs.


def _as_dict(
    comparison: RunComparison, differences: Sequence[Difference], a: Path, b: Path, limit: int | None
) -> dict[str, object]:
    judged = bool(comparison.judged)
    return {
        "a": _run_dict(a),
        "b": _run_dict(b),
        "documents": comparison.documents,
        "differing_documents": len(comparison.differing),
        "rows": {"a": comparison.a, "b": comparison.b, "different": len(comparison.differences)},
        "not_compared": {
            "only_a": comparison.only_a,
            "only_b": comparison.only_b,
            "other_text": comparison.other_text,
        },
        "gold": {"documents": comparison.judged, **_wins(comparison.verdicts)} if judged else None,
        "fields": [_field_dict(field, judged=judged) for field in comparison.fields],
        "by_document": [{"id": one.id, **_counts(one)} for one in comparison.differing[:limit]],
        "differences": [_difference_dict(difference) for difference in differences],
    }


def _run_dict(path: Path) -> dict[str, object]:
    made_by = [{"version": version, "model": model, "hash": digest} for version, model, digest in _makers(path)]
    return {"path": str(path), "made_by": made_by}


def _field_dict(field: FieldCount, *, judged: bool) -> dict[str, object]:
    counts: dict[str, object] = {
        "label": field.label,
        "name": field.name,
        "n": field.n,
        "different": field.different,
        "share": field.share,
    }
    return counts | ({"gold": _wins(field.verdicts)} if judged else {})


def _difference_dict(difference: Difference) -> dict[str, object]:
    return {
        "document": difference.document,
        "label": difference.label,
        "start": difference.span.start,
        "end": difference.span.end,
        "text": difference.surface,
        "only": difference.only,
        "cells": {cell.name: {"a": cell.a, "b": cell.b, "gold": cell.verdict} for cell in difference.cells},
        "gold": difference.verdict,
    }


def _counts(one: DocumentCount) -> dict[str, int]:
    return {
        "different": one.different,
        "a": one.a,
        "b": one.b,
        "only_a": one.only_a,
        "only_b": one.only_b,
        "changed": one.changed,
    }


def _wins(verdicts: Mapping[Verdict, int]) -> dict[str, int]:
    return {verdict: verdicts.get(verdict, 0) for verdict in _VERDICTS}
