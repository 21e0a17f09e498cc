"""The shipped sources are whole, and each can be watched as it stands."""

import csv
import re
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from scrapers.catalogue import Confidence, Level, catalogued, find_sources
from scrapers.families import families
from storage.values import Kind


def test_keys_and_addresses_are_unique() -> None:
    for value in ("key", "url"):
        counted = Counter(getattr(one.source, value) for one in catalogued())
        assert [word for word, times in counted.items() if times > 1] == []


def test_every_address_can_be_fetched_as_it_stands() -> None:
    for one in catalogued():
        parts = urlsplit(one.source.url)
        assert parts.scheme in ("http", "https"), one.source.key
        assert "." in (parts.hostname or ""), one.source.key
        assert not set("{}YMD ") & set(parts.hostname or ""), one.source.key
        assert not any(gap in one.source.url for gap in ("{", "}", "YYYY", "#", " ")), one.source.key


def test_every_region_is_a_code_of_six_digits_and_every_family_is_ours() -> None:
    names = {family.name for family in families()}
    for one in catalogued():
        assert one.source.region.isdigit(), one.source.key
        assert len(one.source.region) == 6, one.source.key
        assert one.source.family is None or one.source.family in names, one.source.key


def test_every_source_says_how_far_it_is_to_be_trusted_and_why() -> None:
    for one in catalogued():
        assert one.note.endswith("."), one.source.key
        assert one.source.name, one.source.key
        assert not one.source.private, one.source.key


def test_all_provinces_have_a_work_report() -> None:
    provinces = {
        one.source.region[:2]
        for one in catalogued()
        if one.level == Level.PROVINCE and one.source.kind == Kind.WORK_REPORT
    }
    assert len(provinces) == 31


@pytest.mark.parametrize("key", ["state-council-work-report", "jilin-work-report", "changchun-work-report"])
def test_what_the_starter_configuration_watches_is_there(key: str) -> None:
    assert [one.source.kind for one in catalogued() if one.source.key == key] == [Kind.WORK_REPORT]


def test_sources_are_found_by_name_host_and_code() -> None:
    assert {one.source.region for one in find_sources("长春")} == {"220100", "220105", "220106"}
    assert {one.source.region[:4] for one in find_sources("2201")} == {"2201"}
    assert all("jl.gov.cn" in one.source.url for one in find_sources("jl.gov.cn"))
    assert find_sources("jl.gov.cn")
    assert find_sources("") == catalogued()
    assert find_sources("没有这个地方") == ()


def test_there_are_sources_of_high_confidence_in_most_provinces() -> None:
    sure = {one.source.region[:2] for one in catalogued() if one.confidence == Confidence.HIGH}
    assert len(sure) >= 15


def test_every_known_list_is_shipped_or_said_why_not() -> None:
    root = Path(__file__).resolve().parents[3]
    reference = root / "../shared/reference/sources.csv"
    if not reference.is_file():
        pytest.skip("../shared/reference/sources.csv is missing: no known lists to compare with")
    shipped = [one.source.url for one in catalogued()]
    excused = re.findall(r"^\| (http\S+) \|", (root / "docs" / "sources.md").read_text("utf-8"), re.MULTILINE)
    used = set()
    for row in csv.DictReader(reference.read_text("utf-8").splitlines()):
        address = row["list_url"]
        front = re.split(r"YYYY|html/YYYY", address)[0]  # a newspaper is watched by the page that leads to its issues
        if any(url.rstrip("/") == address.rstrip("/") or url.startswith(front) for url in shipped):
            continue
        reason = next((start for start in excused if address.startswith(start)), None)
        assert reason, f"{address} is neither shipped nor in docs/sources.md"
        used.add(reason)
    assert used == set(excused)
    assert len(excused) == 14


def test_every_family_stands_in_the_documentation() -> None:
    told = (Path(__file__).resolve().parents[3] / "docs" / "sources.md").read_text("utf-8")
    assert set(re.findall(r"^\| `(\w+)` \|", told, re.MULTILINE)) == {family.name for family in families()}
