"""A user's own names of bodies, in full."""

from __future__ import annotations

from collections.abc import Container, Mapping

from tongbao.linking.canonical_regions import KINDS, region_chain


def in_full(surface: str, full_names: Mapping[str, str], regions: Container[str]) -> str:
    """``surface`` with the name that ends it replaced by the full one that a user gave for it.

    What stands before the name must be regions or a word for a level: with 数据局 for 数据管理局, 市数据局 and
    泉州市数据局 are spelled out and 大数据局 is not. A full name that begins with its region is taken as it is, but not
    for the body of another region.

    Args:
        surface: the name of a body in a text.
        full_names: full names by the names that stand for them.
        regions: names of regions known besides those of the gazetteer.
    """
    for at in range(len(surface) - 1 if full_names else 0):
        head, full = surface[:at], full_names.get(surface[at:])
        if full is None:
            continue
        if not head:
            return full
        before, within = _regions(head, regions), region_chain(full, regions)
        if before is None and surface[at] in KINDS:  # 泉州|市数据局: the name begins with the last word of the region
            head += surface[at]
            before, full = _regions(head, regions), full.removeprefix(surface[at])
        if before is not None and (not within or not before or before[-1] in within):
            return full if within else head + full
    return surface


def _regions(head: str, known: Container[str]) -> list[str] | None:
    """The regions that ``head`` consists of, none for a word for a level; ``None`` where it is something else."""
    chain = region_chain(head, known)
    return chain if head in KINDS or "".join(chain) == head else None
