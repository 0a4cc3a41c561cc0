import json
import sys
from dataclasses import fields
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongbao.errors import ReadingError
from tongbao.reading import read_file
from tongbao.reading.html import read_html, read_mhtml, read_xhtml
from tongbao.reading.html_article import is_information
from tongbao.records import Metadata

pytest.importorskip("trafilatura")

_CASES = Path(__file__).parent / "cases" / "html"
_NAMES = sorted(path.stem for path in _CASES.glob("*.txt"))
_PAGE = "<html><head>{head}</head><body><div class='nav'><a href='/'>首页</a></div>{body}</body></html>"
_PROSE = "全州共检查水厂34座，发现问题128个，整改到位120个。"


def _page(body: str, head: str = "<title>供水情况</title>") -> bytes:
    return _PAGE.format(head=head, body=body).encode()


def _text(body: str, head: str = "") -> str:
    return read_html(_page(body, head), None, "a.html").text


@pytest.mark.parametrize("name", _NAMES)
def test_pages(name: str) -> None:
    found = read_html((_CASES / f"{name}.html").read_bytes(), None, name)
    assert found.text.split("\n") == (_CASES / f"{name}.txt").read_text("utf-8").rstrip("\n").split("\n")
    assert "\n".join(block.span.of(found.text) for block in found.blocks) == found.text
    assert [block.paragraph for block in found.blocks] == list(range(1, len(found.blocks) + 1))


@pytest.mark.parametrize("name", _NAMES)
def test_metadata(name: str) -> None:
    metadata = read_file(_CASES / f"{name}.html").metadata
    said = {field.name: getattr(metadata, field.name) for field in fields(Metadata)}
    said["published"] = None if metadata.published is None else metadata.published.isoformat()
    assert said == json.loads((_CASES / "metadata.json").read_text("utf-8"))[name]


@pytest.mark.parametrize("name", ["script", "links"])
def test_pages_without_an_article(name: str) -> None:
    with pytest.raises(ReadingError, match="no article") as caught:
        read_html((_CASES / f"{name}.html").read_bytes(), None, "folder/page.html")
    assert caught.value.place == "folder/page.html"
    assert "save" in caught.value.remedy


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<p>{}</p><p>甲<b>乙</b>\n丙 丁</p>", "{}\n甲乙丙 丁"),
        ("<p>{}</p><p>第一行<br>第二行，写完了。<br>　　第三行</p>", "{}\n第一行\n第二行，写完了。\n第三行"),
        ("<div>{}<p>段落</p>尾巴</div>", "{}\n段落\n尾巴"),
        ("<p>{}</p><ol start=3><li>甲项</li><li value='7'>乙项</li><li>8.丙项</li></ol>", "{}\n3.甲项\n7.乙项\n8.丙项"),
        ("<p>{}</p><ol type=A><li>甲项<ol style='list-style-type: cjk-ideographic'><li>内项</li></ol></li></ol>", None),
        ("<p>{}</p><ol style='list-style:none'><li>甲项</li></ol>", "{}\n甲项"),
        ("<p>{}</p><ul><li>甲项</li></ul>", "{}\n甲项"),
        ("<div>{}<span style='display:none'>看不见的字</span></div>", None),
        ("<p>{}</p><p hidden>看不见的段落，一句话。</p>", "{}"),
        ("<p>{}</p><p>12&nbsp;345户，<sup>2</sup>面积5m<sup>2</sup></p>", "{}\n12 345户，2面积5m²"),
        ("<p>{}<!-- 注释里的话。 --></p><template><p>模板里的话。</p></template>", "{}"),
        ("<p>{}</p><p>乱码\x01和零\u200b宽</p>", "{}\n乱码和零宽"),
    ],
)
def test_lines(body: str, text: str | None) -> None:
    found = _text(f"<div class='content'>{body.replace('{}', _PROSE)}</div>")
    if text is not None:
        assert found == text.replace("{}", _PROSE)
    elif "看不见" in body:
        assert found.startswith(_PROSE)
    else:
        assert found == f"{_PROSE}\nA.甲项\n一、内项"


def test_a_caption_over_a_table_gives_the_unit_of_its_figures() -> None:
    rows = "<tr><th>县区</th><th>罚没</th></tr><tr><td>甲县</td><td>1.24</td></tr><tr><td>乙县</td><td>7</td></tr>"
    found = _text(f"<p>{_PROSE}</p><p>单位：万元</p><table>{rows}</table><p>{_PROSE}</p>")
    assert found.split("\n")[1:4] == ["单位：万元", "甲县 罚没:1.24万元", "乙县 罚没:7万元"]


def test_a_table_in_a_table_that_lays_the_page_out() -> None:
    inner = "<table><tr><td>县区</td><td>家数</td></tr><tr><td>青石县</td><td>34</td></tr></table>"
    assert _text(f"<table><tr><td>{_PROSE}</td></tr><tr><td>{inner}</td></tr></table>") == f"{_PROSE}\n青石县 家数:34"


