"""What the commands print: plain words for people, JSON for programs, one line an event."""

import json
import logging
import sys
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

import structlog
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

Item = TypeVar("Item")
UNFOLDED = 2000  # characters

EVENTS: Mapping[str, str] = {
    "visit": "{words}",
    "entry.failed": "not read: {title}: {label}: {error} ({url})",
    "digest.ready": "digest for watch {watch}: {subject}",
    "delivery.sent": "sent by channel {channel}: {subject} ({answer})",
    "delivery.failed": "not sent by channel {channel}: {answer}; next try {due_at}",
    "scheduler.stuck": "no tick for {seconds} s: ending, so that whatever supervises mubiao starts it again",
    "fault": "a fault of mubiao's own: {error}",
}


class Stop(typer.Exit):
    """End the command with a message for the user. Exit code 2: wrong use or settings; 1: it did not work."""

    def __init__(self, message: str, code: int = 1) -> None:
        err.print(message, style="red", markup=False)
        super().__init__(code)


def say(message: str) -> None:
    """One line for people, on standard output."""
    out.print(message, markup=False)


def warn(message: str) -> None:
    """One line for people, on standard error."""
    err.print(message, markup=False)


def json_line(value: object) -> str:
    """One JSON value on one line, Chinese as it is; times and dates in ISO form."""
    return json.dumps(value, ensure_ascii=False, default=_in_iso) + "\n"


def print_json(value: object) -> None:
    sys.stdout.write(json_line(value))


def _in_iso(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def print_rows(rows: Iterable[Mapping[str, object]], *, as_json: bool, title: str = "", empty: str = "") -> None:
    """The same rows as a table for people, or as one JSON object a line for programs."""
    listed = list(rows)
    if as_json:
        for row in listed:
            print_json(row)
        return
    if not listed:
        say(empty)
        return
    table = Table(title=title or None, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for name in listed[0]:
        table.add_column(name.replace("_", " "), overflow="fold")
    for row in listed:
        table.add_row(*("" if value is None else str(value) for value in row.values()))
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = UNFOLDED  # for grep and the like: one row, one line
    console.print(table, markup=False)


def progress(items: Iterable[Item], what: str, total: int) -> Iterable[Item]:
    """The items, with a bar on a terminal and nothing elsewhere. A file gets what is printed to it meanwhile."""
    if not err.is_terminal or total < 2:
        yield from items
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, redirect_stdout=out.is_terminal) as bar:
        yield from bar.track(items, total, description=what)


def set_up_log(*, as_json: bool) -> None:
    """Events as JSON lines on standard error, or as sentences; the libraries' own logs only when they warn."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(name)s: %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # it warns of every late tick
    renderer = structlog.processors.JSONRenderer() if as_json else _sentence
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso" if as_json else "%H:%M:%S", utc=as_json),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr if as_json else sys.stdout),
    )


def _sentence(_logger: object, _method: str, event: Any) -> str:
    """An event in words. Line breaks of scraped text must not make a second line."""
    name = event.pop("event")
    moment = event.pop("timestamp")
    level = event.pop("level")
    exception = event.pop("exception", "")
    words = EVENTS.get(name)
    line = words.format_map(event) if words else f"{name}  " + " ".join(f"{k}={v}" for k, v in event.items())
    line = " ".join(line.split())
    mark = "" if level == "info" else f"{level.upper()}: "
    return f"{moment}  {mark}{line}" + (f"\n{exception}" if exception else "")
