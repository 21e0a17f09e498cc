"""When: APScheduler as an alarm clock over due times that are kept in the database.

Every second it asks what is due: sources to be visited, digests to be closed, deliveries to be tried. Each host, each
channel and each digest has a lane of its own, so that a slow or faulty one delays no other. A watchdog that APScheduler
does not drive ends the process when the clock has stopped, since it can stop without a word. Without room on the disk
it waits, and nothing is lost; when the wall clock was set back, times that lie too far ahead are not believed.
"""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Protocol, TypeVar

import structlog
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler

from monitor.delivery import close_digest, deliver
from monitor.telling.post import Post
from monitor.visiting.visited import Tools, Visited
from monitor.working.ending import end_stuck
from monitor.working.space import Plenty, Room
from monitor.working.turns import visit_once
from scrapers.errors import StoppedError
from scrapers.source import Source
from storage.clocks import distrust_future
from storage.database import reading, transaction
from storage.errors import DatabaseBusy, DiskFull
from storage.models import Digest
from storage.outbox import find_due_digests
from storage.visits import find_due

T = TypeVar("T")
TICK = 1.0  # seconds
SOON = 0.1  # seconds at least between two looks at what is due
STUCK = 120.0  # seconds without a tick, after which the process ends so that its supervisor starts it again
HAND_BACK = 25.0  # seconds that work under way is given at the end
JUMP = 60.0  # seconds between the wall clock and the one that only runs forward, after which the wall clock was set
MOST_LANES = 128  # at once in one pool, whatever the settings are by now
REST = 60.0  # seconds before a lane is used again in which a fault came up: what did not end well is still due


def utc_now() -> datetime:
    return datetime.now(UTC)


class Chore(Protocol):
    """Work of the house beside visits and digests: a backup, a sign of life. Never twice at a time."""

    @property
    def name(self) -> str: ...
    def is_due(self, now: datetime) -> bool:
        """Asked at every tick, so it must be quick. True again and again until the work is done."""
        ...

    def do(self, now: datetime) -> None:
        """The work, in a thread of its own. What it raises is logged, and it is tried again after a rest."""
        ...


