"""Many files: which ones, under which ids, and each on its own, so that a bad one costs only itself."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from glob import glob
from itertools import chain, count
from pathlib import Path
from time import monotonic
from typing import Literal, TypeVar

from tongbao.errors import ProcessingError, ReadingError, TongbaoError
from tongbao.extraction import TOGETHER, Extraction, Extractor
from tongbao.reading import can_read, decode, name_of, read_file, read_text
from tongbao.reading.archive import Member, members_of, read_member
from tongbao.reading.files import check_text
from tongbao.reading.formats import PICTURES
from tongbao.reading.ocr import installed as ocr_is_installed
from tongbao.records import Bulletin, DocumentRow, Tables
from tongbao.rows import SCHEMA

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Input:
    """A document to be read: ``data`` is set for standard input, ``member`` for a file in an archive (``path`` is then
    where it would be if the archive were a folder), else ``path`` is a file.
    """

    id: str
    path: Path
    data: bytes | None = None
    member: Member | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one input: an extraction or the error that it ended in, after how many seconds.

    ``lost`` says that the document ended its process, or that its process was ended for taking too long.
    """

    input: Input
    extraction: Extraction | None
    error: TongbaoError | None
    seconds: float = 0.0
    lost: Literal["timeout", "crashed"] | None = None

    @property
    def status(self) -> Literal["ok", "failed", "timeout", "crashed"]:
        """What the ledger says of it."""
        return self.lost or ("ok" if self.error is None else "failed")

    def tables(self, model: str) -> Tables:
        """The rows, or for a failure the one row of the documents table that says so."""
        if self.extraction is not None:
            return self.extraction.tables
        row = DocumentRow(
            doc_id=self.input.id,
            title=None,
            issuer=None,
            region=None,
            published=None,
            number=None,
            url=None,
            sha256="",
            near_duplicate_of=None,
            model=model,
            schema=SCHEMA,
            status="failed",
            error=str(self.error),
        )
        return Tables(documents=(row,))


def find_inputs(paths: Sequence[Path]) -> tuple[list[Input], list[Path]]:
    """The files that ``paths`` name, in order, each once, and the files in folders and archives that no reader takes.

    A folder stands for all its files at any depth, sorted by path, and so does a ZIP archive; hidden files and
    ``*.meta.json`` are passed over, pictures too unless the extra ``ocr`` is installed. A path that is no file and has
    ``*``, ``?`` or ``[`` in it stands for the files that it matches, as in a shell (``**``: folders at any depth).
    A file's id is its name without suffix, with the folders below the named one in front (``2023/quanzhou``), for a
    file in an archive with the archive's; where two ids are equal the later ones get ``-2``, ``-3``.
    """
    found: list[Input] = []
    skipped: list[Path] = []
    for path in chain.from_iterable(map(_matched, paths)):
        if _is_folder(path):
            for file in sorted(path.rglob("*")):
                inner = file.relative_to(path)
                if not file.is_file() or _is_passed_over(inner):
                    continue
                if _is_archive(file):
                    _add_members(file, (inner.parent / name_of(file)).as_posix(), found, skipped)
                elif _is_wanted(file):
                    found.append(Input((inner.parent / name_of(file)).as_posix(), file))
                else:
                    skipped.append(file)
        elif _is_archive(path):
            _add_members(path, name_of(path), found, skipped)
        else:
            found.append(Input(name_of(path), path))
    return _unique(found), skipped


def _add_members(archive: Path, id: str, found: list[Input], skipped: list[Path]) -> None:
    """Sort the files in an archive; one that cannot be opened is an input itself, and reading it says why."""
    try:
        members = members_of(archive)
    except ReadingError:
        found.append(Input(id, archive))
        return
    for member in members:
        inner = Path(member.inner)
        if _is_passed_over(inner):
            continue
        if _is_wanted(inner):
            found.append(Input((Path(id) / inner.parent / name_of(inner)).as_posix(), member.path, member=member))
        else:
            skipped.append(member.path)


def _matched(path: Path) -> list[Path]:
    """The paths that a pattern matches, where the shell has left it as it is; else, or if there are none, itself."""
    if not any(sign in str(path) for sign in "*?[") or _exists(path):
        return [path]
    matches = glob(str(path), recursive=True)  # noqa: PTH207 (as a shell does: no hidden files)
    return sorted(map(Path, matches)) or [path]


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _is_archive(path: Path) -> bool:
    return path.suffix.lower() == ".zip" and not _is_folder(path)


def _is_passed_over(inner: Path) -> bool:
    """Whether a file in a folder is none of the user's documents: hidden, or about another file."""
    return inner.name.endswith(".meta.json") or any(part.startswith((".", "__")) for part in inner.parts)


