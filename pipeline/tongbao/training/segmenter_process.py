"""What runs in the process that trains a segmenter (see :mod:`tongbao.training.segmenter`)."""

from __future__ import annotations

import random
import sys


def main(train: str, test: str, folder: str, passes: str, seed: str) -> None:
    """Train from two files of words into a folder."""
    import numpy as np
    import spacy_pkuseg

    random.seed(int(seed))
    np.random.seed(int(seed))  # the generator that the library draws from
    spacy_pkuseg.train(train, test, folder, train_iter=int(passes))


if __name__ == "__main__":
    main(*sys.argv[1:])
