"""What one process takes: for the benchmarks that need a fresh one. Prints JSON.

usage: python benchmarks/one_process.py (document | documents) CHARACTERS [TEXTS]...

``document``: one of so many characters; ``documents``: whole ones, so many characters together.
"""

from __future__ import annotations

import json
import re
import resource
import sys
import time
from pathlib import Path

from texts import documents_of, one_document, texts_of

from tongbao.extraction import load


def peak() -> int:
    """The most memory that this process has had, in bytes. ``ru_maxrss`` knows the parent's memory, too."""
    try:
        found = re.search(r"^VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text("utf-8"), re.MULTILINE)
    except OSError:
        found = None
    return int(found[1]) * 1024 if found else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main(arguments: list[str]) -> int:
    """Load, extract, print."""
    kind, size, *folders = arguments
    texts = texts_of([Path(folder) for folder in folders])
    wanted = int(size)
    documents = [one_document(texts, wanted)] if kind == "document" else documents_of(texts, wanted)
    extractor = load()
    extractor.extract(texts[0][:1_000])
    loaded = peak()
    begun, begun_processor = time.perf_counter(), time.process_time()
    rows = sum(len(found.tables.quantities) for found in extractor.extract_all(documents))
    seconds, processor = time.perf_counter() - begun, time.process_time() - begun_processor
    print(
        json.dumps({"seconds": seconds, "processor": processor, "rows": rows, "loaded": loaded, "peak": peak()}),
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
