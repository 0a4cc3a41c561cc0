"""From gold and a configuration to a model folder, twice the same."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tongbao.annotation import write_gold
from tongbao.errors import AnnotationError, ConfigError, ModelError
from tongbao.extraction import MODEL_FORMAT, lexicon_lists, load
from tongbao.records import Annotated
from tongbao.training import TrainingConfig, clusters_of, fit, read_config, read_data, save
from tongbao.training.fit import record_performance

#: What a second process does to train: the steps of ``tiny_model``.
TRAIN = """
import sys
from pathlib import Path
from tongbao.training import clusters_of, fit, read_config, read_data, save
config, text = read_config(sys.argv[1])
documents = read_data(config)
save(Path(sys.argv[2]), fit(config, documents, clusters_of(config)), config, text, documents)
"""


@pytest.fixture(scope="module")
def config(tiny_config: Path) -> TrainingConfig:
    return read_config(tiny_config)[0]


def _with(config: TrainingConfig, **data: object) -> TrainingConfig:
    return config.model_copy(update={"data": config.data.model_copy(update=data)})


def _document(name: str) -> Annotated:
    return Annotated(id=name, origin="authored", text="市教育局立案。", mentions=(), links=())


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


# --- data -----------------------------------------------------------------------------------------------------------


def test_documents_come_in_the_order_of_the_configuration(config: TrainingConfig, tmp_path: Path) -> None:
    write_gold(tmp_path / "a.jsonl", [_document("a2"), _document("a1")])
    write_gold(tmp_path / "b.jsonl", [_document("b1")])
    names = [str(tmp_path / "b.jsonl"), str(tmp_path / "a.jsonl")]
    assert [document.id for document in read_data(_with(config, gold=names))] == ["b1", "a2", "a1"]


def test_two_documents_of_one_id_are_refused(config: TrainingConfig, tmp_path: Path) -> None:
    write_gold(tmp_path / "a.jsonl", [_document("a1"), _document("a2")])
    write_gold(tmp_path / "b.jsonl", [_document("b1"), _document("a2")])
    with pytest.raises(ConfigError, match="two gold documents have this id") as raised:
        read_data(_with(config, gold=[str(tmp_path / "a.jsonl"), str(tmp_path / "b.jsonl")]))
    assert raised.value.place == "a2"
    assert raised.value.remedy


@pytest.mark.parametrize("name", ["missing.jsonl", "."])
def test_a_missing_gold_file_is_named(config: TrainingConfig, tmp_path: Path, name: str) -> None:
    path = str(tmp_path / name)
    with pytest.raises(ConfigError, match="no such gold file") as raised:
        read_data(_with(config, gold=[path]))
    assert raised.value.place == path
    assert "folder" in raised.value.remedy


def test_missing_guidelines_are_named_before_anything_is_trained(config: TrainingConfig, tmp_path: Path) -> None:
    path = str(tmp_path / "GUIDELINES.md")
    with pytest.raises(ConfigError, match="no such guidelines") as raised:
        read_data(_with(config, guidelines=path))
    assert raised.value.place == path


def test_gold_that_breaks_the_format_is_refused(config: TrainingConfig, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("{}\n", encoding="utf-8")
    with pytest.raises(AnnotationError, match=r"a\.jsonl:1"):
        read_data(_with(config, gold=[str(tmp_path / "a.jsonl")]))


def test_no_documents_are_nothing_to_train_on(config: TrainingConfig) -> None:
    with pytest.raises(ConfigError) as raised:
        fit(config, [], np.zeros((0x10000, 1), dtype=np.uint8))
    assert raised.value.remedy


# --- the folder -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_training_twice_gives_the_same_bytes(tiny_config: Path, tiny_model: Path, tmp_path: Path) -> None:
    """In another process with another hash seed and another number of threads, so that no order is by chance."""
    environment = os.environ | {
        "PYTHONHASHSEED": "77",
        "OMP_NUM_THREADS": "3",
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    command = [sys.executable, "-c", TRAIN, str(tiny_config), str(tmp_path / "again")]
    subprocess.run(command, env=environment, check=True)
    first, second = _files(tiny_model), _files(tmp_path / "again")
    assert list(first) == list(second)
    assert [name for name in first if first[name] != second[name]] == []


def test_a_saved_model_tags_as_the_fitted_one(config: TrainingConfig, tiny_config: Path, tiny_model: Path) -> None:
    document = read_data(config)[0]
    loaded = load(tiny_model)
    assert loaded.tagger.options.words == config.features.words
    clusters = loaded.tagger.resources.clusters
    assert clusters.shape == (0x10000, len(config.clusters.sizes))
    found = loaded.extract(document.text)
    gold = {(mention.label, mention.span) for mention in document.mentions}
    mine = {(mention.label, mention.span) for mention in found.annotated.mentions}
    # It has seen the document: fewer than half of its mentions found would mean that features and weights went apart.
    assert len(gold & mine) > 0.5 * len(gold)


def test_pages_made_of_the_gold_teach_indicators_alone(config: TrainingConfig, tiny_model: Path) -> None:
    plain = config.augmentation.model_copy(update={"pages": 0.0})
    without = fit(config.model_copy(update={"augmentation": plain}), read_data(config), clusters_of(config))
    with_pages = load(tiny_model)
    assert np.array_equal(without.tagger.crf.table.ids, with_pages.tagger.crf.table.ids)
    assert not np.array_equal(without.linker.indicator.alone.table.ids, with_pages.linker.indicator.alone.table.ids)


def test_an_existing_model_is_replaced(
    config: TrainingConfig, tiny_config: Path, tiny_model: Path, tmp_path: Path
) -> None:
    text = tiny_config.read_text(encoding="utf-8")
    documents = read_data(config)
    extractor = load(tiny_model)
    save(tmp_path / "model", extractor, config, "other", documents[:2])
    save(tmp_path / "model", extractor, config, text, documents)
    assert _files(tmp_path / "model") == _files(tiny_model)


def test_the_meta_data_say_what_went_in(config: TrainingConfig, tiny_config: Path, tiny_model: Path) -> None:
    meta = json.loads((tiny_model / "meta.json").read_text(encoding="utf-8"))
    documents = read_data(config)
    facts = meta["tongbao"]
    assert (meta["lang"], meta["name"], meta["version"]) == ("zh", "tiny", config.model.version)
    assert facts["format"] == MODEL_FORMAT
    assert facts["seed"] == config.model.seed
    assert facts["documents"] == len(documents) == 6
    assert facts["characters"] == sum(len(document.text) for document in documents)
    digests = facts["sha256"]
    assert digests["config"] == hashlib.sha256(tiny_config.read_bytes()).hexdigest()
    assert digests["guidelines"] is None
    gold = config.data.gold[0]
    assert digests["data"] == {gold: hashlib.sha256(Path(gold).read_bytes()).hexdigest()}
    assert len(digests["lexicon"]) == 64
    assert all(len(version.split(".")) > 1 for version in facts["libraries"].values())


def test_the_guidelines_have_a_digest(config: TrainingConfig, tiny_model: Path, tmp_path: Path) -> None:
    rules = tmp_path / "rules.md"
    rules.write_text("规则\n", encoding="utf-8")
    changed = _with(config, guidelines=str(rules))
    save(tmp_path / "model", load(tiny_model), changed, "", read_data(changed))
    meta = json.loads((tmp_path / "model" / "meta.json").read_text(encoding="utf-8"))
    assert meta["tongbao"]["sha256"]["guidelines"] == hashlib.sha256(rules.read_bytes()).hexdigest()


def test_no_file_of_a_model_is_a_pickle(tiny_model: Path) -> None:
    files = _files(tiny_model)
    assert {Path(name).suffix for name in files} <= {".npz", ".json", ".cfg"}
    for name, data in files.items():
        if name.endswith(".npz"):
            with np.load(tiny_model / name, allow_pickle=False) as stored:
                assert all(stored[array].dtype != object for array in stored.files)
        else:
            data.decode("utf-8")


def test_the_lists_of_the_lexicon_are_the_same_every_time() -> None:
    assert lexicon_lists() == lexicon_lists()
    assert [name for name, _ in lexicon_lists()][:4] == ["region_full", "region_short", "body_full", "body_short"]


# --- performance ----------------------------------------------------------------------------------------------------

RESULTS = [
    {"protocol": "folds", "view": "mentions", "figures": {"f1": {"value": 0.912345}, "kappa": {"value": None}}},
    {"protocol": "folds", "view": "rows", "figures": {"f1": {"value": 0.5}}},
]


def _meta_only(folder: Path, **more: object) -> dict[str, object]:
    meta: dict[str, object] = {"lang": "zh", "name": "通报", "version": "0.0.1", "tongbao": {"format": MODEL_FORMAT}}
    folder.mkdir()
    (folder / "meta.json").write_text(json.dumps(meta | more), encoding="utf-8")
    return meta | more


@pytest.mark.parametrize("more", [{}, {"performance": {}}, {"performance": {"held-out.rows": {"f1": 1.0}}}])
def test_measured_figures_go_into_the_meta_data(tmp_path: Path, more: dict[str, dict[str, object]]) -> None:
    before = _meta_only(tmp_path / "model", **more)
    record_performance(tmp_path / "model", RESULTS)
    after = json.loads((tmp_path / "model" / "meta.json").read_text(encoding="utf-8"))
    measured = {"folds.mentions": {"f1": 0.9123}, "folds.rows": {"f1": 0.5}}
    assert after == before | {"performance": more.get("performance", {}) | measured}


def test_there_must_be_a_model_to_write_into(tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        record_performance(tmp_path / "missing", RESULTS)
