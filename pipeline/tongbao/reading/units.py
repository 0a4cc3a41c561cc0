"""Lead units: the stretches that name who answers for an item, and who helps."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal, TypeAlias

from tongbao.reading.lines import LINE_END, trim
from tongbao.records import LeadUnits, Section, Span

#: ``duty`` is 责任单位: leading, unless another is named as leading in the same item.
Kind: TypeAlias = Literal["lead", "assist", "duty"]

_REACH = 600
#: What the name of a body ends with.
_BODY = (
    *"局委办部厅院会室处科所站队社府司署组庭联行校台园镇乡盟报",
    "集团",
    "兵团",
    "街道",
    "专班",
    "中心",
    "公司",
    "机关",
    "海关",
    "部门",
    "大学",
)
_ASSIST = "配合|协助|参与|参加|协同|协办"


@dataclass(frozen=True, slots=True)
class Units:
    """``span`` is the list of names; ``outer`` takes in its label and brackets; ``closes_line`` if nothing follows."""

    span: Span
    kind: Kind
    outer: Span
    closes_line: bool


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    gap = r"[ \u3000]?"
    noun = rf"(?:单{gap}位|部{gap}门|科{gap}室|机{gap}关|处{gap}室)"
    bare = rf"(?<![^\s。；;，,、（(【〔|—-])(?:牵{gap}头|配{gap}合|协{gap}助|协{gap}同)"
    full = rf"(?:牵{gap}头|主{gap}办|配{gap}合|协{gap}[助办同]|参{gap}[与加]|责{gap}任)(?:{gap}责{gap}任)?{gap}{noun}"
    return {
        "label": re.compile(rf"(?P<name>{full}|{bare})(?:\s?[】〕］\]])?\s*(?P<sign>[:：]|(?<=[】〕］\]])|是|为)\s*"),
        "of": re.compile(r"牵头的(?:单位|部门)?是"),
        "next_label": re.compile(r"[\s；;，,。]+[\u4e00-\u9fff](?:[ \u3000]?[\u4e00-\u9fff]){1,7}\s*[:：]"),
        "leading": re.compile(r"(?:共同|联合|分别|统一|具体)?牵头(?:负责|落实|实施)?(?=[，,、；;。)）】\s]|$)"),
        "boundary": re.compile(r"[，,；;。：:（(【！？!?\s]|——|[^\w、·（）()]"),
        "helping": re.compile(
            rf"[，,、；;]\s*([^，,；;。：:（）()\n]{{2,160}}?)(?:密切|共同|积极|予以)?(?:{_ASSIST})(?:负责|落实|实施)?(?=[，,、；;。)）】\s]|$)"
        ),
        "duty": re.compile(r"[（(]([^（）()：:；;。，,\n]{3,200}?)(?:按(?:照)?职责分工|分别|共同)?负责[)）]"),
        "bare": re.compile(r"[（(]([^（）()：:；;。，,\n]{3,200})[)）]"),
        "vague": re.compile(r"^(?:[各该本其]|相关|有关|等|多|一些|几)|[和及与](?:各|有关|相关)"),
        "etc": re.compile(r"等(?:\s*[0-9０-９一二三四五六七八九十]*\s*(?:个|家)?\s*(?:部门|单位|地))?$"),
        "lead_in": re.compile(r"^.*由|^(?:\d+年|\d+月|今年|去年|目前|其中)+"),
    }


def find_units(text: str) -> list[Units]:
    """Every list of responsible units, in text order, without overlaps.

    Labels (``牵头单位：…``, ``责任部门``, ``配合单位`` and the like, in or without brackets, one or several groups),
    and running prose (``由甲牵头，乙、丙配合``, ``甲牵头负责``, ``（甲、乙负责）``); ``甲牵头制定…`` only says what
    甲 did. A list ends at a full stop, a semicolon before another label, its bracket or its line. Looks at most 600
    characters ahead, so the time is linear.
    """
    found = [unit for match in _patterns()["label"].finditer(text) for unit in _labelled(text, match)]
    for match in _patterns()["of"].finditer(text):
        found += _led(text, match.end(), _cut(text, match.end(), "，,；;。\n"), match.start(), True)
    for match in _patterns()["leading"].finditer(text):
        start = _back(text, match.start())
        found += _led(text, start, match.start(), start, False, match.end())
    found += _bracketed(text)
    kept: list[Units] = []
    for unit in sorted(found, key=lambda u: (u.outer.start, u.outer.end, u.span.start)):
        if not kept or unit.span.start >= kept[-1].span.end:
            kept.append(unit)
    for i in range(len(kept) - 2, -1, -1):  # 牵头单位：甲；配合单位：乙 end their line together
        if kept[i + 1].closes_line and not text[kept[i].outer.end : kept[i + 1].outer.start].strip("；;，, \t\u3000"):
            kept[i] = replace(kept[i], closes_line=True)
    return kept


def _bracketed(text: str) -> list[Units]:
    """``（甲、乙负责）``, and ``（甲、乙）`` at the end of a line where a document does so more than once."""
    found: list[Units] = []
    bare: list[Units] = []
    for name, into in ("duty", found), ("bare", bare):
        for match in _patterns()[name].finditer(text):
            span = _names(text, match.start(1), match.end(1), last=True)
            if span is not None and span == Span(match.start(1), match.end(1)):
                unit = Units(span, "duty", Span(match.start(), match.end()), _closes_line(text, match.end()))
                into.append(unit)
    bare = [unit for unit in bare if unit.closes_line and text[max(0, unit.outer.start - 1)] in "。；;！"]
    return found + (bare if len(bare) > 1 else [])


def _labelled(text: str, match: re.Match[str]) -> list[Units]:
    """The list after a label."""
    name = re.sub(r"\s", "", match["name"])
    kind: Kind = "lead" if name.startswith(("牵头", "主办")) else "duty" if name.startswith("责任") else "assist"
    opener = _opener(text, match.start())
    limit = None if opener is None else _closer(text, match.end())
    start, bracketed = match.end(), limit is not None
    if limit is None:
        limit = _line_limit(text, start)
    if match["sign"] not in (":", "：", ""):
        limit = min(limit, _cut(text, start, "，,；;。\n"))
    end = _list_end(text, start, limit, bracketed)
    words = text[start:end]
    if re.search(rf"牵头|负责|(?:{_ASSIST})(?:[，。；)）]|$)", words):
        return []
    etc = _patterns()["etc"].search(words)
    start, end = trim(text, start, start + etc.start() if etc else end)
    if start >= end:
        return []
    outer_start = match.start() if opener is None or not bracketed else opener
    outer_end = limit + 1 if bracketed else end
    closes = _closes_line(text, outer_end)
    return [Units(Span(start, end), kind, Span(outer_start, max(end, outer_end)), closes)]


def _led(text: str, start: int, end: int, outer: int, labelled: bool, after: int | None = None) -> list[Units]:
    """The list in front of 牵头 (or after 牵头的是), and the helpers that follow it."""
    after = end if after is None else after
    lead = _names(text, start, end, last=not labelled)
    if lead is None:
        return []
    found = [(lead, "lead", after)]
    helping = _patterns()["helping"].match(text, after)
    if helping is not None:
        helpers = _names(text, helping.start(1), helping.end(1), last=False)
        if helpers is not None:
            found.append((helpers, "assist", helping.end()))
    close = found[-1][2]
    if outer and text[outer - 1] in "（(" and text[close : close + 1] in ("）", ")"):
        outer, close = outer - 1, close + 1
    whole = Span(min(outer, lead.start), close)
    closes = _closes_line(text, close)
    return [Units(span, "lead" if kind == "lead" else "assist", whole, closes) for span, kind, _ in found]


def _names(text: str, start: int, end: int, last: bool) -> Span | None:
    """The run of body names in ``[start, end)`` that ends at ``end`` (``last``) or begins at ``start``."""
    etc = _patterns()["etc"].search(text[start:end])
    end = start + etc.start() if etc else end
    lead_in = _patterns()["lead_in"].match(text[start:end]) if last else None
    start += lead_in.end() if lead_in else 0
    pieces = [m.span() for m in re.compile("[^、]+").finditer(text, start, end)]
    if last:
        pieces.reverse()
    taken: list[tuple[int, int]] = []
    for a, b in pieces:
        if _is_body(text[a:b]):
            taken.append((a, b))
            continue
        part = _part(text, a, b, last)
        if part is not None:
            taken.append(part)
        break
    if not taken:
        return None
    return Span(*trim(text, min(a for a, _ in taken), max(b for _, b in taken)))


def _part(text: str, start: int, end: int, last: bool) -> tuple[int, int] | None:
    """The side of 和, 及 or 与 that is a body's name, in a piece that is not one as a whole."""
    for match in re.compile("[和及与]").finditer(text, start, end):
        side = (match.end(), end) if last else (start, match.start())
        if _is_body(text[slice(*side)]):
            return side
    return None


