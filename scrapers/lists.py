"""An index page → its entries: rows of links beside a day, wherever and however a CMS puts them; and JSON items.

Pure: a parsed page and its address in, values out.
"""

import re
from base64 import b64decode
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from itertools import islice, takewhile
from urllib.parse import unquote, urlsplit

from bs4.element import NavigableString, Tag

from scrapers.dates import day_in_address, day_of_epoch, is_day, parse_day
from scrapers.pages import absolute, attachment_type, attribute, parse, tags, tidy, visible_strings, without_markup
from storage.values import EntryData

# --- lists as JSON ---------------------------------------------------------------------------------------------


def entry_of(title: object, href: object, day: object, url: str) -> EntryData | None:
    """An entry of a JSON list; None when it has no title or leads nowhere. `day` is text or a Unix time."""
    told, target = without_markup(str(title or "")), absolute(str(href or ""), url)
    if not told or not target:
        return None
    is_moment = isinstance(day, int | float) and not isinstance(day, bool)
    found = day_of_epoch(float(str(day))) if is_moment else parse_day(str(day or ""))
    return EntryData(target, told, found)


# --- lists of links ---------------------------------------------------------------------------------------------

_OPENED = re.compile(
    r"""['"]\s*((?:https?:)?//[^'"\s]+|[^'"\s]*/[^'"\s]+|[^'"\s]+\.(?:s?html?|jsp|aspx?)\b[^'"\s]*)\s*['"]"""
)
_PAGER_WORDS = re.compile(
    r"[\[<«]?(首页|尾页|末页|上一?页|下一?页|前一?页|后一?页|更多|more|详情|查看|跳转|go|\d+)[\]>»+]*", re.I
)
_CUT = re.compile(r"(\.{2,}|…+)\s*$")
_ONWARD = re.compile(r"\s*[\[【]?\s*(下一?页|后一?页|next)\s*[>»]*\s*[\]】]?\s*", re.I)
_TITLE_CLASS = re.compile(r"til|tit|title|bt|biaoti")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6", "strong", "b")


def link_target(tag: Tag, url: str) -> str:
    """Where the tag leads: its href, or else the address that its onclick opens (`openUrl('/t1.html')`).

    A pager may keep the address in an attribute of its own (`tagname="/2031/list-2.html"`).
    """
    kept = attribute(tag, "tagname")
    if target := absolute(attribute(tag, "href"), url) or (absolute(kept, url) if kept[:1] in ("/", ".", "h") else ""):
        return target
    opened = _OPENED.search(attribute(tag, "onclick")[:2000])
    return absolute(opened[1], url) if opened else ""


def link_title(tag: Tag) -> str:
    """The whole title of a link: the title attribute where the visible words are cut (`…`), without date and bullet."""
    told = without_markup(attribute(tag, "title"))
    marked = (h for h in tags(tag) if h.name in _HEADINGS or _TITLE_CLASS.fullmatch(attribute(h, "class")))
    heading = next((h for h in marked if len(tidy(h.get_text())) >= 4), None)
    words = [str(text) for text in visible_strings(heading or tag) if not is_day(tidy(str(text)))]
    shown = re.sub(r"^[·•▪■◆●○\-\s]+", "", tidy("".join(words)))
    bare = _CUT.sub("", shown)
    same = bool(told) and (not bare or told.startswith(bare[:4]) or bare in told)
    return told if same and (len(told) >= len(bare) or not shown) else shown or told


def dated_links(soup: Tag, url: str) -> list[EntryData]:
    """The links that stand beside a day, in the page's order, each address once.

    Of several kinds of rows the one that occurs most often wins (a list against a lone banner). The day is a text
    of its own in the row, or two (`15` over `2031-01`); a date within a title is part of the title. Where hardly a
    row shows a day, the day that the address holds counts. A row without a day beside such rows (置顶) is an entry too.
    """
    links = _Links(soup, url)
    rows = max(_dated_rows(soup, links).values(), key=len, default=[])
    shown, addressed = _with_dateless(rows, links), _largest(_dated_addresses(links))
    return unique(shown if len(shown) * 3 >= len(addressed) else addressed)


