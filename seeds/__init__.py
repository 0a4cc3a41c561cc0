"""Sample bulletins, one text file each; installed as ``tongbao.seeds`` and found by ``importlib.resources``."""
