"""A report page → title, day, issuer, text, attachments. Families say where their text lies; the rest is the same.

Order of trust: the official meta tags (国办发 2017 年 47 号), the containers that CMS put a text into, then the part of
the page that holds its sentences.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

from bs4 import BeautifulSoup
from bs4.element import CData, NavigableString, PageElement, Tag

from scrapers.dates import PUBLISHED, day_in_address, is_day, parse_day
from scrapers.pages import (
    Official,
    absolute,
    attachments,
    attribute,
    official,
    parse,
    tags,
    tidy,
    visible_strings,
)
from storage.values import EntryData, ReportPageData

# Containers of text, the most specific first: an id in lower case (#x), the beginning of an id before a number (^x),
# a class (.x) or a tag's name.
CONTAINERS = (
    "ucapcontent", "#ucap-content", "founder-content", ".TRS_UEDITOR", ".TRS_Editor", ".trs_editor_view",
    "^vsb_content", ".v_news_content", "#zoom", "#zoomcon", "#ivs_content", ".Custom_UnionStyle",
    ".article-content", ".ewb-article-info", ".wzcon", ".j-fontContent", ".pages_content", ".article_con",
    ".article-body", ".main-txt", ".rm_txt_con", "#rwb_zw", ".content-body", ".view", "#ozoom", "#content",
)  # fmt: skip

_FEW = 200  # characters of sentences: so many are found in any frame around a page
_FEWEST = 60  # below that nothing is called a text
_OWN = 2000  # from here on a page is read for its own sake
_SENTENCE = re.compile(r"[，。；！？]")
_FURNITURE_TAGS = frozenset(
    ("script", "style", "noscript", "template", "button", "select", "input", "textarea", "nav", "footer")
)
_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "center", "dd", "div", "dl", "dt", "fieldset", "figcaption",
    "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p",
    "pre", "section", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "ucapcontent", "founder-content",
))  # fmt: skip
_NO_PROSE = frozenset(("a", "select", "label"))
_HIDDEN = re.compile(r"display\s*:\s*none", re.I)
_GAPS = re.compile(r"[ \t\f\v\u00a0\u2002-\u200a\u202f\u205f]+")
_WRAP = re.compile(r" ?[\r\n]\s*")
_PERSON = r"\s*[:：]\s*[\w·、,，\s　]{0,24}"
_TOOLS = (
    r"打印(?:文章|本页|此页)?|关闭(?:窗口|本页|页面)?|返回(?:顶部|列表|上一页)?|收藏|我要纠错|纠错|放大|缩小|正常"
    r"|大|中|小|默认|特大|超大|微信|微博|QQ空间|朋友圈"
)
_FURNITURE_LINE = re.compile(
    rf"""[\s【\[（(｜|]*(?:
      (?:责任编辑|责编|网络编辑|值班编辑|编辑|初审|复审|终审|审核|校对){_PERSON}
    | (?:字体|字号)\s*[:：]?\s*[\s\[\]【】（）()|｜]*(?:(?:{_TOOLS})[\s\[\]【】（）()|｜]*)*
    | 分享[到至]?(?:\s*[:：][^，。]{{0,20}})?
    | (?:(?:{_TOOLS})[\s\[\]【】（）()|｜]*)+
    | 上一[篇条页]\s*[:：]?.{{0,80}} | 下一[篇条页]\s*[:：]?.{{0,80}} | (?:【\d+】)+ | 首\s*页|尾\s*页
    | 扫一扫.{{0,20}} | 点击(?:量|数|次数)\s*[:：]?\s*\d* | (?:浏览|阅读|访问)(?:量|次数|数)?\s*[:：]\s*\d*
    | 相关(?:阅读|链接|文章|新闻|稿件|附件|文档|文件|解读)\s*[:：]? | 附\s*件\s*(?:下载)?\s*[:：]?
    | (?:点击(?:进入|查看|下载)).{{0,30}}(?:>>|»|&gt;&gt;)
    )[\s】\]）)｜|]*""",
    re.X,
)
_SEE_ATTACHMENT = re.compile(r"(?:报告|文件|正文)?(?:全文|详情|内容|具体内容)?(?:请)?(?:详?见|查看|下载)附件[。.！]?")
_SOURCE = re.compile(r"(?:信息)?来\s*源\s*[:：]\s*([^\s|｜：:]{2,40})")
_LABEL = re.compile(
    r"访问|浏览|点击|阅读|发布|日期|时间|作者|编辑|字体|字号|打印|分享|责任|【"
)  # an empty 来源 before the next label
_SITE_WORDS = re.compile(r"(人民政府|门户网站?|政府网|官方网站|人民网|委员会|日报|中国网|网站?)$")


def read_report(page: str, url: str, containers: Sequence[str] = ()) -> ReportPageData:
    """What a report page says. `containers` are the family's own, looked at before the known ones.

    The earlier of PubDate and the day that the page shows is taken: sites that move their pages print the day of
    the move as PubDate.
    """
    soup = parse(page, url)
    told = official(soup)
    body = find_body(soup, (*containers, *CONTAINERS))
    files = attachments(soup, url)
    around = _texts_around(soup, body)
    text = body_text(body, frozenset(file.title for file in files)) if body is not None else ""
    return ReportPageData(
        title=find_title(soup, told),
        published_on=find_day(soup, told, around, url),
        issuer=told.issuer or _issuer_shown(around),
        site_code=told.site_code,
        text="" if _SEE_ATTACHMENT.fullmatch(text) else text,
        attachments=files,
    )


def own_entry(soup: BeautifulSoup, url: str) -> tuple[EntryData, ...]:
    """The page as an entry of its own, where an address that was given as an index is a report; else nothing."""
    told, body = official(soup), find_body(soup)
    if body is None or _weights(body)[id(body)] < _OWN:
        return ()
    return (
        EntryData(absolute(url, url), find_title(soup, told), find_day(soup, told, _texts_around(soup, body), url)),
    )


# --- title, day, issuer -----------------------------------------------------------------------------------------


def find_title(soup: BeautifulSoup, told: Official) -> str:
    """ArticleTitle; else what the CMS marks as the title; else the part of <title> that is not the site's name."""
    if told.title:
        return told.title
    marked = soup.find("ucaptitle") or soup.find(id=re.compile(r"^Title$"))
    if isinstance(marked, Tag) and (words := tidy(marked.get_text())):
        return words
    heads = [(tag.name, tidy(tag.get_text())) for tag in soup.find_all(["h1", "h2", "h3"])]
    whole = tidy(soup.title.get_text()) if soup.title else ""
    parts = [part for part in re.split(r"_+|--+|\s[-–—|｜]\s", whole) if tidy(part)]
    if len(parts) == 1 and (tail := re.fullmatch(r"(.+)[-–—]([^-–—]+)", whole)) and _SITE_WORDS.search(tail[2]):
        parts = [tail[1]]
    confirmed = [head for _, head in heads if len(head) >= 4 and head in whole]
    biggest = [head for name, head in heads if name == "h1" and len(head) >= 4 and not _SITE_WORDS.search(head)]
    plain = [part for part in map(tidy, parts) if part != told.site_name and not _SITE_WORDS.search(part)]
    return next(iter(confirmed or biggest[:1] or plain), "") or whole


