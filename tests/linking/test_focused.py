"""Tags of mentions; what else is known of quantities in focus is tested where it is made."""

from __future__ import annotations

from tongbao.linking.focused import mention_tags
from tongbao.records import LABELS, Mention, Span
from tongbao.tagging.packing import Packed


def test_tags_of_mentions() -> None:
    mentions = [Mention("t1", "PERIOD", Span(0, 2)), Mention("q1", "QUANTITY", Span(3, 4))]
    quantity, period = (2 * LABELS.index(label) + 1 for label in ("QUANTITY", "PERIOD"))
    assert mention_tags(Packed.build(["甲乙丙3丁"]), [mentions]).tolist() == [period, period + 1, 0, quantity, 0]
