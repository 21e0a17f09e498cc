"""One figure in words: the number as the report wrote it, with its hedge, and its English reading."""

import math
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol

from monitor.catalogue.indicators import indicator, key_of
from storage.values import Measure, Op

from .outgoing import clean
from .words import REFERENCES, UNITS, WORDS

_MAX_TEXT = 40
_MAX_LABEL = 40
_TOO_LARGE = 1e15
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}  # ５．５％ → 5.5%
_GROWTH_WORDS = ("增长", "增速", "涨幅", "增幅", "降幅", "上涨", "下降")
_HEDGED = re.compile(r"[余多]|以上|以下|以内|左右|上下|不低于|不超过")
_PREFIXES = {"万亿": 10**12, "亿": 10**8, "千万": 10**7, "百万": 10**6, "万": 10**4}
_ZH_HEDGES = {Op.AT_LEAST: "以上", Op.AT_MOST: "以内", Op.ABOUT: "左右"}
_EN_HEDGES = {Op.AT_LEAST: "{}+", Op.AT_MOST: "≤{}", Op.ABOUT: "~{}"}  # one style for all places; columns are narrow
_RANGE = re.compile(r"(?<=[\d%％])[—–~～-]+(?=\d)")
_RELATIONS = {
    "zh": {
        Op.IN_STEP: "与{}同步",
        Op.ABOVE: "高于{}",
        Op.BELOW: "低于{}",
        Op.AT_LEAST: "不低于{}",
        Op.AT_MOST: "不高于{}",
    },
    "en": {
        Op.IN_STEP: "in step with {}",
        Op.ABOVE: "above {}",
        Op.BELOW: "below {}",
        Op.AT_LEAST: "not below {}",
        Op.AT_MOST: "not above {}",
    },
}
_ONLY_RELATIVE = frozenset({Op.IN_STEP, Op.ABOVE, Op.BELOW})
_DIRECTIONS = {
    "zh": {(Measure.GROWTH, True): "增长", (Measure.GROWTH, False): "下降"},
    "en": {
        (measure, up): "up " if up else "down " for measure in (Measure.GROWTH, Measure.DELTA) for up in (True, False)
    },
}


class Magnitude(Protocol):
    """What a figure is, whoever keeps it: `digest.Figure` and `StatementData` both do."""

    @property
    def text(self) -> str: ...
    @property
    def measure(self) -> Measure: ...
    @property
    def op(self) -> Op: ...
    @property
    def value(self) -> float | None: ...
    @property
    def value_hi(self) -> float | None: ...
    @property
    def unit(self) -> str | None: ...
    @property
    def reference(self) -> str | None: ...


def said(figure: Magnitude, language: str, *, signed: bool = True) -> str:
    """The figure in words: 6%左右 → `增长6%左右`, `up ~6%`; with `signed=False` just `6%左右`, `~6%`.

    Without a sign a fall still says so (下降3%). In English 万 and 亿 are multiplied out (`87,000+ people`); the text's
    own characters stand in the sentence that it links to.
    """
    if figure.measure is Measure.RELATIVE or figure.op in _ONLY_RELATIVE:
        return _related(figure, language)
    if language == "zh":
        return clean(_direction(figure, language, signed) + _hedged_zh(figure), _MAX_TEXT)
    if figure.value is None or figure.measure is Measure.RANK:
        return clean(_written(figure), _MAX_TEXT)
    number, unit = _english(figure) or (_RANGE.sub("–", _written(figure)), "")
    hedged = _EN_HEDGES.get(figure.op, "{}").replace("{}", number)
    return clean(f"{_direction(figure, language, signed)}{hedged} {unit}", 2 * _MAX_TEXT)


