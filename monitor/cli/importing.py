"""The command import: reports that lie in files are kept, with their statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.building import open_installation, utc_now
from monitor.cli.files import READABLE, files_of, read_file
from monitor.cli.jobs import spread
from monitor.cli.options import AsJson, Config, Jobs, region_code
from monitor.cli.terminal import Stop, print_json, progress, say, warn
from monitor.filing import Desk, Filed, Found, Outcome, Understood, keep, reread, understand
from monitor.identity import Identity, title_and_heading
from scrapers.errors import ScrapeError
from storage.archive import Archive, address_of
from storage.database import reading
from storage.reports import Known, find_known
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
    jobs: Jobs = 0,
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
    if by_workers:  # what that takes to load, no other import needs
        import_module("monitor.cli.queueing").queue_files(files, code, kind, year, config)
        return
    desk = open_installation(config).desk
    known = find_kept(desk, [path.resolve().as_uri() for path in files])
    desk.engine.dispose()  # no connection must be open when `spread` forks
    read = partial(understood, region=code, kind=kind, year=year, archive=desk.archive.root)
    read_files = zip(files, spread(read, [_file(path, known) for path in files], jobs), strict=True)
    counts, failed, doubtful = dict.fromkeys(Outcome, 0), 0, 0
    for path, one in progress(read_files, "importing", len(files)):
        if isinstance(one, str):
            warn(f"{path}: {one}")
            failed += 1
            continue
        filed = _keep(one, desk) if one else keep_again(known[path.resolve().as_uri()], desk)
        counts[filed.outcome] += 1
        doubtful += bool(filed.identity.doubts) and filed.outcome not in (Outcome.UNPLACED, Outcome.UNCHANGED)
        _tell_import(path, filed, as_json)
    if not as_json:
        _tell_counts(len(files), counts, failed, doubtful)
    raise typer.Exit(int(failed > 0))


def find_kept(desk: Desk, urls: Sequence[str]) -> dict[str, Known]:
    """What is on record of files, by their addresses."""
    with reading(desk.engine) as session:
        return find_known(session, urls)


def keep_again(known: Known, desk: Desk) -> Filed:
    """What becomes of a file whose text is on record as it is: by newer rules it is read again, and that is all."""
    reread(desk, known.region, known.kind, utc_now())
    identity = Identity(known.region, known.kind, known.year, known.excerpt, False, known.doubts)
    return Filed(Outcome.UNCHANGED, known.document_id, identity)


def _keep(read: Understood, desk: Desk) -> Filed:
    return keep(read, desk, news=False, now=utc_now())


def _tell_counts(files: int, counts: Mapping[Outcome, int], failed: int, doubtful: int) -> None:
    told = ", ".join(f"{count} {OUTCOMES[outcome]}" for outcome, count in counts.items() if count)
    say(f"{files} files: {told or 'nothing kept'}{f', {failed} could not be read' if failed else ''}")
    if counts[Outcome.UNPLACED]:
        say(
            f"{counts[Outcome.UNPLACED]} are of no report yet: import them again with --region and --year to place them"
        )
    if doubtful:
        say(f"{doubtful} are placed in doubt; --json says why of each")


@dataclass(frozen=True, slots=True)
class File:
    """A file to be read; `text_hash` is that of its text which is on record, as a report's, or ""."""

    path: Path
    text_hash: str = ""


def _file(path: Path, known: Mapping[str, Known]) -> File:
    kept = known.get(path.resolve().as_uri())
    return File(path, kept.text_hash if kept else "")


def understood(
    file: File, *, region: str, kind: Kind, year: int | None = None, archive: Path | None = None
) -> Understood | str | None:
    """What a file is and states, or why it cannot be read; None where its text is on record as it is.

    With an `archive` its bytes and its text are there afterwards: on many cores the disk is waited for side by side.
    """
    try:
        page, raw = read_file(file.path)
    except ScrapeError as error:
        return str(error)
    found = replace(_found(file.path, page, raw, region, kind, utc_now()), year=year)
    if file.text_hash == address_of(found.text.encode()):
        return None
    if archive is not None:
        kept = Archive(archive)
        kept.add(raw)
        kept.add_text(found.text)
    return understand(found)


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
