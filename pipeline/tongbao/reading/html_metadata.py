"""What a page says of its article: in ``<meta>`` elements, in ``<title>`` and ``<link>``, and around the text.

Government pages in China name the article in ``ArticleTitle``, its date in ``PubDate`` and where it comes from in
``ContentSource``; many leave them empty or fill them by a wrong template, so what the page shows goes first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from tongbao.reading.dates import DATE, date_of
from tongbao.reading.html_article import first_text, is_chrome, is_information
from tongbao.reading.html_page import Node, PageLine
from tongbao.reading.lines import plain
from tongbao.reading.metadata import find_metadata, is_body
from tongbao.reading.regions import leading_region
from tongbao.records import Metadata

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

_HEADINGS = ("h1", "h2", "h3", "h4")
_MAX_TITLE = 120
_LABELS = {
    "published": "发布(?:时间|日期)|发表(?:时间|日期)|公开(?:时间|日期)|发文(?:时间|日期)|时间|日期",
    "dated": "成文(?:时间|日期)|生成(?:时间|日期)|印发(?:时间|日期)",
    "issuer": "发文机关|发文机构|发文单位|发布机构|发布单位|制发机关|公开主体|信息公开主体|公开机构",
    "number": "发文字号|文\\s*号|文件编号",
    "source": "(?:信息|稿件|文章|新闻|内容)?来\\s*源",
}
_OTHER_LABELS = (
    "索\\s*引\\s*号|主题分类|主题词|主\\s*题|名\\s*称|标\\s*题|有\\s*效\\s*性|分\\s*类|信息分类|公开方式|公开范围|公开类别|关键[字词]|"
    "废止(?:时间|日期)|失效(?:时间|日期)|生效(?:时间|日期)|效力状态|公文种类|体裁分类|组配分类|服务对象|语\\s*种|浏览次数|字号|字体|作者|编辑"
)


@dataclass(frozen=True, slots=True)
class Title:
    """The title of the article and the indices of the lines that show it, none where only ``<title>`` names it."""

    text: str | None
    lines: tuple[int, ...]


def meta_of(parser: LexborHTMLParser) -> Mapping[str, str]:
    """The ``<meta>`` elements by their name in lower case, the first of each that is not empty, and two more:
    ``<title>`` and ``<canonical>``, the address that the page names as its own.
    """
    found: dict[str, str] = {}
    for node in parser.css("meta"):
        name = (node.attributes.get("name") or node.attributes.get("property") or "").strip().lower()
        content = re.sub(r"<[^<>]{1,500}>", " ", node.attributes.get("content") or "")
        if name and content.strip() and name not in found:
            found[name] = " ".join(content.split())
    title = parser.css_first("title")
    found["<title>"] = " ".join(title.text().split()) if title is not None else ""
    link = parser.css_first('link[rel="canonical"]')
    found["<canonical>"] = (link.attributes.get("href") or "").strip() if link is not None else ""
    return found


def find_title(
    nodes: Sequence[Node], lines: Sequence[PageLine], article: Sequence[int], meta: Mapping[str, str]
) -> Title:
    """The title as the page shows it over the article, or else as it is named in the page's head.

    The heading nearest to the article that the page's head names too; or else the nearest ``<h1>`` to ``<h3>``.
    """
    named = _unspaced("\n".join(meta.get(key, "") for key in ("articletitle", "og:title", "<title>")))
    first = first_text(lines, article)
    known: list[int] = []
    heading: list[int] = []
    for index in range(first, -1, -1):
        line = lines[index]
        above = _heading(nodes, line.node)
        if not _may_be_title(line, meta):
            continue
        if _title_in(line, named) and (not known or above is not None):
            known = [index] if above is None else list(range(nodes[above].first, nodes[above].last))
            if above is not None:
                break
        if above is not None and not heading and nodes[above].tag in _HEADINGS[:3] and index < first:
            heading = list(range(nodes[above].first, nodes[above].last))
    shown = known or heading or _over_information(lines, first, meta)
    if not shown:
        return Title(_named_title(meta), ())
    texts = (_title_in(lines[index], named) or lines[index].text for index in shown)
    return Title(" ".join(" ".join(text.split("\n")) for text in texts), tuple(shown))


def _may_be_title(line: PageLine, meta: Mapping[str, str]) -> bool:
    """Whether a line over the article can be its title: some Chinese words, no link, and not the name of the site."""
    text = _unspaced(line.text)
    if not 4 <= len(text) <= _MAX_TITLE or line.links >= 0.5 or is_chrome(line) or text.startswith("首页"):
        return False
    return re.search("[\u4e00-\u9fff]{2}", text) is not None and text not in (
        _unspaced(meta.get("sitename", "")),
        _unspaced(meta.get("columnname", "")),
    )


def _title_in(line: PageLine, named: str) -> str:
    """The words of a line that the page's head names as well: all of it, or its first lines; empty where none are."""
    parts = line.text.split("\n")
    for count in range(len(parts), 0, -1):
        text = "".join(parts[:count])
        if len(_unspaced(text)) > 5 and _unspaced(text) in named:
            return text
    return ""


def _over_information(lines: Sequence[PageLine], first: int, meta: Mapping[str, str]) -> list[int]:
    """The line over the one of source and date, where it stands as a title does."""
    information = next((index for index in range(first) if is_information(lines[index].text)), 0)
    above = range(information - 1, max(information - 4, -1), -1)
    return [index for index in above if lines[index].size > 5 and _may_be_title(lines[index], meta)][:1]


