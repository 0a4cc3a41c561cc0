"""The annotation format: every file of the repository there and back, and everything that must be refused."""

import json
import string
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.annotation import from_json, parse_line, read_gold, to_json, write_gold
from tongbao.errors import AnnotationError
from tongbao.records import Annotated, Department, GoldSection, Link, Mention, Period, Policy, Quantity, Span

ROOT = Path(__file__).parents[2]
GOLD = sorted((ROOT / "annotations" / "gold").glob("**/*.jsonl"))
REFUSED = json.loads((Path(__file__).parent / "cases" / "refused.json").read_text(encoding="utf-8"))

#: What a file may leave out, and what its absence means.
DEFAULTS: dict[str, Any] = {
    "indicator": [],
    "nested": False,
    "trial": False,
    **dict.fromkeys(["value", "low", "high", "unit", "period", "scope", "of", "confidence"]),
    **dict.fromkeys(["canonical", "number", "nested_in", "issuer", "from", "to"]),
}


def without_defaults(data: dict[str, Any]) -> dict[str, Any]:
    spans = [{k: v for k, v in span.items() if k not in DEFAULTS or v != DEFAULTS[k]} for span in data["spans"]]
    for span in spans:
        if span.get("bound") == "range":
            span["bound"] = "exact"
    return {**data, "spans": spans, "sections": data.get("sections", [])}


def with_span(line: dict[str, Any], **values: Any) -> dict[str, Any]:
    return {**line, "spans": [line["spans"][0], {**line["spans"][1], **values}]}


@pytest.mark.parametrize("path", GOLD, ids=lambda path: path.name)
def test_round_trip(path: Path, tmp_path: Path) -> None:
    documents = read_gold(path)
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    raw = [line for line in lines if "schema" not in line]
    assert len(documents) == len(raw) > 0
    for document, data in zip(documents, raw, strict=True):
        assert without_defaults(to_json(document)) == without_defaults(data)
    write_gold(tmp_path / "again.jsonl", documents)
    assert read_gold(tmp_path / "again.jsonl") == documents


def test_records(line: dict[str, Any]) -> None:
    line["text"] += "《甲》2023年市局约1至2天内其中三分之一"
    line["spans"] += [
        {"id": "p1", "label": "POLICY", "start": 12, "end": 15, "kind": "law", "act": "cite", "number": "8号"},
        {"id": "t1", "label": "PERIOD", "start": 15, "end": 20, "from": "2023-01-01", "to": "2023-12-31"},
        {"id": "d1", "label": "DEPARTMENT", "start": 20, "end": 22, "role": "lead", "canonical": "安溪县教育局"},
        {"id": "q2", "label": "QUANTITY", "start": 22, "end": 27, "low": "1", "high": "2", "unit": "天"}
        | {"bound": "approx", "kind": "duration", "change": "to", "period": [15, 20], "indicator": [[0, 2], [4, 6]]},
        {"id": "q3", "label": "QUANTITY", "start": 30, "end": 34, "value": "1/3", "of": "q2", "confidence": 0.5}
        | {"bound": "exact", "kind": "ratio", "change": "none", "scope": [20, 22]},
    ]
    line["sections"] = [{"start": 0, "end": 12, "number": "1", "title": [0, 9], "lead": ["d1"]}]
    count = Quantity(Decimal(40), None, None, "所", "exact", "count", "none")
    days = Quantity(None, Decimal(1), Decimal(2), "天", "approx", "duration", "to")
    third = Quantity(Fraction(1, 3), None, None, None, "exact", "ratio", "none")
    assert from_json(line) == Annotated(
        "x1",
        "authored",
        line["text"],
        (
            Mention("s1", "SCOPE", Span(0, 2)),
            Mention("q1", "QUANTITY", Span(6, 9), count),
            Mention("p1", "POLICY", Span(12, 15), Policy("law", "cite", "8号")),
            Mention("t1", "PERIOD", Span(15, 20), Period(date(2023, 1, 1), date(2023, 12, 31))),
            Mention("d1", "DEPARTMENT", Span(20, 22), Department("lead", "安溪县教育局")),
            Mention("q2", "QUANTITY", Span(22, 27), days),
            Mention("q3", "QUANTITY", Span(30, 34), third, 0.5),
        ),
        (
            Link("measures", "q1", (Span(2, 6),)),
            Link("within", "q1", (Span(0, 2),), "s1"),
            Link("measures", "q2", (Span(0, 2), Span(4, 6))),
            Link("during", "q2", (Span(15, 20),), "t1"),
            Link("within", "q3", (Span(20, 22),)),
            Link("of", "q3", (), "q2"),
        ),
        (GoldSection(Span(0, 12), "1", Span(0, 9), ("d1",)),),
    )


