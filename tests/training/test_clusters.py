"""Clusters of characters: the same every time, on any number of threads, and nothing for what is unknown."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from numpy.typing import NDArray

from tongbao.errors import ConfigError
from tongbao.training import clusters
from tongbao.training.clusters import character_vectors, cluster_table


@pytest.fixture(scope="module")
def table() -> NDArray[np.uint8]:
    return cluster_table([4, 8], 13)


def test_vectors_are_those_of_single_characters() -> None:
    characters, vectors = character_vectors()
    assert len(characters) == len(set(characters)) == len(vectors) > 5000
    assert vectors.shape[1] == 128
    assert np.isfinite(vectors).all()
    assert {"市", "局", "一", "3", "a"} <= set(characters)
    assert all(len(character) == 1 for character in characters)


def test_vectors_put_like_beside_like() -> None:
    characters, vectors = character_vectors()
    row = {character: number for number, character in enumerate(characters)}

    def likeness(first: str, second: str) -> float:
        a, b = vectors[row[first]], vectors[row[second]]
        return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))

    assert likeness("省", "市") > likeness("省", "吃")
    assert likeness("三", "四") > likeness("三", "市")


def test_known_characters_have_clusters_from_one_on(table: NDArray[np.uint8]) -> None:
    assert table.shape == (0x10000, 2)
    assert table.dtype == np.uint8
    points = [ord(character) for character in character_vectors()[0]]
    for column, size in enumerate((4, 8)):
        assert set(table[points, column].tolist()) == set(range(1, size + 1))


def test_unknown_characters_are_of_cluster_zero(table: NDArray[np.uint8]) -> None:
    known = {ord(character) for character in character_vectors()[0]}
    unknown = [point for point in range(0x10000) if point not in known]
    assert 0 in unknown
    assert 0xE000 in unknown
    assert not table[unknown].any()


def test_a_second_making_gives_the_same_table(table: NDArray[np.uint8]) -> None:
    assert np.array_equal(cluster_table([4, 8], 13), table)


def test_a_granularity_does_not_depend_on_the_others(table: NDArray[np.uint8]) -> None:
    assert np.array_equal(cluster_table([8], 13)[:, 0], table[:, 1])


@pytest.mark.parametrize("threads", ["1", "3"])
def test_the_number_of_threads_does_not_matter(table: NDArray[np.uint8], threads: str) -> None:
    """Threads that add up parts of a sum in their own order gave other tables on other machines."""
    code = (
        "import sys; from tongbao.training.clusters import cluster_table\n"
        "sys.stdout.buffer.write(cluster_table([4, 8], 13).tobytes())"
    )
    environment = os.environ | {"OMP_NUM_THREADS": threads, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, check=True)
    assert done.stdout == table.tobytes()


@pytest.mark.parametrize("sizes", [[0], [256], [-1], [8, 0], [8, 1000]])
def test_sizes_out_of_range_are_refused(sizes: list[int]) -> None:
    with pytest.raises(ConfigError, match="out of range") as raised:
        cluster_table(sizes, 13)
    assert raised.value.place == "clusters"
    assert "1 to 255" in raised.value.remedy


def test_one_cluster_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = np.random.default_rng(1).normal(size=(6, 128)).astype(np.float32)
    monkeypatch.setattr(clusters, "character_vectors", lambda: (list("市局省县区州"), vectors))
    found = cluster_table([1], 13)
    assert found[[ord(character) for character in "市局省县区州"]].tolist() == [[1]] * 6
    assert int(found.sum()) == 6


@pytest.mark.parametrize("damage", ["missing", "cut"])
def test_a_jieba_without_its_vectors_is_refused(
    damage: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path_factory.mktemp("package")
    if damage == "cut":
        folder = package / "lac_small" / "model_baseline"
        folder.mkdir(parents=True)
        (folder / "word_emb").write_bytes(bytes(29 + 128 * 4 + 3))
        (package / "lac_small" / "word.dic").write_text("0\t市\n", encoding="utf-8")
    monkeypatch.setattr(clusters.resources, "files", lambda _: package)
    with pytest.raises(ConfigError) as raised:
        character_vectors()
    assert raised.value.place == "jieba/lac_small"
    assert "pip install jieba" in raised.value.remedy
