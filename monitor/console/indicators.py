"""Indicators: which there are, and one of them over all regions for a year."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.catalogue.indicators import TAIL, Indicator, indicator, indicators
from monitor.catalogue.regions import Level
from monitor.comparing.compare import direction
from monitor.comparing.ledger import LedgerEntry, reckon
from monitor.comparing.series import YEAR, magnitude, series_of
from monitor.console.answers import Reader, html, missing, reader
from monitor.console.asking import known_only, one_of
from monitor.console.figures import Judged, judged
from monitor.console.kept import Kept
from monitor.console.places import Place, codes_of, place
from monitor.console.saying import measured_name
from monitor.console.tiles import tiles
from monitor.digest.figures import difference
from monitor.visiting.rhythm import season_of
from storage.browsing import count_by_indicator, find_last_year, find_years
from storage.series import find_of_indicator, find_sentences_by_id
from storage.values import ChangeKind, Kind, Measure, Role, Stated

PAGE = 320  # rows of a table
NAMES = ("year", "measure", "level", "sort", "order", "region")  # of parameters
YEARS = tuple(str(year) for year in range(1949, 2101))
CHOSEN = 8  # regions in the time series
SORTS = ("region", "target", "outturn", "change", "verdict")
LEVELS = (Level.PROVINCE, Level.PREFECTURE, Level.COUNTY)
_WAYS = {ChangeKind.RAISED: 1, ChangeKind.LOWERED: -1}
_VERDICTS = ("met", "missed", "unjudged", "not_told", "open")


@dataclass(frozen=True, slots=True)
class Line:
    """What one region aims at in the year, what it aimed at before, and what came of it."""

    place: Place
    entry: Judged
    before: Judged | None
    change: str  # 0.5 个百分点
    direction: int  # 1 raised, -1 lowered, 0 neither; a larger decline is the higher target
    moved: float | None
    size: float | None
    reached: float | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for."""

    year: int
    measure: Measure
    level: Level | None
    sort: str
    falling: bool
    page: int
    chosen: tuple[str, ...]


def routes(kept: Kept) -> list[Route]:
    def index(request: Request) -> Response:
        who = reader(request)
        with kept.reading() as session:
            year = _season(session, kept)
            counts = count_by_indicator(session, Kind.WORK_REPORT, year) if year else {}
        topics = _topics(counts, year, who)
        return html(request, "console/indicators.html.j2", who.words["indicators_title"], year=year, topics=topics)

    def one(request: Request) -> Response:
        key, who = request.path_params["key"], reader(request)
        asked, entries = asked_for(request, kept, key)
        known = indicator(key)
        if known is None and not entries:
            return missing(request)
        with kept.reading() as session:
            years = find_years(session, Kind.WORK_REPORT)
        title = _title(known, key, asked, who)
        return html(request, "console/indicator.html.j2", title, **_view(key, entries, asked, years, who))

    return [Route("/indicators", index), Route("/indicators/{key:str}", one)]


def asked_for(request: Request, kept: Kept, key: str) -> tuple[Asked, list[LedgerEntry]]:
    """What an address of an indicator asks for, and the ledger's entries of that year and of the one before.

    Raises AskedWrongly.
    """
    known_only(request.query_params, NAMES)
    written = one_of("year", request.query_params, YEARS)
    with kept.reading() as session:
        year = int(written) if written else _season(session, kept) or 0
        entries = find_entries(session, key, year)
    return _asked(request, year, entries), entries


def find_entries(session: Session, key: str, year: int) -> list[LedgerEntry]:
    """The targets of all regions for a year and for the one before, of an indicator, with what came of them."""
    stated = find_of_indicator(session, Kind.WORK_REPORT, (year - 1, year, year + 1), key)
    by_region: dict[str, list[Stated]] = defaultdict(list)
    for each in stated:
        by_region[each.region].append(each)
    said = find_sentences_by_id(session, [one.id for one in stated if one.data.role is Role.OUTTURN])

    def sentences(ids: Iterable[int]) -> dict[int, str]:
        return {id: said[id] for id in ids if id in said}

    entries = (entry for some in by_region.values() for entry in reckon(some, sentences=sentences))
    return [one for one in entries if one.target.year in (year - 1, year) and series_of(one.target).horizon == YEAR]


def _season(session: Session, kept: Kept) -> int | None:
    return find_last_year(session, Kind.WORK_REPORT, season_of(kept.now()) + 1)


def _asked(request: Request, year: int, entries: Iterable[LedgerEntry]) -> Asked:
    query = request.query_params
    counts = Counter(series_of(entry.target).measure for entry in entries if entry.target.year == year)
    usual = counts.most_common(1)[0][0] if counts else Measure.GROWTH
    measure, level = one_of("measure", query, tuple(Measure)), one_of("level", query, LEVELS)
    return Asked(
        year=year,
        measure=Measure(measure) if measure else usual,
        level=Level(level) if level else None,
        sort=one_of("sort", query, SORTS) or "region",
        falling=one_of("order", query, ("falling", "rising")) == "falling",
        page=max(1, _number(query.get("page"), 1)),
        chosen=tuple(dict.fromkeys(query.getlist("region")))[:CHOSEN],
    )


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 5 else otherwise


def _title(known: Indicator | None, key: str, asked: Asked, who: Reader) -> str:
    name = measured_name(known.zh if known else key.removeprefix(TAIL), key, asked.measure, who.words)
    return who.words("indicator_heading", name=name, year=asked.year)


