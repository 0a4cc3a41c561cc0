"""Whether a figure is a change, or the start or the end of one, from the words around it in its clause."""

from __future__ import annotations

import re
from functools import cache

from tongbao.numbers.modifiers import BEFORE, word_before
from tongbao.numbers.tables import packaged_table
from tongbao.records import Change

#: What may stand between a change verb and its number.
_ADVERBS = r"(?:了|仅|只|再|又|共|幅度|近)*"
#: A comparison tells a change only where its base is an earlier time; 比全省高3个百分点 compares two places.
_TIME = (
    r"(?:上年|去年|前年|同期|前|之前|年初|年末|年底|上月|上周|上季|上届|上轮|上一|上半年|学期|前一日|\d年|\d月|惯例|均值"
    r"|过去|月底|五”末|年)"
)
_NUMERAL = r"(?:倒数|前)?第?[\d一二三四五六七八九十百千万亿两半]"
_MODIFIER = "(?:约|近|超过?|不足|不到)"
#: What alone stands between a change and the number that it led to: 提高6.3个百分点,达到58.4%.
REACHING = "(?:首次|目前|现|已)?达到?"
#: Before 提升 these make works of it, no growth: 改造提升1200户, 整体提升100所学校.
_WORKS = "(?:改造|完善|整体|规范|新建)"
#: Arrows and triangles in front of a number, and arrows from one number to the next.
_RISES, _FALLS, _TURNS = "↑▲△↗⬆", "↓▼▽↘⬇", "→➜⇒⟶➔"


@cache
def _words(*senses: str) -> str:
    """The words of ``data/changes.tsv`` with these senses, as an alternation, longest first.

    ``up`` and ``down`` are verbs and nouns whose amount follows at once (增长5%, 降幅31%); ``shift`` are verbs that go
    either way and only ever mark an end, with 到, 至, 为 or 成 (调整为).
    """
    return "(?:" + "|".join(sorted(map(re.escape, _of_senses(*senses)), key=len, reverse=True)) + ")"


def _of_senses(*senses: str) -> list[str]:
    rows = packaged_table("changes.tsv", ("word", "sense"))
    return [word for word, (sense,) in rows.items() if sense in senses]


def _firsts(*senses: str) -> str:
    """The first characters of the words with these senses: a look at one saves the words at all other places."""
    return "".join(sorted({word[0] for word in _of_senses(*senses)}))


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    up, down, verb = _words("up"), _words("down"), _words("up", "down", "shift")
    # What may stand between 到 and its number: 2022年的, 每人每月, 生均, 全省.
    place = "[全中西东][国省市县区部球]"
    gap = rf"(?:[^，。；、,;:：由从]{{0,8}}的|(?:每[\u4e00-\u9fff]{{1,2}})+|[生人户月年日村亩]均|{place})?"
    own = r"[^，。；、,;:：\d到至为由从比占的达]{1,14}"
    return {
        "to": re.compile(
            rf"(?=[{_firsts('up', 'down', 'shift')}跃升退])(?:{verb}(?:到(?!位)|至|为|成)了?|跃居|升居|退居){gap}$"
            r"|翻[一两]?番达?到$"
        ),
        "from": re.compile(r"(?:由|从)[^，。；、,;]{0,16}?$"),
        "width": re.compile(r"(?P<way>[增升减降跌])幅(?:收窄|扩大|回落)?(?:为|达到?|至|到)?$"),
        "turned": re.compile(rf"{_NUMERAL}[^\s，。；、,;{_TURNS}]{{1,3}}(?:分点)?\s*[{_TURNS}]\s*$"),
        "turns": re.compile(rf"^\s*[{_TURNS}]\s*{_MODIFIER}?{_NUMERAL}"),
        # Between two numbers any verb moves: 由51家整合为33家, 从140家壮大至510家.
        "leaves": re.compile(r"(?:由|从)[^，。；、,;到至]{0,16}?$"),
        "onward": re.compile(rf"^[\u4e00-\u9fff]{{0,4}}(?:到|至|为|成)了?{_MODIFIER}?{_NUMERAL}"),
        "arrived": re.compile(
            rf"(?:由|从)[^，。；、,;:：到至为成]{{0,16}}?{_NUMERAL}[^，。；、,;:：到至为成]{{1,10}}(?:到|至|为|成)了?$"
        ),
        "ends": re.compile(rf"^[^，。；;]{{0,24}}?(?:(?<!抽){verb}[^，。；、;]{{0,4}}?(?:到|至|为|成)|跃居|升居|退居)"),
        "reached": re.compile(rf"{_NUMERAL}[^，。；、,;:：到至为成]{{0,10}}[，,、]{REACHING}$"),
        "up": re.compile(rf"(?=[{_firsts('up')}])(?<!{_WORKS})(?<!{_WORKS}提)(?<!新){up}{_ADVERBS}$"),
        "down": re.compile(rf"(?=[{_firsts('down')}])(?<!核){down}{_ADVERBS}$"),
        "up_object": re.compile(rf"(?:净增|增加(?!值)|年增|(?<!促进)增收(?!节支)|多增){own}$"),
        "down_object": re.compile(rf"(?:减少){own}$"),
        "than": re.compile(
            rf"(?:(?:比|较)[^，。；、,;]{{0,10}}{_TIME}[^，。；、,;]{{0,8}}?|[同环]比(?:各|分别)?)"
            r"(?P<way>多|高|少|低|早|晚)出?了?$"
        ),
        "beyond": re.compile(rf"(?P<way>高|低|多|少)(?:出|于){_TIME}[^，。；、,;]{{0,4}}$"),
    }


