"""Pages of figures made of gold documents: numbers and their labels on lines of their own. At training time only.

Gold has few such pages, and each is set in its own way: the label over its number or under it, with blank lines between
them or not, on one line or cut in two. A page that is made of a document's figures says nothing new about words. What
it teaches is that the setting of a page decides where labels stand, one way as often as the other. It holds
quantities and their indicators alone, so that only the chains of indicators may learn from it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from tongbao.linking.layout import is_heading
from tongbao.reading import read_text
from tongbao.records import Annotated, Link, Mention, Span

#: Labels and numbers of other lengths are rare on pages of figures.
_LABELS, _LONGEST_NUMBER = range(2, 17), 12
_LONGEST_HEADING, _LONGEST_PROSE = 20, 160
#: A page is made of a document with so many figures that fit, and has so many cards.
_FEWEST, _CARDS, _IN_A_ROW = 6, (8, 24), (1, 6)
#: Between cells of a table.
_CELLS = ("\u3000", "\u3000\u3000", "\u3000\u3000\u3000", "  ", "    ", "｜", " | ")
#: Between a label and its number, with how often.
_BETWEEN = {"\n": 0.62, "\n\n": 0.13, "\u3000\u3000": 0.15, "：": 0.1}


@dataclass(frozen=True, slots=True)
class _Setting:
    """How a page is set; ``mixed`` pages have labels in front in one row and behind in the next. Where there is a
    ``table``, labels are heads over their numbers and this is what stands between cells.
    """

    label_first: bool
    mixed: bool
    between: str
    behind: str
    indent: str
    blank_under_heading: bool
    two_lines: bool
    table: str

    @classmethod
    def drawn(cls, draw: random.Random) -> _Setting:
        between = draw.choices([*_BETWEEN], [*_BETWEEN.values()])[0]
        colon = between == "："
        close = between != "\n\n" and draw.random() < 0.5
        return cls(
            label_first=colon or draw.random() < 0.5,
            mixed=not colon and draw.random() < 0.15,
            between=between,
            behind="\n" if close else draw.choice(["\n\n", "\n\n", "\n\n\n"]),
            indent="\u3000\u3000" if draw.random() < 0.15 else "",
            blank_under_heading=draw.random() < 0.5,
            two_lines=draw.random() < 0.15,
            table=draw.choice(_CELLS) if draw.random() < 0.2 else "",
        )


@dataclass(frozen=True, slots=True)
class _Source:
    """What a document gives to a page: ``cards``, labels and numbers; ``prose``, sentences with figures and the
    mentions in them; ``headings``.
    """

    document: Annotated
    cards: tuple[tuple[str, Mention], ...]
    prose: tuple[tuple[Span, tuple[Mention, ...]], ...]
    headings: tuple[str, ...]
    pieces: dict[str, tuple[Span, ...]]

    @classmethod
    def of(cls, document: Annotated) -> _Source:
        text, bulletin = document.text, read_text(document.text, document.id)
        pieces = {link.source: link.spans for link in document.links if link.kind == "measures"}
        cards: list[tuple[str, Mention]] = []
        prose: list[tuple[Span, tuple[Mention, ...]]] = []
        headings: list[str] = []
        for sentence in bulletin.sentences:
            inside = tuple(mention for mention in document.mentions if sentence.contains(mention.span))
            figures = [mention for mention in inside if mention.label == "QUANTITY"]
            surface = sentence.of(text)
            if not inside and len(sentence) <= _LONGEST_HEADING and is_heading(text, sentence):
                headings.append(surface.strip())
            known = all(sentence.contains(piece) for one in figures for piece in pieces.get(one.id, ()))
            if figures and known and len(sentence) <= _LONGEST_PROSE and "\n" not in surface:
                prose.append((sentence, inside))
            cards += [(label, one) for one in figures if (label := _label(text, one, pieces.get(one.id, ())))]
        return cls(document, tuple(cards), tuple(prose), tuple(headings), pieces)


def _label(text: str, figure: Mention, pieces: Sequence[Span]) -> str:
    """The words of an indicator as a label; none where they or the number do not fit on a card."""
    label, number = "".join(piece.of(text) for piece in pieces), figure.span.of(text)
    fits = len(pieces) <= 2 and len(label) in _LABELS and len(number) <= _LONGEST_NUMBER
    return label if fits and "\n" not in label + number else ""


@dataclass(slots=True)
class _Page:
    """A page that is being written."""

    parts: list[str] = field(default_factory=list)
    length: int = 0
    mentions: list[Mention] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)

    def put(self, part: str) -> Span:
        """Write on, and return where."""
        begin = self.length
        self.parts.append(part)
        self.length += len(part)
        return Span(begin, self.length)

    def mention(self, mention: Mention, span: Span, pieces: Sequence[Span]) -> None:
        """Keep a mention, and its indicator if there is one."""
        name = f"m{len(self.mentions) + 1}"
        self.mentions.append(replace(mention, id=name, span=span))
        if pieces:
            self.links.append(Link("measures", name, tuple(pieces)))


def pages(documents: Sequence[Annotated], count: int, seed: int) -> Iterator[Annotated]:
    """``count`` pages, each of a document that has figures enough, with the ids ``ID~page1``, ``ID~page2``, …; the same
    seed gives the same pages. None where no document has figures enough.
    """
    sources = [source for document in documents if len((source := _Source.of(document)).cards) >= _FEWEST]
    draw = random.Random(f"{seed}:pages")
    for number in range(1, count + 1 if sources else 1):
        source = draw.choice(sources)
        yield _written(source, _Setting.drawn(draw), draw, f"{source.document.id}~page{number}")


def _written(source: _Source, setting: _Setting, draw: random.Random, name: str) -> Annotated:
    page = _Page()
    title = source.document.text.partition("\n")[0][:40]
    page.put(title + draw.choice(["\n", "\n\n"]))
    begin = draw.randrange(len(source.cards))
    cards = [*source.cards[begin:], *source.cards[:begin]][: draw.randint(*_CARDS)]
    while cards:
        size = draw.randint(*_IN_A_ROW)
        row, cards = cards[:size], cards[size:]
        if source.headings and draw.random() < 0.7:
            blank = "\n" if setting.blank_under_heading else ""
            page.put(f"{setting.indent}{draw.choice(source.headings)}\n{blank}")
        label_first = draw.random() < 0.5 if setting.mixed else setting.label_first
        if setting.table and len(row) > 1:
            _table(page, setting, source.document.text, row)
            continue
        for label, number in row:
            _card(page, setting, label_first, _lines(label, setting, draw), (source.document.text, number))
        if setting.behind == "\n" and draw.random() < 0.7:
            page.put("\n")
        if source.prose and draw.random() < 0.5:
            _sentence(page, source, setting.indent, *draw.choice(source.prose))
            page.put(draw.choice(["\n", "\n\n"]))
    mentions = sorted(page.mentions, key=lambda mention: (mention.span.start, -mention.span.end))
    return replace(
        source.document,
        id=name,
        text="".join(page.parts),
        mentions=tuple(mentions),
        links=tuple(page.links),
        sections=(),
    )


def _lines(label: str, setting: _Setting, draw: random.Random) -> list[str]:
    """A label, cut in two where the page's labels are and this one is long enough."""
    if not setting.two_lines or len(label) < 5:
        return [label]
    cut = draw.randint(2, len(label) - 2)
    return [label[:cut], label[cut:]]


