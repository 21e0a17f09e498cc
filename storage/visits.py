"""What one asks about sources: which are due, how they are, what their pages answered last, what a visit did."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, func, select

from storage.models import Document, Entry, Page, Report, SourceState, Visit

TELL_AFTER = 2  # failures in a row
REMIND_FIRST, REMIND_AGAIN = timedelta(days=7), timedelta(days=30)


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
    known.name, known.url, known.region, known.example = state.name, state.url, state.region, state.example
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


def count_unread(session: Session) -> int:
    """How many entries could not be read when last tried, and will be tried again."""
    waiting = select(func.count()).select_from(Entry).where(Entry.tries > 0, col(Entry.recheck_at).is_not(None))
    return session.exec(waiting).one()


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


def add_visit(session: Session, visit: Visit) -> None:
    session.add(visit)


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
