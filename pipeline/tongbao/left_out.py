"""Numbers that are in no row, each with the reason: nothing of a text is missing silently."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from functools import cache

from tongbao.numbers import find_numbers, find_quantities
from tongbao.records import Bulletin, LeftOutReason, Mention, Span

_HAN = re.compile(r"[〇零一二三四五六七八九十百千万亿两几半廿卅壹贰叁肆伍陆柒捌玖拾佰仟萬億俩]+")


@cache
def _patterns() -> tuple[tuple[LeftOutReason, re.Pattern[str]], ...]:
    """Stretches of text that are no figures, by reason; the first that covers a number names it."""
    figures, numerals = "0-9０-９", "〇零一二三四五六七八九十百"
    digit, han = f"[{figures}]", f"[{numerals}]"
    return (
        (
            "document_number",
            re.compile(rf"[〔\[【（(]{digit}{{4}}[〕\]】）)]\s*第?{digit}+\s*号|第?{digit}+号(?:文|令|公告)"),
        ),
        (
            "list_mark",
            re.compile(rf"^\s*[（(]?(?:{digit}{{1,3}}|{han}{{1,3}})(?:[）)、．]|\.(?!{digit}))", re.MULTILINE),
        ),
        (
            "list_mark",
            re.compile(
                rf"(?:第{han}{{1,2}}[，,、：:]|(?:(?<=[，。；：:;,])|^){han}{{1,2}}(?:是|要)|表{digit}+|图{digit}+)",
                re.MULTILINE,
            ),
        ),
        ("title", re.compile(r"《[^《》\n]{1,80}》")),
        (
            "date",
            re.compile(
                rf"(?:{digit}{{4}}|{digit}{{2}})\s*(?:年|[-./]{digit}{{1,2}}[-./]{digit}{{1,2}})|{digit}{{1,2}}\s*(?:月|日(?!元))"
                rf"|{digit}{{4}}[-—–~～至]{digit}{{4}}年?|{han}{{1,4}}(?:月份?|日)|[〇零一二三四五六七八九]{{4}}年"
                rf"|{digit}{{1,2}}[:：]{digit}{{2}}|[一二三四]季度|“{han}+五”|[初]{han}{{1,2}}|星期{han}|周{han}"
            ),
        ),
        (
            "code",
            re.compile(
                rf"[A-Za-z]+[-—]?{digit}+(?:\.{digit}+)?[A-Za-z]*|(?<![年月]){digit}+[A-Za-z]{{1,3}}(?![A-Za-z/²³])"
                rf"|(?:{digit}{{3,4}}[-—])?{digit}{{7,12}}(?![{figures}.%％元人个件万亿])"
                rf"|{digit}{{5}}(?=[”\"]?(?:热线|平台|政务|市民|举报|维权|便民|监督))"
                rf"|(?:{digit}|{han}){{1,3}}[级等类型](?!{digit})|{digit}+号(?:线|楼|院|公路|文件|机组|地块|库|厂房)?"
            ),
        ),
        (
            "name",
            re.compile(
                rf"第?(?:{digit}|{han}){{1,4}}(?:届|次(?:全会|会议|全体|中央)|中全会|大(?:以来|精神|报告|召开|的|和))|第[{numerals}两]+"
                rf"|“[^“”\n]{{1,24}}”|[一二三四五六七八九十两]+(?:[一-龥]{{1,2}}[一二三四五六七八九十两]+)+"
            ),
        ),
    )


def left_out(
    bulletin: Bulletin, mentions: Sequence[Mention], rows: Iterable[Span], probability: Callable[[Span], float]
) -> list[tuple[Span, LeftOutReason, float | None]]:
    """Every number of the text that no row covers.

    Args:
        bulletin: the document.
        mentions: all its mentions, in text order.
        rows: spans of the quantities that became rows.
        probability: how likely a stretch is a quantity after all; reported where that is the only reason.

    Returns:
        Span, reason and, for ``low_confidence``, the probability; in text order.
    """
    text = bulletin.text
    taken = _Cover(rows)
    by_label: list[tuple[LeftOutReason, _Cover]] = [
        ("date", _Cover(m.span for m in mentions if m.label == "PERIOD")),
        ("title", _Cover(m.span for m in mentions if m.label == "POLICY")),
        ("name", _Cover(m.span for m in mentions if m.label in ("DEPARTMENT", "ORGANIZATION", "SCOPE"))),
    ]
    marks = _Cover(Span(s.span.start, s.span.start + len(s.number) + 1) for s in bulletin.sections if s.number)
    by_label.append(("list_mark", marks))
    for why, pattern in _patterns():
        by_label.append((why, _Cover(Span(*match.span()) for match in pattern.finditer(text))))
    candidates = _Cover(span for span, _ in find_quantities(text))
    out: list[tuple[Span, LeftOutReason, float | None]] = []
    for span in find_numbers(text):
        if taken.covers(span):
            continue
        found = next((why for why, cover in by_label if cover.covers(span)), None)
        if found is None and not candidates.covers(span) and _HAN.fullmatch(span.of(text)):
            found = "word"
        if found:
            out.append((span, found, None))
        else:
            out.append((span, "threshold" if _limits(text, span) else "low_confidence", probability(span)))
    return out


_LIMIT = re.compile(r"[^，。；,;]{0,6}?(?:以上|以下|以内)(?!.{0,4}(?:达|占|为))[的\u4e00-\u9fff]{2}")


def _limits(text: str, span: Span) -> bool:
    """Whether the number says which things are meant (千人以上供水工程) and not how many there are."""
    return bool(_LIMIT.match(text, span.end))


class _Cover:
    """Whether a span lies inside one of many spans; the spans may touch but the later start wins."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._spans = sorted(spans)
        self._starts = [span.start for span in self._spans]
        self._reach: list[int] = []
        furthest = 0
        for span in self._spans:
            furthest = max(furthest, span.end)
            self._reach.append(furthest)

    def covers(self, span: Span) -> bool:
        at = bisect_right(self._starts, span.start) - 1
        return at >= 0 and self._reach[at] >= span.end
