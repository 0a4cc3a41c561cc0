"""``tongbao annotate check``: every code by a small change to a document that has nothing wrong."""

import json
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.annotation.placement import sentence_of
from tongbao.annotation.problem import Code, one_line
from tongbao.annotation.review import Finding, read_entries, review
from tongbao.annotation.texts import MOST_SHARED, near_duplicates
from tongbao.errors import AnnotationError
from tongbao.records import Span

CASES = Path(__file__).parent / "cases"
FINDINGS = json.loads((CASES / "findings.json").read_text(encoding="utf-8"))
HEADER, CLEAN = (CASES / "clean.jsonl").read_text(encoding="utf-8").splitlines()

#: Codes that need other files than a changed document: the tests below the table.
OF_LINES = {"json", "version", "document-id", "near-duplicate"}


def changed(case: dict[str, Any]) -> dict[str, Any]:
    """The clean document with spans changed (or left out: null), added, and keys of the document replaced."""
    document = json.loads(CLEAN)
    spans = [
        span | change for span in document["spans"] if (change := case.get("spans", {}).get(span["id"], {})) is not None
    ]
    document["spans"] = spans + case.get("add", [])
    return document | case.get("document", {})


def found(path: Path, *lines: str) -> list[Finding]:
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return review(read_entries(path))


def codes(findings: list[Finding]) -> list[tuple[int, str]]:
    return [(finding.line, finding.problem.code) for finding in findings]


@pytest.mark.parametrize("case", FINDINGS, ids=lambda case: case["why"])
def test_findings(case: dict[str, Any], tmp_path: Path) -> None:
    findings = found(tmp_path / "a.jsonl", json.dumps(changed(case)))
    assert [[finding.problem.code, finding.problem.offset] for finding in findings] == case["findings"]
    assert case.get("message", "") in " ".join(map(str, findings))


def test_every_code_has_a_case() -> None:
    assert {code for case in FINDINGS for code, _ in case["findings"]} | OF_LINES == set(get_args(Code))


def test_a_clean_file() -> None:
    assert review(read_entries(CASES / "clean.jsonl")) == []


def test_a_finding_is_a_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    document = changed({"spans": {"q1": {"unit": "家"}}})
    [finding] = found(path, HEADER, "", json.dumps(document))
    assert str(finding) == f'{path}:3: clean 34 unit: QUANTITY q1 "40所": unit 家, the characters say 所'


def test_nothing_in_a_document_breaks_the_line(tmp_path: Path) -> None:
    document = changed({"spans": {"q3": {"id": "\ud83d\n\u2028"}}, "document": {"id": "\x07\ud83d"}})
    findings = found(tmp_path / "a.jsonl", json.dumps(document))
    assert findings
    for finding in findings:
        assert len(str(finding).splitlines()) == 1
        assert str(finding).encode("utf-8")
        assert finding.document == "\\x07\\ud83d"


@given(st.text(alphabet=st.characters(categories=["L", "C", "Z", "S"])))
def test_one_line(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert line.encode("utf-8").decode("utf-8") == line


def test_bad_lines_do_not_hide_the_others(tmp_path: Path) -> None:
    bad = json.dumps(changed({"spans": {"q1": {"unit": "家"}}, "document": {"id": "b"}}))
    findings = found(tmp_path / "a.jsonl", "{", "[]", '{"id": "x", "id": "y"}', bad)
    assert codes(findings) == [(1, "json"), (2, "format"), (3, "json"), (4, "unit")]
    assert [finding.document for finding in findings] == [None, None, None, "b"]


@pytest.mark.parametrize(
    "header", ['{"schema": 2, "guidelines": 1}', '{"schema": 1, "guidelines": 9}', '{"schema": 1}']
)
def test_another_version(tmp_path: Path, header: str) -> None:
    [finding] = found(tmp_path / "a.jsonl", header, CLEAN)
    assert (finding.line, finding.problem.code) == (1, "version")
    assert HEADER in finding.problem.message


def test_a_header_further_down_is_no_document(tmp_path: Path) -> None:
    assert set(codes(found(tmp_path / "a.jsonl", CLEAN, HEADER))) == {(2, "format")}


def test_ids_and_texts_are_compared_over_all_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.jsonl").write_text(f"{HEADER}\n{CLEAN}\n", encoding="utf-8")
    entries = [entry for name in ("a", "b") for entry in read_entries(tmp_path / f"{name}.jsonl")]
    findings = review(entries)
    assert codes(findings) == [(2, "document-id"), (2, "near-duplicate")]
    assert all(finding.file == str(tmp_path / "b.jsonl") for finding in findings)
    assert all(f"{tmp_path / 'a.jsonl'}:2" in finding.problem.message for finding in findings)
    assert "shares 100.0% of its character 8-grams with clean" in findings[1].problem.message


@pytest.mark.parametrize("content", [None, b"\xb2\xe2\xff\xff"])
def test_a_file_that_cannot_be_read(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "a.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(AnnotationError, match=r"cannot be read|not UTF-8"):
        read_entries(path)


def test_near_duplicates() -> None:
    """Text 1 is text 0 in other lines; 2 has one of its 93 grams; 3 has five; 4 and 5 are shorter than a gram."""
    long = "".join(chr(0x4E00 + i) for i in range(100))
    texts = [long, long[:50] + "\n " + long[50:], long[:8], long[:12], "短文", "短文", ""]
    pairs = {(later, earlier): similarity for later, earlier, similarity in near_duplicates(texts)}
    assert pairs == {(1, 0): 1.0, (3, 0): 5 / 93, (3, 1): 5 / 93, (3, 2): 1 / 5, (5, 4): 1.0}


@given(st.lists(st.text(alphabet="甲乙", max_size=30), max_size=6))
def test_near_duplicates_are_those_of_the_definition(texts: list[str]) -> None:
    grams = [{text[i : i + 8] for i in range(max(1, len(text) - 7))} if text else set() for text in texts]
    expected = {
        (later, earlier): len(grams[later] & grams[earlier]) / len(grams[later] | grams[earlier])
        for later in range(len(texts))
        for earlier in range(later)
        if texts[later] and texts[earlier]
    }
    pairs = {(later, earlier): similarity for later, earlier, similarity in near_duplicates(texts)}
    assert pairs == {pair: similarity for pair, similarity in expected.items() if similarity > MOST_SHARED}


@given(st.integers(0, 12), st.integers(0, 12))
def test_the_sentence_of_a_span(start: int, length: int) -> None:
    sentences = [Span(0, 4), Span(5, 9), Span(9, 12)]
    span = Span(start, start + length)
    assert sentence_of(span, sentences) in ([s for s in sentences if s.contains(span)] or [None])
