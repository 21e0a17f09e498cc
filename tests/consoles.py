"""A filled installation for the console's pages, the console served over it, and what a test looks at it with.

The reports are invented; only the codes of their regions are the catalogue's, for there must be a tree to walk. Filed
as visits file them: extracted, compared, owed.
"""

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import uvicorn
from starlette.applications import Starlette

from monitor.console import Kept
from monitor.desk import Desk, Filed, Found
from monitor.filing import file
from monitor.reviews.reviewing import Outcome, Says, review, withdraw
from monitor.watches import Watch
from storage.archive import Archive
from storage.database import make_engine, migrate, transaction
from storage.models import Delivery, Digest, SourceState
from storage.outbox import add_deliveries
from storage.statements import find_of_document
from storage.values import Kind
from storage.visits import add_visit, declare_source, find_source, went_well, went_wrong
from tests.fakes import report_text

NOW = datetime(2026, 2, 20, 2, 0, tzinfo=UTC)
PROVINCE, CITY = "220000", "220100"
SIBLINGS = ("220200", "220300", "220400")
OTHERS = ("210000", "230000", "440000")
YEARS = (2023, 2024, 2025, 2026)
LATE = "230000"  # has no report of the last year
BROKEN = "source-210000"
ZONE = ZoneInfo("Asia/Shanghai")
EVERYTHING = Watch(key="everything", indicators=("all",), when="at once", channels=("desk",))


def targets(code: str, year: int) -> dict[str, str]:
    """A region's invented main targets of a year: every hedge there is, and growth that is cut or raised with the year.

    The region's code decides: no two regions of one province ask for the same growth.
    """
    place = int(code[3]) + int(code[:2]) % 7
    growth = 5 + place / 2 + (0.5 if year % 2 else 0)
    hedge = ("{}%以上", "{}%左右", "{}%", "{}%至7.5%")[(place + year) % 4 if growth < 7 else place % 3]
    return {
        "地区生产总值": f"增长{hedge.format(f'{growth:g}')}",
        "一般公共预算收入": f"增长{3 + place / 2:g}%",
        "固定资产投资": f"增长{6 + year % 3}%以上",
        "社会消费品零售总额": f"增长{5 + (year + place) % 4}%左右",
        "城镇新增就业": f"{4 + place}.{year % 10}万人以上",
        "城镇调查失业率": "控制在5.5%以内",
        "居民消费价格涨幅": "控制在3%左右",
        "单位地区生产总值能耗": "下降2.5%左右",
        "城乡居民收入": "与经济增长同步",
    }


def reached(code: str, year: int) -> dict[str, str]:
    """What the report of a year says was reached in the year before."""
    place = int(code[3]) + int(code[:2]) % 7
    return {
        "地区生产总值": f"增长{5.2 + place / 2 + (year % 3) / 5:.1f}%",
        "一般公共预算收入": f"增长{2.8 + place / 2:.1f}%",
        "城镇新增就业": f"{4 + place}.6万人",
        "城镇调查失业率": "为5.3%",
    }


def text_of(code: str, year: int) -> str:
    extra = f"新建改造幼儿园{year - 2000}所，培育规上工业企业{40 + year % 7}户，建成污水管网{80 + year % 9}公里。"
    return report_text(year, targets(code, year), reached(code, year), extra=extra)


def found(code: str, year: int, text: str = "", **more: object) -> Found:
    """A report page as a visit brings it in."""
    values: dict[str, object] = {
        "source_key": f"source-{code}", "region": code, "kind": Kind.WORK_REPORT,
        "url": f"https://r{code}.example/zwgk/{year}/t1.html", "title": f"{year}年政府工作报告",
        "issuer": "市人民政府办公室", "site_code": "", "published_on": date(year, 1, 20),
        "text": text or text_of(code, year),
        "raw": f"<html><title>{year}</title><script>alert(1)</script></html>".encode(), "content_type": "text/html",
        "fetched_at": _day(year),
    } | more  # fmt: skip
    return Found(**values)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Filled:
    """What `filled` made: the console's side of it, and the desk to file more on."""

    kept: Kept
    desk: Desk

    def file(self, found: Found, *, news: bool = True) -> int:
        """File one more; answers with the document's number."""
        filed: Filed = file(found, self.desk, news=news, now=found.fetched_at)
        return filed.document_id

    def document(self, code: str = CITY, year: int = YEARS[-1]) -> int:
        """The number of the document that a visit brought in first for a report."""
        place = list(_arrivals()).index((code, year))
        return place + 1


