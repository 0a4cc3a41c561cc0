"""Corrections into a gold set."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tongbao.annotation.merging import Change, merge
from tongbao.errors import AnnotationError
from tongbao.records import Annotated, Department, GoldSection, Link, Mention, Span

TEXT = "市教育局查处"
OFFICE = Mention("d1", "DEPARTMENT", Span(0, 4), Department("actor"))
GOLD = Annotated("a", "authored", TEXT, (OFFICE,), ())
OTHER = Annotated("b", "authored", "另一篇", (), ())


def test_a_new_document_comes_last() -> None:
    merged, changes = merge([GOLD], [OTHER])
    assert merged == [GOLD, OTHER]
    assert changes == [Change("b", True, 0, 0, 0)]


def test_a_known_document_is_replaced_where_it_stands() -> None:
    corrected = replace(GOLD, mentions=(replace(OFFICE, attributes=Department("lead")),))
    merged, changes = merge([GOLD, OTHER], [corrected])
    assert merged == [corrected, OTHER]
    assert changes == [Change("a", False, 0, 0, 1)]


def test_spans_gained_and_lost_are_counted() -> None:
    corrected = replace(GOLD, mentions=(replace(OFFICE, span=Span(1, 4)), Mention("s1", "SCOPE", Span(0, 1))))
    _, changes = merge([GOLD], [corrected])
    assert changes == [Change("a", False, 2, 1, 0)]


def test_links_and_sections_count_as_alterations() -> None:
    linked = replace(
        GOLD, links=(Link("within", "d1", (Span(0, 1),)),), sections=(GoldSection(Span(0, 6), "1", None, ()),)
    )
    _, changes = merge([GOLD], [linked])
    assert changes == [Change("a", False, 0, 0, 2)]


def test_other_ids_are_no_change() -> None:
    _, changes = merge([GOLD], [replace(GOLD, mentions=(replace(OFFICE, id="d7"),))])
    assert changes[0].unchanged


def test_confidences_are_dropped() -> None:
    predicted = replace(
        GOLD,
        mentions=(replace(OFFICE, confidence=0.5),),
        links=(Link("measures", "d1", (Span(4, 6),), confidence=0.5),),
    )
    merged, _ = merge([], [predicted])
    assert [mention.confidence for mention in merged[0].mentions] == [None]
    assert [link.confidence for link in merged[0].links] == [None]


def test_another_text_is_refused_with_the_place() -> None:
    with pytest.raises(AnnotationError, match=r"document a: its text differs .* at character 4"):
        merge([GOLD], [replace(GOLD, text="市教育局整改")])


def test_a_document_twice_is_refused() -> None:
    with pytest.raises(AnnotationError, match="document b: comes twice"):
        merge([GOLD], [OTHER, OTHER])
