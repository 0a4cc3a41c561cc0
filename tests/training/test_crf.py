"""Training of a chain: what it learns, and how it stands beside CRFsuite, whose features and objective it takes."""

from __future__ import annotations

import contextlib
import io
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pycrfsuite
import pytest
from numpy.typing import NDArray

from tongbao.annotation import read_gold
from tongbao.errors import ConfigError
from tongbao.extraction import lexicon_lists
from tongbao.reading import read_text
from tongbao.tagging.columns import FeatureOptions, build_resources, text_columns
from tongbao.tagging.crf import Crf
from tongbao.tagging.features import mention_features
from tongbao.tagging.mentions import BIO, sequences, to_bio
from tongbao.tagging.weights import GRAIN, WeightTable
from tongbao.training.chain_data import build
from tongbao.training.chain_loss import ChainLoss
from tongbao.training.crf import CrfParameters, train_crf

Sequence = tuple[NDArray[np.uint32], list[str]]

#: Few templates: the comparison is about sums and paths, not about what is summed.
OPTIONS = FeatureOptions(words="none", grammar=False, clusters=False, brackets=False)
PARAMETERS = CrfParameters(c1=0.05, c2=0.05, iterations=35, min_frequency=1)


@dataclass(frozen=True)
class Reference:
    """What CRFsuite makes of the same data: its model file, that as a chain, and the objective that it prints last."""

    path: Path
    chain: Crf
    objective: float


@pytest.fixture(scope="module")
def data(repository: Path) -> list[Sequence]:
    """Sentences of ten authored documents."""
    resources = build_resources(np.zeros((0x10000, 1), dtype=np.uint8), lexicon_lists())
    found: list[Sequence] = []
    for document in read_gold(repository / "annotations" / "gold" / "authored" / "authored-2.jsonl")[::6][:10]:
        features = mention_features(text_columns(document.text, resources, OPTIONS), OPTIONS.brackets)
        tags = to_bio(len(document.text), [(mention.label, mention.span) for mention in document.mentions])
        for piece in sequences(document.text, read_text(document.text).sentences):
            found.append((features[piece.start : piece.end], tags[piece.start : piece.end]))
    return found


@pytest.fixture(scope="module")
def chain(data: list[Sequence]) -> Crf:
    return train_crf(data, BIO, PARAMETERS)


@pytest.fixture(scope="module")
def reference(data: list[Sequence], tmp_path_factory: pytest.TempPathFactory) -> Reference:
    trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=True)
    for features, tags in data:
        trainer.append(items(features), tags)
    # A least frequency of 0, since it counts for transitions too: those that are never seen would get no weight.
    trainer.set_params(
        {
            "c1": PARAMETERS.c1,
            "c2": PARAMETERS.c2,
            "max_iterations": PARAMETERS.iterations,
            "feature.minfreq": 0,
            "feature.possible_transitions": True,
        }
    )
    path = tmp_path_factory.mktemp("crfsuite") / "chain.crfsuite"
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        trainer.train(str(path))
    tagger = pycrfsuite.Tagger()
    tagger.open(str(path))
    info = tagger.info()
    tagger.close()
    ids = np.array(sorted({int(attribute) for attribute, _ in info.state_features}), dtype=np.uint32)
    weights = np.zeros((len(ids), len(BIO)), dtype=np.float32)
    for (attribute, label), weight in info.state_features.items():
        weights[np.searchsorted(ids, int(attribute)), BIO.index(label)] = weight
    transitions = np.zeros((len(BIO), len(BIO)), dtype=np.float32)
    for (first, second), weight in info.transitions.items():
        transitions[BIO.index(first), BIO.index(second)] = weight
    chain = Crf(BIO, WeightTable.build(ids, weights), transitions)
    return Reference(path, chain, float(re.findall(r"Loss: ([\d.]+)", printed.getvalue())[-1]))


def items(features: NDArray[np.uint32]) -> pycrfsuite.ItemSequence:
    """CRFsuite sees each id as the attribute ``str(id)``."""
    return pycrfsuite.ItemSequence([[str(value) for value in row] for row in features.tolist()])


def decoded(chain: Crf, data: list[Sequence]) -> tuple[NDArray[np.int8], NDArray[np.float64], list[int]]:
    """Paths and marginals of all sequences, and where each begins."""
    features = np.concatenate([features for features, _ in data])
    ends = np.cumsum([len(tags) for _, tags in data])
    starts = np.concatenate([[0], ends[:-1]]).tolist()
    return *chain.decode(chain.emissions(features), starts, ends.tolist()), starts


def objective(chain: Crf, data: list[Sequence]) -> float:
    """What our training minimises, at the weights of a chain."""
    names, numbers = np.unique([tag for _, tags in data for tag in tags], return_inverse=True)
    columns = [BIO.index(name) for name in names.tolist()]
    lengths = np.array([len(tags) for _, tags in data])
    built = build(np.concatenate([features for features, _ in data]), numbers, lengths, len(names), 1)
    weights = chain.table.weights[chain.table.rows[built.features], np.array(columns)[built.columns]]
    point = np.concatenate([weights, chain.transitions[np.ix_(columns, columns)].ravel()]).astype(np.float64)
    loss = ChainLoss(built, len(names), PARAMETERS.c2)
    return loss(point)[0] + PARAMETERS.c1 * float(np.abs(point).sum())


