"""Invented portals on loopback, each a host of its own, that note who asks them when; and what is told of them."""

import random
import threading
import time
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from tests.fakes import PLACE, Column, Web, report_text

ANSWERS_AFTER = 0.03  # seconds
FIRST, OLD = 2016, 3  # the first year that a portal has, and how many it has from the beginning
REGIONS = ("220102", "220103", "220104", "220105", "220106", "220112")  # the texts are of an invented place
GOALS = ("地区生产总值", "固定资产投资", "社会消费品零售总额")


@dataclass
class Portal:
    """One host with two columns: a report of a year more from time to time, of another region each."""

    url: str
    regions: tuple[str, str]
    web: Web = field(default_factory=Web)
    busy: int = 0
    most: int = 0
    began: list[float] = field(default_factory=list)
    ended: list[float] = field(default_factory=list)
    guard: threading.Lock = field(default_factory=threading.Lock)
    years: int = 0

    def __post_init__(self) -> None:
        self.columns = [Column(self.web, f"{self.url}/{region}/gzbg/") for region in self.regions]
        for _ in range(OLD):
            self.publish()

    def publish(self) -> None:
        """A new report in each column, which states other targets than the one before."""
        year = FIRST + self.years
        for region, column in zip(self.regions, self.columns, strict=True):
            odds = random.Random(f"{region} {year}")
            goals = {name: f"增长{odds.randint(20, 90) / 10:g}%" for name in GOALS}
            column.publish_report(year, report_text(year, goals, {}, extra=f"新建公园{odds.randint(3, 99)}个。"))
        self.years += 1

    def answer(self, path: str) -> tuple[int, str, bytes]:
        with self.guard:
            self.began.append(time.monotonic())
            self.busy += 1
            self.most = max(self.most, self.busy)
        time.sleep(ANSWERS_AFTER)
        body, content_type = self.web.pages.get(self.url + path, (b"", ""))
        with self.guard:
            self.busy -= 1
            self.ended.append(time.monotonic())
        return (200, content_type, body) if body else (404, "text/plain", b"nothing here")

    @property
    def gaps(self) -> list[float]:
        """Between the end of each request and the beginning of the next, in seconds."""
        return [began - ended for began, ended in zip(self.began[1:], self.ended, strict=False)]

    def expected(self) -> set[tuple[str, int]]:
        return {(region, FIRST + year) for region in self.regions for year in range(self.years)}

    def tables(self) -> str:
        """What a mubiao.toml says of its columns."""
        return "\n".join(
            f'[sources.s{region}]\nname = "{PLACE}{region}"\nurl = "{column.url}"\nregion = "{region}"\n'
            f"private = true\nyears = 30\nevery_hours = {2 / 3600}\n"
            for region, column in zip(self.regions, self.columns, strict=True)
        )


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        assert isinstance(self.server, _Server)
        status, content_type, body = self.server.portal.answer(self.path)
        self.send_response(status)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        assert isinstance(self.server, _Server)
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.received[self.headers["webhook-id"]].append(body)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, host: str) -> None:
        super().__init__((host, 0), _Handler)
        self.received: dict[str, list[bytes]] = defaultdict(list)
        self.portal: Portal

    def handle_error(self, *_: object) -> None:
        """Whoever asked was killed."""


class Portals:
    """Portals between `with` and its end, and a receiver of webhooks."""

    def __init__(self, number: int = 3) -> None:
        self._servers = [_Server(f"127.0.9.{place + 1}") for place in range(number + 1)]
        self._stack = ExitStack()
        *portals, receiver = self._servers
        self.all: list[Portal] = []
        for place, server in enumerate(portals):
            regions = (REGIONS[2 * place], REGIONS[2 * place + 1])
            server.portal = Portal(f"http://127.0.9.{place + 1}:{server.server_port}", regions)
            self.all.append(server.portal)
        self.received = receiver.received
        self.receiver = f"http://127.0.9.{number + 1}:{receiver.server_port}/"

    def __enter__(self) -> Self:
        for server in self._servers:
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
            self._stack.callback(server.server_close)
            self._stack.callback(server.shutdown)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def expected(self) -> set[tuple[str, int]]:
        return {place for portal in self.all for place in portal.expected()}
