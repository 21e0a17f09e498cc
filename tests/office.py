"""A post with recording channels over a real database, for the tests of delivery."""

from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlmodel import select

from monitor.delivery import Told, close_digests, deliver
from monitor.filing import Desk, Found, file
from monitor.telling.post import Links, Post
from monitor.watches import Watch
from storage.archive import Archive
from storage.database import reading
from storage.models import Delivery, Digest
from storage.outbox import find_deliveries
from storage.values import Kind
from tests.fakes import PLACE, REGION, TARGETS, Clock, RecordingNotifier, report_text

ALL = Watch(key="all", indicators=("all",), when="at once", channels=("desk",))


@dataclass
class Office:
    """A post with recording channels, over a real database, and a clock that the test moves."""

    post: Post
    clock: Clock
    channels: dict[str, RecordingNotifier]

    def news(self, year: int = 2026, gdp: str = "增长6%左右") -> None:
        """A report that the watches hear of."""
        text = report_text(year, TARGETS | {"地区生产总值": gdp})
        found = Found(
            source_key="lanting", region=REGION, kind=Kind.WORK_REPORT, url=f"http://reports.test/{year}.html",
            title=f"{year}年{PLACE}政府工作报告", issuer="", site_code="", published_on=None, text=text,
            raw=text.encode(), content_type="text/html", fetched_at=self.clock(),
        )  # fmt: skip
        file(found, self.post.desk, news=True, now=self.clock())

    def close(self) -> list[Digest]:
        return close_digests(self.post, self.clock())

    def deliver(self, channel: str = "desk") -> list[Told]:
        return deliver(self.post, channel, self.clock)

    def after(self, **duration: float) -> None:
        """Some time later: what is due is closed and tried."""
        self.clock.move(**duration)
        self.close()
        for channel in self.channels:
            self.deliver(channel)

    def deliveries(self) -> list[Delivery]:
        with reading(self.post.desk.engine) as session:
            return find_deliveries(session)

    def states(self) -> list[tuple[str, str, int]]:
        return [(one.channel, one.state, one.attempts) for one in self.deliveries()]

    def digests(self) -> list[Digest]:
        with reading(self.post.desk.engine) as session:
            return list(session.exec(select(Digest)))

    def with_watches(self, *watches: Watch) -> "Office":
        return replace(self, post=replace(self.post, desk=replace(self.post.desk, watches=watches)))


def an_office(folder: Path, engine: Engine, clock: Clock) -> Office:
    """One watch for everything, at once, over one channel called desk."""
    desk = Desk(engine, Archive(folder / "archive"), (ALL,), ZoneInfo("Asia/Shanghai"))
    channels = {"desk": RecordingNotifier()}
    return Office(Post(desk, channels, Links(), Random(1)), clock, channels)


def two_channels(office: Office) -> Office:
    """The same watch over desk and hook."""
    channels = {"desk": RecordingNotifier(), "hook": RecordingNotifier()}
    both = replace(office, channels=channels, post=replace(office.post, channels=channels))
    return both.with_watches(ALL.model_copy(update={"channels": ("desk", "hook")}))
