"""Scores what `mubiao extract` reads against the gold of real reports beside the checkout: a table, then the errors.

    make gold [ARGS="[--all-errors] [--json] [--untold-year] [NAME …]"]

NAME limits it to some of the labelled documents; with --untold-year each report's year has to be read from its text.
The definition of a statement and the scorer are those of ../shared/gold; nothing of it is part of the project. Exit
code 1 when a figure lies under its bar (only a whole run is held to the bars), 2 without ../shared or for a NAME that
it doesn't have.
"""

import argparse
import importlib.util
import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from monitor.cli.extracting import Told, about_page
from monitor.cli.files import read_file
from monitor.extractors.statements import extract

SHARED = Path(__file__).resolve().parents[1].parent / "shared"
LEVELS = ("detect", "typed", "full", "exact indicator")
HEADLINE_YEAR = 2026
SHOWN = 5  # errors of a kind, unless all are asked for
BEFORE, BEHIND = 60, 30  # characters of a sentence shown around the number
# The kinds of errors, the worst first. The last is right in every level but the exact indicator.
OTHER_WORDS = "indicator in other words"
KINDS = ("missed", "not in the gold", "role", "value", "unit", "measure", "op", "indicator", "period", OTHER_WORDS)
FIELDS = ("role", "indicator", "measure", "op", "value", "value_hi", "unit", "period")


class Bar(NamedTuple):
    """The least that a row of the table may reach on one level, F1."""

    row: str
    role: str
    level: str
    least: float


DOCUMENTS, OWN_HEADLINES, PROVINCES = "documents", "their headlines", "15 provinces' headlines"
BARS = (
    Bar(DOCUMENTS, "target", "detect", 0.97),
    Bar(DOCUMENTS, "target", "full", 0.93),
    Bar(DOCUMENTS, "outturn", "full", 0.90),
    Bar(PROVINCES, "target", "full", 0.99),
)


@dataclass(frozen=True, slots=True)
class Document:
    """A text with its gold; only what begins within `start` and `end` is compared."""

    path: Path
    year: int
    gold: list[dict[str, Any]]
    start: int = 0
    end: int = sys.maxsize

    @property
    def name(self) -> str:
        return self.path.stem


@dataclass(frozen=True, slots=True)
class Scored:
    """What the scorer says of one document; `headline` counts its headline statements alone."""

    document: Document
    text: str
    tally: dict[str, Any]
    headline: dict[str, Any]
    errors: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table: of one role, precision, recall and F1 by level."""

    name: str
    role: str
    rates: dict[str, dict[str, float]]


def labelled(names: Sequence[str] = ()) -> Iterator[Document]:
    """The documents that are labelled whole; their names tell the year.

    Raises ValueError for an unknown name.
    """
    known = {path.name.removesuffix(".gold.jsonl"): path for path in (SHARED / "corpus/labelled").glob("*.gold.jsonl")}
    if unknown := sorted(set(names) - known.keys()):
        raise ValueError(f"no labelled document {', '.join(unknown)}; there are {', '.join(sorted(known))}")
    for name, gold in sorted(known.items()):
        if not names or name in names:
            year = re.search(r"\d{4}", name)
            if year is None:
                raise ValueError(f"{gold}: the name holds no year")
            yield Document(gold.with_name(f"{name}.txt"), int(year[0]), _read(gold))


def headlines() -> Iterator[Document]:
    """The main expected targets of provinces' reports."""
    folder = SHARED / "corpus/headline"
    for row in (folder / "REGIONS.tsv").read_text(encoding="utf-8").splitlines():
        name, start, end = row.split("\t")
        text = SHARED / f"corpus/unlabelled/{name}_{HEADLINE_YEAR}.txt"
        yield Document(text, HEADLINE_YEAR, _read(folder / f"{name}.gold.jsonl"), int(start), int(end))


