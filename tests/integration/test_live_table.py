"""The table of `make live`, over a saved web: a row for each source, whatever became of it."""

import csv
from datetime import date
from pathlib import Path

import pytest

from scrapers.catalogue import catalogued
from scrapers.documents import DocumentReader
from scrapers.errors import BlockedError
from scrapers.scrape import Scraper
from tests.fakes import Web, broken_by, listing
from tools.live import summary, visit_all, write_table


@pytest.fixture
def scraper() -> Scraper:
    web = Web()
    first, second = (one.source.url for one in catalogued()[:2])
    web.put(first, listing([(f"{first}t20310110_1.html", "2031年政府工作报告", date(2031, 1, 10))] * 2))
    web.broken[second] = broken_by(BlockedError)
    return Scraper(web.as_client(), DocumentReader())


def test_each_source_has_a_row_in_the_catalogues_order(scraper: Scraper, tmp_path: Path) -> None:
    rows = write_table(visit_all(scraper, catalogued(), jobs=4), tmp_path / "build" / "live.csv")
    assert [row.key for row in rows] == [one.source.key for one in catalogued()]
    assert (rows[0].state, rows[0].entries, rows[0].newest) == ("ok", 1, "2031-01-10")
    assert rows[1].state == "blocked"
    assert {row.state for row in rows[2:]} == {"gone"}
    with (tmp_path / "build" / "live.csv").open(encoding="utf-8-sig") as file:
        assert len(list(csv.DictReader(file))) == len(rows)
    assert any("1 blocked" in line for line in summary(rows))
