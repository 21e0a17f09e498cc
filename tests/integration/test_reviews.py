"""What a reader's review does: to what is stated, to what changed, and to those who were told otherwise."""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import permutations
from pathlib import Path
from random import Random
from shutil import copyfile
from typing import Literal
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from monitor import filing
from monitor.delivery import preview
from monitor.digest import Rendered
from monitor.extractors import RULES_VERSION
from monitor.extractors.statements import extract
from monitor.filing import Desk, Found, file, reread
from monitor.reviews.reviewing import Outcome, ReviewRefused, Says, list_reviews, review, withdraw
from monitor.telling.post import Links, Post
from monitor.watches import Silence, Watch
from storage.archive import Archive
from storage.changes import find_in_digest
from storage.database import make_engine, reading, transaction
from storage.models import Change, Digest, Document, Report, Review, Statement
from storage.outbox import find_open_digests
from storage.removal import remove_example
from storage.reports import find_report
from storage.series import find_ledger_statements
from storage.statements import find_by_id, find_spoken
from storage.values import About, Kind, Op, ReviewKind, Role, Stated, StatementData
from tests import fakes
from tests.fakes import PLACE, REGION, TARGETS, Clock

PORTAL, PAPER = "http://reports.test/{}.html", "http://paper.test/{}.html"
CUT = TARGETS | {"地区生产总值": "增长6%左右"}
ZONE = ZoneInfo("Asia/Shanghai")
Row = tuple[str, str, float | None, float | None]
WATCHES = (
    Watch(key="everything", indicators=("all",), when="at once", channels=("desk",)),
    Watch(key="industry", indicators=("工业",), changes=("lowered",), when="at once", channels=("desk",)),
)

report_text = partial(fakes.report_text, full=False)  # whole all the same, and quicker to read


@dataclass
class Room:
    """A desk with two watches, and short ways to say and to ask."""

    desk: Desk
    clock: Clock

    def file(self, text: str, year: int = 2026, url: str = PORTAL, *, news: bool = True, example: bool = False) -> int:
        found = Found(
            source_key="lanting", region=REGION, kind=Kind.WORK_REPORT, url=url.format(year),
            title=f"{year}年{PLACE}政府工作报告", site_code="",
            issuer=f"{PLACE}人民政府" if url == PORTAL else "澜汀日报",
            published_on=None, text=text, raw=text.encode(), content_type="text/html", fetched_at=self.clock(),
            example=example,
        )  # fmt: skip
        return file(found, self.desk, news=news, now=self.clock.move(minutes=1)).document_id

    def stated(self, key: str = "gdp", year: int = 2026) -> Stated | None:
        """The target that a report states of an indicator, whatever made it so."""
        with reading(self.desk.engine) as session:
            report = find_report(session, REGION, "work_report", year)
            spoken = find_spoken(session, report) if report else []
        return next((one for one in spoken if one.indicator_key == key and one.data.role is Role.TARGET), None)

    def row(self, key: str = "gdp", year: int = 2026) -> int:
        found = self.stated(key, year)
        assert found is not None
        return found.id

    def says(self, kind: str, statement: int | None = None, **values: object) -> Outcome:
        """A review of the GDP target of 2026, or of another statement."""
        known = {"indicator_key", "indicator", "why"} & values.keys()
        said = Says(
            ReviewKind(kind), str(values.pop("who", "li")), **{name: str(values.pop(name)) for name in known},
            figure=values,
        )  # fmt: skip
        return review(self.desk, self.row() if statement is None else statement, said, self.clock.move(minutes=1))

    def withdraw(self, id: int) -> Outcome:
        return withdraw(self.desk, id, "wang", "it was right", self.clock.move(minutes=1))

    def figures(self, year: int = 2026) -> tuple[float | None, str | None]:
        found = self.stated(year=year)
        return (found.data.value, found.data.op) if found else (None, None)

    def send(self, *watches: str) -> None:
        """All that gathers is told, or what gathers for some watches."""
        wanted = watches or [watch.key for watch in WATCHES]
        with transaction(self.desk.engine) as session:
            for digest in session.exec(select(Digest).where(Digest.state == "open", col(Digest.watch).in_(wanted))):
                digest.state, digest.rendered_at = "rendered", self.clock()

    def gathering(
        self, watch: str = "everything", key: str = "gdp"
    ) -> list[tuple[str, str, float | None, float | None]]:
        """(kind, basis, before, after) of what is going to be told of an indicator."""
        with reading(self.desk.engine) as session:
            digests = [one for one in find_open_digests(session) if one.watch == watch]
            return [self._told(session, one) for digest in digests for one in find_in_digest(session, digest.id)
                    if one.indicator_key == key]  # fmt: skip

    def record(self, key: str = "gdp", year: int = 2026) -> list[Row]:
        with reading(self.desk.engine) as session:
            wanted = select(Change).where(Change.indicator_key == key, Change.year == year)
            return [self._told(session, one) for one in session.exec(wanted.order_by(col(Change.id)))]

    def _told(self, session: Session, change: Change) -> Row:
        found = find_by_id(session, [id for id in (change.before_id, change.after_id) if id])
        before, after = (found[id][0].data.value if id else None for id in (change.before_id, change.after_id))
        return change.kind, change.basis, before, after

    def previews(self, language: Literal["zh", "en"]) -> list[Rendered]:
        """What is going to be told, in full."""
        post = Post(self.desk, {}, Links("http://127.0.0.1:8765"), Random(1))
        with reading(self.desk.engine) as session:
            gathering = find_open_digests(session)
        watch = WATCHES[0].model_copy(update={"language": language})
        return [preview(post, watch, one, self.clock()) for one in gathering if one.watch == watch.key]

    def states(self) -> list[str]:
        with reading(self.desk.engine) as session:
            return [one.state for one in list_reviews(session)]


