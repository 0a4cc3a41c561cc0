"""The values that travel through tongbao: frozen dataclasses and nothing else.

Every offset is a half-open range of Unicode code points into the text of one document, and that text is never edited:
``text[span.start:span.end]`` is always the surface of the thing that the span points to.

This module imports nothing from the package; every other room may import it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeAlias

Label: TypeAlias = Literal["DEPARTMENT", "ORGANIZATION", "POLICY", "QUANTITY", "PERIOD", "SCOPE"]
Role: TypeAlias = Literal["lead", "assist", "issuer", "actor", "mentioned"]
PolicyKind: TypeAlias = Literal["law", "regulation", "plan", "notice", "opinion", "standard", "other"]
Act: TypeAlias = Literal["issue", "amend", "implement", "cite"]
Bound: TypeAlias = Literal["exact", "approx", "at_least", "at_most"]
QuantityKind: TypeAlias = Literal[
    "count", "money", "ratio", "length", "area", "volume", "mass", "duration", "rank", "other"
]
Change: TypeAlias = Literal["none", "increase_by", "decrease_by", "from", "to"]
LinkKind: TypeAlias = Literal["measures", "during", "within", "of"]
Origin: TypeAlias = Literal["seed", "authored", "external"]

#: A value as the text fixes it. A vulgar fraction (三分之一) stays a fraction: no decimal equals it.
Number: TypeAlias = Decimal | Fraction

LABELS: tuple[Label, ...] = ("DEPARTMENT", "ORGANIZATION", "POLICY", "QUANTITY", "PERIOD", "SCOPE")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range ``[start, end)`` of code points.

    Raises:
        ValueError: ``start`` is negative or ``end`` lies before ``start``.
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"not a span: [{self.start}, {self.end})")

    def __len__(self) -> int:
        return self.end - self.start

    def of(self, text: str) -> str:
        """The surface: the characters of ``text`` that the span covers."""
        return text[self.start : self.end]

    def overlaps(self, other: Span) -> bool:
        """Whether the two share at least one character."""
        return self.start < other.end and other.start < self.end

    def contains(self, other: Span) -> bool:
        """Whether ``other`` lies wholly inside (equal spans contain each other)."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class LeadUnits:
    """A stretch that lists the units responsible for an item, e.g. the names in ``(牵头单位:市教育局、市财政局)``.

    ``span`` covers the list without its label and brackets; ``role`` is what the label says.
    """

    span: Span
    role: Literal["lead", "assist"]


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered item of a bulletin, or its preamble.

    ``number`` is the mark as written without its punctuation (``"1"``, ``"一"``, ``"（二）"``), empty for a preamble;
    ``path`` joins the marks from the outermost item down (``三/（二）/1``); ``title`` is the first sentence without
    its closing full stop; ``level`` is 0 at the top; ``parent`` is the index of the enclosing section.
    """

    span: Span
    number: str
    path: str
    title: Span | None
    level: int
    parent: int | None
    units: tuple[LeadUnits, ...] = ()


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a document says of itself, or a sidecar ``FILE.meta.json`` says of it; ``None`` where neither does."""

    title: str | None = None
    issuer: str | None = None
    region: str | None = None
    published: date | None = None
    number: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """Where a stretch of a text stood in its file: ``page`` and ``paragraph`` count from 1.

    ``None`` where the format has no pages, or its paragraphs cannot be told. A row of a table is a paragraph.
    """

    span: Span
    page: int | None
    paragraph: int | None


