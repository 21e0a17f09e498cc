"""The ledger: what became of each target, as the reports themselves tell it. Pure; docs/changes.md has the examples.

A target is met by the outturn of the same series and period: the next report of its kind says what was reached, else a
later one, else one of another kind (a bulletin).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from monitor.catalogue.indicators import TAIL, Direction, indicator
from monitor.comparing.jointly import JOINT, apart
from monitor.comparing.matching import match
from monitor.comparing.series import EQUAL, last_year_of, magnitude, period_of, series_of, signature
from monitor.comparing.several_years import is_over_years
from storage.values import Basis, ChangeData, ChangeKind, Kind, Op, Role, Stated, StatementData

ABOUT = 0.05  # 左右 is met within this part of the target
DIRECTIONS = {Direction.MORE: 1, Direction.LESS: -1, Direction.NONE: 0}
FOREVER = float("inf")


class Verdict(StrEnum):
    """What became of a target."""

    MET = "met"
    MISSED = "missed"
    UNJUDGED = "unjudged"  # the outturn is told, but nobody can say whether it is enough
    NOT_TOLD = "not_told"  # a later report of the kind is on record and does not say
    OPEN = "open"  # no later report of the kind is on record


CHANGE_OF = {Verdict.MET: ChangeKind.MET, Verdict.MISSED: ChangeKind.MISSED}
WORST = (Verdict.MISSED, Verdict.NOT_TOLD, Verdict.UNJUDGED, Verdict.OPEN, Verdict.MET)
Asked = tuple[int, str]  # a statement and one of the indicators it is about


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One target with its outturn. `period` is the year or span (2026/2030) that both are about.

    `apart` is the outturn less the target, signed as numbers are, whatever is good: where 下降3% was asked, 下降3.4%
    is -0.4. It is in the base unit of the series (percentage points for a rate, 元 for 亿元); of a range it counts
    from the end that decides. None without a figure on each side. Whether that is enough, `verdict` says.
    """

    target: Stated
    period: str
    outturn: Stated | None
    verdict: Verdict
    apart: float | None


class _Bounds(NamedTuple):
    """Where a figure has to lie. Of declines it is the size: 下降3% has to be 3 or more."""

    low: float
    high: float
    asked: float  # the figure that was stated, on the side that counts
    sense: int  # 1 if more is better, -1 if less, 0 if nobody can say


Sentences = Callable[[Iterable[int]], Mapping[int, str]]


def _no_sentences(_: Iterable[int]) -> Mapping[int, str]:
    return {}


def better(key: str) -> int:
    """1 where more of an indicator is good, -1 where less is, 0 where nobody can tell (and for the long tail).

    Of several at once (gdp+fiscal_revenue) what is true of each.
    """
    known = [indicator(one) for one in key.split(JOINT)]
    senses = {0 if one is None else DIRECTIONS[one.direction] for one in known}
    return senses.pop() if len(senses) == 1 else 0


def reckon(
    statements: Iterable[Stated],
    better: Callable[[str], int] = better,
    sentences: Sentences = _no_sentences,
    last_years: Mapping[Kind, int] | None = None,
) -> list[LedgerEntry]:
    """The ledger of one region: each target of its reports once, in the order of year and text.

    A target for several indicators at once (城镇和农村居民收入均增长8%) is once for each where their outturns are told
    one by one, and one outturn for several answers the targets for each.

    `statements` are what its reports state, of any years and kinds, targets and outturns alike. `sentences` answers
    with the sentences of statements by id: what they say of several years (累计, 比2005年) is no year's outturn.
    `last_years` is the newest report's year of each kind, for a part of the statements; None: all of them are there.
    """
    listed = list(statements)
    targets = _once(stated for stated in listed if stated.data.role is Role.TARGET)
    outturns = [stated for stated in listed if stated.data.role is Role.OUTTURN]
    targets, outturns = apart(targets, outturns, _about), apart(outturns, targets, _about)
    answers = _answers_of_a_year(targets, outturns, sentences)
    newest = last_years or {
        kind: max(one.year for one in listed if one.report_kind == kind) for kind in Kind if _has(listed, kind)
    }
    return [_entry(target, answers.get(_asked(target)), newest[target.report_kind], better) for target in targets]


def by_statement(entries: Iterable[LedgerEntry]) -> dict[int, LedgerEntry]:
    """One entry for each statement, by its id; of a target for several indicators the worst: met is met by all."""
    found: dict[int, LedgerEntry] = {}
    for entry in entries:
        known = found.get(entry.target.id)
        if known is None or WORST.index(entry.verdict) < WORST.index(known.verdict):
            found[entry.target.id] = entry
    return found


def settle(
    targets: Iterable[Stated],
    outturns: Iterable[Stated],
    better: Callable[[str], int] = better,
    sentences: Sentences = _no_sentences,
) -> list[ChangeData]:
    """`met` and `missed`: what a later report says became of the targets of an earlier one, for known indicators."""
    known = [stated for stated in targets if stated.data.role is Role.TARGET and not _is_tail(stated)]
    reached = [stated for stated in outturns if stated.data.role is Role.OUTTURN]
    return [
        _change(CHANGE_OF[entry.verdict], entry.target, entry.outturn)
        for entry in reckon([*known, *reached], better, sentences)
        if entry.verdict in CHANGE_OF and entry.outturn is not None
    ]