def _read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def scorer() -> ModuleType:
    """../shared/gold/score.py, as a module."""
    spec = importlib.util.spec_from_file_location("score", SHARED / "gold/score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def score(document: Document, judge: ModuleType, told: bool = True) -> Scored:
    """Read one document as `mubiao extract` does, with `--year` if `told`, and compare it with its gold."""
    page, _ = read_file(document.path)
    found = extract(page.text, about_page(page, Told("", document.year if told else None, "")))
    predicted = [asdict(one) for one in found if document.start <= one.start < document.end]
    tally, errors = judge.score(document.gold, predicted)
    headline, _ = judge.score(document.gold, predicted, only_headline=True)
    return Scored(document, page.text, tally, headline, [*errors, *_other_words(document.gold, predicted, judge)])


def _other_words(
    gold: list[dict[str, Any]], predicted: list[dict[str, Any]], judge: ModuleType
) -> Iterator[dict[str, Any]]:
    """What is right but for the exact words of its indicator."""
    for at, found in judge.pair(gold, predicted):
        meant, said = gold[at], predicted[found]
        same = judge.fold(meant["indicator"]) == judge.fold(said["indicator"])
        if meant["required"] and not same and not judge.wrong_fields(meant, said):
            yield {"wrong": [OTHER_WORDS], "gold": meant, "pred": said}


def row_of(name: str, role: str, tallies: Iterable[dict[str, Any]], judge: ModuleType) -> Row | None:
    """The rates of several documents by the sums of their counts; None where nothing is counted."""
    counts: dict[str, dict[str, int]] = {level: {"tp": 0, "fp": 0, "fn": 0} for level in LEVELS}
    for tally in tallies:
        for level, sums in counts.items():
            for key in sums:
                sums[key] += tally[role][level][key]
    if not any(sum(sums.values()) for sums in counts.values()):
        return None
    return Row(name, role, {level: judge.rates(sums) for level, sums in counts.items()})


def table(documents: Sequence[Scored], provinces: Sequence[Scored], judge: ModuleType, each: bool = False) -> list[Row]:
    """The rows in their order; with `each` the documents come one by one first."""
    groups = [(one.document.name, [one.tally]) for one in documents if each]
    groups += [
        (DOCUMENTS, [one.tally for one in documents]),
        (OWN_HEADLINES, [one.headline for one in documents]),
        (PROVINCES, [one.tally for one in provinces]),
    ]
    rows = (row_of(name, role, tallies, judge) for name, tallies in groups for role in ("target", "outturn"))
    return [row for row in rows if row]


def under_the_bars(rows: Iterable[Row]) -> list[str]:
    """A line for each bar that is missed; a row that is not there misses its bar."""
    reached = {(row.name, row.role, level): row.rates[level]["f1"] for row in rows for level in LEVELS}
    return [
        f"{bar.row}, {bar.role}, {bar.level}: F1 {found:.3f} is under {bar.least}"
        for bar in BARS
        if (found := reached.get((bar.row, bar.role, bar.level), 0.0)) < bar.least
    ]


def kind_of(error: dict[str, Any]) -> str:
    """The worst of what is wrong with a statement, one of KINDS."""
    wrong: list[str] = error["wrong"]
    return min(wrong, key=KINDS.index)


def by_kind(scored: Iterable[Scored]) -> dict[str, list[tuple[Scored, dict[str, Any]]]]:
    """The errors by kind, the worst kind first, and within a kind those with most wrong."""
    found: dict[str, list[tuple[Scored, dict[str, Any]]]] = {kind: [] for kind in KINDS}
    for one in scored:
        for error in one.errors:
            found[kind_of(error)].append((one, error))
    return {kind: sorted(errors, key=lambda item: -len(item[1]["wrong"])) for kind, errors in found.items() if errors}


def _table_lines(rows: Iterable[Row]) -> Iterator[str]:
    yield f"{'F1 (precision/recall)':25}{'':9}" + "".join(f"{level:21}" for level in LEVELS)
    for row in rows:
        cells = (f"{rate['f1']:.3f} ({rate['precision']:.3f}/{rate['recall']:.3f})" for rate in row.rates.values())
        yield f"{row.name:25}{row.role:9}" + "".join(f"{cell:21}" for cell in cells)


def _error_lines(scored: Iterable[Scored], shown: int) -> Iterator[str]:
    for kind, errors in by_kind(scored).items():
        yield f"\n== {kind}: {len(errors)}"
        for one, error in errors[:shown]:
            side = error["gold"] or error["pred"]
            yield f"{one.document.name}:{side['start']} {', '.join(error['wrong'])}"
            yield f"  {_around(one.text, side['start'], side['end'])}"
            yield f"  gold  {_said(error['gold'])}"
            yield f"  ours  {_said(error['pred'])}"
        if len(errors) > shown:
            yield f"  … {len(errors) - shown} more: --all-errors"


def _around(text: str, start: int, end: int) -> str:
    """The number in its sentence, both ends cut where that is long."""
    before = re.split(r"[。！？\n]", text[max(0, start - BEFORE) : start])[-1]
    behind = re.split(r"(?<=[。！？])|\n", text[end : end + BEHIND])[0]
    return f"{before}⟦{text[start:end]}⟧{behind}"


def _said(statement: dict[str, Any] | None) -> str:
    if statement is None:
        return "nothing"
    return " · ".join(str(statement[key]) for key in FIELDS if statement[key] is not None)


def _as_json(rows: Iterable[Row], failed: list[str], scored: Iterable[Scored]) -> str:
    errors = [
        {"document": one.document.name, "kind": kind, "around": _around(one.text, side["start"], side["end"]), **error}
        for kind, listed in by_kind(scored).items()
        for one, error in listed
        for side in [error["gold"] or error["pred"]]
    ]
    figures = [asdict(row) for row in rows]
    return json.dumps({"figures": figures, "under_the_bars": failed, "errors": errors}, ensure_ascii=False)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="make gold", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="some of the labelled documents alone")
    parser.add_argument("--all-errors", action="store_true", help=f"every error, not {SHOWN} of each kind")
    parser.add_argument("--json", action="store_true", help="figures and all errors as one JSON object")
    parser.add_argument("--untold-year", action="store_true", help="the year has to be read from each text")
    asked = parser.parse_args(arguments)
    if not (SHARED / "gold/score.py").is_file():
        parser.error("../shared is missing: there is no gold to score against")
    judge = scorer()
    try:
        documents = [score(one, judge, not asked.untold_year) for one in labelled(asked.names)]
    except ValueError as error:
        parser.error(str(error))
    provinces = [] if asked.names else [score(one, judge, not asked.untold_year) for one in headlines()]
    rows = table(documents, provinces, judge, each=bool(asked.names))
    failed = [] if asked.names else under_the_bars(rows)
    scored = [*documents, *provinces]
    if asked.json:
        print(_as_json(rows, failed, scored))
    else:
        lines = [*_table_lines(rows), *_error_lines(scored, sys.maxsize if asked.all_errors else SHOWN)]
        print("\n".join(lines))
    for line in failed:
        print(f"under the bar: {line}", file=sys.stderr)
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
