"""Arguments and options that several verbs have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional

import typer

Paths = Annotated[
    list[Path], typer.Argument(help="文件、文件夹,或 - 表示标准输入。 Files, folders, or - for standard input.")
]
ModelOption = Annotated[
    Optional[Path],  # noqa: UP045 - typer reads the annotation at run time
    typer.Option("--model", "-m", help="模型文件夹,默认用自带模型。 Model folder; default: the one that ships."),
]
LexiconOption = Annotated[
    Optional[Path],  # noqa: UP045
    typer.Option(
        "--lexicon",
        help="自备词表(.tsv):机构、量词、地区;不用重新训练。 Own words: bodies, measure words, regions; no retraining.",
    ),
]
EncodingOption = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option("--encoding", help="声明的编码;默认自动判断。 Declared encoding; default: detected."),
]
JsonLinesOption = Annotated[
    bool, typer.Option("--json", help="向标准输出写 JSON Lines。 JSON Lines on standard output.")
]
BomOption = Annotated[bool, typer.Option("--bom/--no-bom", help="CSV 以 BOM 开头(供 Excel)。 Begin CSV with a BOM.")]
