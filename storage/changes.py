"""What one asks about changes."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, insert, update
from sqlmodel import Session, SQLModel, col, delete, select

from storage.models import Change, DigestChange
from storage.values import Basis, ChangeData

CHANGES = SQLModel.metadata.tables[str(Change.__tablename__)]
IDS = select(CHANGES.c.event_id, CHANGES.c.id).where(CHANGES.c.report_id == bindparam("of"))


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
    rows = {row.event_id: row for row in session.exec(query)} if bases else {}
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


def add_told(
    session: Session, event_id: str, change: ChangeData, *, report_id: int, now: datetime, example: bool
) -> int:
    """Keep a change that is told whatever else is on record; answers with its id. The same event is kept once."""
    known = session.exec(select(Change.id).where(Change.event_id == event_id)).first()
    if known is not None:
        return known
    row = {"report_id": report_id, "seen_at": now, "example": example, "news": True}
    return _insert(session, [_row(event_id, change) | row])[0]


def unnews(session: Session, change_ids: Collection[int]) -> None:
    """Changes that nobody was told are no news any more: what no longer holds goes with the next look at its report.

    A correction that nobody was told goes at once.
    """
    gone = col(Change.id).in_(change_ids)
    session.exec(delete(Change).where(gone, col(Change.basis) == Basis.CORRECTION))
    session.exec(update(Change).where(col(Change.id).in_(change_ids)).values(news=False))


def _insert(session: Session, rows: Sequence[dict[str, object]]) -> list[int]:
    """Add changes of one report; answers with their ids."""
    if not rows:
        return []
    connection = session.connection()
    connection.execute(insert(CHANGES), rows)
    ids = {str(row.event_id): int(row.id) for row in connection.execute(IDS, {"of": rows[0]["report_id"]})}
    return [ids[str(row["event_id"])] for row in rows]


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
