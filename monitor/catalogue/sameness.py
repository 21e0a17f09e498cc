"""Whether two wordings of the long tail mean the same thing, out of sameness.toml.

The words of a key are taken apart into the deed (新建, 改造), the scopes that never merge (城镇, 规上, 亿元) and
the core that is left; only what agrees in the first two can be the same at all. In doubt it is not.
"""

import re
import tomllib
from collections import Counter
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from monitor.catalogue.indicators import TAIL

# How much two cores have to share: by whether the figure is the same, and whether one core holds the other in order.
LEAST = {(False, False): 0.8, (False, True): 0.76, (True, False): 0.72, (True, True): 0.55}
SHORTEST = 4  # characters; of shorter cores only equal ones are the same
_NUMBER = re.compile(r"\d+(?:\.\d+)?|[一二两三四五六七八九十百千万亿]+(?=元|级|星|类|级|吨|头|大|强)|A+(?=级)")


class Essence(NamedTuple):
    """What an indicator's words come down to. `core` is "" where they name nothing (投资, 项目)."""

    core: str
    deeds: frozenset[str]
    scopes: tuple[str, ...]


class _Words(NamedTuple):
    deeds: dict[str, str]
    empty: frozenset[str]
    endings: tuple[str, ...]
    synonyms: dict[str, str]
    any_synonym: re.Pattern[str]
    dropped: re.Pattern[str]
    scope: re.Pattern[str]
    bare: frozenset[str]
    things: frozenset[str]
    firms: frozenset[str]
    firm_words: tuple[str, ...]


@cache
def _words() -> _Words:
    data = tomllib.loads(files(__package__).joinpath("sameness.toml").read_text(encoding="utf-8"))
    synonyms = {word: group[0] for group in data["synonyms"]["groups"] for word in group}
    counters = data["counters"]
    return _Words(
        deeds={word: deed for deed, words in data["deeds"].items() for word in words},
        empty=frozenset(data["empty"]["words"]),
        endings=_longest_first(data["empty"]["endings"]),
        synonyms=synonyms,
        any_synonym=_one_of(synonyms),
        dropped=_one_of(data["synonyms"]["dropped"]),
        scope=_one_of(data["scopes"]["words"]),
        bare=frozenset(data["bare"]["words"]),
        things=frozenset(counters["things"]),
        firms=frozenset(counters["firms"]),
        firm_words=tuple(counters["firm_words"]),
    )


def _longest_first(words: list[str]) -> tuple[str, ...]:
    return tuple(sorted(words, key=lambda word: -len(word)))


def _one_of(words: dict[str, str] | list[str]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(word) for word in _longest_first(list(words))))


@lru_cache(maxsize=50_000)
def essence(key: str) -> Essence:
    """~加快新建城市公园项目 → 公园 (城市 is a scope, 新建 the deed). `key` is one of the long tail."""
    known = _words()
    words = known.any_synonym.sub(lambda found: known.synonyms[found[0]], key.removeprefix(TAIL))
    words = known.dropped.sub("", words)
    scopes = Counter(known.scope.findall(words)) + Counter(_NUMBER.findall(words))
    deeds, core = _without_deeds(words)
    if not deeds:
        deeds, core = _without_last_deed(core)
    core = _without_ending(core)
    if core in known.bare or len(core) < 2:
        core = ""
    return Essence(core, deeds, tuple(sorted(scopes.elements())))


def _without_deeds(words: str) -> tuple[frozenset[str], str]:
    """What is done, and what it is done to: 加快培育创新型企业 → {raise}, 创新型企业."""
    known = _words()
    deeds: set[str] = set()
    while True:
        front = next((words[:size] for size in range(min(5, len(words) - 2), 0, -1) if _leads(words[:size])), None)
        if front is None:
            return frozenset(deeds), words
        if front in known.deeds:
            deeds.add(known.deeds[front])
        words = words[len(front) :]


def _leads(word: str) -> bool:
    return word in _words().deeds or word in _words().empty


def _without_last_deed(words: str) -> tuple[frozenset[str], str]:
    """老旧小区改造 → {renew}, 老旧小区."""
    for size in (4, 3, 2):
        if len(words) >= size + 2 and words[-size:] in _words().deeds:
            return frozenset({_words().deeds[words[-size:]]}), words[:-size]
    return frozenset(), words


def _without_ending(words: str) -> str:
    while end := next((one for one in _words().endings if words.endswith(one) and len(words) >= len(one) + 2), None):
        words = words[: -len(end)]
    return words


def likeness(one: str, other: str, *, same_figure: bool) -> float:
    """How surely two keys of the long tail name the same thing: 0 where it is not plain, 1 where nothing is open.

    `same_figure` says that value and unit agree, which makes less alike words enough.
    """
    a, b = essence(one), essence(other)
    if a.scopes != b.scopes or not _same_deeds(a, b, same_figure):
        return 0.0
    if a.core == b.core:
        return 1.0 if a.core or (same_figure and one == other) else 0.0
    if min(len(a.core), len(b.core)) < SHORTEST:
        return 0.0
    shared = _shared(a.core, b.core)
    return shared if shared >= LEAST[same_figure, _is_within(a.core, b.core)] else 0.0


def _same_deeds(a: Essence, b: Essence, same_figure: bool) -> bool:
    return a.deeds == b.deeds or (same_figure and not (a.deeds and b.deeds))


@lru_cache(maxsize=50_000)
def _pieces(core: str) -> frozenset[str]:
    return frozenset(core) | {core[at : at + 2] for at in range(len(core) - 1)}


def _shared(a: str, b: str) -> float:
    """The part of characters and pairs of them that both hold (Dice)."""
    pieces, others = _pieces(a), _pieces(b)
    return 2 * len(pieces & others) / (len(pieces) + len(others))


def _is_within(a: str, b: str) -> bool:
    short, long = sorted((a, b), key=len)
    rest = iter(long)
    return all(char in rest for char in short)


def counter(base_unit: str, key: str) -> str:
    """The family of a counter: 家 and 户 of firms are one, 个 and 座 of things; any other unit is itself."""
    known = _words()
    if base_unit in known.firms and any(word in key for word in known.firm_words):
        return "家"
    return "个" if base_unit in known.things else base_unit
