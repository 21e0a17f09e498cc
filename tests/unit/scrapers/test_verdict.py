"""Challenges, error pages and error statuses are called by their names; an article that speaks of them is not."""

import time
from pathlib import Path

import httpx
import pytest

from scrapers.answer import Conditions, Limit
from scrapers.blocks import is_challenge, is_error_page, is_login, is_shell
from scrapers.charset import decode
from scrapers.errors import (
    BlockedError,
    EmptyPageError,
    ErrorPageError,
    GoneError,
    LayoutError,
    LoginPageError,
    ScrapeError,
    StatusError,
)
from scrapers.exchange import Asked, Got
from scrapers.verdict import judge, parse_content_type, parse_retry_after

LIMIT = Limit(1)
ARTICLE = "云溪市今年地区生产总值增长6.5%以上，城镇新增就业5000人，粮食产量稳定在600亿斤，单位能耗继续下降。" * 6


def page(body: str, title: str = "") -> str:
    return f"<html><head><title>{title}</title></head><body>{body}</body></html>"


def judged(body: str, status: int = 200, kind: str = "text/html; charset=utf-8") -> type[ScrapeError] | int:
    got = Got(status, httpx.Headers({"content-type": kind}), body.encode())
    try:
        return judge(Asked("GET", "http://yunxi.example/"), got, LIMIT, 0).status
    except ScrapeError as error:
        return type(error)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("<script r='m'>$_ts.nsd=123;_$t()</script>", 412),
        ("<script>var x;$_ts=window['$_ts']</script>", 202),
        ("<script>document.cookie='__jsl_clearance=1'</script>", 521),
        ("", 521),
        ("", 468),
        (page("<div class='puzzle-vcode'></div><script>window._$ts</script>", "请稍候…"), 200),
        (page("您的访问频率限制，请稍后再试"), 200),
        (page("请输入验证码"), 200),
        (page("系统维护中"), 200),
        (page("抱歉，您的请求存在安全风险，访问被拦截"), 403),
        (page("<h1>您的访问请求可能对网站造成安全威胁，请求已被拦截。</h1><p>事件ID: 123</p>"), 200),
        ("不合法的参数", 200),
        (page("<script>var arg1='3A';setCookie('acw_sc__v2',x)</script>"), 200),
        (page("<div id=nc_1_wrapper>请按住滑块，拖动到最右边</div>"), 200),
        (page("<p>请完成人机验证后继续访问</p>"), 403),
        (page("<script>document.cookie='k='+f();location.reload()</script>"), 200),
        (page("Just a moment..."), 403),
    ],
)
def test_a_stand_in_is_blocked(body: str, status: int) -> None:
    assert judged(body, status) is BlockedError


@pytest.mark.parametrize(
    "body",
    [
        page(ARTICLE + "网站维护期间，请输入验证码。", "关于网站维护的通知"),
        page(ARTICLE + "<script>$_ts=window['$_ts'];</script>"),
        page("<script>" + "var a=1;" * 9000 + "</script>请稍候"),
        page("<ul><li>政府工作报告</li></ul>"),
        page("<form><input type=password></form>" + ARTICLE * 2),
        page("<script>document.cookie='seen=1'; var here=location.href</script>" + ARTICLE[:60]),
        page("<div id=app></div><script src=/app.js></script>", "云溪市人民政府"),
    ],
)
def test_a_page_that_says_more_is_a_page(body: str) -> None:
    assert judged(body) == 200


@pytest.mark.parametrize("evil", ["<script", "<!--", "<", "<script>", "<style a", "&lt;", "<b", " "])
def test_judging_takes_no_time_whatever_the_page(evil: str) -> None:
    started = time.monotonic()
    judged(evil * (64_000 // len(evil)))
    assert time.monotonic() - started < 5


def test_data_is_not_judged_by_its_words() -> None:
    assert judged('{"title": "系统维护"}', kind="application/json") == 200


@pytest.mark.parametrize(
    "body", [page("", "出错了"), page("您访问的页面不存在或已删除"), page("<h1>404 Not Found</h1>")]
)
def test_an_error_page_with_200_is_no_proof_that_the_page_is_gone(body: str) -> None:
    assert judged(body) is ErrorPageError
    assert not issubclass(ErrorPageError, GoneError)
    assert ErrorPageError.retry


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (404, GoneError),
        (410, GoneError),
        (500, StatusError),
        (503, StatusError),
        (403, StatusError),
        (304, StatusError),
    ],
)
def test_error_statuses(status: int, error: type[ScrapeError]) -> None:
    assert judged(page("系统繁忙，请稍候") if status == 503 else "", status) is error