def find_day(soup: BeautifulSoup, told: Official, around: Sequence[str], url: str) -> date | None:
    """The day of publication: see `read_report`; without tags the day shown, then that in the address."""
    shown = _day_shown(soup, around)
    if told.published_on and shown:
        return min(told.published_on, shown)
    return told.published_on or shown or _lone_day(around) or day_in_address(url)


def _day_shown(soup: BeautifulSoup, around: Sequence[str]) -> date | None:
    """The day that the page itself calls that of its publication: <publishtime>, 发布时间：."""
    marked = soup.find("publishtime")
    if isinstance(marked, Tag) and (day := parse_day(marked.get_text())):
        return day
    found = PUBLISHED.search(tidy("".join(around)))
    return parse_day(found[1]) if found else None


def _lone_day(around: Sequence[str]) -> date | None:
    """The first text outside the body that is a day and nothing else, or begins with one."""
    for text in map(tidy, around):
        if is_day(text) or re.match(r"(时间|日期|\d{4}[-年/])", text):
            day = parse_day(text)
            if day:
                return day
    return None


def _issuer_shown(around: Sequence[str]) -> str:
    found = _SOURCE.search(tidy(" ".join(around)))
    return found[1] if found and not _LABEL.match(found[1]) else ""


def _texts_around(soup: BeautifulSoup, body: Tag | None) -> list[str]:
    """The page's texts that do not belong to its body."""
    inside = {id(node) for node in body.descendants} if body is not None else set()
    return [str(text) for text in visible_strings(soup) if id(text) not in inside]


# --- body -------------------------------------------------------------------------------------------------------


def find_body(soup: BeautifulSoup, containers: Sequence[str] = CONTAINERS) -> Tag | None:
    """The element that holds the text: a known container, unless the page's sentences are mostly elsewhere.

    On a page with hardly a sentence (`全文见附件。`) a known container counts with whatever it holds.
    """
    weights = _weights(soup)
    dense = _densest(soup, weights)
    weight = weights.get(id(dense), 0)
    known = _known(soup)
    for rule in containers:
        for tag in _outermost(known.get(rule, ())):
            if weights.get(id(tag), 0) * 2 >= weight if weight >= _FEW else tidy(tag.get_text()):
                return tag
    return dense if weight >= _FEWEST else None


def _known(soup: BeautifulSoup) -> dict[str, list[Tag]]:
    """The page's elements by all the rules of CONTAINERS that could name them. Case does not matter in an id."""
    known: dict[str, list[Tag]] = defaultdict(list)
    for tag in tags(soup):
        known[tag.name].append(tag)
        identity = attribute(tag, "id")
        if identity:
            known["#" + identity.lower()].append(tag)
            known["^" + re.split(r"_?\d", identity)[0]].append(tag)
        for word in attribute(tag, "class").split():
            known["." + word].append(tag)
    return known


