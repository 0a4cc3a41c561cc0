"""Sentences: half-open spans that together cover every character that is not white space."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cache

from tongbao.reading.lines import trim
from tongbao.reading.wrapping import paragraphs, title_spans
from tongbao.records import Span


@cache
def _stop() -> re.Pattern[str]:
    """A sentence end with what belongs to it: further ends, closing quotes and brackets.

    Half-width ``!`` and ``?`` do not end inside a web address; a half-width ``.`` ends only after a Chinese character,
    a closing sign or ``%``, and never before a letter or digit, so that no decimal point, item mark or ``No.`` is one.
    """
    return re.compile(
        # The look at the first character saves the alternatives at all others.
        r"""(?=[。！？!?.])"""
        r"""(?:[。！？]|[!?](?![A-Za-z0-9_=&%/])|(?<=[\u4e00-\u9fff”"’』」）)》〉】%％])\.(?![A-Za-z0-9.]))"""
        r"""(?:[。！？!?…]|[”’』」）)》〉】〕］]|["'](?=[\s\u4e00-\u9fff，。；]|$))*"""
    )


def split_sentences(text: str) -> tuple[Span, ...]:
    """The sentences of ``text`` in text order, without white space at their ends.

    A sentence ends at ``。！？!?`` (with the closing quotes and brackets after it) and at the end of a paragraph: a
    line end, unless ``tongbao.reading.wrapping`` finds that the line was broken inside a sentence. Nothing ends inside
    ``《…》`` or at a decimal point; ``；`` does not end a sentence. Linear in the length of the text.
    """
    return sentences_of(text, paragraphs(text))


def sentences_of(text: str, blocks: tuple[Span, ...]) -> tuple[Span, ...]:
    """The sentences of the given paragraphs (see ``split_sentences``)."""
    titles = title_spans(text)
    starts = [title.start for title in titles]
    found: list[Span] = []
    for block in blocks:
        begin = block.start
        for match in _stop().finditer(text, block.start, block.end):
            at = bisect_right(starts, match.start()) - 1
            if at >= 0 and titles[at].end > match.start():
                continue
            if match[0][0] == "." and _is_mark_stop(text, block.start, match.start()):
                continue
            begin = _add(found, text, begin, match.end())
        _add(found, text, begin, block.end)
    return tuple(found)


def _add(found: list[Span], text: str, begin: int, end: int) -> int:
    first, last = trim(text, begin, end)
    if first < last:
        found.append(Span(first, last))
    return end


def _is_mark_stop(text: str, start: int, stop: int) -> bool:
    """Whether the ``.`` at ``stop`` belongs to an item mark such as ``一.`` or ``(一).``."""
    return stop - start <= 8 and re.fullmatch(r"[(（]?[一二三四五六七八九十百]+[)）]?", text[start:stop]) is not None