def _is_body(name: str) -> bool:
    name = name.strip()
    return 2 <= len(name) <= 40 and name.endswith(_BODY) and not _patterns()["vague"].search(name)


def _back(text: str, end: int) -> int:
    """Where the clause that ends at ``end`` begins, at most 160 characters before."""
    low = max(0, end - 160)
    start = low
    for match in _patterns()["boundary"].finditer(text, low, end):
        start = match.end()
    return start


def _opener(text: str, position: int) -> int | None:
    """The open bracket that ``position`` lies in, at most 300 characters before and in the same paragraph."""
    depth = 0
    for i in range(position - 1, max(-1, position - 300), -1):
        if text[i] in ")）":
            depth += 1
        elif text[i] in "(（":
            if depth == 0:
                return i
            depth -= 1
        elif text[i] == "。":
            return None
    return None


def _closer(text: str, position: int) -> int | None:
    """The bracket that closes the one open at ``position``."""
    depth = 0
    for i in range(position, min(len(text), position + _REACH)):
        if text[i] in "(（":
            depth += 1
        elif text[i] in ")）":
            if depth == 0:
                return i
            depth -= 1
    return None


def _line_limit(text: str, start: int) -> int:
    """The end of the line, or of the next one where the list goes on there after ``、``."""
    end = start
    while True:
        match = LINE_END.search(text, end, min(len(text), start + _REACH))
        if match is None:
            return min(len(text), start + _REACH)
        if not text[start : match.start()].rstrip().endswith("、"):
            return match.start()
        end = match.end()


