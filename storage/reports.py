"""What one asks about entries, documents and reports."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, insert
from sqlmodel import Session, SQLModel, col, func, select

from storage.models import Document, Entry, Passage, Report
from storage.values import Kind

BATCH = 500  # addresses in one query
_KNOWN: tuple[Any, ...] = (
    Document.url, Document.id, Document.text_hash, Document.excerpt, Document.doubts, Report.region, Report.kind,
    Report.year,
)  # fmt: skip
KNOWN = select(*_KNOWN).outerjoin(Report, col(Document.report_id) == Report.id).order_by(col(Document.version))
PASSAGES = SQLModel.metadata.tables[str(Passage.__tablename__)]


def find_entries(session: Session, source_key: str) -> dict[str, Entry]:
    """A source's known entries by URL."""
    rows = session.exec(select(Entry).where(Entry.source_key == source_key))
    return {entry.url: entry for entry in rows}


def keep_entry(session: Session, entry: Entry) -> None:
    """Add an entry, or renew the one of the same source and URL."""
    known = session.exec(select(Entry).where(Entry.source_key == entry.source_key, Entry.url == entry.url)).first()
    if known is None:
        session.add(entry)
        return
    _renew(known, entry)


def _renew(known: Entry, entry: Entry) -> None:
    for name in ("title", "published_on", "state", "tries", "error", "recheck_at"):
        setattr(known, name, getattr(entry, name))


def keep_entries(session: Session, source_key: str, entries: Sequence[Entry]) -> None:
    """The same for many of one source, at the price of one question."""
    urls = [entry.url for entry in entries]
    rows = session.exec(select(Entry).where(Entry.source_key == source_key, col(Entry.url).in_(urls)))
    known = {entry.url: entry for entry in rows}
    for entry in entries:
        before = known.get(entry.url)
        if before is None:
            session.add(entry)
        else:
            _renew(before, entry)


def find_document(session: Session, document_id: int) -> Document | None:
    return session.get(Document, document_id)


def find_latest_version(session: Session, url: str) -> Document | None:
    """The newest version of what was fetched at a URL."""
    return session.exec(select(Document).where(Document.url == url).order_by(col(Document.version).desc())).first()


@dataclass(frozen=True, slots=True)
class Known:
    """What is on record of an address: its latest version, which is a witness of this report."""

    document_id: int
    text_hash: str
    region: str
    kind: Kind
    year: int
    excerpt: bool
    doubts: tuple[str, ...]


def find_known(session: Session, urls: Sequence[str]) -> dict[str, Known]:
    """The latest version of each address; those that are not there, or of no report, are left out."""
    found: dict[str, Known] = {}
    for at in range(0, len(urls), BATCH):
        rows = session.execute(KNOWN.where(col(Document.url).in_(urls[at : at + BATCH])))
        for url, id, text_hash, excerpt, doubts, region, kind, year in rows:
            found.pop(url, None)
            if region is not None:
                found[url] = Known(id, text_hash, region, Kind(kind), year, excerpt, tuple(doubts.splitlines()))
    return found


def find_witnesses(session: Session, report_id: int) -> list[Document]:
    """All documents of a report, oldest first."""
    return list(session.exec(select(Document).where(Document.report_id == report_id).order_by(col(Document.id))))


def find_stale(session: Session, region: str, kind: str, rules_version: int) -> list[tuple[Document, Report]]:
    """The documents of a region's reports that another version of the rules has read, each with its report."""
    rows = session.exec(
        select(Document, Report)
        .join(Report, col(Document.report_id) == Report.id)
        .where(Report.region == region, Report.kind == kind, Document.rules_version != rules_version)
        .order_by(col(Document.id))
    )
    return list(rows.all())


def find_places_before(session: Session, rules_version: int, limit: int) -> list[tuple[str, Kind]]:
    """Regions and kinds of report of which a version of the rules before this one has read some document."""
    rows = session.exec(
        select(Report.region, Report.kind)
        .join(Document, col(Document.report_id) == Report.id)
        .where(Document.rules_version < rules_version)
        .distinct()
        .order_by(Report.region, Report.kind)
        .limit(limit)
    )
    return [(region, Kind(kind)) for region, kind in rows]


def add_document(session: Session, document: Document) -> int:
    """Keep a document; answers with its id."""
    session.add(document)
    session.flush()
    assert document.id is not None
    return document.id


