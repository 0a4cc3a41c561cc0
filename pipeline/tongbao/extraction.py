"""The one path from text to rows: ``load`` a model, ``extract`` documents with it.

Imports neither spaCy nor scikit-learn nor scipy: everything learned is arrays on disk.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from tongbao.errors import ModelError
from tongbao.lexicon import Lexicon, UserLexicon, read_user_lexicons
from tongbao.lexicon import load as shipped_lexicon
from tongbao.linking.assembly import Subject, assemble, judge_titles, refill
from tongbao.linking.confidence import Calibration, calibrate
from tongbao.linking.indicator import ROLES as INDICATOR_LABELS
from tongbao.linking.indicator import IndicatorChains
from tongbao.linking.layout import Bodies
from tongbao.linking.linker import CHOICES, Linker
from tongbao.linking.scene import Scene
from tongbao.reading import read_text
from tongbao.records import Annotated, Bulletin, GoldSection, Link, Mention, Span, Tables
from tongbao.rows import build_tables
from tongbao.tagging.columns import Resources, build_resources
from tongbao.tagging.known_titles import add_known_titles
from tongbao.tagging.mentions import BIO
from tongbao.tagging.own_words import add_own_words
from tongbao.tagging.packing import GAP
from tongbao.tagging.storage import REMEDY, load_arrays, load_crf, load_tables
from tongbao.tagging.tagger import Beliefs, Tagger
from tongbao.tagging.vocabulary import Vocabulary

T = TypeVar("T")
#: Version of the model folder; a model of another version cannot be used.
MODEL_FORMAT = 5
DEFAULT_MODEL = "zh_tongbao"
#: Subfolder of a model folder that holds all that ``load`` reads. spaCy gives each component of a pipeline such a
#: folder, under the component's name; what lies beside it is for spaCy and for people.
PARTS = "tongbao"
#: Documents are read together up to so many characters: what they cost apart from their length, each pays once a group.
TOGETHER = 100_000
#: No group has more documents: where they are so short, a larger one is hardly faster.
MOST_TOGETHER = 32
#: The user's words that a model was trained with, among its parts.
LEXICON = "lexicon.tsv"


@dataclass(frozen=True, slots=True)
class Extraction:
    """What one document gave: its annotation in the shape of gold, and its rows."""

    bulletin: Bulletin
    annotated: Annotated
    tables: Tables


@dataclass(frozen=True, slots=True)
class Extractor:
    """A loaded model. ``meta`` says which one: ``lang``, ``name``, ``version`` and the format."""

    tagger: Tagger
    linker: Linker
    calibration: Calibration
    meta: dict[str, Any]

    @property
    def name(self) -> str:
        """Name and version, as they stand in the documents table."""
        return f"{self.meta['lang']}_{self.meta['name']}-{self.meta['version']}"

    def extract(self, source: str | Bulletin) -> Extraction:
        """Rows of one document, given as text or as read by ``tongbao.reading``."""
        (extraction,) = self._together([_read(source)])
        return extraction

    def extract_all(self, sources: Iterable[str | Bulletin]) -> Iterator[Extraction]:
        """Rows of many documents, in order: the same as of each alone, and sooner where documents are short.

        They are read in groups of at most ``TOGETHER`` characters, so that no more than these are in memory. What one
        raises comes when it is its turn.
        """
        for group in grouped(map(_read, sources), lambda bulletin: len(bulletin.text)):
            found: Iterable[Extraction]
            try:
                found = list(self._together(group))
            except Exception:  # alone each shows whether it is the one
                found = map(self.extract, group)
            yield from found

    def _together(self, bulletins: Sequence[Bulletin]) -> Iterator[Extraction]:
        subject, mentions, beliefs = self.mentions(bulletins)
        links = self._links(subject, mentions)
        units = subject.vocabulary.units
        figures = subject.columns.figures or itertools.repeat(None)
        del subject  # the columns of a long text take more room than its rows
        for bulletin, own, linked, believed, numbers in zip(bulletins, mentions, links, beliefs, figures, strict=False):
            annotated, rows = self._joined(bulletin, _without_idle_scopes(own, linked), linked)
            likely = _QuantityProbability(believed.quantity)
            tables = build_tables(bulletin, annotated, self.name, likely, rows, units, numbers)
            yield Extraction(bulletin, annotated, tables)

    def mentions(self, bulletins: Sequence[Bulletin]) -> tuple[Subject, list[list[Mention]], list[Beliefs]]:
        """Documents made ready, the mentions of each with attributes, and what the chain believes of its characters."""
        subject = self._subject(bulletins)
        tagged, beliefs = zip(*self.tagger.tag(bulletins, subject.columns), strict=True)
        judged = judge_titles(subject, tagged, [one.titles for one in beliefs], self.linker)
        titles = subject.vocabulary.lexicon.titles
        complete = [
            add_known_titles(bulletin.text, add_own_words(bulletin.text, own, subject.vocabulary), titles)
            for bulletin, own in zip(bulletins, judged, strict=True)
        ]
        return subject, assemble(subject, complete, self.linker), list(beliefs)

    def given(self, bulletin: Bulletin, mentions: Sequence[Mention]) -> Annotated:
        """The annotation that given mentions (gold) lead to: only their labels and spans are taken."""
        subject = self._subject([bulletin])
        filled = refill(subject, [mentions], self.linker)
        return self._joined(bulletin, filled[0], self._links(subject, filled)[0])[0]

    def _subject(self, bulletins: Sequence[Bulletin]) -> Subject:
        columns = self.tagger.columns([bulletin.text for bulletin in bulletins])
        return Subject.build(bulletins, columns, self.tagger.resources.vocabulary)

    def _links(self, subject: Subject, mentions: Sequence[Sequence[Mention]]) -> list[list[Link]]:
        """The links of each document's mentions with attributes, in text order."""
        documents = zip(subject.bulletins, mentions, strict=True)
        return self.linker.link(Scene.build(subject.columns, documents, subject.sums))

    def _joined(
        self, bulletin: Bulletin, mentions: Sequence[Mention], links: Sequence[Link]
    ) -> tuple[Annotated, dict[str, float]]:
        """The annotation that mentions and links make, and how sure each row is."""
        surer, linked, rows = calibrate(self.calibration, mentions, links)
        annotated = Annotated(
            id=bulletin.id,
            origin="external",
            text=bulletin.text,
            mentions=tuple(surer),
            links=tuple(linked),
            sections=_gold_sections(bulletin, mentions),
        )
        return annotated, rows


