"""What one asks about changes."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import insert
from sqlmodel import Session, col, delete, select

from storage.models import Change, DigestChange
from storage.values import Basis, ChangeData, ChangeKind


def add_changes(
    session: Session,
    changes: Sequence[tuple[str, ChangeData]],
    *,
    report_id: int,
    now: datetime,
    news: bool,
    example: bool,
) -> list[tuple[int, ChangeData]]:
    """Keep changes, each under its event id; answers with those that were not on record, and their new ids.

    What is on record already is left out: nothing is told twice.
    """
    events = dict(changes)
    known = {row.event_id: row for row in session.exec(select(Change).where(col(Change.event_id).in_(events)))}
    for event_id, row in known.items():  # said again, by a later version: the words to be shown are that one's
        row.before_id, row.after_id = _sides(events[event_id])
    fresh = {event_id: change for event_id, change in events.items() if event_id not in known}
    if not fresh:
        return []
    same = {"report_id": report_id, "seen_at": now, "news": news, "example": example}
    rows = [_row(event_id, change) | same for event_id, change in fresh.items()]
    made = insert(Change).returning(col(Change.id), sort_by_parameter_order=True)
    ids = cast(Iterable[int], session.scalars(made, rows))  # a kept row has an id
    return list(zip(ids, fresh.values(), strict=True))


def _row(event_id: str, change: ChangeData) -> dict[str, object]:
    shown = change.shown
    before_id, after_id = _sides(change)
    return {
        "event_id": event_id,
        "region": change.region,
        "report_kind": change.report_kind,
        "year": change.year,
        "kind": change.kind,
        "basis": change.basis,
        "indicator": shown.data.indicator,
        "indicator_key": shown.indicator_key,
        "measure": shown.data.measure,
        "headline": change.headline,
        "before_id": before_id,
        "after_id": after_id,
    }


def _sides(change: ChangeData) -> tuple[int | None, int | None]:
    return change.before.id if change.before else None, change.after.id if change.after else None


def forget_untold(session: Session, report_id: int) -> None:
    """Drop a report's comparison with its predecessor, where nobody was told: it is about to be made again."""
    session.exec(
        delete(Change).where(
            col(Change.report_id) == report_id,
            col(Change.basis) == Basis.NEXT_REPORT,
            col(Change.news).is_(False),  # only news is ever owed
        )
    )


def find_changes(
    session: Session,
    *,
    regions: Sequence[str] | None = None,
    since: datetime | None = None,
    year: int | None = None,
    report_id: int | None = None,
    headline: bool = False,
    example: bool = True,
    limit: int | None = None,
) -> list[Change]:
    """Changes, newest first; `regions` are exact codes, None is all."""
    query = select(Change).order_by(col(Change.seen_at).desc(), col(Change.id))
    if regions is not None:
        query = query.where(col(Change.region).in_(regions))
    if since is not None:
        query = query.where(Change.seen_at >= since)
    if year is not None:
        query = query.where(Change.year == year)
    if report_id is not None:
        query = query.where(Change.report_id == report_id)
    if headline:
        query = query.where(col(Change.headline).is_(True))
    if not example:
        query = query.where(col(Change.example).is_(False))
    return list(session.exec(query.limit(limit) if limit else query))


def find_settled(session: Session, target_ids: Iterable[int]) -> dict[int, Change]:
    """Whether targets were met or missed, by the target's id, where a later report has told."""
    verdicts = (ChangeKind.MET, ChangeKind.MISSED)
    rows = session.exec(
        select(Change)
        .where(col(Change.before_id).in_(set(target_ids)), col(Change.kind).in_(verdicts))
        .order_by(col(Change.id))
    )
    return {change.before_id: change for change in rows if change.before_id is not None}


def find_in_digest(session: Session, digest_id: str) -> list[Change]:
    """The changes of a digest, by report and in the order they were found."""
    return list(
        session.exec(
            select(Change)
            .join(DigestChange, col(DigestChange.change_id) == Change.id)
            .where(DigestChange.digest_id == digest_id)
            .order_by(col(Change.report_id), col(Change.id))
        )
    )
