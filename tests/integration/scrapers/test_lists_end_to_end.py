"""Lists as a visit reads them, page after page over a saved web: by POST, behind shells, from folders."""

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from scrapers.documents import DocumentReader
from scrapers.errors import GoneError, LayoutError, RefusedAddressError, UnreachableError
from scrapers.scrape import Fetched, Look, Scraper
from scrapers.source import Source
from storage.values import EntryData
from tests.fakes import Web

PAGES = Path(__file__).resolve().parents[2] / "pages"
SITE = "http://www.lanyi.example"


@pytest.fixture(scope="module")
def documents() -> Iterator[DocumentReader]:
    with DocumentReader() as reader:
        yield reader


@pytest.fixture
def web() -> Web:
    return Web()


def source(url: str, **more: object) -> Source:
    return Source.model_validate({"key": "lanyi", "name": "澜沂市", "url": url, "region": "990100"} | more)


def everything(entries: Sequence[EntryData]) -> bool:
    return True


def look(web: Web, documents: DocumentReader, one: Source, body_hash: str | None = None) -> Look:
    scraper = Scraper(web.as_client(), documents)
    return scraper.read_index(one, name=None, conditions=None, body_hash=body_hash, going_on=everything)


def rows(first: int, count: int) -> list[dict[str, str]]:
    return [
        {"infourl": f"/html/LY/2031{n:02}/{n}.html", "realtitle": f"澜沂市第{n}号通知事项", "infodate": "2031-01-02"}
        for n in range(first, first + count)
    ]


def epoint_answer(number: int, total: int = 5, size: int = 2) -> str:
    listed = rows(number * size, min(size, total - number * size))
    return json.dumps({"custom": {"total": total, "data": listed}})


def test_an_epoint_list_that_answers_only_to_post_is_read_to_its_end(web: Web, documents: DocumentReader) -> None:
    url = f"{SITE}/dynamic/zwgk/govInfoPub.html?categorynum=003002"
    api = f"{SITE}/EWB-FRONT/rest/lightfrontaction/getgovinfolist"
    api = f"{api}?categorynum=003002&deptcode=&siteGuid=7eb5f7f1&pageIndex="
    web.put(url, '<html><div id="pager" data-size="2"></div><script src="/js/webBuilderCommon.js"></script></html>')
    script = f"{SITE}/js/webBuilderCommon.js?categorynum=003002&deptcode=&pageIndex=0&pageSize=2"
    web.put(script, 'var siteInfo = {"projectName": "/EWB-FRONT", "siteGuid": "7eb5f7f1"};', "application/javascript")
    for number in range(3):
        web.put(f"{api}{number}&pageSize=2", epoint_answer(number), "application/json")
        web.post_only.add(f"{api}{number}&pageSize=2")
    seen = look(web, documents, source(url))
    assert (seen.family, len(seen.entries), seen.on_first_page) == ("epoint", 5, 2)
    bodies = [body for _, body in web.posted if isinstance(body, dict)]
    assert [body["pageIndex"] for body in bodies] == [0, 1, 2]
    assert all(body["params"]["siteGuid"] == body["siteGuid"] == "7eb5f7f1" for body in bodies)


def test_a_list_behind_a_form_goes_on_by_post(web: Web, documents: DocumentReader) -> None:
    url = f"{SITE}/lysrmzf/zfgzbg/pc/list.html"
    web.put(url, (PAGES / "jiyuehua/index.html").read_text())
    for number, count in ((2, 4), (3, 1)):
        listed = [
            {"source": {"id": f"21015608627765780{number}{n}", "title": f"通知事项第{n}号", "pubDate": "2030-01-01"}}
            for n in range(count)
        ]
        asked = (
            f"{SITE}/queryList?current={number}&pageSize=4&webSiteCode%5B%5D=lysrmzf&channelCode%5B%5D=zfgzbg"
            "&sort=sortNum&order=desc"
        )
        web.put(asked, json.dumps({"data": {"total": 9, "results": listed}}), "application/json")
        web.post_only.add(asked)
    seen = look(web, documents, source(url))
    assert (seen.family, len(seen.entries)) == ("jiyuehua", 9)
    assert [body["current"] for _, body in web.posted if isinstance(body, dict)] == ["2", "3"]


@pytest.mark.parametrize("pages", [1, 5])
def test_a_shell_is_followed_however_few_pages_may_be_turned(pages: int, web: Web, documents: DocumentReader) -> None:
    url = "https://www.lanyi.example/public/column/1681?type=4&catId=6708531&action=list"
    web.put(url, (PAGES / "label/index-column.html").read_text())
    expected = json.loads((PAGES / "label/index-column.expected.json").read_text())
    web.put(expected["next_page"], (PAGES / "label/index-list.html").read_text())
    seen = look(web, documents, source(url, pages=pages))
    assert (seen.family, len(seen.entries)) == ("label", 4)


