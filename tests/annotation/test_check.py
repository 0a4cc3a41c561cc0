"""Rules on records that no file can break, because the format has no way to write it; the others are in test_gold."""

import pytest

from tongbao.annotation.check import problems
from tongbao.annotation.problem import Problem
from tongbao.records import Annotated, Department, Link, Mention, Quantity, Span

TEXT = "全市检查学校40所"
COUNT = Quantity(None, None, None, None, "exact", "count", "none")
SCOPE = Mention("s1", "SCOPE", Span(0, 2))
QUANTITY = Mention("q1", "QUANTITY", Span(6, 9), COUNT)


def found(mentions: tuple[Mention, ...], *links: Link) -> list[str]:
    return [str(problem) for problem in problems(Annotated("x", "authored", TEXT, mentions, links))]


def test_a_sound_document_has_no_problems() -> None:
    assert found((SCOPE, QUANTITY), Link("within", "q1", (Span(0, 2),), "s1"), Link("measures", "q1")) == []


@pytest.mark.parametrize(
    ("link", "message"),
    [
        (Link("within", "s1", (Span(0, 2),)), "span s1 scope: no QUANTITY has the id 's1'"),
        (Link("during", "q7", (Span(0, 2),)), "span q7 period: no QUANTITY has the id 'q7'"),
        (Link("during", "q1"), "span q1 period: 0 ranges where one is wanted"),
        (Link("within", "q1", (Span(0, 1), Span(1, 2))), "span q1 scope: 2 ranges where one is wanted"),
        (Link("within", "q1", (Span(2, 2),)), "span q1 scope: [2, 2) is empty"),
        (Link("of", "q1"), "span q1 of: no QUANTITY has the id None"),
    ],
)
def test_bad_links(link: Link, message: str) -> None:
    assert found((SCOPE, QUANTITY), link) == [message]


def test_two_links_of_one_kind() -> None:
    link = Link("within", "q1", (Span(0, 2),))
    assert found((SCOPE, QUANTITY), link, link) == ["span q1: 2 links of kind within"]


@pytest.mark.parametrize(
    "mention", [Mention("a", "SCOPE", Span(0, 2), COUNT), Mention("a", "POLICY", Span(0, 2), COUNT)]
)
def test_attributes_of_another_label(mention: Mention) -> None:
    assert found((mention,)) == [f"span a: attributes of a Quantity on a {mention.label}"]


def test_an_empty_mention() -> None:
    assert found((Mention("d1", "DEPARTMENT", Span(3, 3), Department("lead")),)) == ["span d1: [3, 3) is empty"]


def test_half_a_surrogate_pair() -> None:
    document = Annotated("x", "seed", "一\ud83d", (), ())
    assert problems(document) == [Problem("text", 1, "text: character 1 is half of a surrogate pair")]
