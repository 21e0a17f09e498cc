"""The console's search and review pages, as a browser sees them."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from bs4 import BeautifulSoup
from sqlmodel import Session, select

from monitor.console import app
from monitor.console.access import Access
from monitor.console.limits import Limit
from monitor.console.search import OFTEN, routes
from storage.database import reading
from storage.models import Review
from storage.statements import find_of_document
from storage.values import Role, Stated
from tests.consoles import CITY, Filled, Reviewing, filled, found, served

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}\u202e"
PASSWORD = "correct horse"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    return filled(tmp_path_factory.mktemp("console"))


@pytest.fixture(scope="module")
def address(made: Filled) -> Iterator[str]:
    with served(app(made.kept, access=Access(PASSWORD, guests=True), reviewers=Reviewing(made))) as at:
        yield at


@pytest.fixture(scope="module")
def guest(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, trust_env=False, timeout=30) as client:
        yield client


@pytest.fixture(scope="module")
def reviewer(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, trust_env=False, timeout=30, auth=("小李", PASSWORD)) as client:
        yield client


def soup(client: httpx.Client, path: str, **query: str) -> BeautifulSoup:
    return BeautifulSoup(client.get(path, params=query).text, "lxml")


def growth(made: Filled) -> Stated:
    """The growth target of the city's last report as it was published first."""
    with reading(made.kept.engine) as session:
        stated = find_of_document(session, made.document())
    return next(one for one in stated if one.indicator_key == "gdp" and one.data.role is Role.TARGET)


def reviews(made: Filled) -> list[Review]:
    with Session(made.kept.engine) as session:
        return list(session.exec(select(Review)))


def test_a_search_shows_the_sentence_with_its_words_and_leads_to_it(guest: httpx.Client, made: Filled) -> None:
    page = soup(guest, "/search", q="生产总值 5.5%", region="长春市", year="2026")
    hits = page.select("ol.hits > li")
    assert len(hits) == 1
    assert {mark.get_text() for mark in hits[0].select("blockquote mark")} == {"生产总值", "5.5%"}
    link = str(hits[0].select_one("a")["href"])  # type: ignore[index]
    target, _, anchor = link.partition("#")
    assert anchor.startswith("s")
    assert soup(guest, target).find(id=anchor) is not None
    (indicator,) = {
        one["href"] for one in soup(guest, "/search", q="GDP").select("ul.chips a") if one["href"] == "/indicators/gdp"
    }
    assert guest.get(str(indicator)).status_code == 200


def test_words_beside_every_statement_lead_to_their_paragraph(guest: httpx.Client) -> None:
    page = soup(guest, "/search", q="让我们携手并肩")
    target, _, anchor = str(page.select_one("ol.hits a")["href"]).partition("#")  # type: ignore[index]
    paragraph = soup(guest, target).find(id=anchor)
    assert paragraph is not None
    assert "让我们携手并肩" in paragraph.get_text()


def test_the_form_comes_back_as_it_was_filled_in_either_language(guest: httpx.Client) -> None:
    for language, words in (("zh", "没有保存的原文含有这些词语"), ("en", "No kept text has these words")):
        page = soup(guest, "/search", q="没有人说过", kind="work_report", year="2025", lang=language)
        assert words in page.get_text()
        assert page.find("input", attrs={"name": "q"})["value"] == "没有人说过"  # type: ignore[index]
        assert page.find("option", selected=True)["value"] == "work_report"  # type: ignore[index]
    assert guest.get("/search").status_code == 200


@pytest.mark.parametrize("query", [{"q": "碳"}, {"q": "目标", "region": "没有这里"}, {"q": "目标", "year": "12"},
                                   {"q": "目标", "kind": "x"}, {"q": "目标", "offset": "-1"}])  # fmt: skip
def test_what_cannot_be_looked_for_is_told_and_not_searched(guest: httpx.Client, query: dict[str, str]) -> None:
    answer = guest.get("/search", params=query)
    assert answer.status_code == 422
    assert BeautifulSoup(answer.text, "lxml").find(role="alert") is not None


def test_hostile_words_and_texts_are_shown_as_text(guest: httpx.Client, made: Filled) -> None:
    made.file(found("220400", 2022, f"各位代表：\n候鸟归来{HOSTILE}候鸟归来。\n谢谢大家。", title=HOSTILE))
    for words in (HOSTILE, "候鸟归来"):
        answer = guest.get("/search", params={"q": words})
        assert "<script" not in answer.text
        assert "<img" not in answer.text
        assert "\u202e" not in answer.text
    assert "7*7" in answer.text


