"""Rows in every table that a database has, made from what the database itself says of its tables.

A later migration is tested by this without a line of new code: whatever tables its predecessor made are found here.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Column, Connection, Engine, MetaData, Table, insert, inspect, select
from sqlalchemy.types import ARRAY, Boolean, Date, DateTime, Float, Integer, LargeBinary, String

from storage.upgrading import plain_tables

ROWS = 3  # of each table
BEGIN = datetime(2026, 1, 20, 2, 0, tzinfo=UTC)
Rows = Mapping[str, list[Mapping[str, Any]]]


def fill(engine: Engine) -> Rows:
    """Put rows into every table, parents first, each column filled; answers with all of them as they are kept."""
    tables = _tables(engine)
    with engine.execution_options(writing=True).begin() as connection:
        for table in tables:
            for number in range(1, ROWS + 1):
                values = {column.name: _value(column, number, engine) for column in table.columns}
                connection.execute(insert(table).values(values))
            _go_on_counting(connection, table)
    return find_rows(engine)


def find_rows(engine: Engine) -> Rows:
    """Every row of every table, in the order of its key."""
    with engine.connect() as connection:
        return {
            table.name: [dict(row._mapping) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for table in _tables(engine)
        }


def is_kept(before: Rows, after: Rows) -> list[str]:
    """What of the rows before is not there any more, in words; columns that a step took away do not count."""
    lost = []
    for name, rows in before.items():
        there = after.get(name, [])
        if len(there) < len(rows):
            lost.append(f"{name}: {len(there)} of {len(rows)} rows")
        for old, new in zip(rows, there, strict=False):
            changed = [column for column in old.keys() & new.keys() if old[column] != new[column]]
            lost += [f"{name}.{column}: {old[column]!r} is {new[column]!r}" for column in changed]
    return lost


def _tables(engine: Engine) -> list[Table]:
    found = MetaData()
    with engine.connect() as connection:
        found.reflect(connection, only=plain_tables(connection))
    return found.sorted_tables


def _value(column: Column[Any], number: int, engine: Engine) -> Any:
    """Its own for each number; of a reference the parent's of the same number, and keys are numbers alike."""
    if column.foreign_keys:
        (parent,) = column.foreign_keys
        return _value(parent.column, number, engine)
    kind = column.type
    if isinstance(kind, ARRAY):
        return [number, number + 1]
    if isinstance(kind, Boolean):
        return number % 2 == 1
    if isinstance(kind, Integer):
        return number
    if isinstance(kind, Float):
        return number + 0.5
    if isinstance(kind, DateTime):
        at = BEGIN + timedelta(days=number)
        return at if engine.dialect.name == "postgresql" else at.replace(tzinfo=None)
    if isinstance(kind, Date):
        return date(2026, 1, number)
    if isinstance(kind, LargeBinary):
        return b"\x00\xff" + bytes([number])
    assert isinstance(kind, String), f"{column}: say here what a {kind} is filled with"
    return f"澜汀{column.name}{number}"[: kind.length]


def _go_on_counting(connection: Connection, table: Table) -> None:
    """The numbers were given by hand; the server's counter must not give them again."""
    if connection.dialect.name != "postgresql":
        return
    for column in inspect(connection).get_columns(table.name):
        if "nextval" in str(column.get("default")):
            connection.exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('\"{table.name}\"', '{column['name']}'), {ROWS})"
            )
