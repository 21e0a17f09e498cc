"""The console as a browser sees it: what all pages share, and the page of a report."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import literal, update
from sqlmodel import SQLModel

from monitor.console import app
from monitor.console.highlight import Close, Open, paragraphs
from monitor.console.language import chosen
from storage.database import transaction
from storage.models import Document, Report, Statement
from storage.statements import find_of_document
from storage.values import Role
from tests.consoles import CITY, YEARS, Doings, Filled, filled, found, served, text_of
from tests.kept_report import stated

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}\u202e"
NAMES = ["127.0.0.1"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    return filled(tmp_path_factory.mktemp("console"))


@pytest.fixture(scope="module")
def doings() -> Doings:
    return Doings()


@pytest.fixture(scope="module")
def address(made: Filled, doings: Doings) -> Iterator[str]:
    with served(app(made.kept, hosts=NAMES, vitals=doings, subscribers=doings)) as at:
        yield at


@pytest.fixture(scope="module")
def browser(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, trust_env=False, timeout=30) as client:
        yield client


@pytest.fixture(scope="module")
def first(made: Filled) -> str:
    """The page of the city's last report as it was published first."""
    return f"/documents/{made.document()}"


def soup(browser: httpx.Client, path: str, **headers: str) -> BeautifulSoup:
    answer = browser.get(path, headers=headers)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return BeautifulSoup(answer.text, "lxml")


def test_it_answers_to_its_own_name_only(browser: httpx.Client) -> None:
    assert browser.get("/", headers={"Host": "evil.example"}).status_code == 400


def test_the_first_page_lists_the_latest_reports(browser: httpx.Client, made: Filled) -> None:
    page = soup(browser, "/")
    newest = made.document("440000")
    assert page.find("a", href=f"/documents/{newest}").get_text() == "广东省 · 2026 年政府工作报告"


def test_without_reports_the_first_page_says_so(tmp_path: Path) -> None:
    empty = filled(tmp_path)
    with transaction(empty.desk.engine) as session:
        for table in reversed(SQLModel.metadata.sorted_tables):
            session.execute(table.delete())
    with served(app(empty.kept)) as at:
        answer = httpx.get(at, headers={"accept-language": "zh"})
    assert answer.status_code == 200
    assert "还没有报告" in answer.text


def test_every_statement_of_a_digest_has_its_anchor_at_its_number(
    browser: httpx.Client, made: Filled, first: str
) -> None:
    page = soup(browser, first)
    with made.kept.reading() as session:
        statements = find_of_document(session, made.document())
    assert len(statements) > 10
    for each in statements:
        mark = page.find(id=f"s{each.id}")
        assert mark.name == "mark"
        assert mark.get_text().startswith(each.data.text)
        assert each.data.role.value in mark["class"]
        assert ("headline" in mark["class"]) == each.data.headline
        assert page.find("aside").find("a", href=f"#s{each.id}")


def test_the_text_is_whole(browser: httpx.Client, first: str) -> None:
    article = soup(browser, first).article
    for more in article.select(".legend"):
        more.decompose()
    shown = [paragraph.get_text() for paragraph in article.find_all("p")]
    assert shown == [line.strip() for line in text_of(CITY, YEARS[-1]).splitlines() if line.strip()]


def test_a_mark_says_what_was_read(browser: httpx.Client, made: Filled, first: str) -> None:
    with made.kept.reading() as session:
        growth = next(one for one in find_of_document(session, made.document()) if one.data.headline)
    lines = soup(browser, first).find(id=f"s{growth.id}")["data-read"].splitlines()
    assert lines[:2] == ["目标：地区生产总值增长 6%以上（2026 年）", "gdp · growth · at_least · 6 %"]
    assert lines[-1].startswith("规则：")
    english = soup(browser, f"{first}?lang=en")
    assert english.find(id=f"s{growth.id}")["data-read"].splitlines()[0] == "Target: GDP growth 6%+ (2026)"


