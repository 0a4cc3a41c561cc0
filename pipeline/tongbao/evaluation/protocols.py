"""The protocols: the seed bulletin with one item left out at a time, the authored documents in folds, the dev split.

Every protocol trains anew on what it does not score, and predicts whole documents, so that what is scored was read in
its own context. Two views are scored: end to end, and the links alone with the gold mentions given.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tongbao.errors import ConfigError
from tongbao.evaluation.bootstrap import Interval, bootstrap
from tongbao.evaluation.counts import Counts, count, count_all
from tongbao.evaluation.reliability import Reliability, reliability
from tongbao.evaluation.scoring import Scores
from tongbao.evaluation.splits import leave_one_item_out
from tongbao.extraction import Extraction, Extractor
from tongbao.linking.confidence import ROW, Calibration
from tongbao.reading import read_text
from tongbao.records import Annotated
from tongbao.training import TrainingConfig, clusters_of
from tongbao.training.calibration import collect, fit_calibration
from tongbao.training.cross import Job, fold_jobs, run_jobs
from tongbao.training.splits import read_splits
from tongbao.training.trust import cross_trusted

FOLDS = 5
_VIEWS = ("end_to_end", "given_mentions")


@dataclass(frozen=True, slots=True)
class Result:
    """Scores of one protocol in one view, with 95% bootstrap intervals; ``units`` are what was resampled.

    ``reliability`` tells for quantities, links and rows whether their confidences mean what they say; it is empty where
    confidences are raw or were not part of the view.
    """

    protocol: str
    view: str
    units: int
    scores: Scores
    intervals: dict[str, Interval | None]
    reliability: tuple[Reliability, ...] = ()


def cross_validate_items(
    config: TrainingConfig, documents: Sequence[Annotated], workers: int, progress: Callable[[str], None]
) -> list[Result]:
    """The seed bulletin, one item left out at a time; every other document is trained on throughout.

    Intervals resample items.

    Raises:
        ConfigError: the configuration names no document of origin ``seed``, or more than one.
    """
    seed, others = _seed_of(documents), tuple(document for document in documents if document.origin != "seed")
    held_out = leave_one_item_out(seed, read_text(seed.text).sections)
    clusters = clusters_of(config)
    jobs = [Job(config, clusters, others + part.training, (seed,)) for part in held_out]
    predicted = run_jobs(jobs, workers, lambda line: progress(f"items {line}"))
    out: list[Result] = []
    for view in _VIEWS:
        counts: list[Counts] = []
        for part, found in zip(held_out, predicted, strict=True):
            whole = found.extractions[0].annotated if view == "end_to_end" else found.given_mentions[0]
            counts += count(seed, whole, [part.span])[:1]
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
    jobs = fold_jobs(config, documents, clusters_of(config), FOLDS)
    predicted = run_jobs(jobs, workers, lambda line: progress(f"folds {line}"))
    gold = [document for job in jobs for document in job.held_out]
    found = [extraction for part in predicted for extraction in part.extractions]
    given = [document for part in predicted for document in part.given_mentions]
    held_out = [job.held_out for job in jobs]
    trusted = cross_trusted(held_out, [part.seen for part in predicted], config.calibration.trust_strength)
    calibrated = _cross_calibrated(held_out, trusted)
    return [
        _result("folds", "end_to_end", count_all(gold, [item.annotated for item in found]), calibrated),
        _result("folds", "given_mentions", count_all(gold, given)),
    ]


def score_dev(config: TrainingConfig, documents: Sequence[Annotated], progress: Callable[[str], None]) -> list[Result]:
    """The dev split, predicted by a training on all other documents: one training, to choose by.

    Raises:
        ConfigError: the configuration names no splits, or none of its documents is in the dev split.
    """
    if not config.data.splits:
        raise ConfigError("[data] splits", "not given", "name a splits.json")
    dev = read_splits(config.data.splits).dev
    held_out = tuple(document for document in documents if document.id in dev)
    if not held_out:
        raise ConfigError(config.data.splits, "no document of [data] gold is in the dev split", "name some of them")
    return _score_held_out("dev", config, documents, held_out, progress)


def score_seed(config: TrainingConfig, documents: Sequence[Annotated], progress: Callable[[str], None]) -> list[Result]:
    """The seed bulletin as a whole, predicted by a training on all other documents: one training.

    Stricter than leaving out an item at a time, which sees the bulletin's other items. Intervals resample its items.

    Raises:
        ConfigError: the configuration names no document of origin ``seed``, or more than one.
    """
    return _score_held_out("seed", config, documents, (_seed_of(documents),), progress)


def _seed_of(documents: Sequence[Annotated]) -> Annotated:
    seeds = [document for document in documents if document.origin == "seed"]
    if len(seeds) != 1:
        raise ConfigError("data.gold", f"{len(seeds)} documents of origin seed", "name the seed bulletin, and only it")
    return seeds[0]


def _score_held_out(
    protocol: str,
    config: TrainingConfig,
    documents: Sequence[Annotated],
    held_out: tuple[Annotated, ...],
    progress: Callable[[str], None],
) -> list[Result]:
    names = {document.id for document in held_out}
    training = tuple(document for document in documents if document.id not in names)
    job = Job(config, clusters_of(config), training, held_out)
    (found,) = run_jobs([job], 1, lambda line: progress(f"{protocol} {line}"))
    views = ([item.annotated for item in found.extractions], found.given_mentions)
    counts = [_by_item(held_out[0], view[0]) if len(held_out) == 1 else count_all(held_out, view) for view in views]
    return [_result(protocol, view, part) for view, part in zip(_VIEWS, counts, strict=True)]


def _by_item(gold: Annotated, predicted: Annotated) -> list[Counts]:
    """The counts of each top-level item of one document, and of what stands in none."""
    spans = [section.span for section in read_text(gold.text).sections if section.level == 0]
    return count(gold, predicted, spans)


def score_gold(extractor: Extractor, gold: Sequence[Annotated]) -> list[Result]:
    """A trained model on gold documents, in both views. Intervals resample documents."""
    bulletins = [read_text(document.text, document.id) for document in gold]
    found = list(extractor.extract_all(bulletins))
    given = [extractor.given(bulletin, document.mentions) for bulletin, document in zip(bulletins, gold, strict=True)]
    calibrated = _reliabilities(_as_said(gold, found)) if extractor.calibration.curves else ()
    return [
        _result("gold", "end_to_end", count_all(gold, [item.annotated for item in found]), calibrated),
        _result("gold", "given_mentions", count_all(gold, given)),
    ]


_Outcomes = dict[str, tuple[list[float], list[bool]]]


def _as_said(gold: Sequence[Annotated], found: Sequence[Extraction]) -> _Outcomes:
    """Confidences as a calibrated model gives them, with the outcomes; rows by the confidence in their table."""
    samples = collect(gold, found)
    out: _Outcomes = {name: ([p[0] for p in pairs], [p[1] for p in pairs]) for name, pairs in samples.single.items()}
    sure = [row.confidence or 0.0 for item in found for row in item.tables.quantities]
    out[ROW] = (sure, [row[2] for row in samples.rows])
    return out


def _cross_calibrated(
    gold: Sequence[Sequence[Annotated]], found: Sequence[Sequence[Extraction]]
) -> tuple[Reliability, ...]:
    """Reliability of raw predictions in folds, each fold calibrated on the outcomes of the others."""
    out: _Outcomes = {}
    for held in range(len(gold)):
        rest = [number for number in range(len(gold)) if number != held]
        learned = collect(
            [document for number in rest for document in gold[number]],
            [extraction for number in rest for extraction in found[number]],
        )
        curves: Calibration = fit_calibration(learned)
        samples = collect(gold[held], found[held])
        for name, pairs in samples.single.items():
            scores, right = out.setdefault(name, ([], []))
            scores += curves.apply(name, [pair[0] for pair in pairs]).tolist()
            right += [pair[1] for pair in pairs]
        products, hits = samples.row_scores(curves)
        scores, right = out.setdefault(ROW, ([], []))
        scores += curves.apply(ROW, products.tolist()).tolist()
        right += hits.tolist()
    return _reliabilities(out)


def _reliabilities(outcomes: _Outcomes) -> tuple[Reliability, ...]:
    return tuple(
        reliability(name, np.array(scores), np.array(right, dtype=np.bool_))
        for name, (scores, right) in sorted(outcomes.items())
    )


def _result(protocol: str, view: str, counts: list[Counts], calibrated: tuple[Reliability, ...] = ()) -> Result:
    return Result(protocol, view, len(counts), Scores.from_counts(Counts.total(counts)), bootstrap(counts), calibrated)
