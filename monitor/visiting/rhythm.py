"""When to look again. Pure: times in, times out; `spread` is a number from 0 to 1 that keeps sources apart."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from scrapers.source import Source
from storage.values import Kind

CHINA = ZoneInfo("Asia/Shanghai")
SEASON = (12, 1, 2, 3)  # the months in which work reports are given and printed
IN_SEASON, OUT_OF_SEASON = timedelta(days=1), timedelta(days=7)
FIRST_RETRY = timedelta(minutes=15)  # after a visit that broke, doubled each time
YOUNG = timedelta(days=14)  # a report is mended, if ever, soon after it appears
YOUNG_RECHECK, OLD_RECHECK = timedelta(days=1), timedelta(days=30)
RETRY_ENTRY = timedelta(hours=1)
SWEEP = timedelta(days=7)  # between looks at all of a source's index pages: postings are backdated
JITTER = 0.1
YEARLY = (Kind.WORK_REPORT, Kind.PLAN_REPORT, Kind.BUDGET_REPORT)
LATE_BY = 3  # so many years tell when a region usually publishes
DUE_MONTH = 5  # the month by which the year's reports are out everywhere


def usual_interval(source: Source, now: datetime) -> timedelta:
    """What the source declares, else daily from December to March and weekly for the rest of the year."""
    if source.every_hours is not None:
        return timedelta(hours=source.every_hours)
    return IN_SEASON if now.astimezone(CHINA).month in SEASON else OUT_OF_SEASON


def next_visit(source: Source, now: datetime, *, failures: int, spread: float) -> datetime:
    """When the source is due again: a tenth sooner or later than usual, and sooner after a visit that broke.

    A wait that would reach into the season ends with the season's first day.
    """
    interval = usual_interval(source, now)
    if source.every_hours is None and interval > IN_SEASON:
        interval = max(IN_SEASON, min(interval, _season_start(now) - now + IN_SEASON))
    if failures:
        interval = min(interval, FIRST_RETRY * (1 << min(failures - 1, 10)))
    return now + interval * (1 + JITTER * (2 * spread - 1))


def _season_start(now: datetime) -> datetime:
    """The next first of December, in China."""
    here = now.astimezone(CHINA)
    start = datetime(here.year, SEASON[0], 1, tzinfo=CHINA)
    return start if start > here else start.replace(year=here.year + 1)


def next_recheck(source: Source, now: datetime, *, first_seen_at: datetime) -> datetime:
    """When to look whether a kept document was revised: daily for two weeks, then monthly."""
    if now - first_seen_at < YOUNG:
        return now + min(YOUNG_RECHECK, usual_interval(source, now))
    return now + OLD_RECHECK


def next_try(source: Source, now: datetime, *, tries: int) -> datetime:
    """When to fetch an entry again that could not be fetched."""
    return now + min(RETRY_ENTRY * (1 << min(tries - 1, 6)), usual_interval(source, now))


def is_sweep_due(swept_at: datetime | None, now: datetime) -> bool:
    """Whether this visit should read all index pages; `swept_at` is when one did so last."""
    return swept_at is None or now - swept_at >= SWEEP


def overdue_year(kind: Kind, newest_year: int | None, now: datetime) -> int | None:
    """The year whose report a source should have by now and has not; None when all is well, or nothing can be said.

    A column that was given up answers as before and shows nothing new: that is how it is noticed.
    """
    here = now.astimezone(CHINA)
    expected = here.year if here.month >= DUE_MONTH else here.year - 1
    return expected if kind in YEARLY and newest_year is not None and newest_year < expected else None


def season_of(now: datetime) -> int:
    """The year whose reports come out now: from December on it is the next one."""
    here = now.astimezone(CHINA)
    return here.year + 1 if here.month == SEASON[0] else here.year


def late_since(published: Mapping[int, date | None], now: datetime) -> date | None:
    """The day by which this season's report was to be expected, if it has passed and the report has not come.

    `published` is when the report of each year was. It is late when, in all of the last three years that are known (two
    at least), it was out by then, counted from the first of December before: a report that came on 8, 20 and 12 January
    is late from the 21st on.
    """
    season = season_of(now)
    days = [on - _opening(year) for year, on in published.items() if on and season - LATE_BY <= year < season]
    if season in published or len(days) < 2:
        return None
    expected = _opening(season) + max(days)
    return expected if now.astimezone(CHINA).date() > expected else None


def _opening(year: int) -> date:
    return date(year - 1, SEASON[0], 1)
