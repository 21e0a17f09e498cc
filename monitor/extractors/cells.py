"""What one cell of a table of indicators says: the head of a column, a number with its hedge and unit. Pure."""

import re
from dataclasses import dataclass
from enum import StrEnum, auto
from functools import lru_cache

from monitor.extractors.quantities import HEDGES_AFTER, HEDGES_BEFORE
from monitor.extractors.units import POWERS, unit_at
from storage.values import Op, Role

# One for one, so that offsets hold; tabs and bars stay.
PLAIN: dict[int, int | str] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}  # full width
PLAIN |= dict(zip(map(ord, "–−﹣～∼〜［］【】〔〕\u3000標單約預屬"), map(ord, "---~~~[][][] 标单约预属"), strict=True))
PLAIN |= {ord(mark): mark for mark in "，；：｜"}

INDICATOR = re.compile(r".{0,8}指标(?:名称|内容)?$")
UNIT = re.compile(r"(?:计量)?单位$")
CHARACTER = re.compile(r"(?:指标)?(?:属性|性质|类型)$")
SPAN = re.compile(r"(?:(?P<first>20\d\d)年?[-—~至](?P<last>20\d\d)年?)?.{0,8}(?:年均|年平均|累计|五年|(?<!\d)5年)")
YEAR = re.compile(r"(?:到)?(?P<year>20\d\d)年?(?P<rest>.{0,14})$")
CHANGES = re.compile(r"增长|增速|增幅|%|增减")
GROWTH = re.compile(r"(?:同比|比上年|较上年)?(?:增长|增速|增幅)")
REACHED = re.compile(r"实际|完成|预计|基期|基数|实绩|现状|执行|实现")
AIMED_AT = re.compile(r"目标|计划|预期|规划|任务|安排")
BINDING = re.compile(r"(预期性|约束性|指导性)(?:指标)?$")
DASHES = re.compile(r"[-—－/\s]*$")

_BEFORE = {**HEDGES_BEFORE, "大于等于": Op.AT_LEAST, "小于等于": Op.AT_MOST, "≧": Op.AT_LEAST, "≦": Op.AT_MOST}
_HEDGE = "|".join(sorted(map(re.escape, _BEFORE), key=len, reverse=True))
NUMBER = re.compile(
    rf"(?P<open>[\[(]?)(?:力争|达到?|保持在?|稳定在|年均)?(?P<moves>增长|提高|下降|降低|减少)?(?P<hedge>{_HEDGE})?=?(?P<open_inside>[\[(]?)"
    r"(?P<value>-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?)(?:[-—~至]+(?P<high>\d+(?:\.\d+)?))?(?P<unit>[^\d\s\[\]()*<>]{0,6}?)"
    rf"(?P<after>{'|'.join(sorted(HEDGES_AFTER, key=len, reverse=True))})?[\])]*[*#]?(?=$|[、，；])"
)
LONGEST_NUMBER = 18  # 1,234,567,890.12; longer is damaged text
FALLS = frozenset({"下降", "降低", "减少"})


class Column(StrEnum):
    """What a column holds."""

    INDICATOR = auto()
    UNIT = auto()
    CHARACTER = auto()
    YEAR = auto()
    SPAN = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column. `first`, `last` are the years of its numbers; `role` only where the words tell it.

    `rate`: it has per cent of growth alone, no sums (年均增速（%）, not 年均/累计).
    """

    column: Column
    first: int | None = None
    last: int | None = None
    role: Role | None = None
    changes: bool = False
    rate: bool = False


@dataclass(frozen=True, slots=True)
class CellNumber:
    """A number in a cell: `start`, `end` within the cell. `bracketed`: [N] is what several years come to."""

    start: int
    end: int
    value: float
    value_hi: float | None
    unit: str
    op: Op
    bracketed: bool


@lru_cache(maxsize=256)
def read_head(text: str) -> Head:
    """2030年目标, 年均/累计, 单位, 属性; years that a span does not name are None."""
    words = re.sub(r"[\s“”\"]", "", text)
    for column, pattern in ((Column.UNIT, UNIT), (Column.CHARACTER, CHARACTER), (Column.INDICATOR, INDICATOR)):
        if pattern.match(words):
            return Head(column)
    changes = CHANGES.search(words) is not None
    span = SPAN.match(words)
    if span:
        first, last = (int(span[name]) if span[name] else None for name in ("first", "last"))
        return Head(Column.SPAN, first, last, None, changes, changes and "%" in words and "累计" not in words)
    year = YEAR.match(words)
    if not year:
        return Head(Column.OTHER, changes=GROWTH.match(words) is not None)
    role = Role.OUTTURN if REACHED.search(year["rest"]) else Role.TARGET if AIMED_AT.search(year["rest"]) else None
    column = Column.SPAN if GROWTH.search(year["rest"]) else Column.YEAR
    return Head(column, int(year["year"]), int(year["year"]), role, changes)


def read_number(text: str) -> CellNumber | None:
    """≥62, [13.5], 6左右, 28以下, 5.5—6, 7%; None for a dash, and for words."""
    match = NUMBER.match(text)
    if not match or (match["unit"] and not is_unit(match["unit"])) or len(match["value"]) > LONGEST_NUMBER:
        return None
    high = float(match["high"]) if match["high"] else None
    after, before = match["after"], match["hedge"]
    op = Op.RANGE if high else HEDGES_AFTER[after] if after else _BEFORE[before] if before else Op.EXACT
    sign = -1 if match["moves"] in FALLS else 1
    return CellNumber(
        match.start("value"),
        match.end("unit"),
        sign * float(match["value"].replace(",", "")),
        high and sign * high,
        match["unit"],
        op,
        bool(match["open"] or match["open_inside"]),
    )


def is_unit(text: str) -> bool:
    """Whether `text` is a unit and nothing else: 亿元, 微克/立方米, %."""
    bare = POWERS.sub("", text)
    return text != "" and unit_at(bare, 0) == bare
