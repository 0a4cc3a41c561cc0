"""Pictures: the order of what is recognised, and that no line of ink is passed over in silence."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tongbao.errors import ReadingError
from tongbao.reading import ocr, read_file
from tongbao.reading.pages import Page, text_of_pages
from tongbao.reading.scan import Seen, ink, line_height, pieces_of_scan, unread

PIL = pytest.importorskip("PIL.Image")

HEIGHT = 30
WIDTH = 900


def _seen(text: str, x: float, y: float, height: float = HEIGHT) -> Seen:
    """A line of ``text`` as wide as it is in type, its upper left corner at ``x``, ``y``."""
    right = x + height * sum(0.5 if character.isascii() else 1.0 for character in text)
    return Seen(text, ((x, y), (right, y), (right, y + height), (x, y + height)))


def _text(seen: Sequence[Seen]) -> list[str]:
    return text_of_pages([Page(1, WIDTH, 1200, pieces_of_scan(seen))])[0].split("\n")


# --- order ----------------------------------------------------------------------------------------------------------

LINES = ["现将甲州市上半年情况通报如下，各县区要认真对照检", "查，切实抓好整改。", "立案43起。"]
PLACED = [_seen(LINES[0], 106, 200), _seen(LINES[1], 40, 250), _seen(LINES[2], 106, 300)]


@given(st.permutations(PLACED))
def test_lines_are_read_top_down(seen: list[Seen]) -> None:
    assert _text(seen) == [LINES[0] + LINES[1], LINES[2]]


def test_pieces_of_a_line_are_read_from_the_left_however_they_hang() -> None:
    seen = [_seen("2024年7月2日", 500, 200), _seen("甲州市纪委监委", 40, 208), _seen("乙州市", 40, 250)]
    assert _text(seen) == ["甲州市纪委监委 2024年7月2日", "乙州市"]


@pytest.mark.parametrize("degrees", [-2.0, 0.7, 2.0])
def test_a_page_that_lies_askew_is_set_straight(degrees: float) -> None:
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    seen = [Seen(one.text, tuple((x * cos - y * sin, x * sin + y * cos) for x, y in one.corners)) for one in PLACED]
    assert _text(seen) == [LINES[0] + LINES[1], LINES[2]]


def test_boxes_of_nearly_one_height_are_of_one_size() -> None:
    seen = [
        _seen(text, one.box[0], one.box[1], HEIGHT * k)
        for text, one, k in zip(LINES, PLACED, (1, 0.87, 1.2), strict=True)
    ]
    assert {piece.size for piece in pieces_of_scan(seen)} == {0.9 * HEIGHT}
    assert _text([*PLACED, _seen("通报", 300, 100, 2 * HEIGHT)])[0] == "通报"


# --- ink ------------------------------------------------------------------------------------------------------------


def _drawn(seen: Sequence[Seen], height: int = 600) -> NDArray[np.uint8]:
    """A grey page with strokes where the lines stand."""
    page = np.full((height, WIDTH), 235, np.uint8)
    for one in seen:
        x0, top, x1, bottom = (round(side) for side in one.box)
        for x in range(x0, x1 - 3, 8):
            page[top + 4 : bottom - 4, x : x + 3] = 20
    return page


def test_what_has_a_box_is_read() -> None:
    assert unread(ink(_drawn(PLACED)), (one.box for one in PLACED), HEIGHT) == []


@pytest.mark.parametrize("lost", range(3))
@pytest.mark.parametrize("light", [0.0, 0.4])
def test_a_line_without_a_box_is_found(lost: int, light: float) -> None:
    page = (_drawn(PLACED) * np.linspace(1 - light, 1, WIDTH)[None, :]).astype(np.uint8)
    (found,) = unread(ink(page), (one.box for one in PLACED if one is not PLACED[lost]), HEIGHT)
    x0, top, x1, bottom = PLACED[lost].box
    assert abs(found[0] - x0) < 12
    assert abs(found[2] - x1) < 12
    assert top <= found[1] < found[3] <= bottom


def test_a_line_is_found_beside_another_column() -> None:
    columns = [_seen("检查水厂三十四座", 40, 200), _seen("发现问题十二个", 420, 200)]
    (found,) = unread(ink(_drawn(columns)), [columns[0].box], HEIGHT)
    assert found[0] > 400


def test_rules_specks_and_pictures_are_no_lines() -> None:
    page = _drawn(PLACED)
    page[400:403, 40:760] = 20
    page[100:550, 30:33] = page[100:550, 870:873] = 20
    page[430:590, 300:480] = 40
    page[500:506, 60:66] = 20
    assert unread(ink(page), (one.box for one in PLACED), HEIGHT) == []


def test_a_white_page_has_no_ink() -> None:
    assert not ink(np.full((100, 70), 250, np.uint8)).any()


# --- recognising ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Result:
    boxes: Any
    txts: tuple[str, ...] | None
    scores: tuple[float, ...] | None


def _result(seen: Sequence[Seen]) -> _Result:
    if not seen:
        return _Result(None, None, None)
    return _Result(np.array([one.corners for one in seen]), tuple(one.text for one in seen), (0.9,) * len(seen))


Engine = Callable[..., _Result]


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Callable[[Engine], None]:
    """Puts a function in the place of the recogniser."""

    def put(function: Engine) -> None:
        monkeypatch.setattr(ocr, "installed", lambda: True)
        monkeypatch.setattr(ocr, "_engine", lambda: function)

    return put


def _png(*pages: NDArray[np.uint8], form: str = "PNG") -> bytes:
    images = [PIL.fromarray(page) for page in pages]
    stream = BytesIO()
    more = {"save_all": True, "append_images": images[1:]} if images[1:] else {}
    images[0].save(stream, form, **more)
    return stream.getvalue()


def _read(data: bytes) -> list[str]:
    return ocr.read_image(data, None, "a.png").text.split("\n")


def test_a_picture(engine: Callable[[Engine], None]) -> None:
    engine(lambda picture, **_: _result(PLACED))
    assert _read(_png(_drawn(PLACED))) == [LINES[0] + LINES[1], LINES[2]]


def test_every_page_of_a_picture_is_read(engine: Callable[[Engine], None]) -> None:
    engine(lambda picture, **_: _result(PLACED if picture.shape[0] == 601 else PLACED[2:]))
    found = ocr.read_image(_png(_drawn(PLACED[2:]), _drawn(PLACED, 601), form="TIFF"), None, "a.tif")
    assert [(block.page, block.paragraph) for block in found.blocks] == [(1, 1), (2, 1), (2, 2)]


def test_a_lost_line_is_looked_at_again(engine: Callable[[Engine], None]) -> None:
    def recognise(picture: NDArray[np.uint8], **_: bool) -> _Result:
        if picture.shape[0] == 600:
            return _result(PLACED[:2])
        return _result([_seen(LINES[2], 40, 40, 2 * HEIGHT)])  # enlarged, inside a frame of paper

    engine(recognise)
    assert _read(_png(_drawn(PLACED))) == [LINES[0] + LINES[1], LINES[2]]


@pytest.mark.parametrize(("sure", "read"), [(0.95, True), (0.6, False)])
def test_a_strip_without_a_line_is_read_whole_or_told(
    sure: float, read: bool, engine: Callable[[Engine], None], caplog: pytest.LogCaptureFixture
) -> None:
    def recognise(picture: NDArray[np.uint8], use_det: bool, **_: bool) -> _Result:
        if not use_det:
            return _Result(None, (LINES[2],), (sure,))
        return _result(PLACED[:2] if picture.shape[0] == 600 else [])

    engine(recognise)
    assert (_read(_png(_drawn(PLACED)))[-1] == LINES[2]) is read
    assert ("a.png: page 1: what looks like a line 51% down" in caplog.text) is not read


def _refused(data: bytes) -> ReadingError:
    with pytest.raises(ReadingError) as caught:
        _read(data)
    assert caught.value.place == "a.png"
    assert caught.value.remedy
    return caught.value


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(ocr, "installed", lambda: False)
    path = tmp_path / "a.JPG"
    path.write_bytes(_png(_drawn(PLACED)))
    with pytest.raises(ReadingError) as caught:
        read_file(path)
    assert caught.value.remedy == 'pip install "tongbao[ocr]"'


def test_a_picture_without_text(engine: Callable[[Engine], None]) -> None:
    engine(lambda picture, **_: _result([]))
    assert "no text" in _refused(_png(_drawn([]))).reason


def test_a_failure_of_the_recogniser_is_foreseen(engine: Callable[[Engine], None]) -> None:
    def broken(picture: NDArray[np.uint8], **_: bool) -> _Result:
        raise RuntimeError("no memory")

    engine(broken)
    assert "page 1: RuntimeError no memory" in _refused(_png(_drawn(PLACED))).reason


def test_a_picture_that_is_too_large(engine: Callable[[Engine], None], monkeypatch: pytest.MonkeyPatch) -> None:
    engine(lambda picture, **_: _result(PLACED))
    monkeypatch.setattr(ocr, "MAX_PIXELS", 600 * WIDTH)
    assert _read(_png(_drawn(PLACED)))
    assert "pixels" in _refused(_png(_drawn(PLACED, 601))).reason


def test_a_picture_of_another_kind_is_no_picture(engine: Callable[[Engine], None]) -> None:
    """Pillow would start Ghostscript for this one."""
    engine(lambda picture, **_: _result(PLACED))
    eps = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\nshowpage\n%%EOF\n"
    assert "damaged picture" in _refused(eps).reason


def test_a_page_that_is_too_large_to_be_drawn() -> None:
    pages = BytesIO()
    PIL.new("1", (50, 50)).save(pages, "PDF", resolution=0.25)
    with pytest.raises(ReadingError, match="page 1 is larger than 120 million pixels at 200 an inch"):
        ocr.read_pages(pages.getvalue(), [1], "a.pdf")


_PICTURE = _png(np.full((40, 30), 200, np.uint8))


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, len(_PICTURE) - 1), st.integers(0, 255)), max_size=8), st.integers(0, 200))
def test_damage_is_refused(changes: list[tuple[int, int]], end: int) -> None:
    data = bytearray(_PICTURE)
    for position, value in changes:
        data[position] = value
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ocr, "installed", lambda: True)
        patch.setattr(ocr, "_engine", lambda: lambda picture, **_: _result([]))
        _refused(bytes(data[:end]))


@pytest.mark.slow
def test_the_recogniser_itself() -> None:
    pytest.importorskip("rapidocr")
    pytest.importorskip("onnxruntime")
    from PIL import ImageDraw, ImageFont

    lines = ["2024 REPORT 1362 / 94.8%", "TOTAL 43 OF 1291", "NO. 733.6"]
    picture = PIL.new("RGB", (900, 500), (250, 250, 245))
    draw = ImageDraw.Draw(picture)
    for k, line in enumerate(lines):
        draw.text((60, 60 + 120 * k), line, fill=(20, 20, 20), font=ImageFont.load_default(44))
    pages = BytesIO()
    picture.save(pages, "PDF", resolution=100)
    drawn = ocr.read_pages(pages.getvalue(), [1], "a.pdf")
    for found in (text_of_pages(list(drawn.values()))[0].split("\n"), _read(_png(np.asarray(picture)))):
        assert ["".join(line.split()) for line in found] == ["".join(line.split()) for line in lines]


def test_heights_are_those_of_the_lines() -> None:
    assert line_height(PLACED) == HEIGHT