def _card(page: _Page, setting: _Setting, label_first: bool, lines: Sequence[str], number: tuple[str, Mention]) -> None:
    text, figure = number
    between = setting.between + (setting.indent if "\n" in setting.between else "")
    page.put(setting.indent)
    if label_first:
        piece = _put_label(page, lines, setting.indent)
        page.put(between)
        span = page.put(figure.span.of(text))
    else:
        span = page.put(figure.span.of(text))
        page.put(between)
        piece = _put_label(page, lines, setting.indent)
    page.mention(figure, span, [piece])
    page.put(setting.behind)


def _table(page: _Page, setting: _Setting, text: str, row: Sequence[tuple[str, Mention]]) -> None:
    """A line of labels and a line of their numbers."""
    heads: list[Span] = []
    for number, (label, _) in enumerate(row):
        page.put(setting.table if number else setting.indent)
        heads.append(page.put(label))
    page.put("\n")
    for number, ((_, figure), head) in enumerate(zip(row, heads, strict=True)):
        page.put(setting.table if number else setting.indent)
        page.mention(figure, page.put(figure.span.of(text)), [head])
    page.put(setting.behind)


def _put_label(page: _Page, lines: Sequence[str], indent: str) -> Span:
    """Write a label, and return where: one piece, since its words run on over the end of a line."""
    return page.put(f"\n{indent}".join(lines))


def _sentence(page: _Page, source: _Source, indent: str, sentence: Span, inside: Sequence[Mention]) -> None:
    """A sentence as it stands, with its mentions."""
    page.put(indent)
    shift = page.put(sentence.of(source.document.text)).start - sentence.start

    def moved(span: Span) -> Span:
        return Span(span.start + shift, span.end + shift)

    for mention in inside:
        pieces = source.pieces.get(mention.id, ()) if mention.label == "QUANTITY" else ()
        page.mention(mention, moved(mention.span), [moved(piece) for piece in pieces])
