"""Slices: nothing lost, nothing twice, offsets that still point to their words."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.annotation.check import problems
from tongbao.errors import AnnotationError
from tongbao.evaluation import leave_one_item_out, slice_document
from tongbao.records import Annotated, GoldSection, Link, Mention, Policy, Section, Span


@given(data=st.data())
def test_slices_keep_surfaces(data: st.DataObject, corpus: tuple[Annotated, ...]) -> None:
    document = data.draw(st.sampled_from(corpus))
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(document.text))] * 2)))
    span = Span(start, end)
    part = slice_document(document, span)
    assert part.text == document.text[start:end]
    assert problems(part) == []
    assert surfaces(part, part.text) == {
        (mention.id, mention.label, mention.span.of(document.text))
        for mention in document.mentions
        if start <= mention.span.start and mention.span.end <= end
    }
    originals = {(link.source, link.kind): link for link in document.links}
    for link in part.links:
        original = originals[link.source, link.kind]
        assert [piece.of(part.text) for piece in link.spans] == [piece.of(document.text) for piece in original.spans]
        assert link.target == original.target


def surfaces(document: Annotated, text: str) -> set[tuple[str, str, str]]:
    return {(mention.id, mention.label, mention.span.of(text)) for mention in document.mentions}


@given(data=st.data())
def test_slices_compose(data: st.DataObject, corpus: tuple[Annotated, ...]) -> None:
    document = data.draw(st.sampled_from(corpus))
    a, b, c, d = sorted(data.draw(st.tuples(*[st.integers(0, len(document.text))] * 4)))
    twice = slice_document(slice_document(document, Span(a, d)), Span(b - a, c - a))
    once = slice_document(document, Span(b, c))
    assert replace(twice, id=once.id) == once


def test_the_whole_slice_is_the_document(corpus: tuple[Annotated, ...]) -> None:
    for document in corpus:
        assert replace(slice_document(document, Span(0, len(document.text))), id=document.id) == document


def test_what_leads_out_of_a_slice_is_dropped() -> None:
    document = Annotated(
        "x",
        "authored",
        "《甲〈乙〉》全市3个2个市局",
        (
            Mention("p1", "POLICY", Span(0, 6), Policy("plan", "cite")),
            Mention("p2", "POLICY", Span(2, 5), Policy("plan", "cite", nested=True, nested_in="p1")),
            Mention("s1", "SCOPE", Span(6, 8)),
            Mention("q1", "QUANTITY", Span(8, 10)),
            Mention("q2", "QUANTITY", Span(10, 12)),
            Mention("d1", "DEPARTMENT", Span(12, 14)),
        ),
        (
            Link("within", "q1", (Span(6, 8),), "s1"),
            Link("measures", "q2", (Span(6, 8), Span(12, 14))),
            Link("of", "q2", (), "q1"),
            Link("within", "q2", (Span(6, 8),), "s1"),
        ),
        (GoldSection(Span(0, 6), "", None, ("d1",)), GoldSection(Span(6, 14), "1", Span(6, 8), ("d1",))),
    )
    head, tail = slice_document(document, Span(1, 6)), slice_document(document, Span(8, 14))
    assert head.mentions == (Mention("p2", "POLICY", Span(1, 4), Policy("plan", "cite", nested=True)),)
    assert tail.links == (Link("of", "q2", (), "q1"),)
    assert slice_document(document, Span(10, 14)).links == ()
    assert [section.lead for section in slice_document(document, Span(0, 12)).sections] == [()]
    middle = slice_document(document, Span(6, 14))
    assert middle.sections == (GoldSection(Span(0, 8), "1", Span(0, 2), ("d1",)),)
    assert len(middle.links) == 4


def test_a_slice_past_the_text_is_refused(gold: tuple[Annotated, ...]) -> None:
    with pytest.raises(AnnotationError, match=r"document s3: .* runs past the text, which has 5 characters"):
        slice_document(gold[2], Span(0, 6))


def sections_of(text: str) -> list[Section]:
    """A preamble, and an item for each line after it; the second line holds a section of its own."""
    cuts = [0, *(i + 1 for i, char in enumerate(text) if char == "\n"), len(text)]
    spans = [Span(start, end) for start, end in pairwise(cuts) if start < end]
    found = [Section(span, str(i) if i else "", str(i), None, 0, None) for i, span in enumerate(spans)]
    inner = Span(spans[1].start + 1, spans[1].end)
    return [*found[:2], Section(inner, "（一）", "1/（一）", None, 1, 1), *found[2:]]


def test_leave_one_item_out(corpus: tuple[Annotated, ...]) -> None:
    for document in (one for one in corpus if one.text.count("\n") > 2):
        parts = leave_one_item_out(document, sections_of(document.text))
        assert "".join(part.span.of(document.text) for part in parts) == document.text
        assert [len(part.training) for part in parts] == [1, *[2] * (len(parts) - 2), 1]
        everything = surfaces(document, document.text)
        for part in parts:
            trained = set().union(*(surfaces(piece, piece.text) for piece in part.training))
            held = surfaces(slice_document(document, part.span), part.span.of(document.text))
            assert trained.isdisjoint(held)
            crossing = {
                mention.id
                for mention in document.mentions
                if mention.span.overlaps(part.span) and not part.span.contains(mention.span)
            }
            assert {entry[0] for entry in everything - trained - held} == crossing
            assert all(problems(piece) == [] for piece in part.training)


def test_an_item_that_is_the_whole_text_leaves_nothing(gold: tuple[Annotated, ...]) -> None:
    [part] = leave_one_item_out(gold[2], [Section(Span(0, 5), "", "", None, 0, None)])
    assert part.training == ()


@pytest.mark.parametrize("spans", [[(0, 3), (2, 5)], [(0, 3), (3, 9)]])
def test_bad_sections_are_refused(spans: list[tuple[int, int]], gold: tuple[Annotated, ...]) -> None:
    sections = [Section(Span(*span), "", "", None, 0, None) for span in spans]
    with pytest.raises(AnnotationError, match=r"document s3: section .* overlaps the next or runs past the text"):
        leave_one_item_out(gold[2], sections)
