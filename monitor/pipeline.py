"""A report's trip, on one page.

    read the index | choose what is new, due or failed before | read each entry
    | file it (identify, extract, compare, owe: one transaction) | record the visit

Nothing is sent from here, and no request runs inside a transaction.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from random import Random
from typing import TypeVar

from monitor.filing import Desk, Filed, Found, Outcome, file
from monitor.identity import can_be_report, title_and_heading, title_year
from monitor.owing import tell, tell_operators
from monitor.rhythm import is_sweep_due, next_recheck, next_try, next_visit
from scrapers.answer import Answer, Conditions
from scrapers.discovery import find_again
from scrapers.errors import GoneError, LayoutError, NotAReportError, OwnFaultError, ScrapeError, StoppedError
from scrapers.folders import is_folder_address
from scrapers.scrape import Fetched, Look, Scraper
from scrapers.source import Source
from storage.database import reading, transaction
from storage.models import Entry, Notice, Page, SourceState, Visit
from storage.reports import find_entries, find_latest_version, keep_entry
from storage.values import EntryData, Kind, storable
from storage.visits import (
    TELL_AFTER,
    add_visit,
    find_page,
    find_source,
    is_broken_news,
    keep_page,
    went_well,
    went_wrong,
)

T = TypeVar("T")
FEW = 0.3  # of the usual entries: fewer is a fault of the source, not news
MOVED = "; it may have moved to"
KEEP = 0.8  # of what was usual: a list that crumbles away bit by bit is noticed too


@dataclass(frozen=True, slots=True)
class Tools:
    """What a visit works with. `clock` gives aware UTC, `stopping` is set when the daemon ends."""

    scraper: Scraper
    desk: Desk
    clock: Callable[[], datetime]
    random: Random
    stopping: threading.Event


@dataclass(frozen=True, slots=True)
class Task:
    """An entry worth fetching, and why: `new`, `retitled`, `again` (it failed before) or `recheck`."""

    entry: Entry
    why: str


@dataclass(slots=True)
class Visited:
    """What a visit did, for the record, the log and the terminal."""

    source: Source
    baseline: bool
    outcome: str = "ok"  # ok, unchanged, failed
    entries: int = 0
    filed: list[tuple[Entry, Filed]] = field(default_factory=list)
    failed: list[tuple[Entry, ScrapeError]] = field(default_factory=list)
    error: ScrapeError | None = None
    seconds: float = 0.0
    swept_at: datetime | None = None  # when all index pages were read, if they were
    proposal: str = ""  # where the column may have moved to, in words

    @property
    def changes(self) -> int:
        return sum(filed.changes for _, filed in self.filed)

    @property
    def documents(self) -> int:
        return sum(filed.outcome is not Outcome.UNCHANGED for _, filed in self.filed)


def visit(source: Source, tools: Tools, *, again: bool = False) -> Visited:
    """Look at one source once, keep what is new, and record the visit; `again` looks at every known report too.

    What breaks is recorded, not raised; only StoppedError is, when the daemon ends.
    """
    started_at = tools.clock()
    state, known = recall(source, tools)
    visited = Visited(source, baseline=state.baseline_at is None)
    sweep = again or is_sweep_due(state.swept_at, started_at)
    look = _attempt(lambda: look_at(source, state, known, tools, sweep=sweep, accept=again))
    if isinstance(look, ScrapeError):
        visited.outcome, visited.error = "failed", look
        visited.proposal = propose(source, state, look, tools)
    else:
        tasks, passed = choose(source, look.entries, known, started_at, first=visited.baseline, again=again)
        visited.entries = len(look.entries)
        visited.outcome = "unchanged" if look.unchanged and not tasks else "ok"
        _keep_entries(tools, passed)
        for task in tasks:
            _carry_out(task.entry, state, look.family, tools, visited)
    visited.seconds = (tools.clock() - started_at).total_seconds()
    if sweep and not isinstance(look, ScrapeError):
        visited.swept_at = started_at
    _record(visited, None if isinstance(look, ScrapeError) else look, tools, started_at)
    return visited


def _attempt(work: Callable[[], T]) -> T | ScrapeError:
    """The work's result, or what broke: a fault of the source, or one of ours, which must not stop the watching."""
    try:
        return work()
    except StoppedError:
        raise
    except ScrapeError as error:
        return error
    except Exception as error:  # the one place: recorded with the visit, told like a broken source
        fault = OwnFaultError(f"{OwnFaultError.__doc__} {error!r}")
        fault.__cause__ = error
        return fault


def recall(source: Source, tools: Tools) -> tuple[SourceState, dict[str, Entry]]:
    """What is remembered of a source, and its known entries by URL."""
    with reading(tools.desk.engine) as session:
        state = find_source(session, source.key)
        assert state is not None, f"{source.key} was declared at the start"
        return state, find_entries(session, source.key)


