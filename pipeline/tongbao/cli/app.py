"""The Typer application: verbs, their options and help texts. Heavy imports stand inside the verbs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Optional

import typer

from tongbao.cli.annotate import app as annotate
from tongbao.cli.options import BomOption, EncodingOption, JsonLinesOption, LexiconOption, ModelOption, Paths

app = typer.Typer(
    name="tongbao",
    help="通报:把监督执纪通报变成表格。 Chinese supervision bulletins as tables.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(annotate, name="annotate")

Headers = Annotated[Literal["en", "zh"], typer.Option(help="表头语言。 Language of the column headers.")]
TablesOption = Annotated[
    Optional[str],  # noqa: UP045
    typer.Option(
        "--tables",
        help="写哪些表,用逗号分隔,默认全部:documents,items,departments,policies,quantities,left_out。"
        ".csv、.parquet 与标准输出只有一张表:quantities,或所给的唯一一张。 Which tables to write, with commas; "
        "default: all. .csv, .parquet and standard output hold one: quantities, or the only one named.",
    ),
]
ConfidenceOption = Annotated[
    float,
    typer.Option(
        "--min-confidence",
        min=0.0,
        max=1.0,
        help="置信度低于此值的数据行移到 left_out(原因 low_confidence),部门与政策行不写;.jsonl 与 .sqlite 保持完整。 "
        "Figures less sure than this go to left_out (reason low_confidence), departments and policies are not written; "
        ".jsonl, which is the annotation, and .sqlite stay whole.",
    ),
]


def _version(wanted: bool) -> None:
    if wanted:
        from tongbao import __version__

        typer.echo(f"tongbao {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="版本号。 Show the version.")
    ] = False,
) -> None:
    """通报:把监督执纪通报变成表格。 Chinese supervision bulletins as tables."""


@app.command()
def extract(
    paths: Paths,
    output: Annotated[
        Optional[list[Path]],  # noqa: UP045
        typer.Option(
            "--output",
            "-o",
            help="输出,格式由后缀决定:.sqlite(库,可续做)、.xlsx、.duckdb(所有表)、.csv、.parquet(数据表)、"
            ".jsonl(每行一文档),或文件夹(每表一个 CSV);可多次给出。 Output; the suffix chooses the format: .sqlite (a "
            "store, goes on where it stopped), .xlsx, .duckdb (all tables), .csv, .parquet (quantities), .jsonl (a "
            "document a line), or a folder (a CSV a table); may be repeated.",
        ),
    ] = None,
    model: ModelOption = None,
    lexicon: LexiconOption = None,
    show: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option("--show", min=1, help="在终端显示前 N 行。 Show the first N rows as a table."),
    ] = None,
    json: JsonLinesOption = False,
    headers: Headers = "en",
    tables: TablesOption = None,
    min_confidence: ConfidenceOption = 0.0,
    bom: BomOption = True,
    encoding: EncodingOption = None,
    workers: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option(min=1, help="进程数;默认按文档数与处理器数。 Processes; default: by documents and processors."),
    ] = None,
    timeout: Annotated[
        Optional[float],  # noqa: UP045
        typer.Option(min=0.1, help="一篇文档最多几秒,超时记为失败。 Seconds that a document may take."),
    ] = None,
    limit: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option(min=1, help="最多处理几篇(库中已有的不算)。 At most so many documents, done ones not counted."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="只列出要读什么、已完成什么。 Only list what would be read.")
    ] = False,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="重做库中失败的文档。 Do again what failed, with a .sqlite output.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="全部重做。 Do everything again, with a .sqlite output.")
    ] = False,
    dask: Annotated[
        Optional[str],  # noqa: UP045
        typer.Option(
            metavar="tcp://HOST:PORT",
            help="在此 Dask 集群上运行,输出为一个文件夹(Parquet 分片与清单),可续做;见 docs/scale.md。 Run on this Dask "
            "cluster; the output is a folder of Parquet parts and a manifest, and goes on where it stopped.",
        ),
    ] = None,
) -> None:
    """从通报中提取数据行。 Extract rows from bulletins.

    不给 -o、--show、--json 时,数据表以 CSV 写到标准输出。
    Without -o, --show and --json the quantities go to standard output as CSV.

    输出为 .sqlite 时逐篇存入该库,再次运行只做未完成的;tongbao export 转成其他格式。
    A .sqlite output keeps every document as soon as it is done, and a second run does only what is not.
    """
    from tongbao.cli.extract import Batch, run

    batch = Batch(workers, timeout, limit, dry_run, retry_failed, force)
    if dask is not None:
        from tongbao.cli.cluster import run as run_on_cluster

        if json or show is not None:
            raise typer.BadParameter("--dask 写文件夹,不写标准输出 writes a folder: leave --json and --show out")
        run_on_cluster(dask, paths, output or [], model, lexicon, headers, encoding, batch, tables, min_confidence)
        return
    run(paths, output or [], model, lexicon, show, json, headers, bom, encoding, batch, tables, min_confidence)


@app.command()
def export(
    store: Annotated[Path, typer.Argument(help="extract 存入的库(.sqlite)。 The store that extract filled.")],
    output: Annotated[
        Optional[list[Path]],  # noqa: UP045
        typer.Option("--output", "-o", help="输出,同 extract;可多次给出。 Output, as with extract; may be repeated."),
    ] = None,
    json: JsonLinesOption = False,
    headers: Headers = "en",
    tables: TablesOption = None,
    min_confidence: ConfidenceOption = 0.0,
    bom: BomOption = True,
) -> None:
    """把库转成其他格式。 Write a store in other formats.

    文档顺序与提取时的输入相同;不给 -o、--json 时,数据表以 CSV 写到标准输出。
    Documents stand in the order of the inputs; without -o and --json the quantities go to standard output as CSV.
    """
    from tongbao.cli.export import run

    run(store, output or [], json, headers, bom, tables, min_confidence)


@app.command()
def compare(
    run_a: Annotated[Path, typer.Argument(help="一次运行:库或标注文件。 A run: .sqlite, or .jsonl predictions.")],
    run_b: Annotated[Path, typer.Argument(help="另一次运行。 Another run over the same documents.")],
    gold: Annotated[
        Optional[list[Path]],  # noqa: UP045
        typer.Option("--gold", help="标注文件:指出哪一方正确;可多次给出。 Gold files: which of the two is right."),
    ] = None,
    sort: Annotated[
        Literal["documents", "value"],
        typer.Option(
            help="documents:差异行多的文档在前,文内按位置;value:大数在前。 "
            "Documents with most differing rows first, each in text order; or the rows with the largest figures first."
        ),
    ] = "documents",
    limit: Annotated[
        Optional[int],  # noqa: UP045
        typer.Option(min=1, help="最多列出几篇、几行。 List at most so many documents and rows."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="输出 JSON。 Print JSON.")] = False,
) -> None:
    """比较两次运行。 Compare two runs: which rows two models or two versions give differently.

    先列各字段与各文档的差异数,再逐行列出:文档 位置 原文: 字段: A | B。
    First the differences by field and by document, then row by row: document, offset, figure: field: A | B.

    文档按名称对应,文本须相同;只比较标注中有的内容。
    Documents are matched by id and have to have the same text; only what an annotation holds is compared.
    """
    from tongbao.cli.compare import run

    run(run_a, run_b, gold or [], sort, limit, json)


@app.command()
def segment(
    paths: Paths,
    segmenter: Annotated[
        Literal["jieba", "rjieba", "pkuseg", "char"], typer.Option(help="分词器。 Which segmenter.")
    ] = "jieba",
    separator: Annotated[str, typer.Option(help="词间分隔符。 What stands between words.")] = " ",
    pkuseg_model: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="pkuseg 模型文件夹;默认用随包的。 Folder of a pkuseg model; default: the one that ships."),
    ] = None,
) -> None:
    """显示分词结果。 Show the words.

    每行原文一行词。 A line of words for each line of text.
    """
    from tongbao.cli.segment import run

    run(paths, segmenter, separator, pkuseg_model)


@app.command()
def train(
    config: Annotated[Path, typer.Argument(help="训练配置(.cfg)。 Training configuration.")],
    output: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option("--output", "-o", help="模型文件夹;默认 models/<语言>_<名称>。 Model folder."),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="校准置信度用的进程数。 Processes for calibration.")] = 2,
    keep: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(
            help="只重学这个模型的置信度,其余照旧([calibration] 改过时用)。 "
            "Learn only the confidences of this model anew, after a change of [calibration]; all else stays."
        ),
    ] = None,
) -> None:
    """按标注训练模型。 Train a model on gold annotations."""
    from tongbao.cli.train import run

    run(config, output, workers, keep)


@app.command()
def evaluate(
    config: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Argument(help="训练配置:按它交叉验证。 Configuration to cross-validate."),
    ] = None,
    gold: Annotated[
        Optional[list[Path]],  # noqa: UP045
        typer.Option("--gold", help="标注文件:用模型直接评测;可多次给出。 Gold files to score a model on."),
    ] = None,
    model: ModelOption = None,
    json: Annotated[bool, typer.Option("--json", help="输出 JSON。 Print JSON.")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="输出 Markdown 表。 Print Markdown tables.")] = False,
    workers: Annotated[int, typer.Option(min=1, help="进程数。 Processes for cross-validation.")] = 2,
    protocol: Annotated[
        Literal["all", "items", "folds", "seed", "dev"],
        typer.Option(
            help="items:种子通报逐项留一;folds:自撰语料五折;seed:种子整篇;dev:开发集(后两项只训练一次);all:前两项。 "
            "Leave one item out; five folds; the seed as a whole; the dev split (one training each); all: first two."
        ),
    ] = "all",
    record: Annotated[
        bool,
        typer.Option("--record", help="把结果写入模型的 meta.json。 Write the figures into the model's meta.json."),
    ] = False,
) -> None:
    """评测准确率。 Report accuracy.

    给 --gold 时用模型直接评测这些标注文件。 With --gold the model is scored on these files.

    不给 --gold 时按配置交叉验证(默认 configs/default.cfg):种子通报逐项留一,自撰语料按文档五折。
    Without --gold the configuration is cross-validated: the seed bulletin with one item left out at a time, the
    authored documents in five folds by document. 方括号内为 95% 自助区间。 Brackets hold 95% bootstrap intervals.
    """
    from tongbao.cli.evaluate import run

    run(config, gold or [], model, json, markdown, workers, protocol, record)
