"""Moving: all that one database keeps, copied into an empty one of the same or the other kind, and compared row by row.

One transaction: when it breaks or is killed, the target is as empty as before, and the move is begun again.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Result,
    Row,
    Select,
    String,
    Table,
    TypeDecorator,
    collate,
    func,
    insert,
    select,
    text,
)
from sqlmodel import SQLModel

from storage.database import DatabaseRefused
from storage.errors import Mendable
from storage.values import storable

BATCH = 1000  # rows

Note = Callable[[str, int], object]


class MoveFailed(Mendable):
    """What was written is not what was read; nothing was kept."""


def kept_tables() -> list[Table]:
    """All but those that are made from the others and the archive, wherever these are."""
    return [table for table in SQLModel.metadata.sorted_tables if not table.info.get("derived")]


def move(source: Engine, target: Engine, note: Note = lambda table, rows: None) -> dict[str, int]:
    """Copy every table from `source` to `target`, whose tables exist; answers with the rows of each.

    What is searched by is made anew there.

    Text loses what PostgreSQL refuses (NUL). `note` hears of each table that is done. Nothing else may write to the
    source meanwhile. Raises DatabaseRefused when the target holds anything, MoveFailed when a row is not the same.
    """
    if source.dialect.name == "postgresql":
        source = source.execution_options(isolation_level="REPEATABLE READ")  # SQLite's reader sees one state anyway
    with (
        source.connect() as old,
        target.execution_options(writing=True).begin() as new,
    ):
        _refuse_unless_empty(new)
        counts = {}
        for table in kept_tables():
            counts[table.name] = _copy(table, old, new)
            _compare(table, old, new)
            note(table.name, counts[table.name])
        _go_on_counting(new)
    return counts


def _refuse_unless_empty(target: Connection) -> None:
    for table in kept_tables():
        if target.execute(select(table).limit(1)).first() is not None:
            raise DatabaseRefused(
                f"{target.engine.url.render_as_string()} is not empty ({table.name} has rows): a move adds to nothing "
                "that is there; name an empty database"
            )


def _copy(table: Table, old: Connection, new: Connection) -> int:
    copied = 0
    with old.execute(select(table), execution_options={"yield_per": BATCH}) as rows:
        for batch in rows.mappings().partitions():
            new.execute(insert(table), [_storable(row) for row in batch])
            copied += len(batch)
    return copied


def _storable(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {name: storable(value) if isinstance(value, str) else value for name, value in row.items()}


def _compare(table: Table, old: Connection, new: Connection) -> None:
    """Row by row, in the order of the keys."""
    with _ordered(table, old) as said, _ordered(table, new) as kept:
        copies = iter(kept)
        for row in said:
            copy = next(copies, None)
            if copy is None or _storable(row._mapping) != dict(copy._mapping):
                raise MoveFailed(
                    f"{table.name}: the row {_key(table, row)} did not arrive as it was; nothing was moved"
                )
        if (more := next(copies, None)) is not None:
            raise MoveFailed(f"{table.name}: a row {_key(table, more)} came from elsewhere; nothing was moved")


def _ordered(table: Table, connection: Connection) -> Result[Any]:
    asked = _by_key(table, connection.dialect.name)
    return connection.execute(asked, execution_options={"yield_per": BATCH})


def _by_key(table: Table, dialect: str) -> Select[Any]:
    """By bytes, as SQLite sorts: a PostgreSQL in some language sorts words otherwise."""
    order = [
        collate(column, "C") if dialect == "postgresql" and _is_text(column) else column for column in table.primary_key
    ]
    return select(table).order_by(*order)


def _is_text(column: Column[Any]) -> bool:
    kind = column.type
    return isinstance(kind.impl_instance if isinstance(kind, TypeDecorator) else kind, String)


def _key(table: Table, row: Row[Any]) -> str:
    return ", ".join(f"{column.name}={row._mapping[column.name]!r}" for column in table.primary_key)


def _go_on_counting(target: Connection) -> None:
    """PostgreSQL's counters know nothing of numbers that were brought along."""
    if target.dialect.name != "postgresql":
        return
    for table in kept_tables():
        for column in table.primary_key:
            counter = target.execute(select(func.pg_get_serial_sequence(table.name, column.name))).scalar()
            highest = _highest(column, target) if counter else None
            if highest is not None:
                target.execute(text("SELECT setval(:counter, :highest)"), {"counter": counter, "highest": highest})


def _highest(column: Column[Any], target: Connection) -> int | None:
    highest: int | None = target.execute(select(func.max(column))).scalar()
    return highest
