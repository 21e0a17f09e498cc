"""Which sort of number a quantity is (level, ratio, growth, delta), and its sign. Pure."""

import re

from monitor.extractors.quantities import Quantity
from monitor.extractors.units import UnitKind
from monitor.extractors.words import Tail
from storage.values import Measure

GROWTH_BEHIND = re.compile(r"(?:以上|左右)?的?(?:增长|增速|增幅|涨幅)")
RATE = re.compile(r"率|占比|比重|比例|份额|覆盖面|占")
# 压减一般性支出25%: the verb that falls stands in front of what it cuts.
CUT = re.compile(
    r"(?:^|[^\u4e00-\u9fff]|再|将|全面|力争|平均|累计|.)??(?:压减|压缩|削减|压降|下调|减少|降低|缩减|节约)(?!.{0,30}(?:到|至|控制在|以内)$)"
)


def measure_of(quantity: Quantity, before: str, tail: Tail, after: str) -> tuple[Measure, float | None]:
    """(measure, signed value). `before` are the words in front without their `tail`, `after` those behind."""
    changes = tail.changes and "endpoint" not in _last(tail)
    value = quantity.value
    signed = -value if value and tail.sign < 0 and changes else value
    match quantity.kind:
        case UnitKind.POINTS:
            return Measure.DELTA, signed if changes else _cut(value, before)
        case UnitKind.SHARE:
            return _share(value, signed, changes, before, after)
        case UnitKind.TIMES:
            return (Measure.GROWTH if changes or quantity.rule == "phrase" else Measure.RATIO), value
        case UnitKind.RANK:
            return Measure.RANK, value
    if changes and not after:
        return Measure.DELTA, signed
    if not after and CUT.match(before) and not tail.seen & {"endpoint"}:
        return Measure.DELTA, _cut(value, before)
    return Measure.LEVEL, value


def _last(tail: Tail) -> frozenset[str]:
    """An endpoint right before the number rules out a change, except behind a word that is itself a rate of change."""
    if re.search(r"(?:增长率|增长速度|增速|增幅|涨幅|降幅|上涨幅度)", tail.words):
        return tail.seen - {"endpoint"}
    return tail.seen


def _share(
    value: float | None, signed: float | None, changes: bool, before: str, after: str
) -> tuple[Measure, float | None]:
    if changes:
        return Measure.GROWTH, signed
    if GROWTH_BEHIND.match(after):
        return Measure.GROWTH, value
    if CUT.match(before) and not RATE.search(before):
        return Measure.GROWTH, _cut(value, before)
    return Measure.RATIO, value


def _cut(value: float | None, before: str) -> float | None:
    return -value if value and CUT.match(before) else value
