"""The daemon's housework: the nightly backup, the search index, and the sign of life for a dead man's switch."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

import httpx
import structlog

from monitor.cli.building import Installation
from monitor.cli.promises import Pulse, find_broken
from monitor.searching import index_some
from storage.backup import Retention, add_backup, find_backups, prune

FIRST = timedelta(minutes=10)  # after the start, where there is no backup yet
AGAIN = timedelta(hours=1)  # after a backup that failed
DAY = timedelta(days=1)
UNFINISHED = 3600.0  # seconds, after which what is half written belongs to a process that was killed
PATIENCE = 10.0  # seconds
LOOK_AGAIN = 600.0  # seconds, after which it is looked whether some document cannot be found


class NightlyBackup:
    """A backup at the hour of the settings, once for each night that was missed or not; then old ones go."""

    name = "backup"

    def __init__(self, installation: Callable[[], Installation], now: datetime) -> None:
        self._installation = installation
        self._due_at = self._find_due(now)

    def is_due(self, now: datetime) -> bool:
        if self._due_at > now + DAY:  # the clock was set back
            self._due_at = self._find_due(now)
        return self._installation().settings.backup.enabled and now >= self._due_at

    def do(self, now: datetime) -> None:
        installation = self._installation()
        settings = installation.settings
        self._due_at = now + AGAIN
        made = add_backup(installation.engine, installation.desk.archive, settings.backups, now, "nightly")
        kept = settings.backup
        gone = prune(settings.backups, Retention(kept.daily, kept.weekly, kept.monthly), settings.zone)
        installation.desk.archive.sweep(now.timestamp() - UNFINISHED)
        self._due_at = self._find_due(now)
        structlog.get_logger().info(
            "backup.made", path=str(made.path), bytes=made.size, rows=made.rows, objects=made.objects, removed=len(gone)
        )

    def _find_due(self, now: datetime) -> datetime:
        """The first hour of the settings after the newest copy; long ago where nights were missed."""
        settings = self._installation().settings
        kept = [one.made_at for one in find_backups(settings.backups) if one.made_at <= now]
        if not kept:
            return now + FIRST
        hour, minute = map(int, settings.backup.at.split(":"))
        local = kept[0].astimezone(settings.zone)
        at = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
        return at if at > local else at + DAY


class SearchIndex:
    """Lets documents be found by their words that cannot be yet: those of before there was an index, or of other terms.

    In steps of parts of a second, so that nobody waits; what is filed is found at once without it.
    """

    name = "search"

    def __init__(
        self, installation: Callable[[], Installation], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._installation, self._monotonic = installation, monotonic
        self._due = 0.0

    def is_due(self, now: datetime) -> bool:
        return self._monotonic() >= self._due

    def do(self, now: datetime) -> None:
        installation = self._installation()
        self._due = self._monotonic() + LOOK_AGAIN  # also where it fails
        if index_some(installation.engine, installation.desk.archive):
            self._due = 0.0


class SignOfLife:
    """Asks the address of `[ping]` while every promise is kept; it keeps quiet and logs why when one is broken."""

    name = "ping"

    def __init__(
        self,
        installation: Callable[[], Installation],
        pulse: Pulse,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._installation, self._pulse, self._monotonic = installation, pulse, monotonic
        self._due = 0.0
        self._said: dict[str, str] = {}

    def is_due(self, now: datetime) -> bool:
        return self._monotonic() >= self._due

    def do(self, now: datetime) -> None:
        installation = self._installation()
        settings = installation.settings.ping
        self._due = self._monotonic() + settings.every_seconds
        log = structlog.get_logger()
        broken = find_broken(installation, self._pulse, now)
        for promise, why in broken.items():
            if promise not in self._said:
                log.error("promise.broken", promise=promise, why=why)
        for promise in self._said.keys() - broken.keys():
            log.info("promise.kept", promise=promise)
        self._said = broken
        if broken or settings.url is None:
            return
        try:
            answer = httpx.get(settings.url.get_secret_value(), timeout=PATIENCE, trust_env=False)
        except httpx.HTTPError as error:
            log.warning("ping.failed", error=type(error).__name__)  # its text holds the address
            return
        if answer.status_code >= 300:
            log.warning("ping.failed", error=f"status {answer.status_code}")
