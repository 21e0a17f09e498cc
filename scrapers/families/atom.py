"""Feeds: Atom and RSS. Older entries lie behind `rel="next"` (RFC 5005). Report pages are read as any page."""

import re
from collections.abc import Iterator
from datetime import date
from email.utils import parsedate_to_datetime

from bs4 import BeautifulSoup
from bs4.element import Tag
from bs4.exceptions import ParserRejectedMarkup

from scrapers.article import read_report
from scrapers.dates import CHINA, parse_day
from scrapers.errors import LayoutError
from scrapers.lists import unique
from scrapers.pages import absolute, attribute, clean, tidy, without_markup
from storage.values import EntryData, IndexData, ReportPageData

NAME = "atom"

_HEAD = 20_000
_FEED = re.compile(r"(?:<\?.*?\?>\s*|<!--.*?-->\s*)*<(?:feed|rss|rdf:RDF)\b", re.S)
_DOCTYPE = re.compile(r"<!DOCTYPE[^>\[]*(?:\[.*?\])?\s*>", re.S | re.I)  # a feed needs no entities of its own


def recognise(page: str, url: str) -> float:
    return 1.0 if _FEED.match(_bare(page[:_HEAD])) else 0.0


def parse_index(page: str, url: str) -> IndexData:
    if not recognise(page, url):
        return IndexData(())
    try:
        soup = BeautifulSoup(_bare(clean(page, url)), "lxml-xml")
    except ParserRejectedMarkup as error:
        raise LayoutError("the feed is no XML", url=url) from error
    onward = next((attribute(link, "href") for link in soup.find_all("link") if link.get("rel") == "next"), "")
    target = absolute(onward, url)
    more = target if target and target != absolute(url, url) else None
    return IndexData(tuple(unique(_entries(soup, url))), more)


def parse_report(page: str, url: str) -> ReportPageData:
    return read_report(page, url)


def _bare(page: str) -> str:
    head, rest = page[:_HEAD], page[_HEAD:]
    return (_DOCTYPE.sub("", head.lstrip("\ufeff"), count=1) + rest).lstrip()


def _entries(soup: BeautifulSoup, url: str) -> Iterator[EntryData]:
    for item in soup.find_all(["entry", "item"]):
        title, target = without_markup(_text(item, "title")), absolute(_address(item), url)
        if title and target:
            yield EntryData(target, title, _day(item))


def _address(item: Tag) -> str:
    links = item.find_all("link", recursive=False)
    pages = [link for link in links if attribute(link, "rel") in ("", "alternate")]
    return next((attribute(link, "href") or tidy(link.get_text()) for link in pages), "")


def _day(item: Tag) -> date | None:
    for name in ("published", "issued", "date", "updated"):
        if day := parse_day(_text(item, name)):
            return day
    try:
        return parsedate_to_datetime(_text(item, "pubDate")).astimezone(CHINA).date()
    except ValueError:
        return None


def _text(item: Tag, name: str) -> str:
    tag = item.find(name, recursive=False)
    return tidy(tag.get_text()) if tag is not None else ""
