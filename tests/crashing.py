"""A worker that files a stream of invented reports and delivers what they owe, for test_crashes to kill."""

import sys
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Event
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from monitor.delivery import close_digests, deliver
from monitor.filing import Desk, Found, file
from monitor.notifiers.folder import FolderNotifier, FolderSettings
from monitor.notifiers.webhook import WebhookNotifier, WebhookSettings
from monitor.post import Links, Post
from monitor.watches import Watch
from storage.archive import Archive
from storage.database import make_engine, reading
from storage.outbox import count_deliveries, find_open_digests
from storage.values import Kind
from tests.fakes import PLACE, REGION, report_text

FIRST = 2000  # the year of the first report
ROUNDS = 100  # of delivering, at the end


def now() -> datetime:
    return datetime.now(UTC)


def later(turn: int) -> datetime:
    """Far ahead, and farther each turn, so that what failed is due again."""
    return now() + timedelta(days=30 * (turn + 1))


def work(folder: Path, url: str, secret: str, reports: int, ready: Event) -> None:
    """File the reports of so many years and deliver after each. Exit code 0 when nothing is owed any more."""
    post = _post(folder, url, secret)
    ready.set()
    for year in range(FIRST, FIRST + reports):
        file(_found(year), post.desk, news=True, now=now())
        _deliver(post, now())
    for turn in range(ROUNDS):
        _deliver(post, later(turn))
        with reading(post.desk.engine) as session:
            if not find_open_digests(session) and not count_deliveries(session).get("due"):
                return
    sys.exit("something is still owed")


def _post(folder: Path, url: str, secret: str) -> Post:
    watch = Watch(key="all", indicators=("all",), when="at once", wait_seconds=0, channels=("hook", "folder"))
    engine = make_engine(f"sqlite:///{folder / 'db'}")
    desk = Desk(engine, Archive(folder / "archive"), (watch,), ZoneInfo("Asia/Shanghai"))
    hook = WebhookSettings(type="webhook", url=SecretStr(url), secret=(SecretStr(secret),))
    out = FolderSettings(type="folder", path=folder / "digests")
    return Post(desk, {"hook": WebhookNotifier(hook), "folder": FolderNotifier(out)}, Links(), Random())


def _found(year: int) -> Found:
    goals = {"地区生产总值": f"增长{5 + year % 7 / 2}%", "固定资产投资": f"增长{year % 5 + 1}%"}
    text = report_text(year, goals, {})
    return Found(
        source_key="lanting", region=REGION, kind=Kind.WORK_REPORT, url=f"http://reports.test/{year}.html",
        title=f"{year}年{PLACE}政府工作报告", issuer="", site_code="", published_on=None, text=text,
        raw=text.encode(), content_type="text/html", fetched_at=now(),
    )  # fmt: skip


def _deliver(post: Post, at: datetime) -> None:
    close_digests(post, at)
    for channel in post.channels:
        deliver(post, channel, lambda: at)
