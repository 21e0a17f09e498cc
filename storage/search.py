"""Which documents hold all of some terms: FTS5 on SQLite, an index over numbers on PostgreSQL, the same answers.

The index has no positions and no text: whether a phrase stands there, whoever asks looks up in the archive. It is made
in the transaction that keeps a document, and lost with the document; `Searched` says which documents it holds.
"""

import zlib
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, Select, and_, bindparam, literal_column, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Session, col, func, select

from storage.models import Document, Report, Searched

ASKED = 60  # terms in one question: more would find the same


class Candidate(NamedTuple):
    """A document that holds all terms; `speaks` for its report, if it has one."""

    document_id: int
    text_hash: str
    report_id: int | None
    region: str
    kind: str
    year: int | None
    speaks: bool


class Narrowed(NamedTuple):
    """Only reports of these regions (exact codes; None is all, also what belongs to no report), a year, a kind."""

    regions: Sequence[str] | None = None
    year: int | None = None
    kind: str | None = None


def add_terms(session: Session, document_id: int, terms: Collection[str], version: int) -> None:
    """Let a document be found by its terms, instead of those it was found by before."""
    connection = session.connection()
    postgresql = connection.dialect.name == "postgresql"
    connection.execute(text("DELETE FROM searched WHERE document_id = :id"), {"id": document_id})
    connection.execute(
        text("INSERT INTO searched (document_id, version) VALUES (:id, :version)"),
        {"id": document_id, "version": version},
    )
    if postgresql:
        statement = text("INSERT INTO search_words (document_id, words) VALUES (:id, :words)")
        statement = statement.bindparams(bindparam("words", type_=ARRAY(Integer)))
        connection.execute(statement, {"id": document_id, "words": _numbers(terms)})
    else:
        connection.execute(
            text("INSERT INTO search_words (rowid, words) VALUES (:id, :words)"),
            {"id": document_id, "words": " ".join(sorted(terms))},
        )


def find_unsearched(session: Session, version: int, limit: int) -> list[Document]:
    """Documents that cannot be found by today's terms yet, the newest first."""
    return list(session.exec(_unsearched(select(Document), version).order_by(col(Document.id).desc()).limit(limit)))


def count_unsearched(session: Session, version: int) -> int:
    counted: int = session.exec(_unsearched(select(func.count()).select_from(Document), version)).one()
    return counted


def _unsearched(query: Any, version: int) -> Any:
    known = and_(col(Searched.document_id) == Document.id, col(Searched.version) == version)
    return query.outerjoin(Searched, known).where(col(Searched.document_id).is_(None))


def find_candidates(
    session: Session, terms: Collection[str], narrowed: Narrowed, *, offset: int, limit: int
) -> tuple[list[Candidate], int]:
    """Documents with all of these terms, and how many there are in all.

    Those that speak for a report come first, the newest year first.
    """
    query = _of(_candidates(_holds(session, terms)), narrowed)
    connection = session.connection()
    counted: int = connection.execute(select(func.count()).select_from(query.order_by(None).subquery())).scalar_one()
    return [Candidate(*row) for row in connection.execute(query.offset(offset).limit(limit))], counted


def _candidates(holds: ColumnElement[bool]) -> Select[Any]:
    speaks = func.coalesce(col(Report.document_id) == Document.id, literal_column("false"))
    query: Select[Any] = select(  # type: ignore[call-overload]
        Document.id, Document.text_hash, col(Report.id), func.coalesce(Report.region, ""),
        func.coalesce(Report.kind, ""), col(Report.year), speaks,
    ).select_from(Document).outerjoin(Report, col(Document.report_id) == Report.id)  # fmt: skip
    return query.where(holds).order_by(
        speaks.desc(), col(Report.year).desc(), col(Document.published_on).desc(), col(Document.id).desc()
    )


def _holds(session: Session, terms: Collection[str]) -> ColumnElement[bool]:
    asked = sorted(terms, key=lambda one: (-len(one), one))[:ASKED]
    if session.connection().dialect.name == "postgresql":
        return col(Document.id) == func.any(bindparam("named", _find_by_numbers(session, asked), type_=ARRAY(Integer)))
    quoted = " AND ".join(f'"{term}"' for term in asked)
    named = text("SELECT rowid FROM search_words WHERE search_words MATCH :words").bindparams(words=quoted)
    return col(Document.id).in_(named)


def _find_by_numbers(session: Session, terms: Collection[str]) -> list[int]:
    """Asked by itself and by the index alone: PostgreSQL takes the rows for small, for their arrays lie elsewhere, and
    would rather read all of these.
    """
    connection = session.connection()
    for way in ("seqscan", "indexscan"):
        connection.execute(text(f"SET LOCAL enable_{way} = off"))
    words = text("SELECT document_id FROM search_words WHERE words @> CAST(:words AS integer[])")
    found = connection.execute(words.bindparams(bindparam("words", _numbers(terms), type_=ARRAY(Integer)))).scalars()
    named = list(found)
    for way in ("seqscan", "indexscan"):
        connection.execute(text(f"SET LOCAL enable_{way} = on"))
    return named


def _of(query: Select[Any], narrowed: Narrowed) -> Select[Any]:
    if narrowed.regions is not None:
        query = query.where(col(Report.region).in_(narrowed.regions))
    if narrowed.year is not None:
        query = query.where(col(Report.year) == narrowed.year)
    return query.where(col(Report.kind) == narrowed.kind) if narrowed.kind is not None else query


def find_faults(session: Session) -> list[str]:
    """What is wrong within the index; [] where all is well. That a document is not in it yet is no fault."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        ours, theirs = "SELECT document_id FROM searched", "SELECT rowid FROM search_words"
    else:
        ours, theirs = "SELECT document_id FROM searched", "SELECT document_id FROM search_words"
    lost = connection.execute(text(f"SELECT count(*) FROM ({ours} EXCEPT {theirs}) AS lost")).scalar_one()
    left = connection.execute(text(f"SELECT count(*) FROM ({theirs} EXCEPT {ours}) AS left_over")).scalar_one()
    told = [f"{lost} documents are said to be in the index and are not"] if lost else []
    return [*told, *([f"the index has {left} documents that are not kept"] if left else [])]


def forget_all(session: Session) -> None:
    """Empty the index: it is made anew from the archive."""
    session.connection().execute(text("DELETE FROM searched"))


def _numbers(terms: Collection[str]) -> list[int]:
    """Each term as a number; two may share one, and the text decides."""
    return sorted({zlib.crc32(term.encode()) - 2**31 for term in terms})
