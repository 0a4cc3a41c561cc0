"""The room that reads numbers: numerals, quantities with their units, and periods of time, by grammar alone."""

from tongbao.numbers.candidates import Figures, find_figures, find_quantities
from tongbao.numbers.finding import find_numbers
from tongbao.numbers.numerals import parse_numeral
from tongbao.numbers.period_context import PeriodContext
from tongbao.numbers.periods import parse_period
from tongbao.numbers.quantities import clause_around, parse_quantity
from tongbao.numbers.units import UnitTable, kind_of, normalise, shipped_units
from tongbao.numbers.widening import with_unit

__all__ = [
    "Figures",
    "PeriodContext",
    "UnitTable",
    "clause_around",
    "find_figures",
    "find_numbers",
    "find_quantities",
    "kind_of",
    "normalise",
    "parse_numeral",
    "parse_period",
    "parse_quantity",
    "shipped_units",
    "with_unit",
]
