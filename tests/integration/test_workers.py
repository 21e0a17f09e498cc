"""Four workers on one PostgreSQL, killed at random: one stream of requests a host, nothing lost, nothing told twice.

LONG_KILLS sets how often two of the four are killed: `LONG_KILLS=20` for the long version (`make workers`).
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlmodel import select

from monitor.extractors import RULES_VERSION
from storage.claims import claimed
from storage.database import DatabaseRefused, make_engine, migrate, reading, transaction
from storage.jobs import IMPORTS, Jobs, prepare, scripts_since
from storage.models import Change, Delivery, Digest, DigestChange, Document, Report, Statement, Visit
from tests.fakes import PLACE, report_text
from tests.portals import Portals

COMMAND = Path(sys.executable).parent / "mubiao"
KILLS = int(os.environ.get("LONG_KILLS", "2"))
WORKERS = 4
GAP = 0.1  # seconds, the least between two requests to one of these hosts
GOES_ON_WITHIN = 60.0  # seconds after a kill; more is allowed where the machine is not ours alone
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900 + 120 * KILLS)]
PATIENCE = 180.0
GOING_ON = GOES_ON_WITHIN * (1 if KILLS > 2 else 3)


@pytest.fixture
def database(postgres_url: str) -> Iterator[Engine]:
    """An empty PostgreSQL database with all tables, which the workers of a test share."""
    engine = make_engine(postgres_url)
    migrate(engine)
    yield engine
    engine.dispose()


class Team:
    """Workers in processes of their own, as their users start them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.running: list[subprocess.Popen[bytes]] = []
        self._logs: dict[int, Path] = {}
        self._started = 0

    def start(self) -> None:
        self._started += 1
        path = self.folder / f"log{self._started}"
        with path.open("w") as log:
            one = subprocess.Popen([COMMAND, "worker"], cwd=self.folder, stdout=log, stderr=log, env=environment())
        self.running.append(one)
        self._logs[one.pid] = path

    def kill(self, victim: subprocess.Popen[bytes]) -> None:
        victim.kill()
        victim.wait()
        self.running.remove(victim)

    def until_all_began(self) -> None:
        logs = [self._logs[one.pid] for one in self.running]
        self.until(lambda: all("Ctrl-C stops" in log.read_text() for log in logs), "each worker begins")

    def stop(self) -> list[int]:
        self.until_all_began()
        for one in self.running:
            one.send_signal(signal.SIGTERM)
        return [one.wait(60) for one in self.running]

    def until(self, holds: Callable[[], bool], what: str, seconds: float = PATIENCE) -> float:
        """Wait; answers with how long that took."""
        began = time.monotonic()
        while not holds():
            assert all(one.poll() is None for one in self.running), self.log()
            assert time.monotonic() - began < seconds, f"not in {seconds:g} s: {what}\n{self.log()}"
            time.sleep(0.1)
        return time.monotonic() - began

    def log(self) -> str:
        return "\n".join(path.read_text()[-1500:] for path in sorted(self.folder.glob("log*")))


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MUBIAO_")}
    return kept | {"PYTHONUNBUFFERED": "1"}


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    team = Team(tmp_path)
    yield team
    for one in list(team.running):
        if one.poll() is None:
            one.kill()
            one.wait()


def settings(engine: Engine, portals: Portals | None = None) -> str:
    url = engine.url.render_as_string(hide_password=False)
    lines = [f'data = "data"\ndatabase = "{url}"\n[console]\nenabled = false']
    if portals is not None:
        lines.append("[fetch]\npage_deadline_seconds = 5\nfile_deadline_seconds = 5\nworkers = 4")
        lines += [portal.tables() for portal in portals.all]
        lines.append(
            '[watches.all]\nindicators = ["all"]\nwhen = "at once"\nwait_seconds = 1\nchannels = ["hook", "out"]'
        )
        secret = "whsec_" + "A" * 44
        lines.append(f'[channels.hook]\ntype = "webhook"\nurl = "{portals.receiver}"\nsecret = "{secret}"')
        lines.append('[channels.out]\ntype = "folder"\npath = "digests"')
    return "\n".join(lines)


def kept(engine: Engine) -> set[tuple[str, int]]:
    with reading(engine) as session:
        return {(report.region, report.year) for report in session.exec(select(Report))}


