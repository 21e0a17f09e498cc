"""The sources we ship and trust most, as they are today: `pytest --live tests/live`. What fails has moved."""

from collections.abc import Iterator

import pytest

from scrapers.catalogue import CataloguedSource, Confidence, catalogued
from scrapers.client import Client
from scrapers.documents import DocumentReader
from scrapers.scrape import Scraper

pytestmark = pytest.mark.live
TRUSTED = [one for one in catalogued() if one.confidence is Confidence.HIGH]


@pytest.fixture(scope="module")
def scraper() -> Iterator[Scraper]:
    with Client(contact="mubiao's own tests") as client, DocumentReader() as documents:
        yield Scraper(client, documents)


@pytest.mark.parametrize("known", TRUSTED, ids=lambda known: known.source.key)
def test_a_trusted_source_shows_entries(known: CataloguedSource, scraper: Scraper) -> None:
    look = scraper.read_index(
        known.source, name=known.source.family, conditions=None, body_hash=None, going_on=lambda _: False
    )
    assert look.on_first_page > 3
