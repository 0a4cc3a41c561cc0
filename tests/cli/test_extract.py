from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from tongbao.annotation import read_gold
from tongbao.extraction import PARTS, load
from tongbao.reading import read_text
from tongbao.records import QuantityRow
from tongbao.writing import TABLE_NAMES
from tongbao.writing.columns import as_text, cells, columns, header

TEXT = "甲州市供水情况通报\n2023年，全市检查水厂34座，罚没1.24万元。\n"
HEADER = ",".join(header("quantities", "en")) + "\n"
REASONS = {
    "missing": "no such file",
    "empty": "empty",
    "blank": "white space",
    "elf": "ELF",
    "undecodable": "encod",
}


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True))


def _expected(rows: tuple[QuantityRow, ...]) -> list[dict[str, str]]:
    names = header("quantities", "en")
    return [dict(zip(names, map(as_text, cells(row)), strict=True)) for row in rows]


@pytest.fixture
def quantities(tiny_model: Path) -> list[dict[str, str]]:
    """What the library finds in ``bulletin``."""
    found = _expected(load(tiny_model).extract(read_text(TEXT, "bulletin")).tables.quantities)
    assert [row["text"] for row in found] == ["34座", "1.24万元"]
    return found


# --- outputs --------------------------------------------------------------------------------------------------------


def test_without_options_the_quantities_are_csv_on_standard_output(
    tongbao: Any, bulletin: Path, tiny_model: Path, quantities: list[dict[str, str]]
) -> None:
    run = tongbao("extract", bulletin, "--model", tiny_model)
    assert run.code == 0
    assert _rows(run.out) == quantities
    assert "1 篇 documents, 2 行 rows" in run.err


def test_all_outputs_at_once(
    tongbao: Any, tmp_path: Path, bulletin: Path, tiny_model: Path, quantities: list[dict[str, str]]
) -> None:
    table, lines, folder = tmp_path / "o" / "rows.csv", tmp_path / "o" / "rows.jsonl", tmp_path / "o" / "tables"
    run = tongbao("extract", bulletin, "-m", tiny_model, "-o", table, "-o", lines, "-o", folder)
    assert (run.code, run.out) == (0, "")
    assert table.read_bytes().startswith(b"\xef\xbb\xbf")
    assert _rows(table.read_text("utf-8")) == quantities
    assert [document.text for document in read_gold(lines)] == [TEXT]
    assert sorted(path.name for path in folder.iterdir()) == sorted(f"{table}.csv" for table in TABLE_NAMES)
    assert (folder / "quantities.csv").read_bytes() == table.read_bytes()


def test_every_format_holds_the_same_rows(
    tongbao: Any, tmp_path: Path, bulletin: Path, tiny_model: Path, quantities: list[dict[str, str]]
) -> None:
    paths = [tmp_path / name for name in ("rows.xlsx", "rows.parquet", "rows.duckdb", "rows.csv")]
    run = tongbao("extract", bulletin, "-m", tiny_model, *(part for path in paths for part in ("-o", path)))
    assert (run.code, run.out) == (0, "")
    sheet = openpyxl.load_workbook(paths[0])["quantities"]
    in_sheet = [tuple(cell.value for cell in row) for row in sheet.iter_rows(min_row=2)]
    query = 'SELECT "row", text, value, start FROM {}'
    with duckdb.connect(str(paths[2]), read_only=True) as connection:
        in_database = connection.execute(query.format("quantities")).fetchall()
    with duckdb.connect() as connection:
        connection.from_parquet(str(paths[1])).create_view("rows")
        in_parquet = connection.execute(query.format("rows")).fetchall()
    expected = [(row["row"], row["text"], float(row["value"]), int(row["start"])) for row in quantities]
    at = [columns("quantities").index(name) for name in ("row", "text", "value", "start")]
    assert [tuple(row[index] for index in at) for row in in_sheet] == expected
    assert in_database == in_parquet == expected


