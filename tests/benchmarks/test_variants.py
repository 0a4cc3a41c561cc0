"""Variants of the command line, and what they hold out."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.variants import Variant, held_out, parse

from tongbao.annotation import read_gold


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", Variant("plain", ())),
        ("a:features.words=none,mentions.c2=0.2", Variant("a", (("features.words", "none"), ("mentions.c2", 0.2)))),
        ("b:documents=40", Variant("b", (), documents=40)),
        ("c:hold=V+AB,sure=0", Variant("c", (), hold=("V", "AB"), sure=0.0)),
    ],
)
def test_variants(text: str, expected: Variant) -> None:
    assert parse(text) == expected


def test_batches_are_held_out_by_their_letters(repository: Path) -> None:
    documents = read_gold(repository / "annotations" / "gold" / "authored" / "authored-5.jsonl")
    held = held_out(documents, parse("a:hold=Y+AB"), ["A01"])
    assert {one[:-2] for one in held} == {"Y", "AB"}
    assert held_out(documents, parse("a"), ["A01"]) == {"A01"}
