"""``tongbao annotate``: its verbs, their options and help texts. What they do stands in ``cli/annotations.py``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Optional, get_args

import typer

from tongbao.annotation.problem import Code
from tongbao.cli.options import EncodingOption, LexiconOption, ModelOption, Paths

app = typer.Typer(
    help="预标、导出、合并、检查、统计、比较标注。 Make annotations, correct, check, count and compare them.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Files = Annotated[
    list[Path],
    typer.Argument(
        help="标注文件(.jsonl、.sheet)或文件夹。 Annotation files (.jsonl, .sheet), or folders that hold them."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="输出 JSON。 Print JSON.")]
Out = Annotated[
    Path,
    typer.Option(
        "-o",
        "--output",
        help=".jsonl、.sheet 文件,或文件夹(一篇一个 .sheet)。 A .jsonl or .sheet file, or a folder (a .sheet each).",
    ),
]
Force = Annotated[bool, typer.Option("--force", help="覆盖已有文件。 Write over files that are there.")]


def _known(codes: list[str] | None) -> list[str] | None:
    for code in codes or ():
        if code not in get_args(Code):
            raise typer.BadParameter(f"没有 {code!r} 这一类 no such code; {' '.join(get_args(Code))}")
    return codes


@app.command()
def preannotate(
    paths: Paths,
    output: Out,
    model: ModelOption = None,
    lexicon: LexiconOption = None,
    encoding: EncodingOption = None,
    bare: Annotated[
        bool,
        typer.Option("--bare", help="不预标,只分句,供独立标注。 No spans: for annotation that no model has touched."),
    ] = False,
    origin: Annotated[
        Literal["external", "authored"],
        typer.Option(help="文档来源:别处的,或为训练而写的。 Where the documents come from."),
    ] = "external",
    force: Force = False,
) -> None:
    """用模型预标,供人改正。 Annotate with a model, to be corrected by hand.

    .sheet 是纯文本:每句原文之下逐行列出片段,任何编辑器都能改;改完用 merge 并入标注集,再 train。
    A .sheet is plain text: below each sentence its spans, a line each, for any editor; when it is corrected, merge it
    into your gold and train.
    """
    from tongbao.cli.annotation_files import preannotate as run

    run(paths, output, model, lexicon, encoding, bare=bare, origin=origin, force=force)


@app.command()
def export(files: Files, output: Out, force: Force = False) -> None:
    """把标注写成另一种文件。 Write annotations as another kind of file.

    例如把标注集写成便于修改的 .sheet。 For example gold as sheets, to be corrected.
    """
    from tongbao.cli.annotation_files import export as run

    run(files, output, force=force)


@app.command()
def merge(
    files: Files,
    into: Annotated[Path, typer.Option(help="并入的标注集(.jsonl),没有则新建。 The gold file; made where it is not.")],
) -> None:
    """把改好的标注并入标注集。 Put corrected annotations into a gold file.

    同名文档被替换(原文必须一字不差),新文档加在最后;置信度去掉。有一处不合格式则什么都不写,退出码 5。
    A document of the same id is replaced (its text must be the same), a new one is added; confidences are dropped.
    Nothing is written where anything breaks the format; the exit code is 5 then.
    """
    from tongbao.cli.annotation_files import merge as run

    run(files, into)


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
    accepted: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(
            help="看过并认可的问题(TSV:document offset code reason),不再报。 "
            "Findings that were looked at and are right as they are."
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

    run(files, only or [], skip or [], accepted, json)


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
