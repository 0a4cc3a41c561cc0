"""What makes a model folder one that ``spacy.load`` takes: constants, so that training does not need spaCy."""

from __future__ import annotations

from typing import Any

from tongbao.extraction import PARTS
from tongbao.records import LABELS

#: What ``meta.json`` says to spaCy besides name and version.
PIPELINE_META: dict[str, Any] = {
    "spacy_version": ">=3.8.0,<4.0.0",
    "pipeline": [PARTS],
    "components": [PARTS],
    "disabled": [],
    "labels": {PARTS: list(LABELS)},
}


def pipeline_config(lang: str) -> str:
    """``config.cfg``: one component that finds its parts in the folder of its name.

    The rest departs from spaCy's defaults where these do not fit bulletins: words as tokens, 1,000 documents a batch
    (all that there are would go to one process), no text of more than a million characters.
    """
    return f"""\
[nlp]
lang = "{lang}"
pipeline = ["{PARTS}"]
disabled = []
before_creation = null
after_creation = {{"@callbacks":"tongbao.long_texts.v1"}}
after_pipeline_creation = null
batch_size = 8
tokenizer = {{"@tokenizers":"tongbao.characters.v1"}}

[components]

[components.{PARTS}]
factory = "tongbao"
"""
