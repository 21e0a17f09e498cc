"""What one asks about sources: which are due, how they are, what their pages answered last, what a visit did."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, Select, bindparam, exists, insert, update
from sqlalchemy import select as sql_select
from sqlmodel import Session, SQLModel, col, func, select

from storage.models import Document, Entry, Page, Report, SourceState, Visit

SOURCES, PAGES, ENTRIES, VISITS = (
    SQLModel.metadata.tables[str(table.__tablename__)] for table in (SourceState, Page, Entry, Visit)
)

TELL_AFTER = 2  # failures in a row
REMIND_FIRST, REMIND_AGAIN = timedelta(days=7), timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a visit goes by: how its source was, what its index page answered last, whether entries are due.

    Not a row that is changed: the usual visit costs one question and one note, each far less than a session's.
    """

    family: str | None = None
    baseline_at: datetime | None = None
    usual_entries: int | None = None
    swept_at: datetime | None = None
    last_success_at: datetime | None = None
    failures: int = 0
    failure: str = ""
    told_broken_at: datetime | None = None
    missed_visits: int = 0
    told_unread_at: datetime | None = None
    certificate_ends_at: datetime | None = None
    has_page: bool = False
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    entries_due: bool = False

    @property
    def is_well(self) -> bool:
        """Whether it was visited before, and nothing is wrong or was told to be."""
        troubled = self.failures or self.missed_visits or self.told_broken_at or self.told_unread_at
        return self.baseline_at is not None and not troubled


def _recall() -> Select[*tuple[Any, ...]]:
    of_source = [SOURCES.c[one.name] for one in fields(Remembered) if one.name in SOURCES.c]
    of_page = [PAGES.c[name] for name in ("etag", "last_modified", "body_hash")]
    due = ENTRIES.c.source_key == SOURCES.c.key, ENTRIES.c.recheck_at <= bindparam("now")
    asked = sql_select(
        *of_source, *of_page, PAGES.c.url.is_not(None).label("has_page"), exists().where(*due).label("entries_due")
    )
    joined = SOURCES.outerjoin(PAGES, PAGES.c.url == bindparam("at"))
    return asked.select_from(joined).where(SOURCES.c.key == bindparam("of"))


# Built once: a statement costs more to build than to answer.
RECALL = _recall()
NOTE_WELL = (
    update(SOURCES)
    .where(SOURCES.c.key == bindparam("of"))
    .values(last_visit_at=bindparam("now"), last_success_at=bindparam("now"), next_due_at=bindparam("due"))
)
ADD_VISIT = insert(VISITS)


def recall(connection: Connection, key: str, url: str, now: datetime) -> Remembered | None:
    """What a visit at `now` goes by; None for a source that was never declared."""
    row = connection.execute(RECALL, {"of": key, "at": url, "now": now}).one_or_none()
    return Remembered(**row._mapping) if row else None


def note_well(connection: Connection, key: str, *, now: datetime, next_due_at: datetime) -> None:
    """Note that a source was visited and is as it was."""
    connection.execute(NOTE_WELL, {"of": key, "now": now, "due": next_due_at})


def find_declared(session: Session) -> dict[str, tuple[str, str, str, str, bool]]:
    """Name, address, region, kind and whether it is of the example, of every source, by key."""
    rows = session.execute(
        sql_select(SOURCES.c.key, SOURCES.c.name, SOURCES.c.url, SOURCES.c.region, SOURCES.c.kind, SOURCES.c.example)
    )
    return {key: (name, url, region, kind, example) for key, name, url, region, kind, example in rows}


def declare_source(session: Session, state: SourceState) -> SourceState:
    """Keep a row for a source that settings declare; what is known of it stays, its name and place are renewed.

    A source whose address changed is visited at once.
    """
    known = session.get(SourceState, state.key)
    if known is None:
        session.add(state)
        return state
    if known.url != state.url:
        known.next_due_at = min(known.next_due_at, state.next_due_at)
    for name in ("name", "url", "region", "kind", "example"):
        setattr(known, name, getattr(state, name))
    return known


def find_source(session: Session, key: str) -> SourceState | None:
    return session.get(SourceState, key)


def find_sources(session: Session) -> list[SourceState]:
    return list(session.exec(select(SourceState).order_by(SourceState.key)))


def find_due(session: Session, now: datetime, keys: Iterable[str]) -> list[str]:
    """The keys, of those given, whose due time has come, the longest waiting first."""
    rows = session.exec(
        select(SourceState.key).where(SourceState.next_due_at <= now).order_by(col(SourceState.next_due_at))
    )
    wanted = set(keys)
    return [key for key in rows if key in wanted]


