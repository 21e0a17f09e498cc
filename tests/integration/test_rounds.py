"""Visits side by side: a slow host holds up only itself, and it is said what is waited for."""

import threading
from datetime import datetime
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from monitor.cli import rounds
from monitor.cli.building import declare
from monitor.cli.rounds import visit_all
from monitor.desk import Desk
from monitor.visiting.visited import Tools
from scrapers.documents import DocumentReader
from scrapers.scrape import Scraper
from storage.archive import Archive
from storage.errors import DiskFull
from tests.fakes import Clock, Column, Web

PATIENT = 30.0  # seconds that a test waits for what should come at once


def test_a_host_that_waits_holds_up_no_other_and_is_named(
    tmp_path: Path, engine: Engine, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "PATIENCE", 0.05)
    web, released, told = Web(), threading.Event(), []
    hosts = ("slow.test", "quick.test", "third.test")
    columns = [Column(web, url=f"http://{host}/gzbg/") for host in hosts]
    sources = [column.source(key=f"s{place}") for place, column in enumerate(columns)]
    for column in columns:
        column.publish_report(2025)

    def hold(url: str) -> None:
        if "slow.test" in url and not released.wait(PATIENT):
            pytest.fail("nobody let it go on")

    def tell(words: str) -> None:
        told.append(words)
        if len(ended) == 2:
            released.set()

    web.before = hold
    desk = Desk(engine, Archive(tmp_path / "archive"), (), ZoneInfo("Asia/Shanghai"))
    declare(engine, sources, now)
    ended: list[str] = []
    with DocumentReader() as documents:
        tools = Tools(Scraper(web.as_client(), documents), desk, Clock(now), Random(1), threading.Event())
        for visited in visit_all(sources, tools, workers=2, again=False, tell=tell):
            assert visited.error is None
            ended.append(visited.source.host)
    assert ended == ["quick.test", "third.test", "slow.test"]
    assert "still visiting s0 (slow.test)" in told[-1]


def test_what_no_visit_may_pass_over_ends_the_round(tmp_path: Path, engine: Engine, now: datetime) -> None:
    web = Web()
    column = Column(web)

    def refuse(url: str) -> None:
        raise DiskFull("no room left")

    column.publish_report(2025)
    web.before = refuse
    desk = Desk(engine, Archive(tmp_path / "archive"), (), ZoneInfo("Asia/Shanghai"))
    declare(engine, [column.source()], now)
    with DocumentReader() as documents:
        tools = Tools(Scraper(web.as_client(), documents), desk, Clock(now), Random(1), threading.Event())
        with pytest.raises(DiskFull):
            list(visit_all([column.source()], tools, workers=2, again=False, tell=lambda words: None))
    assert tools.stopping.is_set()
    assert web.stopped
