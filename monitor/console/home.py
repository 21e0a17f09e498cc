"""The first page: what came last, what moved most this season, what is late, what is broken."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.console.answers import Reader, html, reader
from monitor.console.figures import shown
from monitor.console.kept import Kept
from monitor.console.places import place
from monitor.console.saying import change_word, day, indicator_name, region_name, report_name
from monitor.digest.figures import difference
from monitor.digest.outgoing import clean
from monitor.visiting.rhythm import CHINA, late_since, season_of
from storage.browsing import find_last_year, find_latest_changes, find_moves, find_published, find_troubled
from storage.models import Change, Document, Report, SourceState
from storage.reports import find_documents_by_id, find_reports
from storage.statements import count_of_documents, find_by_id
from storage.values import Basis, ChangeKind, Kind, Stated

CHANGES = 12  # newest
MOVES = 8  # cuts, and as many raises
REPORTS = 8  # newest
LATE = 40
TROUBLED = 20
_SIGNS = {ChangeKind.RAISED: "▲", ChangeKind.LOWERED: "▼"}


def routes(kept: Kept) -> list[Route]:
    def home(request: Request) -> Response:
        who, now = reader(request), kept.now()
        with kept.reading() as session:
            season = find_last_year(session, Kind.WORK_REPORT, season_of(now) + 1)
            late = _late(session, now, who)
            troubled = find_troubled(session)
            values = {
                "latest": _told(session, find_latest_changes(session, CHANGES), who),
                "cuts": _moved(session, season, ChangeKind.LOWERED, who),
                "raises": _moved(session, season, ChangeKind.RAISED, who),
                "reports": _reports(session, who),
                "season": season,
                "coming": season_of(now),
                "late": late[:LATE],
                "more_late": max(0, len(late) - LATE),
                "troubled": [_troubled(one, who) for one in troubled[:TROUBLED]],
                "more_troubled": max(0, len(troubled) - TROUBLED),
            }
        return html(request, "console/home.html.j2", who.words["home_title"], 200, **values)

    return [Route("/", home)]


def _moved(session: Session, season: int | None, kind: ChangeKind, who: Reader) -> list[dict[str, object]]:
    return [] if season is None else _told(session, find_moves(session, season, kind, MOVES), who)


def _told(session: Session, changes: Sequence[Change], who: Reader) -> list[dict[str, object]]:
    ids = {id for change in changes for id in (change.before_id, change.after_id) if id is not None}
    stated = {id: one for id, (one, _) in find_by_id(session, ids).items()}
    return [_change(change, stated, who) for change in changes]


def _change(change: Change, stated: Mapping[int, Stated], who: Reader) -> dict[str, object]:
    before, after = (stated.get(id) if id else None for id in (change.before_id, change.after_id))
    side = after or before
    return {
        "place": place(change.region, who),
        "year": change.year,
        "kind": change.kind,
        "word": change_word(change.kind, who.words),
        "sign": _SIGNS.get(ChangeKind(change.kind), ""),
        "revised": change.basis == Basis.REVISION,
        "name": indicator_name(side, who.words) if side else clean(change.indicator, 40),
        "before": shown(before, who) if before else None,
        "after": shown(after, who) if after else None,
        "by": difference(before.data, after.data, who.language) if before and after else "",
        "seen": change.seen_at.astimezone(CHINA).date().isoformat(),
        "example": change.example,
    }


def _late(session: Session, now: datetime, who: Reader) -> list[dict[str, object]]:
    """The regions whose report has always been out by now and is not this time, the longest awaited first."""
    season = season_of(now)
    published: dict[str, dict[int, date | None]] = defaultdict(dict)
    for one in find_published(session, Kind.WORK_REPORT, range(season - 3, season + 1)):
        published[one.region][one.year] = one.published_on
    late = sorted((since, code) for code, years in published.items() if (since := late_since(years, now)))
    return [{"place": place(code, who), "since": since.isoformat()} for since, code in late]


def _troubled(state: SourceState, who: Reader) -> dict[str, object]:
    return {
        "url": who.link(f"/sources/{state.key}"),
        "name": clean(state.name, 60),
        "region": region_name(state.region, who.words),
        "times": who.words("failed_times", n=state.failures) if state.failures else who.words["unread_pages"],
        "since": state.failing_since.astimezone(CHINA).date().isoformat() if state.failing_since else "",
        "why": who.words.faults.get(state.failure_label, clean(state.failure, 160)),
    }


def _reports(session: Session, who: Reader) -> list[dict[str, object]]:
    reports = [report for report in find_reports(session, limit=REPORTS) if report.document_id is not None]
    ids = [report.document_id for report in reports if report.document_id is not None]
    documents, counts = find_documents_by_id(session, ids), count_of_documents(session, ids)
    return [_report(one, documents[id], counts.get(id, 0), who) for one, id in zip(reports, ids, strict=True)]


def _report(report: Report, document: Document, statements: int, who: Reader) -> dict[str, object]:
    return {
        "url": who.link(f"/documents/{document.id}"),
        "region": region_name(report.region, who.words),
        "kind": report_name(report.kind, report.year, who.words),
        "title": clean(report.title, 120),
        "published": day(document.published_on, who.words),
        "statements": who.words("statements_counted", n=statements),
        "example": report.example,
    }
