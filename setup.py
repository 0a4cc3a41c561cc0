"""The list of packages, found rather than written down; everything else is in pyproject.toml.

The rooms lie under ``pipeline/``; ``models/``, ``configs/`` and ``seeds/`` lie at the top of the repository, where a
reader looks for them, and are installed inside the package, where ``importlib.resources`` finds them.
"""

from setuptools import find_packages, setup

setup(packages=[*find_packages("pipeline"), "tongbao.models", "tongbao.configs", "tongbao.seeds"])
