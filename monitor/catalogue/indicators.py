"""The indicators we know (指标): what a report's words mean, out of indicators.toml.

Known wordings lead to a key of the catalogue (`gdp`), the long tail to a key made of the words (`~新增公园`), so that
two reports which say the same are compared, and two which don't, are not. The file is read at the first question.
"""

import re
import tomllib
import unicodedata
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache, lru_cache
from importlib.resources import files
from itertools import product
from typing import Any

from monitor.catalogue.regions import Level, regions
from monitor.written import converter
from storage.values import Measure

TAIL = "~"  # begins a key that the catalogue doesn't know
JOINT = "+"  # between the keys of one number for two indicators


class Direction(StrEnum):
    """Which way is good."""

    MORE = "more"
    LESS = "less"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Topic:
    """What indicators are grouped by in a digest."""

    key: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator. `measures` are those it is usually stated in; `aliases` as the file has them, unexpanded."""

    key: str
    zh: str
    en: str
    topic: Topic
    direction: Direction
    measures: tuple[Measure, ...]
    headline: bool
    aliases: tuple[str, ...]
    only: tuple[tuple[Measure, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Catalogue:
    by_key: dict[str, Indicator]
    wordings: dict[str, str]
    only: dict[tuple[Measure, str], str] = field(default_factory=dict)


# Words that make a series of its own, whatever they stand with: suffix → in Chinese, in English, as written.
_SCOPES = {
    "annual": ("年均", "annual average", re.compile(r"年均")),
    "cumulative": ("累计", "cumulative", re.compile(r"累计")),
    "own": ("本级", "own level", re.compile(r"^[省市县区州旗]?本级|^[省市县区州]级(?=一般|财政|税)")),
    "new": (
        "新增",
        "new",
        re.compile(
            r"^(?:新增|净增|新认定|认定|新培育|培育|新创建|新创|创建|新打造|打造|新建成|建成|新建|建设|新获批|新布局|布局)"
        ),
    ),
    "national": ("国家级", "national", re.compile(r"国家级|^国家")),
    "provincial_up": ("省级以上", "provincial or higher", re.compile(r"(?:省|自治区)级及?以上")),
    "provincial": ("省级", "provincial", re.compile(r"(?:省|自治区)级|^省(?=重点)")),
    "municipal_up": ("市级以上", "municipal or higher", re.compile(r"市级及?以上")),
    "municipal": ("市级", "municipal", re.compile(r"市级|^市(?=重点)")),
    "county": ("县级", "county level", re.compile(r"[县区旗]级|^[县区](?=重点)")),
    "above_size": ("规上", "above designated size", re.compile(r"^(?:规上|限上)")),
    "urban": ("城镇", "urban", re.compile(r"^(?:城镇|城市)")),
    "rural": ("农村", "rural", re.compile(r"^农村")),
}
_ANY_SCOPE = re.compile("|".join(pattern.pattern for _, _, pattern in _SCOPES.values()))
_DROPPED = str.maketrans("", "", " \t\r\n\u3000\"'“”‘’「」『』《》〈〉()（）[]【】·•,，。;；:：!！?？")
_SYNONYMS = re.compile(
    r"(?P<above>规模以上|规模(?=工业|企业))|(?P<limit>限额以上)|(?P<gdp>(?:地区|国内|地方)生产总值(?:GDP)?|GDP)"
    r"|(?P<rd>研究与试验发展(?:经费)?(?:R&D)?(?=经费|投入|支出)|R&D(?:研发)?|研究与试验发展|科研(?=经费))"
)
_INSTEAD = {"above": "规上", "limit": "限上", "gdp": "生产总值", "rd": "研发"}
_HEDGE = (
    r"全社会(?=研发|固定)|力争|争取(?!两重|上级|中央|资金|专项|超长|国债|政策)|确保|预计|预期|努力|实现|完成|达到|保持|推动|其中|同时|今年|明年|去年|全年|年内|当年|本年|"
    r"年度|到\d{4}年|\d{4}年|力促|促进|计划|预算|安排|总体"
)
_PLACE = r"全[市省区县州盟旗镇乡](?!域)|[我本][市省区县州盟旗]|全自治区|全自治州"
_LEAD = re.compile(rf"^(?:{_HEDGE}|{_PLACE})")
_GROWTH = re.compile(
    r"(?:同比|可比|比上年|较上年|按可比价格|按可比口径)?"
    r"(?:增长速度|增长率|增长幅度|增长|增速|增幅|涨幅|上涨|上涨幅度|同比|降幅|下降率|下降|降低|减少|上升|目标|预期目标|继续|实际|分别|安排)$"
)
_IN_BOTH_FORMS = frozenset("乾菸薹拚捱摺吒後徵夥榘於袷麴醣麽")


def fold(words: str) -> str:
    """An indicator's words without what never changes the meaning: width, script, quotes, spaces, standing synonyms.

    “专精特新” 企业 → 专精特新企业; 規模以上工業增加值 → 规上工业增加值; gdp → 生产总值.
    """
    folded = _simplified(unicodedata.normalize("NFKC", words)).upper()
    return _fold_synonyms(folded.translate(_DROPPED))


def _simplified(words: str) -> str:
    """What GB 2312 can say is simplified already, but for a few characters that it has in both forms."""
    try:
        words.encode("gb2312")
    except UnicodeEncodeError:
        return str(converter().convert(words))
    return words if _IN_BOTH_FORMS.isdisjoint(words) else str(converter().convert(words))


def _fold_synonyms(words: str) -> str:
    return _SYNONYMS.sub(lambda found: _INSTEAD[found.lastgroup or ""], words)


def _expand(wording: str) -> tuple[str, ...]:
    """(全社会|)固定资产投资(额|) → the four wordings that it stands for, folded."""
    parts = [_fold_synonyms(part.translate(_DROPPED)).split("|") for part in re.split(r"[()]", wording)]
    return tuple("".join(choice) for choice in product(*parts))


def _read(key: str, entry: dict[str, Any], topics: dict[str, Topic]) -> Indicator:
    return Indicator(
        key=key,
        zh=entry["zh"],
        en=entry["en"],
        topic=topics[entry["topic"]],
        direction=Direction(entry["direction"]),
        measures=tuple(Measure(measure) for measure in entry["measures"]),
        headline=entry.get("headline", False),
        aliases=tuple(entry["aliases"]),
        only=tuple((Measure(measure), alias) for measure, also in entry.get("only", {}).items() for alias in also),
    )


@cache
def _catalogue() -> _Catalogue:
    data = tomllib.loads(files(__package__).joinpath("indicators.toml").read_text(encoding="utf-8"))
    topics = {key: Topic(key, names["zh"], names["en"]) for key, names in data["topics"].items()}
    found = _Catalogue({key: _read(key, entry, topics) for key, entry in data["indicators"].items()}, {})
    for entry in found.by_key.values():
        for alias in (entry.zh, *entry.aliases):
            found.wordings.update((words, entry.key) for words in _expand(alias))
        for measure, alias in entry.only:
            found.only.update(((measure, words), entry.key) for words in _expand(alias))
    return found


def indicators() -> tuple[Indicator, ...]:
    """All of the catalogue, in the file's order (by topic)."""
    return tuple(_catalogue().by_key.values())


