"""Mentions and links of one document → its rows. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from tongbao.left_out import left_out
from tongbao.linking.layout import Bodies, holding, innermost_sections
from tongbao.numbers import Figures, UnitTable, find_figures, normalise
from tongbao.records import (
    Annotated,
    Bulletin,
    Department,
    DepartmentRow,
    DocumentRow,
    ItemRow,
    LeftOutRow,
    Link,
    LinkKind,
    Mention,
    Period,
    Policy,
    PolicyRow,
    Quantity,
    QuantityRow,
    Section,
    Span,
    Tables,
)

#: Version of the columns; raised when one is added, renamed or changes its meaning.
SCHEMA = 1
#: ``of`` chains longer than this are cut; a text that nests deeper is not a bulletin.
_LONGEST_CHAIN = 8
#: A line end inside an indicator, with the indentation of the next line: the wrapping of the text, not its words.
_WRAP = re.compile(r"[ \t\u3000]*[\r\n][ \t\r\n\u3000]*")


def build_tables(
    bulletin: Bulletin,
    annotated: Annotated,
    model: str,
    probability: Callable[[Span], float],
    sure: Mapping[str, float],
    units: UnitTable | None = None,
    figures: Figures | None = None,
) -> Tables:
    """All rows of a document.

    Args:
        bulletin: the document.
        annotated: its mentions and links.
        model: name and version of the model, for the documents table.
        probability: how likely a stretch of text is a quantity, for ``left_out``.
        sure: the confidence of each quantity's row, by the quantity's id.
        units: the units that values are normalised by, the shipped ones unless others are given.
        figures: the numbers of the text, where they are known already.
    """
    view = _View(bulletin, annotated, sure, units)
    figures = figures or find_figures(bulletin.text, units)
    quantities = tuple(view.quantity(mention) for mention in annotated.mentions if mention.label == "QUANTITY")
    return Tables(
        documents=(_document(bulletin, model),),
        items=tuple(view.item(index, section) for index, section in enumerate(bulletin.sections)),
        departments=tuple(view.department(mention) for mention in annotated.mentions if mention.label == "DEPARTMENT"),
        policies=tuple(view.policy(mention) for mention in annotated.mentions if mention.label == "POLICY"),
        quantities=quantities,
        left_out=tuple(
            LeftOutRow(
                bulletin.id,
                view.path(span),
                span.of(bulletin.text),
                reason,
                view.sentence(span),
                span.start,
                span.end,
                how,
            )
            for span, reason, how in left_out(
                bulletin, annotated.mentions, (Span(row.start, row.end) for row in quantities), probability, figures
            )
        ),
    )


def _document(bulletin: Bulletin, model: str) -> DocumentRow:
    known = bulletin.metadata
    return DocumentRow(
        doc_id=bulletin.id,
        title=known.title,
        issuer=known.issuer,
        region=known.region,
        published=known.published,
        number=known.number,
        url=known.url,
        sha256=bulletin.sha256,
        near_duplicate_of=None,
        model=model,
        schema=SCHEMA,
        status="ok",
        error=None,
    )


class _View:
    """Look-ups that every row needs, made once a document."""

    def __init__(
        self, bulletin: Bulletin, annotated: Annotated, sure: Mapping[str, float], units: UnitTable | None
    ) -> None:
        self._bulletin = bulletin
        self._units = units
        self._sure = sure
        self._mentions = {mention.id: mention for mention in annotated.mentions}
        self._links: dict[tuple[str, LinkKind], Link] = {(link.source, link.kind): link for link in annotated.links}
        self._sections = innermost_sections(bulletin)
        self._sentence_starts = [sentence.start for sentence in bulletin.sentences]
        self._leads = _leads(bulletin, annotated.mentions)

    def _section(self, span: Span) -> int:
        return self._sections.at(span.start)

    def path(self, span: Span) -> str:
        """Path of the item that holds ``span``."""
        index = self._section(span)
        return self._bulletin.sections[index].path if index >= 0 else ""

    def sentence(self, span: Span) -> str:
        """The sentence that holds ``span``."""
        index = holding(self._bulletin.sentences, self._sentence_starts, span.start)
        return self._bulletin.sentences[index].of(self._bulletin.text) if index >= 0 else ""

    def item(self, index: int, section: Section) -> ItemRow:
        """A row of the items table."""
        title = section.title.of(self._bulletin.text) if section.title else None
        span = section.span
        return ItemRow(self._bulletin.id, section.path, title, self._leads[index], span.start, span.end)

    def department(self, mention: Mention) -> DepartmentRow:
        """A row of the departments table."""
        facts = mention.attributes
        if not isinstance(facts, Department):
            raise TypeError(f"{mention.id} is no department")
        return DepartmentRow(
            self._bulletin.id,
            self.path(mention.span),
            mention.span.of(self._bulletin.text),
            facts.canonical,
            facts.level,
            facts.region,
            facts.role,
            mention.span.start,
            mention.span.end,
            mention.confidence,
        )

    def policy(self, mention: Mention) -> PolicyRow:
        """A row of the policies table."""
        facts = mention.attributes
        if not isinstance(facts, Policy):
            raise TypeError(f"{mention.id} is no policy")
        outer = self._mentions.get(facts.nested_in or "")
        return PolicyRow(
            self._bulletin.id,
            self.path(mention.span),
            mention.span.of(self._bulletin.text),
            facts.kind,
            facts.act,
            facts.issuer,
            facts.number,
            facts.trial,
            outer.span.of(self._bulletin.text) if outer else None,
            mention.span.start,
            mention.span.end,
            mention.confidence,
        )

    def _indicator(self, identifier: str) -> str:
        link = self._links.get((identifier, "measures"))
        if link is None:
            return ""
        words = "".join([span.of(self._bulletin.text) for span in link.spans])
        return _WRAP.sub("", words) if "\n" in words or "\r" in words else words

    def _full_indicator(self, identifier: str, indicator: str) -> str:
        """Indicators from the outermost whole down to the quantity and its own ``indicator``, empty ones left out."""
        if (identifier, "of") not in self._links:
            return indicator
        parts: list[str] = []
        seen: set[str] = set()
        current: str | None = identifier
        while current and current not in seen and len(seen) < _LONGEST_CHAIN:
            seen.add(current)
            own = self._indicator(current)
            if own and own not in parts:
                parts.append(own)
            link = self._links.get((current, "of"))
            current = link.target if link else None
        return "·".join(reversed(parts))

    def _linked(self, identifier: str, kind: LinkKind) -> tuple[str | None, Mention | None]:
        link = self._links.get((identifier, kind))
        if link is None or not link.spans:
            return None, None
        return link.spans[0].of(self._bulletin.text), self._mentions.get(link.target or "")

    def quantity(self, mention: Mention) -> QuantityRow:
        """A row of the quantities table."""
        facts = mention.attributes
        if not isinstance(facts, Quantity):
            raise TypeError(f"{mention.id} is no quantity")
        index = self._section(mention.span)
        section = self._bulletin.sections[index] if index >= 0 else None
        period, dated = self._linked(mention.id, "during")
        dates = dated.attributes if dated and isinstance(dated.attributes, Period) else Period(None, None)
        scope, _ = self._linked(mention.id, "within")
        of_link = self._links.get((mention.id, "of"))
        indicator = self._indicator(mention.id)
        value_norm, unit_norm = normalise(facts.value, facts.unit, self._units)
        return QuantityRow(
            doc_id=self._bulletin.id,
            row=mention.id,
            item_path=section.path if section else "",
            item_title=section.title.of(self._bulletin.text) if section and section.title else None,
            lead_departments=self._leads[index] if section else (),
            indicator=indicator,
            indicator_full=self._full_indicator(mention.id, indicator),
            value=facts.value,
            low=facts.low,
            high=facts.high,
            unit=facts.unit,
            unit_norm=unit_norm,
            value_norm=value_norm,
            bound=facts.bound,
            kind=facts.kind,
            change=facts.change,
            of_row=of_link.target if of_link else None,
            period=period,
            period_start=dates.first,
            period_end=dates.last,
            scope=scope,
            sentence=self.sentence(mention.span),
            text=mention.span.of(self._bulletin.text),
            start=mention.span.start,
            end=mention.span.end,
            confidence=self._sure.get(mention.id),
        )


#: A unit as it stands in a list; 和 is no border, since it stands inside names (自然资源和规划局).
_LISTED = re.compile(r"[^、，,；;\s]+")
_NAME = re.compile(r"[\u4e00-\u9fff]{3,20}")


def _leads(bulletin: Bulletin, mentions: Sequence[Mention]) -> list[tuple[str, ...]]:
    """Names of the lead units of every section; an item without any takes those of the item it stands in."""
    bodies = Bodies(mentions)
    out: list[tuple[str, ...]] = []
    for section in bulletin.sections:
        names: list[str] = []
        for unit in section.units:
            if unit.role == "lead":
                names.extend(_units(bulletin.text, unit.span, bodies.touching(unit.span)))
        inherited = out[section.parent] if section.parent is not None and not names else ()
        out.append(tuple(dict.fromkeys(names)) or inherited)
    return out


def _units(text: str, listed: Span, bodies: Sequence[Mention]) -> list[str]:
    """The units of one list in text order.

    A unit is a department or organization mention inside the list, by its canonical name where known; and what stands
    between the commas of the list and looks like a name though no mention touches it: the label of the list says that
    it is a unit, whether the tagger knew it or not.
    """
    found: list[tuple[int, str]] = []
    for mention in bodies:
        if listed.contains(mention.span):
            facts = mention.attributes
            canonical = facts.canonical if isinstance(facts, Department) else None
            found.append((mention.span.start, canonical or mention.span.of(text)))
    for match in _LISTED.finditer(text, listed.start, listed.end):
        span = Span(*match.span())
        if _NAME.fullmatch(match[0]) and not any(mention.span.overlaps(span) for mention in bodies):
            found.append((span.start, match[0]))
    return [name for _, name in sorted(found)]
