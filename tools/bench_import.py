"""What importing and starting cost, as their user meets them: the installed command in an empty folder.

Processor seconds count what a loaded machine takes away as little as they can; wall seconds stand beside the load.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

CORPUS = Path(__file__).resolve().parents[2] / "shared/corpus/unlabelled"
COMMAND = Path(sys.executable).parent / "mubiao"
STEP = 4  # one of so many reports: the short of it
STARTS = 5
# Run by a small process of its own: a child's memory is reckoned from its parent's, which must be less than its own.
MEASURED = """
import json, resource, subprocess, sys, time
began = time.monotonic()
status = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([status, time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss]))
"""


@dataclass(frozen=True)
class Spent:
    """What a command took: seconds by the clock and of the processor, its children's included, and the most memory."""

    wall: float
    cpu: float
    megabytes: float


def reports_of_corpus() -> list[Path]:
    """Every fourth of the unlabelled reports; none without ../shared."""
    return sorted(CORPUS.glob("*.txt"))[::STEP]


def bench_import() -> dict[str, float]:
    """Real reports into an empty SQLite database, by one process and by as many as there are cores; then once more."""
    files = reports_of_corpus()
    if not files:
        print(f"import: left out, {CORPUS} is missing")
        return {}
    found: dict[str, float] = {"reports": len(files)}
    for name, jobs in (("one process", 1), ("all cores", 0)):
        with TemporaryDirectory(prefix="mubiao-bench-") as place:
            first = _run(Path(place), "import", "--jobs", f"{jobs}", *map(str, files))
            again = _run(Path(place), "import", "--jobs", f"{jobs}", *map(str, files))
        for what, spent in ((name, first), (f"{name}, again", again)):
            found |= {f"{what}, s": spent.wall, f"{what}, CPU s": spent.cpu, f"{what}, MB": spent.megabytes}
            each = 1000 * spent.cpu / len(files)
            print(
                f"import, {what}: {len(files)} reports in {spent.wall:.1f} s, {spent.cpu:.1f} s of a core "
                f"({each:.0f} ms a report), {spent.megabytes:.0f} MB; load {os.getloadavg()[0]:.1f}"
            )
    return found


def bench_start() -> dict[str, float]:
    """The shortest way through a command that opens nothing, and one that opens the database."""
    found: dict[str, float] = {}
    for words in (("--version",), ("status",)):
        with TemporaryDirectory(prefix="mubiao-bench-") as place:
            _run(Path(place), *words)
            spent = [_run(Path(place), *words) for _ in range(STARTS)]
        name = " ".join(words)
        cpu, megabytes = median(one.cpu for one in spent), median(one.megabytes for one in spent)
        found |= {f"{name}, CPU s": cpu, f"{name}, MB": megabytes}
        print(f"start, mubiao {name}: {cpu:.2f} s of a core, {megabytes:.0f} MB")
    return found


def _run(folder: Path, *words: str) -> Spent:
    settings = folder / "mubiao.toml"
    if not settings.exists():
        settings.write_text('data = "data"\n[console]\nenabled = false\n', encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-S", "-c", MEASURED, COMMAND, *words], cwd=folder, capture_output=True, text=True, check=True
    )
    status, wall, cpu, kilobytes = json.loads(done.stdout)
    if status:
        raise SystemExit(f"mubiao {_shown(words)} ended with {status}")
    return Spent(wall, cpu, kilobytes / 1024)


def _shown(words: Sequence[str]) -> str:
    return " ".join(words[:3]) + (" …" if len(words) > 3 else "")
