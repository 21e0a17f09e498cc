"""Pages of what is kept: whole, in order, and not moved by rows that come in between. On both databases."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import httpx
import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from monitor.console import Kept
from monitor.console.api import api
from monitor.console.cursors import cursor
from monitor.console.kept import LARGEST_ID
from monitor.tables.panel import document_panel, panel, panel_page
from storage.archive import Archive
from storage.database import reading, transaction
from storage.models import Change, Delivery, Digest, Document, Report, Visit
from storage.paging import (
    AskedChanges,
    AskedReports,
    find_change_page,
    find_document_page,
    find_posted_page,
    find_report_page,
    find_visit_page,
)
from storage.reports import find_document, find_reports_by_id
from storage.series import AskedStatements
from tests.consoles import served
from tools.invented import fill

T = TypeVar("T")
AT = datetime(2026, 1, 20, 2, 0, tzinfo=UTC)
PLACES, YEARS = 2, 2


@pytest.fixture
def filled(engine: Engine) -> Engine:
    fill(engine, PLACES, YEARS)
    return engine


def turned(find: Callable[[T | None, int], Sequence[tuple[T, object]]], size: int) -> list[object]:
    """All pages, one behind the other."""
    found: list[object] = []
    after: T | None = None
    while page := find(after, size):
        found += [row for _, row in page]
        after = page[-1][0]
    return found


def test_pages_of_the_panel_are_the_rows_that_export_writes(filled: Engine) -> None:
    with reading(filled) as session:
        whole = list(panel(session))
        paged = turned(
            lambda after, size: [(place, row) for _, row, place in panel_page(session, AskedStatements(), after, size)],
            97,
        )
    assert len(whole) == PLACES * YEARS * 170
    assert {row["verdict"] for row in whole} >= {"met", "missed", "open"}
    assert paged == whole


@pytest.mark.parametrize(
    ("asked", "holds"),
    [
        (AskedStatements(regions=["110000"]), lambda row: row["code"] == "110000"),
        (AskedStatements(year=2026), lambda row: row["report_year"] == 2026),
        (AskedStatements(role="target"), lambda row: row["role"] == "target"),
        (AskedStatements(indicator="gdp"), lambda row: row["indicator_key"] == "gdp"),
        (AskedStatements(headline=False), lambda row: not row["headline"]),
        (AskedStatements(kind="bulletin"), lambda row: False),
    ],
)
def test_a_filtered_page_has_the_same_rows_as_the_whole(
    filled: Engine, asked: AskedStatements, holds: Callable[[dict[str, object]], bool]
) -> None:
    with reading(filled) as session:
        found = [row for _, row, _ in panel_page(session, asked, None, 10_000)]
        assert found == [row for row in panel(session) if holds(row)]


def test_a_document_states_what_the_panel_says_of_its_report(filled: Engine) -> None:
    with reading(filled) as session:
        document = find_document(session, 1)
        assert document is not None
        report = find_reports_by_id(session, [1])[1]
        found = [row for _, row in document_panel(session, document, report)]
        asked = AskedStatements(regions=[report.region], year=report.year)
        assert found == [row for _, row, _ in panel_page(session, asked, None, 1000)]


def test_changes_come_newest_first_and_a_new_one_moves_no_page(filled: Engine) -> None:
    def page(session: Session, after: tuple[datetime, int] | None) -> list[Change]:
        return find_change_page(session, AskedChanges(), after, 40)

    with reading(filled) as session:
        whole = find_change_page(session, AskedChanges(), None, 10_000)
        first = page(session, None)
    assert [(one.seen_at, one.id) for one in whole] == sorted(((one.seen_at, one.id) for one in whole), reverse=True)
    with transaction(filled) as session:
        newest = whole[0].model_dump() | {"id": 99_999, "event_id": "new", "seen_at": whole[0].seen_at + timedelta(1)}
        session.add(Change(**newest))
    with reading(filled) as session:
        second = page(session, (first[-1].seen_at, first[-1].id or 0))
        assert page(session, None)[0].event_id == "new"
    assert [one.id for one in [*first, *second]] == [one.id for one in whole[:80]]


def test_changes_are_filtered_by_days_region_indicator_and_kind(filled: Engine) -> None:
    with reading(filled) as session:
        every = find_change_page(session, AskedChanges(), None, 10_000)
        day = every[0].seen_at
        for asked, holds in (
            (AskedChanges(since=day), lambda one: one.seen_at >= day),
            (AskedChanges(until=day), lambda one: one.seen_at < day),
            (AskedChanges(regions=["110000"]), lambda one: one.region == "110000"),
            (AskedChanges(indicator="gdp"), lambda one: one.indicator_key.partition(".")[0] == "gdp"),
            (AskedChanges(headline=True), lambda one: one.headline),
            (AskedChanges(kind="raised"), lambda one: False),
            (AskedChanges(news=True), lambda one: False),
        ):
            found = find_change_page(session, asked, None, 10_000)
            assert [one.id for one in found] == [one.id for one in every if holds(one)]


def test_reports_and_documents_are_paged(filled: Engine) -> None:
    def reports(after: tuple[str, str, int] | None, size: int) -> list[tuple[tuple[str, str, int], object]]:
        found = find_report_page(session, AskedReports(), after, size)
        return [((one.region, one.kind, one.year), one.id) for one in found]

    def documents(after: int | None, size: int) -> list[tuple[int, object]]:
        found = find_document_page(session, AskedReports(), None, after, size)
        return [(document.id or 0, (document.id, report.id if report else None)) for document, report in found]

    with reading(filled) as session:
        assert turned(reports, 4) == [one.id for one in find_report_page(session, AskedReports(), None, 100)]
        assert turned(documents, 4) == [(id, id) for id in range(1, PLACES * YEARS + 1)]
        only = find_document_page(session, AskedReports(year=2026), "invented-110000", None, 100)
    assert [(one.source_key, report.year if report else 0) for one, report in only] == [("invented-110000", 2026)]


def test_a_document_of_no_report_is_found_where_every_report_is_meant(filled: Engine) -> None:
    with transaction(filled) as session:
        known = session.get_one(Document, 1).model_dump() | {"id": 7777, "report_id": None, "url": "http://x.test/"}
        session.add(Document(**known))
    with reading(filled) as session:
        (_, report) = find_document_page(session, AskedReports(), None, PLACES * YEARS, 10)[0]
        assert report is None
        assert len(find_document_page(session, AskedReports(kind="work_report"), None, None, 100)) == PLACES * YEARS


def test_visits_and_deliveries_are_paged_newest_first(engine: Engine) -> None:
    with transaction(engine) as session:
        for number in range(5):
            session.add(Visit(source_key="a", started_at=AT + timedelta(hours=number), seconds=1.0, outcome="ok"))
        session.add(Digest(id="msg_1", watch="w", opened_at=AT, due_at=AT, subject="题", state="rendered"))
        session.flush()
        for number in range(5):
            state = "dead" if number == 2 else "sent"
            session.add(
                Delivery(digest_id="msg_1", channel="desk", address=f"{number}", state=state, due_at=AT, body=b"x")
            )
    with reading(engine) as session:
        visits = turned(
            lambda after, size: [
                ((one.started_at, one.id or 0), one.started_at) for one in find_visit_page(session, "a", after, size)
            ],
            2,
        )
        posted = turned(
            lambda after, size: [
                (one.id, one) for one in find_posted_page(session, state=None, channel="desk", after=after, limit=size)
            ],
            2,
        )
        dead = find_posted_page(session, state="dead", channel=None, after=None, limit=10)
    assert visits == [AT + timedelta(hours=number) for number in range(4, -1, -1)]
    assert [one.address for one in posted] == ["4", "3", "2", "1", "0"]  # type: ignore[attr-defined]
    assert [(one.address, one.subject) for one in dead] == [("2", "题")]


def test_the_api_answers_the_same_on_both_databases(filled: Engine, tmp_path: Path) -> None:
    """Values at the ends of what may be asked: a database refuses some that another does not."""
    kept = Kept(filled, Archive(tmp_path / "archive"), lambda: AT)
    largest = cursor((LARGEST_ID,))
    asked = {
        "/statements?limit=2&region=110000&role=target&headline=true&indicator=gdp&year=9999": 200,
        f"/statements?cursor={cursor(('999999', 'work_report', LARGEST_ID, LARGEST_ID))}": 200,
        f"/changes?cursor={cursor((AT.replace(year=9998), LARGEST_ID))}&since=1900-01-01&until=9998-12-31": 200,
        f"/documents?cursor={largest}&source=%27%22%5c": 200,
        f"/deliveries?cursor={largest}": 200,
        f"/documents/{LARGEST_ID}": 404,
        f"/documents/{LARGEST_ID + 1}": 422,
        f"/documents?cursor={cursor((LARGEST_ID + 1,))}": 422,
        "/documents/1": 200,
        "/documents/1/statements": 200,
        "/documents/1/text": 410,
        "/regions/110000/targets?all=true": 200,
        "/regions?reports=true": 200,
        "/sources/a/visits": 404,
        "/reviews": 200,
        "/search?q=口袋公园": 200,
    }
    with served(api(kept)) as at, httpx.Client(base_url=at, trust_env=False, timeout=60) as client:
        answers = {path: client.get(path) for path in asked}
    assert {path: answer.status_code for path, answer in answers.items()} == asked
    assert len(answers["/documents/1/statements"].json()) == 170


def test_the_example_is_left_out_where_nobody_asks_for_it(engine: Engine) -> None:
    with transaction(engine) as session:
        session.add(Report(region="990300", kind="work_report", year=2026, title="题", first_seen_at=AT, example=True))
    with reading(engine) as session:
        assert len(find_report_page(session, AskedReports(), None, 10)) == 1
        assert find_report_page(session, AskedReports(example=False), None, 10) == []
