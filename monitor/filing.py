"""One found document → its report, its statements, the changes they make, and what is owed for them.

    found → identify → extract → archive → ONE transaction: document, report, statements, changes, digests owed

Reading and archiving are over before the transaction begins. Used by a visit and by an import alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlmodel import Session

from monitor.catalogue.indicators import indicator, key_of
from monitor.compare import compare, event_id, settle
from monitor.extractors import RULES_VERSION
from monitor.extractors.statements import extract
from monitor.identity import Identity, identify
from monitor.watches import Watch, covers, next_due, wants
from storage.archive import Archive
from storage.changes import add_changes, forget_untold
from storage.database import one_at_a_time, transaction
from storage.models import Document, Notice, Report
from storage.outbox import add_notice, owe
from storage.reports import (
    add_document,
    add_report,
    find_after,
    find_before,
    find_document,
    find_latest_version,
    find_report,
)
from storage.statements import add_statements, find_of_document, find_spoken
from storage.values import About, Basis, ChangeData, Kind, Stated, StatementData

NOTICE_WAIT = timedelta(minutes=10)
FULLER = 1.5  # a witness this many times as long speaks instead
DIRECTIONS = {"more": 1, "less": -1}


@dataclass(frozen=True, slots=True)
class Found:
    """What a visit or an import brought in, read but not yet understood.

    `region` and `kind` are what its source declares; `text` is what will be kept and what offsets index. `warnings`
    say why it may not be all of the text: such a document counts as an excerpt, which makes nothing `dropped`.
    """

    source_key: str
    region: str
    kind: Kind
    url: str
    title: str
    issuer: str
    site_code: str
    published_on: date | None
    text: str
    raw: bytes
    content_type: str
    fetched_at: datetime
    heading: str = ""
    attachment_url: str | None = None
    attachment: bytes | None = None
    warnings: tuple[str, ...] = ()
    example: bool = False


class Outcome(StrEnum):
    """What a document turned out to be."""

    REPORT = "report"  # the first witness of a report
    REVISION = "revision"  # the same URL, another text
    WITNESS = "witness"  # another URL, a report that is known
    UNCHANGED = "unchanged"  # the same URL, the same text
    UNPLACED = "unplaced"  # kept, but of no report: its region or year is not told


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of a document. `changes` counts those that were not on record before."""

    outcome: Outcome
    document_id: int
    identity: Identity
    statements: int = 0
    changes: int = 0


@dataclass(frozen=True, slots=True)
class Desk:
    """What filing needs: where things are kept, who wants to hear, and the zone their hours are in."""

    engine: Engine
    archive: Archive
    watches: Sequence[Watch]
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Understood:
    """What was found, whose report it is, and what it states, each statement with its indicator's key."""

    found: Found
    identity: Identity
    statements: Sequence[tuple[StatementData, str]]

    @property
    def placed(self) -> bool:
        """Whether it is known whose report it is, and of which year."""
        return bool(self.identity.region) and self.identity.year is not None


