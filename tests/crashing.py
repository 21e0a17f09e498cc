"""A worker that files a stream of invented reports and delivers what they owe, for test_crashes to kill.

Two wrong ways of working are kept beside the right one, so that the test can be seen to find what they lose.
"""

import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Semaphore
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from pydantic import SecretStr
from sqlalchemy import Engine
from sqlmodel import col, func, select

from monitor.delivery import close_digests, deliver
from monitor.filing import Desk, Found, file, understand
from monitor.notifiers.folder import FolderNotifier, FolderSettings
from monitor.notifiers.message import DeliveryError, Message, Notifier
from monitor.notifiers.webhook import WebhookNotifier, WebhookSettings
from monitor.telling.post import Links, Post
from monitor.watches import Watch
from storage.archive import Archive
from storage.database import make_engine, reading, transaction
from storage.models import Change, Delivery, Report
from storage.outbox import count_deliveries, find_open_digests, note_sent, owe
from storage.values import Kind
from tests.fakes import PLACE, REGION, report_text

FIRST = 2000  # the year of the first report
ROUNDS = 100  # of delivering, at the end
BATCH = 4  # reports that the worker of OWED_APART remembers before it owes them
CONNECTING = threading.Event()  # never set: to wait on
RIGHT, MARKED_FIRST, OWED_APART = "right", "marked first", "owed apart"


def growth_of(year: int) -> tuple[float, float]:
    """What the report of a year asks for: of GDP and of investment. Both differ from the year before."""
    return 5 + year % 7 / 2, year % 5 + 1


def now() -> datetime:
    return datetime.now(UTC)


def later(turn: int) -> datetime:
    """Far ahead, and farther each turn, so that what failed is due again."""
    return now() + timedelta(days=30 * (turn + 1))


def work(folder: Path, url: str, secret: str, reports: int, way: str, steps: Semaphore) -> None:
    """File the reports of so many years and deliver after each, from the newest on record (again) onwards.

    `steps` is released when all is loaded, and after each report. Exit code 0 when nothing is owed any more.
    """
    post = _post(folder, url, secret, way)
    understand(_found(FIRST))
    steps.release()
    filing = _OwedApart(post.desk) if way == OWED_APART else _Right(post.desk)
    for year in range(_newest(post.desk.engine), FIRST + reports):
        filing.take(_found(year))
        _deliver(post, now())
        steps.release()
    filing.end()
    for turn in range(ROUNDS):
        _deliver(post, later(turn))
        with reading(post.desk.engine) as session:
            if not find_open_digests(session) and not count_deliveries(session).get("due"):
                return
    sys.exit("something is still owed")


class _Right:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def take(self, found: Found) -> None:
        file(found, self._desk, news=True, now=now())

    def end(self) -> None:
        """Nothing is left to do."""


class _OwedApart(_Right):
    """The wrong way of which decision 0006 warns: a change and what is owed for it are not one transaction."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._changes: list[int] = []
        self._filed = 0

    def take(self, found: Found) -> None:
        with reading(self._desk.engine) as session:
            last = session.exec(select(func.max(Change.id))).one() or 0
        file(found, replace(self._desk, watches=()), news=True, now=now())
        with reading(self._desk.engine) as session:
            fresh = session.exec(select(Change).where(col(Change.id) > last))
            self._changes += [change.id for change in fresh if change.news and change.id is not None]
        self._filed += 1
        if self._filed % BATCH == 0:
            self.end()

    def end(self) -> None:
        with transaction(self._desk.engine) as session:
            owe(session, self._desk.watches[0].key, changes=self._changes, due_at=now(), now=now())
        self._changes.clear()


@dataclass(frozen=True)
class _MarkedFirst:
    """The other wrong way: a delivery is noted as sent, and then it is sent, once the connection stands."""

    right: Notifier
    engine: Engine

    def addresses(self) -> Sequence[str]:
        return self.right.addresses()

    def prepare(self, message: Message, address: str) -> tuple[bytes, ...]:
        return self.right.prepare(message, address)

    def room(self, now: datetime) -> int | None:
        return self.right.room(now)

    def send(self, body: bytes, *, id: str, address: str, now: datetime) -> str:
        with transaction(self.engine) as session:
            delivery = session.exec(select(Delivery).where(Delivery.digest_id == id, Delivery.channel == "hook")).one()
            assert delivery.id is not None
            note_sent(session, delivery.id, answer="", now=now)
        CONNECTING.wait(0.2)
        try:
            return self.right.send(body, id=id, address=address, now=now)
        except DeliveryError:
            with transaction(self.engine) as session:
                session.get_one(Delivery, delivery.id).state = "due"
            raise


def _newest(engine: Engine) -> int:
    with reading(engine) as session:
        return session.exec(select(func.max(Report.year))).one() or FIRST


def _post(folder: Path, url: str, secret: str, way: str) -> Post:
    watch = Watch(key="all", indicators=("all",), when="at once", wait_seconds=0, channels=("hook", "folder"))
    engine = make_engine(f"sqlite:///{folder / 'db'}")
    desk = Desk(engine, Archive(folder / "archive"), (watch,), ZoneInfo("Asia/Shanghai"))
    settings = WebhookSettings(type="webhook", url=SecretStr(url), secret=(SecretStr(secret),))
    hook: Notifier = WebhookNotifier(settings)
    if way == MARKED_FIRST:
        hook = _MarkedFirst(hook, engine)
    out = FolderSettings(type="folder", path=folder / "digests")
    return Post(desk, {"hook": hook, "folder": FolderNotifier(out)}, Links(), Random())


def _found(year: int) -> Found:
    gdp, investment = growth_of(year)
    text = report_text(year, {"地区生产总值": f"增长{gdp:g}%", "固定资产投资": f"增长{investment:g}%"}, {})
    return Found(
        source_key="lanting", region=REGION, kind=Kind.WORK_REPORT, url=f"http://reports.test/{year}.html",
        title=f"{year}年{PLACE}政府工作报告", issuer="", site_code="", published_on=None, text=text,
        raw=text.encode(), content_type="text/html", fetched_at=now(),
    )  # fmt: skip


def _deliver(post: Post, at: datetime) -> None:
    close_digests(post, at)
    for channel in post.channels:
        deliver(post, channel, lambda: at)
