"""The command line: mubiao. Each command's help has an example; exit code 2 is wrong use, 1 is a thing that failed."""

import sys
from collections import UserDict
from errno import EDQUOT, ENOSPC
from importlib import import_module
from importlib.metadata import version
from io import TextIOWrapper
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from monitor.cli.terminal import warn
from storage.errors import Mendable

# Each command's module and the function in it, or the group. A module is imported when its command is called for, or
# when --help lists them all: `mubiao extract` must not wait for the database and the network.
COMMANDS = {
    "init": "watching:init",
    "run": "watching:run",
    "visit": "visiting:visit_now",
    "check": "checking:check",
    "add": "adding:add",
    "sources": "visiting:sources",
    "extract": "extracting:extract_files",
    "explain": "explaining:explain_file",
    "indicators": "catalogue:list_indicators",
    "import": "importing:import_files",
    "targets": "targets:targets",
    "changes": "telling:changes",
    "digest": "telling:digest",
    "deliver": "telling:deliver_now",
    "deliveries": "posting:deliveries",
    "retry": "posting:retry_channel",
    "replay": "posting:replay_channel",
    "send-test": "posting:send_test",
    "unsubscribed": "posting:unsubscribed",
    "search": "searching:search_words",
    "review": "reviewing:review",
    "status": "standing:status",
    "export": "exporting:export",
    "example": "examples:example",
    "move": "moving:move",
    "console": "looking:console",
    "worker": "working:worker",
    "backup": "keeping:backup",
    "restore": "keeping:restore_backup",
    "fsck": "keeping:fsck",
    "doctor": "doctoring:doctor",
    "migrate": "migrating:migrate_tables",
    "reload": "reloading:reload",
}


class _Commands(UserDict[str, Any]):
    """The commands by name, each imported at the first look at it."""

    def __getitem__(self, name: str) -> Any:
        found = super().__getitem__(name)
        if isinstance(found, str):
            found = self.data[name] = _load(name, found)
        return found


class _Group(TyperGroup):
    """The whole command line; its commands are those of COMMANDS."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands = _Commands(COMMANDS)


def _load(name: str, place: str) -> Any:
    module, _, attribute = place.partition(":")
    found = getattr(import_module(f"{__name__}.{module}"), attribute)
    if isinstance(found, typer.Typer):
        return get_command(found)
    alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    alone.command(name)(found)
    return get_command(alone)


app = typer.Typer(
    name="mubiao",
    cls=_Group,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"mubiao {version('mubiao')}")
        raise typer.Exit


@app.callback()
def about(
    show: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="print the version and stop")
    ] = False,
) -> None:
    """Watches Chinese government work reports and tells when a stated target is new, changed or gone."""


def main() -> None:
    """Run the command; what the user can mend is told in words, without a stack trace."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that knows no Chinese gets \\u76ee, not a trace
    try:
        app()
    except Mendable as error:
        warn(str(error))
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.exit(0)  # the reader (head, less) has had enough
    except OSError as error:
        if error.filename is None and error.errno not in (ENOSPC, EDQUOT):
            raise  # not a file that the user named: a fault of ours, with its trace
        warn(f"{error.filename or 'the output'}: {error.strerror}")
        sys.exit(1)
