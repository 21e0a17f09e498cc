"""Sitemaps: `<urlset>` with addresses and the day each was last changed, `<sitemapindex>` with further sitemaps.

A sitemap names no titles (but `news:title`, `image:title`): its entries have none, and each page is read once to know.
Only addresses of articles count (a number of three digits or more in the path), the newest first, and at most MOST.
Of a sitemap index the newest sitemap is read.
"""

import re
from collections.abc import Iterator
from datetime import date

from bs4 import BeautifulSoup
from bs4.element import Tag
from bs4.exceptions import ParserRejectedMarkup

from scrapers.article import read_report
from scrapers.dates import day_in_address, parse_day
from scrapers.errors import LayoutError
from scrapers.lists import unique
from scrapers.pages import absolute, clean, tidy, without_markup
from storage.values import EntryData, IndexData, ReportPageData

NAME = "sitemap"
MOST = 300  # entries of one sitemap

_ROOT = re.compile(r"(?:<\?.*?\?>\s*|<!--.*?-->\s*)*<(urlset|sitemapindex)\b", re.S)
_ARTICLE = re.compile(r"\d{3,}|[0-9a-f]{16}")


def recognise(page: str, url: str) -> float:
    return 1.0 if _ROOT.match(page[:20_000].lstrip("\ufeff \r\n\t")) else 0.0


def parse_index(page: str, url: str) -> IndexData:
    """The articles of a sitemap; the newest sitemap of an index as `next_page`.

    Raises:
        LayoutError: it is no XML.
    """
    if not recognise(page, url):
        return IndexData(())
    try:
        soup = BeautifulSoup(clean(page, url).lstrip(), "lxml-xml")
    except ParserRejectedMarkup as error:
        raise LayoutError("the sitemap is no XML", url=url) from error
    if soup.find("sitemapindex"):
        further = sorted(_places(soup, "sitemap", url), key=_newest, reverse=True)
        return IndexData((), further[0].url if further else None)
    entries = [entry for entry in _places(soup, "url", url) if _ARTICLE.search(entry.url.partition("://")[2])]
    return IndexData(tuple(unique(sorted(entries, key=_newest, reverse=True)))[:MOST])


def parse_report(page: str, url: str) -> ReportPageData:
    return read_report(page, url)


def _places(soup: BeautifulSoup, name: str, url: str) -> Iterator[EntryData]:
    for item in soup.find_all(name):
        if target := absolute(_text(item, "loc"), url):
            day = day_in_address(target) or parse_day(_text(item, "publication_date") or _text(item, "lastmod"))
            yield EntryData(target, without_markup(_text(item, "title")), day)


def _newest(entry: EntryData) -> date:
    return entry.published_on or date.min


def _text(item: Tag, name: str) -> str:
    tag = item.find(name)
    return tidy(tag.get_text()) if tag is not None else ""
