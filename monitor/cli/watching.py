"""The commands that run the daemon: init and run."""

import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from monitor.cli.building import (
    Installation,
    build_installation,
    declare,
    only_one,
    open_database,
    tools_of,
    utc_now,
)
from monitor.cli.chores import NightlyBackup, SearchIndex, SignOfLife
from monitor.cli.log import hide, set_up_log, tell_visit
from monitor.cli.metrics import Metrics
from monitor.cli.options import Config
from monitor.cli.promises import Pulse
from monitor.cli.reloading import Reloader
from monitor.cli.room import DiskRoom
from monitor.cli.running import Running, remove_note
from monitor.cli.secrets import secrets_of
from monitor.cli.serving import access_of, serve
from monitor.cli.supervisor import notify
from monitor.cli.terminal import Stop, say
from monitor.example.articles import Stage
from monitor.example.site import ExampleSite
from monitor.example.source import KEY as EXAMPLE_KEY
from monitor.example.source import example_source
from monitor.pipeline import Tools, Visited
from monitor.rereading import Rereading
from monitor.scheduler import Daemon
from monitor.settings import read_settings
from monitor.settings.editing import starter_config
from scrapers.source import Source
from storage.database import reading
from storage.visits import find_source

INSISTING = 2.0  # seconds; a supervisor and its group may both pass on one request to stop
SETTLED_AFTER = 90.0  # seconds; the example has told its story by then


def init(config: Config = Path("mubiao.toml")) -> None:
    """Write a starter mubiao.toml, which runs as it is and explains itself.

    Example: mubiao init
    """
    if config.exists():
        raise Stop(f"{config} is there already; it was left as it is", code=2)
    _write_starter(config)
    say(f"{config} written. Start with: mubiao run")


def run(
    config: Config = Path("mubiao.toml"),
    log: Annotated[str, typer.Option(help="human or json")] = "human",
) -> None:
    """Watch the sources and deliver digests until stopped (Ctrl-C or SIGTERM).

    Writes a starter mubiao.toml if there is none.

    Example: mubiao run
    """
    if log not in ("human", "json"):
        raise Stop(f"--log {log}: write human or json", code=2)
    os.umask(0o077)  # whatever is written is for its owner alone
    if not config.exists():
        _write_starter(config)
        say(f"There was no {config}: a starter one was written. It explains itself; edit it as you like.")
    set_up_log(as_json=log == "json")
    settings = read_settings(config)
    hide(secrets_of(settings))
    if settings.console.enabled:
        access_of(settings.console)
    installation = build_installation(settings, open_database(settings, look_whole=True))
    with only_one(installation), ExitStack() as stack:
        stack.callback(installation.engine.dispose)  # SQLite puts its write-ahead log into the file then
        tools = stack.enter_context(tools_of(installation))
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _stopper(tools))
        site = stack.enter_context(_example_site(installation)) if settings.example else None
        watching = Watching(config, installation, tools, site)
        set_up_log(as_json=log == "json", seen=watching.metrics.note_event)
        _greet(installation, settings.watched_sources(), site, config)
        if settings.console.enabled:
            stack.enter_context(serve(watching.current, watching.pulse, watching.metrics))
        watching.listen()
        notify("READY=1", f"STATUS=watches {len(settings.watched_sources())} sources")
        whole = watching.daemon.run()
        say("Stopped." if whole else "Stopped; what was still under way is done again at the next start.")
        remove_note(settings.data)
        if not whole:
            os._exit(0)  # a service that keeps us waiting must not keep the process


