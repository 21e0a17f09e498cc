"""A process that migrates copies of a database and is killed in each of them at another moment; for test_migrations.

    python -m tests.migrating FOLDER STATEMENT=URL…

FOLDER holds the steps; each URL's migration ends with SIGKILL before its STATEMENT-th statement. One process loads
everything once and forks for each.
"""

import os
import signal
import sys
from pathlib import Path

from alembic import command  # noqa: F401 - loaded before the forks, as it takes long
from sqlalchemy import event

from storage import database, upgrading


def migrate_until(url: str, statement: int) -> None:
    engine = database.make_engine(url)
    seen = 0

    def count(*_: object) -> None:
        nonlocal seen
        seen += 1
        if seen >= statement:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(engine, "before_cursor_execute", count)
    event.listen(engine, "commit", count)
    upgrading.upgrade(engine)


def main() -> None:
    folder, *asked = sys.argv[1:]
    database.MIGRATIONS = upgrading.MIGRATIONS = Path(folder)
    for statement, _, url in (one.partition("=") for one in asked):
        child = os.fork()
        if child == 0:
            migrate_until(url, int(statement))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print("killed" if os.WIFSIGNALED(status) else "done", flush=True)


if __name__ == "__main__":
    main()
