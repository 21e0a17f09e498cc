"""What publishers put into titles, issuers, addresses and texts is kept or cleaned, and the same on both databases."""

import json
from datetime import date, datetime
from pathlib import Path
from random import Random
from threading import Event
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlmodel import select

from monitor.cli.building import declare
from monitor.desk import Desk
from monitor.pipeline import visit
from monitor.visiting.visited import Tools, Visited
from scrapers.answer import PAGE
from scrapers.documents import DocumentReader
from scrapers.scrape import Scraper
from scrapers.source import Source
from storage.archive import Archive
from storage.database import reading
from storage.models import Document, Entry
from storage.values import EntryData, ReportPageData, storable
from tests.fakes import PLACE, REGION, Clock, Web, article, report_text

INDEX = "http://reports.test/gkmlpt/api/all/1?page=1&sid=1"
REFUSED = ("\x00", "\ud800", "\udfff\ud800")  # by a database
NASTY = (*REFUSED, "\u2028", "\x85", "\ufffe", "\U0010ffff", "\x1b[31m", "\u202e")


def source() -> Source:
    return Source(key="lanting", name=f"{PLACE}人民政府", url=INDEX, region=REGION, years=30, family="gkmlpt")


def listing(titles: list[str]) -> str:
    """A list as JSON, which can hold what no page can: NUL, and halves of characters."""
    rows = [
        {"title": title, "url": f"http://reports.test/{place}.html", "date": 1767222000 + place}
        for place, title in enumerate(titles)
    ]
    return json.dumps({"articles": rows, "classify": {"post_count": len(rows)}})


def look(engine: Engine, folder: Path, now: datetime, web: Web) -> Visited:
    desk = Desk(engine, Archive(folder / "archive"), (), ZoneInfo("Asia/Shanghai"))
    with DocumentReader() as documents:
        scraper = Scraper(web.as_client(), documents, page=PAGE, file=PAGE)
        return visit(source(), Tools(scraper, desk, Clock(now), Random(1), Event()))


@pytest.mark.parametrize("nasty", NASTY, ids=ascii)
def test_a_title_with_anything_in_it_is_kept(engine: Engine, tmp_path: Path, now: datetime, nasty: str) -> None:
    web = Web()
    titles = [f"2026年{PLACE}{nasty}政府工作报告", f"2025年{PLACE}政府工作报告{nasty}", f"会议通知{nasty}"]
    web.put(INDEX, listing(titles))
    for place, year in enumerate((2026, 2025)):
        page = article(
            f"{year}年{PLACE}政府工作报告",
            report_text(year, extra=f"新建{storable(nasty)}公园6个。"),
            date(year, 1, 12),
        )
        web.put(f"http://reports.test/{place}.html", page)
    declare(engine, [source()], now)
    first = look(engine, tmp_path, now, web)
    assert (first.outcome, first.failed) == ("ok", [])
    assert nasty not in REFUSED or len(first.filed) == 2  # other controls may make it no title of a report
    with reading(engine) as session:
        assert {entry.title for entry in session.exec(select(Entry))} == {storable(title).strip() for title in titles}
        assert len(session.exec(select(Document)).all()) == len(first.filed)
    again = look(engine, tmp_path, now, web)
    assert (again.outcome, again.filed) == ("unchanged", []), "a cleaned title is no new one"


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(codec=None), max_size=40))
def test_any_text_comes_back_as_it_was_kept(engine: Engine, now: datetime, text: str) -> None:
    made = EntryData(f"http://reports.test/{text}", text)
    with engine.execution_options(writing=True).begin() as connection:
        table = Entry.__table__  # type: ignore[attr-defined]
        values = dict(source_key="lanting", url=made.url, title=made.title, state="new", tries=0, error="")
        connection.execute(table.delete())
        connection.execute(table.insert().values(values | {"first_seen_at": now}))
        kept = connection.execute(select(table.c.url, table.c.title)).one()
    assert tuple(kept) == (made.url, made.title)
    assert made.title == storable(text)


def test_what_comes_from_outside_is_storable_from_the_start() -> None:
    entry = EntryData("http://reports.test/\ud800", "政府\x00工作报告\udfff")
    assert (entry.url, entry.title) == ("http://reports.test/?", "政府工作报告?")
    page = ReportPageData("a\x00", None, "b\x00", "c\x00", "d\x00e")
    assert (page.title, page.issuer, page.site_code, page.text) == ("a", "b", "c", "de")
