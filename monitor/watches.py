"""Watches (订阅): who wants to hear which changes, when, in which language, over which channels. Pure."""

import re
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from monitor.catalogue.indicators import find_indicators
from monitor.catalogue.regions import NATION, contains
from storage.values import ChangeData, ChangeKind, Kind, Stated

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOURLY_MINUTE = 7  # everybody else's jobs run at :00, and some chat services are shut to them then
_CLOCK = re.compile(rf"(?:daily|weekly ({'|'.join(WEEKDAYS)})) ([01]\d|2[0-3]):([0-5]\d)")


def _checked_when(when: str) -> str:
    when = " ".join(when.lower().split())
    if when in ("at once", "hourly") or _CLOCK.fullmatch(when):
        return when
    raise ValueError(
        f'"{when}" is not understood: write "at once", "hourly", "daily 08:07" or "weekly mon 08:07"'
        f" (days: {' '.join(WEEKDAYS)}; times from 00:00 to 23:59)"
    )


When = Annotated[str, AfterValidator(_checked_when)]


class Watch(BaseModel):
    """One watch.

    `regions` are codes, and whatever lies within them counts; none means everywhere. `indicators` are `headline`
    (主要预期目标), `all`, a key of the catalogue (`gdp`), or words that the indicator's names contain, in the report or
    in the catalogue (投资, or 含投资); one of them is enough. `when`: `at once` waits `wait_seconds` so that one
    publication makes one message, `hourly` is at most one an hour, `daily 08:07` and `weekly mon 08:07` are clock
    times in the settings' time zone.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=40)]
    regions: tuple[Annotated[str, Field(pattern=r"^\d{6}$")], ...] = ()
    indicators: Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(min_length=1)] = ("headline",)
    changes: Annotated[tuple[ChangeKind, ...], Field(min_length=1)] = tuple(ChangeKind)
    kinds: Annotated[tuple[Kind, ...], Field(min_length=1)] = tuple(Kind)
    when: When = "daily 08:07"
    language: Literal["zh", "en"] = "zh"
    channels: Annotated[tuple[str, ...], Field(min_length=1)]
    wait_seconds: Annotated[float, Field(ge=0, le=3600)] = 15


def wants(watch: Watch, change: ChangeData) -> bool:
    """Whether a change is for this watch; of its two sides, either one may name the indicator."""
    if change.kind not in watch.changes or change.report_kind not in watch.kinds or not covers(watch, change.region):
        return False
    return any(_names(watch, stated) for stated in (change.before, change.after) if stated)


def names(watch: Watch, stated: Stated) -> bool:
    """Whether a watch asks for this very indicator, by its key or its words, and not just for all or the main ones."""
    asked = (indicator for indicator in watch.indicators if indicator not in ("all", "headline"))
    return covers(watch, stated.region) and any(is_named(indicator, stated) for indicator in asked)


def covers(watch: Watch, region: str) -> bool:
    """Whether the region is one of the watch's, or lies within one; 000000 is the State Council alone (国务院)."""
    return (
        not watch.regions
        or region in watch.regions
        or any(contains(outer, region) for outer in watch.regions if outer != NATION)
    )


def _names(watch: Watch, stated: Stated) -> bool:
    return any(is_named(indicator, stated) for indicator in watch.indicators)


def asks_for(watch: Watch, stated: Stated) -> bool:
    """Whether the watch names the statement's indicator itself (gdp, 含投资), and not only `headline` or `all`."""
    words = (word for word in watch.indicators if word not in ("all", "headline"))
    return covers(watch, stated.region) and any(is_named(word, stated) for word in words)


def is_named(indicator: str, stated: Stated) -> bool:
    """Whether a statement is of what a watch's word means: `all`, `headline`, a key, or words of its names."""
    if indicator == "all":
        return True
    if indicator == "headline":
        return stated.data.headline
    key = stated.indicator_key.partition(".")[0]  # gdp.annual (年均) is gdp too
    words = indicator.removeprefix("含")
    return indicator in (stated.indicator_key, key) or words in stated.data.indicator or key in _keys_holding(words)


@cache
def _keys_holding(words: str) -> frozenset[str]:
    """The catalogue's indicators that reports write with these words: who watches 地区生产总值 wants GDP too."""
    return frozenset(found.key for found in find_indicators(words))


def next_due(watch: Watch, now: datetime, zone: ZoneInfo) -> datetime:
    """When what is gathered from `now` on is to be sent: aware UTC, later than `now`.

    Clock times are those of `zone`, whatever zone this machine lives in. A time that the zone's clocks skip is taken an
    hour later; one that they show twice counts the first time only. Raises ValueError for a naive `now`.
    """
    if now.tzinfo is None:
        raise ValueError("now must be an aware datetime")
    now = now.astimezone(UTC)
    if watch.when == "at once":
        return now + timedelta(seconds=watch.wait_seconds)
    if watch.when == "hourly":
        return _next_hourly(now, zone)
    clock = _CLOCK.fullmatch(watch.when)
    assert clock is not None, "the model has checked `when`"
    day, hour, minute = clock.groups()
    return _next_clock(now, zone, time(int(hour), int(minute)), day)


def _next_hourly(now: datetime, zone: ZoneInfo) -> datetime:
    ahead = (HOURLY_MINUTE - now.astimezone(zone).minute) % 60
    due = now.replace(second=0, microsecond=0) + timedelta(minutes=ahead)
    return due if due > now else due + timedelta(hours=1)


def _next_clock(now: datetime, zone: ZoneInfo, clock: time, weekday: str | None) -> datetime:
    day = now.astimezone(zone).date()
    while True:
        due = datetime.combine(day, clock, zone).astimezone(UTC)
        if due > now and weekday in (None, WEEKDAYS[day.weekday()]):
            return due
        day += timedelta(days=1)