def add_passages(session: Session, document_id: int, marks: Iterable[int]) -> None:
    """Keep a document's marks, by which its words are known again."""
    rows = [{"mark": mark, "document_id": document_id} for mark in marks]
    if rows:
        session.connection().execute(insert(PASSAGES), rows)


def find_most_alike(session: Session, marks: Collection[int], *, example: bool) -> tuple[Report, int] | None:
    """The report of which a witness shares most of these marks, and how many; None if none shares any."""
    shared = func.count()
    row = session.exec(
        select(Report, shared)
        .join(Document, col(Document.report_id) == Report.id)
        .join(Passage, col(Passage.document_id) == Document.id)
        .where(col(Passage.mark).in_(marks), Report.example == example)
        .group_by(col(Report.id), col(Document.id))
        .order_by(shared.desc(), col(Report.id))
        .limit(1)
    ).first()
    return None if row is None else (row[0], row[1])


def find_report(session: Session, region: str, kind: str, year: int) -> Report | None:
    return session.exec(select(Report).where(Report.region == region, Report.kind == kind, Report.year == year)).first()


def add_report(session: Session, report: Report) -> int:
    """Keep a report; answers with its id."""
    session.add(report)
    session.flush()
    assert report.id is not None
    return report.id


def find_before(session: Session, report: Report) -> Report | None:
    """The latest earlier report of the same region and kind."""
    return session.exec(
        select(Report)
        .where(Report.region == report.region, Report.kind == report.kind, Report.year < report.year)
        .order_by(col(Report.year).desc())
    ).first()


def find_after(session: Session, report: Report) -> Report | None:
    """The earliest later report of the same region and kind."""
    return session.exec(
        select(Report)
        .where(Report.region == report.region, Report.kind == report.kind, Report.year > report.year)
        .order_by(col(Report.year))
    ).first()


def find_reports(
    session: Session, *, regions: Sequence[str] | None = None, limit: int | None = None, example: bool = True
) -> list[Report]:
    """Reports, newest first; `regions` are exact codes, None is all of them."""
    query = select(Report).order_by(col(Report.first_seen_at).desc(), col(Report.year).desc(), col(Report.id).desc())
    if regions is not None:
        query = query.where(col(Report.region).in_(regions))
    if not example:
        query = query.where(col(Report.example).is_(False))
    return list(session.exec(query.limit(limit) if limit else query))


def find_last_seen(session: Session) -> list[tuple[Kind, datetime]]:
    """When the newest report of each kind was found, the latest first; the example's do not count."""
    seen = func.max(Report.first_seen_at)
    query = select(Report.kind, seen).where(col(Report.example).is_(False)).group_by(Report.kind)
    return sorted(((Kind(kind), at) for kind, at in session.exec(query)), key=lambda one: one[1], reverse=True)


def find_region_codes(session: Session) -> list[str]:
    """The codes of all regions that have a report."""
    return list(session.exec(select(Report.region).distinct().order_by(Report.region)))


def count_reports(session: Session) -> int:
    return session.exec(select(func.count()).select_from(Report)).one()


def count_doubts(session: Session) -> tuple[int, int]:
    """How many documents belong to no report, and of how many others region or year is in doubt; newest versions."""
    newest = select(Document.url, func.max(Document.version).label("newest")).group_by(Document.url).subquery()
    latest = and_(newest.c.url == Document.url, newest.c.newest == Document.version)
    rows = select(func.count()).select_from(Document).join(newest, latest)
    unplaced = session.exec(rows.where(col(Document.report_id).is_(None))).one()
    return unplaced, session.exec(rows.where(col(Document.report_id).is_not(None), Document.doubts != "")).one()


def find_reports_by_id(session: Session, ids: Iterable[int]) -> dict[int, Report]:
    rows = session.exec(select(Report).where(col(Report.id).in_(set(ids))))
    return {report.id: report for report in rows if report.id is not None}


def find_documents_by_id(session: Session, ids: Iterable[int]) -> dict[int, Document]:
    rows = session.exec(select(Document).where(col(Document.id).in_(set(ids))))
    return {document.id: document for document in rows if document.id is not None}


def find_addresses(session: Session) -> dict[str, str]:
    """Every address of the archive that a document names, with the document's URL."""
    rows = session.exec(select(Document.url, Document.raw_hash, Document.attachment_hash, Document.text_hash))
    return {address: row[0] for row in rows for address in row[1:] if address}
