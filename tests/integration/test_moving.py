"""All of one database moved into another: each row arrives as it was, and what cannot be whole is not begun."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Column, Engine, TypeDecorator, insert, select, text
from sqlmodel import SQLModel

from storage import moving
from storage.database import DatabaseRefused, make_engine, migrate
from storage.models import Notice, Report
from storage.moving import MoveFailed, kept_tables, move
from tests.postgres import PostgresServer

ROWS = 3
WORDS = ("云溪市", "Ää", "a b", "Z", "_")  # whose order is not the same in every language
TABLES = kept_tables()


@pytest.fixture(params=["sqlite to postgresql", "postgresql to sqlite", "sqlite to sqlite"])
def both(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[tuple[Engine, Engine]]:
    """A full database and an empty one, both with their tables."""
    engines: list[Engine] = []
    names: list[str] = []
    server: PostgresServer | None = None
    for place, kind in enumerate(request.param.split(" to ")):
        if kind == "sqlite":
            url = f"sqlite:///{tmp_path / str(place)}"
        else:
            server = request.getfixturevalue("postgres")
            names.append(server.create_database())
            url = server.url(names[-1])
        engines.append(make_engine(url))
        migrate(engines[-1])
    fill(engines[0])
    yield engines[0], engines[1]
    for engine in engines:
        engine.dispose()
    for name in names:
        assert server is not None
        server.drop_database(name)


def fill(engine: Engine) -> None:
    """Some rows in every table there is, also in those that are yet to be thought of."""
    with engine.execution_options(writing=True).begin() as connection:
        for table in TABLES:
            rows = [{column.name: value(column, place) for column in table.columns} for place in range(ROWS)]
            connection.execute(insert(table), rows)


def value(column: Column[Any], place: int) -> Any:
    """Something of the column's type, another for each row; nothing in the last row where nothing is allowed."""
    declared = column.type
    kind = (declared.impl_instance if isinstance(declared, TypeDecorator) else declared).python_type
    if column.foreign_keys:
        (key,) = column.foreign_keys
        return value(key.column, place)
    if column.nullable and place == ROWS - 1:
        return None
    if kind is bool:
        return place % 2 == 0
    if kind is int:
        return 40 + place
    if kind is float:
        return 0.1 + place
    if kind is datetime:
        return datetime(2026, 1, 20, 2, 0, 0, 123456, tzinfo=UTC) + timedelta(days=place)
    if kind is date:
        return date(2026, 1, 20 + place)
    if kind is bytes:
        return bytes(range(256))[place:]
    assert kind is str, f"{column}: what is a {kind}?"
    return f"{WORDS[place]} {column.name}"


def rows(engine: Engine) -> dict[str, set[tuple[Any, ...]]]:
    with engine.connect() as connection:
        return {table.name: {tuple(row) for row in connection.execute(select(table))} for table in TABLES}


def test_every_row_of_every_table_arrives_as_it_was(both: tuple[Engine, Engine]) -> None:
    source, target = both
    told: list[str] = []
    counts = move(source, target, lambda table, moved: told.append(table))
    assert counts == {table.name: ROWS for table in TABLES}
    assert told == list(counts)
    assert rows(target) == rows(source)


def test_the_next_row_gets_the_next_number(both: tuple[Engine, Engine]) -> None:
    source, target = both
    move(source, target)
    report = {"region": "220106", "kind": "work_report", "year": 2026, "title": "", "waiting": False, "example": False}
    with target.execution_options(writing=True).begin() as connection:
        values = report | {"first_seen_at": datetime(2026, 1, 20, tzinfo=UTC)}
        added = connection.execute(insert(SQLModel.metadata.tables["report"]).values(values))
    assert added.inserted_primary_key is not None
    assert added.inserted_primary_key[0] == 40 + ROWS


def test_what_is_there_is_not_added_to(both: tuple[Engine, Engine]) -> None:
    source, target = both
    move(source, target)
    with pytest.raises(DatabaseRefused, match="is not empty"):
        move(source, target)


def test_a_move_that_breaks_leaves_nothing_and_can_be_begun_again(both: tuple[Engine, Engine]) -> None:
    source, target = both

    def stop_at(table: str, _: int) -> None:
        if table == TABLES[-1].name:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        move(source, target, stop_at)
    assert set(map(len, rows(target).values())) == {0}
    move(source, target)
    assert rows(target) == rows(source)


def test_a_row_that_is_not_what_it_was_is_found(both: tuple[Engine, Engine], monkeypatch: pytest.MonkeyPatch) -> None:
    source, target = both
    copy = moving._copy

    def careless(table: Any, old: Any, new: Any) -> int:
        copied = copy(table, old, new)
        if table.name == Report.__tablename__:
            new.execute(text("UPDATE report SET year = year + 1 WHERE id = 41"))
        return copied

    monkeypatch.setattr(moving, "_copy", careless)
    with pytest.raises(MoveFailed, match="report: the row id=41 "):
        move(source, target)
    assert set(map(len, rows(target).values())) == {0}


def test_a_nul_that_only_sqlite_keeps_stays_behind(both: tuple[Engine, Engine]) -> None:
    source, target = both
    if source.dialect.name != "sqlite":
        pytest.skip("PostgreSQL has none")
    with source.execution_options(writing=True).begin() as connection:
        connection.execute(insert(SQLModel.metadata.tables["notice"]).values(dict(notice(), detail="云\x00溪")))
    move(source, target)
    assert "云溪" in {row[-2] for row in rows(target)["notice"]}


def notice() -> dict[str, Any]:
    return {
        "kind": "broken", "source_key": "yunxi", "at": datetime(2026, 1, 20, tzinfo=UTC), "count": 1, "label": "",
        "example": False,
    }  # fmt: skip


def test_every_table_has_its_place_in_the_copy() -> None:
    assert str(Notice.__tablename__) in {table.name for table in TABLES}
    assert len(TABLES) > 15
