"""How each watched source is, as a row: what it usually shows, what it showed last, what broke and since when."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from monitor.catalogue.regions import path_zh
from monitor.visiting.rhythm import CHINA, overdue_year, usual_interval
from scrapers.folders import is_folder_address, path_of
from scrapers.source import Source
from storage.models import SourceState
from storage.values import Kind
from storage.visits import Shown

UNKNOWN = Shown()
ENDING = timedelta(days=14)  # a certificate that ends within these is warned of


def health_rows(
    sources: Sequence[Source], states: dict[str, SourceState], shown: dict[str, Shown], now: datetime
) -> list[dict[str, object]]:
    """One row a watched source, those in trouble first, the longest broken before the others."""
    rows = [(one, states.get(one.key), shown.get(one.key, UNKNOWN)) for one in sources]
    ordered = sorted(rows, key=lambda row: (_rank(row[0], row[1], row[2], now), _since(row[1], now), row[0].key))
    return [_row(source, state, seen, now) for source, state, seen in ordered]


def state_of(kind: Kind, state: SourceState | None, seen: Shown, now: datetime) -> str:
    """`not visited yet`, the label of what broke, `overdue` (this year's report is not there), `unread`, `ok`.

    `unread`: entries that could not be read when last tried; they are tried again.
    """
    if state is None or state.last_visit_at is None:
        return "not visited yet"
    if state.failures:
        return state.failure_label
    if overdue_year(kind, newest_year(seen), now):
        return "overdue"
    return "unread" if seen.unread else "ok"


def unread(sources: Sequence[Source], shown: dict[str, Shown]) -> list[dict[str, object]]:
    """The sources with pages that could not be read when last tried."""
    counts = ((one.key, shown.get(one.key, UNKNOWN).unread) for one in sources)
    return [{"source": key, "pages": count} for key, count in counts if count]


def overdue(
    sources: Sequence[Source], states: dict[str, SourceState], shown: dict[str, Shown], now: datetime
) -> list[dict[str, object]]:
    """The sources that answer, and have not shown the report that the year's others have shown by now."""
    return [
        {"source": one.key, "year": missing, "look": _look(one), "detail": _missing(one, missing)}
        for one in sources
        for seen in (shown.get(one.key, UNKNOWN),)
        for missing in (overdue_year(one.kind, newest_year(seen), now),)
        if state_of(one.kind, states.get(one.key), seen, now) == "overdue"
    ]


def expiring(sources: Sequence[Source], states: dict[str, SourceState], now: datetime) -> list[dict[str, object]]:
    """The sources whose host's certificate, as it was shown last, ends soon or has ended."""
    known = ((one, states[one.key].certificate_ends_at) for one in sources if one.key in states)
    return [
        {"source": one.key, "host": urlsplit(one.url).hostname, "ends_on": _day(ends_at)}
        for one, ends_at in known
        if ends_at is not None and ends_at - now < ENDING
    ]


def in_trouble(rows: Sequence[dict[str, object]]) -> bool:
    return any(row["state"] not in ("ok", "not visited yet") for row in rows)


def _row(source: Source, state: SourceState | None, seen: Shown, now: datetime) -> dict[str, object]:
    return {
        "key": source.key,
        "name": source.name,
        "region": path_zh(source.region),
        "state": state_of(source.kind, state, seen, now),
        "since": _day(state.failing_since if state else None),
        "failures": state.failures if state else 0,
        "usual_entries": state.usual_entries if state else None,
        "newest_entry": seen.newest_on,
        "newest_report": seen.newest_year,
        "unread": seen.unread,
        "last_success": _day(state.last_success_at if state else None),
        "every_hours": round(usual_interval(source, now).total_seconds() / 3600, 1),
        "detail": _detail(source, state, seen, now),
    }


def _detail(source: Source, state: SourceState | None, seen: Shown, now: datetime) -> str:
    if state and state.failures:
        return state.failure
    missing = overdue_year(source.kind, newest_year(seen), now)
    if missing:
        return _missing(source, missing)
    ends_at = state.certificate_ends_at if state else None
    return f"its certificate ends on {_day(ends_at)}" if ends_at is not None and ends_at - now < ENDING else ""


def newest_year(seen: Shown) -> int | None:
    """The newest report's year; where none was kept (all too old), that of the newest entry."""
    return seen.newest_year or (seen.newest_on.year if seen.newest_on else None)


def _missing(source: Source, year: int | None) -> str:
    """What is to be done about a report that is not there: a column may have moved, into a folder somebody puts it."""
    if is_folder_address(source.url):
        return f"no report of {year}; put the report into {path_of(source.url)}"
    return f"no report of {year}; has the column moved? {_look(source)}"


def _look(source: Source) -> str:
    """The command that looks for a column that moved; "" for a folder."""
    if is_folder_address(source.url):
        return ""
    root = "/".join(source.url.split("/")[:3])
    return f"mubiao add {root}/ --dry-run"


def _rank(source: Source, state: SourceState | None, seen: Shown, now: datetime) -> int:
    states = ("overdue", "unread", "not visited yet", "ok")
    told = state_of(source.kind, state, seen, now)
    return states.index(told) + 1 if told in states else 0


def _since(state: SourceState | None, now: datetime) -> datetime:
    return (state.failing_since if state else None) or now


def _day(moment: datetime | None) -> date | None:
    return moment.astimezone(CHINA).date() if moment else None
