"""What stands around a report's targets: the figures of the regions above and beside it, and its own last years."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from sqlmodel import Session

from monitor.catalogue.indicators import TAIL, indicator
from monitor.catalogue.regions import children, parent
from monitor.comparing.series import YEAR, equal, magnitude, period_of, series_of
from monitor.digest import Around, Figure, Named, Past, PastYear, Place
from monitor.example.source import EXAMPLE_REGIONS
from storage.models import Report
from storage.series import find_main
from storage.values import Measure, Role, Stated

YEARS = 5
INDICATORS = 3
BESIDE = 6  # regions beside it that are shown
_EXAMPLE = [code for code, _, _ in EXAMPLE_REGIONS]
Draw = Callable[[Stated], Figure]
Names = Callable[[str], tuple[str, str, str]]
Series = tuple[str, Measure, str]


def around(session: Session, report: Report, told: Sequence[Stated], draw: Draw, names: Names) -> Around | None:
    """The figures for the report's year of up to three indicators it is told for, GDP first and then those that most
    of the other regions state; None where no other region states any. `told` are statements in the order of their
    weight.
    """
    wanted = _wanted(told)
    above, beside = _neighbours(report.region)
    if not wanted or not (above or beside):
        return None
    codes = [report.region, *above, *beside]
    found = find_main(session, codes, report.kind, [report.year], {key for key, *_ in wanted})
    by_place: dict[str, dict[Series, Stated]] = {}
    for one in found:
        if one.data.role is Role.TARGET and series_of(one).horizon == YEAR:
            by_place.setdefault(one.region, {}).setdefault(series_of(one)[:3], one)
    own = by_place.pop(report.region, {})
    wanted = _shared([series for series in wanted if series in own], by_place)
    others = [code for code in (*above, *beside) if any(one in by_place.get(code, {}) for one in wanted)]
    if not wanted or not others:
        return None

    def place(code: str, standing: str) -> Place:
        name, name_en, _ = names(code)
        said = own if standing == "own" else by_place.get(code, {})
        return Place(name, name_en, standing, tuple(draw(said[one]) if one in said else None for one in wanted))

    first = {code: size for code in others if (size := _size(by_place[code].get(wanted[0]))) is not None}
    mates = sorted((code for code in others if code in beside), key=lambda code: (-first.get(code, -1e18), code))
    mine = _size(own[wanted[0]])
    higher = 0
    if mine is not None:
        higher = sum(first[code] > mine and not equal(first[code], mine) for code in mates if code in first)
    return Around(
        indicators=tuple(named(own[one]) for one in wanted),
        places=(
            place(report.region, "own"),
            *(place(code, "above") for code in others if code in above),
            *(place(code, "beside") for code in mates[:BESIDE]),
        ),
        known=len(mates) + 1,
        rank=None if mine is None else higher + 1,
        tied=mine is not None and any(equal(first[code], mine) for code in mates if code in first),
    )


def past(
    session: Session, report: Report, told: Sequence[Stated], draw: Draw, reached: Callable[[Stated], Stated | None]
) -> Past | None:
    """The last five years of the first indicator that the report is told for; None below two years with a target.

    What came of a target is what `reached` says of it; where a year has none on record, the first report tells.
    """
    wanted = _wanted(told)[:1]
    if not wanted:
        return None
    series, years = wanted[0], range(report.year - YEARS + 1, report.year + 1)
    found = [
        one
        for one in find_main(session, [report.region], report.kind, years, [series[0]])
        if series_of(one)[:3] == series and magnitude(one.data)
    ]
    targets = _by_year(one for one in found if one.data.role is Role.TARGET)
    outturns: dict[str, Stated | None] = dict(_by_year(one for one in found if one.data.role is Role.OUTTURN))
    outturns |= {year: reached(target) for year, target in targets.items()}
    if len(targets) < 2 or str(report.year) not in targets:
        return None
    shown = [str(year) for year in years if str(year) in targets or outturns.get(str(year))]
    return Past(
        named(targets[str(report.year)]),
        tuple(PastYear(int(year), _drawn(targets.get(year), draw), _drawn(outturns.get(year), draw)) for year in shown),
    )


def _wanted(told: Iterable[Stated]) -> list[Series]:
    """The series of known indicators, GDP first."""
    series = dict.fromkeys(
        series_of(one)[:3]
        for one in told
        if one.data.role is Role.TARGET and series_of(one).horizon == YEAR and not one.indicator_key.startswith(TAIL)
    )
    return sorted(series, key=lambda one: one[0] != "gdp")


def _shared(series: Sequence[Series], by_place: Mapping[str, Mapping[Series, Stated]]) -> list[Series]:
    """Those that other regions state too: GDP, then what most of them do."""
    counts = {one: sum(one in said for said in by_place.values()) for one in series}
    shared = [one for one in series if counts[one]]
    return sorted(shared, key=lambda one: (one[0] != "gdp", -counts[one]))[:INDICATORS]


def _neighbours(code: str) -> tuple[list[str], list[str]]:
    """The region above, and those beside it under the same one."""
    if code in _EXAMPLE:
        return [one for one in _EXAMPLE if one != code and one.endswith("0000")], []
    outer = parent(code)
    if outer is None:
        return [], []
    return [outer.code], [one.code for one in children(outer.code) if one.code != code]


def _by_year(stated: Iterable[Stated]) -> dict[str, Stated]:
    """The first statement of each year: a main target stands in the sentence that states them."""
    found: dict[str, Stated] = {}
    for one in sorted(stated, key=lambda one: not one.data.headline):
        found.setdefault(period_of(one), one)
    return found


def _size(stated: Stated | None) -> float | None:
    found = magnitude(stated.data) if stated else None
    return found.middle if found else None


def _drawn(stated: Stated | None, draw: Draw) -> Figure | None:
    return draw(stated) if stated else None


def named(stated: Stated) -> Named:
    """A statement's indicator, by its settled name where there is one."""
    known = indicator(stated.indicator_key)
    name = known.zh if known else stated.data.indicator
    return Named(name, stated.indicator_key, known.en if known else "", stated.data.measure)
