"""What is asked of many years: the same rows from SQLite and PostgreSQL, and by way of indexes."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, event, text
from sqlmodel import Session

from monitor.comparing.ledger import Verdict, reckon
from storage.changes import find_changes
from storage.database import make_engine, migrate, reading
from storage.series import find_ledger_statements, find_newest, find_panel, find_panel_regions, find_sentences_by_id
from tools import bench, invented


@pytest.fixture
def years(engine: Engine) -> Engine:
    """Six invented years of two places, on each database."""
    invented.fill(engine, places=2, years=6)
    return engine


def test_the_ledger_finds_what_answers_its_targets(years: Engine) -> None:
    (first, _) = invented.codes(2)
    with reading(years) as session:
        main, every = (find_ledger_statements(session, first, headline=headline) for headline in (True, False))
        sentences = find_sentences_by_id(session, [one.id for one in every])
    assert len(main) == 6 * (invented.MAIN * 2)
    assert len(every) == 6 * (invented.MAIN + invented.TAIL + invented.OUTTURNS)
    assert [one for one in every if one in main] == sorted(main, key=lambda one: one.id)
    assert sentences.keys() == {one.id for one in every}
    assert {entry.verdict for entry in reckon(main)} >= {Verdict.OPEN, Verdict.MET}


def test_the_newest_report_of_each_region_is_found_with_its_counts(years: Engine) -> None:
    with reading(years) as session:
        newest = find_newest(session)
    assert [(one.report.region, one.report.year, one.targets, one.main_targets) for one in newest] == [
        (code, invented.LAST_YEAR, invented.MAIN + invented.TAIL, invented.MAIN) for code in sorted(invented.codes(2))
    ]
    assert all(one.growth and one.growth.indicator_key == "gdp" for one in newest)


def test_what_was_set_aside_is_left_out(years: Engine) -> None:
    (first, _) = invented.codes(2)
    with years.begin() as connection:
        connection.execute(text("UPDATE statement SET ordinal = -id WHERE report_id = 1"))
    with reading(years) as session:
        assert {one.report_id for one in find_ledger_statements(session, first, headline=False)} == set(range(2, 7))
        assert {row.stated.report_id for row in find_panel(session, first)} == set(range(2, 7))


def test_the_example_is_in_no_panel(years: Engine) -> None:
    (first, second) = invented.codes(2)
    with years.begin() as connection:
        connection.execute(text("UPDATE report SET example = :yes WHERE region = :code"), {"yes": True, "code": first})
    with reading(years) as session:
        assert find_panel_regions(session) == [second]
        assert find_panel(session, first) == []


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Enough rows for SQLite's planner to care, and its statistics."""
    engine = make_engine(f"sqlite:///{tmp_path_factory.mktemp('crowded') / 'mubiao.sqlite'}")
    migrate(engine)
    invented.fill(engine, places=6, years=8)
    yield engine
    engine.dispose()


Question = Callable[[Session], Any]
PLANNED: dict[str, tuple[Question, tuple[str, ...]]] = {
    "targets of a region": (
        lambda session: find_ledger_statements(session, CROWDED, headline=True),
        ("statement_spoken",),
    ),
    "all targets of a region": (
        lambda session: find_ledger_statements(session, CROWDED, headline=False),
        ("statement",),
    ),
    "newest": (find_newest, ("statement_spoken",)),
    "changes": (lambda session: find_changes(session, headline=True, limit=200), ("ix_change_seen_at",)),
    "changes of a region": (lambda session: find_changes(session, regions=[CROWDED], limit=200), ("change_series",)),
    "changes of a year": (lambda session: find_changes(session, year=2024, limit=200), ("change_year",)),
    "panel": (lambda session: find_panel(session, CROWDED), ("statement",)),
}
CROWDED = invented.codes(6)[-1]


@pytest.mark.parametrize("name", PLANNED)
def test_no_question_reads_a_whole_table_of_statements_or_changes(crowded: Engine, name: str) -> None:
    question, indexes = PLANNED[name]
    asked: list[tuple[str, Any]] = []

    def listen(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        asked.append((statement, parameters))

    event.listen(crowded, "before_cursor_execute", listen)
    try:
        with reading(crowded) as session:
            assert question(session)
    finally:
        event.remove(crowded, "before_cursor_execute", listen)
    with crowded.connect() as connection:
        plans = [
            str(row[-1])
            for statement, parameters in asked
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]
    scans = [plan for plan in plans if re.match(r"SCAN (statement|change|document)\b(?!.*USING)", plan)]
    assert scans == [], plans
    assert all(any(index in plan for plan in plans) for index in indexes), plans


def test_what_is_measured_can_be_measured(capsys: pytest.CaptureFixture[str]) -> None:
    (figures,) = bench.bench_store([1]).values()
    assert figures["reports"] == bench.PLACES * bench.YEARS
    assert all(figure > 0 for figure in figures.values())
    assert "a report kept and compared" in capsys.readouterr().out
