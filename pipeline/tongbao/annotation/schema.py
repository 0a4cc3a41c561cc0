"""The shape of one line of an annotation file, as pydantic models.

Strict: no key that the guidelines do not know, no number where a string belongs, no word outside an enumeration. What
needs the whole document (offsets against its text, ids against each other) is in :mod:`tongbao.annotation.check`.

This module imports pydantic and is itself imported only when a document is validated.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from tongbao.annotation.problem import Problem
from tongbao.records import Act, Bound, Change, Origin, PolicyKind, QuantityKind, Role

#: ``12400``, ``-0.5``, ``1/3``: ASCII digits only; the length limit keeps a hostile file from costing minutes.
PlainNumber = Annotated[str, Field(pattern=r"^-?[0-9]+(\.[0-9]+|/[0-9]*[1-9][0-9]*)?$", max_length=100)]


def _ordered(pair: list[int]) -> list[int]:
    if pair[0] >= pair[1]:
        raise ValueError(f"start {pair[0]} is not before end {pair[1]}")
    return pair


def _iso(text: str) -> str:
    date.fromisoformat(text)
    return text


def _without_range(bound: object) -> object:
    # The first corpus wrote "range" for 1-2天. A range has no bound of its own unless its words set one, so it reads as
    # exact until the review of the corpus has given every range the bound that its words set.
    return "exact" if bound == "range" else bound


Offset = Annotated[int, Field(ge=0)]
Pair = Annotated[list[Offset], Field(min_length=2, max_length=2), AfterValidator(_ordered)]
IsoDate = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), AfterValidator(_iso)]
Id = Annotated[str, Field(min_length=1)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class _Ranged(_Model):
    start: Offset
    end: Offset

    @model_validator(mode="after")
    def _start_before_end(self) -> _Ranged:
        _ordered([self.start, self.end])
        return self


class _SpanModel(_Ranged):
    id: Id
    confidence: Annotated[float, Field(ge=0, le=1)] | None = None


class PlainModel(_SpanModel):
    """A span without attributes."""

    label: Literal["ORGANIZATION", "SCOPE"]


class DepartmentModel(_SpanModel):
    """A Party or state body."""

    label: Literal["DEPARTMENT"]
    role: Role
    canonical: Id | None = None


class PolicyModel(_SpanModel):
    """The title of a normative document."""

    label: Literal["POLICY"]
    kind: PolicyKind
    act: Act
    number: Id | None = None
    nested: bool = False
    nested_in: Id | None = None
    issuer: Id | None = None
    trial: bool = False


class PeriodModel(_SpanModel):
    """A date or a stretch of time."""

    label: Literal["PERIOD"]
    first: IsoDate | None = Field(default=None, alias="from")
    last: IsoDate | None = Field(default=None, alias="to")


class QuantityModel(_SpanModel):
    """A number with its unit, and what it is linked to. The bound ``range`` of old files is read as ``exact``."""

    label: Literal["QUANTITY"]
    value: PlainNumber | None = None
    low: PlainNumber | None = None
    high: PlainNumber | None = None
    unit: Id | None = None
    bound: Annotated[Bound, BeforeValidator(_without_range)]
    kind: QuantityKind
    change: Change
    indicator: list[Pair] = []
    period: Pair | None = None
    scope: Pair | None = None
    of: Id | None = None

    @model_validator(mode="after")
    def _value_or_range(self) -> QuantityModel:
        given = (self.value is not None, self.low is not None, self.high is not None)
        if given not in {(True, False, False), (False, True, True)}:
            raise ValueError("give either value, or both low and high")
        return self


class SectionModel(_Ranged):
    """A numbered item, or the preamble (``number`` empty)."""

    number: str
    title: Pair | None = None
    lead: list[Id] = []


SpanModel = Annotated[
    PlainModel | DepartmentModel | PolicyModel | PeriodModel | QuantityModel, Field(discriminator="label")
]


class DocumentModel(_Model):
    """One document, one line."""

    id: Id
    origin: Origin
    text: str
    spans: list[SpanModel]
    sections: list[SectionModel] = []


def validate(data: object) -> tuple[DocumentModel | None, list[Problem]]:
    """Check the shape of one decoded line.

    Returns:
        The document and no problems, or ``None`` and every problem found, its message as ``place: what is wrong``.
    """
    try:
        return DocumentModel.model_validate(data), []
    except ValidationError as error:
        details = error.errors(include_url=False, include_context=False)
        return None, [_readable(data, detail["loc"], detail["msg"]) for detail in details]


def _readable(data: object, loc: tuple[int | str, ...], message: str) -> Problem:
    """``span q7 bound: Input should be …``: the annotator's name for a place instead of an index, where it has one."""
    parts = list(loc)
    if len(parts) > 1 and parts[0] in ("spans", "sections") and isinstance(parts[1], int):
        entry = _entry(data, str(parts[0]), parts[1])
        name, start = entry.get("id", entry.get("number", f"no. {parts[1] + 1}")), entry.get("start")
        rest = [part for part in parts[2:] if part != entry.get("label")]
        place = " ".join([str(parts[0])[:-1], str(name), *map(str, rest)])
        # A truth value is an int to Python and no offset to anyone.
        return Problem("format", start if type(start) is int else None, f"{place}: {message}")
    return Problem("format", None, f"{' '.join(map(str, parts)) or 'line'}: {message}")


def _entry(data: object, key: str, index: int) -> dict[str, Any]:
    entries = data.get(key) if isinstance(data, dict) else None
    entry = entries[index] if isinstance(entries, list) else None
    return entry if isinstance(entry, dict) else {}
