"""docs/reliability.md names only tests, commands and files that exist."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs/reliability.md").read_text(encoding="utf-8")


def test_every_promise_names_a_test_that_exists() -> None:
    tests = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    named = set(re.findall(r"`(test_\w+)`", TEXT))
    assert len(named) > 20
    assert {name for name in named if f"def {name}(" not in tests} == set()
    files = re.findall(r"`((?:tests|docs|deploy)/[\w./]+)`", TEXT)
    assert [name for name in files if not (ROOT / name).exists()] == []


def test_every_row_of_a_promise_names_what_holds_it() -> None:
    rows = [line for line in TEXT.splitlines() if re.match(r"\| (?:[A-Z]\d+ )?\|", line) and "| held by |" not in line]
    assert len(rows) > 15
    assert [row for row in rows if "`" not in row] == []


def test_its_commands_are_in_the_makefile() -> None:
    targets = set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8")))
    assert set(re.findall(r"`make ([a-z-]+)", TEXT)) - targets == set()
