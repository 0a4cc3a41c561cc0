"""``FILE.meta.json``: what a person knows of a document and its text does not say."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import date
from pathlib import Path, PurePath

from tongbao.errors import ReadingError
from tongbao.reading.encodings import decode
from tongbao.records import Metadata

_KEYS = tuple(field.name for field in fields(Metadata))


def sidecar_of(path: Path) -> Path | None:
    """``bulletin.txt.meta.json`` or else ``bulletin.meta.json`` beside ``bulletin.txt``, if one is there."""
    candidates = (path.with_name(name) for name in sidecar_names(path.name))
    return next((candidate for candidate in candidates if candidate.is_file()), None)


def sidecar_names(name: str) -> tuple[str, str]:
    """What the sidecar of a file of that name may be called; the first one that is there counts."""
    return f"{name}.meta.json", f"{PurePath(name).stem}.meta.json"


def apply_sidecar(path: Path, metadata: Metadata) -> Metadata:
    """``metadata`` with the values of the sidecar at ``path`` in the place of its own; see ``with_sidecar``.

    Raises:
        ReadingError: the file cannot be read, or what ``with_sidecar`` raises.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ReadingError(str(path), f"cannot be read: {error.strerror or error}", "check the file") from None
    return with_sidecar(data, str(path), metadata)


def with_sidecar(data: bytes, place: str, metadata: Metadata) -> Metadata:
    """``metadata`` with the values of a sidecar, of which ``data`` are the bytes, in the place of its own.

    The file is one JSON object; keys are ``title``, ``issuer``, ``region``, ``published`` (ISO date), ``number`` and
    ``url``; values are strings, or ``null`` for "the document has none". Keys that it leaves out stay as they were.

    Raises:
        ReadingError: the file is no text, not such an object, or has another or a double key.
    """
    try:
        values = json.loads(decode(data, None, place)[0], object_pairs_hook=lambda pairs: _once(pairs, place))
    except json.JSONDecodeError as error:
        reason = f"not valid JSON at line {error.lineno}, column {error.colno}: {error.msg}"
        raise ReadingError(place, reason, "correct the file or remove it") from None
    except RecursionError:
        raise ReadingError(place, "not valid JSON: nested too deeply", "correct the file or remove it") from None
    if not isinstance(values, dict):
        raise ReadingError(place, "not a JSON object", 'write {"title": "…", "published": "2024-01-31"}')
    merged = {key: getattr(metadata, key) for key in _KEYS}
    merged.update({key: _value(key, value, place) for key, value in values.items()})
    return Metadata(**merged)


def _once(pairs: list[tuple[str, object]], place: str) -> dict[str, object]:
    values = dict(pairs)
    if len(values) < len(pairs):
        raise ReadingError(place, "a key stands twice", "keep one of them")
    return values


def _value(key: str, value: object, place: str) -> str | date | None:
    if key not in _KEYS:
        raise ReadingError(place, f"unknown key {key!r}", f"use {', '.join(_KEYS)}")
    if value is None:
        return None
    if not isinstance(value, str):
        raise ReadingError(place, f"the value of {key!r} is not a string", "put it in quotes")
    if key != "published":
        return value
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ReadingError(place, f"{value!r} is not an ISO date", "write it like 2024-01-31") from None
