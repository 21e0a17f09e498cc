"""Fixtures that every floor of tests may use. What only one file needs stays in that file."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import SQLModel

from storage.database import make_engine, migrate
from tests.postgres import PostgresServer, installed_programs

SHARED = Path(__file__).resolve().parents[2] / "shared"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--live", action="store_true", help="also run the tests that visit real sites")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests marked `live` run only on demand, and only they may leave this machine."""
    asked = config.getoption("--live")
    for item in items:
        if item.get_closest_marker("live"):
            item.add_marker(pytest.mark.enable_socket if asked else pytest.mark.skip(reason="needs --live"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real reports, pages and replayed sites beside the checkout; skips without it."""
    if not SHARED.is_dir():
        pytest.skip("../shared is missing: no real reports and pages to test with")
    return SHARED


@pytest.fixture
def now() -> datetime:
    """A fixed instant, aware UTC: ten in the morning of 20 January 2026 in China."""
    return datetime(2026, 1, 20, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A real PostgreSQL server of our own, in a temporary folder; skips where none is installed."""
    programs = installed_programs()
    if programs is None:
        pytest.skip("no PostgreSQL binaries: install postgresql to run the tests on it too")
    with PostgresServer(programs) as server:
        yield server


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'mubiao.sqlite'}"


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """The URL of an empty PostgreSQL database of this test's own, dropped afterwards."""
    name = postgres.create_database()
    yield postgres.url(name)
    postgres.drop_database(name)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def database_line(request: pytest.FixtureRequest) -> Iterator[Callable[[], str]]:
    """database_line() → what a mubiao.toml says of a new, empty database; "" is SQLite in its data folder.

    For tests of the installed command, which run on both.
    """
    if request.param == "sqlite":
        yield lambda: ""
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    names: list[str] = []

    def made() -> str:
        names.append(server.create_database())
        return f'database = "{server.url(names[-1])}"'

    yield made
    for name in names:
        server.drop_database(name)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine_url(request: pytest.FixtureRequest) -> str:
    """The test runs twice: on an empty SQLite file and on an empty PostgreSQL database."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    url: str = request.getfixturevalue(name)
    return url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables and no rows."""
    path = tmp_path_factory.mktemp("template") / "mubiao.sqlite"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_tables(postgres: PostgresServer) -> str:
    """The URL of a PostgreSQL database with all tables, emptied after each test that used it."""
    url = postgres.url(postgres.create_database())
    _migrate(url)
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def migrated_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Like `engine_url`, but with all tables and much cheaper."""
    if request.param == "sqlite":
        path = tmp_path / "mubiao.sqlite"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    url: str = request.getfixturevalue("postgres_tables")
    yield url
    _empty(url)


@pytest.fixture
def engine(migrated_url: str) -> Iterator[Engine]:
    """An engine over a database with all tables and no rows; the test runs on SQLite and on PostgreSQL."""
    engine = make_engine(migrated_url)
    yield engine
    engine.dispose()


def _migrate(url: str) -> None:
    engine = make_engine(url)
    migrate(engine)
    engine.dispose()


def _empty(url: str) -> None:
    engine = make_engine(url)
    with engine.begin() as connection:
        for table in reversed(SQLModel.metadata.sorted_tables):
            connection.execute(table.delete())
    engine.dispose()
