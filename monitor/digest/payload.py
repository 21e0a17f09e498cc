"""The digest as JSON for programs; its fields are documented in docs/webhook.md and docs/digest.schema.json."""

import json
import math
from collections.abc import Sequence
from typing import Any

from .figures import said
from .outgoing import clean, web_address
from .rows import line_name
from .sentences import MAX_SENTENCE, fragments, plain
from .values import Around, DigestData, Figure, Foot, Line, Named, Notice, Past, ReportPart, Steady

VERSION = 1
TYPE = "mubiao.digest"


def payload(data: DigestData, subject: str, parts: Sequence[ReportPart]) -> bytes:
    """UTF-8 JSON with sorted keys; complete whatever the other forms fold. Same data, same bytes."""
    body = {
        "type": TYPE,
        "version": VERSION,
        "timestamp": data.made_at.isoformat(),
        "data": {
            "id": clean(data.id, 200),
            "watch": clean(data.watch, 200),
            "language": data.language,
            "subject": subject,
            "example": bool(parts) and all(part.example for part in parts),
            "reports": [_report(part, data.language) for part in parts],
            "notices": [_notice(notice) for notice in data.notices],
            "sources": _sources(data.foot),
        },
    }
    return json.dumps(body, ensure_ascii=False, sort_keys=True, allow_nan=False, separators=(",", ":")).encode()


def _report(part: ReportPart, language: str) -> dict[str, Any]:
    return {
        "region": clean(part.region, 80),
        "region_en": clean(part.region_en, 80),
        "region_path": clean(part.region_path, 200),
        "region_code": clean(part.region_code, 12),
        "kind": part.kind.value,
        "year": part.year,
        "title": clean(part.title, 300),
        "issuer": clean(part.issuer, 200),
        "found_at": clean(part.found_at, 200),
        "published_on": part.published_on.isoformat() if part.published_on else None,
        "url": web_address(part.url),
        "kept_url": web_address(part.kept_url),
        "example": part.example,
        "changes": [_change(line, language) for line in part.lines],
        "unchanged": [_steady(steady, language) for steady in part.unchanged],
        "around": _around(part.around, language),
        "past": _past(part.past, language),
    }


def _around(around: Around | None, language: str) -> dict[str, Any] | None:
    if around is None:
        return None
    return {
        "indicators": [_named(one) for one in around.indicators],
        "places": [
            {
                "region": clean(place.region, 80),
                "region_en": clean(place.region_en, 80),
                "standing": place.standing,
                "figures": [_brief(one, language) for one in place.figures],
            }
            for place in around.places
        ],
        "known": around.known,
        "rank": around.rank,
        "tied": around.tied,
    }


def _past(past: Past | None, language: str) -> dict[str, Any] | None:
    if past is None:
        return None
    return {
        "indicator": _named(past.named),
        "years": [
            {"year": one.year, "target": _brief(one.target, language), "outturn": _brief(one.outturn, language)}
            for one in past.years
        ],
    }


def _named(named: Named) -> dict[str, Any]:
    return {
        "indicator": clean(named.indicator, 200),
        "indicator_key": clean(named.indicator_key, 200),
        "indicator_en": clean(named.name_en, 200),
        "measure": named.measure.value,
    }


def _brief(figure: Figure | None, language: str) -> dict[str, Any] | None:
    """A figure without its sentence: one of a table of many."""
    if figure is None:
        return None
    whole = _figure(figure, language)
    assert whole is not None, "there is a figure"
    return {key: whole[key] for key in ("text", "said", "op", "value", "value_hi", "unit", "kept_url")}


def _change(line: Line, language: str) -> dict[str, Any]:
    return {
        "kind": line.kind.value,
        "basis": line.basis.value,
        "headline": line.headline,
        "indicator": clean(line.indicator, 200),
        "indicator_key": clean(line.indicator_key, 200),
        "indicator_en": clean(line.name_en, 200),
        "indicator_before": clean(line.told_as.indicator, 200) if line.told_as else "",
        "name": line_name(line, language),
        "topic": clean(line.topic_zh, 80),
        "topic_en": clean(line.topic_en, 80),
        "before": _figure(line.before, language),
        "after": _figure(line.after, language),
        "outturn": _figure(line.outturn, language),
    }


def _steady(steady: Steady, language: str) -> dict[str, Any]:
    return {
        "indicator": clean(steady.indicator, 200),
        "indicator_key": clean(steady.indicator_key, 200),
        "indicator_en": clean(steady.name_en, 200),
        "figure": _figure(steady.figure, language),
    }


def _figure(figure: Figure | None, language: str) -> dict[str, Any] | None:
    if figure is None:
        return None
    sentence, mark = _sentence(figure)
    return {
        "text": clean(figure.text, 200),
        "said": said(figure, language),
        "measure": figure.measure.value,
        "op": figure.op.value,
        "value": _number(figure.value),
        "value_hi": _number(figure.value_hi),
        "unit": None if figure.unit is None else clean(figure.unit, 80),
        "reference": None if figure.reference is None else clean(figure.reference, 200),
        "period": None if figure.period is None else clean(figure.period, 40),
        "sentence": sentence,
        "mark": mark,
        "report_title": clean(figure.report_title, 300),
        "report_year": figure.report_year,
        "publisher": clean(figure.publisher, 200),
        "url": web_address(figure.url),
        "kept_url": web_address(figure.kept_url),
    }


def _sentence(figure: Figure) -> tuple[str, list[int] | None]:
    """The sentence as sent, and where in it the number stands."""
    pieces = fragments([figure], MAX_SENTENCE)
    at = 0
    for piece in pieces:
        if piece.marked:
            return plain(pieces), [at, at + len(piece.text)]
        at += len(piece.text)
    return plain(pieces), None


def _number(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _notice(notice: Notice) -> dict[str, Any]:
    return {
        "kind": clean(notice.kind, 40),
        "source": clean(notice.source, 200),
        "url": web_address(notice.url),
        "at": notice.at.isoformat(),
        "count": notice.count,
        "years": list(notice.years) if notice.years else None,
        "detail": clean(notice.detail, 500),
        "example": notice.example,
    }


def _sources(foot: Foot) -> dict[str, Any]:
    return {
        "watched": foot.sources,
        "ok": foot.sources_ok,
        "unread": foot.unread,
        "silenced": foot.hushed,
        "seen": [{"kind": kind.value, "at": at.isoformat()} for kind, at in foot.seen],
        "last_visit_at": foot.last_visit_at.isoformat() if foot.last_visit_at else None,
    }
