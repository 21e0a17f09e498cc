"""A kept report as a reader would want it: its text, with what was read out of it marked; and as it came, raw."""

from dataclasses import dataclass
from mimetypes import guess_extension
from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.console.access import is_guest
from monitor.console.answers import HEADERS, Reader, html, missing, reader
from monitor.console.highlight import Close, Open, paragraphs
from monitor.console.kept import LARGEST_ID, Kept
from monitor.console.places import above, place
from monitor.console.saying import day, reading, region_name, report_name, told_address
from monitor.digest.outgoing import clean, web_address
from storage.archive import ArchiveError
from storage.models import Document, Report
from storage.reports import find_before, find_document, find_reports_by_id, find_witnesses
from storage.statements import find_of_document
from storage.values import Stated

LONG = 45_000  # characters of a text beside which less is listed: some plans have 100,000
_KNOWN = frozenset({".html", ".pdf", ".doc", ".docx", ".xls", ".xlsx", ".ofd", ".txt"})
_OFD = "application/ofd"
# Whatever a publisher wrote, a browser keeps it as a file and runs nothing of it.
_RAW = HEADERS | {"Content-Security-Policy": "default-src 'none'; sandbox", "Content-Type": "application/octet-stream"}


@dataclass(frozen=True, slots=True)
class KeptReport:
    """A document with the report it is a witness of. The offsets of `statements` index `text`.

    `earlier` is the document that speaks for the report of the year before; `lost` says that the archive has no text.
    """

    document: Document
    report: Report
    text: str
    statements: list[Stated]
    witnesses: list[Document]
    earlier: int | None
    lost: bool


def routes(kept: Kept) -> list[Route]:
    def document(request: Request) -> Response:
        with kept.reading() as session:
            found = find_kept(session, kept, request.path_params["document_id"])
        if found is None:
            return missing(request)
        who = reader(request)
        return html(request, "console/report.html.j2", _title(found, who), **view(found, who, guest=is_guest(request)))

    def raw(request: Request) -> Response:
        with kept.reading() as session:
            found = find_numbered(session, request.path_params["document_id"])
        attached = "attachment" in request.query_params
        address = found and (found.attachment_hash if attached else found.raw_hash)
        if found is None or not address:
            return missing(request)
        try:
            content = kept.archive.find(address)
        except ArchiveError:
            return missing(request)
        name = f"mubiao-{found.id}{_ending(found, attached)}"
        return Response(content, headers=_RAW | {"Content-Disposition": f'attachment; filename="{name}"'})

    return [Route("/documents/{document_id:int}", document), Route("/documents/{document_id:int}/raw", raw)]


def find_numbered(session: Session, document_id: int) -> Document | None:
    """A document by a number that somebody typed."""
    return find_document(session, document_id) if document_id <= LARGEST_ID else None


def find_kept(session: Session, kept: Kept, document_id: int) -> KeptReport | None:
    """A document that belongs to a report, with its text; None where there is none of that number."""
    document = find_numbered(session, document_id)
    if document is None or document.report_id is None:
        return None
    report = find_reports_by_id(session, [document.report_id])[document.report_id]
    before = find_before(session, report)
    text = find_text(kept, document)
    return KeptReport(
        document,
        report,
        text or "",
        find_of_document(session, document_id),
        [one for one in find_witnesses(session, document.report_id) if one.id != document_id],
        before.document_id if before else None,
        lost=text is None,
    )


def find_text(kept: Kept, document: Document) -> str | None:
    """None where the archive has it no more, or has it damaged."""
    try:
        return kept.archive.find_text(document.text_hash)
    except ArchiveError:
        return None


def _title(found: KeptReport, who: Reader) -> str:
    """The document's own; where it has none, the region with the report's kind and year."""
    report = found.report
    named = f"{region_name(report.region, who.words)} {report_name(report.kind, report.year, who.words)}"
    return clean(found.document.title, 200).strip() or named


def view(found: KeptReport, who: Reader, *, guest: bool) -> dict[str, Any]:
    """What the template shows of it."""
    document, report, words = found.document, found.report, who.words
    address = told_address(document.url, guest=guest)
    raw, long = f"/documents/{document.id}/raw", len(found.text) > LONG
    return {
        "document": document.id,
        "example": document.example,
        "above": [*above(report.region, who), place(report.region, who)],
        "kind": report_name(report.kind, report.year, words),
        "issuer": clean(document.issuer, 80),
        "published": day(document.published_on, words),
        "version": document.version,
        "source": web_address(address),
        "file": "" if address == document.url else clean(address, 120),
        "raw": raw,
        "attached": f"{raw}?attachment=1" if document.attachment_hash else "",
        "earlier": who.link(f"/compare/{found.earlier}/{document.id}") if found.earlier else "",
        "doubtful": bool(document.doubts),
        "lost": found.lost,
        "witnesses": [_witness(one, document, who) for one in found.witnesses],
        "readings": [reading(one, words) for one in found.statements],
        "long": long,
        "paragraphs": paragraphs(found.text, found.statements),
        "reading_of": lambda stated: reading(stated, words, rules=not long),
        "is_open": lambda token: isinstance(token, Open),
        "is_close": lambda token: isinstance(token, Close),
    }


def _witness(one: Document, beside: Document, who: Reader) -> dict[str, str]:
    published = one.published_on.isoformat() if one.published_on else ""
    older, newer = sorted(found.id for found in (one, beside) if found.id is not None)
    return {
        "url": who.link(f"/documents/{one.id}"),
        "compare": who.link(f"/compare/{older}/{newer}"),
        "title": clean(one.title, 120),
        "details": " · ".join(filter(None, (clean(one.issuer, 60), published, f"v{one.version}"))),
    }


def _ending(document: Document, attached: bool) -> str:
    """Of the file's name; an attachment is named by its address."""
    if attached:
        ending = f".{(document.attachment_url or '').rpartition('.')[2].lower()}"
    elif document.content_type.partition(";")[0].strip() == _OFD:
        ending = ".ofd"
    else:
        ending = guess_extension(document.content_type.partition(";")[0].strip()) or ""
    return ending if ending in _KNOWN else ".bin"
