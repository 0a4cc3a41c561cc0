"""Indicator, period, scope and ``of`` by plain rules: the first linker, and the baseline of every later one."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence

from tongbao.linking.layout import Place, places
from tongbao.records import Bulletin, Link, Mention, Span

_JOINERS = (
    "达到 达 为 约 超过 超 突破 居 位居 列 位列 排名 排 保持 增长 下降 提高 降低 增加到 提高到 提高至 下降到 减少到 "
    "增至 降至 上升 由 从 至 到 近 了 共 累计 共计 已 均 分别"
).split()
_ADVERBS = "累计 共计 共 已经 已 均 分别 全部 总计 合计 其中 并 又 再 还 同时 全年 现".split()
_BARE_SHARE = re.compile(r"(?:占比|同比|环比|其中.*)$")


class RuleLinker:
    """Clause-bound heuristics; stateless."""

    def link(self, bulletin: Bulletin, mentions: Sequence[Mention]) -> list[Link]:
        """Links of all quantities, in text order of the quantities.

        Args:
            bulletin: the document.
            mentions: its mentions in text order.
        """
        found = places(bulletin, mentions)
        periods = [mention for mention in mentions if mention.label == "PERIOD"]
        scopes = [mention for mention in mentions if mention.label == "SCOPE"]
        skipped = sorted(mention.span for mention in [*periods, *scopes])
        out: list[Link] = []
        for number, place in enumerate(found):
            before = found[number - 1] if number else None
            after = found[number + 1] if number + 1 < len(found) else None
            pieces = _indicator(bulletin.text, place, before, after, skipped)
            if pieces:
                out.append(Link("measures", place.mention.id, pieces))
            period = _governor(periods, place.mention.span, place.sentence.start, bulletin, place.section)
            if period:
                out.append(Link("during", place.mention.id, (period.span,), period.id))
            scope = _last_before(scopes, place.mention.span.start, place.sentence.start)
            if scope:
                out.append(Link("within", place.mention.id, (scope.span,), scope.id))
            if before and before.sentence == place.sentence and _continues(bulletin.text, place, before, pieces):
                out.append(Link("of", place.mention.id, (), before.mention.id))
        return out


def _indicator(
    text: str, place: Place, before: Place | None, after: Place | None, skipped: Sequence[Span]
) -> tuple[Span, ...]:
    """What the clause says on both sides of the quantity, up to its neighbours, without period, scope and filler."""
    span, clause = place.mention.span, place.clause
    first, last = clause.start, clause.end
    if before and before.mention.span.end > first and before.clause.contains(span):
        first = before.mention.span.end
        comma = text.rfind("、", first, span.start)
        first = comma + 1 if comma >= 0 else first
    if after and after.mention.span.start < last and clause.contains(after.mention.span):
        comma = text.find("、", span.end, after.mention.span.start)
        last = comma if comma >= 0 else span.end
    left = [_trim(text, piece, _ADVERBS, _JOINERS) for piece in _without(Span(first, span.start), skipped)]
    right = [_trim(text, piece, ["的"], []) for piece in _without(Span(span.end, last), skipped)]
    return tuple(piece for piece in [*left, *right] if len(piece))


def _without(zone: Span, skipped: Sequence[Span]) -> Iterable[Span]:
    start = zone.start
    for span in skipped[bisect_left(skipped, Span(max(0, zone.start - 60), max(0, zone.start - 60))) :]:
        if span.start >= zone.end:
            break
        if span.end <= start:
            continue
        if span.start > start:
            yield Span(start, span.start)
        start = max(start, span.end)
    if start < zone.end:
        yield Span(start, zone.end)


def _trim(text: str, span: Span, heads: Sequence[str], tails: Sequence[str]) -> Span:
    start, end = span.start, span.end
    changed = True
    while changed and start < end:
        changed = False
        for word in heads:
            if text.startswith(word, start, end):
                start, changed = start + len(word), True
        for word in tails:
            if text.endswith(word, start, end):
                end, changed = end - len(word), True
        while start < end and (text[start].isspace() or text[start] in "、，,:：;；()（）。"):
            start, changed = start + 1, True
        while end > start and (text[end - 1].isspace() or text[end - 1] in "、，,:：;；()（）。"):
            end, changed = end - 1, True
    return Span(start, max(start, end))


def _governor(
    periods: Sequence[Mention], span: Span, sentence_start: int, bulletin: Bulletin, section: int
) -> Mention | None:
    """The last period before the quantity in its sentence, else in its section."""
    found = _last_before(periods, span.start, sentence_start)
    if found or section < 0:
        return found
    return _last_before(periods, span.start, bulletin.sections[section].span.start)


def _last_before(mentions: Sequence[Mention], end: int, start: int) -> Mention | None:
    at = bisect_left(mentions, end, key=lambda mention: mention.span.start) - 1
    return mentions[at] if at >= 0 and mentions[at].span.start >= start else None


def _continues(text: str, place: Place, before: Place, pieces: Sequence[Span]) -> bool:
    """Whether the quantity carries on the one before: nothing of its own, a bare share, or 其中 between them."""
    between = text[before.mention.span.end : place.mention.span.start]
    label = "".join(piece.of(text) for piece in pieces)
    return not label or bool(_BARE_SHARE.match(label)) or "其中" in between