def grouped(items: Iterable[T], size: Callable[[T], int]) -> Iterator[list[T]]:
    """Neighbouring items that together have at most ``TOGETHER`` characters and are at most ``MOST_TOGETHER``, or one
    alone; ``size`` counts the characters of each.
    """
    return runs(items, lambda item: size(item) + GAP, TOGETHER, MOST_TOGETHER)


def runs(items: Iterable[T], size: Callable[[T], int], largest: int, most: int) -> Iterator[list[T]]:
    """Neighbouring items whose sizes add up to at most ``largest`` and that are at most ``most``, or one alone."""
    group: list[T] = []
    total = 0
    for item in items:
        weight = size(item)
        if group and (total + weight > largest or len(group) == most):
            yield group
            group, total = [], 0
        group.append(item)
        total += weight
    if group:
        yield group


def _read(source: str | Bulletin) -> Bulletin:
    return read_text(source) if isinstance(source, str) else source


def _without_idle_scopes(mentions: Sequence[Mention], links: Iterable[Link]) -> list[Mention]:
    """Places that no figure lies in are no scopes: most of them are names in a sentence that counts something else."""
    used = {link.target for link in links if link.kind == "within"}
    return [mention for mention in mentions if mention.label != "SCOPE" or mention.id in used]


@dataclass(frozen=True, slots=True)
class _QuantityProbability:
    """How likely a stretch is a quantity: the most that the chain gives to any of its characters."""

    quantity: NDArray[np.float32]

    def __call__(self, span: Span) -> float:
        return float(self.quantity[span.start : span.end].max(initial=0.0))


def _gold_sections(bulletin: Bulletin, mentions: Iterable[Mention]) -> tuple[GoldSection, ...]:
    bodies = Bodies(mentions)
    out: list[GoldSection] = []
    for section in bulletin.sections:
        if not section.number:
            continue
        lists = [unit.span for unit in section.units if unit.role == "lead"]
        lead = tuple(body.id for listed in lists for body in bodies.touching(listed) if listed.contains(body.span))
        out.append(GoldSection(section.span, section.number, section.title, lead))
    return tuple(out)


def lexicon_lists(words: Lexicon | None = None) -> list[tuple[str, tuple[str, ...]]]:
    """The word lists that taggers look up, in the order that models expect; by default those of the shipped lexicon."""
    words = words or shipped_lexicon()
    return [(category, words.words(category)) for category in words.categories]


def resources_with(clusters: NDArray[np.uint8], user: UserLexicon) -> Resources:
    """What features look up: the shipped lexicon and a user's words."""
    words = shipped_lexicon().extended(user)
    return build_resources(clusters, lexicon_lists(words), Vocabulary.build(words))


