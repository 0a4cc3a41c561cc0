"""Which lines of a page are its article.

Two witnesses find the place: prose by its punctuation, and trafilatura, whose extract votes for the lines that it
holds. Trafilatura's text itself is not taken: measured on saved pages it loses text that stands beside ``<br>`` and
outside paragraphs, drops list items and cells, and keeps share buttons and lists of links. So its vote weighs, and the
article is read from the page itself, whole and in order:

1. the element whose own paragraphs hold the most prose (as Arc90's Readability scores them) is where the article is;
2. it grows to an outer element while that adds more prose than other text, or has a name that publishing systems give
   to the text of an article;
3. inside it, what is page furniture by its name or by its wording is left out; a signature and the list of enclosures
   are taken in that follow it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import cache

from tongbao.reading.dates import DATE
from tongbao.reading.html_page import Node, PageLine
from tongbao.reading.lines import plain
from tongbao.reading.metadata import is_body

_MIN_PROSE = 10
_LINKED = 0.5
_WINDOW = 10
_HEADLINE = 40
_IMPRINT = 200
_FOLLOWING = 30
_HOLDERS = frozenset("article body center div fieldset form html main pre section td".split())


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return {
        "furniture": re.compile(
            r"(?:^|[\s_\-\d])(?:nav|navbar|menu|breadcrumbs?|crumbs?|footer|foot|header|sidebar|aside|copyright|toolbar|"
            r"tools?|share|bdshare\w*|bdsharebuttonbox|social\w*|related?|relevant|recommend\w*|hot\w*|pager|pages?|"
            r"pagination|prev|next|comments?|qrcode|ewm|login|search\w*|print|close|font-?size|location|position|"
            r"weizhi|dqwz|wqhb|xgxw|xgyd|xgwd|xgzc|pagedown|updown|statement|banner|advert\w*|ad|ads|dialog|modal|popup)"
            r"(?=$|[\s_\-\d])",
            re.IGNORECASE,
        ),
        "editor": re.compile(
            r"(?:^|\s)(?:TRS_Editor|trs_editor_view|TRS_PreAppend|Custom_UnionStyle|UCAP-CONTENT|ucapcontent|zoom|zoomcon|"
            r"js_content|rich_media_content|v_news_content|vsb_content\w*|wp_articlecontent|pages_content)(?=$|\s)",
            re.IGNORECASE,
        ),
        "container": re.compile(
            r"(?:^|\s)(?:article[-_]?(?:content|body|con|text|main)|(?:content|con)[-_]?(?:text|txt|body|main|detail)|"
            r"news[-_]?(?:content|text|body|con)|detail[-_]?(?:content|text|body|con)|info[-_]?(?:content|text|body)|"
            r"xxgk[-_]?content|main[-_]?(?:content|text)|view[-_]?(?:content|trs)|artibody|endtext|bt[-_]?content)(?=$|\s)",
            re.IGNORECASE,
        ),
        "label": re.compile(
            r"(?:(?:信息|稿件|文章|新闻|内容|原文|资料)?来\s*源|作\s*者|记\s*者|编\s*辑|责\s*编|责任编辑|审\s*核|初\s*审|复\s*审|终\s*审|校\s*对|"
            r"监\s*制|(?:发布|发表|公开|更新|录入|添加|编辑|创建|上传)?(?:时间|日期)|发布[人者]|录入人?|"
            r"(?:浏览|访问|阅读|点击|人气)(?:次数|量|数|率)?|字\s*[体号]|视力保护色?|保护视力色?|分享到?|打印)\s*[:：]"
        ),
        "tools": re.compile(
            r"(?:[\s\[\]【】()（）|｜/·、-]|大|中|小|超大|默认|A[-+]?|字\s*[体号]|[文字]体大小|视力保护色?|保护视力色?|分享到?|"
            r"打印(?:本[页文])?|关闭(?:窗口|本页)?|收藏(?:本页)?|返回(?:顶部|首页|列表)?|复制(?:链接|网址)?|扫一扫\S*|"
            r"(?:浏览|访问|阅读|点击|人气)(?:次数|量|数|率)?|\d+\s*次|\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?|\d{1,2}:\d\d(?::\d\d)?)*"
        ),
        "chrome": re.compile(
            r"您?(?:所在的|现在的?|当前的?)?(?:位置|所在位置)(?:\s*[:：]|是|$)|(?:首页|网站首页)\s*[>＞»›/|·]|(?:上|下)一[篇条页则](?:\s*[:：]|$)|"
            r"分享(?:到|至|按钮)|微信(?:扫一扫|里点|里面点)|扫一扫|扫描二维码|打开微信|使用微信|用微信|请用微信|二维码便可|长按|"
            r"[【\[（(](?:打印|关闭|纠错|返回|收藏|大|字|责任编辑|责编|编辑|推荐)|(?:责任编辑|责编|编辑|网编|责任校对)\s*[:：]|"
            r"(?:浏览|访问|阅读|点击)(?:次数|量|数)\s*[:：]|(?:正在加载|加载中|数据加载|Loading|请稍候|您的浏览器|请启用|当前浏览器|本页面需要)|"
            r"\[?(?:打印|打印本页|关闭|关闭窗口|关闭本页|返回顶部|收藏|纠错|分享|字体|字号|无障碍浏览|无障碍|长者助手|繁體|简体|English|登录|"
            r"注册|搜索|更多>*)\]?$"
        ),
        "imprint": re.compile(
            r"版权所有|Copyright|All [Rr]ights [Rr]eserved|ICP备|ICP证|公网安备|网站标识码|技术支持\s*[:：]|"
            r"^(?:主办|承办|协办)(?:单位)?\s*[:：]"
        ),
        "related": re.compile(
            r"[【\[▌■◆●|│]?\s*(?:相关(?:链接|新闻|阅读|文章|信息|报道|稿件|内容|推荐|解读|文件)|延伸阅读|推荐(?:阅读|新闻|信息)|往期(?:回顾|推荐|链接)?|"
            r"热(?:门|点)(?:新闻|推荐|文章|信息|排行)|最新(?:新闻|文章|信息|动态)|猜你喜欢|图片新闻|点击排行|精彩推荐|为您推荐|友情链接|专题推荐)"
            r"\s*[】\]]?\s*[:：>»]*\s*(?:更多\S*)?"
        ),
        "enclosure": re.compile(
            r"附\s*件|附\s*表|\.(?:docx?|xlsx?|pdf|wps|zip|rar|ofd|et)(?:\s|$|[)）])", re.IGNORECASE
        ),
        "prose": re.compile(r"[，。；：！？]"),
    }


def find_article(
    nodes: Sequence[Node],
    lines: Sequence[PageLine],
    tables: Collection[int],
    extract: str,
    cards: Collection[int] = (),
) -> tuple[int, ...]:
    """The indices of the lines of the article, in order; none where a page lists links or a script fills it.

    ``tables`` are the indices of the tables of data, ``cards`` of those that only describe the document; ``extract`` is
    what trafilatura took for the text, or nothing.
    """
    inside = _data_lines(nodes, tables)
    voted = _windows(_unspaced(extract))
    headings = _data_lines(nodes, [index for index, node in enumerate(nodes) if node.tag in ("h1", "h2", "h3")])
    mass = [0.0 if i in headings else _mass(line, i in inside, voted) for i, line in enumerate(lines)]
    barred = _furniture(nodes, mass) | _data_lines(nodes, cards)
    mass = [0.0 if index in barred else weight for index, weight in enumerate(mass)]
    total = sum(mass)
    if total <= 0:
        return ()
    silent = barred | {index for index in headings if lines[index].links < _LINKED}
    noise = [0.0 if index in silent or mass[index] else float(line.size) for index, line in enumerate(lines)]
    node = _grown(nodes, _best(nodes, lines, mass), _sums(mass), _sums(noise))
    chosen = _chosen(lines, range(nodes[node].first, nodes[node].last), barred, inside, mass)
    return (*chosen, *_following(lines, nodes[node].last, barred)) if chosen else ()


def is_prose(line: PageLine) -> bool:
    """Whether a line is running text: some words, a stop or a comma, and not mostly links."""
    size = line.size
    return size >= _MIN_PROSE and line.links < _LINKED and _patterns()["prose"].search(line.text) is not None


def first_text(lines: Sequence[PageLine], indices: Sequence[int]) -> int:
    """The first of the lines that is too long for a title or a line of source and date; else the first prose."""
    prose = [index for index in indices if is_prose(lines[index])]
    return next((index for index in prose if lines[index].size > _HEADLINE), prose[0] if prose else indices[0])


def is_information(text: str) -> bool:
    """Whether a line says only where a page comes from and what can be done with it (来源：… 发布时间：… 打印).

    A date alone is none: it may be the one under a signature.
    """
    if len(text) > _IMPRINT or re.search("[^\\d年月日\\-/.\\s]", text) is None:
        return False
    labels = list(_patterns()["label"].finditer(text))
    ends = [match.start() for match in labels] + [len(text)]
    if _patterns()["tools"].fullmatch(text[: ends[0]]) is None:
        return False
    values = (text[match.end() : end] for match, end in zip(labels, ends[1:], strict=True))
    return all(_is_value(value) for value in values)


def _is_value(text: str) -> bool:
    """Whether a label's value is one word, and nothing but tools, a date or a time stand after it."""
    word = re.match(r"\s*[^\s:：]{0,30}", text)
    return word is not None and _patterns()["tools"].fullmatch(text[word.end() :]) is not None


