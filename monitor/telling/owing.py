"""What is owed to whom: the news of a report, and what is told of the watching itself, less what silences keep back."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlmodel import Session

from monitor.catalogue.regions import children, parent
from monitor.comparing.series import series_of
from monitor.telling.hours import awake, next_due, zone_of
from monitor.watches import Silence, Watch, asks_for_parents, hearers, hushes, hushes_notice, wants
from storage.changes import find_changes
from storage.models import Change, Notice, Report
from storage.outbox import add_notice, owe
from storage.reports import find_report
from storage.silences import find_hushed_changes, hush
from storage.statements import find_by_id, find_spoken
from storage.values import Basis, ChangeData, ChangeKind, Kind, Role, Stated

NOTICE_WAIT = timedelta(minutes=10)
News = Iterable[tuple[int, ChangeData]]


class Readers(Protocol):
    """Who hears of things, what is silent for now, and the zone of the settings."""

    @property
    def watches(self) -> Sequence[Watch]: ...
    @property
    def silences(self) -> Sequence[Silence]: ...
    @property
    def zone(self) -> ZoneInfo: ...


def owe_news(session: Session, report: Report, news: News, readers: Readers, now: datetime) -> None:
    """Owe the changes of a report to the watches that want them, and those of the regions below that it bears on."""
    news = list(news)
    above = _parents(session)
    for watch in readers.watches:
        _owe(session, watch, [one for one in news if wants(watch, one[1], above(one[1]))], report, readers, now)
    if not news:
        return
    for watch in readers.watches:
        if asks_for_parents(watch):
            below = _news_below(session, report)
            wanted = [one for one in below if wants(watch, one[1], above(one[1]))]
            hushed = find_hushed_changes(session, watch.key, [id for id, _ in wanted])
            _owe(session, watch, [one for one in wanted if one[0] not in hushed], report, readers, now)


def owe_corrections(
    session: Session, report: Report, told: Mapping[str, News], readers: Readers, now: datetime
) -> None:
    """Owe corrections to the watches, by key, that were told what they correct, whatever else these ask for."""
    for watch in readers.watches:
        if watch.key in told:
            _owe(session, watch, told[watch.key], report, readers, now)


def _owe(session: Session, watch: Watch, news: News, report: Report, readers: Readers, now: datetime) -> None:
    today = now.astimezone(zone_of(watch, readers.zone)).date()
    told = []
    for id, change in news:
        silence = next((one for one in readers.silences if hushes(one, watch, change, today)), None)
        if silence is None:
            told.append(id)
        else:
            hush(session, watch.key, silence.key, changes=[id], example=report.example)
    due_at = next_due(watch, now, readers.zone)
    owe(session, watch.key, changes=told, due_at=due_at, now=now, example=report.example)


def tell(session: Session, notice: Notice, region: str, readers: Readers, now: datetime) -> None:
    """Keep a notice and owe it, after a while, to those who hear of `region`; "" concerns them all.

    The wait makes one message of a morning on which many sources fail. A dead channel is told to operators at once:
    meanwhile its readers hear nothing.
    """
    _tell(session, notice, region, hearers(readers.watches, region), readers, now)


def tell_operators(session: Session, notice: Notice, region: str, readers: Readers, now: datetime) -> None:
    """Keep a notice that alarms nobody, and owe it to operators, where there are any."""
    operators = [watch for watch in hearers(readers.watches, region) if watch.operator]
    _tell(session, notice, region, operators, readers, now)


def _tell(
    session: Session, notice: Notice, region: str, watches: Iterable[Watch], readers: Readers, now: datetime
) -> None:
    id = add_notice(session, notice)
    for watch in watches:
        today = now.astimezone(zone_of(watch, readers.zone)).date()
        by = next(
            (one for one in readers.silences if hushes_notice(one, watch, notice.source_key, region, today)), None
        )
        if by:
            hush(session, watch.key, by.key, notices=[id], example=notice.example)
            continue
        due_at = max(now + NOTICE_WAIT, next_due(watch, now, readers.zone))
        if watch.operator and notice.kind == "dead_channel":
            due_at = now
        due_at = awake(watch, due_at, readers.zone)
        owe(session, watch.key, notices=[id], due_at=due_at, now=now, example=notice.example)


def _parents(session: Session) -> Callable[[ChangeData], Callable[[], Stated | None]]:
    """What finds the parent's target for a change; each report is read once."""

    @cache
    def targets(region: str, kind: Kind, year: int) -> dict[tuple[str, ...], Stated]:
        report = find_report(session, region, kind, year)
        spoken = find_spoken(session, report) if report else []
        return {series_of(one): one for one in reversed(spoken) if one.data.role is Role.TARGET}

    def above(change: ChangeData) -> Callable[[], Stated | None]:
        def find() -> Stated | None:
            outer = parent(change.region)
            return targets(outer.code, change.report_kind, change.year).get(series_of(change.shown)) if outer else None

        return find

    return above


def _news_below(session: Session, report: Report) -> list[tuple[int, ChangeData]]:
    """What the regions directly under the report's have on record as news of the same year and kind of report."""
    codes = [child.code for child in children(report.region)]
    rows = [
        one
        for one in find_changes(session, regions=codes, year=report.year)
        if one.news and one.report_kind == report.kind and one.basis != Basis.CORRECTION
    ]
    stated = {id: one for id, (one, _) in find_by_id(session, _sides(rows)).items()}
    return [(row.id, _change(row, stated)) for row in rows if row.id is not None]


def _sides(rows: Iterable[Change]) -> set[int]:
    return {id for row in rows for id in (row.before_id, row.after_id) if id is not None}


def _change(row: Change, stated: dict[int, Stated]) -> ChangeData:
    before, after = (None if id is None else stated[id] for id in (row.before_id, row.after_id))
    return ChangeData(
        ChangeKind(row.kind), Basis(row.basis), row.region, Kind(row.report_kind), row.year, before, after
    )
