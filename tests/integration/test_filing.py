"""What a found document becomes: its report, its statements, the changes it makes, and who is told of them."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Barrier
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine
from sqlmodel import SQLModel, col, select

from monitor import filing
from monitor.extractors.statements import extract
from monitor.filing import Desk, Filed, Found, Outcome, file
from monitor.watches import Watch
from storage.archive import Archive
from storage.changes import find_changes, find_in_digest
from storage.database import make_engine, migrate, reading, transaction
from storage.models import Change, Digest, Document, Report, SourceState, Statement
from storage.outbox import find_open_digests
from storage.reports import count_doubts, find_report, find_witnesses
from storage.statements import find_by_id, find_spoken
from storage.values import Kind, Role
from tests.fakes import PLACE, REACHED, REGION, TARGETS, Clock, report_text

PORTAL = "http://reports.test/zwgk/gzbg/r.html"
PAPER = "http://paper.test/page-3.html"
PAPER_NAME = "澜汀日报"
CUT = TARGETS | {"地区生产总值": "增长6%左右"}


@dataclass
class Room:
    """A desk with one watch on everything, and short ways to ask what became of a document."""

    desk: Desk
    clock: Clock

    def file(
        self, text: str, url: str = PORTAL, *, title: str = "", year: int = 2025, news: bool = True,
        published_on: date | None = None, example: bool = False, region: str = REGION, source: str = "",
        known: int | None = None,
    ) -> Filed:  # fmt: skip
        self.clock.move(minutes=1)
        found = Found(
            source_key=source or ("paper" if url == PAPER else "lanting"),
            region=region,
            kind=Kind.WORK_REPORT,
            url=url,
            title=title or f"{year}年{PLACE}政府工作报告",
            issuer=PAPER_NAME if url == PAPER else f"{PLACE}人民政府",
            site_code="",
            published_on=published_on,
            text=text,
            raw=text.encode(),
            content_type="text/html",
            fetched_at=self.clock(),
            example=example,
            year=known,
        )
        return file(found, self.desk, news=news, now=self.clock())

    def changes(self) -> list[Change]:
        with reading(self.desk.engine) as session:
            return list(session.exec(select(Change).order_by(col(Change.id))))

    def owed(self) -> list[tuple[str, str, str]]:
        """(indicator, kind, basis) of all that is waiting in digests."""
        with reading(self.desk.engine) as session:
            return [
                (change.indicator, change.kind, change.basis)
                for digest in find_open_digests(session)
                for change in find_in_digest(session, digest.id)
            ]

    def sides(self, change: Change) -> tuple[str, str]:
        """The numbers before and after, as the reports wrote them."""
        with reading(self.desk.engine) as session:
            found = find_by_id(session, [id for id in (change.before_id, change.after_id) if id])
        texts = {id: stated.data.text for id, (stated, _) in found.items()}
        return texts.get(change.before_id or 0, ""), texts.get(change.after_id or 0, "")

    def rows(self, table: type[SQLModel]) -> int:
        with reading(self.desk.engine) as session:
            return len(session.exec(select(table)).all())


@pytest.fixture
def room(tmp_path: Path, engine: Engine, now: datetime) -> Room:
    everything = Watch(key="everything", indicators=("all",), when="at once", channels=("desk",))
    desk = Desk(engine, Archive(tmp_path / "archive"), (everything,), ZoneInfo("Asia/Shanghai"))
    return Room(desk, Clock(now))


def test_on_a_first_visit_changes_are_recorded_and_nobody_is_told(room: Room) -> None:
    filed = room.file(report_text(2025), news=False)
    assert (filed.outcome, filed.statements, filed.changes) == (Outcome.REPORT, 7, 5)
    assert [(one.kind, one.basis, one.news) for one in room.changes()] == [("added", "next_report", False)] * 5
    assert room.owed() == []


def test_what_is_kept_is_the_text_with_offsets_that_hold(room: Room) -> None:
    text = report_text(2025)
    filed = room.file(text)
    with reading(room.desk.engine) as session:
        document = session.get_one(Document, filed.document_id)
        kept = room.desk.archive.find_text(document.text_hash)
        rows = session.exec(select(Statement)).all()
    assert kept == text
    assert room.desk.archive.find(document.raw_hash) == text.encode()
    assert all(kept[row.start : row.end] == row.text for row in rows)
    assert all(kept[row.sentence_start : row.sentence_end] == row.sentence for row in rows)
    assert all(row.text in row.sentence for row in rows)


def test_the_next_report_tells_each_change_once_with_the_numbers_of_both(room: Room) -> None:
    room.file(report_text(2025), news=False)
    targets = dict(CUT) | {"固定资产投资": "增长8.5%", "进出口总额": "增长5%"}
    del targets["规模以上工业增加值"]
    filed = room.file(report_text(2026, targets), "http://reports.test/2026.html", year=2026)
    assert filed.outcome is Outcome.REPORT
    told = {(one.indicator, one.kind): room.sides(one) for one in room.changes() if one.news}
    assert told == {
        ("地区生产总值", "lowered"): ("6.5%", "6%"),
        ("固定资产投资", "raised"): ("8%", "8.5%"),
        ("进出口总额", "added"): ("", "5%"),
        ("规模以上工业增加值", "dropped"): ("7%", ""),
        ("地区生产总值", "missed"): ("6.5%", "6.2%"),
        ("固定资产投资", "met"): ("8%", "9.1%"),
    }
    assert sorted(room.owed()) == sorted((name, kind, "next_report") for name, kind in told)
    assert {one.year for one in room.changes() if one.news} == {2026}


def test_a_revision_of_the_same_address_is_told_with_the_old_and_the_new_sentence(room: Room) -> None:
    room.file(report_text(2025), news=False)
    filed = room.file(report_text(2025, CUT))
    assert filed.outcome is Outcome.REVISION
    (told,) = [one for one in room.changes() if one.news]
    assert (told.indicator, told.kind, told.basis, told.year) == ("地区生产总值", "lowered", "revision", 2025)
    with reading(room.desk.engine) as session:
        found = find_by_id(session, [told.before_id or 0, told.after_id or 0])
        assert "地区生产总值增长6.5%以上" in found[told.before_id or 0][1]
        assert "地区生产总值增长6%左右" in found[told.after_id or 0][1]
        assert [one.version for one in session.exec(select(Document).order_by(col(Document.version)))] == [1, 2]
        report = find_report(session, REGION, "work_report", 2025)
        assert report is not None
        assert report.document_id == filed.document_id


def test_a_revision_that_is_taken_back_is_told_again(room: Room) -> None:
    room.file(report_text(2025), news=False)
    for text in (report_text(2025, CUT), report_text(2025), report_text(2025, CUT)):
        room.file(text)
    assert [kind for _, kind, _ in room.owed()] == ["lowered", "raised", "lowered"]


def test_a_new_layout_of_the_same_words_is_a_revision_that_tells_nothing(room: Room) -> None:
    room.file(report_text(2025), news=False)
    filed = room.file(report_text(2025) + "\n责任编辑：小澜\n")
    assert (filed.outcome, filed.changes, room.owed()) == (Outcome.REVISION, 0, [])


def test_a_revision_of_an_older_report_is_told_and_its_successor_is_compared_with_it(room: Room) -> None:
    room.file(report_text(2025), news=False)
    room.file(report_text(2026, CUT), PAPER, year=2026, news=False)
    raised = TARGETS | {"地区生产总值": "增长7%以上"}
    room.file(report_text(2025, raised))
    assert room.owed() == [("地区生产总值", "raised", "revision")]
    growth = [one for one in room.changes() if one.indicator_key == "gdp" and one.year == 2026]
    assert {(room.sides(one), one.kind, one.news) for one in growth if one.kind == "lowered"} == {
        (("7%", "6%"), "lowered", False)
    }


def test_a_verdict_stays_when_the_page_of_its_target_is_revised(room: Room) -> None:
    room.file(report_text(2025), news=False)
    room.file(report_text(2026, TARGETS, {"地区生产总值": "增长6.4%"}), PAPER, year=2026)
    filed = room.file(report_text(2025) + "\n责任编辑：小澜\n")
    (missed,) = [one for one in room.changes() if one.kind == "missed"]
    with reading(room.desk.engine) as session:
        assert find_by_id(session, [missed.before_id or 0])[missed.before_id or 0][0].document_id == filed.document_id


def test_a_second_witness_tells_nothing(room: Room) -> None:
    room.file(report_text(2025))
    owed = room.owed()
    filed = room.file(report_text(2025), PAPER, title=f"{PLACE}政府工作报告（摘要）")
    assert (filed.outcome, filed.changes) == (Outcome.WITNESS, 0)
    assert room.owed() == owed
    with reading(room.desk.engine) as session:
        report = find_report(session, REGION, "work_report", 2025)
        assert report is not None
        assert len(find_witnesses(session, report.id or 0)) == 2


def test_a_witness_with_another_figure_is_a_conflict(room: Room) -> None:
    room.file(report_text(2025), news=False)
    for _ in range(2):  # the second time it is the same document again
        room.file(report_text(2025, CUT), PAPER)
    assert room.owed() == [("地区生产总值", "conflict", "conflict")]
    with reading(room.desk.engine) as session:
        report = find_report(session, REGION, "work_report", 2025)
        assert report is not None
        gdp = [one.data.value for one in find_spoken(session, report) if one.data.indicator == "地区生产总值"]
    assert gdp == [6.2, 6.5]  # the first witness goes on speaking


def test_a_third_witness_with_the_same_other_figure_is_not_told_again(room: Room) -> None:
    room.file(report_text(2025), news=False)
    room.file(report_text(2025, CUT), PAPER)
    room.file(report_text(2025, CUT), "http://other.test/r.html")
    assert room.owed() == [("地区生产总值", "conflict", "conflict")]


@pytest.mark.parametrize("title", ["2026年{}政府工作报告（摘要）", "2026年{}政府工作报告"])
def test_an_excerpt_never_makes_dropped(room: Room, title: str) -> None:
    """By its title, or because it is too short to be all of a report."""
    room.file(report_text(2025), news=False)
    text = report_text(2026, {"地区生产总值": "增长6%左右"}, full="摘要" in title)
    room.file(text, PAPER, title=title.format(PLACE), year=2026)
    assert [(name, kind) for name, kind, _ in room.owed() if kind not in ("met", "missed")] == [
        ("地区生产总值", "lowered")
    ]


def test_a_page_that_shrinks_to_an_excerpt_drops_nothing_and_the_whole_text_goes_on_speaking(room: Room) -> None:
    room.file(report_text(2025), news=False)
    room.file(report_text(2025, {"地区生产总值": "增长6.5%以上"}, full=False))
    assert room.owed() == []
    room.file(report_text(2025))
    assert room.owed() == []
    room.file(report_text(2026), "http://reports.test/2026.html", year=2026)
    assert not [one for one in room.owed() if one[1] == "added"]


def test_a_fuller_witness_speaks_instead_of_an_excerpt_and_tells_only_what_it_adds(room: Room) -> None:
    room.file(report_text(2025), news=False)
    part = {"地区生产总值": "增长6%左右"}
    room.file(report_text(2026, part, {}, full=False), PAPER, title="2026年政府工作报告摘要", year=2026)
    assert room.owed() == [("地区生产总值", "lowered", "next_report")]
    whole = dict(CUT)
    del whole["固定资产投资"]
    filed = room.file(report_text(2026, whole, {}), "http://reports.test/2026.html", year=2026)
    assert filed.outcome is Outcome.WITNESS
    assert room.owed()[1:] == [("固定资产投资", "dropped", "next_report")]
    with reading(room.desk.engine) as session:
        report = find_report(session, REGION, "work_report", 2026)
        assert report is not None
        assert (report.document_id, report.title) == (filed.document_id, f"2026年{PLACE}政府工作报告")


def far(year: int, share: int | None) -> str:
    """A report that aims at something for 2030, or says nothing of it."""
    return report_text(year, extra=f"到2030年，常住人口城镇化率达到{share}%。" if share else "")


@pytest.mark.parametrize("order", [(2025, 2026, 2027), (2025, 2027, 2026), (2027, 2026, 2025), (2026, 2025, 2027)])
def test_a_target_for_2030_is_compared_with_the_last_report_that_stated_one(room: Room, order: tuple[int, ...]) -> None:
    texts = {2025: far(2025, 70), 2026: far(2026, None), 2027: far(2027, 72)}
    for year in order:
        room.file(texts[year], f"http://reports.test/{year}.html", year=year, news=False)
    of_2030 = [one for one in room.changes() if "城镇化率" in one.indicator]
    assert sorted((one.year, one.kind) for one in of_2030) == [(2025, "added"), (2027, "raised")]


def test_a_target_for_2030_that_is_said_again_after_a_silence_is_no_change(room: Room) -> None:
    for year, share in ((2025, 70), (2026, None), (2027, 70)):
        room.file(far(year, share), f"http://reports.test/{year}.html", year=year)
    assert [kind for name, kind, _ in room.owed() if "城镇化率" in name] == ["added"]


def test_a_target_that_a_report_in_between_turns_out_to_state_is_what_a_later_one_is_held_against(room: Room) -> None:
    for year, share in ((2025, 70), (2026, None), (2027, None), (2028, 72)):
        room.file(far(year, share), f"http://reports.test/{year}.html", year=year, news=False)
    room.file(far(2026, 72), "http://reports.test/2026.html", year=2026, news=False)
    of_2030 = [(one.year, one.kind, one.basis) for one in room.changes() if "城镇化率" in one.indicator]
    assert sorted(of_2030) == [
        (2025, "added", "next_report"), (2026, "added", "revision"), (2026, "raised", "next_report"),
    ]  # fmt: skip


def test_what_was_aimed_at_for_2030_is_settled_by_the_report_that_tells_of_it(room: Room) -> None:
    room.file(far(2027, 70), "http://reports.test/2027.html", year=2027, news=False)
    room.file(report_text(2030), "http://reports.test/2030.html", year=2030, news=False)
    reached = {"地区生产总值": "增长6%", "常住人口城镇化率": "达到71%"}
    room.file(report_text(2031, reached=reached), "http://reports.test/2031.html", year=2031)
    assert ("常住人口城镇化率", "met", "next_report") in room.owed()


def test_an_older_report_that_comes_late_alarms_nobody(room: Room) -> None:
    room.file(report_text(2026, CUT), "http://reports.test/2026.html", year=2026, news=False)
    filed = room.file(report_text(2025), year=2025)
    assert filed.outcome is Outcome.REPORT
    assert room.owed() == []
    assert not any(one.news for one in room.changes())


def test_an_older_report_that_comes_late_remakes_what_its_successor_changed(room: Room) -> None:
    room.file(report_text(2026, CUT), "http://reports.test/2026.html", year=2026, news=False)
    assert {one.kind for one in room.changes()} == {"added"}
    room.file(report_text(2025), year=2025, news=False)
    later = {(one.indicator, one.kind) for one in room.changes() if one.year == 2026}
    assert later == {("地区生产总值", "lowered"), ("地区生产总值", "missed"), ("固定资产投资", "met")}
    assert {one.kind for one in room.changes() if one.year == 2025} == {"added"}


def test_what_readers_were_told_stays_on_record_when_an_older_report_comes_late(room: Room) -> None:
    room.file(report_text(2026), "http://reports.test/2026.html", year=2026)
    told = room.owed()
    assert len(told) == 5
    room.file(report_text(2025), year=2025)
    assert room.owed() == told


def test_whatever_the_order_of_arrival_the_record_is_the_same(room: Room, tmp_path: Path, now: datetime) -> None:
    texts = {2024: report_text(2024), 2025: report_text(2025, CUT), 2026: report_text(2026, TARGETS, {})}
    orderly = Desk(make_engine(f"sqlite:///{tmp_path / 'orderly.sqlite'}"), room.desk.archive, (), room.desk.zone)
    migrate(orderly.engine)
    other = Room(orderly, Clock(now))
    for year in (2024, 2025, 2026):
        other.file(texts[year], f"http://reports.test/{year}.html", year=year, news=False)
    for year in (2026, 2024, 2025):
        room.file(texts[year], f"http://reports.test/{year}.html", year=year, news=False)
    assert {one.event_id for one in room.changes()} == {one.event_id for one in other.changes()}
    orderly.engine.dispose()


def test_the_same_document_again_changes_nothing_and_owes_nothing(room: Room) -> None:
    room.file(report_text(2025), news=False)
    room.file(report_text(2026, CUT), "http://reports.test/2026.html", year=2026)
    tables = (Report, Document, Statement, Change, Digest)
    before, owed = [room.rows(table) for table in tables], room.owed()
    again = [
        room.file(report_text(2025), news=True),
        room.file(report_text(2026, CUT), "http://reports.test/2026.html", year=2026),
    ]
    assert [(one.outcome, one.changes) for one in again] == [(Outcome.UNCHANGED, 0)] * 2
    assert ([room.rows(table) for table in tables], room.owed()) == (before, owed)


def test_a_document_that_names_no_year_is_kept_and_makes_no_report(room: Room) -> None:
    text = "我们把群众的事当作自己的事来办，地区生产总值增长6%。" * 30
    filed = room.file(text, title="政府工作报告")
    assert filed.outcome is Outcome.UNPLACED
    assert (room.rows(Document), room.rows(Report), room.rows(Change), room.owed()) == (1, 0, 0, [])
    with reading(room.desk.engine) as session:
        document = session.get_one(Document, filed.document_id)
    assert "year" in document.doubts
    assert room.desk.archive.find_text(document.text_hash) == text
    assert room.file(text, title="政府工作报告").outcome is Outcome.UNCHANGED


def test_a_document_that_was_placed_nowhere_is_placed_when_a_person_names_its_year(room: Room) -> None:
    text = report_text(2025).replace("2025年", "").replace("2024年", "")
    assert room.file(text, title="政府工作报告").outcome is Outcome.UNPLACED
    with reading(room.desk.engine) as session:
        assert count_doubts(session) == (1, 0)
    assert room.file(text, title="政府工作报告", known=2025).outcome is Outcome.REPORT
    assert room.file(text, title="政府工作报告", known=2025).outcome is Outcome.UNCHANGED
    with reading(room.desk.engine) as session:
        assert count_doubts(session)[0] == 0


def test_a_document_whose_region_nothing_tells_is_kept_and_makes_no_report(room: Room) -> None:
    filed = room.file(report_text(2025), region="")
    assert filed.outcome is Outcome.UNPLACED
    assert any("region" in doubt for doubt in filed.identity.doubts)
    assert room.rows(Change) == 0


def test_every_row_of_the_example_is_marked(room: Room) -> None:
    room.file(report_text(2025), news=False, example=True)
    room.file(report_text(2026, CUT), "http://reports.test/2026.html", year=2026, example=True)
    with reading(room.desk.engine) as session:
        for table in (Report, Document, Change, Digest):
            rows = session.exec(select(table)).all()
            assert rows, table
            assert all(row.model_dump()["example"] for row in rows), table


def test_the_example_and_the_real_gather_in_digests_of_their_own(room: Room) -> None:
    room.file(report_text(2025), example=True)
    room.file(report_text(2025), "http://other.test/r.html", region="220100")
    with reading(room.desk.engine) as session:
        assert sorted(digest.example for digest in find_open_digests(session)) == [False, True]


def test_changes_of_one_publication_gather_in_one_digest_that_waits(room: Room) -> None:
    room.file(report_text(2025))
    with reading(room.desk.engine) as session:
        (digest,) = find_open_digests(session)
    assert digest.due_at == room.clock() + timedelta(seconds=15)
    room.clock.move(seconds=5)
    room.file(report_text(2025, CUT))
    with reading(room.desk.engine) as session:
        (same,) = find_open_digests(session)
    assert (same.id, same.due_at) == (digest.id, digest.due_at)  # what comes later does not put it off


def test_each_watch_is_owed_what_it_wants(room: Room) -> None:
    watches = (
        Watch(key="cuts", changes=("lowered", "dropped"), channels=("desk",)),
        Watch(key="elsewhere", regions=("220000",), indicators=("all",), channels=("desk",)),
        Watch(key="jobs", indicators=("含失业",), channels=("desk",)),
    )
    several = Room(Desk(room.desk.engine, room.desk.archive, watches, room.desk.zone), room.clock)
    several.file(report_text(2025), news=False)
    several.file(report_text(2026, CUT | {"城镇调查失业率": "控制在5%以内"}), PAPER, year=2026)
    with reading(room.desk.engine) as session:
        told = {
            digest.watch: {(one.indicator, one.kind) for one in find_in_digest(session, digest.id)}
            for digest in find_open_digests(session)
        }
    unemployment = ("城镇调查失业率", "lowered")
    assert told == {"cuts": {("地区生产总值", "lowered"), unemployment}, "jobs": {unemployment}}


@pytest.mark.parametrize(("reached", "verdict"), [("增长6.5%", "met"), ("增长6.4%", "missed")])
def test_the_ledger_holds_the_outturn_against_the_target(room: Room, reached: str, verdict: str) -> None:
    room.file(report_text(2025), news=False)
    room.file(report_text(2026, TARGETS, {"地区生产总值": reached}), PAPER, year=2026)
    (settled,) = [one for one in room.changes() if one.kind in ("met", "missed")]
    assert (settled.kind, settled.indicator_key) == (verdict, "gdp")
    with reading(room.desk.engine) as session:
        found = find_by_id(session, [settled.before_id or 0, settled.after_id or 0])
    target, outturn = found[settled.before_id or 0][0], found[settled.after_id or 0][0]
    assert (target.data.role, target.year) == (Role.TARGET, 2025)
    assert (outturn.data.role, outturn.year) == (Role.OUTTURN, 2026)


def test_an_outturn_that_nobody_aimed_at_settles_nothing(room: Room) -> None:
    room.file(report_text(2025), news=False)
    room.file(report_text(2026, TARGETS, {"进出口总额": "增长3%"}), PAPER, year=2026)
    assert room.owed() == []


def test_what_breaks_in_the_transaction_leaves_nothing_half_kept(room: Room) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise RuntimeError("the disk is full")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("monitor.filing.owe_news", breaks)
        with pytest.raises(RuntimeError):
            room.file(report_text(2025))
    assert [room.rows(table) for table in (Report, Document, Statement, Change, Digest)] == [0, 0, 0, 0, 0]
    assert room.file(report_text(2025)).outcome is Outcome.REPORT
    assert len(room.owed()) == 5


def test_changes_can_be_asked_for_by_place_year_and_time(room: Room) -> None:
    room.file(report_text(2025), news=False)
    middle = room.clock() + timedelta(seconds=1)
    room.file(report_text(2026, CUT, REACHED), PAPER, year=2026)
    with reading(room.desk.engine) as session:
        assert {one.year for one in find_changes(session, since=middle)} == {2026}
        assert {one.year for one in find_changes(session, year=2025)} == {2025}
        assert find_changes(session, regions=["220100"]) == []
        assert {one.kind for one in find_changes(session, headline=True, year=2026)} == {"lowered", "missed", "met"}


def test_witnesses_that_come_at_the_same_moment_make_one_report_and_tell_it_once(room: Room) -> None:
    """Sources on different hosts are visited in threads of their own."""
    room.file(report_text(2025), news=False)
    texts = [report_text(2026, CUT), report_text(2026, CUT | {"一般公共预算收入": "增长5%"})] * 3
    together = Barrier(len(texts))

    def arrive(number: int, text: str) -> Filed:
        together.wait()
        return room.file(text, f"http://witness-{number}.test/r.html", year=2026)

    with ThreadPoolExecutor(len(texts)) as pool:
        filed = list(pool.map(arrive, range(len(texts)), texts))
    assert sorted(one.outcome for one in filed) == ["report"] + ["witness"] * 5
    told = [(name, kind) for name, kind, basis in room.owed() if basis == "next_report"]
    assert told.count(("地区生产总值", "lowered")) == 1
    assert len(told) == len(set(told))
    assert [name for name, _, basis in room.owed() if basis == "conflict"] == ["一般公共预算收入"]
    with reading(room.desk.engine) as session:
        assert len(find_open_digests(session)) == 1


def test_reports_of_many_places_that_come_at_the_same_moment_gather_in_one_digest(room: Room) -> None:
    codes = ["220100", "220200", "220300", "220400", "220500", "220600"]
    together = Barrier(len(codes))

    def arrive(code: str) -> Filed:
        together.wait()
        return room.file(report_text(2026), f"http://{code}.test/r.html", year=2026, region=code)

    with ThreadPoolExecutor(len(codes)) as pool:
        filed = list(pool.map(arrive, codes))
    assert {one.outcome for one in filed} == {Outcome.REPORT}
    assert len(room.owed()) == 5 * len(codes)
    with reading(room.desk.engine) as session:
        assert len(find_open_digests(session)) == 1


def test_a_page_that_tells_neither_place_nor_year_is_known_by_its_words(room: Room) -> None:
    told = "我们把{}件事办在前头，请乡亲们评说好坏短长；"
    tale = "".join(told.format(number) for number in range(100, 260)) * 2
    room.file(report_text(2025, extra=tale), news=False)
    copied = report_text(2025, extra=tale).replace(f"——2025年1月10日在{PLACE}第五届人民代表大会第四次会议上\n", "")
    bare = copied.replace("2025年", "今年").replace("2024年", "去年").replace("，", ",")
    filed = room.file(bare, PAPER, title="政府工作报告", region="")
    assert (filed.outcome, filed.identity.region, filed.identity.year) == (Outcome.WITNESS, REGION, 2025)
    assert room.owed() == []
    other = room.file(
        "我们走自己的路，办好自己的事，句句都是新话。" * 300, "http://else.test/r", title="政府工作报告", region=""
    )
    assert other.outcome is Outcome.UNPLACED


@pytest.mark.parametrize(("shown", "told"), [(False, 5), (True, 0)])
def test_what_a_first_visit_found_is_news_where_a_watched_source_then_shows_it(
    room: Room, shown: bool, told: int
) -> None:
    """Nobody was told of it; but a source that showed it already says nothing new by another address."""
    began = room.clock()
    with transaction(room.desk.engine) as session:
        session.add(
            SourceState(key="lanting", name="", url="", region=REGION, next_due_at=began, baseline_at=began)
        )  # fmt: skip
    room.file(report_text(2025), PAPER, news=False, source="lanting" if shown else "paper")
    assert room.owed() == []
    room.file(report_text(2025))
    assert len(room.owed()) == told


def test_what_was_out_before_a_source_was_watched_is_no_news_when_it_shows_it(room: Room) -> None:
    began = room.clock()
    with transaction(room.desk.engine) as session:
        session.add(SourceState(key="lanting", name="", url="", region=REGION, next_due_at=began, baseline_at=began))
    room.file(report_text(2025), PAPER, news=False, source="paper", published_on=date(2025, 1, 12))
    room.file(report_text(2025))
    assert room.owed() == []


def test_a_copy_of_the_version_before_a_revision_is_no_conflict(room: Room) -> None:
    room.file(report_text(2025), news=False)
    room.file(report_text(2025, CUT))
    room.file(report_text(2025), PAPER)
    assert [basis for _, _, basis in room.owed()] == ["revision"]


def test_what_another_witness_still_states_is_not_dropped(room: Room) -> None:
    room.file(report_text(2025), news=False)
    room.file(report_text(2026), PAPER, year=2026)
    less = dict(TARGETS)
    del less["固定资产投资"]
    room.file(report_text(2026, less), "http://reports.test/2026.html", year=2026)
    assert "dropped" not in {kind for _, kind, _ in room.owed()}


def test_an_excerpt_that_becomes_the_whole_report_adds_no_target_that_was_there_last_year(room: Room) -> None:
    room.file(report_text(2025), news=False)
    url = "http://reports.test/2026.html"
    room.file(report_text(2026, {"地区生产总值": "增长6%左右"}, {}, full=False), url, year=2026)
    room.file(report_text(2026, CUT, {}), url, year=2026)
    assert room.owed() == [("地区生产总值", "lowered", "next_report")]


def test_better_rules_tell_nothing(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the earlier rules read is read anew before anything is compared with it."""
    room.file(report_text(2025), news=False)
    room.file(report_text(2026), "http://reports.test/2026.html", year=2026)
    owed = room.owed()
    monkeypatch.setattr(filing, "RULES_VERSION", 999)
    monkeypatch.setattr(
        filing, "extract", lambda text, about: [one for one in extract(text, about) if "工业" not in one.indicator]
    )
    room.file(report_text(2026), PAPER, year=2026)
    assert room.owed() == owed
    with reading(room.desk.engine) as session:
        assert {one.rules_version for one in session.exec(select(Document))} == {999}
        assert not [one for one in session.exec(select(Statement)) if "工业" in one.indicator and one.ordinal >= 0]
