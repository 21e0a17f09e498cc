"""The installed command as its users run it."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from monitor.cli import app
from tests.fakes import TARGETS, report_text

COMMAND = Path(sys.executable).parent / "mubiao"
COMMANDS = (
    "init", "run", "visit", "check", "add", "sources", "extract", "import", "targets", "changes", "digest", "deliver",
    "status", "export", "example remove", "explain", "indicators", "deliveries", "retry", "replay", "send-test",
    "unsubscribed", "move", "worker", "backup", "restore", "fsck", "doctor", "reload",
)  # fmt: skip
CODE = "220106"  # a region that the catalogue knows; the texts are invented
CUT = TARGETS | {"地区生产总值": "增长6%左右"}
DatabaseLine = Callable[[], str]
QUIET = """
data = "data"
[watches.all]
indicators = ["all"]
channels = ["out"]
[channels.out]
type = "folder"
path = "digests"
[console]
enabled = false
"""
FIELDS = {
    "start", "end", "text", "role", "indicator", "indicator_key", "measure", "op", "value", "value_hi", "unit",
    "reference", "period", "headline", "commitment", "binding", "baseline", "rules",
}  # fmt: skip


@dataclass(frozen=True)
class Shell:
    """A folder to run the command in."""

    folder: Path

    def run(self, *words: str, expect: int | None = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [COMMAND, *words], cwd=self.folder, capture_output=True, text=True, timeout=60, check=False,
            env=environment(),
        )  # fmt: skip
        assert expect is None or done.returncode == expect, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done

    def json(self, *words: str, expect: int | None = 0) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.run(*words, expect=expect).stdout.splitlines()]

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path


def environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MUBIAO_")}
    return kept | {"COLUMNS": "100", "PYTHONUNBUFFERED": "1"}


@pytest.fixture
def shell(tmp_path: Path, database_line: DatabaseLine) -> Shell:
    """An installation that watches nothing."""
    shell = Shell(tmp_path)
    shell.write("mubiao.toml", database_line() + QUIET)
    return shell


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, database_line: DatabaseLine) -> Shell:
    """An installation that holds two invented reports; its tests only read."""
    shell = Shell(tmp_path_factory.mktemp("kept"))
    shell.write("mubiao.toml", database_line() + QUIET)
    (shell.folder / "old").mkdir()
    shell.write("old/2025.txt", report_text(2025, extra="新建公园6个，改造老旧小区30个。"))
    shell.write("old/2026.txt", report_text(2026, CUT, extra="新建公园7个。"))
    done = shell.run("import", "old", "--region", CODE)
    assert "2 files: 2 new report" in done.stdout
    return shell


def page(title: str, text: str) -> str:
    body = "".join(f"<p>{line}</p>" for line in text.splitlines())
    return (
        f"<html><head><meta charset='utf-8'><title>{title}</title><meta name='ArticleTitle' content='{title}'></head>"
        f"<body><h1>{title}</h1><div class='TRS_Editor'>{body}</div></body></html>"
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(name: str) -> None:
    told = CliRunner().invoke(app, [*name.split(), "--help"])
    assert told.exit_code == 0
    assert re.search(rf"Example: mubiao {name}\b", told.stdout)


def test_the_installed_command_lists_them_all(tmp_path: Path) -> None:
    told = Shell(tmp_path).run("--help").stdout
    assert all(re.search(rf"^  {name.split()[0]}\b", told, re.MULTILINE) for name in COMMANDS)
    assert list(tmp_path.iterdir()) == []  # help writes nothing


def test_init_writes_a_file_that_runs_and_refuses_to_overwrite_it(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    shell.run("init")
    shell.write("mubiao.toml", "# mine\n" + (tmp_path / "mubiao.toml").read_text())
    done = shell.run("init", expect=2)
    assert "mubiao.toml is there already" in done.stderr
    assert (tmp_path / "mubiao.toml").read_text().startswith("# mine")
    assert shell.json("status", "--json")[0]["reports"] == 0


def test_a_command_without_settings_says_how_to_get_some(tmp_path: Path) -> None:
    done = Shell(tmp_path).run("status", expect=2)
    assert "mubiao init" in done.stderr


def test_an_unknown_key_is_named_with_its_line_and_nothing_is_started(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    shell.write("mubiao.toml", 'data = "data"\n\n[fetch]\nworker = 3\n')
    done = shell.run("run", expect=2)
    assert "mubiao.toml:4" in done.stderr
    assert "worker" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mubiao.toml"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["check", "nosuch"], "no source is called nosuch"),
        (["targets", "无此地"], "no such region"),
        (["export", "--format", "xls"], "write csv, jsonl or parquet"),
        (["add", "ftp://reports.test/"], "beginning with http:// or https://"),
    ],
)
def test_wrong_use_is_exit_code_2_with_words_that_help(kept: Shell, words: Sequence[str], said: str) -> None:
    assert said in kept.run(*words, expect=2).stderr


def test_a_second_instance_on_the_same_data_is_refused(shell: Shell) -> None:
    with subprocess.Popen(
        [COMMAND, "run"],
        cwd=shell.folder,
        stdout=subprocess.PIPE,
        text=True,
        env=environment() | {"PYTHONUNBUFFERED": "1"},
    ) as first:
        try:
            assert first.stdout is not None
            next(line for line in first.stdout if "Ctrl-C stops" in line)
            assert "another mubiao is running" in shell.run("run", expect=1).stderr
            shell.run("status")  # reading is no second instance
        finally:
            first.terminate()
        assert first.wait(timeout=30) == 0
    shell.run("visit")  # the lock went with the process


def test_extract_prints_every_field_with_offsets_that_hold(shell: Shell) -> None:
    text = report_text(2026, extra="新建公园6个。")
    shell.write("report.txt", text)
    rows = shell.json("extract", "report.txt")
    assert all(set(row) == FIELDS for row in rows)
    assert all(text[row["start"] : row["end"]] == row["text"] for row in rows)
    gdp = next(row for row in rows if row["indicator_key"] == "gdp" and row["role"] == "target")
    assert {name: gdp[name] for name in ("text", "measure", "op", "value", "unit", "period", "headline")} == {
        "text": "6.5%", "measure": "growth", "op": "at_least", "value": 6.5, "unit": "%", "period": "2026",
        "headline": True,
    }  # fmt: skip


def test_extract_reads_files_in_other_forms_and_names_those_it_cannot(shell: Shell) -> None:
    text = "\r\n\ufeff".join(["政府工作报告", "今年的主要预期目标是：地区生产总值增长6%左右。"])
    shell.write("gbk.txt", text.replace("\ufeff", "").encode("gbk"))
    shell.write("page.html", page("2026年政府工作报告", report_text(2026)))
    shell.write("empty.txt", "")
    shell.write("binary.txt", bytes(range(256)) * 20)
    shell.write("letter.txt", "你好，见字如面。")
    names = ["gbk.txt", "page.html", "empty.txt", "binary.txt", "nosuch.txt", "letter.txt"]
    done = shell.run("extract", "--year", "2026", *names, expect=1)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    (gbk,) = [row for row in rows if row["file"] == "gbk.txt"]
    assert (gbk["text"], text.replace("\ufeff", "")[gbk["start"] : gbk["end"]]) == ("6%", "6%")
    assert len([row for row in rows if row["file"] == "page.html"]) == 7
    told = dict(line.split(": ", 1) for line in done.stderr.splitlines())
    assert told.keys() == {"empty.txt", "binary.txt", "nosuch.txt", "letter.txt"}
    assert told["empty.txt"] == "the file is empty"
    assert "cannot be read" in told["binary.txt"]
    assert told["nosuch.txt"] == "No such file or directory"
    assert "states no target" in told["letter.txt"]


def test_extract_does_not_wait_for_a_pipe_that_nobody_writes_to(shell: Shell) -> None:
    os.mkfifo(shell.folder / "pipe")
    assert "pipe: a named pipe, whose writer may never come" in shell.run("extract", "pipe", expect=1).stderr


def test_extract_says_that_a_text_was_read_in_the_wrong_code_before_it_came(shell: Shell) -> None:
    shell.write("latin.txt", report_text(2026).encode().decode("latin-1"))
    assert "UTF-8 that was read as Latin-1" in shell.run("extract", "latin.txt").stderr
    shell.write("sound.txt", report_text(2026))
    assert shell.run("extract", "sound.txt").stderr == ""


def test_the_version_is_told(shell: Shell) -> None:
    assert shell.run("--version").stdout == f"mubiao {version('mubiao')}\n"


def test_importing_again_changes_nothing(kept: Shell) -> None:
    assert "2 files: 2 known already" in kept.run("import", "old", "--region", CODE).stdout
    assert "nothing is gathering" in kept.run("digest", "--preview").stdout  # an import alarms nobody


def test_import_names_what_it_cannot_read_and_what_it_cannot_place(shell: Shell) -> None:
    shell.write("binary.txt", bytes(range(256)) * 20)
    shell.write("letter.txt", "你好，见字如面。" * 50)
    done = shell.run("import", "binary.txt", "letter.txt", expect=1)
    assert "binary.txt: " in done.stderr
    assert "letter.txt: kept, but its region or year is not told" in done.stderr
    assert "1 could not be read" in done.stdout


def test_targets_are_told_by_year_with_what_became_of_them(kept: Shell) -> None:
    rows = kept.json("targets", CODE, "--json")
    gdp = [(row["year"], row["target"], row["verdict"]) for row in rows if row["indicator"] == "地区生产总值"]
    assert gdp == [(2026, "增长6%左右", "open"), (2025, "增长6.5%以上", "missed")]
    assert not [row for row in rows if "公园" in row["indicator"]]  # these are with --all
    (newest,) = kept.json("targets", "--json")
    assert (newest["code"], newest["year"], newest["growth target"]) == (CODE, 2026, "增长6%左右")


def test_changes_name_both_sides_and_their_sentences(kept: Shell) -> None:
    rows = kept.json("changes", CODE, "--year", "2026", "--json")
    assert [(row["indicator"], row["change"]) for row in rows] == [
        ("地区生产总值", "lowered"),
        ("地区生产总值", "missed"),
        ("固定资产投资", "met"),
    ]
    cut = rows[0]
    assert (cut["before"], cut["after"], cut["news"]) == ("增长6.5%以上", "增长6%左右", False)
    assert "增长6.5%以上" in cut["before_sentence"]
    assert "增长6%左右" in cut["after_sentence"]


def test_changes_say_which_year_a_target_is_for_when_it_is_not_the_reports(kept: Shell) -> None:
    asked = ("changes", CODE, "--year", "2026")
    assert [row["period"] for row in kept.json(*asked, "--json")] == ["2026", "2025", "2025"]
    lowered, missed, _ = kept.run(*asked).stdout.splitlines()[1:]
    assert "2025" not in re.sub(r"\d{4}-\d\d-\d\d", "", lowered)
    assert "2025" in re.sub(r"\d{4}-\d\d-\d\d", "", missed)


def test_a_table_that_is_piped_has_a_line_a_row(kept: Shell) -> None:
    lines = kept.run("changes", CODE, "--year", "2026").stdout.splitlines()
    assert len(lines) == 4
    assert "地区生产总值" in lines[1]
    assert "next_report" in lines[1]


def test_status_is_told_in_words_and_as_json(kept: Shell) -> None:
    assert re.search(r"reports +2\b", kept.run("status").stdout)
    (report,) = kept.json("status", "--json")
    assert (report["reports"], report["sources"], report["broken"], report["deliveries"]) == (2, 0, [], {})


def test_nothing_due_is_said_and_is_no_failure(kept: Shell) -> None:
    assert "nothing is due" in kept.run("deliver").stdout
    assert "no digest has been made yet" in kept.run("digest").stdout


def test_export_is_one_table_in_two_forms(kept: Shell) -> None:
    kept.run("export", "-o", "out.csv", "--bom")
    written = (kept.folder / "out.csv").read_bytes()
    assert written.startswith(b"\xef\xbb\xbfregion,")
    table = list(csv.DictReader(io.StringIO(written.decode("utf-8-sig"), newline="")))
    rows = kept.json("export", "--format", "jsonl")
    assert len(table) == len(rows) == 17
    assert [row["text"] for row in table] == [row["text"] for row in rows]
    gdp = next(row for row in rows if row["role"] == "target" and row["value"] == 6.5)
    assert (gdp["verdict"], gdp["report_year"], gdp["code"], gdp["period"]) == ("missed", 2025, CODE, "2025")


def test_an_exported_table_runs_nothing_in_a_spreadsheet(shell: Shell) -> None:
    title = "=HYPERLINK(1)2026年政府工作报告"
    shell.write("evil.html", page(title, report_text(2026, {"地区生产总值": "下降2%"})))
    shell.run("import", "evil.html", "--region", CODE)
    table = list(csv.DictReader(io.StringIO(shell.run("export").stdout)))
    assert {row["title"] for row in table} == {f"'{title}"}
    assert "-2.0" in {row["value"] for row in table}  # a number stays one
    cells = [cell for row in table for name, cell in row.items() if name != "value"]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def test_what_head_has_read_enough_of_ends_without_a_word(kept: Shell) -> None:
    for words in ("sources", "sources --json"):
        done = subprocess.run(
            f"'{COMMAND}' {words} | head -c 0", shell=True, cwd=kept.folder, capture_output=True, text=True, timeout=60,
            check=True, env=environment(),
        )  # fmt: skip
        assert (done.stdout, done.stderr) == ("", "")


def test_the_example_is_told_of_left_out_of_exports_and_removed_with_all_its_rows(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    at_once = "[watches.all]\nwait_seconds = 1\nwhen = 'at once'"
    shell.write("mubiao.toml", "# mine\nexample = true\n" + QUIET.replace("[watches.all]", at_once))
    with subprocess.Popen(
        [COMMAND, "run"], cwd=tmp_path, stdout=subprocess.PIPE, text=True, env=environment()
    ) as daemon:
        try:
            assert daemon.stdout is not None
            log = []
            for line in daemon.stdout:
                log.append(line)
                if "sent by channel out" in line:
                    break
        finally:
            daemon.terminate()
        assert daemon.wait(timeout=30) == 0
    assert any("first visit, recorded without alarm" in line for line in log)
    (digest, *_) = sorted((tmp_path / "digests").glob("2*.txt"))
    assert "4.5%" in digest.read_text()
    assert "示例" in digest.read_text()
    assert shell.json("export", "--format", "jsonl") == []
    assert {row["example"] for row in shell.json("changes", "--all", "--json")} == {True}
    shell.run("example", "remove")
    assert (tmp_path / "mubiao.toml").read_text().startswith("# mine\nexample = false\n")
    (report,) = shell.json("status", "--json")
    assert (report["reports"], report["sources"], report["deliveries"]) == (0, 0, {})
