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
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
MUBIAO = Path(sys.executable).parent / "mubiao"
HEADLINE_YEAR = "2026"


def extract(text: Path, year: str) -> list[str]:
    """The statements of one text, one JSON object a line, as the command prints them."""
    done = subprocess.run([MUBIAO, "extract", "--year", year, text], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def labelled(into: Path) -> Iterator[str]:
    """GOLD=PREDICTED for each document that is labelled whole; the year is in its name."""
    for gold in sorted((SHARED / "corpus/labelled").glob("*.gold.jsonl")):
        name = gold.name.removesuffix(".gold.jsonl")
        year = re.search(r"\d{4}", name)
        if year is None:
            raise SystemExit(f"{gold.name}: no year in the name")
        lines = extract(gold.with_name(f"{name}.txt"), year.group())
        predicted = into / f"{name}.jsonl"
        predicted.write_text("\n".join(lines), encoding="utf-8")
        yield f"{gold}={predicted}"


def headline(into: Path) -> Iterator[str]:
    """GOLD=PREDICTED for each province's headline sentence, what lies outside of it left out."""
    folder = SHARED / "corpus/headline"
    for row in (folder / "REGIONS.tsv").read_text(encoding="utf-8").splitlines():
        province, first, last = row.split("\t")
        lines = extract(SHARED / "corpus/unlabelled" / f"{province}_{HEADLINE_YEAR}.txt", HEADLINE_YEAR)
        inside = [line for line in lines if int(first) <= json.loads(line)["start"] < int(last)]
        predicted = into / f"{province}.jsonl"
        predicted.write_text("\n".join(inside), encoding="utf-8")
        yield f"{folder / f'{province}.gold.jsonl'}={predicted}"


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
        score("== documents labelled whole", list(labelled(into)), errors=asked.errors)
        score("== headline sentences of the provinces", list(headline(into)))


if __name__ == "__main__":
    main()
