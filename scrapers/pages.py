"""What every family shares about a page: a safe parse, addresses, the official meta tags, attachments.

Pure: decoded text in, values out. A page's own marks count, never its host.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from html import unescape
from typing import Any
from urllib.parse import parse_qs, parse_qsl, quote, unquote, urldefrag, urlencode, urljoin, urlsplit

from bs4 import BeautifulSoup
from bs4.element import NavigableString, Tag

from scrapers.dates import parse_day
from scrapers.errors import LayoutError
from storage.values import AttachmentData

MAX_CHARACTERS = 60_000_000
_UNFIT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u2060\ufeff\u00ad]")
_SPACES = re.compile(r"[ \t\r\n\f\v\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")


def parse(page: str, url: str = "") -> BeautifulSoup:
    """The tree of a decoded page. Characters that no page should hold (NUL, controls, lone surrogates) are dropped.

    lxml's plain tree loses text silently past 255 levels or 10 MB in one node; the target parser that BeautifulSoup
    drives does not, and the tests hold it to that.

    Raises:
        LayoutError: the page is larger than any index or report.
    """
    markup = clean(page, url).replace("<?", "<?p ")  # BeautifulSoup warns of XML where a page begins with <?xml
    return BeautifulSoup(markup if "<" in markup else f"<html>{markup}</html>", "lxml")


def clean(page: str, url: str = "") -> str:
    """The page without characters that no page should hold; see `parse`."""
    if len(page) > MAX_CHARACTERS:
        raise LayoutError(f"the page has {len(page)} characters; more than {MAX_CHARACTERS} are not read", url=url)
    return _UNFIT.sub("", page)


def tidy(text: str) -> str:
    """On one line, without invisible characters and without space around or runs of it inside."""
    return _SPACES.sub(" ", _INVISIBLE.sub("", text)).strip()


def parse_json(page: str) -> Any:
    """The value of a JSON answer, also wrapped as JSONP (`callback({…})`); None when the page is no JSON."""
    text = page.strip().lstrip("\ufeff").strip()
    if wrapped := re.fullmatch(r"[\w.$]{1,80}\((.*)\)\s*;?", text, re.S):
        text = wrapped[1]
    if not text.startswith(("{", "[")):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def tags(root: Tag) -> Iterator[Tag]:
    """All elements below, in the page's order."""
    return (node for node in root.descendants if isinstance(node, Tag))


def visible_strings(tag: Tag) -> Iterator[NavigableString]:
    """The text nodes that a reader would see; no scripts, styles or comments."""
    return (text for text in tag.descendants if type(text) is NavigableString)


# --- addresses --------------------------------------------------------------------------------------------------


def absolute(href: str, url: str) -> str:
    """`href` as an absolute http address seen from `url`, without its fragment; "" when it leads to no page.

    What a browser would repair is repaired: line breaks inside, spaces and Chinese characters (as UTF-8).
    """
    href = re.sub(r"[\r\n\t]", "", href).strip()
    if not href or href.startswith("#") or re.match(r"(?i)(javascript|mailto|tel|data|about|file):", href):
        return ""
    try:
        joined = urldefrag(urljoin(url, href.replace("\\", "/"))).url
        parts = urlsplit(joined)
    except ValueError:  # "http://[broken"
        return ""
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return ""
    return quote(joined, safe="%/:?#[]@!$&'()*+,;=~", errors="replace")


def query_value(url: str, name: str) -> str:
    """What a parameter of the address holds; "" without it."""
    return parse_qs(_query(url)).get(name, [""])[0]


def query_number(url: str, name: str, default: int) -> int:
    """The whole number that a parameter of the address holds."""
    found = whole_number(query_value(url, name))
    return default if found is None else found


def with_query(url: str, **parameters: str | int) -> str:
    """The address with these parameters set, each where it stood or else at the end, the others as they were."""
    asked = parse_qsl(_query(url), keep_blank_values=True)
    placed = [(name, parameters.get(name, value)) for name, value in asked]
    new = [(name, value) for name, value in parameters.items() if name not in dict(asked)]
    return url.partition("?")[0] + "?" + urlencode([*placed, *new])


