"""The daemon keeps house: changed settings, no room on the disk, a clock that was wrong, backups, signs of life."""

import os
import shutil
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, update
from sqlmodel import col, select
from structlog.testing import capture_logs

from monitor.cli import room as rooms
from monitor.cli.building import Installation, build_installation, open_database
from monitor.cli.chores import NightlyBackup, SignOfLife
from monitor.cli.promises import Pulse, find_broken
from monitor.cli.reloading import Reloader
from monitor.cli.room import FLOOR, LOW, RESERVE, ROOMY, DiskRoom
from monitor.cli.running import Running, find_running
from monitor.desk import Desk
from monitor.pipeline import Tools
from monitor.scheduler import Chore, Daemon, Room
from monitor.settings import read_settings
from monitor.telling.post import Links, Post
from monitor.watches import Watch
from scrapers.documents import DocumentReader
from scrapers.scrape import Scraper
from storage.archive import Archive
from storage.backup import find_backups
from storage.clocks import distrust_future
from storage.database import make_engine, migrate, reading, transaction
from storage.errors import DiskFull
from storage.models import Delivery, Digest, Entry, Notice, SourceState
from storage.visits import find_sources
from tests.fakes import Clock, RecordingNotifier, Web
from tests.integration.test_scheduler import Watched, until

ROOT = Path(__file__).resolve().parents[2]
CHINA = ZoneInfo("Asia/Shanghai")
CONFIG = """
data = "data"
watch_catalogue = ["长春市"]
[watches.all]
channels = ["out"]
[channels.out]
type = "folder"
path = "digests"
"""


@pytest.fixture
def watched(tmp_path: Path, sqlite_url: str, now: datetime) -> Iterator[Watched]:
    engine = make_engine(sqlite_url)
    migrate(engine)
    watch = Watch(key="all", indicators=("all",), when="at once", channels=("desk",))
    desk = Desk(engine, Archive(tmp_path / "archive"), (watch,), CHINA)
    room = Watched(Web(), desk, Clock(now), {"desk": RecordingNotifier()})
    yield room
    room.stopping.set()
    engine.dispose()


def daemon(watched: Watched, room: Room | None = None, chores: tuple[Chore, ...] = ()) -> Daemon:
    tools = Tools(
        Scraper(watched.web.as_client(), DocumentReader()), watched.desk, watched.clock, Random(1), watched.stopping
    )
    post = Post(watched.desk, watched.channels, Links(), Random(1))
    return Daemon(
        lambda: watched.sources, tools, post, workers=4, visited=watched.visited.append, room=room, chores=chores
    )


def ticking(daemon: Daemon, holds: Callable[[], bool], what: str) -> None:
    def look() -> bool:
        daemon.tick()
        return holds()

    until(look, what, seconds=30)


class Disk:
    """A disk whose room the test decides."""

    def __init__(self, free: int = 10 * RESERVE) -> None:
        self.free = free
        self.at = 0.0

    def monotonic(self) -> float:
        self.at += 60
        return self.at


def states(watched: Watched) -> dict[str, SourceState]:
    with reading(watched.desk.engine) as session:
        return {state.key: state for state in find_sources(session)}


def told(watched: Watched) -> list[str]:
    with reading(watched.desk.engine) as session:
        return [one.source_key for one in session.exec(select(Notice).where(Notice.kind == "disk"))]


def test_without_room_nothing_is_fetched_and_with_room_again_all_of_it_is(watched: Watched) -> None:
    disk = Disk(RESERVE - 1)
    room = DiskRoom(lambda: watched.desk, lambda: disk.free, disk.monotonic)
    watched.column("first", "one.test")
    one = daemon(watched, room)
    for _ in range(3):
        one.tick()
    assert (watched.visited, room.state, told(watched)) == ([], "low", [LOW])
    disk.free = FLOOR - 1
    one.tick()
    assert (room.state, told(watched)) == ("full", [LOW])
    disk.free = 10 * RESERVE
    ticking(one, lambda: watched.keys() == ["first"], "the visit")
    assert (room.state, told(watched)) == ("", [LOW, ROOMY])
    assert states(watched)["first"].failures == 0


