"""From tagged spans to mentions: titles judged, ids given, attributes filled in."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.extraction import Extractor
from tongbao.linking import assembly
from tongbao.linking.assembly import Subject, title_candidates
from tongbao.linking.kinds import ACTS, POLICY_KINDS, ROLES
from tongbao.linking.linker import Linker
from tongbao.reading import read_text
from tongbao.records import Annotated, Department, Label, Mention, Period, Policy, Quantity, Span
from tongbao.tagging.tagger import Tagged

CLASSES: dict[str, tuple[str, ...]] = {"role": ROLES, "kind": POLICY_KINDS, "act": ACTS}


def _subject(model: Extractor, text: str) -> Subject:
    return Subject.build([read_text(text)], model.tagger.columns([text]))


# Of one document alone; test_many has several.


def class_rows(subject: Subject, mentions: Sequence[Mention], label: Label) -> np.ndarray[Any, Any]:
    return assembly.class_rows(subject, [mentions], label)


def judge_titles(
    subject: Subject, tagged: Sequence[Tagged], chain: Mapping[Span, float], linker: Linker
) -> list[Tagged]:
    (judged,) = assembly.judge_titles(subject, [tagged], [chain], linker)
    return judged


def assemble(subject: Subject, tagged: Sequence[Tagged], linker: Linker) -> list[Mention]:
    (mentions,) = assembly.assemble(subject, [tagged], linker)
    return mentions


def refill(subject: Subject, mentions: Sequence[Mention], linker: Linker) -> list[Mention]:
    (filled,) = assembly.refill(subject, [mentions], linker)
    return filled


def _tagged(found: Any) -> list[Tagged]:
    return [Tagged(mention.label, mention.span, 0.9) for mention in found.mentions]


def _surfaces(mentions: list[Mention], text: str, label: Label) -> list[str]:
    return [mention.span.of(text) for mention in mentions if mention.label == label]


def _scoring(table: Callable[..., Any], rows: np.ndarray[Any, Any], wanted: list[float]) -> Any:
    """A table under which row n has the score ``wanted[n]``: a weight on one feature that no other row has."""
    weights = {}
    for number, score in enumerate(wanted):
        own = set(rows[number].tolist()) - set(np.delete(rows, number, axis=0).ravel().tolist())
        weights[min(own)] = score
    return table(weights)


def _deciding(model: Extractor, table: Callable[..., Any], subject: Subject, mentions: list[Mention]) -> Any:
    """``decide(role="issuer", act="issue")``: a linker that says so of every span of these mentions."""

    def decide(**wanted: str) -> Linker:
        choices = dict(model.linker.choices)
        for name, value in wanted.items():
            label: Label = "DEPARTMENT" if name == "role" else "POLICY"
            rows = class_rows(subject, mentions, label)
            weights = tuple(float(value == other) for other in CLASSES[name])
            choices[name] = table({int(number): weights for number in np.unique(rows)}, len(weights))
        return Linker(model.linker.indicator, choices)

    return decide


# --- titles ---------------------------------------------------------------------------------------------------------

TITLES = "《海城日报》报道，印发《停车管理办法》[d 市教育局]公布《海城诗选》。"


@pytest.mark.parametrize(
    ("chain", "odds", "kept"),
    [
        ([0.0, 0.0, 0.0], [-9, 9, -9], []),
        ([0.0, 0.1, 0.0], [-9, 9, -9], ["《停车管理办法》"]),
        ([1.0, 1.0, 1.0], [-9, 9, 0], ["《海城日报》", "《停车管理办法》", "《海城诗选》"]),
        ([0.9, 0.4, 0.5], [-9, 0, 0], ["《海城诗选》"]),
    ],
)
def test_chain_and_classifier_decide_together(
    chain: list[float],
    odds: list[float],
    kept: list[str],
    model: Extractor,
    document: Callable[..., Any],
    table: Callable[..., Any],
) -> None:
    """The mean of both is 0.5 at least; what the tagger itself had said of the title does not count besides."""
    found = document(TITLES)
    subject = _subject(model, found.text)
    candidates = title_candidates(found.text)
    assert [mention.span.of(found.text) for mention in candidates] == [
        "《海城日报》",
        "《停车管理办法》",
        "《海城诗选》",
    ]
    believed = {mention.span: probability for mention, probability in zip(candidates, chain, strict=True)}
    rows = class_rows(subject, candidates, "POLICY")
    linker = Linker(model.linker.indicator, {"title": _scoring(table, rows, [float(value) for value in odds])})
    tagged = [*_tagged(found), Tagged("POLICY", candidates[0].span, 0.99)]
    judged = judge_titles(subject, tagged, believed, linker)
    assert judged == sorted(judged, key=lambda item: item.span)
    policies = [item for item in judged if item.label == "POLICY"]
    assert [item.span.of(found.text) for item in policies] == kept
    assert [item.span.of(found.text) for item in judged if item.label == "DEPARTMENT"] == ["市教育局"]
    assert all(0.5 <= item.confidence <= 1 for item in policies)


def test_what_overlaps_an_accepted_title_goes(
    model: Extractor, document: Callable[..., Any], table: Callable[..., Any]
) -> None:
    found = document("依据[p 安全生产法]印发《[d 市教育局]关于[t 2023年]停车的通知》，[q 3个]。")
    subject = _subject(model, found.text)
    for odds, left in ((9.0, ["安全生产法", "《市教育局关于2023年停车的通知》", "3个"]), (-9.0, None)):
        candidates = title_candidates(found.text)
        rows = class_rows(subject, candidates, "POLICY")
        linker = Linker(model.linker.indicator, {"title": table({int(rows[0, 0]): odds})})
        judged = judge_titles(subject, _tagged(found), {mention.span: 0.5 for mention in candidates}, linker)
        surfaces = [item.span.of(found.text) for item in judged]
        assert surfaces == (left or [mention.span.of(found.text) for mention in found.mentions])


def test_without_titles_nothing_changes(model: Extractor, document: Callable[..., Any]) -> None:
    found = document("[d 市教育局]依据[p 安全生产法]立案[q 3起]。")
    tagged = _tagged(found)
    assert judge_titles(_subject(model, found.text), tagged, {}, model.linker) == tagged


@given(st.text(alphabet="《》甲", max_size=30))
def test_candidates_are_stretches_in_title_marks(text: str) -> None:
    candidates = title_candidates(text)
    spans = [mention.span for mention in candidates]
    assert all(span.of(text)[0] + span.of(text)[-1] == "《》" for span in spans)
    assert all(left.end <= right.start for left, right in itertools.pairwise(spans))
    assert bool(spans) == ("》" in text[text.find("《") :] if "《" in text else False)


# --- mentions -------------------------------------------------------------------------------------------------------

NESTED = (
    "今年印发[p 《关于转发〈停车管理办法〉和〈校车规定（试行）〉的通知》]（海政办〔2023〕12号），落实[p 《养老条例》]。"
)


def _nesting(mentions: list[Mention]) -> list[tuple[str, bool, str | None]]:
    return [
        (mention.id, mention.attributes.nested, mention.attributes.nested_in)
        for mention in mentions
        if isinstance(mention.attributes, Policy)
    ]


def test_titles_in_a_title(model: Extractor, document: Callable[..., Any]) -> None:
    found = document(NESTED)
    mentions = assemble(_subject(model, found.text), _tagged(found), model.linker)
    assert _nesting(mentions) == [("p1", False, None), ("p2", True, "p1"), ("p3", True, "p1"), ("p4", False, None)]
    assert _surfaces(mentions, found.text, "POLICY")[1:3] == ["〈停车管理办法〉", "〈校车规定（试行）〉"]
    facts = [mention.attributes for mention in mentions if isinstance(mention.attributes, Policy)]
    assert [one.trial for one in facts] == [False, False, True, False]
    assert [one.number for one in facts] == ["海政办〔2023〕12号", None, None, None]


def test_titles_in_a_given_title(model: Extractor, document: Callable[..., Any]) -> None:
    """All of them, in whatever order the mentions come."""
    found = document(NESTED)
    subject = _subject(model, found.text)
    mentions = assemble(subject, _tagged(found), model.linker)
    again = refill(subject, mentions[::-1], model.linker)
    assert _nesting(again) == _nesting(mentions)


def test_a_quantity_without_a_number_is_dropped(model: Extractor, document: Callable[..., Any]) -> None:
    found = document("查处[q 违规]机构[q 150个]，罚款[q 1.2万元]。")
    subject = _subject(model, found.text)
    mentions = assemble(subject, _tagged(found), model.linker)
    assert [(mention.id, mention.span.of(found.text)) for mention in mentions] == [("q1", "150个"), ("q2", "1.2万元")]
    # Where it is given it stays, and says nothing.
    kept = refill(subject, found.mentions, model.linker)
    assert [mention.id for mention in kept] == ["q1", "q2", "q3"]
    assert kept[0].attributes == Quantity(None, None, None, None, "exact", "other", "none")


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("2024-03-11 02:14:07 INFO [worker] batch done in [q 213 ms], [q 1200] rows queued", 0),
        ("罚款" + " " * 38 + "[q 12万元]", 1),
        ("罚款" + " " * 60 + "[q 12]" + " " * 60, 0),
        # Bare numbers in lines of code and formulas, with Chinese lines beside; a grid of figures, a unit.
        ("查处情况\nSEED = [q 42]\n立案[q 3起]", 1),
        ("求和\nS = [q 100] × (1 + [q 100]) / 2 = [q 5050]\n", 0),
        ("立案  结案\n[q 42]  [q 37]\n", 2),
        ("应急响应\nIII: [q 42%]\n", 1),
    ],
)
def test_numbers_in_code_or_far_from_anything_chinese_are_no_rows(
    text: str, count: int, model: Extractor, document: Callable[..., Any]
) -> None:
    found = document(text)
    assert len(assemble(_subject(model, found.text), _tagged(found), model.linker)) == count


def test_ids_are_unique_and_in_text_order(model: Extractor, document: Callable[..., Any]) -> None:
    found = document("[t 今年]，[s 全市][d 市教育局]印发[p 《关于转发〈停车办法〉的通知》]，[o 海城医院]义诊[q 3场]。")
    mentions = assemble(_subject(model, found.text), _tagged(found)[::-1], model.linker)
    assert [mention.id for mention in mentions] == ["t1", "s2", "d3", "p4", "p5", "o6", "q7"]
    starts = [mention.span.start for mention in mentions]
    assert starts == sorted(starts)
    assert all(mention.confidence == 0.9 for mention in mentions)
    assert [type(mention.attributes) for mention in mentions] == [
        Period,
        type(None),
        Department,
        Policy,
        Policy,
        type(None),
        Quantity,
    ]


def test_nothing_tagged(model: Extractor) -> None:
    for text in ("", "办结。"):
        assert assemble(_subject(model, text), [], model.linker) == []
        assert refill(_subject(model, text), [], model.linker) == []


def test_periods_get_their_days(model: Extractor, document: Callable[..., Any]) -> None:
    found = document("[t 2023年]检查，[t 9月]办结。")
    mentions = assemble(_subject(model, found.text), _tagged(found), model.linker)
    assert [mention.attributes for mention in mentions] == [
        Period(date(2023, 1, 1), date(2023, 12, 31)),
        Period(date(2023, 9, 1), date(2023, 9, 30)),
    ]


def test_given_mentions_lose_what_gold_says_of_them(model: Extractor, authored: list[Annotated]) -> None:
    document = max(authored, key=lambda one: sum(mention.label == "POLICY" for mention in one.mentions))
    subject = _subject(model, document.text)
    wrong: Mapping[str, Any] = {
        "DEPARTMENT": Department("lead", "错局"),
        "POLICY": Policy("law", "cite", number="错〔2020〕1号", issuer="错局"),
        "PERIOD": Period(date(1900, 1, 1), date(1900, 1, 1)),
        "QUANTITY": Quantity(None, None, None, "错", "approx", "money", "to"),
    }
    spoiled = [Mention(m.id, m.label, m.span, wrong.get(m.label), m.confidence) for m in document.mentions]
    found = refill(subject, spoiled, model.linker)
    assert found == refill(subject, document.mentions, model.linker)
    assert {(m.id, m.label, m.span) for m in found} == {(m.id, m.label, m.span) for m in document.mentions}


# --- issuers --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "act", "issuers"),
    [
        ("[d 海城市教育局]印发[p 《停车管理办法》]。", "issue", ["海城市教育局"]),
        ("[d 海城市教育局]修订[p 《停车管理办法》]、[p 《校车规定》]。", "amend", ["海城市教育局", "海城市教育局"]),
        ("[d 海城市教育局]落实[p 《停车管理办法》]。", "implement", [None]),
        ("[d 海城市教育局]开会。印发[p 《停车管理办法》]。", "issue", [None]),
        ("印发[p 《停车管理办法》]，[d 海城市教育局]检查。", "issue", [None]),
        ("[d 海城市教育局]印发[p 《山城市民政局关于停车的通知》]。", "issue", ["山城市民政局"]),
        ("[d 海城市教育局]印发[p 《关于转发〈停车办法〉的通知》]。", "issue", ["海城市教育局", None]),
    ],
)
def test_who_issued_a_policy(
    text: str,
    act: str,
    issuers: list[str | None],
    model: Extractor,
    document: Callable[..., Any],
    table: Callable[..., Any],
) -> None:
    found = document(text)
    subject = _subject(model, found.text)
    plain = assemble(subject, _tagged(found), model.linker)
    linker = _deciding(model, table, subject, plain)(role="issuer", act=act, kind="plan")
    mentions = assemble(subject, _tagged(found), linker)
    facts = [mention.attributes for mention in mentions if isinstance(mention.attributes, Policy)]
    assert [one.issuer for one in facts] == issuers
    assert {(one.act, one.kind) for one in facts} == {(act, "plan")}
    roles = [mention.attributes.role for mention in mentions if isinstance(mention.attributes, Department)]
    assert roles == ["issuer"]


def test_a_body_that_does_not_issue_is_no_issuer(
    model: Extractor, document: Callable[..., Any], table: Callable[..., Any]
) -> None:
    found = document("[d 海城市教育局]印发[p 《停车管理办法》]。")
    subject = _subject(model, found.text)
    linker = _deciding(model, table, subject, found.mentions)(role="actor", act="issue")
    facts = assemble(subject, _tagged(found), linker)[1].attributes
    assert isinstance(facts, Policy)
    assert facts.issuer is None
