"""The command migrate: the database to the tables of this version, with a copy first."""

from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine, text

from monitor.cli.building import alone_on, copy_before_steps, utc_now
from monitor.cli.options import Config
from monitor.cli.terminal import Stop, say
from monitor.settings import Settings, read_settings
from storage.backup import refuse_half_restored
from storage.database import find_damage, find_revision, make_engine, migrate, newest_revision, sqlite_file
from storage.dumping import DumpFailed, add_dump
from storage.upgrading import find_steps

OTHERS = text(
    "SELECT DISTINCT coalesce(nullif(application_name, ''), 'a program') || ' of ' || usename"
    " || coalesce(' at ' || host(client_addr), '') FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)


def migrate_tables(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say which steps there are")] = False,
    copied: Annotated[bool, typer.Option("--copied", help="there is a copy already: make none")] = False,
    beside: Annotated[bool, typer.Option("--beside-others", help="though others are connected to it")] = False,
    config: Config = Path("mubiao.toml"),
) -> None:
    """Take the database to the tables of this version. A copy is made first; all steps are taken, or none.

    Nothing else of mubiao may be running on it. A SQLite database is copied as `mubiao backup` does it, PostgreSQL with
    its own pg_dump. Other commands do this by themselves where the database is SQLite; a server's they leave alone.

    Example: mubiao migrate --dry-run
    """
    settings = read_settings(config)
    engine = make_engine(settings.database_url)
    try:
        _migrate(engine, settings, dry_run=dry_run, copied=copied, beside=beside)
    finally:
        engine.dispose()


def _migrate(engine: Engine, settings: Settings, *, dry_run: bool, copied: bool, beside: bool) -> None:
    if file := sqlite_file(engine):
        refuse_half_restored(file)
    steps, current = find_steps(engine), find_revision(engine)
    if not steps:
        say(f"The tables are those of this version: revision {newest_revision()}.")
        return
    for step in steps:
        say(f"{step.revision}  {step.words}")
    if dry_run:
        say(f"The tables are at revision {current}; nothing was changed." if current else "There are no tables yet.")
        return
    with alone_on(settings.data):
        _refuse_others(engine, beside)
        _refuse_damaged(engine)
        if current is not None and not copied:
            _copy(engine, settings, current)
        migrate(engine)
    say(f"The tables are at revision {find_revision(engine)} now, and no row was lost.")


def _refuse_others(engine: Engine, beside: bool) -> None:
    if engine.dialect.name != "postgresql":
        return
    with engine.connect() as connection:
        others = connection.execute(OTHERS).scalars().all()
    if others and not beside:
        raise Stop(
            f"others are connected to this database: {', '.join(others)}. Stop every `mubiao run` and `mubiao worker` "
            "on all machines first; if these are none of mubiao, say --beside-others."
        )


def _refuse_damaged(engine: Engine) -> None:
    damage = find_damage(engine, quick=False)
    if damage:
        raise Stop(f"the database is damaged, and was left as it is: {damage[0]}. `mubiao restore` brings back a copy.")


def _copy(engine: Engine, settings: Settings, revision: str) -> None:
    if sqlite_file(engine):
        copy_before_steps(engine, settings, revision)
        return
    try:
        say(f"A copy of before is {add_dump(engine, settings.backups, utc_now())}; pg_restore reads it.")
    except DumpFailed as error:
        raise Stop(
            f"no copy could be made here ({error}), so nothing was changed. Make one with the server's own pg_dump, "
            "then: mubiao migrate --copied"
        ) from error
