"""Links of a document: their targets exist, and following ``of`` ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tongbao.extraction import Extractor
from tongbao.linking.linker import CHOICES, Linker, _without_cycles
from tongbao.linking.scene import Scene
from tongbao.reading import read_text
from tongbao.records import Annotated, Link, Mention, Span


def _on_cycle(targets: list[int], start: int) -> bool:
    current = targets[start]
    for _ in targets:
        if current in (-1, start):
            break
        current = targets[current]
    return current == start


@st.composite
def pointing(draw: st.DrawFn) -> list[int]:
    """For each quantity another one or none, as candidates allow: any in front, or any behind."""
    size = draw(st.integers(0, 10))
    return [draw(st.sampled_from([n for n in range(-1, size) if n != at])) for at in range(size)]


@given(pointing(), st.data())
@example([1, 2, 3, 1], None)
def test_following_always_ends(targets: list[int], data: st.DataObject | None) -> None:
    shares = st.lists(st.floats(0, 1), min_size=len(targets), max_size=len(targets))
    found = _without_cycles(targets, data.draw(shares) if data else [0.5] * len(targets))
    assert len(found) == len(targets)
    for number, (target, left) in enumerate(zip(targets, found, strict=True)):
        assert not _on_cycle(found, number)
        current, steps = left, 0
        while current >= 0:
            current, steps = found[current], steps + 1
            assert steps <= len(targets)
        # Nothing is invented, and only what is part of a cycle is dropped.
        assert left == target or (left == -1 and _on_cycle(targets, number))


@pytest.mark.parametrize(
    ("targets", "confidence", "expected"),
    [
        ([1, 0], [0.9, 0.4], [1, -1]),
        ([1, 0], [0.4, 0.9], [-1, 0]),
        ([1, 0], [0.5, 0.5], [1, -1]),
        ([-1, 2, 1, 2], [0.0, 0.2, 0.3, 0.1], [-1, -1, 1, 2]),
        ([-1, 0, 1, 4, 3], [0.5] * 5, [-1, 0, 1, 4, -1]),
        ([1, 2, 0], [0.5] * 3, [-1, -1, 0]),
        ([1, 2, 3, 1], [0.5] * 4, [1, -1, -1, 1]),
        ([], [], []),
    ],
)
def test_of_two_that_point_at_each_other_the_surer_stays(
    targets: list[int], confidence: list[float], expected: list[int]
) -> None:
    assert _without_cycles(targets, confidence) == expected


def _check(links: list[Link], mentions: list[Mention]) -> None:
    by_id = {mention.id: mention for mention in mentions}
    quantities = [mention.id for mention in mentions if mention.label == "QUANTITY"]
    assert max(Counter((link.source, link.kind) for link in links).values(), default=1) == 1
    assert [link.source for link in links if link.kind == "measures"] == quantities
    order = [quantities.index(link.source) for link in links]
    assert order == sorted(order)
    for link in links:
        assert link.confidence is not None
        assert 0 <= link.confidence <= 1
        if link.kind == "measures":
            assert link.target is None
            continue
        assert link.target in by_id
        target = by_id[link.target]
        if link.kind == "of":
            assert (target.label, link.spans) == ("QUANTITY", ())
            assert target.id != link.source
        else:
            assert target.label == ("PERIOD" if link.kind == "during" else "SCOPE")
            assert link.spans == (target.span,)
    wholes = {link.source: link.target for link in links if link.kind == "of"}
    for source in wholes:
        seen = {source}
        current = wholes[source]
        while current in wholes:
            assert current not in seen
            seen.add(current)
            current = wholes[current]


def _linked(model: Extractor, found: Any) -> list[Link]:
    scene = Scene.build(model.tagger.columns([found.bulletin.text]), [(found.bulletin, found.mentions)])
    (links,) = model.linker.link(scene)
    return links


def test_links_of_gold_mentions(model: Extractor, authored: list[Annotated]) -> None:
    kinds: Counter[str] = Counter()
    for document in authored[3::15]:
        mentions = sorted(document.mentions, key=lambda mention: (mention.span.start, -mention.span.end))
        bulletin = read_text(document.text, document.id)
        (links,) = model.linker.link(Scene.build(model.tagger.columns([document.text]), [(bulletin, mentions)]))
        _check(links, mentions)
        kinds.update(link.kind for link in links)
    assert all(kinds[kind] > 10 for kind in ("measures", "during", "within", "of"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "办结若干件。",
        "[t 今年]以来，[s 全市]办结若干件。",
        "[q 3件]",
        "[t 今年][s 全市][q 3件][q 4%]",
        "、".join(f"整改[q {n}个]" for n in range(1, 301)) + "。",
        "".join(f"[t {n}月]办结[q {n}件]，" for n in range(1, 13)),
    ],
)
def test_links_of_odd_documents(text: str, model: Extractor, document: Callable[..., Any]) -> None:
    found = document(text)
    _check(_linked(model, found), found.mentions)


def _always(linker: Linker, table: Callable[..., Any], features: np.ndarray[Any, Any], hits: list[int]) -> Any:
    """A table that gives the rows ``hits`` (and what shares all features with them) a positive score."""
    rest = set(np.delete(features, hits, axis=0).ravel().tolist())
    return table({number: 1.0 for number in features[hits].ravel().tolist() if number not in rest} or {0: 0.0})


def test_tables_decide(model: Extractor, document: Callable[..., Any], table: Callable[..., Any]) -> None:
    """With hand-made weights: the second quantity goes with the period, the first with none."""
    found = document("[t 今年]，[s 全市]办结[q 3件]，其中整改[q 2个]。")
    scene = Scene.build(model.tagger.columns([found.text]), [(found.bulletin, found.mentions)])
    nothing = table({0: 0.0})
    linker = Linker(model.linker.indicator, dict.fromkeys(CHOICES, nothing))
    pieces = [link.spans for link in linker.link(scene)[0] if link.kind == "measures"]
    dated = scene.dated("PERIOD", scene.described(pieces))
    assert dated.pairs.candidate.tolist() == [0, -1, 0, -1]
    linker.choices["period"] = _always(linker, table, dated.features, [1, 2])
    parts, part_features = scene.parts(scene.described(pieces))
    assert parts.candidate.tolist() == [1, -1, 0, -1]
    linker.choices["of"] = _always(linker, table, part_features, [1, 2])
    links = {(link.source, link.kind): link for link in linker.link(scene)[0]}
    assert ("q3", "during") not in links
    assert (links["q4", "during"].target, links["q4", "during"].spans) == ("t1", (Span(0, 2),))
    assert ("q3", "of") not in links
    assert (links["q4", "of"].target, links["q4", "of"].spans) == ("q3", ())
    assert links["q4", "of"].confidence == pytest.approx(1.0, abs=0.01)