def filled(folder: Path) -> Filled:
    """An installation in `folder` with four years of reports, their changes, sources, visits and deliveries.

    Made once a process and copied: tests may write into theirs.
    """
    template = _template()
    shutil.copytree(template, folder, dirs_exist_ok=True)
    return _open(folder)


def _open(folder: Path) -> Filled:
    engine = make_engine(f"sqlite:///{folder / 'mubiao.sqlite'}")
    archive = Archive(folder / "archive")
    return Filled(Kept(engine, archive, lambda: NOW), Desk(engine, archive, (EVERYTHING,), ZONE))


@cache
def _home() -> "TemporaryDirectory[str]":
    return TemporaryDirectory(prefix="mubiao-console-")  # removed when the process ends


@cache
def _template() -> Path:
    folder = Path(_home().name)
    made = _open(folder)
    migrate(made.desk.engine)
    _declare(made)
    for code, year in _arrivals():
        made.file(found(code, year), news=year > YEARS[0])
    _revise(made)
    _break(made)
    _post(made)
    made.desk.engine.dispose()
    return folder


def _arrivals() -> Iterator[tuple[str, int]]:
    """Year by year, as they come in."""
    for year in YEARS:
        for code in (PROVINCE, CITY, *SIBLINGS, *OTHERS):
            if (code, year) != (LATE, YEARS[-1]):
                yield code, year


def _day(year: int) -> datetime:
    return datetime(year, 1, 21, 2, 0, tzinfo=UTC)


def _declare(made: Filled) -> None:
    with transaction(made.desk.engine) as session:
        for code in (PROVINCE, CITY, *SIBLINGS, *OTHERS):
            url = f"https://r{code}.example/zwgk/"
            state = SourceState(
                key=f"source-{code}",
                name=f"{code} 人民政府",
                url=url,
                region=code,
                next_due_at=NOW + timedelta(hours=3),
            )
            declare_source(session, state)
            went_well(state, now=NOW - timedelta(hours=21), next_due_at=NOW + timedelta(hours=3))
            state.baseline_at, state.usual_entries, state.family = _day(YEARS[0]), 20, "trs"
            for days in range(4):
                at = NOW - timedelta(days=days, hours=21)
                visit = {"source_key": state.key, "started_at": at, "seconds": 1.5, "outcome": "ok", "entries": 20}
                add_visit(session, {"documents": 0, "changes": 0, "label": "", "error": ""} | visit)


def _revise(made: Filled) -> None:
    """The city's last report in a second version, and in a newspaper that says less."""
    text = text_of(CITY, YEARS[-1]).replace("幼儿园26所", "幼儿园31所").replace("下降2.5%左右", "下降3%左右")
    at = _day(YEARS[-1]) + timedelta(days=3)
    made.file(found(CITY, YEARS[-1], text, fetched_at=at))
    short = report_text(YEARS[-1], targets(CITY, YEARS[-1]), {}, full=False)
    paper = "https://daily.example/2026/t2.html"
    made.file(
        found(CITY, YEARS[-1], short, url=paper, title="2026年政府工作报告（摘要）", issuer="日报", fetched_at=at)
    )