def load(path: str | Path | None = None, lexicon: str | Path | None = None) -> Extractor:
    """Load a model folder; without ``path`` the one that ships with tongbao.

    ``lexicon`` is a file of the user's own words (``docs/lexicon.md``); they count besides those that the model was
    trained with, and before them where both speak of one.

    Raises:
        ModelError: the folder is missing, damaged, or of another version; the message says what to do.
        LexiconError: the user's file cannot be read or has a bad line.
    """
    folder = Path(path) if path is not None else default_model()
    if not folder.is_dir():
        raise ModelError(
            str(folder), "no model folder here", "name a folder made by tongbao train, or leave --model out"
        )
    return load_parts(folder / PARTS, lexicon)


def load_parts(folder: Path, lexicon: str | Path | None = None) -> Extractor:
    """Load the subfolder ``PARTS`` of a model folder, wherever it lies; ``lexicon`` as in ``load``.

    Raises:
        ModelError: a part is missing, damaged, or of another version; the message says what to do.
    """
    meta = read_meta(folder)
    crf, options = load_crf(folder, "mentions")
    alone, _ = load_crf(folder, "indicator")
    beside, _ = load_crf(folder, "indicator_beside")
    if crf.labels != BIO or any(chain.labels != INDICATOR_LABELS for chain in (alone, beside)):
        raise ModelError(str(folder), "the model has other labels than this version", REMEDY)
    clusters = load_arrays(folder / "clusters.npz", ("clusters",))["clusters"]
    if clusters.dtype != np.uint8 or clusters.ndim != 2 or len(clusters) != 0x10000:
        raise ModelError(str(folder / "clusters.npz"), "not a table of character clusters", REMEDY)
    own = folder / LEXICON
    files = [*([own] if own.is_file() else []), *([lexicon] if lexicon is not None else [])]
    user = read_user_lexicons(files, shipped_lexicon().gazetteer)
    tagger = Tagger(crf, resources_with(clusters, user), options)
    linker = Linker(IndicatorChains(alone, beside), load_tables(folder / "choices.npz", CHOICES))
    return Extractor(tagger, linker, load_calibration(folder / "calibration.json"), meta)


def load_calibration(path: Path) -> Calibration:
    """The curves of a model folder.

    Raises:
        ModelError: the file is missing or damaged.
    """
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        curves = {
            name: (np.array(curve["raw"], dtype=np.float64), np.array(curve["probability"], dtype=np.float64))
            for name, curve in stored.items()
        }
        if not all(_rising(raw, probability) for raw, probability in curves.values()):
            raise ValueError("a curve has no points, or they do not rise from 0 to 1")
    except FileNotFoundError as error:
        raise ModelError(str(path), "a part of the model is missing", REMEDY) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ModelError(str(path), f"a part of the model is damaged: {error}", REMEDY) from error
    return Calibration(curves)


def _rising(raw: NDArray[np.float64], probability: NDArray[np.float64]) -> bool:
    """Whether two arrays are a curve that scores can be looked up in."""
    if raw.ndim != 1 or raw.shape != probability.shape or not len(raw):
        return False
    between = bool(np.all((probability >= 0) & (probability <= 1)))
    return between and bool(np.all(np.isfinite(raw)) and np.all(np.diff(raw) > 0) and np.all(np.diff(probability) >= 0))


def default_model() -> Path:
    """Folder of the model that ships with tongbao."""
    return Path(str(resources.files("tongbao.models").joinpath(DEFAULT_MODEL)))


def read_meta(folder: Path) -> dict[str, Any]:
    """The ``meta.json`` of a model folder, or of its parts.

    Raises:
        ModelError: it is missing, damaged, or of another format.
    """
    place = folder / "meta.json"
    try:
        meta = json.loads(place.read_text(encoding="utf-8"))
        version = meta["tongbao"]["format"]
        for key in ("lang", "name", "version"):
            str(meta[key])
    except FileNotFoundError as error:
        raise ModelError(str(place), "a part of the model is missing", REMEDY) from error
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ModelError(str(place), f"not the meta data of a tongbao model: {error!r}", REMEDY) from error
    if version != MODEL_FORMAT:
        raise ModelError(str(place), f"a model of format {version}, this version reads {MODEL_FORMAT}", REMEDY)
    return dict(meta)


@cache
def _default() -> Extractor:
    return load()


def extract(source: str | Bulletin, model: Extractor | None = None) -> Extraction:
    """Rows of one document with the given model, or with the default one, which is loaded once a process."""
    return (model or _default()).extract(source)
