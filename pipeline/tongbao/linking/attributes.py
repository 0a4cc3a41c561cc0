"""Attributes of mentions by rule: what a quantity says, and first readings of departments and policies.

Quantities are read by the number grammar; periods have a module of their own, ``dating``. What a department does and
what kind of document a policy is and what is done with it are decided by learned models (``kinds``), for which the
readings here are one piece of evidence.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache

from tongbao.numbers import UnitTable, clause_around, parse_quantity
from tongbao.records import (
    Act,
    Bulletin,
    PolicyKind,
    Quantity,
    Role,
    Span,
)

#: What may follow the number of a session: the meeting, or the next session of a list.
_AFTER_SESSION = ("全会", "全体会议", "会议", "中全会", "、", "和", "次")


def quantity(text: str, span: Span, units: UnitTable | None = None) -> Quantity | None:
    """What the quantity at ``span`` says, ``None`` where the grammar finds no number there.

    A number that names a session is none (``十一届十次全会``, ``二十届四中全会``).
    """
    before, after = clause_around(text, span.start, span.end)
    if before.endswith("届") and after.startswith(_AFTER_SESSION):
        return None
    return parse_quantity(span.of(text), before, after, units)


# --- departments ---------------------------------------------------------------------------------------------------

_ISSUES = re.compile(
    r"[^，。；,;《]{0,12}?(?:印发|出台|制定|发布|下发|颁布|公布|修订|编制|起草|出具|提请)[^。；;]{0,14}《"
)
_FOLLOWED = re.compile(r"(?:按照|根据|落实|贯彻|依据|遵照|围绕|对照|按|在)[^，。；,;]{0,12}$")


def roles(bulletin: Bulletin, spans: Sequence[Span]) -> list[Role]:
    """The role of each department: from the list of units it stands in, else from the words around it."""
    units = sorted(
        (unit.span.start, unit.span.end, unit.role) for section in bulletin.sections for unit in section.units
    )
    starts = [unit[0] for unit in units]
    out: list[Role] = []
    for span in spans:
        at = bisect_right(starts, span.start) - 1
        if at >= 0 and span.end <= units[at][1]:
            out.append(units[at][2])
        else:
            out.append(_role(bulletin.text, span))
    return out


def _role(text: str, span: Span) -> Role:
    after = text[span.end : span.end + 40]
    before = text[max(0, span.start - 14) : span.start]
    if _ISSUES.match(after):
        return "issuer"
    if _FOLLOWED.search(before) or after.startswith(("的", "”", "、", "）", ")")):
        return "mentioned"
    return "actor"


# --- policies ------------------------------------------------------------------------------------------------------

_KINDS: tuple[tuple[PolicyKind, str], ...] = (
    ("notice", "通知|公告|通告|函|通报|批复|决定"),
    ("plan", "方案|规划|计划|纲要|行动|预案|要点|路线图"),
    ("opinion", "意见|措施|举措"),
    ("standard", "标准|规范|规程|指南|指引|导则|技术要求"),
    ("regulation", "条例|规定|办法|细则|规则|准则|制度|章程"),
    ("law", "法|法典|宪法"),
)
_CLOSING = re.compile(r"[（(][^（）()]*[）)]$")
_ACTS: tuple[tuple[Act, str], ...] = (
    ("amend", "修订|修改|修正|完善|废止"),
    ("issue", "印发|出台|制定|发布|下发|颁布|公布|编制|起草|出具|推出|拟定"),
    ("implement", "落实|贯彻|执行|按照|依照|依据|根据|实施|违反|对照|按|遵照|推进"),
)


def policy_kind(title: str) -> PolicyKind:
    """The kind that the last words of a title name; brackets such as (试行) do not count."""
    bare = _CLOSING.sub("", title.strip("《》〈〉<>＜＞\n ")).strip("》〉> \n")
    bare = _CLOSING.sub("", bare)
    for kind, words in _KINDS:
        if re.search(f"(?:{words})$", bare):
            return kind
    return "other"


def policy_act(text: str, span: Span) -> Act:
    """What the sentence does with the document: the nearest verb before it, else behind it, else it is cited."""
    before = re.split(r"[。；;\n]", text[max(0, span.start - 60) : span.start])[-1]
    # A list of titles shares the verb in front of the first one.
    before = re.sub(r"《[^《》]*》", "", before)
    found: tuple[int, Act] | None = None
    for act, words in _ACTS:
        for match in re.finditer(words, before):
            if found is None or match.end() > found[0]:
                found = (match.end(), act)
    if found and len(before) - found[0] <= 16:
        return found[1]
    after = re.match(r"[^。；;，,]{0,10}", text[span.end : span.end + 10])
    for act, words in _ACTS:
        if after and re.match(rf"(?:正式|已经|已|自)?[^，,]{{0,6}}?(?:{words})", after[0]):
            return act
    return "cite"


@cache
def _number_after() -> re.Pattern[str]:
    return re.compile(
        r"\s*[（(]?\s*([\u4e00-\u9fff]{1,12}(?:发|办|字|函|规|令)?\s*[〔\[【（(]\d{4}[〕\]】）)]\s*(?:第)?\d+\s*号)"
    )


def policy_number(text: str, span: Span) -> str | None:
    """The document number that follows a title, ``泉政办〔2023〕12号``, without the brackets round it."""
    match = _number_after().match(text, span.end)
    return match[1] if match else None


#: A title inside another, behind the outer one's opening mark; an outer title may end with it.
_INNER_TITLE = re.compile(r"[《〈][^《》〈〉]*(?:[》〉]|$)")


def is_trial(title: str) -> bool:
    """Whether the title says that the document is on trial; a title inside it speaks of another (〈办法（试行）〉)."""
    own = _INNER_TITLE.sub("", title[1:] if title.startswith(("《", "〈")) else title)
    return "试行" in own or "暂行" in own


_ISSUER = re.compile(
    r"《([\u4e00-\u9fff][\u4e00-\u9fff、 \u3000]{2,39}?)[ \u3000]*"
    r"(?:等[\d一二三四五六七八九十]+(?:个)?(?:部门|单位))?关于"
)
#: What ends the name of a region: 《泉州市关于…》 says where a document holds and not who issued it.
_REGION_ENDS = tuple("省市县区州盟旗镇乡")


def issuer_in_title(title: str) -> str | None:
    """The body in front of 关于 in a title, if one stands there (``《泉州市民政局关于…的通知》`` → 泉州市民政局).

    Several with a space between them come as they are written (中共中央 国务院); a region alone is no body.
    """
    match = _ISSUER.match(title)
    return match[1] if match and not match[1].endswith(_REGION_ENDS) else None
