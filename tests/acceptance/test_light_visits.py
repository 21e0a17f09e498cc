"""Most visits find nothing new: the command that makes them loads nothing that only reads, files or writes reports."""

import subprocess
import sys

HEAVY = {
    "alembic",
    "apscheduler",
    "bs4",
    "jinja2",
    "lxml",
    "opencc",
    "openpyxl",
    "PIL",
    "pygal",
    "pypdfium2",
    "structlog",
    "tomlkit",
}
PROGRAM = "import sys; import monitor.cli.visiting; print(*{name.partition('.')[0] for name in sys.modules})"


def test_a_visit_that_finds_nothing_new_loads_no_parser_and_no_converter() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert {"httpx", "sqlalchemy"} <= loaded
    assert loaded & HEAVY == set()
