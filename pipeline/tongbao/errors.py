"""Every failure that tongbao foresees, as one family of exceptions.

A message names the place, what is wrong there, and the remedy, in one line that is fit for a terminal.
"""

from __future__ import annotations


class TongbaoError(Exception):
    """Base of all foreseen failures: ``place`` (a file, a folder, an offset), ``reason`` and ``remedy``."""

    def __init__(self, place: str, reason: str, remedy: str = "") -> None:
        self.place = place
        self.reason = reason
        self.remedy = remedy
        super().__init__(f"{place}: {reason}" + (f" ({remedy})" if remedy else ""))

    def __reduce__(self) -> tuple[type[TongbaoError], tuple[str, str, str]]:
        """How it is pickled: an exception is made again from its ``args``, and those are the message."""
        return type(self), (self.place, self.reason, self.remedy)


class ReadingError(TongbaoError):
    """A file cannot be read as a document."""


class ModelError(TongbaoError):
    """A model folder is missing, damaged, or of a version that this code cannot use."""


class AnnotationError(TongbaoError):
    """An annotation file breaks the format or the guidelines."""


class ConfigError(TongbaoError):
    """A training configuration is missing something or holds a value that cannot be."""


class LexiconError(TongbaoError):
    """A lexicon table has a bad or duplicate line."""


class WritingError(TongbaoError):
    """An output cannot be written, or asks for a format that there is none of."""


class ProcessingError(TongbaoError):
    """A document broke the program in a way that nobody foresaw; the others go on."""