def whole_number(value: object) -> int | None:
    """A count as JSON and addresses give it, `44` or `"44"`; None for anything else."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9 else None


def _query(url: str) -> str:
    return url.partition("#")[0].partition("?")[2]


_REFRESH = re.compile(r"\s*(\d+(?:\.\d+)?)\s*[;,]\s*(?:url\s*=\s*)?['\"]?\s*([^'\"\s>][^'\"]*?)['\"]?\s*", re.I)
_LOCATION = re.compile(r"\blocation(?:\.href)?\s*=\s*['\"]([^'\"]+)['\"]|\blocation\.replace\(\s*['\"]([^'\"]+)['\"]")


def refresh_target(page: str, url: str) -> str | None:
    """Where a page sends its reader at once: a meta refresh, or a script that is all the page holds.

    `<meta http-equiv="refresh" content="0; url=layout/202401/22/node_01.html">` → the absolute address. None for
    a page that has something to read, and for one that only reloads itself.
    """
    if len(page) > 20_000:
        return None
    soup = parse(page, url)
    if len(tidy(soup.get_text())) > 300 or len(soup.find_all("a")) > 5:
        return None
    for tag in soup.find_all("meta"):
        found = _REFRESH.fullmatch(attribute(tag, "content"))
        if attribute(tag, "http-equiv").lower() == "refresh" and found and float(found[1]) <= 10:
            return _elsewhere(found[2], url)
    moved = _LOCATION.search("\n".join(str(script.string or "") for script in soup.find_all("script")))
    return _elsewhere(moved[1] or moved[2], url) if moved else None


def _elsewhere(href: str, url: str) -> str | None:
    target = absolute(href, url)
    return target if target and target != absolute(url, url) else None


# --- the official meta tags (47号) --------------------------------------------------------------------


def attribute(tag: Tag, name: str) -> str:
    """The attribute as one string; "" when it is absent."""
    value = tag.get(name)
    return " ".join(value) if isinstance(value, list) else str(value or "")


def meta_tags(soup: BeautifulSoup) -> dict[str, str]:
    """The page's meta tags by lower-case name; of a repeated one the first that says something."""
    told: dict[str, str] = {}
    for tag in soup.find_all("meta"):
        name, content = attribute(tag, "name").lower(), tidy(attribute(tag, "content"))
        if name and content and name not in told:
            told[name] = content
    return told


@dataclass(frozen=True, slots=True)
class Official:
    """What a page's meta tags say of it; "" and None where they are absent, empty or broken."""

    title: str
    published_on: date | None
    issuer: str
    site_code: str
    site_name: str


def official(soup: BeautifulSoup) -> Official:
    """The tags of 47号 first, then those that www.gov.cn and newspapers use instead."""
    told = meta_tags(soup)
    days = (parse_day(told.get(name, "")) for name in ("pubdate", "firstpublishedtime", "publishdate", "publishtime"))
    issuer = told.get("contentsource") or told.get("source", "")
    return Official(
        title=without_markup(told.get("articletitle", "")),
        published_on=next((day for day in days if day), None),
        issuer=re.sub(r"^\s*(信息)?来源\s*[:：]\s*", "", issuer),
        site_code=told.get("siteidcode", ""),
        site_name=told.get("sitename", ""),
    )


def without_markup(title: str) -> str:
    """A title without the tags that a CMS left inside: `工作报告<br/>——2026年1月` → `工作报告——2026年1月`."""
    return tidy(re.sub(r"</?[a-zA-Z][^<>]*>", "", unescape(title)))


# --- attachments ------------------------------------------------------------------------------------------------

_TYPES = "pdf|docx?|wps|ofd|xlsx?"
_FILE = re.compile(rf"\.({_TYPES})$", re.I)
_NAMED = re.compile(rf"\.(?:{_TYPES})", re.I)
_QUOTED = re.compile(rf"""['"]([^'"<>\r\n]{{1,400}}?\.(?:{_TYPES}))['"]""", re.I)
_ELSEWHERE = re.compile(r"(?i)(?:^|[\s_-])(header|footer?|foot|nav|navbar|menu|sidebar|topbar|links?)(?:$|[\s_-])")


def attachment_type(url: str) -> str:
    """`pdf`, `docx`, … when the address is that of a file, also as `?e=.pdf` or `?file=/a.pdf`; else ""."""
    parts = urlsplit(url)
    named = [parts.path, *(value for values in parse_qs(parts.query).values() for value in values)]
    found = next((m for m in map(_FILE.search, named) if m), None)
    return found[1].lower() if found else ""


def attachments(soup: BeautifulSoup, url: str) -> tuple[AttachmentData, ...]:
    """The files that a report page links, shows or names in a script, in the page's order, each once."""
    found: dict[str, AttachmentData] = {}
    for tag in tags(soup):
        if tag.name not in ("a", "iframe", "embed", "object", "script"):
            continue
        files = list(_files_of(tag, url))
        for target, title in () if files and _in_frame(tag) else files:
            known = found.get(target)
            if known is None or not known.title:
                found[target] = AttachmentData(target, title)
    return tuple(replace(a, title=a.title or _file_name(a.url)) for a in found.values())


def _files_of(tag: Tag, url: str) -> Iterator[tuple[str, str]]:
    if tag.name == "script":
        for quoted in _QUOTED.findall(str(tag.string or "")):
            if target := absolute(quoted.replace("\\/", "/"), url):
                yield target, ""
        return
    href = attribute(tag, {"a": "href", "object": "data"}.get(tag.name, "src"))
    shown = parse_qs(_query(href)).get("file", [""])[0] if tag.name != "a" else ""  # viewer.html?file=/a.pdf
    target = absolute(shown if _FILE.search(shown) else href, url) if _NAMED.search(href) else ""
    if target and attachment_type(target):
        words = tidy(tag.get_text()) if tag.name == "a" else ""  # lxml lets an embed swallow what follows it
        yield target, words or without_markup(attribute(tag, "title"))


def _in_frame(tag: Tag) -> bool:
    """Whether the tag belongs to the page's frame (header, menu, footer) and not to its content."""
    return any(
        parent.name in ("header", "footer", "nav")
        or _ELSEWHERE.search(f"{attribute(parent, 'class')} {attribute(parent, 'id')}")
        for parent in tag.parents
    )


def _file_name(url: str) -> str:
    return unquote(urlsplit(url).path.rsplit("/", 1)[-1])