def look_at(
    source: Source, state: SourceState, known: dict[str, Entry], tools: Tools, *, sweep: bool, accept: bool = False
) -> Look:
    """Read the index pages: with `sweep` all that `source.pages` allows, else as far as a page shows something new.

    Postings are backdated, so known entries end nothing within a page, and the page after the last new one is read
    too; what was put in further down is found by the next sweep. `accept` takes few entries for right.
    Raises LayoutError when there are no entries or far fewer than usual, or whatever the way there raised.
    """
    with reading(tools.desk.engine) as session:
        page = None if sweep else find_page(session, source.url)
    look = tools.scraper.read_index(
        source,
        name=source.family or state.family,
        conditions=Conditions(page.etag, page.last_modified) if page else None,
        body_hash=page.body_hash if page else None,
        going_on=lambda entries: bool(entries) and (sweep or any(_is_new(entry, known) for entry in entries)),
    )
    usual = state.usual_entries or 0
    if not look.unchanged and not accept and look.on_first_page < FEW * usual:
        told = f"the index page shows {look.on_first_page} entries, usually {usual}"
        raise LayoutError(f"{told}; if that is right: mubiao visit {source.key} --recheck", url=look.first.url)
    return look


def propose(source: Source, state: SourceState, error: ScrapeError, tools: Tools) -> str:
    """Where the column may be now, when it moved or died: looked for once from the portal, as it is about to be told.

    Words for the failure's record, or "". Nothing is replaced: a person decides.
    """
    if not isinstance(error, GoneError | LayoutError):
        return ""
    if state.failures + 1 != TELL_AFTER:
        return "".join(state.failure.partition(MOVED)[1:])
    column = _attempt(lambda: find_again(tools.scraper, source, holds_reports))
    if column is None or isinstance(column, ScrapeError):
        return ""
    return f"{MOVED} {column.url} ({column.name}); to watch it: mubiao add {column.url}"


def holds_reports(entries: Sequence[EntryData], kind: Kind) -> bool:
    """Whether a list is one of such reports, by its titles."""
    return any(can_be_report(entry.title, kind) for entry in entries)


def choose(
    source: Source,
    entries: Iterable[EntryData],
    known: dict[str, Entry],
    now: datetime,
    *,
    first: bool,
    again: bool = False,
) -> tuple[list[Task], list[Entry]]:
    """What to fetch, oldest first, and what is passed over: titles of no report and, on a first visit, the too old.

    `again` looks at every known report now, whenever its own time would come.
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
    due = [entry for entry in known.values() if entry.recheck_at and (again or entry.recheck_at <= now)]
    tasks += [Task(one, "recheck" if one.state == "kept" else "again") for one in due if one.url not in chosen]
    return sorted(tasks, key=lambda task: task.entry.published_on or date.max), passed


def _carry_out(entry: Entry, state: SourceState, name: str, tools: Tools, visited: Visited) -> None:
    """Read and file one entry; what breaks costs this entry only, and it is tried again."""
    if tools.stopping.is_set():
        raise StoppedError
    source = visited.source
    with reading(tools.desk.engine) as session:
        page = find_page(session, entry.url)
        kept = find_latest_version(session, entry.url) is not None
    news = state.baseline_at is not None and (kept or entry.first_seen_at > state.baseline_at)
    conditions = Conditions(page.etag, page.last_modified) if page and kept else None
    filed = _attempt(lambda: _read_and_file(source, entry, name or state.family or "generic", conditions, news, tools))
    if isinstance(filed, NotAReportError) and not kept:
        entry.state, entry.tries, entry.error, entry.recheck_at = "passed", 0, str(filed), None
    elif isinstance(filed, ScrapeError):
        visited.failed.append((entry, filed))
        entry.state, entry.tries, entry.error = "kept" if kept else "failed", entry.tries + 1, str(filed)
        entry.recheck_at = next_try(source, tools.clock(), tries=entry.tries)
    else:
        visited.filed += [(entry, filed)] if filed else []
        entry.state, entry.tries, entry.error = "kept", 0, ""
        entry.recheck_at = next_recheck(source, tools.clock(), first_seen_at=entry.first_seen_at)
    _keep_entries(tools, [entry])


def _read_and_file(
    source: Source, entry: Entry, name: str, conditions: Conditions | None, news: bool, tools: Tools
) -> Filed | None:
    """What became of an entry; None when its page is unchanged."""
    got = tools.scraper.read_entry(source, entry.url, name=name, conditions=conditions)
    if not isinstance(got, Fetched):
        return None
    now = tools.clock()
    found = _found(source, entry, got, now)
    if not (entry.title or is_folder_address(source.url) or can_be_report(found.title, source.kind)):
        raise NotAReportError(f"its title is that of no report: {found.title[:80]}", url=entry.url)
    filed = file(found, tools.desk, news=news, now=now)
    with transaction(tools.desk.engine) as session:
        keep_page(session, _page(entry.url, got.answer, now))
    return filed


def _found(source: Source, entry: Entry, got: Fetched, now: datetime) -> Found:
    text = storable(got.text)
    return Found(
        source_key=source.key,
        region=source.region,
        kind=source.kind,
        url=entry.url,
        title=storable(_title(source, entry, got)),
        issuer=storable(got.issuer),
        site_code=got.site_code,
        published_on=got.published_on or entry.published_on,
        text=text,
        raw=got.answer.body,
        content_type=got.answer.content_type,
        fetched_at=now,
        heading=title_and_heading(text)[1],
        attachment_url=got.attached.url if got.attached else None,
        attachment=got.attached.body if got.attached else None,
        warnings=got.warnings,
        example=source.example,
    )


def _title(source: Source, entry: Entry, got: Fetched) -> str:
    """The longer of the index's and the page's: one of them may be cut with "...". Where neither tells, the text's."""
    told = max(got.title, entry.title, key=len)
    if entry.title or can_be_report(told, source.kind):
        return told
    return title_and_heading(storable(got.text))[0] or told