def is_due(session: Session, key: str, now: datetime) -> bool:
    state = session.get(SourceState, key)
    return state is not None and state.next_due_at <= now


def count_unread(session: Session, key: str | None = None) -> int:
    """How many entries could not be read when last tried, and will be tried again; of one source, or of all."""
    waiting = select(func.count()).select_from(Entry).where(Entry.tries > 0, col(Entry.recheck_at).is_not(None))
    return session.exec(waiting.where(Entry.source_key == key) if key is not None else waiting).one()


def hasten_others(session: Session, blocked: SourceState, now: datetime, *, unless_since: datetime) -> None:
    """Let the other publishers of the same reports be visited now, as this one turns us away.

    Left out are those on the same host, those in trouble themselves, and those that were visited after `unless_since`.
    """
    others = session.exec(
        select(SourceState).where(
            SourceState.region == blocked.region,
            SourceState.kind == blocked.kind,
            SourceState.key != blocked.key,
            SourceState.next_due_at > now,
            SourceState.failures == 0,
        )
    )
    host = urlsplit(blocked.url).hostname
    for other in others:
        if urlsplit(other.url).hostname != host and (other.last_visit_at or unless_since) <= unless_since:
            other.next_due_at = now


@dataclass(frozen=True, slots=True)
class Shown:
    """What a source has shown: its newest entry's day, its newest report's year, how many entries could not be read."""

    newest_on: date | None = None
    newest_year: int | None = None
    unread: int = 0


def find_shown(session: Session) -> dict[str, Shown]:
    """The same for all sources, by key."""
    days = session.exec(select(Entry.source_key, func.max(Entry.published_on)).group_by(Entry.source_key))
    waiting = select(Entry.source_key, func.count()).where(Entry.tries > 0, col(Entry.recheck_at).is_not(None))
    unread = dict(session.exec(waiting.group_by(Entry.source_key)).all())
    joined = select(Document.source_key, func.max(Report.year)).join(Report, col(Document.report_id) == Report.id)
    years = dict(session.exec(joined.group_by(Document.source_key)).all())
    return {key: Shown(day, years.get(key), unread.get(key, 0)) for key, day in days}


def find_page(session: Session, url: str) -> Page | None:
    return session.get(Page, url)


def keep_page(session: Session, page: Page) -> None:
    session.merge(page)


def add_visit(to: Session | Connection, visit: Mapping[str, object]) -> None:
    """Keep a visit; `visit` has the fields of its row."""
    to.execute(ADD_VISIT, visit)


def went_well(state: SourceState, *, now: datetime, next_due_at: datetime) -> bool:
    """Note a whole visit; answers whether that ends a failure that readers were told of."""
    recovered = state.told_broken_at is not None
    state.last_visit_at = state.last_success_at = now
    state.next_due_at = next_due_at
    state.failures, state.failing_since, state.told_broken_at = 0, None, None
    state.failure_label = state.failure = ""
    return recovered


def went_wrong(state: SourceState, *, label: str, error: str, now: datetime, next_due_at: datetime) -> None:
    """Note a visit that broke: since when, how often in a row, and why."""
    state.last_visit_at = now
    state.next_due_at = next_due_at
    state.failures += 1
    state.failing_since = state.failing_since or now
    state.failure_label, state.failure = label, error


def is_broken_news(state: SourceState, now: datetime) -> bool:
    """Whether to tell that a source is broken: at the second failure in a row, a week later, then monthly."""
    if state.failures < TELL_AFTER:
        return False
    if state.told_broken_at is None or state.failing_since is None:
        return True
    reminded = state.told_broken_at - state.failing_since >= REMIND_FIRST
    return now - state.told_broken_at >= (REMIND_AGAIN if reminded else REMIND_FIRST)


def note_unread(state: SourceState, *, missed: bool, waiting: int) -> bool:
    """Note whether a visit's pages could be read; answers whether that ends a trouble that readers were told of.

    It is over when none of the source's entries waits for another try.
    """
    if missed:
        state.missed_visits += 1
    recovered = waiting == 0 and state.told_unread_at is not None
    if waiting == 0:
        state.missed_visits, state.told_unread_at = 0, None
    return recovered


def is_unread_news(state: SourceState) -> bool:
    """Whether to tell that a source's index can be read and its pages can not: once, at the second such visit."""
    return state.missed_visits >= TELL_AFTER and state.told_unread_at is None
