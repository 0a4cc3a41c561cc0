"""Marks on pages → text in reading order: what PDF, OFD and scans have in common, whatever library read the page."""

from __future__ import annotations

from tongbao.reading.pages.flow import text_of_pages
from tongbao.reading.pages.glyphs import Glyph, Piece, pieces_of
from tongbao.reading.pages.layout import Page, PageTable
from tongbao.reading.pages.ruled import Box, table_in

__all__ = ["Box", "Glyph", "Page", "PageTable", "Piece", "pieces_of", "table_in", "text_of_pages"]
