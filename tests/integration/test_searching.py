"""Words are found in what is kept: in the report that has them, with the sentence, on both databases alike."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, text
from sqlmodel import select

from monitor.comparing.terms import VERSION, NothingToLookFor
from monitor.filing import Desk, Found, file
from monitor.searching import SHOWN, Answer, Asked, Hit, index_some, search
from storage.archive import Archive
from storage.database import make_engine, migrate, reading, transaction
from storage.models import Change, DigestChange, Document, Passage, Report, Searched, Statement
from storage.moving import move
from storage.search import count_unsearched, find_faults, forget_all
from storage.values import Kind
from tests import fakes
from tests.fakes import PLACE, REGION, TARGETS, Clock

report_text = partial(fakes.report_text, full=False)  # whole all the same, and quicker to read

PORTAL, PAPER = "http://reports.test/{}.html", "http://paper.test/{}.html"


@dataclass
class Shelf:
    """What is kept, and short ways to add to it and to look."""

    desk: Desk
    clock: Clock

    def file(self, text: str, year: int = 2026, url: str = PORTAL, *, title: str = "", region: str = REGION) -> int:
        found = Found(
            source_key="lanting", region=region, kind=Kind.WORK_REPORT, url=url.format(f"{region}-{year}"),
            title=title or f"{year}年政府工作报告", issuer="市人民政府", site_code="", published_on=None, text=text,
            raw=text.encode(), content_type="text/html", fetched_at=self.clock(), year=None if title else year,
        )  # fmt: skip
        return file(found, self.desk, news=False, now=self.clock.move(minutes=1)).document_id

    def answer(self, words: str, **narrowed: object) -> Answer:
        with reading(self.desk.engine) as session:
            return search(session, self.desk.archive, Asked(words, **narrowed))  # type: ignore[arg-type]

    def hits(self, words: str, **narrowed: object) -> tuple[Hit, ...]:
        return self.answer(words, **narrowed).hits

    def found(self, words: str, **narrowed: object) -> list[int]:
        return [hit.document_id for hit in self.hits(words, **narrowed)]

    def faults(self) -> list[str]:
        with reading(self.desk.engine) as session:
            return find_faults(session)

    def waiting(self) -> int:
        with reading(self.desk.engine) as session:
            return count_unsearched(session, VERSION)


@pytest.fixture
def shelf(tmp_path: Path, engine: Engine, now: datetime) -> Shelf:
    return Shelf(Desk(engine, Archive(tmp_path / "archive"), (), ZoneInfo("Asia/Shanghai")), Clock(now))


def short(*paragraphs: str) -> str:
    return "\n".join(("各位代表：", *paragraphs, "谢谢大家。"))


def test_a_sentence_is_found_with_its_words_marked_and_its_statement(shelf: Shelf) -> None:
    id = shelf.file(report_text(2026))
    (hit,) = shelf.hits("生产总值 5.5%")
    assert (hit.document_id, hit.year, hit.region, hit.kind, hit.speaks) == (id, 2026, REGION, "work_report", True)
    assert hit.sentence.startswith("今年全市经济社会发展的主要预期目标是")
    assert [hit.sentence[a:b] for a, b in hit.marks] == ["生产总值", "5.5%"]
    assert hit.times == 3, "the looking back names it too"
    assert hit.stated is not None
    assert hit.stated.document_id == id


def test_only_what_holds_the_very_words_is_found(shelf: Shelf) -> None:
    shelf.file(short("新能源和汽车产业共同发展，产能充足，源头治理。"), 2025)
    right = shelf.file(short("新能源汽车产量达到６．５万辆，５Ｇ基站建成。"), 2026)
    assert shelf.found("新能源汽车") == [right]
    assert shelf.found("能源汽") == [right]
    assert shelf.found("6.5 5g") == [right]
    assert shelf.found("新能源飞机") == []
    for nothing in ("碳", "？！", ""):
        with pytest.raises(NothingToLookFor):
            shelf.found(nothing)


def test_each_report_is_there_once_the_newest_first_and_by_the_document_that_speaks(shelf: Shelf) -> None:
    shelf.file(report_text(2026), url=PAPER)
    for year in (2024, 2026, 2025):
        shelf.file(report_text(year) + "\n共建共享。", year)
    hits = shelf.hits("一般公共预算收入")
    assert [(hit.year, hit.speaks) for hit in hits] == [(2026, True), (2025, True), (2024, True)]
    extra = shelf.file(report_text(2026, extra="新建候鸟观测站。"), url="http://other.test/{}.html")
    (hit,) = shelf.hits("候鸟观测站")
    assert hit.document_id == extra


def test_what_is_looked_for_can_be_narrowed(shelf: Shelf) -> None:
    for region in (REGION, "990400"):
        for year in (2025, 2026):
            shelf.file(report_text(year), year, region=region)
    assert len(shelf.found("固定资产投资")) == 4
    assert [(hit.region, hit.year) for hit in shelf.hits("固定资产投资", regions=[REGION], year=2025)] == [
        (REGION, 2025)
    ]
    assert shelf.found("固定资产投资", kind=Kind.BULLETIN) == []
    assert shelf.found("固定资产投资", regions=[]) == []


def test_more_than_a_page_goes_on_where_it_stopped(shelf: Shelf) -> None:
    for number in range(SHOWN + 3):
        shelf.file(short(f"第{number}号简报说，候鸟已经归来。"), 2000 + number)
    first = shelf.answer("候鸟")
    assert (len(first.hits), first.next_offset, first.candidates) == (SHOWN, SHOWN, SHOWN + 3)
    rest = shelf.answer("候鸟", offset=first.next_offset or 0)
    assert (len(rest.hits), rest.next_offset) == (3, None)
    assert not {hit.document_id for hit in first.hits} & {hit.document_id for hit in rest.hits}


def test_an_indicator_is_found_by_any_of_its_names(shelf: Shelf) -> None:
    for words in ("GDP", "生产总值", "gdp"):
        assert "gdp" in {one.key for one in shelf.answer(words).indicators}, words
    assert shelf.answer("候鸟归来").indicators == ()


def test_a_document_of_no_report_is_found_too(shelf: Shelf) -> None:
    id = shelf.file(short("候鸟已经归来。"), title="关于候鸟的一封信", region="")
    (hit,) = shelf.hits("候鸟")
    assert (hit.document_id, hit.kind, hit.year, hit.stated) == (id, None, None, None)


def test_old_documents_are_found_after_a_few_steps_and_new_ones_at_once(shelf: Shelf) -> None:
    ids = [shelf.file(report_text(year), year) for year in range(2020, 2025)]
    with transaction(shelf.desk.engine) as session:
        forget_all(session)
    assert (shelf.found("固定资产投资"), shelf.waiting()) == ([], 5)
    new = shelf.file(report_text(2025), 2025)
    assert shelf.found("固定资产投资") == [new]
    assert [index_some(shelf.desk.engine, shelf.desk.archive, 3) for _ in range(3)] == [3, 2, 0]
    assert sorted(shelf.found("固定资产投资")) == sorted([*ids, new])
    assert (shelf.waiting(), shelf.faults()) == (0, [])


def test_terms_of_another_version_are_made_again(shelf: Shelf) -> None:
    shelf.file(short("候鸟已经归来。"))
    with transaction(shelf.desk.engine) as session:
        session.exec(select(Searched)).one().version = VERSION - 1
    assert index_some(shelf.desk.engine, shelf.desk.archive) == 1
    assert (len(shelf.found("候鸟")), shelf.faults()) == (1, [])


def test_what_is_removed_is_not_found_any_more(shelf: Shelf) -> None:
    shelf.file(short("候鸟已经归来。"))
    with transaction(shelf.desk.engine) as session:
        session.exec(select(Report)).one().document_id = None
        for table in (DigestChange, Change, Statement, Passage, Document):
            for row in session.exec(select(table)):
                session.delete(row)
            session.flush()
    with reading(shelf.desk.engine) as session:
        assert session.exec(select(Searched)).all() == []
        assert session.connection().execute(text("SELECT count(*) FROM search_words")).scalar() == 0
    assert (shelf.found("候鸟"), shelf.faults()) == ([], [])


def test_an_index_that_lost_something_says_so(shelf: Shelf) -> None:
    shelf.file(short("候鸟已经归来。"))
    column = "rowid" if shelf.desk.engine.dialect.name == "sqlite" else "document_id"
    with transaction(shelf.desk.engine) as session:
        session.connection().execute(text(f"DELETE FROM search_words WHERE {column} > 0"))
    assert shelf.faults() == ["1 documents are said to be in the index and are not"]


def test_a_text_that_is_gone_holds_nothing_up(shelf: Shelf) -> None:
    shelf.file(short("候鸟已经归来。"), 2025)
    id = shelf.file(short("候鸟又归来。"), 2026)
    with transaction(shelf.desk.engine) as session:
        gone = session.get_one(Document, id).text_hash
        forget_all(session)
    shelf.desk.archive.path_of(gone).unlink()
    assert index_some(shelf.desk.engine, shelf.desk.archive) == 2
    assert [hit.year for hit in shelf.hits("候鸟")] == [2025]


def test_a_move_makes_the_index_anew(shelf: Shelf, tmp_path: Path) -> None:
    shelf.file(report_text(2026, TARGETS))
    target = make_engine(f"sqlite:///{tmp_path / 'moved.sqlite'}")
    migrate(target)
    move(shelf.desk.engine, target)
    assert index_some(target, shelf.desk.archive) == 1
    with reading(target) as session:
        assert len(search(session, shelf.desk.archive, Asked(PLACE)).hits) == 1
    target.dispose()
