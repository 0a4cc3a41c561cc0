"""Where spans may stand: which of them may overlap, how they begin and end, and that no sentence ends inside one."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from tongbao.annotation.problem import Code, Problem, named
from tongbao.records import Annotated, Mention, Policy, Span


def overlaps(document: Annotated) -> Iterator[Problem]:
    """Spans that share a character. The guidelines allow that for a title inside a title, and for nothing else."""
    inside: set[str] = set()
    mentions = sorted(document.mentions, key=lambda mention: (mention.span.start, -mention.span.end))
    starts = [mention.span.start for mention in mentions]
    for at, outer in enumerate(mentions):
        for inner in mentions[at + 1 : bisect_left(starts, outer.span.end)]:
            if outer.label == inner.label == "POLICY" and outer.span.contains(inner.span):
                inside.add(inner.id)
                continue
            how = "lies inside" if outer.span.contains(inner.span) else "overlaps"
            yield _problem("overlap", inner, document.text, f"{how} {named(outer, document.text)}")
    yield from _nesting(document, inside)


def _nesting(document: Annotated, inside: set[str]) -> Iterator[Problem]:
    """Titles whose ``nested`` does not say where they stand, or whose ``nested_in`` is not around them."""
    known = {mention.id: mention for mention in document.mentions}
    for mention in document.mentions:
        policy = mention.attributes
        if not isinstance(policy, Policy):
            continue
        if policy.nested and mention.id not in inside:
            yield _problem("nesting", mention, document.text, "is nested, and no POLICY lies around it")
        elif not policy.nested and mention.id in inside:
            yield _problem("nesting", mention, document.text, "lies inside a POLICY and is not nested")
        if policy.nested_in is not None:
            outer = known[policy.nested_in]
            if outer is mention or not outer.span.contains(mention.span):
                message = f"is nested in {named(outer, document.text)}, which does not lie around it"
                yield _problem("nesting", mention, document.text, message)


def edges(document: Annotated) -> Iterator[Problem]:
    """Spans that begin or end with white space."""
    for mention in document.mentions:
        surface = mention.span.of(document.text)
        if surface != surface.strip():
            yield _problem("edges", mention, document.text, "begins or ends with white space")


def crossings(document: Annotated, sentences: tuple[Span, ...]) -> Iterator[Problem]:
    """Spans that lie in no one sentence. Those with white space at an edge are left to :func:`edges`."""
    for mention in document.mentions:
        surface = mention.span.of(document.text)
        if surface == surface.strip() and sentence_of(mention.span, sentences) is None:
            yield _problem("sentence", mention, document.text, "runs over the end of a sentence")


def sentence_of(span: Span, sentences: Sequence[Span]) -> Span | None:
    """The one of ``sentences`` (in text order, apart) that holds a span; ``None`` where none holds all of it."""
    at = bisect_right(sentences, span.start, key=lambda sentence: sentence.start) - 1
    return sentences[at] if at >= 0 and sentences[at].contains(span) else None


def _problem(code: Code, mention: Mention, text: str, what: str) -> Problem:
    return Problem(code, mention.span.start, f"{named(mention, text)} {what}")
