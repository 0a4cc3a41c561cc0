"""Gold annotations and a configuration → a model."""

from tongbao.training.config import TrainingConfig, read_config
from tongbao.training.cross import recalibrate, train
from tongbao.training.dealing import folds
from tongbao.training.fit import clusters_of, fit, read_data, record_performance, save

__all__ = [
    "TrainingConfig",
    "clusters_of",
    "fit",
    "folds",
    "read_config",
    "read_data",
    "recalibrate",
    "record_performance",
    "save",
    "train",
]
