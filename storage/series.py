"""What one asks about the series of a region, over all its years: the ledger, the newest reports, the panel.

Only what the speaking witness of each report states counts, as its latest reading has it. Rows are read as columns, not
as objects: these questions meet many thousands of them.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, and_, exists, or_, tuple_
from sqlmodel import Session, col, func, select

from storage.models import Document, Report, Statement
from storage.stated import COLUMNS, KINDS, as_stated
from storage.values import Kind, Role, Stated

_DOCUMENT: tuple[Any, ...] = (Document.title, Document.published_on, Document.url, Document.text_hash)
BATCH = 500  # ids in one query
PanelPlace = tuple[str, str, int, int]  # region, kind, year, place in the text


class Newest(NamedTuple):
    """The newest report of a region: how many targets it states, how many of them main ones."""

    report: Report
    targets: int
    main_targets: int
    growth: Stated | None


@dataclass(frozen=True, slots=True)
class PanelRow:
    """A statement with its sentence and the document it was read in."""

    stated: Stated
    sentence: str
    title: str
    published_on: date | None
    url: str
    text_hash: str


def find_ledger_statements(session: Session, region: str, *, headline: bool) -> list[Stated]:
    """The targets of all reports of a region and the outturns that may answer them.

    With `headline` only main targets, and of the outturns those of the same indicators; else everything.
    """
    spoken = _spoken().where(col(Report.region) == region)
    if not headline:
        return _read(session, spoken)
    targets = _read(session, spoken.where(col(Statement.role) == Role.TARGET, col(Statement.headline).is_(True)))
    keys = {target.indicator_key for target in targets}
    return targets + _read(session, spoken.where(_of_outturns(keys)))


def find_sentences_by_id(session: Session, ids: Iterable[int]) -> dict[int, str]:
    """The sentences of statements, by the statement's id."""
    found: dict[int, str] = {}
    wanted = sorted(set(ids))
    for at in range(0, len(wanted), BATCH):
        some = wanted[at : at + BATCH]
        rows = session.exec(select(Statement.id, Statement.sentence).where(col(Statement.id).in_(some)))
        found |= {id: sentence for id, sentence in rows if id is not None}
    return found


def find_newest(session: Session) -> list[Newest]:
    """The newest report of each region, by code; of several of one year the work report."""
    last = select(Report.region, func.max(Report.year).label("year")).group_by(Report.region).subquery()
    rows = session.exec(
        select(Report).join(last, and_(col(Report.region) == last.c.region, col(Report.year) == last.c.year))
    )
    newest: dict[str, Report] = {}
    for report in sorted(rows, key=lambda one: (one.kind != Kind.WORK_REPORT, one.kind)):
        newest.setdefault(report.region, report)
    documents = [report.document_id for report in newest.values() if report.document_id is not None]
    counts, growth = _counts(session, documents), _growth(session, documents)
    return [
        Newest(report, *counts.get(report.document_id or 0, (0, 0)), growth.get(report.id or 0))
        for _, report in sorted(newest.items())
    ]


def find_panel_regions(session: Session) -> list[str]:
    """The codes of all regions that have a report, without the example's."""
    query = select(Report.region).where(col(Report.example).is_(False)).distinct().order_by(Report.region)
    return list(session.exec(query))


def find_panel(session: Session, region: str) -> list[PanelRow]:
    """Every statement of a region's reports, by kind, year and place in the text; the example's are left out."""
    query = (
        _spoken(col(Statement.sentence), *(col(one) for one in _DOCUMENT))
        .join(Document, col(Statement.document_id) == Document.id)
        .where(col(Report.region) == region, col(Report.example).is_(False))
        .order_by(col(Report.kind), col(Report.year), col(Statement.ordinal))
    )
    return [_panel_row(row) for row in session.connection().execute(query)]


def _panel_row(row: Row[Any]) -> PanelRow:
    return PanelRow(as_stated(row), row.sentence, row.title, row.published_on, row.url, row.text_hash)


@dataclass(frozen=True, slots=True)
class AskedStatements:
    """Which statements are meant; None is all. `regions` are exact codes, `indicator` means its scopes too."""

    regions: Collection[str] | None = None
    kind: str | None = None
    year: int | None = None
    role: str | None = None
    indicator: str | None = None
    headline: bool | None = None
    example: bool = False


def find_panel_page(
    session: Session, asked: AskedStatements, after: PanelPlace | None, limit: int
) -> list[tuple[PanelRow, PanelPlace]]:
    """Rows of the panel in its order, each with its place; `after` is where the page before ended, if there was one."""
    region, kind, year, ordinal = col(Report.region), col(Report.kind), col(Report.year), col(Statement.ordinal)
    query = (
        _spoken(col(Statement.sentence), *(col(one) for one in _DOCUMENT), ordinal)
        .join(Document, col(Statement.document_id) == Document.id)
        .where(*_asked(asked))
        .order_by(region, kind, year, ordinal)
        .limit(limit)
    )
    if after is not None:
        report, place = tuple_(region, kind, year), after[:3]
        query = query.where(report >= place, or_(report > place, ordinal > after[3]))
    return [
        (_panel_row(row), (row.region, row.report_kind, row.year, row.ordinal))
        for row in session.connection().execute(query)
    ]


