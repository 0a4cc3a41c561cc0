"""Pages of figures that are made of gold documents."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tongbao.annotation import read_gold
from tongbao.records import Annotated
from tongbao.training.pages import pages

#: So many that each way of setting a page is among them.
COUNT = 180
GOLD = Path(__file__).parents[2] / "annotations" / "gold"


@pytest.fixture(scope="module")
def documents() -> list[Annotated]:
    return [*read_gold(GOLD / "quanzhou-2023.jsonl"), *read_gold(GOLD / "authored" / "authored-1.jsonl")][:30]


@pytest.fixture(scope="module")
def made(documents: list[Annotated]) -> list[Annotated]:
    return list(pages(documents, COUNT, 13))


def test_a_seed_gives_the_same_pages(documents: list[Annotated], made: list[Annotated]) -> None:
    assert list(pages(documents, COUNT, 13)) == made
    assert list(pages(documents, COUNT, 14)) != made
    assert list(pages(documents, 0, 13)) == []
    assert len({page.id for page in made}) == COUNT


def test_words_and_numbers_are_those_of_the_document(documents: list[Annotated], made: list[Annotated]) -> None:
    """A label is the words of an indicator, a number the number that has it."""
    of = {document.id: document for document in documents}
    cards = 0
    for page in made:
        document = of[page.id.partition("~")[0]]
        texts = {mention.id: mention.span.of(document.text) for mention in document.mentions}
        known = {
            (texts[link.source], "".join(piece.of(document.text) for piece in link.spans))
            for link in document.links
            if link.kind == "measures"
        }
        numbers = {mention.id: mention.span.of(page.text) for mention in page.mentions}
        for link in page.links:
            label = "".join(piece.of(page.text) for piece in link.spans)
            assert (numbers[link.source], label) in known or (
                numbers[link.source],
                re.sub(r"\n\s*", "", label),
            ) in known
            cards += 1
    assert cards > 10 * COUNT


def test_spans_are_in_order_and_quantities_say_what_they_said(made: list[Annotated]) -> None:
    for page in made:
        starts = [(mention.span.start, -mention.span.end) for mention in page.mentions]
        assert starts == sorted(starts)
        assert len({mention.id for mention in page.mentions}) == len(page.mentions)
        assert all(mention.span.of(page.text).strip() for mention in page.mentions)


def test_labels_stand_over_and_under_their_numbers(made: list[Annotated]) -> None:
    """On lines of their own neither is more than three times as frequent as the other; there are tables, too."""
    over = under = tables = 0
    for page in made:
        spans = {mention.id: mention.span for mention in page.mentions}
        for link in page.links:
            number, label = spans[link.source], link.spans[0]
            between = page.text[min(number.end, label.end) : max(number.start, label.start)]
            over += label.start < number.start and not between.strip() and "\n" in between
            under += label.start > number.start and not between.strip() and "\n" in between
        tables += any(mark in page.text for mark in ("｜", " | "))
    assert over < 3 * under < 9 * over
    assert tables


def test_nothing_is_made_of_documents_with_few_figures(documents: list[Annotated]) -> None:
    poor = [document for document in documents if len(document.links) < 3]
    assert list(pages(poor, 5, 13)) == []
    assert list(pages([], 5, 13)) == []