def test_range_as_a_bound_reads_as_exact(line: dict[str, Any]) -> None:
    quantity = from_json(with_span(line, value=None, low="1", high="2", bound="range")).mentions[1].attributes
    assert quantity == Quantity(None, Decimal(1), Decimal(2), "所", "exact", "count", "none")


def test_gold_has_no_confidence_and_predictions_have(line: dict[str, Any]) -> None:
    assert "confidence" not in to_json(from_json(line))["spans"][1]
    assert to_json(from_json(with_span(line, confidence=0.98)))["spans"][1]["confidence"] == 0.98


numbers = st.one_of(
    st.from_regex(r"-?(0|[1-9][0-9]{0,15})(\.[0-9]{1,6})?", fullmatch=True),
    st.fractions().filter(lambda number: number.denominator > 1).map(str),
)


@given(value=numbers)
def test_numbers_keep_their_digits(value: str) -> None:
    span = {"id": "q", "label": "QUANTITY", "start": 0, "end": 1, "value": value, "bound": "exact", "kind": "other"}
    data = {"id": "x", "origin": "seed", "text": "一", "spans": [span | {"change": "none"}]}
    assert to_json(from_json(data))["spans"][0]["value"] == value


@given(value=st.decimals(allow_nan=False, allow_infinity=False, places=3) | st.just(Decimal("1E+12")))
def test_a_decimal_is_written_without_exponent(value: Decimal) -> None:
    quantity = Quantity(value, None, None, None, "exact", "other", "none")
    document = Annotated("x", "seed", "一", (Mention("q", "QUANTITY", Span(0, 1), quantity),), ())
    written = to_json(document)["spans"][0]["value"]
    assert set(written) <= set(string.digits + "-.")
    assert Decimal(written) == value


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case["why"])
def test_refused(case: dict[str, Any], line: dict[str, Any]) -> None:
    data = with_span(line, **case.get("set", {})) | case.get("document", {})
    if "drop" in case:
        del data["spans"][1][case["drop"]]
    with pytest.raises(AnnotationError) as caught:
        parse_line(json.dumps(data), "gold.jsonl:7")
    assert str(caught.value).startswith(f"gold.jsonl:7: document x1: {case['message']}")


def test_two_spans_of_one_label_and_range_are_refused(line: dict[str, Any]) -> None:
    line["spans"].append({"id": "s2", "label": "SCOPE", "start": 0, "end": 2})
    with pytest.raises(AnnotationError, match=r"document x1: spans: 2 of label SCOPE at \[0, 2\)"):
        from_json(line)


def test_a_title_nested_in_nothing_is_refused(line: dict[str, Any]) -> None:
    policy = {"id": "p1", "label": "POLICY", "start": 2, "end": 4, "kind": "law", "act": "cite", "nested": True}
    line["spans"].append(policy | {"nested_in": "s1"})
    with pytest.raises(AnnotationError, match="span p1 nested_in: no POLICY has the id 's1'"):
        from_json(line)


@pytest.mark.parametrize("day", ["2023-02-30", "20230101", "2023-W01-1"])
def test_a_day_that_is_none_is_refused(day: str, line: dict[str, Any]) -> None:
    line["spans"].append({"id": "t1", "label": "PERIOD", "start": 2, "end": 4, "from": day})
    with pytest.raises(AnnotationError, match="span t1 from: "):
        from_json(line)


