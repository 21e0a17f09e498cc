"""What a visit works with, and what it did."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import TypeVar

from monitor.desk import Desk, Filed, Outcome
from scrapers.answer import Answer
from scrapers.errors import GoneError, OwnFaultError, ScrapeError, StoppedError
from scrapers.scrape import Scraper
from scrapers.source import Source
from storage.errors import DatabaseBusy, DiskFull
from storage.models import Entry, Page

T = TypeVar("T")


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

    @property
    def missed(self) -> list[tuple[Entry, ScrapeError]]:
        """What could not be read; a page that was kept and is gone from the web now is no miss."""
        return [(entry, error) for entry, error in self.failed if not is_kept_and_gone(entry, error)]


def is_kept_and_gone(entry: Entry, error: ScrapeError) -> bool:
    return entry.state == "kept" and isinstance(error, GoneError)


def attempt(work: Callable[[], T]) -> T | ScrapeError:
    """The work's result, or what broke: a fault of the source, or one of ours, which must not stop the watching."""
    try:
        return work()
    except (StoppedError, DiskFull, DatabaseBusy):  # none is the source's fault: it stays due
        raise
    except ScrapeError as error:
        return error
    except Exception as error:  # the one place: recorded with the visit, told like a broken source
        fault = OwnFaultError(f"{OwnFaultError.__doc__} {error!r}")
        fault.__cause__ = error
        return fault


def page_of(url: str, answer: Answer, now: datetime) -> Page:
    """What is kept of an answer, so that the next request can be conditional."""
    return Page(
        url=url, etag=answer.etag, last_modified=answer.last_modified, body_hash=answer.body_hash, fetched_at=now
    )
