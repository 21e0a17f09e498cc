"""Kept values in the reader's words: places, reports, statements, days. Cleaned, not escaped: templates escape."""

from dataclasses import dataclass
from datetime import date

from monitor.briefing import region_names
from monitor.catalogue.indicators import indicator
from monitor.digest.figures import label, said
from monitor.digest.outgoing import clean
from monitor.digest.words import Words
from storage.values import ChangeKind, Measure, Role, Stated


@dataclass(frozen=True, slots=True)
class Reading:
    """A statement in words, for lists and tables: 地区生产总值增长 · 6%左右 · 2026 年."""

    id: int
    role: str
    headline: bool
    name: str
    said: str
    period: str


def reading(stated: Stated, words: Words) -> Reading:
    """What a statement says, as the digest would say it."""
    data = stated.data
    falls = data.value is not None and data.value < 0
    return Reading(
        id=stated.id,
        role=data.role.value,
        headline=data.headline and data.role is Role.TARGET,
        name=indicator_name(stated, words),
        said=said(data, words.language, signed=falls or data.measure is not Measure.GROWTH),
        period=period(data.period, words),
    )


def indicator_name(stated: Stated, words: Words) -> str:
    """What is measured, in the report's words, or in the catalogue's for English readers."""
    data = stated.data
    known = indicator(stated.indicator_key)
    falls = data.value is not None and data.value < 0
    english = known.en if known else ""
    return label(data.indicator, english, stated.indicator_key, data.measure, words.language, falls=falls)


def measured_name(words_zh: str, key: str, measure: Measure, words: Words) -> str:
    """An indicator's name with what of it is measured: 地区生产总值增长, GDP growth."""
    known = indicator(key)
    return label(words_zh, known.en if known else "", key, measure, words.language)


def period(text: str | None, words: Words) -> str:
    """2026/2030 → 2026—2030 年; "" where the text does not tell."""
    if text is None:
        return ""
    start, _, end = clean(text, 20).partition("/")
    return words("period_span", start=start, end=end) if end else words("period_year", year=start)


def region_name(code: str, words: Words) -> str:
    """The region's name in the reader's language, the Chinese one where there is no other."""
    name, english, _ = region_names(code)
    return clean(english if words.language == "en" and english else name, 40)


def region_path(code: str) -> str:
    """吉林省 · 长春市."""
    return clean(region_names(code)[2], 80)


def report_name(kind: str, year: int, words: Words) -> str:
    """2026 年政府工作报告."""
    return words("report_heading", year=year, kind=words[kind])


def change_word(kind: str, words: Words) -> str:
    """调低."""
    return words[kind] if kind in (ChangeKind.MET, ChangeKind.MISSED) else words[f"{kind}_word"]


def day(on: date | None, words: Words) -> str:
    """2026-01-20 发布; "" where no day is known."""
    return words("published", date=on.isoformat()) if on else ""
