"""The replayed government sites of ../shared, and a mubiao daemon that watches them."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CONTROL = "127.0.8.254"
COMMAND = Path(sys.executable).parent / "mubiao"  # the installed one


@dataclass(frozen=True)
class Replay:
    """The replay's control server."""

    control: str

    def sites(self) -> list[dict[str, str]]:
        return list(self._ask("/sites"))

    def go_to(self, stage: int) -> None:
        self._ask(f"/stage?n={stage}", method="POST")

    def truth(self, stage: int) -> dict[str, Any]:
        return dict(self._ask(f"/truth?stage={stage}"))

    def break_site(self, site: str, kind: str) -> None:
        self._ask(f"/fault?site={site}&kind={kind}", method="POST")

    def _ask(self, path: str, method: str = "GET") -> Any:
        request = urllib.request.Request(self.control + path, method=method)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)


@contextmanager
def replayed(program: Path) -> Iterator[Replay]:
    """The sites at stage 1, on a port of their own."""
    with socket.create_server((CONTROL, 0)) as probe:
        port = probe.getsockname()[1]
    with subprocess.Popen(
        [sys.executable, str(program), "serve", "--port", str(port)], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            for line in process.stdout:
                if line.startswith("control"):
                    break
            yield Replay(f"http://{CONTROL}:{port}")
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=20)


def settings(sites: Sequence[dict[str, str]], *, every_seconds: float = 2.0) -> str:
    """A mubiao.toml that watches the sites, tells of everything at once, and writes into `digests`."""
    tables = [
        f'[sources.{site["key"]}]\nname = "{site["name"]}"\nurl = "{site["index"]}"\nregion = "{site["code"]}"\n'
        f'private = true\nyears = 30\npages = 20\nevery_hours = {every_seconds / 3600}\n'
        for site in sites
    ]  # fmt: skip
    return "\n".join(
        [
            'data = "data"',
            *tables,
            '[watches.all]\nindicators = ["all"]\nwhen = "at once"\nwait_seconds = 3\nchannels = ["digests"]',
            '[channels.digests]\ntype = "folder"\npath = "digests"',
            "[console]\nenabled = false",
        ]
    )


@dataclass
class Daemon:
    """A running `mubiao run` in a folder of its own."""

    folder: Path
    process: subprocess.Popen[str]

    def ask(self, *words: str) -> list[dict[str, Any]]:
        """What a command answers with --json, a value a line."""
        answer = subprocess.run(
            [COMMAND, *words, "--json"], cwd=self.folder, capture_output=True, text=True, timeout=60, check=False
        )
        assert answer.returncode in (0, 1), answer.stderr
        return [json.loads(line) for line in answer.stdout.splitlines()]

    def digests(self) -> list[dict[str, Any]]:
        """All digests told so far, oldest first."""
        told = [json.loads(path.read_text()) for path in (self.folder / "digests").glob("*.json")]
        return sorted(told, key=lambda digest: str(digest["timestamp"]))

    def wait_until(self, holds: Callable[[], bool], what: str, seconds: float = 90) -> None:
        deadline = time.monotonic() + seconds
        while not holds():
            assert self.process.poll() is None, f"mubiao ended: {self.log()}"
            assert time.monotonic() < deadline, f"not in {seconds} s: {what}\n{self.log()}"
            time.sleep(0.5)

    def log(self) -> str:
        return (self.folder / "log").read_text()[-4000:]

    def stop(self) -> int:
        """SIGTERM; answers with the exit code, which must come within 30 s."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)


@contextmanager
def watching(folder: Path, config: str) -> Iterator[Daemon]:
    """The daemon with these settings, ended at the end."""
    (folder / "mubiao.toml").write_text(config)
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with (folder / "log").open("a") as log, subprocess.Popen(
        [COMMAND, "run"], cwd=folder, stdout=log, stderr=log, text=True, env=environment
    ) as process:  # fmt: skip
        daemon = Daemon(folder, process)
        try:
            yield daemon
        finally:
            if process.poll() is None:
                process.kill()
