"""Real reports year by year: the State Council's main targets, and how fast years are compared."""

import pytest

from monitor.catalogue.sameness import essence
from monitor.comparing.ledger import LedgerEntry, Verdict, reckon
from storage.values import Basis, ChangeKind
from tools import years

MISSING = {2020}  # its report is not among the texts
YEARS = [year for year in range(2005, 2026) if year not in MISSING]


@pytest.fixture(scope="module")
def reports() -> list[years.Kept]:
    if not years.CORPUS.is_dir():
        pytest.skip("../shared is missing: no real reports to compare")
    return years.read(years.NATION, years.FIRST_YEAR)


@pytest.fixture(scope="module")
def entries(reports: list[years.Kept]) -> list[LedgerEntry]:
    return reckon([one for report in reports for one in report.statements])


@pytest.mark.parametrize(("title", "keys", "measure"), years.COLUMNS)
def test_the_state_councils_targets_have_no_gap(
    entries: list[LedgerEntry], title: str, keys: tuple[str, ...], measure: str
) -> None:
    found = {year: years.main_targets(entries, year, keys, years.Measure(measure)) for year in YEARS}
    assert [year for year, targets in found.items() if not targets] == []


@pytest.mark.parametrize(
    ("year", "keys", "target"),
    [
        (2005, ("gdp",), (8.0, None)), (2016, ("gdp",), (6.5, 7.0)), (2024, ("gdp",), (5.0, None)),
        (2005, ("cpi",), (4.0, None)), (2012, ("cpi",), (4.0, None)), (2025, ("cpi",), (2.0, None)),
        (2008, ("urban_new_jobs",), (1000.0, None)), (2023, ("urban_new_jobs",), (1200.0, None)),
        (2010, ("registered_unemployment",), (4.6, None)), (2018, ("surveyed_unemployment",), (5.5, None)),
    ],
)  # fmt: skip
def test_its_figures_are_those_that_were_announced(
    entries: list[LedgerEntry], year: int, keys: tuple[str, ...], target: tuple[float, float | None]
) -> None:
    (measure,) = {measure for _, known, measure in years.COLUMNS if keys[0] in known}
    (entry,) = years.main_targets(entries, year, keys, measure)
    assert (entry.target.data.value, entry.target.data.value_hi) == target


@pytest.mark.parametrize(
    ("year", "reached", "verdict"),
    [
        (2010, 10.3, Verdict.MET), (2012, 7.8, Verdict.MET), (2015, 6.9, Verdict.MET), (2016, 6.7, Verdict.MET),
        (2021, 8.1, Verdict.MET), (2022, 3.0, Verdict.MISSED),
    ],
)  # fmt: skip
def test_its_ledger_says_what_the_next_report_told(
    entries: list[LedgerEntry], year: int, reached: float, verdict: Verdict
) -> None:
    (entry,) = years.main_targets(entries, year, ("gdp",), years.Measure.GROWTH)
    assert entry.outturn is not None
    assert (entry.outturn.data.value, entry.verdict) == (reached, verdict)


def test_growth_was_lowered_in_2012_and_said_again_in_2024(reports: list[years.Kept]) -> None:
    by_year = {report.year: report for report in reports}

    def growth(year: int) -> list[ChangeKind]:
        found = years.changes(by_year[year - 1], by_year[year])
        return [one.kind for one in found if one.headline and one.shown.indicator_key == "gdp" and one.before]

    assert ChangeKind.LOWERED in growth(2012)
    assert growth(2024) == []


def test_two_real_reports_are_compared_the_same_both_times(reports: list[years.Kept]) -> None:
    before, after = reports[-2:]
    found = years.changes(before, after)
    essence.cache_clear()
    assert years.changes(before, after) == found
    assert {one.basis for one in found} == {Basis.NEXT_REPORT}
