"""通报 tongbao: Chinese supervision bulletins as tables, every cell tied to the characters it came from.

>>> import tongbao
>>> rows = tongbao.extract("2023年,全市共立案43起。").tables.quantities  # doctest: +SKIP

Many documents, in order, on several cores; one that cannot be read says so in ``tables.documents`` and costs no other
(with ``workers`` over 1 a script stands under ``if __name__ == "__main__":``):

>>> for bulletin, tables in tongbao.stream("通报/", workers=4):  # doctest: +SKIP
...     for row in tables.quantities:
...         print(bulletin.id, row.indicator_full, row.value, row.unit)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tongbao.batch_workers import stream
    from tongbao.extraction import Extraction, Extractor, default_model, extract, load
    from tongbao.reading import read_file, read_text

__version__ = "0.1.0"
__all__ = [
    "Extraction",
    "Extractor",
    "__version__",
    "default_model",
    "extract",
    "load",
    "read_file",
    "read_text",
    "stream",
]

_HOMES = {
    "Extraction": "tongbao.extraction",
    "Extractor": "tongbao.extraction",
    "default_model": "tongbao.extraction",
    "extract": "tongbao.extraction",
    "load": "tongbao.extraction",
    "read_file": "tongbao.reading",
    "read_text": "tongbao.reading",
    "stream": "tongbao.batch_workers",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for when it is asked for: ``tongbao --help`` must not wait for numpy."""
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module 'tongbao' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
