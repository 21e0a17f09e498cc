"""Targets for 2030 are a series of their own: what stands of them, whoever spoke of it last."""

from monitor.comparing.compare import compare
from monitor.comparing.farther import last_word
from storage.values import Basis, ChangeKind, Measure, Role, Stated
from tests.statements import stated


def rate(value: float, year: int, period: str = "2030", **more: object) -> Stated:
    return stated(
        "常住人口城镇化率", value, key="urbanisation", year=year, period=period, measure=Measure.RATIO, **more
    )  # type: ignore[arg-type]


def tail(words: str, value: float, year: int, period: str = "2030") -> Stated:
    return stated(words, value, "公里", key=f"~{words}", year=year, period=period, measure=Measure.LEVEL)


def test_what_the_report_before_does_not_repeat_stands_as_it_was_said_last() -> None:
    oldest, older = rate(68, 2025), rate(70, 2026)
    assert last_word([oldest, older], [rate(64, 2027, "2027")], 2028) == [older]


def test_what_the_report_before_repeats_has_its_last_word_there() -> None:
    assert last_word([rate(70, 2026)], [rate(71, 2027)], 2028) == []


def test_only_targets_for_farther_years_stand() -> None:
    yearly, reached = rate(66, 2026, "2026"), rate(65, 2026, "2025", role=Role.OUTTURN)
    assert last_word([yearly, reached], [], 2028) == []


def test_what_was_due_is_history_once_a_report_could_tell_of_it() -> None:
    assert last_word([rate(70, 2026)], [], 2031) != []
    assert last_word([rate(70, 2026)], [], 2032) == []


def test_another_year_is_another_series() -> None:
    for_2035 = rate(75, 2026, "2035")
    assert last_word([for_2035], [rate(70, 2027)], 2028) == [for_2035]


def test_the_long_tail_is_known_again_by_its_words() -> None:
    roads, parks = tail("新建云溪绿道", 40, 2026), tail("新建澜汀步道", 9, 2026)
    assert last_word([roads, parks], [tail("建设云溪绿道", 45, 2027)], 2028) == [parks]


def test_each_of_a_joint_target_that_was_stated_one_by_one_has_its_last_word_there() -> None:
    def income(words: str, key: str, year: int, value: float) -> Stated:
        return stated(words, value, key=key, year=year, period="2026/2030")

    joint = income("城镇和农村居民人均可支配收入", "household_income", 2026, 6)
    each = [income("城镇居民人均可支配收入", "urban_income", 2027, 6.5)]
    assert last_word([joint], each, 2029) == [joint]
    assert last_word([joint], [*each, income("农村居民人均可支配收入", "rural_income", 2027, 7)], 2029) == []
    assert last_word(each, [income("城镇和农村居民人均可支配收入", "household_income", 2028, 6)], 2029) == []


def test_a_target_that_a_report_left_out_is_compared_with_the_last_that_stated_it() -> None:
    stands = last_word([rate(70, 2026)], [], 2028)
    (change,) = compare(stands, [rate(72, 2028)], year=2028, basis=Basis.NEXT_REPORT, full=True)
    assert (change.kind, change.before) == (ChangeKind.RAISED, stands[0])
    assert compare(stands, [rate(70, 2028)], year=2028, basis=Basis.NEXT_REPORT, full=True) == []
    assert compare(stands, [], year=2028, basis=Basis.NEXT_REPORT, full=True) == []  # it stands until then