@pytest.fixture
def room(tmp_path: Path, engine: Engine, now: datetime) -> Room:
    desk = Desk(engine, Archive(tmp_path / "archive"), WATCHES, ZoneInfo("Asia/Shanghai"))
    room = Room(desk, Clock(now))
    room.file(report_text(2025), 2025, news=False)
    return room


def test_what_still_gathers_is_put_right_before_it_is_told(room: Room) -> None:
    room.file(report_text(2026, CUT))
    assert room.gathering() == [("lowered", "next_report", 6.5, 6.0), ("missed", "next_report", 6.5, 6.2)]
    outcome = room.says("value", value=7.0, op=Op.AT_LEAST)
    assert (outcome.known, outcome.places, outcome.told) == (False, 1, 0)
    assert room.figures() == (7.0, "at_least")
    assert sorted(room.gathering()) == [("missed", "next_report", 6.5, 6.2), ("raised", "next_report", 6.5, 7.0)]
    assert ("lowered", "next_report", 6.5, 6.0) not in room.record()


def test_what_was_told_is_corrected_for_those_who_were_told_it(room: Room) -> None:
    room.file(report_text(2026, CUT))
    room.send()
    assert room.says("value", value=6.3).told == 1
    assert room.gathering() == [("corrected", "correction", 6.0, 6.3)]
    assert room.gathering("industry") == []
    assert ("lowered", "next_report", 6.5, 6.0) in room.record(), "what was told stays what it was"
    assert ("lowered", "next_report", 6.5, 6.3) in room.record()


def test_what_nobody_was_told_is_put_right_in_silence(room: Room) -> None:
    room.file(report_text(2026, CUT), news=False)
    assert room.says("value", value=6.3).told == 0
    assert (room.gathering(), room.gathering("industry")) == ([], [])
    assert sorted(room.record()) == [("lowered", "next_report", 6.5, 6.3), ("missed", "next_report", 6.5, 6.2)]


def test_a_watch_that_asks_for_less_hears_of_the_correction_of_what_it_was_told(room: Room) -> None:
    room.file(report_text(2026, TARGETS | {"规模以上工业增加值": "增长5%"}))
    assert len(room.gathering("industry", "industrial_value_added") + room.gathering("industry", "industry")) == 1
    key = next(one.indicator_key for one in _targets(room) if "工业" in one.data.indicator)
    room.send()
    room.says("value", room.row(key), value=7.5)
    assert room.gathering("industry", key) == [("corrected", "correction", 5.0, 7.5)]


