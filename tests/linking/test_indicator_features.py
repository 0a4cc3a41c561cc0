"""Tags of mentions for the features of indicators; the features themselves are tested in ``test_indicator``."""

from __future__ import annotations

from tongbao.linking.indicator_features import mention_tags
from tongbao.records import LABELS, Mention, Span


def test_tags_of_mentions() -> None:
    mentions = [Mention("t1", "PERIOD", Span(0, 2)), Mention("q1", "QUANTITY", Span(3, 4))]
    quantity, period = (2 * LABELS.index(label) + 1 for label in ("QUANTITY", "PERIOD"))
    assert mention_tags(5, mentions).tolist() == [period, period + 1, 0, quantity, 0]
