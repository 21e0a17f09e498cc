"""集约化 (江西, parts of 四川, 河南 and 云南): lists are `/{site}/{column}/pc/list.html`, their items JSON in a script.

`articleList = [{"id": "19 digits", "title", "pubDate", "urls": "{\\"pc\\": \\"/…\\"}"}]`; the further pages answer to a
form posted to `/queryList` (current, pageSize, webSiteCode[], channelCode[]). Reports: `/pc/content/content_{id}.html`.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from scrapers.article import read_report
from scrapers.lists import dated_links, entry_of, next_link, titled_links, unique
from scrapers.pages import absolute, parse, parse_json, query_number, query_value, whole_number, with_query
from storage.values import EntryData, IndexData, PostData, ReportPageData

NAME = "jiyuehua"

_ITEMS = re.compile(r"""["']?\barticleList["']?\s*[:=]\s*(?=\[)""")
_CONTENT = re.compile(r"/pc/content/content_\d{15,20}\.html")
_COLUMN = re.compile(r"/([\w-]+)/([\w-]+)/pc/(?:list|index)(?:_\d+)?\.html")
_TOTAL = re.compile(r"""["']?\b(?:total|totalCount)["']?\s*[:=]\s*["']?(\d+)""")
_PAGE_SIZE = 15
_FIELDS = ("current", "pageSize", "webSiteCode[]", "channelCode[]", "sort", "order")


def recognise(page: str, url: str) -> float:
    if page.lstrip()[:1] == "{":
        return 0.85 if '"results"' in page and '"pubDate"' in page and '"urls"' in page else 0.0
    if _CONTENT.search(page):
        return 0.9
    return 0.8 if "articleList" in page and _ITEMS.search(page) and "pubDate" in page else 0.0


def parse_index(page: str, url: str) -> IndexData:
    """The items in a page's script, else its rows; or the items of an answer of /queryList."""
    if (answer := parse_json(page)) is not None:
        return _answered(answer, url)
    items = _items(page)
    entries = tuple(unique(_entries(items, url)))
    if not entries:
        soup = parse(page, url)
        entries = tuple(dated_links(soup, url) or titled_links(soup, url))
        if onward := next_link(soup, url):
            return IndexData(entries, onward)
    column, total = _COLUMN.search(url), _TOTAL.search(page)
    if column is None or (entries and (total is None or int(total[1]) <= len(entries))):
        return IndexData(entries)
    size = len(entries) or _PAGE_SIZE
    return _page(entries, url, site=column[1], channel=column[2], number=2 if entries else 1, size=size)


def parse_report(page: str, url: str) -> ReportPageData:
    return read_report(page, url, ("#zoom", ".article-content", ".content-text"))


def _items(page: str) -> list[dict[str, Any]]:
    found = _ITEMS.search(page)
    if found is None:
        return []
    try:
        listed, _ = json.JSONDecoder().raw_decode(page, found.end())
    except (ValueError, RecursionError):
        return []
    return [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []


def _entries(items: list[dict[str, Any]], url: str) -> Iterator[EntryData]:
    for item in items:
        inner = item.get("source")
        told = inner if isinstance(inner, dict) else item
        if entry := entry_of(told.get("title"), _address(told), str(told.get("pubDate") or "")[:10], url):
            yield entry


def _address(item: dict[str, Any]) -> str:
    """The page for screens: `urls` is JSON within JSON; without it the id tells the address."""
    urls = item.get("urls")
    inner = parse_json(urls) if isinstance(urls, str) else urls
    if isinstance(inner, dict) and inner.get("pc"):
        return str(inner["pc"])
    return f"content/content_{item['id']}.html" if str(item.get("id") or "").isdigit() else ""


def _page(entries: tuple[EntryData, ...], url: str, *, site: str, channel: str, number: int, size: int) -> IndexData:
    """Beside the form the address says the same: it tells the next page where it is."""
    values = (str(number), str(size), site, channel, "sortNum", "desc")
    form = tuple(zip(_FIELDS, values, strict=True))
    return IndexData(entries, with_query(absolute("/queryList", url), **dict(form)), PostData(form=form))


def _answered(answer: object, url: str) -> IndexData:
    data = answer.get("data", answer) if isinstance(answer, dict) else None
    results = data.get("results") or data.get("records") or data.get("list") if isinstance(data, dict) else None
    if not isinstance(data, dict) or not isinstance(results, list):
        return IndexData(())
    entries = tuple(unique(_entries([item for item in results if isinstance(item, dict)], url)))
    number, size = query_number(url, "current", 1), query_number(url, "pageSize", _PAGE_SIZE)
    if not entries or number * size >= (whole_number(data.get("total")) or 0):
        return IndexData(entries)
    site, channel = query_value(url, "webSiteCode[]"), query_value(url, "channelCode[]")
    return _page(entries, url, site=site, channel=channel, number=number + 1, size=size)
