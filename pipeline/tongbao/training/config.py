"""Training configurations: ``.cfg`` files in confection's form, validated."""

from __future__ import annotations

from configparser import Error as ParserError
from pathlib import Path
from typing import Literal

from confection import Config
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from tongbao.errors import ConfigError


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ModelSection(_Section):
    """Name, version and seed of the model."""

    lang: str = Field(pattern="^[a-z]{2}$")
    name: str = Field(pattern="^[a-z0-9_]+$")
    version: str = Field(pattern=r"^[0-9]+\.[0-9]+\.[0-9]+$")
    description: str = ""
    license: str = ""
    seed: int = Field(default=13, ge=0, lt=1 << 32)


class DataSection(_Section):
    """What is trained on. ``splits`` names the file that says which documents must not be (``training.splits``)."""

    gold: list[str] = Field(min_length=1)
    guidelines: str | None = None
    splits: str | None = None


class LexiconSection(_Section):
    """``user``: a file of own words (``docs/lexicon.md``), which goes into the model; none by default."""

    user: str | None = None


class FeatureSection(_Section):
    """Families of features, see ``tagging.columns.FeatureOptions``."""

    words: Literal["jieba", "rjieba", "pkuseg", "char", "none"] = "jieba"
    lexicon: bool = True
    grammar: bool = True
    clusters: bool = True
    brackets: bool = True


class ClusterSection(_Section):
    """Granularities of character clusters."""

    sizes: list[int] = Field(min_length=1, max_length=4)


class CrfSection(_Section):
    """See ``training.crf.CrfParameters``."""

    c1: float = Field(ge=0, allow_inf_nan=False)
    c2: float = Field(ge=0, allow_inf_nan=False)
    iterations: int = Field(ge=1)
    min_frequency: int = Field(default=1, ge=0)


class ChoiceSection(_Section):
    """See ``training.linking.LinkParameters``."""

    ranker_penalty: float = Field(gt=0)
    class_strength: float = Field(gt=0)


class AugmentationSection(_Section):
    """What is trained on beside the documents: ``copies``, so many variants of each (``training.augmentation``), and
    ``pages``, pages of figures, so many for each document (``training.pages``); 0 for none.
    """

    copies: int = Field(default=0, ge=0, le=9)
    pages: float = Field(default=0.0, ge=0, le=9, allow_inf_nan=False)


class CalibrationSection(_Section):
    """``folds`` of the cross-validation whose outcomes calibrate the confidences; 0 leaves them raw. ``gold`` are those
    files of ``[data] gold`` from whose documents the curves are drawn; all where there are none. ``trust_strength`` is
    that of ``training.trust.fit_trust``, which learns from all.
    """

    folds: int = Field(default=0, ge=0, le=20)
    trust_strength: float = Field(default=0.001, gt=0, allow_inf_nan=False)
    gold: list[str] = []


class TrainingConfig(_Section):
    """A whole configuration."""

    model: ModelSection
    data: DataSection
    lexicon: LexiconSection = LexiconSection()
    features: FeatureSection
    clusters: ClusterSection
    mentions: CrfSection
    indicator: CrfSection
    choices: ChoiceSection
    augmentation: AugmentationSection = AugmentationSection()
    calibration: CalibrationSection = CalibrationSection()

    @model_validator(mode="after")
    def _calibrated_on_what_is_trained_on(self) -> TrainingConfig:
        other = sorted(set(self.calibration.gold) - set(self.data.gold))
        if other:
            raise ValueError(f"[calibration] gold names {other[0]}, which is not in [data] gold")
        return self


def read_config(path: str | Path) -> tuple[TrainingConfig, str]:
    """A configuration and its text as it stands in the file.

    Raises:
        ConfigError: the file cannot be read, is no configuration, or holds a value that cannot be.
    """
    place = str(path)
    try:
        text = Path(path).read_text(encoding="utf-8")
        values = Config().from_str(text, interpolate=False)
        return TrainingConfig.model_validate(values), text
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigError(place, f"[{where}] {first['msg']}", "compare configs/default.cfg") from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(place, f"cannot be read: {error}", "name a .cfg file") from error
    except (ValueError, ParserError) as error:
        reason = " ".join(str(error).split())
        raise ConfigError(place, f"not a configuration: {reason}", "compare configs/default.cfg") from error
