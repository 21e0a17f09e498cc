"""Kept values in the reader's words: places, reports, statements, days. Cleaned, not escaped: templates escape."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import unquote

from monitor.catalogue.indicators import indicator
from monitor.catalogue.regions import NATION
from monitor.digest.figures import label, said
from monitor.digest.outgoing import clean
from monitor.digest.words import Words
from monitor.telling.briefing import region_names
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
    details: str  # what the rules made of it, in lines: for hover and focus


def reading(stated: Stated, words: Words, *, rules: bool = True) -> Reading:
    """What a statement says, as the digest would say it; `rules` says whether to name those that made it."""
    data = stated.data
    falls = data.value is not None and data.value < 0
    name = indicator_name(stated, words)
    told = said(data, words.language, signed=falls or data.measure is not Measure.GROWTH)
    when = period(data.period, words)
    return Reading(
        id=stated.id,
        role=data.role.value,
        headline=data.headline and data.role is Role.TARGET,
        name=name,
        said=told,
        period=when,
        details="\n".join(_details(stated, f"{name} {told}", when, words, rules)),
    )


def _details(stated: Stated, told: str, when: str, words: Words, rules: bool) -> Iterator[str]:
    """目标：地区生产总值增长 6%左右（2026 年）; then the fields as programs have them; then the rules."""
    data = stated.data
    year = f"{words['open_bracket']}{when}{words['close_bracket']}" if when else ""
    yield f"{words['role_' + data.role.value]}{words['colon']}{told}{year}"
    numbers = [f"{value:g}" for value in (data.value, data.value_hi) if value is not None]
    figure = f"{'–'.join(numbers)} {clean(data.unit or '', 12)}".strip()
    fields = (clean(stated.indicator_key, 60), data.measure, data.op, figure, clean(data.reference or "", 40))
    yield " · ".join(filter(None, fields))
    more = (
        data.commitment,
        data.binding,
        f"{words['from_value']} {data.baseline:g}" if data.baseline is not None else "",
    )
    if any(more):
        yield " · ".join(clean(one, 30) for one in more if one)
    if stated.review_id is not None:
        yield f"{words['review_title']} {stated.review_id}"
    if rules and data.rules:
        yield f"{words['rules']}{words['colon']}{', '.join(clean(rule, 40) for rule in data.rules)}"


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


def place_name(code: str, words: Words) -> str:
    """The same where the region itself is meant: 全国, not 国务院."""
    return words["nation"] if code == NATION else region_name(code, words)


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


def told_address(url: str, *, guest: bool) -> str:
    """Where something was found; of a file of this machine guests are told the last name alone: 报告.pdf."""
    if not guest or not url.lower().startswith("file:"):
        return url
    return unquote(url.rstrip("/").rpartition("/")[2])
