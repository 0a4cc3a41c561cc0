"""Paragraphs: which line ends are the author's, and which ones a converter put in the middle of a sentence.

A line runs on into the next one, where no blank line lies between them, if one of these holds:

* an opened ``《`` is closed further on (never broken, within 300 characters);
* the line ends in a comma or ``、``, or in a digit while the next begins with a digit;
* a round bracket opened in it closes beyond its end (within 150 characters);
* it is ragged: a sentence ends inside it and what follows that end has no ending of its own;
* the document is hard wrapped and the line is full: at least three unfinished lines, and most of all of them, are
  equally wide (within six columns, at least 40 columns), few lines are wider, and this line is as wide;
* it is long, has a comma and ends in a figure, with what is counted on the next line;
* it is unfinished and one of the last four, or a number cut in two, is found elsewhere in its paragraph, unless it is
  the paragraph's first line without an indent (that may be a heading; but in a document that is mostly broken a first
  line of 40 columns with a comma in it is taken for text) or part of a ``label：value`` list.

A new paragraph always begins after a blank line or a colon at a line's end, at an indent, at an item mark, a bullet or
a bracketed head (``【…】``), and round a page number or a line that the document repeats (a running head).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from functools import cache

from tongbao.reading.lines import Line, columns, split_lines
from tongbao.reading.marks import mark_at
from tongbao.records import Span

_TITLE_REACH = 300
_BRACKET_REACH = 150
_MIN_COLUMNS = 40
_SLACK = 6


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return {
        "finished": re.compile(r"""(?:[。！？!?…]|(?<![0-9０-９])\.)[”"’'」』）)】〕》\]]*$"""),
        "inner_end": re.compile(r"""[。！？]|(?<=[\u4e00-\u9fff”"）)》%％])\.(?=[\u4e00-\u9fff(（])"""),
        "open_tail": re.compile(r"""[^。！？!?….：:；;”"’'」』）)】〕》\]]$"""),
        "opening": re.compile(
            r"""[【〔［\[▲△■□◆◇●○★☆※➢>•·|]|[-—–─━=*_]{2,}|[-*+]\s|附(?:件|表|录)?[:：0-9]|注[:：]|[问答][:：]"""
            r"""|(?:各|尊敬的|同志|主任)[^。]{0,30}[:：]$|[(（]?(?:牵\s?头|配\s?合|协\s?助|责\s?任|参\s?与)\s?(?:单\s?位|部\s?门|科\s?室)"""
        ),
        "page": re.compile(r"[-—–－·\s]*\d{1,4}[-—–－·\s]*|第\s*\d+\s*页(?:\s*[,，/]?\s*共\s*\d+\s*页)?|\d+\s*/\s*\d+"),
        "row": re.compile(r"[^，,。；;：:.(（]{1,20}[：:]|[^|\t]*[|\t]"),
    }


def title_spans(text: str) -> list[Span]:
    """Outermost ``《…》`` that close within 300 characters and hold no blank line, in text order."""
    pairs: list[Span] = []
    openers: list[int] = []
    for match in re.finditer("[《》]", text):
        if match[0] == "《":
            openers.append(match.start())
        elif openers:
            start, end = openers.pop(), match.end()
            if end - start > _TITLE_REACH or re.search(r"\n\s*\n|\r\s*\r|\r\n\s*\r\n", text[start:end]):
                continue
            while pairs and pairs[-1].start > start:
                pairs.pop()
            pairs.append(Span(start, end))
    return pairs


def paragraphs(text: str) -> tuple[Span, ...]:
    """The paragraphs of ``text``, trimmed, in order, without blank ones; see the module for the rule."""
    lines = split_lines(text)
    joined = _joins(text, lines)
    found: list[Span] = []
    start: int | None = None
    for line, runs_on in zip(lines, joined, strict=True):
        if line.blank:
            continue
        start = line.first if start is None else start
        if not runs_on:
            found.append(Span(start, line.last))
            start = None
    return tuple(found)


def _joins(text: str, lines: list[Line]) -> list[bool]:
    """For every line, whether it runs on into the next."""
    surfaces = [text[line.first : line.last] for line in lines]
    glued = _crossed(lines, title_spans(text))
    bracketed = _crossed(lines, _bracket_spans(text))
    opens = _openings(text, lines, surfaces)
    unfinished = [bool(s) and not s.endswith(("：", ":")) and not _is(s, "finished") for s in surfaces]
    width = _wrap_width(surfaces, opens, unfinished)
    joined = [False] * len(lines)
    strong = [False] * len(lines)
    for i in range(len(lines) - 1):
        line, following = surfaces[i], surfaces[i + 1]
        if not line or not following:
            continue
        split = _splits_number(line, following) and not opens[i + 1]
        if glued[i] or split or _ends_in_comma(text, lines[i]):
            joined[i], strong[i] = True, split
        elif unfinished[i] and not opens[i + 1]:
            full = width is not None and _full(line, width)
            strong[i] = joined[i] = full or bracketed[i] or _ragged(line) or _cut_number(line, following)
    _spread(lines, surfaces, opens, unfinished, strong, joined)
    return joined


