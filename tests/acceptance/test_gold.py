"""The extractor against real reports: floors a little under what it reaches, so that a loss is seen at once."""

import pytest

from tests.corpus import gold

pytestmark = pytest.mark.skipif(
    not gold.SHARED.is_dir(), reason="../shared is missing: there is no gold to score against"
)

FLOORS = [
    ("target", "detect", 0.985),
    ("target", "full", 0.965),
    ("target", "exact indicator", 0.86),
    ("outturn", "detect", 0.985),
    ("outturn", "full", 0.965),
    ("outturn", "exact indicator", 0.80),
]


@pytest.fixture(scope="module")
def labelled() -> list[gold.Scored]:
    judge = gold.scorer()
    return [gold.score(document, judge) for document in gold.labelled()]


@pytest.mark.parametrize(("role", "level", "floor"), FLOORS)
def test_labelled_reports_stay_above_the_floor(
    labelled: list[gold.Scored], role: str, level: str, floor: float
) -> None:
    assert gold.f1(labelled, role, level, gold.scorer())["f1"] >= floor


@pytest.mark.parametrize("told", [True, False], ids=["year told", "year read from the text"])
def test_the_main_targets_of_provinces_are_read_in_full(told: bool) -> None:
    judge = gold.scorer()
    scored = [gold.score(document, judge, told) for document in gold.headlines()]
    assert gold.f1(scored, "target", "full", judge)["f1"] >= 0.99


def test_targets_survive_without_being_told_the_year() -> None:
    judge = gold.scorer()
    scored = [gold.score(document, judge, told=False) for document in gold.labelled()]
    assert gold.f1(scored, "target", "full", judge)["f1"] >= 0.95
