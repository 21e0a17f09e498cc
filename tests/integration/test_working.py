"""A worker beside its work: what its supervisor hears, what it answers by HTTP, what it leaves without room."""

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from random import Random
from typing import cast
from urllib.error import HTTPError
from urllib.request import urlopen
from zoneinfo import ZoneInfo

import pytest
import typer
from sqlalchemy import Engine

from monitor.cli.building import declare
from monitor.cli.figures import Figures, serve_figures
from monitor.desk import Desk
from monitor.pipeline import Tools
from monitor.telling.post import Links, Post
from monitor.watches import Watch
from monitor.worker import Workers
from monitor.working import crew
from monitor.working.crew import Crew
from scrapers.documents import DocumentReader
from scrapers.scrape import Scraper
from storage.archive import Archive
from storage.database import make_engine, migrate, reading, transaction
from storage.errors import DiskFull
from storage.jobs import Jobs
from storage.models import Delivery, Digest
from storage.outbox import find_deliveries
from tests.fakes import Clock, Column, RecordingNotifier, Web
from tests.integration.test_workers import environment

COMMAND = Path(sys.executable).parent / "mubiao"
PATIENCE = 60.0


@pytest.fixture
def database(postgres_url: str) -> Iterator[Engine]:
    engine = make_engine(postgres_url)
    migrate(engine)
    yield engine
    engine.dispose()


def until(holds: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, f"not in {PATIENCE:g} s: {what}"
        time.sleep(0.05)


def asked(port: int, path: str) -> tuple[int, bytes]:
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=PATIENCE) as answer:
            return answer.status, answer.read()
    except HTTPError as error:
        return error.code, error.read()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_a_worker_tells_its_supervisor_and_shows_its_figures(database: Engine, tmp_path: Path) -> None:
    url, port = database.url.render_as_string(hide_password=False), free_port()
    (tmp_path / "mubiao.toml").write_text(f'data = "data"\ndatabase = "{url}"\nexample = false\n', encoding="utf-8")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        supervisor.bind(str(tmp_path / "notify"))
        supervisor.settimeout(PATIENCE)
        one = subprocess.Popen(
            [COMMAND, "worker", "--listen", f"127.0.0.1:{port}"], cwd=tmp_path, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, env=environment() | {"NOTIFY_SOCKET": str(tmp_path / "notify")},
        )  # fmt: skip
        try:
            assert supervisor.recv(1000).decode().splitlines()[0] == "READY=1"
            assert asked(port, "/health")[0] == 200
            assert json.loads(asked(port, "/ready")[1]) == {"ok": True, "broken": {}}
            figures = asked(port, "/metrics")[1].decode()
            assert asked(port, "/")[0] == 404
            one.send_signal(signal.SIGTERM)
            assert supervisor.recv(1000) == b"STOPPING=1"
            assert one.wait(PATIENCE) == 0
        finally:
            one.kill()
            said = one.communicate()[0]
    assert "Stopped." in said
    for name in ("mubiao_visits", "mubiao_promise_kept", "mubiao_disk_free_bytes", "mubiao_outbox_oldest_seconds"):
        assert f"# TYPE {name}" in figures
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "data").rglob("*"))


@pytest.mark.parametrize("listen", ["8711", "127.0.0.1:", "127.0.0.1:99999"])
def test_an_address_that_is_none_is_refused(listen: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit), serve_figures(listen, cast(Figures, None)):
        pass
    assert f"--listen {listen}: write an address and a port" in capsys.readouterr().err


class Disk:
    """Room as the test says; `noted` counts what could not be written."""

    def __init__(self) -> None:
        self.state, self.noted = "", 0

    def look(self, now: datetime) -> str:
        return self.state

    def note_full(self) -> None:
        self.noted += 1


class Desktop:
    """One worker's jobs over a column of its own, called by the test instead of a queue."""

    def __init__(self, engine: Engine, folder: Path, now: datetime) -> None:
        self.web, self.disk, self.clock = Web(), Disk(), Clock(now)
        self.column = Column(self.web)
        self.column.publish_report(2026)
        self.channel = RecordingNotifier()
        watch = Watch(key="all", indicators=("all",), when="at once", channels=("desk",))
        desk = Desk(engine, Archive(folder / "archive"), (watch,), ZoneInfo("Asia/Shanghai"))
        source = self.column.source()
        declare(engine, [source], now)
        tools = Tools(Scraper(self.web.as_client(), DocumentReader()), desk, self.clock, Random(1), threading.Event())
        post = Post(desk, {"desk": self.channel}, Links(), Random(1))
        self.jobs = Workers(
            [source], tools, post, hands=1, visited=lambda visited: None, imports=lambda: None, room=self.disk
        )

    def owe(self, engine: Engine) -> None:
        digest = Digest(
            id="msg_" + "1" * 32, watch="all", state="rendered", opened_at=self.clock(), due_at=self.clock()
        )
        with transaction(engine) as session:
            session.add(digest)
            session.flush()
            session.add(Delivery(digest_id=digest.id, channel="desk", due_at=self.clock(), body=b"{}"))


@pytest.fixture
def desktop(database: Engine, tmp_path: Path, now: datetime) -> Desktop:
    return Desktop(database, tmp_path, now)


def test_without_room_a_worker_fetches_nothing_and_sends_what_is_due(database: Engine, desktop: Desktop) -> None:
    desktop.owe(database)
    desktop.disk.state = "low"
    desktop.jobs._visit("lanting")
    desktop.jobs._deliver("desk")
    assert desktop.web.asked == []
    assert len(desktop.channel.accepted) == 1
    desktop.disk.state = ""
    desktop.jobs._visit("lanting")
    assert desktop.web.times_asked(desktop.column.url) == 1


def test_on_a_full_disk_a_worker_sends_nothing_that_could_not_be_noted(database: Engine, desktop: Desktop) -> None:
    desktop.owe(database)
    desktop.disk.state = "full"
    desktop.jobs._deliver("desk")
    assert desktop.channel.tries == []
    desktop.disk.state = ""
    desktop.jobs._deliver("desk")
    with reading(database) as session:
        assert [one.state for one in find_deliveries(session)] == ["sent"]


def test_a_disk_that_refuses_is_noticed_by_the_work_that_met_it(desktop: Desktop) -> None:
    def refuse(url: str) -> None:
        raise DiskFull("no room left")

    desktop.web.before = refuse
    with pytest.raises(DiskFull):
        desktop.jobs._visit("lanting")
    assert desktop.disk.noted == 1


@pytest.mark.parametrize(("silent_for", "signs"), [(0.0, True), (100.0, False)])
def test_a_supervisor_hears_of_a_worker_only_while_the_database_answers(
    monkeypatch: pytest.MonkeyPatch, silent_for: float, signs: bool
) -> None:
    heard, stopping = threading.Event(), threading.Event()
    looks = 0

    def beat() -> None:
        heard.set()

    def watched(_self: Crew) -> float:
        nonlocal looks
        looks += 1
        return silent_for

    monkeypatch.setattr(crew, "STUCK", 0.1)  # a look each hundredth of a second; 0.05 is silence
    monkeypatch.setattr(crew, "end_stuck", lambda say: stopping.set())
    monkeypatch.setattr(Crew, "silent", property(watched))
    one = Crew(cast(Callable[[], Jobs], None), {}, stopping, stopped=lambda: None, beat=beat)
    watching = threading.Thread(target=one._watch, daemon=True)
    watching.start()
    until(lambda: looks > 5, "some looks")
    one._ended.set()
    watching.join()
    assert heard.is_set() is signs
    assert stopping.is_set() is not signs
