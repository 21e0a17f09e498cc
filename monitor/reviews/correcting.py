"""What readers were told, or are going to be, of numbers that are read otherwise now.

What still gathers in a digest gives way to what holds. What a digest has told is corrected by a change of kind
`corrected`, owed to whoever was told. docs/reviews.md has the rules.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from monitor.comparing.compare import event_id
from monitor.desk import Desk
from monitor.record import IsNews, Record
from monitor.reviews.reviewed import FIGURE
from monitor.telling.owing import owe_corrections, owe_news
from storage.changes import add_told, unnews
from storage.models import Change, Report
from storage.outbox import take_back
from storage.reports import find_reports_by_id
from storage.reviews import Replaced, find_at_place, find_resting, find_told_watches
from storage.statements import find_by_id
from storage.values import Basis, ChangeData, ChangeKind, Kind, Stated


@dataclass(frozen=True, slots=True)
class _Place:
    """A number whose reading is another now, and every reading that it ever had, by id: some may have been told."""

    now: Stated | None
    readings: Mapping[int, Stated]

    def holds(self, change: Change) -> bool:
        return change.before_id in self.readings or change.after_id in self.readings

    def last_told(self, told: Iterable[Change]) -> Stated | None:
        """What readers heard last of it; None where they heard that nothing is stated."""
        last = max((one for one in told if self.holds(one)), key=lambda one: one.id or 0)
        if last.basis == Basis.CORRECTION:
            return self.readings.get(last.after_id or 0)
        return self.readings.get(last.after_id or 0) or self.readings.get(last.before_id or 0)


def _place(session: Session, one: Replaced) -> _Place:
    shown = one.after or one.before
    assert shown is not None, "a replaced statement has a side"
    return _Place(one.after, find_at_place(session, shown))


def put_right(
    session: Session, report: Report, replaced: Sequence[Replaced], review_id: int, watched: Callable[[Stated], bool],
    desk: Desk, now: datetime,
) -> int:  # fmt: skip
    """Find the report's changes again, and those of the next one; answers with how many corrections are owed."""
    places = [_place(session, one) for one in replaced]
    resting = find_resting(session, {id for place in places for id in place.readings})
    back = take_back(session, resting)
    told = {id: change for id, change in resting.items() if id not in back.untold}
    taken = [resting[id] for id in back.untold if resting[id].basis != Basis.CORRECTION]
    known = [place for place in places if any(map(place.holds, told.values()))]
    late = [
        (change, watches)
        for id, watches in back.gathering.items()
        if (change := resting[id]).basis != Basis.CORRECTION and any(place.holds(change) for place in known)
    ]
    unnews(session, back.untold)
    is_news = _put_right(places, taken, told.values())

    record = Record(session, report, now, watched)
    owe_news(session, report, record.redo(is_news), desk, now)
    for following in record.redo_later([one.before for one in replaced if one.before], is_news):
        owe_news(session, *following, desk, now)
    _owe_late(session, known, late, desk, now)
    return _correct(session, report, places, told, review_id, desk, now)


def _put_right(places: Iterable[_Place], taken: Iterable[Change], told: Collection[Change]) -> IsNews:
    """Whether a change that is found now is news in the place of one that was taken out of a digest before it was told.

    Of a number that readers were told otherwise, the correction tells.
    """
    sides = {id for change in taken for id in (change.before_id, change.after_id) if id is not None}
    known: set[int] = set()
    for place in places:
        ids = {*place.readings, *({place.now.id} if place.now else ())}
        if any(map(place.holds, told)):
            known |= ids
        elif sides & ids:
            sides |= ids

    def is_news(change: ChangeData) -> bool:
        ids = {side.id for side in (change.before, change.after) if side}
        return bool(ids & sides) and not ids & known

    return is_news


def _owe_late(
    session: Session, known: Sequence[_Place], late: Iterable[tuple[Change, set[str]]], desk: Desk, now: datetime
) -> None:
    """Owe what holds now to the watches that were still going to be told of a number that others were told already."""
    current = {place.now.id for place in known if place.now}
    stale = {id for place in known for id in place.readings} - current
    for change, watches in late:
        sides = current | ({id for id in (change.before_id, change.after_id) if id is not None} - stale)
        rows = [
            row
            for row in find_resting(session, sides, news=False).values()
            if row.report_id == change.report_id
            and row.basis != Basis.CORRECTION
            and not {row.before_id, row.after_id} & stale
        ]
        stated = {id: one for id, (one, _) in find_by_id(session, _sides(rows)).items()}
        readers = replace(desk, watches=[watch for watch in desk.watches if watch.key in watches])
        reports = find_reports_by_id(session, {row.report_id for row in rows})
        for row in rows:
            assert row.id is not None, "the row was read"
            row.news = True
            owe_news(session, reports[row.report_id], [(row.id, _change(row, stated))], readers, now)


def _sides(rows: Iterable[Change]) -> set[int]:
    return {id for row in rows for id in (row.before_id, row.after_id) if id is not None}


def _change(row: Change, stated: Mapping[int, Stated]) -> ChangeData:
    before, after = (None if id is None else stated[id] for id in (row.before_id, row.after_id))
    return ChangeData(
        ChangeKind(row.kind), Basis(row.basis), row.region, Kind(row.report_kind), row.year, before, after
    )


def _correct(
    session: Session, report: Report, places: Iterable[_Place], told: Mapping[int, Change], review_id: int, desk: Desk,
    now: datetime,
) -> int:  # fmt: skip
    """A change of kind `corrected` for each number that was told as another, owed to whoever was told."""
    hearers = find_told_watches(session, told)
    owed: dict[str, dict[int, ChangeData]] = defaultdict(dict)
    for place in places:
        watches = {watch for id, change in told.items() if place.holds(change) for watch in hearers.get(id, ())}
        before = place.last_told(told.values()) if watches else None
        if not watches or _said(before) == _said(place.now):
            continue
        change = _correction(report, before, place.now)
        id = add_told(
            session, event_id(change, f"review {review_id}"), change, report_id=change.shown.report_id, now=now,
            example=report.example,
        )  # fmt: skip
        for watch in watches:
            owed[watch][id] = change
    owe_corrections(session, report, {watch: list(one.items()) for watch, one in owed.items()}, desk, now)
    return len({id for corrections in owed.values() for id in corrections})


def _said(stated: Stated | None) -> tuple[object, ...] | None:
    """What a digest tells of a statement."""
    if stated is None:
        return None
    data = stated.data
    return (stated.indicator_key, data.role, data.reference, *(getattr(data, name) for name in FIGURE))


def _correction(report: Report, before: Stated | None, after: Stated | None) -> ChangeData:
    return ChangeData(
        ChangeKind.CORRECTED, Basis.CORRECTION, report.region, Kind(report.kind), report.year, before, after
    )
