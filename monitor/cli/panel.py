"""The panel that `export` writes: its columns, its rows, and what describes them to other programs.

The description is a Frictionless data package (datapackage.json) and, for CSV, CSVW metadata beside the file.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import Session

from monitor.briefing import region_names
from monitor.cli.terminal import Stop
from monitor.ledger import Verdict, reckon
from storage.series import PanelRow, find_panel, find_panel_regions
from storage.values import Kind, Measure, Op, Role

PACKAGE = "mubiao-panel"
CSVW_TYPES = {"year": "gYear", "any": "string"}
MEDIA = {"csv": "text/csv", "jsonl": "application/jsonl", "parquet": "application/vnd.apache.parquet"}


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
)
NAMES = tuple(column.name for column in COLUMNS)


def panel(session: Session) -> Iterator[dict[str, object]]:
    """All rows, region by region; the example's are left out."""
    for code in find_panel_regions(session):
        rows = find_panel(session, code)
        sentences = {row.stated.id: row.sentence for row in rows}
        ledger = reckon((row.stated for row in rows), sentences=lambda _, known=sentences: known)  # type: ignore[misc]
        entries = {entry.target.id: entry for entry in ledger}
        name = region_names(code)[0]
        for row in rows:
            entry = entries.get(row.stated.id)
            outturn = entry.outturn.data if entry and entry.outturn else None
            yield _row(row, name) | {
                "verdict": str(entry.verdict) if entry else None,
                "outturn_value": outturn.value if outturn else None,
                "outturn_unit": outturn.unit if outturn else None,
            }


def _row(row: PanelRow, region: str) -> dict[str, object]:
    stated, data = row.stated, row.stated.data
    values: dict[str, object] = {
        "region": region, "code": stated.region, "report_kind": str(stated.report_kind), "report_year": stated.year,
        "role": str(data.role), "indicator": data.indicator, "indicator_key": stated.indicator_key,
        "measure": str(data.measure), "op": str(data.op), "value": data.value, "value_hi": data.value_hi,
        "unit": data.unit, "reference": data.reference, "period": data.period, "headline": data.headline,
        "verdict": None, "outturn_value": None, "outturn_unit": None, "text": data.text, "sentence": row.sentence,
        "title": row.title, "published_on": row.published_on, "url": row.url, "archive": row.text_hash,
        "start": data.start, "end": data.end,
    }  # fmt: skip
    return values


def describe(path: Path, form: str, rows: int, now: datetime) -> list[Path]:
    """Write what describes a written table beside it; answers with the files' paths.

    A datapackage.json of ours that is there already keeps its other tables; one of somebody else's is not touched:
    that raises Stop.
    """
    package_path = path.with_name("datapackage.json")
    others = [one for one in _own_resources(package_path) if one.get("path") != path.name]
    package = {
        "profile": "tabular-data-package" if form == "csv" and not others else "data-package",
        "name": PACKAGE,
        "title": "Targets and outturns stated in Chinese government reports",
        "description": "Read out of the reports' text by mubiao. Each row leads to its sentence.",
        "created": now.isoformat(timespec="seconds"),
        "resources": [*others, _resource(path, form, rows)],
    }
    written = [_write(package_path, package)]
    if form == "csv":
        written.append(_write(path.with_name(f"{path.name}-metadata.json"), _csvw(path)))
    return written


def check_describable(path: Path) -> None:
    """Raise Stop if the folder has somebody else's datapackage.json, before anything is written."""
    _own_resources(path.with_name("datapackage.json"))


def _own_resources(path: Path) -> list[dict[str, object]]:
    if not path.exists():
        return []
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        known = None
    if not isinstance(known, dict) or known.get("name") != PACKAGE:
        raise Stop(f"{path} describes something else: write into another folder, or use --no-describe", code=2)
    return [one for one in known.get("resources", []) if path.with_name(str(one.get("path"))).exists()]


def _resource(path: Path, form: str, rows: int) -> dict[str, object]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    found: dict[str, object] = {
        "name": "".join(char if char.isalnum() and char.isascii() else "-" for char in path.name.lower()).strip("-"),
        "path": path.name,
        "profile": "tabular-data-resource" if form == "csv" else "data-resource",
        "format": form,
        "mediatype": MEDIA[form],
        "bytes": path.stat().st_size,
        "hash": f"sha256:{digest}",
        "rows": rows,
    }
    if form != "parquet":
        found["encoding"] = "utf-8"
    return found | {"schema": {"fields": [column.field() for column in COLUMNS], "missingValues": [""]}}


def _csvw(path: Path) -> Mapping[str, object]:
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "zh"}],
        "url": path.name,
        "dialect": {"encoding": "utf-8", "lineTerminators": ["\r\n"], "header": True},
        "dc:title": "Targets and outturns stated in Chinese government reports",
        "tableSchema": {"columns": [column.csvw() for column in COLUMNS]},
    }


def _write(path: Path, value: Mapping[str, object]) -> Path:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return path
