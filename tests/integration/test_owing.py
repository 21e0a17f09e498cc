"""What is owed to whom: silences that are counted, operators, and conditions against the region above."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from monitor.filing import Found, file
from monitor.telling.owing import NOTICE_WAIT, tell, tell_operators
from monitor.watches import Silence, Watch
from storage.database import reading, transaction
from storage.models import DigestChange, Hushed, Notice, SourceState
from storage.values import Kind
from storage.visits import declare_source
from tests.fakes import TARGETS, Clock, report_text
from tests.office import ALL, Office, an_office

PROVINCE, CITY = "220000", "220100"  # a condition on the region above needs regions that the catalogue knows
NAMES = {PROVINCE: "吉林省", CITY: "长春市"}


@pytest.fixture
def office(tmp_path: Path, engine: Engine) -> Office:
    return an_office(tmp_path, engine, Clock(datetime(2026, 1, 20, 4, 0, tzinfo=UTC)))


def with_silences(office: Office, *silences: Silence) -> Office:
    return replace(office, post=replace(office.post, desk=replace(office.post.desk, silences=silences)))


def watch(key: str, **more: Any) -> Watch:
    return Watch.model_validate({"key": key, "when": "at once", "channels": ["desk"]} | more)


def publish(office: Office, region: str, gdp: str, year: int = 2026, **more: Any) -> None:
    """A region's report with this target for GDP."""
    text = report_text(year, TARGETS | {"地区生产总值": gdp}).replace("澜汀市", NAMES[region])
    facts: dict[str, Any] = {
        "source_key": region, "region": region, "kind": Kind.WORK_REPORT, "url": f"http://{region}.test/{year}.html",
        "title": f"{year}年{NAMES[region]}政府工作报告", "issuer": "", "site_code": "", "published_on": None,
        "text": text, "raw": text.encode(), "content_type": "text/html", "fetched_at": office.clock(),
    }  # fmt: skip
    file(Found(**facts), office.post.desk, news=more.get("news", True), now=office.clock())


def payloads(office: Office) -> list[dict[str, Any]]:
    return [payload["data"] for payload in office.channels["desk"].payloads()]  # type: ignore[misc]


def told(office: Office) -> list[tuple[str, str]]:
    """Region and GDP figure of all that reached readers."""
    return [
        (report["region"], change["after"]["said"])
        for payload in payloads(office)
        for report in payload["reports"]
        for change in report["changes"]
        if change["indicator_key"] == "gdp"
    ]


def test_a_region_that_differs_from_its_parent_is_told_when_both_are_known(office: Office) -> None:
    beside = office.with_watches(watch("beside", indicators=["gdp"], conditions=["differs from parent"]))
    publish(beside, CITY, "增长6%左右")
    beside.after(hours=1)
    assert told(beside) == []  # nobody knows yet what the province wants
    publish(beside, PROVINCE, "增长5.5%左右")
    beside.after(hours=1)
    assert told(beside) == [("长春市", "增长6%左右")]
    publish(beside, PROVINCE, "增长5.5%左右")
    beside.after(hours=1)
    assert len(told(beside)) == 1


def test_a_parent_that_is_known_decides_at_once(office: Office) -> None:
    watches = [watch("below", indicators=["gdp"], conditions=["below parent by 0.5 points"])]
    below = office.with_watches(*watches)
    publish(below, PROVINCE, "增长6.5%左右", news=False)
    publish(below, CITY, "增长6%左右")
    below.after(hours=1)
    assert told(below) == [("长春市", "增长6%左右")]


def test_what_the_parent_asks_for_too_is_not_told(office: Office) -> None:
    beside = office.with_watches(watch("beside", indicators=["gdp"], conditions=["differs from parent"]))
    publish(beside, PROVINCE, "增长6%以上", news=False)
    publish(beside, CITY, "增长6%左右")
    beside.after(hours=1)
    assert told(beside) == []


def test_what_is_silenced_is_counted_once_and_never_told(office: Office) -> None:
    hushed = with_silences(office, Silence(key="gdp", until=date(2026, 1, 31), indicators=("gdp",)))
    hushed.news()
    hushed.after(minutes=1)
    (digest,) = payloads(hushed)
    changes = [change["indicator_key"] for report in digest["reports"] for change in report["changes"]]
    assert changes
    assert "gdp" not in changes
    assert "另有 1 条按您的静默设置未列出：" in hushed.channels["desk"].texts()[0]
    after = with_silences(hushed)
    after.clock.move(days=20)
    after.news(gdp="增长5%左右")  # a revision, after the silence has ended
    after.after(minutes=1)
    assert told(after) == [("990300", "增长5%左右")]
    assert "静默" not in hushed.channels["desk"].texts()[1]
    with reading(office.post.desk.engine) as session:
        changes_told = session.exec(select(DigestChange.change_id)).all()
        kept_back = session.exec(select(Hushed)).all()
    assert len(kept_back) == 1
    assert kept_back[0].digest_id is not None
    assert kept_back[0].change_id not in changes_told


