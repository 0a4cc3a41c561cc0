"""Findings that somebody has looked at and found right: the gold knows better than the check."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TypeAlias, get_args

from tongbao.annotation.problem import Code
from tongbao.annotation.review import Finding
from tongbao.errors import AnnotationError

#: Document, offset of the finding, its code.
Accepted: TypeAlias = frozenset[tuple[str, int, str]]

COLUMNS = ("document", "offset", "code", "reason")


def read_accepted(path: str | Path) -> Accepted:
    """The findings of a table with tabs between its columns ``document``, ``offset``, ``code``, ``reason``.

    Raises:
        AnnotationError: the file cannot be read, has other columns, or a line without a reason.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise AnnotationError(str(path), f"cannot be read: {error}", "name a table of accepted findings") from error
    if not lines or tuple(lines[0].split("\t")) != COLUMNS:
        raise AnnotationError(f"{path}:1", "not a table of accepted findings", f"its head is {' '.join(COLUMNS)}")
    found: set[tuple[str, int, str]] = set()
    for number, line in enumerate(lines[1:], 2):
        cells = line.split("\t")
        if (
            len(cells) != len(COLUMNS)
            or not cells[1].isdigit()
            or cells[2] not in get_args(Code)
            or not cells[3].strip()
        ):
            raise AnnotationError(
                f"{path}:{number}", "not an accepted finding", "document, offset, code and a reason, tabs between them"
            )
        found.add((cells[0], int(cells[1]), cells[2]))
    return frozenset(found)


def without(findings: Iterable[Finding], accepted: Accepted) -> tuple[list[Finding], list[tuple[str, int, str]]]:
    """The findings that nobody has accepted, and what was accepted and is found no longer."""
    left: list[Finding] = []
    used: set[tuple[str, int, str]] = set()
    for finding in findings:
        key = (
            finding.document or "",
            -1 if finding.problem.offset is None else finding.problem.offset,
            finding.problem.code,
        )
        if key in accepted:
            used.add(key)
        else:
            left.append(finding)
    return left, sorted(accepted - used)
