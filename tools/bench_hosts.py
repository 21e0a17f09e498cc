"""Whether many hosts are visited side by side, each by one stream with its pauses, and memory stays flat.

The daemon's own scheduler visits thousands of unchanged sources on hundreds of loopback hosts, again and again; the
hosts note how many requests they had at a time and when. A sweep cannot take less than the host with the longest
pauses needs alone; how much more it takes is shown beside it.
"""

import argparse
import json
import logging
import os
import resource
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlmodel import select

from monitor.cli.building import declare
from monitor.filing import Desk
from monitor.pipeline import Tools, Visited
from monitor.scheduler import Daemon
from monitor.telling.post import Links, Post
from scrapers.client import Client
from scrapers.documents import DocumentReader
from scrapers.scrape import Scraper
from scrapers.source import Source
from storage.archive import Archive
from storage.database import make_engine, migrate, transaction
from storage.gates import HostGates
from storage.models import SourceState

PATIENCE = 900.0  # seconds for a sweep, after which something hangs
FLAT = 1.1  # times the memory after the first sweep of unchanged pages
LIST = "".join(
    f'<li><a href="/a/{n}.html">云溪市第{n}号通知事项</a><span>2026-01-{n:02}</span></li>' for n in range(1, 16)
)
PAGE = f"<html><head><meta charset='utf-8'><title>云溪市</title></head><body><ul>{LIST}</ul></body></html>".encode()


@dataclass(frozen=True, slots=True)
class Sweep:
    """One round over all sources. `longest` is the time between the first and the last request to one host."""

    wall: float
    cpu: float
    megabytes: float
    at_once: int
    closest: float
    longest: float
    outcomes: Counter[str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hosts", type=int, default=300)
    parser.add_argument("--sources", type=int, default=3000)
    parser.add_argument("--gap", type=float, default=1.0, help="seconds between two requests to a host")
    parser.add_argument("--sweeps", type=int, default=10)
    parser.add_argument("--workers", type=int, default=128)
    options = parser.parse_args()
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it warns of every late tick
    told = f"{options.sources} sources on {options.hosts} hosts, gap {options.gap:g} s, {options.workers} workers"
    print(f"{told}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"{'sweep':>6}{'wall s':>9}{'longest host s':>16}{'CPU s':>9}{'MB':>7}{'at once':>9}{'closest s':>11}")
    sweeps = []
    for number, one in enumerate(
        swept(options.sources, options.hosts, options.gap, options.sweeps + 1, options.workers)
    ):
        sweeps.append(one)
        print(
            f"{number:6}{one.wall:9.1f}{one.longest:16.1f}{one.cpu:9.1f}{one.megabytes:7.0f}{one.at_once:9}"
            f"{one.closest:11.2f}  {json.dumps(one.outcomes)}",
            flush=True,
        )
    print("sweep 0 meets the pages for the first time; CPU and memory are the server's, too, in the same process")
    raise SystemExit(0 if kept(sweeps, options.gap) else 1)


def kept(sweeps: list[Sweep], gap: float) -> bool:
    """No host was asked twice at a time or too soon, nothing failed, and memory stayed flat."""
    polite = all(one.at_once == 1 and one.closest >= gap for one in sweeps)
    well = all(set(one.outcomes) <= {"ok", "unchanged"} for one in sweeps)
    return polite and well and sweeps[-1].megabytes <= sweeps[1].megabytes * FLAT


class Hosts:
    """One server for all loopback addresses; notes by host how many requests it had at a time, and when."""

    def __init__(self) -> None:
        self.guard = threading.Lock()
        self.busy: Counter[str] = Counter()
        self.most = 0
        self.at: dict[str, list[float]] = defaultdict(list)
        noted = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                host = self.headers["Host"].partition(":")[0]
                with noted.guard:
                    noted.busy[host] += 1
                    noted.most = max(noted.most, noted.busy[host])
                    noted.at[host].append(time.monotonic())
                body = b"" if self.path == "/robots.txt" else PAGE
                with noted.guard:
                    noted.busy[host] -= 1
                self.send_response(404 if self.path == "/robots.txt" else 200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            request_queue_size = 1024
            daemon_threads = True

        self.server = Server(("0.0.0.0", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def closest(self) -> float:
        """The shortest time between two requests to one host."""
        return min(later - earlier for at in self.at.values() for earlier, later in pairwise(at))

    @property
    def longest(self) -> float:
        """The longest time that one host's requests are spread over."""
        return max(at[-1] - at[0] for at in self.at.values())

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def swept(count: int, hosts: int, gap: float, sweeps: int, workers: int) -> Iterator[Sweep]:
    """Visit `count` sources on so many `hosts`, all of them due at once, again and again."""
    server = Hosts()
    try:
        sources = list(declared(count // hosts, hosts, server.server.server_address[1]))
        with tempfile.TemporaryDirectory() as folder, daemon(Path(folder), sources, gap, workers) as (engine, visited):
            for _ in range(sweeps):
                yield sweep(server, engine, visited, len(sources))
    finally:
        server.close()


def declared(each: int, hosts: int, port: int) -> Iterator[Source]:
    for number in range(each):
        for host in range(hosts):
            url = f"http://127.1.{host // 250}.{host % 250 + 1}:{port}/{number}/"
            name = f"{host}-{number}"
            yield Source(key=f"s-{name}", name=name, url=url, region="000000", private=True, pages=1)


def sweep(server: Hosts, engine: Engine, visited: list[Visited], count: int) -> Sweep:
    server.at.clear()
    visited.clear()
    started, used = time.monotonic(), time.process_time()
    with transaction(engine) as session:
        for state in session.exec(select(SourceState)):
            state.next_due_at = utc_now()
    while len(visited) < count:
        if time.monotonic() - started > PATIENCE:
            raise SystemExit(f"after {PATIENCE:g} s only {len(visited)} of {count} sources were visited")
        time.sleep(0.05)  # noqa: TID251 - until all are visited
    return Sweep(
        wall=time.monotonic() - started,
        cpu=time.process_time() - used,
        megabytes=resident(),
        at_once=server.most,
        closest=server.closest,
        longest=server.longest,
        outcomes=Counter(one.outcome for one in visited),
    )


@contextmanager
def daemon(folder: Path, sources: list[Source], gap: float, workers: int) -> Iterator[tuple[Engine, list[Visited]]]:
    engine = make_engine(f"sqlite:///{folder / 'mubiao.sqlite'}")
    migrate(engine)
    declare(engine, sources, utc_now() + timedelta(days=1))
    desk = Desk(engine, Archive(folder / "archive"), (), ZoneInfo("Asia/Shanghai"))
    visited: list[Visited] = []
    stopping = threading.Event()
    gates = HostGates(engine, utc_now)
    with (
        Client(contact="bench@example.org", gap=gap, private_gap=gap, gates=gates) as client,
        DocumentReader() as documents,
    ):
        tools = Tools(Scraper(client, documents), desk, utc_now, Random(1), stopping)
        made = Daemon(
            lambda: sources, tools, Post(desk, {}, Links(), Random(1)), workers=workers, visited=visited.append
        )
        thread = threading.Thread(target=made.run)
        thread.start()
        try:
            yield engine, visited
        finally:
            stopping.set()
            thread.join()
    engine.dispose()


def utc_now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - a bench's clock


def resident() -> float:
    """Megabytes in memory now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


if __name__ == "__main__":
    main()