def test_the_source_and_the_other_witnesses_are_linked(browser: httpx.Client, made: Filled, first: str) -> None:
    page = soup(browser, first)
    assert page.find("a", href=found(CITY, YEARS[-1]).url).get_text() == "原文"
    assert "2026年政府工作报告（摘要）" in [link.get_text() for link in page.find_all("a")]


def test_an_example_wears_a_banner(tmp_path: Path) -> None:
    made = filled(tmp_path)
    number = made.file(found("990100", 2026, example=True))
    with served(app(made.kept)) as at:
        shown = BeautifulSoup(httpx.get(f"{at}/documents/{number}?lang=zh").text, "lxml")
    assert "虚构地区" in shown.find(class_="banner").get_text()


@pytest.mark.parametrize(
    ("path", "accept", "lang"),
    [
        ("/", "", "zh-CN"),
        ("/", "en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("/", "de, zh-CN;q=0.8, en;q=0.7", "zh-CN"),
        ("/", "fr", "zh-CN"),
        ("/?lang=en", "zh-CN", "en"),
        ("/?lang=zh", "en", "zh-CN"),
        ("/?lang=xx", "en", "en"),
    ],
)
def test_the_reader_is_answered_in_their_language(browser: httpx.Client, path: str, accept: str, lang: str) -> None:
    assert soup(browser, path, **{"accept-language": accept}).html["lang"] == lang


def test_a_chosen_language_is_kept_from_page_to_page(browser: httpx.Client) -> None:
    page = soup(browser, "/?lang=en")
    inside = [link["href"] for link in page.find_all("a") if link["href"].startswith("/")]
    assert inside
    assert all("lang=en" in link for link in inside)
    assert page.find("a", hreflang="zh")["href"] == "?lang=zh"


def test_the_other_language_shows_the_same_with_all_that_was_asked_for(browser: httpx.Client) -> None:
    page = soup(browser, "/indicators/gdp?region=220100&region=220200&lang=en")
    assert page.find("a", hreflang="zh")["href"] == "?region=220100&region=220200&lang=zh"


@given(st.text(max_size=60))
def test_any_accept_language_is_understood_or_ignored(accept: str) -> None:
    assert chosen(None, accept) in ("zh", "en")


@pytest.mark.parametrize(
    "path", ["/documents/999", f"/documents/{10**30}", "/documents/x", "/documents/-1", "/nothing", "/../etc"]
)
def test_what_is_not_there_is_a_page_with_404(browser: httpx.Client, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 404
    assert "没有这份文件" in answer.text
    assert "Content-Security-Policy" in answer.headers


@pytest.mark.parametrize("path", ["/", "/documents/1", "/documents/999", "/health", "/console.css"])
def test_no_page_may_run_a_script_or_be_framed(browser: httpx.Client, path: str) -> None:
    answer = browser.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "script-src" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "<script" not in answer.text
    assert " style=" not in answer.text


def test_only_reading_is_possible(browser: httpx.Client) -> None:
    assert browser.post("/documents/1").status_code == 405
    assert browser.delete("/").status_code == 405


@pytest.mark.parametrize(("ok", "status"), [(True, 200), (False, 503)])
def test_health_and_readiness_are_told_by_the_status(
    browser: httpx.Client, doings: Doings, ok: bool, status: int
) -> None:
    doings.state = {"ok": ok, "sources": 34}
    answer = browser.get("/health")
    assert answer.status_code == status
    assert answer.json() == {"ok": ok, "sources": 34}
    assert browser.get("/ready").status_code == status
    assert browser.get("/metrics").headers["content-type"].startswith("text/plain; version=0.0.4")


def test_hostile_texts_are_shown_as_text(tmp_path: Path) -> None:
    made = filled(tmp_path)
    number = made.document()
    with transaction(made.desk.engine) as session:
        session.execute(update(Statement).values(indicator=HOSTILE, text=HOSTILE, unit=HOSTILE, period=HOSTILE))
        session.execute(
            update(Document).values(title=HOSTILE, issuer=HOSTILE, url=literal("javascript:") + Document.id)
        )
        session.execute(update(Report).values(title=HOSTILE))
        session.get_one(Document, number).text_hash = made.desk.archive.add_text(f"目标{HOSTILE}6%。\n{HOSTILE}")
    with served(app(made.kept)) as at:
        for path in ("/", f"/documents/{number}"):
            page = BeautifulSoup(httpx.get(at + path).text, "lxml")
            assert not page.find_all(["script", "img"])
            assert not page.find_all(lambda element: any(name.startswith("on") for name in element.attrs))
            assert all(link["href"][0] in "/#?" for link in page.find_all("a"))
            assert "{{7*7}}" in page.get_text()
            assert "\u202e" not in str(page)


def test_nested_and_crossing_statements_keep_the_text_and_all_anchors() -> None:
    text = "甲乙丙丁戊己庚\n辛壬癸"
    marks = [
        stated(1, 0, 4),
        stated(2, 1, 2),
        stated(3, 3, 6),
        stated(4, 0, 4),
        stated(5, 5, 9),
        stated(6, 8, 8),
        stated(7, 9, 99),
    ]
    tokens = [token for paragraph in paragraphs(text, marks) for token in paragraph]
    assert "".join(token for token in tokens if isinstance(token, str)) == "甲乙丙丁戊己庚辛壬癸"
    anchors = [token.stated.id for token in tokens if isinstance(token, Open) and token.stated and token.first]
    assert sorted(anchors) == [1, 2, 3, 4, 5]


@given(
    st.text(alphabet="目标6%\n 。<", max_size=40),
    st.lists(st.tuples(st.integers(-2, 45), st.integers(-2, 45), st.integers(-2, 45), st.integers(-2, 45)), max_size=8),
)
def test_marks_are_nested_and_every_statement_within_the_text_has_one_anchor(
    text: str, offsets: list[tuple[int, int, int, int]]
) -> None:
    marks = [stated(id, a, b, (c, d)) for id, (a, b, c, d) in enumerate(offsets)]
    anchors = []
    for paragraph in paragraphs(text, marks):
        stack = []
        for token in paragraph:
            if isinstance(token, Open):
                stack.append(token.stated is None)
                if token.stated and token.first:
                    anchors.append(token.stated.id)
            elif isinstance(token, Close):
                assert stack.pop() == token.sentence
        assert not stack
    visible = [each for each in marks if 0 <= each.data.start < each.data.end <= len(text)]
    started = [each.id for each in visible if _line_at(text, each.data.start).strip()]
    assert sorted(anchors) == sorted(started)


def _line_at(text: str, offset: int) -> str:
    """The line an offset lies in, "" when it is on a line break."""
    return "" if text[offset] == "\n" else text[text.rfind("\n", 0, offset) + 1 :].split("\n")[0]


def test_roles_are_told_apart_without_colour(browser: httpx.Client) -> None:
    style = browser.get("/console.css").text
    assert {role.value for role in Role} == {"target", "outturn"}
    assert "mark.target { background: var(--target); border-bottom: 2px solid" in style
    assert "mark.outturn { background: var(--outturn); border-bottom: 2px dotted" in style


def test_looking_at_an_unsubscribe_address_changes_nothing_and_pressing_the_button_does(
    browser: httpx.Client, doings: Doings
) -> None:
    doings.left.clear()
    asked = browser.get("/unsubscribe/good?lang=zh")
    assert asked.status_code == 200
    assert doings.left == []
    assert "&lt;li@example.org&gt;" in asked.text
    assert BeautifulSoup(asked.text, "html.parser").select_one("form[method=post] button") is not None
    assert "form-action 'self'" in asked.headers["content-security-policy"]
    pressed = browser.post("/unsubscribe/good", content=b"List-Unsubscribe=One-Click")
    assert pressed.status_code == 200
    assert doings.left == ["<li@example.org>"]


def test_an_unsubscribe_address_that_we_did_not_make_is_no_page(browser: httpx.Client, doings: Doings) -> None:
    doings.left.clear()
    assert browser.post("/unsubscribe/bad").status_code == 404
    assert browser.get("/unsubscribe/bad").status_code == 404
    assert doings.left == []
