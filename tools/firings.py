"""How often each rule of the extractor fires over the unlabelled reports in ../shared, the rarest first.

    make firings [ARGS="[--rule NAME] [--show N] [--json] [--jobs N]"]

The names are those of `mubiao explain`: what made a statement, and why a number made none. A rule that fires in one
report of 379 was written for that report alone. With --rule the places where one fires are shown, evenly picked from
all of them, to be read by eye. Exit code 2 without ../shared or for a rule that there is not.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from monitor.cli.jobs import spread
from monitor.extractors.decoys import DECOYS
from monitor.extractors.explain import explain_numbers
from monitor.extractors.reasons import REASONS, RULES
from monitor.extractors.statements import extract
from storage.values import About

SHARED = Path(__file__).resolve().parents[1].parent / "shared"
FEW = 3  # reports; a rule that fires in no more is a smell
NO_NUMBER = {"no number", "dropped"}  # said of other places alone
BEFORE, BEHIND = 30, 20  # characters of an example around its number


@dataclass(slots=True)
class Fired:
    """How often a rule fired, in how many reports, and where: as many places as were asked for, one at least."""

    times: int = 0
    reports: int = 0
    places: list[str] = field(default_factory=list)


def reports() -> dict[Path, int]:
    """The unlabelled reports with the year that each plans for."""
    folder = SHARED / "corpus/unlabelled"
    rows = (folder / "INDEX.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return {folder / name: int(year) for name, _, _, year, *_ in (row.split("\t") for row in rows)}


def firings_in(path: Path, years: Mapping[Path, int], only: str) -> dict[str, list[str]]:
    """The places at which each rule (or one alone) fires in a report."""
    text = path.read_text(encoding="utf-8")
    about = About(year=years[path])
    found: dict[str, list[str]] = {}
    read_to = 0
    for one in explain_numbers(text, about):
        if one.why and one.end > read_to:  # 3万 is two tokens, and one number
            found.setdefault(one.why, []).append(_place(path, text, one.start, one.end))
            read_to = one.end
    for stated in extract(text, about):
        for rule in dict.fromkeys(stated.rules):
            found.setdefault(rule, []).append(_place(path, text, stated.start, stated.end))
    return {rule: places for rule, places in found.items() if only in ("", rule)}


def _place(path: Path, text: str, start: int, end: int) -> str:
    words = f"{text[max(0, start - BEFORE) : start]}⟦{text[start:end]}⟧{text[end : end + BEHIND]}"
    return f"{path.stem}:{start} {' '.join(words.split())}"


def known() -> list[str]:
    """The names of all rules, those too that never fire; of a sort of decoys (threshold) its rows alone."""
    rows = [decoy.label for decoy in DECOYS]
    sorts = {label.partition(":")[0] for label in rows} - set(rows)
    return list(dict.fromkeys([*RULES, *rows, *(why for why in REASONS if why not in sorts | NO_NUMBER)]))


def count(read: Iterable[Mapping[str, list[str]]], show: int) -> dict[str, Fired]:
    """What fired in all reports together, the rarest first."""
    fired = {rule: Fired() for rule in known()}
    for found in read:
        for rule, places in found.items():
            of = fired.setdefault(rule, Fired())
            of.times += len(places)
            of.reports += 1
            of.places += places if show > 1 else places[: 1 - len(of.places)]
    for of in fired.values():
        of.places = of.places[:: max(1, len(of.places) // max(1, show))][:show]
    return dict(sorted(fired.items(), key=lambda item: (item[1].reports, item[1].times)))


def _lines(fired: Mapping[str, Fired], total: int) -> Iterator[str]:
    yield f"{'times':>7} {'reports':>8}  rule (of {total} reports)"
    for rule, of in fired.items():
        smell = " ← rare" if 0 < of.reports <= FEW else " ← never" if not of.reports else ""
        yield f"{of.times:7} {of.reports:8}  {rule}{smell}"
        if of.reports <= FEW or len(of.places) > 1:
            yield from (f"{'':18}{place}" for place in of.places)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="make firings", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rule", default="", metavar="NAME", help="one rule alone, with places where it fires")
    parser.add_argument("--show", type=int, metavar="N", help="so many places a rule (1; 20 with --rule)")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--jobs", "-j", type=int, default=1, help="how many processes at once; 0: one for each core")
    asked = parser.parse_args(arguments)
    if not SHARED.is_dir():
        parser.error("../shared is missing: there are no reports to read")
    if asked.rule and asked.rule not in known():
        parser.error(f"no rule is called {asked.rule!r}; without --rule they are listed")
    years = reports()
    show = asked.show or (20 if asked.rule else 1)
    work = partial(firings_in, years=years, only=asked.rule)
    fired = count(spread(work, list(years), asked.jobs), show)
    if asked.rule:
        fired = {asked.rule: fired[asked.rule]}
    if asked.json:
        rows = (
            {"rule": rule, "times": of.times, "reports": of.reports, "places": of.places} for rule, of in fired.items()
        )
        print("\n".join(json.dumps(row, ensure_ascii=False) for row in rows))
    else:
        print("\n".join(_lines(fired, len(years))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
