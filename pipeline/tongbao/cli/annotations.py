"""What the verbs of ``tongbao annotate`` do."""

from __future__ import annotations

import json as json_module
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import typer

from tongbao.annotation.accepted import read_accepted, without
from tongbao.annotation.agreement import Agreement, differences, render
from tongbao.annotation.agreement import agree as agreement_of
from tongbao.annotation.files import SUFFIXES, read_annotations
from tongbao.annotation.review import Entry, Finding, read_entries, review
from tongbao.annotation.statistics import count
from tongbao.annotation.statistics import render as render_statistics
from tongbao.cli.console import complain, note
from tongbao.errors import AnnotationError

FINDINGS = 5


def check(paths: list[Path], only: list[str], skip: list[str], accepted: Path | None, json: bool) -> None:
    """Print every finding; a file that cannot be read is named, and the others are checked all the same."""
    entries: list[Entry] = []
    failed = False
    for path in annotation_files(paths):
        try:
            entries += read_entries(path)
        except AnnotationError as error:
            complain(str(error))
            failed = True
    known = read_accepted(accepted) if accepted else frozenset()
    left, stale = without(review(entries), known)
    findings = [
        finding for finding in left if (not only or finding.problem.code in only) and finding.problem.code not in skip
    ]
    if json:
        _print_json([_finding_dict(finding) for finding in findings])
    else:
        for finding in findings:
            print(finding)
    counts = Counter(finding.problem.code for finding in findings)
    kinds = "".join(f", {code} {n}" for code, n in counts.most_common())
    note(f"{len(entries)} 篇 documents: {len(findings)} 个问题 findings{kinds}")
    if stale:
        listed = ", ".join(" ".join(map(str, key)) for key in stale)
        note(f"{accepted}: 已不再出现 found no longer: {listed}")
    if failed or findings:
        raise typer.Exit(1 if failed else FINDINGS)


def stats(paths: list[Path], json: bool) -> None:
    """Print the counts of each file and, where there are several, of all together."""
    by_file = [(str(path), read_annotations(path)) for path in annotation_files(paths)]
    files = [(name, count(documents)) for name, documents in by_file]
    total = count(document for _, documents in by_file for document in documents)
    if json:
        _print_json({"files": {name: one.to_dict() for name, one in files}, "all": total.to_dict()})
    elif len(files) == 1:
        print(render_statistics([("数 n", total)]))
    else:
        # Paths are wide; columns bear numbers instead.
        for number, (name, _) in enumerate(files, 1):
            print(f"[{number}] {name}")
        numbered = [(f"[{number}]", one) for number, (_, one) in enumerate(files, 1)]
        print("\n" + render_statistics([*numbered, ("合计 all", total)]))


def agree(a: Path, b: Path, json: bool) -> None:
    """Print the agreement of two files and every difference.

    Raises:
        AnnotationError: a file is no sound annotation, or the two have no document in common.
    """
    first, second = read_annotations(a), read_annotations(b)
    agreement, lines = agreement_of(first, second), differences(first, second)
    ids = [{document.id for document in documents} for documents in (first, second)]
    if not agreement.documents:
        raise AnnotationError(str(b), f"no document of {a} is in it", "the ids of the documents have to be the same")
    alone = {str(a): sorted(ids[0] - ids[1]), str(b): sorted(ids[1] - ids[0])}
    for name, only in alone.items():
        if only:
            note(f"仅见于 only in {name}: {' '.join(only)}")
    if json:
        _print_json(_agreement_dict(agreement) | {"not_compared": alone, "differences": lines})
    else:
        print("\n".join([render(agreement), "", f"分歧 differences: {len(lines)}", *lines]))


def annotation_files(paths: list[Path]) -> list[Path]:
    """The files that are named and, in text order, those that lie in the folders that are named; none of them twice.

    Raises:
        AnnotationError: a folder holds no annotation file.
    """
    files: list[Path] = []
    for path in paths:
        found = (
            sorted(file for file in path.rglob("*") if file.is_file() and file.suffix in SUFFIXES)
            if path.is_dir()
            else [path]
        )
        if not found:
            raise AnnotationError(str(path), "the folder holds no annotation file", "name a .jsonl or .sheet file")
        files += found
    return list(dict.fromkeys(files))


def _finding_dict(finding: Finding) -> dict[str, object]:
    place = {"file": finding.file, "line": finding.line, "document": finding.document}
    return place | asdict(finding.problem)


def _agreement_dict(agreement: Agreement) -> dict[str, object]:
    return {
        "documents": agreement.documents,
        "spans": [asdict(line) | {"f1": line.f1} for line in agreement.spans],
        "attributes": [asdict(line) for line in agreement.attributes],
    }


def _print_json(data: object) -> None:
    print(json_module.dumps(data, ensure_ascii=False, indent=2))
