"""When the rules get better: what earlier ones read is read again, whatever else goes on, and no reader hears of it."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from monitor import filing
from monitor.extractors import RULES_VERSION
from monitor.extractors.statements import extract
from monitor.filing import Desk, Found, file
from monitor.rereading import LOOK_AGAIN, Rereading, lock_of, read_again
from monitor.watches import Watch
from storage.archive import Archive
from storage.claims import claimed
from storage.database import reading
from storage.models import Change, Digest, DigestChange, Document, Notice, Statement
from storage.statements import find_by_id
from storage.values import About, Kind, StatementData
from tests.fakes import PLACE, REGION, TARGETS, Clock, report_text

EVERYTHING = Watch(key="everything", indicators=("all",), when="at once", channels=("desk",))
OPERATOR = Watch(key="operator", operator=True, channels=("desk",))
PLACES = (REGION, "990400")


def place_of(region: str) -> str:
    return PLACE if region == REGION else "潮汀县"


class World:
    """Two regions' reports of two years, read and told by the first version of the rules; the second knows no 工业."""

    def __init__(self, engine: Engine, folder: Path, clock: Clock, patch: pytest.MonkeyPatch) -> None:
        self.desk = Desk(engine, Archive(folder), (EVERYTHING, OPERATOR), ZoneInfo("Asia/Shanghai"))
        self.clock, self._began = clock, clock()
        for region in PLACES:
            for year in (2025, 2026):
                targets = TARGETS if year == 2025 else TARGETS | {"规模以上工业增加值": "增长6%"}
                self.file(region, year, report_text(year, targets) + f"\n{place_of(region)}政府办公室印发")
        self.told = self.rows()
        self.version = RULES_VERSION + 1
        patch.setattr(filing, "RULES_VERSION", self.version)
        patch.setattr(filing, "extract", self.better)

    def file(self, region: str, year: int, text: str) -> None:
        self.clock.move(minutes=1)
        found = Found(
            source_key=region, region=region, kind=Kind.WORK_REPORT, url=f"http://reports.test/{region}/{year}.html",
            title=f"{year}年{place_of(region)}政府工作报告", issuer="", site_code="",
            published_on=None, text=text, raw=text.encode(), content_type="text/html", fetched_at=self.clock(),
        )  # fmt: skip
        file(found, self.desk, news=True, now=self.clock())

    @staticmethod
    def better(text: str, about: About) -> list[StatementData]:
        return [one for one in extract(text, about) if "工业" not in one.indicator]

    def rereading(self) -> Rereading:
        return Rereading(lambda: self.desk, lambda: (self.clock() - self._began).total_seconds())

    def tick(self, rereading: Rereading) -> bool:
        """One second of the daemon's clock; answers whether there was something to do."""
        self.clock.move(seconds=1)
        due = rereading.is_due(self.clock())
        if due:
            rereading.do(self.clock())
        return due

    def outdated(self) -> set[str]:
        with reading(self.desk.engine) as session:
            rows = session.exec(select(Document).where(Document.rules_version < self.version))
            return {row.source_key for row in rows}

    def industry(self) -> int:
        """How many statements of 工业 are stated, by the reading that counts."""
        with reading(self.desk.engine) as session:
            rows = session.exec(select(Statement).where(Statement.ordinal >= 0)).all()
        return sum("工业" in row.indicator for row in rows)

    def rows(self) -> tuple[Sequence[object], ...]:
        """What readers were told, and what waits to be told to them."""
        with reading(self.desk.engine) as session:
            changes = session.exec(select(Change).where(col(Change.news).is_(True)).order_by(col(Change.id))).all()
            sides = find_by_id(session, {id for one in changes for id in (one.before_id, one.after_id) if id})
            waiting = session.exec(
                select(DigestChange.change_id, Digest.watch)
                .join(Digest, col(DigestChange.digest_id) == Digest.id)
                .order_by(col(DigestChange.change_id), Digest.watch)
            )
            figures = {id: stated.data.text for id, (stated, _) in sides.items()} | {None: ""}
            told = [(one.id, one.event_id, figures[one.before_id], figures[one.after_id]) for one in changes]
            return told, list(map(tuple, waiting))


@pytest.fixture
def world(tmp_path: Path, engine: Engine, now: datetime, monkeypatch: pytest.MonkeyPatch) -> World:
    return World(engine, tmp_path / "archive", Clock(now), monkeypatch)


def test_all_is_read_again_a_place_at_a_time_and_readers_hear_nothing(world: World) -> None:
    assert world.told[0]
    rereading = world.rereading()
    left = [len(world.outdated())]
    while world.tick(rereading):
        left.append(len(world.outdated()))
    assert left == [2, 1, 0, 0]
    assert world.industry() == 0
    assert world.rows() == world.told
    with reading(world.desk.engine) as session:
        assert [(one.kind, one.count) for one in session.exec(select(Notice))] == [("rules", 2), ("rules", 2)]


def test_what_is_left_when_it_stops_the_next_start_does(world: World) -> None:
    world.tick(world.rereading())
    assert len(world.outdated()) == 1
    again = world.rereading()
    while world.tick(again):
        pass
    assert world.outdated() == set()
    assert world.rows() == world.told


def test_a_text_that_is_gone_holds_up_its_own_place_only_and_is_tried_again_later(world: World) -> None:
    with reading(world.desk.engine) as session:
        first = session.exec(select(Document).where(Document.source_key == min(PLACES))).first()
    assert first is not None
    path = world.desk.archive.path_of(first.text_hash)
    kept = path.read_bytes()
    path.unlink()
    rereading = world.rereading()
    while world.tick(rereading):
        pass
    assert world.outdated() == {min(PLACES)}
    path.write_bytes(kept)
    assert not world.tick(rereading)
    world.clock.move(seconds=LOOK_AGAIN)
    while world.tick(rereading):
        pass
    assert world.outdated() == set()


def test_two_processes_that_read_a_place_again_tell_it_once(world: World) -> None:
    place = REGION, Kind.WORK_REPORT
    with claimed(world.desk.engine, lock_of(place)):
        expected = 0 if world.desk.engine.dialect.name == "postgresql" else 2  # SQLite is of one process
        assert read_again(world.desk, place, world.clock()) == expected
    assert read_again(world.desk, place, world.clock()) == 2 - expected
    with reading(world.desk.engine) as session:
        assert [one.source_key for one in session.exec(select(Notice))] == [REGION]


def test_a_new_report_is_compared_with_what_the_new_rules_read(world: World) -> None:
    """Before its place's turn has come: nothing is dropped because the rules no longer know it."""
    world.file(REGION, 2027, report_text(2027, TARGETS))
    with reading(world.desk.engine) as session:
        told = session.exec(select(Change).where(Change.year == 2027, col(Change.news).is_(True))).all()
    assert not [one for one in told if "工业" in one.indicator]
    assert world.outdated() == {"990400"}
