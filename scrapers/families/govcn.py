"""www.gov.cn: lists are JSON arrays, whole on one page; report pages have meta tags of their own.

`[{"TITLE": …, "URL": …, "DOCRELPUBTIME": "2024-03-12"}, …]`
"""

from scrapers.article import own_entry, read_report
from scrapers.lists import dated_links, entry_of, next_link, titled_links, unique
from scrapers.pages import parse, parse_json
from storage.values import IndexData, ReportPageData

NAME = "govcn"

_MARKS = ('name="firstpublishedtime"', "name='firstpublishedtime'")


def recognise(page: str, url: str) -> float:
    if page.lstrip("\ufeff \r\n\t")[:1] == "[":
        return 0.95 if '"DOCRELPUBTIME"' in page else 0.0
    return 0.85 if any(mark in page for mark in _MARKS) else 0.0


def parse_index(page: str, url: str) -> IndexData:
    answer = parse_json(page)
    if answer is None:
        soup = parse(page, url)
        entries = tuple(dated_links(soup, url) or titled_links(soup, url))
        return IndexData(entries or own_entry(soup, url), next_link(soup, url))
    items = [item for item in answer if isinstance(item, dict)] if isinstance(answer, list) else []
    made = (entry_of(item.get("TITLE"), item.get("URL"), item.get("DOCRELPUBTIME"), url) for item in items)
    return IndexData(tuple(unique(filter(None, made))))


def parse_report(page: str, url: str) -> ReportPageData:
    return read_report(page, url, ("#ucap-content", ".pages_content"))
