"""广东 gkmlpt: the list is JSON under /gkmlpt/api/all/{column}?page=N&sid=S and answers 404 past its end.

`{"classify": {"id": 2521, "post_count": 44}, "articles": [{"title", "url", "date" (Unix seconds), …}]}`. The page that
a reader sees is a shell; its script names the columns (`window._CONFIG`).
"""

import re
from collections.abc import Iterator

from scrapers.article import read_report
from scrapers.lists import dated_links, entry_of, next_link, unique
from scrapers.pages import absolute, parse, parse_json, query_number, whole_number, with_query
from storage.values import IndexData, ReportPageData

NAME = "gkmlpt"

_TREE = re.compile(r'"id"\s*:\s*"?(\d+)"?\s*,\s*"name"\s*:\s*"([^"]*)"')
_SITE = re.compile(r'"SID"\s*:\s*"?(\d+)"?|\bSID\s*:\s*[\'"]?(\d+)')
_WANTED = ("政府工作报告", "工作报告")


def recognise(page: str, url: str) -> float:
    if page.lstrip()[:1] == "{":
        return 0.95 if '"articles"' in page and '"classify"' in page else 0.0
    if "window._CONFIG" in page:
        return 0.9
    return 0.6 if "/gkmlpt/content" in page or "/gkmlpt/index" in page else 0.0


def parse_index(page: str, url: str) -> IndexData:
    """The JSON list. A shell leads to the list of its column called 政府工作报告 as `next_page`, if it has one."""
    answer = parse_json(page)
    if answer is not None:
        return _listed(answer, url)
    if column := next(_columns(page), None):
        found = _SITE.search(page)
        site = (found[1] or found[2]) if found else ""
        return IndexData((), absolute(f"/gkmlpt/api/all/{column}?page=1&sid={site}", url))
    soup = parse(page, url)
    return IndexData(tuple(dated_links(soup, url)), next_link(soup, url))


def parse_report(page: str, url: str) -> ReportPageData:
    return read_report(page, url, (".article-content",))


def _columns(page: str) -> Iterator[str]:
    columns = _TREE.findall(page)
    return (number for wanted in _WANTED for number, name in columns if wanted in name)


def _listed(answer: object, url: str) -> IndexData:
    articles = answer.get("articles") if isinstance(answer, dict) else None
    if not isinstance(answer, dict) or not isinstance(articles, list):
        return IndexData(())
    items = [item for item in articles if isinstance(item, dict)]
    made = (entry_of(item.get("title"), item.get("url"), item.get("date"), url) for item in items)
    number = query_number(url, "page", 1)
    column = answer.get("classify")
    count = (whole_number(column.get("post_count")) or 0) if isinstance(column, dict) else 0
    full = number == 1 or len(items) % 5 == 0  # a last page seldom is; asking past the end answers 404
    more = bool(items) and full and number * len(items) < count
    return IndexData(tuple(unique(filter(None, made))), with_query(url, page=number + 1) if more else None)