def _is_wanted(path: Path) -> bool:
    """Whether a file in a folder is read: pictures only where they can be, as most folders have some."""
    return can_read(path) and (path.suffix.lower() not in PICTURES or ocr_is_installed())


def _is_folder(path: Path) -> bool:
    """Whether it is a folder; what cannot even be looked at is none, and reading it says why."""
    try:
        return path.is_dir()
    except OSError:
        return False


def resolved(path: Path) -> Path:
    """The file that a path leads to; a loop of links leads nowhere, and no path holds NUL."""
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):
        return path.absolute()


def _unique(found: Iterable[Input]) -> list[Input]:
    """Every file once, under an id of its own."""
    files: set[tuple[Path, Member | None]] = set()
    taken: set[str] = set()
    out: list[Input] = []
    for item in found:
        file = resolved(item.path), item.member and replace(item.member, archive=resolved(item.member.archive))
        if file in files:
            continue
        files.add(file)
        free = free_id(item.id, taken)
        taken.add(free)
        out.append(replace(item, id=free))
    return out


def free_id(name: str, taken: Collection[str]) -> str:
    """``name``, or where that is taken the first of ``name-2``, ``name-3``, … that is not."""
    numbered = (f"{name}-{number}" for number in count(2))
    return next(one for one in chain([name], numbered) if one not in taken)


def read_input(item: Input, encoding: str | None = None) -> Bulletin:
    """The document of one input.

    Raises:
        ReadingError: it cannot be read; the message says why.
    """
    if item.member is not None:
        return replace(read_member(item.member, encoding), id=item.id)
    if item.data is None:
        if _is_archive(item.path):
            members_of(item.path)  # says why nothing in it could be named
        return replace(read_file(item.path, encoding), id=item.id)
    text, _ = decode(item.data, encoding, f"<{item.id}>")
    check_text(text, f"<{item.id}>")
    return read_text(text, item.id)


def run(inputs: Sequence[Input], extractor: Extractor, encoding: str | None = None) -> list[Outcome]:
    """Read the inputs and extract them together; a foreseen failure becomes an outcome, not an exception.

    Where extracting them together fails, each is extracted alone. The seconds of a document that was not alone are its
    share by length.
    """
    read = [_tried(item, partial(read_input, item, encoding)) for item in inputs]
    sound = [bulletin for bulletin, _, _ in read if bulletin is not None]
    together: Iterator[Extraction] | None = None
    begun = monotonic()
    if len(sound) > 1:
        with suppress(Exception):  # alone each shows whether it is the one
            together = iter(list(extractor.extract_all(sound)))
    rate = (monotonic() - begun) / max(sum(len(bulletin.text) for bulletin in sound), 1)
    outcomes: list[Outcome] = []
    for item, (bulletin, failure, seconds) in zip(inputs, read, strict=True):
        extraction: Extraction | None = None
        more = 0.0
        if bulletin is not None and together is not None:
            extraction, more = next(together), rate * len(bulletin.text)
        elif bulletin is not None:
            extraction, failure, more = _tried(item, partial(extractor.extract, bulletin))
        outcomes.append(Outcome(item, extraction, failure, seconds + more))
    return outcomes


def _tried(item: Input, step: Callable[[], T]) -> tuple[T | None, TongbaoError | None, float]:
    """What a step gives or the error that it ended in, and the seconds that it took."""
    begun = monotonic()
    failure: TongbaoError
    try:
        return step(), None, monotonic() - begun
    except TongbaoError as error:
        failure = error
    except MemoryError:
        reason = "it takes more memory than there is for it"
        failure = ProcessingError(str(item.path), reason, "use fewer workers, or split the document")
    except Exception as error:  # one document must never cost the others
        reason = f"unforeseen {type(error).__name__}: {error}"
        failure = ProcessingError(str(item.path), reason, "please report it with the file")
    return None, failure, monotonic() - begun


#: How many bytes of a file make a character of its document, by the kind of file, at least: markup and packing make
#: them more. What is not here is read alone: reading it takes longer than the rest, or its length is anyone's guess.
_BYTES_OF_A_CHARACTER = {
    **dict.fromkeys(("", ".txt", ".text", ".md"), 2),
    **dict.fromkeys((".html", ".htm", ".shtml", ".xhtml", ".mht", ".mhtml"), 6),
    ".docx": 4,
}
#: Characters that a document in an archive is taken to have.
_MEMBER = 4_000


def size_of(item: Input) -> int:
    """About how many characters an input has, from its size; as many as are read together where that is not known."""
    suffix = item.path.suffix.lower()
    each = _BYTES_OF_A_CHARACTER.get(suffix if suffix.isascii() else "")
    if each is None:
        return TOGETHER
    if item.member is not None:
        return _MEMBER
    if item.data is not None:
        return len(item.data) // each
    try:
        return item.path.stat().st_size // each
    except (OSError, ValueError):
        return 0
