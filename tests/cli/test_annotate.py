from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

CASES = Path(__file__).parents[1] / "annotation" / "cases"
CLEAN = CASES / "clean.jsonl"


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    """The clean document under another name with a wrong unit and a wrong kind, and the same text as a third one."""
    document = json.loads(CLEAN.read_text("utf-8").splitlines()[1])
    wrong = json.loads(json.dumps(document | {"id": "wrong"}))
    quantity = next(span for span in wrong["spans"] if span["id"] == "q1")
    quantity |= {"unit": "家", "kind": "other"}
    path = tmp_path / "gold" / "faulty.jsonl"
    path.parent.mkdir()
    path.write_text("".join(json.dumps(one) + "\n" for one in (wrong, document | {"id": "again"})), "utf-8")
    return path


@pytest.mark.parametrize("verb", ["preannotate", "export", "merge", "check", "stats", "agree"])
def test_help_speaks_both_languages(tongbao: Any, verb: str) -> None:
    run = tongbao("annotate", verb, "--help")
    assert (run.code, run.err) == (0, "")
    for part in run.out.partition("Arguments:")[::2]:
        assert re.search(r"[\u4e00-\u9fff]{2}", part)
        assert re.search(r"[A-Z][a-z]+ [a-z]+", part)


def test_check_of_a_clean_file(tongbao: Any) -> None:
    run = tongbao("annotate", "check", CLEAN)
    assert (run.code, run.out) == (0, "")
    assert len(run.err.splitlines()) == 1


def test_check_lists_findings(tongbao: Any, faulty: Path) -> None:
    run = tongbao("annotate", "check", faulty)
    assert run.code == 5
    places = [line.split(": ")[:2] for line in run.out.splitlines()]
    assert places == [
        [f"{faulty}:1", "wrong 34 unit"],
        [f"{faulty}:1", "wrong 34 kind"],
        [f"{faulty}:2", "again - near-duplicate"],
    ]
    assert "3 个问题 findings" in run.err


@pytest.mark.parametrize(
    ("options", "kinds"),
    [
        (["--only", "unit"], ["unit"]),
        (["--only", "unit", "--only", "kind"], ["unit", "kind"]),
        (["--skip", "near-duplicate"], ["unit", "kind"]),
        (["--only", "unit", "--skip", "unit"], []),
    ],
)
def test_check_of_some_kinds(tongbao: Any, faulty: Path, options: list[str], kinds: list[str]) -> None:
    run = tongbao("annotate", "check", faulty, "--json", *options)
    assert [finding["code"] for finding in json.loads(run.out)] == kinds
    assert run.code == (5 if kinds else 0)


def test_check_of_an_unknown_kind(tongbao: Any) -> None:
    run = tongbao("annotate", "check", CLEAN, "--only", "units")
    assert (run.code, run.out) == (2, "")
    assert "near-duplicate" in run.err


def test_check_as_json(tongbao: Any, faulty: Path) -> None:
    run = tongbao("annotate", "check", faulty, "--json")
    assert run.code == 5
    first = json.loads(run.out)[0]
    assert first == {
        "file": str(faulty),
        "line": 1,
        "document": "wrong",
        "code": "unit",
        "offset": 34,
        "message": 'QUANTITY q1 "40所": unit 家, the characters say 所',
    }


def test_check_goes_on_after_a_file_that_cannot_be_read(tongbao: Any, faulty: Path, bad: dict[str, Path]) -> None:
    run = tongbao("annotate", "check", bad["missing"], bad["undecodable"], faulty)
    assert run.code == 1
    assert len(run.out.splitlines()) == 3
    assert all(str(bad[name]) in run.err for name in ("missing", "undecodable"))


def test_folders(tongbao: Any, faulty: Path, tmp_path: Path) -> None:
    (faulty.parent / "folder.jsonl").mkdir()
    run = tongbao("annotate", "check", faulty.parent, faulty)
    assert len(run.out.splitlines()) == 3
    (tmp_path / "none").mkdir()
    run = tongbao("annotate", "stats", tmp_path / "none")
    assert (run.code, run.out) == (1, "")
    assert "holds no annotation file" in run.err


def test_stats_of_one_file(tongbao: Any) -> None:
    run = tongbao("annotate", "stats", CLEAN)
    assert (run.code, run.err) == (0, "")
    assert re.search(r"^QUANTITY +4$", run.out, re.MULTILINE)
    assert re.search(r"^  kind duration +1$", run.out, re.MULTILINE)


