"""What stays the same from year to year: the series of a statement, and its size in one unit. Pure."""

from functools import lru_cache
from typing import NamedTuple

from monitor.catalogue.sameness import counter
from storage.values import Measure, Role, Stated, StatementData

FACTORS = (
    ("万亿", 1e12),
    ("千亿", 1e11),
    ("百亿", 1e10),
    ("亿", 1e8),
    ("千万", 1e7),
    ("百万", 1e6),
    ("万", 1e4),
    ("千", 1e3),
)
UNITS = {"个百分点": "百分点", "名": "人", "余人": "人", "位": "人"}
# Measures of one thing: 1 吨 = 2000 斤, 1 公顷 = 15 亩, 1 公里 = 1000 米.
SCALES = {
    "吨": ("斤", 2000.0), "公斤": ("斤", 2.0), "千克": ("斤", 2.0), "担": ("斤", 100.0),
    "公顷": ("亩", 15.0), "平方千米": ("亩", 1500.0), "平方公里": ("亩", 1500.0),
    "千米": ("米", 1000.0), "公里": ("米", 1000.0),
}  # fmt: skip
WHOLE = ("千瓦", "千米", "千克", "千伏", "千卡")  # 千 is of their name
EQUAL = 1e-9  # relative; written numbers differ by more: 66372.13 and 66372.18 are two
YEAR = "year"  # the horizon of a target for its report's own year


class Series(NamedTuple):
    """What stays the same from year to year, within one region."""

    indicator_key: str
    measure: Measure
    dimension: str
    horizon: str  # YEAR, or the farther period itself: 2030, 2026/2030


class Magnitude(NamedTuple):
    """A statement's size in the base unit of its dimension; a range has two ends."""

    low: float
    high: float

    @property
    def middle(self) -> float:
        return (self.low + self.high) / 2


@lru_cache(maxsize=10_000)
def dimension(unit: str | None) -> tuple[str, float]:
    """The base unit and the factor to it: 亿元 → (元, 1e8), 万吨 → (斤, 2e7), % → (%, 1)."""
    unit, factor = (unit or "").replace(" ", ""), 1.0
    for word, times in FACTORS:
        if unit.startswith(word) and not unit.startswith(WHOLE):
            unit, factor = unit[len(word) :], times
            break
    base, times = SCALES.get(unit, (UNITS.get(unit, unit), 1.0))
    return base, factor * times


def series_of(stated: Stated) -> Series:
    """A relative target (与经济增长同步) belongs to the growth of its indicator; 50户 and 50家企业 are one.

    A gap to something (高于全国0.5个百分点) is no rise of 0.5 points, nor a gap to something else.
    """
    data = stated.data
    horizon = YEAR if data.period in (None, str(stated.year)) else str(data.period)
    if data.measure is Measure.RELATIVE:
        return Series(stated.indicator_key, Measure.GROWTH, "%", horizon)
    counted = _counted(data.unit, data.indicator)
    return Series(
        stated.indicator_key, data.measure, f"{counted} to {data.reference}" if data.reference else counted, horizon
    )


@lru_cache(maxsize=50_000)
def _counted(unit: str | None, indicator: str) -> str:
    return counter(dimension(unit)[0], indicator)


def period_of(stated: Stated) -> str:
    """The year or span it is about: without one, a target's is its report's year, an outturn's the one before."""
    return stated.data.period or str(stated.year if stated.data.role is Role.TARGET else stated.year - 1)


def last_year_of(stated: Stated) -> int:
    """The last year of its period: 2026/2030 → 2030."""
    last = period_of(stated).rpartition("/")[2]
    return int(last) if last.isdigit() else stated.year


def magnitude(data: StatementData) -> Magnitude | None:
    """None for a relative target, and for a number that is only a phrase."""
    if data.value is None:
        return None
    _, factor = dimension(data.unit)
    low = data.value * factor
    return Magnitude(low, low if data.value_hi is None else data.value_hi * factor)


def equal(a: float, b: float) -> bool:
    """Whether two written figures are the same one, whatever floating point made of them."""
    return abs(a - b) <= EQUAL * max(1.0, abs(a), abs(b))


def signature(stated: Stated | None) -> str:
    """Size, hedge and reference as one word: two statements of a series that share it say the same. "" for None."""
    if stated is None:
        return ""
    size = magnitude(stated.data)
    said = "" if size is None else f"{size.low:.9g}…{size.high:.9g}"
    return f"{stated.data.op}:{said}:{stated.data.reference or ''}"
