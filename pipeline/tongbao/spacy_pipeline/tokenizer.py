"""Characters as tokens."""

from __future__ import annotations

import re

from spacy.tokens import Doc
from spacy.util import DummyTokenizer
from spacy.vocab import Vocab

from tongbao.errors import ReadingError

_SURROGATE = re.compile("[\ud800-\udfff]")


class CharacterTokenizer(DummyTokenizer):
    """Every code point is a token, white space too: token ``i`` is character ``i``, and ``doc.text`` is the text.

    spaCy's own Chinese tokenizer with ``segmenter = "char"`` merges white space and takes time that grows with the
    square of the length.
    """

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """Tokenize.

        Raises:
            ReadingError: the text has half of a surrogate pair, which spaCy cannot store.
        """
        broken = _SURROGATE.search(text)
        if broken:
            raise ReadingError(
                f"character {broken.start()}", "half of a surrogate pair", "decode the file with tongbao.read_file"
            )
        return Doc(self.vocab, words=list(text), spaces=[False] * len(text))
