"""The regions we know: GB/T 2260 codes with names, parents, aliases and former names, out of regions.tsv.

A code says where a region stands: 22 吉林省, 2201 长春市, 220106 绿园区, but not always (天门市 429006 stands directly
under 湖北省), so the parent is a column of its own. The table is read at the first question, not at import.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

NATION = "000000"


class Level(StrEnum):
    """How high a region stands; a county is any county, district, county-level city or banner."""

    NATION = "nation"
    PROVINCE = "province"
    PREFECTURE = "prefecture"
    COUNTY = "county"


@dataclass(frozen=True, slots=True)
class Region:
    """One region (行政区划). `parent` is "" for the nation; `former` are names it, or a part of it, once had."""

    code: str
    name: str
    level: Level
    parent: str
    english: str
    aliases: tuple[str, ...]
    former: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Table:
    by_code: dict[str, Region]
    former_codes: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Names:
    """The codes that go by a name, full, short or former, and those of the regions directly under one."""

    full: dict[str, tuple[str, ...]]
    short: dict[str, tuple[str, ...]]
    former: dict[str, tuple[str, ...]]
    children: dict[str, tuple[str, ...]]


def _read(line: str) -> tuple[Region, list[tuple[str, str]]]:
    """A line of the table: the region, and its former codes with theirs."""
    code, name, level, parent, english, aliases, former = line.split("\t")
    names, codes = [], []
    for item in former.split("|") if former else ():
        old, _, old_codes = item.partition("@")
        if old != name:
            names.append(old)
        codes += [(old_code, code) for old_code in old_codes.split(",")]
    also = tuple(aliases.split("|")) if aliases else ()
    return Region(code, name, _LEVELS[level], parent, english, also, tuple(names)), codes


_LEVELS = {level.value: level for level in Level}


@cache
def _table() -> _Table:
    by_code: dict[str, Region] = {}
    former_codes: dict[str, str] = {}
    with files(__package__).joinpath("regions.tsv").open(encoding="utf-8") as lines:
        for line in lines:
            if line[0].isdigit():
                region, codes = _read(line.rstrip("\n"))
                by_code[region.code] = region
                former_codes.update(codes)
    return _Table(by_code, {old: now for old, now in former_codes.items() if old not in by_code})


@cache
def _names() -> _Names:
    """Apart from the table: who has a code never asks for a name."""
    found = _Names({}, {}, {}, {})
    for region in _table().by_code.values():
        one = (region.code,)  # shared: most names are one region's
        for index, names in (
            (found.full, (region.name,)),
            (found.short, region.aliases),
            (found.former, region.former),
            (found.children, (region.parent,)),
        ):
            for name in names:
                index[name] = index.get(name, ()) + one
    return found


def region(code: str) -> Region | None:
    """The region of a six-digit code; a code that was given up leads to its heir (130625 徐水县 → 130609 徐水区)."""
    table = _table()
    return table.by_code.get(code) or table.by_code.get(table.former_codes.get(code, ""))


def regions() -> tuple[Region, ...]:
    """All present regions by code, the nation first."""
    return tuple(_table().by_code.values())


def regions_named(name: str) -> tuple[Region, ...]:
    """Everything that is or was called so: by full name first, then by short name, then by former name."""
    names = _names()
    codes = dict.fromkeys(code for index in (names.full, names.short, names.former) for code in index.get(name, ()))
    return tuple(_table().by_code[code] for code in codes)


def find_regions(name: str) -> tuple[Region, ...]:
    """The regions a person can mean by `name`, higher ones first; several when it is ambiguous, none when unknown.

    A code, a full name, then a short name (长春), then a former name (徐水县): the first of these that is known counts,
    so 吉林市 is one region and 吉林 is two. A path tells homonyms apart: 长春市朝阳区, 吉林省 · 长春市.
    """
    words = "".join(char for char in name if char not in " 　·・,，/")
    table = _table()
    if words in table.by_code or words in table.former_codes:
        found = region(words)
        return (found,) if found else ()
    names = _names()
    for index in (names.full, names.short, names.former):
        if words in index:
            return tuple(sorted((table.by_code[code] for code in index[words]), key=_rank))
    return _find_by_path(words)


def _rank(region: Region) -> tuple[int, str]:
    return list(Level).index(region.level), region.code


def _find_by_path(words: str) -> tuple[Region, ...]:
    """长春市绿园区 → 绿园区: the front names a region around the one that the rest names."""
    for cut in range(len(words) - 2, 1, -1):
        outer = regions_named(words[:cut])
        if outer:
            inner = regions_named(words[cut:]) or _find_by_path(words[cut:])
            within = tuple(r for r in inner if any(contains(o.code, r.code) and o.code != r.code for o in outer))
            if within:
                return within
    return ()


def parent(code: str) -> Region | None:
    found = region(code)
    return region(found.parent) if found and found.parent else None


def children(code: str) -> tuple[Region, ...]:
    """The regions directly under one, by code."""
    table = _table()
    return tuple(table.by_code[child] for child in _names().children.get(code, ()))


def ancestors(code: str) -> tuple[Region, ...]:
    """What stands above a region, nearest first, the nation last; () for the nation and for an unknown code."""
    found: list[Region] = []
    above = parent(code)
    while above:
        found.append(above)
        above = parent(above.code)
    return tuple(found)


def contains(outer_code: str, inner_code: str) -> bool:
    """Whether `inner_code` is `outer_code` or lies within it. 000000 contains every region we know.

    So a watch on 全国 hears of all reports, as a watch on 吉林省 hears of 长春市's; whoever wants the State Council's
    alone asks for the level `nation` too. Unknown codes lie in themselves only.
    """
    if outer_code == inner_code:
        return True
    outer = region(outer_code)
    inner = region(inner_code)
    if outer is None or inner is None:
        return False
    return outer == inner or outer in ancestors(inner.code)


def path_zh(code: str) -> str:
    """220106 → 吉林省 · 长春市 · 绿园区; 000000 → 全国; an unknown code as it is."""
    found = region(code)
    if found is None:
        return code
    above = [r.name for r in ancestors(found.code) if r.code != NATION]
    return " · ".join([*reversed(above), found.name])
