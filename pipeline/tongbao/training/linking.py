"""Training of everything about links and attributes, on gold mentions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tongbao.linking.assembly import Subject, class_rows, title_candidates
from tongbao.linking.carrying import NOTHING_BEFORE, UNKNOWN, relations
from tongbao.linking.choices import Pairs
from tongbao.linking.facts import I64, QuantityFacts
from tongbao.linking.focused import Focused
from tongbao.linking.kinds import ACTS, POLICY_KINDS, ROLES
from tongbao.linking.layout import Place
from tongbao.linking.linker import Linker
from tongbao.linking.scene import Scene
from tongbao.records import Annotated, Bulletin, Department, Label, Link, LinkKind, Policy, Span
from tongbao.tagging.columns import TextColumns
from tongbao.tagging.vocabulary import Vocabulary
from tongbao.tagging.weights import CHOICE_BITS, WeightTable
from tongbao.training.augmentation import original
from tongbao.training.crf import CrfParameters
from tongbao.training.indicators import Figures, train_indicators
from tongbao.training.linear import fit_linear, fit_ranker

#: Nothing is known yet of how far indicators are to be trusted: that is learned from other documents (``trust``).
NO_TRUST = WeightTable.build(np.zeros(0, dtype=np.uint32), np.zeros((0, 1), dtype=np.float32), CHOICE_BITS)
#: Share of the choices before that are replaced in training.
_WRONG_BEFORE = 0.1


@dataclass(frozen=True, slots=True)
class LinkParameters:
    """``indicator``: of its chains; ``ranker_penalty``: L2 weight of the rankers; ``class_strength``: its inverse for
    the classes of spans; ``seed``: deals documents into parts.
    """

    indicator: CrfParameters
    ranker_penalty: float
    class_strength: float
    seed: int


@dataclass(frozen=True, slots=True)
class Example:
    """A gold document as the linker sees it."""

    document: Annotated
    subject: Subject
    scene: Scene
    links: dict[tuple[str, LinkKind], Link]

    @classmethod
    def build(
        cls, document: Annotated, bulletin: Bulletin, columns: TextColumns, vocabulary: Vocabulary | None = None
    ) -> Example:
        """Prepare a document; its gold mentions keep their gold attributes."""
        mentions = sorted(document.mentions, key=lambda mention: (mention.span.start, -mention.span.end))
        links = {(link.source, link.kind): link for link in document.links}
        subject = Subject.build([bulletin], columns, vocabulary)
        return cls(document, subject, Scene.build(columns, [(bulletin, mentions)], subject.sums), links)

    def indicators(self) -> list[tuple[Span, ...]]:
        """Gold indicator pieces of every quantity."""
        found = [self.links.get((place.mention.id, "measures")) for place in self.scene.quantities]
        return [link.spans if link else () for link in found]

    @property
    def figures(self) -> Figures:
        """The quantities with their indicators, as the chains of indicators learn them."""
        focused = Focused.build(self.scene.columns, self.scene.quantities, self.scene.mentions)
        return Figures(self.document.id, focused, self.indicators())

    @property
    def facts(self) -> QuantityFacts:
        """What the quantities say, with their gold indicators."""
        return self.scene.described(self.indicators())


def train_linker(examples: Sequence[Example], parameters: LinkParameters, pages: Sequence[Figures] = ()) -> Linker:
    """Fit the indicator chains, on ``pages`` too, and all choices.

    Raises:
        ConfigError: a part has nothing to learn from.
    """
    # Variants teach the chains nothing about indicators (docs/decisions.md), and these take longest.
    figures = [one.figures for one in examples if original(one.document.id) == one.document.id]
    indicator = train_indicators([*figures, *pages], parameters.indicator, parameters.seed)
    choices: dict[str, WeightTable] = {
        "period": _dated(examples, "PERIOD", parameters),
        "scope": _dated(examples, "SCOPE", parameters),
        "of": _wholes(examples, parameters),
        "title": _titles(examples, parameters),
    }
    choices["role"] = _classes(examples, "role", "DEPARTMENT", ROLES, parameters)
    choices["kind"] = _classes(examples, "kind", "POLICY", POLICY_KINDS, parameters)
    choices["act"] = _classes(examples, "act", "POLICY", ACTS, parameters)
    choices["trust"] = NO_TRUST
    return Linker(indicator, choices)


class _Stack:
    """Rows of many documents on top of each other, with group numbers that go on counting."""

    def __init__(self) -> None:
        self._features: list[NDArray[np.uint32]] = []
        self._target: list[NDArray[np.int64]] = []
        self._query: list[NDArray[np.int64]] = []
        self._groups = 0

    def add(
        self, features: NDArray[np.uint32], target: NDArray[np.int64], query: NDArray[np.int64], groups: int
    ) -> None:
        self._features.append(features)
        self._target.append(target)
        self._query.append(query + self._groups)
        self._groups += groups

    def rank(self, penalty: float) -> WeightTable:
        return fit_ranker(
            np.concatenate(self._features), np.concatenate(self._target), np.concatenate(self._query), penalty
        )


def _dated(examples: Sequence[Example], label: Label, parameters: LinkParameters) -> WeightTable:
    stack = _Stack()
    kind: LinkKind = "during" if label == "PERIOD" else "within"
    for example in examples:
        quantities = example.scene.quantities
        if not quantities:
            continue
        dated = example.scene.dated(label, example.facts)
        at = place_spans(dated.others)
        gold = []
        for place in quantities:
            link = example.links.get((place.mention.id, kind))
            # -2: gold points at a span that is no candidate; such a quantity teaches nothing.
            gold.append(at.get(link.spans[0], -2) if link else -1)
        pairs = dated.pairs
        before = seen_before(gold, example.document.id)[pairs.query]
        features = np.concatenate([dated.features, dated.carry.features(relations(pairs.candidate, before))], axis=1)
        stack.add(features, gold_choice(pairs, gold), pairs.query, len(quantities))
    return stack.rank(parameters.ranker_penalty)


def seen_before(gold: Sequence[int], seed: str) -> I64:
    """What a quantity in training sees as the choice of the one before: gold, but sometimes another.

    When a chain is found, the choice before may be wrong. A model that saw gold alone would trust it too much; so one
    in ten is replaced, by "none" or by a span that is no candidate in turn. ``seed`` fixes which.
    """
    before = np.array([NOTHING_BEFORE, *gold[:-1]], dtype=np.int64)
    before[1:][before[1:] == -2] = UNKNOWN
    draw = np.random.default_rng(list(seed.encode())).random(len(before))
    wrong = (draw < _WRONG_BEFORE) & (before != NOTHING_BEFORE)
    return np.where(wrong, np.where(draw < _WRONG_BEFORE / 2, -1, UNKNOWN), before)


def _wholes(examples: Sequence[Example], parameters: LinkParameters) -> WeightTable:
    stack = _Stack()
    for example in examples:
        quantities = example.scene.quantities
        if not quantities:
            continue
        pairs, features = example.scene.parts(example.facts)
        number = {place.mention.id: index for index, place in enumerate(quantities)}
        gold = []
        for place in quantities:
            link = example.links.get((place.mention.id, "of"))
            gold.append(number.get(link.target or "", -2) if link else -1)
        stack.add(features, gold_choice(pairs, gold), pairs.query, len(quantities))
    return stack.rank(parameters.ranker_penalty)


def _titles(examples: Sequence[Example], parameters: LinkParameters) -> WeightTable:
    rows: list[NDArray[np.uint32]] = []
    target: list[int] = []
    for example in examples:
        candidates = title_candidates(example.document.text)
        gold = {mention.span for mention in example.document.mentions if mention.label == "POLICY"}
        if candidates:
            rows.append(class_rows(example.subject, [candidates], "POLICY"))
            target += [int(candidate.span in gold) for candidate in candidates]
    return fit_linear(_stacked(rows), target, 2, parameters.class_strength)


def _classes(
    examples: Sequence[Example], name: str, label: Label, classes: Sequence[str], parameters: LinkParameters
) -> WeightTable:
    rows: list[NDArray[np.uint32]] = []
    target: list[int] = []
    for example in examples:
        found = [mention for mention in example.scene.mentions[0] if mention.label == label]
        if not found:
            continue
        rows.append(class_rows(example.subject, example.scene.mentions, label))
        for mention in found:
            facts = mention.attributes
            if not isinstance(facts, Department | Policy):
                raise TypeError(f"{mention.id} in {example.document.id} has no attributes")
            target.append(classes.index(getattr(facts, name)))
    return fit_linear(_stacked(rows), target, len(classes), parameters.class_strength)


def _stacked(rows: Sequence[NDArray[np.uint32]]) -> NDArray[np.uint32]:
    return np.concatenate(rows) if rows else np.zeros((0, 1), dtype=np.uint32)


def gold_choice(pairs: Pairs, gold: Sequence[int]) -> I64:
    """For training: 1 for the pair of each quantity that gold chose (-1 for none), else 0."""
    hit: I64 = (pairs.candidate == np.asarray(gold, dtype=np.int64)[pairs.query]).astype(np.int64)
    return hit


def place_spans(places: Sequence[Place]) -> dict[Span, int]:
    """Index of each place by its span."""
    return {place.mention.span: number for number, place in enumerate(places)}
