"""Writes what changed between real reports, year by year, as tables to be read by eye: build/years/*.md.

31 provinces (2025 → 2026), the State Council (2004 → 2025) with a table of its main targets, 清苑区 and 高唐县; and how
the long tail fared: what was paired, and what was left over on both sides with the nearest words (`tail.md`).
"""

import argparse
import csv
import random
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.catalogue.indicators import TAIL, key_of
from monitor.catalogue.sameness import essence
from monitor.comparing.compare import compare
from monitor.comparing.farther import last_word
from monitor.comparing.ledger import LedgerEntry, reckon
from monitor.comparing.series import series_of
from monitor.digest.figures import said
from monitor.extractors.statements import extract
from storage.values import About, Basis, ChangeData, ChangeKind, Kind, Measure, Role, Stated

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT.parent / "shared/corpus/unlabelled"
NATION = "国务院"
COUNTIES = ("保定市清苑区", "高唐县(山东聊城)")
FIRST_YEAR = 2004  # of the State Council's
COLUMNS = (  # of the State Council's table: title, keys, the measure they are stated in
    ("GDP", ("gdp",), Measure.GROWTH),
    ("CPI", ("cpi",), Measure.GROWTH),
    ("城镇新增就业", ("urban_new_jobs",), Measure.LEVEL),
    ("城镇失业率", ("surveyed_unemployment", "registered_unemployment"), Measure.RATIO),
)


@dataclass(frozen=True)
class Kept:
    """A report with its statements and its text."""

    place: str
    year: int
    text: str
    complete: bool
    statements: list[Stated]

    def sentence(self, stated: Stated) -> str:
        return " ".join(self.text[stated.data.sentence_start : stated.data.sentence_end].split())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", type=Path, default=ROOT / "build/years", help="the folder to write")
    parser.add_argument("--sample", type=int, default=200, help="how many of what was left over to show in tail.md")
    options = parser.parse_args()
    if not CORPUS.is_dir():
        raise SystemExit(f"{CORPUS} is missing: no reports to compare")
    options.into.mkdir(parents=True, exist_ok=True)
    series = {place: read(place, FIRST_YEAR if place == NATION else 2000) for place in places()}
    for place, reports in series.items():
        write(options.into / f"{place}.md", change_tables(reports))
    write(options.into / "state-council.md", [state_council(series[NATION])])
    write(options.into / "tail.md", tail(list(series.values()), options.sample))
    pairs = [pair for reports in series.values() for pair in successions(reports)]
    spent = [seconds(earlier, after) for earlier, after in pairs]
    print(
        f"{len(pairs)} comparisons, {1000 * sum(spent) / len(spent):.1f} ms on average, {1000 * max(spent):.1f} at most"
    )
    print(f"tables in {options.into}")


def index() -> list[dict[str, str]]:
    with (CORPUS / "INDEX.tsv").open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


def places() -> list[str]:
    provinces = {row["place"] for row in index() if row["level"] == "province" and row["year"] in ("2025", "2026")}
    return [NATION, *sorted(provinces), *COUNTIES]


def read(place: str, first_year: int) -> list[Kept]:
    """The reports of a place by year, statements and all; one report a year."""
    found: dict[int, Kept] = {}
    for row in index():
        year = int(row["year"])
        if row["place"] == place and year >= first_year:
            text = (CORPUS / row["file"]).read_text(encoding="utf-8", errors="replace")
            found[year] = Kept(place, year, text, row["complete"] == "complete", list(stated(text, place, year)))
    return [found[year] for year in sorted(found)]


def stated(text: str, place: str, year: int) -> Iterator[Stated]:
    for number, data in enumerate(extract(text, About(year=year)), start=year * 10_000):
        key = key_of(data.indicator, data.measure, data.unit)
        yield Stated(number, year, year, place, Kind.WORK_REPORT, year, key, data)


def changes(before: Kept, after: Kept, older: Sequence[Kept] = ()) -> list[ChangeData]:
    """As if somebody watched everything, so that what is gone from the long tail is seen too."""
    stands = last_word([one for report in older for one in report.statements], before.statements, after.year)
    return compare(
        [*before.statements, *stands], after.statements, year=after.year, basis=Basis.NEXT_REPORT, full=after.complete,
        watched=lambda _: True,
    )  # fmt: skip


