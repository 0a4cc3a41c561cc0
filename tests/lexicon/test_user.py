"""A user's own file: what it says, and how a bad line is refused."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.errors import LexiconError
from tongbao.lexicon import Region, UserLexicon, load, read_user_lexicon, read_user_lexicons
from tongbao.records import QuantityKind

CASES = Path(__file__).parent / "cases"
Write = Callable[[str | bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A writer of user files, each in the place of the one before."""

    def write(text: str | bytes) -> Path:
        path = tmp_path / "own.tsv"
        path.write_bytes(text.encode("utf-8") if isinstance(text, str) else text)
        return path

    return write


def _read(path: Path) -> UserLexicon:
    return read_user_lexicon(path, load().gazetteer)


def _bad_lines() -> list[list[str]]:
    with (CASES / "user_bad_lines.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter="|", quoting=csv.QUOTE_NONE))[1:]


# --- what a file says -----------------------------------------------------------------------------------------------


def test_the_example_says_what_its_comments_say(repository: Path) -> None:
    user = _read(repository / "configs" / "lexicon-example.tsv")
    assert user.bodies == (
        ("数创办", "数字创新办公室"),
        ("市织网专班", "泉州市织网攻坚专班"),
        ("碧湾联调中心", "碧湾联调中心"),
    )
    assert user.measures == (("艇次", "count"), ("箱标", "volume"))
    zone, town = user.regions
    assert zone == Region("350500/蓝港经济技术开发区", "蓝港经济技术开发区", "蓝港新区", "zone", "350500")
    assert town == Region(f"{zone.code}/碧湾镇", "碧湾镇", "碧湾镇", "township", zone.code)


def test_the_documentation_shows_what_can_be_read_and_names_every_kind(repository: Path, write: Write) -> None:
    text = (repository / "docs" / "lexicon.md").read_text(encoding="utf-8")
    [block] = re.findall(r"^```tsv\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    assert _read(write(block)) == _read(repository / "configs" / "lexicon-example.tsv")
    assert [kind for kind in get_args(QuantityKind) if text.count(f"`{kind}`") < 2] == []


@pytest.mark.parametrize(
    "text",
    [
        "body\t数创办\t数字创新办公室\nunit\t艇次\tcount\n",
        "kind\tname\tvalue\tparent\nbody\t数创办\t数字创新办公室\nunit\t艇次\tcount",
        "\ufeffbody\t数创办\t数字创新办公室\t\r\n\r\nunit\t艇次\tcount\t\r\n",
        "# 注释\tbody\n\n \nbody\t数创办\t数字创新办公室\n\t\nunit\t艇次\tcount\n",
    ],
)
def test_heading_comments_line_ends_and_empty_cells_make_no_difference(write: Write, text: str) -> None:
    assert _read(write(text)) == UserLexicon((("数创办", "数字创新办公室"),), (("艇次", "count"),))


@pytest.mark.parametrize("text", ["", "\n", "\ufeff", "# 空\n", "kind\tname\tvalue\tparent\n"])
def test_an_empty_file_says_nothing(write: Write, text: str) -> None:
    assert _read(write(text)) == UserLexicon()


@pytest.mark.parametrize(
    ("line", "level", "parent"),
    [
        ("region\t碧湾区\t\t泉州市", "county", "350500"),
        ("region\t碧湾市\t\t福建省", "prefecture", "350000"),
        ("region\t碧湾市\t\t泉州市", "county", "350500"),
        ("region\t碧湾区\t\t350500", "county", "350500"),
        ("region\t碧湾\t碧湾高新区", "zone", None),
        ("region\t碧湾街道\t\t鲤城区", "township", "350502"),
        ("region\t碧湾省", "province", None),
    ],
)
def test_the_name_and_the_parent_say_the_level(write: Write, line: str, level: str, parent: str | None) -> None:
    [region] = _read(write(line)).regions
    assert (region.level, region.parent) == (level, parent)


@pytest.mark.parametrize("line", ["region\t古城\t鲤城区\t泉州市", "region\t古城\t鲤城区"])
def test_another_short_name_of_a_known_region_makes_no_second_region(write: Write, line: str) -> None:
    [region] = _read(write(line)).regions
    assert region == Region("350502", "鲤城区", "古城", "county", "350500")
    lexicon = load().extended(UserLexicon(regions=(region,)))
    assert lexicon.find_region("鲤城区", "350500") == lexicon.find_region("古城", "350500") == region
    assert len(lexicon.gazetteer.by_code) == len(load().gazetteer.by_code)


def test_a_later_file_builds_on_an_earlier_one_and_counts_before_it(tmp_path: Path) -> None:
    first, second = tmp_path / "1.tsv", tmp_path / "2.tsv"
    first.write_text("region\t碧湾区\t\t泉州市\nbody\t数创办\t数字创新办公室\nunit\t艇次\tcount\n", encoding="utf-8")
    second.write_text("region\t蓝港镇\t\t碧湾区\nbody\t数创办\t数字创造办公室\nunit\t艇次\tother\n", encoding="utf-8")
    user = read_user_lexicons([first, second], load().gazetteer)
    assert user.bodies == (("数创办", "数字创造办公室"),)
    assert user.measures == (("艇次", "other"),)
    assert [(region.name, region.parent) for region in user.regions] == [
        ("碧湾区", "350500"),
        ("蓝港镇", "350500/碧湾区"),
    ]


# --- what a lexicon makes of it -------------------------------------------------------------------------------------


def test_an_extended_lexicon_holds_the_words_and_the_shipped_one_does_not(repository: Path) -> None:
    user = _read(repository / "configs" / "lexicon-example.tsv")
    lexicon = load().extended(user)
    for category, word in (
        ("body_full", "数字创新办公室"),
        ("body_full", "碧湾联调中心"),
        ("body_short", "数创办"),
        ("region_full", "蓝港经济技术开发区"),
        ("region_short", "蓝港新区"),
    ):
        assert word in lexicon.words(category)
        assert word not in load().words(category)
    assert lexicon.full_names("数创办") == ("数字创新办公室",)
    town = lexicon.find_region("碧湾镇", "350500")
    assert town is not None
    assert [region.name for region in lexicon.parents(town.code)] == ["蓝港经济技术开发区", "泉州市", "福建省"]
    assert list(lexicon.categories) == list(load().categories), "the order of the categories is part of a model"
    assert load().user == UserLexicon()


def test_nothing_added_is_the_same_lexicon() -> None:
    assert load().extended(UserLexicon()) is load()


# --- bad lines ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("line", "reason", "why"), _bad_lines())
def test_a_bad_line_is_an_error_with_its_number(write: Write, line: str, reason: str, why: str) -> None:
    line = line.encode("ascii", "backslashreplace").decode("unicode_escape")
    path = write("# 自用\nbody\t数创办\t数字创新办公室\nunit\t艇次\tcount\nregion\t碧湾区\t\t泉州市\n" + line + "\n")
    with pytest.raises(LexiconError) as raised:
        _read(path)
    assert raised.value.place == f"{path}:5", why
    assert reason in raised.value.reason, why
    assert raised.value.remedy
    assert "\n" not in str(raised.value)


def test_another_encoding_is_an_error_with_the_line(write: Write) -> None:
    path = write(b"# ascii\n" + "body\t数创办\n".encode("gbk"))
    with pytest.raises(LexiconError, match="UTF-8") as raised:
        _read(path)
    assert raised.value.place == f"{path}:2"


@pytest.mark.parametrize("kind", ["missing", "a folder"])
def test_what_cannot_be_read_is_named(tmp_path: Path, kind: str) -> None:
    path = tmp_path if kind == "a folder" else tmp_path / "absent.tsv"
    with pytest.raises(LexiconError, match="cannot be read") as raised:
        _read(path)
    assert raised.value.place == str(path)


_CELL = st.text("数创办市区艇次省count 0\x00\u200b，", max_size=5)
_LINES = st.lists(
    st.lists(st.one_of(st.sampled_from(["body", "unit", "region", "kind"]), _CELL), max_size=5), max_size=5
)


def test_any_file_is_read_or_refused_with_a_line(write: Write) -> None:
    @given(_LINES)
    def check(lines: list[list[str]]) -> None:
        path = write("\n".join("\t".join(cells) for cells in lines))
        try:
            user = _read(path)
        except LexiconError as error:
            place, user = error.place, UserLexicon()
        else:
            place = f"{path}:"
        assert place.startswith(f"{path}:")
        assert load().extended(user).user == user

    check()
