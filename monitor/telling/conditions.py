"""Numeric conditions (条件) on a change: `lowered by 0.5 points`, `crosses 5%`, `differs from parent`. Pure.

A range counts by its middle. A condition on a rate says nothing of an amount, nor the other way round, and what cannot
be judged does not hold.
"""

import re
from dataclasses import dataclass
from functools import cache

from monitor.comparing.series import dimension, equal, magnitude
from storage.values import ChangeData, ChangeKind, Stated

_NUMBER = r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>\S+)"
_MOVE = re.compile(rf"(?P<verb>lowered|raised|moved|met|missed) by {_NUMBER}")
_SIZE = re.compile(rf"(?P<verb>crosses|above|below) {_NUMBER}")
_PARENT = re.compile(rf"(?P<verb>differs from|above|below) parent(?: by {_NUMBER})?")
_POINTS = ("point", "points", "百分点", "个百分点")
_MOVES = {
    "lowered": (ChangeKind.LOWERED,),
    "raised": (ChangeKind.RAISED,),
    "moved": (ChangeKind.LOWERED, ChangeKind.RAISED, ChangeKind.CONFLICT),
    "met": (ChangeKind.MET,),
    "missed": (ChangeKind.MISSED,),
}
_STATES = frozenset(ChangeKind) - {ChangeKind.DROPPED, ChangeKind.MET, ChangeKind.MISSED}


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition. `size` is in the base unit of `unit` (5% → 5 of %, 10亿元 → 1e9 of 元); None asks for any."""

    verb: str
    parent: bool
    size: float | None
    unit: str


@cache
def parse(text: str) -> Condition:
    """The condition that a text writes. Raises ValueError, which says how to write one."""
    words = " ".join(text.split())
    for pattern in (_PARENT, _MOVE, _SIZE):
        if found := pattern.fullmatch(words):
            return _read(found, words, parent=pattern is _PARENT)
    raise ValueError(
        f'"{text}" is not understood: write "lowered by 0.5 points" (or raised, moved, met, missed), "crosses 5%",'
        ' "above 6%", "below 100亿元", "differs from parent" or "below parent by 1 point"'
    )


def _read(found: re.Match[str], words: str, *, parent: bool) -> Condition:
    verb, number, unit = found["verb"], found["number"], found["unit"]
    if number is None:
        return Condition(verb, parent, None, "")
    apart = parent or found.re is _MOVE
    if apart and unit in ("%", "％"):
        raise ValueError(f'"{words}": percentages lie points apart, so write "{number} points"')
    if not apart and unit in _POINTS:
        raise ValueError(f'"{words}": a rate is written with %, so write "{number}%"')
    base, factor = ("%", 1.0) if unit in _POINTS else _base(unit)
    return Condition(verb, parent, float(number) * factor, base)


def holds(condition: Condition, change: ChangeData, above: Stated | None) -> bool:
    """Whether a change is so; `above` is the parent region's target of the same series and year, if it is known."""
    before, after = _size(change.before, condition), _size(change.after, condition)
    if condition.parent:
        return _beside_parent(condition, change, after, _size(above, condition))
    if condition.verb in _MOVES:
        apart = None if before is None or after is None else abs(after - before)
        return change.kind in _MOVES[condition.verb] and _reaches(apart, condition.size)
    if after is None or condition.size is None or change.kind not in _STATES:
        return False
    if condition.verb == "crosses":
        return before is not None and _is_up_to(condition.size, before) != _is_up_to(condition.size, after)
    if condition.verb == "above":
        return after > condition.size and not equal(after, condition.size)
    return after < condition.size and not equal(after, condition.size)


def _beside_parent(condition: Condition, change: ChangeData, own: float | None, above: float | None) -> bool:
    if own is None or above is None or change.kind not in _STATES or equal(own, above):
        return False
    if condition.verb != "differs from" and (own > above) != (condition.verb == "above"):
        return False
    return condition.size is None or _reaches(abs(own - above), condition.size)


def _size(stated: Stated | None, condition: Condition) -> float | None:
    """The figure in its base unit, where it is of the condition's unit."""
    found = magnitude(stated.data) if stated else None
    if stated is None or found is None:
        return None
    return found.middle if condition.unit in ("", _base(stated.data.unit)[0]) else None


def _base(unit: str | None) -> tuple[str, float]:
    base, factor = dimension(unit)
    return ("%" if base in ("％", "百分点") else base), factor


def _reaches(apart: float | None, least: float | None) -> bool:
    return apart is not None and least is not None and (apart > least or equal(apart, least))


def _is_up_to(bar: float, size: float) -> bool:
    return size > bar or equal(size, bar)
