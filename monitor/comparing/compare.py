"""Statements before and after → changes. Pure; docs/changes.md tells the same with examples.

What is compared is a series (`monitor/comparing/series.py`): the indicator, the measure, the unit's dimension and the
horizon.
Which statement is which is `monitor/comparing/matching.py`; what became of a target is `monitor/comparing/ledger.py`.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import replace

from monitor.catalogue.indicators import key_of
from monitor.comparing.jointly import apart
from monitor.comparing.matching import match
from monitor.comparing.series import YEAR, equal, magnitude, series_of, signature
from storage.values import Basis, ChangeData, ChangeKind, Measure, Op, Role, Stated, StatementData

RELATIONS = {Op.BELOW: -2, Op.AT_MOST: -1, Op.IN_STEP: 0, Op.AT_LEAST: 1, Op.ABOVE: 2}


def _nothing(_: Stated) -> bool:
    return False


def compare(
    before: Iterable[Stated],
    after: Iterable[Stated],
    *,
    year: int,
    basis: Basis,
    full: bool,
    watched: Callable[[Stated], bool] = _nothing,
) -> list[ChangeData]:
    """The changes of the targets in `after`, the report of `year`, against those in `before`, main targets first.

    `full` says that `after` is a whole report of the same kind: only then can a target be `dropped`, and of those only
    a main one or one that somebody asks for (`watched`), and only if nothing is said of its series any more. A target
    for a farther year (2030) stands until that year: only a revision of its own report can take it back.
    Between two publishers (`conflict`) only differing values are told, nothing is added or dropped.
    Both sides are of one region and kind; only targets are looked at.
    """
    earlier, later = _targets(before), _targets(after)
    earlier, later = apart(earlier, later), apart(later, earlier)
    found = match(earlier, later, same_report=basis is not Basis.NEXT_REPORT)
    changes = [change for old, new in found.pairs if (change := _changed(old, new, basis))]
    if basis is not Basis.CONFLICT:
        changes += [_change(ChangeKind.ADDED, basis, None, new) for new in found.fresh]
    if full and basis is not Basis.CONFLICT:
        told = {series_of(new) for new in later} if basis is Basis.NEXT_REPORT else set()
        gone = [old for old in found.left if _is_missed(old, basis, watched) and series_of(old) not in told]
        changes += [replace(_change(ChangeKind.DROPPED, basis, old, None), year=year) for old in gone]
    return sorted(changes, key=_place)


def event_id(change: ChangeData, version: str = "") -> str:
    """What makes two changes the same: the region's series, its period, and what it was and is.

    The documents do not count, so that a second witness tells nothing twice; `version` tells one revision of a
    page from the next.
    """
    shown = change.shown
    facts = [
        change.region, change.report_kind, str(change.year), change.kind, change.basis, *series_of(shown),
        shown.data.indicator if not change.before or not change.after else "",
        signature(change.before), signature(change.after), version,
    ]  # fmt: skip
    return hashlib.sha256("\x1f".join(facts).encode()).hexdigest()


def direction(old: StatementData, new: StatementData) -> ChangeKind:
    """`raised`, `lowered` or `reworded`: the magnitude first (a range by its middle, then its ends), then the hedge.

    Two relations to the same thing have an order too: 高于, 同步, 低于.

    Of two declines the larger one is the higher target: 单位能耗下降3% → 下降4% is raised.
    """
    was, now = magnitude(old), magnitude(new)
    if was is None or now is None:
        return _relative_direction(old, new)
    sign = -1 if was.middle < 0 and now.middle < 0 else 1
    for earlier, later in ((was.middle, now.middle), (was.low, now.low), (was.high, now.high)):
        if not equal(earlier, later):
            return ChangeKind.RAISED if (later - earlier) * sign > 0 else ChangeKind.LOWERED
    return ChangeKind.REWORDED


def _relative_direction(old: StatementData, new: StatementData) -> ChangeKind:
    """高于 is more than 同步, and 不低于 lies between; a number and a relation, or two references, have no order."""
    if old.op not in RELATIONS or new.op not in RELATIONS or _tied_to(old) != _tied_to(new) or old.op == new.op:
        return ChangeKind.REWORDED
    return ChangeKind.RAISED if RELATIONS[new.op] > RELATIONS[old.op] else ChangeKind.LOWERED


def _tied_to(data: StatementData) -> str:
    """经济增长, 经济增速 and GDP增长 are one reference."""
    return key_of(data.reference or "", Measure.GROWTH, "%")


def _targets(statements: Iterable[Stated]) -> list[Stated]:
    """Targets in their order; the same figure said twice in one text counts once, at its headline or first place."""
    known: dict[tuple[str, ...], Stated] = {}
    for stated in statements:
        if stated.data.role is Role.TARGET:
            said = (*series_of(stated), signature(stated))
            if said not in known or (stated.data.headline and not known[said].data.headline):
                known[said] = stated
    return list(known.values())


def _changed(old: Stated, new: Stated, basis: Basis) -> ChangeData | None:
    if signature(old) == signature(new):
        return None
    return _change(direction(old.data, new.data), basis, old, new)


def _is_missed(old: Stated, basis: Basis, watched: Callable[[Stated], bool]) -> bool:
    stands = basis is Basis.NEXT_REPORT and series_of(old).horizon != YEAR
    return not stands and (old.data.headline or watched(old))


def _change(kind: ChangeKind, basis: Basis, old: Stated | None, new: Stated | None) -> ChangeData:
    place = new or old
    assert place is not None, "a change has at least one side"
    return ChangeData(kind, basis, place.region, place.report_kind, place.year, old, new)


def _place(change: ChangeData) -> tuple[bool, bool, int]:
    shown = change.shown
    return not change.headline, change.after is None, shown.data.start
