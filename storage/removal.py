"""Taking out what belongs to the bundled example, from every table. Nothing else is ever deleted here."""

from sqlalchemy import ColumnElement
from sqlmodel import Session, SQLModel, col, delete, select

from storage.models import (
    Change,
    Delivery,
    Digest,
    DigestChange,
    DigestNotice,
    Document,
    Entry,
    Hushed,
    Notice,
    Page,
    Passage,
    Report,
    Review,
    SourceState,
    Statement,
    Visit,
)


def remove_example(session: Session) -> dict[str, int]:
    """Delete all rows of the example, children first; answers how many of each table went.

    The archive keeps its objects: they are few, and may be the same bytes as something else's.
    """
    sources = select(SourceState.key).where(col(SourceState.example).is_(True))
    urls = select(Entry.url).where(col(Entry.source_key).in_(sources))
    digests = select(Digest.id).where(col(Digest.example).is_(True))
    reports = select(Report.id).where(col(Report.example).is_(True))
    documents = select(Document.id).where(col(Document.example).is_(True))
    pages = select(SourceState.url).where(col(SourceState.example).is_(True))
    conditions: list[tuple[type[SQLModel], ColumnElement[bool]]] = [
        (Delivery, col(Delivery.digest_id).in_(digests)),
        (DigestChange, col(DigestChange.digest_id).in_(digests)),
        (DigestNotice, col(DigestNotice.digest_id).in_(digests)),
        (Hushed, col(Hushed.example).is_(True)),
        (Digest, col(Digest.example).is_(True)),
        (Change, col(Change.example).is_(True)),
        (Statement, col(Statement.report_id).in_(reports)),
        (Passage, col(Passage.document_id).in_(documents)),
        (Document, col(Document.example).is_(True)),
        (Review, col(Review.example).is_(True)),
        (Report, col(Report.example).is_(True)),
        (Notice, col(Notice.example).is_(True)),
        (Page, col(Page.url).in_(urls) | col(Page.url).in_(pages)),
        (Visit, col(Visit.source_key).in_(sources)),
        (Entry, col(Entry.source_key).in_(sources)),
        (SourceState, col(SourceState.example).is_(True)),
    ]
    return {
        f"{table.__tablename__} rows".replace("_", " "): session.exec(delete(table).where(condition)).rowcount
        for table, condition in conditions
    }
