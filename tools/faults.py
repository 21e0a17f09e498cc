"""The fault experiments that were made with other watchers of pages, made with mubiao: what is told of 20 changes.

python -m tools.faults [EXPERIMENT…]      (from the checkout; `make faults`)

Each experiment is an installation of its own in a temporary folder, driven by the command line as a user would, over 20
invented cities and a webhook receiver on loopback. Prints one line each; exit code 1 if a change was lost, told twice
under two ids, or something was told that is no change.
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from monitor.catalogue.regions import Level, regions
from storage.database import make_engine, transaction
from storage.outbox import find_open_digests
from tests.fakes import TARGETS, report_text

MUBIAO = Path(sys.executable).parent / "mubiao"
SECRET = "whsec_" + "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
CITIES = 20
PAUSE = threading.Event()  # never set: to wait on
PATIENCE = 300.0  # seconds that anything here may take on a busy machine
STEPS = ("增长6.5%以上", "增长6%左右", "增长5.5%左右", "增长5%左右")


@dataclass
class World:
    """Twenty cities' pages and a receiver, on one loopback server; each field is what it does from now on."""

    version: int = 0
    pages: str = "fine"  # fine, 503, or hollow: status 200 without the article
    delay: float = 0.0  # before each page
    receiver: int = 200
    receiver_delay: float = 0.0
    fetched: list[str] = field(default_factory=list)
    got: list[tuple[int, bytes]] = field(default_factory=list)  # what the receiver answered, and the body

    def page(self, path: str) -> tuple[int, str]:
        if self.pages == "503":
            return 503, "<html><head><title>系统维护中</title></head><body>系统维护中，请稍后访问</body></html>"
        city = path.split("/")[1]
        if path.endswith("/"):
            listed = f'<li><a href="/{city}/t20260112_1.html">2026年政府工作报告</a><span>2026-01-12</span></li>'
            return 200, f"<html><head><title>政府工作报告</title></head><body><ul>{listed}</ul></body></html>"
        text = report_text(2026, TARGETS | {"地区生产总值": STEPS[self.version]})
        body = "".join(f"<p>{line}</p>" for line in text.splitlines()) if self.pages == "fine" else "<p></p>"
        head = "<meta name='ArticleTitle' content='2026年政府工作报告'><meta name='PubDate' content='2026-01-12 09:00'>"
        return 200, f"<html><head><title>2026年政府工作报告</title>{head}</head><body><div class='TRS_Editor'>{body}"

    def told(self) -> Counter[str]:
        """How often each city's change was accepted, each digest counted once by its id."""
        seen: set[str] = set()
        cities: Counter[str] = Counter()
        for status, body in self.got:
            data = json.loads(body)["data"]
            if status == 200 and data["id"] not in seen:
                seen.add(data["id"])
                cities.update(re.search(r"/(c\d+)/", report["url"])[1] for report in data["reports"])  # type: ignore[index]
        return cities

    def notices(self) -> list[Counter[str]]:
        """How many notices of each kind each message had that was accepted; first visits apart."""
        told = [json.loads(body)["data"]["notices"] for status, body in self.got if status == 200]
        return [Counter(one["kind"] for one in notices if one["kind"] != "baseline") for notices in told]


def _handler(world: World) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/robots.txt":
                self._answer(404, b"")
                return
            PAUSE.wait(world.delay)
            world.fetched.append(self.path)
            status, text = world.page(self.path)
            self._answer(status, text.encode())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            PAUSE.wait(world.receiver_delay)
            world.got.append((world.receiver, body))
            self._answer(world.receiver, b"")

        def _answer(self, status: int, body: bytes) -> None:
            with suppress(OSError):
                self.send_response(status)
                self.send_header("content-type", "text/html; charset=utf-8")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


@dataclass
class Installation:
    """mubiao in a folder, watching the world."""

    folder: Path
    world: World
    port: int

    def configure(self, receiver: str = "", *, wait: float = 0) -> None:
        hook = receiver or f"http://127.0.0.1:{self.port}/hook"
        cities = [one for one in regions() if one.level is Level.PREFECTURE][:CITIES]
        sources = "\n".join(
            f'[sources.c{number}]\nname = "{city.name}"\nurl = "http://{_host(number)}:{self.port}/c{number}/"\n'
            f'region = "{city.code}"\nprivate = true\n'
            for number, city in enumerate(cities)
        )
        (self.folder / "mubiao.toml").write_text(
            f'data = "data"\ncontact = "faults@example.org"\n[fetch]\ngap_seconds = 0\n[console]\nenabled = false\n'
            f'[watches.all]\nindicators = ["all"]\nwhen = "at once"\nwait_seconds = {wait}\nchannels = ["desk"]\n'
            f'[channels.desk]\ntype = "webhook"\nurl = "{hook}"\nsecret = "{SECRET}"\n{sources}',
            encoding="utf-8",
        )

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [MUBIAO, *words], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env={name: value for name, value in os.environ.items() if not name.startswith("MUBIAO_")},
        )  # fmt: skip

    def run(self, *words: str) -> int:
        with self.start(*words) as process:
            process.communicate(timeout=PATIENCE)
            return process.returncode

    def deliver_what_waits(self) -> None:
        """What is sent when the wait of ten minutes is over, in which notices gather."""
        engine = make_engine(f"sqlite:///{self.folder / 'data/mubiao.sqlite'}")
        with transaction(engine) as session:
            for digest in find_open_digests(session):
                digest.due_at = digest.opened_at
        engine.dispose()
        self.run("deliver")

    def round(self) -> None:
        """What the daemon does in an hour: look at everything, and send what is due, the failed ones too."""
        self.run("visit", "--recheck")
        self.run("retry", "desk")
        self.run("deliver")

    def first(self) -> None:
        """The first visit, which tells nothing of targets."""
        self.configure()
        self.round()


