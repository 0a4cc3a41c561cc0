"""The learned linker: from mentions to what each quantity measures, when, where, and part of what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tongbao.linking.carrying import best_chain, chain_scores
from tongbao.linking.choices import choose
from tongbao.linking.facts import QuantityFacts
from tongbao.linking.focused import Focused
from tongbao.linking.indicator import Found, IndicatorChains, find_indicators
from tongbao.linking.scene import Scene
from tongbao.linking.trust import Looks
from tongbao.records import Label, Link, LinkKind
from tongbao.tagging.weights import WeightTable

#: Names of the learned choices, as they stand in a model folder: the rankers, the classes of spans, and what tells how
#: far an indicator is to be trusted.
CHOICES: tuple[str, ...] = ("period", "scope", "of", "role", "title", "kind", "act", "trust")


@dataclass(frozen=True, slots=True)
class Linker:
    """Everything that was learned about links and attributes.

    ``indicator`` finds the words that a quantity measures; ``choices`` has a weight table for each name in
    ``CHOICES``: rankers of candidates (``period``, ``scope``, ``of``), classes of spans (``kinds``) and ``trust``
    (:mod:`tongbao.linking.trust`), which is empty where nothing was learned: then indicators are as sure as the chain.
    """

    indicator: IndicatorChains
    choices: dict[str, WeightTable]

    def link(self, scene: Scene) -> list[list[Link]]:
        """For each text the links of its quantities in text order, each with a confidence."""
        found: dict[int, list[Link]] = {begin: [] for begin in scene.columns.packed.begins.tolist()}
        if scene.quantities:
            self._link(scene, found)
        return list(found.values())

    def indicators(self, scene: Scene) -> tuple[list[Found], Looks]:
        """The indicator of every quantity of a scene, which has one, and what they look like."""
        focused = Focused.build(scene.columns, scene.quantities, scene.mentions)
        found = find_indicators(self.indicator, focused)
        facts = scene.described([pieces for pieces, _ in found])
        return found, Looks.build(focused, scene.sums, facts, found)

    def _link(self, scene: Scene, out: Mapping[int, list[Link]]) -> None:
        """Put the links into ``out``, by where their texts begin."""
        found, looks = self.indicators(scene)
        facts, trust = looks.facts, self.choices["trust"]
        sure = looks.trust(trust).tolist() if len(trust.ids) else [one for _, one in found]
        periods = self._dated(scene, "period", facts)
        scopes = self._dated(scene, "scope", facts)
        wholes = self._wholes(scene, facts)
        for number, place in enumerate(scene.quantities):
            links, identifier = out[place.base], place.mention.id
            # Where a quantity has no words of its own the empty link carries how sure that is.
            links.append(Link("measures", identifier, found[number][0], None, sure[number]))
            links.extend(link for link in (periods[number], scopes[number], wholes[number]) if link)

    def _dated(self, scene: Scene, name: str, facts: QuantityFacts) -> list[Link | None]:
        label: Label = "PERIOD" if name == "period" else "SCOPE"
        others = scene.periods if label == "PERIOD" else scene.scopes
        table = self.choices[name]
        groups = [
            (
                dated.pairs.candidate,
                dated.pairs.query,
                chain_scores(dated.judged.scores(table), dated.carry.scores(table)),
            )
            for dated in scene.dated_groups(label, facts)
        ]
        candidate, query, scores = (np.concatenate(part, axis=-1) for part in zip(*groups, strict=True))
        chosen, confidence = best_chain(query, candidate, scores, scene.opens())
        out: list[Link | None] = []
        for place, index, share in zip(scene.quantities, chosen.tolist(), confidence.tolist(), strict=True):
            if index < 0:
                out.append(None)
                continue
            target = others[index].mention
            kind: LinkKind = "during" if name == "period" else "within"
            out.append(Link(kind, place.mention.id, (target.span,), target.id, share))
        return out

    def _wholes(self, scene: Scene, facts: QuantityFacts) -> list[Link | None]:
        table = self.choices["of"]
        found = [choose(judged.scores(table), judged.pairs) for judged in scene.part_groups(facts)]
        chosen, confidence = (np.concatenate(part) for part in zip(*found, strict=True))
        targets = _without_cycles(chosen.tolist(), confidence.tolist())
        return [
            Link("of", place.mention.id, (), scene.quantities[target].mention.id, share) if target >= 0 else None
            for place, target, share in zip(scene.quantities, targets, confidence.tolist(), strict=True)
        ]


def _without_cycles(targets: list[int], confidence: Sequence[float]) -> list[int]:
    """Drop links until following ``of`` always ends; of a pair that points at each other the surer one stays."""
    out = list(targets)
    for number, target in enumerate(targets):
        if target > number and out[target] == number:
            weaker = number if confidence[number] < confidence[target] else target
            out[weaker] = -1
    return [-1 if _returns(out, number) else target for number, target in enumerate(out)]


def _returns(targets: Sequence[int], start: int) -> bool:
    """Whether following ``of`` from ``start`` through a forward link comes back to it; backward links cannot."""
    if targets[start] <= start:
        return False
    current = targets[start]
    for _ in range(len(targets)):
        if current < 0:
            return False
        if current == start:
            return True
        current = targets[current]
    # It leads into a cycle that it is not part of: that one is broken elsewhere.
    return False
