"""The daemon on a virtual clock: booted, ticked, killed between any two steps, and booted again."""

import os
import random as everyones
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from threading import Event
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, event
from sqlmodel import Session, col, func, select

from monitor.cli.building import declare
from monitor.cli.room import DiskRoom
from monitor.delivery import retry
from monitor.desk import Desk
from monitor.scheduler import Daemon, Lanes
from monitor.telling.post import Links, Post
from monitor.visiting.visited import Tools
from monitor.watches import Watch
from scrapers.client import Client
from scrapers.documents import DocumentReader
from scrapers.scrape import Scraper
from scrapers.source import Source
from storage.archive import Archive
from storage.database import make_engine, migrate, reading
from storage.errors import DiskFull
from storage.gates import HostGates
from storage.models import Delivery, Digest, Report, SourceState
from tools.simulation.receivers import Receiver, Taken
from tools.simulation.wire import Asked, Wire
from tools.simulation.world import DAY, NEWS_YEAR, Portal, Truth, make_portals, next_report, revise, truths

T = TypeVar("T")
BEGIN = datetime(2025, 12, 1, tzinfo=UTC)
CHINA = ZoneInfo("Asia/Shanghai")
GAP = 2.0
SETTLING = 40.0  # days at the end, in which nothing breaks and everything is told: the monthly rechecks, too
LONGEST_STEP = 6 * 3600.0
ZONES = ("Asia/Shanghai", "America/New_York", "Europe/London", "UTC")
ROOMY = 10**12
WATCHES = (
    Watch(key="now", indicators=("all",), when="at once", channels=("hook",)),
    Watch(key="daily", indicators=("all",), when="daily 08:07", channels=("mail",)),
    Watch(
        key="abroad", indicators=("all",), when="hourly", quiet="22:00-07:30", timezone="America/New_York",
        channels=("hook", "chat"), language="en",
    ),
    Watch(key="desk", operator=True, when="hourly", channels=("chat",)),
)  # fmt: skip
CHANNELS = {"hook": ("",), "mail": ("a@lanting.test", "b@lanting.test"), "chat": ("",)}


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Clocks:
    """Time as it passes, in seconds since the beginning, and the machine's clock, which may be set."""

    passed: float = 0.0
    off: float = 0.0
    jumps: int = 0

    def monotonic(self) -> float:
        return self.passed

    def wall(self) -> datetime:
        return BEGIN + timedelta(seconds=self.passed + self.off)

    def pass_time(self, seconds: float) -> None:
        self.passed += max(seconds, 0.0)

    def set(self, off: float) -> None:
        if off != self.off:
            self.off, self.jumps = off, self.jumps + 1


class OneAfterTheOther(Lanes):
    """Work is done at once, in the order in which it is begun: no threads, so that a seed replays."""

    def start(self, name: str, work: Callable[[T], None], on: T) -> None:
        if self.rests(name) or self.full:
            return
        done: Future[None] = Future()
        try:
            self._work(name, work, on)
        except Exception as fault:  # as a thread would keep it, for the log; a kill goes through
            done.set_exception(fault)
            self._note_fault(name, done)


@dataclass
class Happened:
    """What the judge goes by."""

    truths: list[tuple[float, Truth]] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)
    kills: list[float] = field(default_factory=list)
    raised: list[tuple[float, str]] = field(default_factory=list)  # what came out of a tick
    off: list[tuple[float, float]] = field(default_factory=list)  # from, to: the machine did not run
    odd: list[tuple[float, float]] = field(default_factory=list)  # the clock was wrong, or the disk full


