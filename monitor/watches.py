"""Watches (订阅): who wants to hear which changes, when, in which language, over which channels. Pure.

Also silences (静默): what is kept from them for a while, and counted. When it is time: `monitor.telling.hours`.
"""

from collections.abc import Callable, Iterable
from datetime import date
from functools import cache
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from monitor.catalogue.indicators import find_indicators
from monitor.catalogue.indicators import indicator as known_indicator
from monitor.catalogue.regions import NATION, Level, contains
from monitor.catalogue.regions import region as known_region
from monitor.telling.conditions import holds, parse
from monitor.telling.hours import Quiet, When, ZoneName, clock_of, is_quiet
from storage.values import ChangeData, ChangeKind, Kind, Stated


def _checked_condition(text: str) -> str:
    parse(text)
    return " ".join(text.split())


Code = Annotated[str, Field(pattern=r"^\d{6}$")]
Words = Annotated[str, Field(min_length=1)]
LevelWord = Literal["nation", "province", "city", "county"]
LEVELS: dict[Level, LevelWord] = {
    Level.NATION: "nation",
    Level.PROVINCE: "province",
    Level.PREFECTURE: "city",
    Level.COUNTY: "county",
}
_OF_TARGETS = ("indicators", "changes", "kinds", "conditions")  # what an operator's watch cannot ask for


class Watch(BaseModel):
    """One watch.

    `regions` are codes, and whatever lies within them counts; none means everywhere. `levels` keeps of those only the
    ones of these levels. `indicators` are `headline` (主要预期目标), `all`, a key of the catalogue (`gdp`), or words
    that the indicator's names contain, in the report or in the catalogue (投资, or 含投资); one of them is enough.
    `conditions` are those of `monitor.telling.conditions`; where there are any, one of them must hold. `when`, `quiet`,
    `timezone` and `wait_seconds` are explained in `monitor.telling.hours`. `operator`: it hears of the watching itself
    instead of targets, and then nobody else does.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=40)]
    operator: bool = False
    regions: tuple[Code, ...] = ()
    levels: tuple[LevelWord, ...] = ()
    indicators: Annotated[tuple[Words, ...], Field(min_length=1)] = ("headline",)
    conditions: tuple[Annotated[str, AfterValidator(_checked_condition)], ...] = ()
    changes: Annotated[tuple[ChangeKind, ...], Field(min_length=1)] = tuple(ChangeKind)
    kinds: Annotated[tuple[Kind, ...], Field(min_length=1)] = tuple(Kind)
    when: When = "daily 08:07"
    quiet: Quiet = ""
    timezone: ZoneName = ""
    language: Literal["zh", "en"] = "zh"
    channels: Annotated[tuple[str, ...], Field(min_length=1)]
    wait_seconds: Annotated[float, Field(ge=0, le=3600)] = 15

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        asked = [key for key in _OF_TARGETS if self.operator and key in self.model_fields_set]
        if asked:
            raise ValueError(
                f"operator = true hears of sources and channels, not of targets: remove {', '.join(asked)} here, or"
                " make a second watch of it"
            )
        clock = clock_of(self.when)
        if clock and is_quiet(self.quiet, clock):
            raise ValueError(f'when = "{self.when}" lies within quiet = "{self.quiet}": move one of them')
        return self


class Silence(BaseModel):
    """What is kept from readers through the day `until`, and counted in the foot of what they get.

    Each list narrows it; an empty one is all. `indicators` and `changes` are about targets alone, `sources` about what
    is told of sources, `regions` about both.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=40)]
    until: date
    watches: tuple[str, ...] = ()
    regions: tuple[Code, ...] = ()
    indicators: tuple[Words, ...] = ()
    changes: tuple[ChangeKind, ...] = ()
    sources: tuple[str, ...] = ()


def unknown() -> Stated | None:
    """The parent's target where nobody can tell it."""
    return None


