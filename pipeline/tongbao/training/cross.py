"""Predictions for documents that a model has not seen: trainings on the rest, side by side in processes."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import chain
from multiprocessing import get_context

import numpy as np
from numpy.typing import NDArray

from tongbao.errors import ConfigError
from tongbao.extraction import Extraction, Extractor
from tongbao.linking.confidence import UNCALIBRATED
from tongbao.reading import read_text
from tongbao.records import Annotated
from tongbao.training.calibration import collect, fit_calibration
from tongbao.training.config import TrainingConfig
from tongbao.training.dealing import batch_folds, folds
from tongbao.training.fit import calibrating, clusters_of, extractor_of, fit, learn
from tongbao.training.trust import Seen, cross_trusted, fit_trust, indicator_looks


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

    seen: tuple[Seen, ...]
    given_mentions: tuple[Annotated, ...]

    @property
    def extractions(self) -> list[Extraction]:
        """Those from the bare text."""
        return [one.extraction for one in self.seen]


def run_job(job: Job) -> Predicted:
    """Train and predict."""
    extractor = fit(job.config, job.training, job.clusters)
    bulletins = [read_text(document.text, document.id) for document in job.held_out]
    extractions = extractor.extract_all(bulletins)
    return Predicted(
        tuple(
            Seen(one, indicator_looks(extractor, bulletin))
            for one, bulletin in zip(extractions, bulletins, strict=True)
        ),
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


def fold_jobs(
    config: TrainingConfig,
    documents: Sequence[Annotated],
    clusters: NDArray[np.uint8],
    k: int,
    deal: Callable[[Sequence[str], int, int], tuple[tuple[str, ...], ...]] = folds,
) -> list[Job]:
    """Each authored document held out once, in ``k`` folds; all documents of other origins are trained on throughout.

    ``deal`` makes the folds of ids, their number and a seed.

    Raises:
        ConfigError: there are fewer than ``k`` authored documents.
    """
    authored = {document.id: document for document in documents if document.origin == "authored"}
    jobs: list[Job] = []
    for fold in deal(list(authored), k, config.model.seed):
        training = tuple(document for document in documents if document.id not in fold)
        jobs.append(Job(config, clusters, training, tuple(authored[name] for name in fold)))
    return jobs


def train(
    config: TrainingConfig, documents: Sequence[Annotated], workers: int, progress: Callable[[str], None]
) -> Extractor:
    """The whole training: a model on all documents, with confidences calibrated on predictions for held-out folds.

    The folds hold out whole batches (``dealing.batch_folds``), since a user's bulletins are by hands that the model
    never saw. How far an indicator is to be trusted is learned from all of them, what a confidence means from the
    documents that ``[calibration] gold`` names. Without calibration (``[calibration] folds = 0``, or none of these
    documents is held out) confidences stay raw.

    Raises:
        ConfigError: there is nothing to train on, or fewer authored documents than folds.
    """
    clusters = clusters_of(config)
    folded = config.calibration.folds
    if not folded:
        return fit(config, documents, clusters)
    jobs = fold_jobs(config, documents, clusters, folded, batch_folds)
    count = calibrating(config)
    if not _any_held_out(jobs, count):
        return fit(config, documents, clusters)
    if workers == 1:
        predicted = run_jobs(jobs, workers, lambda line: progress(f"calibration {line}"))
        whole = fit(config, documents, clusters)
    else:
        with _pool(workers) as pool:
            # The longest job first, so that no worker is left with it at the end.
            learned = pool.submit(learn, config, documents, clusters)
            predicted = _in_pool(pool, jobs, lambda line: progress(f"calibration {line}"))
            whole = extractor_of(config, clusters, learned.result())
    return _taught(whole, jobs, predicted, config.calibration.trust_strength, count)


def recalibrate(
    config: TrainingConfig,
    documents: Sequence[Annotated],
    model: Extractor,
    workers: int,
    progress: Callable[[str], None],
) -> Extractor:
    """A model that keeps what it finds; only how sure it is of it is learned anew, half the work of :func:`train`.

    ``config`` should be that of the model but for ``[calibration]``: it makes the folds whose errors teach.

    Raises:
        ConfigError: there are no folds, fewer authored documents than folds, or none of the documents that
            ``[calibration] gold`` names is held out.
    """
    folded = config.calibration.folds
    if not folded:
        raise ConfigError("[calibration] folds", "0 folds teach nothing", "ask for 2 folds or more")
    jobs = fold_jobs(config, documents, clusters_of(config), folded, batch_folds)
    count = calibrating(config)
    if not _any_held_out(jobs, count):
        raise ConfigError("[calibration] gold", "no document of these is held out", "name files of authored documents")
    predicted = run_jobs(jobs, workers, lambda line: progress(f"calibration {line}"))
    raw = replace(model, calibration=UNCALIBRATED)
    return _taught(raw, jobs, predicted, config.calibration.trust_strength, count)


def _any_held_out(jobs: Sequence[Job], count: Container[str]) -> bool:
    """Whether a document with an id in ``count``, on which curves can stand, is held out."""
    return any(document.id in count for job in jobs for document in job.held_out)


def _taught(
    extractor: Extractor, jobs: Sequence[Job], predicted: Sequence[Predicted], strength: float, count: Container[str]
) -> Extractor:
    """:func:`calibrated` by the jobs of the folds and what came of them."""
    held_out, seen = [job.held_out for job in jobs], [part.seen for part in predicted]
    return calibrated(extractor, held_out, seen, strength, count)


def calibrated(
    extractor: Extractor,
    gold: Sequence[Sequence[Annotated]],
    seen: Sequence[Sequence[Seen]],
    strength: float,
    count: Container[str],
) -> Extractor:
    """A model with raw confidences made to say what they mean, from predictions for held-out folds.

    The curves stand on the documents with an id in ``count``.
    """
    extractions = chain.from_iterable(cross_trusted(gold, seen, strength))
    documents = list(chain.from_iterable(gold))
    trust = fit_trust(documents, list(chain.from_iterable(seen)), strength)
    linker = replace(extractor.linker, choices={**extractor.linker.choices, "trust": trust})
    counted = [pair for pair in zip(documents, extractions, strict=True) if pair[0].id in count]
    calibration = fit_calibration(collect([document for document, _ in counted], [found for _, found in counted]))
    return replace(extractor, linker=linker, calibration=calibration)
