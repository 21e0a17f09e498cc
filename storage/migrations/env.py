"""How Alembic reaches the database: over the connection that storage.database.migrate hands it."""

from alembic import context
from sqlalchemy import func, select, table
from sqlmodel import SQLModel

from storage import models  # noqa: F401 - its tables are what SQLModel.metadata holds
from storage.database import DatabaseRefused
from storage.upgrading import plain_tables

connection = context.config.attributes["connection"]
sqlite = connection.dialect.name == "sqlite"
driver = (
    connection.connection.dbapi_connection
)  # a pragma has no effect inside a transaction, and SQLAlchemy begins one
UNCHANGED = "nothing was changed: go on with the version of before, and report this"


def counts() -> dict[str, int]:
    names = plain_tables(connection)
    return {name: connection.scalar(select(func.count()).select_from(table(name))) for name in names}


def take_turns() -> None:
    """Of several processes that begin together one takes the steps; SQLite has one writer at a time anyway."""
    if not sqlite:
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(hashtextextended('mubiao: steps of the tables', 0))")
        connection.exec_driver_sql("SET LOCAL lock_timeout = '30s'")  # for a table that somebody reads or writes


def check_rows(before: dict[str, int]) -> None:
    after = counts()
    for name, count in before.items():
        if after.get(name, count) < count:
            raise DatabaseRefused(f"the step would lose {count - after[name]} rows of table {name}; {UNCHANGED}")
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall() if sqlite else []
    if broken:
        raise DatabaseRefused(f"the step would leave rows without their parents: {broken[:5]}; {UNCHANGED}")


if sqlite:
    # With foreign keys on, a table that a batch migration recreates takes its children's rows along.
    driver.execute("PRAGMA foreign_keys=OFF")
try:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=sqlite,
        transactional_ddl=True,  # all steps are one transaction; Alembic thinks that SQLite cannot
    )
    with context.begin_transaction():
        take_turns()
        before = counts()
        context.run_migrations()
        check_rows(before)
finally:
    if sqlite:
        connection.rollback()  # nothing is left open after a commit; after an error everything goes back
        driver.execute("PRAGMA foreign_keys=ON")
