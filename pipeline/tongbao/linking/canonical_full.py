"""A canonical name spelled out: ``泉州市资规局`` is ``泉州市自然资源和规划局``."""

from __future__ import annotations

from collections.abc import Container, Mapping
from functools import cache
from types import MappingProxyType

from tongbao import lexicon
from tongbao.lexicon import BodyKind
from tongbao.linking.canonical_regions import gazetteer_names, region_chain

#: Kinds whose short names are spelled out. Those of the Party, congresses and people's organisations are what these
#: bodies are called in documents of every rank (福建省纪委监委), and their full names are put together otherwise.
_SPELLED: frozenset[BodyKind] = frozenset(
    ("province", "local", "government", "justice", "police", "vertical", "institution", "township")
)


def spelled_out(name: str, text: str = "", known: Container[str] = ()) -> str:
    """``name`` with the short name of its body replaced by the full one.

    Only the name right behind the region is looked at, with anything behind it kept (市卫健委办公室). Where a short
    name has several full ones, the only one that ``text`` holds decides; otherwise the name stays as it is.
    Prefectures called by a short name (黔东南州) get their full one. ``known`` are names of regions beside those of the
    gazetteer.
    """
    if name in _central():
        return _central()[name]
    before = "中共" if name.startswith("中共") else ""
    chain = region_chain(name[len(before) :], known)
    if not chain:
        return name
    prefix = before + "".join(gazetteer_names().get(region, region) for region in chain)
    body = name[len(before) + sum(map(len, chain)) :]
    for end in range(len(body), 1, -1):
        if body[:end] in _full_names():
            break
        full = _full(body[:end], chain[-1], text)
        # 卫生健康委 does not stand for itself in 卫生健康委员会.
        if full is not None and not body.startswith(("公室", "员会", "事处"), end):
            # 市政府国资委; elsewhere what stands behind the body is a part of it, and stays (公安局交警支队).
            part = _full(body[end:], chain[-1], text) if full == "人民政府" else None
            return prefix + full + (part or body[end:])
    return prefix + body


def _full(body: str, region: str, text: str) -> str | None:
    shorts = _short_names()
    found = shorts.get(body, ())
    if not found and region[-1] + body in shorts:
        found = tuple(full[1:] for full in shorts[region[-1] + body] if full[0] == region[-1])
    if len(found) > 1:
        found = tuple(full for full in found if full in text)
    return found[0] if len(found) == 1 else None


@cache
def _full_names() -> frozenset[str]:
    return frozenset(body.full for body in lexicon.load().bodies)


@cache
def _short_names() -> Mapping[str, tuple[str, ...]]:
    """The full names by short name; those marked rare are left out, and so are former ones beside one in use."""
    names: dict[str, tuple[str, ...]] = {}
    for former in (False, True):
        for body in lexicon.load().bodies:
            if body.short is None or body.kind not in _SPELLED or (body.note == "former") is not former:
                continue
            # 生态环境分局 goes by the name of the place behind it: there is no longer form.
            if body.note != "rare" and not body.full.endswith("局分局") and not (former and body.short in names):
                names[body.short] = (*names.get(body.short, ()), body.full)
    return MappingProxyType(names)


@cache
def _central() -> Mapping[str, str]:
    """Central bodies by short name, but for the full names of state that nobody writes (中华人民共和国公安部)."""
    bodies = [body for body in lexicon.load().bodies if body.kind == "central" and body.short is not None]
    ceremonial = ("中华人民共和国", "中国共产党")
    return MappingProxyType({body.short or "": body.full for body in bodies if not body.full.startswith(ceremonial)})