def owed(engine: Engine) -> int:
    """What is not told yet: digests that gather, and deliveries that are due."""
    with reading(engine) as session:
        open_ = [digest for digest in session.exec(select(Digest)) if digest.state == "open"]
        due = [delivery for delivery in session.exec(select(Delivery)) if delivery.state != "sent"]
    return len(open_) + len(due)


def all_asked_since(portals: Portals, asked: Sequence[int]) -> bool:
    return all(len(portal.began) > before for portal, before in zip(portals.all, asked, strict=True))


def asking(engine: Engine, team: Team) -> list[subprocess.Popen[bytes]]:
    """The workers that hold a host just now."""
    with engine.connect() as connection:
        holders = connection.execute(text("SELECT holder FROM host_gate WHERE holder <> ''")).scalars().all()
    pids = {int(holder.split(":")[1]) for holder in holders}
    return [one for one in team.running if one.pid in pids]


def test_workers_that_are_killed_lose_nothing_and_keep_one_stream_a_host(database: Engine, team: Team) -> None:
    chance = random.Random(7)
    waits = []
    with Portals() as portals:
        (team.folder / "mubiao.toml").write_text(settings(database, portals))
        for _ in range(WORKERS):
            team.start()
        team.until_all_began()
        team.until(lambda: kept(database) == portals.expected(), "a first visit of every column")
        for _ in range(KILLS):
            for portal in portals.all:
                portal.publish()
            team.until(lambda: bool(asking(database, team)), "a host is asked")
            first = next(iter(asking(database, team)), team.running[0])
            others = [one for one in team.running if one is not first]
            for victim in (first, chance.choice(others)):
                team.kill(victim)
            asked = [len(portal.began) for portal in portals.all]
            going = team.until(partial(all_asked_since, portals, asked), "every host is asked again", GOING_ON)
            waits.append(going)
            team.start()
            team.start()
            team.until(lambda: kept(database) == portals.expected(), "every new report")
        team.until(lambda: owed(database) == 0, "everything told")
        assert team.stop() == [0] * WORKERS
        report = [f"{portal.url}: {len(portal.began)} requests, gap {min(portal.gaps):.3f} s" for portal in portals.all]
        print(f"{KILLS} × 2 kills; every host asked again after {max(waits):.1f} s at most;", "; ".join(report))
        assert [portal.most for portal in portals.all] == [1] * len(portals.all)
        assert min(gap for portal in portals.all for gap in portal.gaps) >= GAP
        assert_told_once(database, portals, team.folder / "digests")


def assert_told_once(engine: Engine, portals: Portals, folder: Path) -> None:
    """Each new report in just one digest, each digest at each channel, with the same bytes whenever it came."""
    with reading(engine) as session:
        documents = Counter(document.report_id for document in session.exec(select(Document)))
        news = {change.id for change in session.exec(select(Change)) if change.news}
        told = Counter(row.change_id for row in session.exec(select(DigestChange)))
        digests = {digest.id for digest in session.exec(select(Digest)) if digest.state == "rendered"}
    assert set(documents.values()) == {1}
    assert len(documents) == len(portals.expected())
    assert len(news) >= KILLS * len(portals.all)
    assert told == dict.fromkeys(news, 1)
    assert portals.received.keys() == digests
    assert all(len(set(bodies)) == 1 for bodies in portals.received.values())
    assert len(list(folder.glob("2*.json"))) == len(digests)


def test_a_visit_is_made_once_however_many_workers_there_are(database: Engine, team: Team) -> None:
    with Portals(1) as portals:
        slow = settings(database, portals).replace(f"every_hours = {2 / 3600}", "every_hours = 1")
        (team.folder / "mubiao.toml").write_text(slow)
        for _ in range(3):
            team.start()
        team.until(lambda: kept(database) == portals.expected(), "a first visit of every column")
        with reading(database) as session:
            visits = Counter(visit.source_key for visit in session.exec(select(Visit)))
        assert set(visits.values()) == {1}
        assert team.stop() == [0] * 3


