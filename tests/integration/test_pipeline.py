"""A visit from the index page to what is owed, over a saved web and a clock that the test moves."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from threading import Event
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from monitor.cli.building import declare
from monitor.filing import Desk, Outcome
from monitor.health import expiring
from monitor.pipeline import Tools, Visited, visit
from monitor.visiting.rhythm import CHINA
from monitor.watches import Watch
from scrapers.documents import DocumentReader
from scrapers.errors import (
    BlockedError,
    DeadlineError,
    LayoutError,
    ScrapeError,
    StatusError,
    StoppedError,
    TruncatedError,
)
from scrapers.families import family
from scrapers.scrape import Scraper
from scrapers.source import Source
from storage.archive import Archive
from storage.changes import find_in_digest
from storage.database import reading, transaction
from storage.models import Change, Document, Entry, Notice, Report, SourceState
from storage.models import Visit as KeptVisit
from storage.outbox import find_notices, find_open_digests
from storage.values import IndexData
from storage.visits import find_due
from tests.fakes import PLACE, REGION, TARGETS, Clock, Column, Web, article, broken_by, report_text
from tests.files import docx_of

CUT = TARGETS | {"地区生产总值": "增长6%左右"}


@dataclass
class Watching:
    """One source over a saved web, and short ways to ask what its visits did."""

    web: Web
    column: Column
    tools: Tools
    clock: Clock

    @property
    def source(self) -> Source:
        return self.column.source()

    def visit(self, source: Source | None = None, **wait: float) -> Visited:
        self.clock.move(**(wait or {"hours": 25}))
        return visit(source or self.source, self.tools)

    def settled(self, *years: int) -> "Watching":
        """After a first visit that found these years' reports."""
        for year in years:
            self.column.publish_report(year)
        assert self.visit().error is None
        return self

    def told(self) -> list[tuple[str, str]]:
        with reading(self.tools.desk.engine) as session:
            return [
                (change.indicator, change.kind)
                for digest in find_open_digests(session)
                for change in find_in_digest(session, digest.id)
            ]

    def notices(self) -> list[str]:
        """The kinds of those that are owed to somebody."""
        with reading(self.tools.desk.engine) as session:
            return [one.kind for digest in find_open_digests(session) for one in find_notices(session, digest.id)]

    def entries(self) -> dict[str, Entry]:
        with reading(self.tools.desk.engine) as session:
            return {entry.title: entry for entry in session.exec(select(Entry))}

    def state(self) -> SourceState:
        with reading(self.tools.desk.engine) as session:
            return session.exec(select(SourceState)).one()

    def count(self, table: type[Report] | type[Document] | type[Change] | type[KeptVisit]) -> int:
        with reading(self.tools.desk.engine) as session:
            return len(session.exec(select(table)).all())

    def last_visit(self) -> KeptVisit:
        with reading(self.tools.desk.engine) as session:
            return session.exec(select(KeptVisit).order_by(col(KeptVisit.id).desc())).first() or pytest.fail("none")


@pytest.fixture(scope="module")
def documents() -> Iterator[DocumentReader]:
    with DocumentReader() as reader:
        yield reader


@pytest.fixture
def watching(tmp_path: Path, engine: Engine, documents: DocumentReader, now: datetime) -> Watching:
    web, clock = Web(), Clock(now)
    column = Column(web)
    watch = Watch(key="all", indicators=("all",), when="at once", channels=("desk",))
    desk = Desk(engine, Archive(tmp_path / "archive"), (watch,), ZoneInfo("Asia/Shanghai"))
    tools = Tools(Scraper(web.as_client(), documents), desk, clock, Random(1), Event())
    declare(engine, [column.source()], now)
    for number in range(8):
        column.publish(f"市政府召开第{number}次常务会议", "会议研究了有关工作。" * 60, date(2024, 1, 1 + number))
    return Watching(web, column, tools, clock)


def test_a_first_visit_records_what_is_there_and_tells_nobody(watching: Watching) -> None:
    watching.column.publish_report(2024)
    watching.column.publish_report(2025, report_text(2025, CUT))
    visited = watching.visit()
    assert (visited.baseline, visited.outcome, visited.error, visited.documents) == (True, "ok", None, 2)
    assert [filed.identity.year for _, filed in visited.filed] == [2024, 2025]  # the oldest first
    assert (watching.told(), watching.notices()) == ([], [])
    with reading(watching.tools.desk.engine) as session:
        (notice,) = session.exec(select(Notice))
    assert (notice.kind, notice.count, notice.first_year, notice.last_year) == ("baseline", 2, 2024, 2025)


def test_the_next_report_is_news(watching: Watching) -> None:
    watching.settled(2025)
    watching.column.publish_report(2026, report_text(2026, CUT, {}))
    assert watching.visit().changes == 1
    assert watching.told() == [("地区生产总值", "lowered")]


