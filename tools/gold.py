"""Scores `mubiao extract` against the labelled reports beside the checkout (../shared/corpus, ../shared/gold).

Two tables: the documents that are labelled whole, and the headline sentences of the provinces, where only what lies
inside the labelled region is compared. With --errors the misses of the first are printed too, one JSON object a line.
"""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
MUBIAO = Path(sys.executable).parent / "mubiao"
HEADLINE_YEAR = "2026"


@dataclass(frozen=True)
class Labelled:
    """A labelled text. Only what begins within `start` and `end` is compared."""

    gold: Path
    text: Path
    year: str
    start: int = 0
    end: int = sys.maxsize


def documents() -> Iterator[Labelled]:
    """Those that are labelled whole; the year is in the name."""
    for gold in sorted((SHARED / "corpus/labelled").glob("*.gold.jsonl")):
        name = gold.name.removesuffix(".gold.jsonl")
        year = re.search(r"\d{4}", name)
        if year is None:
            raise SystemExit(f"{gold.name}: no year in the name")
        yield Labelled(gold, gold.with_name(f"{name}.txt"), year.group())


def headlines() -> Iterator[Labelled]:
    """The provinces' headline sentences."""
    folder = SHARED / "corpus/headline"
    for row in (folder / "REGIONS.tsv").read_text(encoding="utf-8").splitlines():
        province, start, end = row.split("\t")
        text = SHARED / "corpus/unlabelled" / f"{province}_{HEADLINE_YEAR}.txt"
        yield Labelled(folder / f"{province}.gold.jsonl", text, HEADLINE_YEAR, int(start), int(end))


def extract(texts: list[Path], year: str) -> dict[str, list[dict[str, Any]]]:
    """What the command states of each text, by its path; one process for all."""
    done = subprocess.run([MUBIAO, "extract", "--year", year, *texts], stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, list[dict[str, Any]]] = {str(text): [] for text in texts}
    for line in done.stdout.splitlines():
        row = json.loads(line)
        found[row.get("file", str(texts[0]))].append(row)  # with one text the command does not name it
    return found


def predict(labelled: list[Labelled], into: Path) -> Iterator[str]:
    """GOLD=PREDICTED for each text, as the scorer wants them."""
    stated: dict[str, list[dict[str, Any]]] = {}
    for year in sorted({one.year for one in labelled}):
        stated |= extract([one.text for one in labelled if one.year == year], year)
    for one in labelled:
        inside = [row for row in stated[str(one.text)] if one.start <= row["start"] < one.end]
        predicted = into / one.gold.name
        predicted.write_text("\n".join(json.dumps(row) for row in inside), encoding="utf-8")
        yield f"{one.gold}={predicted}"


def score(title: str, pairs: list[str], *, errors: bool = False) -> None:
    print(title, flush=True)
    flags = ["--errors"] if errors else []
    subprocess.run([sys.executable, SHARED / "gold/score.py", *flags, *pairs], check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--errors", action="store_true", help="print every miss and mismatch as a JSON line")
    asked = parser.parse_args()
    if not (SHARED / "gold/score.py").is_file():
        raise SystemExit("../shared is missing: no labelled reports to score against")
    with TemporaryDirectory() as folder:
        into = Path(folder)
        score("== documents labelled whole", list(predict(list(documents()), into)), errors=asked.errors)
        score("== headline sentences of the provinces", list(predict(list(headlines()), into)))


if __name__ == "__main__":
    main()