def test_whoever_searches_too_often_waits(made: Filled) -> None:
    application = app(made.kept)
    with served(application) as at, httpx.Client(base_url=at, trust_env=False, timeout=30) as client:
        answers = [client.get("/search", params={"q": "没有人说过"}).status_code for _ in range(OFTEN + 1)]
        assert answers == [200] * OFTEN + [429]
        assert client.get("/search").status_code == 200, "the empty form costs nothing"
    assert routes(made.kept, Limit(1, 60.0))


def test_a_guest_reads_reviews_and_writes_none(guest: httpx.Client, made: Filled) -> None:
    page = soup(guest, f"/review/{growth(made).id}")
    assert page.select("form[method=post]") == []
    assert f"mubiao review add s{growth(made).id}" in page.get_text()
    refused = guest.post(f"/review/{growth(made).id}", data={"kind": "no_target"})
    assert (refused.status_code, reviews(made)) == (403, [])
    assert guest.get("/review").status_code == 200
    assert guest.get(f"/review/{10**9}").status_code == guest.get(f"/review/{10**30}").status_code == 404


def test_a_reader_corrects_a_figure_sees_it_and_takes_it_back(reviewer: httpx.Client, made: Filled) -> None:
    stated = growth(made)
    path = f"/review/{stated.id}"
    page = soup(reviewer, path)
    fields = {str(one["name"]): str(one.get("value", "")) for one in page.select("form.review input:not([type=radio])")}
    assert fields["value"] == f"{stated.data.value:g}"
    assert (
        reviewer.post(path, data=fields | {"kind": "value", "op": "at_least", "value": "7.5", "token": "x"}).status_code
        == 403
    )
    wrong = reviewer.post(path, data=fields | {"kind": "value", "op": "at_least", "value": "七"})
    assert (wrong.status_code, reviews(made)) == (422, [])
    for name, impossible, why in (
        ("value", "inf", "no number"), ("value", "nan", "no number"), ("unit", "蛋", "蛋 is no unit"),
        ("period", "99", "99 is no period"), ("value_hi", "0.5", "a range ascends"),
    ):  # fmt: skip
        op = "range" if name == "value_hi" else "at_least"
        wrong = reviewer.post(path, data=fields | {"kind": "value", "op": op, name: impossible})
        assert (wrong.status_code, why in wrong.text, reviews(made)) == (422, True, []), name
    done = reviewer.post(path, data=fields | {"kind": "value", "op": "at_least", "value": "7.5", "why": HOSTILE})
    assert done.status_code == 200
    (kept,) = reviews(made)
    assert (kept.kind, kept.value, kept.op, kept.who) == ("value", 7.5, "at_least", "小李")
    after = soup(reviewer, path)
    assert "7.5" in after.get_text()
    assert "<img" not in reviewer.get("/review").text
    assert growth(made).data.value == 7.5
    assert "7.5%" in soup(reviewer, f"/documents/{made.document()}").find("aside").get_text()  # type: ignore[union-attr]
    form = after.select_one("ol.reviews form")
    assert form is not None
    back = {str(one["name"]): str(one["value"]) for one in form.select("input")}
    assert reviewer.post(path, data=back).status_code == 200
    assert growth(made).data == stated.data


def test_another_sites_page_and_what_is_no_form_change_nothing(reviewer: httpx.Client, made: Filled) -> None:
    path, before = f"/review/{growth(made).id}", len(reviews(made))
    fields = {
        str(one["name"]): str(one.get("value", ""))
        for one in soup(reviewer, path).select("form.review input[type=hidden]")
    }
    fields |= {"kind": "no_target"}
    assert reviewer.post(path, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert reviewer.post(path, json=fields).status_code == 422
    assert reviewer.post(path, data=fields | {"why": "x" * 30_000}).status_code == 422
    assert reviewer.post(path, data=fields | {"withdraws": "9" * 40}).status_code == 422
    assert len(reviews(made)) == before


def test_a_series_is_named_by_a_key_or_by_another_statement(reviewer: httpx.Client, made: Filled) -> None:
    with reading(made.kept.engine) as session:
        one, other, *_ = find_of_document(session, made.document(CITY, 2025))
    path = f"/review/{one.id}"
    fields = {
        str(field["name"]): str(field.get("value", ""))
        for field in soup(reviewer, path).select("form.review input[type=hidden]")
    }
    for key, expected in (("nothing", 422), (f"#s{other.id}", 200), ("gdp", 200)):
        assert reviewer.post(path, data=fields | {"kind": "series", "key": key}).status_code == expected, key
    assert [row.indicator_key for row in reviews(made)[-2:]] == [other.indicator_key, "gdp"]


def test_pages_of_the_two_are_small_and_need_no_script(reviewer: httpx.Client, made: Filled, tmp_path: Path) -> None:
    for path in ("/search?q=发展", "/review", f"/review/{growth(made).id}"):
        answer = reviewer.get(path)
        assert len(answer.content) < 300_000
        assert "<script" not in answer.text
        assert "style=" not in answer.text
