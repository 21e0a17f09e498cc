"""What all families share: safe parsing, addresses, meta tags, attachments."""

from datetime import date

import pytest

from scrapers.errors import LayoutError
from scrapers.pages import (
    MAX_CHARACTERS,
    absolute,
    attachment_type,
    attachments,
    official,
    parse,
    parse_json,
    refresh_target,
    with_query,
)

HERE = "http://www.lanyi.example/szf/gzbg/"


# --- parsing: what lxml alone loses silently ----------------------------------------------------------------------


@pytest.mark.parametrize("depth", [250, 300, 3000])
def test_deep_nesting_loses_no_text(depth: int) -> None:
    page = f"<html><body>{'<div>' * depth}里面{'</div>' * depth}<p>后面</p></body></html>"
    assert parse(page).get_text() == "里面后面"


def test_a_text_of_over_ten_megabytes_loses_nothing() -> None:
    words = "数" * 4_000_000  # 12 MB in UTF-8
    assert parse(f"<html><body><p>{words}</p><p>后面</p></body></html>").get_text() == words + "后面"


def test_characters_that_no_page_holds_are_dropped() -> None:
    assert parse("<p>目\x00标\ud800</p><p>\x0b后面</p>").get_text() == "目标后面"


def test_xhtml_and_bare_text_are_parsed_without_complaint() -> None:
    assert parse('<?xml version="1.0" encoding="utf-8"?><html><body>正文</body></html>').get_text() == "正文"
    assert parse("http://www.lanyi.example/").get_text() == "http://www.lanyi.example/"
    assert parse("").get_text() == ""


def test_a_page_beyond_reason_is_refused() -> None:
    with pytest.raises(LayoutError, match="characters"):
        parse("a" * (MAX_CHARACTERS + 1), HERE)


# --- addresses ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("href", "target"),
    [
        ("./203101/t1.html", "http://www.lanyi.example/szf/gzbg/203101/t1.html"),
        ("../t1.html#top", "http://www.lanyi.example/szf/t1.html"),
        ("//b.example/a", "http://b.example/a"),
        ("\r\n/files/a.docx\r\n", "http://www.lanyi.example/files/a.docx"),
        ("files/《工作 报告》.pdf", "http://www.lanyi.example/szf/gzbg/files/%E3%80%8A%E5%B7%A5%E4%BD%9C%20%E6%8A%A5%E5%91%8A%E3%80%8B.pdf"),
        ("/a%20b.pdf", "http://www.lanyi.example/a%20b.pdf"),
        ("\\files\\a.pdf", "http://www.lanyi.example/files/a.pdf"),
        ("javascript:void(0)", ""),
        ("#top", ""),
        ("", ""),
        ("mailto:a@b.example", ""),
        ("file:///etc/passwd", ""),
        ("http://[broken", ""),
    ],
)  # fmt: skip
def test_an_address_is_seen_from_its_page(href: str, target: str) -> None:
    assert absolute(href, HERE) == target


def test_a_parameter_is_set_where_it_stood_or_at_the_end() -> None:
    assert with_query("http://a.example/l?page=1&sid=2", page=2) == "http://a.example/l?page=2&sid=2"
    assert with_query("http://a.example/l?a=1&a=2", page=2) == "http://a.example/l?a=1&a=2&page=2"


@pytest.mark.parametrize(
    "page",
    [
        '<html><head><meta http-equiv="refresh" content="0; url=layout/node_01.html"></head></html>',
        "<meta http-equiv='Refresh' content='1;URL=\"layout/node_01.html\"'>",
        '<script>window.location.href="layout/node_01.html";</script>',
        "<script>location.replace('layout/node_01.html')</script>",
    ],
)
def test_a_stub_says_where_it_sends_its_reader(page: str) -> None:
    assert refresh_target(page, HERE) == HERE + "layout/node_01.html"


@pytest.mark.parametrize(
    "page",
    [
        '<meta http-equiv="refresh" content="300"><p>列表</p>',
        '<meta http-equiv="refresh" content="600; url=other.html">',
        f'<meta http-equiv="refresh" content="0; url={HERE}">',
        f'<meta http-equiv="refresh" content="0; url=other.html"><p>{"这里有正文。" * 80}</p>',
        '<script>if (mobile) { location.href="m.html" }</script>' + '<a href="/a">政务</a>' * 6,
        "<p>没有</p>",
    ],
)
def test_a_page_with_something_to_read_sends_nobody_away(page: str) -> None:
    assert refresh_target(page, HERE) is None


# --- meta tags ----------------------------------------------------------------------------------------------------


def test_official_tags_are_read_as_they_are_in_reality() -> None:
    told = official(
        parse(
            '<meta name="ArticleTitle" content="2031年工作报告&ltbr/>——在人代会上"><meta name="PubDate" content="">'
            '<meta name="publishdate"content="2031-01-09"><meta name="contentSource" content="来源：澜沂日报">'
            '<meta name="SiteIDCode" content=""><meta name="SiteIDCode" content="9901000003">'
        )
    )
    assert told.title == "2031年工作报告——在人代会上"
    assert told.published_on == date(2031, 1, 9)
    assert told.issuer == "澜沂日报"
    assert told.site_code == "9901000003"


# --- attachments --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("http://a.example/P0.pdf", "pdf"),
        ("http://a.example/a.DOCX", "docx"),
        ("http://a.example/__local/1/2.pdf?e=.pdf", "pdf"),
        ("http://a.example/system/_content/download.jsp?e=.doc&id=1", "doc"),
        ("http://a.example/a.ofd", "ofd"),
        ("http://a.example/a.wps", "wps"),
        ("http://a.example/a.html", ""),
        ("http://a.example/pdf", ""),
    ],
)
def test_a_file_is_known_by_its_address(url: str, kind: str) -> None:
    assert attachment_type(url) == kind


def test_attachments_are_found_wherever_they_hide_and_each_once() -> None:
    page = (
        '<p><a href="a.pdf">工作报告.pdf</a><a href="a.pdf"><img></a></p><iframe src="/v.html?file=/b.pdf"></iframe>'
        '<embed src="c.ofd"><object data="d.doc"></object><script>var f = "\\/up\\/e.xlsx", g = "x.png";</script>'
        '<div class="footer"><a href="help.pdf">使用帮助</a></div><a href="f.html">正文</a>'
    )
    found = [(a.url.removeprefix("http://www.lanyi.example"), a.title) for a in attachments(parse(page), HERE)]
    assert found == [
        ("/szf/gzbg/a.pdf", "工作报告.pdf"),
        ("/b.pdf", "b.pdf"),
        ("/szf/gzbg/c.ofd", "c.ofd"),
        ("/szf/gzbg/d.doc", "d.doc"),
        ("/up/e.xlsx", "e.xlsx"),
    ]


# --- json ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ['{"a": 1}', '\ufeff {"a": 1}', 'callback({"a": 1});', 'jQuery.cb_1({"a": 1})'])
def test_json_is_read_bare_and_wrapped(page: str) -> None:
    assert parse_json(page) == {"a": 1}


@pytest.mark.parametrize("page", ["<html>", "", "{broken", "[" * 200_000, "plain(words)"])
def test_what_is_no_json_is_none(page: str) -> None:
    assert parse_json(page) is None
