"""Migrations, numbered and forward only: the steps from an older database's tables to those of this version."""

from collections.abc import Callable
from dataclasses import dataclass

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect
from sqlalchemy.exc import DatabaseError

from storage.database import MIGRATIONS, DatabaseRefused, find_revision

LOCKED = "55P03"  # PostgreSQL's SQLSTATE for a lock that was waited for too long


@dataclass(frozen=True, slots=True)
class Step:
    """One step to newer tables, in a few words."""

    revision: str
    words: str


def find_steps(engine: Engine) -> list[Step]:
    """The steps that are still to be taken, oldest first; for an empty database all of them.

    Raises DatabaseRefused for tables of a newer version than this, and where there is no usable database.
    """
    current = _current(engine)
    scripts = ScriptDirectory.from_config(alembic_config())
    newest_first = list(scripts.walk_revisions())
    if current is not None and current not in {script.revision for script in newest_first}:
        raise DatabaseRefused(
            f"the database is at revision {current}, which this version does not know: it was written by a newer "
            "mubiao; upgrade, or restore a backup of before"
        )
    steps = []
    for script in newest_first:
        if script.revision == current:
            break
        steps.append(Step(script.revision, (script.doc or "").strip().partition("\n")[0]))
    return steps[::-1]


def upgrade(engine: Engine, before: Callable[[str], object] | None = None) -> None:
    """Take all steps, or none if one fails; see `storage.database.migrate`, which asks first whether there are any."""
    if not find_steps(engine):
        return
    current = find_revision(engine)
    if before is not None and current is not None:
        before(current)
    config = alembic_config()
    with engine.execution_options(writing=True).connect() as connection:
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except DatabaseError as error:
            if getattr(error.orig, "sqlstate", "") != LOCKED:
                raise
            raise DatabaseRefused(
                "others are at work on the tables, so they were left as they are: stop every `mubiao run` and "
                "`mubiao worker` on this database first"
            ) from error


def plain_tables(connection: Connection) -> list[str]:
    """The tables that hold rows of ours: not Alembic's, nor those that SQLite makes behind a virtual one."""
    names = set(inspect(connection).get_table_names()) - {"alembic_version"}
    if connection.dialect.name == "sqlite":
        made = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL%%'"
        for virtual in connection.exec_driver_sql(made).scalars().all():
            names = {name for name in names if name != virtual and not name.startswith(f"{virtual}_")}
    return sorted(names)


def _current(engine: Engine) -> str | None:
    try:
        with engine.execution_options(writing=True).connect() as connection:
            connection.rollback()  # what cannot be written or reached says so here
    except DatabaseError as error:
        raise DatabaseRefused(f"{engine.url.render_as_string()} is not a usable database: {error.orig}") from error
    return find_revision(engine)


def alembic_config() -> Config:
    """What Alembic needs to know: where the steps lie."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