def test_a_report_after_an_empty_first_visit_is_news(watching: Watching) -> None:
    watching.settled()
    watching.column.publish_report(2026)
    watching.visit()
    assert {kind for _, kind in watching.told()} == {"added"}


def test_a_revised_page_is_found_by_the_daily_second_look(watching: Watching) -> None:
    watching.settled()
    url = watching.column.publish_report(2026)
    watching.visit()
    told = len(watching.told())
    watching.column.write(url, f"2026年{PLACE}政府工作报告", report_text(2026, CUT), date(2026, 1, 12))
    visited = watching.visit()
    assert [filed.outcome for _, filed in visited.filed] == [Outcome.REVISION]
    assert watching.told()[told:] == [("地区生产总值", "lowered")]


def test_an_unchanged_index_is_one_request(watching: Watching) -> None:
    watching.settled(2025)
    watching.web.asked.clear()
    visited = watching.visit(hours=2)  # before the second look at the report is due
    assert (visited.outcome, visited.error) == ("unchanged", None)
    assert watching.web.asked == watching.web.not_modified == [watching.column.url]
    assert watching.last_visit().outcome == "unchanged"


def test_a_server_that_knows_no_etag_is_compared_by_its_bytes(watching: Watching) -> None:
    watching.web.forgetful = True
    watching.settled(2025)
    assert watching.visit(hours=2).outcome == "unchanged"


def test_an_unchanged_index_does_not_keep_a_second_look_from_happening(watching: Watching) -> None:
    watching.settled(2025)
    (url,) = [url for url, title, _ in watching.column.shown if "报告" in title]
    before = watching.web.times_asked(url)
    watching.visit(hours=25)
    assert watching.web.times_asked(url) == before + 1
    assert url in watching.web.not_modified


def test_a_rerun_of_everything_owes_nothing(watching: Watching) -> None:
    watching.settled(2024, 2025)
    watching.column.publish_report(2026, report_text(2026, CUT))
    watching.visit()
    told, rows = watching.told(), [watching.count(table) for table in (Report, Document, Change)]
    watching.web.forgetful = True
    watching.column.publish("关于清明节放假的公告", "放假三天。" * 80, date(2026, 1, 30))  # the index is read anew
    for _ in range(3):
        visited = watching.visit(days=40)
        assert (visited.error, visited.failed, visited.changes) == (None, [], 0)
    assert (watching.told(), [watching.count(table) for table in (Report, Document, Change)]) == (told, rows)


FAULTS: dict[str, Callable[[Watching], None]] = {
    "http": lambda one: one.web.broken.update({one.column.url: broken_by(StatusError, status=500)}),
    "gone": lambda one: one.web.pages.pop(one.column.url) and None,
    "blocked": lambda one: one.web.broken.update({one.column.url: broken_by(BlockedError)}),
    "truncated": lambda one: one.web.broken.update({one.column.url: broken_by(TruncatedError)}),
    "deadline": lambda one: one.web.broken.update({one.column.url: broken_by(DeadlineError)}),
    "no-entries": lambda one: one.web.put(one.column.url, "<html><body><p>栏目调整，暂无内容</p></body></html>"),
    "layout": lambda one: one.web.put(
        one.column.url, "<html><body>" + '<a href="/x/">栏目</a>' * 20 + "</body></html>"
    ),
}


def far_fewer(watching: Watching) -> None:
    del watching.column.shown[2:]
    watching.column.refresh()


@pytest.mark.parametrize(
    ("label", "fault"), [*FAULTS.items(), ("fewer-entries", far_fewer)], ids=[*FAULTS, "far-fewer"]
)
def test_a_fault_is_recorded_and_changes_nothing(
    watching: Watching, label: str, fault: Callable[[Watching], None]
) -> None:
    watching.settled(2025)
    before = [watching.count(table) for table in (Report, Document, Change)]
    fault(watching)
    visited = watching.visit(hours=2)
    assert isinstance(visited.error, ScrapeError)
    assert (visited.outcome, visited.error.label) == ("failed", label)
    kept = watching.last_visit()
    assert (kept.outcome, kept.label) == ("failed", label)
    assert kept.error
    assert (watching.state().failures, watching.state().failure_label) == (1, label)
    assert [watching.count(table) for table in (Report, Document, Change)] == before
    assert (watching.told(), watching.notices()) == ([], [])


def test_a_source_that_breaks_is_told_once_after_two_visits_and_once_when_it_is_back(watching: Watching) -> None:
    watching.settled(2025)
    watching.web.broken[watching.column.url] = broken_by(StatusError, status=502)
    seen = []
    for _ in range(5):
        watching.visit(hours=1)
        seen.append(watching.notices())
    assert seen == [[], ["broken"], ["broken"], ["broken"], ["broken"]]
    watching.web.broken.clear()
    for _ in range(3):
        watching.visit(hours=1)
    assert watching.notices() == ["broken", "recovered"]
    assert (watching.state().failures, watching.state().failure_label) == (0, "")