def _asked(asked: AskedStatements) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    wanted: tuple[tuple[Any, object], ...] = (
        (col(Report.kind), asked.kind), (col(Report.year), asked.year), (col(Statement.headline), asked.headline),
        (col(Statement.role) + "", asked.role),  # else SQLite reads all of one role and sorts them
    )  # fmt: skip
    found += [column == value for column, value in wanted if value is not None]
    if asked.regions is not None:
        found.append(col(Report.region).in_(asked.regions))
    if asked.indicator is not None:
        found.append(of_key(col(Statement.indicator_key), asked.indicator))
    if not asked.example:
        found.append(col(Report.example).is_(False))
    return found


def of_key(column: Any, key: str) -> ColumnElement[bool]:
    """`gdp` means gdp and its scopes (gdp.annual); a key of the long tail means itself alone."""
    exact: ColumnElement[bool] = column == key
    return exact if key.startswith("~") else or_(exact, column.startswith(f"{key}.", autoescape=True))


def find_related(session: Session, regions: Collection[str], keys: Collection[str]) -> list[Stated]:
    """What regions' reports state of these indicators; of the long tail all, for its words are compared."""
    return _read(session, _spoken().where(col(Report.region).in_(regions), _of_keys(keys)))


def find_last_years(session: Session, regions: Collection[str]) -> dict[str, dict[Kind, int]]:
    """The year of each region's newest report of each kind that states anything."""
    states = exists().where(
        col(Statement.document_id) == Report.document_id,
        col(Statement.report_id) == Report.id,
        col(Statement.ordinal) >= 0,
    )
    query = select(Report.region, Report.kind, func.max(Report.year)).where(col(Report.region).in_(regions), states)
    found: dict[str, dict[Kind, int]] = {}
    for region, kind, year in session.exec(query.group_by(Report.region, Report.kind)):
        found.setdefault(region, {})[KINDS[kind]] = year
    return found


def find_main(
    session: Session, regions: Collection[str], kind: str, years: Collection[int], keys: Collection[str]
) -> list[Stated]:
    """What reports of a kind state of some indicators: their main targets, and all outturns."""
    main = or_(col(Statement.headline).is_(True), col(Statement.role) == Role.OUTTURN)
    query = _spoken().where(
        col(Report.region).in_(regions), col(Report.kind) == kind, col(Report.year).in_(years),
        col(Statement.indicator_key).in_(keys), main,
    )  # fmt: skip
    return _read(session, query)


def find_of_indicator(session: Session, kind: str, years: Collection[int], key: str) -> list[Stated]:
    """What all regions' reports of a kind and of these years state of an indicator, targets and outturns alike."""
    ids = list(session.exec(select(Report.id).where(Report.kind == kind, col(Report.year).in_(years))))
    found: list[Stated] = []
    for at in range(0, len(ids), BATCH):  # by their numbers: SQLite would rather read all statements than join these
        some = col(Statement.report_id).in_(ids[at : at + BATCH])
        found += _read(session, _spoken().where(some, col(Statement.indicator_key) == key))
    return found


def _spoken(*more: Any) -> Select[Any]:
    """Statements of the witnesses that speak, with their reports; what was set aside has an ordinal below zero."""
    query: Select[Any] = (
        select(*COLUMNS, *more)
        .join(Report, and_(col(Statement.report_id) == Report.id, col(Statement.document_id) == Report.document_id))
        .where(col(Statement.ordinal) + 0 >= 0)  # "+ 0": SQLite would rather search by this than by role and headline
    )
    return query


def _of_outturns(keys: Collection[str]) -> Any:
    return and_(col(Statement.role) == Role.OUTTURN, _of_keys(keys))


def _of_keys(keys: Collection[str]) -> Any:
    """These indicators; of the long tail all, for their words are compared later."""
    known = sorted(key for key in keys if not key.startswith("~"))
    of_keys = col(Statement.indicator_key).in_(known)
    return of_keys if len(known) == len(keys) else or_(of_keys, col(Statement.indicator_key).startswith("~"))


def _read(session: Session, query: Select[Any]) -> list[Stated]:
    ordered = query.order_by(col(Report.year), col(Report.kind), col(Statement.ordinal))
    return [as_stated(row) for row in session.connection().execute(ordered)]


def _counts(session: Session, documents: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Targets and main targets of each document."""
    rows = session.exec(
        select(Statement.document_id, Statement.headline, func.count())
        .where(
            col(Statement.document_id).in_(documents),
            col(Statement.role) == Role.TARGET,
            col(Statement.ordinal) + 0 >= 0,
        )
        .group_by(col(Statement.document_id), col(Statement.headline))
    )
    found: dict[int, tuple[int, int]] = {}
    for document_id, headline, count in rows:
        every, main = found.get(document_id, (0, 0))
        found[document_id] = every + count, main + count * headline
    return found


def _growth(session: Session, documents: Sequence[int]) -> dict[int, Stated]:
    """The first main target for GDP of each report, by the report's id."""
    query = _spoken().where(
        col(Statement.document_id).in_(documents),
        col(Statement.role) == Role.TARGET,
        col(Statement.headline).is_(True),
        col(Statement.indicator_key) == "gdp",
    )
    found: dict[int, Stated] = {}
    for stated in _read(session, query):
        found.setdefault(stated.report_id, stated)
    return found
