"""The installed command on files: extract over many, explain, indicators."""

import json
import os
import pty
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import report_text
from tests.files import docx_of

COMMAND = Path(sys.executable).parent / "mubiao"


def run(folder: Path, *words: str, expect: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [COMMAND, *words], cwd=folder, capture_output=True, text=True, timeout=60, check=False,
        env=os.environ | {"COLUMNS": "100"},
    )  # fmt: skip
    assert done.returncode == expect, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


def rows(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eleven invented reports, an empty file, and one that nobody reads, below one folder."""
    folder = tmp_path_factory.mktemp("reports")
    (folder / "all/older").mkdir(parents=True)
    for year in range(2016, 2027):
        place = "all/older" if year < 2020 else "all"
        (folder / place / f"{year}.txt").write_text(report_text(year), encoding="utf-8")
    (folder / "all/0-empty.txt").write_bytes(b"")
    (folder / "all/notes.md").write_text("增长5%", encoding="utf-8")
    return folder


def test_a_folder_gives_the_same_lines_in_the_same_order_on_any_number_of_cores(folder: Path) -> None:
    alone = run(folder, "extract", "all", expect=1)
    many = run(folder, "extract", "all", "--jobs", "3", expect=1)
    assert (many.stdout, many.stderr) == (alone.stdout, alone.stderr)
    files = list(dict.fromkeys(row["file"] for row in rows(alone)))
    assert files == [f"all/{year}.txt" for year in range(2020, 2027)] + [
        f"all/older/{y}.txt" for y in range(2016, 2020)
    ]
    assert alone.stderr == "all/0-empty.txt: the file is empty\n"


def test_jobs_0_takes_all_cores_and_a_negative_number_is_refused(folder: Path) -> None:
    assert rows(run(folder, "extract", "all/older", "--jobs", "0"))
    assert "--jobs" in run(folder, "extract", "all", "--jobs", "-1", expect=2).stderr


def test_hidden_files_and_folders_are_not_searched(tmp_path: Path) -> None:
    for name in (".git/2024.txt", "reports/.old/2024.txt", "reports/._2025.txt", "reports/2026.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(report_text(2026), encoding="utf-8")
    assert {row["file"] for row in rows(run(tmp_path, "extract", "."))} == {"reports/2026.txt"}
    assert rows(run(tmp_path, "extract", ".git"))[0]["file"] == ".git/2024.txt"  # it was named
    assert rows(run(tmp_path, "extract", "reports/._2025.txt"))


def test_the_text_that_offsets_index_can_be_had_of_every_kind_of_file(tmp_path: Path) -> None:
    text = report_text(2026)
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.docx").write_bytes(docx_of(*text.splitlines()))
    paragraphs = "".join(f"<p>{line}</p>" for line in text.splitlines())
    (tmp_path / "in/b.html").write_text(f"<html><body><div>{paragraphs}</div></body></html>", encoding="utf-8")
    (tmp_path / "in/c.txt").write_bytes("\ufeff".encode() + text.replace("\n", "\r\n").encode())
    (tmp_path / "in/d.txt").write_bytes(text.encode("gb18030"))
    stated = rows(run(tmp_path, "extract", "in", "--text", "texts", "--jobs", "2"))
    assert {row["file"] for row in stated} == {"in/a.docx", "in/b.html", "in/c.txt", "in/d.txt"}
    for row in stated:
        written = (tmp_path / "texts" / f"{row['file']}.txt").read_bytes().decode("utf-8")
        assert written[row["start"] : row["end"]] == row["text"]
    assert (tmp_path / "texts/in/c.txt.txt").read_bytes() == text.replace("\n", "\r\n").encode()


def test_text_is_never_written_over_a_report(tmp_path: Path) -> None:
    for name in ("a.txt", "a.txt.txt", "b/a.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(report_text(2026), encoding="utf-8")
    assert "would be overwritten" in run(tmp_path, "extract", "a.txt", "a.txt.txt", "--text", ".", expect=2).stderr
    assert "it lies in b" in run(tmp_path, "extract", "b", "--text", "b/texts", expect=2).stderr
    assert "that is a file" in run(tmp_path, "extract", "b", "--text", "a.txt", expect=2).stderr
    assert sorted(one.name for one in tmp_path.rglob("*.txt")) == ["a.txt", "a.txt", "a.txt.txt"]


def test_a_file_that_cannot_be_read_is_named_once_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/broken.docx").write_bytes(b"PK\x03\x04 and no more")
    (tmp_path / "in/gone.txt").symlink_to("nowhere")
    (tmp_path / "in/report.txt").write_text(report_text(2026), encoding="utf-8")
    done = run(tmp_path, "extract", "in", expect=1)
    assert {row["file"] for row in rows(done)} == {"in/report.txt"}
    broken, gone = done.stderr.splitlines()
    assert broken.startswith("in/broken.docx: the file is")
    assert gone == "in/gone.txt: No such file or directory"


def test_a_folder_without_reports_is_wrong_use(tmp_path: Path) -> None:
    assert "no file to read" in run(tmp_path, "extract", ".", expect=2).stderr


def test_a_bar_is_drawn_on_a_terminal_and_never_into_the_output(folder: Path) -> None:
    ours, theirs = pty.openpty()
    with (folder / "out.jsonl").open("wb") as out:
        done = subprocess.run(
            [COMMAND, "extract", "all/older", "-j", "2"], cwd=folder, stdout=out, stderr=theirs, timeout=60,
            env=os.environ | {"TERM": "xterm"}, check=False,
        )  # fmt: skip
    os.close(theirs)
    drawn = os.read(ours, 65536).decode()
    os.close(ours)
    assert done.returncode == 0
    assert "extracting" in drawn
    assert "4/4" in drawn
    plain = run(folder, "extract", "all/older")
    assert (folder / "out.jsonl").read_text(encoding="utf-8") == plain.stdout


def test_extract_starts_without_the_libraries_of_the_daemon() -> None:
    heavy = "{'sqlalchemy', 'sqlmodel', 'alembic', 'httpx', 'apscheduler', 'pydantic', 'structlog', 'bs4', 'uvicorn'}"
    code = f"import sys, monitor.cli, monitor.cli.extracting as e; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "[]\n"


def test_extract_starts_in_half_a_second_of_computing(folder: Path) -> None:
    taken = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        run(folder, "extract", "all/2026.txt")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(taken) < 0.7, "0.35 s when this was written"


def test_explain_tells_the_rules_of_a_statement(folder: Path) -> None:
    first = next(row for row in rows(run(folder, "extract", "all/2026.txt")) if row["headline"])
    (told,) = rows(run(folder, "explain", "all/2026.txt", "--at", str(first["start"]), "--json"))
    assert told["statement"] == first
    assert list(told["rules"]) == first["rules"]
    assert told["sentence"]["role"] == "target"
    assert told["report_year"] == 2026
    said = run(folder, "explain", "all/2026.txt", "--at", str(first["start"])).stdout
    assert f"[{first['text']}]" in said
    assert all(rule in said for rule in first["rules"])


def test_explain_says_why_a_number_states_nothing(tmp_path: Path) -> None:
    text = report_text(2026, extra="培育50亿元以上企业3家。")
    (tmp_path / "report.txt").write_text(text, encoding="utf-8")
    said = run(tmp_path, "explain", "report.txt", "--at", str(text.index("50亿"))).stdout
    assert "nothing (threshold)" in said
    assert "3家" in said


def test_explain_refuses_what_it_cannot_look_at(folder: Path) -> None:
    assert "is not in the text" in run(folder, "explain", "all/2026.txt", "--at", "999999", expect=2).stderr
    assert "No such file" in run(folder, "explain", "nosuch.txt", "--at", "0", expect=1).stderr
    assert "the file is empty" in run(folder, "explain", "all/0-empty.txt", "--at", "0", expect=1).stderr


def test_indicators_are_listed_by_key_name_or_wording(tmp_path: Path) -> None:
    by_key = rows(run(tmp_path, "indicators", "surveyed_unemployment", "--json"))
    by_name = rows(run(tmp_path, "indicators", "Surveyed urban", "--json"))
    by_wording = rows(run(tmp_path, "indicators", "调查失业率", "--json"))
    assert by_key == by_name == by_wording
    (found,) = by_key
    assert (found["zh"], found["direction"]) == ("城镇调查失业率", "less")
    assert len(rows(run(tmp_path, "indicators", "--json"))) >= 150
    assert "surveyed_unemployment" in run(tmp_path, "indicators", "失业").stdout


def test_a_word_that_no_indicator_has_is_said(tmp_path: Path) -> None:
    for word in ("云朵", "(", "|", "？"):
        assert f"no indicator matches '{word}'" in run(tmp_path, "indicators", word, expect=1).stderr


def test_an_import_on_many_cores_keeps_what_one_on_a_single_core_keeps(folder: Path, tmp_path: Path) -> None:
    kept = []
    for jobs in ("1", "3"):
        shell = tmp_path / jobs
        shell.mkdir()
        (shell / "mubiao.toml").write_text('data = "data"\n[console]\nenabled = false\n', encoding="utf-8")
        done = run(shell, "import", str(folder / "all"), "--region", "220106", "--jobs", jobs, expect=1)
        assert "12 files: 11 new report, 1 could not be read" in done.stdout
        kept.append(run(shell, "export", "--format", "jsonl").stdout)
    assert kept[0] == kept[1] != ""
