"""``tongbao train``."""

from __future__ import annotations

import time
from pathlib import Path

import typer

from tongbao.cli.console import note
from tongbao.extraction import load, read_meta
from tongbao.training import read_config, read_data, recalibrate, save, train
from tongbao.training.segmenter import SegmenterConfig, read_segmenter_config, train_segmenter


def run(config_path: Path, output: Path | None, workers: int, keep: Path | None) -> None:
    """Train what the configuration describes and write the model folder; with ``keep`` only the confidences of the
    model there are learned anew.

    Raises:
        typer.BadParameter: a segmenter has no confidences that could be learned anew.
    """
    begun = time.monotonic()
    words = read_segmenter_config(config_path)
    if words and keep:
        raise typer.BadParameter("--keep: 分词器没有置信度 a segmenter has no confidences")
    folder = _segmenter(words, output) if words else _model(config_path, output, workers, keep)
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    note(f"{folder}: {size / 1e6:.1f} MB, {time.monotonic() - begun:.0f} s")


def _segmenter(config: SegmenterConfig, output: Path | None) -> Path:
    folder = output or Path(config.output)
    note(f"训练分词器 training a segmenter: {', '.join(config.train)}")
    train_segmenter(config, folder)
    return folder


def _model(config_path: Path, output: Path | None, workers: int, keep: Path | None) -> Path:
    config, text = read_config(config_path)
    documents = read_data(config)
    characters = sum(len(document.text) for document in documents)
    note(f"训练 training: {len(documents)} 篇 documents, {characters} 字 characters")
    folder = output or Path("models") / f"{config.model.lang}_{config.model.name}"
    if keep is None:
        save(folder, train(config, documents, workers, note), config, text, documents)
    else:
        extractor = recalibrate(config, documents, load(keep), workers, note)
        save(folder, extractor, config, text, documents, read_meta(keep))
    return folder
