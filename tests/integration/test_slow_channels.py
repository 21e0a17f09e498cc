"""One bad channel delays no other: each has a lane of its own in the daemon."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from random import Random

import pytest

from monitor.pipeline import Tools
from monitor.scheduler import Daemon
from scrapers.documents import DocumentReader
from scrapers.scrape import Scraper
from storage.database import make_engine, migrate
from tests.fakes import Clock, RecordingNotifier, Web
from tests.office import Office, an_office, two_channels

PATIENCE = 30.0
NEWS = 6


class Stuck(RecordingNotifier):
    """Takes a message in hand and does not let go of it until it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.reached, self.let_go = threading.Event(), threading.Event()

    def send(self, body: bytes, *, id: str, address: str, now: datetime) -> str:
        self.reached.set()
        assert self.let_go.wait(10 * PATIENCE)
        return super().send(body, id=id, address=address, now=now)


@pytest.fixture
def office(tmp_path: Path, sqlite_url: str, now: datetime) -> Iterator[Office]:
    engine = make_engine(sqlite_url)
    migrate(engine)
    yield an_office(tmp_path, engine, Clock(now))
    engine.dispose()


def test_a_channel_that_holds_on_to_a_message_delays_no_other(office: Office) -> None:
    both, stuck = two_channels(office), Stuck()
    channels = {"desk": stuck, "hook": both.channels["hook"]}
    both = replace(both, channels=channels, post=replace(both.post, channels=channels))
    stopping = threading.Event()
    scraper = Scraper(Web().as_client(), DocumentReader())
    tools = Tools(scraper, both.post.desk, both.clock, Random(1), stopping)
    daemon = Daemon(lambda: [], tools, both.post, workers=1, visited=lambda _: None)
    try:
        for year in range(2020, 2020 + NEWS):
            both.news(year)
            both.clock.move(minutes=1)
            _ticking(daemon, lambda due=year - 2019: len(channels["hook"].accepted) == due)  # type: ignore[misc]
        assert stuck.reached.is_set()
        assert stuck.accepted == []
        stuck.let_go.set()
        _ticking(daemon, lambda: len(stuck.accepted) == NEWS)
    finally:
        stuck.let_go.set()
        stopping.set()


def _ticking(daemon: Daemon, holds: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(int(PATIENCE / 0.02)):
        daemon.tick()
        if holds():
            return
        pause.wait(0.02)
    pytest.fail(f"not within {PATIENCE} s")
