"""When to look again."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.visiting.rhythm import (
    SWEEP,
    is_sweep_due,
    late_since,
    next_recheck,
    next_try,
    next_visit,
    overdue_year,
    season_of,
    usual_interval,
)
from scrapers.source import Source
from storage.values import Kind

WINTER = datetime(2026, 1, 20, 2, 0, tzinfo=UTC)
SUMMER = datetime(2026, 7, 20, 2, 0, tzinfo=UTC)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
spreads = st.floats(0, 1)


def source(every_hours: float | None = None) -> Source:
    return Source(key="s", name="澜汀市", url="http://reports.test/", region="990300", every_hours=every_hours)


@pytest.mark.parametrize(("now", "interval"), [
    (datetime(2025, 12, 1, 2, tzinfo=UTC), DAY), (WINTER, DAY), (datetime(2026, 3, 31, 2, tzinfo=UTC), DAY),
    (datetime(2026, 4, 1, 2, tzinfo=UTC), 7 * DAY), (SUMMER, 7 * DAY), (datetime(2025, 11, 30, 2, tzinfo=UTC), 7 * DAY),
])  # fmt: skip
def test_the_season_of_reports_is_daily_and_the_rest_weekly(now: datetime, interval: timedelta) -> None:
    assert usual_interval(source(), now) == interval


def test_the_season_begins_when_it_begins_in_china() -> None:
    assert usual_interval(source(), datetime(2025, 11, 30, 16, 0, tzinfo=UTC)) == DAY
    assert usual_interval(source(), datetime(2025, 11, 30, 15, 59, tzinfo=UTC)) == 7 * DAY


def test_what_a_source_declares_wins() -> None:
    assert usual_interval(source(every_hours=2), SUMMER) == 2 * HOUR


@given(spreads)
def test_a_visit_is_due_a_tenth_sooner_or_later_than_usual(spread: float) -> None:
    due = next_visit(source(), WINTER, failures=0, spread=spread) - WINTER
    assert 0.9 * DAY <= due <= 1.1 * DAY


def test_sources_are_spread_over_the_whole_tenth() -> None:
    ends = [next_visit(source(), WINTER, failures=0, spread=spread) - WINTER for spread in (0.0, 0.5, 1.0)]
    assert ends == [0.9 * DAY, DAY, 1.1 * DAY]


def test_after_a_visit_that_broke_the_waits_double_up_to_the_usual_one() -> None:
    waits = [next_visit(source(), SUMMER, failures=failures, spread=0.5) - SUMMER for failures in range(1, 12)]
    assert waits[:4] == [15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR]
    assert waits == sorted(waits)
    assert waits[-1] == 7 * DAY


def test_a_source_that_is_visited_often_is_not_tried_less_often_for_breaking() -> None:
    assert next_visit(source(every_hours=0.01), WINTER, failures=5, spread=0.5) - WINTER == timedelta(hours=0.01)


@given(st.integers(0, 10_000), spreads)
def test_the_next_visit_lies_ahead_and_within_eight_days(failures: int, spread: float) -> None:
    assert WINTER < next_visit(source(), WINTER, failures=failures, spread=spread) <= WINTER + 8 * DAY


def test_a_kept_report_is_looked_at_daily_for_two_weeks_and_then_monthly() -> None:
    waits = {age: next_recheck(source(), SUMMER, first_seen_at=SUMMER - age * DAY) - SUMMER for age in (0, 13, 14, 400)}
    assert waits == {0: DAY, 13: DAY, 14: 30 * DAY, 400: 30 * DAY}


def test_a_source_that_is_visited_often_has_its_young_reports_looked_at_as_often() -> None:
    assert next_recheck(source(every_hours=0.001), WINTER, first_seen_at=WINTER) - WINTER == timedelta(hours=0.001)


def test_an_entry_that_fails_is_tried_again_within_the_hour_and_then_ever_more_rarely() -> None:
    waits = [next_try(source(), SUMMER, tries=tries) - SUMMER for tries in range(1, 12)]
    assert waits[:3] == [HOUR, 2 * HOUR, 4 * HOUR]
    assert waits == sorted(waits)
    assert waits[-1] == 64 * HOUR
    assert next_try(source(), WINTER, tries=50) - WINTER == DAY


def test_a_weekly_wait_does_not_sleep_into_the_season() -> None:
    late = datetime(2026, 11, 29, 2, tzinfo=UTC)
    assert next_visit(source(), late, failures=0, spread=0.5) < datetime(2026, 12, 2, 2, tzinfo=UTC)
    early = datetime(2026, 11, 2, 2, tzinfo=UTC)
    assert next_visit(source(), early, failures=0, spread=0.5) - early == 7 * DAY


def test_all_index_pages_are_read_once_a_week() -> None:
    assert is_sweep_due(None, WINTER)
    assert not is_sweep_due(WINTER, WINTER + SWEEP - MINUTE)
    assert is_sweep_due(WINTER, WINTER + SWEEP)


@pytest.mark.parametrize(("kind", "newest", "now", "missing"), [
    (Kind.WORK_REPORT, 2025, WINTER, None),  # the year's report may come until April
    (Kind.WORK_REPORT, 2025, SUMMER, 2026),
    (Kind.WORK_REPORT, 2024, WINTER, 2025),
    (Kind.WORK_REPORT, 2026, SUMMER, None),
    (Kind.WORK_REPORT, None, SUMMER, None),
    (Kind.FIVE_YEAR_PLAN, 2021, SUMMER, None),
])  # fmt: skip
def test_a_report_that_should_be_out_is_missed(kind: Kind, newest: int, now: datetime, missing: int | None) -> None:
    assert overdue_year(kind, newest, now) == missing


def test_from_december_on_it_is_the_season_of_the_next_year() -> None:
    assert season_of(datetime(2025, 11, 30, 15, 59, tzinfo=UTC)) == 2025
    assert season_of(datetime(2025, 11, 30, 16, 0, tzinfo=UTC)) == 2026  # the first of December in China
    assert season_of(WINTER) == 2026


JANUARY = {2023: date(2023, 1, 8), 2024: date(2024, 1, 12), 2025: date(2024, 12, 28)}


@pytest.mark.parametrize(
    ("published", "today", "since"),
    [
        (JANUARY, datetime(2026, 1, 12, 2, tzinfo=UTC), None),
        (JANUARY, datetime(2026, 1, 13, 2, tzinfo=UTC), date(2026, 1, 12)),
        (JANUARY, datetime(2026, 1, 12, 16, tzinfo=UTC), date(2026, 1, 12)),  # the 13th in China
        (JANUARY | {2026: date(2026, 1, 9)}, WINTER, None),
        (JANUARY | {2026: None}, WINTER, None),
        ({2025: date(2025, 1, 8)}, WINTER, None),  # one year tells no habit
        ({2021: date(2021, 1, 8), 2022: date(2022, 1, 8)}, WINTER, None),  # nor do years long ago
        ({2024: None, 2025: date(2025, 1, 8), 2023: date(2023, 1, 5)}, WINTER, date(2026, 1, 8)),
        (JANUARY, datetime(2025, 12, 5, 2, tzinfo=UTC), None),
    ],
)
def test_a_report_is_late_when_it_was_always_out_by_now(
    published: dict[int, date | None], today: datetime, since: date | None
) -> None:
    assert late_since(published, today) == since
