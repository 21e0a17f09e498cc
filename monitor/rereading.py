"""Reading again what earlier versions of our rules have read: place by place, behind everything else.

A place is a region with one kind of its reports. Whoever compares a new document reads its place again first
(`filing.keep`), so nothing told depends on this; it brings what is shown and exported to one version of the rules.
What a step did not finish is still of the old version, and is found by the next.
"""

import time
from collections import deque
from collections.abc import Callable
from datetime import datetime

import structlog

from monitor.desk import Desk
from monitor.filing import find_outdated, reread
from storage.archive import ArchiveError
from storage.claims import claimed
from storage.values import Kind

AT_ONCE = 200  # places that one look finds
LOOK_AGAIN = 3600.0  # seconds, after which it is looked whether some place is outdated (still, or by an older worker)

Place = tuple[str, Kind]


def lock_of(place: Place) -> str:
    region, kind = place
    return f"reread {region} {kind.value}"


def read_again(desk: Desk, place: Place, now: datetime) -> int:
    """Read a place again, unless another process is at it; answers how many documents were of earlier rules.

    Nobody is told of what that changes but the operators, that it was done. Raises ArchiveError where a text is gone.
    """
    region, kind = place
    with claimed(desk.engine, lock_of(place)) as ours:
        return reread(desk, region, kind, now) if ours else 0


class Rereading:
    """The daemon's share: one place at a time, at most one a tick of the clock, so that visits and pages go first."""

    name = "reread"

    def __init__(self, desk: Callable[[], Desk], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._desk, self._monotonic = desk, monotonic
        self._due = 0.0
        self._waiting: deque[Place] = deque()
        self._failed: set[Place] = set()
        self._documents = self._places = 0

    def is_due(self, now: datetime) -> bool:
        return self._monotonic() >= self._due

    def do(self, now: datetime) -> None:
        """Read the next place again; after the last one, or without any, look again in an hour."""
        if not self._waiting:
            found = find_outdated(self._desk(), AT_ONCE + len(self._failed))
            self._waiting.extend(place for place in found if place not in self._failed)
        if self._waiting:
            self._read(self._waiting.popleft(), now)
        else:
            self._rest()

    def _read(self, place: Place, now: datetime) -> None:
        region, kind = place
        try:
            documents = read_again(self._desk(), place, now)
        except ArchiveError as error:  # `mubiao fsck` names the document; the others are not held up by it
            self._failed.add(place)
            structlog.get_logger().error("reread.failed", region=region, kind=kind.value, error=str(error))
            return
        self._places += documents > 0
        self._documents += documents

    def _rest(self) -> None:
        self._due = self._monotonic() + LOOK_AGAIN
        if self._documents:
            structlog.get_logger().info("reread.ended", places=self._places, documents=self._documents)
        self._documents = self._places = 0
        self._failed.clear()
