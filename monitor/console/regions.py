"""Regions: the tree of those with reports, and one region with its targets by year."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from monitor.catalogue.indicators import indicator, indicators
from monitor.catalogue.regions import NATION, region
from monitor.comparing.ledger import LedgerEntry, reckon
from monitor.comparing.series import YEAR, Series, series_of
from monitor.console.answers import Reader, html, missing, reader
from monitor.console.figures import Judged, Shown, judged, shown
from monitor.console.kept import Kept
from monitor.console.places import Place, Tree, above, beside, place
from monitor.console.saying import day, indicator_name, place_name, report_name
from monitor.digest.outgoing import clean
from monitor.visiting.rhythm import season_of
from storage.browsing import find_last_year, find_reported
from storage.models import Report
from storage.reports import find_documents_by_id, find_reports
from storage.series import find_ledger_statements, find_main, find_sentences_by_id
from storage.statements import count_of_documents
from storage.values import Kind, Role, Stated

YEARS = 6  # shown unless all are asked for
BESIDE = 40  # neighbours in the table
COLUMNS = 5  # indicators in it
CHARTS = 12


@dataclass(frozen=True, slots=True)
class Row:
    """One indicator of a region over the years; `chart` is its picture's address, "" where there is nothing to draw."""

    name: str
    url: str
    chart: str
    cells: Sequence[Judged | None]


def routes(kept: Kept) -> list[Route]:
    def tree(request: Request) -> Response:
        who = reader(request)
        with kept.reading() as session:
            places = Tree(find_reported(session))
        nation = places.place(NATION, who)
        provinces = [(one, places.inner(one.code, who)) for one in places.inner(NATION, who)]
        return html(
            request, "console/regions.html.j2", who.words["regions_title"], nation=nation, provinces=provinces,
            others=places.unknown(who),
        )  # fmt: skip

    def one(request: Request) -> Response:
        code = request.path_params["code"]
        who = reader(request)
        with kept.reading() as session:
            reports = find_reports(session, regions=[code])
            known = region(code)
            if not reports and (known is None or known.code != code):
                return RedirectResponse(who.link(f"/regions/{known.code}")) if known else missing(request)
            season = find_last_year(session, Kind.WORK_REPORT, season_of(kept.now()) + 1)
            values: dict[str, Any] = {
                **_targets(session, code, who, every="all" in request.query_params.getlist("years")),
                "neighbours": _neighbours(session, code, season, who),
                "reports": _reports(session, reports, who),
                "inner": Tree(find_reported(session)).inner(code, who),
            }
        return html(
            request, "console/region.html.j2", place_name(code, who.words), code=code, above=above(code, who),
            level=who.words[f"level_{known.level}"] if known else "", season=season, **values,
        )  # fmt: skip

    return [Route("/regions", tree), Route("/regions/{code:str}", one)]


def _targets(session: Session, code: str, who: Reader, *, every: bool) -> dict[str, object]:
    """The main targets by indicator and year, the newest year first."""
    entries = reckon(
        find_ledger_statements(session, code, headline=True), sentences=lambda ids: find_sentences_by_id(session, ids)
    )
    known = sorted({entry.target.year for entry in entries}, reverse=True)
    years = known if every else known[:YEARS]
    groups: dict[Series, list[LedgerEntry]] = defaultdict(list)
    for entry in entries:
        series = series_of(entry.target)
        if entry.target.report_kind is Kind.WORK_REPORT and entry.target.year in years and series.horizon == YEAR:
            groups[series].append(entry)
    ordered = sorted(groups.values(), key=lambda group: (-group[-1].target.year, group[-1].target.data.start))
    rows = [_row(group, years, code, who) for group in ordered]
    return {"rows": rows, "years": years, "hidden_years": len(known) - len(years), "charts": _charts(rows)}


def _row(group: Sequence[LedgerEntry], years: Sequence[int], code: str, who: Reader) -> Row:
    newest = group[-1].target
    key, measure, _, _ = series_of(newest)
    known = indicator(key)
    by_year = {entry.target.year: entry for entry in group}
    drawn = sum(entry.target.data.value is not None for entry in group)
    return Row(
        name=indicator_name(newest, who.words),
        url=who.link(f"/indicators/{key}", year=newest.year, measure=measure.value) if known else "",
        chart=who.link(f"/charts/regions/{code}/{key}.svg", measure=measure.value) if known and drawn > 1 else "",
        cells=[judged(by_year[year], who) if year in by_year else None for year in years],
    )


def _charts(rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if row.chart][:CHARTS]


def _neighbours(session: Session, code: str, season: int | None, who: Reader) -> dict[str, object] | None:
    """The season's main targets of the region, of what it lies in, and of its neighbours; None if they state none."""
    if season is None:
        return None
    outer = [one.code for one in above(code, who)][-1:]
    codes = [*outer, *beside(code)] or [code]
    found = _stated_of(session, codes, season)
    own = found.get(code) or next(iter(found.values()), {})
    columns = list(own)[:COLUMNS]
    others = [one for one in dict.fromkeys((code, *codes)) if any(series in found.get(one, {}) for series in columns)]
    if not columns or others == [code]:
        return None
    return {
        "names": [indicator_name(own[series], who.words) for series in columns],
        "rows": [_beside(one, found[one], columns, who) for one in others[:BESIDE]],
        "hidden": max(0, len(others) - BESIDE),
        "own": code,
    }


def _stated_of(session: Session, codes: Sequence[str], year: int) -> dict[str, dict[Series, Stated]]:
    found: dict[str, dict[Series, Stated]] = defaultdict(dict)
    for one in find_main_targets(session, codes, year):
        found[one.region].setdefault(series_of(one), one)
    return found


def find_main_targets(session: Session, codes: Sequence[str], year: int) -> list[Stated]:
    """The main targets for a year of known indicators that work reports of these regions state, GDP first."""
    keys = {one.key for one in indicators() if one.headline}
    stated = find_main(session, codes, Kind.WORK_REPORT, [year], keys)
    wanted = [one for one in stated if one.data.role is Role.TARGET and series_of(one).horizon == YEAR]
    return sorted(wanted, key=lambda one: (one.indicator_key != "gdp", one.data.start))


def _beside(
    code: str, stated: dict[Series, Stated], columns: Sequence[Series], who: Reader
) -> tuple[Place, list[Shown | None]]:
    return place(code, who), [shown(stated[series], who) if series in stated else None for series in columns]


def _reports(session: Session, reports: Sequence[Report], who: Reader) -> list[dict[str, object]]:
    """The newest year first."""
    spoken = sorted((one for one in reports if one.document_id is not None), key=lambda one: (-one.year, one.kind))
    ids = [one.document_id for one in spoken if one.document_id is not None]
    documents, counts = find_documents_by_id(session, ids), count_of_documents(session, ids)
    return [
        {
            "url": who.link(f"/documents/{id}"),
            "name": report_name(report.kind, report.year, who.words),
            "title": clean(documents[id].title, 120),
            "published": day(documents[id].published_on, who.words),
            "statements": who.words("statements_counted", n=counts.get(id, 0)),
        }
        for report, id in zip(spoken, ids, strict=True)
    ]
