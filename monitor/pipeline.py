"""A visit: a look at one source, and what follows from it.

    read the index | choose what is new, due or failed before | read each entry
    | file it (identify, extract, compare, owe: one transaction) | record the visit

Nothing is sent from here, and no request runs inside a transaction. Most visits find nothing new: what reads and files
reports is imported when the first one is there to be read.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from importlib import import_module
from typing import Any

from monitor.visiting.recording import FEW, record
from monitor.visiting.rhythm import is_sweep_due
from monitor.visiting.visited import Tools, Visited, attempt
from scrapers.answer import Conditions
from scrapers.errors import (
    FewerEntriesError,
    GoneError,
    LayoutError,
    OtherEntriesError,
    ScrapeError,
    TooManyEntriesError,
)
from scrapers.folders import find_etag, is_folder_address
from scrapers.scrape import MOST, Look
from scrapers.source import Source
from storage.database import reading, transaction
from storage.models import Entry
from storage.reports import find_entries, keep_entries
from storage.visits import TELL_AFTER, Remembered, find_page, recall

__all__ = ["Memory", "Tools", "Visited", "look_at", "remember", "visit"]

RIGHT = "if that is right: mubiao visit {} --recheck"
KNOWN = 3  # entries, from which on it is noticed that all of them are gone
MOVED = "; it may have moved to"
AT_ONCE = 200  # entries kept in one transaction


class Memory:
    """What is remembered of a source. Its entries are read when they are first asked for."""

    def __init__(self, source: Source, state: Remembered, tools: Tools) -> None:
        self.state = state
        self._source, self._tools = source, tools

    @cached_property
    def entries(self) -> Mapping[str, Entry]:
        """The known entries by URL."""
        with reading(self._tools.desk.engine) as session:
            return find_entries(session, self._source.key)


def visit(source: Source, tools: Tools, *, again: bool = False) -> Visited:
    """Look at one source once, keep what is new, and record the visit; `again` looks at every known report too.

    What breaks is recorded, not raised; only StoppedError is, when the daemon ends.
    """
    started_at = tools.clock()
    memory = remember(source, tools, started_at)
    visited = Visited(source, baseline=memory.state.baseline_at is None)
    sweep = again or is_sweep_due(memory.state.swept_at, started_at)
    look = attempt(lambda: look_at(source, memory, tools, sweep=sweep, accept=again))
    if isinstance(look, ScrapeError):
        visited.outcome, visited.error = "failed", look
        visited.proposal = propose(source, memory.state, look, tools)
    else:
        visited.entries = len(look.entries)
        visited.swept_at = started_at if sweep else None
        busy = _carry_out(look, memory, tools, visited, again=again, now=started_at)
        visited.outcome = "unchanged" if look.unchanged and not busy else "ok"
        if look.too_many:
            visited.outcome, visited.error = "failed", too_many(look)
    visited.seconds = (tools.clock() - started_at).total_seconds()
    record(visited, None if isinstance(look, ScrapeError) else look, memory.state, tools, started_at)
    return visited


def remember(source: Source, tools: Tools, now: datetime) -> Memory:
    """What is known of a source; of one that nobody declared, nothing."""
    with tools.desk.engine.connect() as connection:
        state = recall(connection, source.key, source.url, now)
    return Memory(source, state or Remembered(), tools)


def look_at(source: Source, memory: Memory, tools: Tools, *, sweep: bool, accept: bool = False) -> Look:
    """Read the index pages: with `sweep` all that `source.pages` allows, else as far as a page shows something new.

    Postings are backdated, so known entries end nothing within a page, and the page after the last new one is read
    too; what was put in further down is found by the next sweep. `accept` takes few entries for right.
    Raises LayoutError when there are no entries, far fewer than usual or quite others, or whatever the way there
    raised.
    """
    state = memory.state
    look = tools.scraper.read_index(
        source,
        name=source.family or state.family,
        conditions=None if sweep or not state.has_page else Conditions(state.etag, state.last_modified),
        body_hash=None if sweep else state.body_hash,
        going_on=lambda entries: (
            bool(entries) and (sweep or _late("monitor.visiting.choosing", "any_new")(entries, memory.entries))
        ),
    )
    usual = state.usual_entries or 0
    if not look.unchanged and not accept and look.on_first_page < FEW * usual:
        told = f"the index page shows {look.on_first_page} entries, usually {usual}"
        raise FewerEntriesError(f"{told}; {RIGHT.format(source.key)}", url=look.first.url)
    if not (look.unchanged or accept or is_folder_address(source.url)) and is_another(look, memory):
        told = f"none of the {len(memory.entries)} known entries is there any more; {len(look.entries)} others are"
        raise OtherEntriesError(f"{told}; {RIGHT.format(source.key)}", url=look.first.url)
    return look


def is_another(look: Look, memory: Memory) -> bool:
    """Whether a page that was known shows another column: nothing that was known, by address or title, though most of
    what it shows was there to be seen at the last visit. A busy column whose entries all came since is the same."""
    looked_at = memory.state.last_success_at
    if looked_at is None or look.too_many or len(memory.entries) < KNOWN:
        return False  # of too many entries the known ones are left out, perhaps
    titles = {entry.title for entry in memory.entries.values() if entry.title}
    if any(entry.url in memory.entries or entry.title in titles for entry in look.entries):
        return False
    older = sum(entry.published_on is None or entry.published_on < looked_at.date() for entry in look.entries)
    return 2 * older >= len(look.entries)


def too_many(look: Look) -> TooManyEntriesError:
    """What is wrong with a page whose newest entries were taken in all the same."""
    told = f"the index page shows {look.too_many} entries; only the newest {MOST} are looked at"
    return TooManyEntriesError(f"{told}: give the source the address of a column, not of all pages", url=look.first.url)


def propose(source: Source, state: Remembered, error: ScrapeError, tools: Tools) -> str:
    """Where the column may be now, when it moved or died: looked for once from the portal, as it is about to be told.

    Words for the failure's record, or "". Nothing is replaced: a person decides.
    """
    if not isinstance(error, GoneError | LayoutError):
        return ""
    if state.failures + 1 != TELL_AFTER:
        return "".join(state.failure.partition(MOVED)[1:])
    find_again = _late("scrapers.discovery", "find_again")
    holds_reports = _late("monitor.visiting.choosing", "holds_reports")
    column = attempt(lambda: find_again(tools.scraper, source, holds_reports))
    if column is None or isinstance(column, ScrapeError):
        return ""
    return f"{MOVED} {column.url} ({column.name}); to watch it: mubiao add {column.url}"


def _carry_out(look: Look, memory: Memory, tools: Tools, visited: Visited, *, again: bool, now: datetime) -> bool:
    """Read and file what is worth it; answers whether anything was."""
    if look.unchanged and not again and not memory.state.entries_due:
        return False
    choose = _late("monitor.visiting.choosing", "choose")
    tasks, passed = choose(
        visited.source, look.entries, memory.entries, now,
        first=visited.baseline, again=again, rewritten=_rewritten(visited.source, memory, tools),
    )  # fmt: skip
    for at in range(0, len(passed), AT_ONCE):  # others write too: nobody holds the database for long
        with transaction(tools.desk.engine) as session:
            keep_entries(session, visited.source.key, passed[at : at + AT_ONCE])
    for task in tasks:
        _late("monitor.visiting.trip", "carry_out")(task.entry, memory.state, look.family, tools, visited)
    return bool(tasks)


def _rewritten(source: Source, memory: Memory, tools: Tools) -> list[str]:
    """The files of a folder that were written anew since they were read: size and moment of change tell, for nothing.

    Of a file that could not be read there is nothing to compare: it keeps its own time to be tried again.
    """
    if not is_folder_address(source.url):
        return []
    with reading(tools.desk.engine) as session:
        read = {url: page.etag for url in memory.entries if (page := find_page(session, url))}
    return [url for url, etag in read.items() if find_etag(url) not in (None, etag)]


def _late(module: str, name: str) -> Callable[..., Any]:
    """A function that few visits need, of a module that takes long to import."""
    found: Callable[..., Any] = getattr(import_module(module), name)
    return found
