"""Cross-validation: the seed bulletin with one item left out at a time, the authored documents in folds.

Every protocol trains anew on what it does not score, and predicts whole documents, so that what is scored was read in
its own context. Two views are scored: end to end, and the links alone with the gold mentions given.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import numpy as np
from numpy.typing import NDArray

from tongbao.errors import ConfigError
from tongbao.evaluation.bootstrap import Interval, bootstrap
from tongbao.evaluation.counts import Counts, count, count_all
from tongbao.evaluation.scoring import Scores
from tongbao.evaluation.splits import folds, leave_one_item_out
from tongbao.extraction import Extractor
from tongbao.reading import read_text
from tongbao.records import Annotated
from tongbao.training import TrainingConfig, clusters_of, fit

FOLDS = 5


@dataclass(frozen=True, slots=True)
class Result:
    """Scores of one protocol in one view, with 95% bootstrap intervals; ``units`` are what was resampled."""

    protocol: str
    view: str
    units: int
    scores: Scores
    intervals: dict[str, Interval | None]


@dataclass(frozen=True, slots=True)
class _Job:
    """One training and the documents to predict with it."""

    config: TrainingConfig
    clusters: NDArray[np.uint8]
    training: tuple[Annotated, ...]
    held_out: tuple[Annotated, ...]


@dataclass(frozen=True, slots=True)
class _Predicted:
    """Predictions for the held-out documents of one job, in their order."""

    end_to_end: tuple[Annotated, ...]
    given_mentions: tuple[Annotated, ...]


def predict(extractor: Extractor, gold: Annotated) -> tuple[Annotated, Annotated]:
    """What a model says of a gold document: from the bare text, and from its gold mentions."""
    bulletin = read_text(gold.text, gold.id)
    end_to_end = extractor.extract(bulletin).annotated
    return end_to_end, extractor.given(bulletin, gold.mentions)


def _run_job(job: _Job) -> _Predicted:
    extractor = fit(job.config, job.training, job.clusters)
    pairs = [predict(extractor, document) for document in job.held_out]
    return _Predicted(tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs))


def _run_jobs(jobs: Sequence[_Job], workers: int, progress: Callable[[str], None]) -> list[_Predicted]:
    done: list[_Predicted] = []
    if workers == 1:
        for job in jobs:
            done.append(_run_job(job))
            progress(f"{len(done)}/{len(jobs)}")
        return done
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for predicted in pool.map(_run_job, jobs):
            done.append(predicted)
            progress(f"{len(done)}/{len(jobs)}")
    return done


def cross_validate_items(
    config: TrainingConfig, documents: Sequence[Annotated], workers: int, progress: Callable[[str], None]
) -> list[Result]:
    """The seed bulletin, one item left out at a time; every other document is trained on throughout.

    Intervals resample items.

    Raises:
        ConfigError: the configuration names no document of origin ``seed``, or more than one.
    """
    seeds = [document for document in documents if document.origin == "seed"]
    if len(seeds) != 1:
        raise ConfigError("data.gold", f"{len(seeds)} documents of origin seed", "name the seed bulletin, and only it")
    seed, others = seeds[0], tuple(document for document in documents if document.origin != "seed")
    held_out = leave_one_item_out(seed, read_text(seed.text).sections)
    clusters = clusters_of(config)
    jobs = [_Job(config, clusters, others + part.training, (seed,)) for part in held_out]
    predicted = _run_jobs(jobs, workers, lambda line: progress(f"items {line}"))
    out: list[Result] = []
    for view in ("end_to_end", "given_mentions"):
        counts: list[Counts] = []
        for part, found in zip(held_out, predicted, strict=True):
            counts += count(seed, getattr(found, view)[0], [part.span])[:1]
        out.append(_result("items", view, counts))
    return out


def cross_validate_folds(
    config: TrainingConfig, documents: Sequence[Annotated], workers: int, progress: Callable[[str], None]
) -> list[Result]:
    """The authored documents in five folds by document; the seed bulletin is trained on throughout.

    Intervals resample documents.

    Raises:
        ConfigError: there are fewer than five authored documents.
    """
    authored = {document.id: document for document in documents if document.origin == "authored"}
    clusters = clusters_of(config)
    jobs: list[_Job] = []
    for fold in folds(list(authored), FOLDS, config.model.seed):
        training = tuple(document for document in documents if document.id not in fold)
        jobs.append(_Job(config, clusters, training, tuple(authored[name] for name in fold)))
    predicted = _run_jobs(jobs, workers, lambda line: progress(f"folds {line}"))
    gold = [document for job in jobs for document in job.held_out]
    out: list[Result] = []
    for view in ("end_to_end", "given_mentions"):
        found = [document for part in predicted for document in getattr(part, view)]
        out.append(_result("folds", view, count_all(gold, found)))
    return out


def score_gold(extractor: Extractor, gold: Sequence[Annotated]) -> list[Result]:
    """A trained model on gold documents, in both views. Intervals resample documents."""
    pairs = [predict(extractor, document) for document in gold]
    return [
        _result("gold", "end_to_end", count_all(gold, [pair[0] for pair in pairs])),
        _result("gold", "given_mentions", count_all(gold, [pair[1] for pair in pairs])),
    ]


def _result(protocol: str, view: str, counts: list[Counts]) -> Result:
    return Result(protocol, view, len(counts), Scores.from_counts(Counts.total(counts)), bootstrap(counts))
