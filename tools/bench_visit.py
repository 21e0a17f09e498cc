"""What a round of visits costs when nothing changed, and whether many hosts are visited side by side.

`pages`: the installed `mubiao visit` and other page watchers look at the same unchanged pages of the server in
../shared/bench, in one run; each whole process is measured, its start included. The others are installed at the first
run, in an environment of their own under build/; one that cannot be had is left out, and the reason is said.
`hosts`: the daemon's own scheduler visits thousands of unchanged sources on hundreds of loopback hosts, which note how
many requests they had at a time, and how far apart.
"""

import argparse
import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
import threading
import time
import venv
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
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
from monitor.post import Links, Post
from monitor.scheduler import Daemon
from scrapers.client import Client
from scrapers.documents import DocumentReader
from scrapers.scrape import Scraper
from scrapers.source import Source
from storage.archive import Archive
from storage.database import make_engine, migrate, transaction
from storage.gates import HostGates
from storage.models import SourceState

Command = list[str | Path]
ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
PEERS = ROOT / "build/peers"
CPU, WALL, MEMORY = 2.0, 3.0, 80  # what 500 unchanged pages may cost us: seconds, seconds, megabytes
MEASURE = """
import json, resource, subprocess, sys, time
started = time.monotonic()
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
wall, used = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([done.returncode, used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024, done.stderr[-500:]]))
"""  # in a small process of its own, as a child's peak begins with that of who started it
LIST = "".join(
    f'<li><a href="/a/{n}.html">云溪市第{n}号通知事项</a><span>2026-01-{n:02}</span></li>' for n in range(1, 16)
)
PAGE = f"<html><head><meta charset='utf-8'><title>云溪市</title></head><body><ul>{LIST}</ul></body></html>".encode()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=500)
    parser.add_argument("--ours", action="store_true", help="leave the other watchers out")
    parser.add_argument("--hosts", type=int, default=300)
    parser.add_argument("--sources", type=int, default=3000)
    parser.add_argument("--gap", type=float, default=1.0, help="seconds between two requests to a host")
    parser.add_argument("--sweeps", type=int, default=10)
    parser.add_argument("--workers", type=int, default=64)
    options = parser.parse_args()
    good = not options.pages or measure_pages(options.pages, ours=options.ours)
    good = (not options.hosts or measure_hosts(options)) and good
    raise SystemExit(0 if good else 1)


def measure_pages(count: int, *, ours: bool) -> bool:
    if not (SHARED / "bench/server.py").is_file():
        raise SystemExit(f"{SHARED}/bench/server.py is missing: nothing to visit")
    with tempfile.TemporaryDirectory() as folder, server(Path(folder)) as port:
        print(f"{count} unchanged pages, one host, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        print(f"{'':22}{'wall s':>9}{'CPU s':>9}{'MB':>7}")
        costs = [run(command) for command in ours_twice(Path(folder), port, count)]
        show("mubiao, first visit", costs[0])
        show("mubiao, unchanged", min(costs[1:]))
        for name, command in {} if ours else others(Path(folder), port, count):
            _, *again = [run(command) for _ in range(3)]
            show(f"{name}, unchanged", min(again))
    cpu, wall, memory = min(costs[1:])
    return cpu <= CPU and wall <= WALL and memory <= MEMORY


def show(name: str, cost: tuple[float, float, float]) -> None:
    cpu, wall, memory = cost
    print(f"{name:22}{wall:9.2f}{cpu:9.2f}{memory:7.0f}", flush=True)


@contextmanager
def server(folder: Path) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command: Command = [sys.executable, SHARED / "bench/server.py", "--port", str(port)]
    process = subprocess.Popen([*command, "--state", folder / "state", "--log", folder / "log"])
    try:
        for _ in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)  # noqa: TID251 - a server's start
        yield port
    finally:
        process.terminate()
        process.wait()


def ours_twice(folder: Path, port: int, count: int) -> Iterator[Command]:
    config = folder / "mubiao.toml"
    tables = "".join(
        f'[sources.page-{n}]\nname = "第{n}页"\nurl = "http://127.0.0.1:{port}/p/{n}.html"\nregion = "000000"\n'
        "private = true\npages = 1\n"
        for n in range(1, count + 1)
    )
    config.write_text(f'contact = "bench@example.org"\n[console]\nenabled = false\n[fetch]\ngap_seconds = 0\n{tables}')
    for _ in range(4):
        yield [ROOT / ".venv/bin/mubiao", "visit", "--config", config]