def find_page_metadata(
    lines: Sequence[PageLine], article: Sequence[int], meta: Mapping[str, str], title: Title, text: str
) -> Metadata:
    """The metadata of the page; a field is ``None`` where it does not say it or ``text`` says it better."""
    chosen = set(article)
    around = [line.text for index, line in enumerate(lines) if index not in chosen]
    over = [line.text for index, line in enumerate(lines[: article[0]]) if line.size < _MAX_TITLE]
    said = _labelled(around)
    own = find_metadata(text)
    issuer = said.get("issuer")
    if issuer is None and own.issuer is None:
        source = said.get("source") or meta.get("contentsource", "")
        issuer = source if is_body(source) else None
    return Metadata(
        title=title.text,
        issuer=issuer,
        region=None if own.region else leading_region(title.text) or leading_region(issuer),
        published=_date(said.get("published")) or _meta_date(meta) or _date(said.get("dated")) or _stamp(over),
        number=next(iter(re.findall(r"^\S{2,20}号$", said.get("number", ""))), None),
        url=_url(meta),
    )


def information_table(lines: Sequence[PageLine], first: int, last: int) -> bool:
    """Whether lines ``[first, last)`` are the card of a published document: 索引号, 发文机关, 成文日期 and the like."""
    texts = [lines[index].text for index in range(first, min(last, first + 60))]
    found = sum(_label().match(plain(text)) is not None for text in texts)
    return found >= 3 and any(re.match(r"索\s*引\s*号|发文机[关构]|发布机构|公开主体", text) for text in texts)


@cache
def _label() -> re.Pattern[str]:
    labels = "|".join(f"(?P<{name}>{words})" for name, words in _LABELS.items())
    return re.compile(rf"[\[【(\s]*(?:{labels}|{_OTHER_LABELS})\s*(?:[:：\]】]|$)\s*")


def _labelled(texts: Sequence[str]) -> dict[str, str]:
    """The first value of each label, behind it on its line or, as in a table, on the next one."""
    words = "|".join([*_LABELS.values(), _OTHER_LABELS])
    pattern = re.compile(
        rf"(?:^|(?<=[\s|｜;；）)\]】]))(?:{words})\s*[:：]|(?:发布|成文)(?:时间|日期)\s*[:：]|来源\s*[:：]|$"
    )
    found: dict[str, str] = {}
    for index, raw in enumerate(texts):
        text = plain(raw).replace("\n", " ")
        if len(text) > 300:
            continue
        starts = [match.start() for match in pattern.finditer(text)]
        parts = [text[start:end] for start, end in pairwise(starts)]
        for part in parts or [text]:
            match = _label().match(part)
            if match is None or match.lastgroup is None or match.lastgroup in found:
                continue
            value = part[match.end() :].strip()
            following = plain(texts[index + 1]).strip() if index + 1 < len(texts) else ""
            if not value and _label().match(following) is None:
                value = following
            if value and len(value) <= _MAX_TITLE:
                found[match.lastgroup] = value
    return found


def _heading(nodes: Sequence[Node], node: int) -> int | None:
    """The heading that a block is or stands in: by its tag, or by a name such as ``title``; of a few lines only."""
    while node >= 0:
        tagged = nodes[node].tag in _HEADINGS
        named = re.search(
            r"(?:^|[\s_-])(?:\w*title|tit|bt|biaoti|headline|subject)\d*(?=$|[\s_-])", nodes[node].names, re.I
        )
        if nodes[node].last - nodes[node].first > 4:
            return None
        if tagged or named is not None:
            return node
        node = nodes[node].parent
    return None


def _named_title(meta: Mapping[str, str]) -> str | None:
    """The title from the page's head, without the names of the site and its columns behind it."""
    if meta.get("articletitle"):
        return meta["articletitle"]
    whole = meta.get("og:title") or meta.get("<title>") or ""
    parts = re.split(r"\s*(?:[_|｜]+|—{2,}|--+|\s[-–—]\s)\s*", whole)
    if len(parts) == 1:
        parts = re.split(r"[-–—](?=[^-–—]*(?:网|网站|门户|政府|委员会|监委|局|厅|频道)$)", whole)
    return parts[0].strip() or None


def _date(text: str | None) -> date | None:
    match = None if text is None else re.search(DATE, text)
    return None if match is None else date_of(match)


def _stamp(texts: Sequence[str]) -> date | None:
    """The last date with a time of day over the article."""
    found = (re.search(rf"{DATE}\s*\d{{1,2}}[:：]\d\d", text) for text in reversed(texts))
    return next((date_of(match) for match in found if match is not None), None)


def _meta_date(meta: Mapping[str, str]) -> date | None:
    names = ("pubdate", "publishdate", "publish_date", "article:published_time", "og:release_date", "dc.date")
    return next((found for found in (_date(meta.get(name)) for name in names) if found is not None), None)


def _url(meta: Mapping[str, str]) -> str | None:
    for name in ("<canonical>", "og:url", "url", "<saved>"):
        if re.fullmatch(r"https?://[^\s<>\"']{3,2000}", meta.get(name, "")):
            return meta[name]
    return None


def _unspaced(text: str) -> str:
    return "".join(text.split())