def test_a_single_missed_visit_is_told_to_nobody(watching: Watching) -> None:
    watching.settled(2025)
    watching.web.broken[watching.column.url] = broken_by(DeadlineError)
    watching.visit()
    watching.web.broken.clear()
    watching.visit()
    assert watching.notices() == []


def test_a_broken_source_is_tried_again_sooner_than_usual(watching: Watching) -> None:
    watching.settled(2025)
    usual = watching.state().next_due_at - watching.clock()
    watching.web.broken[watching.column.url] = broken_by(DeadlineError)
    watching.visit()
    assert watching.state().next_due_at - watching.clock() < usual / 10


def test_a_kept_report_can_be_looked_at_again_before_its_time(watching: Watching) -> None:
    watching.settled(2025)
    (url,) = [url for url, title, _ in watching.column.shown if "报告" in title]
    asked = watching.web.times_asked(url)
    assert watching.visit(hours=1).outcome == "unchanged"
    assert watching.web.times_asked(url) == asked
    visit(watching.source, watching.tools, again=True)
    assert watching.web.times_asked(url) == asked + 1


def test_a_first_visit_that_breaks_is_no_baseline(watching: Watching) -> None:
    watching.column.publish_report(2025)
    watching.web.broken[watching.column.url] = broken_by(DeadlineError)
    watching.visit()
    assert watching.state().baseline_at is None
    watching.web.broken.clear()
    assert watching.visit().baseline
    assert watching.told() == []


def test_an_entry_that_fails_costs_only_itself_and_is_tried_again(watching: Watching) -> None:
    watching.settled(2024)
    lost = watching.column.publish_report(2025, report_text(2025, TARGETS, {}))
    watching.column.publish_report(2026, report_text(2026, CUT, {}))
    watching.web.broken[lost] = broken_by(TruncatedError)
    visited = watching.visit()
    assert [error.label for _, error in visited.failed] == ["truncated"]
    assert [filed.identity.year for _, filed in visited.filed] == [2026]
    entry = watching.entries()[f"2025年{PLACE}政府工作报告"]
    assert (entry.state, entry.tries) == ("failed", 1)
    assert (visited.outcome, watching.notices()) == ("ok", [])
    watching.web.broken.clear()
    visited = watching.visit(hours=2)  # the index is unchanged, and that does not matter
    assert [filed.identity.year for _, filed in visited.filed] == [2025]
    entry = watching.entries()[f"2025年{PLACE}政府工作报告"]
    assert (entry.state, entry.tries, entry.error) == ("kept", 0, "")


def test_an_entry_that_failed_on_the_first_visit_is_no_news_later(watching: Watching) -> None:
    url = watching.column.publish_report(2025)
    watching.web.broken[url] = broken_by(DeadlineError)
    watching.visit()
    watching.web.broken.clear()
    visited = watching.visit()
    assert [filed.identity.year for _, filed in visited.filed] == [2025]
    assert watching.told() == []


def test_a_kept_report_whose_page_vanishes_stays_and_is_told_to_nobody(watching: Watching) -> None:
    watching.settled(2025)
    (url,) = [url for url, title, _ in watching.column.shown if "报告" in title]
    del watching.web.pages[url]
    visited = watching.visit()
    assert [error.label for _, error in visited.failed] == ["gone"]
    assert watching.entries()[f"2025年{PLACE}政府工作报告"].state == "kept"
    assert (watching.count(Report), watching.told()) == (1, [])


def test_titles_that_are_no_report_are_not_even_fetched(watching: Watching) -> None:
    titles = [f"一图读懂2026年{PLACE}政府工作报告", "2026年政府工作报告重点任务分工方案的通知", f"{PLACE}两会侧记"]
    urls = [watching.column.publish(title, report_text(2026), date(2026, 1, 13)) for title in titles]
    watching.settled(2026)
    assert not set(urls) & set(watching.web.asked)
    assert {watching.entries()[title].state for title in titles} == {"passed"}


def test_a_short_notice_under_a_reports_title_is_passed_over_for_good(watching: Watching) -> None:
    url = watching.column.publish(f"2026年{PLACE}政府工作报告", "全文请见市政府公报。", date(2026, 1, 13))
    watching.settled()
    entry = watching.entries()[f"2026年{PLACE}政府工作报告"]
    assert (entry.state, entry.recheck_at) == ("passed", None)
    for _ in range(3):
        watching.visit(days=20)
    assert watching.web.times_asked(url) == 1
    assert watching.count(Document) == 0


