"""Invented years: reports, statements and changes of many places, straight into a database, for measuring.

Nothing is read or compared: rows of the size and number that real reports make (170 statements, of which 70 targets).
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import Connection, Engine, insert
from sqlmodel import SQLModel

from monitor.catalogue.indicators import indicators
from monitor.catalogue.regions import Level, regions
from monitor.extractors import RULES_VERSION
from storage.models import Change, Document, Report, Statement
from storage.values import Measure

LAST_YEAR = 2026
MAIN, TAIL, OUTTURNS = 12, 58, 100  # statements of one report
CHANGES = 60
BEGUN = datetime(2026, 1, 10, tzinfo=UTC)
SENTENCE = "围绕城市更新和民生改善，持续推进重点任务，全年{words}{text}，有力支撑高质量发展目标任务如期实现。"
DEEDS = ("新建", "改造", "培育", "新增", "建成", "打造")
THINGS = (
    "口袋公园",
    "老旧小区",
    "科技型企业",
    "公共停车位",
    "污水管网",
    "示范乡村",
    "社区食堂",
    "普惠托位",
    "绿色工厂",
    "充电设施",
)
COUNTERS = ("个", "家", "万平方米", "公里", "亿元", "处")


def codes(count: int) -> list[str]:
    """So many codes of cities, and of counties if there are not enough."""
    by_level = sorted((one for one in regions()), key=lambda one: (one.level is Level.COUNTY, one.code))
    return [one.code for one in by_level if one.code != "000000"][:count]


def fill(engine: Engine, places: int, years: int) -> int:
    """Write `years` reports up to 2026 for each of `places`; answers with the number of statements."""
    random, ids = Random(7), _Ids()
    with engine.begin() as connection:
        for code in codes(places):
            for year in range(LAST_YEAR - years + 1, LAST_YEAR + 1):
                _write(connection, list(_report(code, year, ids, random)))
    return ids.statement


class _Ids:
    """The last number of each table that was given away."""

    def __init__(self) -> None:
        self.report = self.statement = self.change = 0


def _report(code: str, year: int, ids: _Ids, random: Random) -> Iterator[tuple[type[SQLModel], list[dict[str, Any]]]]:
    ids.report += 1
    number, first = ids.report, ids.statement + 1
    title, at = f"{year}年政府工作报告", BEGUN - timedelta(days=365 * (LAST_YEAR - year), minutes=-number)
    report = {
        "id": number, "region": code, "kind": "work_report", "year": year, "title": title, "document_id": number,
        "first_seen_at": at, "example": False,
    }  # fmt: skip
    document = {
        "id": number, "report_id": number, "source_key": f"invented-{code}", "url": f"https://{code}.example/{year}",
        "version": 1, "title": title, "issuer": "市人民政府", "published_on": at.date(), "fetched_at": at,
        "content_type": "text/html", "raw_hash": f"{number:064x}", "text_hash": f"{number:064x}", "text_length": 20_000,
        "excerpt": False, "doubts": "", "rules_version": RULES_VERSION, "example": False,
    }  # fmt: skip
    statements = [_statement(number, first + place, place, year, random) for place in range(MAIN + TAIL + OUTTURNS)]
    ids.statement += len(statements)
    changes = [_change(code, year, ids.change + place + 1, row, at) for place, row in enumerate(statements[:CHANGES])]
    ids.change += len(changes)
    yield Report, [report]
    yield Document, [document]
    yield Statement, statements
    yield Change, changes


def _statement(report: int, number: int, place: int, year: int, random: Random) -> dict[str, Any]:
    target = place < MAIN + TAIL
    main = place < MAIN or MAIN + TAIL <= place < MAIN + TAIL + MAIN
    known = _main_indicators()[(place if target else place - TAIL - MAIN) % MAIN]
    words = known[1] if main else f"{random.choice(DEEDS)}{random.choice(THINGS)}{place}"
    value = float(random.randint(20, 90)) / 10 if main else float(random.randint(1, 900))
    unit = "%" if main else random.choice(COUNTERS)
    text = f"{value:g}{unit}"
    return {
        "id": number, "document_id": report, "report_id": report, "ordinal": place, "start": 100 * place,
        "end": 100 * place + len(text), "text": text, "role": "target" if target else "outturn", "indicator": words,
        "indicator_key": known[0] if main else f"~{words}", "measure": "growth" if main else "level", "op": "exact",
        "value": value, "value_hi": None, "unit": unit, "reference": None, "period": str(year if target else year - 1),
        "headline": target and main, "sentence_start": 100 * place, "sentence_end": 100 * place + 60,
        "sentence": SENTENCE.format(words=words, text=text), "commitment": "", "binding": "", "baseline": None,
        "rules": "number clause",
    }  # fmt: skip


def _change(code: str, year: int, number: int, row: dict[str, Any], at: datetime) -> dict[str, Any]:
    return {
        "id": number, "event_id": f"{number:064x}", "report_id": row["report_id"], "region": code,
        "report_kind": "work_report", "year": year, "kind": "added", "basis": "next_report",
        "indicator": row["indicator"], "indicator_key": row["indicator_key"], "measure": row["measure"],
        "headline": row["headline"], "before_id": None, "after_id": row["id"], "seen_at": at, "news": False,
        "example": False,
    }  # fmt: skip


def _main_indicators() -> list[tuple[str, str]]:
    return [(one.key, one.zh) for one in indicators() if one.headline and Measure.GROWTH in one.measures][:MAIN]


def _write(connection: Connection, tables: list[tuple[type[SQLModel], list[dict[str, Any]]]]) -> None:
    for table, rows in tables:
        connection.execute(insert(table), rows)