def titled_links(soup: Tag, url: str) -> list[EntryData]:
    """For lists that show no dates: the largest group of alike links to pages with long titles."""
    groups: dict[str, list[EntryData]] = defaultdict(list)
    links = _Links(soup, url)
    for tag in links.tags:
        entry = links.entry(tag)
        if entry and re.search(r"\d{3,}|[0-9a-f]{16}", urlsplit(entry.url).path) and not attachment_type(entry.url):
            groups[_shape(tag)].append(entry)
    wordy = [group for group in groups.values() if sum(len(e.title) for e in group) >= 8 * len(group)]
    best = max(wordy, key=lambda group: sum(len(e.title) for e in group), default=[])
    return unique(best) if len(best) >= 2 else []


def unique(entries: Iterable[EntryData]) -> list[EntryData]:
    """Each address once, where it stood first, with the longest of its titles and a day if any of them had one."""
    kept: dict[str, EntryData] = {}
    for entry in entries:
        known = kept.get(entry.url, entry)
        title = max((known.title, entry.title), key=len)
        kept[entry.url] = EntryData(entry.url, title, known.published_on or entry.published_on)
    return list(kept.values())


def next_link(soup: Tag, url: str) -> str | None:
    """The address behind 下一页, also where only a title or rel says so, or the pager lies in base64."""
    for tag in [*soup.find_all("a"), *_encoded_pager(soup)]:
        says = (tag.get_text(), attribute(tag, "title"), attribute(tag, "rel"))
        if any(_ONWARD.fullmatch(words) for words in says):
            target = link_target(tag, url)
            if target and target != absolute(url, url):
                return target
    return None


def _encoded_pager(soup: Tag) -> list[Tag]:
    """Yunnan's pager: `<div id="pages">` holds its own markup, percent-encoded and in base64."""
    pager = soup.find(id="pages")
    words = tidy(pager.get_text()) if pager is not None else ""
    if not re.fullmatch(r"[A-Za-z0-9+/]{40,20000}={0,2}", words):
        return []
    try:
        markup = unquote(b64decode(words).decode("ascii"))
    except ValueError:
        return []
    return list(parse(markup).find_all("a"))


def _links(soup: Tag) -> Iterator[Tag]:
    for tag in tags(soup):
        if tag.name == "a" or (tag.has_attr("onclick") and _OPENED.search(attribute(tag, "onclick")[:2000])):
            yield tag


class _Links:
    """A page's links in its order. Where one leads and what it says is worked out once: a page may have thousands."""

    def __init__(self, soup: Tag, url: str) -> None:
        self.tags = list(_links(soup))
        self._url, self._here = url, absolute(url, url)
        self._targets: dict[int, str] = {}
        self._entries: dict[int, EntryData | None] = {}

    def target(self, tag: Tag) -> str:
        if id(tag) not in self._targets:
            self._targets[id(tag)] = link_target(tag, self._url)
        return self._targets[id(tag)]

    def is_folder(self, tag: Tag) -> bool:
        return self.target(tag).endswith("/")

    def entry(self, tag: Tag) -> EntryData | None:
        """The link as an entry; None for one that leads nowhere else or is a pager's."""
        if id(tag) not in self._entries:
            target, title = self.target(tag), link_title(tag)
            bad = not target or target == self._here or len(title) < 4 or _PAGER_WORDS.fullmatch(title)
            self._entries[id(tag)] = None if bad else EntryData(target, title)
        return self._entries[id(tag)]


_YEAR_HALF = re.compile(r"\d{4}(?:[-/.]\d{1,2})?")
_DAY_HALF = re.compile(r"\d{1,2}(?:[-/.]\d{1,2})?")
_ABOVE_ROWS = ("html", "body", "ul", "ol", "dl", "table", "tbody")


def _dated_rows(soup: Tag, links: _Links) -> dict[str, list[tuple[Tag, EntryData]]]:
    """Rows and their entries by the shape of the row: the smallest element around a day that also has a link."""
    linked: dict[int, list[Tag]] = defaultdict(list)
    for tag in links.tags:
        for around in [tag, *islice(tag.parents, 4)]:
            linked[id(around)].append(tag)
    days: dict[int, list[tuple[NavigableString, date]]] = defaultdict(list)
    found: dict[int, Tag] = {}
    for text in visible_strings(soup):
        day = _day_at(text)
        row = _row_around(text, linked) if day else None
        if day and row is not None:
            days[id(row)].append((text, day))
            found[id(row)] = row
    rows: dict[str, list[tuple[Tag, EntryData]]] = defaultdict(list)
    for row in found.values():
        for tag, day in _paired(row, linked[id(row)], days[id(row)], links):
            if entry := links.entry(tag):
                rows[_shape(row)].append((row, replace(entry, published_on=day)))
    return rows


