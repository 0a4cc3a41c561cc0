"""How often invented bodies and measure words come out with and without a user's lexicon.

    python benchmarks/user_lexicon.py [MODEL]

Every name stands in every frame, alone and with 市 before it; a hit is a department of just that extent. Every measure
word stands behind a number in every frame; a hit is a row with that unit.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from tongbao.extraction import Extractor, load
from tongbao.reading import read_text
from tongbao.records import Metadata, Span

BODIES = (
    "织网专班 数创办 碧湾联调中心 海丝专办 双碳工作专窗 智管中心 营商督导专员室 蓝剑专案组 河安办 古厝保护中心 "
    "融港联席办 清源指挥部 侨情服务中心 渔护支队 数产集团筹备组 山海协作办 桥隧管养处 晨曦工作室 "
    "治理现代化研究所 电诈阻断中心"
).split()
IN_TEXT = (
    "2023年，{}查处违规问题43起。",
    "由{}牵头，市财政局、市审计局配合，年底前完成整改。",
    "《隐患排查办法》已由{}印发实施。",
    "(责任单位：{}、市水利局)",
    "全市共排查隐患320处，{}约谈企业12家。",
    "会议要求，{}要加强与市教育局的协作。",
)
UNITS = "艇次 箱标 榀 针剂次 网格次 户检 井次 摊位日 联单 船期 卡点次 窖".split()
COUNTED = (
    "全年共完成480{}，同比增长12.5%。",
    "累计巡查1.2万余{}，整改问题35个。",
    "新增300{}以上。",
    "投放约56{}物资。",
)


def share_of_bodies(model: Extractor) -> float:
    """The share of names that come out as departments."""
    hits = 0
    places = [(frame, before + name) for name in BODIES for frame in IN_TEXT for before in ("", "市")]
    for frame, name in places:
        text = frame.format(name)
        span = Span(text.index(name), text.index(name) + len(name))
        rows = model.extract(read_text(text, metadata=Metadata(region="泉州市"))).tables.departments
        hits += any((row.start, row.end) == (span.start, span.end) for row in rows)
    return hits / len(places)


def share_of_units(model: Extractor) -> float:
    """The share of measure words that come out as units of rows."""
    places = [(frame, unit) for unit in UNITS for frame in COUNTED]
    found = [{row.unit for row in model.extract(frame.format(unit)).tables.quantities} for frame, unit in places]
    return sum(unit in units for (_, unit), units in zip(places, found, strict=True)) / len(places)


def main() -> None:
    """Print the table."""
    folder = sys.argv[1] if len(sys.argv) > 1 else None
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "own.tsv"
        lines = [f"body\t{body}\n" for body in BODIES] + [f"unit\t{unit}\tcount\n" for unit in UNITS]
        path.write_text("".join(lines), encoding="utf-8")
        own = load(folder, path)
    resources = own.tagger.resources
    unruled = replace(resources, vocabulary=replace(resources.vocabulary, bodies={}))
    models = {
        "without": load(folder),
        "features": replace(own, tagger=replace(own.tagger, resources=unruled)),
        "features and rule": own,
    }
    for label, model in models.items():
        print(f"{label:18} bodies {share_of_bodies(model):.3f}  measure words {share_of_units(model):.3f}")


if __name__ == "__main__":
    main()