class Machine:
    """One seed. `folder` keeps what the daemon keeps; `kill_every` is in steps, 0 for never."""

    def __init__(
        self, seed: int, folder: Path, documents: DocumentReader, *, portals: int, days: float, kill_every: float,
        troubles: bool = True, settling: float = SETTLING,
    ) -> None:  # fmt: skip
        self.random, self.clocks, self.happened = Random(seed), Clocks(), Happened()
        everyones.seed(seed)  # the pauses at hosts are spread by it
        self.days, self.settling = days, settling
        self.folder, self._documents, self._kill_every = folder, documents, kill_every
        self.portals = make_portals(self.random, portals, BEGIN, days)
        self.plan: list[tuple[float, Callable[[], None]]] = []
        self._sources = {portal.key: portal.url for portal in self.portals}
        self._away: set[str] = set()
        self._free = ROOMY
        self._quota = False  # the disk is full, and does not show it
        self._dead, self._steps, self._dies_at = False, 0, 0.0
        self._unnoted: Taken | None = None
        self._archive = Archive(folder / "archive")
        self._observer = make_engine(f"sqlite:///{folder / 'mubiao.sqlite'}")  # that nothing happens to
        self._plan_news()
        if troubles:
            self._plan_troubles()
        else:
            for portal in self.portals:
                portal.faults = []
        self.plan.sort(key=lambda one: one[0])

    # --- what happens to the world and the machine

    def _plan_news(self) -> None:
        for portal in self.portals:
            at = self.random.uniform(12, 75) if self.days > 90 else self.random.uniform(8, max(self.days - 15, 9))
            self._at(at, partial(self._give, portal))
            if self.random.random() < 0.5:
                self._at(
                    at + self.random.uniform(1, 30 if self.settling >= SETTLING else 7),
                    partial(self._revise, portal),
                )
            elif self.random.random() < 0.4:
                self._at(self.random.uniform(10, self.days - 10), partial(self._move, portal))
            if self.random.random() < 0.3:
                self._at(self.random.uniform(5, self.days), partial(self._redesign, portal))
            for _ in range(int(self.days / 20)):
                self._at(self.random.uniform(0, self.days), partial(self._announce, portal))

    def _plan_troubles(self) -> None:
        for at in self._moments(9):
            self._at(at, self._turn_off)
        for at in self._moments(30):
            self._at(at, self._set_clock)
        for at in self._moments(25):
            self._at(at, self._fill_disk)
        for channel in CHANNELS:
            for at in self._moments(15):
                self._at(at, partial(self._leave, channel))

    def _moments(self, every: float) -> list[float]:
        found, at = [], self.random.expovariate(1 / every)
        while at < self.days:
            found.append(at)
            at += self.random.expovariate(1 / every)
        return found

    def _at(self, day: float, act: Callable[[], None]) -> None:
        self.plan.append((day * DAY, act))

    def _later(self, days: float, act: Callable[[], None]) -> None:
        self.plan.append((self.clocks.passed + days * DAY, act))
        self.plan.sort(key=lambda one: one[0])

    def _today(self) -> datetime:
        return (BEGIN + timedelta(seconds=self.clocks.passed)).astimezone(CHINA)

    def _give(self, portal: Portal) -> None:
        day = self._today().date() - timedelta(days=self.random.choice((0, 0, 0, 1, 5)))  # postings are backdated
        given = next_report(self.random, portal, day)
        self.happened.truths += [(self.clocks.passed, one) for one in truths(portal, portal.given[0], given)]
        portal.given.insert(0, given)

    def _announce(self, portal: Portal) -> None:
        number = 1 + max([no for no, _, _ in portal.notices] + [one.number for one in portal.given])
        portal.notices.insert(0, (number, f"市政府召开第{number}次常务会议", self._today().date()))

    def _revise(self, portal: Portal) -> None:
        """Once the report is known as it was: what nobody saw is no change."""
        if not self._is_kept(portal):
            self._later(1, lambda: self._revise(portal))
            return
        truth = revise(self.random, portal)
        if truth:
            self.happened.truths.append((self.clocks.passed, truth))

    def _move(self, portal: Portal) -> None:
        """All addresses are others; a few days later a person writes the new one into the settings."""
        portal.column = "/xxgk/zfgzbg/"
        began = self.clocks.passed
        self._later(self.random.uniform(0.2, 5), lambda: self._adopt(portal, began))

    def _adopt(self, portal: Portal, moved_at: float) -> None:
        portal.away.append((moved_at, self.clocks.passed))
        self._sources[portal.key] = portal.url
        self._reboot()

    def _redesign(self, portal: Portal) -> None:
        portal.design = 1 - portal.design

    def _turn_off(self) -> None:
        """The power is gone for a while."""
        hours = self.random.choice((0.01, 1, 12, 72))
        self._pause(hours * 3600)

    def _set_clock(self) -> None:
        self.clocks.set(self.random.choice((-1, 1)) * self.random.choice((120, 3600, DAY, 30 * DAY, 400 * DAY)))
        begin = self.clocks.passed
        self._later(self.random.choice((0.02, 0.5, 2)), lambda: self._mend_clock(begin))

    def _mend_clock(self, begin: float) -> None:
        self.clocks.set(0.0)
        self.happened.odd.append((begin, self.clocks.passed))

    def _fill_disk(self) -> None:
        self._quota = self.random.random() < 0.5
        self._free = ROOMY if self._quota else self.random.choice((100_000_000, 1_000_000))
        begin = self.clocks.passed
        self._later(self.random.choice((0.05, 1, 3)), lambda: self._make_room(begin))

    def _make_room(self, begin: float) -> None:
        self._quota, self._free = False, ROOMY
        self.happened.odd.append((begin, self.clocks.passed))

    def _leave(self, channel: str) -> None:
        self._away.add(channel)
        days = self.random.choice((0.02, 0.5, 2, 6))
        self._later(days, lambda: self._come_back(channel))

    def _come_back(self, channel: str) -> None:
        """The operator has what was given up meanwhile sent again."""
        self._away.discard(channel)
        self._later(0.1, lambda: self._by_hand(lambda: retry(self._post, channel, self.clocks.wall())))

    def _by_hand(self, work: Callable[[], object]) -> None:
        try:
            work()
        except DiskFull:
            self._later(0.5, lambda: self._by_hand(work))

    # --- the machine

    def run(self) -> None:
        """The days with all troubles, and some more without."""
        self._boot()
        self._go_on(self.days * DAY)
        self._heal()
        self._go_on((self.days + self.settling) * DAY)
        self.engine.dispose()
        self._observer.dispose()

    def _heal(self) -> None:
        self.plan = [one for one in self.plan if one[0] <= self.clocks.passed]
        self._kill_every = 0.0
        self.clocks.set(0.0)
        self._quota, self._free = False, ROOMY
        self._away.clear()
        for portal in self.portals:
            portal.faults = [(begin, min(end, self.days * DAY), kind) for begin, end, kind in portal.faults]
            self._sources[portal.key] = portal.url
        self._reboot()
        for channel in CHANNELS:
            retry(self._post, channel, self.clocks.wall())

    def _go_on(self, until: float) -> None:
        idle = 1.0
        while self.clocks.passed < until:
            while self.plan and self.plan[0][0] <= self.clocks.passed:
                self._happen(self.plan.pop(0)[1])
            before = len(self.happened.asked) + len(self.happened.taken)
            self._happen(self._daemon.tick)
            busy = before != len(self.happened.asked) + len(self.happened.taken)
            idle = 1.0 if busy else min(2 * idle, 900.0)
            self.clocks.pass_time(min(self._until_due(idle), until - self.clocks.passed + 1))

    def _happen(self, act: Callable[[], None]) -> None:
        try:
            act()
        except Killed:
            self.happened.kills.append(self.clocks.passed)
            if self._unnoted:
                self._unnoted.excused = True
            self._pause(self.random.choice((1, 30, 3600)))
        except Exception as error:  # as the alarm clock does: the next tick comes
            self.happened.raised.append((self.clocks.passed, repr(error)))

    def _pause(self, seconds: float) -> None:
        begin = self.clocks.passed
        self.clocks.pass_time(seconds)
        self.happened.off.append((begin, self.clocks.passed))
        self._reboot()

    def _until_due(self, idle: float) -> float:
        with Session(self._observer) as session:
            due = [
                session.exec(select(func.min(SourceState.next_due_at))).one(),
                session.exec(select(func.min(Digest.due_at)).where(Digest.state == "open")).one(),
                session.exec(select(func.min(Delivery.due_at)).where(col(Delivery.state) == "due")).one(),
            ]
        now = self.clocks.wall()
        wait = min((max((one - now).total_seconds(), idle) for one in due if one), default=LONGEST_STEP)
        if self.plan:
            wait = min(wait, max(self.plan[0][0] - self.clocks.passed, 0.1))
        return min(wait, LONGEST_STEP)

    def _reboot(self) -> None:
        self.engine.dispose()
        self._boot()

    def _boot(self) -> None:
        os.environ["TZ"] = self.random.choice(ZONES)
        time.tzset()
        self._dead, self._unnoted = False, None
        self._dies_at = (
            self._steps + self.random.expovariate(1 / self._kill_every) if self._kill_every else float("inf")
        )
        self.engine = self._open()
        desk = Desk(self.engine, self._archive, WATCHES, CHINA)
        client = Client(
            contact="simulation@example.org", gap=GAP, monotonic=self.clocks.monotonic, wait=self.clocks.pass_time,
            gates=HostGates(self.engine, self.clocks.wall),
            transport=Wire(
                self.portals, self.clocks.monotonic, self.clocks.pass_time, self.step, lambda: self.clocks.jumps,
                self.happened.asked,
            ),
        )  # fmt: skip
        tools = Tools(Scraper(client, self._documents), desk, self.clocks.wall, self.random, Event())
        channels = {
            name: Receiver(
                name, addresses, self.random, self.clocks.monotonic, self.step, self._note_taken,
                self._away.__contains__,
            )
            for name, addresses in CHANNELS.items()
        }  # fmt: skip
        self._post = Post(desk, channels, Links(), self.random)
        room = DiskRoom(lambda: desk, lambda: self._free, self.clocks.monotonic)
        sources = self._declared()
        self._daemon = Daemon(
            lambda: sources, tools, self._post, workers=8, visited=lambda visited: None, room=room,
            monotonic=self.clocks.monotonic, lanes=OneAfterTheOther,
        )  # fmt: skip

    def _declared(self) -> list[Source]:
        sources = [
            Source(key=portal.key, name=f"{portal.place}人民政府", url=self._sources[portal.key], region=portal.region)
            for portal in self.portals
        ]
        quota, self._quota = self._quota, False  # a start on a full disk fails, and is tried again: not told here
        dies_at, self._dies_at = self._dies_at, float("inf")
        declare(self.engine, sources, self.clocks.wall())
        self._quota, self._dies_at = quota, dies_at
        return sources

    def _open(self) -> Engine:
        engine = make_engine(f"sqlite:///{self.folder / 'mubiao.sqlite'}")
        migrate(engine)
        event.listen(engine, "commit", self._commit)
        event.listen(engine, "begin", lambda connection: self.step(), insert=True)
        return engine

    def step(self) -> None:
        """Here the process may be killed; once it is, nothing of it goes on."""
        self._steps += 1
        if self._dead or self._steps >= self._dies_at:
            self._dead = True
            raise Killed

    def _commit(self, connection: object) -> None:
        self.step()
        if self._quota:
            if self._unnoted:
                self._unnoted.excused = True
            raise DiskFull("no room left on the simulated disk")
        self._unnoted = None

    def _note_taken(self, taken: Taken) -> None:
        self.happened.taken.append(taken)
        self._unnoted = taken

    def _is_kept(self, portal: Portal) -> bool:
        with reading(self._observer) as session:
            report = select(Report).where(Report.region == portal.region, Report.year == NEWS_YEAR)
            return session.exec(report).first() is not None
