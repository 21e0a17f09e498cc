"""The console as a browser sees it."""

import threading
import time
from collections.abc import Iterator

import httpx
import pytest
import uvicorn
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from monitor.console import ListedReport, ReportPage, app
from monitor.console.highlight import Close, Open, paragraphs
from monitor.console.language import chosen
from storage.values import Role
from tests.kept_report import TEXT, KeptPages, listed, report_page, stated, statements

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}\u202e"


class Front:
    """Pages whose answers each test may change while one server runs for all."""

    def __init__(self) -> None:
        self.behind = KeptPages()
        self.left: list[str] = []

    def find_latest(self, limit: int) -> list[ListedReport]:
        return self.behind.find_latest(limit)

    def find_document(self, document_id: int) -> ReportPage | None:
        return self.behind.find_document(document_id)

    def health(self) -> dict[str, object]:
        return self.behind.health()

    def address_of(self, token: str) -> str | None:
        return "<li@example.org>" if token == "good" else None

    def unsubscribe(self, address: str) -> None:
        self.left.append(address)


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Front, str]]:
    """The console on a free port of loopback, and its address."""
    front = Front()
    server = uvicorn.Server(
        uvicorn.Config(app(front, ["127.0.0.1"], front), port=0, log_config=None, ws="none", lifespan="off")
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield front, f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def pages(served: tuple[Front, str]) -> KeptPages:
    served[0].behind = KeptPages()
    return served[0].behind


@pytest.fixture
def browser(served: tuple[Front, str], pages: KeptPages) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served[1], trust_env=False) as client:
        yield client


def soup(browser: httpx.Client, path: str, **headers: str) -> BeautifulSoup:
    answer = browser.get(path, headers=headers)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    return BeautifulSoup(answer.text, "lxml")


def test_it_answers_to_its_own_name_only(browser: httpx.Client) -> None:
    assert browser.get("/", headers={"Host": "evil.example"}).status_code == 400


def test_the_first_page_lists_the_latest_reports(browser: httpx.Client) -> None:
    page = soup(browser, "/")
    assert [link["href"] for link in page.find("ol").find_all("a")] == ["/documents/12", "/documents/15"]
    assert "云溪市 · 2026 年政府工作报告" in page.get_text()
    assert page.find(class_="example").get_text() == "【示例】"


def test_without_reports_the_first_page_says_so(browser: httpx.Client, pages: KeptPages) -> None:
    pages.latest = []
    assert "还没有报告" in soup(browser, "/").get_text()


def test_every_statement_of_a_digest_has_its_anchor_at_its_number(browser: httpx.Client) -> None:
    page = soup(browser, "/documents/12")
    for each in statements():
        mark = page.find(id=f"s{each.id}")
        assert mark.name == "mark"
        assert mark.get_text() == each.data.text
        assert each.data.role.value in mark["class"]
        assert ("headline" in mark["class"]) == each.data.headline
        assert page.find("aside").find("a", href=f"#s{each.id}")


def test_the_text_is_whole(browser: httpx.Client) -> None:
    article = soup(browser, "/documents/12").article
    article.find(class_="legend").decompose()
    shown = [paragraph.get_text() for paragraph in article.find_all("p")]
    assert shown == [line.strip() for line in TEXT.splitlines() if line.strip()]


def test_a_mark_says_what_was_read(browser: httpx.Client) -> None:
    page = soup(browser, "/documents/12")
    assert page.find(id="s107")["title"] == "目标：地区生产总值增长 6%左右（2026 年）"
    assert soup(browser, "/documents/12?lang=en").find(id="s107")["title"] == "Target: GDP growth ~6% (2026)"


def test_the_source_and_the_other_witnesses_are_linked(browser: httpx.Client) -> None:
    page = soup(browser, "/documents/12")
    assert page.find("a", href="https://www.yunxi.example/zwgk/2026/t12.html").get_text() == "原文"
    assert page.find("a", href="/documents/15").get_text() == "云溪市政府工作报告（摘要）"


