"""From tagged spans to mentions with ids and attributes, for packed documents together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tongbao.linking import attributes
from tongbao.linking.canonical import canonical_names
from tongbao.linking.dating import periods
from tongbao.linking.facts import TextSums, span_facts
from tongbao.linking.kinds import ACTS, POLICY_KINDS, ROLES, class_features, classify
from tongbao.linking.layout import Place, places
from tongbao.linking.linker import Linker
from tongbao.linking.trust import likely
from tongbao.numbers import UnitTable
from tongbao.records import Bulletin, Department, Label, Mention, Policy, Quantity, Span
from tongbao.tagging.columns import TextColumns
from tongbao.tagging.mentions import ID_LETTER, nested_titles, title_marks, touches_any
from tongbao.tagging.tagger import Tagged
from tongbao.tagging.vocabulary import Vocabulary, shipped_vocabulary

#: What a quantity says whose number the grammar cannot read; only gold mentions can come to this.
_UNREAD = Quantity(None, None, None, None, "exact", "other", "none")
#: No figure of a bulletin is further from the next Chinese character than this; of gold none is.
_NEAR = 40
_HAN = re.compile("[\u4e00-\u9fff]")
#: What lines of code, data and formulas have and grids of figures have not.
_CODE = re.compile('[A-Za-z={}"]')
#: A stretch in title marks is a policy where the chain and the title classifier together find that likelier than not.
_TITLE_THRESHOLD = 0.5


@dataclass(frozen=True, slots=True)
class Subject:
    """Documents on their way to mentions: what is read, the columns of their characters, and the words known."""

    bulletins: tuple[Bulletin, ...]
    columns: TextColumns
    sums: TextSums
    vocabulary: Vocabulary

    @classmethod
    def build(
        cls, bulletins: Sequence[Bulletin], columns: TextColumns, vocabulary: Vocabulary | None = None
    ) -> Subject:
        """Count what the classes of spans need counted. The vocabulary is the shipped one unless another is given."""
        return cls(tuple(bulletins), columns, TextSums(columns), vocabulary or shipped_vocabulary())

    def places(self, mentions: Sequence[Sequence[Mention]], label: Label) -> list[Place]:
        """The surroundings of all mentions of one label; ``mentions`` are those of each document."""
        begins = self.columns.packed.begins.tolist()
        found = zip(self.bulletins, mentions, begins, strict=True)
        return [place for bulletin, own, base in found for place in places(bulletin, own, (label,), base)]


def class_rows(subject: Subject, mentions: Sequence[Sequence[Mention]], label: Label) -> NDArray[np.uint32]:
    """Features of all mentions of one label, for the classes of departments and of titles; ``mentions`` are those of
    each document.
    """
    facts = span_facts(subject.columns, subject.sums, subject.places(mentions, label))
    readings: list[list[int]] = [[]] if label == "DEPARTMENT" else [[], []]
    for bulletin, own in zip(subject.bulletins, mentions, strict=True):
        spans = [mention.span for mention in own if mention.label == label]
        if label == "DEPARTMENT":
            readings[0] += [ROLES.index(role) for role in attributes.roles(bulletin, spans)]
        else:
            readings[0] += [POLICY_KINDS.index(attributes.policy_kind(span.of(bulletin.text))) for span in spans]
            readings[1] += [ACTS.index(attributes.policy_act(bulletin.text, span)) for span in spans]
    return class_features(subject.columns, subject.sums, facts, readings)


def title_candidates(text: str) -> list[Mention]:
    """Every stretch in title marks, as a mention to be judged."""
    return [Mention(f"x{n}", "POLICY", Span(*m.span())) for n, m in enumerate(title_marks().finditer(text))]


def judge_titles(
    subject: Subject, tagged: Sequence[Sequence[Tagged]], chain: Sequence[Mapping[Span, float]], linker: Linker
) -> list[list[Tagged]]:
    """The tagged spans of each document with every 《》 decided: policy or not.

    ``chain`` is the chain's probability that what stands in title marks is a policy, for each. The mean of chain and
    title classifier decides; a policy without marks stays as it was tagged.
    """
    candidates = [title_candidates(bulletin.text) for bulletin in subject.bulletins]
    if not any(candidates):
        return [list(own) for own in tagged]
    rows = class_rows(subject, candidates, "POLICY")
    judged = iter(likely(linker.choices["title"].scores(rows)[:, 0]).tolist())
    return [
        _with_titles(own, {title.span: (believed[title.span] + next(judged)) / 2 for title in titles})
        for own, believed, titles in zip(tagged, chain, candidates, strict=True)
    ]


def _with_titles(tagged: Sequence[Tagged], titles: Mapping[Span, float]) -> list[Tagged]:
    """The tagged spans with the titles that are likely enough, and without what these swallow."""
    accepted = [Tagged("POLICY", span, both) for span, both in titles.items() if both >= _TITLE_THRESHOLD]
    inside = sorted(item.span for item in accepted)
    kept = [
        item
        for item in tagged
        if not (item.label == "POLICY" and item.span in titles) and not touches_any(inside, item.span)
    ]
    return sorted([*kept, *accepted], key=lambda item: item.span)


def assemble(subject: Subject, tagged: Sequence[Sequence[Tagged]], linker: Linker) -> list[list[Mention]]:
    """The mentions of each document in text order with ids (``d1``, ``q2``, …), titles inside titles added, attributes
    filled in.

    A tagged quantity in which the grammar finds no number is dropped: a row without a value is no row; so is one in
    the midst of code, a log or English. The number itself then stands in ``left_out``.
    """
    units = subject.vocabulary.units
    found = [_assembled(one.text, own, units) for one, own in zip(subject.bulletins, tagged, strict=True)]
    return fill(subject, [mentions for mentions, _ in found], [nested for _, nested in found], linker)


def _assembled(text: str, tagged: Iterable[Tagged], units: UnitTable) -> tuple[list[Mention], set[Span]]:
    """The mentions of one document, and which are titles inside titles."""
    found: list[tuple[Span, Label, float, bool]] = []
    values: dict[Span, Quantity] = {}
    for item in tagged:
        if item.label == "QUANTITY":
            value = attributes.quantity(text, item.span, units)
            if value is None or not _in_chinese(text, item.span) or _in_code(text, item.span, value):
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
    return mentions, {entry[0] for entry in found if entry[3]}


def _in_chinese(text: str, span: Span) -> bool:
    """Whether a Chinese character stands near a span."""
    return _HAN.search(text, max(0, span.start - _NEAR), span.end + _NEAR) is not None


def _in_code(text: str, span: Span, value: Quantity) -> bool:
    """Whether a bare number stands in a line of code, data or a formula: 42 in ``SEED = 42``."""
    if value.unit is not None:
        return False
    first, last = max(0, span.start - _NEAR), span.end + _NEAR
    begin, end = text.rfind("\n", first, span.start), text.find("\n", span.end, last)
    line = text[first if begin < 0 else begin : last if end < 0 else end]
    return _CODE.search(line) is not None and _HAN.search(line) is None


def refill(subject: Subject, mentions: Sequence[Sequence[Mention]], linker: Linker) -> list[list[Mention]]:
    """Given mentions (gold) of each document, with what predictions must find out, their attributes, found anew."""
    units = subject.vocabulary.units
    found = [_refilled(one.text, own, units) for one, own in zip(subject.bulletins, mentions, strict=True)]
    return fill(subject, [plain for plain, _ in found], [nested for _, nested in found], linker)


def _refilled(text: str, mentions: Iterable[Mention], units: UnitTable) -> tuple[list[Mention], set[Span]]:
    """The mentions of one document with quantities read again, and which are titles inside titles."""
    plain = sorted((replace(m, attributes=None) for m in mentions), key=lambda m: (m.span.start, -m.span.end))
    nested: set[Span] = set()
    out: list[Mention] = []
    outer: Span | None = None
    for mention in plain:
        if mention.label == "QUANTITY":
            value = attributes.quantity(text, mention.span, units)
            out.append(replace(mention, attributes=value or _UNREAD))
            continue
        if mention.label == "POLICY":
            if outer and outer.contains(mention.span):
                nested.add(mention.span)
            else:
                outer = mention.span
        out.append(mention)
    return out, nested


def fill(
    subject: Subject, mentions: Sequence[Sequence[Mention]], nested: Sequence[set[Span]], linker: Linker
) -> list[list[Mention]]:
    """The same mentions with the attributes of departments, policies and periods; quantities keep what they have.

    ``nested`` are the spans of titles inside titles, of each document.
    """
    departments = _departments(subject, mentions, linker)
    policies = _policies(subject, mentions, nested, linker)
    out = []
    for bulletin, own, *filled in zip(subject.bulletins, mentions, departments, policies, strict=True):
        dated = [mention for mention in own if mention.label == "PERIOD"]
        dates = periods(bulletin, [mention.span for mention in dated])
        known = {mention.id: replace(mention, attributes=date) for mention, date in zip(dated, dates, strict=True)}
        for attributed in filled:
            known.update(attributed)
        out.append(_issuers(bulletin, [known.get(mention.id, mention) for mention in own]))
    return out


def _departments(
    subject: Subject, mentions: Sequence[Sequence[Mention]], linker: Linker
) -> Iterator[dict[str, Mention]]:
    """The departments of each document by id."""
    rows = class_rows(subject, mentions, "DEPARTMENT")
    roles = iter(classify(linker.choices["role"], rows)[0].tolist())
    for bulletin, own in zip(subject.bulletins, mentions, strict=True):
        found = [mention for mention in own if mention.label == "DEPARTMENT"]
        spans = [mention.span for mention in found]
        names = canonical_names(bulletin, spans, subject.vocabulary.lexicon) if spans else []
        yield {
            mention.id: replace(mention, attributes=Department(ROLES[next(roles)], name.full, name.level, name.region))
            for mention, name in zip(found, names, strict=True)
        }


def _policies(
    subject: Subject, mentions: Sequence[Sequence[Mention]], nested: Sequence[set[Span]], linker: Linker
) -> Iterator[dict[str, Mention]]:
    """The policies of each document by id."""
    rows = class_rows(subject, mentions, "POLICY")
    kinds, acts = (iter(classify(linker.choices[name], rows)[0].tolist()) for name in ("kind", "act"))
    for bulletin, own, inner in zip(subject.bulletins, mentions, nested, strict=True):
        out: dict[str, Mention] = {}
        outer: Mention | None = None
        for mention in own:
            if mention.label != "POLICY":
                continue
            inside = mention.span in inner and outer is not None
            facts = Policy(
                kind=POLICY_KINDS[next(kinds)],
                act=ACTS[next(acts)],
                number=attributes.policy_number(bulletin.text, mention.span),
                nested=inside,
                nested_in=outer.id if inside and outer else None,
                trial=attributes.is_trial(mention.span.of(bulletin.text)),
            )
            out[mention.id] = replace(mention, attributes=facts)
            outer = outer if inside else mention
        yield out


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
