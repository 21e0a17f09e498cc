"""The command import: reports that lie in files are kept, with their statements."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.building import open_installation, utc_now
from monitor.cli.files import READABLE, files_of, read_file
from monitor.cli.jobs import spread
from monitor.cli.options import AsJson, Config, Jobs, region_code
from monitor.cli.terminal import Stop, print_json, progress, say, warn
from monitor.filing import Filed, Found, Outcome, Understood, keep, understand
from monitor.identity import title_and_heading
from scrapers.errors import ScrapeError
from storage.jobs import IMPORTS, prepare
from storage.jobs import Jobs as QueuedJobs
from storage.values import Kind, ReportPageData, storable

IMPORT = "import"  # the source key of imported files
OUTCOMES = {
    Outcome.REPORT: "new report",
    Outcome.REVISION: "revision",
    Outcome.WITNESS: "further witness",
    Outcome.UNCHANGED: "known already",
    Outcome.UNPLACED: "kept, but its region or year is not told",
}


def import_files(
    paths: Annotated[list[Path], typer.Argument(help="files, or folders that are searched for reports")],
    region: Annotated[str, typer.Option(help="whose reports they are, where the text does not tell")] = "",
    year: Annotated[
        int | None, typer.Option(min=1949, max=2100, help="the year they plan for, where the text does not tell")
    ] = None,
    kind: Annotated[Kind, typer.Option(help="what they are, where the title does not tell")] = Kind.WORK_REPORT,
    jobs: Jobs = 1,
    by_workers: Annotated[bool, typer.Option(help="let the workers do it; only queue the files")] = False,
    config: Config = Path("mubiao.toml"),
    as_json: AsJson = False,
) -> None:
    """Keep reports that lie in files, with their statements. Nobody is alarmed; the same file again changes nothing.

    Exit code 1 if a file could not be read.

    Example: mubiao import old-reports/ --region 长春市
    """
    code = region_code(region)
    if missing := next((path for path in paths if not path.exists()), None):
        raise Stop(f"{missing} does not exist", code=2)
    files = files_of(paths)
    if not files:
        raise Stop(f"no file to import: these are read: {' '.join(READABLE)}", code=2)
    if by_workers:
        return _queue(files, code, kind, year, config)
    read_files = spread(
        partial(understood, region=code, kind=kind, year=year), files, jobs
    )  # before there is a connection
    installation = open_installation(config)
    counts = dict.fromkeys(Outcome, 0)
    failed = doubtful = 0
    for path, read in progress(zip(files, read_files, strict=True), "importing", len(files)):
        if isinstance(read, str):
            warn(f"{path}: {read}")
            failed += 1
            continue
        filed = keep(read, installation.desk, news=False, now=utc_now())
        counts[filed.outcome] += 1
        doubtful += bool(filed.identity.doubts) and filed.outcome not in (Outcome.UNPLACED, Outcome.UNCHANGED)
        _tell_import(path, filed, as_json)
    if not as_json:
        told = ", ".join(f"{count} {OUTCOMES[outcome]}" for outcome, count in counts.items() if count)
        say(f"{len(files)} files: {told or 'nothing kept'}{f', {failed} could not be read' if failed else ''}")
        _tell_doubts(counts[Outcome.UNPLACED], doubtful)
    raise typer.Exit(int(failed > 0))


def _tell_doubts(unplaced: int, doubtful: int) -> None:
    if unplaced:
        say(f"{unplaced} are of no report yet: import them again with --region and --year to place them")
    if doubtful:
        say(f"{doubtful} are placed in doubt; --json says why of each")


def _queue(files: Sequence[Path], region: str, kind: Kind, year: int | None, config: Path) -> None:
    """The files' bytes into the archive, a job for each into the queue; the same file waits there once."""
    installation = open_installation(config)
    waiting = QueuedJobs(installation.engine)
    prepare(installation.engine)
    queued = 0
    with waiting.app.open():
        for path in progress(files, "queueing", len(files)):
            content, url = installation.desk.archive.add(path.read_bytes()), path.resolve().as_uri()
            queued += waiting.add(
                "import", IMPORTS, lock=None, once=f"import {content} {url} {region} {year or ''}".rstrip(),
                content=content, url=url, name=path.name, region=region, kind=kind.value, year=year,
            )  # fmt: skip
    say(f"{queued} files wait for the workers, which log what becomes of each; {len(files) - queued} did already")


def understood(path: Path, *, region: str, kind: Kind, year: int | None = None) -> Understood | str:
    """What a file is and states, or why it cannot be read."""
    try:
        page, raw = read_file(path)
    except ScrapeError as error:
        return str(error)
    return understand(replace(_found(path, page, raw, region, kind, utc_now()), year=year))


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
