from datetime import date

import pytest

from scrapers.dates import day_in_address, day_of_epoch, is_day, parse_day

DAY = date(2031, 1, 9)


@pytest.mark.parametrize(
    "text",
    [
        "2031-01-09",
        "[2031-01-09]",
        "2031/1/9",
        "2031.01.09 08:30",
        "2031年1月9日",
        "2031 年 01 月 09 日",
        "发布时间：2031-01-09 08:30:00",
        "2031-01-09-23:59:59",
        "20310109",
        "01/09 2031",
        "01-09, 2031",
        "第18号 2031-01-09",
    ],
)
def test_a_day_is_read_however_it_is_written(text: str) -> None:
    assert parse_day(text) == DAY


@pytest.mark.parametrize(
    "text", ["", "昨天", "2031年", "2031-13-01", "2031-02-30", "0031-01-09", "1031-01-09", "6.1-7.2"]
)
def test_what_is_no_day_is_none(text: str) -> None:
    assert parse_day(text) is None


def test_a_moment_with_a_zone_is_a_day_in_china() -> None:
    assert parse_day("2031-01-08T20:00:00Z") == DAY
    assert parse_day("2031-01-08T12:00:00+00:00") == date(2031, 1, 8)
    assert parse_day("2031-01-09T00:30:00+08:00") == DAY


def test_a_day_that_does_not_exist_is_passed_over_for_the_next() -> None:
    assert parse_day("编号 2031-99-99，2031-01-09 发布") == DAY


@pytest.mark.parametrize("text", ["[2031-01-09]", "（2031年1月9日）", "发布日期：2031/01/09 12:00", "01/09 2031"])
def test_a_day_alone_is_a_day(text: str) -> None:
    assert is_day(text)


@pytest.mark.parametrize(
    "text", ["（2031年1月9日省政府令第8号公布）", "2031年", "2031-01-09发布的通知", "2031-02-30", ""]
)
def test_a_day_within_words_is_no_day_alone(text: str) -> None:
    assert not is_day(text)


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example/szf/203101/t20310109_5120311.html",
        "http://a.example/art/2031/1/9/art_12_34.html",
        "http://a.example/pc/c/203101/09/content_12.html",
        "http://a.example/20310109/0123abcd.html",
        "http://a.example/szfgzbg/2031010908425256544/index.shtml",
        "http://a.example/2031/01-09/2380655.html",
    ],
)
def test_an_address_may_hold_the_day(url: str) -> None:
    assert day_in_address(url) == DAY


def test_an_address_without_a_day_holds_none() -> None:
    assert day_in_address("http://a.example/info/1135/44083.htm") is None
    assert day_in_address("http://a.example/t20319999_12.html") is None


def test_unix_times_are_seconds_or_milliseconds_and_days_in_china() -> None:
    assert day_of_epoch(1925654400) == date(2031, 1, 9)  # 2031-01-08T16:00Z
    assert day_of_epoch(1925654399) == date(2031, 1, 8)
    assert day_of_epoch(1925654400000) == date(2031, 1, 9)
    assert day_of_epoch(-5) is None
    assert day_of_epoch(0) is None