def test_a_report_in_an_attachment_is_read(watching: Watching) -> None:
    file_url = f"{watching.column.url}P020260112.docx"
    watching.web.put(file_url, docx_of(*report_text(2026).splitlines()), "application/octet-stream")
    title = f"2026年{PLACE}政府工作报告"
    page = article(title, "附件", date(2026, 1, 12)).replace("附件", f'<a href="{file_url}">附件：{title}.docx</a>')
    watching.column.publish(title, "", date(2026, 1, 12), page=page)
    watching.settled()
    with reading(watching.tools.desk.engine) as session:
        (document,) = session.exec(select(Document))
    assert document.attachment_url == file_url
    assert watching.tools.desk.archive.find(document.attachment_hash or "").startswith(b"PK")
    assert "地区生产总值增长6.5%以上" in watching.tools.desk.archive.find_text(document.text_hash)
    assert watching.count(Report) == 1


def test_a_first_visit_turns_the_pages_as_far_as_it_may(watching: Watching) -> None:
    watching.column.per_page = 4
    watching.column.shown.clear()
    for year in range(2010, 2026):
        watching.column.publish_report(year, report_text(year, {"地区生产总值": "增长6%"}, {}, full=False))
    visited = watching.visit(watching.column.source(pages=3))
    asked = [url for url in watching.web.asked if "index" in url or url == watching.column.url]
    base = watching.column.url
    assert asked == [base, f"{base}index_1.html", f"{base}index_2.html"]
    assert visited.entries == 12
    assert watching.count(Report) == 12


def test_later_visits_turn_on_only_while_a_page_shows_something_new(watching: Watching) -> None:
    watching.column.per_page = 4
    watching.column.refresh()
    watching.settled()
    watching.web.asked.clear()
    watching.column.publish_report(2026)
    watching.visit(hours=2)
    base = watching.column.url
    assert [url for url in watching.web.asked if url == base or "index" in url] == [base, f"{base}index_1.html"]


def test_a_report_that_is_posted_with_an_old_date_is_found(watching: Watching) -> None:
    watching.settled(2024, 2025)
    url = watching.column.publish_report(2026, report_text(2026, CUT, {}))
    entry = watching.column.shown.pop(0)
    watching.column.shown.append((url, entry[1], date(2023, 5, 1)))  # at the end of the page
    watching.column.refresh()
    watching.visit()
    assert watching.told() == [("地区生产总值", "lowered")]


def test_what_is_older_than_the_user_asked_for_is_passed_over_on_a_first_visit(watching: Watching) -> None:
    for year in (2019, 2024, 2025):
        watching.column.publish_report(year)
    watching.visit(watching.column.source(years=2))
    assert {title: one.state for title, one in watching.entries().items() if "报告" in title} == {
        f"2019年{PLACE}政府工作报告": "passed",
        f"2024年{PLACE}政府工作报告": "kept",
        f"2025年{PLACE}政府工作报告": "kept",
    }


def test_a_retitled_entry_is_read_again(watching: Watching) -> None:
    watching.settled(2025)
    url, _, day = watching.column.shown[0]
    watching.column.shown[0] = (url, f"2025年{PLACE}政府工作报告（修订）", day)
    watching.column.write(url, f"2025年{PLACE}政府工作报告（修订）", report_text(2025, CUT), day)
    watching.column.refresh()
    watching.visit(hours=2)
    assert watching.told() == [("地区生产总值", "lowered")]


def test_an_entry_with_another_day_is_read_again(watching: Watching) -> None:
    watching.settled(2025)
    url, title, day = watching.column.shown[0]
    watching.column.write(url, title, report_text(2025, CUT), day)
    watching.column.shown[0] = (url, title, date(day.year, day.month, day.day + 2))
    watching.column.refresh()
    watching.visit(hours=2)
    assert watching.told() == [("地区生产总值", "lowered")]


def test_a_backdated_posting_among_known_ones_is_news(watching: Watching) -> None:
    watching.settled(2025)
    watching.column.publish_report(2026, day=date(2023, 5, 4))
    watching.column.shown.append(watching.column.shown.pop(0))  # below all that is known
    watching.column.refresh()
    assert [filed.outcome for _, filed in watching.visit(hours=2).filed] == [Outcome.REPORT]
    assert watching.told()


def test_a_repost_of_a_central_report_is_filed_as_that(watching: Watching) -> None:
    watching.settled(2025)
    speech = report_text(2026).replace(PLACE, "").replace("我代表市人民政府", "我代表国务院")
    heading = "政府工作报告\n——2026年3月5日在第十四届全国人民代表大会第四次会议上"
    opening = f"{heading}\n各位代表：\n我代表国务院，向大会报告政府工作。\n"
    watching.column.publish_report(2026, f"{opening}{speech}", title="2026年国务院政府工作报告", day=date(2026, 3, 12))
    (filed,) = (filed for _, filed in watching.visit(hours=2).filed)
    assert (filed.outcome, filed.identity.region) == (Outcome.REPORT, "000000")


