"""The stages of an extraction, each on what the stages before it made of the same documents."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from measuring import Contender

from tongbao.extraction import Extraction, Extractor
from tongbao.linking.assembly import Subject
from tongbao.linking.confidence import calibrate
from tongbao.linking.scene import Scene
from tongbao.numbers import find_quantities
from tongbao.reading import read_text
from tongbao.records import Bulletin, Mention
from tongbao.rows import build_tables
from tongbao.store import Key, Run, Store, encode, open_store
from tongbao.tagging.words import segmenter
from tongbao.writing import TableStream, WriteOptions

#: All stages but the writing, from decoded text on; short documents are read together, as the program does with files.
WHOLE = "tongbao"
#: The same, a document at a time; the stages before it are also of one document at a time.
ALONE = "tongbao, one by one"


@dataclass(frozen=True, slots=True)
class _Made:
    """A document and what each stage makes of it."""

    bulletin: Bulletin
    subject: Subject
    mentions: list[Mention]
    extraction: Extraction


@contextmanager
def stages(extractor: Extractor, documents: Sequence[str]) -> Iterator[list[Contender]]:
    """A contender for each stage, and one for the whole; a context that removes what they write."""
    made = [_made(extractor, text) for text in documents]
    texts = [one.bulletin.text for one in made]
    words = extractor.tagger.options.words
    cutter = segmenter("char" if words == "none" else words, added=extractor.tagger.resources.vocabulary.segmented)
    units = extractor.tagger.resources.vocabulary.units

    def each(function: Callable[[_Made], object]) -> Callable[[], object]:
        return lambda: [function(one) for one in made]

    with TemporaryDirectory() as folder, open_store(Path(folder) / "rows.sqlite") as store:
        runs = {
            "reading": lambda: [read_text(text) for text in texts],
            "words": lambda: [cutter.starts(text) for text in texts],
            "numbers": lambda: [find_quantities(text, units) for text in texts],
            "mentions": each(lambda one: extractor.mentions([one.bulletin])),
            "links": each(lambda one: _linked(extractor, one)),
            "rows": each(lambda one: _rows(extractor, one)),
            WHOLE: lambda: list(extractor.extract_all(texts)),
            ALONE: lambda: [extractor.extract(text) for text in texts],
            "writing to a store": _stored(store, made),
            "writing CSV": lambda: _csv(made),
        }
        yield [Contender(name, run, sum(map(len, texts))) for name, run in runs.items()]


def _made(extractor: Extractor, text: str) -> _Made:
    bulletin = read_text(text)
    subject, (mentions,), _ = extractor.mentions([bulletin])
    return _Made(bulletin, subject, mentions, extractor.extract(bulletin))


def _linked(extractor: Extractor, one: _Made) -> object:
    subject = one.subject
    return extractor.linker.link(Scene.build(subject.columns, [(one.bulletin, one.mentions)], subject.sums))


def _rows(extractor: Extractor, one: _Made) -> object:
    annotated = one.extraction.annotated
    _, _, sure = calibrate(extractor.calibration, annotated.mentions, annotated.links)
    units, figures = one.subject.vocabulary.units, one.subject.columns.figures
    numbers = figures[0] if figures else None
    return build_tables(one.bulletin, annotated, extractor.name, lambda span: 1.0, sure, units, numbers)


def _stored(store: Store, made: Sequence[_Made]) -> Callable[[], None]:
    run = store.begin(Run("0", "benchmark", "", "{}", "", 1))
    with store.transaction():
        numbers = [store.register(f"{number:06}", None) for number in range(len(made))]

    def write() -> None:
        for number, one in zip(numbers, made, strict=True):
            record = encode(one.extraction.tables, one.extraction.annotated)
            store.add(number, record, Key("", "", ""), run)

    return write


def _csv(made: Sequence[_Made]) -> None:
    stream = TableStream(io.StringIO(), "quantities", WriteOptions())
    for one in made:
        stream.write(one.extraction.annotated, one.extraction.tables)
