"""The connection: an engine by URL, transactions, safe SQLite settings, migrations.

SQLite is the default, PostgreSQL comes by URL; both run the same migrations.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, make_url, text
from sqlalchemy.exc import DatabaseError
from sqlmodel import Session

from storage.errors import DatabaseBusy, DiskFull, Mendable

try:
    from pysqlite3 import dbapi2 as newer_sqlite
except ImportError:  # no wheel for this platform: the system's SQLite decides
    import sqlite3 as newer_sqlite

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_SECONDS = 30  # that a writer waits for the others
ISSUES = 20  # of a damaged database that are told
# SQLite's primary result codes
BUSY, READ_ONLY, IO_ERROR, CORRUPT, FULL, CANNOT_OPEN, NOT_A_DATABASE = 5, 8, 10, 11, 13, 14, 26
REMEDIES = {
    READ_ONLY: "it cannot be written: see to the permissions of the file and its folder, and that the disk is not "
    "mounted read-only",
    IO_ERROR: "its disk does not answer as it should: see the system's log, then `mubiao fsck`",
    CANNOT_OPEN: "it cannot be opened: see to the permissions of the file and its folder",
    CORRUPT: "it is damaged: `mubiao restore` brings back the newest good backup",
    NOT_A_DATABASE: "it is no database: `mubiao restore` brings back the newest good backup",
}
POSTGRESQL_FULL = "53100"  # its SQLSTATE for a full disk


class DatabaseRefused(Mendable):
    """The database cannot be used as it is; the message says why and what to do."""

    exit_code = 2


def wal_is_safe(version: tuple[int, ...]) -> bool:
    """Whether this SQLite is free of the WAL-reset bug: 3.7.0–3.51.2, but for the backports 3.44.6 and 3.50.7."""
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)


def sqlite_module() -> ModuleType:
    """The safer of the two SQLite libraries: the one from the wheel, unless it may lose writes."""
    return newer_sqlite if wal_is_safe(newer_sqlite.sqlite_version_info) else import_module("sqlite3")


def make_engine(url: str) -> Engine:
    """An engine for `sqlite:///path` or `postgresql+psycopg://…`; the file's folder is made, private to the user.

    Raises DatabaseRefused for a URL that is neither, or a driver that is not installed.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite_engine(url, parsed.database)
    if parsed.get_backend_name() != "postgresql":
        raise DatabaseRefused(f"database {parsed.drivername!r} is not known: use sqlite:///… or postgresql+psycopg://…")
    try:
        engine = create_engine(url, pool_pre_ping=True)
    except ModuleNotFoundError as error:
        raise DatabaseRefused(f"{error.name} is not installed: pip install 'mubiao[postgresql]'") from error
    event.listen(engine, "handle_error", _say_what_to_do)
    return engine


