"""easysite portals (辽宁): pages go on as {number}-2.html, an address that only the pager's onclick holds.

`<a onclick="queryArticleByCondition(this,'/fgw/zc/be842d3c-2.shtml')" tagname="/fgw/zc/be842d3c-2.shtml">下一页</a>`.
A report's address is a moment: `/szfgzbg/2031020108425256544/index.shtml`.
"""

from scrapers.article import own_entry, read_report
from scrapers.lists import dated_links, next_link, titled_links
from scrapers.pages import parse
from storage.values import IndexData, ReportPageData

NAME = "huilan"

_MARKS = ("queryArticleByCondition", 'easysite="', "eprotalCurrent", "eportal/", "article_paging_list_hidden")


def recognise(page: str, url: str) -> float:
    return 0.9 if any(mark in page for mark in _MARKS) else 0.0


def parse_index(page: str, url: str) -> IndexData:
    soup = parse(page, url)
    entries = tuple(dated_links(soup, url) or titled_links(soup, url))
    return IndexData(entries or own_entry(soup, url), next_link(soup, url))


def parse_report(page: str, url: str) -> ReportPageData:
    return read_report(page, url, ("#zoom", ".TRS_Editor"))