def _view(
    key: str, entries: Sequence[LedgerEntry], asked: Asked, years: Sequence[int], who: Reader
) -> dict[str, Any]:  # fmt: skip
    here, same = partial(_link, key, asked, who), _same(asked)
    of_measure = [one for one in entries if series_of(one.target).measure is asked.measure]
    lines = ordered(lines_of(of_measure, asked.year, who), asked.sort, falling=asked.falling)
    wanted = codes_of(asked.level) if asked.level else None
    shown = [one for one in lines if wanted is None or one.place.code in wanted]
    pages = max(1, -(-len(shown) // PAGE))
    page = min(asked.page, pages)
    measures = dict.fromkeys(series_of(one.target).measure for one in entries if one.target.year == asked.year)
    return {
        "key": key, "asked": asked, "here": here, "lines": shown[(page - 1) * PAGE : page * PAGE], "count": len(shown),
        "page": page, "pages": pages, "years": years, "measures": list(measures), "levels": LEVELS, "sorts": SORTS,
        "tiles": tiles(of_measure, asked.year, who), "summary": _summary(shown, asked, who),
        "distribution": who.link(f"/charts/indicators/{key}/distribution.svg", **same) if len(shown) > 2 else "",
        "series": who.link(f"/charts/indicators/{key}/regions.svg", **same, region=asked.chosen),
        "chosen": [place(code, who) for code in asked.chosen],
    }  # fmt: skip


def _same(asked: Asked) -> dict[str, object]:
    return {"year": asked.year, "measure": asked.measure.value, "level": asked.level and asked.level.value}


def _link(key: str, asked: Asked, who: Reader, **other: object) -> str:
    """This page with something else asked for."""
    query = _same(asked) | {"sort": asked.sort if asked.sort != "region" else "", "order": asked.falling and "falling"}
    return who.link(f"/indicators/{key}", **(query | {"region": asked.chosen} | other))


def lines_of(entries: Sequence[LedgerEntry], year: int, who: Reader) -> list[Line]:
    """One line a region: its first target of the year, which is the main one where it states several."""
    first: dict[tuple[str, int], LedgerEntry] = {}
    for entry in sorted(entries, key=lambda one: (not one.target.data.headline, one.target.data.start)):
        first.setdefault((entry.target.region, entry.target.year), entry)
    return [
        _line(entry, first.get((code, year - 1)), who) for (code, of_year), entry in first.items() if of_year == year
    ]


def _line(entry: LedgerEntry, before: LedgerEntry | None, who: Reader) -> Line:
    now, then = _middle(entry.target), _middle(before.target) if before else None
    way = direction(before.target.data, entry.target.data) if before else ChangeKind.REWORDED
    return Line(
        place=place(entry.target.region, who),
        entry=judged(entry, who),
        before=judged(before, who) if before else None,
        change=difference(before.target.data, entry.target.data, who.language) if before else "",
        direction=_WAYS.get(way, 0),
        moved=None if now is None or then is None else abs(now) - abs(then) if now < 0 and then < 0 else now - then,
        size=now,
        reached=_middle(entry.outturn) if entry.outturn else None,
    )


def _middle(stated: Stated) -> float | None:
    """In the base unit, so that 万人 and 人 are put in order."""
    found = magnitude(stated.data)
    return found.middle if found else None


def ordered(lines: Iterable[Line], sort: str, *, falling: bool) -> list[Line]:
    """By a column; what has no figure there comes last, whichever way."""
    by_region = sorted(lines, key=lambda line: line.place.code)
    if sort == "region":
        return by_region[::-1] if falling else by_region
    if sort == "verdict":
        return sorted(by_region, key=lambda line: _VERDICTS.index(line.entry.verdict), reverse=falling)
    values = {"target": "size", "outturn": "reached", "change": "moved"}
    found = [(getattr(line, values[sort]), line) for line in by_region]
    known = sorted((pair for pair in found if pair[0] is not None), key=lambda pair: pair[0], reverse=falling)
    return [line for _, line in known] + [line for value, line in found if value is None]


def _summary(lines: Sequence[Line], asked: Asked, who: Reader) -> list[str]:
    """So many regions; so many raised, lowered, kept; so many met."""
    words, known = who.words, [line for line in lines if line.before]
    told = [line.entry.verdict for line in lines]
    parts = [words("regions_counted", n=len(lines))]
    if known:
        up, down = (sum(line.direction == way for line in known) for way in (1, -1))
        parts.append(words("moves_counted", up=up, down=down, same=len(known) - up - down))
    if "met" in told or "missed" in told:
        parts.append(words("verdicts_counted", met=told.count("met"), missed=told.count("missed")))
    return parts


def _topics(counts: Mapping[str, int], year: int | None, who: Reader) -> list[tuple[str, list[dict[str, object]]]]:
    """The indicators that the year's reports state, by topic, main ones first."""
    found = [one for one in indicators() if counts.get(one.key)]
    order = {topic: at for at, topic in enumerate(dict.fromkeys(one.topic.key for one in found))}
    found.sort(key=lambda one: (order[one.topic.key], not one.headline, -counts[one.key]))
    return [
        (
            some[0].topic.zh if who.language == "zh" else some[0].topic.en,
            [_entry(one, counts, year, who) for one in some],
        )
        for _, group in groupby(found, key=lambda one: one.topic.key)
        if (some := list(group))
    ]


def _entry(one: Indicator, counts: Mapping[str, int], year: int | None, who: Reader) -> dict[str, object]:
    return {
        "name": one.zh if who.language == "zh" else one.en,
        "url": who.link(f"/indicators/{one.key}", year=year),
        "count": counts[one.key],
        "headline": one.headline,
    }