def wants(watch: Watch, change: ChangeData, above: Callable[[], Stated | None] = unknown) -> bool:
    """Whether a change is for this watch; of its two sides, either one may name the indicator.

    `above` finds the parent region's target of the same series and year; it is asked only where a condition needs it.
    """
    if watch.operator or change.kind not in watch.changes or change.report_kind not in watch.kinds:
        return False
    if not covers(watch, change.region) or not _names(watch.indicators, change):
        return False
    asked = [parse(text) for text in watch.conditions]
    return not asked or any(holds(one, change, above() if one.parent else None) for one in asked)


def asks_for_parents(watch: Watch) -> bool:
    """Whether what a parent region's report says can make another region's change news to this watch."""
    return any(parse(text).parent for text in watch.conditions)


def hearers(watches: Iterable[Watch], region: str = "") -> list[Watch]:
    """Who hears of the watching itself in a region ("": everywhere): the operators, or all where there is none."""
    concerned = [watch for watch in watches if not region or covers(watch, region)]
    return [watch for watch in concerned if watch.operator] or concerned


def hushes(silence: Silence, watch: Watch, change: ChangeData, today: date) -> bool:
    """Whether a change is kept from a watch; `today` is the day in the watch's time zone."""
    if silence.sources or not _lasts(silence, watch, today) or not _holds_region(silence.regions, change.region):
        return False
    named = not silence.indicators or _names(silence.indicators, change)
    return named and (not silence.changes or change.kind in silence.changes)


def hushes_notice(silence: Silence, watch: Watch, source: str, region: str, today: date) -> bool:
    """The same for what is told of a source, by its key."""
    if silence.indicators or silence.changes or not _lasts(silence, watch, today):
        return False
    return (not silence.sources or source in silence.sources) and _holds_region(silence.regions, region)


def _lasts(silence: Silence, watch: Watch, today: date) -> bool:
    return today <= silence.until and (not silence.watches or watch.key in silence.watches)


def names(watch: Watch, stated: Stated) -> bool:
    """Whether a watch asks for this very indicator, by its key or its words, and not just for all or the main ones."""
    asked = (indicator for indicator in watch.indicators if indicator not in ("all", "headline"))
    return covers(watch, stated.region) and any(is_named(indicator, stated) for indicator in asked)


def covers(watch: Watch, region: str) -> bool:
    """Whether the region is one of the watch's, or lies within one, and is of its levels.

    000000 is the State Council alone (国务院).
    """
    return _holds_region(watch.regions, region) and (not watch.levels or level_of(region) in watch.levels)


def level_of(code: str) -> LevelWord:
    """How high a region stands; of one that the catalogue does not know, its code tells."""
    known = known_region(code)
    if known:
        return LEVELS[known.level]
    return "province" if code.endswith("0000") else "city" if code.endswith("00") else "county"


def _holds_region(regions: tuple[str, ...], region: str) -> bool:
    if not regions or region in regions:
        return True
    return any(contains(outer, region) for outer in regions if outer != NATION)


def _names(indicators: Iterable[str], change: ChangeData) -> bool:
    stated = [one for one in (change.before, change.after) if one]
    return any(is_named(indicator, one) for indicator in indicators for one in stated)


def is_named(indicator: str, stated: Stated) -> bool:
    """Whether a statement is of what a watch's word means: `all`, `headline`, a key (and nothing but it), or words of
    its names.
    """
    if indicator == "all":
        return True
    if indicator == "headline":
        return stated.data.headline
    key = stated.indicator_key.partition(".")[0]  # gdp.annual (年均) is gdp too
    if known_indicator(indicator):  # a key is that indicator alone: gdp is not the energy that a unit of GDP takes
        return indicator in (stated.indicator_key, key)
    words = indicator.removeprefix("含")
    return words in stated.data.indicator or key in _keys_holding(words)


@cache
def _keys_holding(words: str) -> frozenset[str]:
    """The catalogue's indicators that reports write with these words: who watches 地区生产总值 wants GDP too."""
    return frozenset(found.key for found in find_indicators(words))