def test_a_shell_that_stays_the_same_never_hides_what_is_new_behind_it(web: Web, documents: DocumentReader) -> None:
    url = "https://www.lanyi.example/public/column/1681?type=4&catId=6708531&action=list"
    web.put(url, (PAGES / "label/index-column.html").read_text())
    behind = json.loads((PAGES / "label/index-column.expected.json").read_text())["next_page"]
    web.put(behind, '<ul><li><a href="/public/1681/1001.html">澜沂市二号通知</a><span>2031-01-01</span></li></ul>')
    first = look(web, documents, source(url))
    assert (first.first.etag, first.first.body_hash) == (None, "")
    web.put(behind, '<ul><li><a href="/public/1681/1002.html">澜沂市三号通知</a><span>2031-01-02</span></li></ul>')
    again = look(web, documents, source(url), body_hash=first.first.body_hash)
    assert not again.unchanged
    assert [entry.title for entry in again.entries] == ["澜沂市三号通知"]


def test_a_list_on_its_own_page_is_asked_for_with_its_hash(web: Web, documents: DocumentReader) -> None:
    url = f"{SITE}/zwgk/gzbg/index.html"
    web.put(url, '<ul><li><a href="content/post_1001.html">澜沂市二号通知</a><span>2031-01-01</span></li></ul>')
    first = look(web, documents, source(url))
    assert first.first.body_hash
    assert look(web, documents, source(url), body_hash=first.first.body_hash).unchanged


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    reports = tmp_path / "报告"
    (reports / "2030").mkdir(parents=True)
    (reports / "2030" / "a.txt").write_text("澜沂市2030年政府工作报告\n" + "今年地区生产总值增长6%左右。\n" * 40)
    (reports / "b.html").write_text((PAGES / "folder/report.html").read_text())
    (reports / ".hidden.txt").write_text("no")
    (reports / "notes.xyz").write_text("no")
    return reports


def test_a_folder_is_a_source_and_its_files_are_entries(web: Web, documents: DocumentReader, folder: Path) -> None:
    one = source(folder.as_uri())
    scraper = Scraper(web.as_client(), documents)
    seen = look(web, documents, one)
    assert seen.family == "folder"
    assert [Path(entry.url).name for entry in seen.entries] == ["a.txt", "b.html"]
    assert web.asked == []
    got = scraper.read_entry(one, seen.entries[0].url, name="folder")
    assert isinstance(got, Fetched)
    assert got.text.startswith("澜沂市2030年政府工作报告")
    again = scraper.read_entry(one, seen.entries[0].url, name="folder", conditions=None)
    assert isinstance(again, Fetched)


def test_a_folder_is_unchanged_until_a_file_is(web: Web, documents: DocumentReader, folder: Path) -> None:
    one = source(folder.as_uri())
    first = look(web, documents, one)
    assert look(web, documents, one, body_hash=first.first.body_hash).unchanged
    os.utime(folder / "b.html", (1, 1))
    assert not look(web, documents, one, body_hash=first.first.body_hash).unchanged


def test_what_a_folder_lacks_is_named(web: Web, documents: DocumentReader, folder: Path) -> None:
    one = source(folder.as_uri())
    scraper = Scraper(web.as_client(), documents)
    with pytest.raises(GoneError, match=r"c\.txt does not exist any more"):
        scraper.read_entry(one, (folder / "c.txt").as_uri(), name="folder")
    with pytest.raises(RefusedAddressError, match="lies outside"):
        scraper.read_entry(one, (folder.parent / "secret.txt").as_uri(), name="folder")
    with pytest.raises(RefusedAddressError, match="lies outside"):
        scraper.read_entry(one, f"{folder.as_uri()}/../secret.txt", name="folder")
    with pytest.raises(UnreachableError, match="is its disk mounted"):
        look(web, documents, source((folder / "not-there").as_uri()))
    (folder / "empty").mkdir()
    with pytest.raises(LayoutError):
        look(web, documents, source((folder / "empty").as_uri()))


def test_a_page_of_the_web_never_leads_to_a_file(web: Web, documents: DocumentReader) -> None:
    url = f"{SITE}/zwgk/"
    web.put(url, '<ul><li><a href="file:///etc/passwd">澜沂市2031年政府工作报告</a><span>2031-01-01</span></li></ul>')
    with pytest.raises(LayoutError, match="no entries"):
        look(web, documents, source(url))
