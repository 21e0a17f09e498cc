"""A real PostgreSQL server for the tests, from the programs installed here: its own folder, its own socket, no port."""

import os
import pwd
import shutil
import signal
import subprocess
import time
from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Self
from urllib.parse import quote

STARTS_WITHIN = 30.0  # seconds
SETTINGS = {
    "listen_addresses": "",  # the socket alone: no port to find free, nothing to reach from outside
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "150",
    "shared_buffers": "32MB",
}


def installed_programs() -> Path | None:
    """The folder with initdb and postgres, the newest there is, or None."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if found:
        return max(found, key=lambda folder: int(folder.parent.name.split(".")[0]))
    initdb = shutil.which("initdb")
    return Path(initdb).resolve().parent if initdb else None


def server_identity() -> dict[str, Any]:
    """What makes a child process run as an unprivileged user, since PostgreSQL refuses root; nothing if we are none."""
    if os.geteuid() != 0:
        return {}
    users = {entry.pw_name: entry for entry in pwd.getpwall()}
    user = users.get("postgres") or users["nobody"]
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


class PostgresServer:
    """Runs between `with` and its end. The folder is readable by its own user (and root) only, so `trust` is enough."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self._identity = server_identity()
        self._folder = Path(mkdtemp(prefix="mubiao-pg-"))
        self._numbers = count(1)
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        if self._identity:
            os.chown(self._folder, self._identity["user"], self._identity["group"])
        self._run("initdb", "-D", self._data, "-U", "mubiao", "-E", "UTF8", "--locale=C", "-A", "trust", "--no-sync")
        settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                [self._programs / "postgres", "-D", self._data, "-k", self._folder, *settings],
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd="/",
                **self._identity,
            )
        self._wait_until_ready()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None, "entered"
        self._process.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown: open sessions are ended
        try:
            self._process.wait(STARTS_WITHIN)
        except subprocess.TimeoutExpired:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(STARTS_WITHIN)
        shutil.rmtree(self._folder)

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of a database; also understood by a process that a test starts."""
        return f"postgresql+psycopg://mubiao@/{database}?host={quote(str(self._folder), safe='/')}"

    @property
    def pid(self) -> int:
        assert self._process is not None, "entered"
        return self._process.pid

    def create_database(self) -> str:
        name = f"test_{next(self._numbers)}"
        self._run("createdb", *self._connection, name)
        return name

    def drop_database(self, name: str) -> None:
        self._run("dropdb", *self._connection, "--force", name)

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    @property
    def _connection(self) -> tuple[str, ...]:
        return ("-h", str(self._folder), "-U", "mubiao")

    def _run(self, program: str, *arguments: str | Path) -> None:
        done = subprocess.run(
            [self._programs / program, *arguments],
            capture_output=True,
            text=True,
            cwd="/",  # the server's user may not be allowed into ours
            check=False,
            **self._identity,
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr.strip()}")

    def _wait_until_ready(self) -> None:
        assert self._process is not None, "started"
        end = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < end and self._process.poll() is None:
            ready = subprocess.run([self._programs / "pg_isready", "-q", *self._connection], check=False, cwd="/")
            if ready.returncode == 0:
                return
            time.sleep(0.05)
        log = (self._folder / "log").read_text(encoding="utf-8", errors="replace")
        self._process.kill()
        self._process.wait()
        raise RuntimeError(f"PostgreSQL did not start: {log[-2000:]}")
