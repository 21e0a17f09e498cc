"""What one asks to look around, on both databases."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import count

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from storage.browsing import (
    Published,
    Reported,
    count_by_indicator,
    find_last_year,
    find_latest_changes,
    find_moves,
    find_published,
    find_reported,
    find_troubled,
    find_years,
)
from storage.changes import keep_changes
from storage.database import reading, transaction
from storage.models import Document, Report, SourceState
from storage.reports import add_document, add_report
from storage.series import find_of_indicator
from storage.statements import add_statements
from storage.values import Basis, ChangeData, ChangeKind, Kind, Measure, Op, Role, Stated, StatementData

NOW = datetime(2026, 1, 20, 2, 0, tzinfo=UTC)
_numbers = count(1)


def target(value: float, hi: float | None = None, *, headline: bool = True, role: Role = Role.TARGET) -> StatementData:
    return StatementData(
        start=0, end=2, text="6%", role=role, indicator="地区生产总值", measure=Measure.GROWTH,
        op=Op.RANGE if hi else Op.EXACT, value=value, value_hi=hi, unit="%", reference=None, period=None,
        headline=headline, sentence_start=0, sentence_end=2,
    )  # fmt: skip


def add(
    session: Session, region: str, year: int, *stated: StatementData, example: bool = False, on: date | None = None,
    key: str = "gdp",
) -> list[Stated]:  # fmt: skip
    """A work report that states these, of a key each."""
    kind, number = Kind.WORK_REPORT, next(_numbers)
    report = Report(region=region, kind=kind, year=year, title="报告", first_seen_at=NOW, example=example)
    id = add_report(session, report)
    document = Document(
        report_id=id, source_key="s", url=f"https://x.example/{number}", title="报告", published_on=on, fetched_at=NOW,
        raw_hash="0", text_hash="0", text_length=2, rules_version=1, example=example,
    )  # fmt: skip
    report.document_id = add_document(session, document)
    return add_statements(session, report.document_id, report, [(one, key) for one in stated], "6%")


def move(session: Session, kind: ChangeKind, before: Stated, after: Stated) -> None:
    change = ChangeData(kind, Basis.NEXT_REPORT, after.region, after.report_kind, after.year, before, after)
    known = {f"event{after.id}": change}
    keep_changes(session, known, report_id=after.report_id, bases=[Basis.NEXT_REPORT], now=NOW, example=False)


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with transaction(engine) as filling:
        for region, then, now in (
            ("220100", target(6.5), target(6)),
            ("220200", target(6, 8), target(6)),
            ("220300", target(-2), target(-4)),
            ("220400", target(5), target(5.1)),
        ):
            (before,) = add(filling, region, 2025, then, on=date(2025, 1, 8))
            (after,) = add(filling, region, 2026, now, on=date(2026, 1, 9))
            kind = ChangeKind.RAISED if abs(now.value or 0) > abs(then.value or 0) else ChangeKind.LOWERED
            move(filling, kind, before, after)
        add(filling, "220500", 2025, target(9, headline=False), target(8, role=Role.OUTTURN))
        add(filling, "990100", 2027, target(7), example=True)
        add(filling, "220100", 2024, target(3), key="~新增公园")
        for number, (failures, since) in enumerate([(0, None), (2, NOW), (3, NOW.replace(day=1))]):
            state = SourceState(
                key=f"s{number}",
                name="",
                url="",
                region="220100",
                next_due_at=NOW,
                failures=failures,
                failing_since=since,
            )
            filling.add(state)
    with reading(engine) as opened:
        yield opened


def test_regions_are_told_with_their_years(session: Session) -> None:
    assert find_reported(session)[0] == Reported("220100", 3, 2024, 2026)
    assert len(find_reported(session)) == 6


def test_the_last_year_is_the_examples_only_where_there_is_no_other(session: Session) -> None:
    assert find_last_year(session, Kind.WORK_REPORT, 2028) == 2026
    assert find_last_year(session, Kind.WORK_REPORT, 2026) == 2025
    assert find_last_year(session, Kind.BULLETIN, 2028) is None
    assert find_years(session, Kind.WORK_REPORT) == [2027, 2026, 2025, 2024]


def test_what_moved_furthest_comes_first_from_the_middle_of_ranges_and_by_the_size_of_declines(
    session: Session,
) -> None:
    assert [one.region for one in find_moves(session, 2026, ChangeKind.LOWERED, 9)] == ["220200", "220100"]
    assert [one.region for one in find_moves(session, 2026, ChangeKind.RAISED, 9)] == ["220300", "220400"]
    assert [one.region for one in find_moves(session, 2026, ChangeKind.RAISED, 1)] == ["220300"]
    assert find_moves(session, 2025, ChangeKind.RAISED, 9) == []
    assert [one.region for one in find_latest_changes(session, 2)] == ["220400", "220300"]


@pytest.mark.parametrize(("news", "shown"), [(True, "220500"), (False, "220400")])
def test_a_target_that_an_old_report_states_for_the_first_time_is_no_newest_change(
    engine: Engine, session: Session, news: bool, shown: str
) -> None:
    with transaction(engine) as later:
        (first,) = add(later, "220500", 2024, target(5), key="cpi")
        added = ChangeData(ChangeKind.ADDED, Basis.NEXT_REPORT, "220500", Kind.WORK_REPORT, 2024, None, first)
        keep_changes(
            later, {"first": added}, report_id=first.report_id, bases=[Basis.NEXT_REPORT],
            is_news=lambda change, known: news, now=NOW, example=False,
        )  # fmt: skip
    with reading(engine) as opened:
        assert find_latest_changes(opened, 1)[0].region == shown


def test_days_of_publication_are_told_without_the_examples(session: Session) -> None:
    found = find_published(session, Kind.WORK_REPORT, [2026, 2027])
    assert found[0] == Published("220100", 2026, date(2026, 1, 9))
    assert [one.region for one in found] == ["220100", "220200", "220300", "220400"]


def test_sources_in_trouble_come_by_how_long_it_lasts(session: Session) -> None:
    assert [one.key for one in find_troubled(session)] == ["s2", "s1"]


def test_reports_are_counted_by_the_catalogues_indicators_that_they_aim_at(session: Session) -> None:
    assert count_by_indicator(session, Kind.WORK_REPORT, 2025) == {"gdp": 5}
    assert count_by_indicator(session, Kind.WORK_REPORT, 2024) == {}


def test_an_indicator_is_found_in_all_regions_of_some_years(session: Session) -> None:
    found = find_of_indicator(session, Kind.WORK_REPORT, [2025, 2026], "gdp")
    assert len(found) == 10
    assert [one.data.role for one in found if one.region == "220500"] == [Role.TARGET, Role.OUTTURN]
    assert find_of_indicator(session, Kind.WORK_REPORT, [2025], "cpi") == []
