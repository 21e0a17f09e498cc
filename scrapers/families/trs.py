"""拓尔思 TRS WCM: static lists whose further pages are index_1.html, index_2.html, as createPageHTML tells.

`createPageHTML(9, 0, "index", "html")` = pages, current (from 0), name, ending. Where the first argument is a string,
the page is of another family. Addresses of reports end in /202401/t20240109_1234567.html.
"""

import re

from scrapers.article import own_entry, read_report
from scrapers.lists import dated_links, next_link, titled_links
from scrapers.pages import absolute, parse
from storage.values import IndexData, ReportPageData

NAME = "trs"

_CALL = re.compile(
    r"""createPageHTML\(\s*["']?(\d+)["']?\s*,\s*["']?(\d+)["']?\s*,\s*["']([^"']+)["']\s*,\s*["'](\w+)["']"""
)
_COUNTED = re.compile(r"var\s+countPage\s*=\s*(\d+)")
_CURRENT = re.compile(r"var\s+currentPage\s*=\s*(\d+)")
_WRITTEN = re.compile(
    r"""href=\\?["'](\w+)["']\s*\+\s*["']_["']\s*\+\s*\w+\s*\+\s*["']\.["']\s*\+\s*\\?["'](s?html?)"""
)
_MARKS = ("TRS_Editor", "TRS_UEDITOR", "TRS_PreAppend", "trs_editor_view", "CurrChnlCls", "Custom_UnionStyle")
_ADDRESS = re.compile(r"/t20\d{6}_\d{3,}\.s?html?")


def recognise(page: str, url: str) -> float:
    if "createPageHTML" in page and _CALL.search(page):
        return 0.9
    if any(mark in page for mark in _MARKS):
        return 0.8
    if "countPage" in page and _COUNTED.search(page) and _CURRENT.search(page) and _WRITTEN.search(page):
        return 0.7
    return 0.6 if _ADDRESS.search(page) else 0.0


def parse_index(page: str, url: str) -> IndexData:
    soup = parse(page, url)
    entries = tuple(dated_links(soup, url) or titled_links(soup, url))
    return IndexData(entries or own_entry(soup, url), next_page(page, url) or next_link(soup, url))


def parse_report(page: str, url: str) -> ReportPageData:
    return read_report(page, url, (".TRS_UEDITOR", ".TRS_Editor", ".trs_editor_view", ".Custom_UnionStyle", "#zoom"))


def next_page(page: str, url: str) -> str | None:
    """The page after this one by the numbers in its script; None on the last, and where no script tells."""
    if call := _CALL.search(page):
        count, current, name, ending = int(call[1]), int(call[2]), call[3], call[4]
    else:
        counted, at, written = _COUNTED.search(page), _CURRENT.search(page), _WRITTEN.search(page)
        if not (counted and at and written):
            return None
        count, current, name, ending = int(counted[1]), int(at[1]), written[1], written[2]
    return absolute(f"{name}_{current + 1}.{ending}", url) if current + 1 < count else None
