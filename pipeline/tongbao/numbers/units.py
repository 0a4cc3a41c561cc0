"""Units and measure words: what kind of quantity each makes, and the base unit it converts to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from types import MappingProxyType
from typing import NamedTuple, cast, get_args

from tongbao.errors import LexiconError
from tongbao.numbers.numerals import divide, fold_forms, multiply
from tongbao.numbers.tables import packaged_table, read_table
from tongbao.records import Number, QuantityKind


class Unit(NamedTuple):
    """A line of ``data/units.tsv``. ``base`` is empty where the unit is its own base (and ``factor`` is 1)."""

    name: str
    kind: QuantityKind
    base: str
    factor: Number


@dataclass(frozen=True, slots=True, eq=False)
class UnitTable:
    """The units that the grammar knows. Read-only.

    ``by_first`` has the names by their first character, longest first: the index for longest-match search in running
    text. ``added`` are the names that a user's lexicon holds.
    """

    units: Mapping[str, Unit]
    by_first: Mapping[str, tuple[str, ...]]
    added: frozenset[str] = frozenset()

    @classmethod
    def build(cls, units: Mapping[str, Unit], added: Iterable[str] = ()) -> UnitTable:
        """A table of ``units`` by name."""
        index: dict[str, list[str]] = {}
        for name in units:
            index.setdefault(name[0], []).append(name)
        by_first = {first: tuple(sorted(names, key=len, reverse=True)) for first, names in index.items()}
        return cls(MappingProxyType(dict(units)), MappingProxyType(by_first), frozenset(added))

    def with_measures(self, measures: Iterable[tuple[str, QuantityKind]]) -> UnitTable:
        """This table and a user's measure words with their kinds; each is its own base.

        A word that stands here already with the same kind keeps its base; with another kind the user's word counts.
        """
        kinds = {fold_forms(word): kind for word, kind in measures}
        if not kinds:
            return self
        new = {
            name: Unit(name, kind, "", Decimal(1))
            for name, kind in kinds.items()
            if name not in self.units or self.units[name].kind != kind
        }
        return UnitTable.build({**self.units, **new}, self.added | kinds.keys())

    def longest_at(self, folded: str, at: int) -> str | None:
        """The longest unit that begins at the offset ``at`` of a text in plain forms."""
        for name in self.by_first.get(folded[at : at + 1], ()):
            if folded.startswith(name, at):
                return name
        return None


_HEADER = ("unit", "kind", "base", "factor")
_DIVISIONS = re.compile(r"[/每]")
#: Kinds that make a concentration, a density or a speed where they divide a unit that is not money.
_EXTENTS = frozenset({"area", "volume", "mass", "length"})


def read_units(text: str, place: str) -> dict[str, Unit]:
    """Parse a unit table: columns unit, kind, base (empty: its own), factor (empty: 1).

    Raises:
        LexiconError: a line that is no row of the table, an unknown kind, a bad factor, or a unit that stands twice.
    """
    return _checked(read_table(text, place, _HEADER), place)


@cache
def units() -> dict[str, Unit]:
    """The shipped table, by unit as written in plain forms."""
    return _checked(packaged_table("units.tsv", _HEADER), "data/units.tsv")


def _checked(rows: dict[str, tuple[str, ...]], place: str) -> dict[str, Unit]:
    table: dict[str, Unit] = {}
    for name, (kind, base, factor) in rows.items():
        if kind not in get_args(QuantityKind):
            raise LexiconError(place, f"{name}: no kind {kind!r}", "use one of " + ", ".join(get_args(QuantityKind)))
        table[name] = Unit(name, cast(QuantityKind, kind), base, _factor(factor, f"{place}: {name}"))
    return table


def _factor(text: str, where: str) -> Number:
    above, _, below = text.partition("/")
    try:
        number: Number = Decimal(above or "1")
        return divide(number, Decimal(below)) if below else number
    except (ArithmeticError, ValueError):
        raise LexiconError(where, f"{text!r} is no factor", "write a decimal or a fraction such as 2000/3") from None


@cache
def shipped_units() -> UnitTable:
    """The shipped table with its index."""
    return UnitTable.build(units())


def kind_of(unit: str, known: UnitTable | None = None) -> QuantityKind:
    """The kind of quantity that a unit (folded, as in ``Quantity.unit``) makes.

    A compound takes the kind of what it divides (元/吨 is money, 吨/日 is mass), except that a concentration, density
    or speed (微克/立方米, 人/平方公里, km/h) is ``other``. A word that the table does not know is a measure word
    (``count``) if it is Chinese and ``other`` if not. ``known`` is the shipped table unless another is given.
    """
    table = (known or shipped_units()).units
    if unit in table:
        return table[unit].kind
    parts = _DIVISIONS.split(unit)
    if len(parts) > 1 and parts[0]:
        return _compound(kind_of(parts[0], known), parts[1], table)
    return "other" if unit[:1].isascii() or not unit[:1].isalpha() else "count"


def _compound(above: QuantityKind, divisor: str, table: Mapping[str, Unit]) -> QuantityKind:
    if above in ("money", "ratio"):
        return above
    below = table.get(divisor.lstrip("0123456789"))
    by_extent = below is not None and below.kind in _EXTENTS
    speed = above == "length" and (divisor in ("h", "s") or (below is not None and below.kind == "duration"))
    by_latin = divisor[:1].isascii() and above == "mass"
    # A flow (立方米每秒, 吨/日) measures what flows; a share in an extent measures neither.
    return "other" if by_extent or speed or by_latin else above


def normalise(
    value: Number | None, unit: str | None, known: UnitTable | None = None
) -> tuple[Number | None, str | None]:
    """A value and its unit in the base unit of its family, exactly.

    Base units:

    - money 元 (also for 角, 块); 美元, 欧元, 港元 and other currencies stay what they are;
    - area ㎡ (亩 is 2000/3 ㎡; 公顷, 平方公里), length 米 (公里, 里, 厘米);
    - volume 立方米 (升, 方), mass 千克 (吨, 斤, 克), coal equivalents 千克标准煤;
    - energy 千瓦时, power 千瓦;
    - ratio %; ``‰`` and 个百分点 stay;
    - clock time 分钟 (小时 converts, 秒 stays), calendar time 天 (周, 日) and 个月 (个季度); 年 and 个工作日 stay,
      since no exact factor exists.

    Measure words (人次, 户, 件) and compound units (元/吨) stay as they are, in plain forms. ``known`` is the shipped
    table unless another is given.

    Returns:
        The pair; ``(None, base)`` where there is no value, ``(value, None)`` where there is no unit. The value is a
        ``Fraction`` where no decimal equals it (10 亩).
    """
    if unit is None:
        return value, None
    entry = (known or shipped_units()).units.get(fold_forms(unit))
    if entry is None:
        return value, fold_forms(unit)
    base = entry.base or entry.name
    if value is None or entry.factor == 1:
        return value, base
    converted = multiply(value, entry.factor)
    if isinstance(converted, Fraction):
        converted = divide(converted, Decimal(1))
    return converted, base
