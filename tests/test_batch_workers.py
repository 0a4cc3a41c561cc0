"""Outcomes come in the order of the inputs, whatever the number of workers and whatever a document does."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import tongbao
from tongbao.batch import Input, find_inputs
from tongbao.batch_workers import Job, marked, run_batch, together
from tongbao.errors import LexiconError, ModelError, ProcessingError, ReadingError
from tongbao.extraction import PARTS, load

sys.path.insert(0, str(Path(__file__).parent))
import batch_fakes as fakes

TEXT = "甲州市供水情况通报\n2023年，全市检查水厂34座，罚没1.24万元。\n"
#: Names of files with what is in them; in the order of the names.
TEXTS = {"a": "一\n", "b": "崩溃", "c": "二\n三\n", "d": "内存", "e": "", "f": "退出", "g": "四\n", "h": "除零"}
REASONS = {"b": "exit code 7", "d": "memory", "e": "empty", "f": "SystemExit", "h": "ZeroDivisionError"}


@pytest.fixture
def inputs(tmp_path: Path) -> list[Input]:
    for name, text in TEXTS.items():
        (tmp_path / f"{name}.txt").write_text(text, "utf-8")
    return find_inputs([tmp_path])[0]


def test_a_document_costs_only_itself_whatever_it_does(inputs: list[Input]) -> None:
    outcomes = list(run_batch(inputs, fakes.FakeJob(), 2))
    assert [outcome.input for outcome in outcomes] == inputs
    assert {outcome.input.id for outcome in outcomes if outcome.extraction is None} == set(REASONS)
    for outcome in outcomes:
        if outcome.extraction is not None:
            assert (outcome.status, outcome.error) == ("ok", None)
            assert [row.text for row in outcome.extraction.tables.quantities] == TEXTS[outcome.input.id].split()
        else:
            assert outcome.status == ("crashed" if outcome.input.id == "b" else "failed")
            assert isinstance(outcome.error, ReadingError if outcome.input.id == "e" else ProcessingError)
            assert outcome.error.place == str(outcome.input.path)
            assert REASONS[outcome.input.id] in outcome.error.reason
            assert outcome.error.remedy


def test_documents_are_read_when_their_group_is_asked_for(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).write_text("一\n" * 60_000, "utf-8")
    outcomes = run_batch(find_inputs([tmp_path])[0], fakes.FakeJob())
    next(outcomes)
    (tmp_path / "b").unlink()
    assert [type(outcome.error) for outcome in outcomes] == [ReadingError]


@pytest.mark.parametrize(("timeout", "sizes"), [(None, [4]), (60.0, [4]), (1.0, [1, 1, 1, 1])])
def test_short_documents_are_done_together_unless_time_is_short(
    tmp_path: Path, timeout: float | None, sizes: list[int]
) -> None:
    for name in "abcd":
        (tmp_path / name).write_text("一\n", "utf-8")
    inputs = find_inputs([tmp_path])[0]
    assert [len(group) for group in together(inputs, timeout, lambda item: item)] == sizes


def test_a_document_that_takes_too_long_is_told(tmp_path: Path) -> None:
    for name, text in (("a", "挂起"), ("b", "一")):
        (tmp_path / name).write_text(text, "utf-8")
    outcomes = list(run_batch(find_inputs([tmp_path])[0], fakes.FakeJob(), 1, timeout=0.5))
    assert [outcome.status for outcome in outcomes] == ["timeout", "ok"]
    assert "0.5 seconds" in str(outcomes[0].error)
    assert outcomes[0].tables("m").documents[0].status == "failed"


def test_the_number_of_workers_changes_nothing(tmp_path: Path, tiny_model: Path) -> None:
    for number in range(12):
        (tmp_path / f"{number:02}.txt").write_text(TEXT.replace("34", str(number)) * (12 - number), "utf-8")
    inputs = find_inputs([tmp_path])[0]
    one, three = (list(run_batch(inputs, Job(tiny_model), workers)) for workers in (1, 3))
    assert [outcome.extraction for outcome in one] == [outcome.extraction for outcome in three]
    assert all(outcome.extraction for outcome in one)


def test_standard_input_reaches_a_worker(tmp_path: Path) -> None:
    item = Input("stdin", Path("-"), ("甲" * 20 + "\n").encode() * 1000)
    (outcome,) = run_batch([item], fakes.FakeJob(), 2)
    assert outcome.extraction is not None
    assert len(outcome.extraction.tables.quantities) == 1000


@pytest.mark.parametrize("workers", [1, 2])
def test_a_model_that_is_not_there_is_told(tmp_path: Path, workers: int) -> None:
    with pytest.raises(ModelError, match="no model folder here"):
        list(run_batch([Input("a", tmp_path / "a")], Job(tmp_path / "none"), workers))
    with pytest.raises(ModelError):
        Job(tmp_path / "none").name()


# --- what a job is known by -----------------------------------------------------------------------------------------


def test_a_job_is_named_as_its_extractor(tiny_model: Path) -> None:
    assert Job(tiny_model).name() == load(tiny_model).name
    assert Job().name() == load().name


def test_a_model_is_known_by_what_it_is_loaded_from(tiny_model: Path, tmp_path: Path) -> None:
    import shutil

    copy = Path(shutil.copytree(tiny_model, tmp_path / "copy"))
    assert Job(copy).model_hash() == Job(tiny_model).model_hash() != Job().model_hash()
    (copy / "README").write_text("beside the model")
    assert Job(copy).model_hash() == Job(tiny_model).model_hash()
    part = copy / PARTS / "calibration.json"
    part.write_text(part.read_text("utf-8") + " ", "utf-8")
    assert Job(copy).model_hash() != Job(tiny_model).model_hash()


def test_options_are_what_changes_rows(tmp_path: Path) -> None:
    words = tmp_path / "words.tsv"
    words.write_text("a", "utf-8")
    found = {Job().options(), Job(encoding="gbk").options(), Job(lexicon=words).options()}
    words.write_text("b", "utf-8")
    found.add(Job(lexicon=words).options())
    assert len(found) == 4
    assert Job(Path("elsewhere")).options() in found
    with pytest.raises(LexiconError):
        Job(lexicon=tmp_path / "none.tsv").options()


# --- reposts and streams --------------------------------------------------------------------------------------------


def test_reposts_are_marked_as_they_pass(tmp_path: Path) -> None:
    for name, text in (
        ("a", "甲乙丙丁戊己庚辛壬癸" * 3),
        ("b", "二\n"),
        ("c", "甲乙丙丁戊己庚辛壬癸\n" * 3),
        ("d", "除零"),
    ):
        (tmp_path / name).write_text(text, "utf-8")
    outcomes = list(marked(run_batch(find_inputs([tmp_path])[0], fakes.FakeJob())))
    found = [outcome.tables("m").documents[0].near_duplicate_of for outcome in outcomes]
    assert found == [None, None, "a", None]


def test_a_stream_gives_every_document_in_order(tmp_path: Path, tiny_model: Path) -> None:
    for name, text in (("b", TEXT), ("a", "立案43起。"), ("c", "")):
        (tmp_path / name).write_text(text, "utf-8")
    streamed = list(tongbao.stream([tmp_path / "b", str(tmp_path)], model=tiny_model, workers=2))
    assert [bulletin.id for bulletin, _ in streamed] == ["b", "a", "c"]
    assert [bulletin.text for bulletin, _ in streamed] == [TEXT, "立案43起。", ""]
    assert [tables.documents[0].status for _, tables in streamed] == ["ok", "ok", "failed"]
    assert "empty" in (streamed[2][1].documents[0].error or "")
    assert [row.text for row in streamed[0][1].quantities] == ["34座", "1.24万元"]
    (only,) = tongbao.stream(tmp_path / "b", model=str(tiny_model))
    assert only == streamed[0]


@pytest.mark.skipif(os.name != "posix", reason="a script by its path")
def test_a_script_without_a_guard_is_told_of_it(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    script.write_text(f"import tongbao\nprint(len(list(tongbao.stream({str(tmp_path)!r}, workers=2))))\n")
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert 'if __name__ == "__main__"' in done.stderr.splitlines()[-1]
    script.write_text(script.read_text().replace("print", 'if __name__ == "__main__":\n    print'))
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"