@pytest.mark.parametrize("problems", [3, 5])
def test_a_message_names_three_problems_and_counts_the_rest(problems: int, line: dict[str, Any]) -> None:
    broken = dict.fromkeys(["bound", "kind", "change", "value", "unit"][:problems], 0)
    with pytest.raises(AnnotationError) as caught:
        from_json(with_span(line, **broken))
    assert str(caught.value).count("span q1") == 3
    assert ("; and 2 more" in str(caught.value)) == (problems == 5)


@pytest.mark.parametrize("data", [[], "text", 3, None, {}, {"id": 3}, {"spans": [None]}, {"spans": [[]]}])
def test_what_is_no_document_is_refused(data: object) -> None:
    with pytest.raises(AnnotationError, match=r"^document: document (without id|3): "):
        from_json(data)


@pytest.mark.parametrize(
    "text", ["{", "", "{'id': 1}", '{"id": "x", "id": "y"}', "[" * 100_000, "1" * 5000], ids=lambda text: text[:9]
)
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(AnnotationError, match=r"^gold\.jsonl:3: not JSON: "):
        parse_line(text, "gold.jsonl:3")


def test_one_bad_line_refuses_the_file(line: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    lines = [line, with_span(line | {"id": "x2"}, bound="about"), line | {"id": "x3"}]
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    with pytest.raises(AnnotationError) as caught:
        read_gold(path)
    assert str(caught.value).startswith(f"{path}:2: document x2: span q1 bound: ")


def test_header_blank_lines_marks_and_line_ends(line: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    line["text"] += "\u2028\n\r"
    lines = ['{"schema": 1, "guidelines": 1}', "", json.dumps(line, ensure_ascii=False), ""]
    path.write_bytes("\r\n".join(lines).encode("utf-8-sig"))
    assert read_gold(path) == (from_json(line),)


@pytest.mark.parametrize(
    "header", ['{"schema": 2, "guidelines": 1}', '{"schema": 1, "guidelines": 2}', '{"schema": 1}']
)
def test_another_version_is_refused(header: str, line: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(f"{header}\n{json.dumps(line)}\n", encoding="utf-8")
    with pytest.raises(AnnotationError, match=r"gold\.jsonl:1: version .* \(this code reads"):
        read_gold(path)


def test_a_header_is_written_on_demand(line: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    write_gold(path, [from_json(line)], header=True)
    first, second, rest = path.read_text(encoding="utf-8").split("\n")
    assert (json.loads(first), json.loads(second), rest) == (
        {"schema": 1, "guidelines": 1},
        to_json(from_json(line)),
        "",
    )
    assert "全市" in second
    assert read_gold(path) == (from_json(line),)


def test_a_document_twice_is_refused(line: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(f"{json.dumps(line)}\n{json.dumps(line)}\n", encoding="utf-8")
    with pytest.raises(AnnotationError, match=r"gold\.jsonl:2: document x1: the id is already used in line 1"):
        read_gold(path)


def test_an_empty_file_has_no_documents(tmp_path: Path) -> None:
    (tmp_path / "gold.jsonl").touch()
    assert read_gold(tmp_path / "gold.jsonl") == ()


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(AnnotationError, match="cannot be read: No such file"):
        read_gold(tmp_path / "none.jsonl")
    with pytest.raises(AnnotationError, match="cannot be read: "):
        read_gold(tmp_path)
    (tmp_path / "gbk.jsonl").write_bytes("部门".encode("gbk"))
    with pytest.raises(AnnotationError, match="not UTF-8 at byte 0"):
        read_gold(tmp_path / "gbk.jsonl")


def test_a_failed_write_leaves_the_old_file(line: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    write_gold(path, [from_json(line)])
    before = path.read_bytes()
    with pytest.raises(AnnotationError, match="cannot be written"):
        write_gold(path, [Annotated("x", "seed", "\ud83d", (), ())])
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(AnnotationError, match="cannot be written"):
        write_gold(tmp_path / "none" / "gold.jsonl", [])
