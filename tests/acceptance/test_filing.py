"""Real reports, filed by their text alone, against the corpus' own index."""

import csv
from dataclasses import dataclass
from pathlib import Path

import pytest

from monitor.catalogue.regions import find_regions, path_zh
from monitor.identity import Identity, identify, title_and_heading

CORPUS = Path(__file__).resolve().parents[2] / "../shared/corpus/unlabelled"


@dataclass(frozen=True)
class Filed:
    file: str
    complete: bool
    regions: tuple[str, ...]
    year: str
    identity: Identity

    @property
    def right_region(self) -> bool:
        return self.identity.region in self.regions

    @property
    def right(self) -> bool:
        return self.right_region and str(self.identity.year) == self.year


def expected_regions(place: str) -> tuple[str, ...]:
    """保定市清苑区; 米易县(四川攀枝花): the words in brackets tell homonyms apart."""
    name, _, hint = place.partition("(")
    found = find_regions("全国" if name == "国务院" else name)
    near = [one for one in found if hint and hint[:2] in path_zh(one.code)]
    return tuple(one.code for one in near or found)


@pytest.fixture(scope="module")
def filed() -> list[Filed]:
    index = CORPUS / "INDEX.tsv"
    if not index.exists():
        pytest.skip("../shared is missing: no reports to file")
    rows = csv.DictReader(index.read_text("utf-8").splitlines(), delimiter="\t")
    results = []
    for row in rows:
        text = (CORPUS / row["file"]).read_text(encoding="utf-8", errors="replace")
        title, heading = title_and_heading(text)
        identity = identify(title, heading=heading, text=text)
        complete = row["complete"] == "complete"
        results.append(Filed(row["file"], complete, expected_regions(row["place"]), row["year"], identity))
    return results


def test_complete_reports_are_filed_in_the_right_region_and_year(filed: list[Filed]) -> None:
    complete = [one for one in filed if one.complete]
    wrong = [one.file for one in complete if not one.right]
    assert len(complete) > 300
    assert 1 - len(wrong) / len(complete) >= 0.97, wrong


def test_no_complete_report_is_filed_under_a_year_or_region_that_is_not_its_own(filed: list[Filed]) -> None:
    placed = [one for one in filed if one.complete and one.identity.region and one.identity.year]
    assert [one.file for one in placed if not one.right] == []


def test_what_is_filed_wrong_is_flagged(filed: list[Filed]) -> None:
    assert [one.file for one in filed if one.complete and not one.right and not one.identity.doubts] == []


def test_whole_reports_are_hardly_ever_taken_for_excerpts(filed: list[Filed]) -> None:
    complete = [one for one in filed if one.complete]
    assert sum(one.identity.excerpt for one in complete) <= 0.01 * len(complete)


def test_most_excerpts_are_seen_to_be_such(filed: list[Filed]) -> None:
    pieces = [one for one in filed if not one.complete]
    assert sum(one.identity.excerpt for one in pieces) >= 0.95 * len(pieces)
