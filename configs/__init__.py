"""Training configurations (``*.cfg``); installed as ``tongbao.configs`` and found by ``importlib.resources``."""
