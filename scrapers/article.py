"""A report page → title, day, issuer, text, attachments. Families say where their text lies; the rest is the same.

Order of trust: the official meta tags (国办发 2017 年 47 号), the containers that CMS put a text into, then the part of
the page that holds its sentences.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice

from bs4 import BeautifulSoup
from bs4.element import Tag

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
from scrapers.prose import BLOCKS, body_text, table_rows
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
_FEWEST_ROWS = 3  # with a number in a cell of its own: fewer are a frame, or a row of counters
_OWN = 2000  # from here on a page is read for its own sake
_FIGURE = re.compile(r"\t[^\d\s]{0,3}?\d+(?:\.\d+)?%?(?:左右|以上|以内)?(?=\t|$)")
_SENTENCE = re.compile(r"[，。；！？]")
_NO_PROSE = frozenset(("a", "select", "label"))
_SEE_ATTACHMENT = re.compile(r"(?:报告|文件|正文)?(?:全文|详情|内容|具体内容)?(?:请)?(?:详?见|查看|下载)附件[。.！]?")
_SOURCE = re.compile(r"(?:信息)?来\s*源\s*[:：]\s*([^\s|｜：:]{2,40})")
_LABEL = re.compile(
    r"访问|浏览|点击|阅读|发布|日期|时间|作者|编辑|字体|字号|打印|分享|责任|【"
)  # an empty 来源 before the next label
_TODAY = re.compile(r"今天|今日|现在|星期|周[一二三四五六日]|农历")
_PARTS = re.compile(r"""createPageHTML\(\s*(\d+)\s*,\s*\d+\s*,\s*["'](\w+)["']\s*,\s*["'](\w+)["']""")
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
        next_page=find_next_part(soup, url),
    )


def find_next_part(soup: BeautifulSoup, url: str) -> str | None:
    """Where a text that was cut into pages goes on: `t20310221_1.html` links `t20310221_1_1.html`, `_2` and so on.

    Known by the addresses alone. A page that has a number itself counts as a part only if it links the first part,
    so that the next article (`content_13.html` after `content_12.html`) is none.
    """
    here = absolute(url, url)
    stem, ending = _without_ending(here)
    name = re.sub(r"[-_]\d{1,2}$", "", stem.rpartition("/")[2])
    hrefs = [attribute(tag, "href") for tag in tags(soup) if tag.name == "a"]
    linked = {absolute(href, url) for href in hrefs if name in href} | set(_written_parts(soup, url))
    numbered = re.fullmatch(r"(.+)[-_](\d{1,2})", stem)
    if numbered and f"{numbered[1]}{ending}" in linked:
        stem, current = numbered[1], int(numbered[2])
    else:
        current = 0
    part = re.compile(rf"{re.escape(stem)}[-_](\d{{1,2}}){re.escape(ending)}")
    later = {
        int(found[1]): target for target in linked if (found := part.fullmatch(target)) and int(found[1]) > current
    }
    return later[min(later)] if later else None


def _written_parts(soup: BeautifulSoup, url: str) -> Iterator[str]:
    """The parts that a TRS script writes links to: `createPageHTML(3, 0, "t20310221_1", "html")` on a report page."""
    for script in soup.find_all("script"):
        for count, name, ending in _PARTS.findall(str(script.string or "")):
            yield absolute(f"{name}.{ending}", url)
            yield from (absolute(f"{name}_{number}.{ending}", url) for number in range(1, min(int(count), 50)))


def _without_ending(address: str) -> tuple[str, str]:
    stem, dot, ending = address.rpartition(".")
    return (stem, dot + ending) if "/" not in ending else (address, "")


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
    if len(parts) == 1 and (tail := re.fullmatch(r"(.+)[-–—－]([^-–—－]+)", whole)) and _SITE_WORDS.search(tail[2]):
        parts = [tail[1]]
    confirmed = [head for _, head in heads if len(head) >= 4 and head in whole]
    biggest = [head for name, head in heads if name == "h1" and len(head) >= 4 and not _SITE_WORDS.search(head)]
    plain = [part for part in map(tidy, parts) if part != told.site_name and not _SITE_WORDS.search(part)]
    return next(iter(confirmed or biggest[:1] or plain), "") or whole or _title_by_class(soup)


def _title_by_class(soup: BeautifulSoup) -> str:
    """The first words of an element whose class says title: the last resort for pages without a <title>."""
    for tag in tags(soup):
        if "title" in attribute(tag, "class").lower() and 8 <= len(words := tidy(tag.get_text())) <= 100:
            return words
    return ""


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
    """The first text outside the body that calls its day one (时间：), else that is a day or begins with one.

    今天是 2031-03-09 星期日 in a page's head is the reader's day, not the report's.
    """
    texts = [text for text in map(tidy, around) if text]
    labelled = (parse_day(text) for text in texts if re.match(r"(时间|日期)", text))
    if day := next(filter(None, labelled), None):
        return day
    for before, text, after in zip(["", *texts], texts, [*texts[1:], ""], strict=False):
        if (is_day(text) or re.match(r"\d{4}[-年/]", text)) and not _TODAY.search(f"{before[-8:]} {text} {after[:8]}"):
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
    return dense if weight >= _FEWEST else _around_table(soup)


def _around_table(soup: BeautifulSoup) -> Tag | None:
    """What holds the longest table of numbers, on a page that has hardly a sentence: an annex of a plan."""
    tables = [(sum(map(_has_number, table_rows(tag))), tag) for tag in tags(soup) if tag.name == "table"]
    rows, table = max(tables, key=lambda one: one[0], default=(0, None))
    return table.parent if table is not None and rows >= _FEWEST_ROWS else None


def _has_number(row: str) -> bool:
    return "\t" in row and _FIGURE.search(row) is not None


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
    """The smallest block with at least 85 % of the page's sentences; inside a frame full of links half will do."""
    linked = _link_weights(soup)
    roots = soup.find_all("html", recursive=False)  # two, where a page closes its head's </html> too early
    current: Tag | None = max(roots, key=lambda root: weights.get(id(root), 0), default=None)
    while current is not None:
        held = weights.get(id(current), 0)
        enough = held * (0.5 if linked[id(current)] > held * 0.3 else 0.85)
        inner = [tag for tag in current.contents if isinstance(tag, Tag) and tag.name in BLOCKS and tag.name != "p"]
        heaviest = max(inner, key=lambda tag: weights.get(id(tag), 0), default=None)
        if not held or heaviest is None or weights.get(id(heaviest), 0) < enough:
            return current
        current = heaviest
    return None


def _link_weights(root: Tag) -> dict[int, int]:
    """How many characters of links each element holds."""
    weights: dict[int, int] = defaultdict(int)
    for text in visible_strings(root):
        if any(parent.name == "a" for parent in islice(text.parents, 4)):
            weights[id(text.parent)] += len(text.strip())
    for tag in reversed(list(tags(root))):
        weights[id(tag.parent)] += weights[id(tag)]
    return weights
