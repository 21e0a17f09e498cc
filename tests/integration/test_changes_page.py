"""Changes as a page, a feed, JSON and CSV; sources and deliveries; and what hostile texts do to all of them."""

import csv
import io
import json
import unicodedata
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import feedparser
import httpx
import pytest
from bs4 import BeautifulSoup
from sqlalchemy import update
from sqlmodel import SQLModel, col

from monitor.console import Access, app
from monitor.console.watching import masked
from monitor.tables.sheets import FORMULA
from storage.database import transaction
from storage.models import Change, Delivery, Digest, Document, Report, SourceState, Statement, Visit
from storage.visits import add_visit
from tests.consoles import BROKEN, CITY, NOW, PROVINCE, Doings, Filled, filled, served
from tests.hostile import HOSTILE, URLS

BASE = "https://mubiao.example.org"
ATOM = {"atom": "http://www.w3.org/2005/Atom"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    return filled(tmp_path_factory.mktemp("changes"))


@pytest.fixture(scope="module")
def browser(made: Filled) -> Iterator[httpx.Client]:
    with served(app(made.kept, url=BASE)) as at, httpx.Client(base_url=at, trust_env=False, timeout=60) as client:
        yield client


def soup(browser: httpx.Client, path: str, **query: str) -> BeautifulSoup:
    answer = browser.get(path, params=query or None)
    assert answer.status_code == 200, answer.text
    return BeautifulSoup(answer.text, "lxml")


def listed(browser: httpx.Client, **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = browser.get("/changes.json", params=query).json()["items"]
    return found


def test_a_change_shows_both_figures_with_their_sentences(browser: httpx.Client) -> None:
    page = soup(browser, "/changes", region=CITY, indicator="kindergartens", kind="raised")
    first = page.find("ol", class_="changes").li
    assert "长春市" in first.get_text()
    assert [one.get_text() for one in first.find_all("mark")] == ["25所", "31所"]
    assert first.find("a", class_="figure")["href"].startswith("/documents/")
    assert first.find("time")["datetime"] == "2026-01-24"


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ({"region": "吉林省"}, lambda one: one["report"]["region"][:2] == PROVINCE[:2]),
        ({"region": CITY, "kind": "lowered"}, lambda one: one["kind"] == "lowered" and one["report"]["region"] == CITY),
        ({"indicator": "地区生产总值"}, lambda one: one["indicator_key"] == "gdp"),
        ({"since": "2026-01-22"}, lambda one: one["seen_at"] > "2026-01-21T16"),
        ({"until": "2024-12-31", "main": "yes"}, lambda one: one["seen_at"] < "2024-12-31T16" and one["headline"]),
        ({"told": "yes"}, lambda one: one["news"]),
    ],
)
def test_all_forms_keep_to_the_filter(browser: httpx.Client, query: dict[str, str], holds: Any) -> None:
    every, some = listed(browser), listed(browser, **query)
    assert some == [one for one in every if holds(one)]
    assert 0 < len(some) < len(every)
    rows = list(csv.DictReader(io.StringIO(browser.get("/changes.csv", params=query).text.removeprefix("\ufeff"))))
    assert [row["id"] for row in rows] == [one["id"] for one in some]
    feed = feedparser.parse(browser.get("/changes.atom", params=query).content)
    assert len(feed.entries) == min(len(some), 50)
    shown = soup(browser, "/changes", **query).find("ol", class_="changes").find_all("li", recursive=False)
    assert len(shown) == min(len(some), 40)


def test_the_page_leads_to_its_own_feed(browser: httpx.Client) -> None:
    page = soup(browser, "/changes", region="吉林省", kind="raised")
    address = page.find("link", type="application/atom+xml")["href"]
    assert dict(parse_qsl(urlsplit(address).query)) == {"region": PROVINCE, "kind": "raised", "lang": "zh"}
    assert page.find("input", attrs={"name": "region"})["value"] == "吉林省"
    assert page.find("option", selected=True)["value"] == "raised"


def test_the_feed_is_valid_and_its_ids_stay(browser: httpx.Client) -> None:
    answer = browser.get("/changes.atom", params={"region": CITY})
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    feed = feedparser.parse(answer.content)
    assert not feed.bozo, feed.get("bozo_exception")
    assert feed.version == "atom10"
    assert feed.feed.title == "mubiao · 变化 · 长春市"
    assert feed.feed.updated == feed.entries[0].updated
    for one in (feed.feed, *feed.entries):
        UUID(one.id.removeprefix("urn:uuid:"))
    assert len({one.id for one in feed.entries}) == len(feed.entries)
    for one in feed.entries:
        assert one.link.startswith(f"{BASE}/documents/")
        assert one.updated_parsed
        assert one.content[0].type == "text/html"
    own = next(link.href for link in feed.feed.links if link.rel == "self")
    assert own == f"{BASE}/changes.atom?region={CITY}&lang=zh"
    again = feedparser.parse(browser.get("/changes.atom", params={"region": CITY, "lang": "en"}).content)
    assert [one.id for one in again.entries] == [one.id for one in feed.entries]
    assert again.feed.id != feed.feed.id


