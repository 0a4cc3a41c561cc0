"""A chain and its tables as files: arrays in ``.npz``, the rest in JSON, never pickles."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tongbao.errors import ModelError
from tongbao.tagging.columns import FeatureOptions
from tongbao.tagging.crf import Crf
from tongbao.tagging.weights import CHOICE_BITS, ID_BITS, WeightTable
from tongbao.tagging.words import SEGMENTERS

REMEDY = "train the model again (tongbao train) or reinstall tongbao"


def save_arrays(path: Path, arrays: dict[str, NDArray[Any]]) -> None:
    """Write arrays compressed; the same arrays give the same bytes (numpy stamps members with a constant date)."""
    with path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)


def load_arrays(path: Path, names: tuple[str, ...]) -> dict[str, NDArray[Any]]:
    """Read the named arrays.

    Raises:
        ModelError: the file is missing or damaged, or an array is not in it.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            return {name: np.asarray(stored[name]) for name in names}
    except FileNotFoundError as error:
        raise ModelError(str(path), "a part of the model is missing", REMEDY) from error
    except Exception as error:  # numpy, zipfile, zlib and tokenize each raise their own on a damaged file
        raise ModelError(str(path), f"a part of the model is damaged: {error}", REMEDY) from error


def save_tables(path: Path, tables: Mapping[str, WeightTable]) -> None:
    """Write several weight tables of ``CHOICE_BITS`` bits into one file."""
    arrays: dict[str, NDArray[Any]] = {}
    for name, table in sorted(tables.items()):  # the same bytes in whatever order they were made
        arrays[f"{name}.ids"], arrays[f"{name}.weights"] = table.ids, table.weights[1:]
    save_arrays(path, arrays)


def load_tables(path: Path, names: tuple[str, ...]) -> dict[str, WeightTable]:
    """Read what ``save_tables`` wrote.

    Raises:
        ModelError: the file is missing or damaged, or a table is not in it.
    """
    arrays = load_arrays(path, tuple(f"{name}.{part}" for name in names for part in ("ids", "weights")))
    out: dict[str, WeightTable] = {}
    for name in names:
        ids, weights = arrays[f"{name}.ids"], arrays[f"{name}.weights"]
        fit = ids.dtype == np.uint32 and weights.dtype == np.float32 and (ids.ndim, weights.ndim) == (1, 2)
        if not fit or len(weights) != len(ids) or (len(ids) and int(ids.max()) >= 1 << CHOICE_BITS):
            raise ModelError(str(path), f"the arrays of {name} do not fit each other", REMEDY)
        out[name] = WeightTable.build(ids, weights, CHOICE_BITS)
    return out


def save_crf(folder: Path, name: str, crf: Crf, options: FeatureOptions) -> None:
    """Write ``NAME.npz`` and ``NAME.json`` into an existing folder."""
    arrays = {"ids": crf.table.ids, "weights": crf.table.weights[1:], "transitions": crf.transitions}
    save_arrays(folder / f"{name}.npz", arrays)
    facts = {"labels": list(crf.labels), "id_bits": ID_BITS, "features": asdict(options)}
    text = json.dumps(facts, ensure_ascii=False, indent=2, sort_keys=True)
    (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def load_crf(folder: Path, name: str) -> tuple[Crf, FeatureOptions]:
    """Read what ``save_crf`` wrote.

    Raises:
        ModelError: a file is missing, damaged, or written by a version with other features.
    """
    place = folder / f"{name}.json"
    try:
        facts = json.loads(place.read_text(encoding="utf-8"))
        labels, bits, options = tuple(facts["labels"]), facts["id_bits"], FeatureOptions(**facts["features"])
    except FileNotFoundError as error:
        raise ModelError(str(place), "a part of the model is missing", REMEDY) from error
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ModelError(str(place), f"a part of the model is damaged: {error}", REMEDY) from error
    if options.words not in (*SEGMENTERS, "none"):
        raise ModelError(str(place), f"there is no segmenter {options.words!r}", REMEDY)
    if bits != ID_BITS:
        raise ModelError(str(place), f"made for {bits}-bit features, this version has {ID_BITS}", REMEDY)
    arrays = load_arrays(folder / f"{name}.npz", ("ids", "weights", "transitions"))
    ids, weights, transitions = arrays["ids"], arrays["weights"], arrays["transitions"]
    if not (ids.dtype == np.uint32 and weights.dtype == transitions.dtype == np.float32):
        raise ModelError(str(folder / f"{name}.npz"), "the types of the arrays are others", REMEDY)
    if ids.ndim != 1 or weights.shape != (len(ids), len(labels)) or transitions.shape != (len(labels), len(labels)):
        raise ModelError(str(folder / f"{name}.npz"), "the shapes of the arrays do not fit each other", REMEDY)
    if len(ids) and int(ids.max()) >= 1 << ID_BITS:
        raise ModelError(str(folder / f"{name}.npz"), "a feature id is out of range", REMEDY)
    return Crf(labels, WeightTable.build(ids, weights), transitions), options
