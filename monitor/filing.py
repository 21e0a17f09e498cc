"""One found document → its report, its statements, the changes they make, and what is owed for them.

    found → identify → extract → archive → ONE transaction: document, report, statements, changes, digests owed

Reading and archiving are over before the transaction begins. Used by a visit and by an import alike.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from sqlmodel import Session

from monitor.catalogue.indicators import key_of
from monitor.comparing.terms import VERSION, terms
from monitor.desk import Desk, Filed, Found, Outcome
from monitor.extractors import RULES_VERSION
from monitor.extractors.script import read_script
from monitor.extractors.statements import extract
from monitor.identity import Identity, identify
from monitor.identity.passages import is_copy, marks_of
from monitor.record import Record
from monitor.reviews.reviewed import rule
from monitor.telling.owing import owe_news, tell_operators
from monitor.watches import names
from storage.archive import Archive
from storage.database import one_at_a_time, reading, transaction
from storage.models import Document, Notice, Report
from storage.reports import (
    add_document,
    add_passages,
    add_report,
    find_latest_version,
    find_most_alike,
    find_places_before,
    find_report,
    find_reports,
    find_stale,
)
from storage.reviews import Readings, Replaced, find_reviews
from storage.search import add_terms
from storage.statements import add_statements, forget_unused, set_aside
from storage.values import About, Kind, Role, Stated, StatementData

__all__ = [
    "Desk", "Filed", "Found", "Outcome", "Reviewed", "Understood", "file", "find_outdated", "is_watched", "keep",
    "lay_reviews", "reread", "understand", "weigh",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Understood:
    """What was found, whose report it is, and what it states, each statement with its indicator's key."""

    found: Found
    identity: Identity
    statements: Sequence[tuple[StatementData, str]]
    marks: frozenset[int]  # of its words
    terms: frozenset[str]  # by which it is found

    @property
    def placed(self) -> bool:
        """Whether it is known whose report it is, and of which year."""
        return bool(self.identity.region) and self.identity.year is not None


def file(found: Found, desk: Desk, *, news: bool, now: datetime) -> Filed:
    """Keep a document and all that follows from it; the same document again changes nothing.

    `news` is false for a first visit and for an import: changes are recorded, nobody is told.
    """
    return keep(understand(found), desk, news=news, now=now)


def understand(found: Found) -> Understood:
    """The half of `file` that keeps nothing: pure, and most of the work, so an import does it on all cores."""
    identity = identify(
        found.title,
        issuer=found.issuer,
        site_code=found.site_code,
        heading=found.heading,
        text=read_script(found.text).plain,  # lines that a page broke inside sentences tell wrong years
        published_on=found.published_on,
        source_region=found.region,
        source_kind=found.kind,
        known_year=found.year,
    )
    stated = [] if identity.year is None else extract(found.text, _about(found, identity))
    return Understood(found, identity, _keyed(stated), marks_of(found.text), frozenset(terms(found.text)))


def keep(read: Understood, desk: Desk, *, news: bool, now: datetime) -> Filed:
    """The other half of `file`."""
    read = _recognised(read, desk)
    document = _document(read, desk.archive)
    if read.placed:
        reread(
            desk, read.identity.region, read.identity.kind, now
        )  # one report by two versions of our rules: no change
    with transaction(desk.engine) as session:
        one_at_a_time(session, read.identity.region or document.url)  # two witnesses of a report may come at once
        earlier = find_latest_version(session, document.url)
        placed_now = earlier is not None and earlier.report_id is None and read.placed
        if earlier is not None and earlier.text_hash == document.text_hash and not placed_now:
            assert earlier.id is not None, "the row was read"
            return Filed(Outcome.UNCHANGED, earlier.id, read.identity)
        if earlier is not None:
            document.version = earlier.version + 1
        if not read.placed:
            document_id = add_document(session, document)
            add_terms(session, document_id, read.terms, VERSION)
            return Filed(Outcome.UNPLACED, document_id, read.identity)
        return _place(session, read, document, desk, news, now)


def _recognised(read: Understood, desk: Desk) -> Understood:
    """Whose report a document is that does not tell for sure: that of a witness with the same words, if any."""
    found, doubtful = read.found, read.identity
    if not doubtful.doubts or not read.marks:
        return read
    with reading(desk.engine) as session:
        alike = find_most_alike(session, read.marks, example=found.example)
    if alike is None or not is_copy(alike[1], len(read.marks)):
        return read
    report = alike[0]
    doubts = (*doubtful.doubts, f"its words are those of the report of {report.region} for {report.year}: filed there")
    identity = replace(doubtful, region=report.region, year=report.year, kind=Kind(report.kind), doubts=doubts)
    return replace(read, identity=identity, statements=_keyed(extract(found.text, _about(found, identity))))


def _about(found: Found, identity: Identity) -> About:
    return About(
        region=identity.region, year=identity.year, kind=identity.kind, title=found.title,
        published_on=found.published_on,
    )  # fmt: skip


def _document(read: Understood, archive: Archive) -> Document:
    """The row to be, with its bytes and its text in the archive."""
    found, identity = read.found, read.identity
    targets, targets_hash = weigh(data for data, _ in read.statements)
    return Document(
        source_key=found.source_key,
        url=found.url,
        title=found.title,
        issuer=found.issuer,
        published_on=found.published_on,
        fetched_at=found.fetched_at,
        content_type=found.content_type,
        raw_hash=archive.add(found.raw),
        attachment_url=found.attachment_url,
        attachment_hash=None if found.attachment is None else archive.add(found.attachment),
        text_hash=archive.add_text(found.text),
        text_length=len(found.text),
        excerpt=identity.excerpt or bool(found.warnings),
        doubts="\n".join((*identity.doubts, *found.warnings)),
        rules_version=RULES_VERSION,
        targets=targets,
        targets_hash=targets_hash,
        example=found.example,
    )