def test_a_feed_without_entries_is_valid_too(browser: httpx.Client) -> None:
    feed = feedparser.parse(browser.get("/changes.atom", params={"since": "2031-01-01"}).content)
    assert not feed.bozo
    assert feed.entries == []
    assert feed.feed.updated == "1970-01-01T00:00:00Z"


@pytest.mark.parametrize("path", ["/changes.atom", "/changes.json", "/changes.csv"])
def test_who_has_the_changes_is_not_sent_them_again(browser: httpx.Client, path: str) -> None:
    first = browser.get(path)
    assert browser.get(path, headers={"If-None-Match": first.headers["etag"]}).status_code == 304


def test_pages_go_back_in_time_without_a_gap(browser: httpx.Client) -> None:
    seen, path = [], "/changes"
    while path:
        page = BeautifulSoup(browser.get(path).text, "lxml")
        seen += [one.get_text() for one in page.find("ol", class_="changes").find_all("li", recursive=False)]
        following = page.find("a", rel="next")
        path = following["href"] if following else ""
    assert len(seen) == len(listed(browser))
    feed = feedparser.parse(browser.get("/changes.atom").content)
    following = next(link.href for link in feed.feed.links if link.rel == "next")
    older = feedparser.parse(browser.get(following.removeprefix(BASE)).content)
    assert {one.id for one in feed.entries}.isdisjoint(one.id for one in older.entries)


@pytest.mark.parametrize(
    "query",
    [
        {"region": "朝阳区"}, {"region": "无此地"}, {"kind": "lower"}, {"since": "2026"}, {"until": "昨天"},
        {"indicator": "x" * 200}, {"indicator": "\x00"}, {"after": "x"}, {"region": "\x00" * 50},
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_told(browser: httpx.Client, query: dict[str, str]) -> None:
    page = browser.get("/changes", params=query)
    assert page.status_code == 422
    assert BeautifulSoup(page.text, "lxml").find(role="alert")
    for form in ("atom", "json", "csv"):
        refused = browser.get(f"/changes.{form}", params=query)
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["where"] == f"query.{next(iter(query))}"


def test_a_name_of_several_regions_leads_to_each(browser: httpx.Client) -> None:
    page = BeautifulSoup(browser.get("/changes", params={"region": "朝阳区", "kind": "added"}).text, "lxml")
    links = [link["href"] for link in page.find("ul", class_="chips").find_all("a")]
    assert "/changes?region=220104&kind=added" in links


def test_sources_in_trouble_come_first_and_say_since_when(browser: httpx.Client) -> None:
    rows = soup(browser, "/sources").find("tbody").find_all("tr")
    assert len(rows) == 8
    assert rows[0].a["href"] == f"/sources/{BROKEN}"
    assert "网页已不存在" in rows[0].get_text()
    assert "始于 2026-02-17" in rows[0].get_text()
    only = soup(browser, "/sources", show="troubled").find("tbody").find_all("tr")
    assert len(only) < 8
    assert soup(browser, "/sources", page="99").find("tbody").find_all("tr")


def test_a_source_tells_its_visits(browser: httpx.Client) -> None:
    page = soup(browser, f"/sources/{BROKEN}")
    assert "the column has moved" in page.get_text()
    times = [row.th.get_text() for row in page.find("tbody").find_all("tr")]
    assert times == sorted(times, reverse=True)
    assert len(times) == 7
    assert browser.get("/sources/nowhere").status_code == 404
    assert browser.get("/sources/%00").status_code == 404


def test_many_visits_are_paged(made: Filled, browser: httpx.Client) -> None:
    visit = {"source_key": "many", "seconds": 1.0, "outcome": "unchanged", "entries": 1, "documents": 0, "changes": 0}
    with transaction(made.kept.engine) as session:
        session.add(SourceState(key="many", name="多", url="https://m.example/", region=CITY, next_due_at=NOW))
        for hours in range(60):
            at = {"started_at": NOW - timedelta(hours=hours), "label": "", "error": ""}
            add_visit(session, visit | at)
    first = soup(browser, "/sources/many")
    older = soup(browser, first.find("a", rel="next")["href"])
    assert [len(page.find("tbody").find_all("tr")) for page in (first, older)] == [50, 10]
    with transaction(made.kept.engine) as session:
        session.delete(session.get_one(SourceState, "many"))


def test_deliveries_tell_what_is_owed_and_hide_to_whom(browser: httpx.Client) -> None:
    page = soup(browser, "/deliveries")
    rows = page.find_all("tbody")[1].find_all("tr")
    assert [row.find_all("td")[2].get_text() for row in rows] == ["已放弃", "待发", "已发"]
    assert {row.find_all("td")[1].get_text() for row in rows} == {"r…@example.org"}
    assert "readers@" not in str(page)
    dead = soup(browser, "/deliveries", state="dead", channel="desk").find_all("tbody")[1].find_all("tr")
    assert len(dead) == 1
    assert "没有投递记录" in soup(browser, "/deliveries", channel="nowhere").get_text()
    for channel in ("\x00", "x" * 3000, "'"):
        assert browser.get("/deliveries", params={"channel": channel}).status_code == 200


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("li@example.org", "l…@example.org"),
        ("", ""),
        ("@example.org", "…@example.org"),
        ("https://hook.example/secret", "…"),
    ],
)
def test_of_an_address_a_guest_sees_little(address: str, shown: str) -> None:
    assert masked(address) == shown


