"""The API's answers: each question with its parameters, and the rows that answer it."""

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime
from typing import Annotated, Any, TypeVar

from fastapi import HTTPException, Path, Query
from pydantic import BeforeValidator
from sqlmodel import Session
from starlette.requests import Request

from monitor.catalogue import indicators as catalogue
from monitor.catalogue.regions import Level, region, regions
from monitor.comparing.terms import LONGEST, NothingToLookFor
from monitor.console import watching
from monitor.console.access import is_guest, signed_in
from monitor.console.asking import codes, day_begins, written_day
from monitor.console.conversions import change_of, document_of, found_of, ids_of, indicator_of, region_of, report_of
from monitor.console.cursors import CursorError, place
from monitor.console.cursors import cursor as written
from monitor.console.kept import LARGEST_ID, Kept
from monitor.console.limits import Limit, asker
from monitor.console.places import within
from monitor.console.resources import (
    Change,
    Delivery,
    Document,
    Found,
    IndicatorKnown,
    Listed,
    Region,
    Report,
    Source,
    Text,
    Visit,
)
from monitor.console.saying import told_address
from monitor.reviews.review_table import review_rows
from monitor.searching import Asked, search
from monitor.tables.panel import document_panel, panel_page
from monitor.tables.targets import target_rows
from storage import models
from storage.browsing import find_reported
from storage.paging import (
    AskedChanges,
    AskedReports,
    find_change,
    find_change_page,
    find_document_page,
    find_posted_page,
    find_report_page,
    find_visit_page,
)
from storage.reports import find_document, find_report, find_reports_by_id
from storage.series import AskedStatements
from storage.statements import find_by_id
from storage.values import ChangeKind, Kind, Role, Stated
from storage.visits import find_source

T = TypeVar("T")
Row = dict[str, Any]
FARTHEST = 1_000_000  # documents into a search

Cursor = Annotated[str | None, Query(pattern="^[A-Za-z0-9_-]{1,600}$", description="`next` of the page before")]
Size = Annotated[int, Query(ge=1, le=1000, description="rows of a page, at most")]
Code = Annotated[str | None, Query(pattern="^[0-9]{6}$", description="a region's code, with all that lies within it")]
Exact = Annotated[bool, Query(description="the region alone, without what lies within it")]
OfKind = Annotated[Kind | None, Query(description="of the report")]
Year = Annotated[int | None, Query(ge=1900, le=9999, description="that the report plans for")]
Key = Annotated[
    str | None, Query(pattern=r"^[^\x00-\x1f]{1,200}$", description="of an indicator, with its scopes (gdp.annual)")
]
Since = Annotated[date | None, BeforeValidator(written_day), Query(description="a day in China")]
Until = Annotated[date | None, BeforeValidator(written_day), Query(description="a day in China; it still counts")]
Examples = Annotated[bool, Query(description="with the invented places of the example too")]
Id = Annotated[int, Path(ge=1, le=LARGEST_ID)]
PathCode = Annotated[str, Path(pattern="^[0-9]{6}$")]
PathKey = Annotated[str, Path(pattern=r"^[^\x00-\x1f]{1,200}$")]


