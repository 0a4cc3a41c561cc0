"""A chain and its tables as files: arrays in ``.npz``, the rest in JSON, never pickles."""

from __future__ import annotations

import json
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tongbao.errors import ModelError
from tongbao.tagging.columns import FeatureOptions
from tongbao.tagging.crf import Crf
from tongbao.tagging.weights import ID_BITS, WeightTable

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
        with np.load(path, allow_pickle=False) as stored:
            return {name: stored[name] for name in names}
    except FileNotFoundError as error:
        raise ModelError(str(path), "a part of the model is missing", REMEDY) from error
    except (OSError, KeyError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise ModelError(str(path), f"a part of the model is damaged: {error}", REMEDY) from error


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
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(str(place), f"a part of the model is damaged: {error}", REMEDY) from error
    if bits != ID_BITS:
        raise ModelError(str(place), f"made for {bits}-bit features, this version has {ID_BITS}", REMEDY)
    arrays = load_arrays(folder / f"{name}.npz", ("ids", "weights", "transitions"))
    ids, weights, transitions = arrays["ids"], arrays["weights"], arrays["transitions"]
    if weights.shape != (len(ids), len(labels)) or transitions.shape != (len(labels), len(labels)):
        raise ModelError(str(folder / f"{name}.npz"), "the shapes of the arrays do not fit each other", REMEDY)
    if len(ids) and int(ids.max()) >= 1 << ID_BITS:
        raise ModelError(str(folder / f"{name}.npz"), "a feature id is out of range", REMEDY)
    return Crf(labels, WeightTable.build(ids, weights), transitions), options