def test_another_places_report_in_the_column_is_filed_where_it_belongs(watching: Watching) -> None:
    watching.settled(2025)
    text = report_text(2026).replace(PLACE, "绿园区")
    watching.column.publish_report(2026, text, title="2026年长春市绿园区政府工作报告")
    (filed,) = (filed for _, filed in watching.visit(hours=2).filed)
    assert filed.identity.region == "220106"


def test_being_stopped_leaves_nothing_half_kept_and_the_next_visit_goes_on(watching: Watching) -> None:
    watching.column.publish_report(2024)
    last = watching.column.publish_report(2025)

    def stop_at(url: str) -> None:
        if url == last:
            watching.tools.stopping.set()
            raise StoppedError

    watching.web.before = stop_at
    with pytest.raises(StoppedError):
        watching.visit()
    assert (watching.count(Report), watching.count(KeptVisit)) == (1, 0)
    assert (watching.state().baseline_at, watching.state().failures) == (None, 0)
    assert watching.entries().keys() >= {f"2024年{PLACE}政府工作报告"}
    assert f"2025年{PLACE}政府工作报告" not in watching.entries()
    watching.tools.stopping.clear()
    watching.web.before = lambda url: None
    visited = watching.visit(seconds=5)
    assert (visited.baseline, visited.error, watching.count(Report)) == (True, None, 2)
    assert watching.told() == []


def test_no_entry_is_begun_once_the_end_has_come(watching: Watching) -> None:
    url = watching.column.publish_report(2025)
    watching.tools.stopping.set()
    with pytest.raises(StoppedError):
        watching.visit()
    assert url not in watching.web.asked


def test_a_fault_of_our_own_in_reading_an_index_is_recorded_like_a_broken_source(watching: Watching) -> None:
    watching.settled(2025)
    watching.column.publish_report(2026)

    def breaks(page: str, url: str) -> IndexData:
        raise ZeroDivisionError("a bug")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("scrapers.scrape.family", lambda name: replace(family(name), parse_index=breaks))
        visited = watching.visit()
    assert visited.error is not None
    assert visited.error.label == "own-fault"
    assert "ZeroDivisionError" in watching.state().failure
    assert isinstance(visited.error.__cause__, ZeroDivisionError)
    watching.visit()
    assert watching.count(Report) == 2


def test_a_fault_of_our_own_in_one_report_costs_only_that_report(watching: Watching) -> None:
    watching.settled()
    watching.column.publish_report(2025)
    watching.column.publish_report(2026)

    def breaks(text: str, about: object) -> list[object]:
        if "2025年重点工作" in text:
            raise ZeroDivisionError("a bug")
        return []

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("monitor.filing.extract", breaks)
        visited = watching.visit()
    assert [error.label for _, error in visited.failed] == ["own-fault"]
    assert [filed.identity.year for _, filed in visited.filed] == [2026]
    assert watching.state().failures == 0
    watching.visit()
    assert watching.count(Report) == 2


def test_what_a_database_refuses_in_a_text_is_taken_out_at_the_door(watching: Watching) -> None:
    title = f"2026年{PLACE}政府工作报告"
    page = article(title, report_text(2026).replace("携手并肩", "携手\x00并肩&#0;&#xD800;"), date(2026, 1, 12))
    watching.column.publish(title, "", date(2026, 1, 12), page=page)
    watching.settled()
    assert (watching.count(Report), watching.entries()[title].state) == (1, "kept")


def test_a_visit_is_recorded_with_what_it_found(watching: Watching) -> None:
    watching.settled(2025)
    watching.column.publish_report(2026, report_text(2026, CUT, {}))
    watching.visit()
    kept = watching.last_visit()
    assert (kept.outcome, kept.entries, kept.documents, kept.changes, kept.label) == ("ok", 10, 1, 1, "")
    assert (watching.count(KeptVisit), watching.state().usual_entries) == (2, 10)


def test_the_usual_number_of_entries_follows_growth_at_once_and_decline_slowly(watching: Watching) -> None:
    watching.settled(2025)
    assert watching.state().usual_entries == 9
    del watching.column.shown[5:]
    watching.column.refresh()
    assert watching.visit().error is None
    assert watching.state().usual_entries == 8
    del watching.column.shown[2:]
    watching.column.refresh()
    error = watching.visit().error
    assert isinstance(error, LayoutError)
    assert "2 entries, usually 8" in str(error)
    assert "mubiao visit lanting --recheck" in str(error)
    assert watching.state().usual_entries == 8


def test_a_person_can_say_that_few_entries_are_right(watching: Watching) -> None:
    watching.settled(2025)
    del watching.column.shown[1:]
    watching.column.refresh()
    assert watching.visit().error is not None
    assert visit(watching.source, watching.tools, again=True).error is None
    watching.web.forgetful = True
    for _ in range(12):
        watching.visit()
    assert watching.state().failures == 0


