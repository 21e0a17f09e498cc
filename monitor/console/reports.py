"""A kept report as a reader would want it: its text, with what was read out of it marked."""

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.console.answers import Reader, html, missing, reader
from monitor.console.highlight import Close, Open, paragraphs
from monitor.console.kept import LARGEST_ID, Kept
from monitor.console.saying import day, reading, region_name, region_path, report_name
from monitor.digest.outgoing import clean, web_address
from storage.models import Document, Report
from storage.reports import find_document, find_reports_by_id, find_witnesses
from storage.statements import find_of_document
from storage.values import Stated


@dataclass(frozen=True, slots=True)
class KeptReport:
    """A document with the report it is a witness of. The offsets of `statements` index `text`."""

    document: Document
    report: Report
    text: str
    statements: list[Stated]
    witnesses: list[Document]


def routes(kept: Kept) -> list[Route]:
    def document(request: Request) -> Response:
        with kept.reading() as session:
            found = find_kept(session, kept, request.path_params["document_id"])
        if found is None:
            return missing(request)
        return html(request, "console/report.html.j2", clean(found.document.title, 200), **view(found, reader(request)))

    return [Route("/documents/{document_id:int}", document)]


def find_kept(session: Session, kept: Kept, document_id: int) -> KeptReport | None:
    """A document that belongs to a report, with its text; None where there is none of that number."""
    document = find_document(session, document_id) if document_id <= LARGEST_ID else None
    if document is None or document.report_id is None:
        return None
    return KeptReport(
        document,
        find_reports_by_id(session, [document.report_id])[document.report_id],
        kept.archive.find_text(document.text_hash),
        find_of_document(session, document_id),
        [one for one in find_witnesses(session, document.report_id) if one.id != document_id],
    )


def view(found: KeptReport, who: Reader) -> dict[str, Any]:
    """What the template shows of it."""
    document, report, words = found.document, found.report, who.words
    return {
        "example": document.example,
        "region": region_name(report.region, words),
        "place": region_path(report.region),
        "kind": report_name(report.kind, report.year, words),
        "issuer": clean(document.issuer, 80),
        "published": day(document.published_on, words),
        "source": web_address(document.url),
        "witnesses": [_witness(one, who) for one in found.witnesses],
        "readings": [reading(one, words) for one in found.statements],
        "paragraphs": paragraphs(found.text, found.statements),
        "reading_of": lambda stated: reading(stated, words),
        "is_open": lambda token: isinstance(token, Open),
        "is_close": lambda token: isinstance(token, Close),
    }


def _witness(document: Document, who: Reader) -> dict[str, str]:
    published = document.published_on.isoformat() if document.published_on else ""
    return {
        "url": who.link(f"/documents/{document.id}"),
        "title": clean(document.title, 120),
        "details": " · ".join(filter(None, (clean(document.issuer, 60), published, f"v{document.version}"))),
    }