def change_of(before: str, after: str) -> Change:
    """The change that the clause makes of a number between ``before`` and ``after``.

    ``from`` and ``to`` are the ends of a movement (由/从 … 到/至/为 …, with any verb between numbers; 到/至/为 after
    a change verb; → between two numbers). ``increase_by`` and ``decrease_by`` are amounts directly after a change verb,
    its noun (增幅为) or its sign (↑), after 增加/净增/减少 with their object, or after a comparison with an earlier
    time; what follows such an amount at once, with 达到, is ``to``. In a list (``分别增长7.6%、6.4%``) the caller
    passes the words before the first number.
    """
    head = before[-60:]
    word = word_before(head, len(head), BEFORE)
    head = head[: len(head) - len(word)].rstrip()
    patterns = _patterns()
    drawn = _drawn(head, after)
    if drawn != "none":
        return drawn
    width = "幅" in head and patterns["width"].search(head)
    if width:
        return "increase_by" if width["way"] in "增升" else "decrease_by"
    moves = "由" in head or "从" in head
    if patterns["to"].search(head) or (moves and patterns["arrived"].search(head)):
        return "to"
    if moves and _leaves(head, after[:40].lstrip()):
        return "from"
    reached = head.endswith(("达", "达到")) and patterns["reached"].search(head)
    if reached and change_of(head[: reached.start()], "") in ("increase_by", "decrease_by"):
        return "to"
    if patterns["up"].search(head) or patterns["up_object"].search(head):
        return "increase_by"
    if patterns["down"].search(head) or patterns["down_object"].search(head):
        return "decrease_by"
    than = (("比" in head or "较" in head) and patterns["than"].search(head)) or patterns["beyond"].search(head)
    if than:
        return "increase_by" if than["way"] in "多高晚" else "decrease_by"
    return "none"


def _leaves(before: str, after: str) -> bool:
    """Whether a number behind 由 or 从 is where a movement begins."""
    patterns = _patterns()
    if patterns["from"].search(before) and patterns["ends"].search(after):
        return True
    return bool(patterns["leaves"].search(before) and patterns["onward"].search(after))


def _drawn(before: str, after: str) -> Change:
    """The change that an arrow or a triangle beside the number makes of it."""
    mark = before[-1:] or " "
    if mark in _RISES:
        return "increase_by"
    if mark in _FALLS:
        return "decrease_by"
    if mark in _TURNS and _patterns()["turned"].search(before):
        return "to"
    return "from" if _patterns()["turns"].match(after) else "none"