def test_chosen_tables(tongbao: Any, tmp_path: Path, bulletin: Path, tiny_model: Path) -> None:
    folder, book = tmp_path / "out", tmp_path / "rows.xlsx"
    wanted = ("--tables", "left_out, documents,left_out")
    assert tongbao("extract", bulletin, "-m", tiny_model, *wanted, "-o", folder, "-o", book).code == 0
    assert sorted(path.name for path in folder.iterdir()) == ["documents.csv", "left_out.csv"]
    assert openpyxl.load_workbook(book).sheetnames == ["left_out", "documents"]
    one = tongbao("extract", bulletin, "-m", tiny_model, "--tables", "documents")
    assert [row["doc_id"] for row in _rows(one.out)] == ["bulletin"]
    several = tongbao("extract", bulletin, "-m", tiny_model, *wanted)
    assert (several.code, several.out) == (1, "")
    assert "one table" in several.err


def test_rows_that_are_not_sure_enough_are_left_out(
    tongbao: Any, tmp_path: Path, bulletin: Path, tiny_model: Path
) -> None:
    found = load(tiny_model).extract(read_text(TEXT, "bulletin")).tables
    confidences = [row.confidence for row in found.quantities]
    least = max(confidence for confidence in confidences if confidence is not None)
    sure = [row.text for row in found.quantities if row.confidence == least]
    unsure = [row.text for row in found.quantities if row.text not in sure]
    assert sure
    assert unsure
    folder, lines = tmp_path / "out", tmp_path / "rows.jsonl"
    run = tongbao("extract", bulletin, "-m", tiny_model, "--min-confidence", str(least), "-o", folder, "-o", lines)
    assert run.code == 0
    assert f"{len(sure)} 行 rows" in run.err
    assert [row["text"] for row in _rows((folder / "quantities.csv").read_text("utf-8"))] == sure
    left = _rows((folder / "left_out.csv").read_text("utf-8"))
    assert len(left) == len(found.left_out) + len(unsure)
    assert set(unsure) <= {row["text"] for row in left if row["reason"] == "low_confidence"}
    # The annotation stays whole.
    (document,) = read_gold(lines)
    assert sum(mention.label == "QUANTITY" for mention in document.mentions) == len(confidences)


def test_chinese_headers_and_no_bom(tongbao: Any, tmp_path: Path, bulletin: Path, tiny_model: Path) -> None:
    out = tmp_path / "rows.csv"
    assert tongbao("extract", bulletin, "-m", tiny_model, "-o", out, "--headers", "zh", "--no-bom").code == 0
    first = out.read_text("utf-8").splitlines()[0]
    assert first == ",".join(header("quantities", "zh"))
    shown = tongbao("extract", bulletin, "-m", tiny_model, "--headers", "zh")
    assert shown.out.splitlines()[0] == first


def test_json_on_standard_output(tongbao: Any, bulletin: Path, tiny_model: Path) -> None:
    run = tongbao("extract", bulletin, bulletin.with_name("missing.txt"), "-m", tiny_model, "--json")
    assert run.code == 3
    (line,) = run.out.splitlines()
    data = json.loads(line)
    assert (data["id"], data["text"]) == ("bulletin", TEXT)


def test_show_is_a_table_of_the_first_rows(tongbao: Any, bulletin: Path, tiny_model: Path) -> None:
    run = tongbao("extract", bulletin, "-m", tiny_model, "--show", "1")
    assert run.code == 0
    titles, row = run.out.splitlines()
    assert titles.split()[:3] == ["item_path", "indicator_full", "value"]
    assert "34" in row.split()
    both = tongbao("extract", bulletin, "-m", tiny_model, "--show", "9", "--headers", "zh")
    assert both.out.splitlines()[0].split()[:3] == ["事项路径", "完整指标", "数值"]
    assert len(both.out.splitlines()) == 3
    assert "12400" in both.out


def test_what_is_shown_is_written_too(tongbao: Any, tmp_path: Path, bulletin: Path, tiny_model: Path) -> None:
    out = tmp_path / "rows.csv"
    run = tongbao("extract", bulletin, tmp_path / "missing.txt", "-m", tiny_model, "--show", "1", "-o", out)
    assert run.code == 3
    assert len(run.out.splitlines()) == 2
    assert len(_rows(out.read_text("utf-8"))) == 2


# --- inputs ---------------------------------------------------------------------------------------------------------


