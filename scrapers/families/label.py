"""安徽 site/label: the column page names its list's request in a script; the answer is a piece of HTML.

`/public/column/1681?type=4&catId=6708531&action=list` says siteId, organId and the list's own template (`file`); the
rows come from `/site/label/8888?labelName=publicInfoList&…&pageIndex=N` and tell their pages (`pageCount:12`).
`/content/column/6788?pageIndex=2` are static columns of the same CMS.
"""

import re

from scrapers.article import read_report
from scrapers.lists import dated_links, next_link, titled_links
from scrapers.pages import absolute, parse, query_number, query_value, with_query
from storage.values import IndexData, ReportPageData

NAME = "label"

_MARKS = ("site/label/8888", "publicInfoList", "j-fontContent", "Ls.pagination", "/public/column/")
_LABEL = re.compile(r"""["']([^"'\s]*/site/label/8888)[^"']*["']""")
_NAMED = re.compile(r"""[?&"'\s{,](\w+)["']?\s*[:=]\s*["']?([^"'&,;\s}]*)""")
_COUNT = re.compile(r"pageCount\s*[:=]\s*[\"']?(\d+)")
_ASKED = ("labelName", "siteId", "organId", "catId", "catIds", "type", "file", "pageSize", "dateFormat", "isDate")
_DEFAULTS = {"type": "4", "pageSize": "15", "isDate": "true", "dateFormat": "yyyy-MM-dd", "length": "200"}


def recognise(page: str, url: str) -> float:
    found = sum(mark in page for mark in _MARKS)
    if "site/label/8888" in page or "publicInfoList" in page:
        return 0.95
    return 0.75 if found else 0.0


def parse_index(page: str, url: str) -> IndexData:
    """The rows of a page or of an answer. A column without rows leads to the request for them as `next_page`."""
    soup = parse(page, url)
    entries = tuple(dated_links(soup, url) or titled_links(soup, url))
    asked = url if "/site/label/" in url else _request(page, url)
    if asked and not entries:
        return IndexData((), None if asked == url else asked)
    return IndexData(entries, _next_page(page, asked or url) or next_link(soup, url))


def parse_report(page: str, url: str) -> ReportPageData:
    return read_report(page, url, ("#j-show-body", ".j-fontContent", ".wzcon"))


def _request(page: str, url: str) -> str | None:
    """The first page of the list that the column's script asks for; the column's address outweighs the script."""
    at = page.find("publicInfoList")
    if at < 0:
        return None
    around = page[max(0, at - 1500) : at + 1500].replace("&amp;", "&")
    told = {name: value for name, value in _NAMED.findall(around) if name in _ASKED and value}
    column = {name: value for name in ("type", "catId") if (value := query_value(url, name))}
    if organ := re.search(r"/public/column/(\d+)", url):
        column["organId"] = organ[1]
    named = _LABEL.search(page)
    asked = {**_DEFAULTS, **told, **column, "labelName": "publicInfoList", "action": "list", "pageIndex": "1"}
    target = absolute(named[1] if named else "/site/label/8888", url)
    return with_query(target, **asked) if target and asked.get("siteId") else None


def _next_page(page: str, asked: str) -> str | None:
    """The page after this one, as far as the count goes; a static column is counted in its own address."""
    count, number = _COUNT.search(page), query_number(asked, "pageIndex", 1)
    return with_query(asked, pageIndex=number + 1) if count and number < int(count[1]) else None
