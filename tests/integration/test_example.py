"""The bundled example site: real HTTP on loopback, a clock that the test moves."""

import re
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPResponse
from pathlib import Path
from random import Random
from threading import Event
from urllib.error import HTTPError
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

import pytest
from bs4 import BeautifulSoup

from monitor.catalogue.regions import find_regions, region
from monitor.cli.building import declare
from monitor.example.articles import Stage, published
from monitor.example.site import NEXT_AFTER, REVISED_AFTER, ExampleSite
from monitor.example.source import EXAMPLE_REGIONS, example_source
from monitor.filing import Desk
from monitor.pipeline import Tools, visit
from scrapers.client import Client
from scrapers.documents import DocumentReader
from scrapers.scrape import Scraper
from storage.archive import Archive
from storage.changes import find_changes
from storage.database import make_engine, migrate, reading
from storage.models import Change

REPORT = re.compile(r"\d{4}年霁川市政府工作报告")
OLD_NUMBER = "一般公共预算收入增长4%，"
NEW_NUMBER = "一般公共预算收入增长4.5%，"


@dataclass
class Clock:
    """A monotonic clock that stands still until it is told to move."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def site(clock: Clock) -> Iterator[ExampleSite]:
    with ExampleSite(clock(), clock, port=0) as running:
        yield running


def fetch(url: str, **headers: str) -> HTTPResponse:
    request = urllib.request.Request(url, headers={name.replace("_", "-"): value for name, value in headers.items()})
    response = urllib.request.urlopen(request, timeout=10)
    assert isinstance(response, HTTPResponse)
    return response


def read(url: str) -> str:
    with fetch(url) as response:
        return response.read().decode()


def entries(site: ExampleSite) -> dict[str, tuple[str, str]]:
    """Title → (address, day) of everything on the index page."""
    listed = BeautifulSoup(read(site.url), "lxml").select(".list li")
    return {
        item.a["title"]: (urljoin(site.url, str(item.a["href"])), item.span.text)  # type: ignore[index, union-attr, misc]
        for item in listed
    }


def reports(site: ExampleSite) -> list[str]:
    return [title for title in entries(site) if REPORT.fullmatch(title)]


def test_the_story_begins_with_last_years_report_among_news(site: ExampleSite) -> None:
    assert site.stage is Stage.BASELINE
    assert reports(site) == ["2025年霁川市政府工作报告"]
    assert len(entries(site)) > 5
    url, _ = entries(site)["2025年霁川市政府工作报告"]
    assert OLD_NUMBER in read(url)


def test_after_ten_seconds_one_number_is_corrected_at_the_same_address(site: ExampleSite, clock: Clock) -> None:
    title = "2025年霁川市政府工作报告"
    url, day = entries(site)[title]
    before = read(url)
    clock.seconds += REVISED_AFTER
    assert site.stage is Stage.REVISED
    url_now, day_now = entries(site)[title]
    assert (url_now, day_now > day) == (url, True)
    after = read(url)
    body_before, body_after = (BeautifulSoup(page, "lxml").select_one(".TRS_Editor") for page in (before, after))
    assert body_before
    assert body_after
    assert body_before.text.replace(OLD_NUMBER, NEW_NUMBER) == body_after.text != body_before.text


def test_then_the_next_years_report_appears_beside_the_corrected_one(site: ExampleSite, clock: Clock) -> None:
    read(site.url)
    clock.seconds += NEXT_AFTER
    assert site.stage is Stage.NEXT
    assert reports(site) == ["2026年霁川市政府工作报告", "2025年霁川市政府工作报告"]
    url, _ = entries(site)["2025年霁川市政府工作报告"]
    assert NEW_NUMBER in read(url)


def test_a_story_that_nobody_reads_waits_for_its_first_reader(site: ExampleSite, clock: Clock) -> None:
    clock.seconds += 500
    assert site.stage is Stage.BASELINE
    read(site.url)
    stages = []
    for seconds in (REVISED_AFTER - 0.1, 0.2):
        clock.seconds += seconds
        stages.append(site.stage)
    assert stages == [Stage.BASELINE, Stage.REVISED]


def test_after_a_restart_the_story_goes_on_where_it_was(clock: Clock) -> None:
    with ExampleSite(clock() - 3600, clock, port=0) as site:
        assert site.stage is Stage.NEXT
        assert len(reports(site)) == 2


def test_every_entry_leads_to_a_page_that_names_itself(site: ExampleSite, clock: Clock) -> None:
    read(site.url)
    clock.seconds += NEXT_AFTER
    for title, (url, day) in entries(site).items():
        page = BeautifulSoup(read(url), "lxml")
        tags = {str(tag["name"]): str(tag["content"]) for tag in page.select("meta[name]")}
        assert tags["ArticleTitle"] == title
        assert tags["PubDate"].startswith(day)
        assert tags["SiteIDCode"].startswith("990100")
        assert "示例" in tags["SiteName"]
        assert page.select_one(".banner")


def test_what_is_known_is_not_sent_again(site: ExampleSite) -> None:
    with fetch(site.url) as response:
        etag, modified = response.headers["ETag"], response.headers["Last-Modified"]
    for header in ({"If_None_Match": etag}, {"If_Modified_Since": modified}):
        with pytest.raises(HTTPError) as answer:
            fetch(site.url, **header)
        assert answer.value.code == 304
        assert answer.value.read() == b""
        answer.value.close()


def test_a_change_is_sent_in_spite_of_what_is_known(site: ExampleSite, clock: Clock) -> None:
    url, _ = entries(site)["2025年霁川市政府工作报告"]
    for address in (site.url, url):
        clock.seconds = 1000.0
        with fetch(address) as response:
            etag, modified = response.headers["ETag"], response.headers["Last-Modified"]
        clock.seconds += REVISED_AFTER
        for header in ({"If_None_Match": etag}, {"If_Modified_Since": modified}):
            with fetch(address, **header) as response:
                assert response.status == 200


@pytest.mark.parametrize("since", ["", "yesterday", "Fri, 99 Foo 2025 00:00:00 GMT", "Wed, 12 Nov 2025 00:00:00 -0000"])
def test_a_malformed_date_counts_as_none(site: ExampleSite, since: str) -> None:
    with fetch(site.url, If_Modified_Since=since) as response:
        assert response.status == 200


def test_an_unknown_address_is_not_found(site: ExampleSite) -> None:
    with pytest.raises(HTTPError) as answer:
        fetch(urljoin(site.url, "202601/t20260112_1026.html"))  # not yet published
    assert answer.value.code == 404
    answer.value.close()


def test_robots_may_read_everything(site: ExampleSite) -> None:
    assert read(urljoin(site.url, "/robots.txt")).split() == ["User-agent:", "*", "Disallow:"]


def test_a_taken_port_is_no_obstacle(clock: Clock) -> None:
    with ExampleSite(clock(), clock, port=0) as first:
        taken = int(first.url.split(":")[2].split("/")[0])
        with ExampleSite(clock(), clock, port=taken) as second:
            assert second.url != first.url
            assert reports(second)


def test_the_source_is_marked_as_an_example_and_visited_every_few_seconds(site: ExampleSite) -> None:
    source = example_source(site.url)
    assert source.example
    assert source.private
    assert source.every_hours is not None
    assert source.every_hours * 3600 <= 5
    settled = example_source(site.url, settled=True)
    assert settled.every_hours is not None
    assert settled.every_hours >= 1


def test_the_places_exist_nowhere_else() -> None:
    for code, name, _ in EXAMPLE_REGIONS:
        assert region(code) is None or find_regions(name)[0].code == code
    codes = {code for code, _, _ in EXAMPLE_REGIONS}
    for _, name, _ in EXAMPLE_REGIONS:
        assert {found.code for found in find_regions(name)} <= codes


def test_the_reports_are_as_long_and_as_full_of_numbers_as_real_ones() -> None:
    texts = [article.text for article in published(Stage.NEXT) if REPORT.fullmatch(article.title)]
    assert len(texts) == 2
    for text in texts:
        assert len(text) > 6000  # what is shorter could pass for an excerpt, which drops no target
        assert len(re.findall(r"\d+(?:\.\d+)?", text)) > 100
        assert "主要预期目标是：" in text


def test_the_correction_names_words_that_stand_once_in_the_text() -> None:
    corrected = [article for article in published(Stage.BASELINE) if article.correction]
    assert len(corrected) == 1
    fix = corrected[0].correction
    assert fix
    assert corrected[0].text.count(fix.was) == 1


@pytest.fixture
def tools(tmp_path: Path, engine_url: str, now: datetime, clock: Clock) -> Iterator[Tools]:
    """What visits work with, over an empty database and nobody who watches."""
    engine = make_engine(engine_url)
    migrate(engine)
    desk = Desk(engine, Archive(tmp_path / "archive"), (), ZoneInfo("Asia/Shanghai"))
    with Client(contact="tests", private_gap=0.0) as client, DocumentReader() as documents:
        yield Tools(Scraper(client, documents), desk, lambda: now + timedelta(seconds=clock()), Random(1), Event())
    engine.dispose()


def visit_at(stage: Stage, site: ExampleSite, tools: Tools) -> list[Change]:
    """Visit the example's source as the daemon does; the changes that came to light by it."""
    assert site.stage is stage
    with reading(tools.desk.engine) as session:
        known = {change.event_id for change in find_changes(session)}
    visited = visit(example_source(site.url), tools)
    assert (visited.error, visited.failed) == (None, [])
    with reading(tools.desk.engine) as session:
        return [change for change in find_changes(session) if change.event_id not in known]


def told(changes: list[Change]) -> set[tuple[str, str]]:
    return {(change.indicator_key, change.kind) for change in changes if change.news}


def test_whoever_watches_hears_of_the_correction_and_of_the_next_report(
    site: ExampleSite, clock: Clock, tools: Tools, now: datetime
) -> None:
    declare(tools.desk.engine, [example_source(site.url)], now)
    first = visit_at(Stage.BASELINE, site, tools)
    assert told(first) == set()
    clock.seconds += REVISED_AFTER
    corrected = visit_at(Stage.REVISED, site, tools)
    assert told(corrected) == {("general_public_budget_revenue", "raised")}
    assert {change.basis for change in corrected if change.news} == {"revision"}
    clock.seconds += NEXT_AFTER - REVISED_AFTER
    news = told(visit_at(Stage.NEXT, site, tools))
    assert {("gdp", "lowered"), ("gdp", "missed"), ("fixed_asset_investment", "lowered")} <= news
    assert {kind for _, kind in news} == {"added", "raised", "lowered", "reworded", "dropped", "met", "missed"}
    assert told(visit_at(Stage.NEXT, site, tools)) == set()