def test_a_folder(tongbao: Any, tmp_path: Path, tiny_model: Path) -> None:
    for name in ("docs/2023/a.txt", "docs/b.md", "docs/c.png", "docs/d.png", "docs/e.xlsx", "docs/b.md.meta.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("{}" if name.endswith("json") else TEXT, "utf-8")
    run = tongbao("extract", tmp_path / "docs", "-m", tiny_model)
    assert run.code == 0
    assert [row["doc_id"] for row in _rows(run.out)] == ["2023/a"] * 2 + ["b"] * 2
    assert ".png ×2, .xlsx ×1" in run.err


def test_a_folder_with_nothing_to_read(tongbao: Any, tmp_path: Path, tiny_model: Path) -> None:
    run = tongbao("extract", tmp_path, "-m", tiny_model)
    assert (run.code, run.out) == (1, "")
    assert str(tmp_path) in run.err


def test_standard_input(tongbao: Any, tiny_model: Path, quantities: list[dict[str, str]], bulletin: Path) -> None:
    run = tongbao("extract", "-", "-m", tiny_model, stdin=TEXT.encode("gb18030"))
    assert run.code == 0
    assert _rows(run.out) == [{**row, "doc_id": "stdin"} for row in quantities]
    both = tongbao("extract", "-", bulletin, "-m", tiny_model, stdin=TEXT.encode())
    assert sorted({row["doc_id"] for row in _rows(both.out)}) == ["bulletin", "stdin"]


def test_standard_input_beside_a_file_of_that_name(tongbao: Any, tmp_path: Path, tiny_model: Path) -> None:
    (tmp_path / "stdin.txt").write_text(TEXT, "utf-8")
    run = tongbao("extract", "-", tmp_path / "stdin.txt", "-m", tiny_model, stdin=TEXT.encode())
    assert {row["doc_id"] for row in _rows(run.out)} == {"stdin", "stdin-2"}


def test_a_declared_encoding(tongbao: Any, tmp_path: Path, tiny_model: Path) -> None:
    data = "涉及3间café。".encode("cp1252", "replace")
    (tmp_path / "a.txt").write_bytes(data)
    run = tongbao("extract", tmp_path / "a.txt", "-m", tiny_model, "--encoding", "cp1252", "--json")
    assert json.loads(run.out)["text"] == data.decode("cp1252")
    wrong = tongbao("extract", tmp_path / "a.txt", "-m", tiny_model, "--encoding", "klingon")
    assert (wrong.code, wrong.out) == (1, HEADER)
    assert "klingon" in wrong.err


# --- failures -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", sorted(REASONS))
def test_a_bad_input_is_named_and_the_others_are_written(
    tongbao: Any,
    tmp_path: Path,
    bulletin: Path,
    bad: dict[str, Path],
    tiny_model: Path,
    kind: str,
    quantities: list[dict[str, str]],
) -> None:
    folder = tmp_path / "out"
    run = tongbao("extract", bad[kind], bulletin, "-m", tiny_model, "-o", folder)
    assert (run.code, run.out) == (3, "")
    (line,) = [line for line in run.err.splitlines() if str(bad[kind]) in line]
    assert REASONS[kind] in line
    assert line.endswith(")")
    assert "1 篇失败 failed" in run.err
    assert _rows((folder / "quantities.csv").read_text("utf-8")) == quantities
    documents = _rows((folder / "documents.csv").read_text("utf-8"))
    assert [(row["doc_id"], row["status"]) for row in documents] == [(kind, "failed"), ("bulletin", "ok")]
    assert REASONS[kind] in documents[0]["error"]


def test_nothing_but_bad_inputs(tongbao: Any, bad: dict[str, Path], tiny_model: Path) -> None:
    run = tongbao("extract", *bad.values(), "-m", tiny_model)
    assert run.code == 1
    assert _rows(run.out) == []
    lines = run.err.splitlines()
    assert len(lines) == len(bad) + 1
    assert all(any(str(path) in line for line in lines) for path in bad.values())


def test_nothing_but_bad_inputs_leave_an_older_output_alone(
    tongbao: Any, tmp_path: Path, bad: dict[str, Path], tiny_model: Path
) -> None:
    output = tmp_path / "rows.csv"
    output.write_text("older rows\n", "utf-8")
    assert tongbao("extract", bad["empty"], "-m", tiny_model, "-o", output).code == 1
    assert [path.name for path in tmp_path.glob("rows*")] == ["rows.csv"]
    assert output.read_text("utf-8") == "older rows\n"


@pytest.mark.parametrize("stdin", [b"", b"\x7fELF", b"\xb2\xe2\xff\xff\xff"])
def test_bad_standard_input_costs_only_itself(tongbao: Any, bulletin: Path, tiny_model: Path, stdin: bytes) -> None:
    alone = tongbao("extract", "-", "-m", tiny_model, stdin=stdin)
    assert alone.code == 1
    assert "<stdin>" in alone.err
    both = tongbao("extract", "-", bulletin, "-m", tiny_model, stdin=stdin)
    assert both.code == 3
    assert len(_rows(both.out)) == 2


def test_a_missing_model(tongbao: Any, tmp_path: Path, bulletin: Path) -> None:
    run = tongbao("extract", bulletin, "--model", tmp_path / "none", "-o", tmp_path / "rows.csv")
    assert (run.code, run.out) == (1, "")
    assert len(run.err.splitlines()) == 1
    assert str(tmp_path / "none") in run.err
    assert "tongbao train" in run.err
    assert not (tmp_path / "rows.csv").exists()


@pytest.mark.parametrize("damage", ["missing", "cut", "noise"])
def test_a_damaged_model(tongbao: Any, tmp_path: Path, bulletin: Path, tiny_model: Path, damage: str) -> None:
    model = Path(shutil.copytree(tiny_model, tmp_path / "model"))
    part = model / PARTS / "mentions.npz"
    if damage == "missing":
        part.unlink()
    else:
        part.write_bytes(part.read_bytes()[:500] if damage == "cut" else b"no model")
    run = tongbao("extract", bulletin, "--model", model, "-o", tmp_path / "rows.csv")
    assert (run.code, run.out) == (1, "")
    assert len(run.err.splitlines()) == 1
    assert str(part) in run.err
    assert run.err.rstrip().endswith(")")
    assert not list(tmp_path.glob("rows*"))


def test_an_unknown_output(tongbao: Any, tmp_path: Path, bulletin: Path, tiny_model: Path) -> None:
    run = tongbao("extract", bulletin, "-m", tiny_model, "-o", tmp_path / "a.csv", "-o", tmp_path / "a.parquetx")
    assert (run.code, run.out) == (1, "")
    assert "a.parquetx" in run.err
    assert ".jsonl" in run.err
    assert not list(tmp_path.glob("a.*"))


def test_an_output_that_cannot_be_written(tongbao: Any, tmp_path: Path, bulletin: Path, tiny_model: Path) -> None:
    run = tongbao("extract", bulletin, "-m", tiny_model, "-o", bulletin / "rows.csv")
    assert (run.code, run.out) == (1, "")
    assert len(run.err.splitlines()) == 1
    assert str(bulletin / "rows.csv") in run.err


def test_a_user_lexicon_that_cannot_be_read(tongbao: Any, tmp_path: Path, bulletin: Path, tiny_model: Path) -> None:
    run = tongbao("extract", bulletin, "-m", tiny_model, "--lexicon", tmp_path / "none.tsv")
    assert (run.code, run.out) == (1, "")
    assert "none.tsv" in run.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["extract"],
        ["extract", "a.txt", "--colour"],
        ["extract", "a.txt", "--show", "0"],
        ["extract", "a.txt", "--show", "3", "--json"],
        ["extract", "a.txt", "--headers", "fr"],
        ["extract", "a.txt", "--tables", "rows"],
        ["extract", "a.txt", "--tables", ""],
        ["extract", "a.txt", "--min-confidence", "1.5"],
        ["extract", "a.txt", "--min-confidence", "nan"],
        ["extract", "a.txt", "--model"],
        ["evaluate", "--protocol", "none"],
        ["evaluate", "a.cfg", "--gold", "a.jsonl"],
        ["evaluate", "--model", "a"],
        ["segment", "a.txt", "--segmenter", "none"],
        ["train"],
        ["unknown"],
    ],
)
def test_wrong_usage(tongbao: Any, arguments: list[str]) -> None:
    run = tongbao(*arguments)
    assert (run.code, run.out) == (2, "")
    assert run.err


def test_an_interrupted_run_leaves_no_part_files(
    tongbao: Any, tmp_path: Path, bulletin: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tongbao.batch.read_file", interrupted)
    run = tongbao("extract", bulletin, "-m", tiny_model, "-o", tmp_path / "rows.csv", "-o", tmp_path / "out")
    assert (run.code, run.out) == (130, "")
    assert "interrupted" in run.err
    assert not [path for path in tmp_path.rglob("*") if path.suffix in (".csv", ".part")]
