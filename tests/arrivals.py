"""A small world of invented sources whose reports arrive in any order, and the orderly arrival to hold them against."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from random import Random
from threading import Event
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, SQLModel, col, select

from monitor import filing
from monitor.cli.building import declare
from monitor.extractors.statements import extract
from monitor.filing import Desk, Filed, Found, file
from monitor.pipeline import Tools, Visited, visit
from monitor.watches import Watch
from scrapers.documents import DocumentReader
from scrapers.scrape import Scraper
from scrapers.source import Source
from storage.archive import Archive
from storage.database import make_engine, migrate, reading
from storage.models import Change, DigestChange, Document, Report, SourceState, Statement
from storage.values import About, StatementData
from tests.fakes import PLACE, Clock, Column, Web, article, report_text

EVERYTHING = Watch(key="everything", indicators=("all",), when="at once", channels=("desk",))
ZONE = ZoneInfo("Asia/Shanghai")
PLACES = {
    "portal": ("990300", f"{PLACE}人民政府"),
    "paper": ("990300", "澜汀日报"),
    "other": ("990400", "潮汀县人民政府"),
}
Extract = Callable[[str, About], list[StatementData]]


@dataclass(frozen=True)
class Variant:
    """What a version of a report states, beside the main targets that never change."""

    growth: str = "增长6.5%以上"
    industry: bool = True
    parks: int = 0
    by_2030: int = 0  # the share of city dwellers aimed at, 0 for nothing said
    reached: str = "增长6.2%"
    foot: str = ""
    full: bool = True

    def text(self, year: int) -> str:
        targets = {"地区生产总值": self.growth, "城镇调查失业率": "控制在5.5%以内"}
        if self.industry:
            targets["规模以上工业增加值"] = "增长7%"
        extra = f"今年新建公园{self.parks}个。" if self.parks else ""
        extra += f"到2030年，常住人口城镇化率达到{self.by_2030}%。" if self.by_2030 else ""
        return report_text(year, targets, {"地区生产总值": self.reached}, extra=extra, full=self.full) + self.foot


@dataclass
class World:
    """The web, the sources on it, and one installation that watches them. `arrived` records every filing."""

    web: Web
    columns: dict[str, Column]
    documents: DocumentReader
    url: str
    archive: Archive
    clock: Clock
    arrived: list[tuple[Found, Filed]] = field(default_factory=list)
    tools: Tools = field(init=False)

    def __post_init__(self) -> None:
        self.restart()
        declare(self.engine, [self.source(key) for key in self.columns], self.clock())

    @property
    def engine(self) -> Engine:
        return self.tools.desk.engine

    def restart(self) -> None:
        """What a process remembers is gone; what it kept is there."""
        if hasattr(self, "tools"):
            self.engine.dispose()
        desk = Desk(make_engine(self.url), self.archive, (EVERYTHING,), ZONE)
        self.tools = Tools(Scraper(self.web.as_client(), self.documents), desk, self.clock, Random(1), Event())

    def source(self, key: str) -> Source:
        return self.columns[key].source(key=key, name=PLACES[key][1], region=PLACES[key][0])

    def publish(self, key: str, year: int, variant: Variant) -> str:
        title = f"{year}年{PLACE}政府工作报告" + ("" if variant.full else "（摘要）")
        day = self.clock().astimezone(ZONE).date()
        return self.columns[key].publish(title, "", day, page=self._page(key, title, year, variant, day))

    def rewrite(self, key: str, url: str, year: int, variant: Variant) -> None:
        title, day = next((title, day) for at, title, day in self.columns[key].shown if at == url)
        self.web.put(url, self._page(key, title, year, variant, day))

    def _page(self, key: str, title: str, year: int, variant: Variant, day: date) -> str:
        return article(title, variant.text(year), day, "甲").replace("甲人民政府", PLACES[key][1])

    def visit(self, key: str) -> Visited:
        self.clock.move(hours=25)
        return visit(self.source(key), self.tools, again=True)


@contextmanager
def watched_filing(world: World, after_each: Callable[[Found, Filed, bool], None]) -> Iterator[None]:
    """While it lasts, `after_each` sees every document that a visit files, with whether it came as news."""

    def filed(found: Found, desk: Desk, *, news: bool, now: datetime) -> Filed:
        world.clock.move(seconds=1)
        result = file(found, desk, news=news, now=now)
        world.arrived.append((found, result))
        after_each(found, result, news)
        return result

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("monitor.visiting.trip.file", filed)
        yield


class Rules:
    """The extractor in two versions: the second no longer takes parks for a target, and reads growth more strictly."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch
        self._known: dict[tuple[int, str, str, int | None], list[StatementData]] = {}
        self.version = 1
        self.use(1)

    def use(self, version: int) -> None:
        self.version = version
        self._patch.setattr(filing, "RULES_VERSION", version)
        self._patch.setattr(filing, "extract", self._read)

    def _read(self, text: str, about: About) -> list[StatementData]:
        asked = self.version, text, about.region, about.year
        if asked not in self._known:
            found = extract(text, about)
            if self.version == 2:
                found = [replace(one, headline=one.headline and "工业" not in one.indicator) for one in found]
                found = [one for one in found if "公园" not in one.indicator]
            self._known[asked] = found
        return self._known[asked]