def test_who_was_still_going_to_be_told_is_told_what_holds_and_no_correction(room: Room) -> None:
    room.file(report_text(2026, TARGETS | {"规模以上工业增加值": "增长5%"}))
    key = next(one.indicator_key for one in _targets(room) if "工业" in one.data.indicator)
    room.send("everything")
    assert room.gathering("industry", key) == [("lowered", "next_report", 7.0, 5.0)]
    row = room.row(key)
    assert room.says("value", row, value=6.0).told == 1
    assert room.gathering("everything", key) == [("corrected", "correction", 5.0, 6.0)]
    assert room.gathering("industry", key) == [("lowered", "next_report", 7.0, 6.0)]
    room.says("value", row, value=7.5)
    assert room.gathering("everything", key) == [("corrected", "correction", 5.0, 7.5)]
    assert room.gathering("industry", key) == [], "it asks for what is lowered"
    room.says("value", row, value=6.5)
    assert room.gathering("industry", key) == []


def test_who_hears_of_everything_late_is_kept_right_review_after_review(room: Room) -> None:
    room.desk = replace(room.desk, watches=(*WATCHES, WATCHES[0].model_copy(update={"key": "late"})))
    room.file(report_text(2026, CUT))
    room.send("everything")
    for value, kind in ((7.0, "raised"), (6.2, "lowered"), (6.6, "raised")):
        room.says("value", value=value)
        assert room.gathering() == [("corrected", "correction", 6.0, value)]
        held = room.gathering("late")
        assert [one for one in held if one[0] != "missed"] == [(kind, "next_report", 6.5, value)]


def test_a_silence_keeps_a_correction_back_too(room: Room) -> None:
    room.file(report_text(2026, CUT))
    room.send()
    silence = Silence(key="hush", until=room.clock().date(), regions=(REGION,))
    room.desk = replace(room.desk, silences=(silence,))
    room.says("value", value=6.3)
    assert room.gathering() == []


def test_what_is_no_target_is_stated_by_nobody(room: Room) -> None:
    room.file(fakes.report_text(2026, CUT))  # long enough that it has no more to say
    room.send()
    row = room.row()
    id = room.says("no_target", why="它是去年的数").review_id
    assert room.stated() is None
    assert room.gathering() == [("corrected", "correction", 6.0, None)]
    assert ("dropped", "next_report", 6.5, None) in room.record()
    with reading(room.desk.engine) as session:
        kept = session.get_one(Statement, row)
        assert (kept.value, kept.set_aside_by, kept.ordinal < 0) == (6.0, id, True), "the machine's reading stays"
        assert row not in {one.id for one in find_ledger_statements(session, REGION, headline=False)}


def test_a_figure_of_other_units_and_spans_is_taken(room: Room) -> None:
    row = room.row(year=2025)
    for figure in (
        {"value": 1.2, "unit": "万亿元", "measure": "level"}, {"value": 35.0, "unit": "微克/立方米"},
        {"value": -3.0, "value_hi": -2.0, "unit": "%"}, {"value": -2.0, "value_hi": -3.0},
        {"value": 6.0, "value_hi": 6.5, "period": "2026/2030"},
    ):  # fmt: skip
        assert room.says("value", row, **figure).places == 1


def test_an_indicator_that_cannot_be_is_refused_and_an_odd_one_is_doubted(room: Room) -> None:
    row = room.row(year=2025)
    assert "生产总值" in room.says("series", row, indicator_key="cpi").doubt, "words of another topic"
    assert room.says("series", room.row("cpi", 2025), indicator_key="~总产出").doubt == ""
    row = room.row("~总产出", 2025)
    assert "usually stated" in room.says("series", row, indicator_key="surveyed_unemployment").doubt
    row = room.row("surveyed_unemployment", 2025)
    room.says("value", row, value=1200.0, unit="亿元", measure="level", op="exact")
    with pytest.raises(ReviewRefused, match="1200亿元 cannot be of"):
        room.says("series", room.row("surveyed_unemployment", 2025), indicator_key="cpi")


def test_what_is_of_an_indicator_already_is_not_said_again(room: Room) -> None:
    row = room.row(year=2025)
    with pytest.raises(ReviewRefused, match="is of gdp already"):
        room.says("series", row, indicator_key="gdp")
    assert room.states() == []
    room.says("value", row, value=6.9)
    with pytest.raises(ReviewRefused, match="is of gdp already"):
        room.says("series", room.row(year=2025), indicator_key="gdp")
    room.says("series", room.row(year=2025), indicator_key="cpi")
    assert room.says("series", room.row("cpi", 2025), indicator_key="cpi").known
    assert len(room.states()) == 2


