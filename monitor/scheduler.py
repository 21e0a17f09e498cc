"""When: APScheduler as an alarm clock over due times that are kept in the database.

Every second it asks what is due: sources to be visited, digests to be closed, deliveries to be tried. Each channel and
each host has a queue of its own, so that a slow one delays no other. A watchdog that APScheduler does not drive ends
the process when the clock has stopped, since it can stop without a word.
"""

import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime
from typing import TypeVar

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from monitor.delivery import Post, close_digests, deliver
from monitor.pipeline import Tools, Visited, visit
from scrapers.errors import StoppedError
from scrapers.source import Source
from storage.database import reading
from storage.visits import find_due

T = TypeVar("T")
TICK = 1.0  # seconds
STUCK = 120.0  # seconds without a tick, after which the process ends so that its supervisor starts it again
STUCK_EXIT = 70
HAND_BACK = 25.0  # seconds that work under way is given at the end


def utc_now() -> datetime:
    return datetime.now(UTC)


class Daemon:
    """Visits sources and delivers digests until it is stopped.

    `visited` is called after each visit, in the visit's thread. Sources must have been declared in the database.
    """

    def __init__(
        self,
        sources: Callable[[], Sequence[Source]],
        tools: Tools,
        post: Post,
        *,
        workers: int,
        visited: Callable[[Visited], None],
    ) -> None:
        self._sources, self._tools, self._post, self._visited = sources, tools, post, visited
        self._log = structlog.get_logger()
        self._workers = workers
        self._visits = ThreadPoolExecutor(workers, thread_name_prefix="visit")
        self._sendings = ThreadPoolExecutor(max(1, len(post.channels)), thread_name_prefix="send")
        self._hosts: dict[str, Future[None]] = {}
        self._channels: dict[str, Future[None]] = {}
        self._ticked = time.monotonic()
        self._alarm = BackgroundScheduler(
            timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        )

    @property
    def seconds_since_tick(self) -> float:
        return time.monotonic() - self._ticked

    def run(self) -> bool:
        """Work until `tools.stopping` is set. Answers whether everything under way was finished or handed back."""
        self._alarm.add_job(self.tick, "interval", seconds=TICK)
        self._alarm.start()
        threading.Thread(target=self._watch_clock, name="watchdog", daemon=True).start()
        self._tools.stopping.wait()
        return self._end()

    def tick(self) -> None:
        """Start what is due and not under way."""
        self._ticked = time.monotonic()
        if self._tools.stopping.is_set():
            return
        now = self._tools.clock()
        for digest in close_digests(self._post, now):
            self._log.info("digest.ready", watch=digest.watch, subject=digest.subject)
        for channel in self._post.channels:
            under_way = self._channels.get(channel)
            if under_way is None or under_way.done():
                self._channels[channel] = self._submitted(self._sendings, self._deliver, channel)
        self._start_visits(now)

    def _start_visits(self, now: datetime) -> None:
        by_key = {source.key: source for source in self._sources()}
        with reading(self._tools.desk.engine) as session:
            due = find_due(session, now, by_key)
        self._hosts = {host: future for host, future in self._hosts.items() if not future.done()}
        for source in (by_key[key] for key in due):
            if len(self._hosts) >= self._workers:
                return
            if source.host not in self._hosts:
                self._hosts[source.host] = self._submitted(self._visits, self._visit, source)

    def _submitted(self, pool: ThreadPoolExecutor, work: Callable[[T], None], on: T) -> Future[None]:
        future = pool.submit(work, on)
        future.add_done_callback(self._log_fault)
        return future

    def _log_fault(self, future: Future[None]) -> None:
        """What neither a source nor a service can cause (a full disk, say): a pool keeps it to itself otherwise."""
        fault = None if future.cancelled() else future.exception()
        if fault is not None:
            self._log.error("fault", error=repr(fault), exc_info=fault)

    def _visit(self, source: Source) -> None:
        try:
            self._visited(visit(source, self._tools))
        except StoppedError:
            self._log.debug("visit.handed-back", source=source.key)

    def _deliver(self, channel: str) -> None:
        for told in deliver(self._post, channel, self._tools.clock):
            event = "delivery.sent" if told.sent else "delivery.failed"
            report = self._log.info if told.sent else self._log.warning
            report(event, channel=channel, subject=told.subject, answer=told.answer, due_at=told.due_at)

    def _watch_clock(self) -> None:
        while not self._tools.stopping.wait(STUCK / 10):
            if self.seconds_since_tick > STUCK:
                self._log.critical("scheduler.stuck", seconds=round(self.seconds_since_tick))
                os._exit(STUCK_EXIT)  # nothing that blocks may keep a stuck process alive

    def _end(self) -> bool:
        self._alarm.shutdown(wait=False)
        self._tools.scraper.client.stop()
        for pool in (self._visits, self._sendings):
            pool.shutdown(wait=False, cancel_futures=True)
        under_way = [*self._hosts.values(), *self._channels.values()]
        _, left = wait(under_way, timeout=HAND_BACK)
        return not left
