"""Every step of the tables, taken by a database with rows in all of them: nothing is lost, whenever it is killed."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, event, inspect, make_url
from sqlmodel import SQLModel, select

from storage.database import (
    MIGRATIONS,
    DatabaseRefused,
    find_damage,
    find_revision,
    make_engine,
    migrate,
    newest_revision,
    reading,
    sqlite_file,
)
from storage.upgrading import alembic_config, find_steps, upgrade
from tests.filled import ROWS, Rows, fill, find_rows, is_kept

ROOT = Path(__file__).resolve().parents[2]
STEPS = [script.revision for script in ScriptDirectory.from_config(alembic_config()).walk_revisions()][::-1]
MOMENTS = 6  # of one migration at which it is killed

HEAVY = '''
"""A step as heavy as one can be: it makes tables anew that others refer to."""
import sqlalchemy as sa
from alembic import op
revision = "9001"
down_revision = "NEWEST"

def upgrade():
    again = "always" if op.get_bind().dialect.name == "sqlite" else "auto"
    for name in ("report", "document", "statement"):
        with op.batch_alter_table(name, recreate=again) as table:
            table.add_column(sa.Column("weight", sa.Integer(), server_default="0", nullable=False))
'''
LOSING = '''
"""A step that forgets some rows."""
from alembic import op
revision = "9001"
down_revision = "NEWEST"

def upgrade():
    op.execute("CREATE TABLE more (id integer)")
    op.execute("DELETE FROM visit WHERE id = 2")
'''


def at_revision(url: str, revision: str) -> Engine:
    """A database with the tables of that revision."""
    engine = make_engine(url)
    config = alembic_config()
    with engine.execution_options(writing=True).connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    return engine


def with_step(tmp_path: Path, words: str) -> Path:
    """The folder of a later version's migrations: ours and one more."""
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder)
    (folder / "versions" / "9001_later.py").write_text(words.replace("NEWEST", newest_revision()))
    return folder


