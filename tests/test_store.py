"""The store gives back what it was given, whole or not at all, and refuses what is no store."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.annotation import from_json, read_gold, to_json
from tongbao.errors import WritingError
from tongbao.records import Annotated, DocumentRow, QuantityRow, Row, Tables
from tongbao.store import Key, Record, Run, Store, encode, open_store
from tongbao.store.annotations import decode_annotation
from tongbao.store.encoding import decode_row, encode_row
from tongbao.writing import TABLE_NAMES
from tongbao.writing.columns import HEADERS_ZH, ROW_TYPES, TableName, columns

KEY = Key("content", "model", "options")
RUN = Run("0.1.0", "zh_test-1.0.0", "model", "{}", "options", 2)

DOCUMENT = DocumentRow(
    "a", "通报", "甲市", None, date(2024, 1, 31), None, None, "ab", None, "zh_test-1.0.0", 1, "ok", None
)
QUANTITY = QuantityRow(
    doc_id="a",
    row="q0",
    item_path="三/（二）/1",
    item_title="检查",
    lead_departments=("市教育局", '名"带、引号'),
    indicator="占比",
    indicator_full="检查·占比",
    value=Fraction(1, 3),
    low=None,
    high=None,
    unit=None,
    unit_norm=None,
    value_norm=Decimal("12400.00"),
    bound="exact",
    kind="ratio",
    change="none",
    of_row=None,
    period="2023年",
    period_start=date(2023, 1, 1),
    period_end=date(2023, 12, 31),
    scope=None,
    sentence="占三分之一。",
    text="三分之一",
    start=1,
    end=5,
    confidence=0.1 + 0.2,
)
TABLES = Tables(documents=(DOCUMENT,), quantities=(QUANTITY, replace(QUANTITY, row="q1", value=None, low=Decimal(1))))


def _annotated(text: str = "占三分之一。", name: str = "a") -> Annotated:
    return Annotated(name, "external", text, (), ())


def _filled(path: Path, records: Iterable[tuple[str, Record]]) -> Store:
    store = open_store(path)
    run = store.begin(RUN)
    with store.transaction():
        numbers = [(store.register(name, f"/in/{name}.txt"), record) for name, record in records]
    for number, record in numbers:
        store.add(number, record, KEY, run)
    return store


def _rows(path: Path, query: str) -> list[Any]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


# --- what goes in comes out -----------------------------------------------------------------------------------------

_NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**30), max_value=10**30)
_TYPES: dict[TableName, st.SearchStrategy[Row]] = {
    table: st.builds(
        kind,
        **{
            name: _NUMBERS | st.fractions() | st.none()
            for name in ("value", "low", "high", "value_norm")
            if name in columns(table)
        },
        **{name: st.floats(0, 1) | st.none() for name in ("confidence",) if name in columns(table)},
        **{name: st.integers(0, 2**40) for name in ("start", "end") if name in columns(table)},
        **({"schema": st.integers(0, 99)} if table == "documents" else {}),
    )
    for table, kind in ROW_TYPES.items()
}


@pytest.mark.parametrize("table", TABLE_NAMES)
@given(data=st.data())
def test_a_row_comes_back(table: TableName, data: st.DataObject) -> None:
    row = data.draw(_TYPES[table])
    assert decode_row(table, encode_row(table, row)) == row


def test_documents_come_back_in_order(tmp_path: Path) -> None:
    names = ["c", "a", "b"]
    tables = [replace(TABLES, documents=(replace(DOCUMENT, doc_id=name),)) for name in names]
    records = [(name, encode(one, _annotated(name=name))) for name, one in zip(names, tables, strict=True)]
    with _filled(tmp_path / "s.sqlite", records) as store:
        assert list(store.documents()) == [
            (_annotated(name=name), one) for name, one in zip(names, tables, strict=True)
        ]
        assert [tables.documents[0].doc_id for _, tables in store.documents([3, 1])] == ["b", "c"]


def test_any_text_comes_back_through_the_file(tmp_path: Path) -> None:
    text = "\0\x1f\r\n\u2028甲𠀀'\"%_\\"
    tables = Tables(
        documents=(replace(DOCUMENT, title=text),), quantities=(replace(QUANTITY, lead_departments=(text,)),)
    )
    with _filled(tmp_path / "s.sqlite", [("a", encode(tables, _annotated(text)))]) as store:
        assert list(store.documents()) == [(_annotated(text), tables)]


def test_names_of_files_that_are_no_text_are_no_obstacle(tmp_path: Path) -> None:
    """Undecodable bytes of a name are lone surrogates in Python, and no encoding takes those."""
    name = "a\udcff"
    tables = Tables(documents=(replace(DOCUMENT, doc_id=name),))
    with _filled(tmp_path / "s.sqlite", [(name, encode(tables, _annotated(name=name)))]) as store:
        ((annotated, found),) = store.documents()
        assert annotated == _annotated(name=name)
        assert found.documents[0].doc_id == "a\\udcff"
        assert store.find(name, f"/in/{name}.txt", None) is not None
        assert store.ids(name) == {"a\\udcff"}


def test_annotations_come_back_as_they_are_read_elsewhere(repository: Path) -> None:
    files = sorted((repository / "annotations" / "gold").rglob("*.jsonl"))
    documents = [document for file in files for document in read_gold(file)]
    assert len(documents) > 20
    for document in documents:
        data = to_json(document)
        text = json.dumps(data, ensure_ascii=False)
        assert decode_annotation(text) == from_json(json.loads(text))
        assert to_json(decode_annotation(text)) == data


def test_a_failed_document_has_one_row_and_no_annotation(tmp_path: Path) -> None:
    tables = Tables(documents=(replace(DOCUMENT, status="failed", error="x"),))
    record = encode(tables, None, "timeout", "x", 3.21)
    with _filled(tmp_path / "s.sqlite", [("a", record)]) as store:
        assert list(store.documents()) == [(None, tables)]
        assert store.counts() == {"timeout": 1}
    assert _rows(tmp_path / "s.sqlite", "SELECT status, error, seconds, attempts, run FROM ledger") == [
        ("timeout", "x", 3.21, 1, 1)
    ]


def test_a_document_that_is_done_again_takes_the_place_of_what_it_was(tmp_path: Path) -> None:
    with _filled(tmp_path / "s.sqlite", [("a", encode(TABLES, _annotated())), ("b", encode(TABLES, None))]) as store:
        fewer = Tables(documents=(DOCUMENT,))
        store.add(1, encode(fewer, _annotated("新")), replace(KEY, content="new"), 1)
        assert list(store.documents()) == [(_annotated("新"), fewer), (None, TABLES)]
        entry = store.find("a", "/in/a.txt", None)
        assert entry is not None
        assert entry.key == ("new", "model", "options")


def test_a_pending_document_is_passed_over(tmp_path: Path) -> None:
    with open_store(tmp_path / "s.sqlite") as store:
        with store.transaction():
            number = store.register("a", None)
        assert list(store.documents()) == []
        assert list(store.documents([number])) == []
        assert store.counts() == {"pending": 1}


def test_readers_see_one_moment(tmp_path: Path) -> None:
    records = [(name, encode(TABLES, _annotated())) for name in "abc"]
    with _filled(tmp_path / "s.sqlite", records) as store:
        reading = store.documents()
        next(reading)
        for number in (1, 2, 3):
            store.add(number, encode(Tables(documents=(DOCUMENT,)), None), KEY, 1)
        assert [tables for _, tables in reading] == [TABLES, TABLES]
        assert [len(tables.quantities) for _, tables in store.documents()] == [0, 0, 0]


# --- whole or not at all --------------------------------------------------------------------------------------------


def test_a_document_that_cannot_be_stored_whole_is_not_stored(tmp_path: Path) -> None:
    record = encode(TABLES, _annotated())
    with _filled(tmp_path / "s.sqlite", [("a", record)]) as store:
        before = list(store.documents())
        unfit: Any = [(object(),) * 8]
        broken = replace(record, rows={**record.rows, "left_out": unfit}, annotation="{}")
        with pytest.raises(WritingError):
            store.add(1, broken, KEY, 1)
        assert list(store.documents()) == before
        with pytest.raises(KeyboardInterrupt):
            _interrupted(store)
        assert store.counts() == {"ok": 1}


def _interrupted(store: Store) -> None:
    with store.transaction():
        store.register("b", None)
        raise KeyboardInterrupt


def test_two_writers_do_not_harm_each_other(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    with open_store(path) as one, open_store(path) as other:
        for store in (one, other):
            with store.transaction():
                store.register(f"{id(store)}", None)
        for number, store in ((1, other), (2, one), (1, one)):
            store.add(number, encode(TABLES, _annotated()), KEY, store.begin(RUN))
        assert list(one.documents()) == list(other.documents()) == [(_annotated(), TABLES)] * 2


# --- for people and other programs ----------------------------------------------------------------------------------


def test_every_table_has_a_view_with_chinese_headers(tmp_path: Path) -> None:
    with _filled(tmp_path / "s.sqlite", [("a", encode(TABLES, _annotated()))]):
        pass
    views: dict[str, TableName] = {
        "文档": "documents",
        "事项": "items",
        "部门": "departments",
        "政策文件": "policies",
        "数据": "quantities",
    }
    views["未收数字"] = "left_out"
    connection = sqlite3.connect(tmp_path / "s.sqlite")
    assert {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'view'")} == {
        *views,
        "台账",
        "运行",
    }
    for view, table in views.items():
        titles = [column[0] for column in connection.execute(f'SELECT * FROM "{view}"').description]
        assert [title for title in titles if "（近似）" not in title] == [HEADERS_ZH[name] for name in columns(table)]
    query = "SELECT 牵头单位, 数值, 数值（近似）, 标准值（近似） FROM 数据 LIMIT 1"
    assert connection.execute(query).fetchall() == [('市教育局、名"带、引号', "1/3", 1 / 3, 12400.0)]
    assert connection.execute("SELECT 文档, 状态, 次数 FROM 台账").fetchall() == [("a", "ok", 1)]
    assert connection.execute("SELECT 模型, 进程数, 状态 FROM 运行").fetchall() == [("zh_test-1.0.0", 2, "running")]
    connection.close()


def test_tables_stand_in_the_order_of_the_inputs(tmp_path: Path) -> None:
    """Not in that in which documents were finished."""
    with _filled(tmp_path / "s.sqlite", []) as store:
        with store.transaction():
            for name in "abc":
                store.register(name, None)
        for number in (3, 1, 2):
            tables = Tables(quantities=tuple(replace(QUANTITY, doc_id="abc"[number - 1], start=n) for n in range(12)))
            store.add(number, encode(tables, None), KEY, 1)
    found = _rows(tmp_path / "s.sqlite", "SELECT doc_id, start FROM quantities")
    assert found == [(name, n) for name in "abc" for n in range(12)]


def test_a_closed_store_is_one_file(tmp_path: Path) -> None:
    with _filled(tmp_path / "s.sqlite", [("a", encode(TABLES, _annotated()))]):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["s.sqlite"]
    with open_store(tmp_path / "s.sqlite", read_only=True) as store:
        assert len(list(store.documents())) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["s.sqlite"]


# --- inputs and what they are ---------------------------------------------------------------------------------------


def test_an_input_is_found_by_its_source_or_by_name_and_content(tmp_path: Path) -> None:
    with _filled(tmp_path / "s.sqlite", [("a", encode(TABLES, None)), ("b", encode(TABLES, None))]) as store:

        def found(*asked: Any) -> int | None:
            entry = store.find(*asked)
            return None if entry is None else entry.document

        assert found("other", "/in/a.txt", "edited") == 1
        assert found("a", "/moved/a.txt", "content") == 1
        assert found("a", "/moved/a.txt", "edited") is None
        assert found("c", None, "content") is None
        assert found("a", None, "content", {1}) is None
        assert found("a", "/in/a.txt", "content", {1}) is None


# --- reposts --------------------------------------------------------------------------------------------------------


def _marks(store: Store) -> list[str | None]:
    return [tables.documents[0].near_duplicate_of for _, tables in store.documents()]


def test_reposts_are_marked_and_marked_anew_where_an_original_changes(tmp_path: Path) -> None:
    text = "".join(chr(0x4E00 + n * 7) for n in range(300))
    other = "".join(chr(0x6E00 + n * 5) for n in range(300))
    names = "abcd"
    records = [
        (name, encode(Tables(documents=(replace(DOCUMENT, doc_id=name),)), _annotated(body, name)))
        for name, body in zip(names, (text, other, text + "转载", text), strict=True)
    ]
    with _filled(tmp_path / "s.sqlite", records) as store:
        assert sum(store.mark_reposts()) == 4
        assert _marks(store) == [None, None, "a", "a"]
        assert list(store.mark_reposts()) == []
        # The original is edited: of the reposts the first is the original now.
        store.add(1, encode(Tables(documents=(replace(DOCUMENT, doc_id="a"),)), _annotated(other, "a")), KEY, 1)
        assert sum(store.mark_reposts()) == 4
        assert _marks(store) == [None, "a", None, "c"]
        # A new document is compared with all earlier ones, and only it.
        with store.transaction():
            number = store.register("e", None)
        store.add(number, encode(Tables(documents=(replace(DOCUMENT, doc_id="e"),)), _annotated(text, "e")), KEY, 1)
        assert list(store.mark_reposts()) == [1]
        assert _marks(store) == [None, "a", None, "c", "c"]


# --- what is no store -----------------------------------------------------------------------------------------------


def test_a_damaged_store_is_told(tmp_path: Path) -> None:
    path = tmp_path / "s.sqlite"
    with _filled(path, [(name, encode(TABLES, _annotated())) for name in "abcdefgh"]):
        pass
    data = bytearray(path.read_bytes())
    data[4096 * 2 :] = b"\xa5" * (len(data) - 4096 * 2)
    path.write_bytes(data)
    with pytest.raises(WritingError) as caught, open_store(path, read_only=True) as store:
        list(store.documents())
    assert str(path) in str(caught.value)
    assert "extract again" in caught.value.remedy


@pytest.mark.parametrize("read_only", [True, False])
def test_what_is_no_store_is_refused_and_left_alone(tmp_path: Path, read_only: bool) -> None:
    text, foreign, newer = tmp_path / "t.sqlite", tmp_path / "f.sqlite", tmp_path / "n.sqlite"
    text.write_text("甲市通报\n" * 200, "utf-8")
    connection = sqlite3.connect(foreign)
    connection.execute("CREATE TABLE mine (a)")
    connection.commit()
    connection.close()
    open_store(newer).close()
    connection = sqlite3.connect(newer)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    for path, words in ((text, "no database"), (foreign, "no store"), (newer, "version 99"), (tmp_path, "")):
        before = path.read_bytes() if path.is_file() else b""
        with pytest.raises(WritingError) as caught:
            open_store(path, read_only=read_only)
        assert words in caught.value.reason
        assert caught.value.remedy
        assert (path.read_bytes() if path.is_file() else b"") == before


def test_a_store_to_read_has_to_be_there(tmp_path: Path) -> None:
    with pytest.raises(WritingError, match="no store here"):
        open_store(tmp_path / "none.sqlite", read_only=True)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "empty.sqlite").touch()
    with pytest.raises(WritingError, match="empty"):
        open_store(tmp_path / "empty.sqlite", read_only=True)
    open_store(tmp_path / "empty.sqlite").close()


def test_a_store_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(WritingError, match="cannot be written"):
        open_store(tmp_path / "file" / "s.sqlite")


def test_what_was_read_cannot_be_written(tmp_path: Path) -> None:
    with _filled(tmp_path / "s.sqlite", [("a", encode(TABLES, None))]):
        pass
    with open_store(tmp_path / "s.sqlite", read_only=True) as store, pytest.raises(WritingError):
        store.begin(RUN)
