"""南方 CMS (广东 outside gkmlpt): static lists `index.html`, `index_2.html`, reports `content/post_N.html`.

Attachments are marked (`a.nfw-cms-attachment`) and lie under /attachment/0/542/542789/4361282.pdf.
"""

import re

from scrapers.article import own_entry, read_report
from scrapers.lists import dated_links, next_link, titled_links
from scrapers.pages import absolute, parse
from storage.values import IndexData, ReportPageData

NAME = "nanfang"

_POST = re.compile(r"""[/"']content/(?:mpost|post)_\d+\.html""")
_MARKS = ("nfw-cms-attachment", "nfw-cms-")
_PAGES = re.compile(r"""(?:data-total|totalPage|pageCount)["']?\s*[:=]\s*["']?(\d+)""")
_HERE = re.compile(r"/(?:index(?:_(\d+))?\.html)?$")


def recognise(page: str, url: str) -> float:
    if "window._CONFIG" in page or "/gkmlpt/" in page:
        return 0.0
    return 0.85 if any(mark in page for mark in _MARKS) else 0.7 if _POST.search(page) else 0.0


def parse_index(page: str, url: str) -> IndexData:
    soup = parse(page, url)
    entries = tuple(dated_links(soup, url) or titled_links(soup, url))
    return IndexData(entries or own_entry(soup, url), next_link(soup, url) or _counted(page, url))


def parse_report(page: str, url: str) -> ReportPageData:
    return read_report(page, url, (".article-content", "#zoomcon", ".zw"))


def _counted(page: str, url: str) -> str | None:
    """The next page by the number of pages that a script knows; the second is index_2.html."""
    pages, here = _PAGES.search(page), _HERE.search(url.partition("?")[0])
    if not (pages and here):
        return None
    number = int(here[1] or 1)
    return absolute(f"index_{number + 1}.html", url) if number < int(pages[1]) else None
