"""What one asks in order to look around: which regions there are, what moved most, what is missing, what is broken."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, case, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, func, select

from storage.models import Change, Document, Report, SourceState, Statement
from storage.values import Basis, ChangeKind, Role


@dataclass(frozen=True, slots=True)
class Reported:
    """A region that has reports: how many, of which years."""

    region: str
    reports: int
    first_year: int
    last_year: int


@dataclass(frozen=True, slots=True)
class Published:
    """When a region's report of a year was published; None where its page does not tell."""

    region: str
    year: int
    published_on: date | None


def find_reported(session: Session) -> list[Reported]:
    """All regions that have a report, by code."""
    rows = session.exec(
        select(Report.region, func.count(), func.min(Report.year), func.max(Report.year))
        .group_by(Report.region)
        .order_by(Report.region)
    )
    return [Reported(*row) for row in rows]


def find_last_year(session: Session, kind: str, before: int) -> int | None:
    """The newest year before `before` that a report of a kind is of; the example's counts where there is no other."""
    rows = session.exec(
        select(Report.example, func.max(Report.year))
        .where(Report.kind == kind, Report.year < before)
        .group_by(col(Report.example))
    )
    years = dict(rows.all())
    return years.get(False, years.get(True))


def find_years(session: Session, kind: str) -> list[int]:
    """The years that there are reports of a kind for, newest first."""
    query = select(Report.year).where(Report.kind == kind).distinct().order_by(col(Report.year).desc())
    return list(session.exec(query))


def find_latest_changes(session: Session, limit: int) -> list[Change]:
    """The changes of main targets that were seen last, the newest first.

    A target that an old report states for the first time is left out: an import of many would be nothing else.
    """
    query = select(Change).where(
        col(Change.headline).is_(True), or_(col(Change.news).is_(True), col(Change.kind) != ChangeKind.ADDED)
    )
    return list(session.exec(query.order_by(col(Change.seen_at).desc(), col(Change.id).desc()).limit(limit)))


def find_moves(session: Session, year: int, kind: ChangeKind, limit: int) -> list[Change]:
    """The main targets, stated in per cent, that the year's reports moved furthest against the year before.

    By how far: from the middle of a range, and of declines by their size; the example's come last.
    """
    before, after = aliased(Statement), aliased(Statement)
    distance = func.abs(_size(after) - _size(before))
    query = (
        select(Change)
        .join(before, col(Change.before_id) == before.id)
        .join(after, col(Change.after_id) == after.id)
        .where(
            Change.year == year, Change.kind == kind, Change.basis == Basis.NEXT_REPORT,
            col(Change.headline).is_(True), col(before.unit) == "%", col(after.unit) == "%",
        )
        .order_by(col(Change.example), distance.desc(), col(Change.region), col(Change.id))
        .limit(limit)
    )  # fmt: skip
    return list(session.exec(query))


def _size(side: Any) -> ColumnElement[float]:
    middle = case((side.value_hi.is_(None), side.value), else_=(side.value + side.value_hi) / 2)
    return func.abs(middle)


def find_published(session: Session, kind: str, years: Collection[int]) -> list[Published]:
    """When the reports of a kind and of these years were published; without the example's."""
    rows = session.exec(
        select(Report.region, Report.year, col(Document.published_on))
        .join(Document, col(Report.document_id) == Document.id)
        .where(Report.kind == kind, col(Report.year).in_(years), col(Report.example).is_(False))
        .order_by(Report.region, col(Report.year))
    )
    return [Published(*row) for row in rows]


def find_troubled(session: Session) -> list[SourceState]:
    """The sources that failed at their last visit, or whose pages could not be read, the longest failing first."""
    query = select(SourceState).where(or_(col(SourceState.failures) > 0, col(SourceState.told_unread_at).is_not(None)))
    return sorted(session.exec(query), key=lambda one: (one.failing_since is None, one.failing_since, one.key))


def count_by_indicator(session: Session, kind: str, year: int) -> dict[str, int]:
    """In how many of a year's reports each indicator of the catalogue is a target, by key."""
    rows = session.exec(
        select(Statement.indicator_key, func.count(func.distinct(Statement.report_id)))
        .join(Report, col(Statement.document_id) == Report.document_id)
        .where(
            Report.kind == kind, Report.year == year, Statement.role == Role.TARGET, Statement.ordinal >= 0,
            col(Statement.indicator_key).not_like("~%"),
        )
        .group_by(Statement.indicator_key)
    )  # fmt: skip
    return dict(rows.all())
