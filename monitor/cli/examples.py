"""The commands about the bundled example."""

from pathlib import Path

import tomlkit
import typer

from monitor.cli.building import open_installation
from monitor.cli.options import Config
from monitor.cli.terminal import say
from storage.database import transaction
from storage.removal import remove_example

example = typer.Typer(
    help="The bundled example site of invented places.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)


@example.callback()
def about() -> None:
    """The bundled example site of invented places."""


@example.command("remove")
def remove(config: Config = Path("mubiao.toml")) -> None:
    """Take the example out: all its rows, and `example = true` in the settings.

    Digests that were written to a folder stay there; their names end in the id that is printed.

    Example: mubiao example remove
    """
    installation = open_installation(config)
    with transaction(installation.engine) as session:
        counts = remove_example(session)
    document = tomlkit.parse(config.read_text(encoding="utf-8"))
    if document.get("example"):
        document["example"] = False
        config.write_text(tomlkit.dumps(document), encoding="utf-8")
    removed = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    say(f"Removed: {removed or 'nothing, there was no example'}. {config} says example = false.")
