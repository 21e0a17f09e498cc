"""Scores the extractor against the gold of real reports in ../shared: one table, then the worst errors first.

    python tests/corpus/gold.py [--untold-year] [NAME …]

NAME limits it to some of the labelled documents. With --untold-year the extractor has to find each report's year
itself. The definition of a statement and the scorer are those of ../shared/gold; nothing of it is part of the project.
"""

import argparse
import importlib.util
import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from monitor.extractors.statements import extract
from storage.values import About

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
LEVELS = ("detect", "typed", "full", "exact indicator")
SHOWN = 40
# The year that a document plans for, where its name does not say it.
PLANNED = {"luyuan-2023-outturn": 2024}


@dataclass(frozen=True, slots=True)
class Document:
    """A text with its gold; only statements inside `region` are compared."""

    name: str
    text: str
    year: int
    gold: list[dict[str, Any]]
    region: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Scored:
    """What the scorer says of one document."""

    document: Document
    tally: dict[str, Any]
    errors: list[dict[str, Any]]


def labelled(names: Sequence[str] = ()) -> Iterator[Document]:
    """The exhaustively labelled documents."""
    for gold in sorted((SHARED / "corpus" / "labelled").glob("*.gold.jsonl")):
        name = gold.name.removesuffix(".gold.jsonl")
        if not names or name in names:
            text = gold.with_name(f"{name}.txt").read_text(encoding="utf-8")
            year = re.search(r"\d{4}", name)
            assert year, f"{gold}: the name holds no year"
            yield Document(name, text, PLANNED.get(name, int(year[0])), _read(gold), (0, len(text)))


def headlines() -> Iterator[Document]:
    """The main expected targets of provinces' 2026 reports."""
    for row in (SHARED / "corpus" / "headline" / "REGIONS.tsv").read_text(encoding="utf-8").splitlines():
        name, start, end = row.split("\t")
        text = (SHARED / "corpus" / "unlabelled" / f"{name}_2026.txt").read_text(encoding="utf-8")
        gold = _read(SHARED / "corpus" / "headline" / f"{name}.gold.jsonl")
        yield Document(name, text, 2026, gold, (int(start), int(end)))


def _read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def scorer() -> ModuleType:
    """../shared/gold/score.py, as a module."""
    spec = importlib.util.spec_from_file_location("score", SHARED / "gold" / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def score(document: Document, judge: ModuleType, told: bool = True) -> Scored:
    """Extract one document and compare it with its gold."""
    start, end = document.region
    found = extract(document.text, About(year=document.year if told else None))
    predicted = [asdict(statement) for statement in found if start <= statement.start and statement.end <= end]
    tally, errors = judge.score(document.gold, predicted)
    return Scored(document, tally, errors)


def f1(scored: Sequence[Scored], role: str, level: str, judge: ModuleType) -> dict[str, float]:
    """Precision, recall and F1 over several documents, by the sums of their counts."""
    counts = {"tp": 0, "fp": 0, "fn": 0}
    for one in scored:
        for key in counts:
            counts[key] += one.tally[role][level][key]
    rates: dict[str, float] = judge.rates(counts)
    return rates


def _table(title: str, scored: Sequence[Scored], judge: ModuleType) -> None:
    for role in ("target", "outturn"):
        cells = {level: f1(scored, role, level, judge) for level in LEVELS}
        if any(cell["tp"] + cell["fp"] + cell["fn"] for cell in cells.values()):
            said = "  ".join(
                f"{level} {cell['f1']:.3f} ({cell['precision']:.2f}/{cell['recall']:.2f})"
                for level, cell in cells.items()
            )
            print(f"{title:22}{role:9}{said}")


def _errors(scored: Sequence[Scored]) -> None:
    """The worst first: what is missed or invented, then a wrong role, then wrong fields by their number."""
    ranked = [(_weight(error["wrong"]), one.document, error) for one in scored for error in one.errors]
    for _, document, error in sorted(ranked, key=lambda item: -item[0])[:SHOWN]:
        side = error["gold"] or error["pred"]
        start, end = side["start"], side["end"]
        text = document.text
        print(f"\n{document.name}: {', '.join(error['wrong'])}")
        print(
            "  " + text[max(0, start - 40) : start].replace("\n", "⏎") + f"⟦{text[start:end]}⟧" + text[end : end + 20]
        )
        for label in ("gold", "pred"):
            if error[label]:
                print(
                    f"  {label}: "
                    + " ".join(
                        str(error[label][key])
                        for key in ("role", "indicator", "measure", "op", "value", "unit", "period")
                    )
                )


def _weight(wrong: list[str]) -> int:
    if wrong in (["missed"], ["not in the gold"]):
        return 100
    return (50 if "role" in wrong else 0) + len(wrong)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--untold-year", action="store_true")
    asked = parser.parse_args()
    if not SHARED.is_dir():
        sys.exit("../shared is missing: there is no gold to score against")
    judge = scorer()
    told = not asked.untold_year
    documents = [score(document, judge, told) for document in labelled(asked.names)]
    for one in documents:
        _table(one.document.name, [one], judge)
    _table("all labelled", documents, judge)
    heads = [] if asked.names else [score(document, judge, told) for document in headlines()]
    if heads:
        _table("headline (provinces)", heads, judge)
    _errors([*documents, *heads])


if __name__ == "__main__":
    main()
