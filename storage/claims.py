"""Claims: one piece of work, one holder at a time, over all processes on one database, whatever becomes of them."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, text


@contextmanager
def claimed(engine: Engine, name: str) -> Iterator[bool]:
    """Whether this work is ours until the end of the block; nobody is waited for.

    The claim ends with the process, however it ends, since PostgreSQL keeps it for a connection of its own. SQLite is
    of one process, which keeps itself from doing a thing twice: there the answer is always yes.
    """
    if engine.dialect.name != "postgresql":
        yield True
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.detach()  # held for minutes: it must not count among the pool's, and is closed at the end
        ours = text("SELECT pg_try_advisory_lock(hashtextextended(:name, 1))")
        yield bool(connection.execute(ours, {"name": name}).scalar())


@contextmanager
def in_turn(engine: Engine, name: str) -> Iterator[None]:
    """Wait until no other process that gave this name is within such a block. On SQLite nobody is waited for."""
    if engine.dialect.name != "postgresql":
        yield
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.detach()
        connection.execute(text("SELECT pg_advisory_lock(hashtextextended(:name, 1))"), {"name": name})
        yield
