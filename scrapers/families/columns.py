"""河北 columns: everything has a UUID, and a list's further pages are blocks of its template.

`/columns/{uuid}/index.html` shows the first rows; `/columns/{uuid}/templates/{uuid}/blocks/{uuid}?page=2&fix=0` the
further ones, a piece of HTML each. Reports: `/columns/{uuid}/202601/21/{uuid}.html`.
"""

import re

from scrapers.article import own_entry, read_report
from scrapers.lists import dated_links, next_link, titled_links
from scrapers.pages import absolute, parse, query_number, with_query
from storage.values import IndexData, ReportPageData

NAME = "columns"

_UUID = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
_BLOCK = re.compile(rf"""["'(]([^"'()\s]*/columns/{_UUID}/templates/{_UUID}/blocks/{_UUID}[^"'()\s]*)""")
_REPORT = re.compile(rf"/columns/{_UUID}/20\d{{4}}/\d{{2}}/{_UUID}\.html")
_COLUMN = re.compile(rf"/columns/{_UUID}/index\.html")
_PAGES = re.compile(r"(?:totalPages?|pageCount|data-pages)[\"']?\s*[:=]\s*[\"']?(\d+)|共\s*(\d+)\s*页")


def recognise(page: str, url: str) -> float:
    if "/columns/" not in page:
        return 0.0
    if _BLOCK.search(page):
        return 0.95
    return 0.85 if _REPORT.search(page) or _COLUMN.search(page) else 0.0


def parse_index(page: str, url: str) -> IndexData:
    """The rows of a column or of a block. A column without rows leads to its block as `next_page`."""
    soup = parse(page, url)
    entries = tuple(dated_links(soup, url) or titled_links(soup, url))
    found = _BLOCK.search(page)
    block = url if "/blocks/" in url else absolute(found[1].replace("&amp;", "&"), url) if found else ""
    if not block:
        return IndexData(entries or own_entry(soup, url), next_link(soup, url))
    if not entries:
        return IndexData((), None if block == url else with_query(block, page=1, fix=0))
    number, pages = query_number(url, "page", 1), _PAGES.search(page)
    if pages is not None and number >= int(pages[1] or pages[2]):
        return IndexData(entries)
    return IndexData(entries, with_query(block, page=number + 1, fix=0))


def parse_report(page: str, url: str) -> ReportPageData:
    return read_report(page, url, ("#zoom", ".xxgk_content", ".article-content"))