def test_a_title_that_the_article_repeats_is_there_once() -> None:
    title = "青川州供水情况通报"
    body = (
        f"<h1>{title}</h1><div class='x'>来源：青川日报</div><div><p>青川州</p><p>供水情况通报</p><p>{_PROSE}</p></div>"
    )
    assert _text(body, f"<title>{title}</title>") == f"青川州\n供水情况通报\n{_PROSE}"


def test_furniture_that_holds_the_article_is_none() -> None:
    assert _text(f"<div class='content_share nav'><p>{_PROSE}</p></div>") == _PROSE


def test_the_lines_around_an_article_do_not_come_with_it() -> None:
    head = "<p>来源：青川日报 浏览次数：12</p><p>2024年3月4日</p>"
    tail = "<p>（责任编辑：某某）</p><p>2024年3月5日</p><p><a href=x>返回列表</a></p><p>技术支持：某公司</p>"
    assert _text(f"<div>{head}<p>{_PROSE}</p>{tail}</div>") == f"2024年3月4日\n{_PROSE}\n2024年3月5日"


def test_words_of_the_imprint_may_stand_in_an_article() -> None:
    body = f"<p>{_PROSE}</p><p>盗用“版权所有”标识的12家，一律查处。</p><p>主办单位：州教育局。</p><p>{_PROSE}二</p>"
    assert _text(f"<div>{body}</div>").split("\n")[1:3] == [
        "盗用“版权所有”标识的12家，一律查处。",
        "主办单位：州教育局。",
    ]


def test_a_signature_and_enclosures_after_the_article_belong_to_it() -> None:
    signed = "<div>青川州水务局</div><div>2024年3月5日</div>"
    tail = f"{signed}<ul><li>附件：<a href=x>清单.xlsx</a></li></ul><div>关于我们</div>"
    assert _text(f"<div><p>{_PROSE}</p></div>{tail}") == f"{_PROSE}\n青川州水务局\n2024年3月5日\n附件：清单.xlsx"


@pytest.mark.parametrize(
    ("line", "information"),
    [
        ("来源：青川日报 发布时间：2024-03-05 10:20 浏览次数：352次", True),
        ("发布时间：2024-03-05来源：白水县水务局", True),
        ("【字体：大 中 小】 打印 关闭", True),
        ("[责任编辑：某某]", True),
        ("时间：2024年3月5日　作者：某某", True),
        ("2024年3月5日", False),
        ("来源清楚、去向明白，收入来源：工资、奖金、补贴。", False),
        ("作者认为，这是一个好办法。", False),
        ("时间紧、任务重", False),
    ],
)
def test_information(line: str, information: bool) -> None:
    assert is_information(line) is information


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ('<meta name="PubDate" content="2024-03-05 10:20">', ("published", "2024-03-05")),
        ('<meta property="article:published_time" content="2024-03-05T10:20:00+08:00">', ("published", "2024-03-05")),
        ('<meta name="PubDate" content="0000-00-00">', ("published", "None")),
        ('<meta name="ContentSource" content="青川州水务局">', ("issuer", "青川州水务局")),
        ('<meta name="ContentSource" content="青川新闻网">', ("issuer", "None")),
        ('<link rel="canonical" href="https://a.example/1.html">', ("url", "https://a.example/1.html")),
        ('<link rel="canonical" href="javascript:void(0)">', ("url", "None")),
        ("<title>供水情况通报_要闻_青川州水务局</title>", ("title", "供水情况通报")),
        ("<title>1-3月供水-青川州水务局</title>", ("title", "1-3月供水")),
    ],
)
def test_what_the_head_of_a_page_says(head: str, expected: tuple[str, str]) -> None:
    metadata = read_html(_page(f"<p>{_PROSE}</p>", head), None, "a.html").metadata
    assert str(getattr(metadata, expected[0])) == expected[1]


@pytest.mark.parametrize("charset", ["gb2312", "GBK", "gb18030"])
def test_gb_is_read_as_gb18030(charset: str) -> None:
    page = _page(f"<p>{_PROSE}𠮷田乡㐂田村。</p>", f"<meta charset={charset}>").decode()
    found = read_html(page.encode("gb18030"), None, "a.html")
    assert (found.text, found.encoding) == (f"{_PROSE}𠮷田乡㐂田村。", "gb18030")


def test_the_declared_encoding_goes_first_and_a_page_may_declare_nonsense() -> None:
    page = _page(f"<p>{_PROSE}</p>", '<meta charset="no-such-encoding">').decode()
    assert read_html(page.encode("utf-16-le"), "utf-16-le", "a.html").text == _PROSE
    assert read_html(page.encode("gb18030"), None, "a.html").text == _PROSE
    with pytest.raises(ReadingError, match="unknown text encoding"):
        read_html(page.encode("gb18030"), "nonsense", "a.html")


