"""What is a change, by the words of docs/changes.md."""

import pytest

from monitor.comparing.compare import compare, event_id
from monitor.comparing.ledger import settle
from monitor.comparing.series import dimension, series_of
from storage.values import Basis, ChangeData, ChangeKind, Measure, Op, Role, Stated
from tests.statements import stated


def changes(before: list[Stated], after: list[Stated], **options: object) -> list[tuple[ChangeKind, str]]:
    full = bool(options.get("full", True))
    basis = Basis(str(options.get("basis", Basis.NEXT_REPORT)))
    found = compare(before, after, year=2026, basis=basis, full=full)
    return [(change.kind, change.shown.data.indicator) for change in found]


def gdp(value: float | None, year: int, **more: object) -> Stated:
    return stated("地区生产总值", value, key="gdp", year=year, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (dict(value=6.5, op=Op.AT_LEAST), dict(value=6.0, op=Op.ABOUT), ChangeKind.LOWERED),
        (dict(value=6.0), dict(value=6.5), ChangeKind.RAISED),
        (dict(value=6.0, op=Op.AT_LEAST), dict(value=6.0, op=Op.ABOUT), ChangeKind.REWORDED),
        # the middle is the same, the low end rose
        (dict(value=5.0, hi=6.0, op=Op.RANGE), dict(value=5.5), ChangeKind.RAISED),
        (dict(value=5.0, hi=5.5, op=Op.RANGE), dict(value=5.0, hi=6.0, op=Op.RANGE), ChangeKind.RAISED),
        (dict(value=-3.0), dict(value=-4.0), ChangeKind.RAISED),  # a larger cut is promised
        (dict(value=-4.0), dict(value=-3.0), ChangeKind.LOWERED),
        (
            dict(value=None, op=Op.IN_STEP, reference="经济", measure=Measure.RELATIVE),
            dict(value=6.0),
            ChangeKind.REWORDED,
        ),
    ],
)  # fmt: skip
def test_the_magnitude_counts_first_then_the_hedge(
    before: dict[str, object], after: dict[str, object], kind: ChangeKind
) -> None:
    assert changes([gdp(year=2025, **before)], [gdp(year=2026, **after)]) == [(kind, "地区生产总值")]  # type: ignore[arg-type]


def test_the_same_figure_is_no_change() -> None:
    assert changes([gdp(6.0, 2025)], [gdp(6.0, 2026)]) == []


def test_amounts_are_compared_in_their_base_unit() -> None:
    before = stated("新增就业", 8000, "人", year=2025, measure=Measure.LEVEL)
    assert changes([before], [stated("新增就业", 0.8, "万人", measure=Measure.LEVEL)]) == []
    assert changes([before], [stated("新增就业", 1, "万人", measure=Measure.LEVEL)]) == [
        (ChangeKind.RAISED, "新增就业")
    ]


def test_a_rate_is_never_compared_with_an_amount() -> None:
    before = stated("固定资产投资", 100, "亿元", year=2025, measure=Measure.LEVEL)
    after = stated("固定资产投资", 8)
    assert changes([before], [after]) == [(ChangeKind.ADDED, "固定资产投资"), (ChangeKind.DROPPED, "固定资产投资")]


def test_a_farther_year_is_a_series_of_its_own() -> None:
    yearly, far = gdp(6.0, 2025), gdp(5.0, 2025, period="2030")
    assert changes([yearly, far], [gdp(6.0, 2026), gdp(4.5, 2026, period="2030")]) == [
        (ChangeKind.LOWERED, "地区生产总值")
    ]


def test_only_main_targets_are_dropped_and_only_by_a_whole_report() -> None:
    before = [gdp(6.0, 2025), stated("新建公园", 6, "个", measure=Measure.LEVEL, year=2025, headline=False)]
    assert changes(before, []) == [(ChangeKind.DROPPED, "地区生产总值")]
    assert changes(before, [], full=False) == []


def test_a_dropped_target_is_a_change_of_the_later_report() -> None:
    (change,) = compare([gdp(6.0, 2025)], [], year=2026, basis=Basis.NEXT_REPORT, full=True)
    assert (change.year, change.after) == (2026, None)


