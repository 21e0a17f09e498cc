"""Which entries of an index page are worth fetching: title, date and region decide. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime

from monitor.identity import can_be_report, title_year
from monitor.visiting.visited import Task
from scrapers.source import Source
from storage.models import Entry
from storage.values import EntryData, Kind


def choose(
    source: Source,
    entries: Iterable[EntryData],
    known: Mapping[str, Entry],
    now: datetime,
    *,
    first: bool,
    again: bool = False,
    rewritten: Collection[str] = (),
) -> tuple[list[Task], list[Entry]]:
    """What to fetch, oldest first, and what is passed over: titles of no report and, on a first visit, the too old.

    `again` looks at every known report now, whenever its own time would come; `rewritten` are the addresses of those
    that are seen to be others than when they were read.
    """
    tasks, passed = [], []
    for data in (data for data in entries if _is_new(data, known)):
        before = known.get(data.url)
        entry = Entry(source_key=source.key, url=data.url, title=data.title, first_seen_at=now)
        entry.published_on = data.published_on
        if before is not None:
            entry.first_seen_at = before.first_seen_at
        if (data.title and not can_be_report(data.title, source.kind)) or (
            first and _is_too_old(data, now.year - source.years)
        ):
            entry.state = "passed"
            passed.append(entry)
        else:
            tasks.append(Task(entry, "new" if before is None else "retitled"))
    chosen = {task.entry.url for task in tasks}
    due = [
        entry
        for entry in known.values()
        if entry.recheck_at and (again or entry.recheck_at <= now or entry.url in rewritten)
    ]
    tasks += [Task(one, "recheck" if one.state == "kept" else "again") for one in due if one.url not in chosen]
    return sorted(tasks, key=lambda task: task.entry.published_on or date.max), passed


def any_new(entries: Iterable[EntryData], known: Mapping[str, Entry]) -> bool:
    """Whether an entry is not known, or not with this title and date."""
    return any(_is_new(data, known) for data in entries)


def _is_new(data: EntryData, known: Mapping[str, Entry]) -> bool:
    entry = known.get(data.url)
    return entry is None or (entry.title, entry.published_on) != (data.title, data.published_on)


def holds_reports(entries: Sequence[EntryData], kind: Kind) -> bool:
    """Whether a list is one of such reports, by its titles."""
    return any(can_be_report(entry.title, kind) for entry in entries)


def _is_too_old(data: EntryData, oldest: int) -> bool:
    year = title_year(data.title) or (data.published_on.year if data.published_on else None)
    return year is not None and year < oldest
