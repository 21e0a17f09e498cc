"""Regions as the pages name and link them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from monitor.catalogue.regions import NATION, Level, ancestors, children, region, regions
from monitor.console.answers import Reader
from monitor.console.saying import place_name
from storage.browsing import Reported


@dataclass(frozen=True, slots=True)
class Place:
    """A region to go to; `reports` counts its own, `within` the regions under it that have some."""

    code: str
    name: str
    url: str
    reports: int = 0
    years: str = ""
    within: int = 0


class Tree:
    """The regions that have reports, and those above them."""

    def __init__(self, reported: Iterable[Reported]) -> None:
        self._reported = {one.region: one for one in reported}
        self._within = Counter(above.code for code in self._reported for above in ancestors(code))

    def place(self, code: str, who: Reader) -> Place:
        known = self._reported.get(code)
        return Place(
            code,
            place_name(code, who.words),
            who.link(f"/regions/{code}"),
            known.reports if known else 0,
            _span(known) if known else "",
            self._within[code],
        )

    def inner(self, code: str, who: Reader) -> list[Place]:
        """The regions directly under one that have reports, or have regions with reports under them."""
        return [self.place(one.code, who) for one in children(code) if self.has(one.code)]

    def has(self, code: str) -> bool:
        """Whether a region, or one within it, has a report."""
        return code in self._reported or self._within[code] > 0

    def unknown(self, who: Reader) -> list[Place]:
        """Regions with reports that the catalogue does not know: the example's."""
        return [self.place(code, who) for code in self._reported if region(code) is None]


def place(code: str, who: Reader) -> Place:
    """A region by its name alone."""
    return Place(code, place_name(code, who.words), who.link(f"/regions/{code}"))


def above(code: str, who: Reader) -> list[Place]:
    """What a region lies in, the nation first."""
    return [place(one.code, who) for one in reversed(ancestors(code))]


def beside(code: str) -> list[str]:
    """The codes of the regions directly under the same one, its own among them; [] for the nation."""
    outer = ancestors(code)
    return [one.code for one in children(outer[0].code)] if outer else []


def codes_of(level: Level) -> set[str]:
    """The codes of all regions that are this high."""
    return {one.code for one in regions() if one.level is level}


def within(code: str) -> set[str]:
    """The codes of a region and of all that lie within it."""
    if code == NATION:
        return {one.code for one in regions()}
    return {code}.union(*(within(one.code) for one in children(code)))


def _span(one: Reported) -> str:
    return str(one.last_year) if one.first_year == one.last_year else f"{one.first_year}–{one.last_year}"
