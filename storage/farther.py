"""What one asks about targets for farther years than their own report's, over the reports of a region."""

from collections.abc import Collection

from sqlalchemy import String, and_, cast
from sqlmodel import Session, col, func, select

from storage.models import Report, Statement
from storage.stated import COLUMNS, as_stated
from storage.values import Role, Stated

_LAST_YEAR = func.substr(col(Statement.period), func.length(col(Statement.period)) - 3, 4)  # 2026/2030 → 2030
_SPOKEN = and_(
    col(Statement.report_id) == Report.id,
    col(Statement.document_id) == Report.document_id,
    col(Statement.ordinal) + 0 >= 0,  # "+ 0": SQLite would rather search by this than by the document
)


def find_farther_targets(session: Session, report: Report) -> list[Stated]:
    """What earlier reports of the region and kind aim at for other years than their own, newest first.

    Only for years that end with the one before the report's, or later: what was due in 2020 is history in 2026.
    """
    query = (
        select(*COLUMNS)
        .join(Report, _SPOKEN)
        .where(
            col(Report.region) == report.region,
            col(Report.kind) == report.kind,
            col(Report.year) < report.year,
            col(Statement.role) == Role.TARGET,
            _LAST_YEAR.op(">=")(str(report.year - 1)),
            col(Statement.period) != cast(col(Report.year), String),
        )
        .order_by(col(Report.year).desc(), col(Statement.ordinal))
    )
    return [as_stated(row) for row in session.connection().execute(query)]


def find_later_of_periods(session: Session, report: Report, periods: Collection[str]) -> list[Report]:
    """Later reports of the region and kind that say something of one of these years or spans, in their order."""
    if not periods:
        return []
    says = select(Statement.id).where(_SPOKEN, col(Statement.period).in_(periods)).exists()
    query = select(Report).where(
        Report.region == report.region, Report.kind == report.kind, Report.year > report.year, says
    )
    return list(session.exec(query.order_by(col(Report.year))))
