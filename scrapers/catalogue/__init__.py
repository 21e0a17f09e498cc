"""The sources we know, as data: one TOML file a province, one for the nation, one for newspapers.

Adding a source is an entry in a file. Columns move, so each entry says how far it is to be trusted:
`high`: the list page itself has been read; `medium`: report pages below it, or one catalogue, name it; `low`: old,
often blocked, or derived. A note says why.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from scrapers.source import Source

_ABOUT = ("level", "confidence", "note")  # what an entry says beside the fields of a source


class Level(StrEnum):
    """Whose reports a source publishes; districts and counties are one level."""

    NATIONAL = "national"
    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    NEWSPAPER = "newspaper"


class Confidence(StrEnum):
    """How far the address is to be trusted."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class CataloguedSource:
    """A source that we ship: ready to be watched, and what is known of it."""

    source: Source
    level: Level
    confidence: Confidence
    note: str


@cache
def catalogued() -> tuple[CataloguedSource, ...]:
    """All sources that we ship: the nation's first, then by province, newspapers last.

    Raises:
        ValueError: a file of the catalogue is broken; the message names the file and the entry.
    """
    return tuple(_read())


def find_sources(word: str) -> tuple[CataloguedSource, ...]:
    """Those whose name, key or address contains `word`, or whose region's code begins with it.

    `长春` finds those of 长春市 and its districts, `2201` too, `jl.gov.cn` those on that host. "" finds all.
    """
    return tuple(one for one in catalogued() if speaks_of(one.source, word))


def speaks_of(source: Source, word: str) -> bool:
    """Whether `find_sources` would find it by this word."""
    wanted = word.strip().casefold()
    if wanted.isdigit():
        return source.region.startswith(wanted)
    return any(wanted in words.casefold() for words in (source.name, source.key, source.url))


def level_of(source: Source) -> Level:
    """Whose reports a source of one's own publishes, by its region's code."""
    levels = ((6, Level.NATIONAL), (4, Level.PROVINCE), (2, Level.CITY))
    return next((level for zeros, level in levels if source.region.endswith("0" * zeros)), Level.COUNTY)


def _read() -> Iterator[CataloguedSource]:
    shelf = sorted((f for f in files(__name__).iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    for file in shelf:
        for place, entry in enumerate(tomllib.loads(file.read_text("utf-8"))["source"], 1):
            about = {name: entry.pop(name, "") for name in _ABOUT}
            try:
                yield CataloguedSource(
                    Source(**entry), Level(about["level"]), Confidence(about["confidence"]), about["note"]
                )
            except ValueError as error:
                raise ValueError(f"{file.name}, entry {place} ({entry.get('key', 'no key')}): {error}") from error