class Watching:
    """The daemon with what stands around it: changed settings, housework, figures, and whoever supervises it."""

    def __init__(self, config: Path, installation: Installation, tools: Tools, site: ExampleSite | None) -> None:
        self._config, self._first, self._site = config, installation, site
        self._reloader: Reloader | None = None
        self._stopping = tools.stopping
        self._started = time.monotonic()
        room = DiskRoom(lambda: self.current().desk)
        self.pulse = Pulse(lambda: self.daemon.seconds_since_tick, lambda: room.state, utc_now())
        self.metrics = Metrics(self.current, self.pulse)
        first = [example_source(site.url)] if site else []
        declare(installation.engine, [*first, *installation.settings.watched_sources()], utc_now())
        self.daemon = Daemon(
            self._watched(installation),
            tools,
            installation.post,
            workers=installation.settings.fetch.workers,
            visited=self._note_visit,
            chores=(
                NightlyBackup(self.current, utc_now()),
                SearchIndex(self.current),
                Rereading(lambda: self.current().desk),
                SignOfLife(self.current, self.pulse),
            ),
            room=room,
            beat=lambda: notify("WATCHDOG=1"),
        )

    def current(self) -> Installation:
        """By the settings that hold now."""
        return self._reloader.installation if self._reloader else self._first

    def listen(self) -> None:
        """From now on SIGHUP reads the settings anew."""
        running = Running(os.getpid(), self.pulse.started_at.isoformat())
        reloader = self._reloader = Reloader(self._config, self._first, running, self._take)
        on_terminal = sys.stdout.isatty()

        def hang_up(_number: int, _frame: object) -> None:
            if on_terminal and not os.isatty(sys.stdout.fileno()):
                self._stopping.set()  # the terminal was closed: nobody asks for other settings
            else:
                reloader.ask()

        signal.signal(signal.SIGHUP, hang_up)

    def _take(self, new: Installation) -> None:
        declare(new.engine, new.settings.watched_sources(), utc_now())
        self.daemon.renew(self._watched(new), new.post, workers=new.settings.fetch.workers)

    def _watched(self, installation: Installation) -> Callable[[], Sequence[Source]]:
        sources, site = installation.settings.watched_sources(), self._site

        def watched() -> Sequence[Source]:
            if site is None:
                return sources
            settled = time.monotonic() - self._started > SETTLED_AFTER
            return [example_source(site.url, settled=settled), *sources]

        return watched

    def _note_visit(self, visited: Visited) -> None:
        self.metrics.note_visit(visited)
        tell_visit(visited)


def _write_starter(config: Path) -> None:
    """For its owner's eyes only: passwords may be written into it later."""
    config.touch(mode=0o600)
    config.write_text(starter_config(), encoding="utf-8")


def _stopper(tools: Tools) -> Callable[[int, object], None]:
    asked_at: list[float] = []

    def stop(_number: int, _frame: object) -> None:
        if asked_at and time.monotonic() - asked_at[0] > INSISTING:
            os._exit(1)
        if not asked_at:
            asked_at.append(time.monotonic())
            tools.stopping.set()
            notify("STOPPING=1")
            with suppress(OSError, RuntimeError):  # nobody listens any more, or we were just saying something
                say("Stopping: what is under way is finished or handed back (up to 25 seconds).")

    return stop


def _example_site(installation: Installation) -> ExampleSite:
    """The example goes on where it was, at its old address: after its first visit long ago, its story is over."""
    with reading(installation.engine) as session:
        state = find_source(session, EXAMPLE_KEY)
    if state is None or state.baseline_at is None:
        return ExampleSite(time.monotonic(), time.monotonic)
    elapsed = (utc_now() - state.baseline_at).total_seconds()
    return ExampleSite(time.monotonic() - elapsed, time.monotonic, port=urlsplit(state.url).port or 0)


def _greet(installation: Installation, sources: Sequence[Source], site: ExampleSite | None, config: Path) -> None:
    settings = installation.settings
    say(f"mubiao watches {len(sources)} sources by the settings in {config}; what it keeps is in {settings.data}.")
    if site and site.stage is not Stage.NEXT:
        say(
            "A small example site of invented places runs along: within a minute it publishes a report, corrects it\n"
            "and publishes the next one, so that you see a digest. `mubiao example remove` takes it out again."
        )
    for key, channel in settings.channels.items():
        where = getattr(channel, "path", "")
        say(f"Digests go to channel {key} ({channel.type}){f': {where}' if where else ''}.")
    if settings.console.enabled:
        say(f"The kept reports can be read at {settings.console.url}")
    say(f"Edit {config} to choose regions, indicators, times and channels. Ctrl-C stops.")
