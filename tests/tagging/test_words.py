"""Segmenters: offsets that lose nothing, words of the lexicon, and no trace left outside."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from functools import cache
from itertools import pairwise
from pathlib import Path

import jieba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongbao import lexicon
from tongbao.errors import ModelError
from tongbao.tagging.words import (
    SEGMENTERS,
    JiebaSegmenter,
    PkusegSegmenter,
    RjiebaSegmenter,
    Segmenter,
    SegmenterName,
    segmenter,
)

#: What segmenters treat apart: Han, digits, Latin, white space of every kind, marks, astral characters.
MIXED = st.text("泉州市纪委监委查处违规43.5%aZ９Ａ《》，。 \n\r\t\u3000\xa0\u2028😀\U0002a6a5\u200b", max_size=40)
ANY_TEXT = st.one_of(MIXED, st.text(st.characters()))
TEXTS = ["", "\n", "\u3000", "😀", "a\ud800b", "市教育局立案43起。\n\u3000\u3000二、全省1.24万元\r\n", " 前后都有空格 "]
WITHOUT_MODEL: tuple[SegmenterName, ...] = ("jieba", "rjieba", "char")


@cache
def _pkuseg() -> PkusegSegmenter:
    """A segmenter whose model has seen three sentences: what it cuts is poor, but cut it does."""
    import spacy_pkuseg

    lines = ["全市 查处 违规 问题 150 个 。", "市 教育局 立案 43 起 ， 罚没 1.24万 元 。", "全省 检查 学校 40 所 。"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        text = folder / "text.txt"
        text.write_text("\n".join(lines * 10) + "\n", encoding="utf-8")
        spacy_pkuseg.train(str(text), str(text), str(folder / "model"), train_iter=2)
        return PkusegSegmenter(folder / "model")


def _segmenter(name: SegmenterName) -> Segmenter:
    return _pkuseg() if name == "pkuseg" else segmenter(name)


def _words(name: SegmenterName, text: str) -> list[str]:
    starts = _segmenter(name).starts(text).tolist()
    return [text[start:end] for start, end in pairwise([*starts, len(text)])]


def _check(name: SegmenterName, text: str) -> None:
    starts = _segmenter(name).starts(text)
    assert starts.dtype == np.int64
    assert starts.tolist()[:1] == ([0] if text else [])
    assert (np.diff(starts) > 0).all()
    assert all(start < len(text) for start in starts.tolist())


@pytest.mark.parametrize("name", SEGMENTERS)
@pytest.mark.parametrize("text", TEXTS)
def test_pieces_join_to_the_text(name: SegmenterName, text: str) -> None:
    _check(name, text)
    assert "".join(_words(name, text)) == text


@pytest.mark.parametrize("name", SEGMENTERS)
def test_starts_ascend_from_zero_in_any_text(name: SegmenterName) -> None:
    @given(ANY_TEXT)
    def check(text: str) -> None:
        _check(name, text)

    check()


def test_characters_are_words_of_the_char_segmenter() -> None:
    assert _words("char", "市局\n43") == list("市局\n43")


@pytest.mark.parametrize("name", ["jieba", "rjieba"])
@pytest.mark.parametrize("word", ["纪委监委", "市场监督管理局", "生态环境局", "泉州市"])
def test_words_of_the_lexicon_are_kept_whole(name: SegmenterName, word: str) -> None:
    assert word in lexicon.load().user_words()
    assert word in _words(name, f"本月，该{word}查处违规问题机构150个。")


@pytest.mark.parametrize("name", ["jieba", "rjieba"])
def test_no_word_of_the_lexicon_is_cut_where_it_stands_alone(name: SegmenterName) -> None:
    words = lexicon.load().user_words()
    assert len(words) > 1000
    assert [word for word in words if len(_words(name, word)) > 1] == []


def test_user_words_make_the_difference() -> None:
    text = "由市场监督管理局牵头"
    assert RjiebaSegmenter(["市场监督管理局"]).starts(text).tolist() == [0, 1, 8]
    assert RjiebaSegmenter([]).starts(text).tolist() != [0, 1, 8]


def test_words_of_a_user_are_added_to_a_tokenizer_of_their_own() -> None:
    text = "由督查通报组牵头"
    before = segmenter("rjieba").starts(text).tolist()
    assert segmenter("rjieba", added=("督查通报组",)).starts(text).tolist() == [0, 1, 6] != before
    assert segmenter("rjieba").starts(text).tolist() == before


@pytest.mark.parametrize("name", ["jieba", "rjieba"])
@pytest.mark.parametrize("end", ["。", "\n", "\r\n", "。\n", "。。", "\n\n \n", "。”", "\n\u3000\u3000", "。12%\n"])
def test_the_passages_that_are_cut_one_by_one_make_no_difference(
    name: SegmenterName, end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = end.join(["泉州市纪委监委立案43起", "罚没1.24万元", "", "AB", "全市开展专项检查"] * 3)
    whole = segmenter(name).starts(text).tolist()
    for size in (0, 1, 5, 30):
        monkeypatch.setattr("tongbao.tagging.words._PASSAGE", size)
        assert segmenter(name).starts(text).tolist() == whole


def test_words_are_found_across_a_long_text() -> None:
    text = "泉州市纪委监委查处违规问题机构150个。\n" * 2000
    for name in WITHOUT_MODEL:
        assert "".join(_words(name, text)) == text


def _shared_state() -> tuple[object, ...]:
    shared = jieba.dt
    words = (len(shared.FREQ), shared.FREQ.get("督查通报组"), shared.total, dict(shared.user_word_tag_tab))
    return (shared.initialized, *words, set(jieba.finalseg.Force_Split_Words))


def test_neither_the_shared_jieba_nor_another_tokenizer_is_touched() -> None:
    before = _shared_state()
    assert len(JiebaSegmenter(["督查通报组"]).starts("督查通报组")) == 1 < len(segmenter("jieba").starts("督查通报组"))
    assert _shared_state() == before


def test_no_cache_file_is_written(tmp_path: Path) -> None:
    code = (
        "import tempfile, sys\n"
        "from tongbao.tagging.words import segmenter\n"
        "print(tempfile.gettempdir())\n"
        "for name in ('jieba', 'rjieba', 'char'):\n"
        "    segmenter(name).starts('泉州市纪委监委')\n"
    )
    environment = {"TMPDIR": str(tmp_path), "PYTHONPATH": ":".join(filter(None, sys.path)), "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == str(tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert done.stderr == ""


def test_a_segmenter_is_built_once_a_process() -> None:
    assert all(segmenter(name) is segmenter(name) for name in WITHOUT_MODEL)


@pytest.mark.parametrize("kind", ["missing", "a file"])
def test_pkuseg_without_a_folder_is_refused(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "pkuseg"
    if kind == "a file":
        folder.write_text("not a folder")
    with pytest.raises(ModelError, match="no pkuseg model here") as raised:
        segmenter("pkuseg", folder)
    assert raised.value.place == str(folder)
    assert "--segmenter jieba" in raised.value.remedy


def test_the_pkuseg_model_that_ships_is_found_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert segmenter("pkuseg").starts("查处违规问题").tolist() == [0, 2, 4]


@pytest.mark.parametrize("content", [None, b"junk"])
def test_a_damaged_pkuseg_model_is_refused(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "features.msgpack").write_bytes(content)
        (tmp_path / "weights.npz").write_bytes(content)
    with pytest.raises(ModelError, match="not a pkuseg model") as raised:
        segmenter("pkuseg", tmp_path)
    assert raised.value.place == str(tmp_path)
    assert raised.value.remedy


def test_a_folder_with_the_name_of_a_download_is_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """spacy-pkuseg downloads ``medicine`` when asked for it by that name."""
    (tmp_path / "medicine").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("spacy_pkuseg.download_model", lambda *_: pytest.fail("a download was tried"))
    with pytest.raises(ModelError, match="not a pkuseg model"):
        segmenter("pkuseg", Path("medicine"))