def _spread(
    lines: list[Line],
    surfaces: list[str],
    opens: list[bool],
    unfinished: list[bool],
    strong: list[bool],
    joined: list[bool],
) -> None:
    """Join the other unfinished lines of every paragraph that is broken somewhere, or of a document that mostly is."""
    open_ends = [
        i for i in range(len(lines) - 1) if unfinished[i] and not opens[i + 1] and not _starts(surfaces[i], "row")
    ]
    broken = sum(joined[i] for i in open_ends) >= max(3, len(open_ends) / 2)
    start = 0
    for i in range(1, len(lines) + 1):
        if i < len(lines) and not opens[i]:
            continue
        some = any(strong[start : i - 1])
        for k in range(start, i - 1):
            row = _starts(surfaces[k], "row") or _starts(surfaces[k + 1], "row")
            inside = some and (k > start or lines[k].indented)
            long = broken and columns(surfaces[k]) >= _MIN_COLUMNS and re.search("[，,；;]", surfaces[k]) is not None
            if unfinished[k] and surfaces[k + 1] and not row and (inside or long):
                joined[k] = True
        start = i


def _openings(text: str, lines: list[Line], surfaces: list[str]) -> list[bool]:
    """For every line, whether a new paragraph begins with it whatever stands before."""
    repeated = {s for s, n in Counter(s for s in surfaces if len(s) > 5).items() if n > 1}
    filled = [line for line in lines if not line.blank]
    all_indented = sum(line.indented for line in filled) > 0.8 * len(filled)
    opens: list[bool] = []
    furniture_before = True
    indent_before = 0
    for line, surface in zip(lines, surfaces, strict=True):
        furniture = surface in repeated or (0 < len(surface) < 20 and _is_page(surface))
        indent = columns(text[line.start : line.first])
        indented = indent > indent_before if all_indented else indent > 1
        opens.append(
            not surface
            or furniture
            or furniture_before
            or indented
            or _starts(surface, "opening")
            or mark_at(text, line.first) is not None
        )
        furniture_before, indent_before = furniture or not surface, indent
    return opens


def _wrap_width(surfaces: list[str], opens: list[bool], unfinished: list[bool]) -> int | None:
    """The width at which the document was wrapped, or ``None`` if it was not."""
    widths: Counter[int] = Counter()
    for i in range(len(surfaces) - 1):
        if unfinished[i] and not opens[i + 1] and not _starts(surfaces[i], "row"):
            widths[columns(surfaces[i])] += 1
    sums: dict[int, int] = defaultdict(int)
    for width, count in widths.items():
        for top in range(width, width + _SLACK):
            sums[top] += count
    best = max(sums, key=lambda top: (sums[top], -top), default=0)
    longer = sum(columns(surface) > best + _SLACK for surface in surfaces)
    if best < _MIN_COLUMNS or sums[best] < 3 or 2 * sums[best] < sum(widths.values()) or 3 * longer > sums[best]:
        return None
    return best


def _full(line: str, width: int) -> bool:
    return width - _SLACK <= columns(line) <= width + _SLACK


def _ragged(line: str) -> bool:
    if _is(line, "open_tail"):
        return any(True for _ in _patterns()["inner_end"].finditer(line))
    return False


def _ends_in_comma(text: str, line: Line) -> bool:
    """Whether a comma ends the line, and not only an item mark such as ``一、``."""
    if text[line.last - 1] not in "，、,":
        return False
    mark = mark_at(text, line.first)
    return mark is None or mark.content < line.last


def _cut_number(line: str, following: str) -> bool:
    """A long line that ends in a figure, with what is counted on the next line."""
    cut = len(line) > 15 and line[-1].isdecimal() and re.search("[，,；;。]", line) is not None
    return cut and not _starts(following, "row")


def _splits_number(line: str, following: str) -> bool:
    return (
        len(line) > 10
        and line[-1].isdecimal()
        and re.match("[0-9０-９%％‰]", following) is not None
        and not _is_page(following)
    )


def _bracket_spans(text: str) -> list[Span]:
    """Round brackets that close within 150 characters, innermost only where they nest."""
    found: list[Span] = []
    opener: int | None = None
    for match in re.finditer("[(（)）]", text):
        if match[0] in "(（":
            opener = match.start()
        elif opener is not None:
            if match.end() - opener <= _BRACKET_REACH:
                found.append(Span(opener, match.end()))
            opener = None
    return found


def _crossed(lines: list[Line], spans: list[Span]) -> list[bool]:
    """For every line, whether its end lies inside one of the spans."""
    starts = [span.start for span in spans]
    crossed: list[bool] = []
    for line in lines:
        at = bisect_right(starts, line.end) - 1
        crossed.append(at >= 0 and spans[at].start < line.end < spans[at].end)
    return crossed


def _is_page(line: str) -> bool:
    return _patterns()["page"].fullmatch(line) is not None


def _is(line: str, name: str) -> bool:
    """Whether the pattern ``name`` holds at the end of the line (only its last characters are looked at)."""
    return _patterns()[name].search(line[-12:]) is not None


def _starts(line: str, name: str) -> bool:
    return _patterns()[name].match(line) is not None
