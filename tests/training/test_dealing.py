"""Folds: every document in exactly one, the same everywhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.errors import ConfigError
from tongbao.training import folds
from tongbao.training.dealing import batch_folds

ids = st.lists(st.text(min_size=1, max_size=6).filter(lambda x: x.isascii()), min_size=5, max_size=40, unique=True)


@given(ids=ids, k=st.integers(2, 5), seed=st.integers(0, 99))
def test_folds_partition_evenly_in_any_order(ids: list[str], k: int, seed: int) -> None:
    found = folds(ids, k, seed)
    assert sorted(name for fold in found for name in fold) == sorted(ids)
    sizes = [len(fold) for fold in found]
    assert max(sizes) - min(sizes) <= 1
    assert folds(ids[::-1], k, seed) == found


@given(ids=ids, k=st.integers(2, 5))
def test_a_new_document_moves_few(ids: list[str], k: int) -> None:
    before = {name: i for i, fold in enumerate(folds(ids[1:], min(k, len(ids) - 1))) for name in fold}
    after = {name: i for i, fold in enumerate(folds(ids, min(k, len(ids) - 1))) for name in fold}
    assert sum(after[name] != fold for name, fold in before.items()) <= k - 1


def test_folds_are_the_same_on_every_machine() -> None:
    names = [f"A{i:02}" for i in range(1, 8)]
    assert folds(names, 3) == (("A01", "A05"), ("A03", "A06"), ("A02", "A04", "A07"))
    assert folds(names, 3, seed=14) == (("A01", "A04"), ("A03", "A05"), ("A02", "A06", "A07"))


@pytest.mark.parametrize(("names", "k"), [(["a", "b"], 3), (["a", "b"], 1), (["a", "a", "b"], 2)])
def test_impossible_folds_are_refused(names: list[str], k: int) -> None:
    with pytest.raises(ConfigError, match=r"^folds: "):
        folds(names, k)


def test_a_batch_stays_together() -> None:
    names = [
        f"{letter}{number:02}" for letter, size in zip("ABCDE", (6, 5, 4, 3, 2), strict=True) for number in range(size)
    ]
    first, second = batch_folds(names, 2)
    assert sorted(first + second) == sorted(names)
    assert ({name[0] for name in first}, {name[0] for name in second}) == (set("ADE"), set("BC"))
    assert batch_folds(names[::-1], 2) == (first, second)


def test_few_batches_are_dealt_document_by_document() -> None:
    names = [f"通报-{number}" for number in range(9)]
    assert batch_folds(names, 2) == folds(names, 2)
    with pytest.raises(ConfigError):
        batch_folds(["A1"], 2)
