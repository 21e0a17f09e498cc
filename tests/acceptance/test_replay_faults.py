"""Every fault of ../shared/replay, met by visits of a source: named by its class, told once, no news, mended."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from threading import Event
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from monitor.cli.building import declare
from monitor.filing import Desk
from monitor.pipeline import Tools, Visited, visit
from monitor.watches import Watch
from scrapers.answer import Limit
from scrapers.client import Client
from scrapers.documents import DocumentReader
from scrapers.scrape import Scraper
from scrapers.source import Source
from storage.archive import Archive
from storage.database import make_engine, migrate, reading
from storage.models import Change, Notice, SourceState
from tests.acceptance.replayed import Replay, replayed
from tests.fakes import Clock

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.enable_socket]
PAGE, FILE = Limit(seconds=60), Limit(seconds=300)
SHORT = Limit(seconds=2, wire=2_000_000)  # for servers that would take minutes

FAULTS = [  # kind, the site that shows it, the class it is told by
    ("http500", "changchun", "http"),
    ("http503-retry-after", "jilin", "http"),
    ("challenge412", "luyuan", "blocked"),
    ("block200", "zhejiang", "blocked"),
    ("soft404", "guangdong", "error-page"),
    ("empty-index", "heilongjiang", "no-entries"),
    ("empty-index", "chongqing", "no-entries"),
    ("slow-headers", "gaotang", "deadline"),
    ("slow-body", "zhenan", "deadline"),
    ("truncated-gzip", "qingyuan", "truncated"),
    ("truncated-length", "govcn", "truncated"),
    ("endless-body", "changchun", "too-large"),
    ("redirect-private", "fujian", "refused-address"),
    ("redirect-loop", "luyuan", "http"),
    ("connection-reset", "gaotang", "unreachable"),
]


@dataclass
class Watching:
    """One replayed site that was visited before, and ways to ask what further visits did."""

    source: Source
    desk: Desk
    clock: Clock

    def visit(self, limit: Limit | None = None, **wait: float) -> Visited:
        """With a client of its own: no host is left alone for what an earlier one met."""
        self.clock.move(**(wait or {"hours": 1}))
        page, file = (limit, limit) if limit else (PAGE, FILE)
        with Client(contact="https://example.org/bot", private_gap=0) as client, DocumentReader() as documents:
            tools = Tools(Scraper(client, documents, page=page, file=file), self.desk, self.clock, Random(1), Event())
            return visit(self.source, tools)

    def state(self) -> SourceState:
        with reading(self.desk.engine) as session:
            return session.exec(select(SourceState)).one()

    def notices(self) -> list[tuple[str, str]]:
        with reading(self.desk.engine) as session:
            told = session.exec(select(Notice).order_by(Notice.at))
            return [(one.kind, one.label) for one in told if one.kind != "baseline"]

    def news(self) -> int:
        with reading(self.desk.engine) as session:
            return sum(change.news for change in session.exec(select(Change)))


@pytest.fixture(scope="module")
def replay(shared: Path) -> Iterator[Replay]:
    program = shared / "replay" / "replay.py"
    if not program.is_file():
        pytest.skip("../shared/replay/replay.py is missing: no sites to replay")
    with replayed(program) as replay:
        yield replay


@contextmanager
def watching(replay: Replay, site: str, folder: Path, now: datetime) -> Iterator[Watching]:
    """The site after a first visit at stage 1."""
    replay.go_to(1)
    told = next(one for one in replay.sites() if one["key"] == site)
    source = Source(
        key=site, name=told["name"], url=told["index"], region=told["code"], private=True, years=30, pages=3
    )
    engine = make_engine(f"sqlite:///{folder / 'mubiao.sqlite'}")
    migrate(engine)
    watch = Watch(key="all", indicators=("all",), when="at once", channels=("desk",))
    desk = Desk(engine, Archive(folder / "archive"), (watch,), ZoneInfo("Asia/Shanghai"))
    declare(engine, [source], now)
    watching = Watching(source, desk, Clock(now))
    try:
        assert watching.visit().error is None
        yield watching
    finally:
        replay.break_site(site, "none")
        engine.dispose()


def test_every_kind_of_fault_of_the_replay_is_met_here(replay: Replay, shared: Path) -> None:
    documented = (shared / "replay" / "README.md").read_text().partition("## Faults")[2].partition("Also:")[0]
    kinds = {kind.strip() for row in documented.splitlines() if "|" in row for kind in row.split("|")[1].split("·")}
    assert kinds - {"", "kind", "---"} == {kind for kind, _, _ in FAULTS} | {"bad-charset"}


@pytest.mark.parametrize(("kind", "site", "label"), FAULTS, ids=[f"{kind}-{site}" for kind, site, _ in FAULTS])
def test_a_fault_is_named_by_its_class_told_once_and_mended(
    kind: str, site: str, label: str, replay: Replay, tmp_path: Path, now: datetime
) -> None:
    limit = SHORT if kind in ("slow-headers", "slow-body", "endless-body") else None
    with watching(replay, site, tmp_path, now) as watched:
        replay.break_site(site, kind)
        for failures in (1, 2, 3):
            visited = watched.visit(limit)
            assert visited.error is not None
            assert (visited.error.label, watched.state().failures) == (label, failures), visited.error
        assert watched.state().failure
        assert watched.notices() == [("broken", label)]
        replay.break_site(site, "none")
        assert watched.visit().error is None
        assert watched.visit().error is None
        assert [kind for kind, _ in watched.notices()] == ["broken", "recovered"]
        assert watched.state().failures == 0
        assert watched.news() == 0


@pytest.mark.parametrize("site", ["changchun", "qingyuan"])
def test_a_wrong_charset_costs_nothing(site: str, replay: Replay, tmp_path: Path, now: datetime) -> None:
    with watching(replay, site, tmp_path, now) as watched:
        replay.break_site(site, "bad-charset")
        visited = watched.visit(days=8)
        assert (visited.error, visited.failed) == (None, [])
        assert watched.notices() == []
        assert watched.news() == 0


def test_a_redesigned_index_without_list_and_links_is_read_as_before(
    replay: Replay, tmp_path: Path, now: datetime
) -> None:
    with watching(replay, "changchun", tmp_path, now) as watched:
        replay.go_to(3)
        before = watched.visit()
        replay.go_to(4)
        visited = watched.visit()
        assert (visited.error, visited.documents, visited.changes) == (None, 0, 0)
        assert visited.entries >= before.entries
        assert watched.notices() == []
