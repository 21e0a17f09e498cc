"""Kept rows as the values that the API answers with."""

from collections.abc import Iterable, Mapping
from typing import Any

from monitor.catalogue.indicators import Indicator
from monitor.catalogue.regions import region
from monitor.console.resources import Change, Document, Found, IndicatorKnown, Region, Report, ReportNamed, Side
from monitor.console.saying import told_address
from monitor.searching import Hit
from monitor.telling.briefing import region_names
from storage import models
from storage.browsing import Reported
from storage.values import Basis, ChangeKind, Kind, Measure, Stated


def found_of(hit: Hit) -> Found:
    report = hit.kind and hit.year and ReportNamed(region=hit.region, kind=hit.kind, year=hit.year)
    anchor = f"s{hit.stated.id}" if hit.stated else f"p{hit.paragraph}"
    return Found(
        document=hit.document_id, report=report or None, title=hit.title, published_on=hit.published_on,
        sentence=hit.sentence, start=hit.start, marks=list(hit.marks), times=hit.times,
        statement=hit.stated.id if hit.stated else None, page=f"/documents/{hit.document_id}#{anchor}",
    )  # fmt: skip


def region_of(code: str, reported: Mapping[str, Reported]) -> Region:
    known, kept = region(code), reported.get(code)
    name, english, path = region_names(code)
    return Region(
        code=code, name=name, english=english, level=known.level if known else None,
        parent=(known.parent or None) if known else None, path=path, reports=kept.reports if kept else 0,
        first_year=kept.first_year if kept else None, last_year=kept.last_year if kept else None,
    )  # fmt: skip


def indicator_of(one: Indicator) -> IndicatorKnown:
    return IndicatorKnown(
        key=one.key, zh=one.zh, en=one.en, topic=one.topic.key, direction=one.direction, measures=list(one.measures),
        headline=one.headline,
    )  # fmt: skip


def named(row: models.Report | models.Change) -> ReportNamed:
    kind = row.kind if isinstance(row, models.Report) else row.report_kind
    return ReportNamed(region=row.region, kind=Kind(kind), year=row.year)


def report_of(row: models.Report) -> Report:
    return Report(
        region=row.region, kind=Kind(row.kind), year=row.year, region_name=region_names(row.region)[0],
        title=row.title, document=row.document_id, first_seen_at=row.first_seen_at, example=row.example,
    )  # fmt: skip


def document_of(row: models.Document, report: models.Report | None, *, guest: bool) -> Document:
    same = {name: getattr(row, name) for name in Document.model_fields if name in models.Document.model_fields}
    return Document(
        **same
        | {
            "report": named(report) if report else None,
            "source": row.source_key,
            "url": told_address(row.url, guest=guest),
            "raw": row.raw_hash,
            "attachment": row.attachment_hash,
            "text": row.text_hash,
            "doubts": row.doubts.splitlines(),
        }
    )


def change_of(row: models.Change, sides: Mapping[int, tuple[Stated, str]]) -> Change:
    before, after = (side_of(*sides[id]) if id in sides else None for id in (row.before_id or 0, row.after_id or 0))
    return Change(
        id=row.event_id, seen_at=row.seen_at, news=row.news, kind=ChangeKind(row.kind), basis=Basis(row.basis),
        report=named(row), region_name=region_names(row.region)[0], indicator=row.indicator,
        indicator_key=row.indicator_key, measure=Measure(row.measure), headline=row.headline, before=before,
        after=after, example=row.example,
    )  # fmt: skip


def side_of(stated: Stated, sentence: str) -> Side:
    same: dict[str, Any] = {
        name: getattr(stated.data, name)
        for name in ("role", "op", "value", "value_hi", "unit", "reference", "period", "text")
    }
    page = f"/documents/{stated.document_id}#s{stated.id}"
    return Side(statement=stated.id, document=stated.document_id, page=page, sentence=sentence, **same)


def ids_of(changes: Iterable[models.Change]) -> set[int]:
    """The statements on both sides of changes."""
    return {id for one in changes for id in (one.before_id, one.after_id) if id is not None}
