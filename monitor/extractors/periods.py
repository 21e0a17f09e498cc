"""Which years words mean: 2026年, “十五五”, 今后五年, 去年. Pure; every function takes the report's year."""

import re
from dataclasses import dataclass

from monitor.extractors.numerals import value_of

_ORDINALS = [
    "一",
    "二",
    "三",
    "四",
    "五",
    "六",
    "七",
    "八",
    "九",
    "十",
    *("十" + char for char in "一二三四五六七八九"),
    "二十",
]
YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d|[一二][九〇零][〇零一二三四五六七八九]{2})年?")
PLAN = re.compile(r"[“\"](十?[一二三四五六七八九]|十)五[”\"]|第(十?[一二三四五六七八九]|十)个五年")


@dataclass(frozen=True, slots=True)
class Span:
    """Calendar years, both ends included; `str` is how a statement's period is written: `2026`, `2026/2030`."""

    first: int
    last: int

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}/{self.last}"

    @property
    def is_year(self) -> bool:
        return self.first == self.last


def year_of(written: str) -> int:
    """2035 of `2035年` and of `二〇三五年`."""
    return int(value_of(written.rstrip("年")))


def plan_span(ordinal: str) -> Span:
    """The years of a five-year plan by its ordinal: 十五 → 2026—2030. 1963—1965 lay between the second and the third."""
    number = _ORDINALS.index(ordinal) + 1
    first = 1953 + 5 * (number - 1) if number < 3 else 1966 + 5 * (number - 3)
    return Span(first, first + 4)


def plan_in(text: str, at: int = 0) -> Span | None:
    """The first five-year plan that `text` names from `at` on."""
    match = PLAN.search(text, at)
    return plan_span(match[1] or match[2]) if match else None


def years_in(text: str) -> list[int]:
    """The years a heading speaks of; a five-year plan counts with its last year."""
    years = [year_of(match[1]) for match in YEAR.finditer(text)]
    return years + [plan_span(match[1] or match[2]).last for match in PLAN.finditer(text)]
