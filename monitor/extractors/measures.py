"""Which sort of number a quantity is (level, ratio, growth, delta), and its sign. Pure."""

import re

from monitor.extractors.quantities import Quantity
from monitor.extractors.units import UnitKind
from monitor.extractors.words import Tail
from storage.values import Measure

GROWTH_BEHIND = re.compile(r"(?:以上|左右)?的?(?:增长|增速|增幅|涨幅)")
RATE = re.compile(r"率|占比|比重|比例|份额|覆盖面|占")
# 压减一般性支出25%: the verb of falling stands in front of what it cuts.
CUT = re.compile(
    r"(?:[比较](?:上年|去年|上一年|[^，]{1,8}?(?:年|期|前|末|后)))?(?:再|将|全面|力争|平均|累计|可|预计)*"
    r"(?P<verb>压减|压缩|削减|压降|下调|减少|降低|缩减|减轻)(?!.{0,30}(?:到|至|控制在|以内)$)"
)
# Nouns that are changes by themselves, and their direction.
CHANGE_NOUNS = {"提速": 1, "增产": 1, "溢价": 1, "涨价": 1, "降价": -1, "减产": -1, "让利": -1, "提效": 1}
PRICES = re.compile(r"消费价格|CPI|物价")
# 整治提升30条: what is done to things that are counted, no change of their number.
DOING = re.compile(r"(?:改造|升级|整治|治理|优化|完善|修缮|管护)$")  # 改造提升4万亩
DONE = re.compile(r"(?:提升|扩大|提高)[^\u4e00-\u9fff]*$")


def measure_of(quantity: Quantity, before: str, tail: Tail, after: str) -> tuple[Measure, float | None, str]:
    """(measure, signed value, name of the rule). `before` are the words in front without `tail`, `after` those behind."""
    match UnitKind.SHARE if quantity.unit == "成" else quantity.kind:
        case UnitKind.POINTS:
            return Measure.DELTA, _signed(quantity.value, before, tail), "measure: unit"
        case UnitKind.SHARE:
            return _share(quantity.value, before, tail, after)
        case UnitKind.TIMES:
            growth = tail.changes or quantity.rule == "phrase"
            measure = Measure.GROWTH if growth else Measure.RATIO
            value = _signed(quantity.value, before, tail) if growth else quantity.value
            return measure, value, "measure: words of change" if growth else "measure: unit"
        case UnitKind.RANK:
            return Measure.RANK, quantity.value, "measure: unit"
    if after:
        return Measure.LEVEL, quantity.value, "measure: noun behind"
    done = (quantity.kind is UnitKind.COUNTER or DOING.search(before)) and DONE.search(tail.words)
    if quantity.kind is UnitKind.MONEY and before.endswith("增收"):
        return Measure.DELTA, quantity.value, "measure: noun of change"
    changes = tail.changes and "endpoint" not in tail.seen and not done
    if changes or (CUT.match(before) and "endpoint" not in tail.seen):
        rule = "measure: words of change" if changes else "measure: cut in front"
        return Measure.DELTA, _signed(quantity.value, before, tail), rule
    return Measure.LEVEL, quantity.value, "measure: end" if "endpoint" in tail.seen else "measure: unit"


def measure_of_gap(measure: Measure, value: float | None, sign: int) -> tuple[Measure, float | None, str]:
    """The same of a number that says how far something is from something else: 低于全国1.1个百分点 is -1.1."""
    measure = Measure.GROWTH if measure in (Measure.RATIO, Measure.GROWTH) else Measure.DELTA
    return measure, value and sign * value, "measure: gap"


def without_cut(indicator: str) -> str:
    """压减一般性支出 → 一般性支出: in a change the verb of falling is the sign, no part of the indicator."""
    match = CUT.match(indicator)
    return indicator[match.end() :] if match and match.end() < len(indicator) else indicator


def _share(value: float | None, before: str, tail: Tail, after: str) -> tuple[Measure, float | None, str]:
    if tail.changes or (CUT.match(before) and not RATE.search(before)):
        rule = "measure: words of change" if tail.changes else "measure: cut in front"
        return Measure.GROWTH, _signed(value, before, tail), rule
    noun = CHANGE_NOUNS.get(before[-2:])
    if noun:
        return Measure.GROWTH, None if value is None else noun * value, "measure: noun of change"
    if GROWTH_BEHIND.match(after):
        return Measure.GROWTH, value, "measure: growth behind"
    if PRICES.search(before):
        return Measure.GROWTH, value, "measure: noun of change"
    if value and value < 0 and not before.endswith("率"):
        return Measure.GROWTH, value, "measure: below zero"
    return Measure.RATIO, value, "measure: unit"


def _signed(value: float | None, before: str, tail: Tail) -> float | None:
    falls = "fall" in tail.seen or (not tail.changes and CUT.match(before) is not None)
    return -abs(value) if value and falls else value  # 降幅为-3% falls, too
