"""How good predictions are: strict scores with intervals, the folds they are taken over, and their tables."""

from tongbao.evaluation.bootstrap import Interval, bootstrap
from tongbao.evaluation.counts import Counts, count, count_all
from tongbao.evaluation.scoring import Scores
from tongbao.evaluation.splits import HeldOut, leave_one_item_out, slice_document
from tongbao.evaluation.table import render_markdown, render_reliability, render_text, to_dict

__all__ = [
    "Counts",
    "HeldOut",
    "Interval",
    "Scores",
    "bootstrap",
    "count",
    "count_all",
    "leave_one_item_out",
    "render_markdown",
    "render_reliability",
    "render_text",
    "slice_document",
    "to_dict",
]