POISONED = (
    (Report, ("title",)), (Document, ("title", "issuer", "content_type", "doubts")),
    (Statement, ("text", "indicator", "unit", "reference", "sentence", "commitment", "binding")),
    (Change, ("indicator",)), (SourceState, ("name", "family", "failure", "failure_label")),
    (Visit, ("error", "label")), (Digest, ("subject", "watch")), (Delivery, ("channel", "address", "answer")),
)  # fmt: skip
PAGES = ("/", "/changes", "/sources", f"/sources/{BROKEN}", "/deliveries", "/documents/1", f"/regions/{CITY}")
ANSWERS = (
    "/changes", "/statements", "/reports", "/documents", "/documents/1", "/documents/1/statements", "/sources",
    f"/sources/{BROKEN}/visits", "/deliveries", f"/regions/{CITY}/targets?all=true",
)  # fmt: skip
LISTENER = {"onload", "onerror", "onclick", "style"}


@pytest.fixture(scope="module", params=[0, 1])
def poisoned(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A console over an installation in which every scraped text is hostile, rows taking turns, and every address."""
    made = filled(tmp_path_factory.mktemp("hostile"))
    texts = [text.replace("\x00", "").replace("\ud800", "") for text in HOSTILE[request.param :: 2]]
    _poison(made, texts)
    with (
        served(app(made.kept, url=BASE, vitals=Doings(), access=Access("correct horse battery", guests=True))) as at,
        httpx.Client(base_url=at, trust_env=False, timeout=60, auth=("li", "correct horse battery")) as client,
    ):
        yield client
    made.kept.engine.dispose()


def _poison(made: Filled, texts: list[str]) -> None:
    with transaction(made.kept.engine) as session:
        for model, names in POISONED:
            table = SQLModel.metadata.tables[str(model.__tablename__)]
            keys = list(session.connection().execute(table.select().with_only_columns(*table.primary_key)))
            for number, row in enumerate(keys):
                same = [column == value for column, value in zip(table.primary_key, row, strict=True)]
                values = {name: texts[(number + place) % len(texts)] for place, name in enumerate(names)}
                if model in (Document, SourceState):
                    values["url"] = f"{URLS[number % len(URLS)]}{number}"
                if model is Delivery:
                    values["address"] = f"{number}{values['address']}"
                session.connection().execute(update(table).where(*same).values(values))
        session.connection().execute(update(Statement).where(col(Statement.value).is_(None)).values(reference=texts[0]))


@pytest.mark.parametrize("path", PAGES)
def test_hostile_texts_are_text_on_every_page(poisoned: httpx.Client, path: str) -> None:
    answer = poisoned.get(path)
    assert answer.status_code == 200
    page = BeautifulSoup(answer.text, "lxml")
    assert not page.find_all(["script", "iframe", "object", "h1x"])
    assert not [one for one in page.find_all("img") if one.get("src") == "x"]
    assert not [one for one in page.find_all(True) if LISTENER & set(one.attrs)]
    assert {urlsplit(link["href"]).scheme for link in page.find_all("a")} <= {"", "http", "https", "file"}
    assert [char for char in answer.text if unicodedata.category(char) in ("Cc", "Cs") and char not in "\n\t"] == []
    assert "\u202e" not in answer.text
    assert len(answer.content) < 700_000


def test_hostile_texts_are_text_in_the_feed(poisoned: httpx.Client) -> None:
    answer = poisoned.get("/changes.atom")
    feed = feedparser.parse(answer.content)
    assert not feed.bozo, feed.get("bozo_exception")
    assert len(feed.entries) == 50
    raw = BeautifulSoup(answer.content, "xml")
    for entry in raw.find_all("entry"):
        content = BeautifulSoup(entry.content.get_text(), "lxml")
        assert {one.name for one in content.find_all(True)} <= {"html", "body", "p", "b", "a", "blockquote"}
        assert all(urlsplit(link["href"]).netloc == "mubiao.example.org" for link in content.find_all("a"))
        assert len(entry.title.get_text()) <= 200


def test_no_cell_of_the_table_is_a_formula(poisoned: httpx.Client) -> None:
    rows = list(csv.reader(io.StringIO(poisoned.get("/changes.csv").text.removeprefix("\ufeff"), newline="")))
    assert len({len(row) for row in rows}) == 1
    numbers = {index for index, name in enumerate(rows[0]) if name.endswith("_value")}
    for row in rows[1:]:
        assert not [one for at, one in enumerate(row) if at not in numbers and one.lstrip(" ").startswith(FORMULA)]


@pytest.mark.parametrize("path", ANSWERS)
def test_json_says_hostile_texts_as_they_are(poisoned: httpx.Client, path: str) -> None:
    answer = poisoned.get(f"/api/v1{path}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    json.loads(answer.content)
