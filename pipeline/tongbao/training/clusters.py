"""Clusters of characters, made once at training time from vectors that the jieba package carries.

The file ``lac_small/model_baseline/word_emb`` (MIT, part of jieba) holds a 29-byte header and 20,941 rows of 128
float32; ``word.dic`` names the rows. Characters that behave alike share a cluster, so that a rare character can borrow
from its neighbours (the idea of Miller et al. 2004, "Name tagging with word clusters and discriminative training").
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from tongbao.errors import ConfigError
from tongbao.training.threads import one_thread

_HEADER = 29
_DIMENSION = 128


def character_vectors() -> tuple[list[str], NDArray[np.float32]]:
    """The single characters of the vector file and their vectors, ``(n, 128)``.

    Raises:
        ConfigError: the installed jieba lacks the file or it has another shape.
    """
    folder = resources.files("jieba").joinpath("lac_small")
    try:
        raw = folder.joinpath("model_baseline", "word_emb").read_bytes()
        names = folder.joinpath("word.dic").read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ConfigError("jieba/lac_small", "no character vectors here", "pip install jieba==0.42.1") from error
    if (len(raw) - _HEADER) % (4 * _DIMENSION):
        raise ConfigError("jieba/lac_small", "the vector file has another shape", "pip install jieba==0.42.1")
    vectors = np.frombuffer(raw, dtype="<f4", offset=_HEADER).reshape(-1, _DIMENSION)
    rows, characters = [], []
    for line in names:
        number, _, word = line.partition("\t")
        if len(word) == 1 and ord(word) < 0x10000 and int(number) < len(vectors):
            rows.append(int(number))
            characters.append(word)
    return characters, vectors[rows]


def cluster_table(sizes: Sequence[int], seed: int) -> NDArray[np.uint8]:
    """Cluster numbers of code points below 65,536, one column for each size; 0 means unknown.

    Args:
        sizes: numbers of clusters, each at most 255.
        seed: of k-means' initial choice.

    Raises:
        ConfigError: a size is out of range.
    """
    from sklearn.cluster import KMeans

    if any(not 1 <= size <= 255 for size in sizes):
        raise ConfigError("clusters", f"sizes {list(sizes)} are out of range", "use numbers from 1 to 255")
    characters, vectors = character_vectors()
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    points = np.array([ord(character) for character in characters])
    table = np.zeros((0x10000, len(sizes)), dtype=np.uint8)
    # On one thread: several add up the parts of a sum in an order of their own, and another machine's table is another.
    with one_thread():
        for column, size in enumerate(sizes):
            found = KMeans(size, n_init=1, random_state=seed, algorithm="lloyd").fit_predict(unit)
            table[points, column] = found + 1
    return table
