"""What became of each target."""

import pytest

from monitor.comparing.ledger import LedgerEntry, Verdict, better, by_statement, judge, reckon, settle
from storage.values import ChangeKind, Kind, Measure, Op, Role, Stated
from tests.statements import stated


def gdp(value: float, year: int, **more: object) -> Stated:
    return stated("地区生产总值", value, key="gdp", year=year, **more)  # type: ignore[arg-type]


def reached(value: float, year: int, **more: object) -> Stated:
    """What the report of `year` says of the year before."""
    return gdp(value, year, role=Role.OUTTURN, headline=False, **({"period": str(year - 1)} | more))


def told(entries: list[LedgerEntry]) -> list[tuple[int, str, Verdict]]:
    return [(entry.target.year, entry.period, entry.verdict) for entry in entries]


@pytest.mark.parametrize(("op", "goal", "hi", "got", "sense", "verdict", "apart"), [
    (Op.AT_LEAST, 6.5, None, 6.6, 1, Verdict.MET, 0.1),
    (Op.AT_LEAST, 6.5, None, 6.4, 0, Verdict.MISSED, -0.1),  # 以上 says itself which way is good
    (Op.AT_MOST, 5.5, None, 5.3, -1, Verdict.MET, -0.2),
    (Op.AT_MOST, 3.0, None, 3.4, 0, Verdict.MISSED, 0.4),
    (Op.ABOUT, 6.0, None, 5.8, 1, Verdict.MET, -0.2),  # within a twentieth, though below
    (Op.ABOUT, 6.0, None, 9.0, 1, Verdict.MET, 3.0),  # nothing is too good
    (Op.ABOUT, 5.5, None, 5.9, -1, Verdict.MISSED, 0.4),
    (Op.ABOUT, 3.0, None, 2.9, 0, Verdict.MET, -0.1),
    (Op.ABOUT, 3.0, None, 0.2, 0, Verdict.UNJUDGED, -2.8),
    (Op.RANGE, 5.0, 6.0, 5.2, 1, Verdict.MET, 0.2),
    (Op.RANGE, 5.0, 6.0, 4.9, 1, Verdict.MISSED, -0.1),
    (Op.RANGE, 5.0, 6.0, 6.2, -1, Verdict.MISSED, 0.2),
    (Op.RANGE, 5.0, 6.0, 6.2, 0, Verdict.UNJUDGED, 0.7),  # from the middle
    (Op.EXACT, -3.0, None, -3.4, -1, Verdict.MET, -0.4),  # a larger decline of what should be less
    (Op.EXACT, -3.0, None, -2.0, -1, Verdict.MISSED, 1.0),
    (Op.AT_LEAST, -10.0, None, -11.7, 0, Verdict.MET, -1.7),  # 下降10%以上 is of the decline's size
    (Op.AT_MOST, -2.0, None, -1.5, 1, Verdict.MET, 0.5),
    (Op.EXACT, -3.0, None, 1.0, -1, Verdict.MISSED, 4.0),  # it rose
])  # fmt: skip
def test_the_hedge_and_the_direction_decide(
    op: Op, goal: float, hi: float | None, got: float, sense: int, verdict: Verdict, apart: float
) -> None:
    found, by = judge(gdp(goal, 2025, op=op, hi=hi).data, gdp(got, 2026, role=Role.OUTTURN).data, sense)
    assert found is verdict
    assert by == pytest.approx(apart)


def test_figures_are_judged_in_their_base_unit() -> None:
    goal = stated("城镇新增就业", 8000, "人", key="urban_new_jobs", measure=Measure.LEVEL, year=2025)
    got = stated(
        "城镇新增就业", 0.81, "万人", key="urban_new_jobs", measure=Measure.LEVEL, role=Role.OUTTURN, period="2025"
    )
    (entry,) = reckon([goal, got])
    assert (entry.verdict, entry.outturn, entry.apart) == (Verdict.MET, got, pytest.approx(100))


def test_years_meet_by_period_and_what_is_not_told_is_said() -> None:
    years = [gdp(6, 2023), gdp(6, 2024), gdp(5, 2025), reached(6.1, 2024), reached(5.9, 2026), gdp(5, 2026)]
    assert told(reckon(years)) == [
        (2023, "2023", Verdict.MET), (2024, "2024", Verdict.NOT_TOLD), (2025, "2025", Verdict.MET),
        (2026, "2026", Verdict.OPEN),
    ]  # fmt: skip


def test_a_five_year_target_stays_open_until_its_last_year_is_over() -> None:
    far = gdp(6, 2021, period="2021/2025")
    assert told(reckon([far, gdp(6, 2024)])) == [
        (2021, "2021/2025", Verdict.OPEN), (2024, "2024", Verdict.OPEN),
    ]  # fmt: skip
    later = gdp(6, 2026, period="2026")
    assert reckon([far, later])[0].verdict is Verdict.NOT_TOLD
    assert reckon([far, later, reached(6.2, 2026, period="2021/2025")])[0].verdict is Verdict.MET


