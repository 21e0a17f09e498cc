"""The addresses of charts: what is kept → pictures. Each stands beside a table with the same numbers."""

from collections import Counter
from collections.abc import Iterable, Sequence
from math import floor

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.catalogue.indicators import indicator
from monitor.comparing.ledger import LedgerEntry, reckon
from monitor.comparing.series import YEAR, dimension, magnitude, series_of
from monitor.console.answers import HEADERS, Reader, missing, reader
from monitor.console.charts import (
    ABOUT,
    POLICY,
    Aim,
    Bar,
    Line,
    Mark,
    Reached,
    distribution,
    lines_by_year,
    steps,
    targets_by_year,
)
from monitor.console.figures import shown
from monitor.console.indicators import CHOSEN, Asked, asked_for, lines_of
from monitor.console.kept import Kept
from monitor.console.places import codes_of
from monitor.console.saying import measured_name, region_name
from storage.series import find_main, find_sentences_by_id
from storage.values import Kind, Measure, Op, Stated

BARS = 12
EVER = range(1949, 2100)


def routes(kept: Kept) -> list[Route]:
    def of_region(request: Request) -> Response:
        code, key, who = request.path_params["code"], request.path_params["key"], reader(request)
        measure = _measure(request)
        with kept.reading() as session:
            entries = _drawable(_ledger(session, code, key), measure)
        if not entries:
            return missing(request)
        title = f"{region_name(code, who.words)} · {_name(key, measure, who)}"
        factor = _factor(entries)
        aims = tuple(_aim(entry.target, factor, who) for entry in entries)
        reached = (_reached(entry, factor, who) for entry in entries if entry.outturn)
        return _picture(targets_by_year(title, aims, tuple(one for one in reached if one)))

    def of_regions(request: Request) -> Response:
        key, who, measure = request.path_params["key"], reader(request), _measure(request)
        with kept.reading() as session:
            found = {code: _drawable(_ledger(session, code, key), measure) for code in _chosen(request)}
        factor = _factor([entry for entries in found.values() for entry in entries])
        lines = tuple(_line(code, entries, factor, who) for code, entries in found.items() if entries)
        return _picture(lines_by_year(_name(key, measure, who), lines)) if lines else missing(request)

    def spread(request: Request) -> Response:
        key, who = request.path_params["key"], reader(request)
        asked, entries = asked_for(request, kept, key)
        sizes = _sizes(entries, asked, who)
        if not sizes:
            return missing(request)
        return _picture(distribution(_name(key, asked.measure, who), bars(sizes)))

    return [
        Route("/charts/regions/{code:str}/{key:str}.svg", of_region),
        Route("/charts/indicators/{key:str}/regions.svg", of_regions),
        Route("/charts/indicators/{key:str}/distribution.svg", spread),
    ]


def bars(sizes: Sequence[float]) -> tuple[Bar, ...]:
    """Sizes counted in steps of round numbers, twelve at most: [6, 6, 6.5] → two from 6 to 6.5, one from 6.5 to 7."""
    low, high = min(sizes), max(sizes)
    step = next(one for one in steps((high - low) / BARS or abs(high) / BARS or 1.0) if _count(low, high, one) <= BARS)
    first = floor(low / step)
    counts = Counter(floor(round(size / step, 6)) for size in sizes)
    last = max(counts)
    return tuple(Bar(round(at * step, 9), round((at + 1) * step, 9), counts[at]) for at in range(first, last + 1))


def _count(low: float, high: float, step: float) -> int:
    return floor(high / step) - floor(low / step) + 1


def _sizes(entries: Sequence[LedgerEntry], asked: Asked, who: Reader) -> list[float]:
    """What the regions of the table aim at, in the unit that most of them use."""
    of_measure = [one for one in entries if series_of(one.target).measure is asked.measure]
    factor = _factor([one for one in of_measure if one.target.year == asked.year])
    wanted = codes_of(asked.level) if asked.level else None
    lines = [line for line in lines_of(of_measure, asked.year, who) if wanted is None or line.place.code in wanted]
    return [line.size / factor for line in lines if line.size is not None]


def _ledger(session: Session, code: str, key: str) -> list[LedgerEntry]:
    stated = find_main(session, [code], Kind.WORK_REPORT, EVER, [key])
    return reckon(stated, sentences=lambda ids: find_sentences_by_id(session, ids))


def _drawable(entries: Iterable[LedgerEntry], measure: Measure) -> list[LedgerEntry]:
    """One a year, the main one first, as far as there is a figure."""
    found: dict[int, LedgerEntry] = {}
    for entry in sorted(entries, key=lambda one: (not one.target.data.headline, one.target.data.start)):
        series = series_of(entry.target)
        if series.measure is measure and series.horizon == YEAR and magnitude(entry.target.data):
            found.setdefault(entry.target.year, entry)
    return [entry for _, entry in sorted(found.items())]


def _factor(entries: Sequence[LedgerEntry]) -> float:
    """Figures are drawn in the unit that the newest report has: 万人."""
    newest = max(entries, key=lambda one: one.target.year, default=None)
    return dimension(newest.target.data.unit)[1] if newest else 1.0


def aim_of(target: Stated, factor: float, words: str) -> Aim:
    """What a target leaves open: 6%以上 no upper end, 6%左右 a twentieth on both sides. `factor` is the unit's."""
    size = magnitude(target.data)
    assert size is not None, "only what has a figure is drawn"
    low, high = sorted((size.low / factor, size.high / factor))
    asked, op = (low + high) / 2, target.data.op
    upward = (op is Op.AT_LEAST) == (asked >= 0)  # 下降3%以上 is open towards more of a decline
    if op in (Op.AT_LEAST, Op.AT_MOST):
        return Aim(target.year, asked if upward else None, None if upward else asked, asked, words)
    slack = abs(asked) * ABOUT if op is Op.ABOUT else 0.0
    return Aim(target.year, low - slack, high + slack, asked, words)


def _aim(target: Stated, factor: float, who: Reader) -> Aim:
    return aim_of(target, factor, f"{target.year} · {who.words['role_target']} {shown(target, who).text}")


def _reached(entry: LedgerEntry, factor: float, who: Reader) -> Reached | None:
    assert entry.outturn is not None, "the caller has looked"
    size = magnitude(entry.outturn.data)
    if size is None:
        return None
    words = f"{entry.target.year} · {who.words['role_outturn']} {shown(entry.outturn, who).text}"
    return Reached(entry.target.year, size.middle / factor, entry.verdict, words)


def _line(code: str, entries: Sequence[LedgerEntry], factor: float, who: Reader) -> Line:
    aims = [_aim(entry.target, factor, who) for entry in entries]
    name = region_name(code, who.words)
    return Line(name, tuple(Mark(aim.year, aim.asked, f"{name} {aim.said}") for aim in aims))


def _chosen(request: Request) -> list[str]:
    return list(dict.fromkeys(request.query_params.getlist("region")))[:CHOSEN]


def _measure(request: Request) -> Measure:
    return next((one for one in Measure if one == request.query_params.get("measure")), Measure.GROWTH)


def _name(key: str, measure: Measure, who: Reader) -> str:
    known = indicator(key)
    return measured_name(known.zh if known else key, key, measure, who.words)


def _picture(svg: bytes) -> Response:
    return Response(svg, headers=HEADERS | {"Content-Security-Policy": POLICY}, media_type="image/svg+xml")
