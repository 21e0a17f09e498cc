"""Copies of an installation: made among writers, refused when damaged, put back whole, whenever it is killed."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine
from sqlmodel import func, select

from monitor.cli.building import open_database
from monitor.filing import Desk, Found, file
from monitor.settings import Settings
from storage import backup as backups
from storage.archive import Archive, ArchiveError
from storage.backup import (
    BESIDE,
    Backup,
    BackupError,
    Retention,
    add_backup,
    find_backups,
    find_newest_good,
    is_good,
    kept_of,
    prune,
    refuse_half_restored,
    restore,
)
from storage.database import (
    MIGRATIONS,
    DatabaseRefused,
    find_damage,
    find_revision,
    make_engine,
    migrate,
    newest_revision,
    reading,
    sqlite_module,
    transaction,
)
from storage.models import Document, Visit
from storage.values import Kind
from tests.fakes import PLACE, REGION, report_text

ROOT = Path(__file__).resolve().parents[2]
CHINA = ZoneInfo("Asia/Shanghai")


class Kept:
    """An installation of files, with one invented report in it."""

    def __init__(self, folder: Path, now: datetime) -> None:
        self.folder, self.now = folder, now
        self.settings = Settings(data=folder / "data")
        self.database = folder / "data" / "mubiao.sqlite"
        self.engine = make_engine(self.settings.database_url)
        migrate(self.engine)
        self.archive = Archive(self.settings.archive)
        self.file(2025)

    def file(self, year: int) -> None:
        desk = Desk(self.engine, self.archive, (), CHINA)
        text = report_text(year)
        found = Found(
            source_key="lanting", region=REGION, kind=Kind.WORK_REPORT, url=f"http://reports.test/{year}.html",
            title=f"{year}年{PLACE}政府工作报告", issuer="", site_code="", published_on=None, text=text,
            raw=text.encode() + b"<html>", content_type="text/html", fetched_at=self.now,
        )  # fmt: skip
        file(found, desk, news=False, now=self.now)

    def backup(self, minutes: int = 0) -> Backup:
        return add_backup(self.engine, self.archive, self.settings.backups, self.now + timedelta(minutes=minutes))

    def restore(self, copy: Backup) -> Path | None:
        self.engine.dispose()
        return restore(copy, self.database, self.archive, self.now)

    def documents(self) -> list[Document]:
        with reading(self.engine) as session:
            return list(session.exec(select(Document).order_by(Document.url)))


@pytest.fixture
def kept(tmp_path: Path, now: datetime) -> Iterator[Kept]:
    kept = Kept(tmp_path, now)
    yield kept
    kept.engine.dispose()


def test_a_copy_made_among_four_writers_is_whole_and_has_no_gap(kept: Kept) -> None:
    stop = threading.Event()

    def write(writer: int) -> None:
        number = 0
        while not stop.is_set():
            with transaction(kept.engine) as session:
                visit = Visit(source_key=f"writer {writer}", started_at=kept.now, seconds=number, outcome="ok")
                session.add(visit)
            number += 1

    writers = [threading.Thread(target=write, args=(writer,)) for writer in range(4)]
    for writer in writers:
        writer.start()
    try:
        copies = [kept.backup(minutes) for minutes in range(5)]
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    for copy in copies:
        assert is_good(copy)
        engine = make_engine(f"sqlite:///{copy.path}")
        assert find_damage(engine, quick=False) == []
        with reading(engine) as session:
            asked = select(Visit.source_key, func.count(), func.max(Visit.seconds)).group_by(Visit.source_key)
            rows = session.exec(asked).all()
        assert [(key, count) for key, count, last in rows] == [(key, int(last) + 1) for key, _, last in rows]
        engine.dispose()
    assert copies[-1].rows > copies[0].rows  # they were at work meanwhile


def test_a_restored_copy_is_what_was_copied_and_what_was_there_stays_beside_it(kept: Kept) -> None:
    copy = kept.backup()
    before = kept.documents()
    kept.file(2026)
    for document in before:
        kept.archive.path_of(document.text_hash).unlink()  # gone since
    aside = kept.restore(copy)
    assert [one.url for one in kept.documents()] == [one.url for one in before]
    assert all(kept.archive.find_text(one.text_hash) for one in kept.documents())
    assert aside is not None
    older = make_engine(f"sqlite:///{aside}")
    with reading(older) as session:
        assert session.exec(select(func.count()).select_from(Document)).one() == 2
    older.dispose()


def test_restored_to_an_empty_machine_everything_is_there(kept: Kept, tmp_path: Path) -> None:
    copy = kept.backup()
    archive = Archive(tmp_path / "other" / "archive")
    assert restore(copy, tmp_path / "other" / "mubiao.sqlite", archive, kept.now) is None
    engine = make_engine(f"sqlite:///{tmp_path / 'other' / 'mubiao.sqlite'}")
    with reading(engine) as session:
        documents = session.exec(select(Document)).all()
    engine.dispose()
    assert [archive.find(one.raw_hash) for one in documents] == [kept.archive.find(one.raw_hash) for one in documents]


def test_a_damaged_copy_is_not_chosen_and_not_put_back(kept: Kept) -> None:
    older, newer = kept.backup(0), kept.backup(1)
    with newer.path.open("r+b") as writer:
        writer.seek(5000)
        writer.write(b"\xff\xfe")
    assert find_newest_good(kept.settings.backups) == older
    with pytest.raises(BackupError, match="is not what it was"):
        kept.restore(newer)


def test_a_copy_without_its_note_is_none(kept: Kept) -> None:
    copy = kept.backup()
    copy.path.with_suffix(".json").write_text("{")
    assert find_backups(kept.settings.backups) == []


def test_a_damaged_page_is_found_at_the_start_and_the_newest_good_backup_named(kept: Kept) -> None:
    copy = kept.backup()
    _damage(kept.engine, kept.database)
    with pytest.raises(DatabaseRefused) as told:
        open_database(kept.settings, look_whole=True)
    assert str(copy.path) in str(told.value)
    assert "mubiao restore" in str(told.value)


def test_what_is_no_database_is_refused_and_the_newest_good_backup_named(kept: Kept) -> None:
    copy = kept.backup()
    kept.engine.dispose()
    for ending in BESIDE:
        Path(f"{kept.database}{ending}").unlink(missing_ok=True)
    kept.database.write_bytes(b"no database at all" * 100)
    with pytest.raises(DatabaseRefused, match="it is no database") as told:
        open_database(kept.settings)
    assert str(copy.path) in str(told.value)


@pytest.fixture
def reachable(now: datetime) -> Iterator[Kept]:
    """One in a folder of its own: pytest's others close to other users again and again, each time one begins."""
    with TemporaryDirectory(prefix="mubiao-") as folder:
        kept = Kept(Path(folder), now)
        yield kept
        kept.engine.dispose()


