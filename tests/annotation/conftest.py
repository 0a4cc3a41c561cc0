"""One small document in the file's shape; tests change it where they need something else."""

from typing import Any

import pytest


@pytest.fixture
def line() -> dict[str, Any]:
    return {
        "id": "x1",
        "origin": "authored",
        "text": "全市检查学校40所。整改",
        "spans": [
            {"id": "s1", "label": "SCOPE", "start": 0, "end": 2},
            {
                "id": "q1",
                "label": "QUANTITY",
                "start": 6,
                "end": 9,
                "value": "40",
                "low": None,
                "high": None,
                "unit": "所",
                "bound": "exact",
                "kind": "count",
                "change": "none",
                "indicator": [[2, 6]],
                "period": None,
                "scope": [0, 2],
                "of": None,
            },
        ],
    }
