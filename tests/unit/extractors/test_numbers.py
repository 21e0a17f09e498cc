"""Numerals, units and the quantities made of them."""

import pytest

from monitor.extractors.numerals import value_of
from monitor.extractors.quantities import Quantity, find_phrases, find_quantities
from monitor.extractors.statements import extract
from monitor.extractors.units import UnitKind, kind_of, unit_at
from storage.values import About, Op


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1,070", 1070),
        ("0.6", 0.6),
        ("三百二十", 320),
        ("十二", 12),
        ("二〇三五", 2035),
        ("百", 100),
        ("两千零六", 2006),
        ("一万二千", 12000),
        ("四亿八千万", 480_000_000),
        ("三万亿", 3_000_000_000_000),
    ],
)
def test_a_written_number_has_its_value(written: str, value: float) -> None:
    assert value_of(written) == value


def test_what_is_no_number_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="甲"):
        value_of("甲")


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("个百分点以上", "个百分点"),
        ("人/百亿元以下", "人/百亿元"),
        ("台（套）设备", "台（套）"),
        ("微克/立方米", "微克/立方米"),
        ("元/月", "元/月"),
        ("之外", ""),
    ],
)
def test_the_longest_unit_wins(text: str, unit: str) -> None:
    assert unit_at(text, 0) == unit


def test_a_bare_multiplier_counts() -> None:
    assert kind_of("") is UnitKind.COUNTER
    assert kind_of("微克/立方米") is UnitKind.SIZE


def _only(text: str) -> Quantity:
    found = list(find_quantities(text))
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("text", "quote", "op", "value"),
    [
        ("突破1500余套。", "1500余套", Op.AT_LEAST, 1500),
        ("近百公里。", "百公里", Op.ABOUT, 1),
        ("控制在5%左右。", "5%", Op.ABOUT, 5),
        ("控制在5%。", "5%", Op.AT_MOST, 5),
        ("不低于300亩。", "300亩", Op.AT_LEAST, 300),
        ("30日内办结", "30日", Op.AT_MOST, 30),
        ("两亿元。", "两亿元", Op.EXACT, 2),
        ("一万二千三百台。", "一万二千三百台", Op.EXACT, 1.23),
        ("五千五百余人，", "五千五百余人", Op.AT_LEAST, 5500),
        ("四亿八千万吨。", "四亿八千万吨", Op.EXACT, 4.8),
        ("增长一点二六倍。", "一点二六倍", Op.EXACT, 1.26),
        ("新签约60个。", "60个", Op.EXACT, 60),
        ("侦破6起。", "6起", Op.EXACT, 6),
        ("每县至少建成2个。", "2个", Op.AT_LEAST, 2),
        ("减产一成以上。", "一成", Op.AT_LEAST, 1),
    ],
)
def test_hedges_are_left_out_of_the_span(text: str, quote: str, op: Op, value: float) -> None:
    quantity = _only(text)
    assert (text[quantity.start : quantity.end], quantity.op, quantity.value) == (quote, op, value)


@pytest.mark.parametrize(
    ("text", "quote", "unit", "op"),
    [
        ("控制在每立方米36微克以下。", "36微克", "微克/立方米", Op.AT_MOST),
        ("低于每立方米19微克，", "19微克", "微克/立方米", Op.AT_MOST),
        ("提高到每人每月1045元。", "1045元", "元", Op.EXACT),
        ("每日814万吨，", "814万吨", "万吨", Op.EXACT),
    ],
)
def test_for_whom_and_how_often_stands_in_front_of_a_number(text: str, quote: str, unit: str, op: Op) -> None:
    quantity = _only(text)
    assert (text[quantity.start : quantity.end], quantity.unit, quantity.op) == (quote, unit, op)
    assert not text[: quantity.left].endswith(("每", "米", "月"))


def test_a_concentration_is_shared_along_a_list() -> None:
    first, second = find_quantities("分别控制在每立方米45微克、60微克以下")
    assert first.unit == second.unit == "微克/立方米"


@pytest.mark.parametrize("text", ["4.5%-5%", "4.5—5%", "4.5%至5%", "4.5~5%"])
def test_every_dash_makes_a_range(text: str) -> None:
    quantity = _only(text)
    assert (quantity.op, quantity.value, quantity.value_hi) == (Op.RANGE, 4.5, 5)
    assert (quantity.start, quantity.end) == (0, len(text))


@pytest.mark.parametrize(
    "text",
    [
        "第12个",
        "2024年",
        "G102国道",
        "PM2.5",
        "三个方面",
        "一批项目",
        "等六条龙型经济",
        "等十条支持措施",
        "办好三件大事",
        "一成不变",
        "十四五规划",
        "中国制造2025",
    ],
)
def test_numerals_of_names_are_no_quantity(text: str) -> None:
    assert list(find_quantities(text)) == []


def test_phrases_stand_for_numbers() -> None:
    doubled, two_digits = find_phrases("产值翻两番，利润两位数增长")
    assert (doubled.value, doubled.unit) == (2, "番")
    assert (two_digits.value, two_digits.op) == (None, Op.AT_LEAST)


@pytest.mark.parametrize("number", ["9" * 400 + "%", "百分之一百亿亿", "9" * 20 + "亿元"])
def test_a_number_larger_than_anything_is_passed_over(number: str) -> None:
    text = f"财政收入增长{number}，工业产值达到500亿元。"
    assert [one.text for one in extract(text, About(year=2024))] == ["500亿元"]
