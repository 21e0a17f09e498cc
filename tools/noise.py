"""How much a reader is told: real reports as if published over six weeks, and what each watch got.

python -m tools.noise      (from the checkout; needs ../shared)

The provinces' reports of 2025 are what a first visit found; those of 2026 come out between 5 January and mid-February,
most of them in the third week of January. Each is seen again on the next day, and once more at another address.
"""

import csv
import json
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from monitor.catalogue.regions import find_regions
from monitor.delivery import close_digests, deliver
from monitor.filing import Desk, Found, file
from monitor.notifiers.message import Message
from monitor.telling.post import Links, Post
from monitor.watches import Watch
from storage.archive import Archive
from storage.database import make_engine, migrate, reading
from storage.outbox import find_open_digests
from storage.values import Kind

CORPUS = Path(__file__).resolve().parents[2] / "shared/corpus/unlabelled"
CHINA = ZoneInfo("Asia/Shanghai")
FIRST_DAY = datetime(2026, 1, 5, tzinfo=CHINA)
WEEKS = 6
BUSY = 15, 4.0  # the day most of them come out on, and by how many days they differ from it
WATCHES = (
    Watch(key="daily", channels=("desk",)),
    Watch(key="daily-all", indicators=("all",), channels=("desk",)),
    Watch(key="at-once", when="at once", quiet="22:00-07:30", channels=("desk",)),
    Watch(key="hourly", when="hourly", channels=("desk",)),
    Watch(key="weekly", when="weekly mon 08:07", channels=("desk",)),
    Watch(
        key="gdp-cuts", indicators=("gdp",), conditions=("lowered by 0.5 points",), when="at once", channels=("desk",)
    ),
)


@dataclass(frozen=True)
class Published:
    """A report and when it came out; `news` is false for what a first visit found."""

    found: Found
    at: datetime
    news: bool


@dataclass
class Desktop:
    """A channel that keeps what it is handed."""

    messages: list[dict[str, Any]] = field(default_factory=list)

    def addresses(self) -> Sequence[str]:
        return ("",)

    def prepare(self, message: Message, address: str) -> tuple[bytes, ...]:
        kept = {
            "watch": message.watch, "at": message.made_at.isoformat(), "text": message.text,
            "html": len(message.html.encode()), "data": json.loads(message.payload)["data"],
        }  # fmt: skip
        return (json.dumps(kept).encode(),)

    def room(self, now: datetime) -> int | None:
        return None

    def send(self, body: bytes, *, id: str, address: str, now: datetime) -> str:
        self.messages.append(json.loads(body))
        return "kept"


@dataclass(frozen=True)
class Noise:
    """What one watch got: messages, the most on one day, changes, the most in one, the longest text in lines, the
    largest HTML in bytes, and what should not be.
    """

    watch: str
    messages: int
    most_a_day: int
    lines: int
    most_lines: int
    text: int
    html: int
    empty: int
    twice: int


def main() -> None:
    if not CORPUS.is_dir():
        raise SystemExit(f"{CORPUS} is missing: no reports to publish")
    with tempfile.TemporaryDirectory() as folder:
        messages = publish(provinces(), WATCHES, Path(folder))
    heads = f"{'watch':24}{'messages':>9}{'a day':>7}{'changes':>9}{'in one':>8}{'text':>6}{'html':>9}"
    print(f"{heads}{'empty':>7}{'twice':>7}")
    for watch in WATCHES:
        one = measured(watch.key, messages)
        print(
            f"{one.watch:24}{one.messages:9}{one.most_a_day:7}{one.lines:9}{one.most_lines:8}{one.text:6}{one.html:9,}"
            f"{one.empty:7}{one.twice:7}"
        )


def publish(reports: Iterable[Published], watches: Sequence[Watch], folder: Path) -> list[dict[str, Any]]:
    """Every message that the watches got, oldest first."""
    engine = make_engine(f"sqlite:///{folder / 'noise.sqlite'}")
    migrate(engine)
    desktop = Desktop()
    desk = Desk(engine, Archive(folder / "archive"), watches, CHINA)
    post = Post(desk, {"desk": desktop}, Links("http://127.0.0.1:8710"), Random(1))
    for report in sorted(reports, key=lambda one: one.at):
        _send_until(post, report.at)
        file(report.found, desk, news=report.news, now=report.at)
    _send_until(post, FIRST_DAY + timedelta(weeks=WEEKS + 4))
    engine.dispose()
    return desktop.messages


def _send_until(post: Post, until: datetime) -> None:
    while True:
        with reading(post.desk.engine) as session:
            due = min((one.due_at for one in find_open_digests(session)), default=None)
        if due is None or due > until:
            return
        close_digests(post, due)
        deliver(post, "desk", lambda at=due: at)  # type: ignore[misc]  # bound now


def measured(watch: str, messages: Iterable[dict[str, Any]]) -> Noise:
    mine = [message for message in messages if message["watch"] == watch]
    days = Counter(datetime.fromisoformat(message["at"]).astimezone(CHINA).date() for message in mine)
    counts = [sum(1 for _ in _lines(message)) for message in mine]
    lines = Counter(line for message in mine for line in _lines(message))
    return Noise(
        watch, len(mine), max(days.values(), default=0), sum(counts), max(counts, default=0),
        max((message["text"].count("\n") for message in mine), default=0),
        max((message["html"] for message in mine), default=0), counts.count(0),
        sum(count - 1 for count in lines.values()),
    )  # fmt: skip


def _lines(message: dict[str, Any]) -> Iterable[tuple[str, ...]]:
    """What a message tells, each as the words that would make it the same line."""
    for report in message["data"]["reports"]:
        for change in report["changes"]:
            sides = (change[side] and change[side]["said"] for side in ("before", "after"))
            yield (
                report["region_code"],
                str(report["year"]),
                change["kind"],
                change["basis"],
                change["name"],
                *map(str, sides),
            )


def provinces() -> list[Published]:
    """31 provinces: 2025 as found, 2026 as published, seen again, and reposted."""
    random, made = Random(20260105), []
    with (CORPUS / "INDEX.tsv").open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines, delimiter="\t") if row["level"] == "province"]
    for row in sorted(rows, key=lambda row: (row["year"], row["place"])):
        region = find_regions(row["place"])[0].code
        text = (CORPUS / f"{row['place']}_{row['year']}.txt").read_text(encoding="utf-8")
        found = found_at(region, f"{row['year']}年{row['place']}政府工作报告", text, int(row["year"]))
        if row["year"] == "2025":
            made.append(Published(found, FIRST_DAY - timedelta(days=30), False))
        elif row["year"] == "2026":
            made += spread(found, random)
    return made


def found_at(region: str, title: str, text: str, year: int) -> Found:
    return Found(
        source_key=region, region=region, kind=Kind.WORK_REPORT, url=f"http://{region}.example/{year}.html",
        title=title, issuer="", site_code="", published_on=None, text=text, raw=text.encode(),
        content_type="text/html", fetched_at=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip


def spread(found: Found, random: Random) -> list[Published]:
    """A report of this year: out within working hours of some day, seen again a day later, and reposted then."""
    day = min(max(0, round(random.gauss(*BUSY))), 7 * WEEKS - 3)
    at = FIRST_DAY + timedelta(days=day, hours=9, minutes=random.randrange(9 * 60))
    again = replace(found, url=f"{found.url}?from=paper", raw=found.raw + b" ")
    return [
        Published(found, at, True),
        Published(found, at + timedelta(days=1), True),
        Published(again, at + timedelta(days=2), True),
    ]


if __name__ == "__main__":
    main()
