"""博达 VSB: pages are numbered from the end (the second of eleven is list/10.htm), so the link onward is followed.

The numbers shift when items are added: an address of a further page is good for one visit only.
"""

from bs4.element import Tag

from scrapers.article import read_report
from scrapers.lists import dated_links, link_target, next_link, titled_links
from scrapers.pages import parse
from storage.values import IndexData, ReportPageData

NAME = "vsb"

_MARKS = ("pb_sys_common", "statpagedown.js", "_showDynClick", "vsb_content", 'id="line_u', 'id="lineu')


def recognise(page: str, url: str) -> float:
    return 0.9 if any(mark in page for mark in _MARKS) else 0.0


def parse_index(page: str, url: str) -> IndexData:
    soup = parse(page, url)
    entries = dated_links(soup, url) or titled_links(soup, url)
    onward = soup.select_one(".p_next a")
    target = link_target(onward, url) if isinstance(onward, Tag) else ""
    return IndexData(tuple(entries), target or next_link(soup, url))


def parse_report(page: str, url: str) -> ReportPageData:
    return read_report(page, url, ("^vsb_content", ".v_news_content"))
