"""The pipeline component: one document of spaCy's through ``tongbao.extraction``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

import srsly
from spacy.tokens import Doc

from tongbao.errors import ModelError, TongbaoError
from tongbao.extraction import PARTS, Extractor, default_model, load_parts
from tongbao.records import LABELS
from tongbao.spacy_pipeline.bridge import annotate, bulletin_of, register, set_tables
from tongbao.tagging.storage import REMEDY


class TongbaoComponent:
    """Sets ``doc.ents``, ``doc.spans["tongbao"]``, ``doc._.tables`` and ``doc._.rows``.

    ``model`` is a model folder, ``None`` for the one that ships with tongbao; it is loaded with the first document,
    since ``from_disk`` and ``from_bytes`` bring another. What is saved is the files of the model, byte for byte.
    """

    def __init__(self, name: str = "tongbao", model: str | None = None) -> None:
        register()
        self.name = name
        self._model = model
        self._files: dict[str, bytes] | None = None
        self._extractor: Extractor | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels of the spans."""
        return LABELS

    @property
    def extractor(self) -> Extractor:
        """The model.

        Raises:
            ModelError: its folder is missing, damaged, or of another version.
        """
        if self._extractor is None:
            self._extractor = _unpacked(self._saved(), self._place())
        return self._extractor

    def __call__(self, doc: Doc) -> Doc:
        """Extract.

        Raises:
            ModelError: the model cannot be loaded.
            ReadingError: the tokens of ``doc`` are not its characters.
        """
        extraction = self.extractor.extract(bulletin_of(doc))
        annotate(doc, extraction.annotated)
        set_tables(doc, extraction.tables)
        return doc

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Write the model into the folder ``path``."""
        _write(Path(path), self._saved())

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> Self:
        """Load the model that ``to_disk`` or ``tongbao train`` wrote.

        Raises:
            ModelError: a part is missing, damaged, or of another version.
        """
        files = _read(Path(path))
        self._extractor, self._files = _unpacked(files, str(path)), files
        return self

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """The model as bytes."""
        packed: bytes = srsly.msgpack_dumps(self._saved())
        return packed

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> Self:
        """Load what ``to_bytes`` gave.

        Raises:
            ModelError: it is something else, or of another version.
        """
        place = f"bytes of {self.name}"
        try:
            files = srsly.msgpack_loads(data)
        except Exception as error:  # msgpack raises what it likes on bytes that are none of its own
            raise ModelError(place, f"not a packed model: {error}", REMEDY) from error
        if not isinstance(files, dict) or not all(_is_file(name, content) for name, content in files.items()):
            raise ModelError(place, "not a packed model", REMEDY)
        self._extractor, self._files = _unpacked(files, place), files
        return self

    def __getstate__(self) -> dict[str, Any]:
        """For other processes: the files, from which each loads the model when it needs it."""
        return {**self.__dict__, "_extractor": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        register()

    def _place(self) -> str:
        folder = default_model() if self._model is None else Path(self._model)
        return str(folder / PARTS)

    def _saved(self) -> dict[str, bytes]:
        if self._files is None:
            self._files = _read(Path(self._place()))
        return self._files


def _is_file(name: object, content: object) -> bool:
    """Whether an entry is a file that may be written: a name of one part, so that it cannot lead out of the folder."""
    plain = isinstance(name, str) and not set(name) & set("/\\:\0") and name not in ("", ".", "..")
    return plain and isinstance(content, bytes)


def _read(folder: Path) -> dict[str, bytes]:
    try:
        return {file.name: file.read_bytes() for file in sorted(folder.iterdir()) if file.is_file()}
    except OSError as error:
        raise ModelError(str(folder), f"no parts of a model here: {error.strerror}", REMEDY) from error


def _write(folder: Path, files: dict[str, bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


def _unpacked(files: dict[str, bytes], place: str) -> Extractor:
    """The model that files make. They may come from anywhere: ``place`` is what an error names."""
    with TemporaryDirectory() as folder:
        _write(Path(folder), files)
        try:
            return load_parts(Path(folder))
        except TongbaoError as error:
            raise ModelError(error.place.replace(folder, place), error.reason, error.remedy) from error