def _outermost(tags_of_rule: Sequence[Tag]) -> list[Tag]:
    """Those that lie within no other of them."""
    known = {id(tag) for tag in tags_of_rule}
    return [tag for tag in tags_of_rule if not any(id(parent) in known for parent in tag.parents)]


def _weights(root: Tag) -> dict[int, int]:
    """How many characters of sentences each element holds: texts with sentence marks, outside links."""
    weights: dict[int, int] = defaultdict(int)
    for text in visible_strings(root):
        if _SENTENCE.search(text):
            weights[id(text.parent)] += len(text.strip())
    for tag in reversed(list(tags(root))):  # from the leaves upward: pages nest thousands deep
        if tag.name in _NO_PROSE:
            weights[id(tag)] = 0
        weights[id(tag.parent)] += weights[id(tag)]
    return weights


def _densest(soup: BeautifulSoup, weights: dict[int, int]) -> Tag | None:
    """The smallest block with at least 85 % of the page's sentences."""
    current: Tag | None = soup.body
    while current is not None:
        enough = weights.get(id(current), 0) * 0.85
        inner = [tag for tag in current.contents if isinstance(tag, Tag) and tag.name in _BLOCKS and tag.name != "p"]
        heavier = next((tag for tag in inner if enough and weights.get(id(tag), 0) >= enough), None)
        if heavier is None:
            return current
        current = heavier
    return None


# --- text -------------------------------------------------------------------------------------------------------


def body_text(body: Tag, file_titles: frozenset[str] = frozenset()) -> str:
    """One paragraph a line; a table's row is a line, its cells are separated by tabs.

    Words are untouched; spaces are tidied (a line break in the markup between two Chinese characters is none). Left
    out: scripts, what the page hides, lines that are furniture (责任编辑, 打印, 上一篇), the list of attachments.
    """
    lines = (line.strip(" \u3000") if "\t" not in line else line.strip(" ") for line in _Lines().of(body))
    titles = {_bare(title) for title in file_titles}
    return "\n".join(line for line in lines if line and not _furniture(line, titles))


def _furniture(line: str, file_titles: set[str]) -> bool:
    return len(line) < 120 and (_FURNITURE_LINE.fullmatch(line) is not None or _bare(line) in file_titles)


def _bare(title: str) -> str:
    return re.sub(r"^附\s*件\s*\d*\s*[:：.、]?|^\d+\s*[.、]|\s", "", title)


class _Lines:
    """Walks an element without recursion (pages nest hundreds deep) and collects its lines."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.parts: list[str] = []

    def of(self, body: Tag) -> list[str]:
        stack: list[Iterator[PageElement]] = [iter(body.contents)]
        open_blocks: list[bool] = [True]
        while stack:
            node = next(stack[-1], None)
            if node is None:
                stack.pop()
                if open_blocks.pop():
                    self.flush()
            elif isinstance(node, Tag):
                if self.enter(node):
                    stack.append(iter(node.contents))
                    open_blocks.append(node.name in _BLOCKS)
            elif type(node) in (NavigableString, CData):
                self.parts.append(str(node))
        return self.lines

    def enter(self, tag: Tag) -> bool:
        """Whether to walk into the tag; a break ends the line, a table of data is written down at once."""
        if tag.name in _FURNITURE_TAGS or (_HIDDEN.search(attribute(tag, "style")) and _weights(tag)[id(tag)] < 500):
            return False
        if tag.name == "br" or tag.name in _BLOCKS:
            self.flush()
        if tag.name == "table" and (rows := table_rows(tag)):
            self.lines.extend(rows)
            return False
        return True

    def flush(self) -> None:
        line = one_line("".join(self.parts))
        self.parts.clear()
        if line:
            self.lines.append(line)


def one_line(text: str) -> str:
    """A paragraph's text as a reader sees it: a break in the markup is a space, between Chinese characters nothing."""
    text = _WRAP.sub("\n", _GAPS.sub(" ", text.strip()))
    text = re.sub(r"(?<=[\u3000-\u9fff\uff00-\uffef])\n|\n(?=[\u3000-\u9fff\uff00-\uffef])", "", text)
    text = re.sub(r"[\u200b-\u200f\u2060\ufeff\u00ad]", "", text)
    return re.sub(r"[ \n]+", " ", text).strip(" \u3000")


def table_rows(table: Tag) -> list[str]:
    """The rows of a table of data; nothing for a table that only lays out a page (long cells, tables inside)."""
    if table.find("table") is not None:
        return []
    rows = [[" ".join(_Lines().of(cell)) for cell in row.find_all(["td", "th"])] for row in table.find_all("tr")]
    cells = [cell for row in rows for cell in row]
    if not cells or max(map(len, rows)) < 2 or max(map(len, cells)) > 300:
        return []
    return ["\t".join(row) for row in rows if any(row)]