def weigh(statements: Iterable[StatementData]) -> tuple[int, str]:
    """How many different targets these are, and a hash that is the same where the same targets are stated."""
    said = {
        f"{one.indicator} {one.measure} {one.op} {one.value} {one.value_hi} {one.unit} {one.reference} {one.period}"
        for one in statements
        if one.role is Role.TARGET
    }
    return len(said), sha256("\n".join(sorted(said)).encode()).hexdigest()


def _place(
    session: Session, read: Understood, document: Document, desk: Desk, news: bool, now: datetime
) -> Filed:  # fmt: skip
    """Keep a document as a witness of its report, with what follows from it."""
    report, known = _report_of(session, read, now)
    document.report_id = report.id
    document_id = add_document(session, document)
    add_passages(session, document_id, read.marks)
    add_terms(session, document_id, read.terms, VERSION)
    said = add_statements(session, document_id, report, read.statements, read.found.text)
    reviewed = lay_reviews(session, document, report, read.found.text)
    said = said if reviewed is None else reviewed.stated
    taken = Record(session, report, now, is_watched(desk)).take_in(document, said, known=known, news=news)
    owe_news(session, report, taken.news, desk, now)
    outcome = Outcome.REVISION if taken.revised else Outcome.WITNESS if known else Outcome.REPORT
    return Filed(outcome, document_id, read.identity, len(said), taken.fresh)


def _report_of(session: Session, read: Understood, now: datetime) -> tuple[Report, bool]:
    """The report this document witnesses, and whether it was known."""
    identity = read.identity
    assert identity.year is not None, "a document without a year has no report"
    known = find_report(session, identity.region, identity.kind, identity.year)
    if known is not None:
        return known, True
    report = Report(
        region=identity.region, kind=identity.kind, year=identity.year, title=read.found.title, first_seen_at=now,
        example=read.found.example,
    )  # fmt: skip
    add_report(session, report)
    return report, False


def find_outdated(desk: Desk, limit: int) -> list[tuple[str, Kind]]:
    """Regions and kinds of report of which some document was read by earlier rules than today's."""
    with reading(desk.engine) as session:
        return find_places_before(session, RULES_VERSION, limit)


def reread(desk: Desk, region: str, kind: Kind, now: datetime) -> int:
    """Read again, by today's rules, what earlier ones read of a region's reports; answers how many documents.

    Whatever that changes on record, nobody is told. Raises ArchiveError where a kept text is gone. What another process
    read again meanwhile counts as its own.
    """
    with reading(desk.engine) as session:
        stale = find_stale(session, region, kind, RULES_VERSION)
    if not stale:
        return 0
    again = [(document, report, *_read_again(document, report, desk.archive)) for document, report in stale]
    with transaction(desk.engine) as session:
        one_at_a_time(session, region)
        old: list[int] = []
        renewed: list[Document] = []
        for document, report, text, statements in again:
            kept = session.get_one(Document, document.id)
            if kept.rules_version != RULES_VERSION and kept.id is not None:  # nobody was quicker
                renewed.append(kept)
                kept.rules_version = RULES_VERSION
                kept.targets, kept.targets_hash = weigh(data for data, _ in statements)
                old += set_aside(session, kept.id)
                add_statements(session, kept.id, report, statements, text)
                lay_reviews(session, kept, report, text)
        for report in find_reports(session, regions=[region]) if renewed else ():
            if report.kind == kind:
                Record(session, report, now, is_watched(desk)).redo()
        forget_unused(session, old)
        if any(not document.example for document in renewed):
            notice = Notice(kind="rules", source_key=region, at=now, count=len(renewed))
            tell_operators(session, notice, region, desk, now)
    return len(renewed)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What a document states with the reviews of its report, and where that is not what it stated before."""

    stated: list[Stated]
    replaced: list[Replaced]


def lay_reviews(session: Session, document: Document, report: Report, text: str) -> Reviewed | None:
    """Lay the reviews of a report on top of what the machine read in one of its texts; None where there are none."""
    reviews = find_reviews(session, report.region, report.kind, report.year)
    if not reviews:
        return None
    assert document.id is not None, "the document is kept"
    readings = Readings(session, document.id, report)
    stated, replaced = readings.rule(rule(reviews, readings.machine, text))
    document.targets, document.targets_hash = weigh(one.data for one in stated)
    return Reviewed(stated, replaced)


def _read_again(document: Document, report: Report, archive: Archive) -> tuple[str, list[tuple[StatementData, str]]]:
    text = archive.find_text(document.text_hash)
    about = About(
        region=report.region, year=report.year, kind=Kind(report.kind), title=document.title,
        published_on=document.published_on,
    )  # fmt: skip
    return text, _keyed(extract(text, about))


def _keyed(statements: Iterable[StatementData]) -> list[tuple[StatementData, str]]:
    return [(data, key_of(data.indicator, data.measure, data.unit)) for data in statements]


def is_watched(desk: Desk) -> Callable[[Stated], bool]:
    """Whether a watch asks for the very indicator of a statement."""
    return lambda stated: any(names(watch, stated) for watch in desk.watches)
