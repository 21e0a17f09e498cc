"""What a round of visits costs when nothing changed.

The installed `mubiao visit` and other page watchers look at the same unchanged pages of the server in ../shared/bench,
in one run; each whole process is measured, its start included. The others are installed at the first run, in an
environment of their own under build/; one that cannot be had is left out, and the reason is said.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

Command = list[str | Path]
ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
PEERS = ROOT / "build/peers"
LOOPBACK = {"ALLOW_IANA_RESTRICTED_ADDRESSES": "true", "DISABLE_VERSION_CHECK": "true"}  # for changedetection.io
CPU, WALL, MEMORY = 2.0, 3.0, 80  # what 500 unchanged pages may cost us: seconds, seconds, megabytes
MEASURE = """
import json, resource, subprocess, sys, time
started = time.monotonic()
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
wall, used = time.monotonic() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([done.returncode, used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024, done.stderr[-500:]]))
"""  # in a small process of its own, as a child's peak begins with that of who started it


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=500)
    parser.add_argument("--ours", action="store_true", help="leave the other watchers out")
    options = parser.parse_args()
    raise SystemExit(0 if measure_pages(options.pages, ours=options.ours) else 1)


def measure_pages(count: int, *, ours: bool) -> bool:
    if not (SHARED / "bench/server.py").is_file():
        raise SystemExit(f"{SHARED}/bench/server.py is missing: nothing to visit")
    with tempfile.TemporaryDirectory() as folder, server(Path(folder)) as port:
        print(f"{count} unchanged pages, one host, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        print(f"{'':30}{'wall s':>9}{'CPU s':>9}{'MB':>7}")
        costs = [run(command) for command in ours_twice(Path(folder), port, count)]
        show("mubiao, first visit", costs[0])
        show("mubiao, unchanged", min(costs[1:]))
        for name, first, again in () if ours else others(Path(folder), port, count):
            run(first)
            show(f"{name}, unchanged", min(run(again) for _ in range(2)))
    cpu, wall, memory = min(costs[1:])
    return cpu <= CPU and wall <= WALL and memory <= MEMORY


def show(name: str, cost: tuple[float, float, float]) -> None:
    cpu, wall, memory = cost
    print(f"{name:30}{wall:9.2f}{cpu:9.2f}{memory:7.0f}", flush=True)


@contextmanager
def server(folder: Path) -> Iterator[int]:
    port = free_port()
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


def others(folder: Path, port: int, count: int) -> Iterator[tuple[str, Command, Command]]:
    """The page watchers that can be had here, on the same pages: the first run of each, and every further one."""
    jobs, config = folder / "jobs.yaml", folder / "config.yaml"
    entry = "name: page {n}\nurl: http://127.0.0.1:{port}/p/{n}.html\nfilter:\n  - css: div#zoom\n  - html2text\n"
    jobs.write_text("\n---\n".join(entry.format(n=n, port=port) for n in range(1, count + 1)))
    config.write_text("report:\n  stdout:\n    enabled: true\n")
    (folder / "none.py").write_text("")
    for name in ("urlwatch", "webchanges", "changedetection.io"):
        try:
            program = installed(name)
        except (subprocess.CalledProcessError, OSError) as error:
            print(f"{name:30}left out: {error}")
            continue
        if name == "changedetection.io":
            batch: Command = [program, "-d", folder / "cd", "-h", "127.0.0.1", "-p", str(free_port()), "-b"]
            urls = [f"http://127.0.0.1:{port}/p/{n}.html" for n in range(1, count + 1)]
            first: Command = [*batch, "-C"]
            for place, url in enumerate(urls):
                first += ["-u", url, f"-u{place}", '{"include_filters": ["div#zoom"]}']
            yield name, first, [*batch, "-r", "all"]
        else:
            kept = ("--urls", jobs, "--cache") if name == "urlwatch" else ("--jobs", jobs, "--database")
            command: Command = [
                program,
                *kept,
                folder / f"{name}.db",
                "--config",
                config,
                "--hooks",
                folder / "none.py",
            ]
            yield name, command, command


def installed(name: str) -> Path:
    """Each in an environment of its own: they want different versions of the same libraries."""
    home = PEERS / name
    program = home / "bin" / name
    if not program.exists():
        print(f"{name:30}is being installed in {home.relative_to(ROOT)}", flush=True)
        venv.create(home, with_pip=True)
        pip: Command = [home / "bin/python", "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        subprocess.run([*pip, "--upgrade", "pip"], check=True)
        subprocess.run([*pip, name], check=True)
    return program


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run(command: Command) -> tuple[float, float, float]:
    """A process's CPU seconds, wall seconds and peak megabytes."""
    measured = [sys.executable, "-c", MEASURE, *command]
    done = subprocess.run(measured, capture_output=True, text=True, check=True, env={**os.environ, **LOOPBACK})
    code, cpu, wall, memory, said = json.loads(done.stdout)
    if code:
        raise SystemExit(f"{Path(command[0]).name} ended with {code}: {said}")
    return cpu, wall, memory


if __name__ == "__main__":
    main()
