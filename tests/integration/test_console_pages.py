"""Home, regions, indicators, reports and comparisons: what stands on them, over invented reports."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from bs4 import BeautifulSoup, Tag
from lxml import etree
from sqlalchemy import ColumnElement, update
from sqlmodel import col, func

from monitor.comparing.series import magnitude
from monitor.console import app
from monitor.console.tiles import ROWS
from storage.browsing import find_moves
from storage.database import transaction
from storage.models import Document, SourceState, Statement
from storage.statements import find_by_id
from storage.values import ChangeKind, Stated, storable
from tests.consoles import (
    BROKEN,
    CITY,
    LATE,
    PROVINCE,
    YEARS,
    Filled,
    addresses,
    filled,
    found,
    served,
)
from tests.hostile import HOSTILE

LAST = YEARS[-1]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    return filled(tmp_path_factory.mktemp("console"))


@pytest.fixture(scope="module")
def browser(made: Filled) -> Iterator[httpx.Client]:
    with served(app(made.kept)) as at, _client(at) as client:
        yield client


def _client(at: str) -> httpx.Client:
    return httpx.Client(base_url=at, trust_env=False, timeout=60, headers={"accept-language": "zh"})


def soup(browser: httpx.Client, path: str) -> BeautifulSoup:
    answer = browser.get(path)
    assert answer.status_code == 200, path
    return BeautifulSoup(answer.text, "lxml")


def section(page: BeautifulSoup, title: str) -> Tag:
    heading = next(one for one in page.find_all("h2") if one.get_text().startswith(title))
    assert heading.parent is not None
    return heading.parent


def rows(table: Tag) -> list[list[str]]:
    """The cells of its body, a line each, without what is only for screen readers."""
    for unseen in table.select(".unseen"):
        unseen.decompose()
    return [
        [" ".join(cell.get_text(" ").split()) for cell in row.find_all(["th", "td"])]
        for row in table.select("tbody tr")
    ]


def test_home_has_the_biggest_cuts_and_raises_of_the_season_each_with_its_sentence(browser: httpx.Client) -> None:
    page = soup(browser, "/")
    cuts, raises = (rows(section(page, f"{LAST} 年主要目标{way}最多")) for way in ("下调", "上调"))
    assert cuts[0] == ["长春市", "社会消费品零售总额增长", "8%左右", "5%左右", "▼ 3 个百分点"]
    assert raises[0][-1] == "▲ 1 个百分点"
    links = [link["href"] for link in section(page, f"{LAST} 年主要目标下调").select("a.figure")]
    assert all("/documents/" in link and "#s" in link for link in links)


def test_what_moved_furthest_is_first(made: Filled) -> None:
    with made.kept.reading() as session:
        found = find_moves(session, LAST, ChangeKind.LOWERED, 50)
        stated = find_by_id(session, {id for one in found for id in (one.before_id, one.after_id) if id})
    moved = [abs(_middle(stated[one.after_id][0]) - _middle(stated[one.before_id][0])) for one in found]
    assert len(moved) > 5
    assert moved == sorted(moved, reverse=True)


def _middle(stated: Stated) -> float:
    size = magnitude(stated.data)
    assert size is not None
    return abs(size.middle)


def test_home_names_the_reports_that_are_late_and_the_sources_that_are_broken(browser: httpx.Client) -> None:
    page = soup(browser, "/")
    late = section(page, f"{LAST} 年报告：应到未到")
    assert [link["href"] for link in late.find_all("a")] == [f"/regions/{LATE}"]
    assert "往年不晚于 2026-01-20" in late.get_text()
    troubled = section(page, "有问题的来源")
    assert troubled.find("a")["href"] == f"/sources/{BROKEN}"
    assert "连续失败 3 次 · 始于 2026-02-17" in troubled.get_text()


def test_the_tree_has_provinces_with_their_cities(browser: httpx.Client) -> None:
    tree = soup(browser, "/regions").find(class_="tree")
    jilin = next(one for one in tree.find_all("section") if one.h2.a.get_text() == "吉林省")
    assert [link.get_text() for link in jilin.find_all("a")] == ["吉林省", "长春市", "吉林市", "四平市", "辽源市"]
    assert "4 份（2023–2026）" in jilin.get_text()


def test_a_region_has_its_targets_by_year_with_what_came_of_them(browser: httpx.Client) -> None:
    page = soup(browser, f"/regions/{CITY}")
    assert [link.get_text() for link in page.find(class_="above").find_all("a")] == ["全国", "吉林省"]
    table = page.find("table", class_="years")
    assert [head.get_text() for head in table.select("thead th")] == ["指标", "2026", "2025", "2024", "2023"]
    growth = rows(table)[0]
    assert growth == ["地区生产总值增长", "6%以上", "6.5%至7.5% ✗ 6.4%", "6% ✓ 6.2%", "6.5%左右 ✓ 6.6%"]


def test_a_regions_figures_stand_beside_those_above_and_next_to_it(browser: httpx.Client) -> None:
    beside = section(soup(browser, f"/regions/{CITY}"), "2026 年目标：与上级、同级相比")
    assert [row[0] for row in rows(beside)] == ["长春市", "吉林省", "吉林市", "四平市", "辽源市"]
    assert beside.find("tr", class_="own").th.get_text() == "长春市"


def test_a_region_that_only_has_regions_within_it_lists_those(browser: httpx.Client) -> None:
    page = soup(browser, "/regions/000000")
    assert "吉林省" in section(page, "下辖地区").get_text()
    assert browser.get("/regions/999999").status_code == 404


def test_a_code_that_was_given_up_leads_to_its_heir(browser: httpx.Client) -> None:
    answer = browser.get("/regions/130625?lang=zh", follow_redirects=False)  # 徐水县
    assert answer.headers["location"] == "/regions/130609?lang=zh"
    assert "徐水区" in soup(browser, answer.headers["location"]).h1.get_text()


def test_a_chart_names_what_it_shows_and_may_do_nothing(browser: httpx.Client) -> None:
    image = soup(browser, f"/regions/{CITY}").select_one(".charts img")
    assert image["alt"] == "地区生产总值增长历年目标和完成情况，数字见下表"
    answer = browser.get(image["src"])
    assert answer.headers["content-type"] == "image/svg+xml"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    drawing = etree.fromstring(answer.content)
    assert drawing.get("aria-label") == "长春市 · 地区生产总值增长"
    names = [etree.QName(one).localname for one in drawing.iter(etree.Element)]
    assert names.count("style") == 1
    assert "script" not in names
    assert not drawing.xpath("//@style | //@onclick | //@onload")
    said = drawing.xpath("//*[local-name()='title']/text()")
    assert "2024 · 目标 6%" in said
    assert "2024 · 完成情况 6.2%" in said
    dots = {verdict: len(drawing.xpath(f"//*[contains(@class, 'serie-{number}')]//*[local-name()='circle']"))
            for number, verdict in ((3, "met"), (4, "missed"))}  # fmt: skip
    assert dots == {"met": 2, "missed": 1}


def test_a_chart_of_what_is_not_there_is_missing(browser: httpx.Client) -> None:
    for path in (f"/charts/regions/{CITY}/exports.svg", "/charts/regions/999999/gdp.svg",
                 "/charts/indicators/gdp/regions.svg", "/charts/indicators/nothing/distribution.svg"):  # fmt: skip
        assert browser.get(path).status_code == 404


def test_the_indicators_of_a_season_are_listed_with_how_many_reports_state_them(browser: httpx.Client) -> None:
    page = soup(browser, "/indicators")
    growth = page.find("a", href="/indicators/gdp?year=2026")
    assert growth.get_text() == "地区生产总值"
    assert growth.find_next("span").get_text() == "7"


@pytest.mark.parametrize(
    "path",
    [
        "/indicators/gdp?year=abc", "/indicators/gdp?year=9999999999", "/indicators/gdp?sort=nonsense",
        "/indicators/gdp?level=x", "/indicators/gdp?measure=y", "/indicators/gdp?order=z", "/indicators/gdp?foo=bar",
        "/charts/indicators/gdp/distribution.svg?year=abc", "/deliveries?state=bogus", "/deliveries?foo=bar",
        "/changes?foo=bar", "/changes.json?foo=bar", "/changes?kind=bogus",
        "/changes?since=2026-12-01&until=2020-01-01", "/changes.csv?since=2026-12-01&until=2020-01-01",
    ],
)  # fmt: skip
def test_a_question_that_cannot_be_meant_is_told_so(browser: httpx.Client, path: str) -> None:
    answer = browser.get(path)
    assert answer.status_code == 422
    wrong = path.rpartition("=")[0].rpartition("?")[2] if "foo" in path else path.partition("=")[2].partition("&")[0]
    assert wrong in answer.text


@pytest.mark.parametrize(
    "path",
    ["/indicators/gdp?year=&level=&order=&lang=en&page=2", "/deliveries?state=&lang=zh", "/changes?kind=&since=&main="],
)
def test_what_a_form_leaves_empty_is_no_question(browser: httpx.Client, path: str) -> None:
    assert browser.get(path).status_code == 200


def test_a_query_without_end_is_not_read(browser: httpx.Client) -> None:
    page, program = (browser.get(f"{path}?q={'x' * 5000}") for path in ("/search", "/api/v1/search"))
    assert (page.status_code, program.status_code) == (414, 414)
    assert "x" * 10 not in page.text
    assert program.headers["content-type"] == "application/problem+json"
    long = browser.get("/search", params={"q": "x" * 201})
    assert (long.status_code, "最多 200 字" in long.text) == (422, True)
    assert browser.get("/search", params={"q": "x" * 200}).status_code == 200


def test_the_apis_root_leads_to_its_description(browser: httpx.Client) -> None:
    for path in ("/api/v1", "/api/v1/"):
        answer = browser.get(path, follow_redirects=True)
        assert (answer.status_code, answer.url.path) == (200, "/api/v1/openapi.json")
        assert "/statements" in str(answer.json()["paths"])


@pytest.mark.parametrize(
    ("query", "column", "expected"),
    [
        ("sort=target", 2, ["5.5%左右", "6%", "6.5%至7.5%"]),
        ("sort=target&order=falling", 2, ["8%", "7.5%左右"]),
        ("sort=outturn", 5, ["5.4%", "5.9%", "6.4%"]),
        ("sort=region&order=falling", 1, ["广东省", "黑龙江省", "辽源市"]),
        ("sort=verdict", 6, ["✓ −0.1 个百分点", "✓ −0.1 个百分点", "✗ −0.1 个百分点"]),
        ("page=99&level=&order=", 1, ["辽宁省", "吉林省", "长春市"]),
    ],
)
def test_an_indicators_table_is_put_in_order_by_its_links(
    browser: httpx.Client, query: str, column: int, expected: list[str]
) -> None:
    table = soup(browser, f"/indicators/gdp?year=2025&{query}").find("table", class_="dense")
    assert [row[column] for row in rows(table)][: len(expected)] == expected


def test_what_was_raised_and_lowered_is_counted_ranges_and_declines_too(browser: httpx.Client) -> None:
    page = soup(browser, "/indicators/gdp?year=2025")
    assert "8 个地区，8 个上调、0 个下调、0 个不变" in page.find(class_="lead").get_text()
    changes = {row[1]: row[4] for row in rows(page.find("table", class_="dense"))}
    assert changes["长春市"] == "▲"  # 6% → 6.5%至7.5% has no one distance
    energy = soup(browser, "/indicators/energy_intensity?year=2026")
    assert "7 个地区，1 个上调、0 个下调、6 个不变" in energy.find(class_="lead").get_text()  # 下降2.5% → 下降3%


def test_a_column_that_orders_the_table_says_so_and_turns_it_round(browser: httpx.Client) -> None:
    head = soup(browser, "/indicators/gdp?year=2025&sort=target").select_one("th[aria-sort]")
    assert head["aria-sort"] == "ascending"
    assert "order=falling" in head.a["href"]


def test_an_indicator_is_narrowed_to_a_level_and_drawn_for_chosen_regions(browser: httpx.Client) -> None:
    page = soup(browser, f"/indicators/gdp?year=2025&level=province&region={PROVINCE}&region={CITY}")
    assert [row[1] for row in rows(page.find("table", class_="dense"))] == ["辽宁省", "吉林省", "黑龙江省", "广东省"]
    assert [one.get_text() for one in page.select("#chosen li")] == ["吉林省", "长春市"]
    chart = etree.fromstring(browser.get(page.select_one("#chosen img")["src"]).content)
    assert len(chart.xpath("//*[local-name()='circle']")) == 2 * len(YEARS)


def test_an_indicator_that_nobody_states_is_a_page_only_if_it_is_known(browser: httpx.Client) -> None:
    assert browser.get("/indicators/~没有的指标").status_code == 404
    assert "没有地区提出这个目标" in soup(browser, "/indicators/exports?year=2026").get_text()
    assert "没有地区提出这个目标" in soup(browser, "/indicators/gdp?year=1999").get_text()


def test_the_map_has_all_provinces_and_their_figures(browser: httpx.Client) -> None:
    tiles = soup(browser, "/indicators/gdp?year=2025").select(".tiles a")
    assert len(tiles) == 34 == sum(bool(code) for row in ROWS for code in row)
    figures = {tile.find("text").get_text(): [one.get_text() for one in tile.select(".value")] for tile in tiles}
    assert figures["吉林"] == ["6%"]
    assert figures["北京"] == []


def test_a_report_is_downloaded_as_it_came_and_never_shown(browser: httpx.Client, made: Filled) -> None:
    answer = browser.get(f"/documents/{made.document()}/raw")
    assert answer.content == found(CITY, LAST).raw
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == f'attachment; filename="mubiao-{made.document()}.html"'
    assert "sandbox" in answer.headers["content-security-policy"]
    assert browser.get(f"/documents/{made.document()}/raw?attachment=1").status_code == 404
    assert browser.get("/documents/999/raw").status_code == 404


def test_an_attachment_is_downloaded_by_its_own_kind(tmp_path: Path) -> None:
    made = filled(tmp_path)
    number = made.file(found(CITY, 2022, attachment=b"%PDF", attachment_url="https://x.example/a/b.PDF"))
    with served(app(made.kept)) as at, _client(at) as client:
        link = soup(client, f"/documents/{number}").find("a", string="下载附件")["href"]
        answer = client.get(link)
    assert answer.content == b"%PDF"
    assert answer.headers["content-disposition"].endswith('.pdf"')


def test_a_lost_text_is_told_and_the_page_stands(tmp_path: Path) -> None:
    made = filled(tmp_path)
    number = made.document()
    with made.kept.reading() as session:
        document = session.get_one(Document, number)
    made.kept.archive.path_of(document.text_hash).unlink()
    with served(app(made.kept)) as at, _client(at) as client:
        assert "mubiao fsck" in soup(client, f"/documents/{number}").find(class_="banner").get_text()
        assert "mubiao fsck" in soup(client, f"/compare/{number - 8}/{number}").get_text()


def test_a_report_is_compared_with_the_year_before(browser: httpx.Client, made: Filled) -> None:
    page = soup(browser, f"/documents/{made.document()}")
    link = page.find("a", string="与上一年报告比较")["href"]
    assert link == f"/compare/{made.document(year=LAST - 1)}/{made.document()}"
    compared = soup(browser, link)
    assert ["固定资产投资增长", "6%以上", "7%以上", "▲ 调高 1 个百分点"] in rows(compared.find("table"))
    assert [one.get_text() for one in compared.select("del")][:1] == ["2025"]
    assert [one.get_text() for one in compared.select("ins")][:1] == ["2026"]


def test_a_version_is_compared_with_the_one_before(browser: httpx.Client, made: Filled) -> None:
    witness = next(
        one for one in soup(browser, f"/documents/{made.document()}").select("details li") if "v2" in one.get_text()
    )
    compared = soup(browser, witness.find("a", string="比较")["href"])
    assert [row[0] for row in rows(compared.find("table"))] == ["单位地区生产总值能耗", "新建改造幼儿园"]
    assert [one.get_text() for one in compared.select("ins")] == ["3%", "31"]
    assert browser.get(f"/compare/{made.document()}/999").status_code == 404


def test_long_texts_are_compared_in_parts(tmp_path: Path) -> None:
    made = filled(tmp_path)
    before, after = made.document(year=LAST - 1), made.document()
    with transaction(made.desk.engine) as session:
        for number, things in ((before, "公园"), (after, "广场")):
            words = "\n".join(f"今年新建{things}{at}个，改造老旧小区{at + 7}个，群众满意。" for at in range(3000))
            session.get_one(Document, number).text_hash = made.desk.archive.add_text(words)
    with served(app(made.kept)) as at, _client(at) as client:
        answers = [client.get(f"/compare/{before}/{after}?part={part}") for part in (1, 2, 99)]
    assert all(len(answer.content) < 300_000 for answer in answers)
    assert answers[0].text != answers[1].text
    assert 'aria-current="page">1<' in answers[0].text


def test_hostile_texts_are_text_on_every_page(tmp_path: Path) -> None:
    made = filled(tmp_path)
    with transaction(made.desk.engine) as session:
        for number, text in enumerate(map(storable, HOSTILE)):
            here = col(Statement.id) % len(HOSTILE) == number
            values = {"indicator": text, "text": text, "unit": text[:90], "commitment": text, "rules": text}
            session.execute(update(Statement).where(here).values(**values))
            for table, names in ((Document, ("title", "issuer", "doubts")), (SourceState, ("name", "failure"))):
                session.execute(update(table).where(_place(table) == number).values(dict.fromkeys(names, text)))
    with served(app(made.kept)) as at, _client(at) as client:
        for name in ("home", "region", "indicator", "report", "compare"):
            page = soup(client, addresses(made)[name])
            assert not page.find_all("script"), name
            assert not page.find_all(lambda element: any(one.startswith("on") for one in element.attrs)), name
            assert not page.find_all(style=True), name
            assert all(image["src"].startswith("/charts/") for image in page.find_all("img")), name
            assert all(link["href"].startswith(("/", "#", "?", "https://r")) for link in page.find_all("a")), name
            assert "\u202e" not in str(page), name


def _place(table: type[Document] | type[SourceState]) -> ColumnElement[int]:
    """Which of the texts a row gets."""
    number = col(Document.id) if table is Document else func.length(col(SourceState.key)) + col(SourceState.failures)
    return number % len(HOSTILE)


def test_long_names_fit_their_tiles(browser: httpx.Client) -> None:
    tiles = soup(browser, "/indicators/gdp?year=2025&lang=en").select(".tiles a")
    lines = {tile.title.get_text().split(" ")[0]: tile.select("text:not(.value)") for tile in tiles if tile.title}
    assert [one.get_text() for one in lines["Inner"]] == ["Inner", "Mongolia"]
    assert lines["Inner"][0]["y"] != lines["Inner"][1]["y"]
    classes = [[one.get("class") for one in lines[name]] for name in ("Jilin", "Shandong", "Guangdong")]
    assert classes == [[None], [["long"]], [["longest"]]]


def test_a_document_without_a_title_is_called_by_its_report(made: Filled, browser: httpx.Client) -> None:
    number = made.file(found("140000", 2024, title=""))
    with transaction(made.desk.engine) as session:
        session.get_one(Document, number).title = " "
    heading = soup(browser, f"/documents/{number}").find("h1")
    assert heading is not None
    assert heading.get_text() == "山西省 2024 年政府工作报告"