def test_between_two_publishers_only_differing_figures_are_told() -> None:
    before, after = [gdp(6.0, 2026), stated("投资", 8)], [gdp(6.5, 2026), stated("出口", 3)]
    assert changes(before, after, basis=Basis.CONFLICT) == [(ChangeKind.RAISED, "地区生产总值")]


def test_outturns_are_not_compared_with_targets() -> None:
    assert changes([gdp(6.0, 2025)], [gdp(6.0, 2026), gdp(5.8, 2026, role=Role.OUTTURN, period="2025")]) == []


def test_a_figure_said_twice_counts_once() -> None:
    assert changes([], [gdp(6.0, 2026, headline=False), gdp(6.0, 2026)]) == [(ChangeKind.ADDED, "地区生产总值")]


def test_of_several_figures_in_one_series_the_equal_ones_stay() -> None:
    def park(value: float, words: str, year: int) -> Stated:
        return stated(words, value, "个", key="~公园", year=year, measure=Measure.LEVEL, headline=False)

    before = [park(3, "新建公园", 2025), park(5, "改造公园", 2025)]
    assert changes(before, [park(5, "改造公园", 2026), park(4, "新建公园", 2026)]) == [(ChangeKind.RAISED, "新建公园")]


def test_main_targets_come_first() -> None:
    tail = stated("新建公园", 6, "个", measure=Measure.LEVEL, headline=False)
    assert changes([], [tail, gdp(6.0, 2026)]) == [(ChangeKind.ADDED, "地区生产总值"), (ChangeKind.ADDED, "新建公园")]


@pytest.mark.parametrize(("unit", "expected"), [
    ("亿元", ("元", 1e8)), ("万人", ("人", 1e4)), ("%", ("%", 1)), ("个百分点", ("百分点", 1)), ("公里", ("米", 1e3)),
    ("千米", ("米", 1e3)), ("千公里", ("米", 1e6)), ("万吨", ("斤", 2e7)), ("亿斤", ("斤", 1e8)), ("千人", ("人", 1e3)),
    ("千瓦", ("千瓦", 1)), ("万千瓦时", ("千瓦时", 1e4)), ("万公顷", ("亩", 1.5e5)),
    ("平方公里", ("亩", 1500)), ("千亿元", ("元", 1e11)),
    (None, ("", 1)),
])  # fmt: skip
def test_a_unit_has_a_base_and_a_factor(unit: str | None, expected: tuple[str, float]) -> None:
    assert dimension(unit) == expected


def test_a_second_figure_that_is_gone_drops_no_series() -> None:
    before = [gdp(7.0, 2025, op=Op.AT_LEAST), gdp(8.0, 2025)]
    assert changes(before, [gdp(7.0, 2026, op=Op.AT_LEAST)]) == []
    assert changes(before, [gdp(7.0, 2025, op=Op.AT_LEAST)], basis=Basis.REVISION) == [
        (ChangeKind.DROPPED, "地区生产总值")
    ]


def test_a_farther_target_stands_until_its_year() -> None:
    far = gdp(5.0, 2025, period="2026/2030")
    assert changes([far], [gdp(5.0, 2026)]) == [(ChangeKind.ADDED, "地区生产总值")]
    assert changes([far], [], basis=Basis.REVISION) == [(ChangeKind.DROPPED, "地区生产总值")]


def test_what_a_watch_names_is_dropped_though_it_is_no_main_target() -> None:
    park = stated("新建公园", 6, "个", key="~新建公园", measure=Measure.LEVEL, year=2025, headline=False)
    found = compare([park], [], year=2026, basis=Basis.NEXT_REPORT, full=True, watched=lambda one: one is park)
    assert [change.kind for change in found] == [ChangeKind.DROPPED]


