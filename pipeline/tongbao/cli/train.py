"""``tongbao train``."""

from __future__ import annotations

import time
from pathlib import Path

from tongbao.cli.console import note
from tongbao.training import read_config, read_data, save, train


def run(config_path: Path, output: Path | None, workers: int) -> None:
    """Train and write the model folder."""
    begun = time.monotonic()
    config, text = read_config(config_path)
    documents = read_data(config)
    characters = sum(len(document.text) for document in documents)
    note(f"训练 training: {len(documents)} 篇 documents, {characters} 字 characters")
    extractor = train(config, documents, workers, note)
    folder = output or Path("models") / f"{config.model.lang}_{config.model.name}"
    save(folder, extractor, config, text, documents)
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    note(f"{folder}: {size / 1e6:.1f} MB, {time.monotonic() - begun:.0f} s")
