"""How well segmenters cut the held-out words of ``annotations/words``.

usage: python benchmarks/words.py [FILE.txt...]

Each file holds a sentence a line with spaces between its words. A word is right where both its borders are. The table
gives the F1 of the words for each file and segmenter; jieba and rjieba have the project's lexicon, as everywhere here.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import accumulate, pairwise
from pathlib import Path

from tongbao.annotation.grid import markdown
from tongbao.tagging.words import SEGMENTERS, Segmenter, segmenter
from tongbao.training.segmenter import read_words

HELD_OUT = ("annotations/words/test-scratch.txt", "annotations/words/test-corrected.txt")


def word_f1(cutter: Segmenter, sentences: Sequence[Sequence[str]]) -> float:
    """F1 of the words of ``sentences`` (each a sequence of words) as the segmenter cuts them."""
    right = given = found = 0
    for words in sentences:
        text = "".join(words)
        gold = set(pairwise(accumulate(map(len, words), initial=0)))
        cut = set(pairwise([*cutter.starts(text).tolist(), len(text)]))
        right, given, found = right + len(gold & cut), given + len(gold), found + len(cut)
    return 2 * right / (given + found)


def main(arguments: list[str]) -> int:
    """Print the table."""
    files = {name: read_words(name) for name in arguments or HELD_OUT}
    rows = [
        [name, *(f"{word_f1(segmenter(name), sentences):.3f}" for sentences in files.values())] for name in SEGMENTERS
    ]
    print(markdown(["F1", *(Path(name).stem for name in files)], rows))
    for name, sentences in files.items():
        print(f"{name}: {sum(len(''.join(words)) for words in sentences)} characters, {sum(map(len, sentences))} words")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
