"""Which statement of one report is which of another."""

from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.catalogue.sameness import likeness
from monitor.comparing.matching import MOST, assign, match
from monitor.comparing.series import series_of
from storage.values import Measure, Stated
from tests.statements import stated

Edges = dict[tuple[int, int], float]
PHRASES = [
    line.split("\t")
    for line in Path(__file__).with_name("same_words.tsv").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def some(words: str, value: float, unit: str = "个", *, key: str = "", **more: object) -> Stated:
    return stated(words, value, unit, key=key or f"~{words}", measure=Measure.LEVEL, headline=False, **more)  # type: ignore[arg-type]


def paired(olds: list[Stated], news: list[Stated]) -> list[tuple[float | None, float | None]]:
    return [(old.data.value, new.data.value) for old, new in match(olds, news).pairs]


@pytest.mark.parametrize(("sign", "one", "other"), PHRASES)
def test_wordings_are_told_apart(sign: str, one: str, other: str) -> None:
    for pair in ((one, other), (other, one)):
        keys = [f"~{words}" for words in pair]
        found = [bool(likeness(*keys, same_figure=same)) for same in (False, True)]
        assert found == {"=": [True, True], "~": [False, True], "≠": [False, False]}[sign]


EDGES = st.dictionaries(
    st.tuples(st.integers(0, 4), st.integers(0, 4)), st.sampled_from([1.0, 2.0, 3.5, 5.0, 8.0]), max_size=14
)


def heaviest(edges: Edges) -> float:
    """By trying everything."""
    rows, columns = {row for row, _ in edges}, {column for _, column in edges}
    places = [*columns, *(-1 - row for row in rows)]  # a row may stay alone
    tries = permutations(places, len(rows)) if rows else iter([()])
    return max(
        sum(edges.get(pair, 0.0) for pair in zip(sorted(rows), columns_of, strict=True))
        for columns_of in (tuple(one) for one in tries)
    )


@given(EDGES.filter(lambda edges: len({row for row, _ in edges}) <= 3))
def test_no_other_pairing_weighs_more(edges: Edges) -> None:
    chosen = assign(edges)
    assert len({row for row, _ in chosen}) == len({column for _, column in chosen}) == len(chosen)
    assert sum(edges[pair] for pair in chosen) == heaviest(edges)


def test_a_crowd_that_no_report_has_is_paired_too() -> None:
    size = MOST + 5
    edges = {(row, column): 9.0 if row == column else 1.0 for row in range(size) for column in range(size)}
    assert assign(edges) == [(place, place) for place in range(size)]


def test_the_long_tail_is_paired_by_its_words() -> None:
    olds = [some("实施生态补水", 23, "亿立方米"), some("新建口袋公园", 6)]
    news = [some("建设口袋公园", 7), some("生态补水", 16, "亿立方米")]
    assert paired(olds, news) == [(23, 16), (6, 7)]


def test_firms_are_the_same_whether_counted_as_户_or_家() -> None:
    assert paired([some("培育创新型企业", 50, "户")], [some("培育创新型企业", 60, "家")]) == [(50, 60)]
    assert paired([some("改造老旧小区", 2000, "户")], [some("改造老旧小区", 30, "个")]) == []


def test_growth_is_not_paired_with_an_amount_nor_2030_with_this_year() -> None:
    assert paired([some("林果产值", 30, "亿元")], [some("林果产值", 3, "万元")]) == [(30, 3)]
    assert paired([some("林果产值", 30, "亿元")], [stated("林果产值", 3, key="~林果产值", headline=False)]) == []
    assert paired([some("林果产值", 30, "亿元", period="2030")], [some("林果产值", 30, "亿元")]) == []


def test_of_two_that_could_be_meant_none_is_paired() -> None:
    olds = [some("新增护理床位", 100, "张"), some("新增护理床位", 300, "张")]
    assert paired(olds, [some("新增护理床位", 200, "张")]) == []
    assert paired(olds, [some("新增护理床位", 300, "张"), some("新增护理床位", 200, "张")]) == [(100, 200), (300, 300)]


def test_main_targets_are_paired_before_equal_figures() -> None:
    old, new = stated("生产总值", 6, key="gdp"), stated("生产总值", 6.5, key="gdp")
    aside = stated("经济", 6.5, key="gdp", headline=False)
    found = match([old, aside], [new]).pairs
    assert [(one.data.value, other.data.value) for one, other in found] == [(6, 6.5)]


def test_the_last_one_on_each_side_of_a_known_indicator_is_the_same_however_worded() -> None:
    olds = [stated("商品零售额", 8, key="retail_sales", headline=False)]
    assert paired(olds, [stated("社会消费品零售总额", 9, key="retail_sales", headline=False)]) == [(8, 9)]


def test_what_is_left_over_keeps_its_order() -> None:
    olds = [some(words, 1) for words in ("新建桥梁", "改造桥梁", "认定名师")]
    found = match(olds, [])
    assert (found.pairs, found.left, found.fresh) == ([], olds, [])


def test_a_series_has_one_counter_for_things() -> None:
    assert series_of(some("口袋公园", 3, "座")).dimension == series_of(some("口袋公园", 3, "处")).dimension