def indicator(key: str) -> Indicator | None:
    """The indicator of a key; None for the long tail.

    A scoped key (`gdp.annual`) has the scope in its names, a joint one (`exports+imports`) both names and the first's
    topic and direction.
    """
    joint = [_scoped(one) for one in key.split(JOINT)]
    found = [one for one in joint if one is not None]
    if len(found) < len(joint):
        return None
    if len(found) == 1:
        return found[0]
    return replace(found[0], key=key, zh="、".join(one.zh for one in found), en=" and ".join(one.en for one in found))


def _scoped(key: str) -> Indicator | None:
    base, *scopes = key.split(".")
    found = _catalogue().by_key.get(base)
    if found is None or any(scope not in _SCOPES for scope in scopes):
        return None
    if not scopes:
        return found
    zh, en = zip(*(_SCOPES[scope][:2] for scope in scopes), strict=True)
    return replace(found, key=key, zh=f"{found.zh}（{'、'.join(zh)}）", en=f"{found.en} ({', '.join(en)})")


def find_indicators(word: str) -> tuple[Indicator, ...]:
    """Indicators whose key, names or wordings hold `word` (失业 → both rates); everything for ""."""
    wanted = fold(word)
    keys = {key for wording, key in _catalogue().wordings.items() if wanted in wording}
    return tuple(
        entry
        for entry in indicators()
        if entry.key in keys or word.lower() in entry.key or word.lower() in entry.en.lower() or word in entry.zh
    )


