"""What a second worker brings: the same reports imported by one and by two, over PostgreSQL, taken in turns.

Each turn imports all files into an empty database by `mubiao worker` processes. Printed are reports a second; the
processor time of a report, in the workers and in the server; how much of the workers' time went by in waiting for a
lock (asked of the server many times a second); and the load of the machine, beside which every figure has to be read.

The bound is what two workers could bring at most on two free cores, from what was measured with two: time that passes
in waiting for locks is lost, and processor time that a report costs more with two than with one is lost as well. Where
others take the cores, the measured ratio says little and the bound still holds.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from sqlalchemy import Engine, text

from storage.database import make_engine
from tests.postgres import PostgresServer, installed_programs

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT.parent / "shared/corpus/unlabelled"
COMMAND = Path(sys.executable).parent / "mubiao"
LOOK = 0.02  # seconds between two looks at who waits
PATIENCE = 1800.0
WARM = 4  # reports for each worker, before it is measured: what is loaded with the first ones is another matter
NOBODY = threading.Event()
TICKS = os.sysconf("SC_CLK_TCK")
LEFT = text("SELECT count(*) FROM mubiao_queue.procrastinate_jobs WHERE task_name = 'import'")
WAITING = text(
    "SELECT count(*) FROM pg_stat_activity "
    "WHERE wait_event_type = 'Lock' AND datname = current_database() AND pid <> pg_backend_pid()"
)


@dataclass(frozen=True)
class Turn:
    """One import of all files. `cpu` and `server_cpu` are seconds; `waiting` is a share of the workers' time."""

    workers: int
    seconds: float
    cpu: float
    server_cpu: float
    waiting: float
    load: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=120, help="how many reports")
    parser.add_argument("--turns", type=int, default=3, help="with one worker, and as many with two")
    asked = parser.parse_args()
    programs = installed_programs()
    if programs is None:
        raise SystemExit("no PostgreSQL is installed here")
    if not CORPUS.is_dir():
        raise SystemExit(f"{CORPUS} is missing: no reports to import")
    files = sorted(CORPUS.glob("*.txt"))[:: max(1, len(list(CORPUS.glob("*.txt"))) // asked.files)][: asked.files]
    print(f"{len(files)} reports; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before")
    turns: list[Turn] = []
    with PostgresServer(programs) as server:
        for workers in (1, 2) * asked.turns:
            name = server.create_database()
            turns.append(_measured(server, server.url(name), files, workers))
            server.drop_database(name)
            _show(turns[-1], len(files))
    _conclude(turns, len(files))


def _measured(server: PostgresServer, url: str, files: Sequence[Path], workers: int) -> Turn:
    with tempfile.TemporaryDirectory(prefix="mubiao-bench-") as place:
        folder = Path(place)
        (folder / "mubiao.toml").write_text(f'data = "data"\ndatabase = "{url}"\n[console]\nenabled = false\n')
        _run(folder, "import", "--by-workers", *map(str, files))
        engine = make_engine(url)
        with _working(folder, workers) as processes:
            _until(lambda: _left(engine) <= len(files) - WARM * workers, "the first reports")
            before, began = _left(engine), time.monotonic()
            spent, served = _cpu(processes), _cpu([server.pid])
            waiting = _watch(engine)
            seconds = time.monotonic() - began
            part = len(files) / before
            turn = Turn(
                workers, seconds * part, (_cpu(processes) - spent) * part, (_cpu([server.pid]) - served) * part,
                waiting / (seconds * workers), os.getloadavg()[0],
            )  # fmt: skip
        engine.dispose()
    return turn


def _watch(engine: Engine) -> float:
    """Until the queue is empty; answers with the seconds that connections spent waiting for a lock."""
    waited, last, looked = 0.0, time.monotonic(), 0
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while True:
            NOBODY.wait(LOOK)
            now = time.monotonic()
            waited += int(connection.execute(WAITING).scalar_one()) * (now - last)
            last, looked = now, looked + 1
            if looked % 10 == 0 and not connection.execute(LEFT).scalar():
                return waited


@contextmanager
def _working(folder: Path, workers: int) -> Iterator[list[int]]:
    with (folder / "log").open("w") as log:
        running = [
            subprocess.Popen([COMMAND, "worker"], cwd=folder, stdout=log, stderr=log, env=_environment())
            for _ in range(workers)
        ]
        try:
            _until(lambda: (folder / "log").read_text().count("Ctrl-C stops") == workers, "each worker begins")
            yield [one.pid for one in running]
        finally:
            for one in running:
                one.send_signal(signal.SIGTERM)
            for one in running:
                one.wait(60)


def _until(holds: Callable[[], bool], what: str) -> None:
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > PATIENCE:
            raise SystemExit(f"not in {PATIENCE:.0f} s: {what}")
        NOBODY.wait(0.05)


def _left(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(LEFT).scalar_one())


def _run(folder: Path, *words: str) -> None:
    subprocess.run([COMMAND, *words], cwd=folder, check=True, stdout=subprocess.DEVNULL, env=_environment())


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MUBIAO_")}
    return kept | {"PYTHONUNBUFFERED": "1"}


def _cpu(processes: Sequence[int]) -> float:
    """Seconds of processor time that these processes and all below them have used, those that ended included."""
    wanted, spent, fields = set(processes), 0.0, {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            rest = path.read_text().rpartition(")")[2].split()
        except OSError:  # it ended just now
            continue
        fields[int(path.parent.name)] = (int(rest[1]), sum(map(int, rest[11:15])))
    for pid, (above, ticks) in fields.items():
        if pid in wanted or above in wanted:
            spent += ticks / TICKS
    return spent


def _show(turn: Turn, files: int) -> None:
    print(
        f"{turn.workers} worker{'s' if turn.workers > 1 else ' '}  {files / turn.seconds:5.2f} reports/s   of a core "
        f"{1000 * turn.cpu / files:4.0f} ms a report, and {1000 * turn.server_cpu / files:3.0f} ms in the server   "
        f"waiting for locks {100 * turn.waiting:4.1f} %   load {turn.load:.1f}",
        flush=True,
    )


def _conclude(turns: Sequence[Turn], files: int) -> None:
    one, two = ([turn for turn in turns if turn.workers == count] for count in (1, 2))
    pairs = [first.seconds / second.seconds for first, second in zip(one, two, strict=True)]
    cost = median(turn.cpu + turn.server_cpu for turn in two) / median(turn.cpu + turn.server_cpu for turn in one)
    waiting = median(turn.waiting for turn in two)
    print(f"two against one: {median(pairs):.2f} times, pair by pair {', '.join(f'{pair:.2f}' for pair in pairs)}")
    print(f"bound on two free cores: 2 × (1 - {waiting:.3f} waited) / {max(cost, 1):.2f} dearer")
    print(f"  = {2 * (1 - waiting) / max(cost, 1):.2f} times")


if __name__ == "__main__":
    main()
