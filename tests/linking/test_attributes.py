"""Readings by rule: roles of departments, what titles and the words round them say, and dates."""

from __future__ import annotations

import csv
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.linking import attributes
from tongbao.reading import read_text
from tongbao.records import Span

CASES = Path(__file__).parent / "cases"


def _rows(name: str) -> list[list[str]]:
    with (CASES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]


# --- departments ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "roles", "why"), _rows("roles.tsv"))
def test_role(text: str, roles: str, why: str, document: Callable[..., Any]) -> None:
    found = document(text.replace("\\n", "\n"))
    assert attributes.roles(found.bulletin, [mention.span for mention in found.mentions]) == roles.split(), why


def test_no_departments() -> None:
    assert attributes.roles(read_text("开展检查。"), []) == []


# --- policies -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("title", "kind"), _rows("policy_kinds.tsv"))
def test_policy_kind(title: str, kind: str) -> None:
    assert attributes.policy_kind(title) == kind


@pytest.mark.parametrize(("text", "act", "why"), _rows("policy_acts.tsv"))
def test_policy_act(text: str, act: str, why: str, document: Callable[..., Any]) -> None:
    found = document(text)
    assert {attributes.policy_act(found.text, mention.span) for mention in found.mentions} == {act}, why


@pytest.mark.parametrize(("after", "number"), _rows("policy_numbers.tsv"))
def test_policy_number(after: str, number: str) -> None:
    title = "依据《停车管理办法》"
    assert attributes.policy_number(title + after, Span(2, len(title))) == (number or None)


@pytest.mark.parametrize(("title", "issuer"), _rows("issuers.tsv"))
def test_issuer_in_title(title: str, issuer: str) -> None:
    assert attributes.issuer_in_title(title) == (issuer or None)


@pytest.mark.parametrize(
    ("title", "trial"),
    [
        ("《停车管理办法（试行）》", True),
        ("《停车管理暂行办法》", True),
        ("〈停车管理办法（试行）〉", True),
        ("停车管理办法（试行）", True),
        ("《停车管理办法》", False),
        ("《关于落实〈停车管理办法（试行）〉的通知》", False),
        ("《关于印发《停车管理办法（试行）》》", False),
        ("《〈停车管理暂行办法〉实施细则（试行）》", True),
        ("", False),
    ],
)
def test_trial(title: str, trial: bool) -> None:
    assert attributes.is_trial(title) is trial


@given(st.text(alphabet="《》〈〉（）()关于通知法试行甲、等5部门印发按照\n，。〔2023〕12号", max_size=60), st.data())
def test_any_stretch_can_be_read(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    span = Span(start, data.draw(st.integers(start, len(text))))
    title = span.of(text)
    assert attributes.policy_kind(title) in ("law", "regulation", "plan", "notice", "opinion", "standard", "other")
    assert attributes.policy_act(text, span) in ("issue", "amend", "implement", "cite")
    number = attributes.policy_number(text, span)
    assert number is None or number in text[span.end :]
    issuer = attributes.issuer_in_title(title)
    assert issuer is None or f"《{issuer}" in title
    assert attributes.roles(read_text(text), [span])[0] in ("issuer", "mentioned", "actor", "lead", "assist")


# --- quantities --------------------------------------------------------------------------------------------------


def test_a_quantity_is_read_in_its_clause(document: Callable[..., Any]) -> None:
    found = document("违规率下降[q 16.28%]，罚款突破[q 1.2万元]。")
    first, second = (attributes.quantity(found.text, mention.span) for mention in found.mentions)
    assert first
    assert (first.value, first.unit, first.change) == (Decimal("16.28"), "%", "decrease_by")
    assert second
    assert (second.value, second.unit, second.bound, second.change) == (Decimal(12000), "元", "at_least", "none")


@pytest.mark.parametrize(("text", "figure"), _rows("sessions.tsv"))
def test_the_number_of_a_session_is_no_figure(text: str, figure: str) -> None:
    start, end = text.index("["), text.index("]") - 1
    plain = text.replace("[", "").replace("]", "")
    assert (attributes.quantity(plain, Span(start, end)) is not None) == (figure == "yes")


def test_a_stretch_without_a_number_is_no_quantity() -> None:
    assert attributes.quantity("查处机构", Span(0, 2)) is None
    assert attributes.quantity("查处机构", Span(4, 4)) is None
