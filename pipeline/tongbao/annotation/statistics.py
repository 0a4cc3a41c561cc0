"""``tongbao annotate stats``: what annotation files hold, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias, get_args

from tongbao.annotation.grid import aligned
from tongbao.records import LABELS, Act, Annotated, Bound, Change, Label, LinkKind, PolicyKind, QuantityKind, Role

#: The counted values of an attribute, under ``LABEL attribute``, in the order of the guidelines.
Values: TypeAlias = dict[str, dict[str, int]]

_ATTRIBUTES: tuple[tuple[Label, str, tuple[str, ...]], ...] = (
    ("DEPARTMENT", "role", get_args(Role)),
    ("POLICY", "kind", get_args(PolicyKind)),
    ("POLICY", "act", get_args(Act)),
    ("QUANTITY", "kind", get_args(QuantityKind)),
    ("QUANTITY", "bound", get_args(Bound)),
    ("QUANTITY", "change", get_args(Change)),
)


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts over some documents. ``characters`` are code points; labels and kinds that do not occur count 0."""

    documents: int
    characters: int
    mentions: dict[Label, int]
    attributes: Values
    links: dict[LinkKind, int]

    @property
    def density(self) -> float:
        """Quantities per 100 characters; 0 where there is no text."""
        return 100 * self.mentions["QUANTITY"] / self.characters if self.characters else 0.0

    def to_dict(self) -> dict[str, object]:
        """The counts as plain values for JSON."""
        return {
            "documents": self.documents,
            "characters": self.characters,
            "quantities_per_100_characters": round(self.density, 4),
            "mentions": self.mentions,
            "attributes": self.attributes,
            "links": self.links,
        }


def count(documents: Iterable[Annotated]) -> Statistics:
    """Count what the documents hold."""
    documents = tuple(documents)
    mentions = [mention for document in documents for mention in document.mentions]
    labels = Counter(mention.label for mention in mentions)
    kinds = Counter(link.kind for document in documents for link in document.links)
    seen = Counter(
        (label, name, getattr(mention.attributes, name, None))
        for mention in mentions
        for label, name, _ in _ATTRIBUTES
        if label == mention.label
    )
    return Statistics(
        len(documents),
        sum(len(document.text) for document in documents),
        {label: labels[label] for label in LABELS},
        {
            f"{label} {name}": {value: seen[label, name, value] for value in values}
            for label, name, values in _ATTRIBUTES
        },
        {kind: kinds[kind] for kind in get_args(LinkKind)},
    )


def render(columns: Sequence[tuple[str, Statistics]]) -> str:
    """The counts as one aligned table, a column for each of the named statistics."""
    rows: list[list[str]] = [
        ["文档 documents", *(str(one.documents) for _, one in columns)],
        ["字 characters", *(str(one.characters) for _, one in columns)],
        ["每百字数量 quantities per 100", *(f"{one.density:.2f}" for _, one in columns)],
    ]
    for label in LABELS:
        rows.append([label, *(str(one.mentions[label]) for _, one in columns)])
        for owner, name, values in _ATTRIBUTES:
            if owner == label:
                key = f"{label} {name}"
                rows += [
                    [f"  {name} {value}", *(str(one.attributes[key][value]) for _, one in columns)] for value in values
                ]
    rows += [[f"关系 link {kind}", *(str(one.links[kind]) for _, one in columns)] for kind in get_args(LinkKind)]
    return aligned(["", *(name for name, _ in columns)], rows)