def test_a_report_put_in_further_down_is_found_by_the_weekly_sweep(watching: Watching) -> None:
    column = watching.column
    column.per_page = 3
    watching.settled(2025)
    column.publish_report(2026)
    column.shown.append(column.shown.pop(0))  # on the last index page
    column.refresh()
    assert watching.visit(days=1).documents == 0
    assert [filed.outcome for _, filed in watching.visit(days=7).filed] == [Outcome.REPORT]
    assert watching.told()


def test_entries_without_a_title_are_read_once_to_know(watching: Watching) -> None:
    report = watching.column.publish_report(2025)
    others = [url for url, _, _ in watching.column.shown if url != report]
    places = "".join(f"<url><loc>{url}</loc></url>" for url in (report, *others[:3]))
    sitemap = "http://reports.test/sitemap.xml"
    watching.web.put(sitemap, f"<urlset>{places}</urlset>", "text/xml")
    source = Source.model_validate(watching.source.model_dump() | {"url": sitemap, "family": "sitemap"})
    watching.visit(source)
    assert (watching.count(Report), watching.count(Document)) == (1, 1)
    watching.web.asked.clear()
    watching.web.forgetful = True
    watching.visit(source, hours=2)
    assert watching.web.asked == [sitemap]


def test_files_that_are_put_into_a_folder_are_news(watching: Watching, tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / "1.txt").write_text(f"2025年{PLACE}政府工作报告\n{report_text(2025)}")
    source = Source.model_validate(watching.source.model_dump() | {"url": folder.as_uri(), "family": None})
    assert watching.visit(source).error is None
    assert watching.count(Report) == 1
    (folder / "2.txt").write_text(f"2026年{PLACE}政府工作报告\n{report_text(2026, CUT, {})}")
    visited = watching.visit(source)
    assert [filed.identity.year for _, filed in visited.filed] == [2026]
    assert ("地区生产总值", "lowered") in watching.told()


def test_a_file_of_a_folder_that_was_written_anew_is_read_at_once(watching: Watching, tmp_path: Path) -> None:
    report = tmp_path / "reports" / "1.txt"
    report.parent.mkdir()
    report.write_text(f"2026年{PLACE}政府工作报告\n{report_text(2026)}")
    source = Source.model_validate(watching.source.model_dump() | {"url": report.parent.as_uri(), "family": None})
    watching.visit(source)
    report.write_text(f"2026年{PLACE}政府工作报告\n{report_text(2026, CUT, {})}")
    visited = watching.visit(source, minutes=5)
    assert [filed.outcome for _, filed in visited.filed] == [Outcome.REVISION]
    assert ("地区生产总值", "lowered") in watching.told()
    (report.parent / "2.txt").write_text(f"2025年{PLACE}政府工作报告\n{report_text(2025)}")
    assert len(watching.visit(source, minutes=5).filed) == 1  # the first one lies there as it was read


def move_column(watching: Watching, *, to: str = "http://reports.test/xxgk/fdzdgknr/zfgzbg/") -> Column:
    """The column's old address is gone, and the portal's tree leads to the new one."""
    home, tree = "http://reports.test/", "http://reports.test/xxgk/fdzdgknr/"
    watching.web.put(home, f'<a href="/news/">新闻</a><a href="{tree}">法定主动公开内容</a>')
    watching.web.put(tree, f'<script>var menu = [{{"name": "政府工作报告", "url": "{to}"}}];</script><p>目录</p>')
    moved = Column(watching.web, url=to)
    moved.publish_report(2025)
    moved.publish("市政府召开会议部署工作", "会议研究了有关工作。" * 60, date(2024, 1, 1))
    del watching.web.pages[watching.column.url]
    return moved


def test_a_column_that_moved_is_looked_for_and_proposed_and_not_replaced(watching: Watching) -> None:
    watching.settled(2025)
    moved = move_column(watching)
    watching.visit(hours=1)
    assert "moved" not in watching.state().failure
    watching.visit(hours=1)
    proposal = f"it may have moved to {moved.url} (政府工作报告); to watch it: mubiao add {moved.url}"
    assert proposal in watching.state().failure
    with reading(watching.tools.desk.engine) as session:
        details = [notice.detail for notice in session.exec(select(Notice)) if notice.kind == "broken"]
    assert [proposal in detail for detail in details] == [True]
    watching.web.asked.clear()
    watching.visit(hours=1)
    assert watching.web.asked == [watching.column.url], "it is looked for once"
    assert proposal in watching.state().failure


def test_a_column_that_answers_no_more_for_another_reason_is_not_looked_for(watching: Watching) -> None:
    watching.settled(2025)
    watching.web.broken[watching.column.url] = broken_by(BlockedError)
    watching.web.asked.clear()
    for _ in range(3):
        watching.visit(hours=1)
    assert set(watching.web.asked) == {watching.column.url}


