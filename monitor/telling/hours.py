"""When a watch is told (时间): clock times, at most hourly, quiet hours, time zones. Pure.

`at once` waits `wait_seconds` so that one publication makes one message; `hourly` is at most one an hour; `daily 08:07`
and `weekly mon 08:07` are clock times of `timezone`, by default the settings'. What falls into the `quiet` hours
("22:00-07:30") waits for their end, as do tries again where they would wake people (`monitor.delivery`).
"""

import re
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Protocol
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOURLY_MINUTE = 7  # everybody else's jobs run at :00, and some chat services are shut to them then
_HOUR = r"(?:[01]\d|2[0-3]):[0-5]\d"
_CLOCK = re.compile(rf"(?:daily|weekly ({'|'.join(WEEKDAYS)})) ({_HOUR})")
_QUIET = re.compile(rf"({_HOUR})-({_HOUR})")


def _checked_when(when: str) -> str:
    when = " ".join(when.lower().split())
    if when in ("at once", "hourly") or _CLOCK.fullmatch(when):
        return when
    raise ValueError(
        f'"{when}" is not understood: write "at once", "hourly", "daily 08:07" or "weekly mon 08:07"'
        f" (days: {' '.join(WEEKDAYS)}; times from 00:00 to 23:59)"
    )


def _checked_quiet(quiet: str) -> str:
    quiet = quiet.replace(" ", "").replace("–", "-")
    found = _QUIET.fullmatch(quiet)
    if quiet and (found is None or found[1] == found[2]):
        raise ValueError(f'"{quiet}" is not understood: write the hours to be left alone like "22:00-07:30"')
    return quiet


def _checked_zone(name: str) -> str:
    if name and name not in available_timezones():
        raise ValueError(f'"{name}" is not known; write one like Asia/Shanghai')
    return name


When = Annotated[str, AfterValidator(_checked_when)]
Quiet = Annotated[str, AfterValidator(_checked_quiet)]
ZoneName = Annotated[str, AfterValidator(_checked_zone)]


class Hours(Protocol):
    """What a watch says of its hours."""

    @property
    def when(self) -> str: ...
    @property
    def quiet(self) -> str: ...
    @property
    def timezone(self) -> str: ...
    @property
    def wait_seconds(self) -> float: ...


def zone_of(watch: Hours, zone: ZoneInfo) -> ZoneInfo:
    """The zone of the watch's clock times; `zone` is that of the settings."""
    return ZoneInfo(watch.timezone) if watch.timezone else zone


def clock_of(when: str) -> time | None:
    """08:07 of `daily 08:07`; None for what has no clock time."""
    clock = _CLOCK.fullmatch(when)
    return time.fromisoformat(clock[2]) if clock else None


def next_due(watch: Hours, now: datetime, zone: ZoneInfo) -> datetime:
    """When what is gathered from `now` on is to be sent: aware UTC, later than `now`.

    Clock times do not depend on the zone of this machine. A time that the zone's clocks skip is taken an hour later;
    one that they show twice counts the first time only. Raises ValueError for a naive `now`.
    """
    if now.tzinfo is None:
        raise ValueError("now must be an aware datetime")
    now = now.astimezone(UTC)
    clock = _CLOCK.fullmatch(watch.when)
    if clock:
        return _next_clock(now, zone_of(watch, zone), time.fromisoformat(clock[2]), clock[1])
    if watch.when == "hourly":
        return awake(watch, _next_hourly(now, zone_of(watch, zone)), zone)
    return awake(watch, now + timedelta(seconds=watch.wait_seconds), zone)


def awake(watch: Hours, at: datetime, zone: ZoneInfo) -> datetime:
    """`at`, or the end of the quiet hours that it falls into."""
    zone = zone_of(watch, zone)
    if not is_quiet(watch.quiet, at.astimezone(zone).time()):
        return at
    return _next_clock(at, zone, time.fromisoformat(watch.quiet.partition("-")[2]), None)


def is_quiet(quiet: str, clock: time) -> bool:
    """Whether a clock time lies within `22:00-07:30`; its end does not, and "" has none."""
    found = _QUIET.fullmatch(quiet)
    if found is None:
        return False
    start, end = time.fromisoformat(found[1]), time.fromisoformat(found[2])
    return start <= clock < end if start < end else clock >= start or clock < end


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
