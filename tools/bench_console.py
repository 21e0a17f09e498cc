"""How long the console's pages take, and how large they are, on 20 years of 300 invented places: `make bench-console`.

Time is CPU of one request after another, ours and the database's, median of some runs, no network. Beyond 200 ms
or 300 KB a page is marked, and the exit code is 1. The database is kept in build/bench-console for the next run.
"""

import argparse
import statistics
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from sqlalchemy import Engine, case, update
from sqlmodel import col, select

from monitor.console import Kept, app
from storage.archive import Archive
from storage.database import find_revision, make_engine, migrate, newest_revision, transaction
from storage.models import Change, Document, SourceState, Statement
from storage.values import ChangeKind
from storage.visits import add_visit
from tests.consoles import served
from tools import invented

PLACES, YEARS = 300, 20
MILLISECONDS, BYTES = 200, 300_000
NOW = datetime(2026, 2, 20, tzinfo=UTC)
FILLER = "围绕城市更新和民生改善，持续推进重点任务，完善机制，压实责任，办好一批群众可感可及的实事。"
CITY = "220100"
PAGES = {
    "home": "/",
    "regions": "/regions",
    "province": "/regions/220000",
    "city": "/regions/220100",
    "city, all years": "/regions/220100?years=all",
    "indicators": "/indicators",
    "indicator": "/indicators/gdp?year=2025",
    "indicator, sorted": "/indicators/gdp?year=2025&sort=change&order=falling",
    "indicator, chosen": "/indicators/gdp?year=2025&region=220100&region=110000&region=310000",
    "chart of a region": "/charts/regions/220100/gdp.svg",
    "chart of three regions": "/charts/indicators/gdp/regions.svg?region=220100&region=110000&region=310000",
    "chart of a distribution": "/charts/indicators/gdp/distribution.svg?year=2025",
    "report": "/documents/20",
    "raw": "/documents/20/raw",
    "compare": "/compare/19/20",
    "changes": "/changes",
    "changes of a region": f"/changes?region={CITY}",
    "changes as Atom": "/changes.atom",
    "changes of an indicator": "/changes?region=220000&indicator=gdp",
    "changes, cuts": "/changes?kind=lowered&main=yes",
    "changes, a kind without": "/changes?kind=missed",
    "changes of a month": "/changes?since=2015-01-01&until=2015-01-31",
    "changes as CSV of a region": f"/changes.csv?region={CITY}&main=yes",
    "sources": "/sources",
    "source": f"/sources/invented-{CITY}",
    "deliveries": "/deliveries",
    "search": "/search?q=%E5%8F%A3%E8%A2%8B%E5%85%AC%E5%9B%AD",
    "API, statements": "/api/v1/statements",
    "API, statements of a year": "/api/v1/statements?indicator=gdp&year=2025",
    "API, outturns": "/api/v1/statements?role=outturn",
    "API, statements of a report": "/api/v1/documents/20/statements",
    "API, documents": "/api/v1/documents",
    "API, changes": "/api/v1/changes",
    "API, targets of a region": f"/api/v1/regions/{CITY}/targets",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="which pages; all when left out")
    parser.add_argument("--folder", type=Path, default=Path("build/bench-console"))
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    kept = _filled(options.folder)
    wanted = {name: path for name, path in PAGES.items() if not options.names or name in options.names}
    asked = {"accept-language": "zh", "accept-encoding": "gzip"}
    with served(app(kept)) as at, httpx.Client(base_url=at, trust_env=False, timeout=600, headers=asked) as client:
        beyond = [name for name, path in wanted.items() if not _measured(client, name, path, options.runs)]
    if beyond:
        sys.exit(f"beyond {MILLISECONDS} ms or {BYTES // 1000} KB: {', '.join(beyond)}")


def _measured(client: httpx.Client, name: str, path: str, runs: int) -> bool:
    """One page's line; whether it keeps within the limits."""
    spent = []
    for _ in range(runs + 1):  # the first one warms up
        begun = time.process_time()
        answer = client.get(path)
        spent.append(1000 * (time.process_time() - begun))
    median, size = statistics.median(spent[1:]), len(answer.content)
    sent = int(answer.headers.get("content-length", 0))
    fits = answer.status_code == 200 and median <= MILLISECONDS and size <= BYTES
    figures = f"{median:7.0f} ms, first {spent[0]:6.0f} ms {size / 1000:8.1f} KB, sent {sent / 1000:6.1f} KB"
    print(f"{name:26}{figures}{'' if fits else f'   <<< {answer.status_code}'}", flush=True)
    return fits


def _filled(folder: Path) -> Kept:
    """The database of the last run, or a new one."""
    folder.mkdir(parents=True, exist_ok=True)
    file, archive = folder / "mubiao.sqlite", Archive(folder / "archive")
    engine = make_engine(f"sqlite:///{file}")
    if find_revision(engine) != newest_revision():
        engine.dispose()
        file.unlink(missing_ok=True)
        engine = make_engine(f"sqlite:///{file}")
        begun = time.perf_counter()
        migrate(engine)
        statements = invented.fill(engine, PLACES, YEARS)
        _move(engine)
        _watch(engine)
        print(f"{PLACES} places, {YEARS} years, {statements:,} statements: {time.perf_counter() - begun:.0f} s to fill")
    _write_texts(engine, archive)
    return Kept(engine, archive, lambda: NOW)


def _move(engine: Engine) -> None:
    """Main targets were other ones the year before: half of them went up."""
    a_report = invented.MAIN + invented.TAIL + invented.OUTTURNS
    earlier = col(Change.headline).is_(True), col(Change.year) > invented.LAST_YEAR - YEARS + 1
    kind = case((col(Change.id) % 2 == 0, ChangeKind.RAISED.value), else_=ChangeKind.LOWERED.value)
    with transaction(engine) as session:
        session.exec(update(Change).where(*earlier).values(before_id=col(Change.after_id) - a_report, kind=kind))


def _watch(engine: Engine) -> None:
    """A source for each place, a tenth of them broken, with the visits of a month."""
    with transaction(engine) as session:
        for number, code in enumerate(invented.codes(PLACES)):
            state = SourceState(
                key=f"invented-{code}", name=f"{code} 人民政府", url=f"https://{code}.example/", region=code,
                next_due_at=NOW, last_visit_at=NOW, last_success_at=NOW, failures=3 * (number % 10 == 0),
                failing_since=NOW if number % 10 == 0 else None, failure="answered 404" if number % 10 == 0 else "",
            )  # fmt: skip
            session.add(state)
            for days in range(30):
                at = NOW - timedelta(days=days)
                visit = {"source_key": state.key, "started_at": at, "seconds": 1.0, "outcome": "ok", "entries": 20}
                add_visit(session, {"documents": 0, "changes": 0, "label": "", "error": ""} | visit)


def _write_texts(engine: Engine, archive: Archive) -> None:
    """Texts for the reports of the first place, of the length and with the figures that their statements say."""
    with transaction(engine) as session:
        for document in session.exec(select(Document).where(col(Document.id) <= YEARS)):
            rows = session.exec(
                select(Statement).where(Statement.document_id == document.id).order_by(col(Statement.start))
            )
            blocks = (
                f"{row.text}{row.indicator}{FILLER * 3}"[:99] + ("\n" if row.ordinal % 3 else "。") for row in rows
            )
            document.text_hash = archive.add_text("".join(blocks) + FILLER * 60)
            document.raw_hash = archive.add(b"<html>" + FILLER.encode() * 400)
            document.content_type = "text/html"


if __name__ == "__main__":
    main()
