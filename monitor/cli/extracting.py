"""The command extract: what files state, as JSON lines."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from monitor.catalogue.indicators import key_of
from monitor.cli.files import READABLE, files_of, read_file
from monitor.cli.jobs import spread
from monitor.cli.options import Jobs, region_code
from monitor.cli.terminal import Stop, json_line, progress, warn
from monitor.extractors.statements import extract
from monitor.identity import identify, title_and_heading
from scrapers.charset import check_readable
from scrapers.errors import CharsetError, ScrapeError
from storage.values import About, ReportPageData, StatementData


@dataclass(frozen=True, slots=True)
class Told:
    """What the user says of the files, where their texts don't: a region's code, a year, a title."""

    region: str
    year: int | None
    title: str


@dataclass(frozen=True, slots=True)
class Printed:
    """What one file's extraction prints: to standard output, and to standard error."""

    lines: str
    warning: str
    failed: bool


def extract_files(
    files: Annotated[
        list[Path], typer.Argument(help="text, HTML, PDF, Word or Excel files, or folders that are searched for them")
    ],
    region: Annotated[str, typer.Option(help="whose report it is, if the text does not tell: 长春市 or 220100")] = "",
    year: Annotated[
        int | None, typer.Option(min=1949, max=2100, help="the year it plans for, if the text does not tell")
    ] = None,
    title: Annotated[str, typer.Option(help="its title, if the text does not tell")] = "",
    texts: Annotated[
        Path | None, typer.Option("--text", help="a folder: also write each file's text there, which offsets index")
    ] = None,
    jobs: Jobs = 1,
) -> None:
    """Print what reports state: one JSON object a line, with offsets into the file's own text.

    With several files each line names its `file`; their order stays. Offsets count characters: of a text file from
    behind its byte order mark, of a page or a document in the text that is read out of it; --text writes that as
    FOLDER/FILE.txt. Hidden files and folders are not searched. Exit code 1 if a file could not be read.

    Example: mubiao extract --year 2024 report.txt
    """
    told = Told(region_code(region), year, title)
    found = files_of(files)
    if not found:
        raise Stop(f"no file to read: these are read: {' '.join(READABLE)}", code=2)
    failed = False
    written = _places_of_texts(texts, files, found) if texts else {}
    work = partial(_printed, told=told, named=found != files or len(found) > 1, written=written)
    for printed in progress(spread(work, found, jobs), "extracting", len(found)):
        sys.stdout.write(printed.lines)
        if printed.warning:
            warn(printed.warning)
        failed = failed or printed.failed
    raise typer.Exit(int(failed))


def _places_of_texts(folder: Path, asked: Sequence[Path], found: Sequence[Path]) -> dict[Path, Path]:
    """Where the text of each file goes: reports/2024.pdf → FOLDER/reports/2024.pdf.txt. Stops rather than overwrite."""
    places = {}
    for path in found:
        below = [part for part in path.parts if part not in (path.anchor, "..")]
        places[path] = Path(folder, *below[:-1], f"{below[-1]}.txt")
    if folder.exists() and not folder.is_dir():
        raise Stop(f"--text {folder}: that is a file; name a folder", code=2)
    searched = next((one for one in asked if one.is_dir() and folder.resolve().is_relative_to(one.resolve())), None)
    if searched:
        raise Stop(f"--text {folder}: it lies in {searched}, and would be read as reports the next time", code=2)
    if len(set(places.values())) < len(places) or {one.resolve() for one in places.values()} & {
        one.resolve() for one in found
    }:
        raise Stop(f"--text {folder}: a file would be overwritten; extract the files one by one", code=2)
    return places


def _printed(path: Path, *, told: Told, named: bool, written: Mapping[Path, Path]) -> Printed:
    try:
        page, _ = read_file(path)
    except ScrapeError as error:
        return Printed("", f"{path}: {str(error).removeprefix(f'{path}: ')}", True)
    if path in written:
        try:
            written[path].parent.mkdir(parents=True, exist_ok=True)
            written[path].write_text(page.text, encoding="utf-8", newline="")  # offsets count its line ends as they are
        except OSError as error:
            return Printed("", f"{path}: its text cannot be written to {written[path]}: {error.strerror}", True)
    stated = extract(page.text, about_page(page, told))
    if not stated:
        return Printed("", f"{path}: it was read, and states no target and no result", False)
    return Printed(_lines(stated, str(path) if named else ""), _damage(page.text, path), False)


def _damage(text: str, path: Path) -> str:
    """What to say of a text whose characters were lost before it came to us; "" of a sound one."""
    try:
        check_readable(text)
    except CharsetError as error:
        return f"{path}: {error}: don't trust what is printed of it, and look for the original"
    return ""


def _lines(stated: Sequence[StatementData], file: str) -> str:
    first: dict[str, object] = {"file": file} if file else {}
    return "".join(json_line(first | statement_row(data)) for data in stated)


def about_page(page: ReportPageData, told: Told) -> About:
    """What is known of a report before it is read: by the user, by its page, by its text."""
    found, heading = title_and_heading(page.text)
    title = told.title or page.title or found
    identity = identify(
        title, issuer=page.issuer, site_code=page.site_code, heading=heading, text=page.text,
        published_on=page.published_on, source_region=told.region,
    )  # fmt: skip
    return About(told.region or identity.region, told.year or identity.year, identity.kind, title, page.published_on)


def statement_row(data: StatementData) -> dict[str, object]:
    """A statement with the fields of docs/statements.md."""
    return {
        "start": data.start,
        "end": data.end,
        "text": data.text,
        "role": data.role,
        "indicator": data.indicator,
        "indicator_key": key_of(data.indicator, data.measure, data.unit),
        "measure": data.measure,
        "op": data.op,
        "value": data.value,
        "value_hi": data.value_hi,
        "unit": data.unit,
        "reference": data.reference,
        "period": data.period,
        "headline": data.headline,
        "commitment": data.commitment,
        "binding": data.binding,
        "baseline": data.baseline,
        "rules": list(data.rules),
    }
