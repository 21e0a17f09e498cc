"""Statements before and after → changes. Pure; docs/changes.md tells the same with examples.

What is compared is a series: the indicator's key, the measure, the unit's dimension and the horizon (the report's own
year, or a farther one such as 2030). A rate is never compared with an amount.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from storage.values import Basis, ChangeData, ChangeKind, Measure, Op, Role, Stated, StatementData

FACTORS = (("万亿", 1e12), ("千亿", 1e11), ("百亿", 1e10), ("亿", 1e8), ("千万", 1e7), ("百万", 1e6), ("万", 1e4))
UNITS = {"个百分点": "百分点", "公里": "千米", "平方公里": "平方千米", "公顷": "公顷", "名": "人", "余人": "人"}
EQUAL = 1e-6  # relative; written numbers differ by more
ABOUT = 0.05  # 左右 is met within this part of the target


class Series(NamedTuple):
    """What stays the same from year to year, within one region."""

    indicator_key: str
    measure: Measure
    dimension: str
    horizon: str  # "year" for the report's own year, else the period itself


class Magnitude(NamedTuple):
    """A statement's size in the base unit of its dimension; a range has two ends."""

    low: float
    high: float

    @property
    def middle(self) -> float:
        return (self.low + self.high) / 2


def dimension(unit: str | None) -> tuple[str, float]:
    """The base unit and the factor to it: 亿元 → (元, 1e8), 万人 → (人, 1e4), % → (%, 1)."""
    unit, factor = (unit or "").replace(" ", ""), 1.0
    for word, times in FACTORS:
        if unit.startswith(word):
            unit, factor = unit[len(word) :], times
            break
    return UNITS.get(unit, unit), factor


def series_of(stated: Stated) -> Series:
    """A relative target (与经济增长同步) belongs to the growth of its indicator."""
    data = stated.data
    horizon = "year" if data.period in (None, str(stated.year)) else data.period
    if data.measure is Measure.RELATIVE:
        return Series(stated.indicator_key, Measure.GROWTH, "%", horizon or "year")
    return Series(stated.indicator_key, data.measure, dimension(data.unit)[0], horizon or "year")


def magnitude(data: StatementData) -> Magnitude | None:
    """None for a relative target, and for a number that is only a phrase."""
    if data.value is None:
        return None
    _, factor = dimension(data.unit)
    low = data.value * factor
    return Magnitude(low, low if data.value_hi is None else data.value_hi * factor)


def compare(
    before: Iterable[Stated], after: Iterable[Stated], *, year: int, basis: Basis, full: bool
) -> list[ChangeData]:
    """The changes of the targets in `after`, the report of `year`, against those in `before`, main targets first.

    `full` says that `after` is a whole report of the same kind: only then can a headline target be `dropped`.
    Between two publishers (`conflict`) only differing values are told, nothing is added or dropped.
    Both sides are of one region and kind; only targets are looked at.
    """
    earlier, later = _by_series(before), _by_series(after)
    changes: list[ChangeData] = []
    for series in {**later, **earlier}:
        olds, news = earlier.get(series, []), later.get(series, [])
        pairs, gone, fresh = _pair(olds, news)
        changes += [change for old, new in pairs if (change := _changed(old, new, basis))]
        if basis is Basis.CONFLICT:
            continue
        changes += [_change(ChangeKind.ADDED, basis, None, new) for new in fresh]
        if full:
            dropped = [_change(ChangeKind.DROPPED, basis, old, None) for old in gone if old.data.headline]
            changes += [replace(change, year=year) for change in dropped]
    return sorted(changes, key=_place)


def settle(targets: Iterable[Stated], outturns: Iterable[Stated], better: Callable[[str], int]) -> list[ChangeData]:
    """`met` and `missed`: what the later report says became of the targets of an earlier one.

    `better(indicator_key)` is 1 where more is good, -1 where less is, 0 where nobody can tell; those are not judged.
    """
    known = {_period_series(stated): stated for stated in outturns if stated.data.role is Role.OUTTURN}
    changes = []
    for target in targets:
        reached = known.get(_period_series(target))
        if target.data.role is not Role.TARGET or reached is None:
            continue
        verdict = _is_met(target.data, reached.data, better(target.indicator_key))
        if verdict is not None:
            kind = ChangeKind.MET if verdict else ChangeKind.MISSED
            changes.append(_change(kind, Basis.NEXT_REPORT, target, reached))
    return changes


def event_id(change: ChangeData, version: str = "") -> str:
    """What makes two changes the same: the region's series, its period, and what it was and is.

    The documents do not count, so that a second witness tells nothing twice; `version` tells one revision of a
    page from the next.
    """
    shown = change.shown
    facts = [
        change.region, change.report_kind, str(change.year), change.kind, change.basis, *series_of(shown),
        shown.data.indicator if not change.before or not change.after else "",
        _signature(change.before), _signature(change.after), version,
    ]  # fmt: skip
    return hashlib.sha256("\x1f".join(facts).encode()).hexdigest()


