"""新点 Epoint EWB: the first page is static or a shell; the further ones are JSON from getgovinfolist (pages from 0).

Most sites answer only to POST, some to GET: the address holds all that is asked, and the body says it again, plain and
under `params`, as the two generations of the CMS want it. The page tells total, size and category (`data-total`,
`data-size`, `data-category`, or `?categorynum=` in its address); project and site lie in a script of their own,
`/js/webBuilderCommon.js` (`var siteInfo = {"projectName": "/EWB-FRONT", "siteGuid": "…"}`), which is read on the way.
"""

import json
import re

from scrapers.article import read_report
from scrapers.lists import dated_links, entry_of, next_link, titled_links, unique
from scrapers.pages import absolute, parse, parse_json, query_number, query_value, whole_number, with_query
from storage.values import IndexData, PostData, ReportPageData

NAME = "epoint"

_MARKS = ("webBuilderCommon.js", "lightfrontaction", "EWB-FRONT", 'class="ewb-', "class='ewb-")
_TOTAL = re.compile(r"""data-total=["'](\d+)""")
_SIZE = re.compile(r"""data-size=["'](\d+)""")
_CATEGORY = re.compile(r"""data-category=["'](\w+)""")
_PROJECT = re.compile(r"""["']?projectName["']?\s*:\s*["']/?([\w-]+)["']""")
_SITE = re.compile(r"""["']?siteGuid["']?\s*:\s*["']([\w-]+)["']""")
_SCRIPT = re.compile(r"""src=["']([^"']*webBuilderCommon\.js)""")
_SITE_INFO = re.compile(r"\bsiteInfo\s*=\s*\{")
_PAGE_SIZE = 15


def recognise(page: str, url: str) -> float:
    if page.lstrip()[:1] == "{":
        return 0.9 if '"custom"' in page and '"infourl"' in page else 0.0
    if any(mark in page for mark in _MARKS):
        return 0.9
    return 0.8 if "projectName" in page and _SITE_INFO.search(page) else 0.0


def parse_index(page: str, url: str) -> IndexData:
    """A page's rows, the script that names the site (which leads on to the list), or the JSON list."""
    if (answer := parse_json(page)) is not None:
        return _listed(answer, url)
    if "<" not in page[:200] and _SITE_INFO.search(page):
        return _asked(url, page, query_number(url, "pageIndex", 0))
    soup = parse(page, url)
    entries = tuple(dated_links(soup, url) or titled_links(soup, url))
    onward = _onward(page, url, len(entries))
    if onward is None:
        return IndexData(entries, next_link(soup, url))
    return IndexData(entries, onward.next_page, onward.next_post)


def parse_report(page: str, url: str) -> ReportPageData:
    return read_report(page, url, (".ewb-article-info", "#zoom"))


def _onward(page: str, url: str, shown: int) -> IndexData | None:
    """What to ask after a page: the list's own request, by way of the script where the page does not name the site."""
    total, size, told = _TOTAL.search(page), _SIZE.search(page), _CATEGORY.search(page)
    category = told[1] if told else query_value(url, "categorynum")
    static = bool(total and size and int(total[1]) > max(shown, int(size[1])))
    if not static and (shown or not category):
        return None
    asked = with_query(
        url.partition("?")[0], categorynum=category, deptcode=query_value(url, "deptcode"),
        pageIndex=1 if shown else 0, pageSize=size[1] if size else _PAGE_SIZE,
    )  # fmt: skip
    script = _SCRIPT.search(page)
    if script and not _SITE.search(page):
        return IndexData((), absolute(f"{script[1]}?{asked.partition('?')[2]}", url))
    return _asked(absolute(asked, url), page, 1 if shown else 0)


def _asked(url: str, script: str, number: int) -> IndexData:
    """The request for a page of the list, made of the address's query and what `script` says of project and site."""
    project, site = _PROJECT.search(script), _SITE.search(script)
    address = absolute(f"/{project[1] if project else 'EWB-FRONT'}/rest/lightfrontaction/getgovinfolist", url)
    return _page(
        with_query(
            address, categorynum=query_value(url, "categorynum"), deptcode=query_value(url, "deptcode"),
            siteGuid=site[1] if site else "", pageIndex=number, pageSize=query_number(url, "pageSize", _PAGE_SIZE),
        )
    )  # fmt: skip


def _page(url: str) -> IndexData:
    wanted = {
        "deptcode": query_value(url, "deptcode"),
        "categorynum": query_value(url, "categorynum"),
        "siteGuid": query_value(url, "siteGuid"),
        "pageIndex": query_number(url, "pageIndex", 0),
        "pageSize": query_number(url, "pageSize", _PAGE_SIZE),
    }
    return IndexData((), url, PostData(json=json.dumps({"token": "", "params": wanted, **wanted})))


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
    entries = tuple(unique(filter(None, made)))
    number, size = query_number(url, "pageIndex", 0), query_number(url, "pageSize", len(items))
    if not items or (number + 1) * size >= (whole_number(custom.get("total")) or 0):
        return IndexData(entries)
    onward = _page(with_query(url, pageIndex=number + 1))
    return IndexData(entries, onward.next_page, onward.next_post)
