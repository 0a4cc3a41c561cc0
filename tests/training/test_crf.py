"""Training with CRFsuite, and our decoder against CRFsuite's own."""

from __future__ import annotations

import shutil
import tempfile
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
from tongbao.training import crf as module
from tongbao.training.crf import CrfParameters, train_crf

Sequence = tuple[NDArray[np.uint32], list[str]]

#: Few templates: the comparison is about sums and paths, not about what is summed.
OPTIONS = FeatureOptions(words="none", grammar=False, clusters=False, brackets=False)
PARAMETERS = CrfParameters(c1=0.05, c2=0.05, iterations=35, min_frequency=2)


@dataclass(frozen=True)
class Trained:
    """A chain, the CRFsuite file that it was read from, and what it was trained on."""

    chain: Crf
    path: Path
    data: list[Sequence]


@pytest.fixture(scope="module")
def trained(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """A chain trained on ten authored documents."""
    resources = build_resources(np.zeros((0x10000, 1), dtype=np.uint8), lexicon_lists())
    data: list[Sequence] = []
    for document in read_gold(repository / "annotations" / "gold" / "authored" / "authored-2.jsonl")[::6][:10]:
        features = mention_features(text_columns(document.text, resources, OPTIONS), OPTIONS.brackets)
        tags = to_bio(len(document.text), [(mention.label, mention.span) for mention in document.mentions])
        for piece in sequences(document.text, read_text(document.text).sentences):
            data.append((features[piece.start : piece.end], tags[piece.start : piece.end]))
    kept = tmp_path_factory.mktemp("crfsuite") / "chain.crfsuite"
    read_weights = module.read_weights

    def keep(path: Path, labels: tuple[str, ...]) -> Crf:
        shutil.copy(path, kept)
        return read_weights(path, labels)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "read_weights", keep)
        chain = train_crf(data, BIO, PARAMETERS)
    return Trained(chain, kept, data)


def test_decoding_equals_that_of_crfsuite(trained: Trained) -> None:
    """The same labels, and marginals within what CRFsuite's six printed decimals leave."""
    features = np.concatenate([features for features, _ in trained.data])
    ends = np.cumsum([len(tags) for _, tags in trained.data])
    starts = np.concatenate([[0], ends[:-1]])
    path, marginals = trained.chain.decode(trained.chain.emissions(features), starts.tolist(), ends.tolist())

    tagger = pycrfsuite.Tagger()
    tagger.open(str(trained.path))
    assert set(tagger.labels()) == set(BIO)
    worst = 0.0
    for start, (rows, _) in zip(starts.tolist(), trained.data, strict=True):
        tags = tagger.tag(pycrfsuite.ItemSequence([[str(value) for value in row] for row in rows.tolist()]))
        assert [BIO[number] for number in path[start : start + len(rows)]] == tags
        for column, label in enumerate(BIO):
            theirs = np.array([tagger.marginal(label, step) for step in range(len(rows))])
            worst = max(worst, float(np.abs(marginals[start : start + len(rows), column] - theirs).max()))
    tagger.close()
    assert len(trained.data) > 100
    assert worst < 1e-5


def test_what_was_trained_on_is_mostly_learned(trained: Trained) -> None:
    right = total = 0
    for features, tags in trained.data:
        path, _ = trained.chain.decode(trained.chain.emissions(features), [0], [len(tags)])
        right += sum(BIO[number] == tag for number, tag in zip(path.tolist(), tags, strict=True))
        total += len(tags)
    assert right / total > 0.9


def test_training_twice_gives_the_same_weights(trained: Trained) -> None:
    data = trained.data[:40]
    first, second = (train_crf(data, BIO, PARAMETERS) for _ in range(2))
    assert np.array_equal(first.table.ids, second.table.ids)
    assert np.array_equal(first.table.weights, second.table.weights)
    assert np.array_equal(first.transitions, second.transitions)


def test_ids_ascend_and_rare_features_are_dropped(trained: Trained) -> None:
    ids = trained.chain.table.ids
    assert (np.diff(ids.astype(np.int64)) > 0).all()
    values, counts = np.unique(np.concatenate([features.ravel() for features, _ in trained.data]), return_counts=True)
    count_of = dict(zip(values.tolist(), counts.tolist(), strict=True))
    assert min(count_of[value] for value in ids.tolist()) >= PARAMETERS.min_frequency


FEATURES = np.array([[1, 2], [3, 4], [5, 6]], dtype=np.uint32)
LABELS = ("O", "B-X", "I-X", "B-Y", "I-Y")


def test_a_label_without_an_example_is_never_given() -> None:
    """CRFsuite does not know it; a weight of zero would make it likelier than many that are known."""
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


def test_the_temporary_file_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    train_crf([(FEATURES, ["O", "B-X", "I-X"])], LABELS, CrfParameters(iterations=2))
    assert list(tmp_path.iterdir()) == []