def others(folder: Path, port: int, count: int) -> Iterator[tuple[str, Command]]:
    """The page watchers that can be had here, each with the same pages to watch."""
    jobs, config = folder / "jobs.yaml", folder / "config.yaml"
    entry = "name: page {n}\nurl: http://127.0.0.1:{port}/p/{n}.html\nfilter:\n  - css: div#zoom\n  - html2text\n"
    jobs.write_text("\n---\n".join(entry.format(n=n, port=port) for n in range(1, count + 1)))
    config.write_text("report:\n  stdout:\n    enabled: true\n")
    (folder / "none.py").write_text("")
    for name, more in (("urlwatch", ("--urls", jobs)), ("webchanges", ("--jobs", jobs))):
        try:
            program = installed(name)
        except (subprocess.CalledProcessError, OSError) as error:
            print(f"{name:22}left out: {error}")
            continue
        kept: Command = ["--cache", folder / "uw.db"] if name == "urlwatch" else ["--database", folder / "wc.db"]
        yield name, [program, *more, "--config", config, *kept, "--hooks", folder / "none.py"]


def installed(name: str) -> Path:
    program = PEERS / "bin" / name
    if not program.exists():
        if not (PEERS / "bin/python").exists():
            venv.create(PEERS, with_pip=True)
        subprocess.run([PEERS / "bin/python", "-m", "pip", "install", "-q", name], check=True)
    return program


def run(command: Command) -> tuple[float, float, float]:
    """A process's CPU seconds, wall seconds and peak megabytes."""
    done = subprocess.run([sys.executable, "-c", MEASURE, *command], capture_output=True, text=True, check=True)
    code, cpu, wall, memory, said = json.loads(done.stdout)
    if code:
        raise SystemExit(f"{Path(command[0]).name} ended with {code}: {said}")
    return cpu, wall, memory


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


def measure_hosts(options: argparse.Namespace) -> bool:
    hosts = Hosts()
    port = hosts.server.server_address[1]
    each = options.sources // options.hosts

    def url(host: int, number: int) -> str:
        return f"http://127.1.{host // 250}.{host % 250 + 1}:{port}/{number}/"

    sources = [
        Source(key=f"s-{h}-{n}", name=f"{h}-{n}", url=url(h, n), region="000000", private=True, pages=1)
        for n in range(each)
        for h in range(options.hosts)
    ]
    print(f"\n{len(sources)} sources on {options.hosts} hosts, gap {options.gap:g} s, {options.workers} workers")
    print(f"{'sweep':>6}{'wall s':>9}{'CPU s':>9}{'MB':>7}{'at once':>9}{'closest s':>11}")
    flat: list[float] = []
    with tempfile.TemporaryDirectory() as folder, daemon(Path(folder), sources, options) as (engine, visited):
        for sweep in range(options.sweeps + 1):
            hosts.at.clear()
            visited.clear()
            started, used = time.monotonic(), time.process_time()
            with transaction(engine) as session:
                for state in session.exec(select(SourceState)):
                    state.next_due_at = utc_now()
            while len(visited) < len(sources):
                time.sleep(0.05)  # noqa: TID251 - until all are visited
            wall, cpu = time.monotonic() - started, time.process_time() - used
            flat.append(resident())
            print(f"{sweep:6}{wall:9.1f}{cpu:9.1f}{flat[-1]:7.0f}{hosts.most:9}{hosts.closest:11.2f}", flush=True)
        outcomes = Counter(one.outcome for one in visited)
    longest = each * options.gap * 1.5
    print(f"the longest host's gaps alone: {each * options.gap:g} to {longest:g} s; outcomes: {json.dumps(outcomes)}")
    print("its CPU and memory are those of the server, too, which runs in the same process")
    kept = hosts.most == 1 and hosts.closest >= options.gap
    return kept and set(outcomes) <= {"ok", "unchanged"} and flat[-1] <= flat[1] * 1.1


@contextmanager
def daemon(folder: Path, sources: list[Source], options: argparse.Namespace) -> Iterator[tuple[Engine, list[Visited]]]:
    engine = make_engine(f"sqlite:///{folder / 'mubiao.sqlite'}")
    migrate(engine)
    declare(engine, sources, utc_now() + timedelta(days=1))
    desk = Desk(engine, Archive(folder / "archive"), (), ZoneInfo("Asia/Shanghai"))
    visited: list[Visited] = []
    stopping = threading.Event()
    gates = HostGates(engine, utc_now)
    with (
        Client(contact="bench@example.org", gap=options.gap, private_gap=options.gap, gates=gates) as client,
        DocumentReader() as documents,
    ):
        tools = Tools(Scraper(client, documents), desk, utc_now, Random(1), stopping)
        made = Daemon(
            lambda: sources, tools, Post(desk, {}, Links(), Random(1)), workers=options.workers, visited=visited.append
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
