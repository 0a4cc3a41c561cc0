"""A table → lines of text, one a row: ``行名 列头:值;列头:值``.

Whatever the format, a table is a grid of cells, some of them merged. Its first rows are the heads of its columns, the
first column names the rows, and every other cell becomes ``head:value``, so that a line says by itself what each
of its figures is. Heads of several levels are joined from the top down. A cell that is alone in its row is a line of
its own (the title of the table, a subheading, a note). A merged cell belongs to all rows that it spans, but a figure
is written only once: nobody should add it up twice. A unit that a head or the name of a row gives in brackets is
written behind its bare figures (``投资（万元）`` over ``96.5`` is ``投资:96.5万元``), where a reader looks for it; so
is one that a caption gives for the whole table (``单位：万元``), but for columns and rows of another kind. A table
without heads is read as ``label:value`` where its columns are labels and values by turns, and else cell by cell.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

#: Guards against tables made to exhaust memory: what reaches further is cut.
_MAX_SPAN = 1000
_MAX_AREA = 200_000
_MAX_HEADS = 4
_LABEL = 16
_LAYOUT_CELL = 300
#: Units that a head, the name of a row or a caption gives for figures.
_UNIT = (
    "[百千万亿]{0,2}(?:[个件起人次户家所座处名条项宗份元角%％‰米里亩吨升斤克辆台套只头株岁批笔栋间张篇期场天年月户]|"
    "人次|户次|家次|件次|场次|车次|平方米|平方公里|立方米|公里|公顷|公斤|千克|千米|千瓦|千瓦时|小时|分钟|个百分点|㎡|m²|m³|km|kg|t|h)"
)
#: Heads and names of what has no unit, or one of its own.
_UNITLESS = r"序\s*号|编\s*号|排名|名次|位次|排位|年份|率|比重|占比|同比|环比|增幅|增长|增速|[升降]幅"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell from its row and column on, ``height`` × ``width`` places large; ``head`` where the format says so."""

    text: str
    row: int
    column: int
    height: int = 1
    width: int = 1
    head: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Cells in text order. ``grid[row][column]`` is the index of the cell that covers the place, or ``None``."""

    cells: tuple[Cell, ...]
    grid: tuple[tuple[int | None, ...], ...]

    @property
    def width(self) -> int:
        """How many columns there are."""
        return len(self.grid[0]) if self.grid else 0

    def at(self, row: int, column: int) -> Cell | None:
        """The cell that covers a place."""
        index = self.grid[row][column]
        return None if index is None else self.cells[index]

    def row(self, row: int) -> tuple[Cell, ...]:
        """The cells that cover a row, each once, from the left."""
        return tuple(self.cells[index] for index in dict.fromkeys(self.grid[row]) if index is not None)


def place_cells(rows: Sequence[Sequence[Cell]]) -> Table:
    """The table of which ``rows`` hold the cells that begin there.

    Rows and columns of the cells are not looked at: they follow from the heights and widths of the cells before, as
    HTML lays a table out (HTML 4.9.12.1).
    """
    taken: set[tuple[int, int]] = set()
    cells: list[Cell] = []
    for row, raw in enumerate(rows):
        column = 0
        for cell in raw:
            while (row, column) in taken:
                column += 1
            height = min(max(cell.height, 1), len(rows) - row)
            width = min(max(cell.width, 1), _MAX_SPAN)
            if len(taken) + height * width > _MAX_AREA:
                height = width = 1
            taken.update((row + i, column + k) for i in range(height) for k in range(width))
            cells.append(Cell(cell.text, row, column, height, width, cell.head))
            column += width
    return table_of(cells)


def table_of(cells: Iterable[Cell]) -> Table:
    """The table of placed cells, without the rows and columns in which nothing begins and cells without text.

    Two cells do not cover one place; where a damaged file says so, the later one has it. A table far too sparse to be
    one becomes one column.
    """
    kept = [cell for cell in cells if cell.text.strip()]
    rows = sorted({cell.row for cell in kept})
    columns = sorted({cell.column for cell in kept})
    if len(rows) * len(columns) > max(_MAX_AREA, 20 * len(kept)):
        kept = [Cell(cell.text, row, 0) for row, cell in enumerate(kept)]
        rows, columns = list(range(len(kept))), [0]
    packed: list[Cell] = []
    for cell in kept:
        row, column = bisect_left(rows, cell.row), bisect_left(columns, cell.column)
        height = max(bisect_left(rows, cell.row + cell.height) - row, 1)
        width = max(bisect_left(columns, cell.column + cell.width) - column, 1)
        packed.append(Cell(cell.text, row, column, height, width, cell.head))
    grid: list[list[int | None]] = [[None] * len(columns) for _ in rows]
    for index, cell in enumerate(packed):
        for row in range(cell.row, cell.row + cell.height):
            for column in range(cell.column, cell.column + cell.width):
                grid[row][column] = index
    return Table(tuple(packed), tuple(map(tuple, grid)))


def is_data(table: Table) -> bool:
    """Whether the table tabulates something, and does not only put an article in its place on the page.

    Two rows of two cells at least, and no long cell that holds most of the text.
    """
    if sum(len(table.row(row)) > 1 for row in range(len(table.grid))) < 2:
        return False
    sizes = [len(cell.text) for cell in table.cells]
    return max(sizes) < _LAYOUT_CELL or max(sizes) < 0.6 * sum(sizes)


def lines_of(table: Table, above: str = "") -> list[str]:
    """The table row by row; see the module for the form. No line is empty or holds a line end.

    ``above`` is the paragraph over the table, which may be its caption; it is none of the lines.
    """
    found: list[str] = []
    first, unit = 0, _unit_of_all(above)
    while first < len(table.grid) and len(table.row(first)) == 1:
        found.append(_one_line(table.row(first)[0].text))
        unit = _unit_of_all(found[-1]) or unit
        first += 1
    depth = _head_rows(table, first)
    heads = [_head(table, first, depth, column) for column in range(table.width)]
    names = _name_columns(table, first + depth, heads) if depth else ()
    paired = not depth and _is_paired(table)
    top = [cell.text for cell in table.row(first)] if depth else []
    for row in range(first + depth, len(table.grid)):
        cells = table.row(row)
        if len(cells) == 1:
            found.append(_one_line(cells[0].text))
        elif depth and [cell.text for cell in cells] != top:  # else the heads again, at the top of a new page
            found.append(_row(table, row, heads, names, unit))
        elif not depth:
            found.append(_pairs(cells) if paired else " ".join(_one_line(cell.text) for cell in cells))
    return found


def _row(table: Table, row: int, heads: Sequence[str], names: Sequence[int], unit_of_all: str) -> str:
    """``行名 列头:值;列头:值``."""
    cells = table.row(row)
    named = [_one_line(text) for text in dict.fromkeys(cell.text for cell in cells if cell.column in names)]
    values: list[tuple[str, str]] = []
    bare, unit = _split_unit(named[-1]) if named else ("", "")
    for cell in cells:
        if cell.column in names or (cell.row < row and _is_figure(cell.text)):
            continue
        head, text = heads[cell.column], cell.text.strip()
        if re.fullmatch(r"[-+−]?\d[\d,，.]*", text) is not None:
            shorter, own = _split_unit(head)
            lent = unit if not own and _patterns()["unitless"].search(head) is None else ""
            common = "" if any(map(_patterns()["otherwise"].search, (head, bare))) else unit_of_all
            head, text = shorter, text + (own or lent or common)
            named = [*named[:-1], bare] if lent else named
        values.append((head, text))
    return " ".join(filter(None, [*named, _joined(values)]))


def _unit_of_all(caption: str) -> str:
    """The unit that a caption gives for all figures of a table: one alone, behind ``单位：``, at its end."""
    found = _patterns()["unit_of_all"].search(caption.strip())
    return "" if found is None else found[1]


def _split_unit(words: str) -> tuple[str, str]:
    """The words of a head without the unit that it gives in brackets, and the unit; empty where there is none."""
    found = _patterns()["unit"].search(words)
    return (words, "") if found is None else (words[: found.start()] + words[found.end() :], found[1])


def _is_paired(table: Table) -> bool:
    """Whether every other column holds labels for the one after it."""
    labels = (cell.text for cell in table.cells if cell.column % 2 == 0)
    return table.width % 2 == 0 and all(len(label) <= _LABEL and not _is_figure(label) for label in labels)


def _pairs(cells: Sequence[Cell]) -> str:
    labelled: list[tuple[str, str]] = []
    label = ""
    for cell in cells:
        if cell.column % 2 == 0 and not label:
            label = _head_text(cell.text)
        else:
            labelled.append((label, cell.text))
            label = ""
    return _joined([*labelled, ("", label)] if label else labelled)


def _joined(values: Sequence[tuple[str, str]]) -> str:
    """``列头:值`` after ``列头:值``, with ``;`` between where the value does not end in a stop of its own."""
    line = ""
    for head, value in values:
        text = _one_line(value)
        line += ("" if not line or line[-1] in "。！？；;!?" else ";") + (f"{head}:{text}" if head else text)
    return line


def _head_rows(table: Table, first: int) -> int:
    """How many rows from ``first`` on are heads of columns; 0 where there are none, or nothing but them."""
    rows = len(table.grid)
    if first >= rows - 1:
        return 0
    marked = first
    while marked < rows and all(cell.head for cell in table.row(marked)):
        marked += 1
    if first < marked < rows:
        return marked - first if marked - first <= _MAX_HEADS else 1
    depth = 1
    while depth < min(_MAX_HEADS, rows - first - 1):
        last = first + depth - 1
        reach = max(cell.row + cell.height for cell in table.row(last)) - first
        group = any(cell.width > 1 for cell in table.row(last))
        if reach <= depth and not (group and not any(_is_figure(cell.text) for cell in table.row(last + 1))):
            break
        depth += 1
    heads = [cell for row in range(first, first + depth) for cell in table.row(row)]
    if all(table.row(row)[0].text == heads[0].text for row in range(first + depth, rows)):
        return 0  # nothing but heads
    if first + depth >= rows or any(_is_figure(cell.text) for cell in heads):
        return 0
    if table.row(first)[0].text.rstrip().endswith((":", "：")) or (table.width == 2 and _is_form(table, first)):
        return 0
    return depth


def _is_form(table: Table, first: int) -> bool:
    """Whether two columns are labels and what is filled in, since below a head stand figures or longer texts."""
    values = [cell for row in range(first + 1, len(table.grid)) for cell in table.row(row) if cell.column == 1]
    figures = sum(_is_figure(cell.text) for cell in values)
    labels = [cell.text for cell in table.cells if cell.column == 0]
    short = all(len(label) <= _LABEL for label in labels) and _patterns()["head"].fullmatch(labels[0]) is None
    return short and 2 * figures < len(values)


def _head(table: Table, first: int, depth: int, column: int) -> str:
    """The head of a column, the levels joined from the top down."""
    cells = (table.at(row, column) for row in range(first, first + depth))
    texts = dict.fromkeys(_head_text(cell.text) for cell in cells if cell is not None)
    joined = ""
    for text in filter(None, texts):
        joined += (" " if joined and not (joined[-1] == "年" and text[0].isdecimal()) else "") + text
    return joined


def _name_columns(table: Table, first: int, heads: Sequence[str]) -> tuple[int, ...]:
    """The columns that name a row: the first one that does not just count, and further ones inside merged groups."""
    start = 1 if table.width > 2 and _patterns()["serial"].fullmatch(heads[0]) else 0
    end = start + 1
    while end < table.width - 1:
        body = [table.at(row, end - 1) for row in range(first, len(table.grid))]
        inner = [table.at(row, end) for row in range(first, len(table.grid))]
        grouped = any(cell is not None and cell.height > 1 for cell in body)
        if not grouped or any(cell is not None and _is_figure(cell.text) for cell in inner):
            break
        end += 1
    return tuple(range(start, end))


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return {
        "figure": re.compile(
            r"[-+−﹣]?[\d,，.]*\d(?:\.\d+)?\s*(?:[%％‰]|[\u4e00-\u9fff㎡℃/a-zA-Z]{1,4}[²³]?)?|[-—–－/\\]{1,3}|[无○〇]"
        ),
        "date": re.compile(
            r"(?:19|20)\d\d(?:年.{0,10}|[-./]\d.*)?|[\d\-—－~～至]+(?:月|季|日|期|届|号|批|类|级|组|区).{0,4}"
        ),
        "unit": re.compile(rf"[(（\[]\s*(?:单位\s*[:：]\s*)?({_UNIT})\s*[)）\]](?=\s|$)"),
        "unit_of_all": re.compile(
            rf"(?:^|[\s(（\[，,])(?:计量|金额)?单\s*位\s*[:：]\s*(?:人民币)?({_UNIT})\s*[)）\]]?$"
        ),
        "unitless": re.compile(_UNITLESS),
        "otherwise": re.compile(
            rf"{_UNITLESS}|[人户家件个次宗起项目场台辆名处条座所]数|[/／]|数量|人均|面积|长度|年度|日期|时间|电话|代码|文号"
        ),
        "serial": re.compile(r"(?:序\s*号|编\s*号|序|[Nn][Oo]\.?|№)"),
        "head": re.compile(
            r"序号|编号|名称|单位|地区|县区|区县|部门|科目|时间|日期|内容|.{0,4}(?:项目|指标|类别|类型|事项)"
        ),
        "broken": re.compile(r"(?<=[\u4e00-\u9fff（(）)]) ?\n ?(?=[\u4e00-\u9fff（(）)])"),
        "spaced": re.compile(r"(?<=[\u4e00-\u9fff])[ \u3000]+(?=[\u4e00-\u9fff])"),
    }


def _is_figure(text: str) -> bool:
    """Whether a cell holds a number, with its unit or without, or the sign for none; a date is no number."""
    text = text.strip()
    return _patterns()["date"].fullmatch(text) is None and _patterns()["figure"].fullmatch(text) is not None


def _head_text(text: str) -> str:
    """A head on one line: the line breaks of a narrow column and the spaces in 合　计 are no part of it."""
    text = _patterns()["broken"].sub("", text.strip())
    return _one_line(_patterns()["spaced"].sub("", text)).rstrip(":： ")


def _one_line(text: str) -> str:
    """The paragraphs of a cell on one line, with a space where none of them ends with a stop."""
    parts = [" ".join(part.split()) for part in text.split("\n")]
    line = ""
    for part in filter(None, parts):
        line += (" " if line and line[-1] not in "。！？；：…，、;:!?," else "") + part
    return line
