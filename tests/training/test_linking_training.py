"""Links and classes learned from gold mentions: what they have seen they know, and what is missing is named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tongbao.annotation import read_gold
from tongbao.annotation.compare import facts
from tongbao.errors import ConfigError
from tongbao.extraction import lexicon_lists
from tongbao.linking.assembly import refill
from tongbao.linking.carrying import NOTHING_BEFORE, UNKNOWN
from tongbao.linking.choices import Pairs
from tongbao.linking.layout import Place, places
from tongbao.linking.linker import CHOICES, Linker
from tongbao.linking.scene import Scene
from tongbao.reading import read_text
from tongbao.records import Annotated, Department, Link, Mention, Policy, Span
from tongbao.tagging.columns import FeatureOptions, Resources, build_resources, text_columns
from tongbao.training.crf import CrfParameters
from tongbao.training.linking import Example, LinkParameters, gold_choice, place_spans, seen_before, train_linker

PARAMETERS = LinkParameters(CrfParameters(0.05, 0.1, 8, 1), ranker_penalty=0.5, class_strength=2.0, seed=13)
OPTIONS = FeatureOptions(words="char", clusters=False)


@pytest.fixture(scope="module")
def resources() -> Resources:
    return build_resources(np.zeros((0x10000, 1), dtype=np.uint8), lexicon_lists())


@pytest.fixture(scope="module")
def documents(repository: Path) -> Sequence[Annotated]:
    return read_gold(repository / "annotations" / "gold" / "authored" / "authored-1.jsonl")[1::30]


def _examples(documents: Sequence[Annotated], resources: Resources) -> list[Example]:
    return [
        Example.build(document, read_text(document.text, document.id), text_columns(document.text, resources, OPTIONS))
        for document in documents
    ]


@pytest.fixture(scope="module")
def examples(documents: Sequence[Annotated], resources: Resources) -> list[Example]:
    return _examples(documents, resources)


@pytest.fixture(scope="module")
def linker(examples: list[Example]) -> Linker:
    return train_linker(examples, PARAMETERS)


# --- examples -------------------------------------------------------------------------------------------------------


def test_an_example_holds_gold_in_text_order(documents: Sequence[Annotated], resources: Resources) -> None:
    shuffled = replace(documents[0], mentions=documents[0].mentions[::-1], links=documents[0].links[::-1])
    (example,) = _examples([shuffled], resources)
    spans = [mention.span for mention in example.scene.mentions[0]]
    assert spans == sorted(spans, key=lambda span: (span.start, -span.end))
    assert set(example.scene.mentions[0]) == set(documents[0].mentions)
    gold = facts(documents[0])
    for place, pieces in zip(example.scene.quantities, example.indicators(), strict=True):
        assert tuple(sorted(pieces)) == gold["QUANTITY", place.mention.span].pieces


def test_a_quantity_without_words_of_its_own_has_no_pieces(
    documents: Sequence[Annotated], resources: Resources
) -> None:
    (example,) = _examples([replace(documents[0], links=())], resources)
    assert example.indicators() == [()] * len(example.scene.quantities)


# --- what was seen --------------------------------------------------------------------------------------------------


def test_links_that_were_seen_are_known(examples: list[Example], linker: Linker) -> None:
    """Most of them: less would mean that training and linking see different features."""
    assert set(linker.choices) == set(CHOICES)
    right = {"during": [0, 0], "within": [0, 0], "of": [0, 0], "measures": [0, 0]}
    for example in examples:
        links = {(link.source, link.kind): link for link in linker.link(example.scene)[0]}
        for place in example.scene.quantities:
            for kind in ("during", "within", "of", "measures"):
                gold = example.links.get((place.mention.id, kind))
                mine = links.get((place.mention.id, kind))
                if kind == "measures":
                    hit = set(mine.spans if mine else ()) == set(gold.spans if gold else ())
                elif kind == "of":
                    hit = (mine and mine.target) == (gold and gold.target)
                else:
                    hit = (mine and mine.spans) == (gold and gold.spans)
                right[kind][0] += hit
                right[kind][1] += 1
    shares = {kind: hits / total for kind, (hits, total) in right.items()}
    assert min(total for _, total in right.values()) > 50
    assert min(shares[kind] for kind in ("during", "within", "of")) > 0.9, shares
    assert shares["measures"] > 0.5, shares


def test_attributes_that_were_seen_are_known(examples: list[Example], linker: Linker) -> None:
    hits, total = 0, 0
    for example in examples:
        found = {mention.id: mention for mention in refill(example.subject, [example.document.mentions], linker)[0]}
        for gold in example.document.mentions:
            facts, mine = gold.attributes, found[gold.id].attributes
            if isinstance(facts, Department) and isinstance(mine, Department):
                hits, total = hits + (facts.role == mine.role), total + 1
            elif isinstance(facts, Policy) and isinstance(mine, Policy):
                hits, total = hits + ((facts.kind, facts.act) == (mine.kind, mine.act)), total + 1
    assert total > 20
    assert hits / total > 0.95


# --- little to learn from, and nothing ------------------------------------------------------------------------------

TEXT = "海城市教育局印发《停车管理办法》，今年全市整改3个。"
MENTIONS = (
    Mention("d1", "DEPARTMENT", Span(0, 6), Department("issuer")),
    Mention("p2", "POLICY", Span(8, 16), Policy("regulation", "issue")),
    Mention("t3", "PERIOD", Span(17, 19)),
    Mention("s4", "SCOPE", Span(19, 21)),
    Mention("q5", "QUANTITY", Span(23, 25)),
)
LINKS = (
    Link("measures", "q5", (Span(21, 23),)),
    Link("during", "q5", (Span(17, 19),), "t3"),
    Link("within", "q5", (Span(19, 21),), "s4"),
)


def _document(without: str = "", links: Sequence[Link] = LINKS) -> Annotated:
    kept = tuple(mention for mention in MENTIONS if mention.id not in without.split())
    ids = {mention.id for mention in kept}
    return Annotated("x", "authored", TEXT, kept, tuple(link for link in links if link.source in ids))


def test_one_sentence_is_enough(resources: Resources) -> None:
    assert [MENTIONS[4].span.of(TEXT), MENTIONS[1].span.of(TEXT)] == ["3个", "《停车管理办法》"]
    examples = _examples([_document()], resources)
    linker = train_linker(examples, PARAMETERS)
    links = {link.kind: link.spans for link in linker.link(examples[0].scene)[0]}
    assert links["during"] == (Span(17, 19),)
    assert links["within"] == (Span(19, 21),)
    assert "of" not in links


def test_training_twice_gives_the_same(resources: Resources) -> None:
    first, second = (train_linker(_examples([_document()], resources), PARAMETERS) for _ in range(2))
    for name in CHOICES:
        assert np.array_equal(first.choices[name].ids, second.choices[name].ids)
        assert np.array_equal(first.choices[name].weights, second.choices[name].weights)
    assert np.array_equal(first.indicator.beside.table.weights, second.indicator.beside.table.weights)


@pytest.mark.parametrize("without", ["q5", "d1", "p2", "d1 p2 t3 s4 q5"])
def test_what_is_missing_is_refused_with_a_remedy(without: str, resources: Resources) -> None:
    with pytest.raises(ConfigError) as raised:
        train_linker(_examples([_document(without)], resources), PARAMETERS)
    assert raised.value.place == "training data"
    assert "add" in raised.value.remedy or "name" in raised.value.remedy


def test_no_documents_are_refused() -> None:
    with pytest.raises(ConfigError):
        train_linker([], PARAMETERS)


def test_gold_that_points_at_no_candidate_teaches_nothing(resources: Resources) -> None:
    """One document whose link leads elsewhere changes nothing in what the other taught."""
    plain = _document()
    astray = _document(links=[LINKS[0], Link("during", "q5", (Span(0, 2),)), Link("within", "q5", (Span(0, 2),))])
    other = replace(astray, id="b")
    alone, both = (train_linker(_examples(documents, resources), PARAMETERS) for documents in ([plain], [plain, other]))
    scene: Scene = _examples([plain], resources)[0].scene
    for name, label in (("period", "PERIOD"), ("scope", "SCOPE")):
        features = scene.dated(label, scene.described([(Span(21, 23),)])).features  # type: ignore[arg-type]
        first, second = (found.choices[name].scores(features) for found in (alone, both))
        assert first == pytest.approx(second, abs=1e-4)


def test_gold_choices_of_pairs() -> None:
    pairs = Pairs(np.array([0, 0, 1, 1, 2]), np.array([1, -1, 0, -1, -1]), np.zeros(5, dtype=np.int64))
    # The first has none, the second candidate 0, and the third one that is no candidate.
    assert gold_choice(pairs, [-1, 0, 7]).tolist() == [0, 1, 1, 0, 0]
    assert gold_choice(pairs, [-2, -2, -2]).tolist() == [0] * 5


def test_places_by_span() -> None:
    bulletin = read_text("今年整改3个、4个。")
    spans = (Span(4, 6), Span(7, 9))
    found: list[Place] = places(bulletin, [Mention(f"q{n}", "QUANTITY", span) for n, span in enumerate(spans)])
    assert place_spans(found) == {Span(4, 6): 0, Span(7, 9): 1}


def test_what_a_quantity_in_training_sees_before_it() -> None:
    """Gold nine times in ten, never for the first, the same for one seed, and an unknown choice where gold has none."""
    gold = [5] * 2000
    before = seen_before(gold, "甲")
    assert before[0] == NOTHING_BEFORE
    assert before.tolist() == seen_before(gold, "甲").tolist() != seen_before(gold, "乙").tolist()
    share = float((before[1:] != 5).mean())
    assert 0.07 < share < 0.13
    assert set(before[1:].tolist()) == {5, -1, UNKNOWN}
    assert set(seen_before([-2] * 50, "甲")[1:].tolist()) <= {UNKNOWN, -1}
