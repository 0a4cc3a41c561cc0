"""Columns as codes: templates over them are those over the columns themselves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.tagging import templates as module
from tongbao.tagging.coding import Coded, joined
from tongbao.tagging.columns import FeatureOptions, build_resources, text_columns
from tongbao.tagging.features import Marks, mention_features, mention_scores
from tongbao.tagging.templates import Templates
from tongbao.tagging.weights import ID_BITS, WeightTable

COLUMNS = st.integers(1, 30).flatmap(
    lambda size: st.lists(st.lists(st.integers(0, 9), min_size=size, max_size=size), min_size=1, max_size=4)
)
TEXT = "1.泉州市教育局《关于〈水质〉的通知》(牵头单位:市水利局)立案约43起，罚没1.24万元。\n全市“白名单”64家😀。\n"


@given(COLUMNS)
def test_joined_columns_are_the_columns_side_by_side(columns: list[list[int]]) -> None:
    together = joined(*(Coded.of(np.array(column, dtype=np.uint64)) for column in columns))
    plain = together.plain() if isinstance(together, Coded) else together
    assert [part.tolist() for part in plain] == columns


@given(COLUMNS)
def test_coded_templates_have_the_ids_of_plain_ones(columns: list[list[int]]) -> None:
    plain = [np.array(column, dtype=np.uint64) for column in columns]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BLOCK_ROWS", 1)
        coded, bare = Templates(len(plain[0])), Templates(len(plain[0]))
        for sink, parts in ((coded, [Coded.of(column) for column in plain]), (bare, plain)):
            sink.add(*parts)
            sink.add(parts[0], plain[-1])
            sink.add()
            sink.add(parts[-1])
        assert coded.array().tolist() == bare.array().tolist()


@pytest.mark.parametrize("repeats", [1, 12])
def test_long_texts_have_the_features_and_scores_of_short_ones(repeats: int, monkeypatch: pytest.MonkeyPatch) -> None:
    resources = build_resources(
        np.random.default_rng(5).integers(0, 9, (0x10000, 2)).astype(np.uint8),
        [("region", ["泉州市", "泉州"]), ("body", ["纪委", "市教育局"]), ("cue_past", ["立案", "查处"])],
    )
    columns = text_columns(TEXT * repeats, resources, FeatureOptions(words="rjieba"))
    plain = mention_features(columns, True)
    rng = np.random.default_rng(6)
    ids = np.unique(np.concatenate([plain[::2].ravel(), rng.integers(0, 1 << ID_BITS, 500)])).astype(np.uint32)
    table = WeightTable.build(ids, rng.normal(size=(len(ids), 13)).astype(np.float32))
    marks, size = Marks.build(columns), len(columns.points)
    scores = mention_scores(table, columns, marks, 0, size)
    monkeypatch.setattr(module, "BLOCK_ROWS", 1)
    assert np.array_equal(mention_features(columns, True), plain)
    assert np.array_equal(mention_scores(table, columns, marks, 0, size), scores)