def judge(target: StatementData, reached: StatementData, better: int) -> tuple[Verdict, float | None]:
    """Whether `reached` is what `target` asked for, and how far it is from that: outturn less target.

    以上 is met from the figure upward, 以内 down to it, 左右 within a twentieth of it. Where more (or less) is good, a
    figure without hedge is the least (or the most), and nothing is too good. Where neither is, what lies outside of
    左右 or a range is not judged.
    """
    goal, got = magnitude(target), magnitude(reached)
    if goal is None or got is None:
        return Verdict.UNJUDGED, None
    declines = goal.middle < 0
    size = -got.middle if declines else got.middle
    bounds = _bounds(target, better, declines)
    apart = (size - bounds.asked) * (-1 if declines else 1)
    slack = EQUAL * max(1.0, abs(bounds.asked))
    if bounds.low - slack <= size <= bounds.high + slack:
        return Verdict.MET, apart
    return (Verdict.MISSED if bounds.sense else Verdict.UNJUDGED), apart


def _bounds(target: StatementData, better: int, declines: bool) -> _Bounds:
    goal = magnitude(target)
    assert goal is not None, "the caller has looked"
    low, high = sorted((abs(goal.low), abs(goal.high)))
    hedged = {Op.AT_LEAST: 1, Op.AT_MOST: -1}
    sense = hedged.get(target.op, -better if declines else better)
    slack = ABOUT * (low + high) / 2 if target.op is Op.ABOUT else 0.0
    if sense > 0:
        return _Bounds(low - slack, FOREVER, low, sense)
    if sense < 0:
        return _Bounds(-FOREVER, high + slack, high, sense)
    return _Bounds(low - slack, high + slack, (low + high) / 2, sense)


def _once(targets: Iterable[Stated]) -> list[Stated]:
    """In the order of year and text; the same figure said twice in one report counts once, at its headline place."""
    found: dict[tuple[object, ...], Stated] = {}
    for stated in sorted(targets, key=lambda one: (one.year, one.report_kind, one.data.start)):
        said = (stated.year, stated.report_kind, *series_of(stated), signature(stated))
        if said not in found or (stated.data.headline and not found[said].data.headline):
            found[said] = stated
    return list(found.values())


def _answers_of_a_year(targets: Sequence[Stated], outturns: list[Stated], sentences: Sentences) -> dict[Asked, Stated]:
    """As `_answers`, less those whose sentence says that they are of several years; then the next best one answers."""
    read: set[int] = set()
    while True:
        answers = _answers(targets, outturns)
        unread = {one.id: one for one in answers.values() if one.id not in read and period_of(one).isdigit()}
        if not unread:
            return answers
        read |= unread.keys()
        said = sentences(unread)
        over = {
            id for id, one in unread.items() if id in said and is_over_years(one.data, said[id], int(period_of(one)))
        }
        if not over:
            return answers
        outturns = [one for one in outturns if one.id not in over]


def _asked(target: Stated) -> Asked:
    return target.id, target.indicator_key


def _answers(targets: Sequence[Stated], outturns: Sequence[Stated]) -> dict[Asked, Stated]:
    """The outturn of each target that has one."""
    told: dict[tuple[str, ...], list[Stated]] = defaultdict(list)
    tail: dict[tuple[str, ...], list[Stated]] = defaultdict(list)
    for outturn in outturns:
        (tail if _is_tail(outturn) else told)[_about(outturn)].append(outturn)
    found = {}
    asked: dict[tuple[object, ...], list[Stated]] = defaultdict(list)
    for target in targets:
        if _is_tail(target):
            asked[target.year, target.report_kind, _about(target)].append(target)
        elif later := _later(target, told.get(_about(target), ())):
            found[_asked(target)] = min(later, key=lambda one: _rank(target, one))
    for group in asked.values():
        later = _later(group[0], tail.get(_about(group[0]), ()))
        found |= {_asked(target): outturn for target, outturn in _same_words(group, later)}
    return found


def _same_words(targets: Sequence[Stated], later: Sequence[Stated]) -> list[tuple[Stated, Stated]]:
    """Of the long tail: by their words, and only within the first report that tells of the period."""
    if not later:
        return []
    first = min(_rank(targets[0], one)[:2] for one in later)
    return match(targets, [one for one in later if _rank(targets[0], one)[:2] == first], when=period_of).pairs


def _later(target: Stated, outturns: Sequence[Stated]) -> list[Stated]:
    """A report cannot tell of its own target; one of another kind and the same year (a bulletin) can."""
    return [
        one
        for one in outturns
        if one.year > target.year or (one.year == target.year and one.report_kind != target.report_kind)
    ]


def _rank(target: Stated, outturn: Stated) -> tuple[bool, int, bool, int]:
    other_kind, other_words = outturn.report_kind != target.report_kind, outturn.data.indicator != target.data.indicator
    return other_kind, outturn.year, other_words, outturn.data.start


def _about(stated: Stated) -> tuple[str, ...]:
    """What a target and its outturn share; the long tail's words are compared later."""
    key, measure, dimension, _ = series_of(stated)
    return "" if _is_tail(stated) else key, measure, dimension, period_of(stated)


def _entry(target: Stated, outturn: Stated | None, newest: int, better: Callable[[str], int]) -> LedgerEntry:
    if outturn is None:
        verdict = Verdict.NOT_TOLD if newest > last_year_of(target) else Verdict.OPEN
        return LedgerEntry(target, period_of(target), None, verdict, None)
    verdict, apart = judge(target.data, outturn.data, better(target.indicator_key))
    return LedgerEntry(target, period_of(target), outturn, verdict, apart)


def _has(statements: Sequence[Stated], kind: Kind) -> bool:
    return any(one.report_kind == kind for one in statements)


def _is_tail(stated: Stated) -> bool:
    return stated.indicator_key.startswith(TAIL)


def _change(kind: ChangeKind, target: Stated, outturn: Stated) -> ChangeData:
    return ChangeData(kind, Basis.NEXT_REPORT, outturn.region, outturn.report_kind, outturn.year, target, outturn)
