"""What one asks about changes."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import insert
from sqlmodel import Session, col, delete, select

from storage.models import Change, DigestChange
from storage.values import Basis, ChangeData


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a report's record: `fresh` was not on it before, `news` is to be told now; ids with changes."""

    fresh: list[tuple[int, ChangeData]]
    news: list[tuple[int, ChangeData]]


def keep_changes(
    session: Session,
    changes: Mapping[str, ChangeData],
    *,
    report_id: int,
    bases: Collection[Basis],
    now: datetime,
    example: bool,
    is_news: Callable[[ChangeData, bool], bool] = lambda change, known: False,
) -> Kept:
    """Make the record of a report, as far as these `bases` go, agree with `changes`, each under its event id.

    What was told stays, for nothing is told twice and nothing told is denied; what was not told, and no longer holds,
    goes. `is_news(change, known)` is asked of all that nobody was told yet; `known` says that it was on record.
    """
    query = select(Change).where(Change.report_id == report_id, col(Change.basis).in_(bases))
    rows = {row.event_id: row for row in session.exec(query)}
    for event_id, row in rows.items():
        if event_id in changes:  # the words to be shown are those of the witness that speaks now
            row.before_id, row.after_id = _sides(changes[event_id])
    late = [row for id, row in rows.items() if id in changes and not row.news and is_news(changes[id], True)]
    for row in late:
        row.news, row.seen_at = True, now
    gone = [row.id for event_id, row in rows.items() if event_id not in changes and not row.news]
    if gone:
        session.exec(delete(Change).where(col(Change.id).in_(gone)))
    same = {"report_id": report_id, "seen_at": now, "example": example}
    fresh = {event_id: change for event_id, change in changes.items() if event_id not in rows}
    added = [_row(id, change) | same | {"news": is_news(change, False)} for id, change in fresh.items()]
    ids = _insert(session, added)
    news = [(row.id, changes[row.event_id]) for row in late if row.id is not None]
    news += [(id, change) for id, change, row in zip(ids, fresh.values(), added, strict=True) if row["news"]]
    return Kept(list(zip(ids, fresh.values(), strict=True)), news)


def _insert(session: Session, rows: Sequence[dict[str, object]]) -> list[int]:
    if not rows:
        return []
    made = insert(Change).returning(col(Change.id), sort_by_parameter_order=True)
    return list(cast(Iterable[int], session.scalars(made, rows)))  # a kept row has an id


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


def find_told(session: Session, report_id: int) -> list[Change]:
    """What readers were told of a report, or would have been, had somebody watched it."""
    return list(session.exec(select(Change).where(Change.report_id == report_id, col(Change.news).is_(True))))


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
