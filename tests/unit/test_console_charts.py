"""Charts: round numbers, bars, hedges, and what a picture may hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from monitor.catalogue.regions import Level, regions
from monitor.console.charts import Aim, Line, Mark, Reached, lines_by_year, round_numbers, targets_by_year
from monitor.console.drawing import BARS, aim_of, bars
from monitor.console.tiles import ROWS, breaks
from storage.values import Measure, Op
from tests.statements import stated


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (5.8, 7.9, [6, 6.5, 7, 7.5]),
        (3.76, 4.04, [3.8, 3.9, 4.0]),
        (-3.3, -2.3, [-3.2, -3.0, -2.8, -2.6, -2.4]),
        (0, 123_456, [0, 25_000, 50_000, 75_000, 100_000]),
    ],
)
def test_an_axis_has_a_few_round_numbers(low: float, high: float, expected: list[float]) -> None:
    assert round_numbers(low, high, most=5) == pytest.approx(expected)


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=60))
def test_every_figure_is_in_one_of_few_bars(sizes: list[float]) -> None:
    found = bars(sizes)
    assert sum(bar.count for bar in found) == len(sizes)
    assert len(found) <= BARS + 1


def test_figures_on_an_edge_belong_to_the_bar_above_it() -> None:
    first, second, *_ = bars([6, 6, 6.2, 7.2])
    assert (first.low, first.high, first.count) == (6, 6.2, 2)
    assert (second.low, second.count) == (6.2, 1)


@pytest.mark.parametrize(
    ("op", "value", "hi", "low", "high"),
    [
        (Op.EXACT, 6.0, None, 6, 6),
        (Op.AT_LEAST, 6.0, None, 6, None),
        (Op.AT_MOST, 5.5, None, None, 5.5),
        (Op.ABOUT, 6.0, None, 5.7, 6.3),
        (Op.RANGE, 6.0, 7.0, 6, 7),
        (Op.AT_LEAST, -3.0, None, None, -3),  # 下降3%以上 is open towards a larger decline
    ],
)
def test_a_hedge_is_drawn_as_what_it_leaves_open(
    op: Op, value: float, hi: float | None, low: float | None, high: float | None
) -> None:
    aim = aim_of(stated("地区生产总值", value, op=op, hi=hi, measure=Measure.GROWTH), 1.0, "")
    assert (aim.low, aim.high) == (
        pytest.approx(low) if low is not None else None,
        pytest.approx(high) if high else None,
    )


def test_a_picture_has_one_style_no_script_and_its_words_as_text() -> None:
    hostile = "<script>alert(1)</script>&"
    aims = Aim(2025, 6, None, 6, hostile), Aim(2026, 6, 7, 6.5, "")
    of_a_region = targets_by_year(hostile, aims, (Reached(2025, 6.1, "met", ""),))
    for picture in (of_a_region, lines_by_year(hostile, (Line(hostile, (Mark(2025, 6, hostile),)),))):
        drawing = etree.fromstring(picture)
        names = [etree.QName(one).localname for one in drawing.iter(etree.Element)]
        assert names.count("style") == 1
        assert "script" not in names
        assert not drawing.xpath("//@style")
        assert drawing.get("role") == "img"


def test_the_map_has_each_province_once() -> None:
    provinces = sorted(one.code[:2] for one in regions() if one.level is Level.PROVINCE)
    assert sorted(code for row in ROWS for code in row if code) == provinces


def test_classes_have_about_as_many_each() -> None:
    assert breaks([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) == [2, 4, 6, 8]
    assert breaks([5.0, None]) == [5, 5, 5, 5]
    assert breaks([]) == []
