from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from monitor.hours import next_due
from monitor.watches import Watch, covers, wants
from storage.values import Basis, ChangeData, ChangeKind, Kind, Measure, Op, Role, Stated, StatementData

CHINA = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
moments = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # hypothesis wants naive bounds


def watch(**changes: Any) -> Watch:
    return Watch.model_validate({"key": "main", "channels": ["digests"]} | changes)


def stated(indicator: str = "地区生产总值", key: str = "gdp", headline: bool = True) -> Stated:
    data = StatementData(
        start=0, end=4, text="6%左右", role=Role.TARGET, indicator=indicator, measure=Measure.GROWTH, op=Op.ABOUT,
        value=6, value_hi=None, unit="%", reference=None, period="2026", headline=headline, sentence_start=0,
        sentence_end=4,
    )  # fmt: skip
    return Stated(1, 1, 1, "220100", Kind.WORK_REPORT, 2026, key, data)


def change(
    after: Stated | None = None,
    before: Stated | None = None,
    *,
    kind: ChangeKind = ChangeKind.LOWERED,
    region: str = "220100",
    report_kind: Kind = Kind.WORK_REPORT,
) -> ChangeData:
    return ChangeData(kind, Basis.NEXT_REPORT, region, report_kind, 2026, before, after or stated())


def test_a_watch_without_regions_hears_of_all_even_unknown_ones() -> None:
    assert wants(watch(), change(region="990100"))


@pytest.mark.parametrize(
    ("regions", "region", "wanted"),
    [
        (["220000"], "220100", True),
        (["220100"], "220106", True),
        (["220100"], "220000", False),
        (["220200", "220106"], "220106", True),
        (["000000"], "220106", False),  # the State Council alone
        (["000000"], "000000", True),
        (["440000"], "220100", False),
        (["990000"], "220100", False),
    ],
)
def test_a_region_includes_what_lies_within_it(regions: list[str], region: str, wanted: bool) -> None:
    assert covers(watch(regions=regions), region) is wanted
    assert wants(watch(regions=regions), change(region=region)) is wanted


@pytest.mark.parametrize(
    ("indicators", "wanted"),
    [
        (["headline"], False),
        (["all"], True),
        (["fixed_asset_investment"], True),
        (["gdp"], False),
        (["投资"], True),
        (["含投资"], True),
        (["粮食", "投资"], True),
        (["粮食"], False),
    ],
)
def test_one_named_indicator_is_enough(indicators: list[str], wanted: bool) -> None:
    found = change(stated("固定资产投资", "fixed_asset_investment", headline=False))
    assert wants(watch(indicators=indicators), found) is wanted


def test_a_word_finds_other_wordings_of_the_catalogues_indicator() -> None:
    assert wants(watch(indicators=["地区生产总值"]), change(stated("GDP", "gdp")))
    assert not wants(watch(indicators=["粮食"]), change(stated("GDP", "gdp")))


def test_a_key_includes_its_scopes() -> None:
    assert wants(watch(indicators=["gdp"]), change(stated("年均增速", "gdp.annual")))
    assert not wants(watch(indicators=["gdp.annual"]), change(stated("增速", "gdp")))


def test_a_target_that_left_the_headline_is_still_a_headline_change() -> None:
    assert wants(watch(), change(after=stated(headline=False), before=stated(headline=True)))
    assert not wants(watch(), change(after=stated(headline=False), before=stated(headline=False)))


def test_kinds_of_change_and_of_report_are_chosen() -> None:
    assert not wants(watch(changes=["raised"]), change())
    assert wants(watch(changes=["raised", "lowered"]), change())
    assert not wants(watch(kinds=["budget_report"]), change())
    assert wants(watch(), change(kind=ChangeKind.MET, report_kind=Kind.BULLETIN))


@pytest.mark.parametrize(
    ("when", "now", "due"),
    [
        ("at once", "2026-01-20T00:00:00", "2026-01-20T00:00:15"),
        ("hourly", "2026-01-20T00:00:00", "2026-01-20T00:07:00"),
        ("hourly", "2026-01-20T00:07:00", "2026-01-20T01:07:00"),
        ("hourly", "2026-01-20T23:30:00", "2026-01-21T00:07:00"),
        ("daily 08:07", "2026-01-20T00:06:59", "2026-01-20T00:07:00"),
        ("daily 08:07", "2026-01-20T00:07:00", "2026-01-21T00:07:00"),
        ("weekly mon 08:07", "2026-01-20T00:00:00", "2026-01-26T00:07:00"),
        ("weekly tue 08:07", "2026-01-20T00:00:00", "2026-01-20T00:07:00"),
        ("weekly tue 00:30", "2026-01-19T15:00:00", "2026-01-19T16:30:00"),
        ("Weekly  TUE 08:07", "2026-01-20T00:07:00", "2026-01-27T00:07:00"),
    ],
)
def test_due_times_are_chinas(when: str, now: str, due: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert next_due(watch(when=when), moment, CHINA) == datetime.fromisoformat(due).replace(tzinfo=UTC)


@given(now=moments)
def test_daily_in_china_is_once_a_day_whatever_the_hosts_clock(now: datetime) -> None:
    due = next_due(watch(when="daily 08:07"), now.astimezone(NEW_YORK), CHINA)
    assert (due.hour, due.minute, due.tzinfo) == (0, 7, UTC)
    assert timedelta(0) < due - now <= timedelta(days=1)


@pytest.mark.parametrize(("clock", "days"), [("01:30", 400), ("02:30", 400), ("08:07", 400)])
def test_a_zone_that_changes_its_clocks_has_one_digest_a_day(clock: str, days: int) -> None:
    now = datetime(2026, 1, 1, 12, tzinfo=UTC)
    local_days = set()
    for _ in range(days):
        now = next_due(watch(when=f"daily {clock}"), now, NEW_YORK)
        local_days.add(now.astimezone(NEW_YORK).date())
    assert len(local_days) == days
    assert max(local_days) - min(local_days) == timedelta(days=days - 1)


@given(now=moments, when=st.sampled_from(["at once", "hourly", "daily 00:00", "weekly sun 23:59"]))
def test_due_is_always_ahead(now: datetime, when: str) -> None:
    assert now < next_due(watch(when=when), now, NEW_YORK) <= now + timedelta(days=8)


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        next_due(watch(), datetime(2026, 1, 20), CHINA)  # noqa: DTZ001  # that is the test


@pytest.mark.parametrize("when", ["", "daily", "daily 8:07", "daily 24:00", "weekly 08:07", "weekly xyz 08:07", "now"])
def test_a_time_that_is_not_understood_is_refused(when: str) -> None:
    with pytest.raises(ValidationError, match="weekly mon 08:07"):
        watch(when=when)


@pytest.mark.parametrize(
    "changes",
    [{"channels": []}, {"indicators": []}, {"language": "fr"}, {"wait_seconds": -1}, {"unknown": 1}, {"key": "Main"}],
)
def test_a_watch_that_cannot_work_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        watch(**changes)