def test_a_digest_is_not_sent_for_what_is_silenced(office: Office) -> None:
    hushed = with_silences(office, Silence(key="all", until=date(2026, 1, 31)))
    hushed.news()
    hushed.after(days=3)
    assert hushed.digests() == []
    assert hushed.channels["desk"].tries == []


def broken(office: Office, key: str = "jl", region: str = PROVINCE) -> None:
    now = office.clock()
    with transaction(office.post.desk.engine) as session:
        declare_source(session, SourceState(key=key, name=key, url="http://x.test/", region=region, next_due_at=now))
        notice = Notice(kind="broken", source_key=key, at=now, count=3, label="layout")
        tell(session, notice, region, office.post.desk, now)


def test_only_operators_hear_of_sources_where_there_are_any(office: Office) -> None:
    operated = office.with_watches(ALL, watch("ops", operator=True))
    broken(operated)
    operated.after(seconds=NOTICE_WAIT.total_seconds() + 1)
    assert [payload["watch"] for payload in payloads(operated)] == ["ops"]


def test_a_source_in_nobodys_region_is_told_to_its_readers(office: Office) -> None:
    operated = office.with_watches(ALL, watch("ops", operator=True, regions=["440000"]))
    broken(operated)
    operated.after(seconds=NOTICE_WAIT.total_seconds() + 1)
    assert [payload["watch"] for payload in payloads(operated)] == ["all"]


def test_a_source_that_is_silenced_is_counted_in_the_next_digest(office: Office) -> None:
    hushed = with_silences(office, Silence(key="rebuilt", until=date(2026, 3, 1), sources=("jl",)))
    broken(hushed)
    hushed.after(days=1)
    assert hushed.channels["desk"].tries == []
    broken(hushed, "another", CITY)
    hushed.after(days=1)
    (payload,) = payloads(hushed)
    assert [notice["source"] for notice in payload["notices"]] == ["another"]
    assert "另有 1 条按您的静默设置未列出：" in hushed.channels["desk"].texts()[0]


def test_new_rules_are_one_line_to_operators_and_none_to_readers(office: Office) -> None:
    operated = office.with_watches(ALL, watch("ops", operator=True))
    for region, count in ((PROVINCE, 12), (CITY, 30)):
        with transaction(operated.post.desk.engine) as session:
            notice = Notice(kind="rules", source_key=region, at=operated.clock(), count=count)
            tell_operators(session, notice, region, operated.post.desk, operated.clock())
    operated.after(hours=1)
    (payload,) = payloads(operated)
    assert (payload["watch"], payload["subject"]) == ("ops", "识别规则更新，已重读 42 份文件")
    assert len(payload["notices"]) == 1
    assert "已重读 2 个地区的 42 份文件" in operated.channels["desk"].texts()[0].replace("\n  ", "")


def test_what_is_told_of_sources_waits_for_the_end_of_quiet_hours(office: Office) -> None:
    quiet = office.with_watches(watch("quiet", quiet="11:00-14:00"))
    broken(quiet)  # at noon in China
    quiet.after(minutes=115)
    assert quiet.channels["desk"].tries == []
    quiet.after(minutes=6)
    assert len(quiet.channels["desk"].tries) == 1


def test_neighbours_and_last_years_come_from_what_is_kept(office: Office) -> None:
    publish(office, PROVINCE, "增长5.5%左右", news=False)
    publish(office, CITY, "增长6.5%以上", year=2025, news=False)
    publish(office, CITY, "增长6%左右")
    office.after(minutes=1)
    (digest,) = office.digests()
    assert digest.images
    assert "cid:" in digest.html
    text = digest.text
    assert "[2026 年目标与上级、同级相比]" in text
    assert "吉林省          5.5%左右" in text
    assert "2025  6.5%以上  6.2%" in text


def test_a_dead_channel_is_told_to_an_operator_at_once_and_a_broken_source_after_a_while(office: Office) -> None:
    ops = office.with_watches(watch("ops", operator=True, when="daily 08:07"))
    with transaction(ops.post.desk.engine) as session:
        dead = Notice(kind="dead_channel", source_key="hook", at=ops.clock(), count=1, detail="410 Gone")
        tell(session, dead, "", ops.post.desk, ops.clock())
    ops.after(seconds=1)
    assert [one["kind"] for payload in payloads(ops) for one in payload["notices"]] == ["dead_channel"]
    with transaction(ops.post.desk.engine) as session:
        broken = Notice(kind="broken", source_key="x", at=ops.clock(), count=3)
        tell(session, broken, "", ops.post.desk, ops.clock())
    ops.after(minutes=9)
    assert len(payloads(ops)) == 1
