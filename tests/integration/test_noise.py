"""A month of publications, in short: how much each watch is told. `make noise` does it with real reports."""

from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from monitor.watches import Watch
from tests.fakes import TARGETS, report_text
from tools.noise import FIRST_DAY, Published, found_at, measured, publish, spread

REGIONS = [f"99{number:02}00" for number in range(11, 19)]  # no such places
DAILY = Watch(key="daily", channels=("desk",))
EVERYTHING = Watch(key="everything", indicators=("all",), channels=("desk",))
AT_ONCE = Watch(key="at-once", when="at once", quiet="22:00-07:30", channels=("desk",))
CUTS = Watch(key="cuts", indicators=("gdp",), conditions=("lowered by 0.5 points",), when="at once", channels=("desk",))


def season() -> list[Published]:
    """Each place's report of last year as a first visit found it, and this year's: out, seen again, and reposted."""
    random, made = Random(7), []
    for number, region in enumerate(REGIONS):
        growth = "增长6%左右" if number % 2 else "增长6.3%左右"
        for year, targets in ((2025, TARGETS), (2026, TARGETS | {"地区生产总值": growth})):
            found = found_at(region, f"{year}年澜汀市政府工作报告", report_text(year, targets), year)
            if year == 2026:
                made += spread(found, random)
            else:
                made.append(Published(found, FIRST_DAY - timedelta(days=30), news=False))
    return made


@pytest.fixture(scope="module")
def messages(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, object]]:
    folder: Path = tmp_path_factory.mktemp("noise")
    return publish(season(), (DAILY, EVERYTHING, AT_ONCE, CUTS), folder)


@pytest.mark.parametrize("watch", [DAILY.key, EVERYTHING.key])
def test_a_daily_reader_gets_at_most_one_message_a_day_none_empty_and_no_line_twice(
    watch: str, messages: list[dict[str, object]]
) -> None:
    noise = measured(watch, messages)
    assert 1 < noise.messages <= len(REGIONS)
    assert (noise.most_a_day, noise.empty, noise.twice) == (1, 0, 0)


def test_what_is_told_does_not_depend_on_when(messages: list[dict[str, object]]) -> None:
    daily, at_once = measured(DAILY.key, messages), measured(AT_ONCE.key, messages)
    assert daily.lines == at_once.lines >= 3 * len(REGIONS)
    assert at_once.messages == len(REGIONS)
    assert at_once.twice == 0


def test_who_asks_for_large_cuts_hears_of_nothing_else(messages: list[dict[str, object]]) -> None:
    noise = measured(CUTS.key, messages)
    assert noise.messages == noise.lines == len(REGIONS) // 2


def test_nobody_is_woken_in_quiet_hours(messages: list[dict[str, object]]) -> None:
    hours = [datetime.fromisoformat(str(one["at"])) for one in messages if one["watch"] == AT_ONCE.key]
    assert hours
    assert all("07:30" <= f"{at.astimezone(FIRST_DAY.tzinfo):%H:%M}" < "22:00" for at in hours)
