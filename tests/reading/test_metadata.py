import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao.reading.dates import DATE, date_of
from tongbao.reading.metadata import find_metadata
from tongbao.reading.regions import leading_region
from tongbao.records import Metadata

FOLDER = Path(__file__).parent / "cases"
REGIONS = [line.split("\t") for line in (FOLDER / "regions.tsv").read_text("utf-8").splitlines() if line[0] != "#"]


@pytest.mark.parametrize(
    "case", json.loads((FOLDER / "metadata.json").read_text("utf-8")), ids=lambda case: case["name"]
)
def test_metadata(case: dict[str, Any]) -> None:
    found = {name: str(value) for name, value in asdict(find_metadata(case["text"])).items() if value is not None}
    assert found == case["expect"]


@pytest.mark.parametrize(("name", "region"), REGIONS)
def test_region(name: str, region: str) -> None:
    assert leading_region(name) == (None if region == "-" else region)


def test_the_seed_says_nothing_of_itself() -> None:
    seed = Path(__file__).parents[2] / "seeds" / "quanzhou-2023.txt"
    assert find_metadata(seed.read_text("utf-8")) == Metadata()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-01-17", "2024-01-17"),
        ("2024年1月7日", "2024-01-07"),
        ("二〇二三年十二月二十日", "2023-12-20"),
        ("二○二三年十月三十一日", "2023-10-31"),
        ("2023年2月30日", "None"),
        ("二〇二三年十十月一日", "None"),
    ],
)
def test_dates(text: str, expected: str) -> None:
    match = re.fullmatch(DATE, text)
    assert str(None if match is None else date_of(match)) == expected


@given(
    st.lists(
        st.sampled_from(
            ["关于", "通报", "某县", "市", "局", "2024年", "1月", "31日", "\n", "号", "〔2024〕", "：", " "]
        )
    )
)
def test_never_fails(pieces: list[str]) -> None:
    text = "".join(pieces)
    found = find_metadata(text)
    assert found.number is None or found.number in text
    assert found.region is None or found.region in "".join(text.split())