def test_the_next_report_of_the_kind_speaks_before_later_ones_and_other_kinds() -> None:
    def of_kind(one: Stated, kind: Kind) -> Stated:
        return type(one)(
            one.id, one.document_id, one.report_id, one.region, kind, one.year, one.indicator_key, one.data
        )

    target, late = gdp(6, 2024), reached(6.4, 2026, period="2024")
    bulletin = of_kind(reached(6.2, 2024, period="2024"), Kind.BULLETIN)
    next_year = reached(6.3, 2025)
    assert reckon([target, late, bulletin, next_year])[0].outturn is next_year
    assert reckon([target, late, bulletin])[0].outturn is late
    assert reckon([target, bulletin])[0].outturn is bulletin


def revenue(value: float, year: int, key: str, **more: object) -> Stated:
    return stated("收入", value, key=key, year=year, **more)  # type: ignore[arg-type]


def test_a_target_for_two_indicators_is_held_against_the_outturn_of_each() -> None:
    joint = revenue(8, 2025, "fiscal_revenue+general_public_budget_revenue")
    whole, budget = (
        revenue(value, 2026, key, role=Role.OUTTURN, period="2025")
        for value, key in ((8.4, "fiscal_revenue"), (7.1, "general_public_budget_revenue"))
    )
    entries = reckon([joint, whole, budget])
    assert [(one.target.indicator_key, one.verdict, one.outturn) for one in entries] == [
        ("fiscal_revenue", Verdict.MET, whole), ("general_public_budget_revenue", Verdict.MISSED, budget),
    ]  # fmt: skip
    assert by_statement(entries)[joint.id].verdict is Verdict.MISSED
    (entry,) = by_statement(reckon([joint, whole])).values()  # one of the two is not told
    assert entry.verdict is Verdict.NOT_TOLD
    changes = {(one.kind, one.shown.indicator_key) for one in settle([joint], [whole, budget])}
    assert changes == {
        (ChangeKind.MET, "fiscal_revenue"), (ChangeKind.MISSED, "general_public_budget_revenue"),
    }  # fmt: skip


def test_one_outturn_for_two_indicators_answers_the_targets_for_each() -> None:
    targets = [revenue(8, 2025, "fiscal_revenue"), revenue(9, 2025, "general_public_budget_revenue")]
    both = revenue(8.5, 2026, "fiscal_revenue+general_public_budget_revenue", role=Role.OUTTURN, period="2025")
    assert [one.verdict for one in reckon([*targets, both])] == [Verdict.MET, Verdict.MISSED]


def test_two_indicators_that_are_told_together_are_judged_together() -> None:
    key = "fiscal_revenue+general_public_budget_revenue"
    (entry,) = reckon([revenue(8, 2025, key), revenue(8.5, 2026, key, role=Role.OUTTURN, period="2025")])
    assert entry.verdict is Verdict.MET
    assert better("gdp+surveyed_unemployment") == 0  # of one more is good, of the other less


def test_a_report_does_not_answer_its_own_target() -> None:
    assert reckon([gdp(6, 2025), reached(6.3, 2025, period="2025")])[0].outturn is None


def test_the_long_tail_is_answered_in_plainly_the_same_words() -> None:
    def some(words: str, value: float, **more: object) -> Stated:
        return stated(words, value, "个", key=f"~{words}", measure=Measure.LEVEL, headline=False, **more)  # type: ignore[arg-type]

    targets = [some("新建口袋公园", 6, year=2025, op=Op.AT_LEAST), some("改造老旧小区", 30, year=2025)]
    answers = [
        some("建成口袋公园", 7, role=Role.OUTTURN, period="2025"),
        some("改造厂区", 30, role=Role.OUTTURN, period="2025"),
    ]
    parks, blocks = reckon([*targets, *answers])
    assert (parks.verdict, parks.outturn) == (Verdict.MET, answers[0])
    assert (blocks.verdict, blocks.outturn) == (Verdict.NOT_TOLD, None)


def test_a_target_said_twice_has_one_entry_at_its_main_place() -> None:
    aside, main = gdp(6, 2025, headline=False), gdp(6, 2025)
    assert [entry.target for entry in reckon([aside, main])] == [main]


def test_only_known_indicators_are_told_as_met_or_missed() -> None:
    tail = stated("新建公园", 6, "个", key="~新建公园", measure=Measure.LEVEL, op=Op.AT_LEAST, year=2025)
    built = stated("新建公园", 7, "个", key="~新建公园", measure=Measure.LEVEL, role=Role.OUTTURN, period="2025")
    (change,) = settle([gdp(6, 2025), tail], [reached(5.5, 2026), built])
    assert (change.kind, change.year, change.shown.indicator_key) == (ChangeKind.MISSED, 2026, "gdp")


def test_directions_are_the_catalogues() -> None:
    assert [better(key) for key in ("gdp", "surveyed_unemployment", "cpi", "~新建公园")] == [1, -1, 0, 0]