def test_one_series_is_followed_under_another_name(room: Room) -> None:
    room.file(report_text(2026, TARGETS | {"全部经济总产出": "增长6%"}))
    odd = next(one for one in _targets(room) if "总产出" in one.data.indicator)
    assert room.says("no_target").told == 0
    room.says("series", odd.id, indicator_key="gdp")
    assert room.figures() == (6.0, "exact")
    assert ("lowered", "next_report", 6.5, 6.0) in room.gathering()
    assert room.states() == ["applied", "applied"]


def test_the_next_report_is_compared_with_what_a_review_says_of_the_one_before(room: Room) -> None:
    room.says("value", room.row(year=2025), value=5.5)
    room.file(report_text(2026, CUT))
    assert ("raised", "next_report", 5.5, 6.0) in room.gathering()
    assert ("met", "next_report", 5.5, 6.2) in room.gathering()


def test_a_review_of_the_report_before_corrects_what_was_told_of_the_one_after(room: Room) -> None:
    room.file(report_text(2026, CUT))
    room.send()
    room.says("value", room.row(year=2025), value=5.5, op=Op.ABOUT)
    assert room.gathering() == [("corrected", "correction", 6.5, 5.5)]
    assert ("raised", "next_report", 5.5, 6.0) in room.record()


def test_a_withdrawn_review_leaves_the_machines_reading(room: Room) -> None:
    room.file(report_text(2026, CUT))
    before = room.row()
    id = room.says("value", value=7.0).review_id
    room.withdraw(id)
    assert (room.figures(), room.row()) == ((6.0, "about"), before)
    assert ("lowered", "next_report", 6.5, 6.0) in room.gathering()
    assert room.withdraw(id).known, "twice is once"
    assert room.states() == ["withdrawn", "withdrawal"]


def test_a_correction_that_was_told_is_taken_back_by_another(room: Room) -> None:
    room.file(report_text(2026, CUT))
    room.send()
    id = room.says("no_target").review_id
    room.send()
    room.withdraw(id)
    assert room.gathering() == [("corrected", "correction", None, 6.0)]
    room.send()
    room.says("value", value=6.3)
    assert room.gathering() == [("corrected", "correction", 6.0, 6.3)]


def test_a_correction_that_still_gathers_gives_way_to_the_next(room: Room) -> None:
    room.file(report_text(2026, CUT))
    room.send()
    first = room.says("value", value=6.3).review_id
    second = room.says("value", value=6.4).review_id
    assert room.gathering() == [("corrected", "correction", 6.0, 6.4)]
    room.withdraw(second)
    assert room.gathering() == [("corrected", "correction", 6.0, 6.3)]
    room.withdraw(first)
    assert room.gathering() == []


