"""Numeric conditions of watches, by what they are about; each with what must not hold."""

from dataclasses import replace

import pytest

from monitor.telling.conditions import holds, parse
from storage.values import Basis, ChangeData, ChangeKind, Kind, Measure, Op, Role, Stated, StatementData

KINDS = {"lowered": ChangeKind.LOWERED, "raised": ChangeKind.RAISED, "added": ChangeKind.ADDED}


def stated(
    value: float | None, unit: str | None = "%", value_hi: float | None = None, measure: Measure = Measure.GROWTH
) -> Stated:
    data = StatementData(
        start=0, end=1, text="x", role=Role.TARGET, indicator="地区生产总值", measure=measure, op=Op.EXACT, value=value,
        value_hi=value_hi, unit=unit, reference=None, period="2026", headline=True, sentence_start=0, sentence_end=1,
    )  # fmt: skip
    return Stated(1, 1, 1, "990100", Kind.WORK_REPORT, 2026, "gdp", data)


def change(kind: ChangeKind, before: Stated | None, after: Stated | None) -> ChangeData:
    return ChangeData(kind, Basis.NEXT_REPORT, "990100", Kind.WORK_REPORT, 2026, before, after)


def cut(before: float, after: float, unit: str = "%") -> ChangeData:
    kind = ChangeKind.LOWERED if after < before else ChangeKind.RAISED
    return change(kind, stated(before, unit), stated(after, unit))


@pytest.mark.parametrize(
    ("text", "before", "after", "unit", "expected"),
    [
        ("lowered by 0.5 points", 6.5, 6, "%", True),
        ("lowered by 0.5 points", 6.5, 6.1, "%", False),
        ("lowered by 0.5 points", 6, 6.5, "%", False),
        ("lowered by 0.3 points", 6.3, 6, "%", True),  # whatever floating point makes of it
        ("raised by 1 point", 6, 7, "%", True),
        ("moved by 1 points", 7, 6, "%", True),
        ("lowered by 0.5 points", 9, 8, "万人", False),
        ("lowered by 5000人", 9, 8, "万人", True),
        ("lowered by 1万人", 9, 8.5, "万人", False),
        ("crosses 5%", 5, 4.5, "%", True),
        ("crosses 5%", 4.5, 5, "%", True),
        ("crosses 5%", 5.5, 5, "%", False),
        ("above 6%", 6, 6.5, "%", True),
        ("above 6%", 6.5, 6, "%", False),
        ("below 5%", 5, 4.9, "%", True),
        ("below 100亿元", 101, 99, "亿元", True),
        ("below 5%", 5, 4.9, "亿元", False),
    ],
)
def test_a_condition_holds_or_not(text: str, before: float, after: float, unit: str, expected: bool) -> None:
    assert holds(parse(text), cut(before, after, unit), None) is expected


@pytest.mark.parametrize(
    ("text", "above", "expected"),
    [
        ("differs from parent", 5.5, True),
        ("differs from parent", 6, False),
        ("differs from parent", None, False),
        ("above parent", 5.5, True),
        ("below parent", 5.5, False),
        ("above parent by 0.5 points", 5.5, True),
        ("above parent by 1 point", 5.5, False),
        ("differs from parent by 0.5 points", 6.5, True),
    ],
)
def test_a_region_is_held_against_its_parent(text: str, above: float | None, expected: bool) -> None:
    parent = None if above is None else stated(above)
    assert holds(parse(text), change(ChangeKind.ADDED, None, stated(6)), parent) is expected


def test_a_range_counts_by_its_middle() -> None:
    narrowed = change(ChangeKind.LOWERED, stated(6), stated(5, value_hi=6))
    assert holds(parse("lowered by 0.5 points"), narrowed, None)
    assert not holds(parse("lowered by 1 point"), narrowed, None)


@pytest.mark.parametrize("text", ["lowered by 0.1 points", "crosses 5%", "above 1%", "below 9%", "differs from parent"])
def test_what_has_no_number_or_is_gone_meets_no_condition(text: str) -> None:
    for gone in (change(ChangeKind.DROPPED, stated(6), None), change(ChangeKind.ADDED, None, stated(None, None))):
        assert not holds(parse(text), gone, stated(5))


def test_a_result_is_far_enough_from_its_target() -> None:
    missed = change(ChangeKind.MISSED, stated(6.5), stated(5.6))
    assert holds(parse("missed by 0.5 points"), missed, None)
    assert not holds(parse("missed by 1 point"), missed, None)
    assert not holds(parse("met by 0.5 points"), missed, None)
    assert not holds(parse("below 6%"), missed, None)


def test_two_publishers_may_differ_by_enough() -> None:
    dispute = replace(cut(6, 6.5), kind=ChangeKind.CONFLICT)
    assert holds(parse("moved by 0.5 points"), dispute, None)
    assert not holds(parse("raised by 0.5 points"), dispute, None)


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("lowered by 0.5%", 'write "0.5 points"'),
        ("crosses 5 points", 'write "5%"'),
        ("lowered", "is not understood"),
        ("lowered by much", "is not understood"),
        ("above parents", "is not understood"),
        ("", "is not understood"),
    ],
)
def test_a_condition_that_is_not_understood_says_what_to_write(text: str, advice: str) -> None:
    with pytest.raises(ValueError, match=advice):
        parse(text)
