"""Pages of what is kept: each begins behind the last row of the one before, so rows that come in between move none.

`after` is where the page before ended, None for the first; a page has `limit` rows at most.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, tuple_
from sqlmodel import Session, col, select

from storage.models import Change, Delivery, Digest, Document, Report, Visit
from storage.series import of_key

ReportPlace = tuple[str, str, int]  # region, kind, year
Moment = tuple[datetime, int]  # and the row's id


@dataclass(frozen=True, slots=True)
class AskedReports:
    """Which reports are meant; None is all. `regions` are exact codes."""

    regions: Collection[str] | None = None
    kind: str | None = None
    year: int | None = None
    example: bool = True


@dataclass(frozen=True, slots=True)
class AskedChanges:
    """Which changes are meant; None is all. `indicator` is a key, and means its scopes too; `until` is left out."""

    regions: Collection[str] | None = None
    indicator: str | None = None
    kind: str | None = None
    report_kind: str | None = None
    year: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    headline: bool = False
    news: bool = False
    example: bool = True


class Posted(NamedTuple):
    """A delivery with its digest's subject, without the bytes of either."""

    id: int
    channel: str
    address: str
    part: int
    state: str
    attempts: int
    due_at: datetime
    tried_at: datetime | None
    sent_at: datetime | None
    answer: str
    digest_id: str
    watch: str
    subject: str
    example: bool


def find_report_page(session: Session, asked: AskedReports, after: ReportPlace | None, limit: int) -> list[Report]:
    """By region, kind and year: what a report is known by for good."""
    query = select(Report).where(*_reports(asked))
    if after is not None:
        query = query.where(tuple_(col(Report.region), col(Report.kind), col(Report.year)) > after)
    ordered = query.order_by(col(Report.region), col(Report.kind), col(Report.year))
    return list(session.exec(ordered.limit(limit)))


def find_document_page(
    session: Session, asked: AskedReports, source: str | None, after: int | None, limit: int
) -> list[tuple[Document, Report | None]]:
    """In the order in which they came, each with its report; those of no report only where every report is meant."""
    query = select(Document, Report).outerjoin(Report, col(Document.report_id) == Report.id)
    query = query.where(*_reports(asked, of_document=True))
    if source is not None:
        query = query.where(Document.source_key == source)
    if after is not None:
        query = query.where(col(Document.id) > after)
    return [(document, report) for document, report in session.exec(query.order_by(col(Document.id)).limit(limit))]


def find_change_page(session: Session, asked: AskedChanges, after: Moment | None, limit: int) -> list[Change]:
    """Newest first."""
    query = select(Change).where(*_changes(asked))
    if after is not None:
        query = query.where(tuple_(col(Change.seen_at), col(Change.id)) < after)
    return list(session.exec(query.order_by(col(Change.seen_at).desc(), col(Change.id).desc()).limit(limit)))


def find_change(session: Session, event_id: str) -> Change | None:
    return session.exec(select(Change).where(Change.event_id == event_id)).first()


def find_visit_page(session: Session, source: str, after: Moment | None, limit: int) -> list[Visit]:
    """A source's visits, newest first."""
    query = select(Visit).where(Visit.source_key == source)
    if after is not None:
        query = query.where(tuple_(col(Visit.started_at), col(Visit.id)) < after)
    return list(session.exec(query.order_by(col(Visit.started_at).desc(), col(Visit.id).desc()).limit(limit)))


def find_posted_page(
    session: Session, *, state: str | None, channel: str | None, after: int | None, limit: int
) -> list[Posted]:
    """Newest first."""
    of_delivery = [getattr(Delivery, name) for name in Posted._fields[:11]]
    columns: Sequence[Any] = (*of_delivery, Digest.watch, Digest.subject, Digest.example)
    query: Any = select(*columns).join(Digest, col(Digest.id) == Delivery.digest_id)
    if state:
        query = query.where(Delivery.state == state)
    if channel:
        query = query.where(Delivery.channel == channel)
    if after is not None:
        query = query.where(col(Delivery.id) < after)
    return [Posted(*row) for row in session.exec(query.order_by(col(Delivery.id).desc()).limit(limit))]


def _reports(asked: AskedReports, *, of_document: bool = False) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if asked.regions is not None:
        found.append(col(Report.region).in_(asked.regions))
    if asked.kind is not None:
        found.append(col(Report.kind) == asked.kind)
    if asked.year is not None:
        found.append(col(Report.year) == asked.year)
    if not asked.example:
        found.append(col(Document.example if of_document else Report.example).is_(False))
    return found


def _changes(asked: AskedChanges) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for column, wanted in (
        (Change.kind, asked.kind), (Change.report_kind, asked.report_kind), (Change.year, asked.year),
    ):  # fmt: skip
        if wanted is not None:
            found.append(col(column) == wanted)
    if asked.regions is not None:
        found.append(col(Change.region).in_(asked.regions))
    if asked.indicator is not None:
        found.append(of_key(col(Change.indicator_key), asked.indicator))
    if asked.since is not None:
        found.append(col(Change.seen_at) >= asked.since)
    if asked.until is not None:
        found.append(col(Change.seen_at) < asked.until)
    for column, only in ((Change.headline, asked.headline), (Change.news, asked.news)):
        if only:
            found.append(col(column).is_(True))
    if not asked.example:
        found.append(col(Change.example).is_(False))
    return found
