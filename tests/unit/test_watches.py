from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from monitor.telling.hours import awake, next_due
from monitor.watches import Silence, Watch, covers, hearers, hushes, hushes_notice, wants
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


@pytest.mark.parametrize("key", ["energy_intensity", "carbon_intensity", "rd_intensity"])
def test_an_exact_key_is_that_indicator_alone(key: str) -> None:
    other = change(stated("单位GDP能耗", key))
    assert not wants(watch(indicators=["gdp"]), other)
    assert wants(watch(indicators=["GDP"]), other)  # words, not a key
    silence = Silence(key="s", until=date(2026, 2, 1), indicators=("gdp",))
    assert not hushes(silence, watch(), other, date(2026, 1, 20))


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


@pytest.mark.parametrize(
    ("levels", "region", "wanted"),
    [
        (["province"], "220000", True),
        (["province"], "220100", False),
        (["city", "county"], "220100", True),
        (["county"], "220106", True),
        (["county"], "110105", True),  # a district of a municipality
        (["city"], "222400", True),  # 延边州
        (["nation"], "000000", True),
        (["city"], "990100", True),  # unknown: by the shape of its code
        (["city"], "429006", False),  # 天门市 stands under its province, and is a county all the same
    ],
)
def test_a_level_narrows_the_regions(levels: list[str], region: str, wanted: bool) -> None:
    assert covers(watch(levels=levels), region) is wanted


def test_one_condition_of_several_is_enough() -> None:
    cut = change(before=stated(), after=stated(), kind=ChangeKind.LOWERED)
    assert not wants(watch(conditions=["lowered by 0.5 points"]), cut)
    assert wants(watch(conditions=["lowered by 0.5 points", "above 5%"]), cut)


def test_the_parent_is_asked_only_where_a_condition_needs_it() -> None:
    asked = []

    def above() -> Stated | None:
        asked.append(1)
        return None

    assert not wants(watch(conditions=["above 7%"]), change(), above)
    assert asked == []
    assert not wants(watch(conditions=["differs from parent"]), change(), above)
    assert asked == [1]


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-01-20T13:00:00", "2026-01-20T13:00:15"),  # 21:00 in China
        ("2026-01-20T13:59:50", "2026-01-20T23:30:00"),  # the wait ends at 22:00:05
        ("2026-01-20T20:00:00", "2026-01-20T23:30:00"),
        ("2026-01-20T23:29:44", "2026-01-20T23:30:00"),
        ("2026-01-20T23:30:00", "2026-01-20T23:30:15"),
    ],
)
def test_quiet_hours_are_waited_for(now: str, due: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    quiet = watch(when="at once", quiet="22:00 – 07:30")
    assert next_due(quiet, moment, CHINA) == datetime.fromisoformat(due).replace(tzinfo=UTC)


def test_quiet_hours_within_a_day_do_not_reach_over_midnight() -> None:
    quiet = watch(when="hourly", quiet="12:00-14:00")
    noon = datetime(2026, 1, 20, 4, 0, tzinfo=UTC)
    assert next_due(quiet, noon, CHINA) == datetime(2026, 1, 20, 6, 0, tzinfo=UTC)
    night = datetime(2026, 1, 20, 18, 0, tzinfo=UTC)
    assert awake(quiet, night, CHINA) == night


def test_a_watch_has_its_own_zone() -> None:
    moment = datetime(2026, 1, 20, 0, 0, tzinfo=UTC)
    assert next_due(watch(timezone="America/New_York"), moment, CHINA) == datetime(2026, 1, 20, 13, 7, tzinfo=UTC)


@given(now=moments, quiet=st.sampled_from(["22:00-07:30", "00:00-06:00", "23:59-00:01", "02:10-02:50"]))
def test_nothing_is_due_in_quiet_hours(now: datetime, quiet: str) -> None:
    for when in ("at once", "hourly"):
        made = watch(when=when, quiet=quiet)
        due = next_due(made, now, CHINA)
        assert awake(made, due, CHINA) == due
        assert now < due <= now + timedelta(hours=13)


@pytest.mark.parametrize(
    ("changes", "advice"),
    [
        ({"quiet": "22-7"}, "22:00-07:30"),
        ({"quiet": "07:00-07:00"}, "22:00-07:30"),
        ({"quiet": "22:00-08:30"}, "lies within quiet"),
        ({"timezone": "Asia/Shanghi"}, "is not known"),
        ({"levels": ["village"]}, "'nation', 'province', 'city' or 'county'"),
        ({"conditions": ["sinks"]}, "is not understood"),
        ({"operator": True, "indicators": ["gdp"]}, "remove indicators"),
        ({"operator": True, "conditions": ["above 5%"], "changes": ["raised"]}, "remove changes, conditions"),
    ],
)
def test_what_contradicts_itself_is_refused_with_advice(changes: dict[str, Any], advice: str) -> None:
    with pytest.raises(ValidationError, match=advice):
        watch(**changes)


def test_an_operator_hears_of_the_watching_and_of_no_targets() -> None:
    reader, operator = watch(key="reader", regions=["220000"]), watch(key="ops", operator=True, regions=["220000"])
    assert not wants(operator, change())
    assert hearers([reader, operator], "220100") == [operator]
    assert hearers([reader, operator]) == [operator]
    assert hearers([reader, watch(key="south", operator=True, regions=["440000"])], "220100") == [reader]
    assert hearers([reader], "440100") == []


def silence(**more: Any) -> Silence:
    return Silence.model_validate({"key": "s", "until": "2026-01-31"} | more)


LAST_DAY, AFTER = date(2026, 1, 31), date(2026, 2, 1)


def test_a_silence_ends_with_its_last_day() -> None:
    assert hushes(silence(), watch(), change(), LAST_DAY)
    assert not hushes(silence(), watch(), change(), AFTER)
    assert hushes_notice(silence(), watch(), "yunxi", "220100", LAST_DAY)


@pytest.mark.parametrize(
    ("narrowed", "change_hushed", "notice_hushed"),
    [
        ({"watches": ["main"]}, True, True),
        ({"watches": ["other"]}, False, False),
        ({"regions": ["220000"]}, True, True),
        ({"regions": ["440000"]}, False, False),
        ({"indicators": ["gdp"]}, True, False),
        ({"indicators": ["投资"]}, False, False),
        ({"changes": ["raised"]}, False, False),
        ({"changes": ["lowered"]}, True, False),
        ({"sources": ["yunxi"]}, False, True),
        ({"sources": ["another"]}, False, False),
    ],
)
def test_each_list_narrows_a_silence(narrowed: dict[str, Any], change_hushed: bool, notice_hushed: bool) -> None:
    made = silence(**narrowed)
    assert hushes(made, watch(), change(), LAST_DAY) is change_hushed
    assert hushes_notice(made, watch(), "yunxi", "220100", LAST_DAY) is notice_hushed
