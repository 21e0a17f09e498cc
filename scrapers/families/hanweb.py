"""大汉 Hanweb: a list that lies as XML inside a script (jpage), or that a second request brings (JPaaS).

jpage: `<script type="text/xml"><datastore>…<record><![CDATA[<li>…]]></record>`; the page after it comes from the
address in `<nextgroup>`, counted by `page=`. The page may hold the list twice (for screens and for telephones).
JPaaS: the column page only names the request (`unitbuild.js`, `queryData`); its answer is JSON around HTML.
"""

import json
import re
from html import unescape
from urllib.parse import urlencode

from bs4.element import Tag

from scrapers.article import read_report
from scrapers.lists import dated_links, next_link
from scrapers.pages import absolute, attribute, clean, parse, parse_json, query_number, with_query
from storage.values import EntryData, IndexData, ReportPageData

NAME = "hanweb"

_NEXT_GROUP = re.compile(r"""<nextgroup>.{0,500}?href=["']([^"']+)["']""", re.S | re.I)
_TOTAL = re.compile(r"totalRecord\s*:\s*(\d+)")
_TOTAL_PAGES = re.compile(r"<totalpage>\s*(\d+)", re.I)
_COUNT = re.compile(r"""\bcount=\\?["'](\d+)""")
_MARKS = ("<datastore>", "unitbuild.js", "dataproxy.jsp", ".jpage(")
_ADDRESS = re.compile(r"/art/\d{4}/(?:\d{1,2}/\d{1,2}/art_\d+_\d+|art_[0-9a-f]{32})\.html")
_PAGE_SIZE = 15


def recognise(page: str, url: str) -> float:
    if any(mark in page for mark in _MARKS):
        return 0.95
    if page.lstrip()[:1] == "{":
        return 0.85 if re.search(r'"data"\s*:\s*\{\s*"html"', page) else 0.0
    if "<!--<$[" in page:
        return 0.7
    return 0.6 if "/art_" in page and _ADDRESS.search(page) else 0.0


def parse_index(page: str, url: str) -> IndexData:
    """The records of a page or of an answer. A JPaaS column has none itself: `next_page` is the request for them."""
    if (answer := parse_json(page)) is not None:
        return _unit(answer, url)
    if "<datastore>" in page:
        return _store(page, url)
    soup = parse(page, url)
    entries = tuple(dated_links(soup, url))
    asked = soup.find("script", attrs={"querydata": True})
    if isinstance(asked, Tag) and not entries:
        return IndexData((), _unit_request(attribute(asked, "url"), attribute(asked, "querydata"), url))
    return IndexData(entries, next_link(soup, url))


def parse_report(page: str, url: str) -> ReportPageData:
    return read_report(page, url, ("#zoom", ".main-txt"))


def _store(page: str, url: str) -> IndexData:
    page = clean(page, url)
    records = (part.partition("</record>")[0] for part in page.split("<record>")[1:])
    rows = (record.replace("<![CDATA[", "").replace("]]>", "") for record in records)
    entries = dated_links(parse("\n".join(f"<div>{row}</div>" for row in rows), url), url)
    return IndexData(tuple(entries), _next_store(page, url, entries))


def _next_store(page: str, url: str, entries: list[EntryData]) -> str | None:
    """The next page's address; the last page is told by the totals where there are some, else by an empty store."""
    group = _NEXT_GROUP.search(page)
    if not entries or group is None:
        return None
    if "dataproxy" in url:
        number, pages = query_number(url, "page", 1), _TOTAL_PAGES.search(page)
        return with_query(url, page=number + 1) if not pages or number < int(pages[1]) else None
    total = _TOTAL.search(page)
    if total and int(total[1]) <= len(entries):
        return None
    target = absolute(unescape(group[1]), url)
    return re.sub(r"([?&]page=)\d+", r"\g<1>2", target) if target else None


def _unit_request(address: str, query: str, url: str) -> str | None:
    """The request of unitbuild.js: what queryData says (JSON in single quotes), and which page is wanted."""
    asked = parse_json(query.replace("'", '"'))
    target = absolute(address, url)
    if not isinstance(asked, dict) or not target:
        return None
    return f"{target}?{urlencode({**asked, 'paramJson': _wanted(1)})}"


def _wanted(number: int) -> str:
    return json.dumps({"pageNo": number, "pageSize": _PAGE_SIZE}, separators=(",", ":"))


def _unit(answer: object, url: str) -> IndexData:
    data = answer.get("data") if isinstance(answer, dict) else None
    html = str(data.get("html") or "") if isinstance(data, dict) else ""
    entries = dated_links(parse(html, url), url)
    found = re.search(r"pageNo(?:%22|\")\s*(?:%3A|:)\s*(\d+)", url)
    count = _COUNT.search(html)
    if not entries or not found or (count and int(found[1]) * _PAGE_SIZE >= int(count[1])):
        return IndexData(tuple(entries))
    return IndexData(tuple(entries), with_query(url, paramJson=_wanted(int(found[1]) + 1)))
