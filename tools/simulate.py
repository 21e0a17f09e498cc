"""A year of the daemon on a virtual clock, from a seed: portals and receivers that fail, kills, clocks, a full disk.

python -m tools.simulate [--seeds 20] [--first 1] [--portals 12] [--days 365]      (from the checkout; `make simulate`)

The world's own list of changes is what the readers' digests are held against: each told once to each reader, nothing
else. Prints one line a seed; a seed that fails prints what is wrong, and `--first SEED --seeds 1` replays it.
"""

import argparse
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from structlog.testing import capture_logs

from scrapers.documents import DocumentReader
from tools.simulation.judge import judge
from tools.simulation.machine import SETTLING, Machine

KILL_EVERY = 3000.0  # steps
SHOWN = 20  # lines of what is wrong with a seed
MEMORY = Path("/dev/shm")  # a folder in memory: nothing here has to outlast the power


@dataclass(frozen=True)
class Outcome:
    """What became of one seed."""

    seed: int
    wrong: list[str]
    truths: int
    visits: int
    kills: int
    taken: int
    again: int
    seconds: float

    def words(self) -> str:
        told = f"{self.truths} changes, {self.visits} requests, {self.kills} kills, {self.taken} messages"
        end = f"{len(self.wrong)} WRONG" if self.wrong else "all kept"
        return f"seed {self.seed}: {told}, {self.again} of them again; {end} ({self.seconds:.1f} s)"


def simulate(
    seed: int, documents: DocumentReader, *, portals: int = 12, days: float = 365, kill_every: float = KILL_EVERY,
    troubles: bool = True, settling: float = SETTLING,
) -> Outcome:  # fmt: skip
    """One seed, in a folder of its own."""
    began, zone = time.monotonic(), os.environ.get("TZ")
    with (
        capture_logs() as told,
        TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None, prefix="mubiao-") as folder,
    ):
        machine = Machine(
            seed,
            Path(folder),
            documents,
            portals=portals,
            days=days,
            kill_every=kill_every,
            troubles=troubles,
            settling=settling,
        )
        try:
            machine.run()
        finally:
            os.environ.pop("TZ") if zone is None else os.environ.update(TZ=zone)
            time.tzset()
        wrong = [*judge(machine), *(f"fault: {one.get('error')}" for one in told if one["event"] == "fault")]
    happened = machine.happened
    again = len(happened.taken) - len({(one.channel, one.address, one.id) for one in happened.taken})
    return Outcome(
        seed, wrong, len(happened.truths), len(happened.asked), len(happened.kills), len(happened.taken), again,
        time.monotonic() - began,
    )  # fmt: skip


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--seeds", type=int, default=20)
    asked.add_argument("--first", type=int, default=1)
    asked.add_argument("--portals", type=int, default=12)
    asked.add_argument("--days", type=float, default=365)
    asked.add_argument("--settling", type=float, default=SETTLING, help="days at the end, in which nothing fails")
    asked.add_argument("--kill-every", type=float, default=KILL_EVERY, help="steps, on average; 0: never")
    asked.add_argument("--calm", action="store_true", help="nothing fails")
    given = asked.parse_args()
    failed = 0
    with DocumentReader() as documents:
        for seed in range(given.first, given.first + given.seeds):
            outcome = simulate(
                seed, documents, portals=given.portals, days=given.days, kill_every=given.kill_every,
                troubles=not given.calm, settling=given.settling,
            )  # fmt: skip
            print(outcome.words(), flush=True)
            for line in outcome.wrong[:SHOWN]:
                print(f"  {line}")
            failed += bool(outcome.wrong)
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