def successions(reports: Sequence[Kept]) -> list[tuple[Sequence[Kept], Kept]]:
    """Each report but the first, with all that came before it."""
    return [(reports[:at], reports[at]) for at in range(1, len(reports))]


def seconds(earlier: Sequence[Kept], after: Kept) -> float:
    """Of CPU, with nothing known of the words beforehand."""
    essence.cache_clear()
    begun = time.process_time()
    changes(earlier[-1], after, earlier[:-1])
    return time.process_time() - begun


def change_tables(reports: Sequence[Kept]) -> Iterator[str]:
    for earlier, after in successions(reports):
        before, found = earlier[-1], changes(earlier[-1], after, earlier[:-1])
        counts = ", ".join(f"{sum(one.kind == kind for one in found)} {kind}" for kind in ChangeKind if kind < "met")
        yield f"# {after.place} {before.year} → {after.year}\n\n{counts}\n"
        yield table(("", "change", "indicator", "before", "after", "sentence"), (
            ("*" if one.headline else "", one.kind, one.shown.data.indicator, figure(one.before), figure(one.after),
             (after if one.after else before).sentence(one.shown)[:120])
            for one in found
        ))  # fmt: skip


def state_council(reports: Sequence[Kept]) -> str:
    entries = reckon([one for report in reports for one in report.statements])
    rows = []
    for report in reports:
        row = [str(report.year)]
        for _, keys, measure in COLUMNS:
            row.append("；".join(asked(entry) for entry in main_targets(entries, report.year, keys, measure)))
        rows.append(row)
    return table(("year", *(title for title, _, _ in COLUMNS)), rows)


def main_targets(entries: Iterable[LedgerEntry], year: int, keys: Sequence[str], measure: Measure) -> list[LedgerEntry]:
    """The main targets of a year's report for that year, of these indicators."""
    return [
        entry
        for entry in entries
        if entry.target.year == year
        and entry.period == str(year)
        and entry.target.data.headline
        and entry.target.indicator_key in keys
        and entry.target.data.measure is measure
    ]


def asked(entry: LedgerEntry) -> str:
    return " ".join((said(entry.target.data, "zh"), "→", figure(entry.outturn) or "-", str(entry.verdict)))


def tail(series: Sequence[Sequence[Kept]], size: int) -> Iterator[str]:
    """What was paired by like words with another figure, and a sample of what was left over with its nearest words."""
    pairs = [pair for reports in series for pair in successions(reports)]
    found = [changes(earlier[-1], after, earlier[:-1]) for earlier, after in pairs]
    paired = [one for listed in found for one in listed if one.before and one.after and is_tail(one.shown)]
    yield f"# Paired by their words: {len(paired)}\n"
    yield table(("place", "year", "before", "after"), (
        (one.region, one.year, named(one.before), named(one.after)) for one in paired
    ))  # fmt: skip
    left = [
        (one.after, nearest(one.after, [gone.before for gone in listed if gone.before and not gone.after]))
        for listed in found
        for one in listed
        if one.after and not one.before and is_tail(one.after)
    ]
    sample = random.Random(200).sample(left, min(size, len(left)))
    yield f"# Added, with the nearest of what is gone: {len(sample)} of {len(left)}\n"
    yield table(("place", "year", "added", "nearest gone"), (
        (new.region, new.year, named(new), "；".join(map(named, olds))) for new, olds in sample
    ))  # fmt: skip


def nearest(new: Stated, gone: Sequence[Stated]) -> list[Stated]:
    alike = [old for old in gone if series_of(old).measure == series_of(new).measure and likeness(old, new) > 0.4]
    return sorted(alike, key=lambda old: -likeness(old, new))[:2]


def likeness(old: Stated, new: Stated) -> float:
    """Shared characters alone: looser than what pairs by."""
    a, b = set(old.data.indicator), set(new.data.indicator)
    return 2 * len(a & b) / (len(a) + len(b))


def is_tail(one: Stated) -> bool:
    return one.indicator_key.startswith(TAIL) and one.data.role is Role.TARGET


def figure(one: Stated | None) -> str:
    return said(one.data, "zh") if one else ""


def named(one: Stated | None) -> str:
    if one is None:
        return ""
    far = "" if one.data.period in (None, str(one.year)) else f" ({one.data.period})"
    return f"{one.data.indicator} {figure(one)}{far}"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "/") for cell in line) + " |" for line in lines) + "\n"


def write(path: Path, parts: Iterable[str]) -> None:
    path.write_text("\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    main()
