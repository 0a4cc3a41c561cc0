"""Chains and tables as files: what is written is what is read, and damage is named."""

from __future__ import annotations

import json
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tongbao.errors import ModelError
from tongbao.tagging.columns import FeatureOptions
from tongbao.tagging.crf import Crf
from tongbao.tagging.mentions import BIO
from tongbao.tagging.storage import (
    REMEDY,
    load_arrays,
    load_crf,
    load_tables,
    save_arrays,
    save_crf,
    save_tables,
)
from tongbao.tagging.weights import CHOICE_BITS, ID_BITS, WeightTable

OPTIONS = FeatureOptions(words="rjieba", brackets=False)
Arrays = dict[str, Any]


def _table(rows: int, columns: int, bits: int, seed: int = 4) -> WeightTable:
    generator = np.random.default_rng(seed)
    ids = np.unique(generator.integers(0, 1 << bits, rows)).astype(np.uint32)
    return WeightTable.build(ids, generator.normal(size=(len(ids), columns)).astype(np.float32), bits)


def _chain() -> Crf:
    transitions = np.random.default_rng(5).normal(size=(len(BIO), len(BIO))).astype(np.float32)
    return Crf(BIO, _table(300, len(BIO), ID_BITS), transitions)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a chain named ``mentions`` and two tables in ``choices.npz``."""
    save_crf(tmp_path, "mentions", _chain(), OPTIONS)
    save_tables(tmp_path / "choices.npz", {"during": _table(90, 1, CHOICE_BITS), "role": _table(90, 5, CHOICE_BITS)})
    return tmp_path


def _refused(path: Path, load: Callable[[], object], reason: str | None = None) -> None:
    with pytest.raises(ModelError, match=reason) as raised:
        load()
    assert raised.value.place == str(path)
    assert raised.value.remedy == REMEDY


def test_a_chain_survives_its_files(folder: Path) -> None:
    chain, options = load_crf(folder, "mentions")
    wanted = _chain()
    assert options == OPTIONS
    assert chain.labels == wanted.labels
    assert np.array_equal(chain.table.ids, wanted.table.ids)
    assert np.array_equal(chain.table.weights, wanted.table.weights)
    assert np.array_equal(chain.table.rows, wanted.table.rows)
    assert np.array_equal(chain.transitions, wanted.transitions)


def test_a_chain_that_learned_nothing_survives_its_files(tmp_path: Path) -> None:
    nothing = WeightTable.build(np.zeros(0, dtype=np.uint32), np.zeros((0, 2), dtype=np.float32))
    save_crf(tmp_path, "empty", Crf(("O", "B"), nothing, np.zeros((2, 2), dtype=np.float32)), OPTIONS)
    chain, _ = load_crf(tmp_path, "empty")
    assert chain.emissions(np.array([[1, 2]], dtype=np.uint32)).tolist() == [[0, 0]]


def test_tables_survive_their_file(folder: Path) -> None:
    tables = load_tables(folder / "choices.npz", ("role", "during"))
    for name, columns in (("role", 5), ("during", 1)):
        wanted = _table(90, columns, CHOICE_BITS)
        assert np.array_equal(tables[name].ids, wanted.ids)
        assert np.array_equal(tables[name].weights, wanted.weights)
        assert np.array_equal(tables[name].rows, wanted.rows)


def test_saving_twice_gives_the_same_bytes(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    chain, options = load_crf(folder, "mentions")
    save_crf(other, "mentions", chain, options)
    save_tables(other / "choices.npz", load_tables(folder / "choices.npz", ("role", "during")))
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["choices.npz", "mentions.json", "mentions.npz"]
    assert [(other / name).read_bytes() for name in names] == [(folder / name).read_bytes() for name in names]


def test_no_array_is_a_pickle(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="allow_pickle"):
        save_arrays(tmp_path / "a.npz", {"a": np.array([{}], dtype=object)})


# --- damage ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["mentions.npz", "mentions.json"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    _refused(folder / name, lambda: load_crf(folder, "mentions"), "missing")


@pytest.mark.parametrize("name", ["mentions.npz", "mentions.json"])
def test_a_folder_is_no_file(folder: Path, name: str) -> None:
    (folder / name).unlink()
    (folder / name).mkdir()
    _refused(folder / name, lambda: load_crf(folder, "mentions"), "damaged")


@pytest.mark.parametrize("share", [0.0, 0.01, 0.5, 0.99])
def test_a_truncated_archive_is_damaged(folder: Path, share: float) -> None:
    place = folder / "mentions.npz"
    data = place.read_bytes()
    place.write_bytes(data[: int(len(data) * share)])
    _refused(place, lambda: load_crf(folder, "mentions"), "damaged")


@pytest.mark.parametrize("content", [b"not an archive", b"\x80\x04N.", b"PK\x03\x04", b"\x93NUMPY\x01\x00"])
def test_another_file_is_damaged(folder: Path, content: bytes) -> None:
    (folder / "mentions.npz").write_bytes(content)
    _refused(folder / "mentions.npz", lambda: load_crf(folder, "mentions"), "damaged")


def test_a_single_array_is_no_archive(folder: Path) -> None:
    with (folder / "mentions.npz").open("wb") as file:
        np.save(file, np.zeros(3))
    _refused(folder / "mentions.npz", lambda: load_crf(folder, "mentions"), "damaged")


def test_no_flipped_byte_gets_through_as_another_error(folder: Path) -> None:
    """Whatever byte changes, the file loads or is refused; numpy, zipfile and zlib have many errors of their own."""
    place = folder / "mentions.npz"
    data = place.read_bytes()
    chance = random.Random(3)
    refused = 0
    for _ in range(300):
        damaged = bytearray(data)
        # The ends of the file, where headers and directory stand, are hit as often as the weights.
        at = chance.choice([chance.randrange(len(data)), chance.randrange(200), len(data) - 1 - chance.randrange(300)])
        damaged[at] ^= chance.randrange(1, 256)
        place.write_bytes(bytes(damaged))
        try:
            load_crf(folder, "mentions")
        except ModelError:
            refused += 1
    assert refused > 150


def _without(name: str) -> Callable[[Arrays], Arrays]:
    return lambda arrays: {other: array for other, array in arrays.items() if other != name}


def _with(**changed: Callable[[Any], Any]) -> Callable[[Arrays], Arrays]:
    return lambda arrays: arrays | {name: change(arrays[name]) for name, change in changed.items()}


@pytest.mark.parametrize("name", ["ids", "weights", "transitions"])
def test_a_missing_array_is_damage(folder: Path, name: str) -> None:
    place = folder / "mentions.npz"
    save_arrays(place, _without(name)(load_arrays(place, ("ids", "weights", "transitions"))))
    _refused(place, lambda: load_crf(folder, "mentions"), name)


@pytest.mark.parametrize(
    "change",
    [
        _with(weights=lambda array: array[1:]),
        _with(weights=lambda array: array[:, 1:]),
        _with(weights=np.ravel),
        _with(transitions=lambda array: array[1:]),
        _with(transitions=np.ravel),
        _with(ids=lambda array: array[1:]),
        _with(ids=lambda array: array[:, None]),
        _with(ids=lambda array: np.uint32(7)),
        _with(weights=lambda array: array.astype(np.float64)),
        _with(transitions=lambda array: array.astype(np.int64)),
        _with(ids=lambda array: array.astype(np.float32)),
        _with(weights=lambda array: array.astype(str)),
        _with(ids=lambda array: array + np.uint32(1 << ID_BITS)),
    ],
)
def test_arrays_that_do_not_fit_are_refused(folder: Path, change: Callable[[Arrays], Arrays]) -> None:
    place = folder / "mentions.npz"
    save_arrays(place, change(load_arrays(place, ("ids", "weights", "transitions"))))
    _refused(place, lambda: load_crf(folder, "mentions"))


@pytest.mark.parametrize(
    "change",
    [
        _without("role.ids"),
        _without("during.weights"),
        _with(**{"role.weights": lambda array: array[1:]}),
        _with(**{"role.weights": np.ravel}),
        _with(**{"role.weights": lambda array: array.astype(str)}),
        _with(**{"role.ids": lambda array: np.uint32(7)}),
        _with(**{"role.ids": lambda array: array.astype(np.int64) - 1_000_000}),
        _with(**{"role.ids": lambda array: array + np.uint32(1 << CHOICE_BITS)}),
    ],
)
def test_tables_that_do_not_fit_are_refused(folder: Path, change: Callable[[Arrays], Arrays]) -> None:
    place = folder / "choices.npz"
    names = ("role", "during")
    save_arrays(
        place, change(load_arrays(place, tuple(f"{name}.{part}" for name in names for part in ("ids", "weights"))))
    )
    _refused(place, lambda: load_tables(place, names))


class _Trap:
    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return pytest.fail, ("a pickle was read",)


def test_a_pickled_array_is_refused_and_not_run(folder: Path) -> None:
    place = folder / "mentions.npz"
    arrays = load_arrays(place, ("ids", "transitions"))
    trap = np.empty(1, dtype=object)
    trap[0] = _Trap()
    with place.open("wb") as file:
        np.savez(file, allow_pickle=True, weights=trap, **arrays)
    _refused(place, lambda: load_crf(folder, "mentions"), "damaged")


def test_a_member_that_is_no_array_is_refused(folder: Path) -> None:
    place = folder / "mentions.npz"
    with zipfile.ZipFile(place, "w") as archive:
        for name in ("ids", "weights", "transitions"):
            archive.writestr(f"{name}.npy", b"not an array")
    _refused(place, lambda: load_crf(folder, "mentions"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "3",
        "null",
        "[" * 100_000,
        '{"labels": [], "id_bits": 22}',
        '{"id_bits": 22, "features": {}}',
        '{"labels": [], "features": {}}',
        '{"labels": 3, "id_bits": 22, "features": {}}',
        '{"labels": [], "id_bits": 22, "features": []}',
        '{"labels": [], "id_bits": 22, "features": {"colour": true}}',
        '{"labels": [], "id_bits": 22, "features": {"words": "jieba2"}}',
        '{"labels": [], "id_bits": 22, "features": {"words": null}}',
    ],
)
def test_facts_that_are_none_are_refused(folder: Path, text: str) -> None:
    (folder / "mentions.json").write_text(text, encoding="utf-8")
    _refused(folder / "mentions.json", lambda: load_crf(folder, "mentions"))


def test_facts_that_are_not_text_are_refused(folder: Path) -> None:
    (folder / "mentions.json").write_bytes(b"\xff\xfe{}")
    _refused(folder / "mentions.json", lambda: load_crf(folder, "mentions"), "damaged")


def test_ids_of_another_width_are_refused(folder: Path) -> None:
    place = folder / "mentions.json"
    facts = json.loads(place.read_text(encoding="utf-8"))
    assert facts["id_bits"] == ID_BITS
    place.write_text(json.dumps(facts | {"id_bits": 20}), encoding="utf-8")
    _refused(place, lambda: load_crf(folder, "mentions"), f"20-bit features, this version has {ID_BITS}")
