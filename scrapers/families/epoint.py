"""新点 Epoint EWB: the first page is static; the further ones are JSON from getgovinfolist (GET, pages from 0).

The page tells total, size and category (`data-total`, `data-size`, `data-category`); the project is EWB-FRONT unless a
script says otherwise. Sites that answer only to POST end after the first page.
"""

import re

from scrapers.article import read_report
from scrapers.lists import dated_links, entry_of, next_link, titled_links, unique
from scrapers.pages import absolute, parse, parse_json, query_number, whole_number, with_query
from storage.values import IndexData, ReportPageData

NAME = "epoint"

_MARKS = ("webBuilderCommon.js", "lightfrontaction", "EWB-FRONT", 'class="ewb-', "class='ewb-")
_TOTAL = re.compile(r"""data-total=["'](\d+)""")
_SIZE = re.compile(r"""data-size=["'](\d+)""")
_CATEGORY = re.compile(r"""data-category=["'](\w+)""")
_PROJECT = re.compile(r"""["']?projectName["']?\s*:\s*["']([\w-]+)["']""")


def recognise(page: str, url: str) -> float:
    if page.lstrip()[:1] == "{":
        return 0.9 if '"custom"' in page and '"infourl"' in page else 0.0
    return 0.9 if any(mark in page for mark in _MARKS) else 0.0


def parse_index(page: str, url: str) -> IndexData:
    if (answer := parse_json(page)) is not None:
        return _listed(answer, url)
    soup = parse(page, url)
    entries = tuple(dated_links(soup, url) or titled_links(soup, url))
    return IndexData(entries, _second_page(page, url, len(entries)) or next_link(soup, url))


def parse_report(page: str, url: str) -> ReportPageData:
    return read_report(page, url, (".ewb-article-info", "#zoom"))


def _second_page(page: str, url: str, shown: int) -> str | None:
    total, size, category = _TOTAL.search(page), _SIZE.search(page), _CATEGORY.search(page)
    if not (total and size) or int(total[1]) <= max(shown, int(size[1])):
        return None
    named = _PROJECT.search(page)
    project = named[1] if named else "EWB-FRONT"
    asked = absolute(f"/{project}/rest/lightfrontaction/getgovinfolist?pageIndex=1&pageSize={size[1]}", url)
    return with_query(asked, categorynum=category[1]) if category else asked


def _listed(answer: object, url: str) -> IndexData:
    custom = answer.get("custom") if isinstance(answer, dict) else None
    data = custom.get("data") if isinstance(custom, dict) else None
    if not isinstance(custom, dict) or not isinstance(data, list):
        return IndexData(())
    items = [item for item in data if isinstance(item, dict)]
    made = (
        entry_of(item.get("realtitle") or item.get("title"), item.get("infourl"), item.get("infodate"), url)
        for item in items
    )
    number, size = query_number(url, "pageIndex", 0), query_number(url, "pageSize", len(items))
    more = bool(items) and (number + 1) * size < (whole_number(custom.get("total")) or 0)
    return IndexData(tuple(unique(filter(None, made))), with_query(url, pageIndex=number + 1) if more else None)