@pytest.mark.parametrize("status", [200, 401])
def test_a_login_page_is_blocked_by_name(status: int) -> None:
    form = page(
        "<form>用户名<input name=u>密码<input name=p TYPE='password'><button>登录</button></form>", "统一身份认证"
    )
    assert judged(form, status) is LoginPageError
    assert issubclass(LoginPageError, BlockedError)


@pytest.mark.parametrize("body", ["", " \r\n\t "])
def test_an_answer_without_content_is_no_empty_list(body: str) -> None:
    assert judged(body) is EmptyPageError
    assert issubclass(EmptyPageError, LayoutError)


def test_no_real_page_is_taken_for_a_stand_in(shared: Path) -> None:
    pages = sorted((shared / "pages").glob("*.html"))
    assert len(pages) > 15
    wrong = []
    for path in pages:
        html = decode(path.read_bytes())
        wrong += [path.name] if is_challenge(html) or is_error_page(html) or is_login(html) else []
    assert wrong == []


def test_a_shell_shows_nothing_but_its_title() -> None:
    assert is_shell(
        page("<div id=app></div><script src=/app.js></script><noscript>请开启</noscript>", "云溪市人民政府")
    )
    assert not is_shell(page("<ul><li>云溪市人民政府2026年政府工作报告</li><li>云溪市预算报告</li></ul>", "云溪市"))
    assert not is_shell(page("<script>var columns = 1;</script>" + ARTICLE))


def test_a_304_counts_only_if_it_was_asked_for() -> None:
    asked = Asked("GET", "http://yunxi.example/", conditions=Conditions(etag='"a"'))
    answer = judge(asked, Got(304, httpx.Headers({"etag": '"a"'})), LIMIT, 99)
    assert (answer.status, answer.body, answer.body_hash, answer.etag, answer.fetched) == (304, b"", "", '"a"', 99)


def test_the_hash_is_of_the_unpacked_body() -> None:
    answer = judge(Asked("GET", "http://yunxi.example/"), Got(200, httpx.Headers(), b"5%"), LIMIT, 0)
    assert answer.body_hash == "d1ce334b6a7f364b1e97ebb9e661f6d4cf6e20aa741aba4b8f198417aea18326"


@pytest.mark.parametrize(
    ("header", "parsed"),
    [
        ("text/html", ("text/html", "")),
        ("text/html; charset=GBK", ("text/html", "gbk")),
        ('Text/HTML;boundary=x; Charset="UTF-8"', ("text/html", "utf-8")),
        ("", ("", "")),
        (";charset", ("", "")),
    ],
)
def test_content_types(header: str, parsed: tuple[str, str]) -> None:
    assert parse_content_type(header) == parsed


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        ("999999999999999999999", 86400),
        ("0", None),
        ("-5", None),
        ("soon", None),
        ("", None),
        ("Tue, 20 Jan 2026 02:05:00 GMT", 300),
        ("Tue, 20 Jan 2026 01:00:00 GMT", None),
        ("Tue, 20 Jan 2028 01:00:00 GMT", 86400),
    ],
)
def test_retry_after_is_seconds_or_a_date_up_to_a_day(value: str, seconds: float | None) -> None:
    headers = {"retry-after": value, "date": "Tue, 20 Jan 2026 02:00:00 GMT"}
    assert parse_retry_after(headers) == seconds


def test_a_date_without_a_date_to_count_from_says_nothing() -> None:
    assert parse_retry_after({"retry-after": "Tue, 20 Jan 2026 02:05:00 GMT"}) is None