@lru_cache(maxsize=50_000)
def key_of(indicator_words: str, measure: Measure, unit: str | None) -> str:
    """The key of a series' indicator: the catalogue's for known wordings, else `~` and the normalised words.

    全市地区生产总值 → gdp; 年均地区生产总值 → gdp.annual; 新建“云泉”公园 → ~新建云泉公园. GDP's growth and its amount
    share a key, for the measure tells them apart. Scope words (城镇, 农村, 规上, 年均, 累计, 区本级, 省级, 新增) never
    merge. One number for two known indicators (出口、进口) has both keys: exports+imports. `unit` tells nothing yet: a
    series is told apart by its unit's dimension beside the key.
    """
    words = fold(indicator_words)
    known = _known(words, measure)
    if known is None and (parts := re.split("[、和与及]", words))[1:]:
        joint = [_known(part, measure) for part in parts]
        known = None if None in joint else JOINT.join(str(key) for key in joint)
    return known or TAIL + (_without_growth(_without_lead(words)) or words)


def _known(words: str, measure: Measure) -> str | None:
    """The catalogue's key for folded words, with its scopes, if there is one."""
    scopes: list[str] = []
    while len(scopes) < 3:
        for wording in _candidates(words):
            known = _catalogue().only.get((measure, wording)) or _catalogue().wordings.get(wording)
            if known:
                return ".".join([known, *sorted(scopes)])
        found = _next_scope(_without_lead(words))
        if found is None:
            break
        scope, words = found
        scopes.append(scope)
    return None


def _next_scope(words: str) -> tuple[str, str] | None:
    """省级绿色工厂 → provincial, 绿色工厂."""
    if not _ANY_SCOPE.search(words):
        return None
    for scope, (_, _, pattern) in _SCOPES.items():
        left = pattern.sub("", words, count=1)
        if left != words:
            return scope, left
    return None


def _candidates(words: str) -> list[str]:
    """Wordings to look up, the fullest first: as it is, without lead words, without growth words, without the place."""
    bare = _without_lead(words)
    found = [words, bare, _without_growth(bare)]
    found += [_without_place(word) for word in found]
    return list(dict.fromkeys(found))


def _without_lead(words: str) -> str:
    while (shorter := _LEAD.sub("", words)) != words and shorter:
        words = shorter
    return words


def _without_growth(words: str) -> str:
    while (shorter := _GROWTH.sub("", words)) != words and shorter:
        words = shorter
    return words


def _without_place(words: str) -> str:
    """长春市地区生产总值 → 生产总值: a province's or city's name, or 全国, in front.

    A county's name stays: in its city's report it tells a figure from the city's own.
    """
    if words[:2] not in _place_beginnings():
        return words
    for cut in range(min(8, len(words) - 1), 1, -1):
        if words[:cut] in _large_places():
            return _without_lead(words[cut:])
    return words


@cache
def _large_places() -> frozenset[str]:
    """全国, and every name, present or former, of a province or city."""
    large = [found for found in regions() if found.level is not Level.COUNTY]
    return frozenset({"全国"}).union(name for found in large for name in (found.name, *found.aliases, *found.former))


@cache
def _place_beginnings() -> frozenset[str]:
    """Their first two characters: few words begin so."""
    return frozenset(name[:2] for name in _large_places())
