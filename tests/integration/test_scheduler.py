"""The daemon's clock: what is due is begun, one stream a host, and it ends when it is told to."""

import os
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from monitor.cli.building import declare
from monitor.filing import Desk
from monitor.pipeline import Tools, Visited
from monitor.scheduler import HAND_BACK, Daemon, Lanes
from monitor.telling.post import Links, Post
from monitor.watches import Watch
from monitor.working.ending import STUCK
from scrapers.client import Client
from scrapers.documents import DocumentReader
from scrapers.errors import StoppedError
from scrapers.scrape import Scraper
from scrapers.source import Source
from scrapers.transport import READ
from storage.archive import Archive
from storage.database import make_engine, migrate, reading, transaction
from storage.models import Delivery, Digest, Notice
from storage.models import Visit as KeptVisit
from storage.outbox import add_notice, owe
from storage.visits import find_due
from tests.fakes import Clock, Column, RecordingNotifier, Web

ROOT = Path(__file__).resolve().parents[2]


def until(holds: Callable[[], bool], what: str, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not in {seconds} s: {what}"
        time.sleep(0.01)


@dataclass
class Watched:
    """A daemon over a saved web, ticking when the test says so."""

    web: Web
    desk: Desk
    clock: Clock
    channels: dict[str, RecordingNotifier]
    sources: list[Source] = field(default_factory=list)
    visited: list[Visited] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def column(self, key: str, host: str) -> Column:
        """A source of its own with one page; declared, and due at once."""
        column = Column(self.web, url=f"http://{host}/{key}/")
        column.publish("市政府召开常务会议", "会议研究了有关工作。" * 60, date(2026, 1, 1))
        self.sources.append(column.source(key=key))
        declare(self.desk.engine, self.sources[-1:], self.clock())
        return column

    def daemon(self, workers: int = 4, client: Client | None = None) -> Daemon:
        scraper = Scraper(client or self.web.as_client(), DocumentReader())
        tools = Tools(scraper, self.desk, self.clock, Random(1), self.stopping)
        post = Post(self.desk, self.channels, Links(), Random(1))
        return Daemon(lambda: self.sources, tools, post, workers=workers, visited=self.visited.append)

    def keys(self) -> list[str]:
        return [visited.source.key for visited in self.visited]

    def visits(self) -> int:
        with reading(self.desk.engine) as session:
            return len(session.exec(select(KeptVisit)).all())


@pytest.fixture
def watched(tmp_path: Path, sqlite_url: str, now: datetime) -> Iterator[Watched]:
    engine = make_engine(sqlite_url)
    migrate(engine)
    watch = Watch(key="all", indicators=("all",), when="at once", channels=("desk",))
    desk = Desk(engine, Archive(tmp_path / "archive"), (watch,), ZoneInfo("Asia/Shanghai"))
    room = Watched(Web(), desk, Clock(now), {"desk": RecordingNotifier()})
    yield room
    room.stopping.set()
    engine.dispose()


def test_what_is_due_is_visited_and_the_rest_is_not(watched: Watched) -> None:
    watched.column("first", "one.test")
    daemon = watched.daemon()
    daemon.tick()
    until(lambda: watched.keys() == ["first"], "the visit")
    for _ in range(3):
        daemon.tick()
        time.sleep(0.02)
    assert watched.keys() == ["first"]
    watched.clock.move(days=2)
    daemon.tick()
    until(lambda: watched.keys() == ["first", "first"], "the second visit")


def test_a_visit_that_ends_between_the_question_and_the_start_is_not_made_twice(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()
    watched.column("first", "one.test")

    def slowly(url: str) -> None:
        go_on.wait(10)

    watched.web.before = slowly
    daemon = watched.daemon()
    daemon.tick()

    def end_the_visit(*asked: Any) -> list[str]:
        due = find_due(*asked)
        go_on.set()
        until(lambda: watched.keys() == ["first"], "the visit")
        time.sleep(0.05)  # the future is done a moment after its work
        return due

    monkeypatch.setattr("monitor.scheduler.find_due", end_the_visit)
    daemon.tick()
    time.sleep(0.1)
    assert watched.keys() == ["first"]


def test_a_host_has_one_stream_and_a_slow_one_delays_no_other(watched: Watched) -> None:
    go_on, busy, most = threading.Event(), [0], [0]

    def slowly(url: str) -> None:
        if "slow.test" in url:
            busy[0] += 1
            most[0] = max(most[0], busy[0])
            go_on.wait(10)
            busy[0] -= 1

    for key in ("a", "b", "c"):
        watched.column(key, "slow.test")
    watched.column("d", "quick.test")
    watched.web.before = slowly
    daemon = watched.daemon()
    for _ in range(5):
        daemon.tick()
    until(lambda: watched.keys() == ["d"], "the quick one")
    go_on.set()

    def all_done() -> bool:
        daemon.tick()
        return sorted(watched.keys()) == ["a", "b", "c", "d"]

    until(all_done, "the slow ones, one after the other")
    assert most == [1]


def test_no_more_sources_are_visited_at_once_than_there_are_workers(watched: Watched) -> None:
    go_on, busy = threading.Event(), []

    def slowly(url: str) -> None:
        busy.append(url)
        go_on.wait(10)

    for number in range(5):
        watched.column(f"s{number}", f"h{number}.test")
    watched.web.before = slowly
    daemon = watched.daemon(workers=2)
    for _ in range(3):
        daemon.tick()
    until(lambda: len(busy) == 2, "two visits")
    time.sleep(0.05)
    assert len(busy) == 2
    go_on.set()


def test_a_due_digest_is_closed_and_delivered(watched: Watched) -> None:
    _owe_notice(watched)
    daemon = watched.daemon()

    def arrived() -> bool:
        daemon.tick()
        return len(watched.channels["desk"].accepted) == 1

    until(arrived, "the digest")


def test_a_digest_that_cannot_be_rendered_holds_up_nothing_else(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> None:
        raise ZeroDivisionError("a bug")

    watched.column("first", "one.test")
    _owe_notice(watched)
    with transaction(watched.desk.engine) as session:
        digest = Digest(
            id="msg_" + "1" * 32, watch="all", state="rendered", opened_at=watched.clock(), due_at=watched.clock()
        )
        session.add(digest)
        session.flush()
        session.add(Delivery(digest_id=digest.id, channel="desk", due_at=watched.clock(), body=b'{"text": "older"}'))
    monkeypatch.setattr("monitor.delivery.render", breaks)
    daemon = watched.daemon()
    for _ in range(3):
        daemon.tick()
        time.sleep(0.05)
    until(lambda: watched.keys() == ["first"], "the visit")
    until(lambda: watched.channels["desk"].texts() == ["older"], "the older digest")


def test_a_lane_rests_after_a_fault_and_then_goes_on() -> None:
    begun: list[str] = []

    def work(name: str) -> None:
        begun.append(name)
        if name == "bad":
            raise OSError("no space left on device")

    def look() -> int:
        lanes.clear()
        lanes.start("bad", work, "bad")
        lanes.start("good", work, "good")
        return begun.count("good")

    lanes = Lanes(2, "test", 60)
    lanes.start("bad", work, "bad")
    until(lambda: "bad" in lanes._resting, "the fault")
    until(lambda: look() > 2, "the good one goes on")
    assert begun.count("bad") == 1
    lanes._resting["bad"] = 0.0
    until(lambda: bool(look()) and begun.count("bad") == 2, "the second try")
    lanes.end()


def test_a_tick_that_breaks_does_not_stop_the_clock(watched: Watched, caplog: pytest.LogCaptureFixture) -> None:
    watched.column("first", "one.test")
    daemon = watched.daemon()
    good, broken = watched.sources, [True]

    class Sources(list[Source]):
        def __iter__(self) -> Iterator[Source]:
            if broken.pop() if broken else False:
                raise ZeroDivisionError("a bug")
            return iter(good)

    watched.sources = Sources()
    ended = _run(daemon)
    until(lambda: watched.keys() == ["first"], "the visit after the broken tick")
    assert "ZeroDivisionError" in caplog.text
    watched.stopping.set()
    assert ended() is True


def test_the_end_comes_soon_though_a_source_does_not_answer(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the real client, and a server that takes the connection and says nothing."""
    monkeypatch.setattr("scrapers.transport.READ", 1.0)  # the longest that anything waits; 20 s of the 25 otherwise
    assert READ < HAND_BACK
    with socket.create_server(("127.0.0.1", 0)) as silent, Client(contact="tests@example.org") as client:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        watched.sources.append(Column(watched.web, url=url).source(private=True))
        declare(watched.desk.engine, watched.sources, watched.clock())
        ended = _run(watched.daemon(client=client))
        silent.settimeout(10)
        connection, _ = silent.accept()
        with connection:
            began = time.monotonic()
            watched.stopping.set()
            assert ended() is True
            assert time.monotonic() - began < 10
    assert (watched.visits(), watched.visited) == (0, [])  # handed back: due again at the next start


def test_what_is_under_way_is_finished_before_the_end(watched: Watched) -> None:
    begun = threading.Event()

    def slowly(url: str) -> None:
        begun.set()
        time.sleep(0.5)

    watched.column("first", "one.test")
    watched.web.before = slowly
    ended = _run(watched.daemon())
    assert begun.wait(10)
    watched.stopping.set()
    assert ended() is True
    assert (watched.keys(), watched.visits(), watched.web.stopped) == (["first"], 1, True)


def test_what_does_not_end_is_not_waited_for(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on, begun = threading.Event(), threading.Event()

    def stuck(url: str) -> None:
        begun.set()
        go_on.wait(20)
        raise StoppedError

    monkeypatch.setattr("monitor.scheduler.HAND_BACK", 0.2)
    watched.column("first", "one.test")
    watched.web.before = stuck
    ended = _run(watched.daemon())
    assert begun.wait(10)
    watched.stopping.set()
    assert ended() is False
    go_on.set()


def test_a_process_that_is_stuck_on_its_own_log_ends_all_the_same() -> None:
    program = textwrap.dedent(
        """
        import threading
        from monitor.working import ending
        ending.PATIENCE = 0.1
        ending.end_stuck(threading.Event().wait)
        """
    )
    done = subprocess.run([sys.executable, "-c", program], env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False)
    assert done.returncode == 70


def test_a_clock_that_stops_ends_the_process(tmp_path: Path) -> None:
    program = textwrap.dedent(
        """
        import random, sys, threading, time
        from datetime import UTC, datetime
        from pathlib import Path
        from zoneinfo import ZoneInfo
        from monitor import scheduler
        from monitor.telling.post import Links, Post
        from monitor.filing import Desk
        from monitor.pipeline import Tools
        from scrapers.documents import DocumentReader
        from scrapers.scrape import Scraper
        from storage.archive import Archive
        from storage.database import make_engine, migrate
        from tests.fakes import Web

        scheduler.TICK, scheduler.STUCK = 0.1, 1.0
        folder = Path(sys.argv[1])
        engine = make_engine(f"sqlite:///{folder / 'db'}")
        migrate(engine)
        desk = Desk(engine, Archive(folder / "archive"), (), ZoneInfo("Asia/Shanghai"))
        scraper = Scraper(Web().as_client(), DocumentReader())
        tools = Tools(scraper, desk, lambda: datetime.now(UTC), random.Random(1), threading.Event())
        ticks = []

        def sources():
            ticks.append(1)
            if len(ticks) == 3:
                print("stuck", flush=True)
                time.sleep(60)
            return []

        scheduler.Daemon(sources, tools, Post(desk, {}, Links(), random.Random(1)), workers=1, visited=print).run()
        """
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, timeout=40, check=False,
        env=environment,
    )  # fmt: skip
    assert done.stdout.startswith("stuck"), done.stderr
    assert done.returncode == STUCK
    assert "scheduler.stuck" in done.stdout + done.stderr


def _owe_notice(watched: Watched) -> None:
    with transaction(watched.desk.engine) as session:
        id = add_notice(session, Notice(kind="broken", source_key="first", at=watched.clock(), detail="no answer"))
        owe(session, "all", notices=[id], due_at=watched.clock() - timedelta(seconds=1), now=watched.clock())


def _run(daemon: Daemon) -> Callable[[], bool]:
    """Start the daemon; the answer waits for its end and gives what it answered."""
    answers: list[bool] = []
    thread = threading.Thread(target=lambda: answers.append(daemon.run()), daemon=True)
    thread.start()

    def ended() -> bool:
        thread.join(30)
        assert answers, "the daemon did not end within 30 s"
        return answers[0]

    return ended
