"""Numbers that are in no row, each with the reason: nothing of a text is missing silently.

Reasons come in this order: what the mentions say (a period, a title, a body); patterns that no figure fits (``_firm``);
for a number that the grammar does not take for a quantity, patterns that a figure might fit too (``_loose``), and words
that merely hold a numeral; for the rest, whether it limits a population. What remains is a figure that the model did
not believe in: ``low_confidence``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import chain
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tongbao.numbers import Figures
from tongbao.records import Bulletin, LeftOutReason, Mention, Span

I64 = NDArray[np.int64]
_Patterns: TypeAlias = tuple[tuple[LeftOutReason, re.Pattern[str]], ...]

#: A numeral of one character is a part of a word (统一, 万里) where nothing else is known of it.
_HAN = frozenset("〇零一二三四五六七八九十百千万亿两半廿卅壹贰叁肆伍陆柒捌玖拾佰仟萬億俩")
_NUMERALS = "〇零一二三四五六七八九十百"
_FEW = rf"(?:[0-9]{{1,3}}|[{_NUMERALS}]{{1,3}})"
_ANY = rf"(?:[0-9]+|[{_NUMERALS}千两]+)"
#: Where a run of digits begins, where a line does: a pattern that looked on from every character would be slow.
_BEGIN, _LINE = "(?<![0-9.])", r"^[^\S\n]*"
_YEAR = "(?:19|20)[0-9]{2}"
_RANK = re.compile(rf"第(?<=[一-龥]第){_FEW}(?:[位名]|(?=[,。;、)\s升降滑]|$))")
_TO = "[-—–~至到]{1,2}"


def left_out(
    bulletin: Bulletin,
    mentions: Sequence[Mention],
    rows: Iterable[Span],
    probability: Callable[[Span], float],
    figures: Figures,
) -> list[tuple[Span, LeftOutReason, float | None]]:
    """Every number of the text that no row covers.

    Args:
        bulletin: the document.
        mentions: all its mentions, in text order.
        rows: spans of the quantities that became rows.
        probability: how likely a stretch is a quantity after all; reported for what looks like a figure, that is for
            ``low_confidence`` and ``threshold``.
        figures: all numbers of the text, and those that look like figures.

    Returns:
        Span, reason and, for those two, the probability; in text order.
    """
    text, folded = bulletin.text, figures.folded
    taken = _Cover(map(_ends, rows))
    firm: list[tuple[LeftOutReason, _Cover]] = [
        ("date", _Cover(_ends(m.span) for m in mentions if m.label == "PERIOD")),
        ("title", _Cover(_ends(m.span) for m in mentions if m.label == "POLICY")),
        ("name", _Cover(_ends(m.span) for m in mentions if m.label in ("DEPARTMENT", "ORGANIZATION", "SCOPE"))),
        ("list_mark", _Cover((s.span.start, s.span.start + len(s.number)) for s in bulletin.sections)),
        *_covers(_firm(), folded),
    ]
    loose = _covers(_loose(), folded)
    candidates = _Cover([*(_ends(span) for span, _ in figures.quantities), *_ranks(folded)])
    numerals = np.array(figures.edges, dtype=np.int64).reshape(-1, 2)
    numerals = numerals[~taken.covers(numerals)]
    known = zip(_first(firm, numerals), _first(loose, numerals), candidates.covers(numerals).tolist(), strict=True)
    out: list[tuple[Span, LeftOutReason, float | None]] = []
    for (start, end), (reason, other, figure) in zip(numerals.tolist(), known, strict=True):
        span = Span(start, end)
        limits = reason is None and _limits(folded, span)
        if reason is None and text[start:end] == "几":
            reason = "word"
        elif reason is None and not figure:
            reason = other
            if reason is None and not limits and text[start:end] in _HAN:
                reason = "word"
        if reason:
            out.append((span, reason, None))
        else:
            out.append((span, "threshold" if limits else "low_confidence", probability(span)))
    return out


def _ends(span: Span) -> tuple[int, int]:
    return span.start, span.end


def _ranks(folded: str) -> Iterable[tuple[int, int]]:
    """Ordinals that end what they stand in, as ranks do (居全省第二,); the nth of a series does not (第二批)."""
    return (match.span() for match in _RANK.finditer(folded))


def _covers(patterns: _Patterns, folded: str) -> list[tuple[LeftOutReason, _Cover]]:
    return [(why, _Cover(_spans(pattern, folded))) for why, pattern in patterns]


def _spans(pattern: re.Pattern[str], folded: str) -> Iterator[tuple[int, int]]:
    """Where a pattern of ``_compiled`` matches, from left to right; what one match holds is not looked at again."""
    match = pattern.search(folded)
    while match:
        yield match.span(1)
        match = pattern.search(folded, match.end(1))


def _first(covers: Sequence[tuple[LeftOutReason, _Cover]], stretches: I64) -> list[LeftOutReason | None]:
    """The reason of the first that covers each stretch."""
    found: list[LeftOutReason | None] = [None] * len(stretches)
    for why, cover in reversed(covers):
        for number in np.flatnonzero(cover.covers(stretches)).tolist():
            found[number] = why
    return found


def _compiled(*parts: tuple[LeftOutReason, str, Sequence[str]]) -> _Patterns:
    """Patterns from reasons, first characters and alternatives; group 1 is what they find.

    The first characters are a class that every find begins with. The engine skips all others fast only where a pattern
    begins with a class that it consumes: so it does, and then looks back at that character.
    """
    return tuple(
        (why, re.compile(f"[{first}](?<=(?=({'|'.join(alternatives)}))(?s:.))", re.MULTILINE))
        for why, first, alternatives in parts
    )


# All patterns read text whose full-width ASCII is folded: brackets, commas and colons have one form each.


@cache
def _firm() -> _Patterns:
    """Stretches that are no figures even where a measure word follows the number."""
    return _compiled(
        (
            "document_number",
            r"〔\[(【总年第0-9",
            (
                # 〔2023〕12号, (2024)闽01民初345号, 2024年第3号, (总第23期)
                r"[〔\[(【][0-9]{4}[〕\])】]\s*(?:[一-龥]{1,2}[0-9]{2,4}[一-龥]{1,3}|[一-龥]{0,3})第?[0-9]+\s*号",
                rf"总第\s?{_ANY}\s?[期号]|[年(][^,。;()\n]{{0,4}}第\s?{_ANY}\s?[期号]|第\s?{_ANY}\s?期(?=\)?[^\S\n]*$)",
                rf"(?:第|{_BEGIN})[0-9]++号(?:文|令|公告|通报)",
            ),
        ),
        (
            "list_mark",
            rf"\s(\[〔【#P第项案问事专关卡制附表图0-9{_NUMERALS}—-",
            (
                rf"{_LINE}(?:[(\[]?{_FEW}(?:[)\]、]|\.(?![0-9]))|第{_FEW}[章节条])",
                # of pages of figures: 01, 【9】, P3/7
                rf"{_LINE}(?:0[1-9](?=[\s、:]|$)|【\s?(?:0?[0-9]|[1-9][0-9])\s?】|P[0-9]{{1,2}}/[0-9]{{1,2}}(?![0-9]))",
                rf"{_LINE}[0-9]{{4}}-[0-9]{{1,3}}(?=[\s、.])",
                rf"{_LINE}〔?(?:项目|案例|问题|事项|专栏|关键词|卡片|制度|#)\s?{_FEW}(?=[\s:.、〕])",
                rf"(?:(?<![一-龥])|(?<=[见如详]))(?:附?[表图]|附件|附录)\s?:?\s?{_FEW}",
                rf"\[[0-9]{{1,2}}\]|{_LINE}[-—]\s?[0-9]{{1,4}}\s?[-—][^\S\n]*$",
                r"第\s?[0-9]+\s?页(?:[\s,/]*共\s?[0-9]+\s?页)?",
            ),
        ),
        ("title", "《", (r"《[^《》]{1,100}(?:《[^《》]{1,100}》[^《》]{0,100})?》",)),
        (
            "date",
            rf"\s“○0-9{_NUMERALS}",
            (
                rf"(?<![0-9])(?:{_YEAR}\s?年?\s?{_TO}\s?)?[0-9]{{4}}\s?年|[〇零○一二三四五六七八九]{{4}}年",
                rf"(?<![0-9])[0-9]{{2}}年[0-9]{{1,2}}月|(?<![0-9])(?:{_YEAR}|[0-9]{{2}})[-./][0-9]{{1,2}}[-./][0-9]{{1,2}}",
                rf"(?<![0-9.])(?:[0-9]{{1,2}}\s?(?:{_TO}|、)\s?)?[0-9]{{1,2}}\s?月(?:\s?[0-9]{{1,2}}\s?日)?",
                rf"[{_NUMERALS}]{{1,3}}月(?:[{_NUMERALS}]{{1,3}}日)?|[一二三四1-4]季度|“[一二三四五六七八九十]{{1,2}}五”",
                r"(?:(?<=日)|(?<=[上下]午)|(?<=凌晨)|(?<=晚上))\s?[0-9]{1,2}[时点](?:[0-9]{1,2}分)?",
                r"(?<![0-9])[0-9]{1,2}[时点](?:[0-9]{1,2}分|[许整起前后至到]|(?=高峰))|(?<=[至到])[0-9]{1,2}[时点](?![0-9])",
            ),
        ),
        (
            "code",
            rf"A-Za-z0-9.(_编代号工批索识标备流邮{_NUMERALS}—-",
            (
                # PM10, ISO22000, G324, GB/T 30600—2022, K3+200, addresses of the net
                r"K[0-9]+\+[0-9]+|(?<=[A-Za-z])[-—]?[0-9]++(?:\.[0-9]++)*(?:[-—][0-9]{4}(?![0-9]))?[A-Za-z0-9]*+",
                r"https?://[!-~]++|(?<![A-Za-z0-9._-])[A-Za-z0-9._-]++@[A-Za-z0-9._-]++",
                r"(?:编号|代码|号码|工单号|批号|索引号|识别码|标识码|备案号|流水号|邮编|邮政编码|[iI][dD])[为是:=\s]{0,3}"
                r"[A-Za-z0-9(\[〔][A-Za-z0-9()\[\]〔〕/.—-]*+",
                # telephones and the five-digit lines of the state
                r"\(?(?<![0-9.])0[0-9]{2,3}\)?\s?[-—]?\s?[0-9]{4,8}(?![0-9])|(?<![0-9.])1[3-9][0-9]{9}(?![0-9])",
                r"(?<![0-9.])(?<![0-9],)(?:12|9[56])[0-9]{3}(?=[”\"]?(?![件个起条次人万余多家])[一-龥]{0,6}?(?:热线|平台|专线))",
                # house numbers and roads, grades of berths
                rf"{_BEGIN}(?:[0-9]++号(?!召)|[0-9]++[栋幢座]\s?[0-9]+单元(?:\s?[0-9]+室?)?|[0-9.]++万?吨级)",
                rf"[0-9]{{2,3}}[国省县乡]道|(?<=[村屯庄]){_FEW}组|{_YEAR}级|{_BEGIN}[0-9]{{1,3}}路(?=公交|车|[、,])",
                rf"{_BEGIN}[0-9]{{3,4}}(?:办公)?室|{_BEGIN}[0-9]++千伏(?!安)|119(?=消防)",
            ),
        ),
        (
            "name",
            rf"第长珠举负两千“「0-9{_NUMERALS}",
            (
                rf"第?{_FEW}(?:届|次(?:全会|会议|全体|常委会|代表大会|党代会|中央)|中全会)",
                rf"[{_NUMERALS}]{{1,3}}大(?:以来|精神|报告|召开|闭幕|代表|提出|的|和)",
                # 世界500强, 15分钟便民圈, 三年提升行动, 二次供水, 长三角, 4·15; in quotation marks what is no speech
                rf"(?<!前){_BEGIN}[0-9]++强(?![化制调度降对于])|{_FEW}分钟[一-龥]{{0,10}}?圈",
                rf"{_FEW}年(?:义务教育|一贯制|禁渔)|{_FEW}小时[一-龥]{{0,4}}?(?:圈|通勤)|{_FEW}年一遇|负[0-9.]++[分个]",
                rf"[两三四]位数|{_BEGIN}[0-9]{{1,3}}周年|[{_NUMERALS}]{{1,3}}周年|{_BEGIN}[0-9]{{1,2}}连[增丰]|[二三]轮(?:土地)?(?:承包|延包)",
                rf"{_FEW}年[一-龥]{{0,6}}?(?:行动|计划|规划)|[一二三]次(?:供水|污染|创业|产业|能源|分配)",
                # 三方协议, 一折通, and places: 七里河, 三元桥, 六盘沟, 九峰水库
                r"三方(?:协议|机制|评估|机构|平台|监管)|一折通|八小时[之以]?外|二七区|五一(?:广场|路|新村)",
                rf"[{_NUMERALS}]{{1,2}}(?:里(?:[河牌庄墩松堤屯铺店]|[一-龥]桥)|元桥|眼桥|角亭|盘沟|峰(?:山|水库|镇)|峡)|十三陵|三门[镇湾]",
                r"[长珠]三角|三角洲|举一反三|(?<![0-9])[0-9]{1,2}·[0-9]{1,2}(?![0-9])|“[^“”\n,。;:!?]{1,12}”|「[^「」\n,。;:!?]{1,12}」",
            ),
        ),
        (
            "word",
            "统唯同单逐专进十一三",
            (
                r"[统唯同单逐专]一(?![0-9])|进一步|(?<!得)十分(?![钟之内以,。;、\s])",
                r"一[升降增减涨跌高低稳平]一[升降增减涨跌高低稳平]|三番五次|三天两头|三言两语",
            ),
        ),
    )


@cache
def _loose() -> _Patterns:
    """Stretches that are no figures unless a measure word makes the number one."""
    return _compiled(
        (
            "list_mark",
            rf"\s(第0-9{_NUMERALS}",
            (
                rf"(?:(?<=[,。;:])|^)\s?(?:第[{_NUMERALS}]{{1,2}}[,、:]|[{_NUMERALS}]{{1,2}}[是要])",
                rf"\({_FEW}\)(?=[一-龥0-9])|(?<=[;。:])\s?[0-9]{{1,2}}[.、](?![0-9])",
                rf"{_LINE}[0-9]{{1,2}}[ \u3000]+(?=[一-龥])",
            ),
        ),
        (
            "date",
            rf"上下初星礼周0-9{_NUMERALS}",
            (
                rf"{_FEW}\s?(?:日(?!元)|年)|(?<![0-9]){_YEAR}{_TO}{_YEAR}(?![0-9])|{_YEAR}[-./](?:0?[1-9]|1[0-2])(?![0-9.])",
                r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?|[上下]半年",
                rf"初[{_NUMERALS}]{{1,2}}|(?:星期|礼拜|周)[{_NUMERALS}]",
            ),
        ),
        (
            "code",
            rf"A-Z0-9.拨致电热传客分转千万亿{_NUMERALS}",
            (
                rf"{_BEGIN}[0-9.]++[A-Za-z]{{1,3}}(?![A-Za-z/²³])",
                r"(?:[A-Z]{2,6}|[A-Z]{1,6}/[A-Z]{1,6}) ?[0-9]+(?:[-—–][0-9]{4})?",
                r"(?<![0-9.])(?<![0-9],)(?:12|9[56])[0-9]{3}(?![0-9.%]|,[0-9])|1(?:10|19|20|22)(?=报警|接警|接处警|急救|指挥|平台)",
                r"(?:拨打|致电|电话|热线|传真|客服|分机|转)[一-龥]{0,4}[:为是(]{0,2}[0-9-]{3,}",
                rf"{_BEGIN}[0-9]{{7,}}+(?![.%])",
                rf"(?:[0-9]{{1,3}}|[{_NUMERALS}千万亿]{{1,3}})(?:星?级|类|型|等(?=奖|功|座|舱)|楼)",
            ),
        ),
        (
            "name",
            rf"第两“\"0-9{_NUMERALS}",
            (
                rf"第\s?{_ANY}|(?:985|211)(?=[、”]|工程|高校|大学)|[0-9]0后|{_FEW}\+[0-9A-Z一-龥](?=模式|机制|体系)",
                r"“[^“”\n]{1,24}”|\"[^\"\n,。;:]{1,12}\"",
                # 一项一策, 举一反三, 四舍五入: numerals at one or two characters from each other
                "[一二三四五六七八九十两](?:(?![一二三四五六七八九十两])[一-龥]{1,2}[一二三四五六七八九十两])+",
            ),
        ),
    )


_AFTER = re.compile(
    r"[^,。;0-9]{0,8}?(?:以上|以下|以内)(?!.{0,4}(?:达|占|为))(?:的(?!水平|目标|高位)|(?!的)[一-龥]{2})"
)
#: Ages and the first and last of an order, whatever is said of them.
_ALWAYS = re.compile(r"周?岁(?:及|\(含\))?以[上下]|[万亿]?元以上(?:的?[村企项镇县户]|[0-9])")
_ENDS = re.compile(r"[位名](?!。|,)")
#: What is sorted by size: 亿元级产业, 百亿元企业, 超亿元项目.
_CLASS = re.compile(r"[万亿]?元(?:级|台阶|企业|项目)")
#: A count of things in front, of which the number only says how large they are: 6家企业营收超百亿元.
_COUNTED = re.compile(r"[0-9一二两三四五六七八九十][家个户座所条][^,。;]{0,14}?(?:超过?|突破|过)$")
_BEYOND = re.compile(r"(?:超过?|不足|低于|高于|大于|小于|未达到?|不满|未满|满|逾)$")
_OF = re.compile(r"[一-龥%/A-Za-z℃]{0,6}?的")
_LIMIT = re.compile(
    r"(?:限值|阈值|报警值|警戒线|起付线|封顶线|门槛|[上下]限)(?:均|仅|只|分别|各)?(?:为|是|:)?\(?"
    r"(?:[0-9.]{1,9}[^,。;0-9]{0,8}?[、~和至-])*$"
)
_OPEN = re.compile(rf"\((?:[0-9]{{1,3}}{_TO})?$")
_CLOSE = re.compile(rf"(?:{_TO}[0-9]{{1,3}})?[一-龥]{{1,3}}\)")


def _limits(folded: str, span: Span) -> bool:
    """Whether the number says which things are meant (千人以上供水工程, 限值5毫克) and not how many there are."""
    before, after = folded[max(0, span.start - 40) : span.start], folded[span.end : span.end + 24]
    if (before.endswith("每") and span.of(folded) != "一") or _AFTER.match(after) or _LIMIT.search(before):
        return True
    if _ALWAYS.match(after) or (before[-1:] in ("后", "末") and _ENDS.match(after)):
        return True
    if _CLASS.match(after) or _COUNTED.search(before) or (_BEYOND.search(before) and _OF.match(after)):
        return True
    # 短期参保(1-3个月): a range in brackets tells what kind is meant.
    opened = _OPEN.search(before)
    return bool(opened and _CLOSE.match(after) and (len(opened[0]) > 1 or re.match(_TO, after)))


class _Cover:
    """Which stretches lie inside one of many, given by start and end."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        # In front of all stands one that reaches nowhere.
        edges = np.fromiter(chain((-1, -1), chain.from_iterable(spans)), dtype=np.int64).reshape(-1, 2)
        edges = edges[np.argsort(edges[:, 0], kind="stable")]
        self._starts = edges[:, 0]
        self._reach = np.maximum.accumulate(edges[:, 1])

    def covers(self, stretches: I64) -> NDArray[np.bool_]:
        """For each of ``stretches``, ``(n, 2)``, whether one holds it."""
        at = np.searchsorted(self._starts, stretches[:, 0], side="right") - 1
        found: NDArray[np.bool_] = self._reach[at] >= stretches[:, 1]
        return found