def test_stats_by_file_and_in_all(tongbao: Any, faulty: Path) -> None:
    run = tongbao("annotate", "stats", CLEAN, faulty)
    assert run.code == 0
    assert run.out.startswith(f"[1] {CLEAN}\n[2] {faulty}\n")
    assert re.search(r"^QUANTITY +4 +8 +12$", run.out, re.MULTILINE)
    data = json.loads(tongbao("annotate", "stats", CLEAN, faulty, "--json").out)
    assert [data["files"][str(path)]["documents"] for path in (CLEAN, faulty)] == [1, 2]
    assert data["all"]["mentions"]["QUANTITY"] == 12
    assert data["all"]["links"] == {"measures": 12, "during": 6, "within": 6, "of": 3}
    assert data["all"]["quantities_per_100_characters"] == round(400 / 62, 4)


@pytest.mark.parametrize("verb", ["stats", "agree"])
def test_a_bad_line_refuses_the_whole_file(tongbao: Any, tmp_path: Path, verb: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(CLEAN.read_text("utf-8") + '{"id": "b", "origin": "seed", "text": 5, "spans": []}\n', "utf-8")
    run = tongbao("annotate", verb, path, CLEAN)
    assert (run.code, run.out) == (1, "")
    assert f"{path}:3: document b: text: Input should be a valid string" in run.err


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """The clean document by two annotators, the second of whom has another unit; each has a document of its own."""
    document = json.loads(CLEAN.read_text("utf-8").splitlines()[1])
    other = json.loads(json.dumps(document))
    next(span for span in other["spans"] if span["id"] == "q1")["unit"] = "家"
    paths = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    for path, one in zip(paths, (document, other), strict=True):
        own = {"id": f"own-{path.stem}", "origin": "authored", "text": "整改。", "spans": []}
        path.write_text(json.dumps(one) + "\n" + json.dumps(own) + "\n", "utf-8")
    return paths


def test_agree(tongbao: Any, pair: tuple[Path, Path]) -> None:
    run = tongbao("annotate", "agree", *pair)
    assert run.code == 0
    assert re.search(r"^QUANTITY +4 +4 +4 +1\.000$", run.out, re.MULTILINE)
    assert re.search(r"^QUANTITY unit +4 +0\.750 +–$", run.out, re.MULTILINE)
    assert run.out.endswith("differences: 1\nclean [34, 37) 40所 QUANTITY unit: 所 | 家\n")
    assert [line.split()[-1] for line in run.err.splitlines()] == ["own-a", "own-b"]


def test_agree_as_json(tongbao: Any, pair: tuple[Path, Path]) -> None:
    data = json.loads(tongbao("annotate", "agree", *pair, "--json").out)
    assert data["documents"] == 1
    assert {"label": "QUANTITY", "a": 4, "b": 4, "same": 4, "f1": 1.0} in data["spans"]
    assert {"label": "QUANTITY", "name": "unit", "n": 4, "share": 0.75, "kappa": None} in data["attributes"]
    assert data["differences"] == ["clean [34, 37) 40所 QUANTITY unit: 所 | 家"]
    assert data["not_compared"] == {str(pair[0]): ["own-a"], str(pair[1]): ["own-b"]}


def test_agree_without_a_document_in_common(tongbao: Any, faulty: Path) -> None:
    run = tongbao("annotate", "agree", CLEAN, faulty)
    assert (run.code, run.out) == (1, "")
    assert "no document of" in run.err


def test_agree_on_other_texts(tongbao: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": "clean", "origin": "authored", "text": "整改。", "spans": []}\n', "utf-8")
    run = tongbao("annotate", "agree", CLEAN, path)
    assert run.code == 1
    assert "different texts" in run.err


@pytest.fixture
def sheets(tongbao: Any, tmp_path: Path, bulletin: Path) -> Path:
    """The small bulletin, annotated by the model, as a folder with one sheet."""
    folder = tmp_path / "sheets"
    run = tongbao("annotate", "preannotate", bulletin, "-o", folder)
    assert (run.code, run.out) == (0, "")
    assert [path.name for path in folder.iterdir()] == ["bulletin.sheet"]
    return folder


def test_the_loop_from_bulletin_to_gold(tongbao: Any, tmp_path: Path, sheets: Path) -> None:
    """preannotate, correct, check, merge, correct again, merge again."""
    sheet, gold = sheets / "bulletin.sheet", tmp_path / "gold.jsonl"
    text = sheet.read_text("utf-8")
    assert " QUANTITY 34座 | indicator=" in text
    assert "confidence=" in text
    assert tongbao("annotate", "check", sheets).code == 0
    run = tongbao("annotate", "merge", sheets, "--into", gold)
    assert (run.code, run.out) == (0, "")
    assert "bulletin: 新增 added" in run.err
    assert "confidence" not in gold.read_text("utf-8")
    assert tongbao("annotate", "merge", sheets, "--into", gold).err == "1 篇未变 documents unchanged\n"
    sheet.write_text(re.sub(r"34座 . indicator=[^|]*", "34座 | indicator=水厂 ", text), "utf-8")
    run = tongbao("annotate", "merge", sheets, "--into", gold)
    assert run.err == "bulletin: 更正 corrected, spans +0 -0 ~1\n"
    assert len(gold.read_text("utf-8").splitlines()) == 2


def test_a_bad_sheet_changes_nothing(tongbao: Any, tmp_path: Path, sheets: Path) -> None:
    sheet, gold = sheets / "bulletin.sheet", tmp_path / "gold.jsonl"
    gold.write_bytes(CLEAN.read_bytes())
    sheet.write_text(sheet.read_text("utf-8").replace("QUANTITY 34座", "QUANTITY 35座"), "utf-8")
    run = tongbao("annotate", "merge", sheet, "--into", gold)
    assert (run.code, run.out) == (5, "")
    assert f"{sheet}:" in run.err
    assert "'35座' stands 0 times" in run.err
    assert gold.read_bytes() == CLEAN.read_bytes()


def test_another_text_under_a_known_id_is_refused(tongbao: Any, tmp_path: Path, sheets: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    assert tongbao("annotate", "merge", sheets, "--into", gold).code == 0
    before = gold.read_bytes()
    sheet = sheets / "bulletin.sheet"
    sheet.write_text(sheet.read_text("utf-8").replace("供水情况", "用水情况"), "utf-8")
    run = tongbao("annotate", "merge", sheet, "--into", gold)
    assert run.code == 5
    assert "texts are never edited" in run.err
    assert gold.read_bytes() == before


def test_bare_sheets_hold_no_spans(tongbao: Any, tmp_path: Path, bulletin: Path) -> None:
    path = tmp_path / "bare.sheet"
    run = tongbao("annotate", "preannotate", bulletin, "--bare", "--origin", "authored", "-o", path)
    assert run.code == 0
    lines = path.read_text("utf-8").splitlines()
    assert lines[:3] == ["# tongbao sheet 1", "", "== bulletin authored"]
    assert all(line[:1] in (">", "+", "&") for line in lines[3:])


def test_nothing_is_written_over(tongbao: Any, sheets: Path, bulletin: Path) -> None:
    before = (sheets / "bulletin.sheet").read_bytes()
    run = tongbao("annotate", "preannotate", bulletin, "-o", sheets)
    assert run.code == 1
    assert "is there already" in run.err
    assert (sheets / "bulletin.sheet").read_bytes() == before
    assert tongbao("annotate", "preannotate", bulletin, "-o", sheets, "--force").code == 0


def test_unreadable_bulletins_cost_only_themselves(tongbao: Any, tmp_path: Path, bulletin: Path, bad: Any) -> None:
    path = tmp_path / "out.jsonl"
    run = tongbao("annotate", "preannotate", bulletin, bad["empty"], "-o", path)
    assert run.code == 3
    assert str(bad["empty"]) in run.err
    assert len(path.read_text("utf-8").splitlines()) == 2
    assert tongbao("annotate", "preannotate", bad["empty"], "-o", tmp_path / "none.jsonl").code == 1
    assert not (tmp_path / "none.jsonl").exists()


def test_gold_to_sheets_and_back(tongbao: Any, tmp_path: Path) -> None:
    folder, gold = tmp_path / "sheets", tmp_path / "gold.jsonl"
    assert tongbao("annotate", "export", CLEAN, "-o", folder).code == 0
    assert tongbao("annotate", "merge", folder, "--into", gold).code == 0
    assert tongbao("annotate", "agree", CLEAN, gold).out.splitlines()[-1].startswith("分歧 differences: 0")


def test_accepted_findings(tongbao: Any, faulty: Path, tmp_path: Path) -> None:
    table = tmp_path / "accepted.tsv"
    table.write_text("document\toffset\tcode\treason\nwrong\t34\tunit\tmeant\nwrong\t1\tkind\tgone\n", "utf-8")
    run = tongbao("annotate", "check", faulty, "--accepted", table)
    assert run.code == 5
    assert [line.split(": ")[1] for line in run.out.splitlines()] == ["wrong 34 kind", "again - near-duplicate"]
    assert "found no longer: wrong 1 kind" in run.err
