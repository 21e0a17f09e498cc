"""What a running daemon leaves in its data folder for other commands: its process, and what became of its settings."""

import json
import os
import tempfile
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from monitor.cli.building import LOCK

NOTE = "mubiao.running"


@dataclass(frozen=True, slots=True)
class Running:
    """`settings` counts how often the settings were read; `refused` is what was wrong with them the last time."""

    pid: int
    started_at: str
    settings: int = 1
    refused: str = ""
    taken: str = ""


def leave_note(data: Path, running: Running) -> None:
    handle, name = tempfile.mkstemp(dir=data, prefix=f".{NOTE}-")  # made 0600
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(asdict(running), file)
    os.replace(name, data / NOTE)


def remove_note(data: Path) -> None:
    (data / NOTE).unlink(missing_ok=True)


def find_running(data: Path) -> Running | None:
    """The daemon on this data; None when there is none, also where one was killed and left its note."""
    with suppress(OSError, ValueError, TypeError):
        running = Running(**json.loads((data / NOTE).read_text(encoding="utf-8")))
        lock = FileLock(data / LOCK, timeout=0, mode=0o600)
        try:
            lock.acquire()
        except Timeout:
            return running
        lock.release()
    return None