def test_a_database_that_cannot_be_written_is_refused_and_says_why(reachable: Kept) -> None:
    kept = reachable
    copy = kept.backup()
    kept.engine.dispose()
    program = textwrap.dedent(
        """
        import os, sys
        from pathlib import Path
        from monitor.cli.building import open_database
        from monitor.settings import Settings
        from storage.database import DatabaseRefused
        if os.geteuid() == 0:
            os.seteuid(65534)  # nothing is read-only to root
        try:
            open_database(Settings(data=Path(sys.argv[1])), look_whole=True)
        except DatabaseRefused as error:
            print(error)
        """
    )
    data = kept.settings.data
    kept.folder.chmod(0o755)
    for path in (data, *data.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        done = subprocess.run(
            [sys.executable, "-c", program, str(data)], capture_output=True, text=True, timeout=60, check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
    finally:
        for path in (data, *data.rglob("*")):
            path.chmod(0o700 if path.is_dir() else 0o600)
    assert "permissions" in done.stdout, done.stdout + done.stderr
    assert str(copy.path) in done.stdout


@pytest.mark.parametrize("step", range(1, 8))
def test_a_restore_that_breaks_off_anywhere_is_refused_until_it_is_run_again(
    kept: Kept, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = kept.backup()
    kept.file(2026)
    steps = 0

    def breaking(real: object) -> object:
        def work(*given: object) -> object:
            nonlocal steps
            steps += 1
            if steps == step:
                raise KeyboardInterrupt
            return real(*given)  # type: ignore[operator]

        return work

    with monkeypatch.context() as patch:
        for name in ("_copy_whole", "sync_folder", "_addresses_in", "mend_archive"):
            patch.setattr(backups, name, breaking(getattr(backups, name)))
        with pytest.raises(KeyboardInterrupt):
            kept.restore(copy)
    with pytest.raises(DatabaseRefused, match="run `mubiao restore` once more"):
        refuse_half_restored(kept.database)
    kept.restore(copy)
    refuse_half_restored(kept.database)
    assert len(kept.documents()) == 1


def test_copies_stay_by_day_week_and_month() -> None:
    first = datetime(2026, 1, 1, 19, 17, tzinfo=UTC)  # 03:17 of the second, in China
    made = [Backup(Path(f"{day}"), first + timedelta(days=day), "", 0, "", 0, 0, "") for day in reversed(range(100))]
    stays = kept_of(made, Retention(daily=7, weekly=4, monthly=3), CHINA)
    days = sorted(((first + timedelta(days=int(path.name))).astimezone(CHINA).date() for path in stays), reverse=True)
    assert [f"{day:%m-%d}" for day in days] == [
        "04-11", "04-10", "04-09", "04-08", "04-07", "04-06", "04-05", "03-31", "03-29", "03-22", "02-28",
    ]  # fmt: skip


def test_the_newest_good_copy_is_never_removed(kept: Kept) -> None:
    good = kept.backup(0)
    for minutes in (1, 2):
        kept.backup(minutes).path.write_bytes(b"damaged since")
    gone = prune(kept.settings.backups, Retention(1, 0, 0), CHINA)
    assert find_newest_good(kept.settings.backups) == good
    assert len(gone) == 1
    assert [path.name for path in kept.settings.backups.iterdir() if path.name.startswith(".new")] == []


def test_a_copy_is_for_its_owner_alone(kept: Kept) -> None:
    kept.backup()
    for path in kept.settings.backups.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_an_object_is_kept_once_for_all_copies(kept: Kept) -> None:
    kept.backup(0)
    kept.file(2026)
    copy = kept.backup(1)
    objects = list((kept.settings.backups / "archive").rglob("*.zst"))
    assert copy.objects == len(objects) == len(list(kept.archive.addresses())) == 4


SECOND = '''
"""A step that changes tables which hold rows, as a later version would."""
import os, sys, time
import sqlalchemy as sa
from alembic import op
revision = "9001"
down_revision = "NEWEST"

def upgrade():
    with op.batch_alter_table("report", recreate="always") as table:
        table.add_column(sa.Column("weight", sa.Integer(), server_default="0", nullable=False))
    if os.environ.get("STAY"):
        print("half way", flush=True)
        time.sleep(60)
    with op.batch_alter_table("document", recreate="always") as table:
        table.add_column(sa.Column("weight", sa.Integer(), server_default="0", nullable=False))
'''


@pytest.fixture
def later_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A version of mubiao with one migration more."""
    folder = tmp_path / "migrations"
    (folder / "versions").mkdir(parents=True)
    here = MIGRATIONS
    (folder / "env.py").write_text((here / "env.py").read_text())
    for path in (here / "versions").glob("0*.py"):
        (folder / "versions" / path.name).write_text(path.read_text())
    (folder / "versions" / "9001_later.py").write_text(SECOND.replace("NEWEST", newest_revision()))
    for module in ("storage.database", "storage.upgrading"):
        monkeypatch.setattr(f"{module}.MIGRATIONS", folder)
    return folder


def _counts(database: Path) -> dict[str, int]:
    with closing(sqlite_module().connect(database)) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in sorted(names)}


def _columns(database: Path, table: str) -> set[str]:
    with closing(sqlite_module().connect(database)) as connection:
        return {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}


def test_a_step_of_the_tables_makes_a_copy_first_and_loses_no_row(kept: Kept, later_version: Path) -> None:
    before, newest = _counts(kept.database), find_revision(kept.engine)
    kept.engine.dispose()
    engine = open_database(kept.settings)
    assert _counts(kept.database) == before
    assert "weight" in _columns(kept.database, "report")
    assert find_damage(engine, quick=False) == []
    engine.dispose()
    (copy,) = find_backups(kept.settings.backups)
    assert (copy.revision, copy.why) == (newest, f"before the step from {newest}")
    assert _counts(copy.path) == before
    open_database(kept.settings).dispose()
    assert len(find_backups(kept.settings.backups)) == 1  # nothing to do, nothing to copy


def test_a_step_that_is_killed_half_way_never_happened(kept: Kept, later_version: Path) -> None:
    before = _counts(kept.database)
    kept.engine.dispose()
    program = textwrap.dedent(
        f"""
        from pathlib import Path
        from storage import database, upgrading
        database.MIGRATIONS = upgrading.MIGRATIONS = Path({str(later_version)!r})
        database.migrate(database.make_engine({kept.settings.database_url!r}))
        """
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "STAY": "1"}
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=environment) as child:
        assert child.stdout is not None
        assert child.stdout.readline().strip() == "half way"
        child.send_signal(signal.SIGKILL)
    assert "weight" not in _columns(kept.database, "report")
    assert _counts(kept.database) == before
    engine = open_database(kept.settings)
    assert _counts(kept.database) == before
    assert "weight" in _columns(kept.database, "document")
    engine.dispose()


def test_what_a_killed_process_left_in_the_archive_is_swept_after_an_hour(kept: Kept) -> None:
    folder = kept.archive.root / "ab"
    folder.mkdir(exist_ok=True)
    for name, age in ((".new-old", 7200), (".new-young", 60)):
        (folder / name).write_bytes(b"half")
        os.utime(folder / name, (time.time() - age,) * 2)
    assert kept.archive.sweep(time.time() - 3600) == 1
    assert [path.name for path in folder.glob(".new-*")] == [".new-young"]


def test_an_object_that_is_not_what_its_name_says_is_refused(kept: Kept) -> None:
    address = next(kept.archive.addresses())
    path = kept.archive.path_of(address)
    packed = bytearray(path.read_bytes())
    packed[len(packed) // 2] ^= 1
    path.unlink()
    path.write_bytes(packed)
    with pytest.raises(ArchiveError):
        kept.archive.find(address)


def _damage(engine: Engine, database: Path) -> None:
    """Overwrite the root page of a table, as a failing disk would."""
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        page = connection.exec_driver_sql("SELECT rootpage FROM sqlite_master WHERE name = 'statement'").scalar_one()
        size = connection.exec_driver_sql("PRAGMA page_size").scalar_one()
    engine.dispose()
    with database.open("r+b") as writer:
        writer.seek((page - 1) * size)
        writer.write(b"\xa5" * size)
