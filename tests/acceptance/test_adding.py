"""`mubiao add` and `mubiao sources` as a user runs them, against a portal on loopback."""

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from monitor.cli import app
from tests.acceptance.replayed import Replay, replayed
from tests.fakes import PLACE, article, listing, report_text

CODE = "220106"  # a region that the catalogue knows; the texts are invented
META = f'<html><head><meta name="SiteIDCode" content="{CODE}0001"></head>'
TITLES = {
    "/xxgk/gzbg/": "年政府工作报告",
    "/xxgk/ysjs/": "年预算执行情况和下一年预算草案的报告",
    "/news/": "年第一次常务会议召开",
}
STARTER = '# my own words\ndata = "data"\n\n[console]\nenabled = false  # not here\n'


@dataclass
class Portal:
    """A government's portal on loopback: what it serves, by path, and what was asked."""

    pages: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    base: str = ""

    def column(self, path: str, years: tuple[int, ...] = (2031, 2030)) -> None:
        shown = [(f"{path}t{year}0110_{year}.html", f"{year}{TITLES[path]}", date(year, 1, 10)) for year in years]
        self.pages[path] = listing(shown)
        for url, title, day in shown:
            self.pages[url] = article(title, report_text(day.year), day)


@pytest.fixture
def portal() -> Iterator[Portal]:
    portal = Portal()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            portal.asked.append(self.path)
            body = portal.pages.get(self.path, "").encode()
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        portal.base = f"http://127.0.0.1:{server.server_address[1]}"
        portal.pages["/"] = f'{META}<a href="/xxgk/">政务公开</a><a href="/news/">工作动态</a></html>'
        portal.pages["/xxgk/"] = '<a href="/xxgk/gzbg/">政府工作报告</a><a href="/xxgk/ysjs/">预算/决算</a>'
        for path in TITLES:
            portal.column(path)
        yield portal
        server.shutdown()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mubiao.toml").write_text(STARTER)
    return tmp_path


def run(folder: Path, *words: str, expect: int = 0) -> Result:
    """The command in this process: a new one for each would take longer than all the rest."""
    done = CliRunner().invoke(app, [*words], env={"COLUMNS": "200"})
    assert done.exit_code == expect, (done.output, done.exception)
    return done


