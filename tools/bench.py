"""All that is measured, by section: how long things take, and how that grows. `make bench ARGS="store --scale 1 10"`.

compare   each pair of neighbouring real reports (../shared): matching and comparing, without reading
store     20 years of 3, 30 and 300 invented places in one database: its size, and the own time of what users ask
export    the panel of the same, as CSV
extract   how fast the extractor reads; beside others: tools/bench_extract.py
import    real reports (../shared) into an empty database, by one process and by all cores, and once more
start     what a command costs before it does anything

With --write docs/benchmarks.md the figures of this run stand in that page afterwards, with machine, date and load.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from monitor.cli.building import utc_now
from monitor.comparing.ledger import reckon
from monitor.filing import Desk, Found, Understood, keep, understand
from monitor.identity import Identity
from monitor.tables.panel import NAMES, panel
from monitor.tables.sheets import write_csv
from storage.archive import Archive
from storage.changes import find_changes
from storage.database import make_engine, migrate, reading
from storage.series import find_ledger_statements, find_newest
from storage.statements import find_by_id, find_of_document
from storage.values import Kind, StatementData
from tools import invented, years
from tools.bench_extract import run
from tools.bench_import import bench_import, bench_start, reports_of_corpus

ROOT = Path(__file__).resolve().parents[1]
YEARS = 20
PLACES = 3  # at scale 1
BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"
RUNS = 7  # of each question; the median counts
NOW = datetime(2026, 1, 20, 2, 0, tzinfo=UTC)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sections", nargs="*", help="which; all when left out")
    parser.add_argument("--scale", nargs="+", type=int, default=[1, 10, 100], help="of store and export")
    parser.add_argument("--json", type=Path, help="also write the figures into this file")
    parser.add_argument("--write", type=Path, help="also put them between the marks of this page")
    options = parser.parse_args()
    if unknown := set(options.sections) - SECTIONS.keys():
        parser.error(f"no section is called {', '.join(sorted(unknown))}: there are {', '.join(SECTIONS)}")
    figures = {name: SECTIONS[name](options.scale) for name in options.sections or SECTIONS}
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    if options.write:
        page = options.write.read_text(encoding="utf-8")
        options.write.write_text(renewed(page, figures, _machine()), encoding="utf-8")


def renewed(page: str, figures: Mapping[str, Mapping[str, object]], machine: str) -> str:
    """The page with these figures between its marks. Raises ValueError for a page without them."""
    head, begin, rest = page.partition(BEGIN)
    _, end, foot = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page has no place for figures: write {BEGIN} and {END} into it, each on a line")
    table = ["| section | what | figure |", "|---|---|---|"]
    for section, found in figures.items():
        table += [f"| {section} | {what} | {_written(value)} |" for what, value in _flat(found)]
    return f"{head}{begin}\n{machine}\n\n" + "\n".join(table) + f"\n{end}{foot}"


def _flat(found: Mapping[str, object]) -> Iterator[tuple[str, float]]:
    for what, value in found.items():
        if isinstance(value, Mapping):
            yield from ((f"{what}×: {name}", inner) for name, inner in _flat(value))
        elif isinstance(value, int | float):
            yield what.replace("_", " "), value


def _written(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _machine() -> str:
    kind = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    return f"Made on {utc_now().date()}, {kind}, load {os.getloadavg()[0]:.1f}."


def bench_compare(_: list[int]) -> dict[str, float]:
    if not years.CORPUS.is_dir():
        print(f"compare: left out, {years.CORPUS} is missing")
        return {}
    reports = [years.read(place, years.FIRST_YEAR) for place in years.places()]
    spent = sorted(years.seconds(earlier, after) for one in reports for earlier, after in years.successions(one))
    found = {"pairs": len(spent), "median_ms": 1000 * statistics.median(spent), "most_ms": 1000 * spent[-1]}
    print(f"compare: {len(spent)} pairs of reports, median {found['median_ms']:.1f} ms, most {found['most_ms']:.1f} ms")
    return found


def bench_store(scales: list[int]) -> dict[str, dict[str, float]]:
    found = {}
    for scale in scales:
        with TemporaryDirectory(prefix="mubiao-bench-") as folder:
            found[str(scale)] = _measured(Path(folder), scale)
    print(f"\nstore{'':31}" + "".join(f"{scale:>10}×" for scale in scales))
    for name in found[str(scales[0])]:
        print(f"  {name:34}" + "".join(f"{found[str(scale)][name]:>11,.1f}" for scale in scales))
    return found


def _measured(folder: Path, scale: int) -> dict[str, float]:
    path = folder / "mubiao.sqlite"
    engine = make_engine(f"sqlite:///{path}")
    migrate(engine)
    begun = time.perf_counter()
    statements = invented.fill(engine, PLACES * scale, YEARS)
    filled = time.perf_counter() - begun
    code = invented.codes(PLACES)[-1]
    desk = Desk(engine, Archive(folder / "archive"), (), ZoneInfo("Asia/Shanghai"))
    found = {
        "reports": float(PLACES * scale * YEARS),
        "statements": float(statements),
        "database, MB": path.stat().st_size / 1e6,
        "filled in, s": filled,
        "targets REGION, ms": _median(lambda: _targets(engine, code, every=False)),
        "targets REGION --all, ms": _median(lambda: _targets(engine, code, every=True)),
        "targets, ms": _median(lambda: _newest(engine)),
        "changes, ms": _median(lambda: _changes(engine, None, None)),
        "changes REGION, ms": _median(lambda: _changes(engine, [code], None)),
        "changes --year 2010, ms": _median(lambda: _changes(engine, None, 2010)),
        "a report kept and compared, ms": _median(_keeper(engine, desk, code)),
    }
    engine.dispose()
    return found


def _targets(engine: Engine, code: str, *, every: bool) -> None:
    with reading(engine) as session:
        assert reckon(find_ledger_statements(session, code, headline=not every))


def _newest(engine: Engine) -> None:
    with reading(engine) as session:
        assert find_newest(session)


def _changes(engine: Engine, regions: list[str] | None, year: int | None) -> None:
    with reading(engine) as session:
        found = find_changes(session, regions=regions, year=year, headline=True, limit=201)
        find_by_id(session, {id for one in found for id in (one.before_id, one.after_id) if id})


def _keeper(engine: Engine, desk: Desk, code: str) -> Callable[[], None]:
    """Keep another version of the newest report at each call: a document with its statements, compared and told."""
    with reading(engine) as session:
        newest = next(one.report for one in find_newest(session) if one.report.region == code)
        assert newest.document_id is not None, "it was filled in with a witness"
        said = [(one.data, one.indicator_key) for one in find_of_document(session, newest.document_id)]
    waiting = iter([_version(code, number, said) for number in range(RUNS + 1)])

    def run() -> None:
        read = next(waiting)
        keep(read, desk, news=True, now=read.found.fetched_at)

    return run


def _version(code: str, number: int, said: Sequence[tuple[StatementData, str]]) -> Understood:
    found = Found(
        source_key="bench", region=code, kind=Kind.WORK_REPORT, url=f"https://{code}.example/2027", title="报告",
        issuer="", site_code="", published_on=None, text=f"{number}" + "文" * 20_000, raw=b"raw %d" % number,
        content_type="text/html", fetched_at=NOW + timedelta(hours=number),
    )  # fmt: skip
    identity = Identity(code, Kind.WORK_REPORT, 2027, excerpt=False, revised=False)
    return replace(understand(found), identity=identity, statements=said[number % 40 :])


def bench_export(scales: list[int]) -> dict[str, dict[str, float]]:
    found = {}
    for scale in scales:
        with TemporaryDirectory(prefix="mubiao-bench-") as folder:
            engine = make_engine(f"sqlite:///{Path(folder) / 'mubiao.sqlite'}")
            migrate(engine)
            invented.fill(engine, PLACES * scale, YEARS)
            begun = time.perf_counter()
            with reading(engine) as session, (Path(folder) / "panel.csv").open("w", encoding="utf-8") as stream:
                rows = write_csv(panel(session), NAMES, stream)
            spent = time.perf_counter() - begun
            engine.dispose()
        found[str(scale)] = {"rows": rows, "seconds": spent}
        print(f"export {scale}×: {rows:,} rows in {spent:.1f} s, {rows / spent:,.0f} a second")
    return found


def bench_extract(_: list[int]) -> dict[str, float]:
    """Ours alone and over part of the reports; beside others, and with the labels: `make bench-extract`."""
    texts = [path.read_text(encoding="utf-8") for path in reports_of_corpus()]
    if not texts:
        print("extract: left out, ../shared is missing")
        return {}
    cost = run(Path(sys.executable), "mubiao", texts)
    length = sum(map(len, texts))
    found = {
        "characters a CPU second": length / cost["cpu"],
        "CPU ms a report": 1000 * cost["cpu"] / len(texts),
        "CPU ms to load": 1000 * cost["import"],
        "MB after all": cost["rss"],
    }
    print(f"extract: {len(texts)} reports, " + ", ".join(f"{_written(value)} {name}" for name, value in found.items()))
    return found


def _median(run: Callable[[], None]) -> float:
    """Milliseconds of CPU, ours and the database's, after one run to warm up; waiting for others does not count."""
    run()
    spent = []
    for _ in range(RUNS):
        begun = time.process_time()
        run()
        spent.append(time.process_time() - begun)
    return 1000 * statistics.median(spent)


SECTIONS: dict[str, Callable[[list[int]], Mapping[str, object]]] = {
    "compare": bench_compare,
    "store": bench_store,
    "export": bench_export,
    "extract": bench_extract,
    "import": lambda _: bench_import(),
    "start": lambda _: bench_start(),
}

if __name__ == "__main__":
    main()