def test_damage_outside_the_article_is_passed_over_inside_it_is_not() -> None:
    cut = "供水情况".encode()[:-1]
    filler = "<!--" + "x" * 3000 + "-->"
    outside = _page(f"<p>{_PROSE}</p>{filler}", '<meta name="description" content="@@">').replace(b"@@", cut)
    assert read_html(outside, None, "a.html").text == _PROSE
    inside = _page(f"<p>{_PROSE}@@。</p>{filler}").replace(b"@@", cut)
    with pytest.raises(ReadingError, match="1 characters of the article"):
        read_html(inside, None, "a.html")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"%PDF-1.7", "PDF"),
        (b"\0\0\0\0", "binary"),
        ("通报".encode() + b"\xff" * 40, "not utf-8 at byte offset 6"),
        (b"<div>" * 4000 + _PROSE.encode(), "nested more than 3000 deep"),
    ],
)
def test_refused(data: bytes, words: str) -> None:
    with pytest.raises(ReadingError, match=words) as caught:
        read_html(data, None, "a.html")
    assert caught.value.remedy


def test_paragraphs_that_nobody_closes_are_not_deep() -> None:
    assert _text("<font>" + f"<p>{_PROSE}" * 4000).count("\n") == 3999


def test_entities_that_a_page_declares_are_not_expanded() -> None:
    """Each names the one before ten times: expanded they are a thousand million signs."""
    names = [f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, 10)]
    declared = f"<!DOCTYPE html [<!ENTITY a0 '甲'>{''.join(names)}]>"
    page = f'<?xml version="1.0"?>{declared}<html><body><p>{_PROSE}</p><p>&a9;</p></body></html>'
    for read in (read_xhtml, read_html):
        assert len(read(page.encode(), None, "a.xhtml").text) < 2 * len(page)


def test_xhtml_closes_empty_elements() -> None:
    page = (
        f'<html><head><title/><script src="a.js"/></head><body><div id="a"/><p>{_PROSE}<a name="x"/></p></body></html>'
    )
    assert read_xhtml(page.encode(), None, "a.xhtml").text == _PROSE
    declared = f'<?xml version="1.0" encoding="GBK"?>{page}'
    assert read_html(declared.encode("gbk"), None, "a.html").text == _PROSE


@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
def test_mhtml(tmp_path: Path, charset: str) -> None:
    message = MIMEMultipart("related")
    message["Snapshot-Content-Location"] = "https://a.example/1.html"
    message.attach(MIMEText(f"<html><body><p>{_PROSE}</p></body></html>", "html", charset))
    message.attach(MIMEText("body{}", "css"))
    path = tmp_path / "a.mht"
    path.write_bytes(message.as_bytes())
    bulletin = read_file(path)
    assert (bulletin.text, bulletin.metadata.url) == (_PROSE, "https://a.example/1.html")


def test_mhtml_without_a_page() -> None:
    with pytest.raises(ReadingError, match="no web page"):
        read_mhtml(b"From: a\n\ntext", None, "a.mht")


@pytest.mark.parametrize("library", ["selectolax.lexbor", "trafilatura"])
def test_a_missing_library(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ReadingError, match="not installed") as caught:
        read_html(_page(f"<p>{_PROSE}</p>"), None, "a.html")
    assert caught.value.remedy == 'pip install "tongbao[documents]"'


def test_a_witness_that_fails_costs_its_vote_only(monkeypatch: pytest.MonkeyPatch) -> None:
    import trafilatura

    def fail(*_: object, **__: object) -> str:
        raise RuntimeError("broken")

    monkeypatch.setattr(trafilatura, "extract", fail)
    assert _text(f"<p>{_PROSE}</p>") == _PROSE


_BYTES = {name: (_CASES / f"{name}.html").read_bytes() for name in _NAMES}


@settings(max_examples=60)
@given(st.sampled_from(_NAMES), st.data())
def test_changed_pages_give_text_or_a_reading_error(name: str, data: st.DataObject) -> None:
    page = bytearray(_BYTES[name])
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(page)))
        end = data.draw(st.integers(start, min(start + 40, len(page))))
        page[start:end] = data.draw(
            st.binary(max_size=6) | st.sampled_from([b"<table>", b"</div>", b"<tr><td>", b"<!--"])
        )
    _reads_or_refuses(bytes(page))


_TAGS = "p div table tr td th ol li h1 br pre a span font caption thead style script title".split()


@settings(max_examples=60)
@given(
    st.lists(
        st.sampled_from(_TAGS).map(lambda tag: f"<{tag}>")
        | st.sampled_from(_TAGS).map(lambda tag: f"</{tag}>")
        | st.sampled_from(
            [_PROSE, "来源：甲", "34", "<td colspan=99999999 rowspan=0>", "<li value=-1>", "&#0;&#xD800;"]
        ),
        max_size=40,
    )
)
def test_any_nesting_gives_text_or_a_reading_error(parts: list[str]) -> None:
    _reads_or_refuses("".join(parts).encode())


def _reads_or_refuses(page: bytes) -> None:
    for reader in (read_html, read_xhtml, read_mhtml):
        try:
            found = reader(page, None, "a.html")
        except ReadingError as error:
            assert error.remedy
        else:
            assert found.text.strip()
            assert all(block.span.of(found.text).strip() for block in found.blocks)
