"""Changed settings while the daemon runs: the command reload, and what the daemon does when it is asked (SIGHUP)."""

import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import structlog

from monitor.cli.building import Installation, build_installation
from monitor.cli.log import hide
from monitor.cli.options import Config
from monitor.cli.running import Running, find_running, leave_note
from monitor.cli.secrets import secrets_of
from monitor.cli.supervisor import notify, notify_reloading
from monitor.cli.terminal import Stop, say, warn
from monitor.settings import Settings, SettingsError, read_settings

FIXED = ("data", "database", "console", "example", "contact", "fetch")  # what is built once, but for fetch.workers
PATIENCE = 30.0  # seconds for the daemon's answer


def reload(config: Config = Path("mubiao.toml")) -> None:
    """Let the running daemon take the changed settings. They are checked first: wrong ones never reach it.

    Sources, watches, silences, channels, backups and the number of workers are taken at once; for the rest it is said
    that a restart is needed. SIGHUP does the same.

    Example: mubiao reload
    """
    settings = read_settings(config)
    running = find_running(settings.data)
    if running is None:
        raise Stop(f"no `mubiao run` is at work on {settings.data}")
    os.kill(running.pid, signal.SIGHUP)
    answer = _wait_for_answer(settings.data, running)
    if answer.refused:
        warn(answer.refused)
        raise Stop("the daemon found these settings wrong, in its own environment, and keeps the old ones", code=2)
    say(answer.taken)


def _wait_for_answer(data: Path, asked: Running) -> Running:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        answer = find_running(data)
        if answer is None:
            break
        if answer.pid == asked.pid and answer.settings > asked.settings:
            return answer
        time.sleep(0.1)
    raise Stop("the daemon did not answer; its log says more")


class Reloader:
    """Reads the settings anew whenever it is asked, in a thread of its own; wrong ones change nothing.

    `installation` is always the one that holds. `taken` is called with a new one before it does.
    """

    def __init__(
        self, config: Path, installation: Installation, running: Running, taken: Callable[[Installation], object]
    ) -> None:
        self._config, self._running, self._taken = config, running, taken
        self.installation = installation
        self._asked = threading.Event()
        leave_note(installation.settings.data, running)
        threading.Thread(target=self._serve, name="reload", daemon=True).start()

    def ask(self) -> None:
        """Safe to call from a signal handler."""
        self._asked.set()

    def _serve(self) -> None:
        while self._asked.wait():
            self._asked.clear()
            notify_reloading()
            try:
                self._reload()
            finally:
                notify("READY=1")

    def _reload(self) -> None:
        log, before = structlog.get_logger(), self.installation.settings
        try:
            wanted = read_settings(self._config)
            later = [key for key in FIXED if _fixed(wanted, key) != _fixed(before, key)]
            new = build_installation(_with_fixed(wanted, before), self.installation.engine)
        except (SettingsError, ValueError) as error:
            log.error("settings.refused", problems=str(error))
            self._answer(refused=str(error))
            return
        hide(secrets_of(new.settings))
        self._taken(new)
        self.installation = new
        changed = [key for key in type(wanted).model_fields if getattr(new.settings, key) != getattr(before, key)]
        words = ", ".join(changed) or "nothing had changed"
        log.info("settings.taken", taken=words)
        if later:
            log.warning("settings.later", keys=", ".join(later))
        needs = f"; these need a restart, until then the old ones hold: {', '.join(later)}" if later else ""
        self._answer(taken=f"The settings are taken: {words}{needs}.")

    def _answer(self, *, refused: str = "", taken: str = "") -> None:
        self._running = replace(self._running, settings=self._running.settings + 1, refused=refused, taken=taken)
        leave_note(self.installation.settings.data, self._running)


def _fixed(settings: Settings, key: str) -> object:
    value = getattr(settings, key)
    return value.model_copy(update={"workers": 0}) if key == "fetch" else value


def _with_fixed(wanted: Settings, before: Settings) -> Settings:
    """The wanted settings, with the old ones where they can't be changed while the daemon runs."""
    kept: dict[str, object] = {key: getattr(before, key) for key in FIXED}
    kept["fetch"] = before.fetch.model_copy(update={"workers": wanted.fetch.workers})
    return wanted.model_copy(update=kept)