def test_a_source_that_stays_broken_is_told_at_once_after_a_week_and_monthly(watching: Watching) -> None:
    watching.settled(2025)
    watching.web.broken[watching.column.url] = broken_by(BlockedError)
    told = []
    for day in range(75):
        watching.visit(days=1)
        with reading(watching.tools.desk.engine) as session:
            count = len([one for one in session.exec(select(Notice)) if one.kind == "broken"])
        told += [day] if count > len(told) else []
    assert told == [1, 8, 38, 68]
    watching.web.broken.clear()
    watching.visit(days=1)
    watching.visit(days=1)
    with reading(watching.tools.desk.engine) as session:
        assert [one.kind for one in session.exec(select(Notice))].count("recovered") == 1


def test_two_sources_of_one_report_make_one_report(watching: Watching) -> None:
    watching.settled()
    paper = Column(watching.web, url="http://paper.test/gb/")
    other = paper.source(key="paper", name="澜汀日报")
    declare(watching.tools.desk.engine, [other], watching.clock())
    paper.publish("澜汀日报今日要闻", "无", date(2026, 1, 1))
    assert watching.visit(other).error is None
    watching.column.publish_report(2026)
    watching.visit()
    told = watching.told()
    paper.publish_report(2026)
    visited = watching.visit(other)
    assert [(filed.outcome, filed.identity.region) for _, filed in visited.filed] == [(Outcome.WITNESS, REGION)]
    assert watching.told() == told


def test_pages_that_cannot_be_read_behind_a_good_index_are_told_at_the_second_visit_and_once_when_they_can(
    watching: Watching,
) -> None:
    watching.settled(2024, 2025)
    url = watching.column.publish_report(2026)
    watching.web.broken[url] = broken_by(LayoutError)
    seen = []
    for _ in range(4):
        watching.visit(days=1)
        seen.append(watching.notices())
    assert seen == [[], ["unread"], ["unread"], ["unread"]]
    watching.web.broken.clear()
    for _ in range(3):
        watching.visit(days=3)
    assert watching.notices() == ["unread", "recovered"]
    assert watching.state().missed_visits == 0


def test_a_page_that_can_be_read_at_the_second_try_is_told_to_nobody(watching: Watching) -> None:
    watching.settled(2025)
    url = watching.column.publish_report(2026)
    watching.web.broken[url] = broken_by(DeadlineError)
    watching.visit()
    watching.web.broken.clear()
    watching.visit()
    watching.web.broken[url] = broken_by(DeadlineError)
    watching.visit()
    assert watching.notices() == []


def test_a_source_that_blocks_us_hastens_the_other_publishers_of_its_region(watching: Watching) -> None:
    watching.settled(2025)
    engine = watching.tools.desk.engine
    others = {
        "paper": watching.column.source(key="paper", url="http://paper.test/gb/"),
        "same-host": watching.column.source(key="same-host", url="http://reports.test/other/"),
        "budget": watching.column.source(key="budget", url="http://budget.test/", kind="budget_report"),
        "elsewhere": watching.column.source(key="elsewhere", url="http://elsewhere.test/", region="110000"),
    }
    declare(engine, list(others.values()), watching.clock() + timedelta(days=20))

    def due() -> set[str]:
        with reading(engine) as session:
            return set(find_due(session, watching.clock(), others))

    watching.visit()
    assert due() == set()
    watching.web.broken[watching.column.url] = broken_by(BlockedError)
    watching.visit()
    assert due() == {"paper"}


def test_another_publisher_that_was_looked_at_today_or_is_in_trouble_itself_is_not_hastened(watching: Watching) -> None:
    watching.settled(2025)
    engine = watching.tools.desk.engine
    for key, failures, hours in (("fresh", 0, 3), ("broken", 2, 90), ("idle", 0, 90)):
        other = watching.column.source(key=key, url=f"http://{key}.test/")
        declare(engine, [other], watching.clock() + timedelta(days=20))
        with transaction(engine) as session:
            state = session.get_one(SourceState, key)
            state.failures, state.last_visit_at = failures, watching.clock() - timedelta(hours=hours)
    watching.web.broken[watching.column.url] = broken_by(BlockedError)
    watching.visit(minutes=1)
    with reading(engine) as session:
        assert find_due(session, watching.clock(), ("fresh", "broken", "idle")) == ["idle"]


def test_a_usual_visit_is_noted(watching: Watching) -> None:
    watching.settled()
    before = watching.state()
    visited = watching.visit()
    after = watching.state()
    assert (visited.outcome, after.failures) == ("unchanged", 0)
    assert after.last_visit_at == after.last_success_at == watching.clock()
    assert after.next_due_at > watching.clock() > before.next_due_at
    assert (watching.count(KeptVisit), watching.last_visit().outcome) == (2, "unchanged")


