"""How Alembic reaches the database: over the connection that storage.database.migrate hands it."""

from alembic import context
from sqlmodel import SQLModel

from storage import models  # noqa: F401 - its tables are what SQLModel.metadata holds

connection = context.config.attributes["connection"]
sqlite = connection.dialect.name == "sqlite"
driver = (
    connection.connection.dbapi_connection
)  # a pragma has no effect inside a transaction, and SQLAlchemy begins one
if sqlite:
    # With foreign keys on, a table that a batch migration recreates takes its children's rows along.
    driver.execute("PRAGMA foreign_keys=OFF")
try:
    context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=sqlite)
    with context.begin_transaction():
        context.run_migrations()
        if sqlite:
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise RuntimeError(f"the migration left rows without their parents: {broken[:5]}")
finally:
    if sqlite:
        connection.rollback()  # nothing is left open after a commit; after an error everything goes back
        driver.execute("PRAGMA foreign_keys=ON")
