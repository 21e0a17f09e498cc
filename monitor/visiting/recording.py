"""A visit's record: the source's state, the visit's row, and what readers should hear about the watching itself."""

from datetime import datetime

from sqlmodel import Session

from monitor.telling.owing import tell, tell_operators
from monitor.visiting.rhythm import IN_SEASON, next_visit
from monitor.visiting.visited import Tools, Visited, page_of
from scrapers.errors import BlockedError
from scrapers.scrape import Look
from scrapers.source import Source
from storage.database import passing_transaction, transaction
from storage.models import Notice, SourceState
from storage.visits import (
    Remembered,
    add_visit,
    count_unread,
    find_source,
    hasten_others,
    is_broken_news,
    is_unread_news,
    keep_page,
    note_unread,
    note_well,
    went_well,
    went_wrong,
)

FEW = 0.3  # of the usual entries: fewer is a fault of the source, not news
KEEP = 0.8  # of what was usual: a list that crumbles away bit by bit is noticed too


def record(visited: Visited, look: Look | None, before: Remembered, tools: Tools, started_at: datetime) -> None:
    """Keep what a visit did. `look` is None when the index could not be read; then `visited.error` says why.

    With a look there is an error too where the page is too long to be a list.
    """
    if look is not None and look.unchanged and visited.outcome == "unchanged" and _is_settled(visited, before, tools):
        _record_nothing_new(visited, tools, started_at)
        return
    source, now = visited.source, tools.clock()
    with transaction(tools.desk.engine) as session:
        state = find_source(session, source.key)
        assert state is not None, f"{source.key} was declared at the start"
        if look is None or visited.error is not None:
            _note_failure(session, state, visited, tools, now)
        else:
            _note_success(session, state, visited, look, tools, now)
        if look is not None and state.baseline_at is None:
            state.baseline_at = started_at
            tell_operators(session, _baseline(visited, now), source.region, tools.desk, now)
        state.certificate_ends_at = tools.scraper.client.certificate_ends_at(source.host) or state.certificate_ends_at
        if _is_blocked(visited):
            hasten_others(session, state, now, unless_since=now - IN_SEASON)
        add_visit(session, _row(visited, started_at))


def _is_settled(visited: Visited, before: Remembered, tools: Tools) -> bool:
    """Whether nothing about the source is to be noted but that it was visited."""
    ends_at = tools.scraper.client.certificate_ends_at(visited.source.host)
    return before.is_well and ends_at in (None, before.certificate_ends_at)


def _record_nothing_new(visited: Visited, tools: Tools, started_at: datetime) -> None:
    """The usual visit. Should the power fail now, it is forgotten and made again."""
    now = tools.clock()
    due_at = next_visit(visited.source, now, failures=0, spread=tools.random.random())
    with passing_transaction(tools.desk.engine) as connection:
        note_well(connection, visited.source.key, now=now, next_due_at=due_at)
        add_visit(connection, _row(visited, started_at))


def _row(visited: Visited, started_at: datetime) -> dict[str, object]:
    label, words = _words(visited)
    return {
        "source_key": visited.source.key,
        "started_at": started_at,
        "seconds": visited.seconds,
        "outcome": visited.outcome,
        "entries": visited.entries,
        "documents": visited.documents,
        "changes": visited.changes,
        "label": label,
        "error": words,
    }


def _words(visited: Visited) -> tuple[str, str]:
    error = visited.error
    return (error.label, f"{error}{visited.proposal}") if error else ("", "")


def _note_failure(session: Session, state: SourceState, visited: Visited, tools: Tools, now: datetime) -> None:
    label, words = _words(visited)
    due_at = next_visit(visited.source, now, failures=state.failures + 1, spread=tools.random.random())
    went_wrong(state, label=label, error=words, now=now, next_due_at=due_at)
    if is_broken_news(state, now):
        state.told_broken_at = now
        _tell(session, "broken", visited.source, tools, now, count=state.failures, label=label, detail=words)


def _note_success(
    session: Session, state: SourceState, visited: Visited, look: Look, tools: Tools, now: datetime
) -> None:
    source = visited.source
    due_at = next_visit(source, now, failures=0, spread=tools.random.random())
    recovered = went_well(state, now=now, next_due_at=due_at)
    waiting = count_unread(session, source.key)
    recovered = note_unread(state, missed=bool(visited.missed), waiting=waiting) or recovered
    if visited.missed and is_unread_news(state):
        state.told_unread_at = now
        _, error = visited.missed[0]
        _tell(session, "unread", source, tools, now, count=waiting, label=error.label, detail=str(error))
    elif recovered and state.told_unread_at is None:
        _tell(session, "recovered", source, tools, now)
    _remember_look(session, state, look, now)
    state.swept_at = visited.swept_at or state.swept_at


def _tell(
    session: Session, kind: str, source: Source, tools: Tools, now: datetime, *,
    count: int = 0, label: str = "", detail: str = "",
) -> None:  # fmt: skip
    notice = Notice(
        kind=kind, source_key=source.key, at=now, count=count, label=label, detail=detail, example=source.example
    )
    tell(session, notice, source.region, tools.desk, now)


def _is_blocked(visited: Visited) -> bool:
    met = [visited.error, *(error for _, error in visited.failed)]
    return any(isinstance(error, BlockedError) for error in met)


def _remember_look(session: Session, state: SourceState, look: Look, now: datetime) -> None:
    if not look.unchanged:
        keep_page(session, page_of(state.url, look.first, now))
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
