"""From a portal's home page to the columns of its reports, over a saved web."""

from collections.abc import Iterator, Sequence
from datetime import date

import pytest

from scrapers.discovery import STEPS, find_columns
from scrapers.documents import DocumentReader
from scrapers.scrape import Scraper
from scrapers.source import Source
from storage.values import EntryData, Kind
from tests.fakes import Web, listing

HOST = "http://www.lanyi.gov.cn"
HOME = Source(key="home", name="澜沂市", url=f"{HOST}/", region="990100")
KINDS = (Kind.WORK_REPORT, Kind.PLAN_REPORT, Kind.BUDGET_REPORT)
WORDS = {Kind.WORK_REPORT: "政府工作报告", Kind.PLAN_REPORT: "计划草案的报告", Kind.BUDGET_REPORT: "预算草案的报告"}


@pytest.fixture(scope="module")
def documents() -> Iterator[DocumentReader]:
    with DocumentReader() as reader:
        yield reader


@pytest.fixture
def web() -> Web:
    return Web()


def holds(entries: Sequence[EntryData], kind: Kind) -> bool:
    return any(WORDS[kind] in entry.title for entry in entries)


def put_column(web: Web, path: str, title: str) -> None:
    shown = [(f"{HOST}{path}t2031011{n}_1.html", f"203{n}年{title}", date(2031, 1, 10 + n)) for n in range(2)]
    web.put(f"{HOST}{path}", listing(shown))


def put_portal(web: Web) -> None:
    web.put(f"{HOST}/", '<a href="/zwgk/">政务公开</a><a href="/t9.html">市政府工作报告解读来了</a>')
    web.put(f"{HOST}/zwgk/", '<a href="/zwgk/tree/">法定主动公开内容</a><a href="/zwgk/old/">政府工作报告</a>')
    web.put(f"{HOST}/zwgk/tree/", '<a href="/zwgk/tree/gzbg/">政府工作报告</a><a href="/zwgk/tree/jh/">规划计划</a>')
    put_column(web, "/zwgk/old/", "重点任务分工的通知")
    put_column(web, "/zwgk/tree/gzbg/", "澜沂市政府工作报告")
    web.put(f"{HOST}/zwgk/tree/jh/", '<p>栏目</p><a href="/zwgk/tree/jh/bg/">计划报告</a>')
    put_column(web, "/zwgk/tree/jh/bg/", "国民经济和社会发展计划草案的报告")


def test_the_tree_is_walked_to_every_column_that_holds_reports(web: Web, documents: DocumentReader) -> None:
    put_portal(web)
    found = find_columns(Scraper(web.as_client(), documents), HOME, KINDS, holds)
    assert [(one.kind, one.url) for one in found] == [
        (Kind.WORK_REPORT, f"{HOST}/zwgk/tree/gzbg/"),
        (Kind.PLAN_REPORT, f"{HOST}/zwgk/tree/jh/bg/"),
    ]
    assert found[0].look.on_first_page == 2


def test_the_walk_ends_on_an_endless_portal(web: Web, documents: DocumentReader) -> None:
    links = "".join(f'<a href="/a{n}/">政务公开</a>' for n in range(60))
    web.put(f"{HOST}/", links)
    for n in range(60):
        web.put(f"{HOST}/a{n}/", f'{links}<a href="/b{n}/">政府工作报告</a>')
    assert find_columns(Scraper(web.as_client(), documents), HOME, KINDS, holds) == []
    assert len(web.asked) <= STEPS + 2 * STEPS


def test_a_portal_that_cannot_be_read_leads_nowhere(web: Web, documents: DocumentReader) -> None:
    assert find_columns(Scraper(web.as_client(), documents), HOME, KINDS, holds) == []