def test_decoding_equals_that_of_crfsuite(reference: Reference, data: list[Sequence]) -> None:
    """The same labels, and marginals within what CRFsuite's six printed decimals leave."""
    path, marginals, starts = decoded(reference.chain, data)
    tagger = pycrfsuite.Tagger()
    tagger.open(str(reference.path))
    assert set(tagger.labels()) == set(BIO)
    worst = 0.0
    for start, (rows, _) in zip(starts, data, strict=True):
        tags = tagger.tag(items(rows))
        assert [BIO[number] for number in path[start : start + len(rows)]] == tags
        for column, label in enumerate(BIO):
            theirs = np.array([tagger.marginal(label, step) for step in range(len(rows))])
            worst = max(worst, float(np.abs(marginals[start : start + len(rows), column] - theirs).max()))
    tagger.close()
    assert len(data) > 100
    assert worst < 1e-5


def test_the_objective_is_that_of_crfsuite(reference: Reference, data: list[Sequence]) -> None:
    assert objective(reference.chain, data) == pytest.approx(reference.objective, rel=1e-5)


def test_training_gets_as_low_as_crfsuite_and_learns_the_same(
    chain: Crf, reference: Reference, data: list[Sequence]
) -> None:
    """Both take the same way, on which differences of rounding grow."""
    assert objective(chain, data) == pytest.approx(reference.objective, rel=0.02)
    mine, theirs = decoded(chain, data)[0], decoded(reference.chain, data)[0]
    assert (mine == theirs).mean() > 0.99


def test_what_was_trained_on_is_mostly_learned(chain: Crf, data: list[Sequence]) -> None:
    gold = [BIO.index(tag) for _, tags in data for tag in tags]
    assert (decoded(chain, data)[0] == gold).mean() > 0.9


def test_training_twice_gives_the_same_weights(data: list[Sequence]) -> None:
    first, second = (train_crf(data[:40], BIO, PARAMETERS) for _ in range(2))
    assert np.array_equal(first.table.ids, second.table.ids)
    assert np.array_equal(first.table.weights, second.table.weights)
    assert np.array_equal(first.transitions, second.transitions)


def test_ids_ascend_and_rare_features_are_dropped(data: list[Sequence]) -> None:
    ids = train_crf(data, BIO, CrfParameters(iterations=3, min_frequency=3)).table.ids
    assert (np.diff(ids.astype(np.int64)) > 0).all()
    values, counts = np.unique(np.concatenate([features.ravel() for features, _ in data]), return_counts=True)
    count_of = dict(zip(values.tolist(), counts.tolist(), strict=True))
    assert min(count_of[value] for value in ids.tolist()) == 3


def test_weights_are_multiples_of_the_grain(chain: Crf) -> None:
    for weights in (chain.table.weights, chain.transitions):
        assert np.array_equal(weights * GRAIN, np.round(weights * GRAIN))
        assert (np.abs(weights[weights != 0]) >= 1 / GRAIN).all()


FEATURES = np.array([[1, 2], [3, 4], [5, 6]], dtype=np.uint32)
LABELS = ("O", "B-X", "I-X", "B-Y", "I-Y")


def test_a_label_without_an_example_is_never_given() -> None:
    """A weight of zero would make it likelier than many that are known."""
    chain = train_crf([(FEATURES, ["O", "B-X", "I-X"])] * 3, LABELS, CrfParameters(iterations=20))
    unknown = np.array([[7, 8]] * 4, dtype=np.uint32)
    for features, ends in ((FEATURES, [3]), (FEATURES[1:2], [1]), (unknown, [4])):
        path, marginals = chain.decode(chain.emissions(features), [0], ends)
        assert set(path.tolist()) <= {0, 1, 2}
        assert np.allclose(marginals[:, 3:], 0.0)
        assert np.allclose(marginals.sum(axis=1), 1.0)


def test_labels_have_the_order_that_was_asked_for() -> None:
    turned = LABELS[::-1]
    chains = [
        train_crf([(FEATURES, ["O", "B-X", "I-X"])], labels, CrfParameters(iterations=9)) for labels in (LABELS, turned)
    ]
    assert [chain.labels for chain in chains] == [LABELS, turned]
    assert np.array_equal(chains[0].table.weights, chains[1].table.weights[:, ::-1])
    assert np.array_equal(chains[0].transitions, chains[1].transitions[::-1, ::-1])


def test_text_without_a_mention_gives_a_chain_that_finds_none() -> None:
    chain = train_crf([(FEATURES, ["O", "O", "O"])], LABELS, CrfParameters(iterations=5))
    path, _ = chain.decode(chain.emissions(FEATURES), [0], [3])
    assert path.tolist() == [0, 0, 0]


def test_features_that_are_all_too_rare_leave_a_chain_without_weights() -> None:
    chain = train_crf([(FEATURES, ["O", "B-X", "I-X"])], LABELS, CrfParameters(iterations=5, min_frequency=9))
    assert len(chain.table.ids) == 0
    assert chain.emissions(FEATURES).tolist() == [[0.0] * 5] * 3


def test_nothing_to_train_on_is_refused() -> None:
    with pytest.raises(ConfigError, match="no sequence to train on") as raised:
        train_crf([], LABELS, PARAMETERS)
    assert raised.value.remedy


def test_a_sequence_without_a_position_teaches_nothing() -> None:
    empty = (FEATURES[:0], [])
    with pytest.raises(ConfigError, match="no sequence to train on"):
        train_crf([empty], LABELS, PARAMETERS)
    full = (FEATURES, ["O", "B-X", "I-X"])
    with_it, without = (train_crf(some, LABELS, PARAMETERS) for some in ([full, empty, full], [full, full]))
    assert np.array_equal(with_it.table.weights, without.table.weights)
