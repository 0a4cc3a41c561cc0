"""Tables with a fault are refused, and the message says where the fault is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tongbao.errors import LexiconError
from tongbao.lexicon.lexicon import read_bodies, read_cues, read_titles
from tongbao.lexicon.regions import read_regions
from tongbao.lexicon.tables import read_table

REGIONS = "code\tname\tshort\tlevel\tparent\n350000\t福建省\t福建\tprovince\t\n"
BODIES = "short\tfull\tkind\tnote\n"
CUES = "category\tword\n"


@pytest.fixture
def table(tmp_path: Path) -> Callable[[str], Path]:
    """A writer of table files."""

    def write(text: str) -> Path:
        path = tmp_path / "table.tsv"
        path.write_bytes(text.encode("utf-8"))
        return path

    return write


@pytest.mark.parametrize(
    ("reader", "text", "place", "reason"),
    [
        (read_bodies, BODIES + "市监局\t市场监督管理局\tlocal\t\n" * 2, "table.tsv:3", "stands in line 2"),
        (read_bodies, BODIES + "市监局\t市场监督管理局\tlocal\n", "table.tsv:2", "3 cells instead of 4"),
        (read_bodies, BODIES + "市监局\t市场监督管理局 \tlocal\t\n", "table.tsv:2", "white space"),
        (read_bodies, BODIES + "市监局\t\tlocal\t\n", "table.tsv:2", "needs a full name"),
        (read_bodies, BODIES + "市监局\t市场监督管理局\tcity\t\n", "table.tsv:2", "no kind 'city'"),
        (read_bodies, BODIES + "\n", "table.tsv:2", "1 cells instead of 4"),
        (read_bodies, "short\tfull\n", "table.tsv:1", "heading"),
        (read_bodies, "", "table.tsv:1", "heading"),
        (read_cues, CUES + "issue\t出台\nissue\t出台\n", "table.tsv:3", "stands in line 2"),
        (read_cues, CUES + "issue\t\n", "table.tsv:2", "a category and a word"),
        (read_titles, "title\n监察法\n监察法\n", "table.tsv:3", "stands in line 2"),
        (read_titles, "title\n\n", "table.tsv:2", "needs a name"),
        (read_regions, REGIONS + "350000\t某省\t某\tprovince\t\n", "table.tsv:3", "stands in line 2"),
        (read_regions, REGIONS + "3505\t泉州市\t泉州\tprefecture\t350000\n", "table.tsv:3", "six digits"),
        (read_regions, REGIONS + "35050０\t泉州市\t泉州\tprefecture\t350000\n", "table.tsv:3", "six digits"),
        (read_regions, REGIONS + "350500\t泉州市\t\tprefecture\t350000\n", "table.tsv:3", "short name"),
        (read_regions, REGIONS + "350500\t泉州市\t泉州\tcity\t350000\n", "table.tsv:3", "no level 'city'"),
        (read_regions, REGIONS + "350500\t泉州市\t泉州\tprefecture\t360000\n", "table.tsv:3", "'360000' is not known"),
        (read_regions, REGIONS + "350500\t泉州市\t泉州\tprefecture\t\n", "table.tsv:3", "no parent"),
        (read_regions, REGIONS + "360000\t江西省\t江西\tprovince\t350000\n", "table.tsv:3", "no parent"),
    ],
)
def test_a_bad_line_is_named(
    table: Callable[[str], Path], reader: Callable[[Path], object], text: str, place: str, reason: str
) -> None:
    with pytest.raises(LexiconError) as caught:
        reader(table(text))
    assert caught.value.place == place
    assert reason in caught.value.reason


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match=r"^absent\.tsv: cannot be read"):
        list(read_table(tmp_path / "absent.tsv", ("a",), ("a",)))


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    path = tmp_path / "gbk.tsv"
    path.write_bytes("a\n市监局\n".encode("gbk"))
    with pytest.raises(LexiconError, match=r"^gbk\.tsv:2: not UTF-8 at byte 2"):
        list(read_table(path, ("a",), ("a",)))


@pytest.mark.parametrize("text", ["a\tb\n1\t2\n3\t\n", "\ufeffa\tb\r\n1\t2\r\n3\t", "a\tb\r\n1\t2\r\n3\t\r\n"])
def test_line_ends_and_a_byte_order_mark_make_no_difference(table: Callable[[str], Path], text: str) -> None:
    rows = list(read_table(table(text), ("a", "b"), ("a",)))
    assert rows == [("table.tsv:2", {"a": "1", "b": "2"}), ("table.tsv:3", {"a": "3", "b": ""})]
