"""From tagged spans to mentions with ids and attributes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tongbao.linking import attributes
from tongbao.linking.canonical import canonical_names
from tongbao.linking.dating import periods
from tongbao.linking.facts import TextSums, span_facts
from tongbao.linking.kinds import ACTS, POLICY_KINDS, ROLES, class_features, classify
from tongbao.linking.layout import places
from tongbao.linking.linker import Linker
from tongbao.records import Bulletin, Department, Label, Mention, Policy, Quantity, Span
from tongbao.tagging.columns import TextColumns
from tongbao.tagging.mentions import ID_LETTER, nested_titles, title_marks, touches_any
from tongbao.tagging.tagger import Tagged
from tongbao.tagging.vocabulary import Vocabulary, shipped_vocabulary

#: What a quantity says whose number the grammar cannot read; only gold mentions can come to this.
_UNREAD = Quantity(None, None, None, None, "exact", "other", "none")
#: A stretch in title marks is a policy where the chain and the title classifier together find that likelier than not.
_TITLE_THRESHOLD = 0.5


@dataclass(frozen=True, slots=True)
class Subject:
    """A document on its way to mentions: what is read, the columns of its characters, and the words known."""

    bulletin: Bulletin
    columns: TextColumns
    sums: TextSums
    vocabulary: Vocabulary

    @classmethod
    def build(cls, bulletin: Bulletin, columns: TextColumns, vocabulary: Vocabulary | None = None) -> Subject:
        """Count what the classes of spans need counted. The vocabulary is the shipped one unless another is given."""
        return cls(bulletin, columns, TextSums(columns), vocabulary or shipped_vocabulary())


def class_rows(subject: Subject, mentions: Sequence[Mention], label: Label) -> NDArray[np.uint32]:
    """Features of all mentions of one label, for the classes of departments and of titles."""
    found = places(subject.bulletin, mentions, (label,))
    facts = span_facts(subject.columns, subject.sums, found)
    text = subject.bulletin.text
    spans = [place.mention.span for place in found]
    if label == "DEPARTMENT":
        readings = [[ROLES.index(role) for role in attributes.roles(subject.bulletin, spans)]]
    else:
        readings = [
            [POLICY_KINDS.index(attributes.policy_kind(span.of(text))) for span in spans],
            [ACTS.index(attributes.policy_act(text, span)) for span in spans],
        ]
    return class_features(subject.columns, subject.sums, facts, readings)


def title_candidates(text: str) -> list[Mention]:
    """Every stretch in title marks, as a mention to be judged."""
    return [Mention(f"x{n}", "POLICY", Span(*m.span())) for n, m in enumerate(title_marks().finditer(text))]


def judge_titles(
    subject: Subject, tagged: Iterable[Tagged], chain: Mapping[Span, float], linker: Linker
) -> list[Tagged]:
    """The tagged spans with every 《》 decided: policy or not.

    ``chain`` is the chain's probability that what stands in title marks is a policy, for each. The mean of chain and
    title classifier decides; a policy without marks stays as it was tagged.
    """
    candidates = title_candidates(subject.bulletin.text)
    others = list(tagged)
    if not candidates:
        return others
    rows = class_rows(subject, candidates, "POLICY")
    odds = linker.choices["title"].scores(rows)[:, 0].astype(np.float64)
    likely = 1.0 / (1.0 + np.exp(-np.clip(odds, -30, 30)))
    accepted: list[Tagged] = []
    for candidate, probability in zip(candidates, likely.tolist(), strict=True):
        span = candidate.span
        both = (chain[span] + probability) / 2
        if both >= _TITLE_THRESHOLD:
            accepted.append(Tagged("POLICY", span, both))
    judged = {candidate.span for candidate in candidates}
    kept = [item for item in others if not (item.label == "POLICY" and item.span in judged)]
    inside = sorted(item.span for item in accepted)
    kept = [item for item in kept if not touches_any(inside, item.span)]
    return sorted([*kept, *accepted], key=lambda item: item.span)


def assemble(subject: Subject, tagged: Iterable[Tagged], linker: Linker) -> list[Mention]:
    """Mentions in text order with ids (``d1``, ``q2``, …), titles inside titles added, attributes filled in.

    A tagged quantity in which the grammar finds no number is dropped: a row without a value is no row. The number
    itself then stands in ``left_out``.
    """
    text = subject.bulletin.text
    found: list[tuple[Span, Label, float, bool]] = []
    values: dict[Span, Quantity] = {}
    for item in tagged:
        if item.label == "QUANTITY":
            value = attributes.quantity(text, item.span, subject.vocabulary.units)
            if value is None:
                continue
            values[item.span] = value
        found.append((item.span, item.label, item.confidence, False))
        if item.label == "POLICY":
            found.extend((inner, "POLICY", item.confidence, True) for inner in nested_titles(text, item.span))
    found.sort(key=lambda entry: (entry[0].start, -entry[0].end))
    mentions = [
        Mention(f"{ID_LETTER[label]}{number}", label, span, values.get(span), confidence)
        for number, (span, label, confidence, _) in enumerate(found, start=1)
    ]
    return fill(subject, mentions, {entry[0] for entry in found if entry[3]}, linker)


def refill(subject: Subject, mentions: Sequence[Mention], linker: Linker) -> list[Mention]:
    """Given mentions (gold) without what predictions must find out: their attributes are found anew."""
    plain = sorted((replace(m, attributes=None) for m in mentions), key=lambda m: (m.span.start, -m.span.end))
    nested: set[Span] = set()
    out: list[Mention] = []
    outer: Span | None = None
    for mention in plain:
        if mention.label == "QUANTITY":
            value = attributes.quantity(subject.bulletin.text, mention.span, subject.vocabulary.units)
            out.append(replace(mention, attributes=value or _UNREAD))
            continue
        if mention.label == "POLICY":
            if outer and outer.contains(mention.span):
                nested.add(mention.span)
            else:
                outer = mention.span
        out.append(mention)
    return fill(subject, out, nested, linker)


def fill(subject: Subject, mentions: Sequence[Mention], nested: set[Span], linker: Linker) -> list[Mention]:
    """The same mentions with the attributes of departments, policies and periods; quantities keep what they have.

    ``nested`` are the spans of titles inside titles.
    """
    filled = {
        **_departments(subject, mentions, linker),
        **_policies(subject, mentions, nested, linker),
    }
    dated = [mention for mention in mentions if mention.label == "PERIOD"]
    dates = periods(subject.bulletin, [mention.span for mention in dated])
    filled.update((mention.id, replace(mention, attributes=found)) for mention, found in zip(dated, dates, strict=True))
    return _issuers(subject.bulletin, [filled.get(mention.id, mention) for mention in mentions])


def _departments(subject: Subject, mentions: Sequence[Mention], linker: Linker) -> dict[str, Mention]:
    found = [mention for mention in mentions if mention.label == "DEPARTMENT"]
    if not found:
        return {}
    roles, _ = classify(linker.choices["role"], class_rows(subject, mentions, "DEPARTMENT"))
    spans = [mention.span for mention in found]
    names = canonical_names(subject.bulletin, spans, subject.vocabulary.lexicon)
    return {
        mention.id: replace(mention, attributes=Department(ROLES[role], name.full, name.level, name.region))
        for mention, role, name in zip(found, roles.tolist(), names, strict=True)
    }


def _policies(subject: Subject, mentions: Sequence[Mention], nested: set[Span], linker: Linker) -> dict[str, Mention]:
    found = [mention for mention in mentions if mention.label == "POLICY"]
    if not found:
        return {}
    rows = class_rows(subject, mentions, "POLICY")
    kinds, _ = classify(linker.choices["kind"], rows)
    acts, _ = classify(linker.choices["act"], rows)
    out: dict[str, Mention] = {}
    outer: Mention | None = None
    for mention, kind, act in zip(found, kinds.tolist(), acts.tolist(), strict=True):
        inside = mention.span in nested and outer is not None
        facts = Policy(
            kind=POLICY_KINDS[kind],
            act=ACTS[act],
            number=attributes.policy_number(subject.bulletin.text, mention.span),
            nested=inside,
            nested_in=outer.id if inside and outer else None,
            trial=attributes.is_trial(mention.span.of(subject.bulletin.text)),
        )
        out[mention.id] = replace(mention, attributes=facts)
        outer = outer if inside else mention
    return out


def _issuers(bulletin: Bulletin, mentions: Sequence[Mention]) -> list[Mention]:
    """Who issued each policy: named in its title, else the issuing department in front of it in its sentence."""
    out: list[Mention] = []
    issuer: Mention | None = None
    for mention in mentions:
        facts = mention.attributes
        if isinstance(facts, Department) and facts.role == "issuer":
            issuer = mention
        if isinstance(facts, Policy):
            name = attributes.issuer_in_title(mention.span.of(bulletin.text))
            if name is None and issuer and facts.act in ("issue", "amend") and not facts.nested:
                between = bulletin.text[issuer.span.end : mention.span.start]
                if not any(stop in between for stop in "。！？\n"):
                    known = issuer.attributes
                    canonical = known.canonical if isinstance(known, Department) else None
                    name = canonical or issuer.span.of(bulletin.text)
            mention = replace(mention, attributes=replace(facts, issuer=name))
        out.append(mention)
    return out
