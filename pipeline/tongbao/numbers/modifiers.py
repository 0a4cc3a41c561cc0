"""The words that bound a number: inside the span (约, 以上), and just outside it (突破)."""

from __future__ import annotations

import re
from functools import cache

from tongbao.records import Bound

#: Signs that bound like words; as no word ends with one, they bound outside a span too.
_SIGNS: dict[str, Bound] = {
    **dict.fromkeys("≥≧⩾", "at_least"),
    **dict.fromkeys("≤≦⩽", "at_most"),
    **dict.fromkeys("≈≒", "approx"),
}
#: Words before the number that belong to its span.
BEFORE: dict[str, Bound] = {
    **_SIGNS,
    **dict.fromkeys(("约", "近", "大约", "约为", "将近", "接近", "差不多", "大概", "约计", "几乎", "近乎"), "approx"),
    **dict.fromkeys(
        ("超", "超过", "逾", "至少", "最少", "多于", "不下", "不下于", "不亚于", "不止", "超出"), "at_least"
    ),
    **dict.fromkeys(("不少于", "不低于", "不得少于", "不得低于", "不小于", "不能少于", "不能低于", "上"), "at_least"),
    **dict.fromkeys(("不超过", "不得超过", "不超", "不能超过", "未超过", "不高于", "不得高于", "不多于"), "at_most"),
    **dict.fromkeys(
        ("不大于", "不足", "不到", "不满", "未满", "至多", "最多", "顶多", "低于", "少于", "小于"), "at_most"
    ),
    **dict.fromkeys(("不得多于", "不得大于", "未达"), "at_most"),
}
#: Words after the unit (or after the number, before the unit) that belong to the span.
AFTER: dict[str, Bound] = {
    **dict.fromkeys(("左右", "上下", "前后", "多", "余", "有余", "许", "光景"), "approx"),
    **dict.fromkeys(("以上", "之上", "及以上", "开外", "往上", "起步"), "at_least"),
    **dict.fromkeys(("以下", "之下", "及以下", "以内", "之内", "内", "封顶"), "at_most"),
}
#: Reaching verbs: outside the span, at its left edge. 达 and 达到 reach and do not bound.
REACHING: dict[str, Bound] = {
    **_SIGNS,
    **dict.fromkeys(("突破", "破", "迈上", "迈过", "跨过", "跨上", "跨越", "刚过", "冲破", "站上", "跃上"), "at_least"),
    **dict.fromkeys(("闯过", "登上", "越过", "高于", "大于"), "at_least"),
    **dict.fromkeys(("封顶",), "at_most"),
}
_PARTICLES = "了"
_LONGEST = max(map(len, {**BEFORE, **REACHING}))
_LAST = frozenset(word[-1] for word in {**BEFORE, **REACHING})
LONGEST_AFTER = max(map(len, AFTER))


def word_before(text: str, end: int, words: dict[str, Bound]) -> str:
    """The longest of ``words``, ``BEFORE`` or ``REACHING``, that ends at ``end``, or an empty string."""
    if text[end - 1 : end] not in _LAST:
        return ""
    for length in range(min(_LONGEST, end), 0, -1):
        if text[end - length : end] in words:
            return text[end - length : end]
    return ""


def word_after(text: str, start: int) -> str:
    """The longest word of ``AFTER`` that starts at ``start``, or an empty string."""
    for length in range(LONGEST_AFTER, 0, -1):
        if text[start : start + length] in AFTER:
            return text[start : start + length]
    return ""


@cache
def _distant() -> tuple[tuple[str | tuple[str, ...], re.Pattern[str], Bound], ...]:
    """Bounds set from further off in the clause, each behind what its pattern ends with: 至少开展|两轮,
    不足全国平均水平的|三分之一.
    """
    gap = r"[^\d，。；、,;]{1,12}"
    return (
        ("的", re.compile(rf"(?:不足|不到|不及|未达|不超过|别超过|不得超过){gap}的$"), "at_most"),
        ("的", re.compile(rf"(?<![不未别得])超过{gap}的$"), "at_least"),
        ("", re.compile(r"(?:至少|最少|不少于)(?!的)[^\d，。；、,;]{1,4}$"), "at_least"),
        ("", re.compile(r"(?:至多|最多|顶多)(?!的)[^\d，。；、,;]{1,4}$"), "at_most"),
        (
            ("占", "为", "有", "合", "于"),
            re.compile(r"(?:(?<![节公合条签特预])约|大约|大致)(?:占|为|有|合|等于|相当于)$"),
            "approx",
        ),
    )


def outer_bound(before: str) -> Bound | None:
    """The bound that the words before a span set on it, or ``None``."""
    tail = before[-40:].rstrip().rstrip(_PARTICLES)
    word = word_before(tail, len(tail), REACHING)
    if word:
        return REACHING[word]
    # A modifier that the span should have held; one character alone may end another word (节约, 最近).
    word = word_before(tail, len(tail), BEFORE)
    if len(word) > 1:
        return BEFORE[word]
    tail = tail.rstrip()
    for endings, pattern, bound in _distant():
        if tail.endswith(endings) and pattern.search(tail):
            return bound
    return None
