"""Texts as a hostile page would have them, put into every place of a digest that a page can reach."""

import json
import unicodedata
from dataclasses import fields, replace
from typing import Any
from urllib.parse import urlsplit

from bs4 import BeautifulSoup
from hypothesis import strategies as st

from monitor.digest import Around, DigestData, Line, Notice, Past, Rendered
from tests.digests import MADE_AT

HOSTILE = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '"><svg onload=alert(1)>', "</title><h1>x", "{{7*7}}",
    "{% for x in y %}", "${7*7}", "{region}{0}%s", "&lt;b&gt;", "\u202e目标\u2066",
    "标题\r\nBcc: a@b.example", "a\u2028b\u2029c\x85d",
    "\x00\x1b[31m", "\ud800", "e\u0301", "=1+1", "＝cmd|' /C calc'!A0",
    "@all <at user_id=\"all\">", "<@userid> <!channel> <@everyone>",
    "@everyone 目标", "\u0338目标", "x" * 5000, "目" * 5000, "",
]  # fmt: skip
URLS = [
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "data:text/html,<script>", "//evil.example/",
    "vbscript:x", "http://", "http://a b/", "https://gov.example@evil.example/", "http://[::1", "file://host/share",
    "http://x.example/\u202e", "http://x.example:99999/", "ftp://x.example/", "http:\\\\x.example", "https://\"onmouseover=x/",
]  # fmt: skip

scraped = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(max_size=60),
    st.text(st.characters(categories=["C", "Z", "Mn", "So"]), max_size=20),
)
address = st.one_of(st.sampled_from(URLS), st.text(max_size=40), st.just("https://www.yunxi.example/a?b=c&d=e#f"))


def poisoned(data: DigestData, text: str, url: str) -> DigestData:
    """Every text and address of the digest's first report replaced."""

    def poison(value: Any, **keep: object) -> Any:
        words = {f.name: text for f in fields(value) if isinstance(getattr(value, f.name), str) and f.name not in keep}
        links = {f.name: url for f in fields(value) if f.name in ("url", "kept_url")}
        return replace(value, **{name: words[name] for name in words if name not in _ENUMS} | links)

    def line_of(line: Line) -> Line:
        sides = {name: getattr(line, name) for name in ("before", "after", "outturn")}
        told_as = poison(line.told_as) if line.told_as else None
        made: Line = replace(
            poison(line), told_as=told_as, **{name: poison(side) if side else None for name, side in sides.items()}
        )
        return made

    def around_of(around: Around | None) -> Around | None:
        if around is None:
            return None
        places = tuple(
            replace(poison(one, standing=True), figures=tuple(poison(side) if side else None for side in one.figures))
            for one in around.places
        )
        return replace(around, indicators=tuple(map(poison, around.indicators)), places=places)

    def past_of(past: Past | None) -> Past | None:
        if past is None:
            return None
        years = (
            replace(one, **{name: poison(side) for name in ("target", "outturn") if (side := getattr(one, name))})
            for one in past.years
        )
        return replace(past, named=poison(past.named), years=tuple(years))

    first = data.parts[0]
    made = replace(
        poison(first), lines=tuple(line_of(line) for line in first.lines), unchanged=(),
        around=around_of(first.around), past=past_of(first.past),
    )  # fmt: skip
    notices = tuple(
        Notice(kind, text, url, MADE_AT, 2, None, text) for kind in ("broken", "baseline", "dead_channel", text)
    )
    return replace(
        data, parts=(made, *data.parts[1:]), notices=notices, home_url=url,
        foot=replace(data.foot, why_zh=text, why_en=text),
    )  # fmt: skip


_ENUMS = ("kind", "basis", "judged", "measure", "op", "indicator_key")
GOLDEN = {
    "html": {"lang"}, "head": set(), "body": {"style"}, "title": set(), "style": set(),
    "b": {"class", "role", "aria-label", "aria-hidden", "style"},
    "meta": {"charset", "name", "content"}, "div": {"class", "style", "aria-hidden", "lang"},
    "p": {"class", "style", "id"},
    "h1": {"style"}, "h2": {"style"}, "h3": {"style"}, "h4": {"class", "style"}, "a": {"class", "href", "style"},
    "br": set(),
    "span": {"lang", "class", "style"}, "article": {"id", "class", "style"},
    "table": {"cellpadding", "cellspacing", "style"},
    "caption": {"style"}, "thead": set(), "tbody": set(), "tr": {"align", "valign", "style", "class"},
    "img": {"src", "width", "height", "alt", "style"},
    "th": {"scope", "align", "style"}, "td": {"class", "style", "align"}, "ul": {"style"}, "li": {"style"},
    "mark": {"style"},
}  # fmt: skip


def assert_harmless(rendered: Rendered) -> None:
    assert len(rendered.subject.splitlines()) <= 1
    assert len(rendered.subject) <= 60
    assert_golden(rendered)
    for form in (rendered.text, rendered.html):
        assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs") and char != "\n" for char in form)
        form.encode()
    json.loads(rendered.payload)


def assert_golden(rendered: Rendered, html: str = "") -> None:
    """No element and no attribute but ours; `html` as a channel has it."""
    for element in BeautifulSoup(html or rendered.html, "lxml").find_all(True):
        assert element.name in GOLDEN
        assert set(element.attrs) <= GOLDEN[element.name], element
        if element.name == "img":
            assert element["src"].removeprefix("cid:") in {image.cid for image in rendered.images}
        if element.name == "a":
            assert urlsplit(element["href"]).scheme in ("http", "https", "file") or element["href"].startswith("#r")
