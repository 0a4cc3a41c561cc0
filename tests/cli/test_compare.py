"""``tongbao compare``: two runs, as stores or as files."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tongbao.annotation import read_gold, write_gold

TEXT = "甲州市供水情况通报\n2023年，全市检查水厂{}座，罚没1.24万元。\n"


def write(path: Path, *changes: tuple[str, dict[str, Any] | None]) -> Path:
    """The predictions next to it with another name, with quantities changed or left out, by their value."""
    lines = []
    for line in path.with_name("a.jsonl").read_text("utf-8").splitlines():
        data = json.loads(line)
        for value, change in changes:
            data["spans"] = [one for one in data["spans"] if change is not None or one.get("value") != value]
            for one in data["spans"]:
                if one.get("value") == value:
                    one.update(change or {})
        lines.append(json.dumps(data, ensure_ascii=False) + "\n")
    path.write_text("".join(lines), "utf-8")
    return path


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    paths = []
    for name, number in (("x", 34), ("y", 7)):
        paths.append(tmp_path / f"{name}.txt")
        paths[-1].write_text(TEXT.format(number), "utf-8")
    return paths


@pytest.fixture
def predictions(tongbao: Any, tmp_path: Path, files: list[Path], tiny_model: Path) -> Path:
    path = tmp_path / "a.jsonl"
    assert tongbao("extract", *files, "-m", tiny_model, "-o", path).code == 0
    marks = [span for line in path.read_text("utf-8").splitlines() for span in json.loads(line)["spans"]]
    assert [span["value"] for span in marks if "value" in span] == ["34", "12400", "7", "12400"]
    return path


def test_help_speaks_both_languages(tongbao: Any) -> None:
    run = tongbao("compare", "--help")
    assert (run.code, run.err) == (0, "")
    assert re.search(r"[\u4e00-\u9fff]{2}", run.out)
    assert re.search(r"[A-Z][a-z]+ [a-z]+", run.out)


def test_two_files(tongbao: Any, predictions: Path, tmp_path: Path) -> None:
    other = write(tmp_path / "b.jsonl", ("34", {"unit": "家"}), ("12400", None))
    run = tongbao("compare", predictions, other)
    assert (run.code, run.err) == (0, "")
    head, fields, documents, rows = run.out.rstrip("\n").split("\n\n")
    assert head.splitlines()[2] == "共有 in both: 2 篇 documents, 有差异 differing: 2, 差异行 differing rows: 3"
    table = {" ".join(line.split()[1:-3]): line.split()[-3:] for line in fields.splitlines()}
    assert table["quantity 行 row"] == ["4", "2", "0.500"]
    assert table["quantity 单位 unit"] == ["2", "1", "0.500"]
    assert [line.split()[:2] for line in documents.splitlines()[1:]] == [["x", "2"], ["y", "1"]]
    lines = rows.splitlines()
    assert lines[0] == "x 22 34座: 单位 unit: 座 | 家"
    assert re.match(r"x 28 1\.24万元: 仅 only A: 12400, 元", lines[1])
    assert [line.split()[0] for line in lines] == ["x", "x", "y"]


def test_json_order_and_limit(tongbao: Any, predictions: Path, tmp_path: Path) -> None:
    other = write(tmp_path / "b.jsonl", ("34", {"value": "35"}), ("12400", {"kind": "other"}))
    run = tongbao("compare", predictions, other, "--json", "--sort", "value", "--limit", "1")
    data = json.loads(run.out)
    assert data["rows"]["different"] == 3
    assert [one["document"] for one in data["differences"]] == ["x"]
    assert data["differences"][0]["cells"] == {"kind": {"a": "money", "b": "other", "gold": None}}
    assert data["by_document"] == [{"id": "x", "different": 2, "a": 2, "b": 2, "only_a": 0, "only_b": 0, "changed": 2}]
    assert (data["gold"], data["not_compared"]) == (None, {"only_a": [], "only_b": [], "other_text": []})
    text = tongbao("compare", predictions, other, "--limit", "1").out
    assert text.splitlines()[-2:] == ["x 22 34座: 数值 value: 34 | 35", "… 2 行未列出 more rows (--limit)"]


def test_gold(tongbao: Any, predictions: Path, tmp_path: Path) -> None:
    other = write(tmp_path / "b.jsonl", ("34", {"value": "35"}), ("7", None), ("12400", {"value": "1"}))
    gold = write(tmp_path / "gold.jsonl", ("7", None), ("12400", {"value": "2"}))
    run = tongbao("compare", predictions, other, "--gold", gold)
    assert "gold agrees with (2 篇 documents): A 1, B 1, 都不是 neither 2, 未评 not judged 0" in run.out
    assert "x 22 34座: 数值 value: 34 | 35 → A" in run.out.splitlines()
    assert re.search(r"^y 22 7座: 仅 only A: .* → B$", run.out, re.MULTILINE)
    data = json.loads(tongbao("compare", predictions, other, "--gold", gold, "--json").out)
    assert data["gold"] == {"documents": 2, "a": 1, "b": 1, "neither": 2}
    value = next(one for one in data["fields"] if (one["label"], one["name"]) == ("QUANTITY", "value"))
    assert value["gold"] == {"a": 1, "b": 0, "neither": 2}


def test_stores(tongbao: Any, predictions: Path, tmp_path: Path, files: list[Path], tiny_model: Path) -> None:
    """A store gives the same rows as a file, whatever the order of its inputs; what failed is in no run."""
    store = tmp_path / "s.sqlite"
    (tmp_path / "empty.txt").write_text("", "utf-8")
    assert tongbao("extract", *files[::-1], tmp_path / "empty.txt", "-m", tiny_model, "-o", store).code == 3
    same = tongbao("compare", store, predictions)
    assert (same.code, same.err) == (0, "")
    assert "差异行 differing rows: 0" in same.out
    assert re.search(rf"^A: {re.escape(str(store))}, 4 行 rows, zh_tiny-\S+ [0-9a-f]{{8}} \(tongbao ", same.out)
    other = write(tmp_path / "b.jsonl", ("34", {"unit": "家"}))
    data = json.loads(tongbao("compare", other, store, "--json").out)
    assert [one["cells"] for one in data["differences"]] == [{"unit": {"a": "家", "b": "座", "gold": None}}]
    assert (data["a"]["made_by"], data["b"]["made_by"][0]["model"][:7]) == ([], "zh_tiny")


def test_what_is_not_compared_is_said(tongbao: Any, predictions: Path, tmp_path: Path) -> None:
    first, second = (json.loads(line) for line in predictions.read_text("utf-8").splitlines())
    other = tmp_path / "b.jsonl"
    lines = [second | {"text": second["text"] + "。"}, first, first | {"id": "z"}]
    other.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    run = tongbao("compare", predictions, other)
    assert run.code == 0
    assert run.err.splitlines() == [
        f"仅见于 only in B {other}: 1: z",
        "两次文本不同,未比较 not compared, the texts differ: 1: y",
    ]


def test_nothing_in_common(tongbao: Any, predictions: Path, tmp_path: Path) -> None:
    other = tmp_path / "b.jsonl"
    write_gold(other, read_gold(predictions)[:0])
    run = tongbao("compare", predictions, other)
    assert (run.code, run.out) == (1, "")
    assert str(other) in run.err
    run = tongbao("compare", predictions, predictions, "--gold", other)
    assert (run.code, run.out) == (1, "")


@pytest.mark.parametrize(
    "more", [[], ["b.csv"], ["a.jsonl", "--sort", "size"], ["a.jsonl", "--limit", "0"], ["a.jsonl", "c.jsonl"]]
)
def test_usage(tongbao: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: list[str]) -> None:
    monkeypatch.chdir(tmp_path)
    run = tongbao("compare", "a.jsonl", *more)
    assert (run.code, run.out) == (2, "")


def test_files_that_are_not_there(tongbao: Any, tmp_path: Path) -> None:
    for name in ("none.sqlite", "none.jsonl"):
        run = tongbao("compare", tmp_path / name, tmp_path / name)
        assert (run.code, run.out) == (1, "")
        assert str(tmp_path / name) in run.err
