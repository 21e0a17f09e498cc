"""How rows of statements are read as values: as columns, not as objects, for there are thousands of them."""

from dataclasses import fields
from typing import Any

from sqlalchemy import Row
from sqlmodel import col

from storage.models import Report, Statement
from storage.values import Kind, Measure, Op, Role, Stated, StatementData

_KEPT = (
    "id",
    "document_id",
    "indicator_key",
    "rules",
    *(one.name for one in fields(StatementData) if one.name != "rules"),
    "review_id",
)
COLUMNS: tuple[Any, ...] = (
    *(getattr(Statement, name) for name in _KEPT),
    col(Report.id).label("report"), col(Report.region), col(Report.kind).label("report_kind"), col(Report.year),
)  # fmt: skip
_ROLES = {one.value: one for one in Role}
_MEASURES = {one.value: one for one in Measure}
_OPS = {one.value: one for one in Op}
KINDS = {one.value: one for one in Kind}


def as_stated(row: Row[Any]) -> Stated:
    """Of a row that begins with COLUMNS; taken apart by place."""
    (
        id, document_id, key, rules, start, end, text, role, indicator, measure, op, value, value_hi, unit, reference,
        period, headline, sentence_start, sentence_end, commitment, binding, baseline, review_id,
        report_id, region, kind, year, *_,
    ) = tuple(row)  # fmt: skip
    data = StatementData(
        start, end, text, _ROLES[role], indicator, _MEASURES[measure], _OPS[op], value, value_hi, unit, reference,
        period, headline, sentence_start, sentence_end, commitment, binding, baseline, tuple(rules.splitlines()),
    )  # fmt: skip
    return Stated(id, document_id, report_id, region, KINDS[kind], year, key, data, review_id)
