"""A private source may ask its own host and those it allows, and is led nowhere else that is not public."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from scrapers.client import Client
from scrapers.documents import DocumentReader
from scrapers.errors import RefusedAddressError
from scrapers.scrape import Look, Scraper
from scrapers.source import Source

Serve = Callable[..., Any]
ENTRY = '<li><a href="/t1.html">云溪市2031年政府工作报告</a><span>2031-01-15</span></li>'
LEADS_ON = {
    "meta refresh": '<html><head><meta http-equiv="refresh" content="0;url={there}"></head></html>',
    "script": '<html><script>location.href="{there}"</script></html>',
    "next page": f'<html><ul>{ENTRY}{ENTRY.replace("t1", "t2")}</ul><a href="{{there}}">下一页</a></html>',
}
ATTACHED = (
    '<html><title>云溪市2031年政府工作报告</title><div class="TRS_Editor"><p>附件：'
    '<a href="{there}.docx">云溪市2031年政府工作报告.docx</a></p></div></html>'
)


@pytest.fixture
def scraper() -> Iterator[Scraper]:
    with Client(contact="https://example.org/bot", gap=0, private_gap=0) as client, DocumentReader() as documents:
        yield Scraper(client, documents)


def source(url: str, *allowed: str) -> Source:
    facts = {"key": "yunxi", "name": "云溪市", "url": url, "region": "990100", "private": True, "allow_hosts": allowed}
    return Source.model_validate(facts)


def look(scraper: Scraper, one: Source) -> Look:
    return scraper.read_index(one, name=None, conditions=None, body_hash=None, going_on=lambda entries: True)


@pytest.mark.parametrize("way", LEADS_ON)
def test_an_index_page_leads_to_no_other_private_host(scraper: Scraper, serve: Serve, way: str) -> None:
    victim = serve()
    server = serve(lambda visitor: visitor.answer(LEADS_ON[way].format(there=victim.url("/secret")).encode()))
    with pytest.raises(RefusedAddressError):
        look(scraper, source(server.url("/list/")))
    assert (victim.connections, len(server.seen)) == (0, 1)


def test_an_entry_and_its_attachment_lead_to_no_other_private_host(scraper: Scraper, serve: Serve) -> None:
    victim = serve()
    page = ATTACHED.format(there=victim.url("/secret")).encode()
    server = serve(lambda visitor: visitor.answer(page))
    for url in (victim.url("/t1.html"), server.url("/t1.html")):
        with pytest.raises(RefusedAddressError):
            scraper.read_entry(source(server.url("/list/")), url, name="generic")
    assert victim.connections == 0


def test_robots_txt_leads_to_no_other_private_host(scraper: Scraper, serve: Serve) -> None:
    victim = serve()
    robots = lambda visitor: visitor.answer(b"", status="302 Found", Location=victim.url("/robots.txt"))  # noqa: E731
    server = serve(lambda visitor: visitor.answer(f"<ul>{ENTRY}</ul>".encode()), robots=robots)
    with pytest.raises(RefusedAddressError):
        look(scraper, source(server.url("/list/")))
    assert victim.connections == 0


def test_a_host_that_the_source_allows_may_be_private_too(scraper: Scraper, serve: Serve) -> None:
    other = serve(lambda visitor: visitor.answer(f"<ul>{ENTRY}</ul>".encode()))
    page = LEADS_ON["meta refresh"].format(there=other.url("/list/")).encode()
    server = serve(lambda visitor: visitor.answer(page))
    assert len(look(scraper, source(server.url("/list/"), other.host)).entries) == 1
