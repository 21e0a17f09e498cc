"""The sources we ship and trust most, as they are today: `pytest --live tests/live`. What fails has moved.

`make live` visits all of them and writes a table instead.
"""

from collections.abc import Iterator

import pytest

from scrapers.catalogue import CataloguedSource, Confidence, catalogued
from scrapers.client import Client
from scrapers.documents import DocumentReader
from scrapers.scrape import Scraper
from tools.live import visit_one

pytestmark = pytest.mark.live
TRUSTED = [one for one in catalogued() if one.confidence is Confidence.HIGH]


@pytest.fixture(scope="module")
def scraper() -> Iterator[Scraper]:
    with Client(contact="https://example.org/tests") as client, DocumentReader() as documents:
        yield Scraper(client, documents)


@pytest.mark.parametrize("known", TRUSTED, ids=lambda known: known.source.key)
def test_a_trusted_source_shows_entries(known: CataloguedSource, scraper: Scraper) -> None:
    row = visit_one(scraper, known)
    assert row.state == "ok", row
    assert row.entries > 3, row
