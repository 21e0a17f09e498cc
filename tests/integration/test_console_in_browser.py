"""The console in a real browser: from a digest's link through its pages, by keyboard, and what axe-core finds."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from monitor.console import app
from monitor.console.access import Access
from monitor.telling.post import Links
from storage.statements import find_of_document
from tests.browsing import CHROMIUM, OPTIONS
from tests.consoles import CITY, Doings, Filled, Reviewing, addresses, filled, served

PATIENCE = 60_000  # milliseconds: a loaded machine is slow, not broken
TWINS = ("province", "indicator-sorted", "report-statement")  # of other pages, for pictures
PASSWORD = "correct horse"
SERIOUS = ("serious", "critical")

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is missing: install it to look at the console in it")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    return filled(tmp_path_factory.mktemp("console"))


@pytest.fixture(scope="module")
def address(made: Filled) -> Iterator[str]:
    guarded = Access(PASSWORD, guests=True)
    with served(app(made.kept, vitals=Doings(), subscribers=Doings(), access=guarded, reviewers=Reviewing(made))) as at:
        yield at


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS, timeout=PATIENCE)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A Chinese reader's window; whatever a page complains of is a fault."""
    context = browser.new_context(
        base_url=address, locale="zh-CN", viewport={"width": 1280, "height": 900},
        http_credentials={"username": "li", "password": PASSWORD},
    )  # fmt: skip
    context.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    complaints: list[str] = []
    opened = context.new_page()
    opened.on("console", lambda message: complaints.extend(_complaint(message)))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    context.close()
    assert complaints == []


def test_from_a_digests_link_to_the_sentence_and_on_through_the_pages(
    page: Page, made: Filled, address: str
) -> None:  # fmt: skip
    number = made.document()
    with made.kept.reading() as session:
        growth = next(one for one in find_of_document(session, number) if one.data.headline)

    page.goto(Links(address).statement(number, growth.id))
    mark = page.locator(f"#s{growth.id}")
    expect(mark).to_be_in_viewport()
    expect(mark).to_have_text("6%以上" if growth.data.text.endswith("上") else growth.data.text)
    assert mark.evaluate("one => one.matches(':target')")

    page.get_by_role("navigation", name="所在位置").get_by_role("link", name="长春市").click()
    expect(page).to_have_url(f"{address}/regions/{CITY}")
    charts = page.locator(".charts img")
    charts.last.scroll_into_view_if_needed()
    for at in range(charts.count()):
        drawn = charts.nth(at)
        drawn.scroll_into_view_if_needed()
        page.wait_for_function("one => one.complete && one.naturalWidth > 0", arg=drawn.element_handle())
    page.locator(".years").get_by_role("link", name="地区生产总值增长").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("地区生产总值增长：2026 年目标")

    page.get_by_role("link", name="2026 目标").click()
    expect(page.locator("th[aria-sort]")).to_contain_text("2026 目标")
    for name in ("长春市", "吉林市"):
        page.get_by_role("checkbox", name=name).check()
    page.get_by_role("button", name="画出所选地区历年目标").click()
    expect(page.locator("#chosen")).to_be_in_viewport()
    expect(page.locator("#chosen li")).to_have_text(["吉林市", "长春市"])  # as the table has them, by target

    page.goto(f"/documents/{number}")
    page.get_by_role("link", name="与上一年报告比较").click()
    expect(page.locator("table")).to_contain_text("地区生产总值增长")
    expect(page.locator("ins").first).to_have_text("2026")


def test_from_a_search_to_the_sentence_and_to_a_review_that_corrects_it(page: Page) -> None:
    page.goto("/search")
    page.get_by_label("词语").fill("幼儿园")
    page.get_by_role("button", name="查找").click()
    page.locator(".hits a").first.click()
    mark = page.locator("mark:target")
    expect(mark).to_be_in_viewport()
    kindergartens = page.locator("aside li", has_text="幼儿园")
    kindergartens.get_by_role("link", name="指出错误").click()
    page.get_by_role("link", name="登录").click()
    page.get_by_label("数值", exact=True).fill("30")
    page.get_by_role("button", name="提交复核").click()
    expect(page.get_by_role("status")).to_be_visible()
    page.locator("main p a[href*='/documents/']").click()
    expect(kindergartens).to_contain_text("30所")


def test_what_was_read_is_shown_by_the_keyboard_alone(page: Page, made: Filled) -> None:
    page.goto(f"/documents/{made.document()}")
    page.locator("mark[tabindex]").first.focus()
    shown = "one => getComputedStyle(one, '::after').content"
    assert "目标" not in page.locator("mark[tabindex]").nth(1).evaluate(shown)
    assert "gdp" in page.evaluate("getComputedStyle(document.activeElement, '::after').content")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.read") == page.locator("mark[tabindex]").nth(1).get_attribute(
        "data-read"
    )


def test_the_first_tab_leads_past_the_navigation(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id == 'main'")


def test_axe_finds_no_serious_fault_on_any_page(page: Page, made: Filled) -> None:
    axe = Axe()
    found = {}
    for name, path in addresses(made).items():
        for scheme in () if name in TWINS else ("light", "dark") if name in ("region", "indicator") else ("light",):
            page.emulate_media(color_scheme=scheme)
            page.goto(path)
            violations = axe.run(page, options={"resultTypes": ["violations"]}).response["violations"]
            faults = [_fault(one) for one in violations if one["impact"] in SERIOUS]
            if faults:
                found[f"{name}, {scheme}"] = faults
    assert found == {}


def test_no_page_is_wider_than_a_phone(page: Page, made: Filled) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    wide = {}
    for name, path in addresses(made).items():
        if name not in TWINS:
            page.goto(f"{path}{'&' if '?' in path else '?'}lang=en")  # its words are the longer ones
            if (width := page.evaluate("document.documentElement.scrollWidth")) > 390:
                wide[name] = width
    assert wide == {}


def _complaint(message: ConsoleMessage) -> Iterator[str]:
    """But for the page that is missing on purpose."""
    if message.type == "error" and "/nothing" not in message.location["url"]:
        yield f"{message.text} {message.location['url']}"


def _fault(violation: dict[str, object]) -> str:
    nodes = violation["nodes"]
    assert isinstance(nodes, list)
    return f"{violation['id']}: {[node['html'][:160] for node in nodes[:3]]}"
