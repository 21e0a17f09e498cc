"""Visit each shipped source once, as it is today, and write a table: `make live ARGS="--contact you@example.org"`.

Nothing is kept and nobody is told. One visit at a time to a host, several hosts at once; politely, so all of it takes
a quarter of an hour. What fails has moved, blocks us, or is down; `mubiao add PORTAL --dry-run` looks for a new place.
"""

import argparse
import csv
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from time import monotonic

from monitor.catalogue.regions import path_zh
from monitor.identity import can_be_report
from scrapers.catalogue import CataloguedSource, catalogued, find_sources
from scrapers.client import Client
from scrapers.documents import DocumentReader
from scrapers.errors import ScrapeError
from scrapers.scrape import Scraper

OUT = Path("build/live.csv")


@dataclass(frozen=True, slots=True)
class Row:
    """What one source answered. `state` is ok, or the class of what broke; `newest` the newest entry's day."""

    key: str
    region: str
    level: str
    kind: str
    trust: str
    state: str
    family: str
    entries: int
    reports: int
    newest: str
    seconds: float
    detail: str
    url: str


def visit_all(scraper: Scraper, sources: Sequence[CataloguedSource], jobs: int) -> Iterator[Row]:
    """A row for each source, as they come; those on one host one after the other."""
    by_host: dict[str, list[CataloguedSource]] = defaultdict(list)
    for one in sources:
        by_host[one.source.host].append(one)
    with ThreadPoolExecutor(jobs) as pool:
        for rows in pool.map(lambda known: [visit_one(scraper, one) for one in known], by_host.values()):
            yield from rows


def visit_one(scraper: Scraper, known: CataloguedSource) -> Row:
    """The first index page of a source, read as a first visit would."""
    source, started = known.source, monotonic()
    state, detail, family, entries, reports, newest = "ok", "", "", 0, 0, ""
    try:
        look = scraper.read_index(
            source, name=source.family, conditions=None, body_hash=None, going_on=lambda entries: False
        )  # fmt: skip
        family, entries = look.family, len(look.entries)
        reports = sum(can_be_report(entry.title, source.kind) for entry in look.entries)
        newest = str(max((entry.published_on for entry in look.entries if entry.published_on), default=""))
    except ScrapeError as error:
        state, detail = error.label, str(error)
    return Row(
        source.key, path_zh(source.region), known.level, source.kind, known.confidence, state, family, entries, reports,
        newest, round(monotonic() - started, 1), detail, source.url,
    )  # fmt: skip


def write_table(rows: Iterable[Row], path: Path) -> list[Row]:
    """The rows as CSV (UTF-8 with a mark, so that a spreadsheet reads the Chinese), in the catalogue's order."""
    places = {one.source.key: place for place, one in enumerate(catalogued())}
    ordered = sorted(rows, key=lambda row: places.get(row.key, len(places)))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Row)])
        writer.writeheader()
        writer.writerows(asdict(row) for row in ordered)
    return ordered


def summary(rows: Sequence[Row]) -> Iterator[str]:
    """How many answered, by trust; the classes of what broke; the families of what was read."""
    for trust in ("high", "medium", "low"):
        of = [row for row in rows if row.trust == trust]
        good, holding = sum(row.state == "ok" for row in of), sum(row.reports > 0 for row in of)
        yield f"{trust:8} {len(of):4} sources, {good:4} read, {holding:4} with a report on the first page"
    for name, values in (("broken", [row.state for row in rows if row.state != "ok"]), ("family", _families(rows))):
        counted = ", ".join(f"{count} {value}" for value, count in Counter(values).most_common())
        yield f"{name:8} {counted or 'none'}"


def _families(rows: Sequence[Row]) -> list[str]:
    return [row.family for row in rows if row.state == "ok"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("word", nargs="?", default="", help="only sources that this finds: 吉林, 2201, jl.gov.cn")
    parser.add_argument("--out", type=Path, default=OUT, help="where the table goes")
    parser.add_argument("--jobs", type=int, default=8, help="hosts at once")
    parser.add_argument("--contact", required=True, help="your web or mail address, for those who run the sites")
    asked = parser.parse_args()
    sources = find_sources(asked.word)
    if not sources:
        parser.error(f"no source matches {asked.word!r}")
    with Client(contact=asked.contact) as client, DocumentReader() as documents:
        rows = []
        for row in visit_all(Scraper(client, documents), sources, asked.jobs):
            rows.append(row)
            print(f"{len(rows):4}/{len(sources)} {row.state:12} {row.entries:4} entries {row.reports:3} reports  "
                  f"{row.key}  {row.detail}", flush=True)  # fmt: skip
    kept = write_table(rows, asked.out)
    print("\n".join([*summary(kept), f"written to {asked.out}"]))
    return int(all(row.state != "ok" for row in kept))


if __name__ == "__main__":
    sys.exit(main())
