"""How fast the extractor reads, and how many of the labelled quantities it finds, beside other readers of quantities.

All read the same labelled texts in one run; ours also reads all unlabelled reports. The others are installed at the
first run, each in an environment of its own under build/; one that cannot be had is left out, and the reason is said.
"""

import argparse
import json
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
READER = ROOT / "tools/bench_reader.py"
FLOOR = 500_000  # characters a CPU second
IMPORT = 0.15  # seconds of CPU


@dataclass(frozen=True)
class Peer:
    """Another reader of quantities, and what pip has to install for it."""

    name: str
    title: str
    packages: tuple[str, ...]


PEERS = (
    # emoji: it imports a name that emoji 2 no longer has
    Peer("recognizers", "ms-recognizers-text", ("recognizers-text-suite==1.0.2a2", "emoji==1.1.0")),
    Peer("jionlp", "jionlp (money, time)", ("jionlp==1.5.31",)),
)


class Unavailable(Exception):
    """A reader cannot be had here; the message says why."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ours", action="store_true", help="leave the other readers out")
    options = parser.parse_args()
    if not SHARED.is_dir():
        raise SystemExit(f"{SHARED} is missing: no reports to measure with")
    labelled = sorted((SHARED / "corpus/labelled").glob("*.txt"))
    texts = [path.read_text(encoding="utf-8") for path in labelled]
    gold = [labels(path.with_name(f"{path.stem}.gold.jsonl")) for path in labelled]
    length = sum(map(len, texts))
    print(f"{len(texts)} labelled texts, {length:,} characters, {sum(map(len, gold))} quantities labelled in them")
    print(
        f"{'reader':24}{'chars/CPU s':>14}{'CPU s':>9}{'import s':>10}{'MB':>7}{'exact':>9}{'touched':>9}{'found':>8}"
    )
    show("mubiao", run(Path(sys.executable), "mubiao", texts), length, gold)
    for peer in () if options.ours else PEERS:
        try:
            show(peer.title, run(environment(peer), peer.name, texts), length, gold)
        except Unavailable as error:
            print(f"{peer.title:24}left out: {error}")
    print("mubiao's rules were written with these labels in view. The others find numbers, not what they measure.")
    raise SystemExit(0 if ours_over_all() else 1)


def ours_over_all() -> bool:
    """Ours over all unlabelled reports; whether it is as fast as it has to be."""
    texts = [path.read_text(encoding="utf-8") for path in sorted((SHARED / "corpus/unlabelled").glob("*.txt"))]
    cost = run(Path(sys.executable), "mubiao", texts)
    length = sum(map(len, texts))
    speed = length / cost["cpu"]
    print(
        f"\nmubiao over {len(texts)} unlabelled reports: {length:,} characters in {cost['cpu']:.1f} CPU s, "
        f"{speed:,.0f} a second (at least {FLOOR:,}); {1000 * cost['cpu'] / len(texts):.0f} ms a report; "
        f"{sum(map(len, cost['found'])):,} statements\n"
        f"import {1000 * cost['import']:.0f} ms (at most {1000 * IMPORT:.0f}); memory, their texts included: "
        f"{cost['rss_early']:.0f} MB after 40 reports, {cost['rss']:.0f} MB after all"
    )
    return bool(speed >= FLOOR and cost["import"] <= IMPORT)


def labels(path: Path) -> list[tuple[int, int]]:
    """The quantities that a text has to be found to state; targets without a number have none."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [(row["start"], row["end"]) for row in rows if row["required"] and row["measure"] != "relative"]


def run(python: Path, name: str, texts: list[str]) -> dict[str, Any]:
    """What a reader found and cost. Raises Unavailable when it breaks."""
    done = subprocess.run(
        [python, READER, name], input=json.dumps(texts), capture_output=True, text=True, cwd=ROOT, check=False
    )
    if done.returncode:
        raise Unavailable(f"it broke: {(done.stderr.strip() or 'without a word').splitlines()[-1]}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def environment(peer: Peer) -> Path:
    """The Python of the peer's own environment, which is made if need be. Raises Unavailable."""
    folder = ROOT / "build/bench" / peer.name
    python = folder / "bin/python"
    made = folder / "installed"
    wanted = " ".join(peer.packages)
    if made.exists() and made.read_text() == wanted:
        return python
    print(f"installing {wanted}", file=sys.stderr)
    venv.create(folder, with_pip=True, clear=True)
    pip: list[str | Path] = [
        python,
        "-m",
        "pip",
        "install",
        "-qq",
        "--disable-pip-version-check",
        "setuptools<81",
        *peer.packages,
    ]
    done = subprocess.run(pip, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unavailable(f"pip could not install it: {(done.stderr.strip() or 'without a word').splitlines()[-1]}")
    made.write_text(wanted)
    return python


def show(title: str, cost: dict[str, Any], length: int, gold: list[list[tuple[int, int]]]) -> None:
    """One row. `exact`: the share of the labelled quantities whose span was found; `touched`: of those met at all."""
    exact = touched = 0
    for labelled, found in zip(gold, cost["found"], strict=True):
        spans = {(start, end) for start, end in found}
        exact += sum(span in spans for span in labelled)
        touched += sum(any(a < end and start < b for a, b in spans) for start, end in labelled)
    total = sum(map(len, gold))
    print(
        f"{title:24}{length / cost['cpu']:>14,.0f}{cost['cpu']:>9.2f}{cost['import']:>10.2f}{cost['rss']:>7.0f}"
        f"{exact / total:>9.1%}{touched / total:>9.1%}{sum(map(len, cost['found'])):>8}"
    )


if __name__ == "__main__":
    main()