class Told:
    """Answers from what is kept. Called from several threads at once."""

    def __init__(self, kept: Kept, searches: Limit) -> None:
        self._kept, self._searches = kept, searches

    def regions(
        self, code: Code = None, level: Annotated[Level | None, Query()] = None,
        reports: Annotated[bool, Query(description="only those that have reports")] = False,
        cursor: Cursor = None, limit: Size = 100,
    ) -> Listed[Region]:  # fmt: skip
        """Regions by code: those of the catalogue, and those of the example that have reports."""
        with self._kept.reading() as session:
            reported = {one.region: one for one in find_reported(session)}
        inner = within(code) if code else None
        after = place(cursor, str)[0] if cursor else ""
        codes = sorted({one for one in (*reported, *(one.code for one in regions())) if one > after})
        wanted = [one for one in codes if (not reports or one in reported) and (inner is None or one in inner)]
        found = [one for one in wanted if level is None or _level(one) == level]
        return _listed(found, limit, lambda one: region_of(one, reported), lambda one: (one,))

    def region(self, code: PathCode) -> Region:
        """One region."""
        with self._kept.reading() as session:
            reported = {one.region: one for one in find_reported(session)}
        if region(code) is None and code not in reported:
            raise HTTPException(404, f"no region has the code {code}")
        return region_of(code, reported)

    def targets(
        self, code: PathCode, indicator: Key = None,
        every: Annotated[bool, Query(alias="all", description="every target, not only the main ones")] = False,
    ) -> list[Row]:  # fmt: skip
        """The ledger of a region: its targets with what became of them, as `mubiao targets` has them."""
        with self._kept.reading() as session:
            return target_rows(session, code, [indicator] if indicator else [], every=every or bool(indicator))

    def indicators(self, cursor: Cursor = None, limit: Size = 1000) -> Listed[IndicatorKnown]:
        """The catalogue's indicators by key. The long tail has keys made of the words, which begin with ~."""
        after = place(cursor, str)[0] if cursor else ""
        found = sorted((one for one in catalogue.indicators() if one.key > after), key=lambda one: one.key)
        return _listed(found, limit, indicator_of, lambda one: (one.key,))

    def indicator(self, key: PathKey) -> IndicatorKnown:
        """One indicator, also with its scopes (gdp.annual) and for two at once (exports+imports)."""
        found = catalogue.indicator(key)
        if found is None:
            raise HTTPException(404, f"no indicator of the catalogue has the key {key}")
        return indicator_of(found)

    def reports(
        self, region: Code = None, exact: Exact = False, kind: OfKind = None, year: Year = None,
        example: Examples = False, cursor: Cursor = None, limit: Size = 100,
    ) -> Listed[Report]:  # fmt: skip
        """Reports by region, kind and year."""
        asked = AskedReports(codes(region, exact), kind, year, example)
        after = place(cursor, str, str, int) if cursor else None
        with self._kept.reading() as session:
            found = find_report_page(session, asked, after, limit + 1)
        return _listed(found, limit, report_of, lambda one: (one.region, one.kind, one.year))

    def report(
        self, region: PathCode, kind: Kind, year: Annotated[int, Path(ge=1900, le=9999)]
    ) -> Report:  # fmt: skip
        """One report."""
        with self._kept.reading() as session:
            found = find_report(session, region, kind, year)
        if found is None:
            raise HTTPException(404, f"no {kind} of {region} for {year} is kept")
        return report_of(found)

    def documents(
        self, request: Request, region: Code = None, exact: Exact = False, kind: OfKind = None, year: Year = None,
        source: Annotated[str | None, Query(pattern=r"^[^\x00-\x1f]{1,200}$")] = None,
        example: Examples = False, cursor: Cursor = None, limit: Size = 100,
    ) -> Listed[Document]:  # fmt: skip
        """Documents in the order in which they came."""
        asked = AskedReports(codes(region, exact), kind, year, example)
        after = place(cursor, int)[0] if cursor else None
        with self._kept.reading() as session:
            found = find_document_page(session, asked, source, after, limit + 1)
        return _listed(found, limit, lambda one: document_of(*one, guest=is_guest(request)), lambda one: (one[0].id,))

    def document(self, request: Request, id: Id) -> Document:
        """One document."""
        with self._kept.reading() as session:
            return document_of(*_document(session, id), guest=is_guest(request))

    def text(self, id: Id) -> Text:
        """What the offsets of a document's statements count in."""
        with self._kept.reading() as session:
            document, _ = _document(session, id)
        text = self._kept.archive.find_text(document.text_hash)
        return Text(document=id, archive=document.text_hash, text=text)

    def document_statements(self, request: Request, id: Id) -> list[Row]:
        """What a document states, in the order of its text; verdicts are told of what speaks for its report."""
        with self._kept.reading() as session:
            document, report = _document(session, id)
            rows = document_panel(session, document, report) if report else []
        return [_stated(stated, row, guest=is_guest(request)) for stated, row in rows]

    def statements(
        self, request: Request, region: Code = None, exact: Exact = False, kind: OfKind = None, year: Year = None,
        role: Annotated[Role | None, Query()] = None, indicator: Key = None,
        headline: Annotated[bool | None, Query(description="only main targets, or only the rest")] = None,
        example: Examples = False, cursor: Cursor = None, limit: Size = 100,
    ) -> Listed[Any]:  # fmt: skip
        """What reports state, by region, kind, year and place in the text: the rows of `mubiao export`."""
        asked = AskedStatements(codes(region, exact), kind, year, role, indicator, headline, example)
        after = place(cursor, str, str, int, int) if cursor else None
        with self._kept.reading() as session:
            found = panel_page(session, asked, after, limit + 1)
        guest = is_guest(request)
        return _listed(found, limit, lambda one: _stated(one[0], one[1], guest=guest), lambda one: one[2])

    def changes(
        self, region: Code = None, exact: Exact = False, indicator: Key = None,
        kind: Annotated[ChangeKind | None, Query(description="of the change")] = None,
        report_kind: OfKind = None, year: Year = None, since: Since = None, until: Until = None,
        headline: Annotated[bool, Query(description="only of main targets")] = False,
        news: Annotated[bool, Query(description="only what readers were told")] = False,
        example: Examples = False, cursor: Cursor = None, limit: Size = 100,
    ) -> Listed[Change]:  # fmt: skip
        """Changes, newest first. One that becomes news late moves to the front."""
        asked = AskedChanges(
            codes(region, exact), indicator, kind, report_kind, year, day_begins(since),
            day_begins(until, after=True), headline, news, example,
        )  # fmt: skip
        after = place(cursor, datetime, int) if cursor else None
        with self._kept.reading() as session:
            found = find_change_page(session, asked, after, limit + 1)
            sides = find_by_id(session, ids_of(found))
        return _listed(found, limit, lambda one: change_of(one, sides), lambda one: (one.seen_at, one.id))

    def change(self, id: Annotated[str, Path(pattern="^[0-9a-f]{64}$")]) -> Change:
        """One change."""
        with self._kept.reading() as session:
            found = find_change(session, id)
            if found is None:
                raise HTTPException(404, "no such change is kept")
            return change_of(found, find_by_id(session, ids_of([found])))

    def search(
        self, request: Request, q: Annotated[str, Query(min_length=1, max_length=LONGEST, description="words")],
        region: Code = None, exact: Exact = False, kind: OfKind = None, year: Year = None, cursor: Cursor = None,
    ) -> Listed[Found]:  # fmt: skip
        """Where all of some words stand: the newest reports first. Asked too often it answers 429."""
        if wait := self._searches.take(asker(request)):
            headers = {"Retry-After": f"{wait + 1:.0f}"}
            raise HTTPException(429, f"that was too often: ask again in {wait + 1:.0f} seconds", headers)
        offset = place(cursor, int)[0] if cursor else 0
        if offset > FARTHEST:
            raise CursorError(str(offset))
        asked = Asked(q, _sorted(codes(region, exact)), year, kind, offset)
        with self._kept.reading() as session:
            try:
                answer = search(session, self._kept.archive, asked)
            except NothingToLookFor as error:
                raise HTTPException(422, str(error)) from error
        after = None if answer.next_offset is None else written((answer.next_offset,))
        return Listed(items=[found_of(hit) for hit in answer.hits], next=after)

    def reviews(self, cursor: Cursor = None, limit: Size = 100) -> Listed[Any]:
        """What readers said of wrong readings, the oldest first: the rows of `mubiao export --reviews`."""
        after = place(cursor, int)[0] if cursor else 0
        with self._kept.reading() as session:
            found = [row for row in review_rows(session) if int(str(row["review"])) > after]
        return _listed(found, limit, lambda one: one, lambda one: (one["review"],))

    def sources(self, request: Request) -> list[Source]:
        """The sources with how they are, by key."""
        with self._kept.reading() as session:
            found = watching.sources(session, self._kept.now())
        return [watching.for_guests(one) for one in found] if is_guest(request) else found

    def source(self, request: Request, key: PathKey) -> Source:
        """One source."""
        found = next((one for one in self.sources(request) if one.key == key), None)
        if found is None:
            raise HTTPException(404, f"no source has the key {key}")
        return found

    def visits(self, key: PathKey, cursor: Cursor = None, limit: Size = 100) -> Listed[Visit]:
        """A source's visits, newest first."""
        after = place(cursor, datetime, int) if cursor else None
        with self._kept.reading() as session:
            if find_source(session, key) is None:
                raise HTTPException(404, f"no source has the key {key}")
            found = find_visit_page(session, key, after, limit + 1)
        return _listed(found, limit, watching.visit_of, lambda one: (one.started_at, one.id))

    def deliveries(
        self, request: Request,
        state: Annotated[str | None, Query(pattern="^(due|sent|dead|suspended)$")] = None,
        channel: Annotated[str | None, Query(pattern="^[a-z0-9-]{1,100}$", description="a channel's key")] = None,
        cursor: Cursor = None, limit: Size = 100,
    ) -> Listed[Delivery]:  # fmt: skip
        """What was sent and what is owed, newest first."""
        after = place(cursor, int)[0] if cursor else None
        with self._kept.reading() as session:
            found = find_posted_page(session, state=state, channel=channel, after=after, limit=limit + 1)
        guest = signed_in(request) is None
        return _listed(found, limit, lambda one: watching.delivery_of(one, guest=guest), lambda one: (one.id,))


def _sorted(codes: Collection[str] | None) -> Sequence[str] | None:
    return None if codes is None else sorted(codes)


def _listed(
    found: Sequence[T], limit: int, shown: Callable[[T], Any], place_of: Callable[[T], Sequence[object]]
) -> Listed[Any]:
    """The first `limit` of them, and a cursor where there are more."""
    some = found[:limit]
    return Listed(items=[shown(one) for one in some], next=written(place_of(some[-1])) if len(found) > limit else None)


def _stated(stated: Stated, row: Row, *, guest: bool) -> Row:
    return {"id": stated.id, "document": stated.document_id} | row | {"url": told_address(row["url"], guest=guest)}


def _document(session: Session, id: int) -> tuple[models.Document, models.Report | None]:
    document = find_document(session, id)
    if document is None:
        raise HTTPException(404, f"no document has the number {id}")
    reports = find_reports_by_id(session, [document.report_id] if document.report_id else [])
    return document, reports.get(document.report_id or 0)


def _level(code: str) -> Level | None:
    known = region(code)
    return known.level if known else None
