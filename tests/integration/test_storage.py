"""Storage on SQLite and PostgreSQL alike."""

import os
import stat
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text
from sqlmodel import Session, SQLModel, select

from monitor.comparing.compare import compare, event_id
from storage.archive import Archive, ArchiveError
from storage.changes import keep_changes
from storage.database import DatabaseRefused, make_engine, migrate, reading, transaction, wal_is_safe
from storage.models import Document, Report, SourceState, Statement
from storage.outbox import find_due_digests, owe
from storage.reports import add_document, add_report
from storage.statements import add_statements, find_of_document
from storage.values import Basis, Kind
from storage.visits import declare_source, find_due
from tests.statements import stated

NOW = datetime(2026, 1, 20, 2, 0, tzinfo=UTC)


@pytest.fixture
def engine(engine_url: str) -> Iterator[Engine]:
    engine = make_engine(engine_url)
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite(sqlite_url: str) -> Iterator[Engine]:
    engine = make_engine(sqlite_url)
    migrate(engine)
    yield engine
    engine.dispose()


def test_the_migrations_make_exactly_the_tables_of_the_models(engine: Engine) -> None:
    def of_models(name: str | None, kind: str, _parents: object) -> bool:
        return kind != "table" or not str(name).startswith("search_words")  # and what FTS5 keeps them in

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": of_models})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_migrating_again_changes_nothing(engine: Engine) -> None:
    migrate(engine)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM alembic_version")).scalar() == 1


def test_a_database_of_a_newer_version_is_refused(engine: Engine) -> None:
    with engine.execution_options(writing=True).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseRefused, match="written by a newer mubiao"):
        migrate(engine)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "letter.db"
    path.write_text("dear reader, " * 100)
    with pytest.raises(DatabaseRefused, match="it is no database"):
        migrate(make_engine(f"sqlite:///{path}"))
    assert path.read_text().startswith("dear reader")


def test_a_database_of_another_kind_is_refused() -> None:
    with pytest.raises(DatabaseRefused, match="not known"):
        make_engine("mysql://localhost/x")


def test_every_sqlite_connection_has_the_safe_settings(sqlite: Engine) -> None:
    connections = [sqlite.connect() for _ in range(5)]
    for connection in connections:
        for pragma, value in {"foreign_keys": 1, "synchronous": 2, "trusted_schema": 0, "busy_timeout": 30000}.items():
            assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value, pragma
    for connection in connections:
        connection.close()


@pytest.mark.parametrize(("version", "safe"), [
    ((3, 40, 1), False), ((3, 44, 5), False), ((3, 44, 6), True), ((3, 46, 0), False), ((3, 50, 6), False),
    ((3, 50, 7), True), ((3, 51, 0), False), ((3, 51, 2), False), ((3, 51, 3), True), ((3, 53, 4), True),
])  # fmt: skip
def test_wal_is_used_only_where_sqlite_does_not_lose_writes(version: tuple[int, ...], safe: bool) -> None:
    assert wal_is_safe(version) is safe


def test_the_database_file_is_private(sqlite: Engine) -> None:
    assert stat.S_IMODE(os.stat(sqlite.url.database or "").st_mode) == 0o600


def test_eight_threads_write_and_none_is_refused(engine: Engine) -> None:
    faults: list[BaseException] = []

    def write(number: int) -> None:
        try:
            for turn in range(25):
                with transaction(engine) as session:
                    session.exec(select(Report)).all()  # a transaction that reads first, then writes
                    session.add(_report(year=number * 100 + turn))
        except BaseException as fault:  # the thread's own; re-raised below
            faults.append(fault)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    with reading(engine) as session:
        assert len(session.exec(select(Report)).all()) == 200


def test_what_fails_leaves_nothing_behind(engine: Engine) -> None:
    def fail() -> None:
        with transaction(engine) as session:
            add_report(session, _report())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with reading(engine) as session:
        assert session.exec(select(Report)).all() == []


def test_times_come_back_aware_and_in_utc(engine: Engine) -> None:
    with transaction(engine) as session:
        add_report(session, _report())
    with reading(engine) as session:
        assert session.exec(select(Report)).one().first_seen_at == NOW