def is_chrome(line: PageLine) -> bool:
    """Whether a line works the page (分享到, 上一篇：…, 当前位置：…) and says nothing."""
    return line.size <= _IMPRINT and _patterns()["chrome"].match(line.text) is not None


def _windows(text: str) -> frozenset[str]:
    """Every stretch of ``_WINDOW`` characters: a line is looked up by its first ones, however long the text is."""
    return frozenset(text[at : at + _WINDOW] for at in range(max(len(text) - _WINDOW + 1, 0)))


def _mass(line: PageLine, tabulated: bool, voted: Collection[str]) -> float:
    """How much a line says for its place: its characters outside of links, half of them if trafilatura left it out."""
    if is_information(line.text) or is_chrome(line) or _is_imprint(line):
        return 0.0
    if not is_prose(line) and not (tabulated and line.links < _LINKED):
        return 0.0
    weight = line.size * (1 - line.links)
    return weight if not voted or _unspaced(line.text)[:_WINDOW] in voted else weight / 2


def _is_imprint(line: PageLine) -> bool:
    """Whether a line names those who run the site. Only at the edges of a page: an article may quote the like."""
    return line.size <= _IMPRINT and _patterns()["imprint"].search(line.text) is not None


def _unspaced(text: str) -> str:
    return "".join(text.split())


