"""One stream of requests a host, over all processes and machines on one database, whatever becomes of them."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from scrapers.client import Client, Limit
from scrapers.errors import BlockedError, StatusError, StoppedError
from scrapers.pace import Pace
from storage.gates import HostGates

HOST = "www.yunxi.example"
ROOT = Path(__file__).resolve().parents[3]
GAP = 0.05
WITHIN = 30.0

Serve = Callable[..., Any]


def utc_now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def ours(engine: Engine) -> HostGates:
    return HostGates(engine, utc_now)


@pytest.fixture
def theirs(engine: Engine) -> HostGates:
    """The gates as another process sees them."""
    return HostGates(engine, utc_now)


@pytest.fixture
def asking(migrated_url: str) -> Iterator[Callable[[str, int], subprocess.Popen[str]]]:
    """asking(url, requests) → a process of its own that asks so often."""
    started: list[subprocess.Popen[str]] = []

    def start(url: str, requests: int) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tests.asking", migrated_url, url, str(requests), str(GAP)]
        started.append(subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


class Counting:
    """Answers after a while; `most` is how many requests it had before it at a time."""

    def __init__(self) -> None:
        self.busy = self.most = 0
        self.guard = threading.Lock()

    def __call__(self, visitor: Any) -> None:
        with self.guard:
            self.busy += 1
            self.most = max(self.most, self.busy)
        visitor.ended.wait(0.03)
        with self.guard:
            self.busy -= 1
        visitor.answer()


def gaps(server: Any) -> list[float]:
    return [later - earlier for earlier, later in zip(server.at, server.at[1:], strict=False)]


def until(done: Callable[[], bool], what: str) -> None:
    given_up_at = time.monotonic() + WITHIN
    while not done():
        assert time.monotonic() < given_up_at, what
        time.sleep(0.02)


def test_three_processes_on_one_database_are_one_stream(serve: Serve, asking: Any) -> None:
    counting = Counting()
    server = serve(counting)
    processes = [asking(server.url("").rstrip("/"), 10) for _ in range(3)]
    assert [process.wait(WITHIN * 2) for process in processes] == [0, 0, 0]
    assert len(server.seen) == 30
    assert counting.most == 1
    assert min(gaps(server)) >= GAP


def test_killed_processes_free_the_host_and_never_break_the_stream(serve: Serve, asking: Any) -> None:
    counting = Counting()
    server = serve(counting)
    url = server.url("").rstrip("/")
    for victim in range(2):
        process = asking(url, 10_000)
        seen = len(server.seen)
        until(lambda enough=seen + 2 + victim: len(server.seen) > enough, "the process asks")
        process.kill()
        process.wait()
    seen = len(server.seen)
    last = asking(url, 5)
    assert last.wait(WITHIN) == 0
    assert len(server.seen) >= seen + 5
    assert counting.most == 1
    assert min(gaps(server)) >= GAP


def test_a_host_that_is_asked_is_held_for_all(ours: HostGates, theirs: HostGates) -> None:
    assert ours.take(HOST, 60).held
    waiting = theirs.take(HOST, 60)
    assert not waiting.held
    assert 50 < waiting.wait <= 60
    assert theirs.take("www.linchuan.example", 60).held
    ours.leave(HOST, 30)
    then = theirs.take(HOST, 60)
    assert then.held
    assert 20 < then.wait <= 30


def test_a_hold_that_was_lost_ends_nobody_elses(ours: HostGates, theirs: HostGates) -> None:
    ours.take(HOST, 0.01)
    until(lambda: theirs.take(HOST, 60).held, "a hold ends by itself")
    ours.leave(HOST, 1)
    assert not ours.take(HOST, 60).held


def test_a_pause_and_a_block_are_known_to_all(ours: HostGates, theirs: HostGates) -> None:
    def pace(gates: HostGates) -> Pace:
        return Pace(gap=0, private_gap=0, monotonic=time.monotonic, wait=lambda seconds: None, gates=gates)

    told, other = pace(ours), pace(theirs)
    told.asked_for_rest(HOST, 429, 300)
    with pytest.raises(StatusError) as paused, other.turn(HOST, private=False):
        pass
    assert paused.value.status == 429
    assert 200 < (paused.value.retry_after or 0) <= 300
    told.blocked("www.linchuan.example", 600)
    with pytest.raises(BlockedError), other.turn("www.linchuan.example", private=False):
        pass
    assert theirs.take(HOST, 1).held is False
    assert theirs.take("www.hexi.example", 1).slower == 1


def test_a_slower_pace_is_kept_by_all(ours: HostGates, theirs: HostGates) -> None:
    ours.slow(HOST, 4)
    assert theirs.take(HOST, 60).slower == 4


def test_a_clock_that_was_set_back_holds_up_nobody(engine: Engine) -> None:
    if engine.dialect.name == "postgresql":
        pytest.skip("on PostgreSQL the server's clock counts, which no test sets")
    tomorrow = HostGates(engine, lambda: utc_now() + timedelta(days=2))
    tomorrow.take(HOST, 60)
    tomorrow.leave(HOST, 60)
    tomorrow.take(HOST, 60)
    tomorrow.rest(HOST, 600, 0)
    standing = HostGates(engine, utc_now).take(HOST, 60)
    assert (standing.held, standing.wait, standing.rest) == (True, 0, 0)


def test_who_waits_for_another_process_can_be_stopped(engine: Engine, ours: HostGates, serve: Serve) -> None:
    server = serve()
    assert ours.take(server.host, 600).held
    client = Client(contact="https://example.org/bot", private_gap=0, gates=HostGates(engine, utc_now))
    client.stop()
    with pytest.raises(StoppedError), client:
        client.fetch(server.url(), private=True, limit=Limit(2))
    assert server.connections == 0


def test_a_gate_is_one_row(engine: Engine, ours: HostGates, theirs: HostGates) -> None:
    for gates in (ours, theirs) * 3:
        gates.take(HOST, 60)
        gates.leave(HOST, 0)
    with engine.connect() as connection:
        assert connection.execute(text("select host, holder from host_gate")).all() == [(HOST, "")]