def _by_series(statements: Iterable[Stated]) -> dict[Series, list[Stated]]:
    """Targets by series; the same figure said twice in one text counts once, at its headline or first place."""
    groups: dict[Series, dict[str, Stated]] = defaultdict(dict)
    for stated in statements:
        if stated.data.role is Role.TARGET:
            known = groups[series_of(stated)]
            signature = _signature(stated)
            if signature not in known or (stated.data.headline and not known[signature].data.headline):
                known[signature] = stated
    return {series: list(group.values()) for series, group in groups.items()}


def _pair(
    olds: Sequence[Stated], news: Sequence[Stated]
) -> tuple[list[tuple[Stated, Stated]], list[Stated], list[Stated]]:
    """Pairs, what is left earlier, what is left later: equal values first, then headline with headline."""
    left, fresh = list(olds), list(news)
    pairs = []
    for same in (_same_value, _both_headline, _same_words, _only_ones(left, fresh)):
        for old in list(left):
            found = next((new for new in fresh if same(old, new)), None)
            if found is not None:
                pairs.append((old, found))
                left.remove(old)
                fresh.remove(found)
    return pairs, left, fresh


def _same_value(old: Stated, new: Stated) -> bool:
    return _signature(old) == _signature(new)


def _both_headline(old: Stated, new: Stated) -> bool:
    return old.data.headline and new.data.headline


def _same_words(old: Stated, new: Stated) -> bool:
    return old.data.indicator == new.data.indicator


def _only_ones(left: Sequence[Stated], fresh: Sequence[Stated]) -> Callable[[Stated, Stated], bool]:
    """One on each side is the same thing; of several nobody can say which became which."""
    return lambda _old, _new: len(left) == 1 and len(fresh) == 1


def _changed(old: Stated, new: Stated, basis: Basis) -> ChangeData | None:
    if _same_value(old, new):
        return None
    kind = _direction(old.data, new.data)
    return _change(kind, basis, old, new)


def _direction(old: StatementData, new: StatementData) -> ChangeKind:
    """The magnitude first (a range by its middle, then its ends), then the hedge.

    Of two declines the larger one is the higher target: 单位能耗下降3% → 下降4% is raised.
    """
    was, now = magnitude(old), magnitude(new)
    if was is None or now is None:
        return ChangeKind.REWORDED
    sign = -1 if was.middle < 0 and now.middle < 0 else 1
    for earlier, later in ((was.middle, now.middle), (was.low, now.low), (was.high, now.high)):
        if not _equal(earlier, later):
            return ChangeKind.RAISED if (later - earlier) * sign > 0 else ChangeKind.LOWERED
    return ChangeKind.REWORDED


def _equal(a: float, b: float) -> bool:
    return abs(a - b) <= EQUAL * max(1.0, abs(a), abs(b))


def _signature(stated: Stated | None) -> str:
    if stated is None:
        return ""
    size = magnitude(stated.data)
    said = "" if size is None else f"{size.low:.9g}…{size.high:.9g}"
    return f"{stated.data.op}:{said}:{stated.data.reference or ''}"


def _period_series(stated: Stated) -> tuple[str, Measure, str, str]:
    """A target without a period is for its report's year; an outturn without one for the year before."""
    series = series_of(stated)
    default = stated.year if stated.data.role is Role.TARGET else stated.year - 1
    return series.indicator_key, series.measure, series.dimension, stated.data.period or str(default)


def _is_met(target: StatementData, reached: StatementData, better: int) -> bool | None:
    goal, got = magnitude(target), magnitude(reached)
    if goal is None or got is None or not better:
        return None
    slack = ABOUT * abs(goal.middle) if target.op is Op.ABOUT else 0.0
    if goal.middle < 0:  # of a decline the hedge bounds the size: 下降10%以上 is met by 下降11.7%
        small_enough = target.op is Op.AT_MOST or (better > 0 and target.op is not Op.AT_LEAST)
        return got.middle >= goal.low - slack - EQUAL if small_enough else got.middle <= goal.high + slack + EQUAL
    if target.op is Op.AT_MOST or (better < 0 and target.op is not Op.AT_LEAST):
        return got.middle <= goal.high + slack + EQUAL
    return got.middle >= goal.low - slack - EQUAL


def _change(kind: ChangeKind, basis: Basis, old: Stated | None, new: Stated | None) -> ChangeData:
    place = new or old
    assert place is not None, "a change has at least one side"
    return ChangeData(kind, basis, place.region, place.report_kind, place.year, old, new)


def _place(change: ChangeData) -> tuple[bool, bool, int]:
    shown = change.shown
    return not change.headline, change.after is None, shown.data.start