class Lanes:
    """A pool in which nothing of one name runs twice at a time; after a fault a name rests.

    What neither a source nor a service can cause (a full disk, say) is logged: a pool keeps it to itself otherwise.
    """

    def __init__(
        self,
        workers: int,
        name: str,
        rest: float,
        ended: Callable[[], object] = lambda: None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.workers, self._rest, self._ended, self._monotonic = workers, rest, ended, monotonic
        # Threads are made when they are needed; `workers` can be raised later, a pool's size can not.
        self._pool = ThreadPoolExecutor(max(workers, MOST_LANES), thread_name_prefix=name)
        self._under_way: dict[str, Future[None]] = {}
        self._resting: dict[str, float] = {}
        self._log = structlog.get_logger()
        self.refused = False  # whether some work could not be written, since this was last set to False

    def clear(self) -> None:
        """Free the lanes whose work has ended.

        To be called before what is due is asked for: work that ends between the question and `start` is in neither,
        and would be begun a second time.
        """
        self._under_way = {lane: future for lane, future in self._under_way.items() if not future.done()}

    def start(self, name: str, work: Callable[[T], None], on: T) -> None:
        """Begin the work, unless this lane was in use at the last `clear`, or rests, or all workers are busy."""
        if name not in self._under_way and not self.rests(name) and not self.full:
            self._under_way[name] = self._pool.submit(self._work, name, work, on)
            self._under_way[name].add_done_callback(partial(self._note_fault, name))

    def rests(self, name: str) -> bool:
        """Whether this lane's last work ended with a fault, not long ago."""
        return self._monotonic() < self._resting.get(name, 0.0)

    @property
    def full(self) -> bool:
        return len(self._under_way) >= self.workers

    def end(self) -> list[Future[None]]:
        """Begin nothing more; answers with what is under way."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        return list(self._under_way.values())

    def _work(self, name: str, work: Callable[[T], None], on: T) -> None:
        try:
            work(on)
        except BaseException:  # noted before the future is done, which frees the lane
            self._resting[name] = self._monotonic() + self._rest
            raise

    def _note_fault(self, name: str, future: Future[None]) -> None:
        fault = None if future.cancelled() else future.exception()
        if fault is not None:
            if isinstance(fault, DiskFull):
                self.refused = True
                self._log.error("disk.refused", lane=name, error=str(fault))
            elif isinstance(fault, DatabaseBusy):  # it stays due
                self._log.warning("database.busy", lane=name, error=str(fault))
            else:
                self._log.error("fault", lane=name, error=repr(fault), exc_info=fault)
        self._ended()


class Daemon:
    """Visits sources and delivers digests until it is stopped.

    `visited` is called after each visit, in the visit's thread. `beat` is called every few seconds for as long as the
    clock ticks: for a supervisor. Sources must have been declared in the database. `monotonic` and `lanes` are there
    for simulations.
    """

    def __init__(
        self,
        sources: Callable[[], Sequence[Source]],
        tools: Tools,
        post: Post,
        *,
        workers: int,
        visited: Callable[[Visited], None],
        chores: Sequence[Chore] = (),
        room: Room | None = None,
        beat: Callable[[], object] = lambda: None,
        monotonic: Callable[[], float] = time.monotonic,
        lanes: type[Lanes] = Lanes,
    ) -> None:
        self._sources, self._tools, self._post, self._visited = sources, tools, post, visited
        self._log = structlog.get_logger()
        self._visit_ended = threading.Event()
        self._visits = lanes(workers, "visit", REST, self._visit_ended.set, monotonic)
        self._sendings = lanes(max(1, len(post.channels)), "send", REST, monotonic=monotonic)
        self._closings = lanes(1, "close", REST, monotonic=monotonic)
        self._chores, self._housework = chores, lanes(max(1, len(chores)), "chore", REST, monotonic=monotonic)
        self._lanes = (self._visits, self._sendings, self._closings, self._housework)
        self._room, self._beat, self._monotonic = room or Plenty(), beat, monotonic
        self._ticked = monotonic()
        self._seen_at: tuple[float, datetime] | None = None  # both clocks at the last tick
        self._distrusts = True  # due times, at the start and when the clock was set
        self._looking = threading.Lock()
        self._look_took = 0.0
        self._host_free_in = TICK  # seconds, at the last look: the first host that a due source waits for
        self._alarm = BackgroundScheduler(
            timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )

    @property
    def seconds_since_tick(self) -> float:
        return self._monotonic() - self._ticked

    def renew(self, sources: Callable[[], Sequence[Source]], post: Post, *, workers: int) -> None:
        """Go on by other settings: from the next tick on. What is under way ends by the old ones."""
        with self._looking:
            self._sources, self._post = sources, post
            self._tools = replace(self._tools, desk=post.desk)
            self._visits.workers, self._sendings.workers = workers, max(1, len(post.channels))

    def run(self) -> bool:
        """Work until `tools.stopping` is set. Answers whether everything under way was finished or handed back."""
        self._alarm.add_job(self.tick, "interval", seconds=TICK, id="tick")
        self._alarm.start()
        threading.Thread(target=self._watch_clock, name="watchdog", daemon=True).start()
        threading.Thread(target=self._go_on, name="go on", daemon=True).start()
        self._tools.stopping.wait()
        return self._end()

    def tick(self) -> None:
        """Start what is due and not under way."""
        self._ticked = self._monotonic()
        with self._looking:
            self._look()
        self._look_took = self._monotonic() - self._ticked

    def _look(self) -> None:
        if self._tools.stopping.is_set():
            return
        by_key = {source.key: source for source in self._sources()}
        now = self._tools.clock()
        self._compare_clocks(now)
        for lanes in self._lanes:
            lanes.clear()
        for chore in self._chores:
            if chore.is_due(now):
                self._housework.start(chore.name, self._do_chore, chore)
        short = self._room_for(now)
        if short == "full":  # what is sent now could not be noted as sent, and would be sent again
            return
        if not self._mend_times(now):
            return
        with reading(self._tools.desk.engine) as session:
            digests = find_due_digests(session, now)
            sources = [] if short else find_due(session, now, by_key)
        for digest in digests:
            self._closings.start(digest.id, self._close, digest)
        for channel in self._post.channels:
            self._sendings.start(channel, self._deliver, channel)
        self._host_free_in = TICK
        for source in (by_key[key] for key in sources):
            if self._visits.full:
                break
            wait = self._tools.scraper.client.seconds_until_free(source.host)
            if wait > 0:  # no worker sits through a pause
                self._host_free_in = min(self._host_free_in, wait)
            else:
                self._visits.start(source.host, self._visit, source)

    def _room_for(self, now: datetime) -> str:
        for lanes in self._lanes:
            if lanes.refused:
                lanes.refused = False
                self._room.note_full()
        return self._room.look(now)

    def _compare_clocks(self, now: datetime) -> None:
        """When the wall clock was set, times that lie too far ahead are not believed any more."""
        before, self._seen_at = self._seen_at, (self._monotonic(), now)
        if before is not None:
            jumped = (now - before[1]).total_seconds() - (self._seen_at[0] - before[0])
            if abs(jumped) >= JUMP:
                self._log.warning("clock.jumped", seconds=round(jumped))
                self._distrusts = True

    def _mend_times(self, now: datetime) -> bool:
        """Whether no time is left that lies too far ahead to be true; what cannot be written now is tried again."""
        if not self._distrusts:
            return True
        try:
            with transaction(self._tools.desk.engine) as session:
                mended = distrust_future(session, now)
        except DiskFull:
            self._room.note_full()
            return False
        except DatabaseBusy:
            return False
        self._distrusts = False
        if mended:
            self._log.warning("clock.mended", rows=mended)
        return True

    def _do_chore(self, chore: Chore) -> None:
        chore.do(self._tools.clock())

    def _go_on(self) -> None:
        """Let the next tick be as soon as a visit ends or a host's pause is over."""
        while not self._tools.stopping.wait(max(SOON, 2 * self._look_took)):
            ended = self._visit_ended.wait(max(self._host_free_in - SOON, 0.0))
            if (ended or self._host_free_in < TICK) and not self._looking.locked():
                self._visit_ended.clear()
                with suppress(JobLookupError):  # the clock was stopped meanwhile
                    self._alarm.modify_job("tick", next_run_time=datetime.now(UTC))

    def _close(self, due: Digest) -> None:
        digest = close_digest(due, self._post, self._tools.clock())
        if digest is not None:
            self._log.info("digest.ready", watch=digest.watch, subject=digest.subject)

    def _visit(self, source: Source) -> None:
        try:
            visited = visit_once(source, self._tools)
        except StoppedError:
            self._log.debug("visit.handed-back", source=source.key)
        else:
            if visited is not None:
                self._visited(visited)

    def _deliver(self, channel: str) -> None:
        for told in deliver(self._post, channel, self._tools.clock):
            event = "delivery.sent" if told.sent else "delivery.failed"
            report = self._log.info if told.sent else self._log.warning
            report(event, channel=channel, subject=told.subject, answer=told.answer, due_at=told.due_at)

    def _watch_clock(self) -> None:
        while not self._tools.stopping.wait(STUCK / 10):
            if self.seconds_since_tick < STUCK / 2:
                self._beat()
            if self.seconds_since_tick > STUCK:
                end_stuck(lambda: self._log.critical("scheduler.stuck", seconds=round(self.seconds_since_tick)))

    def _end(self) -> bool:
        self._alarm.shutdown(wait=False)
        self._tools.scraper.client.stop()
        with self._looking:
            under_way = [future for lanes in self._lanes for future in lanes.end()]
        _, left = wait(under_way, timeout=HAND_BACK)
        return not left
