"""The commands that keep what is kept: backup, restore, fsck."""

from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine

from monitor.cli.building import alone_on, open_installation, utc_now
from monitor.cli.options import AsJson, Config
from monitor.cli.terminal import Stop, print_json, print_rows, say, warn
from monitor.searching import index_some
from monitor.settings import read_settings
from monitor.visiting.rhythm import CHINA
from storage.archive import Archive
from storage.backup import (
    Backup,
    add_backup,
    archive_faults,
    find_backups,
    find_newest_good,
    is_good,
    mend_archive,
    restore,
)
from storage.database import (
    DatabaseRefused,
    find_damage,
    find_revision,
    make_engine,
    newest_revision,
    reading,
    sqlite_path,
    transaction,
)
from storage.reports import find_addresses
from storage.search import find_faults, forget_all

HOUR = 3600.0


def backup(
    folder: Annotated[Path | None, typer.Argument(help="where to; that of [backup] when left out")] = None,
    list_: Annotated[bool, typer.Option("--list", help="only list the copies that are there")] = False,
    config: Config = Path("mubiao.toml"),
    as_json: AsJson = False,
) -> None:
    """Copy database and archive, also while mubiao runs; the copy is checked before it counts.

    The settings are not in it: they may hold passwords, and are yours.

    Example: mubiao backup /mnt/other-disk/mubiao
    """
    if list_:
        kept = find_backups(folder or read_settings(config).backups)
        print_rows(map(_row, kept), as_json=as_json, empty="there is no backup yet: mubiao backup")
        return
    installation = open_installation(config)
    folder = folder or installation.settings.backups
    made = add_backup(installation.engine, installation.desk.archive, folder, utc_now(), "asked for")
    if as_json:
        print_json(_row(made))
    else:
        say(f"{made.path}: {made.size:,} bytes, {made.rows:,} rows, checked; {made.objects:,} objects of the archive")


def restore_backup(
    copy: Annotated[Path | None, typer.Argument(help="a copy, or a folder of them; the newest good one")] = None,
    config: Config = Path("mubiao.toml"),
) -> None:
    """Put a backup in the database's place, and bring back what the archive lacks. mubiao must not be running.

    What is there now is kept beside it. Digests that were sent after the backup was made may be sent again.

    Example: mubiao restore
    """
    settings = read_settings(config)
    database = sqlite_path(settings.database_url)
    if database is None:
        raise Stop("only a SQLite database is restored by mubiao; for PostgreSQL use its own pg_restore", code=2)
    chosen = _chosen(copy or settings.backups)
    with alone_on(settings.data):
        aside = restore(chosen, database, Archive(settings.archive), utc_now())
    say(f"{database} is that of {_local(chosen)} again: {chosen.rows:,} rows.")
    if aside:
        say(f"What was there before is {aside}; remove it when you have seen that all is well.")
    say("What was sent or found since then is sent or found again. `mubiao fsck` checks everything.")


def fsck(
    mend: Annotated[bool, typer.Option("--mend", help="bring damaged objects back from the backups")] = False,
    config: Config = Path("mubiao.toml"),
    as_json: AsJson = False,
) -> None:
    """Read everything that is kept and say what is damaged or missing. Exit code 1 if anything is.

    The database with its foreign keys, every object of the archive by its checksum, for every kept document whether
    its page and its text are there, and what texts are searched by.

    Example: mubiao fsck --mend
    """
    settings = read_settings(config)
    engine = make_engine(settings.database_url)
    archive = Archive(settings.archive)
    faults = [f"database: {line}" for line in find_damage(engine, quick=False)]
    named = {} if faults else _named(engine)
    everything = sorted({*named, *archive.addresses()})
    broken = archive_faults(archive, everything)
    if mend and broken:
        for address in mend_archive(archive, [settings.backups / "archive"], list(broken)):
            warn(f"mended: {broken.pop(address)}")
    if not faults:
        faults += _look_at_search(engine, archive, mend)
    swept = archive.sweep(utc_now().timestamp() - HOUR)
    faults += [f"archive: {words}{_needed_by(named.get(address))}" for address, words in broken.items()]
    told = {"faults": faults, "objects": len(everything), "documents": len(set(named.values())), "unfinished": swept}
    if as_json:
        print_json(told)
    else:
        _print_check(told, faults, mend)
    raise typer.Exit(int(bool(faults)))


def _print_check(told: dict[str, object], faults: list[str], mend: bool) -> None:
    for line in faults:
        warn(line)
    say(f"{told['objects']:,} objects and {told['documents']:,} documents read, {len(faults)} faults")
    if told["unfinished"]:
        say(f"{told['unfinished']} unfinished files of killed processes removed")
    if any(line.startswith("database") for line in faults):
        warn("`mubiao restore` brings back the newest good backup of the database")
    elif faults and not mend:
        warn("`mubiao fsck --mend` brings back what the backups hold, and makes the search index anew")


def _named(engine: Engine) -> dict[str, str]:
    try:
        with reading(engine) as session:
            return find_addresses(session)
    except DatabaseRefused:
        return {}


def _look_at_search(engine: Engine, archive: Archive, mend: bool) -> list[str]:
    """What is wrong with the search index; with `mend` it is made anew from the archive."""
    if find_revision(engine) != newest_revision():
        return []
    with reading(engine) as session:
        faults = [f"search: {line}" for line in find_faults(session)]
    if not faults or not mend:
        return faults
    with transaction(engine) as session:
        forget_all(session)
    while index_some(engine, archive):
        pass
    for line in faults:
        warn(f"mended: {line}")
    return []


def _needed_by(url: str | None) -> str:
    return f", of {url}" if url else ", of no document"


def _chosen(place: Path) -> Backup:
    if place.is_dir() or not place.exists():
        found = find_newest_good(place)
        if found is None:
            raise Stop(f"there is no good backup in {place}", code=2)
        return found
    return next((one for one in find_backups(place.parent) if one.path.name == place.name), None) or _unknown(place)


def _unknown(place: Path) -> Backup:
    raise Stop(f"{place} is no backup of mubiao: the note beside it, {place.with_suffix('.json').name}, is missing", 2)


def _row(one: Backup) -> dict[str, object]:
    return {
        "made": _local(one),
        "size": one.size,
        "rows": one.rows,
        "objects": one.objects,
        "good": is_good(one),
        "why": one.why,
        "path": str(one.path),
    }


def _local(one: Backup) -> str:
    return f"{one.made_at.astimezone(CHINA):%Y-%m-%d %H:%M:%S} (China)"