def test_while_there_is_a_little_room_digests_are_still_sent(watched: Watched) -> None:
    _owe(watched)
    disk = Disk(RESERVE - 1)
    one = daemon(watched, DiskRoom(lambda: watched.desk, lambda: disk.free, disk.monotonic))
    ticking(one, lambda: len(watched.channels["desk"].accepted) == 1, "the digest")


def test_on_a_full_disk_nothing_is_sent_that_could_not_be_noted_as_sent(watched: Watched) -> None:
    _owe(watched)
    disk = Disk(FLOOR - 1)
    one = daemon(watched, DiskRoom(lambda: watched.desk, lambda: disk.free, disk.monotonic))
    for _ in range(5):
        one.tick()
    assert watched.channels["desk"].accepted == []


def test_a_visit_that_finds_the_disk_full_is_made_again_and_is_no_fault_of_the_source(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = [True]
    real = Archive.add

    def add(self: Archive, content: bytes) -> str:
        if full[0]:
            raise DiskFull("no room left")
        return real(self, content)

    monkeypatch.setattr(Archive, "add", add)
    monkeypatch.setattr("monitor.scheduler.REST", 0.0)
    column = watched.column("first", "one.test")
    column.publish_report(2026)
    refused: list[bool] = []
    room = DiskRoom(lambda: watched.desk, lambda: 10 * RESERVE)
    monkeypatch.setattr(room, "note_full", lambda: refused.append(True))
    one = daemon(watched, room)
    ticking(one, lambda: bool(refused), "the refusal")
    assert states(watched)["first"].failures == 0
    full[0] = False
    ticking(one, lambda: bool(watched.visited) and bool(watched.visited[-1].filed), "the report")


def test_a_quota_that_the_disk_does_not_show_is_noticed(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = [True]

    def prove(_engine: object) -> None:
        if broken[0]:
            raise DiskFull("quota")

    monkeypatch.setattr(rooms, "prove_writable", prove)
    disk = Disk()
    room = DiskRoom(lambda: watched.desk, lambda: disk.free, disk.monotonic)
    room.note_full()
    assert room.look(watched.clock()) == "full"
    broken[0] = False
    assert room.look(watched.clock()) == ""


FILL = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo
from monitor.desk import Desk
from monitor.filing import Found, file
from storage.archive import Archive
from storage.database import find_damage, make_engine, migrate, reading
from storage.errors import DiskFull
from storage.models import Document
from storage.values import Kind
from sqlmodel import select
from tests.fakes import PLACE, REGION, report_text

folder = Path(sys.argv[1])
engine = make_engine(f"sqlite:///{folder / 'db'}")
migrate(engine)
desk = Desk(engine, Archive(folder / "archive"), (), ZoneInfo("Asia/Shanghai"))

def keep(year):
    text = report_text(year)
    found = Found(
        source_key="a", region=REGION, kind=Kind.WORK_REPORT, url=f"http://a.test/{year}",
        title=f"{year}年{PLACE}政府工作报告", issuer="", site_code="", published_on=None, text=text,
        raw=os.urandom(60_000), content_type="", fetched_at=datetime.now(UTC),
    )
    file(found, desk, news=True, now=datetime.now(UTC))

kept = []
for year in range(1990, 2090):
    try:
        keep(year)
        kept.append(year)
    except DiskFull:
        break
else:
    sys.exit("the disk was never full")
for _ in range(3):  # and again, as a daemon would
    try:
        keep(year)
        sys.exit("there was room after all")
    except DiskFull:
        pass
assert find_damage(engine, quick=False) == []
(folder / "ballast").unlink()
for again in range(year, year + 2):
    keep(again)
    kept.append(again)
with reading(engine) as session:
    documents = session.exec(select(Document)).all()
assert sorted(int(one.url[-4:]) for one in documents) == kept, "a report is lost or twice"
assert all(desk.archive.find(one.raw_hash) and desk.archive.find_text(one.text_hash) for one in documents)
assert find_damage(engine, quick=False) == []
print(f"full after {len(kept) - 2} reports; {len(kept)} in the end")
"""


def test_a_disk_that_is_really_full_loses_nothing(tmp_path: Path) -> None:
    if not shutil.which("unshare") or os.geteuid() != 0:
        pytest.skip("needs root and unshare to mount a small disk of its own")
    disk = tmp_path / "disk"
    disk.mkdir()
    (tmp_path / "fill.py").write_text(FILL)
    script = textwrap.dedent(
        f"""
        set -e
        mount -t tmpfs -o size=6m none '{disk}' || exit 77
        head -c 2000000 /dev/zero > '{disk}/ballast'
        exec '{sys.executable}' '{tmp_path}/fill.py' '{disk}'
        """
    )
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", script], capture_output=True, text=True, timeout=110, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    if done.returncode == 77 or "unshare failed" in done.stderr:
        pytest.skip("this machine lets nobody mount a small disk")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "full after" in done.stdout
    print(done.stdout)


def test_three_days_late_each_source_is_visited_once(watched: Watched) -> None:
    for number in range(6):
        watched.column(f"s{number}", f"h{number}.test")
    one = daemon(watched)
    ticking(one, lambda: len(watched.visited) == 6, "the first visits")
    watched.clock.move(days=30)
    ticking(daemon(watched), lambda: len(watched.visited) == 12, "one visit each")
    for _ in range(5):
        one.tick()
    assert sorted(watched.keys()) == sorted([f"s{number}" for number in range(6)] * 2)


@pytest.mark.parametrize("days", [1, 400])
def test_a_clock_that_ran_ahead_and_is_set_back_keeps_no_source_waiting(watched: Watched, days: int) -> None:
    right = watched.clock()
    watched.clock.move(days=days)
    watched.column("first", "one.test")
    one = daemon(watched)
    ticking(one, lambda: watched.keys() == ["first"], "the visit by the wrong clock")
    watched.clock.at = right
    ticking(one, lambda: watched.keys() == ["first", "first"], "the visit by the right one")
    for _ in range(5):
        one.tick()
    assert watched.keys() == ["first", "first"]
    assert states(watched)["first"].next_due_at < right + timedelta(days=8)


@pytest.mark.parametrize("jump", [timedelta(days=1), timedelta(days=-1)])
def test_a_clock_that_jumps_makes_no_storm(watched: Watched, jump: timedelta) -> None:
    for number in range(4):
        watched.column(f"s{number}", f"h{number}.test")
    one = daemon(watched)
    ticking(one, lambda: len(watched.visited) == 4, "the first visits")
    watched.clock.at += jump
    with capture_logs() as logged:
        for _ in range(20):
            one.tick()
            time.sleep(0.01)
    assert [line["event"] for line in logged if line["event"] == "clock.jumped"] == ["clock.jumped"]
    until(lambda: all(future.done() for future in one._visits._under_way.values()), "what was begun", 30)
    assert all(watched.keys().count(f"s{number}") <= 2 for number in range(4))


def test_what_a_clock_ahead_wrote_is_due_now_and_the_rest_is_left_alone(watched: Watched) -> None:
    watched.column("right", "one.test")
    watched.column("wrong", "two.test")
    now = watched.clock()
    due = now + timedelta(days=3)
    with transaction(watched.desk.engine) as session:
        session.exec(update(SourceState).values(next_due_at=due, last_visit_at=now))
        wrong = update(SourceState).where(col(SourceState.key) == "wrong")
        session.exec(wrong.values(next_due_at=now + timedelta(days=400), last_visit_at=now + timedelta(days=399)))
        assert distrust_future(session, now) >= 1
    found = states(watched)
    assert (found["right"].next_due_at, found["wrong"].next_due_at) == (due, now)


def test_that_room_is_short_is_told_once_it_can_be_written(watched: Watched) -> None:
    """Before, a disk that was low and refused at once was told of to nobody, and ended the tick."""
    passed, free, full = 0.0, RESERVE - 1, True

    def refuse(_connection: object) -> None:
        if full:
            raise DiskFull("no room left")

    event.listen(watched.desk.engine, "commit", refuse)
    room = DiskRoom(lambda: watched.desk, free=lambda: free, monotonic=lambda: passed)
    assert room.look(watched.clock()) == "full"
    passed, full = 10.0, False
    assert room.look(watched.clock()) == "low"
    passed, free = 20.0, RESERVE + 1
    assert room.look(watched.clock()) == ""
    with reading(watched.desk.engine) as session:
        assert [one.source_key for one in session.exec(select(Notice))] == [LOW, ROOMY]


@pytest.mark.parametrize("ahead", [timedelta(days=400), timedelta(days=1)])
def test_a_clock_ahead_neither_reads_what_was_passed_over_nor_swallows_news(watched: Watched, ahead: timedelta) -> None:
    """What a source showed first stays known, what came later stays news, a title that is no report's stays unread."""
    watched.column("first", "one.test")
    right = watched.clock()
    wrong = right + ahead
    seen = {"old": wrong, "passed": wrong, "new": wrong + timedelta(hours=3)}
    with transaction(watched.desk.engine) as session:
        session.exec(update(SourceState).values(baseline_at=wrong, last_visit_at=wrong))
        for name, at in seen.items():
            entry = Entry(source_key="first", url=f"http://one.test/{name}", title=name, first_seen_at=at)
            entry.state, entry.recheck_at = ("passed", None) if name == "passed" else ("failed", at)
            session.add(entry)
    with transaction(watched.desk.engine) as session:
        distrust_future(session, right)
    with reading(watched.desk.engine) as session:
        entries = {one.title: one for one in session.exec(select(Entry).where(Entry.source_key == "first"))}
    baseline_at = states(watched)["first"].baseline_at
    assert baseline_at is not None
    assert [name for name in seen if entries[name].first_seen_at > baseline_at] == ["new"]
    assert [name for name in seen if entries[name].recheck_at is None] == ["passed"]
    assert all(entries[name].first_seen_at - right <= timedelta(seconds=1) for name in seen)


def test_times_that_a_full_disk_kept_wrong_are_mended_once_there_is_room(watched: Watched) -> None:
    """Before, a clock that was set while nothing could be written was believed until the next start."""
    watched.column("first", "one.test")
    with transaction(watched.desk.engine) as session:
        session.exec(update(SourceState).values(next_due_at=watched.clock() + timedelta(days=300)))
    full = True

    def refuse(_connection: object) -> None:
        if full:
            raise DiskFull("no room left")

    event.listen(watched.desk.engine, "commit", refuse)
    one = daemon(watched)
    for _ in range(3):
        one.tick()
    assert watched.keys() == []
    full = False
    ticking(one, lambda: watched.keys() == ["first"], "the visit, when there is room")


class Count:
    """A chore that is due until it was done."""

    name = "count"

    def __init__(self, faults: int = 0) -> None:
        self.begun, self.done, self.faults = 0, 0, faults

    def is_due(self, now: datetime) -> bool:
        return not self.done

    def do(self, now: datetime) -> None:
        self.begun += 1
        if self.begun <= self.faults:
            raise ZeroDivisionError("a bug")
        self.done += 1


def test_a_chore_is_done_once_and_one_that_breaks_is_tried_again(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.scheduler.REST", 0.0)
    chore = Count(faults=1)
    one = daemon(watched, chores=(chore,))
    ticking(one, lambda: chore.done == 1, "the second try")
    for _ in range(3):
        one.tick()
    assert (chore.begun, chore.done) == (2, 1)


def test_other_settings_hold_from_the_next_tick_on(watched: Watched) -> None:
    one = daemon(watched)
    watched.column("first", "one.test")
    other = RecordingNotifier()
    desk = replace(watched.desk, watches=(Watch(key="all", when="at once", channels=("other",)),))
    only = watched.sources[:]
    one.renew(lambda: only, Post(desk, {"other": other}, Links(), Random(1)), workers=2)
    _owe(watched)
    ticking(one, lambda: len(other.accepted) == 1, "the digest by the new channel")
    assert watched.channels["desk"].accepted == []


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    config = tmp_path / "mubiao.toml"
    config.write_text(CONFIG)
    settings = read_settings(config)
    made = build_installation(settings, open_database(settings))
    yield made
    made.engine.dispose()


def _reloader(installation: Installation, taken: list[Installation]) -> Reloader:
    config = installation.settings.data.parent / "mubiao.toml"
    return Reloader(config, installation, Running(os.getpid(), "now"), taken.append)


def _edit(installation: Installation, text: str) -> None:
    (installation.settings.data.parent / "mubiao.toml").write_text(text)


def test_wrong_settings_change_nothing_and_are_told(installation: Installation) -> None:
    taken: list[Installation] = []
    reloader = _reloader(installation, taken)
    _edit(installation, CONFIG + "[fetch]\nworker = 3\n")
    with capture_logs() as logged:
        reloader.ask()
        until(lambda: any(line["event"] == "settings.refused" for line in logged), "the refusal", 30)
    assert "mubiao.toml:10" in next(line["problems"] for line in logged if "problems" in line)
    assert (taken, reloader.installation) == ([], installation)


def test_changed_settings_are_taken_whole_and_what_needs_a_restart_is_named(installation: Installation) -> None:
    taken: list[Installation] = []
    reloader = _reloader(installation, taken)
    more = CONFIG.replace('["长春市"]', '["长春市", "吉林省"]').replace('data = "data"', 'data = "elsewhere"')
    _edit(installation, more + '[fetch]\nworkers = 3\ngap_seconds = 9\n[channels.new]\ntype = "stdout"\n')
    with capture_logs() as logged:
        reloader.ask()
        until(lambda: reloader.installation is not installation, "the new settings", 30)
        until(lambda: any(line["event"] == "settings.later" for line in logged), "the words", 30)
    (new,) = taken
    assert new.settings.fetch.workers == 3
    assert new.settings.fetch.gap_seconds == installation.settings.fetch.gap_seconds
    assert new.settings.data == installation.settings.data
    assert set(new.post.channels) == {"out", "new"}
    assert len(new.settings.watched_sources()) > len(installation.settings.watched_sources())
    assert next(line["keys"] for line in logged if line["event"] == "settings.later") == "data, fetch"
    assert not (installation.settings.data.parent / "elsewhere").exists()


def test_a_note_of_a_killed_daemon_is_no_daemon(installation: Installation) -> None:
    _reloader(installation, [])
    assert find_running(installation.settings.data) is None


def test_a_missed_night_is_made_up_for_once(installation: Installation) -> None:
    begin = datetime(2026, 1, 20, 2, 0, tzinfo=UTC)
    nightly = NightlyBackup(lambda: installation, begin)
    assert not nightly.is_due(begin)
    first = begin + timedelta(minutes=10)
    assert nightly.is_due(first)
    nightly.do(first)
    assert not nightly.is_due(first + timedelta(hours=1))
    night = datetime(2026, 1, 20, 19, 17, tzinfo=UTC)  # 03:17 in China
    assert (nightly.is_due(night - timedelta(seconds=1)), nightly.is_due(night)) == (False, True)
    later = night + timedelta(days=3)  # asleep meanwhile, and started anew
    nightly = NightlyBackup(lambda: installation, later)
    assert nightly.is_due(later)
    nightly.do(later)
    assert not nightly.is_due(later + timedelta(hours=1))
    assert len(find_backups(installation.settings.backups)) == 2


def test_a_backup_that_fails_is_tried_again_in_an_hour(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime(2026, 1, 20, 2, 0, tzinfo=UTC)
    nightly = NightlyBackup(lambda: installation, now - timedelta(days=1))

    def fails(*_: object) -> None:
        raise DiskFull("no room")

    monkeypatch.setattr("monitor.cli.chores.add_backup", fails)
    with pytest.raises(DiskFull):
        nightly.do(now)
    assert (nightly.is_due(now + timedelta(minutes=59)), nightly.is_due(now + timedelta(minutes=60))) == (False, True)


class Switch(ThreadingHTTPServer):
    """A dead man's switch on loopback, which counts."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Ping)
        self.pings = 0
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()


class _Ping(BaseHTTPRequestHandler):
    server: Switch

    def do_GET(self) -> None:
        self.server.pings += 1
        self.send_response_only(200)
        self.send_header("Content-Length", "0")
        self.end_headers()


@pytest.fixture
def switch() -> Iterator[Switch]:
    with Switch() as server:
        yield server
        server.shutdown()


def _break_clock(installation: Installation, pulse: dict[str, object]) -> None:
    pulse["tick"] = 61.0


def _break_disk(installation: Installation, pulse: dict[str, object]) -> None:
    pulse["room"] = "low"


def _break_sources(installation: Installation, pulse: dict[str, object]) -> None:
    source = installation.settings.watched_sources()[0]
    now = datetime.now(UTC)
    with transaction(installation.engine) as session:
        session.add(
            SourceState(
                key=source.key, name="a", url="http://a.test/", region="22", next_due_at=now, last_visit_at=now,
                failures=1,
            )
        )  # fmt: skip


def _break_deliveries(installation: Installation, pulse: dict[str, object]) -> None:
    due_at = datetime.now(UTC) - timedelta(hours=2)
    with transaction(installation.engine) as session:
        session.add(Digest(id="msg_" + "1" * 32, watch="all", state="rendered", opened_at=due_at, due_at=due_at))
        session.flush()
        session.add(Delivery(digest_id="msg_" + "1" * 32, channel="out", due_at=due_at, body=b""))


def _break_backup(installation: Installation, pulse: dict[str, object]) -> None:
    pulse["started"] = datetime.now(UTC) - timedelta(hours=51)


def _break_database(installation: Installation, pulse: dict[str, object]) -> None:
    with transaction(installation.engine) as session:
        session.connection().exec_driver_sql("PRAGMA user_version = 1")
    installation.engine.dispose()
    for path in installation.settings.data.glob("mubiao.sqlite*"):
        path.write_bytes(b"no database" * 999)


BREAKS = {
    "clock": _break_clock,
    "disk": _break_disk,
    "sources": _break_sources,
    "deliveries": _break_deliveries,
    "backup": _break_backup,
    "database": _break_database,
}


@pytest.mark.parametrize("promise", BREAKS)
def test_the_sign_of_life_stops_when_a_promise_is_broken(
    installation: Installation, switch: Switch, promise: str
) -> None:
    settings = read_settings(_with_ping(installation, switch))
    installation = replace(installation, settings=settings)
    how: dict[str, object] = {"tick": 0.0, "room": "", "started": datetime.now(UTC)}
    pulse = Pulse(lambda: float(str(how["tick"])), lambda: str(how["room"]), datetime.now(UTC))
    SignOfLife(lambda: installation, pulse).do(datetime.now(UTC))
    assert switch.pings == 1
    BREAKS[promise](installation, how)
    started = how["started"]
    assert isinstance(started, datetime)
    pulse = replace(pulse, started_at=started)
    assert list(find_broken(installation, pulse, datetime.now(UTC))) == [promise]
    sign = SignOfLife(lambda: installation, pulse)
    with capture_logs() as logged:
        sign.do(datetime.now(UTC))
        sign.do(datetime.now(UTC))
    assert switch.pings == 1
    assert [line["promise"] for line in logged if line["event"] == "promise.broken"] == [promise]


def _with_ping(installation: Installation, switch: Switch) -> Path:
    _edit(installation, f'{CONFIG}[ping]\nurl = "http://127.0.0.1:{switch.server_port}/a-secret-of-ours"\n')
    return installation.settings.data.parent / "mubiao.toml"


def test_a_switch_that_does_not_answer_is_logged_without_its_address(installation: Installation) -> None:
    _edit(installation, f'{CONFIG}[ping]\nurl = "http://127.0.0.1:1/a-secret-of-ours"\n')
    settings = read_settings(installation.settings.data.parent / "mubiao.toml")
    silent = replace(installation, settings=settings)
    with capture_logs() as logged:
        SignOfLife(lambda: silent, Pulse(lambda: 0.0, lambda: "", datetime.now(UTC))).do(datetime.now(UTC))
    assert [line["event"] for line in logged] == ["ping.failed"]
    assert "a-secret-of-ours" not in str(logged)


def _owe(watched: Watched) -> None:
    now = watched.clock()
    with transaction(watched.desk.engine) as session:
        digest = Digest(id="msg_" + "2" * 32, watch="all", state="rendered", opened_at=now, due_at=now)
        session.add(digest)
        session.flush()
        channel = "desk" if "desk" in {c for w in watched.desk.watches for c in w.channels} else "other"
        for name in {channel, "other"}:
            session.add(Delivery(digest_id=digest.id, channel=name, due_at=now, body=b'{"text": "owed"}'))