def _list_end(text: str, start: int, limit: int, bracketed: bool) -> int:
    """Where the list ends: a full stop, another label, or a semicolon that no further names follow."""
    label = _patterns()["next_label"].search(text, start, limit)
    if label is not None:
        limit = label.start()
    stop = _cut(text, start, "。！？!?|", limit)
    semicolon = _cut(text, start, "；;", stop)
    if semicolon < stop and not (bracketed and _is_body(text[semicolon + 1 : stop].split("、")[-1])):
        stop = semicolon
    comma = _cut(text, start, "，,", stop)
    while comma < stop:
        following = _cut(text, comma + 1, "，,、", stop)
        if not _is_body(text[comma + 1 : following]):
            return comma
        comma = _cut(text, comma + 1, "，,", stop)
    return stop


def _cut(text: str, start: int, signs: str, limit: int | None = None) -> int:
    """The first of ``signs`` at or after ``start``, or ``limit``."""
    limit = min(len(text), start + _REACH) if limit is None else limit
    match = re.compile(f"[{re.escape(signs)}]").search(text, start, limit)
    return limit if match is None else match.start()


def _closes_line(text: str, end: int) -> bool:
    match = re.compile(r"[。；;）)】\t \u3000]*").match(text, end)
    end = end if match is None else match.end()
    return end == len(text) or LINE_END.match(text, end) is not None


def assign_units(sections: Sequence[Section], units: Sequence[Units]) -> dict[int, list[LeadUnits]]:
    """The lists of every section (by its index), with their roles.

    A list belongs to the innermost section round it. But one that ends a line in the last of several children speaks
    for their parent, and goes there, if no section of that style has a list except last children. 责任单位 is
    ``lead`` where the section names no other as leading.
    """
    owners: list[list[Units]] = [[] for _ in sections]
    at = -1
    for unit in units:
        while at + 1 < len(sections) and sections[at + 1].span.start <= unit.span.start:
            at += 1
        owner: int | None = at if at >= 0 else None
        while owner is not None and sections[owner].span.end < unit.span.end:
            owner = sections[owner].parent
        if owner is not None:
            owners[owner].append(unit)
    _lift(sections, owners)
    found: dict[int, list[LeadUnits]] = {}
    for i, own in enumerate(owners):
        led = any(unit.kind == "lead" for unit in own)
        if own:
            found[i] = [
                LeadUnits(u.span, "assist" if u.kind == "assist" or (led and u.kind == "duty") else "lead") for u in own
            ]
    return found


def _lift(sections: Sequence[Section], owners: list[list[Units]]) -> None:
    """Move to the parent what stands in its last child and speaks for all."""
    children: dict[int, list[int]] = {}
    for i, section in enumerate(sections):
        if section.parent is not None:
            children.setdefault(section.parent, []).append(i)
    # Where items of a style have lists of their own, a list in the last one is its own, too.
    own: set[str] = set()
    for kids in children.values():
        own |= {_style(sections[k].number) for k in kids[:-1] if owners[k]}
    for i in range(len(sections) - 1, -1, -1):
        kids = children.get(i, [])
        if len(kids) > 1 and _style(sections[kids[0]].number) not in own:
            raised = [unit for unit in owners[kids[-1]] if unit.closes_line]
            owners[kids[-1]] = [unit for unit in owners[kids[-1]] if not unit.closes_line]
            owners[i] += raised


def _style(number: str) -> str:
    """``（二）`` and ``（三）`` are one style: the number with its figures taken out."""
    return re.sub(r"[0-9０-９〇零一二三四五六七八九十百]+", "1" if re.search("[0-9０-９]", number) else "一", number)