@contextmanager
def installed() -> Iterator[Installation]:
    """A world whose cities have a loopback address each, as real ones have a host each, and mubiao over it."""
    world = World()
    first = ThreadingHTTPServer(("127.0.0.1", 0), _handler(world))
    port = first.server_port
    servers = [first, *(ThreadingHTTPServer((_host(number), port), _handler(world)) for number in range(CITIES))]
    for server in servers:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            yield Installation(Path(folder), world, port)
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()


def _host(number: int) -> str:
    return f"127.0.1.{number + 1}"


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > deadline:
            raise SystemExit("an experiment did not come to its point in time")
        PAUSE.wait(0.02)


def lost500(one: Installation) -> tuple[str, bool]:
    """The receiver answers 500 while 20 pages change."""
    one.first()
    one.world.version, one.world.receiver = 1, 500
    one.round()
    one.world.receiver = 200
    one.round()
    one.round()
    return _all_once(one)


def refused(one: Installation) -> tuple[str, bool]:
    """Nobody listens at the receiver's address while 20 pages change."""
    one.first()
    one.configure("http://127.0.0.1:9/hook")
    one.world.version = 1
    one.round()
    one.configure()
    one.round()
    one.round()
    return _all_once(one)


def kill9(one: Installation) -> tuple[str, bool]:
    """SIGKILL after 12 of 20 changed pages were fetched."""
    one.first()
    one.world.version, one.world.delay = 1, 0.3
    before = _pages(one.world)
    with one.start("visit", "--recheck") as process:
        until(lambda: _pages(one.world) - before >= 12)
        process.kill()
    one.world.delay = 0
    one.round()
    one.round()
    return _all_once(one)


def sigterm(one: Installation) -> tuple[str, bool]:
    """The daemon is stopped with SIGTERM while messages wait behind a slow receiver."""
    one.first()
    one.world.version, one.world.receiver_delay = 1, 0.7
    one.run("visit", "--recheck")
    with one.start("run") as process:
        until(lambda: bool(one.world.got))
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE)
    one.world.receiver_delay = 0
    one.round()
    return _all_once(one)


def overlap(one: Installation) -> tuple[str, bool]:
    """Two runs at once: the second is refused, and nothing is told twice."""
    one.first()
    one.world.version, one.world.delay = 1, 0.1
    with one.start("visit", "--recheck") as first, one.start("visit", "--recheck") as second:
        codes = sorted(process.wait(PATIENCE) for process in (first, second))
    one.world.delay = 0
    one.run("deliver")
    one.round()
    told, fine = _all_once(one)
    return f"{told}; exit codes {codes}", fine and codes == [0, 1]


def maintenance(one: Installation) -> tuple[str, bool]:
    """All pages answer 503 for three rounds, then come back as they were."""
    one.first()
    return _nothing_but_notices(one, "503", "broken")


def hollow(one: Installation) -> tuple[str, bool]:
    """All report pages answer 200 without the article for three rounds, then come back as they were."""
    one.first()
    return _nothing_but_notices(one, "hollow", "unread")


def flap(one: Installation) -> tuple[str, bool]:
    """A target goes A, B, A, B, A: four changes of each page, four times told."""
    one.first()
    for version in (1, 0, 1, 0):
        one.world.version = version
        one.round()
    told = one.world.told()
    return f"{sum(told.values())} changes told of {4 * CITIES}", set(told.values()) == {4} and len(told) == CITIES


def flood(one: Installation) -> tuple[str, bool]:
    """The first run over 20 pages."""
    one.first()
    told, messages = one.world.told(), len(one.world.got)
    return f"{sum(told.values())} changes told, {messages} messages", not told and messages <= 1


def _nothing_but_notices(one: Installation, pages: str, kind: str) -> tuple[str, bool]:
    one.world.pages = pages
    for _ in range(3):
        one.round()
    one.deliver_what_waits()
    one.world.pages = "fine"
    one.round()
    one.deliver_what_waits()
    told, messages = one.world.told(), one.world.notices()
    named = "; ".join(f"a message of {count} {kind}" for kinds in messages for kind, count in sorted(kinds.items()))
    expected = [{kind: CITIES}, {"recovered": CITIES}]
    return f"{sum(told.values())} changes told; {named or 'no message'}", not told and messages == expected


def _all_once(one: Installation) -> tuple[str, bool]:
    told = one.world.told()
    ids = {json.loads(body)["data"]["id"] for status, body in one.world.got if status == 200}
    twice = sum(count > 1 for count in told.values())
    return (
        f"{len(told)} of {CITIES} told, {twice} twice, {len(one.world.got)} tries at {len(ids)} messages",
        len(told) == CITIES and not twice,
    )


def _pages(world: World) -> int:
    return sum(path.endswith(".html") for path in world.fetched)


EXPERIMENTS = (lost500, refused, kill9, sigterm, overlap, maintenance, hollow, flap, flood)


def main(names: list[str]) -> int:
    failed = 0
    for experiment in EXPERIMENTS:
        if names and experiment.__name__ not in names:
            continue
        with installed() as one:
            told, fine = experiment(one)
        failed += not fine
        print(f"{'ok ' if fine else 'BAD'} {experiment.__name__:12} {experiment.__doc__}\n    {told}", flush=True)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
