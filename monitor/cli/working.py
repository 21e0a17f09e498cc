"""The command worker: one process of many, on as many machines as one likes, over one PostgreSQL."""

import os
import signal
import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import structlog
import typer

from monitor.cli.building import Installation, declare, open_installation, tools_of, utc_now
from monitor.cli.figures import Figures, serve_figures
from monitor.cli.importing import OUTCOMES, File, find_kept, keep_again, understood
from monitor.cli.log import hide, set_up_log, tell_visit
from monitor.cli.metrics import Metrics
from monitor.cli.options import Config
from monitor.cli.promises import Pulse
from monitor.cli.room import DiskRoom
from monitor.cli.secrets import secrets_of
from monitor.cli.supervisor import notify
from monitor.cli.terminal import Stop, say
from monitor.filing import keep
from monitor.settings import read_settings
from monitor.visiting.visited import Visited
from monitor.worker import Workers
from storage.claims import in_turn
from storage.database import make_engine
from storage.jobs import Jobs, prepare
from storage.values import Kind


def worker(
    config: Config = Path("mubiao.toml"),
    log: Annotated[str, typer.Option(help="human or json")] = "human",
    listen: Annotated[str, typer.Option(help="HOST:PORT where it answers for /metrics, /health and /ready")] = "",
) -> None:
    """Visit, deliver and import together with any number of workers, on one PostgreSQL, until stopped.

    All of them need the same settings and the same data folder. The page of the kept reports is served by `mubiao run`.

    Example: mubiao worker --listen 127.0.0.1:8711
    """
    if log not in ("human", "json"):
        raise Stop(f"--log {log}: write human or json", code=2)
    os.umask(0o077)  # whatever is written is for its owner alone
    set_up_log(as_json=log == "json")
    installation = _begin(config)
    hide(secrets_of(installation.settings))
    with ExitStack() as stack:
        tools = stack.enter_context(tools_of(installation))
        sources = installation.settings.watched_sources()
        room = DiskRoom(lambda: installation.desk)
        workers = Workers(
            sources, tools, installation.post, hands=installation.settings.fetch.workers,
            visited=lambda visited: _tell(metrics, visited), imports=_import_with(installation),
            room=room, beat=lambda: notify("WATCHDOG=1"),
        )  # fmt: skip
        pulse = Pulse(lambda: workers.silent, lambda: room.state, utc_now())
        metrics = Metrics(lambda: installation, pulse)
        set_up_log(as_json=log == "json", seen=metrics.note_event)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _stopper(tools.stopping))
        if listen:
            stack.enter_context(serve_figures(listen, Figures(installation, pulse, metrics)))
        say(f"A worker for {len(sources)} sources, by the settings in {config}. Ctrl-C stops.")
        notify("READY=1", f"STATUS=works for {len(sources)} sources")
        workers.run()
        say("Stopped.")


def _tell(metrics: Metrics, visited: Visited) -> None:
    metrics.note_visit(visited)
    tell_visit(visited)


def _begin(config: Path) -> Installation:
    """The installation, with all tables and a row for each source: workers that start together take turns at that."""
    engine = make_engine(read_settings(config).database_url)
    Jobs(engine)  # refused where there can be no workers, before anything is made
    with in_turn(engine, "a worker begins"):
        installation = open_installation(config)
        prepare(engine)
        declare(engine, installation.settings.watched_sources(), utc_now())
    engine.dispose()
    return installation


def _stopper(stopping: threading.Event) -> Callable[[int, object], None]:
    def stop(_number: int, _frame: object) -> None:
        if not stopping.is_set():
            stopping.set()
            notify("STOPPING=1")
            with suppress(OSError, RuntimeError):  # nobody listens any more, or we were just saying something
                say("Stopping: what is under way is finished or handed back (up to 25 seconds).")

    return stop


def _import_with(installation: Installation) -> Callable[..., None]:
    log, desk = structlog.get_logger(), installation.desk

    def take_in(content: str, url: str, name: str, region: str, kind: str, year: int | None = None) -> None:
        """A file whose bytes lie in the archive already, as `mubiao import --by-workers` put them there."""
        with TemporaryDirectory(prefix="mubiao-") as folder:
            path = Path(folder, name)
            path.write_bytes(desk.archive.find(content))
            known = find_kept(desk, [url]).get(url)
            read = understood(File(path, known.text_hash if known else ""), region=region, kind=Kind(kind), year=year)
        if isinstance(read, str):
            log.warning("import.failed", url=url, error=read)
            return
        if read is None:
            assert known is not None, "its text was compared with the file's"
            filed = keep_again(known, desk)
        else:
            filed = keep(replace(read, found=replace(read.found, url=url)), desk, news=False, now=utc_now())
        log.info("import", url=url, outcome=OUTCOMES[filed.outcome], doubts="; ".join(filed.identity.doubts))

    return take_in
