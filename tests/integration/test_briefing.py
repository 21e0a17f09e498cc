"""What a digest says of a report agrees with itself and with the ledger."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from monitor.comparing.ledger import reckon
from monitor.filing import Found, file
from monitor.telling.briefing import region_names
from monitor.watches import Silence, Watch
from storage.database import make_engine, migrate, reading
from storage.series import find_ledger_statements
from storage.values import Kind
from tests.fakes import PLACE, REGION, Clock, report_text
from tests.office import Office, an_office

WATCH = Watch(key="main", when="at once", channels=("desk",))
OLD = {
    "地区生产总值": "增长6%左右",
    "一般公共预算收入": "增长2.5%",
    "居民消费价格": "涨幅3%左右",
    "城镇调查失业率": "控制在5.5%左右",
}
NEW = OLD | {"地区生产总值": "增长5%左右", "一般公共预算收入": "增长2%", "居民消费价格": "涨幅2%左右"}


@pytest.fixture
def office(tmp_path: Path) -> Office:
    engine: Engine = make_engine(f"sqlite:///{tmp_path / 'mubiao.sqlite'}")
    migrate(engine)
    return an_office(tmp_path, engine, Clock(datetime(2026, 1, 20, 4, 0, tzinfo=UTC))).with_watches(WATCH)


def publish(
    office: Office, year: int, targets: dict[str, str], text: str = "", *, extra: str = "", region: str = REGION
) -> None:
    body = report_text(year, targets, {}, extra=extra)
    body = body.replace("过去一年，各项工作平稳有序。", text or "过去一年，各项工作平稳有序。")
    found = Found(
        source_key="lanting", region=region, kind=Kind.WORK_REPORT, url=f"http://reports.test/{year}.html",
        title=f"{year}年{PLACE}政府工作报告", issuer="", site_code="", published_on=None, text=body, raw=body.encode(),
        content_type="text/html", fetched_at=office.clock(),
    )  # fmt: skip
    file(found, office.post.desk, news=True, now=office.clock())


def told(office: Office, year: int) -> dict[str, Any]:
    office.after(minutes=30)
    reports = [one for digest in office.digests() for one in json.loads(digest.payload or b"")["data"]["reports"]]
    (found,) = (one for one in reports if one["year"] == year)
    return dict(found)


def test_a_table_shows_the_outturn_that_the_ledger_has(office: Office) -> None:
    publish(office, 2025, OLD)
    publish(
        office, 2026, NEW,
        "过去一年，地区生产总值增长5.3%，一般公共预算收入增长1.7%。预计一般公共预算收入同口径增长2.5%以上。"
        "地区生产总值增速高于全国平均水平。",
    )  # fmt: skip
    report = told(office, 2026)
    shown = {
        one["indicator_key"]: one["outturn"]["text"]
        for one in report["changes"]
        if one["outturn"] and one["kind"] == "lowered"
    }
    with reading(office.post.desk.engine) as session:
        entries = reckon(find_ledger_statements(session, REGION, headline=True))
    ledger = {
        one.target.indicator_key: one.outturn.data.text for one in entries if one.outturn and one.target.year == 2025
    }
    assert shown == {key: ledger[key] for key in shown}
    assert (shown["gdp"], shown["general_public_budget_revenue"]) == ("5.3%", "1.7%")
    assert [one["outturn"] and one["outturn"]["text"] for one in report["past"]["years"]] == ["5.3%", None]


def test_a_series_is_told_once_and_never_as_both_changed_and_unchanged(office: Office) -> None:
    publish(office, 2025, OLD)
    again = "居民消费价格涨幅2%左右，城镇调查失业率5.5%左右，体现了稳就业的要求。"
    goals = NEW | {"城镇调查失业率": f"控制在5.5%左右。经济社会发展主要预期目标这样安排：{again}"}
    publish(office, 2026, goals)
    report = told(office, 2026)
    keys = [one["indicator_key"] for one in report["unchanged"]]
    assert keys == ["surveyed_unemployment"]
    assert not {one["indicator_key"] for one in report["changes"]} & set(keys)


def test_the_foot_names_what_a_silence_kept_back(office: Office) -> None:
    silence = Silence(key="prices", until=date(2026, 3, 1), indicators=("cpi",))
    quiet = replace(office, post=replace(office.post, desk=replace(office.post.desk, silences=(silence,))))
    publish(quiet, 2025, OLD)
    publish(quiet, 2026, NEW)
    quiet.after(minutes=30)
    (digest,) = quiet.digests()
    assert f"另有 2 条按您的静默设置未列出：{region_names(REGION)[0]}居民消费价格" in digest.text.replace("\n", "")


def test_a_bare_noun_at_the_head_of_a_sentence_says_of_what_it_is(office: Office) -> None:
    everything = office.with_watches(WATCH.model_copy(update={"indicators": ("all",)}))
    publish(everything, 2025, OLD)
    publish(everything, 2026, NEW, extra="云菌全产业链，抓好菌种选育。产值突破350亿元。")
    everything.after(minutes=30)
    text = re.sub(r"\n\s*", "", everything.digests()[-1].text)
    assert re.search(r"云菌全产业链\S{0,3} 350亿元", text)


def test_a_missed_target_is_marked_whatever_changes_the_watch_asked_for(office: Office) -> None:
    cuts = Watch(key="cuts", conditions=("lowered by 1 point",), when="at once", channels=("desk",))
    watching = office.with_watches(cuts)
    publish(watching, 2025, OLD)
    publish(watching, 2026, NEW, "过去一年，地区生产总值增长5.3%。")
    report = told(watching, 2026)
    assert {one["kind"] for one in report["changes"]} == {"lowered"}
    text = watching.digests()[-1].text
    assert re.search(r"^地区生产总值增长 +6%左右 +5\.3% ✗ +5%左右", text, re.M)
    assert "✓ 完成　✗ 未完成" in text


def test_times_of_day_are_those_of_the_watch_and_say_of_which_zone(office: Office) -> None:
    abroad = WATCH.model_copy(update={"language": "en", "timezone": "America/New_York"})
    watching = office.with_watches(abroad)
    publish(watching, 2025, OLD)
    publish(watching, 2026, NEW)
    watching.after(minutes=30)  # 12:30 in Beijing
    text = watching.digests()[-1].text
    assert "Compiled 2026-01-19 23:30 (America/New_York)" in text
    assert "Beijing time" not in text


def test_a_known_indicator_goes_without_the_name_of_its_own_region(office: Office) -> None:
    code = "220500"  # of the catalogue: only then is 某市地区生产总值 a known indicator
    place, _, _ = region_names(code)
    publish(office, 2025, {f"{place}地区生产总值": "增长6%左右"}, region=code)
    publish(office, 2026, {f"{place}地区生产总值": "增长5%左右"}, region=code)
    report = told(office, 2026)
    (gdp,) = (one for one in report["changes"] if one["indicator_key"] == "gdp" and one["kind"] == "lowered")
    assert gdp["indicator"] == "地区生产总值"
    assert f"{place}地区生产总值增长 " not in office.digests()[-1].text
