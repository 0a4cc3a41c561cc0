"""Pictures of text → pages: RapidOCR."""

from __future__ import annotations

REMEDY = 'pip install "tongbao[ocr]"'


def installed():
    return False
