"""What reviews make of what was read: at the right number, in the order in which they were made."""

from dataclasses import replace

import pytest

from monitor.reviews.reviewed import active, is_same_number, is_superseded, rule
from storage.values import Kind, Measure, Op, ReviewData, ReviewKind, Role, Stated, StatementData

TEXT = "各位代表：\n地区生产总值增长6%左右，投资增长8%。\n力争地区生产总值增长 6% 左右。\n谢谢大家。"
SENTENCE = "地区生产总值增长6%左右，投资增长8%。"


def at(words: str, text: str = TEXT, id: int = 1, key: str = "gdp") -> Stated:
    """A target read at these words of the text."""
    start = text.index(words) + len(words) - 2
    data = StatementData(
        start=start, end=start + 2, text=text[start : start + 2], role=Role.TARGET, indicator="指标",
        measure=Measure.GROWTH, op=Op.ABOUT, value=6.0, value_hi=None, unit="%", reference=None, period="2026",
        headline=True, sentence_start=0, sentence_end=len(text),
    )  # fmt: skip
    return Stated(id, 1, 1, "990300", Kind.WORK_REPORT, 2026, key, data)


GDP, INVESTMENT = at("值增长6%", id=1), at("资增长8%", id=2, key="fixed_asset_investment")


def said(id: int, kind: str, words: str = "6%", sentence: str = SENTENCE, **values: object) -> ReviewData:
    start = sentence.index(words)
    figure = {"value": 7.5, "unit": "%", "measure": Measure.GROWTH, "op": Op.EXACT} if kind == "value" else {}
    return ReviewData(id, ReviewKind(kind), sentence, start, start + len(words), **(figure | values))  # type: ignore[arg-type]


def ruled(
    *reviews: ReviewData, text: str = TEXT, readings: tuple[Stated, ...] = (GDP, INVESTMENT)
) -> dict[int, object]:
    rulings = rule(reviews, readings, text)
    return {
        id: one.reading and (one.reading[0].value, one.reading[0].text, one.reading[1]) for id, one in rulings.items()
    }


def test_a_figure_is_put_right_at_its_number_and_nowhere_else() -> None:
    assert ruled(said(1, "value")) == {1: (7.5, "7.5%", "gdp")}
    assert ruled(said(1, "no_target", "8%")) == {2: None}
    assert ruled(said(1, "series", indicator_key="retail_sales")) == {1: (6.0, "6%", "retail_sales")}


def test_spaces_widths_and_line_breaks_do_not_count() -> None:
    text = TEXT.replace("增长6%左右，投资", "增长\n６％ 左右，投资")
    reading = replace(GDP, data=replace(GDP.data, start=text.index("６％"), end=text.index("６％") + 2))
    assert ruled(said(1, "value"), text=text, readings=(reading,)) == {1: (7.5, "7.5%", "gdp")}


def test_another_sentence_is_another_number() -> None:
    assert ruled(said(1, "value", sentence="地区生产总值增长6%以上，投资增长8%。")) == {}
    again = at("值增长 6%", id=3)
    assert ruled(said(1, "value"), readings=(GDP, again)) == {1: (7.5, "7.5%", "gdp")}
    both = ruled(said(1, "value"), text=TEXT + "\n" + SENTENCE, readings=(GDP, replace(GDP, id=4)))
    assert set(both) == {1, 4}


def test_reviews_count_one_after_the_other() -> None:
    first, gone, back = said(1, "value"), said(2, "no_target"), said(3, "value", value=7.0, value_hi=8.0, op=Op.RANGE)
    series = said(4, "series", indicator_key="retail_sales", indicator="零售")
    assert ruled(first, gone) == {1: None}
    assert ruled(first, gone, back) == {1: (7.0, "7—8%", "gdp")}
    assert ruled(first, series, back) == {1: (7.0, "7—8%", "retail_sales")}
    assert ruled(first, series) == {1: (7.5, "7.5%", "retail_sales")}
    withdrawn = said(5, "withdrawn", withdraws=2)
    assert ruled(first, gone, withdrawn) == {1: (7.5, "7.5%", "gdp")}
    assert [one.id for one in active([first, gone, withdrawn])] == [1]


def test_a_later_review_of_the_same_number_supersedes_an_earlier_one() -> None:
    first, later = said(1, "value"), said(2, "value", value=8.0)
    assert is_superseded(first, [later])
    assert is_superseded(first, [said(2, "no_target")])
    assert not is_superseded(first, [said(2, "series", indicator_key="gdp")])
    assert not is_superseded(first, [said(2, "value", "8%")])
    assert is_superseded(said(1, "no_target"), [said(2, "series", indicator_key="gdp")])
    assert is_same_number(first, said(2, "value", sentence="全年地区生产总值增长6%左右，投资增长8%。"))


@pytest.mark.parametrize(
    ("value", "unit", "text"), [(8.7, "万人", "8.7万人"), (-3.0, "%", "3%"), (87160000000.0, "元", "87160000000元")]
)
def test_a_figure_is_written_as_a_report_would(value: float, unit: str, text: str) -> None:
    assert ruled(said(1, "value", value=value, unit=unit)) == {1: (value, text, "gdp")}