def _break(made: Filled) -> None:
    with transaction(made.desk.engine) as session:
        state = find_source(session, BROKEN)
        assert state is not None
        for days in range(3, 0, -1):
            at = NOW - timedelta(days=days)
            error = "https://r210000.example/zwgk/ answered 404: the column has moved; find its new address"
            went_wrong(state, label="gone", error=error, now=at, next_due_at=NOW + timedelta(hours=1))
            visit = {"source_key": BROKEN, "started_at": at, "seconds": 0.3, "outcome": "failed", "label": "gone"}
            add_visit(session, {"entries": 0, "documents": 0, "changes": 0, "error": error} | visit)


def _post(made: Filled) -> None:
    """A digest that was sent, one that is owed still, one that was given up."""
    states = {"sent": NOW - timedelta(days=2), "due": NOW - timedelta(minutes=5), "dead": NOW - timedelta(days=9)}
    with transaction(made.desk.engine) as session:
        for number, (state, at) in enumerate(states.items()):
            digest = Digest(
                id=f"msg_{number:032x}", watch="everything", state="rendered", opened_at=at, due_at=at, rendered_at=at,
                subject="主要目标有变化", text="…", html="<p>…</p>", payload=b"{}",
            )  # fmt: skip
            session.add(digest)
            session.flush()
            owed = Delivery(
                digest_id=digest.id, channel="desk", address="readers@example.org", state=state, due_at=at, body=b"...",
                attempts=3 if state == "dead" else 1, answer="550 no such user" if state == "dead" else "250 ok",
                tried_at=at, sent_at=at if state == "sent" else None,
            )  # fmt: skip
            add_deliveries(session, [owed])


@dataclass
class Doings:
    """The daemon and the readers as the console asks about them; a test may change what they answer."""

    state: dict[str, object] = field(default_factory=lambda: {"ok": True, "sources": 34})
    left: list[str] = field(default_factory=list)

    def health(self) -> dict[str, object]:
        return self.state

    def ready(self) -> dict[str, object]:
        return {"ready": self.state["ok"], "broken": {}}

    def metrics(self) -> bytes:
        return b"mubiao_sources 34\n"

    def address_of(self, token: str) -> str | None:
        return "<li@example.org>" if token == "good" else None

    def unsubscribe(self, address: str) -> None:
        self.left.append(address)


class Reviewing:
    """What the command line hands the console to keep reviews with."""

    def __init__(self, made: Filled) -> None:
        self._desk = made.desk

    def review(self, statement_id: int, says: Says) -> Outcome:
        return review(self._desk, statement_id, says, NOW)

    def withdraw(self, review_id: int, who: str, why: str) -> Outcome:
        return withdraw(self._desk, review_id, who, why, NOW)


@contextmanager
def served(application: Starlette) -> Iterator[str]:
    """The application on a free port of loopback; its address."""
    server = uvicorn.Server(
        uvicorn.Config(application, port=0, log_config=None, ws="none", lifespan="off", proxy_headers=False)
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started:
        assert time.monotonic() < deadline, "the console did not start"
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


def addresses(made: Filled) -> dict[str, str]:
    """Every page of the console by a name, with what makes it full."""
    last, before = made.document(), made.document(year=YEARS[-2])
    with made.kept.reading() as session:
        growth = next(one for one in find_of_document(session, last) if one.data.headline)
    return {
        "home": "/",
        "regions": "/regions",
        "region": f"/regions/{CITY}",
        "province": f"/regions/{PROVINCE}",
        "indicators": "/indicators",
        "indicator": "/indicators/gdp?year=2025&region=220100&region=220200&region=220300",
        "indicator-sorted": "/indicators/urban_new_jobs?year=2025&sort=target&order=falling&level=prefecture",
        "report": f"/documents/{last}",
        "report-statement": f"/documents/{last}#s{growth.id}",
        "compare": f"/compare/{before}/{last}",
        "changes": "/changes",
        "sources": "/sources",
        "source": f"/sources/{BROKEN}",
        "deliveries": "/deliveries",
        "search": "/search?q=%E5%B9%BC%E5%84%BF%E5%9B%AD",
        "reviews": "/review",
        "review": f"/review/{growth.id}",
        "missing": "/nothing",
        "unsubscribe": "/unsubscribe/good",
    }
