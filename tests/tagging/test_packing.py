"""Texts laid end to end: where each stands, and that its columns and features are those that it has alone."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tongbao.tagging.columns import FeatureOptions, build_resources, packed_columns, text_columns
from tongbao.tagging.features import mention_features
from tongbao.tagging.packing import GAP, Packed

# NUL has a cluster of its own here: in a gap there is none.
RESOURCES = build_resources(
    np.random.default_rng(3).integers(1, 9, (0x10000, 2)).astype(np.uint8),
    [("region", ["泉州市", "泉州"]), ("body", ["纪委", "市教育局"]), ("cue_past", ["立案", "查处"])],
)
OPTIONS = FeatureOptions(words="rjieba")
TEXTS = st.lists(st.text("泉州市教育局立案4起3万元（）()《》“”\n，。\0", max_size=30), min_size=1, max_size=5)


@given(st.lists(st.text(max_size=20), min_size=1, max_size=6))
def test_every_text_stands_where_it_is_said_to(texts: list[str]) -> None:
    packed = Packed.build(texts)
    spans = list(zip(packed.begins.tolist(), packed.ends.tolist(), strict=True))
    assert [packed.text[begin:end] for begin, end in spans] == texts
    assert len(packed.text) == sum(map(len, texts)) + GAP * (len(texts) - 1)
    assert set(packed.gaps().tolist()) == set(range(len(packed.text))) - {
        at for begin, end in spans for at in range(begin, end)
    }
    for begin, end in spans:
        inside = np.arange(begin, end + 1)  # the end, too
        assert packed.begin_of(inside).tolist() == [begin] * len(inside)
        assert packed.end_of(inside).tolist() == [end] * len(inside)


@given(TEXTS)
def test_no_column_depends_on_another_text(texts: list[str]) -> None:
    together = packed_columns(texts, RESOURCES, OPTIONS)
    begins = together.packed.begins.tolist()
    assert together.words is not None
    assert together.figures is not None
    for number, (text, begin) in enumerate(zip(texts, begins, strict=True)):
        alone = text_columns(text, RESOURCES, OPTIONS)
        here = slice(begin, begin + len(text))
        assert alone.names is not None
        assert alone.clusters is not None
        assert together.names is not None
        assert together.clusters is not None
        pairs = [
            (together.points, alone.points),
            (together.kinds, alone.kinds),
            (together.cues, alone.cues),
            (together.grammar, alone.grammar),
            *zip(together.names, alone.names, strict=True),
            *zip(together.clusters, alone.clusters, strict=True),
        ]
        for found, wanted in pairs:
            assert found is not None
            assert np.array_equal(found[here], wanted)  # type: ignore[arg-type]
        assert together.figures[number].quantities == alone.figures[0].quantities  # type: ignore[index]
        at = np.arange(len(text))
        seen, own = together.words.seen(at + begin), alone.words.seen(at)  # type: ignore[union-attr]
        assert np.array_equal(seen.place(), own.place())
        for offset in range(-3, 4):
            assert np.array_equal(seen.around(offset), own.around(offset))
    gaps = together.packed.gaps()
    columns = [together.points, together.kinds, together.cues, together.grammar]
    for column in (*columns, *(together.names or ()), *(together.clusters or ())):
        assert column is not None
        assert not column[gaps].any()


@given(TEXTS)
def test_no_feature_depends_on_another_text(texts: list[str]) -> None:
    columns = packed_columns(texts, RESOURCES, OPTIONS)
    together = mention_features(columns, True)
    for text, begin in zip(texts, columns.packed.begins.tolist(), strict=True):
        alone = mention_features(text_columns(text, RESOURCES, OPTIONS), True)
        assert np.array_equal(together[begin : begin + len(text)], alone)
