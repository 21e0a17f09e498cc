"""Twenty years as tables: the ledger and the panel, from both databases, and read by others."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from frictionless import Package
from pyarrow import parquet

from monitor.comparing.ledger import Verdict
from monitor.tables import sheets
from monitor.tables.panel import COLUMNS, NAMES
from tests.fakes import TARGETS, report_text

COMMAND = Path(sys.executable).parent / "mubiao"
CODE = "220106"  # a region that the catalogue knows; the texts are invented
SETTINGS = """
data = "data"
database = "{}"
[watches.all]
indicators = ["all"]
channels = ["out"]
[channels.out]
type = "folder"
path = "digests"
"""
QUESTIONS = (
    ("targets", CODE, "--all", "--json"),
    ("targets", "--json"),
    ("changes", "--all", "--json"),
    ("export", "--format", "jsonl"),
)


def run(folder: Path, *words: str, expect: int = 0) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MUBIAO_")}
    done = subprocess.run(
        [COMMAND, *words], cwd=folder, capture_output=True, text=True, timeout=90, check=False,
        env=kept | {"COLUMNS": "100"},
    )  # fmt: skip
    assert done.returncode == expect, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


def installed(folder: Path, url: str, reports: Path) -> Path:
    """A folder with an installation that holds the reports."""
    folder.mkdir()
    (folder / "mubiao.toml").write_text(SETTINGS.format(url), encoding="utf-8")
    run(folder, "import", str(reports), "--region", CODE)
    return folder


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reports")
    parks = {2024: "新建口袋公园6个，实施河湖补水3亿立方米。", 2025: "建设口袋公园8个以上，河湖补水2亿立方米。"}
    for year in (2023, 2024, 2025, 2026):
        prices = {"居民消费价格涨幅": "2%左右"} if year > 2024 else {}
        jobs = {"城镇新增就业": f"{year - 2020}万人"}
        done = {"地区生产总值": f"增长{(year - 1) % 7}.5%", "城镇新增就业": "3.3万人", "城镇调查失业率": "5.1%"}
        text = report_text(year, TARGETS | prices | jobs, done, extra=parks.get(year, ""))
        (folder / f"{year}.txt").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, reports: Path) -> Path:
    """An installation on SQLite; its tests only read."""
    folder = tmp_path_factory.mktemp("kept") / "one"
    return installed(folder, f"sqlite:///{folder / 'one.sqlite'}", reports)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A folder to export into."""
    return tmp_path


def lines(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_sqlite_and_postgresql_give_the_same_rows(tmp_path: Path, reports: Path, kept: Path, postgres_url: str) -> None:
    other = installed(tmp_path / "postgresql", postgres_url, reports)
    for words in QUESTIONS:
        one, two = (re.sub(r'"seen": "[^"]*"', "", run(folder, *words).stdout) for folder in (kept, other))
        assert one == two, words
        assert one.count("\n") > 0, words


def test_the_verdicts_are_those_of_the_texts(kept: Path) -> None:
    rows = lines(run(kept, "targets", CODE, "--all", "--json"))
    gdp = [row for row in rows if row["indicator_key"] == "gdp"]
    growth = {row["year"]: (row["outturn"], row["verdict"], row["by"]) for row in gdp}
    assert growth == {
        2026: ("", "open", ""),
        2025: ("增长2.5%", "missed", "−4 个百分点"),
        2024: ("增长1.5%", "missed", "−5 个百分点"),
        2023: ("增长0.5%", "missed", "−6 个百分点"),
    }
    assert {Verdict.MET, Verdict.MISSED, Verdict.NOT_TOLD, Verdict.OPEN} == {row["verdict"] for row in rows}
    (jobs,) = [row for row in rows if row["indicator"] == "城镇新增就业" and row["year"] == 2023]
    assert "城镇新增就业3万人" in jobs["target_sentence"]
    assert "城镇新增就业3.3万人" in jobs["outturn_sentence"]


def test_the_long_tail_is_followed_through_its_wordings(kept: Path) -> None:
    found = lines(run(kept, "changes", CODE, "--all", "--year", "2025", "--json"))
    told = {(row["change"], row["before"], row["after"]) for row in found if not row["headline"]}
    assert {("raised", "6个", "8个以上"), ("lowered", "3亿立方米", "2亿立方米")} <= told


def test_a_table_lines_up_in_the_width_that_a_terminal_gives_chinese(kept: Path) -> None:
    def cells(line: str) -> int:
        return sum(2 if ord(char) > 0x2E80 else 1 for char in line)

    _, head, *rows = run(kept, "targets", CODE).stdout.rstrip("\n").splitlines()
    at = head.index("year")
    years = [row for row in rows if re.search(r"\b20\d\d\b", row)]
    assert len(years) == len(rows) > 10
    assert {cells(row[: re.search(r"\b20\d\d\b", row).start()]) for row in rows} == {at}  # type: ignore[union-attr]


def test_a_csv_of_targets_has_numbers_that_stay_numbers(kept: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run(kept, "targets", CODE, "-i", "gdp", "--csv").stdout)))
    assert [(row["year"], row["target_value"], row["verdict"]) for row in rows] == [
        ("2026", "6.5", "open"), ("2025", "6.5", "missed"), ("2024", "6.5", "missed"), ("2023", "6.5", "missed"),
    ]  # fmt: skip
    assert "one of them" in run(kept, "targets", CODE, "--csv", "--json", expect=2).stderr


