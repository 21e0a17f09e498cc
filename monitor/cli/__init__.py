"""The command line: mubiao. Each command's help has an example; exit code 2 is wrong use, 1 is a thing that failed."""

import sys

import typer

from monitor.cli.adding import add
from monitor.cli.examples import example
from monitor.cli.exporting import export
from monitor.cli.reading import extract_files, import_files
from monitor.cli.telling import changes, deliver_now, digest, status, targets
from monitor.cli.terminal import warn
from monitor.cli.watching import check, init, run, sources, visit_now
from monitor.settings import SettingsError
from storage.archive import ArchiveError
from storage.database import DatabaseRefused

app = typer.Typer(
    name="mubiao",
    help="Watches Chinese government work reports and tells when a stated target is new, changed or gone.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("init")(init)
app.command("run")(run)
app.command("visit")(visit_now)
app.command("check")(check)
app.command("add")(add)
app.command("sources")(sources)
app.command("extract")(extract_files)
app.command("import")(import_files)
app.command("targets")(targets)
app.command("changes")(changes)
app.command("digest")(digest)
app.command("deliver")(deliver_now)
app.command("status")(status)
app.command("export")(export)
app.add_typer(example, name="example")


def main() -> None:
    """Run the command; what the user can mend is told in words, without a stack trace."""
    try:
        app()
    except (SettingsError, DatabaseRefused) as error:
        warn(str(error))
        sys.exit(2)
    except ArchiveError as error:
        warn(str(error))
        sys.exit(1)
    except BrokenPipeError:
        sys.exit(0)  # the reader (head, less) has had enough
