"""The command move: everything that one database keeps into another, of the same kind or the other."""

from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from monitor.cli.building import only_one, open_installation
from monitor.cli.options import Config
from monitor.cli.terminal import Stop, say
from storage.database import make_engine, migrate
from storage.moving import move as move_all


def move(
    to: Annotated[str, typer.Option(help="the empty database: postgresql+psycopg://… or sqlite:///…")],
    config: Config = Path("mubiao.toml"),
) -> None:
    """Copy all that is kept into an empty database, SQLite or PostgreSQL, and compare every row.

    The archive stays where it is. Nothing may run meanwhile. If it is interrupted, the new database is still empty:
    begin again. The old one is left as it is.

    Example: mubiao move --to postgresql+psycopg://mubiao:secret@db.example.org/mubiao
    """
    try:
        address = make_url(to)
    except ArgumentError as error:
        raise Stop("--to is no URL of a database: write postgresql+psycopg://… or sqlite:////…", code=2) from error
    installation = open_installation(config)
    if address == installation.engine.url:
        raise Stop("--to is the database that the settings name already", code=2)
    with only_one(installation):
        target = make_engine(to)
        migrate(target)
        counts = move_all(installation.engine, target, lambda table, rows: say(f"  {table:16} {rows:>10,}"))
        target.dispose()
    say(f"{sum(counts.values()):,} rows of {len(counts)} tables were copied and compared.")
    say(f'Now write into {config}: database = "{address.render_as_string()}"')
    if address.password:
        say(
            "with the password in the place of ***, or set MUBIAO_DATABASE instead. The old database was left as it is."
        )
    else:
        say("The old database was left as it is.")
