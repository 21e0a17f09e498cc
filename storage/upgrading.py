"""Migrations, numbered and forward only: the steps from an older database's tables to those of this version."""

from collections.abc import Callable

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine
from sqlalchemy.exc import DatabaseError

from storage.database import MIGRATIONS, DatabaseRefused


def upgrade(engine: Engine, before: Callable[[str], object] | None = None) -> None:
    """Take all steps, or none if one fails; see `storage.database.migrate`, which asks first whether there are any."""
    config = alembic_config()
    try:
        connection = engine.execution_options(writing=True).connect()
    except DatabaseError as error:
        raise DatabaseRefused(f"{engine.url.render_as_string()} is not a usable database: {error.orig}") from error
    with connection:
        current = MigrationContext.configure(connection).get_current_revision()
        connection.rollback()
        scripts = ScriptDirectory.from_config(config)
        known = {script.revision for script in scripts.walk_revisions()}
        if current is not None and current not in known:
            raise DatabaseRefused(
                f"the database is at revision {current}, which this version does not know: it was written by a newer "
                "mubiao; upgrade, or restore a backup of before"
            )
        if before is not None and current is not None and current != scripts.get_current_head():
            before(current)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def alembic_config() -> Config:
    """What Alembic needs to know: where the steps lie."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
