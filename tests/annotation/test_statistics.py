"""``tongbao annotate stats``: counts of a document that is known to the last span."""

from pathlib import Path

from tongbao.annotation import read_gold
from tongbao.annotation.statistics import count, render

DOCUMENTS = read_gold(Path(__file__).parent / "cases" / "clean.jsonl")


def test_counts() -> None:
    one = count(DOCUMENTS)
    assert (one.documents, one.characters) == (1, 62)
    assert one.mentions == {
        "DEPARTMENT": 1,
        "ORGANIZATION": 0,
        "POLICY": 2,
        "QUANTITY": 4,
        "PERIOD": 1,
        "SCOPE": 1,
    }
    assert one.links == {"measures": 4, "during": 2, "within": 2, "of": 1}
    assert one.density == 400 / 62
    seen = {name: {value: n for value, n in values.items() if n} for name, values in one.attributes.items()}
    assert seen == {
        "DEPARTMENT role": {"issuer": 1},
        "POLICY kind": {"notice": 1, "regulation": 1},
        "POLICY act": {"issue": 1, "implement": 1},
        "QUANTITY kind": {"count": 2, "ratio": 1, "duration": 1},
        "QUANTITY bound": {"exact": 4},
        "QUANTITY change": {"none": 4},
    }
    assert one.attributes["QUANTITY change"] == {"none": 4, "increase_by": 0, "decrease_by": 0, "from": 0, "to": 0}


def test_nothing_counts_nothing() -> None:
    nothing = count([])
    assert (nothing.documents, nothing.characters, nothing.density) == (0, 0, 0.0)
    assert set(nothing.mentions.values()) == {0}
    assert set(nothing.links.values()) == {0}


def test_counts_add_up() -> None:
    once, twice = count(DOCUMENTS), count(DOCUMENTS * 2)
    assert twice.characters == 2 * once.characters
    assert twice.links == {kind: 2 * n for kind, n in once.links.items()}
    assert twice.density == once.density


def test_the_table_has_a_column_for_each() -> None:
    lines = render([("甲", count(DOCUMENTS)), ("乙", count([]))]).splitlines()
    assert [line.split()[-2:] for line in lines if line.startswith("QUANTITY")] == [["4", "0"]]
    assert [line.split()[-2:] for line in lines if line.startswith("  kind ratio")] == [["1", "0"]]
    assert [line.split()[-2:] for line in lines if "link of" in line] == [["1", "0"]]