def test_the_end_of_a_certificate_is_remembered(watching: Watching) -> None:
    ends_at = watching.clock() + timedelta(days=5)
    watching.settled(2025)
    assert watching.state().certificate_ends_at is None
    watching.web.certificates["reports.test"] = ends_at
    watching.visit()
    assert watching.state().certificate_ends_at == ends_at
    assert [row["ends_on"] for row in expiring([watching.source], {"lanting": watching.state()}, watching.clock())] == [
        ends_at.astimezone(CHINA).date()
    ]
    assert not expiring([watching.source], {"lanting": watching.state()}, ends_at - timedelta(days=15))


def test_a_page_with_thousands_of_entries_gives_its_newest_and_is_told_as_no_list(watching: Watching) -> None:
    watching.settled(2024, 2025)
    day = date(2025, 2, 1)
    many = [(f"{watching.column.url}x{n}.html", f"市政府召开第{n}次会议", day) for n in range(2500)]
    watching.column.shown = [*watching.column.shown, *many]
    watching.column.per_page = 5000
    watching.column.publish_report(2026)
    visited = watching.visit()
    assert [entry.title for entry, _ in visited.filed] == ["2026年澜汀市政府工作报告"]
    assert visited.error is not None
    assert "shows 2511 entries; only the newest 2000 are looked at" in str(visited.error)
    assert len(watching.entries()) < 2100
    watching.visit(hours=1)
    assert "broken" in watching.notices()


SPOILT: dict[str, tuple[str, Callable[[str], str]]] = {
    "question marks": ("charset", lambda text: "".join("?" if ord(char) > 127 else char for char in text)),
    "UTF-8 as Latin-1": ("charset", lambda text: text.encode().decode("latin-1")),
    "UTF-8 as GBK": ("charset", lambda text: text.encode().decode("gb18030", "replace").replace("\ufffd", "")),
    "lost characters": ("charset", lambda text: text.replace("的", "\ufffd")),
    "a tenth": ("truncated", lambda text: text[: len(text) // 10]),
    "without its plan": ("truncated", lambda text: text[: text.index("二、")]),
    "without its end": ("truncated", lambda text: text[: len(text) * 4 // 5]),
}


@pytest.mark.parametrize("spoil", SPOILT)
def test_a_spoilt_copy_of_a_kept_report_is_refused_named_and_changes_nothing(watching: Watching, spoil: str) -> None:
    label, spoilt = SPOILT[spoil]
    url = watching.column.publish_report(2025)
    watching.settled()
    kept = watching.count(Document)
    for day in (13, 14):
        watching.column.write(url, "2025年澜汀市政府工作报告", spoilt(report_text(2025)), date(2025, 1, day))
        visited = visit(watching.source, watching.tools, again=True)
        assert [error.label for _, error in visited.failed] == [label]
    assert (watching.count(Document), watching.told()) == (kept, [])
    assert "unread" in watching.notices()


@pytest.mark.parametrize("spoil", ["question marks", "UTF-8 as Latin-1", "UTF-8 as GBK"])
def test_a_spoilt_copy_is_not_kept_on_a_first_visit(watching: Watching, spoil: str) -> None:
    label, spoilt = SPOILT[spoil]
    watching.column.publish_report(2025, spoilt(report_text(2025)))
    visited = watching.visit()
    assert [error.label for _, error in visited.failed] == [label]
    assert watching.count(Document) == 0


def show_others(watching: Watching, first: date) -> None:
    days = [first + timedelta(days=n) for n in range(12)]
    watching.column.shown = [
        (f"{watching.column.url}n{n}.html", f"市领导第{n}次调研", day) for n, day in enumerate(days)
    ]
    watching.column.refresh()


def test_a_column_whose_known_entries_are_all_gone_is_another_until_a_person_says_it_is_right(
    watching: Watching,
) -> None:
    watching.settled(2024, 2025)
    show_others(watching, watching.clock().date() - timedelta(days=30))
    error = watching.visit().error
    assert error is not None
    assert error.label == "other-entries"
    assert "none of the 10 known entries is there any more; 12 others are" in str(error)
    assert visit(watching.source, watching.tools, again=True).error is None
    assert watching.visit().error is None


def test_a_busy_column_whose_entries_all_came_since_the_last_visit_is_the_same(watching: Watching) -> None:
    watching.settled(2024, 2025)
    show_others(watching, watching.clock().date() + timedelta(days=1))
    assert watching.visit(days=20).error is None


def test_a_column_that_moved_to_other_addresses_with_the_same_titles_is_the_same(watching: Watching) -> None:
    watching.settled(2024, 2025)
    for url, title, day in watching.column.shown:
        watching.column.write(url.replace("/t", "/x"), title, report_text(day.year), day)
    watching.column.shown = [(url.replace("/t", "/x"), title, day) for url, title, day in watching.column.shown]
    watching.column.refresh()
    assert watching.visit().error is None
