"""The command migrate, and what the other commands do about tables of an older version."""

import os
import subprocess
from pathlib import Path

import pytest
import typer
from sqlalchemy import Engine

from monitor.cli.building import alone_on, open_database, open_installation
from monitor.cli.doctoring import doctor
from monitor.cli.migrating import migrate_tables
from monitor.settings import read_settings
from storage.backup import find_backups
from storage.database import DatabaseRefused, find_revision, make_engine, newest_revision
from tests.filled import Rows, fill, find_rows, is_kept
from tests.integration.test_migrations import STEPS, at_revision
from tests.postgres import installed_programs


class Older:
    """An installation whose tables are of the first version, with rows in all of them."""

    def __init__(self, folder: Path, url: str) -> None:
        self.config, self.url = folder / "mubiao.toml", url
        self.data = folder / "data"
        self.data.mkdir(mode=0o700)
        self.config.write_text(f'data = "{self.data}"\ndatabase = "{url}"\nexample = false\n', encoding="utf-8")
        engine = at_revision(url, STEPS[0])
        self.rows = fill(engine)
        engine.dispose()

    def look(self) -> tuple[str | None, Rows]:
        engine = make_engine(self.url)
        found = find_revision(engine), find_rows(engine)
        engine.dispose()
        return found

    def engine(self) -> Engine:
        return make_engine(self.url)

    def is_untouched(self) -> bool:
        return self.look() == (STEPS[0], self.rows)

    def is_new_and_whole(self) -> bool:
        revision, rows = self.look()
        return revision == newest_revision() and is_kept(self.rows, rows) == []

    def copies(self) -> list[Path]:
        return sorted((self.data / "backups").glob("mubiao-*"))


@pytest.fixture(autouse=True)
def programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """pg_dump of the server that the tests start."""
    monkeypatch.setenv("PATH", f"{installed_programs() or ''}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def older(tmp_path: Path, engine_url: str) -> Older:
    return Older(tmp_path, engine_url)


@pytest.fixture
def on_server(tmp_path: Path, postgres_url: str) -> Older:
    return Older(tmp_path, postgres_url)


@pytest.fixture
def in_file(tmp_path: Path, sqlite_url: str) -> Older:
    return Older(tmp_path, sqlite_url)


def test_the_tables_are_copied_and_then_taken_to_the_newest(older: Older, capsys: pytest.CaptureFixture[str]) -> None:
    migrate_tables(config=older.config)
    assert older.is_new_and_whole()
    assert older.copies()
    told = capsys.readouterr()
    assert all(revision in told.out for revision in STEPS[1:])
    assert str(older.copies()[0].with_suffix("")) in (told.out + told.err).replace("\n", "")
    migrate_tables(config=older.config)
    assert f"those of this version: revision {newest_revision()}" in capsys.readouterr().out
    open_installation(older.config).engine.dispose()


def test_a_dry_run_only_names_the_steps(older: Older, capsys: pytest.CaptureFixture[str]) -> None:
    migrate_tables(dry_run=True, config=older.config)
    assert older.is_untouched()
    assert older.copies() == []
    assert f"at revision {STEPS[0]}; nothing was changed" in capsys.readouterr().out


def test_doctor_says_that_the_tables_are_older_and_what_to_do(older: Older, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit):
        doctor(offline=True, config=older.config)
    assert f"are at revision {STEPS[0]}, this version's at {newest_revision()}: mubiao migrate" in _unfolded(capsys)
    assert older.is_untouched()


def test_doctor_refuses_tables_of_a_newer_version(in_file: Older, capsys: pytest.CaptureFixture[str]) -> None:
    engine = in_file.engine()
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    with pytest.raises(typer.Exit) as told:
        doctor(offline=True, config=in_file.config)
    assert told.value.exit_code == 1
    assert "of a newer mubiao than this one" in _unfolded(capsys)


def _unfolded(capsys: pytest.CaptureFixture[str]) -> str:
    return " ".join(capsys.readouterr().out.split())


def test_tables_that_another_mubiao_works_on_are_left_alone(older: Older) -> None:
    with alone_on(older.data), pytest.raises(typer.Exit):
        migrate_tables(config=older.config)
    assert older.is_untouched()


def test_other_commands_take_the_steps_of_a_file_after_a_copy(in_file: Older) -> None:
    open_installation(in_file.config).engine.dispose()
    assert in_file.is_new_and_whole()
    (copy,) = find_backups(in_file.data / "backups")
    assert (copy.revision, copy.why) == (STEPS[0], f"before the step from {STEPS[0]}")


def test_other_commands_leave_a_file_alone_that_another_mubiao_works_on(in_file: Older) -> None:
    with alone_on(in_file.data), pytest.raises(typer.Exit):
        open_installation(in_file.config)
    assert in_file.is_untouched()


def test_other_commands_leave_the_tables_of_a_server_alone(on_server: Older) -> None:
    with pytest.raises(DatabaseRefused, match=r"at revision 0001 .* then: mubiao migrate"):
        open_database(read_settings(on_server.config))
    assert on_server.is_untouched()


def test_a_server_that_others_are_connected_to_is_left_alone_and_they_are_named(
    on_server: Older, capsys: pytest.CaptureFixture[str]
) -> None:
    other = on_server.engine()
    with other.connect() as connection:
        connection.exec_driver_sql("SET application_name = 'mubiao worker'")
        connection.commit()
        with pytest.raises(typer.Exit):
            migrate_tables(config=on_server.config)
    other.dispose()
    assert "mubiao worker of mubiao" in capsys.readouterr().err
    assert on_server.is_untouched()


def test_without_a_copy_nothing_of_a_server_is_changed(
    on_server: Older, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("storage.dumping.shutil.which", lambda program: None)
    with pytest.raises(typer.Exit):
        migrate_tables(config=on_server.config)
    assert on_server.is_untouched()
    assert on_server.copies() == []
    told = capsys.readouterr().err.replace("\n", " ")
    assert "pg_dump is not installed here" in told
    assert "mubiao migrate --copied" in told
    migrate_tables(copied=True, config=on_server.config)
    assert on_server.is_new_and_whole()


def test_the_copy_of_a_server_is_one_file_for_its_owner_alone(on_server: Older) -> None:
    migrate_tables(config=on_server.config)
    (copy,) = on_server.copies()
    assert copy.suffix == ".dump"
    assert copy.stat().st_mode & 0o077 == 0
    listed = subprocess.run(["pg_restore", "--list", str(copy)], capture_output=True, text=True, check=True)
    assert "TABLE DATA public statement" in listed.stdout
