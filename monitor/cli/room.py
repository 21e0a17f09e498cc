"""Room on the disk: when it runs short nothing is fetched any more, and readers are told while that is possible."""

import shutil
import time
from collections.abc import Callable
from datetime import datetime

import structlog

from monitor.desk import Desk
from monitor.telling.owing import tell
from storage.database import DatabaseRefused, prove_writable, transaction
from storage.errors import DatabaseBusy, DiskFull
from storage.models import Notice

RESERVE = 200_000_000  # bytes: below it nothing is fetched; what is due is still sent, and noted
FLOOR = 20_000_000  # below it nothing is sent either: it could not be noted as sent
LOOK_AGAIN = 5.0  # seconds
LOW = "磁盘快满了，已暂停巡查，腾出空间后自动继续 (the disk is nearly full: nothing is fetched until there is room)"
ROOMY = "磁盘有空间了，巡查已继续 (there is room on the disk again: watching goes on)"


class DiskRoom:
    """Looks at the disk of the data every few seconds. `free` answers with bytes; it and `monotonic` are for tests."""

    def __init__(
        self,
        desk: Callable[[], Desk],
        free: Callable[[], int] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._desk, self._monotonic = desk, monotonic
        self._free = free or (lambda: shutil.disk_usage(desk().archive.root).free)
        self._look_at = 0.0
        self._refused = False
        self._told = False  # that it is short
        self.state = ""

    def note_full(self) -> None:
        self._refused, self._look_at = True, 0.0

    def look(self, now: datetime) -> str:
        """`low`, `full` or ``; what changed is logged and told."""
        if self._monotonic() >= self._look_at:
            self._look_at = self._monotonic() + LOOK_AGAIN
            before, self.state = self.state, self._find_state()
            if self.state != before:
                self._note(now)
        return self.state

    def _note(self, now: datetime) -> None:
        log, free = structlog.get_logger(), self._free()
        if not self.state:
            log.info("disk.roomy", free=free)
        else:
            log.error(f"disk.{self.state}", free=free, reserve=RESERVE)
        if self.state == "full" or (self.state and self._told):
            return  # nothing can be written, or it was told
        try:
            self._tell(now)
        except DiskFull:
            self.note_full()
            self.state = "full"
        except DatabaseBusy:
            log.warning("database.busy", lane="disk", error="what is to be told of the disk is told when it changes")

    def _find_state(self) -> str:
        free = self._free()
        if self._refused:  # by a quota, say, which the disk does not show
            try:
                prove_writable(self._desk().engine)
            except (DiskFull, DatabaseRefused):
                return "full"
            self._refused = False
        return "full" if free < FLOOR else "low" if free < RESERVE else ""

    def _tell(self, now: datetime) -> None:
        with transaction(self._desk().engine) as session:
            words = LOW if self.state else ROOMY
            tell(session, Notice(kind="disk", source_key=words, at=now), "", self._desk(), now)
        self._told = bool(self.state)
