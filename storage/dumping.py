"""A copy of a PostgreSQL database by its own pg_dump, where that is installed."""

import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import URL, Engine

from storage.errors import Mendable
from storage.files import sync_folder

STAMP = "%Y%m%dT%H%M%SZ"


class DumpFailed(Mendable):
    """No copy of the PostgreSQL database could be made here; the message says why."""


def add_dump(engine: Engine, folder: Path, now: datetime) -> Path:
    """The whole database in one file that `pg_restore` reads back; it counts once pg_restore could read it.

    Raises DumpFailed where there is no pg_dump, it is older than the server, or it could not do it.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = folder / f"mubiao-{now.astimezone(UTC):{STAMP}}.dump"
    half = made.with_suffix(".dump.new")
    half.touch(mode=0o600)
    try:
        _run("pg_dump", engine.url, "--format=custom", "--file", str(half), "--dbname", _address(engine.url))
        _run("pg_restore", engine.url, "--list", str(half))
        with half.open("rb") as file:
            os.fsync(file.fileno())
        half.replace(made)
    finally:
        half.unlink(missing_ok=True)
    sync_folder(folder)
    return made


def _run(program: str, url: URL, *arguments: str) -> None:
    if shutil.which(program) is None:
        raise DumpFailed(f"{program} is not installed here")
    password = {"PGPASSWORD": str(url.password)} if url.password else {}  # others see the arguments, not these
    done = subprocess.run(
        [program, *arguments], capture_output=True, text=True, errors="replace", check=False,
        env={**os.environ, **password}, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    if done.returncode:
        raise DumpFailed(f"{program} failed: {done.stderr.strip()}")


def _address(url: URL) -> str:
    return url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