def _sqlite_engine(url: str, path: str | None) -> Engine:
    module = sqlite_module()
    if path and path != ":memory:":
        _make_file(Path(path))
    engine = create_engine(url, module=module, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False})
    journal = "WAL" if wal_is_safe(module.sqlite_version_info) else "DELETE"

    def on_connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # our own BEGIN below; the driver's would skip it before SELECT and DDL
        cursor = connection.cursor()
        if cursor.execute("PRAGMA journal_mode").fetchone()[0].upper() != journal:
            cursor.execute(f"PRAGMA journal_mode={journal}")
        for pragma in ("synchronous=FULL", "foreign_keys=ON", "trusted_schema=OFF", "cell_size_check=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    def on_begin(connection: Connection) -> None:
        # A deferred transaction that turns to writing is refused at once, whatever the timeout; an immediate one waits.
        options = connection.get_execution_options()
        durability = "NORMAL" if options.get("passing") else "FULL"
        if connection.info.setdefault("synchronous", "FULL") != durability:
            connection.exec_driver_sql(f"PRAGMA synchronous={durability}")
            connection.info["synchronous"] = durability
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writing") else "BEGIN")

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", on_begin)
    event.listen(engine, "handle_error", _say_what_to_do)
    return engine


def _make_file(file: Path) -> None:
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not file.exists():
            file.touch(mode=0o600)
    except OSError as error:
        raise DatabaseRefused(
            f"{file} cannot be made or reached ({error.strerror}): {REMEDIES[CANNOT_OPEN]}"
        ) from error


def _say_what_to_do(context: ExceptionContext) -> None:
    """Errors of the machine rather than of a query are told in words, wherever they come up."""
    error = context.original_exception
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF  # the extended codes are in the higher bits
    if code == FULL or getattr(error, "sqlstate", None) == POSTGRESQL_FULL:
        raise DiskFull(f"no room left on the disk of the database: {error}") from error
    if code == BUSY:
        raise DatabaseBusy(f"another process keeps the database busy ({error}): try again in a minute") from error
    if code in REMEDIES:
        url = context.engine.url.render_as_string() if context.engine else "the database"
        raise DatabaseRefused(f"{url} cannot be used ({error}): {REMEDIES[code]}") from error


@contextmanager
def transaction(engine: Engine) -> Iterator[Session]:
    """A session that writes; committed at the end, rolled back on any error. No network or parsing inside."""
    with Session(engine.execution_options(writing=True), expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def passing_transaction(engine: Engine) -> Iterator[Connection]:
    """A transaction for what matters only for minutes: seen by all at once, but perhaps lost when the power fails."""
    with engine.execution_options(writing=True, passing=True).connect() as connection, connection.begin():
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
        yield connection


def one_at_a_time(session: Session, name: str) -> None:
    """Wait until no other transaction that gave this name is open; ends with the transaction.

    Whatever is read before it may be old. SQLite needs none of this: it has one writer at a time.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name})


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that only reads: one consistent view, nothing is committed."""
    with Session(engine, expire_on_commit=False) as session:
        yield session


def sqlite_path(url: str) -> Path | None:
    """The file of a SQLite database; None for one in memory or on a server."""
    parsed = make_url(url)
    path = parsed.database
    return Path(path) if parsed.get_backend_name() == "sqlite" and path and path != ":memory:" else None


def sqlite_file(engine: Engine) -> Path | None:
    """The same for an engine."""
    return sqlite_path(engine.url.render_as_string(hide_password=False))


def find_damage(engine: Engine, *, quick: bool) -> list[str]:
    """What is damaged in a SQLite file; `quick` leaves out the indexes. A server looks after its own files: []."""
    if engine.dialect.name != "sqlite":
        return []
    # By a connection of its own: FTS5 keeps what it knows of its index as long as a connection is open, and one that
    # has seen it before another process wrote may call a sound index corrupt.
    own = make_engine(engine.url.render_as_string(hide_password=False)) if sqlite_file(engine) else engine
    try:
        return _find_damage(own, quick=quick)
    finally:
        if own is not engine:
            own.dispose()


def _find_damage(engine: Engine, *, quick: bool) -> list[str]:
    try:
        with engine.connect() as connection:
            asked = "quick_check" if quick else "integrity_check"
            told = [str(row[0]) for row in connection.exec_driver_sql(f"PRAGMA {asked}({ISSUES})")]
            orphans = [] if quick else connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()[:ISSUES]
    except DatabaseRefused as error:
        return [str(error)]
    lost = [f"row {row[1]} of table {row[0]} belongs to a row of {row[2]} that is not there" for row in orphans]
    return [line for line in told if line != "ok"] + lost


def prove_writable(engine: Engine) -> None:
    """Write a little and commit it. Raises DatabaseRefused or DiskFull where that is impossible."""
    with transaction(engine) as session:
        session.connection().exec_driver_sql("UPDATE alembic_version SET version_num = version_num")


def migrate(engine: Engine, before: Callable[[str], object] | None = None) -> None:
    """Bring the tables up to this version of the code: all of it or, if it fails or is killed, nothing of it.

    `before` is called with the old revision ahead of a step that changes tables which are there: to make a copy.
    Raises DatabaseRefused if they are of a newer one, or if what is there is no database or cannot be reached.
    """
    if find_revision(engine) != newest_revision():  # Alembic takes longer to import than a page to visit
        import_module("storage.upgrading").upgrade(engine, before)
    _keep_private(engine)


def find_revision(engine: Engine) -> str | None:
    """The revision that the tables are at; None where there are none, or what is there cannot be read."""
    try:
        with engine.connect() as connection:
            return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    except DatabaseError:
        return None


def newest_revision() -> str:
    """The revision that this version of the code is at: the first word of the last migration's file."""
    return max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def _keep_private(engine: Engine) -> None:
    path = engine.url.database
    if engine.url.get_backend_name() == "sqlite" and path and os.path.exists(path):
        os.chmod(path, 0o600)
