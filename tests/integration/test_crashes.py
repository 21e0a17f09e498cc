"""Killed at any moment: nothing that was promised is lost, and what is repeated has the same id and the same bytes.

A worker in a process of its own files a stream of invented reports and delivers to two channels: a folder, and a
receiver on loopback that keeps what it was sent. It is killed (SIGKILL) at random moments, over and over. Then it runs
to its end. Two workers with a planted bug are killed in the same way, and what they lose must be found.
LONG_CRASHES sets how many kills: `LONG_CRASHES=150` for the long version, which counts what the wrong ones lose.
"""

import json
import os
import random
import signal
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Semaphore
from pathlib import Path
from urllib.request import urlopen

import pytest
from sqlalchemy import Engine, text
from sqlmodel import select

from storage.archive import Archive
from storage.database import make_engine, migrate, reading
from storage.models import Change, Delivery, Digest, DigestChange, Document, Report
from storage.statements import find_of_document
from tests.crashing import FIRST, MARKED_FIRST, OWED_APART, RIGHT, growth_of, work

KILLS = int(os.environ.get("LONG_CRASHES", "15"))
LONG = KILLS >= 100
MOST_KILLS = 150  # after which a planted bug must have shown
REPORTS = 3 * KILLS
SECRET = "whsec_" + "A" * 44
PATIENCE = 100.0 + 2 * KILLS


class Receiver(ThreadingHTTPServer):
    """Keeps each message by its id. Of a hundred it refuses five, takes five without an answer, is slow with two."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got: dict[str, list[bytes]] = defaultdict(list)
        self.dropped = 0
        self._random = random.Random(5)
        self._busy = 0
        self._lock = threading.Lock()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"

    def take(self, id: str, body: bytes) -> int | None:
        """What is answered to a message; None for no answer at all."""
        with self._lock:
            self._busy += 1
            chance = self._random.random()
        PAUSE.wait(0.2 if 0.1 <= chance < 0.12 else 0)
        with self._lock:
            self._busy -= 1
            if chance < 0.05:
                return 503
            self.got[id].append(body)
            self.dropped += chance < 0.1
            return None if chance < 0.1 else 204

    def settle(self) -> None:
        """Wait until it has taken whatever was on its way when its sender was killed."""
        with urlopen(self.address, timeout=30):  # whatever came before this has been let in
            pass
        _until(lambda: self._busy == 0)


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_GET(self) -> None:
        self._answer(204)

    def do_POST(self) -> None:
        length = int(self.headers["content-length"])
        body = self.rfile.read(length)
        if len(body) == length:
            self._answer(self.server.take(self.headers["webhook-id"], body))

    def _answer(self, status: int | None) -> None:
        if status is not None:
            self.send_response(status)
            self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


PAUSE = threading.Event()  # never set: to wait on


@dataclass
class Trial:
    """One worker's life in many pieces."""

    folder: Path
    engine: Engine
    receiver: Receiver
    way: str
    reports: int = REPORTS
    kills: int = 0

    def kill_until(self, holds: Callable[[int], bool]) -> None:
        """Start the worker and kill it, until `holds` of the number of kills, or it came to its end before one.

        Each time it files up to three reports, and is killed at some moment of the next two: measured by its own pace,
        for on a busy machine it takes its time.
        """
        chance, pace = random.Random(11), 0.1
        while not holds(self.kills):
            worker, steps = self._worker()
            for _ in range(chance.randrange(4)):
                began = time.monotonic()
                while worker.is_alive() and not steps.acquire(timeout=0.2):
                    pass
                pace = time.monotonic() - began
            PAUSE.wait(chance.uniform(0, 2 * pace))
            worker.kill()
            worker.join()
            if worker.exitcode == 0:
                return
            assert worker.exitcode == -signal.SIGKILL
            self.kills += 1
            self._check_database()

    def _check_database(self) -> None:
        """By a connection of its own: one that is open all the time may remember an index as it was before."""
        engine = make_engine(f"sqlite:///{self.folder / 'db'}")
        with engine.connect() as connection:
            assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
        engine.dispose()

    def finish(self) -> None:
        """Let it run to its end."""
        worker, _ = self._worker()
        worker.join(PATIENCE)
        assert worker.exitcode == 0

    def lost(self) -> set[str]:
        """What is on record as told, or as news, and was never told nor is owed."""
        with reading(self.engine) as session:
            sent = select(Delivery.digest_id).where(Delivery.channel == "hook", Delivery.state == "sent")
            digests = {id for id in session.exec(sent) if id not in self.receiver.got}
            told = {row.change_id for row in session.exec(select(DigestChange))}
            news = {f"change {one.id}" for one in session.exec(select(Change)) if one.news and one.id not in told}
        return digests | news

    def _worker(self) -> tuple[BaseProcess, Semaphore]:
        """A process of its own, forked from one that has all modules loaded."""
        processes = get_context("forkserver")
        processes.set_forkserver_preload(["tests.crashing"])
        steps = processes.Semaphore(0)
        worker = processes.Process(
            target=work, args=(self.folder, self.receiver.address, SECRET, self.reports, self.way, steps)
        )
        worker.start()
        assert steps.acquire(timeout=60), "the worker did not start"
        return worker, steps


