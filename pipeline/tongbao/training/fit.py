"""Gold documents and a configuration → a model, in memory or as a folder."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tongbao.annotation import read_gold
from tongbao.errors import ConfigError
from tongbao.extraction import LEXICON, MODEL_FORMAT, PARTS, Extractor, lexicon_lists, read_meta, resources_with
from tongbao.lexicon import UserLexicon, read_user_lexicon
from tongbao.lexicon import load as shipped_lexicon
from tongbao.linking.confidence import UNCALIBRATED
from tongbao.linking.linker import Linker
from tongbao.reading import read_text
from tongbao.records import Annotated, Bulletin
from tongbao.tagging.columns import FeatureOptions, TextColumns, text_columns
from tongbao.tagging.crf import Crf
from tongbao.tagging.features import mention_features
from tongbao.tagging.mentions import BIO, sequences, to_bio
from tongbao.tagging.storage import save_arrays, save_crf, save_tables
from tongbao.tagging.tagger import Tagger
from tongbao.training.augmentation import variants
from tongbao.training.calibration import save_calibration
from tongbao.training.clusters import cluster_table
from tongbao.training.config import TrainingConfig
from tongbao.training.crf import CrfParameters, train_crf
from tongbao.training.linking import Example, LinkParameters, train_linker
from tongbao.training.pages import pages
from tongbao.training.pipeline_form import PIPELINE_META, pipeline_config
from tongbao.training.splits import read_splits


def read_data(config: TrainingConfig) -> tuple[Annotated, ...]:
    """All gold documents that a configuration names, in its order.

    Raises:
        AnnotationError: a file breaks the format.
        ConfigError: a gold file, the guidelines or the splits are missing, two documents have one id, or one is in the
            test split.
    """
    documents: list[Annotated] = []
    for name in config.data.gold:
        if not Path(name).is_file():
            raise ConfigError(name, "no such gold file", "run from the folder that the paths in [data] start from")
        documents.extend(read_gold(name))
    if config.data.guidelines and not Path(config.data.guidelines).is_file():
        raise ConfigError(
            config.data.guidelines, "no such guidelines", "run from the folder that the paths in [data] start from"
        )
    seen: set[str] = set()
    for document in documents:
        if document.id in seen:
            raise ConfigError(document.id, "two gold documents have this id", "rename one of them")
        seen.add(document.id)
    if config.data.splits:
        read_splits(config.data.splits).refuse_test(documents, "[data] gold")
    return tuple(documents)


def calibrating(config: TrainingConfig) -> frozenset[str]:
    """Ids of the documents from whose outcomes the calibration curves are drawn. Raises as :func:`read_data`."""
    names = config.calibration.gold or config.data.gold
    return frozenset(document.id for name in names for document in read_gold(name))


def read_user_words(config: TrainingConfig) -> UserLexicon:
    """The user's words that a configuration names; none where it names none.

    Raises:
        LexiconError: the file is missing or has a bad line.
    """
    name = config.lexicon.user
    return read_user_lexicon(name, shipped_lexicon().gazetteer) if name else UserLexicon()


def clusters_of(config: TrainingConfig) -> NDArray[np.uint8]:
    """The character clusters of a configuration; made once and shared by the folds of a cross-validation."""
    return cluster_table(config.clusters.sizes, config.model.seed)


@dataclass(frozen=True, slots=True)
class Learned:
    """What a training learns: arrays that can go from one process to another, which a whole extractor cannot."""

    mentions: Crf
    linker: Linker


def fit(config: TrainingConfig, documents: Sequence[Annotated], clusters: NDArray[np.uint8]) -> Extractor:
    """Train every learned part on ``documents``; confidences are raw (``cross.train`` adds the curves).

    Raises:
        ConfigError: there is nothing to train on.
        LexiconError: the user's lexicon that the configuration names has a bad line.
    """
    return extractor_of(config, clusters, learn(config, documents, clusters))


def learn(config: TrainingConfig, documents: Sequence[Annotated], clusters: NDArray[np.uint8]) -> Learned:
    """Train every learned part. Raises as :func:`fit`."""
    options = FeatureOptions(**config.features.model_dump())
    user = read_user_words(config)
    resources = resources_with(clusters, user)
    words = shipped_lexicon().extended(user)
    more = variants(documents, config.augmentation.copies, config.model.seed, words)

    def example(document: Annotated) -> Example:
        bulletin = read_text(document.text, document.id)
        columns = text_columns(document.text, resources, options)
        return Example.build(document, bulletin, columns, resources.vocabulary)

    examples = [example(document) for document in (*documents, *more)]
    made = pages(documents, round(config.augmentation.pages * len(documents)), config.model.seed)
    figures = [example(page).figures for page in made]
    chain = learn_mentions(config, [(one.document, one.subject.bulletins[0], one.subject.columns) for one in examples])
    return Learned(chain, train_linker(examples, _link_parameters(config), figures))


def learn_mentions(config: TrainingConfig, seen: Iterable[tuple[Annotated, Bulletin, TextColumns]]) -> Crf:
    """Train the chain of mentions alone, on documents, their sentences, and what features see of them.

    Raises:
        ConfigError: there is nothing to train on.
    """
    brackets = config.features.brackets
    return train_crf(_sequences(seen, brackets), BIO, CrfParameters(**config.mentions.model_dump()))


def extractor_of(config: TrainingConfig, clusters: NDArray[np.uint8], learned: Learned) -> Extractor:
    """The extractor that learned parts and a configuration make."""
    options = FeatureOptions(**config.features.model_dump())
    resources = resources_with(clusters, read_user_words(config))
    meta = {
        "lang": config.model.lang,
        "name": config.model.name,
        "version": config.model.version,
        "tongbao": {"format": MODEL_FORMAT},
    }
    return Extractor(Tagger(learned.mentions, resources, options), learned.linker, UNCALIBRATED, meta)


def _sequences(
    seen: Iterable[tuple[Annotated, Bulletin, TextColumns]], brackets: bool
) -> Iterator[tuple[NDArray[np.uint32], list[str]]]:
    for document, bulletin, columns in seen:
        features = mention_features(columns, brackets)
        tags = to_bio(len(document.text), [(m.label, m.span) for m in document.mentions])
        for piece in sequences(document.text, bulletin.sentences):
            yield features[piece.start : piece.end], tags[piece.start : piece.end]


def _link_parameters(config: TrainingConfig) -> LinkParameters:
    indicator = CrfParameters(**config.indicator.model_dump())
    choices = config.choices
    return LinkParameters(indicator, choices.ranker_penalty, choices.class_strength, config.model.seed)


def save(
    folder: Path,
    extractor: Extractor,
    config: TrainingConfig,
    text: str,
    documents: Sequence[Annotated],
    kept: Mapping[str, Any] | None = None,
) -> None:
    """Write a model folder; an existing model there is replaced file by file.

    What ``tongbao.load`` reads lies in the subfolder ``PARTS``; ``config.cfg`` and ``meta.json`` beside it make the
    folder one that ``spacy.load`` takes.

    Two trainings on the same data with the same configuration and libraries write the same bytes. ``kept`` are the
    meta data of the model of which all but the confidences was kept, if one was: the digests of what that was trained
    on stay with it.
    """
    parts = folder / PARTS
    parts.mkdir(parents=True, exist_ok=True)
    save_crf(parts, "mentions", extractor.tagger.crf, extractor.tagger.options)
    save_crf(parts, "indicator", extractor.linker.indicator.alone, extractor.tagger.options)
    save_crf(parts, "indicator_beside", extractor.linker.indicator.beside, extractor.tagger.options)
    save_tables(parts / "choices.npz", extractor.linker.choices)
    save_calibration(parts / "calibration.json", extractor.calibration)
    save_arrays(parts / "clusters.npz", {"clusters": extractor.tagger.resources.clusters})
    _write(parts / "training.cfg", text)
    if config.lexicon.user:
        (parts / LEXICON).write_bytes(Path(config.lexicon.user).read_bytes())
    else:  # one that an earlier training left here
        (parts / LEXICON).unlink(missing_ok=True)
    _write(parts / "meta.json", _json(extractor.meta))
    _write(folder / "config.cfg", pipeline_config(config.model.lang))
    meta = _meta(config, text, documents)
    if kept:
        meta["tongbao"]["kept"] = kept["tongbao"].get("kept", kept["tongbao"]["sha256"])
    _write(folder / "meta.json", _json(meta))


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _json(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _meta(config: TrainingConfig, text: str, documents: Sequence[Annotated]) -> dict[str, Any]:
    """Meta data in spaCy's form, with what is ours under ``tongbao``."""
    facts = config.model
    guidelines = config.data.guidelines
    libraries = ("numpy", "jieba", "rjieba", "scikit-learn", "scipy")
    return {
        "lang": facts.lang,
        "name": facts.name,
        "version": facts.version,
        "description": facts.description,
        "license": facts.license,
        "author": "tongbao",
        **PIPELINE_META,
        "performance": {},
        "tongbao": {
            "format": MODEL_FORMAT,
            "seed": facts.seed,
            "python": ".".join(platform.python_version_tuple()[:2]),
            "libraries": {library: version(library) for library in libraries},
            "documents": len(documents),
            "characters": sum(len(document.text) for document in documents),
            "sha256": {
                "config": _digest(text.encode()),
                "guidelines": _digest(Path(guidelines).read_bytes()) if guidelines else None,
                "data": {name: _digest(Path(name).read_bytes()) for name in config.data.gold},
                "lexicon": _digest(json.dumps(lexicon_lists(), ensure_ascii=False).encode()),
                "user_lexicon": _digest(Path(config.lexicon.user).read_bytes()) if config.lexicon.user else None,
            },
        },
    }


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def record_performance(folder: Path, results: Sequence[Mapping[str, Any]]) -> None:
    """Write measured figures into a model's ``meta.json`` under ``performance``, by protocol and view.

    Raises:
        ModelError: there is no model at ``folder``.
    """
    place = folder / "meta.json"
    meta = read_meta(folder)
    figures = {
        f"{result['protocol']}.{result['view']}": {
            name: round(found["value"], 4) for name, found in result["figures"].items() if found["value"] is not None
        }
        for result in results
    }
    meta["performance"] = {**meta.get("performance", {}), **figures}
    _write(place, _json(meta))