@dataclass(frozen=True, slots=True)
class Bulletin:
    """One document as read: its text, untouched, and its structure.

    ``sections`` are in text order, parents before children; ``sentences`` are in text order, do not overlap, and
    cover every character that is not white space. ``sha256`` is the digest of the file's bytes (of the UTF-8 form
    of the text where there was no file). ``blocks`` say where the text stood in the file, in text order, without
    overlap; none for plain text, which is its own place.
    """

    id: str
    text: str
    sections: tuple[Section, ...]
    sentences: tuple[Span, ...]
    metadata: Metadata = field(default_factory=Metadata)
    sha256: str = ""
    source: str | None = None
    encoding: str = "utf-8"
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a number says. Exactly one of ``value`` and the pair ``low``/``high`` is set (see the guidelines)."""

    value: Number | None
    low: Number | None
    high: Number | None
    unit: str | None
    bound: Bound
    kind: QuantityKind
    change: Change


@dataclass(frozen=True, slots=True)
class Department:
    """``canonical`` is the full name with its region; ``None`` where nothing in reach says what it is."""

    role: Role
    canonical: str | None = None
    level: str | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """``nested`` marks a title inside another title; ``nested_in`` is the id of the enclosing mention."""

    kind: PolicyKind
    act: Act
    number: str | None = None
    nested: bool = False
    nested_in: str | None = None
    issuer: str | None = None
    trial: bool = False


@dataclass(frozen=True, slots=True)
class Period:
    """First and last day, both inclusive, where the text fixes them."""

    first: date | None
    last: date | None


Attributes: TypeAlias = Quantity | Department | Policy | Period


@dataclass(frozen=True, slots=True)
class Mention:
    """A labelled span. ``confidence`` is a probability in predictions and ``None`` in gold."""

    id: str
    label: Label
    span: Span
    attributes: Attributes | None = None
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A relation that starts at the quantity ``source`` (a mention id).

    ``measures`` points to the indicator pieces ``spans`` (in text order; in predictions none where the quantity has no
    words of its own, so that the confidence of that has a place); ``during`` and ``within`` point
    to one span; ``of`` points to the quantity ``target`` and has no spans.
    """

    kind: LinkKind
    source: str
    spans: tuple[Span, ...] = ()
    target: str | None = None
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class GoldSection:
    """A section in an annotation file; ``lead`` holds the ids of department and organization mentions."""

    span: Span
    number: str
    title: Span | None
    lead: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Annotated:
    """A document with its annotation: gold, or predictions in the same shape."""

    id: str
    origin: Origin
    text: str
    mentions: tuple[Mention, ...]
    links: tuple[Link, ...]
    sections: tuple[GoldSection, ...] = ()


# --- tables --------------------------------------------------------------------------------------------------------
# One dataclass a table; the order of the fields is the order of the columns.

LeftOutReason: TypeAlias = Literal[
    "date", "document_number", "code", "name", "list_mark", "threshold", "title", "word", "low_confidence"
]
Cell: TypeAlias = str | int | float | bool | date | Decimal | Fraction | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """One document: what it says of itself, and what became of it. ``status`` is ``ok`` or ``failed``."""

    doc_id: str
    title: str | None
    issuer: str | None
    region: str | None
    published: date | None
    number: str | None
    url: str | None
    sha256: str
    near_duplicate_of: str | None
    model: str
    schema: int
    status: str
    error: str | None


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One section of a document; a preamble has an empty path."""

    doc_id: str
    item_path: str
    title: str | None
    lead_departments: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class DepartmentRow:
    """One mention of a department."""

    doc_id: str
    item_path: str
    name: str
    canonical: str | None
    level: str | None
    region: str | None
    role: Role
    start: int
    end: int
    confidence: float | None


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """One mention of a policy title."""

    doc_id: str
    item_path: str
    title: str
    kind: PolicyKind
    act: Act
    issuer: str | None
    number: str | None
    trial: bool
    nested_in: str | None
    start: int
    end: int
    confidence: float | None


@dataclass(frozen=True, slots=True)
class QuantityRow:
    """One figure with everything that it is linked to.

    ``row`` is the id of the quantity in its document and ``of_row`` that of the quantity it is part, share or change
    of; ``indicator_full`` joins the indicators along ``of``; ``value_norm`` is the value in ``unit_norm``.
    """

    doc_id: str
    row: str
    item_path: str
    item_title: str | None
    lead_departments: tuple[str, ...]
    indicator: str
    indicator_full: str
    value: Number | None
    low: Number | None
    high: Number | None
    unit: str | None
    unit_norm: str | None
    value_norm: Number | None
    bound: Bound
    kind: QuantityKind
    change: Change
    of_row: str | None
    period: str | None
    period_start: date | None
    period_end: date | None
    scope: str | None
    sentence: str
    text: str
    start: int
    end: int
    confidence: float | None


@dataclass(frozen=True, slots=True)
class LeftOutRow:
    """A number of the text that is in no quantity row, and why."""

    doc_id: str
    item_path: str
    text: str
    reason: LeftOutReason
    sentence: str
    start: int
    end: int
    confidence: float | None


Row: TypeAlias = DocumentRow | ItemRow | DepartmentRow | PolicyRow | QuantityRow | LeftOutRow


@dataclass(frozen=True, slots=True)
class Tables:
    """All rows of one document or of many."""

    documents: tuple[DocumentRow, ...] = ()
    items: tuple[ItemRow, ...] = ()
    departments: tuple[DepartmentRow, ...] = ()
    policies: tuple[PolicyRow, ...] = ()
    quantities: tuple[QuantityRow, ...] = ()
    left_out: tuple[LeftOutRow, ...] = ()
