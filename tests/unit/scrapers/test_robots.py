"""robots.txt, row by row of RFC 9309."""

import pytest

from scrapers.errors import RobotsError, UnreachableError
from scrapers.robots import AGAIN, DAY, PARSED, Robots, RobotsReply

SITE = "https://www.yunxi.example"
RULES = b"""
User-agent: *
Disallow: /search
Disallow: /*.pdf$
Allow: /search/reports
Crawl-delay: 7

User-agent: mubiao
Disallow: /private/
"""


class Site:
    """Answers with what it is set to, and counts."""

    def __init__(self, status: int = 200, body: bytes = b"") -> None:
        self.reply: RobotsReply | Exception = RobotsReply(status, body)
        self.asked: list[str] = []
        self.delays: dict[str, float | None] = {}
        self.now = 0.0
        self.robots = Robots(self.delays.__setitem__, lambda: self.now)

    def fetch(self, url: str) -> RobotsReply:
        self.asked.append(url)
        if isinstance(self.reply, Exception):
            raise self.reply
        return self.reply

    def allows(self, path: str) -> bool:
        try:
            self.robots.check(SITE + path, self.fetch)
        except RobotsError as error:
            return error.retry
        return True


@pytest.mark.parametrize(
    ("path", "allowed"),
    [("/", True), ("/search?q=1", False), ("/search/reports", True), ("/a/b.pdf", False), ("/a/b.pdf?x", True)],
)
def test_the_longest_match_decides(path: str, allowed: bool) -> None:
    assert Site(200, RULES.split(b"User-agent: mubiao")[0]).allows(path) is allowed


def test_the_group_for_us_replaces_the_general_one() -> None:
    site = Site(200, RULES)
    assert site.allows("/search")
    assert not site.allows("/private/a.html")


def test_the_crawl_delay_is_passed_on() -> None:
    site = Site(200, RULES.split(b"User-agent: mubiao")[0])
    site.allows("/")
    assert site.delays == {"www.yunxi.example": 7.0}


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 429, 451])
def test_4xx_means_that_there_are_no_rules(status: int) -> None:
    assert Site(status, b"User-agent: *\nDisallow: /").allows("/")


@pytest.mark.parametrize("status", [0, 500, 502, 503])
def test_5xx_means_nothing_for_now(status: int) -> None:
    site = Site(status)
    with pytest.raises(RobotsError) as caught:
        site.robots.check(SITE + "/", site.fetch)
    assert caught.value.retry
    site.reply = RobotsReply(404, b"")
    with pytest.raises(RobotsError):
        site.robots.check(SITE + "/", site.fetch)
    site.now += AGAIN
    assert site.allows("/")
    assert len(site.asked) == 2


def test_no_connection_is_said_as_such_and_not_kept() -> None:
    site = Site()
    site.reply = UnreachableError("nothing answered")
    for _ in range(2):
        with pytest.raises(UnreachableError):
            site.robots.check(SITE + "/", site.fetch)
    assert len(site.asked) == 2


def test_it_is_asked_for_once_a_day() -> None:
    site = Site(200, RULES)
    for _ in range(5):
        site.allows("/a")
    assert site.asked == [SITE + "/robots.txt"]
    site.now += DAY
    site.allows("/a")
    assert len(site.asked) == 2


def test_each_port_and_scheme_has_its_own() -> None:
    site = Site(200, b"")
    for url in ("http://a.example/", "https://a.example/", "http://a.example:8080/"):
        site.robots.check(url, site.fetch)
    assert len(site.asked) == 3


def test_only_the_first_500_kib_count() -> None:
    padding = b"# " + b"x" * PARSED + b"\n"
    assert Site(200, padding + b"User-agent: *\nDisallow: /").allows("/")


def test_a_page_instead_of_rules_allows() -> None:
    assert Site(200, "<html><body>页面不存在</body></html>".encode()).allows("/")
