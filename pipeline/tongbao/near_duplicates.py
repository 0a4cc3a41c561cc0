"""Reposts: which documents repeat an earlier one, in time that grows with the documents, not with their pairs.

Two texts are near-duplicates where they share most of their character 8-grams (Jaccard) and most of the numbers of the
shorter list: a month's bulletin that was written over last month's has its words, and figures of its own. Candidates
come from MinHash signatures cut into bands (Broder 1997; Leskovec, Rajaraman, Ullman, *Mining of Massive Datasets*,
chapter 3), and every candidate is then compared gram by gram. Of the documents that repeat one another only the first
is kept in the index, so a thousand reposts cost a thousand look-ups.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
import zlib
from collections import Counter
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

#: Share of the 8-grams that two texts must have in common. Independent bulletins share under 0.05.
THRESHOLD = 0.6
#: Share of the numbers of the text with fewer of them that must stand in the other.
NUMBERS = 0.8
_GRAM = 8
#: 20 bands of 3 hashes: two texts that share 0.6 become candidates with probability 0.992, 0.7 with 0.9998, and two
#: that share 0.05 with 0.0025.
BANDS = 20
_HASHES_A_BAND = 3

#: Bulletins written over one template share bands and are originals all the same: what one band holds and what one text
#: is compared with is bounded, or their number would count twice.
_MOST_IN_BAND = 64
_MOST_COMPARED = 16

#: Odd multipliers and offsets of the hash functions; drawn once, from a fixed seed, since signatures are stored.
_DRAWN = np.random.RandomState(20230608).randint(0, 2**63, size=(2, BANDS * _HASHES_A_BAND, 1)).astype(np.uint64)
_TIMES, _PLUS = _DRAWN[0] * np.uint64(2) + np.uint64(1), _DRAWN[1]
_BASE = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(32)
#: Grams that are hashed at once: bounds the memory that a text of any length takes.
_CHUNK = 1 << 14

_NOISE = re.compile(r"[\W_]+")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")

#: The tables of the index; ``document`` are the caller's numbers, ``hash`` is signed as SQLite has it.
BANDS_TABLE = (
    "CREATE TABLE IF NOT EXISTS bands"
    " (hash INTEGER NOT NULL, document INTEGER NOT NULL, PRIMARY KEY (hash, document)) WITHOUT ROWID"
)


def grams(text: str) -> NDArray[np.uint64]:
    """The character 8-grams of a text as sorted 64-bit hashes, each once.

    Width variants are folded; white space and punctuation are left out, so that a text with other line ends or commas
    is the same text. A shorter text is its own only gram.
    """
    packed = _NOISE.sub("", unicodedata.normalize("NFKC", text))
    codes = np.frombuffer(packed.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    width = min(_GRAM, len(codes))
    if not width:
        return np.zeros(0, dtype=np.uint64)
    hashed = np.zeros(len(codes) - width + 1, dtype=np.uint64)
    for at in range(width):
        hashed = hashed * _BASE + codes[at : at + len(hashed)]
    hashed ^= hashed >> _SHIFT
    return np.unique(hashed * _BASE)


def similarity(one: NDArray[np.uint64], other: NDArray[np.uint64]) -> float:
    """The Jaccard similarity of two sets of grams; 0 where either is empty."""
    shared = len(np.intersect1d(one, other, assume_unique=True))
    return shared / (len(one) + len(other) - shared) if shared else 0.0


def signature(text: str) -> bytes:
    """One 64-bit hash a band, as bytes; nothing for a text without a letter or digit."""
    found = grams(text)
    if not len(found):
        return b""
    least = np.full(len(_TIMES), 0xFFFFFFFF, dtype=np.uint64)
    for start in range(0, len(found), _CHUNK):
        hashed = (found[start : start + _CHUNK] * _TIMES + _PLUS) >> _SHIFT
        least = np.minimum(least, hashed.min(axis=1))
    bands = np.arange(BANDS, dtype=np.uint64)
    for column in least.reshape(BANDS, _HASHES_A_BAND).T:
        bands = (bands ^ column) * _BASE
        bands ^= bands >> _SHIFT
    return bands.tobytes()


def same_numbers(one: str, other: str) -> bool:
    """Whether most numbers of the text with fewer of them stand in the other; true where one has none."""
    counts = [Counter(_NUMBER.findall(unicodedata.normalize("NFKC", text))) for text in (one, other)]
    least = min(count.total() for count in counts)
    return (counts[0] & counts[1]).total() >= NUMBERS * least


class Originals:
    """The documents that repeat no earlier one, in the table ``bands`` of a database.

    Documents have to come in one fixed order: which one of several is the original depends on it and on nothing else.

    Args:
        connection: a database with :data:`BANDS_TABLE`; the caller commits.
        text_of: the text of a document that was found to be an original.
    """

    def __init__(self, connection: sqlite3.Connection, text_of: Callable[[int], str]) -> None:
        self._connection = connection
        self._text_of = text_of

    def original_of(self, document: int, signed: bytes, text: Callable[[], str]) -> int | None:
        """The original that ``document`` repeats; ``None`` where it is one itself, and then it joins the index.

        Of several the most similar one, of equally similar ones the first. ``text`` is asked for where there is a
        candidate only.
        """
        bands = np.frombuffer(signed, dtype=np.int64).tolist()
        candidates, roomy = self._candidates(bands)
        best, most = None, 0.0
        if candidates:
            own = text()
            own_grams = grams(own)
            for candidate in candidates:
                other = self._text_of(candidate)
                share = similarity(own_grams, grams(other))
                if share >= THRESHOLD and share > most and same_numbers(own, other):
                    best, most = candidate, share
        if best is None:
            pairs = [(band, document) for band in roomy]
            self._connection.executemany("INSERT OR IGNORE INTO bands VALUES (?, ?)", pairs)
        return best

    def _candidates(self, bands: list[int]) -> tuple[list[int], list[int]]:
        """The originals that share most, in order, and the bands that have room for one more.

        A band that few texts hold says more than one that a whole template shares.
        """
        shared: dict[int, float] = {}
        roomy: list[int] = []
        query = f"SELECT document FROM bands WHERE hash = ? ORDER BY document LIMIT {_MOST_IN_BAND}"
        for band in bands:
            holders = [document for (document,) in self._connection.execute(query, (band,))]
            for document in holders:
                shared[document] = shared.get(document, 0.0) + 1 / len(holders)
            if len(holders) < _MOST_IN_BAND:
                roomy.append(band)
        by_weight = sorted(shared, key=lambda document: (-shared[document], document))
        return sorted(by_weight[:_MOST_COMPARED]), roomy


class Reposts:
    """Reposts among documents that pass by once, in order: texts of originals go to a temporary file, not to memory."""

    def __init__(self) -> None:
        # An empty name is a database of its own in a temporary file that SQLite removes.
        self._connection = sqlite3.connect("", isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = OFF")
        self._connection.execute(BANDS_TABLE)
        self._connection.execute("CREATE TABLE texts (document INTEGER PRIMARY KEY, name TEXT, text BLOB)")
        self._originals = Originals(self._connection, self._text_of)
        self._seen = 0

    def original_of(self, name: str, text: str) -> str | None:
        """The name of the earlier document that this one repeats, if any."""
        self._seen += 1
        found = self._originals.original_of(self._seen, signature(text), lambda: text)
        if found is not None:
            ((original,),) = self._connection.execute("SELECT name FROM texts WHERE document = ?", (found,))
            return str(original.decode("utf-8", "surrogatepass"))
        packed = zlib.compress(text.encode("utf-8", "surrogatepass"), level=1)
        row = (self._seen, name.encode("utf-8", "surrogatepass"), packed)
        self._connection.execute("INSERT INTO texts VALUES (?, ?, ?)", row)
        return None

    def close(self) -> None:
        """Remove the temporary file."""
        self._connection.close()

    def _text_of(self, document: int) -> str:
        ((packed,),) = self._connection.execute("SELECT text FROM texts WHERE document = ?", (document,))
        return zlib.decompress(packed).decode("utf-8", "surrogatepass")
