"""The table of reviews that `export --reviews` writes: its columns and its rows."""

import json
from collections.abc import Iterator

from sqlmodel import Session

from monitor.reviews.reviewing import Listed, list_reviews
from monitor.tables.panel import Column
from monitor.telling.briefing import region_names
from storage.values import Kind, Measure, Op, ReviewKind, Role

STATES = ("applied", "superseded", "withdrawn", "unanchored", "withdrawal")
_FIGURE = ("value", "value_hi", "unit", "measure", "op", "period", "indicator", "indicator_key")

REVIEWS = (
    Column("review", "integer", "复核", "its number; the panel's column of that name leads here", True),
    Column("at", "string", "时间", "when it was made, in ISO form with UTC", True),
    Column("who", "string", "何人", "who says so", True),
    Column("why", "string", "理由", "why"),
    Column("kind", "string", "种类", "what it says", True, tuple(ReviewKind)),
    Column("state", "string", "状态", "what became of it", True, STATES),
    Column("withdraws", "integer", "撤回", "the review that it takes back"),
    Column("region", "string", "地区", "the region's name", True),
    Column("code", "string", "行政区划代码", "its GB/T 2260 code", True),
    Column("report_kind", "string", "报告种类", "what sort of report", True, tuple(Kind)),
    Column("report_year", "integer", "报告年度", "the year that the report plans for", True),
    Column("sentence", "string", "原句", "the sentence by which the number is known again", True),
    Column("text", "string", "原文数字", "the number in it, as written", True),
    Column("value", "number", "数值", "the right one, as written before 万 or 亿; none unless the figure was wrong"),
    Column("value_hi", "number", "上限", "a range's upper end"),
    Column("unit", "string", "单位", "as written, with 万 and 亿"),
    Column("measure", "string", "度量方式", "what sort of number it is", False, tuple(Measure)),
    Column("op", "string", "幅度限定", "how the number is hedged", False, tuple(Op)),
    Column("period", "string", "期间", "a year, or a span such as 2026/2030"),
    Column("indicator", "string", "指标", "the right one's words, of the long tail"),
    Column("indicator_key", "string", "指标键", "the right one; none unless it was wrong"),
    Column(
        "machine_role", "string", "机读目标或完成情况", "what the machine read there, and so on", False, tuple(Role)
    ),
    Column("machine_value", "number", "机读数值", ""),
    Column("machine_value_hi", "number", "机读上限", ""),
    Column("machine_unit", "string", "机读单位", ""),
    Column("machine_measure", "string", "机读度量方式", "", False, tuple(Measure)),
    Column("machine_op", "string", "机读幅度限定", "", False, tuple(Op)),
    Column("machine_period", "string", "机读期间", ""),
    Column("machine_indicator", "string", "机读指标", ""),
    Column("machine_indicator_key", "string", "机读指标键", ""),
)


def review_rows(session: Session) -> Iterator[dict[str, object]]:
    """All reviews, the oldest first; the example's are left out."""
    return (_row(one) for one in list_reviews(session, example=False))


def _row(one: Listed) -> dict[str, object]:
    row = one.row
    machine = json.loads(row.machine) if row.machine else {}
    return {
        "review": row.id, "at": row.at.isoformat(), "who": row.who, "why": row.why, "kind": row.kind,
        "state": one.state, "withdraws": row.withdraws, "region": region_names(row.region)[0], "code": row.region,
        "report_kind": row.report_kind, "report_year": row.year, "sentence": row.sentence,
        "text": row.sentence[row.start : row.end],
        **{name: getattr(row, name) for name in _FIGURE},
        **{f"machine_{name}": machine.get(name) for name in ("role", *_FIGURE)},
    }  # fmt: skip