def _with_dateless(rows: list[tuple[Tag, EntryData]], links: _Links) -> list[EntryData]:
    """The rows' entries, and those of rows beside them that show no day, each where it stands."""
    placed: dict[int, list[EntryData]] = defaultdict(list)
    groups: dict[int, tuple[Tag, set[tuple[str, str]]]] = {}  # what holds rows, and what its rows look like
    for row, entry in rows:
        placed[id(row)].append(entry)
        if row.parent is not None:
            groups.setdefault(id(row.parent), (row.parent, set()))[1].add((row.name, _look_of(row)))
    found: list[EntryData] = []
    for around, alike in groups.values():
        for row in (node for node in around.children if isinstance(node, Tag)):
            if id(row) in placed:
                found += placed[id(row)]
            elif (row.name, _look_of(row)) in alike:
                found += _dateless(row, links)
    return found


def _look_of(row: Tag) -> str:
    """What tells rows from a pager between them; items of a list need no class for that."""
    return "" if row.name in ("li", "tr", "dd") else attribute(row, "class")


def _dateless(row: Tag, links: _Links) -> list[EntryData]:
    """The entry of a row that shows no day, if it is one."""
    if any(is_day(tidy(text)) for text in visible_strings(row)):
        return []
    linked = ([row] if row.name == "a" else []) + list(_links(row))
    entries = (links.entry(tag) for tag in linked if not links.is_folder(tag))
    return [entry for entry in entries if entry][:1]


def _day_at(text: NavigableString) -> date | None:
    """The day that a text is; also when its other half stands beside it, as `15` over `2031-01`."""
    words = tidy(text)
    if is_day(words):
        return parse_day(words)
    if not _YEAR_HALF.fullmatch(words):
        return None
    for around in islice(text.parents, 2):
        halves = [half for half in map(tidy, visible_strings(around)) if half]
        if len(halves) == 2:
            other = halves[1] if halves[0] == words else halves[0]
            return parse_day(f"{words}-{other}") if _DAY_HALF.fullmatch(other) else None
    return None


def _row_around(text: NavigableString, linked: dict[int, list[Tag]]) -> Tag | None:
    around = takewhile(lambda tag: tag.name not in _ABOVE_ROWS, islice(text.parents, 5))
    return next((tag for tag in around if id(tag) in linked), None)


def _paired(
    row: Tag, linked: list[Tag], days: list[tuple[NavigableString, date]], links: _Links
) -> Iterator[tuple[Tag, date]]:
    """One day: that of the row's first link to a page (not to a folder). Several: each that of the link before it."""
    if len({day for _, day in days}) == 1:
        pages = (tag for tag in linked if not links.is_folder(tag))
        yield next(pages, linked[0]), days[0][1]
        return
    places = {id(node): place for place, node in enumerate(row.descendants)}
    stands = [places.get(id(tag), -1) for tag in linked]  # ascending, as the links come in the page's order
    for text, day in days:
        yield linked[max(bisect_left(stands, places[id(text)]) - 1, 0)], day


def _largest(rows: dict[str, list[EntryData]]) -> list[EntryData]:
    return max(rows.values(), key=len, default=[])


def _dated_addresses(links: _Links) -> dict[str, list[EntryData]]:
    rows: dict[str, list[EntryData]] = defaultdict(list)
    for tag in links.tags:
        entry = links.entry(tag)
        if entry and (day := day_in_address(entry.url)) and not attachment_type(entry.url):
            rows[_shape(tag)].append(replace(entry, published_on=day))
    return rows


def _shape(tag: Tag) -> str:
    """How a row stands in the page: rows of one list have one shape, and so have lists built alike."""
    return "<".join([tag.name, *(parent.name for parent in islice(tag.parents, 60))])
