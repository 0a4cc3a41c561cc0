"""Gold annotations and a configuration → a model."""

from tongbao.training.config import TrainingConfig, read_config
from tongbao.training.fit import clusters_of, fit, read_data, save

__all__ = ["TrainingConfig", "clusters_of", "fit", "read_config", "read_data", "save"]