def _is_new(data: EntryData, known: dict[str, Entry]) -> bool:
    entry = known.get(data.url)
    return entry is None or (entry.title, entry.published_on) != (data.title, data.published_on)


def _is_too_old(data: EntryData, oldest: int) -> bool:
    year = title_year(data.title) or (data.published_on.year if data.published_on else None)
    return year is not None and year < oldest


def _keep_entries(tools: Tools, entries: Sequence[Entry]) -> None:
    if entries:
        with transaction(tools.desk.engine) as session:
            for entry in entries:
                keep_entry(session, entry)


def _page(url: str, answer: Answer, now: datetime) -> Page:
    return Page(
        url=url, etag=answer.etag, last_modified=answer.last_modified, body_hash=answer.body_hash, fetched_at=now
    )


def _record(visited: Visited, look: Look | None, tools: Tools, started_at: datetime) -> None:
    """The visit, the source's state, and what readers should hear about the watching itself."""
    source, error, now = visited.source, visited.error, tools.clock()
    label, words = (error.label, f"{error}{visited.proposal}") if error else ("", "")
    notice = Notice(kind="", source_key=source.key, at=now, example=source.example)
    with transaction(tools.desk.engine) as session:
        state = find_source(session, source.key)
        assert state is not None, f"{source.key} was declared at the start"
        due_at = next_visit(source, now, failures=state.failures + 1 if error else 0, spread=tools.random.random())
        if error:
            went_wrong(state, label=label, error=words, now=now, next_due_at=due_at)
            if is_broken_news(state, now):
                state.told_broken_at = now
                notice.kind, notice.count, notice.label, notice.detail = "broken", state.failures, label, words
                tell(session, notice, source.region, tools.desk, now)
        elif went_well(state, now=now, next_due_at=due_at):
            notice.kind = "recovered"
            tell(session, notice, source.region, tools.desk, now)
        if look is not None and error is None:
            _remember_look(state, look)
            state.swept_at = visited.swept_at or state.swept_at
            if not look.unchanged:
                keep_page(session, _page(source.url, look.first, now))
            if state.baseline_at is None:
                state.baseline_at = started_at
                tell_operators(session, _baseline(visited, now), source.region, tools.desk, now)
        add_visit(
            session,
            Visit(
                source_key=source.key,
                started_at=started_at,
                seconds=visited.seconds,
                outcome=visited.outcome,
                entries=visited.entries,
                documents=visited.documents,
                changes=visited.changes,
                label=label,
                error=words,
            ),
        )


def _remember_look(state: SourceState, look: Look) -> None:
    if not look.unchanged:
        shown, usual = look.on_first_page, state.usual_entries or 0
        slowly = round(KEEP * usual + (1 - KEEP) * shown) if shown >= FEW * usual else shown  # else a person said so
        state.family, state.usual_entries = look.family, max(shown, slowly)


def _baseline(visited: Visited, now: datetime) -> Notice:
    years = [filed.identity.year for _, filed in visited.filed if filed.identity.year is not None]
    return Notice(
        kind="baseline",
        source_key=visited.source.key,
        at=now,
        count=len(years),
        first_year=min(years, default=None),
        last_year=max(years, default=None),
        example=visited.source.example,
    )
