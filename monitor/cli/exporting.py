"""The command export: all statements as one clean table, with its description beside it."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, TextIO

import typer

from monitor.cli.building import open_installation, utc_now
from monitor.cli.describing import MEDIA, check_describable, describe
from monitor.cli.options import Config
from monitor.cli.parquet import check_installed, write_parquet
from monitor.cli.terminal import Stop, json_line, say
from monitor.reviews.review_table import REVIEWS, review_rows
from monitor.tables.panel import COLUMNS, Column, panel
from monitor.tables.sheets import write_csv
from storage.database import reading

Rows = Iterable[Mapping[str, object]]


def export(
    output: Annotated[Path | None, typer.Option("--output", "-o", help="a file; standard output if left out")] = None,
    form: Annotated[str, typer.Option("--format", help="csv, jsonl or parquet; else what the file's name says")] = "",
    bom: Annotated[bool, typer.Option("--bom", help="begin a CSV with a byte order mark, for Excel")] = False,
    described: Annotated[
        bool, typer.Option("--describe/--no-describe", help="datapackage.json and CSVW metadata beside the file")
    ] = True,
    reviews: Annotated[
        bool, typer.Option("--reviews", help="what readers said of wrong readings, instead: a table of its own")
    ] = False,
    config: Config = Path("mubiao.toml"),
) -> None:
    """All statements of all reports as one clean table, without the example.

    Beside a file its description is written: datapackage.json (Frictionless) and, for CSV, CSVW metadata.

    The column `review` leads to the table of --reviews, which has what the machine read, too.

    Example: mubiao export -o targets.csv --bom
    """
    form = form or _form_of(output)
    _check(form, output, described)
    installation = open_installation(config)
    with reading(installation.engine) as session:
        rows, columns = (review_rows(session), REVIEWS) if reviews else (panel(session), COLUMNS)
        if output is None:
            _write_text(rows, sys.stdout, form, bom, columns)
            return
        count = _write_file(rows, output, form, bom, columns)
    say(f"{count} {'reviews' if reviews else 'statements'} written to {output}")
    for path in describe(output, form, count, utc_now(), columns) if described else ():
        say(f"described in {path}")


def _form_of(output: Path | None) -> str:
    suffix = output.suffix.lower().lstrip(".") if output else ""
    form = {"": "csv", "ndjson": "jsonl", "pq": "parquet"}.get(suffix, suffix)
    if form not in MEDIA:
        raise Stop(f"{output}: nothing is written as .{suffix}; name the file .csv, .jsonl or .parquet", code=2)
    return form


def _check(form: str, output: Path | None, described: bool) -> None:
    if form not in MEDIA:
        raise Stop(f"--format {form}: write csv, jsonl or parquet", code=2)
    if form == "parquet":
        check_installed()
        if output is None:
            raise Stop("--format parquet: give a file with -o; it is no text", code=2)
    if output is not None and not output.parent.is_dir():
        raise Stop(f"{output.parent}: no such folder", code=2)
    if output is not None and described:
        check_describable(output)


def _write_file(rows: Rows, output: Path, form: str, bom: bool, columns: Sequence[Column]) -> int:
    """Whole or not at all: what was there before stays until the last row is written."""
    part = output.with_name(f"{output.name}.part")
    try:
        if form == "parquet":
            count = write_parquet(rows, part, columns)
        else:
            with part.open("w", encoding="utf-8", newline="") as stream:
                count = _write_text(rows, stream, form, bom, columns)
        part.replace(output)
    finally:
        part.unlink(missing_ok=True)
    return count


def _write_text(rows: Rows, stream: TextIO, form: str, bom: bool, columns: Sequence[Column]) -> int:
    if form == "csv":
        return write_csv(rows, [column.name for column in columns], stream, bom=bom)
    count = 0
    for row in rows:
        stream.write(json_line(row))
        count += 1
    return count
