"""What characters in and round spans say: hashes that do not depend on the place, and counts in constant time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tongbao.linking.facts import SpanFacts, TextSums, quantity_facts, span_facts
from tongbao.linking.layout import Place, places
from tongbao.records import Mention, Quantity, Span
from tongbao.tagging.arrays import SubstringHashes, codes
from tongbao.tagging.columns import FeatureOptions

from .conftest import BARE
