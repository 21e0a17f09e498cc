"""What the commands print: plain words for people, JSON for programs."""

import json
import sys
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import TypeVar
from unicodedata import category

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

Item = TypeVar("Item")
NOTHING: Mapping[str, str] = MappingProxyType({})
UNFOLDED = 2000  # characters
BRIEF = 60  # characters that a terminal shows of a service's answer, say


class Stop(typer.Exit):
    """End the command with a message for the user. Exit code 2: wrong use or settings; 1: it did not work."""

    def __init__(self, message: str, code: int = 1) -> None:
        err.print(harmless(message), style="red", markup=False)
        super().__init__(code)


def harmless(text: str) -> str:
    """Scraped text must not steer the terminal: controls and marks of direction are shown as a replacement."""
    return "".join("\ufffd" if category(char) in ("Cc", "Cf") and char not in "\n\t" else char for char in text)


def say(message: str) -> None:
    """One line for people, on standard output."""
    typer.echo(harmless(message))


def warn(message: str) -> None:
    """One line for people, on standard error."""
    err.print(harmless(message), markup=False)


def json_line(value: object) -> str:
    """One JSON value on one line, Chinese as it is; times and dates in ISO form."""
    return json.dumps(value, ensure_ascii=False, default=_in_iso) + "\n"


def print_json(value: object) -> None:
    sys.stdout.write(json_line(value))


def _in_iso(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def print_rows(
    rows: Iterable[Mapping[str, object]], *, as_json: bool, title: str = "", empty: str = "",
    heads: Mapping[str, str] = NOTHING, brief: Collection[str] = (),
) -> None:  # fmt: skip
    """The same rows as a table for people, or as one JSON object a line for programs.

    `heads` are other words than a column's own for its head; of the columns in `brief` a terminal shows the beginning.
    """
    listed = list(rows)
    if as_json:
        for row in listed:
            print_json(row)
        return
    if not listed:
        say(empty)
        return
    table = Table(title=title or None, title_justify="left", box=None, pad_edge=False, header_style="bold")
    console = Console(highlight=False)
    for name in listed[0]:
        table.add_column(heads.get(name, name.replace("_", " ")), overflow="fold")
    for row in listed:
        table.add_row(*(_cell(value, console.is_terminal and name in brief) for name, value in row.items()))
    if not console.is_terminal:
        console.width = UNFOLDED  # for grep and the like: one row, one line
    console.print(table, markup=False)


def _cell(value: object, brief: bool) -> str:
    text = "" if value is None else harmless(str(value))
    return f"{text[:BRIEF]}…" if brief and len(text) > BRIEF else text


def progress(items: Iterable[Item], what: str, total: int) -> Iterable[Item]:
    """The items, with a bar on a terminal and nothing elsewhere. A file gets what is printed to it meanwhile."""
    if not err.is_terminal or total < 2:
        yield from items
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, redirect_stdout=out.is_terminal) as bar:
        yield from bar.track(items, total, description=what)