def _data_lines(nodes: Sequence[Node], tables: Collection[int]) -> set[int]:
    return {line for table in tables for line in range(nodes[table].first, nodes[table].last)}


def _furniture(nodes: Sequence[Node], mass: Sequence[float]) -> set[int]:
    """The lines in elements that are furniture by their tag or name and hold no fifth of the prose, or are hidden and
    hold not even half of it: a script may show them later.
    """
    sums = _sums(mass)
    barred: set[int] = set()
    done = 0
    for node in nodes:
        if node.first < done or node.first == node.last or node.parent < 0:
            continue
        named = node.tag in ("nav", "footer", "aside") or _patterns()["furniture"].search(node.names) is not None
        share = (sums[node.last] - sums[node.first]) / sums[-1] if sums[-1] else 0.0
        if (named and share < 0.2) or (node.hidden and share < 0.5):
            barred.update(range(node.first, node.last))
            done = node.last
    return barred


def _best(nodes: Sequence[Node], lines: Sequence[PageLine], mass: Sequence[float]) -> int:
    """The element that scores highest: a line counts fully for the element that holds its paragraph, less further out.

    That is the paragraph's parent, or the block itself where text stands in a ``div`` or a cell.
    """
    scores: dict[int, float] = {}
    for line, weight in zip(lines, mass, strict=True):
        node = line.node if nodes[line.node].tag in _HOLDERS else max(nodes[line.node].parent, 0)
        for share in (1.0, 0.6, 0.4, 0.2):
            scores[node] = scores.get(node, 0.0) + share * weight
            node = nodes[node].parent
            if node < 0:
                break
    return max(scores, key=lambda node: (scores[node], -node))


def _grown(nodes: Sequence[Node], node: int, mass: Sequence[float], noise: Sequence[float]) -> int:
    """The element, or the outer one that holds more of the article; ``mass`` and ``noise`` are sums over the lines."""

    def over(sums: Sequence[float], index: int) -> float:
        return sums[nodes[index].last] - sums[nodes[index].first]

    current = node
    outer = nodes[node].parent
    while outer >= 0:
        gain = over(mass, outer) - over(mass, current)
        loss = over(noise, outer) - over(noise, current)
        names = nodes[outer].names
        tolerated = (
            1.0 if _patterns()["editor"].search(names) else 0.1 if _patterns()["container"].search(names) else 0.0
        )
        if gain > loss or loss == 0 or loss < tolerated * over(mass, outer):
            current = outer
        outer = nodes[outer].parent
    return current


def _sums(values: Sequence[float]) -> list[float]:
    sums = [0.0]
    for value in values:
        sums.append(sums[-1] + value)
    return sums


def _chosen(
    lines: Sequence[PageLine],
    span: range,
    barred: Collection[int],
    inside: Collection[int],
    mass: Sequence[float],
) -> tuple[int, ...]:
    """The lines of the span that are no furniture."""
    body = [index for index in span if mass[index]]
    first, last = first_text(lines, body), body[-1]
    kept: list[int] = []
    related = False
    for index in span:
        line = lines[index]
        if index in inside:
            kept.append(index)
            continue
        if index in barred or is_chrome(line):
            continue
        linked = line.links >= _LINKED and _patterns()["enclosure"].search(line.text) is None
        heading = _patterns()["related"].fullmatch(line.text) is not None
        related = heading or (related and linked)
        around = index < first or index > last
        if related or (around and (linked or is_information(line.text) or _is_imprint(line))):
            continue
        kept.append(index)
    return tuple(kept)


def _following(lines: Sequence[PageLine], start: int, barred: Collection[int]) -> tuple[int, ...]:
    """The lines right after the article that sign or enclose: names of bodies, a date, 附件 and the files under it."""
    found: list[int] = []
    for index in range(start, min(start + _FOLLOWING, len(lines))):
        text = lines[index].text
        signs = is_body(text) or re.fullmatch(DATE, plain(text).strip()) is not None
        encloses = _patterns()["enclosure"].search(text) is not None and lines[index].size <= _IMPRINT
        if index in barred or not (signs or encloses):
            break
        found.append(index)
    return tuple(found)
