"""The gates of hosts (`host_gate`): over all processes on one database, nobody asks a host while another does."""

import os
import platform
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Row, bindparam, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel

from storage.database import passing_transaction
from storage.models import HostGate
from storage.values import Standing

GATES = SQLModel.metadata.tables[str(HostGate.__tablename__)]
# Built once: twice in each request they would cost more than the database does.
LOOK = select(GATES).where(GATES.c.host == bindparam("at")).with_for_update()
LOOK_AT_CLOCK = (
    select(GATES, func.clock_timestamp().label("now")).where(GATES.c.host == bindparam("at")).with_for_update()
)
CHANGED: tuple[tuple[str, ...], ...] = (
    ("holder", "held_until"),
    ("next_at",),
    ("next_at", "holder", "held_until"),
    ("rest_until", "rest_status"),
    ("slower",),
)
CHANGES = {
    names: update(GATES).where(GATES.c.host == bindparam("at")).values({name: bindparam(name) for name in names})
    for names in CHANGED
}
# What lies further ahead was written before a clock was set back, and is not believed.
LONGEST_HOLD, LONGEST_WAIT, LONGEST_REST = timedelta(hours=2), timedelta(minutes=5), timedelta(hours=25)


class HostGates:
    """The gates as one process sees them; safe to use from several threads, but one thread a host.

    `clock` gives aware UTC and counts on SQLite, which is of one machine; PostgreSQL's own clock counts for many.
    """

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._clock = clock
        self._holder = f"{platform.node()[:60]}:{os.getpid()}:{secrets.token_hex(4)}"

    def take(self, host: str, seconds: float) -> Standing:
        """Hold the host for one request, which ends within `seconds` of its beginning, if nobody else does."""
        with passing_transaction(self._engine) as connection:
            now, row = self._look(connection, host)
            rest = _ahead(row.rest_until, now, LONGEST_REST)
            if rest:
                return Standing(False, rest=rest, rest_status=row.rest_status)
            others = 0.0 if row.holder in ("", self._holder) else _ahead(row.held_until, now, LONGEST_HOLD)
            if others:
                return Standing(False, others)
            wait = _ahead(row.next_at, now, LONGEST_WAIT)
            held_until = now + timedelta(seconds=wait + seconds)
            self._keep(connection, host, holder=self._holder, held_until=held_until)
            return Standing(True, wait, slower=row.slower)

    def leave(self, host: str, gap: float) -> None:
        """End the hold; nobody asks the host for `gap` seconds from now."""
        with passing_transaction(self._engine) as connection:
            now, row = self._look(connection, host)
            ended = {"holder": "", "held_until": None} if row.holder == self._holder else {}
            wait = max(gap, _ahead(row.next_at, now, LONGEST_WAIT))
            self._keep(connection, host, next_at=now + timedelta(seconds=wait), **ended)

    def rest(self, host: str, seconds: float, status: int) -> None:
        """Let everybody leave the host alone for so long, or for longer if that was said before."""
        with passing_transaction(self._engine) as connection:
            now, row = self._look(connection, host)
            if seconds > _ahead(row.rest_until, now, LONGEST_REST):
                self._keep(connection, host, rest_until=now + timedelta(seconds=seconds), rest_status=status)

    def slow(self, host: str, factor: float) -> None:
        """Multiply the gaps at this host from now on."""
        with passing_transaction(self._engine) as connection:
            self._look(connection, host)
            self._keep(connection, host, slower=factor)

    def _look(self, connection: Connection, host: str) -> tuple[datetime, Row[Any]]:
        """The time, and the host's row, which nobody else changes before the transaction ends."""
        own = self._engine.dialect.name == "postgresql"
        asked, at = LOOK_AT_CLOCK if own else LOOK, {"at": host}
        row = connection.execute(asked, at).one_or_none()
        if row is None:
            try:
                with connection.begin_nested():
                    connection.execute(insert(GATES).values(host=host, holder="", rest_status=0, slower=1.0))
            except IntegrityError:  # another machine was quicker
                pass
            row = connection.execute(asked, at).one()
        return (row.now.astimezone(UTC) if own else self._clock()), row

    def _keep(self, connection: Connection, host: str, **values: object) -> None:
        connection.execute(CHANGES[tuple(values)], {"at": host, **values})


def _ahead(at: datetime | None, now: datetime, most: timedelta) -> float:
    """Seconds until then; 0 when it is past, or too far ahead to be true."""
    left = at - now if at else timedelta()
    return left.total_seconds() if timedelta() < left <= most else 0.0
