"""The project's own word segmenter: ``spacy_pkuseg`` trained on the words of ``annotations/words``.

The library trains through module-level state, prints, writes to a folder of its own and takes its order from two global
random generators, so it runs in a process of its own, which ends with it.

Method: Luo, Xu, Zhang, Ren, Sun, PKUSEG: a toolkit for multi-domain Chinese word segmentation, 2019 (CRF, ADF).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from confection import Config
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tongbao.errors import AnnotationError, ConfigError

SECTION = "segmenter"


class SegmenterConfig(BaseModel):
    """What a segmenter is trained on, and where it goes: files with a sentence a line, spaces between words."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    train: list[str] = Field(min_length=1)
    test: list[str] = Field(min_length=1)
    output: str
    passes: int = Field(default=20, ge=1)
    seed: int = Field(default=13, ge=0, lt=1 << 32)


def read_segmenter_config(path: str | Path) -> SegmenterConfig | None:
    """The section ``[segmenter]`` of a configuration; ``None`` where the file has none.

    Raises:
        ConfigError: the file cannot be read, or the section holds a value that cannot be.
    """
    place = str(path)
    try:
        values = Config().from_str(Path(path).read_text(encoding="utf-8"), interpolate=False)
        return SegmenterConfig.model_validate(values[SECTION]) if SECTION in values else None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigError(place, f"[{SECTION}] {where}: {first['msg']}", "compare configs/segmenter.cfg") from error
    except (OSError, ValueError) as error:
        raise ConfigError(place, f"cannot be read: {error}", "name a .cfg file") from error


def read_words(path: str | Path) -> tuple[tuple[str, ...], ...]:
    """The sentences of a file of words, each a tuple of words.

    Raises:
        AnnotationError: the file cannot be read or holds no words.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8").split("\n")
    except (OSError, ValueError) as error:
        raise AnnotationError(
            str(path), f"cannot be read: {error}", "name a file of words, a sentence a line"
        ) from error
    sentences = tuple(tuple(line.split()) for line in lines if line.strip())
    if not sentences:
        raise AnnotationError(str(path), "holds no words", "a sentence a line, spaces between words")
    return sentences


def train_segmenter(config: SegmenterConfig, folder: Path) -> None:
    """Train and write a folder that ``tagging.words.PkusegSegmenter`` reads. The same words give the same bytes.

    Raises:
        AnnotationError: a file of words cannot be read.
        ConfigError: the library failed; its last words are in the message.
    """
    with tempfile.TemporaryDirectory(prefix="tongbao-") as scratch:
        paths = [
            _joined(Path(scratch) / f"{name}.txt", files)
            for name, files in (("train", config.train), ("test", config.test))
        ]
        folder.mkdir(parents=True, exist_ok=True)
        job = [*map(str, paths), str(folder.absolute()), str(config.passes), str(config.seed)]
        # The library makes its scratch folder where TMPDIR says.
        environment = {**os.environ, "TMPDIR": scratch, "PYTHONHASHSEED": "0"}
        done = subprocess.run(
            [sys.executable, "-m", "tongbao.training.segmenter_process", *job],
            cwd=scratch,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise ConfigError(str(folder), f"training the segmenter failed: {last}", "look at the files of words")


def _joined(target: Path, files: Sequence[str]) -> Path:
    lines = [" ".join(sentence) for name in files for sentence in read_words(name)]
    target.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")
    return target
