"""The commands that read files: extract and import."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from monitor.catalogue.indicators import key_of
from monitor.catalogue.regions import find_regions, path_zh
from monitor.cli.building import Installation, open_installation, utc_now
from monitor.cli.options import AsJson, Config
from monitor.cli.terminal import Stop, print_json, progress, say, warn
from monitor.extractors.statements import extract
from monitor.filing import Filed, Found, Outcome, file, storable
from monitor.identity import identify, title_and_heading
from scrapers.charset import decode
from scrapers.documents import DocumentReader
from scrapers.errors import DocumentError, ScrapeError
from scrapers.families import family, recognise
from storage.values import About, Kind, ReportPageData, StatementData

READABLE = (".txt", ".html", ".htm", ".shtml", ".pdf", ".docx", ".doc", ".wps", ".ofd")
IMPORT = "import"  # the source key of imported files
OUTCOMES = {
    Outcome.REPORT: "new report",
    Outcome.REVISION: "revision",
    Outcome.WITNESS: "further witness",
    Outcome.UNCHANGED: "known already",
    Outcome.UNPLACED: "kept, but its region or year is not told",
}


def extract_files(
    files: Annotated[list[Path], typer.Argument(help="text, HTML, PDF or Word files; - is not read")],
    region: Annotated[str, typer.Option(help="whose report it is, if the text does not tell: 长春市 or 220100")] = "",
    year: Annotated[int | None, typer.Option(help="the year it plans for, if the text does not tell")] = None,
    title: Annotated[str, typer.Option(help="its title, if the text does not tell")] = "",
) -> None:
    """Print what reports state: one JSON object a line, with offsets into the file's own text.

    Example: mubiao extract --year 2024 report.txt
    """
    code = region_code(region)
    failed = False
    with DocumentReader() as documents:
        for path in files:
            try:
                page, _ = read_file(path, documents)
            except ScrapeError as error:
                warn(f"{path}: {error}")
                failed = True
                continue
            about = _about(page, code, year, title)
            stated = extract(page.text, about)
            if not stated:
                warn(f"{path}: it was read, and states no target and no result")
            for data in stated:
                row = statement_row(data)
                print_json({"file": str(path), **row} if len(files) > 1 else row)
    raise typer.Exit(int(failed))


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


def import_files(
    paths: Annotated[list[Path], typer.Argument(help="files, or folders that are searched for reports")],
    region: Annotated[str, typer.Option(help="whose reports they are, where the text does not tell")] = "",
    kind: Annotated[Kind, typer.Option(help="what they are, where the title does not tell")] = Kind.WORK_REPORT,
    config: Config = Path("mubiao.toml"),
    as_json: AsJson = False,
) -> None:
    """Keep reports that lie in files, with their statements. Nobody is alarmed; the same file again changes nothing.

    Exit code 1 if a file could not be read.

    Example: mubiao import old-reports/ --region 长春市
    """
    code = region_code(region)
    files = [file for path in paths for file in _files_below(path)]
    if not files:
        raise Stop(f"no file to import: these are read: {' '.join(READABLE)}", code=2)
    installation = open_installation(config)
    counts = dict.fromkeys(Outcome, 0)
    failed = 0
    with DocumentReader() as documents:
        for path in progress(files, "importing"):
            try:
                filed = _import_one(path, code, kind, installation, documents)
            except ScrapeError as error:
                warn(f"{path}: {error}")
                failed += 1
                continue
            counts[filed.outcome] += 1
            _tell_import(path, filed, as_json)
    if not as_json:
        told = ", ".join(f"{count} {OUTCOMES[outcome]}" for outcome, count in counts.items() if count)
        say(f"{len(files)} files: {told or 'nothing kept'}{f', {failed} could not be read' if failed else ''}")
    raise typer.Exit(int(failed > 0))


def read_file(path: Path, documents: DocumentReader) -> tuple[ReportPageData, bytes]:
    """A file's text with what its page tells, and its bytes. A text file's text is the file's own, to the character.

    Raises DocumentError for a file that cannot be had or is empty, or another ScrapeError.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise DocumentError(error.strerror or str(error)) from error
    if not raw.strip():
        raise DocumentError("the file is empty")
    url = path.resolve().as_uri()
    suffix = path.suffix.lower()
    if suffix in (".html", ".htm", ".shtml"):
        page = decode(raw, url=url)
        return family(recognise(page, url)).parse_report(page, url), raw
    if suffix in (".pdf", ".docx", ".doc", ".wps", ".ofd"):
        return ReportPageData("", None, "", "", documents.read_document(raw, name=str(path)).text), raw
    return ReportPageData("", None, "", "", decode(raw, url=url)), raw


def _import_one(path: Path, region: str, kind: Kind, installation: Installation, documents: DocumentReader) -> Filed:
    page, raw = read_file(path, documents)
    now = utc_now()
    found = _found(path, page, raw, region, kind, now)
    return file(found, installation.desk, news=False, now=now)


def _found(path: Path, page: ReportPageData, raw: bytes, region: str, kind: Kind, now: datetime) -> Found:
    text = storable(page.text)
    title, heading = title_and_heading(text)
    return Found(
        source_key=IMPORT,
        region=region,
        kind=kind,
        url=path.resolve().as_uri(),
        title=storable(page.title or title),
        issuer=storable(page.issuer),
        site_code=page.site_code,
        published_on=page.published_on,
        text=text,
        raw=raw,
        content_type="",
        fetched_at=now,
        heading=heading,
    )


def _about(page: ReportPageData, region: str, year: int | None, title: str) -> About:
    found, heading = title_and_heading(page.text)
    title = title or page.title or found
    identity = identify(
        title, issuer=page.issuer, site_code=page.site_code, heading=heading, text=page.text,
        published_on=page.published_on, source_region=region,
    )  # fmt: skip
    return About(region or identity.region, year or identity.year, identity.kind, title, page.published_on)


def region_code(name: str) -> str:
    """The code of a region's name or code; "" for none. Stops the command for an unknown or ambiguous one."""
    if not name:
        return ""
    found = find_regions(name)
    if len(found) == 1:
        return found[0].code
    if not found:
        raise Stop(f"--region {name}: no such region; write its name (长春市) or its GB/T 2260 code (220100)", code=2)
    choices = ", ".join(f"{one.code} {path_zh(one.code)}" for one in found)
    raise Stop(f"--region {name}: which one? {choices}", code=2)


def _files_below(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(one for one in path.rglob("*") if one.suffix.lower() in READABLE and one.is_file())
    if not path.exists():
        raise Stop(f"{path} does not exist", code=2)
    return [path]


def _tell_import(path: Path, filed: Filed, as_json: bool) -> None:
    identity = filed.identity
    if as_json:
        row: dict[str, object] = {
            "file": str(path),
            "outcome": filed.outcome,
            "region": identity.region,
            "year": identity.year,
        }
        row |= {"kind": identity.kind, "excerpt": identity.excerpt, "doubts": list(identity.doubts)}
        print_json(row | {"statements": filed.statements, "changes": filed.changes})
    elif filed.outcome is Outcome.UNPLACED:
        warn(f"{path}: {OUTCOMES[filed.outcome]}: {'; '.join(identity.doubts)}")
