"""``tongbao annotate``: its verbs, their options and help texts. What they do stands in ``cli/annotations.py``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Optional, get_args

import typer

from tongbao.annotation.problem import Code

app = typer.Typer(
    help="检查、统计、比较标注文件。 Check and compare annotation files, count what they hold.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Files = Annotated[
    list[Path],
    typer.Argument(help="标注文件(.jsonl),或存放它们的文件夹。 Annotation files, or folders that hold them."),
]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON。 Print JSON.")]


def _known(codes: list[str] | None) -> list[str] | None:
    for code in codes or ():
        if code not in get_args(Code):
            raise typer.BadParameter(f"没有 {code!r} 这一类 no such code; {' '.join(get_args(Code))}")
    return codes


@app.command()
def check(
    files: Files,
    only: Annotated[
        Optional[list[str]],  # noqa: UP045 - typer reads the annotation at run time
        typer.Option(
            help="只报这一类;可多次给出。 Report this kind only; may be repeated.", metavar="CODE", callback=_known
        ),
    ] = None,
    skip: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(
            help="不报这一类;可多次给出。 Leave this kind out; may be repeated.", metavar="CODE", callback=_known
        ),
    ] = None,
    json: Json = False,
) -> None:
    """逐条列出标注里的问题。 List what is wrong with annotations.

    每条一行:文件:行号: 文档 偏移 类别: 问题。有问题时退出码为 5。
    One line a finding: file:line: document offset code: what is wrong. The exit code is 5 where there are findings.

    格式 the format: json version format offsets ids links sections text

    规则 the guidelines: legacy overlap nesting edges sentence indicator period scope cycle

    与原文不符 against the text: numeral value unit bound kind dates
    (由数字语法读出,未必是标注错。 As the grammar of numbers reads it, which need not be right.)

    文档之间 between documents: document-id near-duplicate
    """
    from tongbao.cli.annotations import check as run

    run(files, only or [], skip or [], json)


@app.command()
def stats(files: Files, json: Json = False) -> None:
    """统计标注。 Count what annotations hold.

    逐文件并合计:文档、字数、各类标注、属性取值、关系。
    By file and in all: documents, characters, spans by label, values of attributes, links.
    """
    from tongbao.cli.annotations import stats as run

    run(files, json)


@app.command()
def agree(
    a: Annotated[Path, typer.Argument(help="第一份标注。 The first annotation.")],
    b: Annotated[Path, typer.Argument(help="第二份标注。 The second annotation.")],
    json: Json = False,
) -> None:
    """比较两份标注的一致性。 Report how far two annotations agree.

    同样的文档(按 id)由两人各标一遍:片段 F1,属性、关系、指标的一致率,再逐条列出分歧。
    The same documents (by id), annotated twice: span F1, agreement on attributes, relations and indicators, then
    every difference.
    """
    from tongbao.cli.annotations import agree as run

    run(a, b, json)
