"""Any page: the official meta tags, lists of dated links, 下一页, the part of a page that holds its sentences."""

from scrapers.article import own_entry, read_report
from scrapers.lists import dated_links, next_link, titled_links
from scrapers.pages import parse
from storage.values import IndexData, ReportPageData

NAME = "generic"


def recognise(page: str, url: str) -> float:
    """Never sure, never excluded: every other family comes first."""
    return 0.1


def parse_index(page: str, url: str) -> IndexData:
    """The largest group of links that stand beside a day; on pages without days, of links with long titles.

    A page that lists nothing and is a report is its own only entry (https://www.gov.cn/guowuyuan/zfgzbg.htm).
    """
    soup = parse(page, url)
    entries = tuple(dated_links(soup, url) or titled_links(soup, url))
    return IndexData(entries or own_entry(soup, url), next_link(soup, url))


def parse_report(page: str, url: str) -> ReportPageData:
    return read_report(page, url)
