"""Which documents are trained on, chosen by, and only measured on: ``splits.json``, by document id."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tongbao.errors import ConfigError
from tongbao.records import Annotated

_PARTS = ("train", "dev", "test")


@dataclass(frozen=True, slots=True)
class Splits:
    """Ids of documents. ``dev`` is what choices are made by (the shipped model is trained on it too, once they are
    made); nothing may ever be chosen by or trained on ``test``.
    """

    train: frozenset[str]
    dev: frozenset[str]
    test: frozenset[str]

    def refuse_test(self, documents: Iterable[Annotated], place: str) -> None:
        """Raise where a document of the test split is about to be trained on.

        Raises:
            ConfigError: names the first such document.
        """
        for document in documents:
            if document.id in self.test:
                reason = f"document {document.id} is in the test split and must not be trained on"
                raise ConfigError(place, reason, "take its file out of [data] gold")


def read_splits(path: str | Path) -> Splits:
    """The splits of a file ``{"train": [ids], "dev": [ids], "test": [ids]}``.

    Raises:
        ConfigError: the file cannot be read, is of another shape, or has an id in two parts.
    """
    place = str(path)
    try:
        data = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(place, f"cannot be read: {error}", "name a file with train, dev and test") from error
    if not isinstance(data, dict) or sorted(data) != sorted(_PARTS) or not all(map(_is_ids, data.values())):
        raise ConfigError(place, "not a split of documents", 'write {"train": [ids], "dev": [ids], "test": [ids]}')
    times = Counter(id for part in _PARTS for id in data[part])
    for id, n in times.items():
        if n > 1:
            raise ConfigError(place, f"document {id} stands {n} times", "leave it in one part")
    return Splits(*(frozenset(data[part]) for part in _PARTS))


def _is_ids(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)