@contextmanager
def trial(folder: Path, way: str) -> Iterator[Trial]:
    engine = make_engine(f"sqlite:///{folder / 'db'}")
    migrate(engine)
    with Receiver() as receiver:
        threading.Thread(target=receiver.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield Trial(folder, engine, receiver, way)
        finally:
            receiver.shutdown()
            engine.dispose()


def test_a_worker_that_is_killed_over_and_over_loses_nothing(tmp_path: Path) -> None:
    with trial(tmp_path, RIGHT) as one:
        one.kill_until(lambda kills: kills == KILLS)
        assert one.lost() == set()
        one.finish()
        assert one.kills >= min(KILLS, 10)
        assert one.lost() == set()
        _check_reports(one.engine, Archive(tmp_path / "archive"))
        messages = _check_messages(one.engine, one.receiver)
    twice = sum(len(bodies) - 1 for bodies in one.receiver.got.values())
    assert twice <= one.kills + one.receiver.dropped
    assert all(len(set(bodies)) == 1 for bodies in one.receiver.got.values()), "an id was sent with other bytes"
    assert len(list((tmp_path / "digests").glob("2*.json"))) == messages
    print(
        f"\n{one.kills} kills, {messages} messages, 0 lost; {twice} sent again with the same id and bytes"
        f" ({one.receiver.dropped} answers were lost)"
    )


@pytest.mark.parametrize("way", [MARKED_FIRST, OWED_APART])
def test_a_worker_with_a_planted_bug_loses_something_and_it_is_found(way: str, tmp_path: Path) -> None:
    with trial(tmp_path, way) as one:

        def has_lost(kills: int) -> bool:
            one.receiver.settle()
            return kills == MOST_KILLS if LONG else kills == MOST_KILLS or bool(one.lost())

        one.kill_until(has_lost)
        if LONG:
            one.finish()
        one.receiver.settle()
        lost = one.lost()
    assert lost
    print(f"\n{way}: {one.kills} kills, {len(lost)} lost")


def _check_reports(engine: Engine, archive: Archive) -> None:
    """Each report is on record once, with its text and its statements."""
    with reading(engine) as session:
        reports = session.exec(select(Report)).all()
        assert sorted(report.year for report in reports) == list(range(FIRST, FIRST + REPORTS))
        for document in session.exec(select(Document)):
            kept = archive.find_text(document.text_hash)
            stated = find_of_document(session, document.id or 0)
            assert stated
            assert all(kept[one.data.start : one.data.end] == one.data.text for one in stated)


def _check_messages(engine: Engine, receiver: Receiver) -> int:
    """Everything was sent, nothing else was, and what was told is what the reports say; how many messages."""
    with reading(engine) as session:
        news = [change for change in session.exec(select(Change)) if change.news]
        told = {row.change_id for row in session.exec(select(DigestChange))}
        digests = session.exec(select(Digest)).all()
        deliveries = session.exec(select(Delivery)).all()
    assert {change.id for change in news} == told
    assert len(news) >= max(50, 2 * REPORTS) if LONG else len(news) >= REPORTS
    assert {digest.state for digest in digests} == {"rendered"}
    assert {delivery.state for delivery in deliveries} == {"sent"}
    assert len(deliveries) == 2 * len(digests)
    assert receiver.got.keys() == {digest.id for digest in digests}
    steps = [step for bodies in receiver.got.values() for step in _steps(bodies[0])]
    expected = [(FIRST, 0.0, growth_of(FIRST)[0])]
    expected += [(year, growth_of(year - 1)[0], growth_of(year)[0]) for year in range(FIRST + 1, FIRST + REPORTS)]
    assert sorted(steps) == expected
    return len(digests)


def _steps(body: bytes) -> Iterator[tuple[int, float, float]]:
    """Year, GDP target before and after, of each report that a message tells."""
    for report in json.loads(body)["data"]["reports"]:
        for change in report["changes"]:
            if change["indicator_key"] == "gdp":
                yield report["year"], (change["before"] or {"value": 0.0})["value"], change["after"]["value"]


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline, "the receiver is still busy"
        PAUSE.wait(0.01)
