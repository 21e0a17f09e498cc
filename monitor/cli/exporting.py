"""The command export: all statements as one clean table."""

import csv
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from monitor.briefing import region_names
from monitor.cli.building import open_installation
from monitor.cli.options import Config
from monitor.cli.terminal import Stop, json_line, say
from storage.changes import find_settled
from storage.database import reading
from storage.models import Document, Report
from storage.reports import find_documents_by_id, find_reports
from storage.statements import find_sentences, find_spoken
from storage.values import Role, Stated

# What a spreadsheet takes for a formula at the start of a cell, full-width forms included.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def export(
    output: Annotated[Path | None, typer.Option("--output", "-o", help="a file; standard output if left out")] = None,
    form: Annotated[str, typer.Option("--format", help="csv or jsonl")] = "csv",
    bom: Annotated[bool, typer.Option("--bom", help="begin a CSV with a byte order mark, for Excel")] = False,
    config: Config = Path("mubiao.toml"),
) -> None:
    """All statements of all reports as one clean table, without the example.

    Example: mubiao export -o targets.csv --bom
    """
    if form not in ("csv", "jsonl"):
        raise Stop(f"--format {form}: write csv or jsonl", code=2)
    installation = open_installation(config)
    with reading(installation.engine) as session:
        rows = list(_rows(session))
    text = "".join(map(json_line, rows)) if form == "jsonl" else ("\ufeff" if bom else "") + _csv(rows)
    if output is None:
        sys.stdout.write(text)
    else:
        output.write_text(text, encoding="utf-8", newline="")
        say(f"{len(rows)} statements written to {output}")


def _rows(session: Session) -> Iterator[dict[str, object]]:
    for report in find_reports(session, example=False):
        if report.document_id is None:
            continue
        document = find_documents_by_id(session, [report.document_id])[report.document_id]
        sentences = find_sentences(session, report.document_id)
        spoken = find_spoken(session, report)
        settled = find_settled(session, [stated.id for stated in spoken if stated.data.role is Role.TARGET])
        for stated in spoken:
            verdict = settled[stated.id].kind if stated.id in settled else ""
            yield _row(report, document, stated, sentences[stated.id], verdict)


def _row(report: Report, document: Document, stated: Stated, sentence: str, verdict: str) -> dict[str, object]:
    data = stated.data
    return {
        "region": region_names(report.region)[0],
        "code": report.region,
        "report_kind": report.kind,
        "report_year": report.year,
        "role": data.role,
        "indicator": data.indicator,
        "indicator_key": stated.indicator_key,
        "measure": data.measure,
        "op": data.op,
        "value": data.value,
        "value_hi": data.value_hi,
        "unit": data.unit,
        "reference": data.reference,
        "period": data.period,
        "headline": data.headline,
        "verdict": verdict,
        "text": data.text,
        "sentence": sentence,
        "title": document.title,
        "published_on": document.published_on,
        "url": document.url,
        "archive": document.text_hash,
        "start": data.start,
        "end": data.end,
    }


def _csv(rows: list[dict[str, object]]) -> str:
    if not rows:
        return ""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, fieldnames=list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return buffer.getvalue()


def _cell(value: object) -> object:
    """Text that a spreadsheet would run as a formula is quoted; numbers stay numbers."""
    if isinstance(value, str) and value.lstrip(" ").startswith(FORMULA):
        return f"'{value}"
    return value