def label(indicator: str, name_en: str, key: str, measure: Measure, language: str, *, falls: bool = False) -> str:
    """What is measured, as the first column of a table says it: `地区生产总值增长`, `GDP growth`.

    `falls` leaves the growth word out, for figures that carry 下降 themselves. A name without English stays Chinese.
    """
    english = WORDS["en"].short.get(key, name_en)
    name = clean(english, 3 * _MAX_LABEL // 2) if language == "en" and english else clean(indicator, _MAX_LABEL)
    if measure is not Measure.GROWTH or falls or name.endswith(_GROWTH_WORDS) or "growth" in name.lower():
        return name
    if language == "en" and not english:
        return f"{name}增长"  # half a name in each language is none
    if key.startswith(("cpi", "ppi")):
        return f"{name}涨幅" if language == "zh" else f"{name} rise"
    return f"{name}增长" if language == "zh" else f"{name} growth"


def short_label(indicator: str, name_en: str, key: str, measure: Measure, language: str, *, falls: bool = False) -> str:
    """`label` with the settled short name where there is one: `GDP 增长`, `GDP growth`."""
    short = WORDS[language].short.get(key)
    if short is None:
        return label(indicator, name_en, key, measure, language, falls=falls)
    text = label(short, short, key, measure, language, falls=falls)
    return text.replace(short, f"{short} ", 1).strip() if language == "zh" else text


def difference(before: Magnitude, after: Magnitude, language: str) -> str:
    """How far apart two figures are, without a sign: `0.5 个百分点`, `1 万人`; "" when there is no telling.

    A range has no one distance to another figure.
    """
    first, second = middle(before), middle(after)
    if Op.RANGE in (before.op, after.op) or first is None or second is None or before.measure is not after.measure:
        return ""
    words, unit = WORDS[language], after.unit or ""
    if unit == "%" == before.unit:
        points = _plain(abs(second - first))
        return "" if points == "0" else words("points", n=points)
    base, factor = split_unit(unit)
    base_before, factor_before = split_unit(before.unit or "")
    if base != base_before:
        return ""
    apart = abs(second * factor - first * factor_before) / factor
    if _plain(apart) == "0":
        return ""
    if language == "zh":
        return words("amount", n=_plain(apart), unit=clean(unit, 12))
    return _counted(apart * factor, base)


def middle(figure: Magnitude) -> Decimal | None:
    """The value, or the middle of a range; None where there is no finite number."""
    ends = [value for value in (figure.value, figure.value_hi) if value is not None]
    if figure.value is None or not all(map(_sensible, ends)):
        return None
    return sum((Decimal(str(value)) for value in ends), Decimal()) / len(ends)


def _sensible(value: float) -> bool:
    """Whether it can be printed as a number a person would read."""
    return math.isfinite(value) and abs(value) < _TOO_LARGE


def split_unit(unit: str) -> tuple[str, int]:
    """The unit without 万 and 亿, and what they stand for: 万人 → (人, 10000)."""
    for prefix, factor in _PREFIXES.items():
        if unit.startswith(prefix):
            return unit[len(prefix) :], factor
    return unit, 1


def _written(figure: Magnitude) -> str:
    """The report's own characters, in half width and without spaces; a decline's sign is left to its words."""
    text = re.sub(r"\s+", "", figure.text.translate(_HALF_WIDTH))
    return text.lstrip("-−") if figure.value is not None and figure.value < 0 else text


def _hedged_zh(figure: Magnitude) -> str:
    text = _RANGE.sub("—", _written(figure))
    return text if _HEDGED.search(text) else text + _ZH_HEDGES.get(figure.op, "")


def _direction(figure: Magnitude, language: str, signed: bool) -> str:
    if figure.value is None or figure.measure not in (Measure.GROWTH, Measure.DELTA):
        return ""
    up = figure.value >= 0
    if figure.measure is Measure.DELTA and language == "zh":
        rate = (figure.unit or "").endswith("百分点")
        return ("提高" if rate else "增加") if up else ("降低" if rate else "减少")
    if up and not signed and figure.measure is Measure.GROWTH:
        return ""
    return _DIRECTIONS[language][figure.measure, up]


def _related(figure: Magnitude, language: str) -> str:
    relation = _RELATIONS[language].get(figure.op)
    reference = clean(figure.reference or "", _MAX_TEXT)
    if relation is None or not reference:
        return clean(figure.text, _MAX_TEXT)
    if language == "en":
        reference = _reference_en(reference)
    limit = _MAX_TEXT if language == "zh" else 2 * _MAX_TEXT
    return clean(relation.format(reference.replace("{", "").replace("}", "")), limit)


def _reference_en(reference: str) -> str:
    """What a target is tied to: a settled name, an indicator's, or each of those that 、 joins; else as it stands."""
    if reference in REFERENCES:
        return REFERENCES[reference]
    known = indicator(key_of(reference, Measure.GROWTH, "%"))
    if known:
        name = label(reference, known.en, known.key, Measure.GROWTH, "en")
        return name if name[:2].isupper() else name[0].lower() + name[1:]
    parts = re.split(r"[、和与]", reference)
    if len(parts) > 1 and all(part in REFERENCES for part in parts):
        return " and ".join(REFERENCES[part] for part in parts)
    return reference


def _english(figure: Magnitude) -> tuple[str, str] | None:
    """The number and its unit in English; None where only the report's own words will do."""
    unit = figure.unit or ""
    ends = [figure.value, figure.value_hi]
    numbers = [abs(Decimal(str(end))) for end in ends if end is not None and _sensible(end)]
    if not numbers:
        return None
    if unit in ("%", "％"):
        return "–".join(f"{_plain(number)}%" for number in numbers), ""
    if unit.endswith("百分点"):
        return "–".join(map(_plain, numbers)), "percentage point" + ("s" if numbers != [1] else "")
    base, factor = split_unit(unit)
    if base not in UNITS and base:
        return None
    return _large([number * factor for number in numbers]), UNITS.get(base, "")


def _large(numbers: Sequence[Decimal]) -> str:
    """Numbers in the largest word that fits them all: `87.16 billion`, `1–1.5 million`, `87,000`."""
    for factor, word in ((10**12, "trillion"), (10**9, "billion"), (10**6, "million")):
        if min(numbers) >= factor:
            return f"{'–'.join(_plain(number / factor) for number in numbers)} {word}"
    return "–".join(map(_plain, numbers))


def _counted(number: Decimal, base: str) -> str:
    """A number as English says it, with its unit: `870 billion yuan`, `87,000 people`."""
    return f"{_large([number])} {UNITS.get(base, clean(base, 12))}".strip()


def _plain(number: Decimal) -> str:
    rounded = round(number, 4)
    return f"{rounded:,f}".rstrip("0").rstrip(".") if "." in f"{rounded:f}" else f"{rounded:,f}"
