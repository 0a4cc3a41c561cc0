"""Many documents on many cores: outcomes in the order of the inputs, whatever the number of workers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from tongbao import __version__
from tongbao.batch import Input, Outcome, find_inputs, run, size_of
from tongbao.errors import LexiconError, ModelError, ProcessingError
from tongbao.extraction import PARTS, default_model, grouped, load, read_meta
from tongbao.groups import work_in_groups
from tongbao.lexicon import load as shipped_lexicon
from tongbao.lexicon import read_user_lexicons
from tongbao.near_duplicates import Reposts
from tongbao.records import Bulletin, Tables
from tongbao.rows import SCHEMA
from tongbao.workers import Lost, Setup

T = TypeVar("T")
#: Seconds; a group that is done in a second on an idle machine needs no more on a busy one.
_SHORT = 10.0
_REMEDIES = {
    "timeout": "give it more time (--timeout), or leave it out",
    "crashed": "leave it out; where memory ran out, use fewer workers",
    "failed": "please report it with the file",
}


@dataclass(frozen=True, slots=True)
class Job:
    """What is done with every document: by which model, with which words of the user's, read in which encoding.

    Called in a worker it loads the model and returns what makes outcomes of several inputs.
    """

    model: Path | None = None
    lexicon: Path | None = None
    encoding: str | None = None

    def __call__(self) -> Callable[[Sequence[Input]], list[Outcome]]:
        """Load the model.

        Raises:
            ModelError, LexiconError: as ``load``.
        """
        return partial(run, extractor=load(self.model, self.lexicon), encoding=self.encoding)

    def check(self) -> None:
        """Look at what would be loaded, so that an error is told before any output is begun.

        Raises:
            ModelError: there is no model.
            LexiconError: the user's file cannot be read or has a bad line.
        """
        self.name()
        if self.lexicon is not None:
            read_user_lexicons([self.lexicon], shipped_lexicon().gazetteer)

    @property
    def _folder(self) -> Path:
        return (default_model() if self.model is None else self.model) / PARTS

    def name(self) -> str:
        """Name and version of the model, as ``Extractor.name`` has them.

        Raises:
            ModelError: there is no model.
        """
        return "{lang}_{name}-{version}".format(**read_meta(self._folder))

    def model_hash(self) -> str:
        """A hash of all that the model is loaded from: another training is another model, whatever its name.

        Raises:
            ModelError: it cannot be read.
        """
        total = hashlib.sha256()
        try:
            for path in sorted(path for path in self._folder.rglob("*") if path.is_file()):
                total.update(f"{path.relative_to(self._folder).as_posix()}\0{_digest(path)}\n".encode())
        except OSError as error:
            raise ModelError(str(self._folder), f"cannot be read: {error.strerror}", "check its permissions") from error
        return total.hexdigest()

    def options(self) -> str:
        """What else changes rows, as JSON: the versions of the program and of the columns, the words, the encoding.

        Raises:
            LexiconError: the file of words cannot be read.
        """
        try:
            words = None if self.lexicon is None else _digest(self.lexicon)
        except OSError as error:
            raise LexiconError(str(self.lexicon), f"cannot be read: {error.strerror}", "check the path") from error
        options = {"encoding": self.encoding, "lexicon": words, "schema": SCHEMA, "tongbao": __version__}
        return json.dumps(options, sort_keys=True)


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def together(tasks: Iterable[T], timeout: float | None, input_of: Callable[[T], Input]) -> Iterator[Sequence[T]]:
    """The tasks in groups that are read together: of some ten thousand characters, by what the sizes of files tell.

    With a short time limit each is alone: a group might not finish in the time of one, and would be done twice.
    """
    if timeout is not None and timeout < _SHORT:
        return ((task,) for task in tasks)
    return grouped(tasks, lambda task: size_of(input_of(task)))


def run_batch(
    inputs: Iterable[Input],
    setup: Setup[Sequence[Input], Sequence[Outcome]],
    workers: int = 1,
    timeout: float | None = None,
) -> Generator[Outcome, None, None]:
    """Read and extract every input; outcomes come in the order of the inputs.

    A document that raises, takes longer than ``timeout`` seconds or ends its process (a crash in a library, no memory)
    is an outcome with an error, and costs no other document anything. One worker without a time limit is this process,
    and then nothing holds off what would end it. Short documents are done in groups (``together``); no more than a few
    groups a worker are in memory at any time.

    Args:
        setup: a ``Job``, or another class or function of a module that does what ``Job.__call__`` does.

    Raises:
        ModelError, LexiconError: what ``setup`` raised.
        ProcessingError: workers cannot be started.
    """
    groups = together(inputs, timeout, lambda item: item)
    with closing(work_in_groups(groups, setup, workers, timeout)) as results:
        for item, result in results:
            yield lost(item, result) if isinstance(result, Lost) else result


def lost(item: Input, result: Lost) -> Outcome:
    """The outcome of a document whose worker gave none."""
    error = ProcessingError(str(item.path), result.reason, _REMEDIES[result.how])
    return Outcome(item, None, error, result.seconds, None if result.how == "failed" else result.how)


def marked(outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
    """The same outcomes with ``near_duplicate_of`` where one repeats an earlier one (``tongbao.near_duplicates``)."""
    with closing(Reposts()) as reposts:
        for outcome in outcomes:
            found = outcome.extraction
            original = None if found is None else reposts.original_of(outcome.input.id, found.bulletin.text)
            if found is None or original is None:
                yield outcome
                continue
            rows = tuple(replace(row, near_duplicate_of=original) for row in found.tables.documents)
            yield replace(outcome, extraction=replace(found, tables=replace(found.tables, documents=rows)))


def stream(
    paths: str | Path | Iterable[str | Path],
    *,
    workers: int = 1,
    timeout: float | None = None,
    model: str | Path | None = None,
    lexicon: str | Path | None = None,
    encoding: str | None = None,
) -> Iterator[tuple[Bulletin, Tables]]:
    """Documents and their rows, one by one, in the order of ``paths``, however many there are.

    >>> for bulletin, tables in tongbao.stream("通报/", workers=4):  # doctest: +SKIP
    ...     for row in tables.quantities:
    ...         print(bulletin.id, row.indicator_full, row.value, row.unit)

    A folder stands for all files in it that can be read. A document that cannot be read or extracted comes as well: its
    text is empty, and its one row, in ``tables.documents``, has the status ``failed`` and says why. A repost of an
    earlier document has its id in ``near_duplicate_of``.

    With more than one worker or a time limit the work is done in other processes, which import the script that asks
    for it: it has to stand under ``if __name__ == "__main__":``.

    Args:
        paths: a file, a folder, or several of them.
        workers: how many processes.
        timeout: seconds that a document may take.
        model: a model folder; the one that ships unless given.
        lexicon: the user's own words.
        encoding: the declared encoding of the files; found out unless given.

    Raises:
        ModelError, LexiconError: the model or the words cannot be loaded.
    """
    named = [paths] if isinstance(paths, str | Path) else paths
    inputs, _ = find_inputs([Path(path) for path in named])
    job = Job(_path(model), _path(lexicon), encoding)
    name = job.name()
    with closing(run_batch(inputs, job, workers, timeout)) as outcomes:
        for outcome in marked(outcomes):
            yield _bulletin(outcome), outcome.tables(name)


def _path(named: str | Path | None) -> Path | None:
    return None if named is None else Path(named)


def _bulletin(outcome: Outcome) -> Bulletin:
    if outcome.extraction is not None:
        return outcome.extraction.bulletin
    return Bulletin(outcome.input.id, "", (), (), source=str(outcome.input.path))
