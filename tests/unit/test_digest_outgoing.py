"""Whatever a page says, it leaves the house as harmless text."""

import json
import unicodedata
from dataclasses import fields, replace
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.digest import Around, DigestData, Line, Notice, Past, Rendered, render
from monitor.digest.outgoing import clean, web_address
from storage.values import ChangeKind
from tests.digests import MADE_AT, a_year, conflict, digest, part, revision, tail_lines

HOSTILE = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '"><svg onload=alert(1)>', "</title><h1>x", "{{7*7}}",
    "{% for x in y %}", "${7*7}", "{region}{0}%s", "&lt;b&gt;", "\u202e目标\u2066",
    "标题\r\nBcc: a@b.example", "a\u2028b\u2029c\x85d",
    "\x00\x1b[31m", "\ud800", "e\u0301", "=1+1", "＝cmd|' /C calc'!A0",
    "@all <at user_id=\"all\">", "x" * 5000, "目" * 5000, "",
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


def test_text_is_one_line_of_printable_characters() -> None:
    assert clean(" a\r\n\tb\u2028c\x00d\u202ee\u200bf\ud800 ") == "a b c\ufffdd\ufffdef\ufffd"
    assert clean("e\u0301") == "\u00e9"
    assert clean("一二三四五", 4) == "一二三…"


@given(st.text(st.characters(), max_size=200))
def test_cleaned_text_can_go_anywhere(text: str) -> None:
    made = clean(text)
    assert made == clean(made)
    assert len(made.splitlines()) <= 1
    assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs") for char in made)
    made.encode()
    message = EmailMessage(policy=SMTP)
    message["Subject"] = made[:200]
    assert message.as_bytes().isascii()


@pytest.mark.parametrize("url", URLS)
def test_what_is_no_web_address_is_left_out(url: str) -> None:
    assert web_address(url) == ""


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://www.yunxi.example/a?b=c&d=e#f", "https://www.yunxi.example/a?b=c&d=e#f"),
        (" http://WWW.Yunxi.example:8080/x ", "http://www.yunxi.example:8080/x"),
        ("https://云溪.example/目标.html", "https://xn--9kq759e.example/%E7%9B%AE%E6%A0%87.html"),
        ("http://[::1]:8321/documents/1#s2", "http://[::1]:8321/documents/1#s2"),
        ("http://a.example/%E7%9B%AE?x='\"<>", "http://a.example/%E7%9B%AE?x=%27%22%3C%3E"),
        ("file:///srv/报告.txt", "file:///srv/%E6%8A%A5%E5%91%8A.txt"),
    ],
)
def test_an_address_is_percent_encoded(url: str, address: str) -> None:
    assert web_address(url) == address


@given(address)
def test_an_address_is_empty_or_of_a_known_scheme(url: str) -> None:
    made = web_address(url)
    assert not made or (made.isascii() and made.isprintable() and " " not in made and '"' not in made)
    assert not made or urlsplit(made).scheme in ("http", "https", "file")


def _poisoned(data: DigestData, text: str, url: str) -> DigestData:
    """Every text and address of the digest's first report replaced."""

    def poison(value: Any, **keep: object) -> Any:
        words = {f.name: text for f in fields(value) if isinstance(getattr(value, f.name), str) and f.name not in keep}
        links = {f.name: url for f in fields(value) if f.name in ("url", "kept_url")}
        return replace(value, **{name: words[name] for name in words if name not in _ENUMS} | links)

    def line_of(line: Line) -> Line:
        sides = {name: getattr(line, name) for name in ("before", "after", "outturn")}
        made: Line = replace(poison(line), **{name: poison(side) if side else None for name, side in sides.items()})
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
        data, parts=(made, *data.parts[1:]), notices=notices, foot=replace(data.foot, why_zh=text, why_en=text)
    )


_ENUMS = ("kind", "basis", "measure", "op", "indicator_key")
GOLDEN = {
    "html": {"lang"}, "head": set(), "body": {"style"}, "title": set(), "style": set(),
    "b": {"class", "role", "aria-label", "aria-hidden", "style"},
    "meta": {"charset", "name", "content"}, "div": {"class", "style", "aria-hidden", "lang"}, "p": {"class", "style"},
    "h1": {"style"}, "h2": {"style"}, "h3": {"style"}, "h4": {"class", "style"}, "a": {"class", "href", "style"},
    "br": set(),
    "span": {"lang"}, "article": {"id", "class", "style"}, "table": {"cellpadding", "cellspacing", "style"},
    "caption": {"style"}, "thead": set(), "tbody": set(), "tr": {"align", "valign", "style", "class"},
    "img": {"src", "width", "height", "alt", "style"},
    "th": {"scope", "align", "style"}, "td": {"class", "style", "align"}, "ul": {"style"}, "li": {"style"},
    "mark": {"style"},
}  # fmt: skip


def _is_harmless(rendered: Rendered) -> None:
    assert len(rendered.subject.splitlines()) <= 1
    assert len(rendered.subject) <= 60
    for element in BeautifulSoup(rendered.html, "lxml").find_all(True):
        assert element.name in GOLDEN
        assert set(element.attrs) <= GOLDEN[element.name], element
        if element.name == "img":
            assert element["src"].removeprefix("cid:") in {image.cid for image in rendered.images}
        if element.name == "a":
            assert urlsplit(element["href"]).scheme in ("http", "https", "file") or element["href"].startswith("#r")
    for form in (rendered.text, rendered.html):
        assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs") and char != "\n" for char in form)
        form.encode()
    json.loads(rendered.payload)


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_hostile_texts_never_become_markup(text: str, language: str) -> None:
    _is_harmless(render(_poisoned(a_year(language), text, URLS[0])))


def test_templates_in_a_text_are_not_evaluated() -> None:
    rendered = render(_poisoned(revision(), "{{7*7}}", "https://x.example/{{7*7}}"))
    assert "{{7*7}}" in rendered.html
    assert "49" not in rendered.text


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(scraped, address, st.sampled_from([revision, conflict]), st.sampled_from(["zh", "en"]))
def test_any_scraped_text_can_be_sent(text, url, sample, language) -> None:  # type: ignore[no-untyped-def]
    _is_harmless(render(_poisoned(sample(language), text, url)))


@settings(max_examples=30, deadline=None)
@given(
    st.integers(-5, 5000),
    st.integers(-5, 5000),
    st.text(max_size=30),
    st.sampled_from([float("inf"), float("nan"), -0.0, 1e300, 1e-9, None]),
)
def test_marks_and_values_that_make_no_sense_do_no_harm(
    start: int, end: int, sentence: str, value: float | None
) -> None:
    line = tail_lines(2)[1]
    assert line.kind is ChangeKind.RAISED
    assert line.after
    odd = replace(line.after, mark_start=start, mark_end=end, sentence=sentence, value=value)
    _is_harmless(render(digest(part((replace(line, headline=True, after=odd),)))))