def test_statements_come_back_as_they_were_kept(engine: Engine) -> None:
    given = stated("地区生产总值", 6.5, key="gdp").data
    text = "一" * 5000
    with transaction(engine) as session:
        report = _report()
        report_id = add_report(session, report)
        document_id = add_document(session, _document(report_id))
        add_statements(session, document_id, report, [(given, "gdp")], text)
    with reading(engine) as session:
        (found,) = find_of_document(session, document_id)
        assert found.data == given
        assert (found.indicator_key, found.year, found.report_kind) == ("gdp", 2026, Kind.WORK_REPORT)
        assert session.exec(select(Statement)).one().sentence == text[given.sentence_start : given.sentence_end]


def test_a_declared_source_keeps_what_is_known_of_it(engine: Engine) -> None:
    with transaction(engine) as session:
        declare_source(session, _state(NOW))
    with transaction(engine) as session:
        declare_source(session, _state(NOW + timedelta(days=3), name="新名"))
    with reading(engine) as session:
        state = session.exec(select(SourceState)).one()
        assert (state.name, state.next_due_at) == ("新名", NOW)
        assert find_due(session, NOW, ["cloud"]) == ["cloud"]
        assert find_due(session, NOW, ["another"]) == []
        assert find_due(session, NOW - timedelta(seconds=1), ["cloud"]) == []


def test_nothing_is_owed_twice_to_a_watch(engine: Engine) -> None:
    with transaction(engine) as session:
        change_id = _add_change(session)
        owe(session, "main", changes=[change_id], due_at=NOW, now=NOW)
        owe(session, "main", changes=[change_id], due_at=NOW, now=NOW)
        owe(session, "second", changes=[change_id], due_at=NOW + timedelta(hours=1), now=NOW)
    with reading(engine) as session:
        assert [digest.watch for digest in find_due_digests(session, NOW)] == ["main"]
        assert len(find_due_digests(session, NOW + timedelta(hours=1))) == 2


def test_the_archive_gives_back_what_it_was_given(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    address = archive.add_text("新增城镇就业8.7万人")
    assert archive.add_text("新增城镇就业8.7万人") == address
    assert archive.find_text(address) == "新增城镇就业8.7万人"
    assert [path.stat().st_mode & 0o777 for path in archive.root.rglob("*.zst")] == [0o600]


def test_the_archive_says_when_an_object_is_damaged_or_missing(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    address = archive.add(b"x" * 1000)
    (path,) = archive.root.rglob("*.zst")
    for bytes_now in (path.read_bytes()[:-3] + b"abc", b"junk\n", b""):
        path.write_bytes(bytes_now)
        with pytest.raises(ArchiveError, match="damaged"):
            archive.find(address)
    path.unlink()
    with pytest.raises(ArchiveError, match="not in the archive"):
        archive.find(address)
    with pytest.raises(ArchiveError, match="no address"):
        archive.find("../../secrets")


def _report(year: int = 2026) -> Report:
    return Report(region="990100", kind="work_report", year=year, title="政府工作报告", first_seen_at=NOW)


def _document(report_id: int) -> Document:
    return Document(
        report_id=report_id, source_key="cloud", url="http://127.0.0.1/r.html", title="政府工作报告", fetched_at=NOW,
        raw_hash="0" * 64, text_hash="1" * 64, text_length=5000, rules_version=1,
    )  # fmt: skip


def _state(due_at: datetime, name: str = "云溪市人民政府") -> SourceState:
    return SourceState(key="cloud", name=name, url="http://127.0.0.1/", region="990100", next_due_at=due_at)


def _add_change(session: Session) -> int:
    report = _report()
    report_id = add_report(session, report)
    document_id = add_document(session, _document(report_id))
    (kept,) = add_statements(session, document_id, report, [(stated("投资", 8).data, "investment")], "一" * 9000)
    (change,) = compare([], [kept], year=2026, basis=Basis.NEXT_REPORT, full=True)
    kept_ids = [
        keep_changes(
            session, {event_id(change): change}, report_id=report_id, bases=(Basis.NEXT_REPORT,), now=NOW,
            example=False, is_news=lambda change, known: True,
        ).fresh
        for _ in range(2)
    ]  # fmt: skip
    ((id, _),), again = kept_ids
    assert again == []
    return id
