"""Documents made ready for linking: their quantities, the surroundings and candidates of these, computed once.

Training and linking see documents through the same scene, so that their features cannot drift apart.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from tongbao.linking.carrying import Carry
from tongbao.linking.choices import Judged, Pairs, add_dated, add_of, dated_pairs, of_pairs
from tongbao.linking.facts import I64, QuantityFacts, SpanFacts, TextSums, quantity_facts, span_facts
from tongbao.linking.layout import Place, places
from tongbao.records import Bulletin, Label, Mention, Quantity, Span
from tongbao.tagging.columns import TextColumns
from tongbao.tagging.weights import BATCH_ROWS

#: Words between two quantities that announce a part, a share, a change or a repetition.
_PART_WORDS = ("其中", "占", "同比", "环比", "比上", "分别", "达", "完成", "涉及", "较", "（", "(", "均", "已", "全")

#: How often something happens (每年), a bare length inside a sentence (财政支出五年翻番) and the date of one end of a
#: movement (从2020年的3.6万元) date figures of their own sentence only; a length that opens one (五年,…) may govern a
#: whole passage.
_HABIT, _OF = "每", "的"
_LENGTH = re.compile(r"[一二两三四五六七八九十\d]{1,3}(?:年|个月)")


def _is_bound(period: Place, text: str, ends: Container[int]) -> bool:
    """Whether a period in a text dates nothing outside its sentence; ``ends`` are where ends of movements begin."""
    if text.startswith(_HABIT, period.start) or (text.startswith(_OF, period.end) and period.end + len(_OF) in ends):
        return True
    opens = period.mention.span.start == period.sentence.start
    return not opens and _LENGTH.fullmatch(text, period.start, period.end) is not None


def _ends_a_movement(place: Place) -> bool:
    quantity = place.mention.attributes
    return isinstance(quantity, Quantity) and quantity.change in ("from", "to")


@cache
def _part_words() -> re.Pattern[str]:
    return re.compile("|".join(re.escape(word) for word in _PART_WORDS))


def _part_places(text: str) -> list[I64]:
    """For each part word where it stands in the text."""
    found: dict[str, list[int]] = {word: [] for word in _PART_WORDS}
    for match in _part_words().finditer(text):
        found[match[0]].append(match.start())
    return [np.array(starts, dtype=np.int64) for starts in found.values()]


@dataclass(frozen=True, slots=True)
class Dated:
    """Periods or scopes in text order, the pairs of quantities with them as they are judged one by one, and what the
    features of a chain of choices are made of.
    """

    others: tuple[Place, ...]
    judged: Judged
    carry: Carry

    @property
    def pairs(self) -> Pairs:
        """The pairs of quantities with them."""
        return self.judged.pairs

    @property
    def features(self) -> NDArray[np.uint32]:
        """The features of the pairs one by one, ``(M, T)``."""
        return self.judged.features()


@dataclass(frozen=True, slots=True)
class Scene:
    """``mentions`` of each of the packed texts in text order; ``quantities``, ``periods`` and ``scopes`` the places of
    those of all texts, by label.
    """

    columns: TextColumns
    sums: TextSums
    mentions: tuple[Sequence[Mention], ...]
    quantities: tuple[Place, ...]
    periods: tuple[Place, ...]
    scopes: tuple[Place, ...]
    facts: SpanFacts

    @classmethod
    def build(
        cls,
        columns: TextColumns,
        documents: Iterable[tuple[Bulletin, Sequence[Mention]]],
        sums: TextSums | None = None,
    ) -> Scene:
        """Prepare packed documents, each with its mentions in text order; ``sums`` where they were made already."""
        by_label: dict[Label, list[Place]] = {"QUANTITY": [], "PERIOD": [], "SCOPE": []}
        mentions: list[Sequence[Mention]] = []
        for base, (bulletin, own) in zip(columns.packed.begins.tolist(), documents, strict=True):
            mentions.append(own)
            for place in places(bulletin, own, ("QUANTITY", "PERIOD", "SCOPE"), base):
                by_label[place.mention.label].append(place)
        sums = sums or TextSums(columns)
        return cls(
            columns,
            sums,
            tuple(mentions),
            tuple(by_label["QUANTITY"]),
            tuple(by_label["PERIOD"]),
            tuple(by_label["SCOPE"]),
            span_facts(columns, sums, by_label["QUANTITY"]),
        )

    def opens(self) -> list[int]:
        """Which quantities are the first ones of their texts."""
        return [n for n, q in enumerate(self.quantities) if n == 0 or q.base != self.quantities[n - 1].base]

    def described(self, indicators: Sequence[Sequence[Span]]) -> QuantityFacts:
        """What the quantities say, with the indicator pieces of each."""
        return quantity_facts(self.columns, self.quantities, indicators)

    def dated(self, label: Label, facts: QuantityFacts) -> Dated:
        """The periods or the scopes as candidates of every quantity."""
        others, pairs = self._candidates(label)
        return self._dated(others, pairs, facts, span_facts(self.columns, self.sums, others))

    def dated_groups(self, label: Label, facts: QuantityFacts) -> Iterator[Dated]:
        """The same for neighbouring quantities at a time: features of all pairs of a long text take too much room."""
        others, pairs = self._candidates(label)
        candidates = span_facts(self.columns, self.sums, others)
        for group in pairs.groups(BATCH_ROWS):
            yield self._dated(others, group, facts, candidates)

    def _candidates(self, label: Label) -> tuple[tuple[Place, ...], Pairs]:
        if label == "SCOPE":
            return self.scopes, dated_pairs(self.quantities, self.scopes, within_section=False)
        text = self.columns.packed.text
        ends = {place.start for place in self.quantities if _ends_a_movement(place)}
        bound = {n for n, period in enumerate(self.periods) if _is_bound(period, text, ends)}
        return self.periods, dated_pairs(self.quantities, self.periods, within_section=True, bound=bound)

    def _dated(self, others: tuple[Place, ...], pairs: Pairs, facts: QuantityFacts, candidates: SpanFacts) -> Dated:
        known = (pairs, self.facts, facts, candidates, self.sums)
        return Dated(others, Judged(pairs, lambda sink: add_dated(sink, *known)), Carry.build(*known))

    def parts(self, facts: QuantityFacts) -> tuple[Pairs, NDArray[np.uint32]]:
        """Pairs of quantities of which one may be part, share or change of the other, and their features."""
        judged = self._parts(of_pairs(self.quantities), facts, _part_places(self.columns.packed.text))
        return judged.pairs, judged.features()

    def part_groups(self, facts: QuantityFacts) -> Iterator[Judged]:
        """The same for neighbouring quantities at a time."""
        words = _part_places(self.columns.packed.text)
        for pairs in of_pairs(self.quantities).groups(BATCH_ROWS):
            yield self._parts(pairs, facts, words)

    def _parts(self, pairs: Pairs, facts: QuantityFacts, words: Sequence[I64]) -> Judged:
        return Judged(pairs, lambda sink: add_of(sink, pairs, self.facts, facts, self.sums, words))