def rows(done: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def written(folder: Path) -> dict[str, dict[str, Any]]:
    return dict(tomllib.loads((folder / "mubiao.toml").read_text()).get("sources", {}))


def test_an_index_page_is_named_shown_and_written_with_comments_kept(folder: Path, portal: Portal) -> None:
    told = run(folder, "add", f"{portal.base}/xxgk/gzbg/", "--private").stdout
    assert "绿园区" in told
    assert "kind    work_report" in told
    assert "2 seen, of which 2 would be kept" in told
    assert "* 2031-01-10 2031年政府工作报告" in told
    text = (folder / "mubiao.toml").read_text()
    assert text.startswith(STARTER.rstrip())
    (source,) = written(folder).values()
    assert (source["url"], source["region"]) == (f"{portal.base}/xxgk/gzbg/", CODE)
    run(folder, "check")


def test_the_kind_is_told_by_the_entries(folder: Path, portal: Portal) -> None:
    run(folder, "add", f"{portal.base}/xxgk/ysjs/", "--private")
    assert [source["kind"] for source in written(folder).values()] == ["budget_report"]


def test_a_portals_home_page_leads_to_its_report_columns(folder: Path, portal: Portal) -> None:
    done = run(folder, "add", f"{portal.base}/", "--private", "--json")
    assert [(row["kind"], row["url"]) for row in rows(done)] == [
        ("work_report", f"{portal.base}/xxgk/gzbg/"),
        ("budget_report", f"{portal.base}/xxgk/ysjs/"),
    ]
    assert "no column of 计划报告" in done.stderr
    assert {source["region"] for source in written(folder).values()} == {CODE}
    assert len(written(folder)) == 2


def test_a_dry_run_writes_nothing(folder: Path, portal: Portal) -> None:
    done = run(folder, "add", f"{portal.base}/", "--private", "--dry-run")
    assert "政府工作报告" in done.stdout
    assert (folder / "mubiao.toml").read_text() == STARTER


def test_the_same_address_again_is_refused_whatever_stands_behind_it(folder: Path, portal: Portal) -> None:
    run(folder, "add", f"{portal.base}/xxgk/gzbg/", "--private")
    for again in ("", "#top"):
        done = run(folder, "add", f"{portal.base}/xxgk/gzbg/{again}", "--private", expect=1)
        assert "is watched already, as [sources.source-220106]" in done.stderr
    assert len(written(folder)) == 1
    run(folder, "add", f"{portal.base}/", "--private")
    assert len(written(folder)) == 2  # the budget's column is new


def test_the_address_of_a_report_is_refused_and_its_column_named(folder: Path, portal: Portal) -> None:
    done = run(folder, "add", f"{portal.base}/xxgk/gzbg/t20310110_2031.html", "--private", expect=1)
    told = " ".join(done.stderr.split())
    assert "this is a report (2031年政府工作报告), not a list" in told
    assert f"its column is {portal.base}/xxgk/gzbg/" in told
    assert (folder / "mubiao.toml").read_text() == STARTER


def test_a_page_further_is_looked_at_before_no_entry_is_a_report(folder: Path, portal: Portal) -> None:
    shown = [(f"/gk/n{n}.html", f"市政府第{n}次会议召开", date(2031, 2, n)) for n in (3, 2, 1)]
    portal.pages["/gk/"] = listing(shown, '<a href="/gk/index_1.html">下一页</a>')
    portal.pages["/gk/index_1.html"] = listing([("/gk/r.html", "2031年绿园区政府工作报告", date(2031, 1, 10))])
    done = run(folder, "add", f"{portal.base}/gk/", "--private")
    assert "of which 1 would be kept" in done.stdout
    assert "None of the entries" not in done.stderr


def test_a_page_without_entries_and_columns_is_refused_with_a_way_out(folder: Path, portal: Portal) -> None:
    portal.pages["/empty/"] = "<p>建设中</p>"
    done = run(folder, "add", f"{portal.base}/empty/", "--private", expect=1)
    assert "add the column's own address" in done.stderr
    assert "unreachable" in run(folder, "add", "http://127.0.0.1:9/", "--private", expect=1).stderr
    assert (folder / "mubiao.toml").read_text() == STARTER


def test_a_key_that_cannot_be_one_is_refused_in_words(folder: Path, portal: Portal) -> None:
    portal.column("/xxgk/gzbg/", (2021, 2020))
    address = f"{portal.base}/xxgk/gzbg/"
    done = run(folder, "add", address, "--private", "--region", CODE, "--key", "Bad Key", expect=2)
    assert "small letters, digits and hyphens" in done.stderr
    assert written(folder) == {}


def test_what_cannot_be_reached_is_told_with_what_to_try(folder: Path) -> None:
    done = run(folder, "add", "http://127.0.0.1:9/xxgk/gzbg/", "--private", expect=1)
    assert "unreachable" in done.stderr
    assert "perhaps https://127.0.0.1:9/xxgk/gzbg/. Nothing was written" in done.stderr
    assert written(folder) == {}


def test_the_health_of_sources_names_what_broke_and_what_is_overdue(folder: Path, portal: Portal) -> None:
    portal.column("/xxgk/gzbg/", (2021, 2020))
    for path in TITLES:
        run(folder, "add", f"{portal.base}{path}", "--private", "--region", CODE, "--key", path.strip("/")[-4:])
    run(folder, "visit")
    portal.pages["/news/"] = "<p>改版中</p>"
    run(folder, "visit", "news", expect=1)
    told = {row["key"]: row for row in rows(run(folder, "sources", "--health", "--json", expect=1))}
    assert next(iter(told)) == "news"
    assert told["news"]["state"] in ("no-entries", "empty-page")
    assert (told["news"]["failures"], told["news"]["usual_entries"]) == (1, 2)
    assert (told["gzbg"]["state"], told["gzbg"]["newest_report"]) == ("overdue", None)
    assert told["gzbg"]["newest_entry"] == "2021-01-10"
    assert "no report of 20" in told["gzbg"]["detail"]
    mine = rows(run(folder, "sources", "127.0.0.1", "--level", "county", "--json"))
    assert {row["key"] for row in mine} == {"news", "gzbg", "ysjs"}
    assert rows(run(folder, "sources", "127.0.0.1", "--level", "city", "--json")) == []


def test_a_folder_of_files_becomes_a_source_and_is_read(folder: Path) -> None:
    reports = folder / "reports"
    reports.mkdir()
    (reports / "1.txt").write_text(f"2031年绿园区政府工作报告\n{report_text(2031).replace(PLACE, '绿园区')}")
    assert "name the region" in run(folder, "add", str(reports), expect=2).stderr
    run(folder, "add", str(reports), "--region", CODE)
    (source,) = written(folder).values()
    assert (source["url"], source["family"]) == (reports.as_uri(), "folder")
    assert "1 report" in run(folder, "visit").stdout


@pytest.fixture(scope="module")
def replay(shared: Path) -> Iterator[Replay]:
    program = shared / "replay" / "replay.py"
    if not program.is_file():
        pytest.skip("../shared/replay/replay.py is missing: no sites to replay")
    with replayed(program) as replay:
        yield replay


@pytest.mark.timeout(300)
@pytest.mark.parametrize("home", [False, True], ids=["its index page", "its home page"])
def test_every_replayed_site_is_named_from(home: bool, folder: Path, replay: Replay) -> None:
    replay.go_to(2)
    for site in replay.sites():
        if site["family"] == "founder":
            continue  # a newspaper's front page has no report today, and is of no region
        address = "/".join(site["index"].split("/")[:3]) + "/" if home else site["index"]
        (row,) = rows(run(folder, "add", address, "--private", "--dry-run", "--json"))
        assert (row["family"], row["region"], row["kind"]) == (site["family"], site["code"], "work_report")
        assert any(entry["kept"] for entry in row["entries"]), site["key"]
