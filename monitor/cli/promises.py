"""What mubiao promises while it runs, and which of it is broken at the moment.

One list for `/ready`, the metrics, `mubiao status` and the dead man's switch.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.cli.building import Installation
from storage.backup import find_backups
from storage.database import prove_writable, reading, sqlite_file
from storage.errors import Mendable
from storage.outbox import find_oldest_due
from storage.visits import find_sources

LATE_TICK = 60.0  # seconds
LATE_DELIVERY = timedelta(hours=1)
LATE_BACKUP = timedelta(hours=50)
FAILING = 0.2  # of the sources that were visited: more is no matter of single sites
NAMES = ("clock", "database", "disk", "sources", "deliveries", "backup")
VITAL = ("clock", "database", "disk")  # without these nothing is done at all


@dataclass(frozen=True, slots=True)
class Pulse:
    """How the daemon itself is: since when its clock has not ticked, how the disk is, since when it runs."""

    seconds_since_tick: Callable[[], float]
    room: Callable[[], str]
    started_at: datetime


def find_broken(installation: Installation, pulse: Pulse | None, now: datetime) -> dict[str, str]:
    """The promises that are broken, by name, each with why. Without a pulse (nothing runs) only what is kept counts."""
    broken: dict[str, str] = {}
    if pulse is not None:
        late, short = pulse.seconds_since_tick(), pulse.room()
        if late > LATE_TICK:
            broken["clock"] = f"no tick for {late:.0f} s"
        if short:
            broken["disk"] = f"the disk is {short}"
    try:
        prove_writable(installation.engine)
        broken |= _of_sources(installation, now)
    except Mendable as error:
        broken["database"] = str(error)
    return broken | _of_backups(installation, pulse, now)


def _of_sources(installation: Installation, now: datetime) -> dict[str, str]:
    watched = {source.key for source in installation.settings.watched_sources()}
    broken = {}
    with reading(installation.engine) as session:
        visited = [one for one in find_sources(session) if one.key in watched and one.last_visit_at]
        oldest = find_oldest_due(session)
    failing = sum(one.failures > 0 for one in visited)
    if failing > FAILING * len(visited):
        broken["sources"] = f"{failing} of {len(visited)} sources failed when they were visited last"
    if oldest is not None and now - oldest > LATE_DELIVERY:
        broken["deliveries"] = f"the oldest delivery was due at {oldest:%Y-%m-%d %H:%M} UTC"
    return broken


def _of_backups(installation: Installation, pulse: Pulse | None, now: datetime) -> dict[str, str]:
    settings = installation.settings
    if not settings.backup.enabled or sqlite_file(installation.engine) is None:
        return {}
    kept = find_backups(settings.backups)
    since = kept[0].made_at if kept else pulse.started_at if pulse else now
    if now - since <= LATE_BACKUP:
        return {}
    return {"backup": f"the newest backup is of {since:%Y-%m-%d %H:%M} UTC" if kept else "no backup was made yet"}