@dataclass(frozen=True)
class Kept:
    """All that an installation remembers of reports, without the numbers of rows."""

    reports: dict[tuple[str, str, int], tuple[str, int, str]]
    statements: dict[tuple[str, int], tuple[tuple[int, str, str], ...]]
    changes: dict[str, tuple[str, ...]]
    told: frozenset[str]

    def of(self, year: int, region: str, basis: str = "") -> set[str]:
        return {id for id, row in self.changes.items() if row[:2] == (region, str(year)) and basis in ("", row[2])}


def kept(engine: Engine) -> Kept:
    with reading(engine) as session:
        documents = {one.id: one for one in session.exec(select(Document))}
        reports, speakers = {}, {}
        for report in session.exec(select(Report)):
            speaks = documents[report.document_id]
            reports[report.region, report.kind, report.year] = speaks.url, speaks.version, report.title
            speakers[report.id] = report
        said = {(one.url, one.version): _said(session, one) for one in documents.values() if one.report_id}
        places = dict(session.exec(select(Statement.id, Statement.start)).all())
        changes: dict[str, tuple[str, ...]] = {
            row.event_id: (
                row.region, str(row.year), row.basis, row.kind, row.indicator,
                str(places.get(row.before_id)), str(places.get(row.after_id)),
            )
            for row in session.exec(select(Change))
        }  # fmt: skip
        owed = session.exec(select(Change.event_id).join(DigestChange, col(DigestChange.change_id) == Change.id))
        return Kept(reports, said, changes, frozenset(owed))


def _said(session: Session, document: Document) -> tuple[tuple[int, str, str], ...]:
    rows = select(Statement).where(Statement.document_id == document.id, Statement.ordinal >= 0)
    return tuple(
        (one.start, one.indicator_key, one.text) for one in session.exec(rows.order_by(col(Statement.ordinal)))
    )


class Orderly:
    """The same documents in a database of their own: year by year, address by address, each one's versions in turn."""

    def __init__(self, archive: Archive) -> None:
        self.engine = make_engine("sqlite:///:memory:")
        migrate(self.engine)
        self._desk = Desk(self.engine, archive, (EVERYTHING,), ZONE)

    def arrival(self, arrived: Sequence[tuple[Found, Filed]]) -> Kept:
        with self.engine.begin() as connection:
            for table in reversed(SQLModel.metadata.sorted_tables):
                connection.execute(table.delete())
        now = arrived[0][0].fetched_at if arrived else None
        first: dict[str, int] = {}
        for found, filed in arrived:
            first.setdefault(found.url, filed.identity.year or 0)
        for found, _ in sorted(arrived, key=lambda one: (first[one[0].url], one[0].url)):
            assert now is not None, "something arrived"
            file(found, self._desk, news=False, now=now)
        return kept(self.engine)


def make_world(url: str, folder: Path, documents: DocumentReader, now: datetime) -> World:
    web = Web()
    columns = {key: Column(web, url=f"http://{key}.test/gzbg/") for key in PLACES}
    for column, number in itertools.product(columns.values(), range(8)):
        column.publish(f"市政府召开第{number}次常务会议", "会议研究了有关工作。" * 60, date(2024, 1, 1 + number))
    return World(web, columns, documents, url, Archive(folder), Clock(now))


def baseline_day(engine: Engine, key: str) -> date | None:
    with reading(engine) as session:
        state = session.get(SourceState, key)
    return state.baseline_at.astimezone(ZONE).date() if state and state.baseline_at else None