def test_relations_to_the_same_thing_have_an_order() -> None:
    def tied(op: Op, reference: str, year: int) -> Stated:
        return gdp(None, year, measure=Measure.RELATIVE, unit=None, op=op, reference=reference)

    assert changes([tied(Op.ABOVE, "经济增长", 2025)], [tied(Op.IN_STEP, "经济增速", 2026)])[0][0] is ChangeKind.LOWERED
    assert changes([tied(Op.BELOW, "经济增长", 2025)], [tied(Op.ABOVE, "经济增长", 2026)])[0][0] is ChangeKind.RAISED
    assert changes([tied(Op.ABOVE, "全省", 2025)], [tied(Op.AT_LEAST, "全省", 2026)])[0][0] is ChangeKind.LOWERED
    assert changes([tied(Op.IN_STEP, "全省", 2025)], [tied(Op.AT_MOST, "全省", 2026)])[0][0] is ChangeKind.LOWERED
    assert changes([tied(Op.ABOVE, "全国", 2025)], [tied(Op.IN_STEP, "经济增长", 2026)])[0][0] is ChangeKind.REWORDED


def test_an_outturn_of_another_year_settles_nothing() -> None:
    outturn = gdp(6.0, 2026, role=Role.OUTTURN, period="2024")
    assert settle([gdp(6.0, 2025)], [outturn], lambda _: 1) == []


def test_the_same_change_has_the_same_id_whichever_document_tells_it() -> None:
    def cut() -> ChangeData:
        return compare([gdp(6.5, 2025)], [gdp(6.0, 2026)], year=2026, basis=Basis.NEXT_REPORT, full=True)[0]

    assert event_id(cut()) == event_id(cut())
    assert event_id(cut()) != event_id(cut(), "another revision")


def test_a_gap_to_somebody_is_no_rise_and_no_gap_to_somebody_else() -> None:
    def points(reference: str | None) -> Stated:
        return stated("居民收入", 0.5, "个百分点", measure=Measure.DELTA, reference=reference)

    assert len({series_of(points(reference)) for reference in (None, "全国", "全省")}) == 3
    assert series_of(points("全国")) == series_of(points("全国"))


@pytest.mark.parametrize(("was", "unit", "now", "other"), [
    (500, "万吨", 100, "亿斤"), (8, "千人", 8000, "人"), (3, "万公顷", 45, "万亩"), (1500, "米", 1.5, "公里"),
    (120, "公里", 120, "千米"),
])  # fmt: skip
def test_the_same_size_in_another_unit_is_no_change(was: float, unit: str, now: float, other: str) -> None:
    before = stated("粮食产量", was, unit, key="grain_output", year=2025, measure=Measure.LEVEL)
    same, more = (
        stated("粮食产量", value, other, key="grain_output", measure=Measure.LEVEL) for value in (now, now * 1.02)
    )
    assert changes([before], [same]) == []
    assert changes([before], [more]) == [(ChangeKind.RAISED, "粮食产量")]


def test_a_target_for_two_indicators_is_compared_with_each_of_them() -> None:
    def revenue(key: str, value: float, year: int) -> Stated:
        return stated({"fiscal_revenue": "全部财政收入"}.get(key, "一般公共预算收入"), value, key=key, year=year)

    both = stated("全部财政收入和一般公共预算收入", 14, key="fiscal_revenue+general_public_budget_revenue", year=2025)
    one_by_one = [revenue("fiscal_revenue", 12, 2026), revenue("general_public_budget_revenue", 14, 2026)]
    assert changes([both], one_by_one) == [(ChangeKind.LOWERED, "全部财政收入")]
    assert changes(one_by_one, [both]) == [(ChangeKind.RAISED, "财政收入")]  # not told of the one that stays
    assert [kind for kind, _ in changes([both], one_by_one[:1])] == [ChangeKind.LOWERED, ChangeKind.DROPPED]
    assert changes([both], [both]) == []
    assert changes([both], []) == [(ChangeKind.DROPPED, both.data.indicator)]


def test_an_income_of_town_and_country_together_is_compared_with_each() -> None:
    both = stated("城镇和农村居民人均可支配收入", 9, key="household_income", year=2025)
    urban = stated("城镇居民人均可支配收入", 9, key="urban_income")
    rural = stated("农村居民人均可支配收入", 9.5, key="rural_income")
    assert changes([both], [urban, rural]) == [(ChangeKind.RAISED, "农村居民人均可支配收入")]
    everybody = stated("居民人均可支配收入", 9, key="household_income")
    assert changes([everybody], [urban, rural]) != changes([both], [urban, rural])