def test_the_newest_review_wins_and_a_series_stays_with_a_figure(room: Room) -> None:
    room.file(report_text(2026, CUT))
    room.says("series", indicator_key="fixed_asset_investment")
    renamed = room.stated("fixed_asset_investment")
    assert renamed is not None
    ids = [one.id for one in _targets(room) if one.data.value == 6.0]
    room.says("value", ids[0], value=6.2)
    assert [one.indicator_key for one in _targets(room) if one.data.value == 6.2] == ["fixed_asset_investment"]
    assert room.states() == ["applied", "applied"]
    room.says("value", next(one.id for one in _targets(room) if one.data.value == 6.2), value=6.4)
    assert room.states() == ["applied", "superseded", "applied"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_digest_tells_a_correction_in_words_and_as_data(room: Room, language: Literal["zh", "en"]) -> None:
    room.file(report_text(2026, CUT))
    room.send()
    id = room.says("no_target").review_id
    words = "更正" if language == "zh" else "correct"
    (gone,) = room.previews(language)
    assert words in gone.text.lower()
    assert "6%" in gone.text
    room.send()
    room.withdraw(id)
    (back,) = room.previews(language)
    assert words in back.text.lower()
    room.send()
    room.says("value", value=7.5)
    (other,) = room.previews(language)
    assert "7.5%" in other.text
    assert "7.5%" in other.html
    told = [json.loads(one.payload)["data"]["reports"][0]["changes"][0] for one in (gone, back, other)]
    assert {(one["kind"], one["basis"]) for one in told} == {("corrected", "correction")}
    sides = [(one["before"] and one["before"]["value"], one["after"] and one["after"]["value"]) for one in told]
    assert sides == [(6.0, None), (None, 6.0), (6.0, 7.5)]


def test_what_was_taken_out_can_be_put_back_with_the_very_figure_that_was_read(room: Room) -> None:
    row = room.row(year=2025)
    room.says("no_target", row)
    assert room.figures(2025) == (None, None)
    room.says("value", row, value=6.5)
    assert room.figures(2025) == (6.5, "at_least")
    room.says("value", row, op=Op.ABOUT)
    room.says("value", row, value=6.6)
    assert room.figures(2025) == (6.6, "about"), "what a review said of the hedge stays"


def test_saying_the_same_again_changes_nothing(room: Room) -> None:
    room.file(report_text(2026, CUT))
    row = room.row()
    first = room.says("value", row, value=6.3, op=Op.EXACT)
    again = room.says("value", row, value=6.3, op=Op.EXACT, who="wang")
    assert (again.review_id, again.known) == (first.review_id, True)
    with reading(room.desk.engine) as session:
        assert len(session.exec(select(Review)).all()) == 1


def test_a_new_witness_and_a_revision_keep_the_review(room: Room) -> None:
    room.file(report_text(2026, CUT))
    room.says("value", value=6.3)
    room.file(report_text(2026, CUT).replace("，", "， "), url=PAPER)
    room.file(report_text(2026, CUT) + "\n责任编辑：小澜")
    assert room.figures() == (6.3, "about")
    assert [one[1] for one in room.record()] == ["next_report", "next_report"], "no conflict, no revision"


def test_a_review_of_a_witness_that_does_not_speak_settles_the_conflict(room: Room) -> None:
    room.file(report_text(2026, CUT))
    other = room.file(report_text(2026, TARGETS | {"地区生产总值": "增长8%左右"}), url=PAPER)
    assert ("conflict", "conflict", 6.0, 8.0) in room.gathering()
    with reading(room.desk.engine) as session:
        wrong = session.exec(select(Statement.id).where(Statement.document_id == other, Statement.value == 8.0,
                                                        Statement.indicator_key == "gdp")).one()  # fmt: skip
    room.says("value", wrong, value=6.0)
    assert [one for one in room.gathering() if one[0] == "conflict"] == []
    assert [one for one in room.record() if one[0] == "conflict"] == []


def test_better_rules_keep_the_review_and_never_lose_it(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    room.file(report_text(2026, CUT))
    room.says("value", value=6.3)
    monkeypatch.setattr(filing, "RULES_VERSION", RULES_VERSION + 1)
    reread(room.desk, REGION, Kind.WORK_REPORT, room.clock())
    assert (room.figures(), room.states()) == ((6.3, "about"), ["applied"])

    def blind(text: str, about: About) -> list[StatementData]:
        return [one for one in extract(text, about) if one.value != 6.0]

    monkeypatch.setattr(filing, "extract", blind)
    monkeypatch.setattr(filing, "RULES_VERSION", RULES_VERSION + 2)
    reread(room.desk, REGION, Kind.WORK_REPORT, room.clock())
    assert (room.stated(), room.states()) == (None, ["unanchored"])
    monkeypatch.setattr(filing, "extract", extract)
    monkeypatch.setattr(filing, "RULES_VERSION", RULES_VERSION + 3)
    reread(room.desk, REGION, Kind.WORK_REPORT, room.clock())
    assert (room.figures(), room.states()) == ((6.3, "about"), ["applied"])


def test_a_review_outlives_its_report_and_waits_for_it(room: Room) -> None:
    room.file(report_text(2026, CUT))
    room.says("value", value=6.3)
    with transaction(room.desk.engine) as session:
        (kept,) = session.exec(select(Review))
        assert kept.sentence[kept.start : kept.end] == "6%"
        kept.year = 2027
    assert room.states() == ["applied"], "nothing was read again yet"
    room.withdraw(room.says("no_target").review_id)
    assert (room.figures(), room.states()[0]) == ((6.0, "about"), "unanchored")
    room.file(report_text(2026, CUT).replace("2026", "2027"), 2027)
    assert (room.figures(2027), room.states()[0]) == ((6.3, "about"), "applied")


def test_in_whatever_order_documents_and_reviews_come_the_record_is_the_same(
    tmp_path: Path, now: datetime, sqlite_template: Path
) -> None:
    arrivals: list[tuple[str, int, str]] = [
        (report_text(2024), 2024, PORTAL), (report_text(2025, CUT), 2025, PORTAL),
        (report_text(2025, CUT), 2025, PAPER),
        (report_text(2026, TARGETS | {"地区生产总值": "增长7%"}), 2026, PORTAL),
    ]  # fmt: skip
    sentence = next(line for line in arrivals[1][0].splitlines() if "增长6%左右" in line)
    records = set()
    for number, order in enumerate(permutations([*arrivals, None])):
        if number % 29:
            continue
        path = tmp_path / f"{number}.sqlite"
        copyfile(sqlite_template, path)
        desk = Desk(make_engine(f"sqlite:///{path}"), Archive(tmp_path / "archive"), (), ZONE)
        room = Room(desk, Clock(now))
        for one in order:
            if one is not None:
                room.file(*one, news=False)
            elif room.stated(year=2025) is not None:
                room.says("value", room.row(year=2025), value=6.8, op=Op.EXACT)
            else:  # made elsewhere, before the report is here
                start = sentence.index("6%")
                row = Review(
                    region=REGION, report_kind="work_report", year=2025, sentence=sentence, start=start, end=start + 2,
                    who="li", at=now, kind="value", value=6.8, unit="%", measure="growth", op="exact", period="2025",
                )  # fmt: skip
                with transaction(room.desk.engine) as session:
                    session.add(row)
        records.add((*(tuple(sorted(map(str, room.record(year=year)))) for year in (2024, 2025, 2026)), *room.states()))
        room.desk.engine.dispose()
    assert len(records) == 1, records
    assert "corrected" not in str(records)


def test_a_figure_that_cannot_be_one_is_refused(room: Room) -> None:
    row = room.row(year=2025)
    for figure, why in (
        ({}, "is stated already"), ({"value_hi": 7.0, "op": "exact"}, "two ends"), ({"op": "most"}, "one of"),
        ({"value": None}, "right figure"),
    ):  # fmt: skip
        with pytest.raises(ReviewRefused, match=why):
            room.says("value", row, **figure)
    impossible: tuple[tuple[dict[str, object], str], ...] = (
        ({"value": float("inf")}, "no number"), ({"value": float("nan")}, "no number"), ({"value": 1e308}, "no number"),
        ({"value": -1e15}, "no number"), ({"value_hi": float("inf")}, "no number"), ({"unit": "蛋"}, "no unit"),
        ({"value": 7.0, "value_hi": 3.0, "op": Op.RANGE}, "ascends"), ({"value": 7.0, "value_hi": 7.0}, "ascends"),
        ({"period": "99"}, "no period"), ({"period": "1948"}, "no period"), ({"period": "2026/2101"}, "no period"),
        ({"period": "2030/2026"}, "no period"), ({"period": "2026/2026"}, "no period"),
    )  # fmt: skip
    for figure, why in impossible:
        with pytest.raises(ReviewRefused, match=why):
            room.says("value", row, **figure)
    with pytest.raises(ReviewRefused, match="no statement"):
        room.says("no_target", 10**9)
    with pytest.raises(ReviewRefused, match="no review"):
        room.withdraw(10**9)
    assert room.states() == []


def test_the_examples_reviews_go_with_the_example(room: Room) -> None:
    room.file(report_text(2026, CUT), example=True)
    room.says("value", value=6.3)
    with transaction(room.desk.engine) as session:
        for table in (Report, Document, Change):
            for one in session.exec(select(table)):
                one.example = True
        assert remove_example(session)["review rows"] == 1


def _targets(room: Room) -> list[Stated]:
    with reading(room.desk.engine) as session:
        report = find_report(session, REGION, "work_report", 2026)
        assert report is not None
        return [one for one in find_spoken(session, report) if one.data.role is Role.TARGET]