def test_the_newest_changes_come_first_and_it_is_said_that_there_are_more(kept: Path) -> None:
    done = run(kept, "changes", CODE, "--all", "--limit", "3", "--json")
    assert len(lines(done)) == 3
    assert "--limit 0 shows all" in done.stderr
    everything = run(kept, "changes", CODE, "--all", "--limit", "0", "--json")
    assert len(lines(everything)) > 3
    assert lines(everything)[:3] == lines(done)
    assert everything.stderr == ""


def test_three_forms_hold_the_same_rows(kept: Path, out: Path) -> None:
    for name in ("panel.csv", "panel.jsonl", "panel.parquet"):
        run(kept, "export", "-o", str(out / name))
    with (out / "panel.csv").open(encoding="utf-8", newline="") as stream:
        table = list(csv.DictReader(stream))
    rows = [json.loads(line) for line in (out / "panel.jsonl").read_text("utf-8").splitlines()]
    columns = parquet.read_table(out / "panel.parquet")
    assert tuple(columns.column_names) == tuple(table[0]) == tuple(rows[0]) == NAMES
    assert len(table) == len(rows) == columns.num_rows > 40
    assert [row["sentence"] for row in table] == [row["sentence"] for row in rows] == columns["sentence"].to_pylist()
    values = [row["value"] for row in rows]
    assert [float(row["value"]) if row["value"] else None for row in table] == values == columns["value"].to_pylist()
    assert {row["verdict"] for row in rows if row["role"] == "outturn"} == {None}
    assert [path.name for path in sorted(out.iterdir())] == [
        "datapackage.json", "panel.csv", "panel.csv-metadata.json", "panel.jsonl", "panel.parquet",
    ]  # fmt: skip


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the libraries that frictionless uses
@pytest.mark.parametrize("more", [(), ("--bom",)])
def test_others_can_read_the_panel_by_its_description(kept: Path, out: Path, more: tuple[str, ...]) -> None:
    run(kept, "export", "-o", str(out / "panel.csv"), *more)
    assert (out / "panel.csv").read_bytes().startswith(b"\xef\xbb\xbf") == bool(more)
    report = Package(str(out / "datapackage.json")).validate()
    assert report.valid, report.to_summary()
    assert report.stats["errors"] == 0
    (resource,) = Package(str(out / "datapackage.json")).resources
    assert resource.read_rows()[0]["report_year"] == 2023


def test_the_csvw_metadata_name_every_column(kept: Path, out: Path) -> None:
    run(kept, "export", "-o", str(out / "panel.csv"))
    described = json.loads((out / "panel.csv-metadata.json").read_text("utf-8"))
    assert described["@context"][0] == "http://www.w3.org/ns/csvw"
    assert described["url"] == "panel.csv"
    assert [column["titles"] for column in described["tableSchema"]["columns"]] == list(NAMES)


def test_somebody_elses_description_is_not_written_over(kept: Path, out: Path) -> None:
    theirs = out / "datapackage.json"
    theirs.write_text('{"name": "theirs"}', encoding="utf-8")
    assert "describes something else" in run(kept, "export", "-o", str(out / "panel.csv"), expect=2).stderr
    assert [path.name for path in out.iterdir()] == ["datapackage.json"]
    run(kept, "export", "-o", str(out / "panel.csv"), "--no-describe")
    assert theirs.read_text("utf-8") == '{"name": "theirs"}'


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("export", "--format", "parquet"), "give a file with -o"),
        (("export", "-o", "nosuch/panel.csv"), "no such folder"),
        (("export", "-o", "panel.xlsx"), "nothing is written as .xlsx"),
        (("export", "--format", "xls"), "write csv, jsonl or parquet"),
    ],
)
def test_what_cannot_be_exported_is_said(kept: Path, words: tuple[str, ...], said: str) -> None:
    assert said in run(kept, *words, expect=2).stderr


def test_without_pyarrow_the_message_says_what_to_install(kept: Path, out: Path) -> None:
    (out / "pyarrow.py").write_text("raise ImportError('none here')", encoding="utf-8")
    done = subprocess.run(
        [COMMAND, "export", "-o", str(out / "panel.parquet")], cwd=kept, capture_output=True, text=True, timeout=90,
        check=False, env=dict(os.environ) | {"PYTHONPATH": str(out)},
    )  # fmt: skip
    assert done.returncode == 2
    assert "pip install 'mubiao[parquet]'" in done.stderr


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-2", "@SUM(A1)", "＝1", "\t=1", "  =1", "\r\n=1"])
def test_no_cell_runs_as_a_formula(text: str) -> None:
    stream = io.StringIO()
    sheets.write_csv([{"one": text, "two": -2.0}], ["one", "two"], stream)
    (row,) = csv.DictReader(io.StringIO(stream.getvalue(), newline=""))
    assert row == {"one": f"'{text}", "two": "-2.0"}


def test_every_column_is_explained() -> None:
    assert all(column.about and column.title for column in COLUMNS)
    assert len(set(NAMES)) == len(NAMES)
