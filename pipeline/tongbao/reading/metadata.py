"""What a document says of itself: title, issuer, region, date, number and address.

Conservative by design: only a document's head (the lines before its first prose or first item), its labelled lines and
its signature are looked at, and a field stays ``None`` where none of them says it.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache

from tongbao.reading.dates import DATE, date_of
from tongbao.reading.lines import plain, split_lines
from tongbao.reading.marks import mark_at
from tongbao.reading.regions import leading_region
from tongbao.records import Metadata

_HEAD_LINES = 40
_TAIL_LINES = 8
#: A byline stands no further down than this (in lines).
_BYLINE_LINES = 6
_LONG = 60
_KIND = (
    "通报|公告|公示|公报|通告|通知|报告|简报|快报|周报|月报|专报|快讯|总结|情况|进展|成果|结果|汇编|清单|意见|决定|方案|答卷|"
    "发布|解读|提示|告知书|一览|公开|摘要|纪要|批复|判决书|成效|分解"
)
_BODY = (
    "纪委监委|监委|委员会|党组|党委|党工委|管委会|政府|办公室|局|厅|部|委|院|公署|指挥部|领导小组|专班|督查室|督查局|大队|支队|"
    "总队|公司|集团|学校|大学|学院|医院|中心|协会|联席会议|调查队|县委|市委|省委|区委"
)


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return {
        "only_date": re.compile(rf"[(（]?\s*{DATE}\s*[)）]?"),
        "issued": re.compile(
            rf"(?:(?:(?:发布|公布|公开|印发|发文|成文|信息|报送|上报|刊发|更新)(?:时间|日期)|(?:^|\s)(?:时间|日期))\s*[:：]|[发表布]{{2}}于)\s*{DATE}"
        ),
        "spoken": re.compile(
            rf"[-—─\s]*[(（]?{DATE}在.{{2,60}}(?:会议|大会|全会)(?:第.{{1,4}}次.{{0,6}})?上[)）]?"
            r"(?:\s+\S.{0,20})?"
        ),
        "byline": re.compile(
            rf"(?:[^。；;!?！？]{{0,40}}?[\s》）)，,])?[(（]?{DATE}(?:\s*\d{{1,2}}[:：]\d\d(?:[:：]\d\d)?)?"
            r"(?:\s*第?\s*[\d一二三四五六七八九十A-Z]{1,3}\s*版)?(?:发布|公布|印发|[讯电])?[)）]?(?:\s+[^。；;!?！？]{1,40})?"
        ),
        "credited": re.compile(
            rf"[(（][^()（）]{{0,40}}?{DATE}(?:\s*第?\s*[\d一二三四五六七八九十A-Z]{{1,3}}\s*版)?(?:[\s，,《][^()（）。]{{0,40}})?[)）]"
        ),
        "issue": re.compile(r"((?:19|20)\d\d)年第\s*\d{1,3}\s*期"),
        "day": re.compile(r"(?:\D{0,30}\s)?[(（]?(\d{1,2})月(\d{1,2})日[)）]?"),
        "signed": re.compile(rf"(.*?(?:{_BODY}))(?:编|编印|编发|印发|印|发)?\s*[(（]?\s*{DATE}\s*[)）]?"),
        "edited": re.compile(rf"(.*?(?:{_BODY}))(?:编|编印|主办)"),
        "number": re.compile(
            r"[\u4e00-\u9fff]{1,14}\s*[〔\[［(（【]\s*(?:19|20)\d\d\s*[〕\]］)）】]\s*第?\s*\d{1,5}\s*号"
        ),
        "labelled_number": re.compile(r"(?:文\s*号|发文字号|文件编号)\s*[:：]\s*(\S{3,40})"),
        "url": re.compile(
            r"(?:网址|原文链接|原文网址|原文地址|来源链接|来源网址|链接|URL)\s*[:：]\s*(https?://[^\s，。；）)》]+)",
            re.IGNORECASE,
        ),
        "kind": re.compile(rf"(?:{_KIND})(?:[(（][^()（）]{{1,12}}[)）]|\s*第\s*\d+\s*期)?"),
        "junk": re.compile(
            r"[<>|]|>>|=|^[【\[]|^(?:来源|信息来源|作者|发布|公布|时间|日期|索引|字号|位置|您|当前|首页|责任编辑|编辑|审核|浏览|访问|"
            r"主题|文号|发文|名称|编号|点击|打印|分享|附|抄送|网址|原文|编者按|记者|本报|证券)|[:：]$|^第.{1,6}期$|^\W+$|\d日(?:发布|公布)$"
        ),
        "body": re.compile(rf"(?:中共|中国共产党)?[\u4e00-\u9fff“”（）()]{{1,38}}(?:{_BODY})"),
    }


def find_metadata(text: str) -> Metadata:
    """What ``text`` says of itself, each field ``None`` where it does not.

    ``title``: the first line of the head that ends like the name of a document (通报, 公告, 报告 …), with the lines of
    one heading joined; or else the first line, where it stands as a heading does. ``issuer``: the body in front of
    关于 in the title, the body over the date at the end, or a line of the head that is a body's name. ``region``: the
    longest chain of names in 省 市 县 区 … at the beginning of the title or else the issuer (by form alone: no list of
    places). ``published``: a labelled date, a dateline in the head, the date of the signature, or one in a
    byline (本报记者 方某 《某日报》2025年8月18日 第3版). ``number``: a document number on a line of its own in the head
    (泉政办〔2023〕12号). ``url``: a labelled address.
    """
    lines = [text[line.first : line.last] for line in split_lines(text) if not line.blank]
    head = _head(lines)
    title = _title(lines, head)
    signature = _signature(lines)
    issuer = _issuer(title, head, signature[0])
    number = next((n for n in map(_number, head) if n), None)
    url = next((m[1] for m in map(_patterns()["url"].search, lines[:_HEAD_LINES] + lines[-_TAIL_LINES:]) if m), None)
    region = leading_region(title) or leading_region((title or "").rpartition("——")[2]) or leading_region(issuer)
    return Metadata(title, issuer, region, _published(head, signature[1] or _credited(lines)), number, url)


def is_body(name: str) -> bool:
    """Whether ``name`` is the name of an authority and of nothing more: 甲县教育局, but not 甲县新闻网."""
    return _bodies(name) is not None


def _head(lines: list[str]) -> list[str]:
    """The lines before the first prose or the first item."""
    head: list[str] = []
    for line in lines[:_HEAD_LINES]:
        if len(line) > _LONG or "。" in line or mark_at(line, 0) is not None:
            break
        head.append(line)
    return head


def _title(lines: list[str], head: list[str]) -> str | None:
    patterns = _patterns()
    for i, line in enumerate(head):
        joined = _unspaced(line)
        if len(joined) < 4 or patterns["junk"].search(line) or not _is_named(joined):
            continue
        start = i
        while start and i - start < 2 and _goes_on(head[start - 1], _unspaced(head[start])):
            start -= 1
        return "".join(_unspaced(part) for part in head[start : i + 1])
    if not head or len(lines) == 1:
        return None
    first, second = _unspaced(head[0]), lines[1]
    heading = 5 <= len(first) <= 40 and first[-1] not in "，,。；;、" and (len(second) > len(first) or second[0] == "—")
    return first if heading and not patterns["junk"].search(first) and _bodies(first) is None else None


def _bodies(line: str) -> str | None:
    """The names on a line of nothing but names of bodies, joined with 、."""
    names = line.split()
    return "、".join(names) if names and all(_patterns()["body"].fullmatch(name) for name in names) else None


def _is_named(line: str) -> bool:
    kinds = list(_patterns()["kind"].finditer(line))
    return bool(kinds) and kinds[-1].end() == len(line) and not re.search("[，,；;。]", line)


def _goes_on(above: str, below: str) -> bool:
    """Whether a heading that begins on the line ``above`` goes on ``below``."""
    patterns = _patterns()
    if patterns["junk"].search(above) or re.search("[。！；，,;号日期]$", above) or _number(above) is not None:
        return False
    if patterns["only_date"].fullmatch(plain(above)) or len(above) < 4:
        return False
    if _bodies(above) is not None:
        return below.startswith("关于")
    return not _is_named(above) and not below.startswith("关于")


def _unspaced(line: str) -> str:
    """``集 中 公 示`` as ``集中公示``; other spaces stay."""
    parts = line.split()
    return "".join(parts) if len(parts) > 2 and all(len(part) == 1 for part in parts) else line


def _issuer(title: str | None, head: list[str], signed: str | None) -> str | None:
    if title is not None and "关于" in title[1:]:
        before = _bodies(title[: title.index("关于", 1)])
        if before is not None:
            return before
    if signed is not None:
        return signed
    for line in head:
        match = _patterns()["signed"].fullmatch(plain(line)) or _patterns()["edited"].fullmatch(line)
        name = _bodies(match[1] if match else line)
        if name is not None and not _patterns()["junk"].search(line):
            return name
    return _leading_body(title)


def _leading_body(title: str | None) -> str | None:
    """The body whose name a title begins with, if the name begins with its region or 中央 or 国家."""
    if title is None:
        return None
    region = leading_region(title)
    bare = re.sub(r"^\d{4}年(?:度)?", "", title)
    if region is None or not bare.startswith(region):
        return None
    found = re.match(
        rf"{region}[\u4e00-\u9fff]{{0,16}}?(?:纪委监委|人民政府办公室|人民政府|政府|局|厅|委员会|办公室|大队|支队)",
        bare,
    )
    return found[0] if found else None


def _signature(lines: list[str]) -> tuple[str | None, date | None]:
    """The bodies and the date at the end of the document: names over a date, or all on one line."""
    patterns = _patterns()
    tail = [line for line in lines[-_TAIL_LINES:] if len(line) <= _LONG] if len(lines) > 2 else []
    for i in range(len(tail) - 1, -1, -1):
        line = plain(tail[i])
        match = patterns["only_date"].fullmatch(line)
        if match is not None:
            first = i
            while first and _bodies(tail[first - 1]) is not None:
                first -= 1
            return "、".join(_bodies(name) or "" for name in tail[first:i]) or None, date_of(match)
        match = patterns["signed"].fullmatch(line)
        if match is not None and (names := _bodies(match[1])) is not None:
            return names, date_of(match, 2)
    return (_bodies(tail[-1]) if tail else None), None


def _published(head: list[str], signed: date | None) -> date | None:
    patterns = _patterns()
    for line in map(plain, head):
        match = patterns["issued"].search(line)
        if match is not None:
            return date_of(match)
    for line in map(plain, head):
        match = patterns["only_date"].fullmatch(line) or patterns["spoken"].fullmatch(line)
        if match is not None:
            return date_of(match)
        match = patterns["signed"].fullmatch(line)
        if match is not None:
            return date_of(match, 2)
    return signed or _byline(head) or _day_of_issue(head)


def _byline(head: list[str]) -> date | None:
    """The one date of a line under the title, set off from the names beside it: 本报记者 石某 2026年1月16日 某日报."""
    for line in map(plain, head[:_BYLINE_LINES]):
        match = _patterns()["byline"].fullmatch(line.strip())
        if match is not None and len(re.findall(DATE, line)) == 1:
            return date_of(match)
    return None


def _credited(lines: list[str]) -> date | None:
    """The date in the bracket that ends a text taken from elsewhere: (来源：…网 2025年10月16日)."""
    match = _patterns()["credited"].fullmatch(plain(lines[-1])) if len(lines) > 2 else None
    return None if match is None else date_of(match)


def _day_of_issue(head: list[str]) -> date | None:
    """A dateline without a year under the year of the issue: 2022年第14期, and 7月18日 behind the editor's name."""
    patterns = _patterns()
    year = next((match[1] for match in map(patterns["issue"].search, map(plain, head)) if match), None)
    day = next((match for match in map(patterns["day"].fullmatch, map(plain, head)) if match), None)
    if year is None or day is None:
        return None
    try:
        return date(int(year), int(day[1]), int(day[2]))
    except ValueError:
        return None


def _number(line: str) -> str | None:
    labelled = _patterns()["labelled_number"].search(line)
    if labelled is not None:
        return labelled[1]
    return line if _patterns()["number"].fullmatch(line) else None
