"""方正翔宇 e-papers: the front page forwards to the newest issue, an issue has pages (版), a page has articles.

`…/layout/202401/22/node_01.html` lists articles `…/c/202401/22/content_1234.html`. Turning the pages of an issue is
`next_page`; earlier issues have addresses of their own. Older papers write `html/2024-01/22/node_2.htm`.
"""

import re
from dataclasses import replace
from datetime import date

from bs4 import BeautifulSoup

from scrapers.article import read_report
from scrapers.dates import parse_day
from scrapers.lists import link_target, link_title, unique
from scrapers.pages import absolute, attribute, parse, tidy
from storage.values import EntryData, IndexData, ReportPageData

NAME = "founder"

_ARTICLE = re.compile(r"/content_\w+\.s?html?")
_NODE = re.compile(r"/node_\w+\.s?html?")
_ISSUE = re.compile(r"/(\d{4})-?(\d{2})/(\d{2})/(?:node|content)_")
_MARKS = ("<founder-content", 'id="articlelist"', "id='articlelist'", 'id="pageLink"', "id=pageLink", 'id="ozoom"')
_OWN = re.compile(r"<founder-content|content_\w+\.s?html?|node_\w+\.s?html?")


def recognise(page: str, url: str) -> float:
    if not any(mark in page for mark in _MARKS):
        return 0.0
    return 0.95 if _OWN.search(page) else 0.6


def parse_index(page: str, url: str) -> IndexData:
    """The articles of one page (版), all of the issue's day; `next_page` is the issue's next page."""
    soup = parse(page, url)
    day = _issue_day(soup, url)
    entries = []
    for tag in soup.find_all("a"):
        target = link_target(tag, url)
        if _ARTICLE.search(target) and (title := link_title(tag)):
            entries.append(EntryData(target, title, day))
    return IndexData(tuple(unique(entries)), _next_node(soup, url))


def parse_report(page: str, url: str) -> ReportPageData:
    """The title is the headline; the lines above and below it (引题, 副题) lead the text."""
    soup = parse(page, url)
    read = read_report(page, url, ("founder-content", "#ozoom"))
    above, title, below = (_words(soup, name) for name in ("PreTitle", "Title", "SubTitle"))
    text = "\n".join(line for line in (above, below, read.text) if line)
    day = read.published_on or _issue_day(soup, url)
    return replace(read, title=title or read.title, text=text, published_on=day)


def _words(soup: BeautifulSoup, name: str) -> str:
    tag = soup.find(id=re.compile(f"^{name}$", re.I))
    return tidy(tag.get_text(" ")) if tag is not None else ""


def _issue_day(soup: BeautifulSoup, url: str) -> date | None:
    if found := _ISSUE.search(url):
        return parse_day("-".join(found.groups()))
    shown = soup.find("date")
    return parse_day(shown.get_text()) if shown is not None else None


def _next_node(soup: BeautifulSoup, url: str) -> str | None:
    """The page after this one in the issue's own list of pages; links to other issues are not followed."""
    issue, here = _ISSUE.search(url), absolute(url, url)
    nodes: list[str] = []
    for tag in soup.find_all("a"):
        target = absolute(attribute(tag, "href"), url)
        same = _ISSUE.search(target)
        if _NODE.search(target) and same and issue and same.groups() == issue.groups() and target not in nodes:
            nodes.append(target)
    if here not in nodes:
        return None
    after = nodes[nodes.index(here) + 1 :]
    return after[0] if after else None
