"""What is kept of the time, when the machine's clock was wrong: what was written by a clock that ran ahead is mended.

A clock that is set forward makes everything due at once, and each thing is done once. One that was ahead and is set
back leaves due times that would not come for days or years: whatever happened "in the future" was timed by it.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ScalarSelect, update
from sqlmodel import Session, SQLModel, col, select

from storage.models import Delivery, Digest, Entry, SourceState

SLACK = timedelta(minutes=5)  # between the clocks of machines on one database
INSTANT = timedelta(seconds=1)
FARTHEST = timedelta(days=40)  # ahead, of any due time that we give: monthly rechecks are the farthest


def distrust_future(session: Session, now: datetime) -> int:
    """Let be due now whatever was timed by a clock ahead of `now`; answers how many rows that were.

    What was seen after a source's first visit stays so: that it is news must not hang on a clock.
    """
    ahead, far = now + SLACK, now + FARTHEST
    seen, recheck = col(Entry.first_seen_at), col(Entry.recheck_at)
    mended: list[tuple[type[SQLModel], ColumnElement[bool], dict[str, object]]] = [
        (Entry, recheck.is_not(None) & ((seen > ahead) | (recheck > far)), {"recheck_at": now}),
        (Entry, (seen > ahead) & (seen > _baseline()), {"first_seen_at": now + INSTANT}),
        (Entry, seen > ahead, {"first_seen_at": now}),
        (SourceState, col(SourceState.baseline_at) > ahead, {"baseline_at": now}),
        (SourceState, col(SourceState.last_visit_at) > ahead, {"last_visit_at": now, "next_due_at": now}),
        (SourceState, col(SourceState.next_due_at) > far, {"next_due_at": now}),
        (SourceState, col(SourceState.last_success_at) > ahead, {"last_success_at": now}),
        (SourceState, col(SourceState.swept_at) > ahead, {"swept_at": None}),
        (SourceState, col(SourceState.failing_since) > ahead, {"failing_since": now}),
        (SourceState, col(SourceState.told_broken_at) > ahead, {"told_broken_at": now}),
        (Digest, (col(Digest.state) == "open") & (col(Digest.opened_at) > ahead), {"opened_at": now, "due_at": now}),
        (Delivery, (col(Delivery.state) == "due") & (col(Delivery.tried_at) > ahead), {"due_at": now}),
    ]
    return sum(session.exec(update(table).where(where).values(**to)).rowcount for table, where, to in mended)


def _baseline() -> ScalarSelect[datetime | None]:
    """When the source of an entry was first seen whole."""
    return select(SourceState.baseline_at).where(SourceState.key == Entry.source_key).scalar_subquery()
