"""How far two annotators of the same documents agree, and where they do not.

Spans: F1 (which has no chance term: the number of spans that could have been marked is not defined). Attributes, on
the spans that both marked alike: the share that is the same and, where there is a fixed set of values, Cohen's kappa
(Cohen 1960, "A coefficient of agreement for nominal scales").
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from tongbao.annotation import compare
from tongbao.annotation.compare import Facts, Key
from tongbao.annotation.gold import to_json
from tongbao.annotation.grid import aligned
from tongbao.records import LABELS, Annotated, Label

#: Attributes with a fixed set of values, by label, under their names in the records.
NOMINAL: dict[Label, tuple[str, ...]] = {
    "DEPARTMENT": ("role",),
    "POLICY": ("kind", "act", "nested"),
    "QUANTITY": ("bound", "kind", "change"),
}

#: What else is compared on a quantity, in the order of the table.
_QUANTITY: dict[str, Callable[[Facts, Facts, str], float]] = {
    "value": lambda x, y, text: compare.same_value(x, y),
    "unit": lambda x, y, text: compare.same_unit(x, y),
    "indicator": lambda x, y, text: compare.indicator(x, text) == compare.indicator(y, text),
    "indicator characters": lambda x, y, text: compare.character_f1(x, y),
    "period": lambda x, y, text: compare.surface(x.period, text) == compare.surface(y.period, text),
    "scope": lambda x, y, text: compare.surface(x.scope, text) == compare.surface(y.scope, text),
    "of": lambda x, y, text: x.of == y.of,
}


@dataclass(frozen=True, slots=True)
class SpanAgreement:
    """Spans of one label: how many each annotator marked, how many are the same, and F1 (``None`` without spans)."""

    label: Label
    a: int
    b: int
    same: int

    @property
    def f1(self) -> float | None:
        """2 × same / (a + b): the same whoever is called the first."""
        return 2 * self.same / (self.a + self.b) if self.a + self.b else None


@dataclass(frozen=True, slots=True)
class AttributeAgreement:
    """One attribute on ``n`` spans that both marked: share that agrees, and kappa where it is defined."""

    label: Label
    name: str
    n: int
    share: float | None
    kappa: float | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """The agreement of two annotations over ``documents`` documents."""

    documents: int
    spans: tuple[SpanAgreement, ...]
    attributes: tuple[AttributeAgreement, ...]


def agree(a: Sequence[Annotated], b: Sequence[Annotated]) -> Agreement:
    """Compare two annotations of the documents that both have (by id).

    Raises:
        AnnotationError: a document has another text in ``b``.
    """
    pairs = _common(a, b)
    counts: Counter[tuple[Label, str]] = Counter()
    matched: dict[Label, list[tuple[Facts, Facts, str]]] = {label: [] for label in LABELS}
    for first, second in pairs:
        left, right = compare.facts(first), compare.facts(second)
        counts.update((label, "a") for label, _ in left)
        counts.update((label, "b") for label, _ in right)
        for key, fact in left.items():
            if key in right:
                matched[key[0]].append((fact, right[key], first.text))
    return Agreement(
        len(pairs),
        tuple(SpanAgreement(label, counts[label, "a"], counts[label, "b"], len(matched[label])) for label in LABELS),
        tuple(line for label in LABELS for line in _attributes(label, matched[label])),
    )


def kappa(pairs: Iterable[tuple[object, object]]) -> float | None:
    """Cohen's kappa of pairs of values; ``None`` where chance alone explains all (no pairs, or one value only)."""
    table = Counter(pairs)
    n = table.total()
    if n == 0:
        return None
    left: Counter[object] = Counter()
    right: Counter[object] = Counter()
    for (x, y), times in table.items():
        left[x] += times
        right[y] += times
    expected = sum(left[value] * right[value] for value in left)
    if expected == n * n:
        return None
    observed = sum(times for (x, y), times in table.items() if x == y)
    return (n * observed - expected) / (n * n - expected)


