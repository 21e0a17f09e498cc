"""What one asks about statements: rows in, `values.Stated` out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Select, and_, bindparam, insert, or_, update
from sqlmodel import Session, SQLModel, col, delete, func, select

from storage.models import Change, Report, Statement
from storage.stated import COLUMNS, as_stated
from storage.values import Kind, Measure, Op, Role, Stated, StatementData

BATCH = 500  # ids in one query
STATEMENTS = SQLModel.metadata.tables[str(Statement.__tablename__)]
IDS = (
    select(STATEMENTS.c.id)
    .where(STATEMENTS.c.document_id == bindparam("of"), STATEMENTS.c.ordinal >= 0)
    .order_by(STATEMENTS.c.ordinal)
)
OF_DOCUMENT = (
    select(*COLUMNS)
    .join(Report, col(Statement.report_id) == Report.id)
    .where(col(Statement.document_id) == bindparam("of"), col(Statement.ordinal) >= 0)
    .order_by(col(Statement.ordinal))
)
_FIELDS = [field.name for field in fields(StatementData) if field.name != "rules"]


def add_statements(
    session: Session, document_id: int, report: Report, statements: Sequence[tuple[StatementData, str]], text: str
) -> list[Stated]:
    """Keep what a document states, each with its indicator key; `text` is the kept text that the offsets index."""
    assert report.id is not None, "a report is kept before what it states"
    rows = [
        {name: getattr(data, name) for name in _FIELDS}
        | {
            "document_id": document_id,
            "report_id": report.id,
            "ordinal": ordinal,
            "indicator_key": key,
            "sentence": text[data.sentence_start : data.sentence_end],
            "rules": "\n".join(data.rules),  # their names have spaces
        }
        for ordinal, (data, key) in enumerate(statements)
    ]
    if not rows:
        return []
    # Rows that go in by themselves and ids asked for afterwards cost half of rows that each answer with their id.
    session.connection().execute(insert(STATEMENTS), rows)
    ids = session.connection().execute(IDS, {"of": document_id}).scalars()
    return [
        Stated(id, document_id, report.id, report.region, Kind(report.kind), report.year, key, data)
        for id, (data, key) in zip(ids, statements, strict=True)
    ]


def find_of_document(session: Session, document_id: int) -> list[Stated]:
    """A document's statements in the order of its text."""
    session.flush()
    return [as_stated(row) for row in session.connection().execute(OF_DOCUMENT, {"of": document_id})]


def set_aside(session: Session, document_id: int) -> list[int]:
    """Make room for what better rules read in a document; answers with the ids of what the earlier ones read."""
    old = select(Statement.id).where(Statement.document_id == document_id, Statement.ordinal >= 0)
    ids = [id for id in session.exec(old) if id is not None]
    session.exec(update(Statement).where(col(Statement.id).in_(ids)).values(ordinal=-col(Statement.id)))
    reviewed = select(Statement.id).where(
        Statement.document_id == document_id, col(Statement.set_aside_by).is_not(None)
    )
    ids += [id for id in session.exec(reviewed) if id is not None]
    session.exec(update(Statement).where(col(Statement.id).in_(ids)).values(set_aside_by=None))
    return ids


def forget_unused(session: Session, ids: Iterable[int]) -> None:
    """Drop what was set aside, but for what readers were told of."""
    rows = list(ids)
    for at in range(0, len(rows), BATCH):
        some = rows[at : at + BATCH]
        told = [session.exec(select(one).where(col(one).in_(some))) for one in (Change.before_id, Change.after_id)]
        session.exec(delete(Statement).where(col(Statement.id).in_(set(some).difference(*told))))


def find_spoken(session: Session, report: Report) -> list[Stated]:
    """What a report states: the statements of the witness that speaks for it."""
    return [] if report.document_id is None else find_of_document(session, report.document_id)


def find_by_id(session: Session, ids: Iterable[int]) -> dict[int, tuple[Stated, str]]:
    """Statements with their sentences, by id."""
    session.flush()
    columns: tuple[Any, ...] = (*COLUMNS, Statement.sentence)
    query: Select[Any] = select(*columns)
    query = query.join(Report, col(Statement.report_id) == Report.id)
    rows = session.connection().execute(query.where(col(Statement.id).in_(set(ids))))
    return {row.id: (as_stated(row), row.sentence) for row in rows}


def count_of_documents(session: Session, document_ids: Iterable[int]) -> dict[int, int]:
    """How many statements each document has."""
    rows = session.exec(
        select(Statement.document_id, func.count())
        .where(col(Statement.document_id).in_(set(document_ids)), Statement.ordinal >= 0)
        .group_by(col(Statement.document_id))
    )
    return dict(rows.all())


def find_within(session: Session, spans: Mapping[int, tuple[int, int]]) -> dict[int, list[Stated]]:
    """What documents state between two places of their texts, by document."""
    if not spans:
        return {}
    inside = or_(
        *(
            and_(col(Statement.document_id) == id, col(Statement.start) >= start, col(Statement.start) < end)
            for id, (start, end) in spans.items()
        )
    )
    rows = session.exec(
        select(Statement, Report)
        .join(Report, col(Statement.report_id) == Report.id)
        .where(inside, Statement.ordinal >= 0)
        .order_by(col(Statement.document_id), col(Statement.ordinal))
    )
    found: dict[int, list[Stated]] = {}
    for row, report in rows:
        found.setdefault(row.document_id, []).append(stated_of(row, report))
    return found


def find_sentences(session: Session, document_id: int) -> dict[int, str]:
    """The sentence of each statement of a document, by the statement's id."""
    rows = session.exec(select(Statement.id, Statement.sentence).where(Statement.document_id == document_id))
    return {id: sentence for id, sentence in rows if id is not None}


def stated_of(row: Statement, report: Report) -> Stated:
    """A row as a value; the row was read or flushed."""
    assert row.id is not None, "the row was read or flushed"
    assert report.id is not None, "the row was read or flushed"
    data = StatementData(
        start=row.start, end=row.end, text=row.text, role=Role(row.role), indicator=row.indicator,
        measure=Measure(row.measure), op=Op(row.op), value=row.value, value_hi=row.value_hi, unit=row.unit,
        reference=row.reference, period=row.period, headline=row.headline, sentence_start=row.sentence_start,
        sentence_end=row.sentence_end, commitment=row.commitment, binding=row.binding, baseline=row.baseline,
        rules=tuple(row.rules.splitlines()),
    )  # fmt: skip
    return Stated(
        row.id, row.document_id, report.id, report.region, Kind(report.kind), report.year, row.indicator_key, data,
        row.review_id,
    )  # fmt: skip