def test_files_are_imported_by_the_workers(database: Engine, team: Team) -> None:
    from_folder = team.folder / "old"
    from_folder.mkdir()
    with Portals(1) as portals:
        (portal,) = portals.all
        for url, (body, content_type) in portal.web.pages.items():
            if "gzbg/t" in url and portal.regions[0] in url:
                assert content_type.startswith("text/html")
                (from_folder / url.rpartition("/")[2]).write_bytes(body)
        (from_folder / "empty.txt").write_text("")
    (team.folder / "mubiao.toml").write_text(settings(database))
    words = ["import", "old", "--by-workers", "--region", portal.regions[0], "--config", "mubiao.toml"]
    for said in ("4 files wait", "0 files wait"):
        done = subprocess.run(
            [COMMAND, *words],
            cwd=team.folder,
            capture_output=True,
            text=True,
            env=environment(),
            timeout=60,
            check=True,
        )
        assert said in done.stdout
    team.start()
    expected = {place for place in portal.expected() if place[0] == portal.regions[0]}
    team.until(lambda: kept(database) == expected, "the files' reports")
    team.until(lambda: "empty.txt" in team.log(), "what could not be read is said")
    assert team.stop() == [0]
    with reading(database) as session:
        urls = {document.url for document in session.exec(select(Document))}
    assert all(url.startswith((from_folder.resolve()).as_uri()) for url in urls)


def test_what_earlier_rules_read_is_read_again_by_a_worker(database: Engine, team: Team) -> None:
    (team.folder / "mubiao.toml").write_text(settings(database))
    old = team.folder / "old"
    old.mkdir()
    for year in (2025, 2026):
        (old / f"{year}.txt").write_text(f"{year}年{PLACE}政府工作报告\n{report_text(year)}", encoding="utf-8")
    words: list[str | Path] = [COMMAND, "import", "old", "--region", "220106", "--config", "mubiao.toml"]
    subprocess.run(words, cwd=team.folder, capture_output=True, env=environment(), timeout=120, check=True)
    before = read_by(database)
    with transaction(database) as session:
        session.connection().execute(text("UPDATE document SET rules_version = 0, targets = 0, targets_hash = ''"))
    assert read_by(database) != before
    team.start()
    team.until(lambda: {one[0] for one in read_by(database)[0]} == {RULES_VERSION}, "all is read by today's rules")
    assert read_by(database) == before
    assert team.stop() == [0]
    with reading(database) as session:
        assert session.exec(select(Digest)).all() == []


def read_by(engine: Engine) -> tuple[list[tuple[int, int, str]], int]:
    """The rules that read each document, the targets they found in it, and how many statements are kept of all."""
    with reading(engine) as session:
        documents = session.exec(select(Document).order_by(Document.url)).all()
        statements = len(session.exec(select(Statement.id)).all())
    return [(one.rules_version, one.targets, one.targets_hash) for one in documents], statements


def test_sqlite_has_no_workers(tmp_path: Path) -> None:
    (tmp_path / "mubiao.toml").write_text('data = "data"\n[console]\nenabled = false')
    done = subprocess.run(
        [COMMAND, "worker"], cwd=tmp_path, capture_output=True, text=True, env=environment(), timeout=60
    )
    assert done.returncode == 2
    assert "mubiao move --to" in done.stderr


def test_a_claim_is_one_process_s_and_ends_with_it(database: Engine) -> None:
    with claimed(database, "visit yunxi") as ours, claimed(database, "visit yunxi") as theirs:
        assert (ours, theirs) == (True, False)
    with claimed(database, "visit yunxi") as again, claimed(database, "visit linchuan") as other:
        assert (again, other) == (True, True)


def test_the_queue_is_made_once_and_knows_its_upgrades(database: Engine) -> None:
    prepare(database)
    prepare(database)
    assert scripts_since("3.10.0") == []
    assert len(scripts_since("3.3.0")) == 2
    with Jobs(database).app.open() as app:
        assert app.check_connection()


def test_a_job_waits_once(database: Engine) -> None:
    prepare(database)
    jobs = Jobs(database)
    with jobs.app.open():
        added = [jobs.add("import", IMPORTS, lock=None, once=once, name=once) for once in ("a", "a", "b")]
        assert added == [True, False, True]
        assert [(job.once, job.waiting) for job in jobs.find(IMPORTS)] == [("a", True), ("b", True)]


def test_a_queue_beside_sqlite_is_refused(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'db'}")
    with pytest.raises(DatabaseRefused, match="mubiao move"):
        Jobs(engine)
    engine.dispose()
