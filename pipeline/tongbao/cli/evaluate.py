"""``tongbao evaluate``."""

from __future__ import annotations

import json as json_module
from dataclasses import asdict
from pathlib import Path

import typer

from tongbao.annotation import read_gold
from tongbao.cli.console import note
from tongbao.errors import ConfigError
from tongbao.evaluation import render_markdown, render_reliability, render_text, to_dict
from tongbao.evaluation.protocols import (
    Result,
    cross_validate_folds,
    cross_validate_items,
    score_dev,
    score_gold,
    score_seed,
)
from tongbao.extraction import default_model, load
from tongbao.training import read_config, read_data, record_performance

DEFAULT_CONFIG = Path("configs/default.cfg")

_TITLES = {
    "items": "种子通报,逐项留一 the seed bulletin, one item left out at a time",
    "folds": "自撰语料,按文档五折 the authored documents, five folds by document",
    "seed": "种子通报整篇,其余文档训练 the seed bulletin as a whole, trained on the rest",
    "dev": "开发集,其余文档训练 the dev split, trained on the rest",
    "gold": "模型对照标注文件 the model on gold files",
    "end_to_end": "端到端 end to end",
    "given_mentions": "给定标注片段,只评连接 given gold mentions, links only",
}


def run(
    config_path: Path | None,
    gold: list[Path],
    model: Path | None,
    json: bool,
    markdown: bool,
    workers: int,
    protocol: str,
    record: bool,
) -> None:
    """Score and print."""
    if gold and config_path is not None:
        raise typer.BadParameter("配置用于交叉验证 a configuration is cross-validated: give it or --gold, not both")
    if model is not None and not gold and not record:
        raise typer.BadParameter("--model 须与 --gold 或 --record 同用 goes with --gold or --record")
    results = _score_files(gold, model) if gold else _cross_validate(config_path or DEFAULT_CONFIG, workers, protocol)
    if json:
        print(json_module.dumps([_as_dict(result) for result in results], ensure_ascii=False, indent=2))
    else:
        render = render_markdown if markdown else render_text
        for result in results:
            mark = "### " if markdown else ""
            print(f"{mark}{_TITLES[result.protocol]} · {_TITLES[result.view]} (n = {result.units})\n")
            print(render(result.scores, result.intervals) + "\n")
            if result.reliability:
                print(render_reliability(result.reliability, markdown) + "\n")
    if record:
        record_performance(model or default_model(), [_as_dict(result) for result in results])


def _score_files(gold: list[Path], model: Path | None) -> list[Result]:
    documents = [document for path in gold for document in read_gold(path)]
    if not documents:
        raise ConfigError(str(gold[0]), "no document to score on", "name a gold file with documents in it")
    return score_gold(load(model), documents)


def _cross_validate(config_path: Path, workers: int, protocol: str) -> list[Result]:
    config, _ = read_config(config_path)
    documents = read_data(config)
    results: list[Result] = []
    if protocol in ("all", "items"):
        results += cross_validate_items(config, documents, workers, note)
    if protocol in ("all", "folds"):
        results += cross_validate_folds(config, documents, workers, note)
    if protocol == "dev":
        results += score_dev(config, documents, note)
    if protocol == "seed":
        results += score_seed(config, documents, note)
    return results


def _as_dict(result: Result) -> dict[str, object]:
    scores = to_dict(result.scores, result.intervals)
    calibration = [asdict(item) for item in result.reliability]
    return {
        "protocol": result.protocol,
        "view": result.view,
        "units": result.units,
        **scores,
        "reliability": calibration,
    }
