"""The panel: all statements of all reports as rows of one table, each with what became of it.

`mubiao export` writes them, and the API answers with the same.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from monitor.comparing.ledger import LedgerEntry, Verdict, by_statement, reckon
from monitor.telling.briefing import region_names
from storage.models import Document, Report
from storage.series import (
    AskedStatements,
    PanelPlace,
    PanelRow,
    find_last_years,
    find_panel,
    find_panel_page,
    find_panel_regions,
    find_related,
    find_sentences_by_id,
)
from storage.statements import find_of_document, find_sentences
from storage.values import Kind, Measure, Op, Role, Stated

CSVW_TYPES = {"year": "gYear", "any": "string"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its type is Frictionless' word for it."""

    name: str
    type: str
    title: str
    about: str
    required: bool = False
    words: tuple[str, ...] = ()

    def field(self) -> dict[str, object]:
        """As a Frictionless table schema has it."""
        found: dict[str, object] = {
            "name": self.name,
            "type": self.type,
            "title": self.title,
            "description": self.about,
        }
        constraints: dict[str, object] = {}
        if self.required:
            constraints["required"] = True
        if self.words:
            constraints["enum"] = list(self.words)
        return found | ({"constraints": constraints} if constraints else {})

    def csvw(self) -> dict[str, object]:
        """As CSVW metadata have it."""
        return {
            "name": self.name, "titles": self.name, "dc:title": self.title, "dc:description": self.about,
            "datatype": CSVW_TYPES.get(self.type, self.type), "required": self.required,
        }  # fmt: skip


COLUMNS = (
    Column("region", "string", "地区", "the region's name", True),
    Column("code", "string", "行政区划代码", "its GB/T 2260 code; 000000 is the State Council", True),
    Column("report_kind", "string", "报告种类", "what sort of report", True, tuple(Kind)),
    Column("report_year", "integer", "报告年度", "the year that the report plans for", True),
    Column("role", "string", "目标或完成情况", "still to be reached, or reached", True, tuple(Role)),
    Column("indicator", "string", "指标", "what is measured, in the report's words"),
    Column("indicator_key", "string", "指标键", "the same from year to year; ~ begins one made of the words", True),
    Column("measure", "string", "度量方式", "what sort of number it is", True, tuple(Measure)),
    Column("op", "string", "幅度限定", "how the number is hedged", True, tuple(Op)),
    Column("value", "number", "数值", "as written, before 万 or 亿; a decline is negative; none for a relative target"),
    Column("value_hi", "number", "上限", "a range's upper end"),
    Column("unit", "string", "单位", "as written, with 万 and 亿"),
    Column("reference", "string", "参照", "of a relative target: what it is tied to"),
    Column("period", "string", "期间", "a year, or a span such as 2026/2030"),
    Column("headline", "boolean", "主要预期目标", "whether it stands among the main expected targets", True),
    Column("verdict", "string", "完成与否", "what became of a target; none for an outturn", False, tuple(Verdict)),
    Column("outturn_value", "number", "完成值", "of a target: what was reached, in the unit of outturn_unit"),
    Column("outturn_unit", "string", "完成值单位", "as written, with 万 and 亿"),
    Column("text", "string", "原文数字", "the number with its unit, as written", True),
    Column("sentence", "string", "原句", "the sentence it stands in", True),
    Column("title", "string", "标题", "of the document it was read in"),
    Column("published_on", "date", "发布日期", "of that document, a day in China"),
    Column("url", "string", "网址", "where that document was found", True),
    Column("archive", "string", "存档", "the archive's address of its text: sha256 in hex", True),
    Column("start", "integer", "起", "where the number begins in that text, in characters", True),
    Column("end", "integer", "止", "where it ends", True),
    Column("review", "integer", "复核", "the review that made the row what it is; none where it is as it was read"),
)
NAMES = tuple(column.name for column in COLUMNS)


def panel(session: Session) -> Iterator[dict[str, object]]:
    """All rows, region by region; the example's are left out."""
    for code in find_panel_regions(session):
        rows = find_panel(session, code)
        sentences = {row.stated.id: row.sentence for row in rows}
        ledger = reckon((row.stated for row in rows), sentences=lambda _, known=sentences: known)  # type: ignore[misc]
        entries = by_statement(ledger)
        yield from (panel_row(row, entries.get(row.stated.id)) for row in rows)


def panel_page(
    session: Session, asked: AskedStatements, after: PanelPlace | None, limit: int
) -> list[tuple[Stated, dict[str, object], PanelPlace]]:
    """Some of the same rows in the same order, each with its statement and place; `after` begins behind a place."""
    placed = find_panel_page(session, asked, after, limit)
    entries = _entries(session, [row.stated for row, _ in placed])
    return [(row.stated, panel_row(row, entries.get(row.stated.id)), place) for row, place in placed]


def document_panel(session: Session, document: Document, report: Report) -> list[tuple[Stated, dict[str, object]]]:
    """What one document states, in the same columns; the ledger is asked only where it speaks for its report."""
    assert document.id is not None, "the row was read"
    statements, sentences = find_of_document(session, document.id), find_sentences(session, document.id)
    about = (document.title, document.published_on, document.url, document.text_hash)
    entries = _entries(session, statements) if report.document_id == document.id else {}
    rows = ((one, PanelRow(one, sentences[one.id], *about)) for one in statements)
    return [(one, panel_row(row, entries.get(one.id))) for one, row in rows]


def _entries(session: Session, statements: Sequence[Stated]) -> dict[int, LedgerEntry]:
    """The ledger's entries of the targets among these, as the whole of their regions' statements would have them."""
    targets = [one for one in statements if one.data.role is Role.TARGET]
    regions = {one.region for one in targets}
    related: dict[str, list[Stated]] = defaultdict(list)
    for one in find_related(session, regions, {one.indicator_key for one in targets}) if targets else ():
        related[one.region].append(one)
    last_years = find_last_years(session, regions)
    entries = (
        reckon(of_region, sentences=lambda ids: find_sentences_by_id(session, ids), last_years=last_years[region])
        for region, of_region in related.items()
    )
    return by_statement(entry for of_region in entries for entry in of_region)


def panel_row(row: PanelRow, entry: LedgerEntry | None) -> dict[str, object]:
    """The columns of one statement; `entry` is the ledger's of a target."""
    stated, data = row.stated, row.stated.data
    outturn = entry.outturn.data if entry and entry.outturn else None
    values: dict[str, object] = {
        "region": region_names(stated.region)[0], "code": stated.region, "report_kind": str(stated.report_kind),
        "report_year": stated.year, "role": str(data.role), "indicator": data.indicator,
        "indicator_key": stated.indicator_key, "measure": str(data.measure), "op": str(data.op), "value": data.value,
        "value_hi": data.value_hi, "unit": data.unit, "reference": data.reference, "period": data.period,
        "headline": data.headline, "verdict": str(entry.verdict) if entry else None,
        "outturn_value": outturn.value if outturn else None, "outturn_unit": outturn.unit if outturn else None,
        "text": data.text, "sentence": row.sentence, "title": row.title, "published_on": row.published_on,
        "url": row.url, "archive": row.text_hash, "start": data.start, "end": data.end,
        "review": stated.review_id,
    }  # fmt: skip
    return values
