"""One folder for ``tongbao.load`` and ``spacy.load``, and pipelines saved and loaded."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import spacy
import srsly
from spacy.language import Language
from spacy.util import load_model_from_config

from tongbao.errors import ModelError
from tongbao.extraction import PARTS, load
from tongbao.spacy_pipeline.component import TongbaoComponent

TEXT = "2023年，全市共立案43起，处分党员干部57人。"


def _files(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_a_saved_pipeline_holds_the_model_byte_for_byte(nlp: Language, tiny_model: Path, tmp_path: Path) -> None:
    nlp.to_disk(tmp_path / "saved")
    assert _files(tmp_path / "saved" / PARTS) == _files(tiny_model / PARTS)
    assert {"training.cfg", "meta.json"} <= set(_files(tiny_model / PARTS))
    again = spacy.load(tmp_path / "saved")
    assert again(TEXT)._.tables == nlp(TEXT)._.tables
    assert again.meta == nlp.meta
    assert again.config.to_str() == nlp.config.to_str()
    assert load(tmp_path / "saved").extract(TEXT).tables == nlp(TEXT)._.tables


def test_meta_data_of_training_reach_the_pipeline(nlp: Language, tiny_model: Path) -> None:
    stored = srsly.read_json(tiny_model / "meta.json")
    assert {name: nlp.meta[name] for name in stored} == stored
    assert stored["tongbao"]["sha256"]["config"]


def test_a_pipeline_goes_through_bytes(nlp: Language) -> None:
    again = load_model_from_config(nlp.config).from_bytes(nlp.to_bytes())
    assert again(TEXT)._.tables == nlp(TEXT)._.tables
    assert again.max_length == nlp.max_length > 1_000_000


def test_a_model_named_in_the_settings_is_saved_with_the_pipeline(
    tiny_model: Path, nlp: Language, tmp_path: Path
) -> None:
    shutil.copytree(tiny_model, tmp_path / "gone")
    other = spacy.blank("zh", config={"nlp": {"tokenizer": {"@tokenizers": "tongbao.characters.v1"}}})
    other.add_pipe("tongbao", name="bulletins", config={"model": str(tmp_path / "gone")})
    other.to_disk(tmp_path / "saved")
    shutil.rmtree(tmp_path / "gone")
    again = spacy.load(tmp_path / "saved")
    assert again(TEXT)._.tables == nlp(TEXT)._.tables


def test_a_component_of_another_pipeline_can_be_used(tiny_model: Path, nlp: Language, tmp_path: Path) -> None:
    other = spacy.blank("zh", config={"nlp": {"tokenizer": {"@tokenizers": "tongbao.characters.v1"}}})
    other.add_pipe("tongbao", source=spacy.load(tiny_model, vocab=other.vocab))
    assert other(TEXT)._.tables == nlp(TEXT)._.tables


@pytest.mark.parametrize("part", sorted(["meta.json", "mentions.npz", "mentions.json", "choices.npz", "clusters.npz"]))
def test_a_missing_part_is_named(part: str, tiny_model: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(tiny_model, folder)
    (folder / PARTS / part).unlink()
    with pytest.raises(ModelError, match="tongbao train") as caught:
        spacy.load(folder)
    assert caught.value.place == str(folder / PARTS / part)
    with pytest.raises(ModelError) as same:
        load(folder)
    assert str(same.value) == str(caught.value)


def test_a_damaged_part_in_bytes_is_named(nlp: Language) -> None:
    files = srsly.msgpack_loads(nlp.get_pipe("tongbao").to_bytes())
    files["clusters.npz"] = files["clusters.npz"][:100]
    with pytest.raises(ModelError) as caught:
        TongbaoComponent().from_bytes(srsly.msgpack_dumps(files))
    assert caught.value.place.startswith("bytes of tongbao")
    assert Path(caught.value.place).name == "clusters.npz"


@pytest.mark.parametrize(
    "packed",
    [
        b"",
        b"\xc1",
        srsly.msgpack_dumps([1]),
        srsly.msgpack_dumps({"meta.json": "text"}),
        srsly.msgpack_dumps({"../meta.json": b"{}"}),
        srsly.msgpack_dumps({"..": b"{}"}),
        srsly.msgpack_dumps({"C:meta.json": b"{}"}),
        srsly.msgpack_dumps({"/meta.json": b"{}"}),
    ],
)
def test_bytes_that_are_no_model_are_refused(packed: bytes) -> None:
    with pytest.raises(ModelError, match="not a packed model"):
        TongbaoComponent().from_bytes(packed)
