"""Trained models, one folder each; installed as ``tongbao.models`` and found by ``importlib.resources``."""