def differences(a: Sequence[Annotated], b: Sequence[Annotated]) -> list[str]:
    """One line for everything in which two annotations differ, in text order: document, offsets, surface, both views.

    >>> differences(first, second)  # doctest: +SKIP
    ['A01 [45, 47) 5件 QUANTITY unit: 件 | 项', 'A01 [60, 62) 三项 QUANTITY only in the second']
    """
    return [
        f"{first.id} [{span.start}, {span.end}) {_one_line(span.of(first.text))} {label} {difference}"
        for first, second in _common(a, b)
        for (label, span), difference in _differences(first, second)
    ]


def render(agreement: Agreement) -> str:
    """The agreement as two aligned tables for a terminal or a code block."""
    spans = [[line.label, str(line.a), str(line.b), str(line.same), _figure(line.f1)] for line in agreement.spans]
    attributes = [
        [f"{line.label} {line.name}", str(line.n), _figure(line.share), _figure(line.kappa)]
        for line in agreement.attributes
    ]
    return "\n\n".join(
        [
            f"文档 documents: {agreement.documents}",
            aligned(["标注 span", "甲 a", "乙 b", "相同 same", "F1"], spans),
            aligned(["属性 attribute", "数 n", "一致 agree", "kappa"], attributes),
        ]
    )


def _common(a: Sequence[Annotated], b: Sequence[Annotated]) -> list[tuple[Annotated, Annotated]]:
    ids = {document.id for document in b}
    return compare.paired((document for document in a if document.id in ids), b)


def _attributes(label: Label, matched: list[tuple[Facts, Facts, str]]) -> Iterator[AttributeAgreement]:
    n = len(matched)
    for name in NOMINAL.get(label, ()):
        pairs = [(x.attribute(name), y.attribute(name)) for x, y, _ in matched]
        share = sum(x == y for x, y in pairs) / n if n else None
        yield AttributeAgreement(label, name, n, share, kappa(pairs))
    if label == "QUANTITY":
        for name, measure in _QUANTITY.items():
            share = sum(measure(*entry) for entry in matched) / n if n else None
            yield AttributeAgreement(label, name, n, share, None)


def _differences(first: Annotated, second: Annotated) -> Iterator[tuple[Key, str]]:
    left, right = compare.facts(first), compare.facts(second)
    views = [_views(document) for document in (first, second)]
    for key in sorted(left.keys() | right.keys(), key=lambda key: (key[1], key[0])):
        if key not in right:
            yield key, "only in the first"
        elif key not in left:
            yield key, "only in the second"
        else:
            one, other = views[0][key], views[1][key]
            equal = _EQUAL_NUMBERS if compare.same_value(left[key], right[key]) else frozenset()
            for name in one | other:
                if one.get(name) != other.get(name) and name not in equal:
                    yield key, f"{name}: {one.get(name, '—')} | {other.get(name, '—')}"


def _views(document: Annotated) -> dict[Key, dict[str, str]]:
    """What each span says in words: ids and offsets, which differ between annotators, give way to surfaces."""
    raw = {entry["id"]: entry for entry in to_json(document)["spans"]}
    text = document.text
    views: dict[Key, dict[str, str]] = {}
    for key, fact in compare.facts(document).items():
        entry = {k: v for k, v in raw[fact.mention.id].items() if k not in _NOT_SAID and v is not None}
        if key[0] == "QUANTITY":
            pieces = [_one_line(piece.of(text)) for piece in fact.pieces]
            entry["indicator"] = " + ".join(pieces) or "—"
            for name, span in (("period", fact.period), ("scope", fact.scope)):
                if span is not None:
                    entry[name] = _one_line(span.of(text))
            if fact.of is not None:
                entry["of"] = f"{_one_line(fact.of.of(text))} [{fact.of.start}, {fact.of.end})"
        views[key] = {name: str(value) for name, value in entry.items()}
    return views


#: 94.0 and 94 are one value, written in two ways.
_EQUAL_NUMBERS = frozenset({"value", "low", "high"})
_NOT_SAID = frozenset({"id", "label", "start", "end", "confidence", "nested_in"})


def _one_line(text: str) -> str:
    return text.replace("\n", "⏎")


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