def use(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("storage.database", "storage.upgrading"):
        monkeypatch.setattr(f"{module}.MIGRATIONS", folder)


@pytest.mark.parametrize("revision", STEPS)
def test_from_every_older_revision_every_row_of_every_table_is_found_again(engine_url: str, revision: str) -> None:
    engine = at_revision(engine_url, revision)
    before = fill(engine)
    assert all(len(rows) == ROWS for rows in before.values())
    migrate(engine)
    assert find_revision(engine) == newest_revision()
    assert is_kept(before, find_rows(engine)) == []
    assert find_damage(engine, quick=False) == []
    read_by_the_models(engine)
    engine.dispose()


def read_by_the_models(engine: Engine) -> None:
    """What an older version wrote, this version's tables can read."""
    with reading(engine) as session:
        for mapper in SQLModel._sa_registry.mappers:
            assert len(session.exec(select(mapper.class_)).all()) in (0, ROWS), mapper


def test_what_is_compared_would_show_a_lost_row_and_a_changed_value(sqlite_url: str) -> None:
    engine = at_revision(sqlite_url, STEPS[0])
    before = fill(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM visit WHERE id = 3")
        connection.exec_driver_sql("UPDATE report SET year = 1999 WHERE id = 2")
    assert is_kept(before, find_rows(engine)) == ["report.year: 2 is 1999", f"visit: 2 of {ROWS} rows"]
    engine.dispose()


def test_the_steps_that_are_still_to_be_taken_are_named(sqlite_url: str) -> None:
    engine = make_engine(sqlite_url)
    assert [step.revision for step in find_steps(engine)] == STEPS
    assert find_steps(engine)[0].words == "The first tables."
    migrate(engine)
    assert find_steps(engine) == []
    engine.dispose()


def test_a_step_that_would_lose_rows_changes_nothing(
    engine_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = make_engine(engine_url)
    migrate(engine)
    before = fill(engine)
    use(with_step(tmp_path, LOSING), monkeypatch)
    with pytest.raises(DatabaseRefused, match="would lose 1 rows of table visit; nothing was changed"):
        migrate(engine)
    assert find_rows(engine) == before
    assert "more" not in inspect(engine).get_table_names()
    engine.dispose()


@pytest.fixture
def copies(engine_url: str, request: pytest.FixtureRequest) -> Iterator[list[str]]:
    """URLs of MOMENTS databases at the first revision that hold the same rows."""
    engine = at_revision(engine_url, STEPS[0])
    fill(engine)
    file = sqlite_file(engine)
    engine.dispose()
    if file:
        made = [file.with_name(f"copy{number}.sqlite") for number in range(MOMENTS)]
        for path in made:
            shutil.copyfile(file, path)
        yield [f"sqlite:///{path}" for path in made]
        return
    names = [f"{make_url(engine_url).database}_{number}" for number in range(MOMENTS)]
    server = create_engine(make_url(engine_url).set(database="postgres"), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        for name in names:
            connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {make_url(engine_url).database}")
        yield [make_url(engine_url).set(database=name).render_as_string(hide_password=False) for name in names]
        for name in names:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    server.dispose()


def test_a_migration_that_is_killed_anywhere_is_whole_before_or_whole_after_and_goes_on(
    copies: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(with_step(tmp_path, HEAVY), monkeypatch)
    before = rows_of(copies[0])
    last = statements_of(copies[0])
    moments = [1 + (last - 1) * number // (MOMENTS - 2) for number in range(MOMENTS - 1)]
    ends = kill(tmp_path / "migrations", moments, copies[1:])
    assert ends == ["killed"] * len(moments)
    for url in copies[1:]:
        engine = make_engine(url)
        assert find_revision(engine) in (STEPS[0], "9001")
        assert is_kept(before, find_rows(engine)) == []
        assert ("weight" in find_rows(engine)["report"][0]) == (find_revision(engine) == "9001")
        migrate(engine)
        assert find_revision(engine) == "9001"
        assert is_kept(before, find_rows(engine)) == []
        assert find_damage(engine, quick=False) == []
        engine.dispose()


def rows_of(url: str) -> Rows:
    engine = make_engine(url)
    rows = find_rows(engine)
    engine.dispose()
    return rows


def statements_of(url: str) -> int:
    """How many statements and commits the whole migration takes."""
    engine = make_engine(url)
    seen: list[object] = []
    event.listen(engine, "before_cursor_execute", lambda *_: seen.append(_))
    event.listen(engine, "commit", lambda *_: seen.append(_))
    upgrade(engine)
    engine.dispose()
    assert len(seen) > MOMENTS, "there is hardly anything to kill"
    return len(seen)


def kill(folder: Path, moments: list[int], urls: list[str]) -> list[str]:
    """What became of a migration of each of the databases that was to be killed at its moment."""
    asked = [f"{moment}={url}" for moment, url in zip(moments, urls, strict=True)]
    program = [sys.executable, "-m", "tests.migrating", str(folder), *asked]
    done = subprocess.run(program, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120)
    return done.stdout.split()


def test_a_connection_that_was_open_while_another_wrote_calls_no_sound_index_damaged(tmp_path: Path) -> None:
    ours, theirs = (make_engine(f"sqlite:///{tmp_path / 'db'}") for _ in range(2))
    migrate(ours)
    for turn in range(4):
        with ours.connect() as connection:  # it is kept open in the pool, with what it knows of the index
            connection.exec_driver_sql("SELECT rowid FROM search_words WHERE search_words MATCH 'w1'").fetchall()
        with theirs.execution_options(writing=True).connect() as connection:
            for row in range(100 * turn, 100 * turn + 100):
                words = " ".join(f"w{row}x{word}" for word in range(50))
                connection.exec_driver_sql("INSERT INTO search_words (rowid, words) VALUES (?, ?)", (row, words))
            connection.exec_driver_sql("INSERT INTO search_words (search_words) VALUES ('optimize')")
            connection.commit()
        assert find_damage(ours, quick=False) == []
        assert find_damage(ours, quick=True) == []
    ours.dispose()
    theirs.dispose()
