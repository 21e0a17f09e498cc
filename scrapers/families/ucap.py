"""开普云 UCAP: static lists whose second page is list_2.shtml, and the same list as JSON under /searchList/.

`createPageHTML('page_div',5, 1,'list','shtml',89)` = container, pages, current (from 1), name, ending, records; the
first argument is a string, which separates it from TRS. A list that a script fills tells its channel in
`<meta name="channelid">`.
"""

import re

from scrapers.article import read_report
from scrapers.lists import dated_links, entry_of, next_link, titled_links
from scrapers.pages import absolute, meta_tags, parse, parse_json, query_number, whole_number, with_query
from storage.values import IndexData, ReportPageData

NAME = "ucap"

_CALL = re.compile(
    r"""createPageHTML\(\s*["'][\w-]*["']\s*,\s*(\d+)\s*,\s*(\d+)\s*,\s*["']([^"']+)["']\s*,\s*["'](\w+)["']"""
)
_MARKS = ("<ucaptitle", "<ucapcontent", "<UCAPTITLE", "<UCAPCONTENT", "<publishtime")
_PAGE_SIZE = 18


def recognise(page: str, url: str) -> float:
    if page.lstrip()[:1] == "{":
        return 0.9 if '"publishedTime"' in page and '"results"' in page else 0.0
    if any(mark in page for mark in _MARKS) or ("createPageHTML" in page and _CALL.search(page)):
        return 0.95
    if 'name="channelid"' in page:
        return 0.7
    return 0.5 if "UCAP-CONTENT" in page else 0.0


def parse_index(page: str, url: str) -> IndexData:
    """A static list, or the JSON one. An empty list that names its channel leads to the JSON one as `next_page`."""
    if (answer := parse_json(page)) is not None:
        return _listed(answer, url)
    soup = parse(page, url)
    entries = tuple(dated_links(soup, url) or titled_links(soup, url))
    channel = meta_tags(soup).get("channelid", "")
    if not entries and channel and not _CALL.search(page):
        asked = f"/searchList/{channel}?_isAgg=true&_isJson=true&_pageSize={_PAGE_SIZE}&page=1"
        return IndexData((), absolute(asked, url))
    return IndexData(entries, _next_page(page, url) or next_link(soup, url))


def parse_report(page: str, url: str) -> ReportPageData:
    return read_report(page, url, ("ucapcontent", "#ucap-content", "#zoomcon"))


def _next_page(page: str, url: str) -> str | None:
    call = _CALL.search(page)
    if call is None or int(call[2]) >= int(call[1]):
        return None
    return absolute(f"{call[3]}_{int(call[2]) + 1}.{call[4]}", url)


def _listed(answer: object, url: str) -> IndexData:
    data = answer.get("data") if isinstance(answer, dict) else None
    results = data.get("results") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(results, list):
        return IndexData(())
    made = (
        entry_of(item.get("title"), item.get("url"), item.get("publishedTime") or item.get("publishedTimeStr"), url)
        for item in results
        if isinstance(item, dict)
    )
    number, size = query_number(url, "page", 1), query_number(url, "_pageSize", len(results))
    more = bool(results) and number * size < (whole_number(data.get("total")) or 0)
    return IndexData(tuple(filter(None, made)), with_query(url, page=number + 1) if more else None)
