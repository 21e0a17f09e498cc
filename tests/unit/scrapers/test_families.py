"""The registry of families, and what all families hold to: broken input gives little, never a stack trace."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from scrapers.errors import LayoutError, ScrapeError
from scrapers.families import FALLBACK, families, family, recognise
from storage.values import IndexData

HERE = "http://www.lanyi.example/zwgk/list?page=1&pageIndex=0&_pageSize=2"
PAGES = Path(__file__).resolve().parents[2] / "pages"
ODD: tuple[Any, ...] = (None, -1, 1.5, "", "x", [], {}, [None], True, 10**30, "2031-01-01")
BROKEN = (
    "<",
    '"',
    "</div>",
    "<table>",
    "<script>",
    "&#0;",
    "<![CDATA[",
    "\ud800",
    "<?xml ",
    "\x00",
    "<record>",
    "<!--",
)


def test_families_are_found_by_their_files() -> None:
    folder = Path(__file__).resolve().parents[3] / "scrapers" / "families"
    files = {file.stem for file in folder.glob("*.py")} - {"__init__"}
    assert {one.name for one in families()} == files
    assert family("trs").name == "trs"


def test_an_unknown_family_is_refused_by_name() -> None:
    with pytest.raises(KeyError, match=r"there are .*trs"):
        family("nope")


@pytest.mark.parametrize("page", ["", "<html></html>", "{}", "[]", "plain words", "<p>没有标记的页面</p>"])
def test_a_page_without_marks_is_of_the_fallback(page: str) -> None:
    assert recognise(page, HERE) == FALLBACK


def test_the_host_decides_nothing() -> None:
    page = '<ul><li><a href="1.html">澜沂市2031年政府工作报告</a><span>2031-01-09</span></li></ul>'
    assert {recognise(page, f"http://{host}/") for host in ("www.gov.cn", "www.gd.gov.cn", "www.zj.gov.cn")} == {
        FALLBACK
    }


@pytest.mark.parametrize("name", [one.name for one in families()])
@pytest.mark.parametrize("page", ["", " ", "{}", "[]", "null", '{"data": 1}', "[1, null]", "<html>", "\ud800", "]]>"])
def test_nothing_to_read_gives_nothing(name: str, page: str) -> None:
    assert family(name).parse_index(page, HERE) == IndexData(())
    report = family(name).parse_report(page, HERE)
    assert (report.title, report.published_on, report.text, report.attachments) == ("", None, "", ())


def test_a_feed_that_is_no_xml_is_a_fault_of_its_layout() -> None:
    with pytest.raises(LayoutError):
        family("atom").parse_index("<feed>&#55296;</feed>", HERE)


def test_a_feed_loses_nothing_behind_deep_or_long_content() -> None:
    entry = '<entry><title>澜沂市政府工作报告</title><link href="/{}.html"/><content>{}</content></entry>'
    deep, long = "<a>" * 400 + "</a>" * 400, "数" * 4_000_000
    feed = f"<feed>{entry.format(1, deep)}{entry.format(2, long)}{entry.format(3, '')}</feed>"
    assert len(family("atom").parse_index(feed, HERE).entries) == 3


def spoiled(value: Any, dice: random.Random) -> Any:
    if dice.random() < 0.15:
        return dice.choice(ODD)
    if isinstance(value, dict):
        return {key: spoiled(item, dice) for key, item in value.items()}
    return [spoiled(item, dice) for item in value] if isinstance(value, list) else value


def broken(page: str, dice: random.Random) -> str:
    if page.startswith(("{", "[")):
        return json.dumps(spoiled(json.loads(page), dice))
    for _ in range(8):
        at = dice.randrange(len(page))
        page = page[:at] + dice.choice(BROKEN) + page[at + dice.randrange(20) :]
    return page


@pytest.mark.parametrize(
    "path", sorted(p for p in PAGES.glob("*/*.*") if "expected" not in p.name), ids=lambda p: p.name
)
def test_a_broken_page_raises_nothing_but_what_a_visit_records(path: Path) -> None:
    dice, one, page = random.Random(7), family(path.parent.name), path.read_text("utf-8")
    for _ in range(2):
        spoilt = broken(page, dice)
        for read in (one.parse_index, one.parse_report):
            try:
                read(spoilt, HERE)
            except ScrapeError:
                continue