def test_an_example_wears_a_banner(browser: httpx.Client, pages: KeptPages) -> None:
    pages.documents[12] = report_page(example=True)
    assert "虚构地区" in soup(browser, "/documents/12").find(class_="banner").get_text()


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
    assert page.find("ol").a["href"] == "/documents/12?lang=en"
    assert page.find("a", hreflang="zh")["href"] == "?lang=zh"


@given(st.text(max_size=60))
def test_any_accept_language_is_understood_or_ignored(accept: str) -> None:
    assert chosen(None, accept) in ("zh", "en")


@pytest.mark.parametrize(
    "path", ["/documents/99", f"/documents/{10**30}", "/documents/x", "/documents/-1", "/nothing", "/../etc"]
)
def test_what_is_not_there_is_a_page_with_404(browser: httpx.Client, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 404
    assert "没有这份文件" in answer.text
    assert "Content-Security-Policy" in answer.headers


@pytest.mark.parametrize("path", ["/", "/documents/12", "/documents/99", "/health", "/console.css"])
def test_no_page_may_run_a_script_or_be_framed(browser: httpx.Client, path: str) -> None:
    answer = browser.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "<script" not in answer.text
    assert " style=" not in answer.text


def test_only_reading_is_possible(browser: httpx.Client) -> None:
    assert browser.post("/documents/12").status_code == 405
    assert browser.delete("/").status_code == 405


@pytest.mark.parametrize(("ok", "status"), [(True, 200), (False, 503)])
def test_health_is_told_by_the_status(browser: httpx.Client, pages: KeptPages, ok: bool, status: int) -> None:
    pages.state = {"ok": ok, "sources": 34}
    answer = browser.get("/health")
    assert answer.status_code == status
    assert answer.json() == {"ok": ok, "sources": 34}


def test_hostile_texts_are_shown_as_text(browser: httpx.Client, pages: KeptPages) -> None:
    text = f"目标{HOSTILE}6%。\n{HOSTILE}"
    at = text.index("6%")
    mark = stated(1, at, at + 2, (0, at + 3), indicator=HOSTILE, text=HOSTILE, unit=HOSTILE, period=HOSTILE, value=None)
    pages.documents[12] = report_page(
        title=HOSTILE,
        region=HOSTILE,
        region_path=HOSTILE,
        issuer=HOSTILE,
        url="javascript:alert(1)",
        text=text,
        statements=(mark,),
    )
    pages.latest = [listed(region=HOSTILE)]
    for path in ("/", "/documents/12"):
        page = soup(browser, path)
        assert not page.find_all(["script", "img"])
        assert not page.find_all(lambda element: any(name.startswith("on") for name in element.attrs))
        assert all(link["href"][0] in "/#?" for link in page.find_all("a"))
        assert "{{7*7}}" in page.get_text()
        assert "\u202e" not in str(page)
    assert page.find(id="s1").get_text() == "6%"


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
    assert {each.data.role for each in statements()} == {Role.TARGET, Role.OUTTURN}
    style = browser.get("/console.css").text
    assert "mark.target { background: var(--target); border-bottom: 2px solid" in style
    assert "mark.outturn { background: var(--outturn); border-bottom: 2px dotted" in style


def test_looking_at_an_unsubscribe_address_changes_nothing_and_pressing_the_button_does(
    served: tuple[Front, str],
) -> None:
    front, base = served
    front.left.clear()
    asked = httpx.get(f"{base}/unsubscribe/good?lang=zh")
    assert asked.status_code == 200
    assert front.left == []
    assert "&lt;li@example.org&gt;" in asked.text
    assert BeautifulSoup(asked.text, "html.parser").select_one("form[method=post] button") is not None
    assert "form-action 'self'" in asked.headers["content-security-policy"]
    pressed = httpx.post(f"{base}/unsubscribe/good", content=b"List-Unsubscribe=One-Click", follow_redirects=False)
    assert pressed.status_code == 200
    assert front.left == ["<li@example.org>"]


def test_an_unsubscribe_address_that_we_did_not_make_is_no_page(served: tuple[Front, str]) -> None:
    front, base = served
    front.left.clear()
    assert httpx.post(f"{base}/unsubscribe/bad").status_code == 404
    assert httpx.get(f"{base}/unsubscribe/bad").status_code == 404
    assert front.left == []
