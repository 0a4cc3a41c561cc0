"""An extractor that obeys the text of a document. A module of its own, since workers import it by name."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import cast

from tongbao.batch import Input, Outcome, find_inputs, run
from tongbao.batch_store import plan, run_plan, survey
from tongbao.batch_workers import Job
from tongbao.extraction import Extraction, Extractor
from tongbao.records import Annotated, Bulletin, DocumentRow, Mention, Quantity, QuantityRow, Span, Tables
from tongbao.store import open_store
from worker_fakes import DEEDS

MODEL = "zh_fake-1.0.0"


class FakeExtractor:
    """One quantity a line; a text that names a deed does it, a text with a pause makes one."""

    name = MODEL

    def extract_all(self, bulletins: Iterable[Bulletin]) -> Iterator[Extraction]:
        return map(self.extract, bulletins)

    def extract(self, bulletin: Bulletin) -> Extraction:
        for word, deed in DEEDS.items():
            if word in bulletin.text:
                deed()
        if "片刻" in bulletin.text:
            time.sleep(0.02)
        mentions: list[Mention] = []
        rows: list[QuantityRow] = []
        at = 0
        for line in bulletin.text.splitlines(keepends=True):
            span = Span(at, at + len(line.rstrip()))
            at += len(line)
            quantity = Quantity(Decimal(len(line)), None, None, "字", "exact", "count", "none")
            mentions.append(Mention(f"q{len(rows)}", "QUANTITY", span, quantity, 0.5))
            rows.append(_row(bulletin, mentions[-1], quantity))
        annotated = Annotated(bulletin.id, "external", bulletin.text, tuple(mentions), ())
        return Extraction(bulletin, annotated, Tables(documents=(_document(bulletin),), quantities=tuple(rows)))


def _row(bulletin: Bulletin, mention: Mention, quantity: Quantity) -> QuantityRow:
    text = mention.span.of(bulletin.text)
    return QuantityRow(
        doc_id=bulletin.id,
        row=mention.id,
        item_path="",
        item_title=None,
        lead_departments=("甲局", "乙局"),
        indicator="字数",
        indicator_full="字数",
        value=quantity.value,
        low=None,
        high=None,
        unit="字",
        unit_norm="字",
        value_norm=quantity.value,
        bound="exact",
        kind="count",
        change="none",
        of_row=None,
        period=None,
        period_start=None,
        period_end=None,
        scope=None,
        sentence=text,
        text=text,
        start=mention.span.start,
        end=mention.span.end,
        confidence=0.5,
    )


def _document(bulletin: Bulletin) -> DocumentRow:
    return DocumentRow(bulletin.id, None, None, None, None, None, None, bulletin.sha256, None, MODEL, 1, "ok", None)


@dataclass(frozen=True)
class FakeJob(Job):
    """A job that needs no model."""

    def __call__(self) -> Callable[[Sequence[Input]], list[Outcome]]:
        return partial(run, extractor=cast(Extractor, FakeExtractor()))

    def name(self) -> str:
        return MODEL

    def model_hash(self) -> str:
        return "fake"


def main(folder: str, store_path: str, workers: str) -> None:
    """Extract a folder into a store, saying a line for every document that is stored."""
    inputs, _ = find_inputs([Path(folder)])
    job = FakeJob()
    with open_store(store_path) as store:
        wanted = plan(store, list(survey(store, inputs, job)))
        for stored in run_plan(store, wanted.tasks, job, int(workers)):
            print(stored.input.id, flush=True)  # noqa: T201
        print("marking", flush=True)  # noqa: T201
        for _ in store.mark_reposts():
            pass
