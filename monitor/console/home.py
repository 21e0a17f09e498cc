"""The first page: what came last."""

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.console.answers import Reader, html, reader
from monitor.console.kept import Kept
from monitor.console.saying import day, region_name, report_name
from monitor.digest.outgoing import clean
from storage.models import Document, Report
from storage.reports import find_documents_by_id, find_reports
from storage.statements import count_of_documents

LATEST = 100  # reports on the first page


def routes(kept: Kept) -> list[Route]:
    def home(request: Request) -> Response:
        who = reader(request)
        with kept.reading() as session:
            lines = _latest(session, who)
        return html(request, "console/home.html.j2", who.words["home_title"], lines=lines)

    return [Route("/", home)]


def _latest(session: Session, who: Reader) -> list[dict[str, object]]:
    reports = [report for report in find_reports(session, limit=LATEST) if report.document_id is not None]
    ids = [report.document_id for report in reports if report.document_id is not None]
    documents, counts = find_documents_by_id(session, ids), count_of_documents(session, ids)
    return [_line(one, documents[id], counts.get(id, 0), who) for one, id in zip(reports, ids, strict=True)]


def _line(report: Report, document: Document, statements: int, who: Reader) -> dict[str, object]:
    return {
        "url": who.link(f"/documents/{document.id}"),
        "region": region_name(report.region, who.words),
        "kind": report_name(report.kind, report.year, who.words),
        "title": clean(report.title, 120),
        "published": day(document.published_on, who.words),
        "statements": who.words("statements_counted", n=statements),
        "example": report.example,
    }
