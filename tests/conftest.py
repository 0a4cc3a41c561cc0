"""What all tests share: the place of the repository, a model trained in seconds, and hypothesis without time limits."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import settings

# A deadline measures the machine, not the code; and a failure has to come back when the same test is run again.
settings.register_profile("tongbao", deadline=None, derandomize=True, database=None)
settings.load_profile("tongbao")


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the repository."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def tiny_config(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``configs/default.cfg`` cut down to seconds: six authored documents, 15 passes, one small table of clusters."""
    from tongbao.annotation import read_gold, write_gold

    folder = tmp_path_factory.mktemp("tiny")
    documents = read_gold(repository / "annotations" / "gold" / "authored" / "authored-1.jsonl")
    write_gold(folder / "gold.jsonl", documents[::10])
    text = (repository / "configs" / "default.cfg").read_text(encoding="utf-8")
    for key, value in {
        "name": '"tiny"',
        "gold": json.dumps([str(folder / "gold.jsonl")]),
        "guidelines": "null",
        "sizes": "[8]",
        "iterations": "15",
        "min_frequency": "2",
        "folds": "0",
    }.items():
        text, count = re.subn(rf"^{key} = .*$", rf"{key} = {value}", text, flags=re.MULTILINE)
        assert count, f"configs/default.cfg has no {key}"
    (folder / "tiny.cfg").write_text(text, encoding="utf-8")
    return folder / "tiny.cfg"


@pytest.fixture(scope="session")
def tiny_model(tiny_config: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a model trained on ``tiny_config``: every part is there, none of them is good. Do not write there;
    a test that damages a model copies it first.
    """
    from tongbao.training import clusters_of, fit, read_config, read_data, save

    config, text = read_config(tiny_config)
    documents = read_data(config)
    folder = tmp_path_factory.mktemp("models") / "zh_tiny"
    save(folder, fit(config, documents, clusters_of(config)), config, text, documents)
    return folder
