"""The command console: the pages alone, without the daemon."""

import signal
import threading
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.building import open_installation
from monitor.cli.log import hide, set_up_log
from monitor.cli.options import Config
from monitor.cli.secrets import secrets_of
from monitor.cli.serving import DatabaseVitals, serve_at
from monitor.cli.terminal import say


def console(
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="another port than the settings have")] = None,
    config: Config = Path("mubiao.toml"),
) -> None:
    """Serve the pages alone, without watching anything, until stopped: also beside a running daemon, at another port.

    Example: mubiao console --port 8711
    """
    installation = open_installation(config)
    set_up_log(as_json=False)
    hide(secrets_of(installation.settings))
    changed = {"enabled": True} | ({"port": port} if port else {})
    settings = installation.settings.console.model_copy(update=changed)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stopping.set())
    remedy = f"a running `mubiao run` may serve it there already; else: mubiao console --port {settings.port + 1}"
    with serve_at(settings, lambda: installation, DatabaseVitals(installation.engine), remedy):
        say(f"The console is at {settings.url}. Ctrl-C stops.")
        stopping.wait()
    installation.engine.dispose()
    say("Stopped.")
