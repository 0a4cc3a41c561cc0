"""A store as a run to compare: its annotations in an order that another store shares, and what made them."""

from __future__ import annotations

from pathlib import Path

from tongbao.records import Annotated, Tables
from tongbao.store import Key, Record, Run, encode, open_store

KEY = Key("content", "model", "options")
RUN = Run("1", "zh", "aa", "{}", "00", 1)


def _record(text: str | None = None) -> Record:
    return encode(Tables(), None if text is None else Annotated("any", "external", text, (), ()))


def test_annotations_come_in_the_order_of_the_ids_of_the_ledger(tmp_path: Path) -> None:
    names = ["乙", "b", "\udc80", "a", "\U00020000", "failed"]
    with open_store(tmp_path / "s.sqlite") as store:
        run = store.begin(RUN)
        with store.transaction():
            numbers = [store.register(name, None) for name in names]
            store.register("pending", None)
        for number, name in zip(numbers, names, strict=True):
            store.add(number, _record(None if name == "failed" else f"{number}。"), KEY, run)
        found = [(document.id, document.text) for document in store.annotations()]
    assert found == [("\\udc80", "3。"), ("a", "4。"), ("b", "2。"), ("乙", "1。"), ("\U00020000", "5。")]
    assert sorted(id for id, _ in found) == [id for id, _ in found]


def test_makers_are_those_of_the_documents_that_are_there(tmp_path: Path) -> None:
    first, second = ("1", "zh", "aa"), ("2", "zh", "bb")
    with open_store(tmp_path / "s.sqlite") as store:
        assert store.makers() == []
        old, new = store.begin(RUN), store.begin(Run("2", "zh", "bb", "{}", "00", 1))
        with store.transaction():
            numbers = [store.register(name, None) for name in "ab"]
        for number in numbers:
            store.add(number, _record(), KEY, old)
        assert store.makers() == [first]
        store.add(numbers[1], _record(), KEY, new)
        assert store.makers() == [first, second]
        store.add(numbers[0], _record(), KEY, new)
        assert store.makers() == [second]
