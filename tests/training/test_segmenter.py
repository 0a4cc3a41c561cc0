"""The project's own segmenter, trained small."""

from __future__ import annotations

from pathlib import Path

import pytest

from tongbao.errors import AnnotationError, ConfigError
from tongbao.tagging.words import default_pkuseg, segmenter
from tongbao.training.segmenter import SegmenterConfig, read_segmenter_config, read_words, train_segmenter

ROOT = Path(__file__).parents[2]
WORDS = "市 教育局 查处 违规 问题 12 起 。\n罚款 1.24万 元 。\n"


@pytest.fixture
def config(tmp_path: Path) -> SegmenterConfig:
    path = tmp_path / "words.txt"
    path.write_text(WORDS * 12, "utf-8")
    return SegmenterConfig(train=[str(path)], test=[str(path)], output=str(tmp_path / "model"), passes=3)


def test_training_twice_gives_the_same_bytes(config: SegmenterConfig, tmp_path: Path) -> None:
    folders = [tmp_path / "one", tmp_path / "two"]
    for folder in folders:
        train_segmenter(config, folder)
    names = [sorted(path.name for path in folder.iterdir()) for folder in folders]
    assert names[0] == names[1] == ["features.msgpack", "weights.npz"]
    for name in names[0]:
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes()
    assert segmenter("pkuseg", folders[0]).starts("罚款12起").tolist()[0] == 0


def test_the_shipped_configuration_made_the_shipped_model() -> None:
    config = read_segmenter_config(ROOT / "configs" / "segmenter.cfg")
    assert config is not None
    assert (ROOT / config.output).resolve() == default_pkuseg().resolve()
    assert not set(config.train) & set(config.test)


def test_held_out_words_are_not_trained_on() -> None:
    config = read_segmenter_config(ROOT / "configs" / "segmenter.cfg")
    assert config is not None
    train, test = (
        {"".join(one) for name in names for one in read_words(ROOT / name)} for names in (config.train, config.test)
    )
    assert not train & test


def test_a_configuration_of_another_kind_has_no_segmenter() -> None:
    assert read_segmenter_config(ROOT / "configs" / "default.cfg") is None


def test_bad_configurations(tmp_path: Path) -> None:
    path = tmp_path / "x.cfg"
    path.write_text("[segmenter]\ntrain = []\n", "utf-8")
    with pytest.raises(ConfigError, match=r"x\.cfg: \[segmenter\]"):
        read_segmenter_config(path)
    with pytest.raises(ConfigError, match="cannot be read"):
        read_segmenter_config(tmp_path / "none.cfg")


def test_bad_words(config: SegmenterConfig, tmp_path: Path) -> None:
    with pytest.raises(AnnotationError, match="cannot be read"):
        read_words(tmp_path / "none.txt")
    (tmp_path / "words.txt").write_text("\n", "utf-8")
    with pytest.raises(AnnotationError, match="holds no words"):
        train_segmenter(config, tmp_path / "model")
