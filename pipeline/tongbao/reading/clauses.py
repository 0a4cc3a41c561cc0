"""Clauses: the stretches between commas, semicolons, colons and full stops, and the insides of brackets."""

from __future__ import annotations

import re
from functools import cache

from tongbao.reading.lines import trim
from tongbao.records import Span

_DIGIT = "[0-9０-９]"


@cache
def _tokens() -> re.Pattern[str]:
    """Separators, brackets and title marks; a comma inside 1,149 and a colon inside 10:30 or 2.5:1 are not matched."""
    return re.compile(
        # The look at the first character saves the alternatives at all others.
        rf"""(?=[()（）《》,，:：;；。！？!|?.\s])(?:[()（）《》]
        | (?:(?<!{_DIGIT})|(?<={_DIGIT}{{4}})|(?!.{_DIGIT}{{3}}(?!{_DIGIT})))[,，]
        | (?:(?<!{_DIGIT})|(?!.{_DIGIT}))[:：]
        | [;；。！？!|]|\?(?![A-Za-z0-9_=&%/])
        | (?<=[\u4e00-\u9fff”"）)》%％])\.(?![A-Za-z0-9.])
        | (?<!\s)\s{{2,8}}(?=[^\s,，;；。:：|()（）《》]{{1,20}}[:：]))""",
        re.VERBOSE | re.DOTALL,
    )


@cache
def _figure() -> re.Pattern[str]:
    """What follows the colon of a ``label：value`` row: a figure that is no year."""
    return re.compile(rf"\s?[约近超逾达]?(?!{_DIGIT}{{4}}年){_DIGIT}")


def split_clauses(text: str, span: Span) -> tuple[Span, ...]:
    """The clauses inside ``span`` (one sentence), ordered by start, an enclosing clause before those inside it.

    A clause ends at ``, ; : 。 ! ?`` and their full-width forms and at ``|``, which belong to no clause; not inside a
    number (``1,149``), a time (``10:30``) or a ratio (``2.5:1``), and not inside ``《…》``. ``、`` ends none. In a row
    of ``label：figure`` the label belongs to the figure: the colon does not end the clause, and white space before the
    next label does. A bracket ``(…)`` is one piece of the clause it stands in, and its inside is split into clauses of
    its own, nested: ``检查(含抽查3次,整改2项)12家`` gives itself, ``含抽查3次`` and ``整改2项``. So the clause of a
    character is the shortest one that holds it. A bracket or ``《`` without its partner inside ``span`` is an ordinary
    character. Clauses carry no white space at their ends and are never empty. Linear in the length of the span.
    """
    tokens = list(_tokens().finditer(text, span.start, span.end))
    partner = _partners(tokens)
    found: list[Span] = []
    begins = [span.start]
    label = span.start  # where a row's label begins, if the present clause may be one
    skip_to = -1
    for i, match in enumerate(tokens):
        if i < skip_to:
            continue
        sign = match[0]
        if sign == "《":
            skip_to = partner.get(i, -1)
        elif sign in "(（":
            if i in partner:
                begins.append(match.end())
        elif sign in ")）":
            if i in partner:
                _add(found, text, begins.pop(), match.start())
        elif sign in ":：" and label == begins[-1] and _is_row(text, label, match.start(), span.end):
            label = -1
        elif sign != "》":
            _add(found, text, begins[-1], match.start())
            begins[-1] = match.end()
            label = match.end() if sign == "|" or sign.isspace() else -1
    _add(found, text, begins.pop(), span.end)
    if partner:  # without brackets they come in order
        found.sort(key=lambda clause: (clause.start, -clause.end))
    return tuple(found)


def _is_row(text: str, start: int, colon: int, end: int) -> bool:
    return 0 < colon - start <= 20 and _figure().match(text, colon + 1, end) is not None


def _add(found: list[Span], text: str, begin: int, end: int) -> None:
    if begin < end and (text[begin].isspace() or text[end - 1].isspace()):
        begin, end = trim(text, begin, end)
    if begin < end:
        found.append(Span(begin, end))


def _partners(tokens: list[re.Match[str]]) -> dict[int, int]:
    """Indexes of matched brackets and title marks, each way; brackets inside a title do not count."""
    if not any(match[0] in "》)）" for match in tokens):
        return {}
    titles: dict[int, int] = {}
    openers: list[int] = []
    for i, match in enumerate(tokens):
        if match[0] == "《":
            openers.append(i)
        elif match[0] == "》" and openers:
            titles[openers.pop()] = i
    partner: dict[int, int] = {}
    brackets: list[int] = []
    skip_to = -1
    for i, match in enumerate(tokens):
        if i < skip_to:
            continue
        if i in titles:
            partner[i] = skip_to = titles[i]
        elif match[0] in "(（":
            brackets.append(i)
        elif match[0] in ")）" and brackets:
            opener = brackets.pop()
            partner[opener], partner[i] = i, opener
    return partner
