"""The work of many machines on one PostgreSQL: visits, closings, deliveries, imports and rereadings as jobs.

Every two seconds one of the workers looks what is due, as the daemon of one machine does, and queues it. A job is run
where there is a hand for it. Whoever runs it claims it first and asks again whether it is due; so it does no harm when
a job comes twice, or when `mubiao run` works beside the workers. Hosts are asked in turns whatever the queue says: the
gates keep one stream of requests each.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from monitor.delivery import close_digest, deliver
from monitor.filing import find_outdated
from monitor.notifiers.message import Message, Notifier
from monitor.rereading import lock_of, read_again
from monitor.telling.post import Post
from monitor.visiting.visited import Tools, Visited
from monitor.working.crew import Crew
from monitor.working.space import Plenty, Room
from monitor.working.turns import visit_once
from scrapers.errors import StoppedError
from scrapers.source import Source
from storage.archive import ArchiveError
from storage.database import reading
from storage.errors import DiskFull
from storage.jobs import IMPORTS, POST, VISITS, Jobs
from storage.outbox import count_tried, find_digest, find_due_deliveries, find_due_digests
from storage.values import Kind
from storage.visits import find_due

TICK = "* * * * * */2"  # every other second
AHEAD = 100  # visits that may wait in the queue: the rest is due a moment later as well
REST = 60.0  # seconds before this process tries again what ended with a fault of ours
BEHIND = -10  # the priority of what nobody waits for
PLACES_AHEAD = 100  # to be read again, that may wait in the queue
LOOK_AGAIN = 10.0  # seconds between two looks for them while there are any
LOOK_LATER = 600.0  # seconds, when there were none; a new version of the rules comes with new processes
UNREADABLE_REST = 3600.0  # seconds before this process tries a place again whose kept texts are not all there
MINUTE = timedelta(minutes=1)


class Workers:
    """One process of many. `imports` takes in a file by the arguments that were queued for it.

    `visited` is called after each visit, in the visit's thread. Sources must have been declared in the database. `room`
    and `beat` are as the daemon's: without room on this machine's disk others may have some, so what is due stays due.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        tools: Tools,
        post: Post,
        *,
        hands: int,
        visited: Callable[[Visited], None],
        imports: Callable[..., None],
        room: Room | None = None,
        beat: Callable[[], object] = lambda: None,
    ) -> None:
        self._sources = {source.key: source for source in sources}
        self._tools, self._visited, self._imports = tools, visited, imports
        self._engine = tools.desk.engine
        self._post = replace(post, channels=_sharing(post, tools))
        self._hands = {POST: len(post.channels) + 2, VISITS: hands, IMPORTS: 1}
        self._log = structlog.get_logger()
        self._resting: dict[str, float] = {}
        self._guard = threading.Lock()
        self._jobs = Jobs(self._engine)
        self._outdated_due = 0.0
        self._room = room or Plenty()
        self._crew = Crew(self._join, self._hands, tools.stopping, stopped=tools.scraper.client.stop, beat=beat)

    @property
    def silent(self) -> float:
        """Seconds since the database answered last."""
        return self._crew.silent

    def run(self) -> None:
        """Work until `tools.stopping` is set."""
        self._crew.run()

    def _join(self) -> Jobs:
        """The queue, with what this process can do."""
        jobs = self._jobs = Jobs(self._engine)
        tick = jobs.app.task(name="tick", queue=POST, queueing_lock="tick", priority=10)(self.tick)
        jobs.app.periodic(cron=TICK)(tick)
        tasks: Mapping[str, Callable[..., None]]
        tasks = {"visit": self._visit, "close": self._close, "deliver": self._deliver, "reread": self._reread}
        for name, work in tasks.items():
            jobs.app.task(name=name)(work)
        jobs.app.task(name="import")(self._imports)
        return jobs

    def tick(self, timestamp: int) -> None:
        """Queue what is due, and free what dead workers held. No lock: a tick that died holds up no other."""
        if self._tools.stopping.is_set():
            return
        for lost in self._jobs.free(["import"]):
            self._log.warning(
                "job.lost", task=lost.task, again=lost.again, **{f"of_{k}": v for k, v in lost.args.items()}
            )
        now, short = self._tools.clock(), self._look_for_room()
        if short == "full":
            return
        with reading(self._engine) as session:
            digests = find_due_digests(session, now)
            owing = [channel for channel in self._post.channels if find_due_deliveries(session, channel, now, 1)]
            due = find_due(session, now, self._sources)
        for digest in digests:
            self._jobs.add("close", POST, lock=f"close {digest.watch}", once=f"close {digest.id}", digest=digest.id)
        for channel in owing:
            self._jobs.add("deliver", POST, lock=f"channel {channel}", once=f"channel {channel}", channel=channel)
        self._queue_visits([] if short else due)
        if time.monotonic() >= self._outdated_due:
            self._queue_outdated()

    def _queue_visits(self, due: Sequence[str]) -> None:
        """At most one visit of a host waits behind the one under way: what a lock frees is found by looking only."""
        queued = self._jobs.find(VISITS)
        sources, hosts = {job.once for job in queued}, {job.lock for job in queued if job.waiting}
        room = AHEAD - sum(job.waiting for job in queued)
        for source in (self._sources[key] for key in due):
            if room <= 0:
                return
            lock, once = f"host {source.host}", f"visit {source.key}"
            if lock not in hosts and once not in sources and self._jobs.add(
                "visit", VISITS, lock=lock, once=once, source=source.key
            ):  # fmt: skip
                hosts.add(lock)
                room -= 1

    def _queue_outdated(self) -> None:
        """Places that earlier rules have read, behind all imports; those that wait already are found again as well."""
        waiting = {job.once for job in self._jobs.find(IMPORTS, "reread")}
        found = find_outdated(self._tools.desk, PLACES_AHEAD)
        self._outdated_due = time.monotonic() + (LOOK_AGAIN if found else LOOK_LATER)
        for region, kind in found:
            once = lock_of((region, kind))
            if once not in waiting:
                self._jobs.add(
                    "reread", IMPORTS, lock=None, once=once, priority=BEHIND, region=region, kind=kind.value
                )  # fmt: skip

    def _reread(self, region: str, kind: str) -> None:
        place = region, Kind(kind)
        with self._turn(lock_of(place)) as ours:
            if not ours:
                return
            try:
                documents = read_again(self._tools.desk, place, self._tools.clock())
            except ArchiveError as error:  # `mubiao fsck` names the document
                self._resting[lock_of(place)] = time.monotonic() + UNREADABLE_REST
                self._log.error("reread.failed", region=region, kind=kind, error=str(error))
            else:
                self._log.info("reread", region=region, kind=kind, documents=documents)

    def _visit(self, source: str) -> None:
        if source not in self._sources:
            self._log.error("source.unknown", source=source)  # the machines have different settings
            return
        with self._turn(f"visit {source}", fetching=True) as ours:
            if not ours:
                return
            try:
                visited = visit_once(self._sources[source], self._tools)
            except StoppedError:
                self._log.debug("visit.handed-back", source=source)
            else:
                if visited is not None:
                    self._visited(visited)

    def _close(self, digest: str) -> None:
        with self._turn(f"close {digest}") as ours:
            if not ours:
                return
            with reading(self._engine) as session:
                due = find_digest(session, digest)
            closed = close_digest(due, self._post, self._tools.clock()) if due else None
            if closed is not None:
                self._log.info("digest.ready", watch=closed.watch, subject=closed.subject)

    def _deliver(self, channel: str) -> None:
        if channel not in self._post.channels:
            return
        with self._turn(f"channel {channel}") as ours:
            for told in deliver(self._post, channel, self._tools.clock) if ours else ():
                report = self._log.info if told.sent else self._log.warning
                event = "delivery.sent" if told.sent else "delivery.failed"
                report(event, channel=channel, subject=told.subject, answer=told.answer, due_at=told.due_at)

    @contextmanager
    def _turn(self, name: str, *, fetching: bool = False) -> Iterator[bool]:
        """Whether to do this now: there is room for it, it did not just end with a fault here, nothing is to stop."""
        resting = time.monotonic() < self._resting.get(name, 0.0)
        short = self._look_for_room()
        if resting or self._tools.stopping.is_set() or short == "full" or (fetching and short):
            yield False
            return
        whole = False
        try:
            yield True
            whole = True
        except DiskFull:
            with self._guard:
                self._room.note_full()
            raise
        finally:
            if not whole:
                self._resting[name] = time.monotonic() + REST

    def _look_for_room(self) -> str:
        with self._guard:
            return self._room.look(self._tools.clock())


class _Sharing:
    """A channel whose service counts the messages of all processes."""

    def __init__(self, channel: str, notifier: Notifier, tools: Tools) -> None:
        self._channel, self._notifier, self._engine = channel, notifier, tools.desk.engine

    def addresses(self) -> Sequence[str]:
        return self._notifier.addresses()

    def prepare(self, message: Message, address: str) -> tuple[bytes, ...]:
        return self._notifier.prepare(message, address)

    def room(self, now: datetime) -> int | None:
        """Less what anybody tried within the minute. Ours are counted twice: too few is no harm, too many is."""
        room = self._notifier.room(now)
        if not room:
            return room
        with reading(self._engine) as session:
            return max(0, room - count_tried(session, self._channel, now - MINUTE))

    def send(self, body: bytes, *, id: str, address: str, now: datetime) -> str:
        return self._notifier.send(body, id=id, address=address, now=now)


def _sharing(post: Post, tools: Tools) -> Mapping[str, Notifier]:
    return {channel: _Sharing(channel, notifier, tools) for channel, notifier in post.channels.items()}
