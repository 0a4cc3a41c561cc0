"""Predictions for documents that a model has not seen: trainings on the rest, side by side in processes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise
from multiprocessing import get_context

import numpy as np
from numpy.typing import NDArray

from tongbao.errors import ConfigError
from tongbao.extraction import Extraction, Extractor
from tongbao.reading import read_text
from tongbao.records import Annotated
from tongbao.training.calibration import collect, fit_calibration
from tongbao.training.config import TrainingConfig
from tongbao.training.fit import clusters_of, extractor_of, fit, learn


@dataclass(frozen=True, slots=True)
class Job:
    """One training and the documents to predict with it."""

    config: TrainingConfig
    clusters: NDArray[np.uint8]
    training: tuple[Annotated, ...]
    held_out: tuple[Annotated, ...]


@dataclass(frozen=True, slots=True)
class Predicted:
    """Predictions for the held-out documents of one job, in their order: from the bare text, with raw confidences, and
    from the gold mentions.
    """

    extractions: tuple[Extraction, ...]
    given_mentions: tuple[Annotated, ...]


def run_job(job: Job) -> Predicted:
    """Train and predict."""
    extractor = fit(job.config, job.training, job.clusters)
    bulletins = [read_text(document.text, document.id) for document in job.held_out]
    return Predicted(
        tuple(extractor.extract(bulletin) for bulletin in bulletins),
        tuple(
            extractor.given(bulletin, document.mentions)
            for bulletin, document in zip(bulletins, job.held_out, strict=True)
        ),
    )


def run_jobs(jobs: Sequence[Job], workers: int, progress: Callable[[str], None]) -> list[Predicted]:
    """Run jobs in ``workers`` processes; results in the order of the jobs."""
    if workers == 1:
        done: list[Predicted] = []
        for job in jobs:
            done.append(run_job(job))
            progress(f"{len(done)}/{len(jobs)}")
        return done
    with _pool(workers) as pool:
        return _in_pool(pool, jobs, progress)


def _pool(workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(workers, mp_context=get_context("spawn"))


def _in_pool(pool: ProcessPoolExecutor, jobs: Sequence[Job], progress: Callable[[str], None]) -> list[Predicted]:
    done: list[Predicted] = []
    for predicted in pool.map(run_job, jobs):
        done.append(predicted)
        progress(f"{len(done)}/{len(jobs)}")
    return done


def fold_jobs(config: TrainingConfig, documents: Sequence[Annotated], clusters: NDArray[np.uint8], k: int) -> list[Job]:
    """Each authored document held out once, in ``k`` folds; all documents of other origins are trained on throughout.

    Raises:
        ConfigError: there are fewer than ``k`` authored documents.
    """
    authored = {document.id: document for document in documents if document.origin == "authored"}
    jobs: list[Job] = []
    for fold in folds(list(authored), k, config.model.seed):
        training = tuple(document for document in documents if document.id not in fold)
        jobs.append(Job(config, clusters, training, tuple(authored[name] for name in fold)))
    return jobs


def train(
    config: TrainingConfig, documents: Sequence[Annotated], workers: int, progress: Callable[[str], None]
) -> Extractor:
    """The whole training: a model on all documents, with confidences calibrated on predictions for held-out folds.

    Without calibration (``[calibration] folds = 0``) confidences stay raw.

    Raises:
        ConfigError: there is nothing to train on, or fewer authored documents than folds.
    """
    clusters = clusters_of(config)
    folded = config.calibration.folds
    if not folded:
        return fit(config, documents, clusters)
    jobs = fold_jobs(config, documents, clusters, folded)
    if workers == 1:
        predicted = run_jobs(jobs, workers, lambda line: progress(f"calibration {line}"))
        whole = fit(config, documents, clusters)
    else:
        with _pool(workers) as pool:
            # The longest job first, so that no worker is left with it at the end.
            learned = pool.submit(learn, config, documents, clusters)
            predicted = _in_pool(pool, jobs, lambda line: progress(f"calibration {line}"))
            whole = extractor_of(config, clusters, learned.result())
    calibration = fit_calibration(
        collect(
            (document for job in jobs for document in job.held_out),
            (extraction for part in predicted for extraction in part.extractions),
        )
    )
    return replace(whole, calibration=calibration)


def folds(ids: Sequence[str], k: int = 5, seed: int = 13) -> tuple[tuple[str, ...], ...]:
    """Deal documents into ``k`` folds whose sizes differ by at most one.

    Documents are put in the order of a hash of seed and id, and that order is cut into ``k`` stretches: the split does
    not depend on the order of ``ids`` or on the machine, and a document more moves at most one other over each cut.

    Returns:
        The folds, each sorted.

    Raises:
        ConfigError: fewer than two folds, more folds than documents, or an id twice.
    """
    if not 2 <= k <= len(ids):
        raise ConfigError("folds", f"{k} folds of {len(ids)} documents", "ask for 2 folds or more, one document each")
    if len(set(ids)) < len(ids):
        raise ConfigError("folds", "a document id stands twice", "give every document once")
    ordered = sorted(ids, key=lambda name: hashlib.sha256(f"{seed}:{name}".encode()).digest())
    cuts = [len(ordered) * i // k for i in range(k + 1)]
    return tuple(tuple(sorted(ordered[start:end])) for start, end in pairwise(cuts))