def storable(text: str) -> str:
    """Without what a database refuses: NUL, and halves of characters. Offsets index what comes out."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


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
        text=found.text,
        published_on=found.published_on,
        source_region=found.region,
        source_kind=found.kind,
    )
    about = About(
        region=identity.region, year=identity.year, kind=identity.kind, title=found.title,
        published_on=found.published_on,
    )  # fmt: skip
    stated = [] if identity.year is None else extract(found.text, about)
    return Understood(found, identity, [(data, key_of(data.indicator, data.measure, data.unit)) for data in stated])


def keep(read: Understood, desk: Desk, *, news: bool, now: datetime) -> Filed:
    """The other half of `file`."""
    document = _document(read, desk.archive)
    with transaction(desk.engine) as session:
        one_at_a_time(session, read.identity.region or document.url)  # two witnesses of a report may come at once
        earlier = find_latest_version(session, document.url)
        if earlier is not None and earlier.text_hash == document.text_hash:
            assert earlier.id is not None, "the row was read"
            return Filed(Outcome.UNCHANGED, earlier.id, read.identity)
        if earlier is not None:
            document.version = earlier.version + 1
        if not read.placed:
            return Filed(Outcome.UNPLACED, add_document(session, document), read.identity)
        return _place(session, read, document, earlier, desk, news, now)


def _document(read: Understood, archive: Archive) -> Document:
    """The row to be, with its bytes and its text in the archive."""
    found, identity = read.found, read.identity
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
        example=found.example,
    )


def _place(
    session: Session,
    read: Understood,
    document: Document,
    earlier: Document | None,
    desk: Desk,
    news: bool,
    now: datetime,
) -> Filed:
    report, known = _report_of(session, read, now)
    document.report_id = report.id
    document_id = add_document(session, document)
    stated = add_statements(session, document_id, report, read.statements, read.found.text)
    speaking = None if report.document_id is None else find_document(session, report.document_id)
    revised = earlier is not None and speaking is not None and speaking.url == document.url
    newest = find_after(session, report) is None
    ledger = _Ledger(session, report, desk, news and (newest or revised), now)

    if not known or speaking is None:
        outcome = Outcome.REPORT
        report.document_id = document_id
        ledger.compare_with_report_before(stated, document)
        ledger.compare_report_after(stated)
    elif revised:
        outcome = Outcome.REVISION
        version = f"{document.url}#{document.version}"
        said, full = find_of_document(session, _id(speaking)), not document.excerpt
        ledger.tell(_compared(said, stated, report, Basis.REVISION, full=full), version)
        if full or speaking.excerpt:  # a page that shrank to an excerpt takes nothing back
            report.document_id = document_id
            ledger.compare_report_after(stated)
    else:
        outcome = Outcome.REVISION if earlier is not None else Outcome.WITNESS
        ledger.tell(_compared(find_of_document(session, _id(speaking)), stated, report, Basis.CONFLICT))
        if _is_fuller(document, speaking):
            report.document_id = document_id
            report.title = document.title
            ledger.compare_with_report_before(stated, document)
            ledger.compare_report_after(stated)
    ledger.owe()
    return Filed(outcome, document_id, read.identity, len(stated), len(ledger.changes))


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


class _Ledger:
    """The changes that one document makes: kept as they are found, owed to the watches at the end."""

    def __init__(self, session: Session, report: Report, desk: Desk, news: bool, now: datetime) -> None:
        self.session, self.report, self.desk, self.news, self.now = session, report, desk, news, now
        self.changes: list[tuple[int, ChangeData]] = []

    def compare_with_report_before(self, stated: Sequence[Stated], document: Document) -> None:
        before = find_before(self.session, self.report)
        if before is None:
            self.tell(_compared([], stated, self.report, Basis.NEXT_REPORT))
            return
        earlier = find_spoken(self.session, before)
        self.tell(_compared(earlier, stated, self.report, Basis.NEXT_REPORT, full=not document.excerpt))
        self.tell(settle(earlier, stated, _better))

    def compare_report_after(self, stated: Sequence[Stated]) -> None:
        """An older report came late: what its successor changed is found again, and nobody is alarmed."""
        after = find_after(self.session, self.report)
        if after is None or after.id is None or after.document_id is None:
            return
        forget_untold(self.session, after.id)
        document = find_document(self.session, after.document_id)
        later = find_spoken(self.session, after)
        full = document is not None and not document.excerpt
        changes = _compared(stated, later, after, Basis.NEXT_REPORT, full=full)
        self._keep([*changes, *settle(stated, later, _better)], after.id, news=False)

    def tell(self, changes: Sequence[ChangeData], version: str = "") -> None:
        assert self.report.id is not None, "the report was added"
        self.changes += self._keep(changes, self.report.id, news=self.news, version=version)

    def owe(self) -> None:
        """To each watch what it wants of the news."""
        if not self.news:
            return
        for watch in self.desk.watches:
            wanted = [id for id, change in self.changes if wants(watch, change)]
            due_at = next_due(watch, self.now, self.desk.zone)
            owe(self.session, watch.key, changes=wanted, due_at=due_at, now=self.now, example=self.report.example)

    def _keep(
        self, changes: Sequence[ChangeData], report_id: int, *, news: bool, version: str = ""
    ) -> list[tuple[int, ChangeData]]:
        events = [(event_id(change, version), change) for change in changes]
        example = self.report.example
        return add_changes(self.session, events, report_id=report_id, now=self.now, news=news, example=example)


def tell(session: Session, notice: Notice, region: str, desk: Desk, now: datetime) -> None:
    """Keep a notice and owe it, after a while, to the watches that cover `region`; "" concerns them all.

    The wait makes one message of a morning on which many sources fail.
    """
    id = add_notice(session, notice)
    for watch in desk.watches:
        if not region or covers(watch, region):
            due_at = max(now + NOTICE_WAIT, next_due(watch, now, desk.zone))
            owe(session, watch.key, notices=[id], due_at=due_at, now=now, example=notice.example)


def _compared(
    before: Sequence[Stated], after: Sequence[Stated], report: Report, basis: Basis, *, full: bool = True
) -> list[ChangeData]:
    return compare(before, after, year=report.year, basis=basis, full=full)


def _is_fuller(document: Document, speaking: Document) -> bool:
    if document.excerpt != speaking.excerpt:
        return speaking.excerpt
    return document.text_length > FULLER * speaking.text_length


def _better(key: str) -> int:
    known = indicator(key)
    return 0 if known is None else DIRECTIONS.get(known.direction, 0)


def _id(document: Document) -> int:
    assert document.id is not None, "the row was read"
    return document.id
